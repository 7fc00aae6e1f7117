"""Market hours: when an exchange trades, whether a price can still change, and when it counts as old.

A session reaches from the first open to the end of the closing auction. The days are those of a calendar; without
another one, of the calendar we ship. All instants in and out are aware, out in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from tickfolio.domain.market_calendar import Calendar, local_instant, zone_of
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.prices import PriceStatus

_ALWAYS_OPEN = frozenset({"CRYPTO", "DEMO"})

# The funds' prices of a business day come in from the evening on, stragglers by the next morning.
_NAV_FROM, _NAV_UNTIL = time(21), time(11)
# A fund whose last price is older than this has stopped: nobody asks for it by day.
_NAV_MISSED_MAX = timedelta(days=10)
_ECB_PUBLISHES, _ECB_DUE = time(16), time(18)
_GRACE_MIN = timedelta(minutes=30)
_GRACE_AFTER_OPEN = timedelta(minutes=45)
_INTERVALS_MISSED = 3
_DAY = timedelta(days=1)


def session_day(exchange: str, instant: datetime) -> date:
    """The calendar day of an instant in the exchange's own zone (UTC for an exchange nobody told us about)."""
    return instant.astimezone(zone_of(exchange)).date()


def start_of_day(exchange: str, instant: datetime) -> datetime:
    """The instant at which the calendar day of an instant begins in the exchange's own zone."""
    return local_instant(exchange, session_day(exchange, instant), time())


def next_session_day(exchange: str, day: date, calendar: Calendar = SHIPPED) -> date:
    """The first day after a day that has a price of its own: of a session, or of a publication."""
    return day + _DAY if exchange in _ALWAYS_OPEN else next(calendar.business_days_after(exchange, day))


def is_open(exchange: str, now: datetime, calendar: Calendar = SHIPPED) -> bool:
    """Whether the exchange trades at this instant; never, where prices are only published or set by hand."""
    if exchange in _ALWAYS_OPEN:
        return True
    session = calendar.session(exchange, session_day(exchange, now))
    return session is not None and session[0] <= now < session[1]


def last_close(exchange: str, now: datetime, calendar: Calendar = SHIPPED) -> datetime | None:
    """The end of the last session that is over; None where there are no sessions."""
    if not calendar.has_sessions(exchange):
        return None
    day = session_day(exchange, now)
    today = calendar.session(exchange, day)
    if today is not None and today[1] <= now:
        return today[1]
    before = calendar.session(exchange, calendar.last_business_day(exchange, day - _DAY))
    return None if before is None else before[1]


def next_open(exchange: str, now: datetime, calendar: Calendar = SHIPPED) -> datetime | None:
    """The first start of a session after this instant; None where there are no sessions."""
    if not calendar.has_sessions(exchange):
        return None
    day = session_day(exchange, now)
    today = calendar.session(exchange, day)
    if today is not None and today[0] > now:
        return today[0]
    following = calendar.session_after(exchange, day)
    return None if following is None else following[0]


def is_final(
    exchange: str,
    price_as_of: datetime | None,
    now: datetime,
    calendar: Calendar = SHIPPED,
    *,
    close_told_at: datetime | None = None,
) -> bool:
    """Whether asking again is in vain for now: the market is closed and its last price is here.

    A price of that session is the last one when it is of its end, or a source called it the close after that end
    (`close_told_at`). An instrument without a price is always asked for; one priced by hand has nobody to be asked.
    Funds and reference rates: until the price of the last business day is here, see `_is_nav_due`.
    """
    if exchange == "MANUAL":
        return True
    if price_as_of is None:
        return False
    day = session_day(exchange, price_as_of)
    if exchange == "AMFI":
        return not _is_nav_due(day, now, calendar)
    if exchange == "ECB":
        return day >= _published_day(exchange, now, _ECB_PUBLISHES, calendar)
    closed_at = last_close(exchange, now, calendar)
    if closed_at is None or is_open(exchange, now, calendar):
        return False
    is_told = close_told_at is not None and close_told_at >= closed_at and day == session_day(exchange, closed_at)
    return is_told or price_as_of >= closed_at


def stale_at(
    exchange: str, as_of: datetime, status: PriceStatus, interval_minutes: int, calendar: Calendar = SHIPPED
) -> datetime | None:
    """The instant from which a price counts as old, by its market's calendar; None for one set by hand.

    In a session three refreshes may be missed (at least 30 minutes); where that reaches past the close, and for every
    price out of hours, the next session has to be 45 minutes old. A fund's price is due on the second business day
    after its day at 11:00 IST, a reference rate on the next one at 18:00 in Frankfurt. Where the hours are not known,
    a price is good until the end of the next weekday.
    """
    missed = timedelta(minutes=_INTERVALS_MISSED * interval_minutes)
    if status is PriceStatus.MANUAL:
        return None
    if status is PriceStatus.DEMO or exchange == "DEMO":
        return as_of.astimezone(UTC) + missed
    if exchange == "CRYPTO":
        return as_of.astimezone(UTC) + max(missed, _GRACE_MIN)
    if calendar.has_sessions(exchange) and status is not PriceStatus.NAV:
        return _stale_in_hours(exchange, as_of.astimezone(UTC), max(missed, _GRACE_MIN), calendar)
    return _stale_by_day(exchange, session_day(exchange, as_of), status, calendar)


def _stale_in_hours(exchange: str, as_of: datetime, grace: timedelta, calendar: Calendar) -> datetime:
    day = session_day(exchange, as_of)
    session = calendar.session(exchange, day)
    if session is not None and session[0] <= as_of and as_of + grace <= session[1]:
        return as_of + grace
    following = session if session is not None and as_of < session[0] else calendar.session_after(exchange, day)
    assert following is not None  # noqa: S101  # it has sessions, or nobody would ask
    return following[0] + _GRACE_AFTER_OPEN


@lru_cache(maxsize=4096)  # thousands of funds have the same few days
def _stale_by_day(exchange: str, day: date, status: PriceStatus, calendar: Calendar) -> datetime:
    if exchange == "AMFI" or status is PriceStatus.NAV:
        following = calendar.business_days_after("AMFI", day)
        next(following)
        return local_instant("AMFI", next(following), _NAV_UNTIL)
    first = next(calendar.business_days_after(exchange, day))
    if exchange == "ECB":
        return local_instant(exchange, first, _ECB_DUE)
    return local_instant(exchange, first + _DAY, time(0))


def _is_nav_due(day: date, now: datetime, calendar: Calendar) -> bool:
    """Whether a fund's next price may be there: from 21:00 of a business day to 11:00, and in any morning of one.

    One that counts as old is asked for at any hour, so that nobody waits for it after an outage.
    """
    if day >= _published_day("AMFI", now, _NAV_FROM, calendar):
        return False
    local = now.astimezone(zone_of("AMFI"))
    today, of_yesterday = local.date(), local.date() - _DAY
    if local.time() >= _NAV_FROM and calendar.is_business_day("AMFI", today):
        return True
    if local.time() < _NAV_UNTIL and any(calendar.is_business_day("AMFI", one) for one in (today, of_yesterday)):
        return True
    return now >= _stale_by_day("AMFI", day, PriceStatus.NAV, calendar) and today - day <= _NAV_MISSED_MAX


def _published_day(exchange: str, now: datetime, at: time, calendar: Calendar) -> date:
    """The last business day whose publication, at that local time, has begun."""
    local = now.astimezone(zone_of(exchange))
    return calendar.last_business_day(exchange, local.date() if local.time() >= at else local.date() - _DAY)
