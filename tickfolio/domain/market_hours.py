"""Market hours: when an exchange trades, whether a price can still change, and when it counts as old.

Sessions are those of ordinary weekdays, from the first open to the end of the closing auction, in the exchange's own
time; zoneinfo gets summer time right. There is no table of holidays yet: a holiday looks like a day without news, so
that prices are asked for in vain and count as old that morning. All instants in and out are aware, out in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.prices import PriceStatus

_SESSIONS: dict[str, tuple[time, time]] = {
    "NSE": (time(9, 15), time(15, 30)),
    "BSE": (time(9, 15), time(15, 30)),
    "NYSE": (time(9, 30), time(16)),
    "NASDAQ": (time(9, 30), time(16)),
    "LSE": (time(8), time(16, 35)),
    "XETRA": (time(9), time(17, 35)),
    "EURONEXT_PARIS": (time(9), time(17, 35)),
    "EURONEXT_AMSTERDAM": (time(9), time(17, 35)),
    "MILAN": (time(9), time(17, 35)),
    "SIX": (time(9), time(17, 30)),
    "TSX": (time(9, 30), time(16)),
    "ASX": (time(10), time(16, 10)),
    "TSE": (time(9), time(15, 30)),
    "HKEX": (time(9, 30), time(16, 8)),
    "SGX": (time(9), time(17, 6)),
    "OSLO": (time(9), time(16, 25)),
    "JSE": (time(9), time(17)),
    "TASE": (time(10), time(17, 25)),
    "IDX": (time(9), time(16)),
}
_ALWAYS_OPEN = frozenset({"CRYPTO", "DEMO"})

# The funds' prices of a day come in from the evening on, stragglers by the next morning.
_NAV_FROM, _NAV_UNTIL = time(20), time(11)
_ECB_PUBLISHES, _ECB_DUE = time(16), time(18)
_GRACE_MIN = timedelta(minutes=30)
_GRACE_AFTER_OPEN = timedelta(minutes=45)
_INTERVALS_MISSED = 3
_SATURDAY = 5


def session_day(exchange: str, instant: datetime) -> date:
    """The calendar day of an instant in the exchange's own zone (UTC for an exchange nobody told us about)."""
    return instant.astimezone(_zone(exchange)).date()


def start_of_day(exchange: str, instant: datetime) -> datetime:
    """The instant at which the calendar day of an instant begins in the exchange's own zone."""
    return _instant(exchange, session_day(exchange, instant), time())


def next_weekday(day: date) -> date:
    """The first weekday after a day."""
    return next(_weekdays_after(day))


def is_open(exchange: str, now: datetime) -> bool:
    """Whether the exchange trades at this instant; never, where prices are only published or set by hand."""
    if exchange in _ALWAYS_OPEN:
        return True
    if exchange not in _SESSIONS:
        return False
    opens_at, closes_at = _session(exchange, session_day(exchange, now))
    return _is_weekday(session_day(exchange, now)) and opens_at <= now < closes_at


def last_close(exchange: str, now: datetime) -> datetime | None:
    """The end of the last session that is over; None where there are no sessions."""
    if exchange not in _SESSIONS:
        return None
    day = session_day(exchange, now)
    today = _session(exchange, day)[1]
    if _is_weekday(day) and today <= now:
        return today
    return _session(exchange, _weekday_up_to(day - timedelta(days=1)))[1]


def next_open(exchange: str, now: datetime) -> datetime | None:
    """The first start of a session after this instant; None where there are no sessions."""
    if exchange not in _SESSIONS:
        return None
    day = session_day(exchange, now)
    today = _session(exchange, day)[0]
    if _is_weekday(day) and today > now:
        return today
    return _session(exchange, next(_weekdays_after(day)))[0]


def is_final(exchange: str, price_as_of: datetime | None, now: datetime) -> bool:
    """Whether asking again is in vain for now: the market is closed and its last price is here.

    An instrument without a price is always asked for; a price set by hand has nobody to be asked.
    Funds are asked for only from 20:00 to 11:00 IST, until the price of the last weekday is here.
    """
    if exchange == "MANUAL":
        return True
    if price_as_of is None:
        return False
    local = now.astimezone(_zone(exchange))
    day = session_day(exchange, price_as_of)
    if exchange == "AMFI":
        return _NAV_UNTIL <= local.time() < _NAV_FROM or day >= _published_day(local, _NAV_FROM)
    if exchange == "ECB":
        return day >= _published_day(local, _ECB_PUBLISHES)
    closed_at = last_close(exchange, now)
    return closed_at is not None and not is_open(exchange, now) and price_as_of >= closed_at


def stale_at(exchange: str, as_of: datetime, status: PriceStatus, interval_minutes: int) -> datetime | None:
    """The instant from which a price counts as old, by its market's calendar; None for one set by hand.

    In a session three refreshes may be missed (at least 30 minutes); where that reaches past the close, and for every
    price out of hours, the next session has to be 45 minutes old. A fund's price is due on the second weekday after
    its day at 11:00 IST, a reference rate on the next weekday at 18:00 in Frankfurt. Where the hours are not known,
    a price is good until the end of the next weekday.
    """
    missed = timedelta(minutes=_INTERVALS_MISSED * interval_minutes)
    if status is PriceStatus.MANUAL or exchange == "MANUAL":
        return None
    if status is PriceStatus.DEMO or exchange == "DEMO":
        return as_of.astimezone(UTC) + missed
    if exchange == "CRYPTO":
        return as_of.astimezone(UTC) + max(missed, _GRACE_MIN)
    if exchange in _SESSIONS and status is not PriceStatus.NAV:
        return _stale_in_hours(exchange, as_of.astimezone(UTC), max(missed, _GRACE_MIN))
    return _stale_by_day(exchange, session_day(exchange, as_of), status)


def _stale_in_hours(exchange: str, as_of: datetime, grace: timedelta) -> datetime:
    day = session_day(exchange, as_of)
    opens_at, closes_at = _session(exchange, day)
    if _is_weekday(day) and opens_at <= as_of and as_of + grace <= closes_at:
        return as_of + grace
    following = opens_at if _is_weekday(day) and as_of < opens_at else _session(exchange, next(_weekdays_after(day)))[0]
    return following + _GRACE_AFTER_OPEN


def _stale_by_day(exchange: str, day: date, status: PriceStatus) -> datetime:
    following = _weekdays_after(day)
    first, second = next(following), next(following)
    if exchange == "AMFI" or status is PriceStatus.NAV:
        return _instant("AMFI", second, _NAV_UNTIL)
    if exchange == "ECB":
        return _instant(exchange, first, _ECB_DUE)
    return _instant(exchange, first + timedelta(days=1), time(0))


def _zone(exchange: str) -> ZoneInfo:
    known = EXCHANGES.get(exchange)
    return ZoneInfo(known.zone if known else "UTC")


def _session(exchange: str, day: date) -> tuple[datetime, datetime]:
    opens, closes = _SESSIONS[exchange]
    return _instant(exchange, day, opens), _instant(exchange, day, closes)


def _instant(exchange: str, day: date, at: time) -> datetime:
    return datetime.combine(day, at, _zone(exchange)).astimezone(UTC)


def _published_day(local: datetime, at: time) -> date:
    """The last weekday whose publication, at that local time, has begun."""
    day = local.date()
    return _weekday_up_to(day if local.time() >= at else day - timedelta(days=1))


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY


def _weekday_up_to(day: date) -> date:
    while not _is_weekday(day):
        day -= timedelta(days=1)
    return day


def _weekdays_after(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        if _is_weekday(day):
            yield day
