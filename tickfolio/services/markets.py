"""The clock of each market: the calendar we ship, and what the administrator writes down in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache

from tickfolio.cache.events import Event
from tickfolio.domain.errors import AdministratorOnly, InvalidInput, NotFound
from tickfolio.domain.instruments import EXCHANGES, Exchange
from tickfolio.domain.market_calendar import Calendar, DayKind, Hours, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import is_open, last_close, next_open, session_day
from tickfolio.domain.text import read_text
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.people import User

# Raised by every change of a market's table; 0 says without a look at it that nobody has changed anything.
_VERSION = "markets"
# What keeps a calendar: where trade has sessions, and where prices are published on business days.
_PUBLISHERS = ("AMFI", "ECB")
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A special day, and whether the administrator wrote it down."""

    day: SpecialDay
    is_own: bool


@dataclass(frozen=True, slots=True)
class ListedHours:
    """Ordinary hours from a day on, and whether the administrator wrote them down."""

    hours: Hours
    is_own: bool


@dataclass(frozen=True, slots=True)
class Market:
    """A market as the page shows it, today being `today` there. `days` are those from today on.

    `closes_at` is the end of the session that is going on, `opens_at` the start of the next one; both, `hours` and
    `last_close_at` are missing where prices are only published. After `known_until` no day is confirmed.
    """

    exchange: Exchange
    today: date
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    last_close_at: datetime | None
    hours: Sequence[ListedHours]
    days: Sequence[ListedDay]
    known_until: date | None


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """The calendar that counts now, for sources, which know of no database."""

    database: Database

    def __call__(self) -> Calendar:
        """The calendar, as it is written down at this moment."""
        with self.database.reading() as tx:
            return load_calendar(tx)


def load_calendar(tx: Tx) -> Calendar:
    """The calendar that counts now; one look at a counter where nobody has changed it."""
    if not tx.server.version(_VERSION):
        return SHIPPED
    return _changed(tuple(tx.markets.hours()), tuple(tx.markets.days()))


def list_markets(tx: Tx, now: datetime) -> Sequence[Market]:
    """Every market that has a calendar, at this instant."""
    calendar = load_calendar(tx)
    own_hours = {(exchange, hours.since) for exchange, hours in tx.markets.hours()}
    own_days = {(exchange, one.day) for exchange, one in tx.markets.days()}
    listed = [one for code, one in EXCHANGES.items() if code in _PUBLISHERS or calendar.has_sessions(code)]
    return [_show(exchange, calendar, own_hours, own_days, now) for exchange in listed]


def set_day(tx: Tx, world: World, user: User, exchange: str, day: SpecialDay) -> None:
    """A day of a market is like this, in place of what the calendar has.

    Raises: AdministratorOnly; NotFound for a market without a calendar; InvalidInput for hours that cannot be.
    """
    _allow(user)
    _check_market(exchange)
    _check_day("day", day.day)
    has_hours = day.opens is not None or day.closes is not None
    trades = SHIPPED.has_sessions(exchange) and day.kind is DayKind.SESSION
    if has_hours and not trades:
        raise InvalidInput("opens", "Only a session has hours.", code="not_a_session")
    if trades:
        _check_hours(day.opens, day.closes)
    tx.markets.set_day(exchange, replace(day, name=read_text(day.name, "name")))
    _follow(tx, world, user, f"market_day_set_{exchange.lower()}_{day.day.isoformat()}")


def remove_day(tx: Tx, world: World, user: User, exchange: str, day: date) -> None:
    """Takes back what was written down of a day; the calendar we ship counts again.

    Raises: AdministratorOnly, NotFound.
    """
    _allow(user)
    if not tx.markets.forget_day(exchange, day):
        raise NotFound("day")
    _follow(tx, world, user, f"market_day_removed_{exchange.lower()}_{day.isoformat()}")


def set_hours(tx: Tx, world: World, user: User, exchange: str, hours: Hours) -> None:
    """The ordinary hours of a market from a day on, until others begin.

    Raises: AdministratorOnly; NotFound for a market without sessions; InvalidInput for hours that cannot be.
    """
    _allow(user)
    if not SHIPPED.has_sessions(exchange):
        raise NotFound("market")
    _check_day("since", hours.since)
    _check_hours(hours.opens, hours.closes)
    tx.markets.set_hours(exchange, hours)
    _follow(tx, world, user, f"market_hours_set_{exchange.lower()}_{hours.since.isoformat()}")


def remove_hours(tx: Tx, world: World, user: User, exchange: str, since: date) -> None:
    """Takes back hours that were written down from a day on. Raises: AdministratorOnly, NotFound."""
    _allow(user)
    if not tx.markets.forget_hours(exchange, since):
        raise NotFound("hours")
    _follow(tx, world, user, f"market_hours_removed_{exchange.lower()}_{since.isoformat()}")


@lru_cache(maxsize=8)  # the same rows make the same calendar, which remembers its sessions
def _changed(hours: tuple[tuple[str, Hours], ...], days: tuple[tuple[str, SpecialDay], ...]) -> Calendar:
    return SHIPPED.changed(hours, days)


def _show(
    exchange: Exchange,
    calendar: Calendar,
    own_hours: set[tuple[str, date]],
    own_days: set[tuple[str, date]],
    now: datetime,
) -> Market:
    code = exchange.code
    today, open_now = session_day(code, now), is_open(code, now, calendar)
    session = calendar.session(code, today) if open_now else None
    return Market(
        exchange=exchange,
        today=today,
        open=open_now,
        opens_at=next_open(code, now, calendar),
        closes_at=None if session is None else session[1],
        last_close_at=last_close(code, now, calendar),
        hours=_hours_from(calendar, code, today, own_hours),
        days=[ListedDay(one, (code, day) in own_days) for day, one in _days_from(calendar, code, today).items()],
        known_until=calendar.known_until.get(code),
    )


def _hours_from(calendar: Calendar, code: str, today: date, own: set[tuple[str, date]]) -> Sequence[ListedHours]:
    """The hours that hold today, and those that are to come."""
    if not calendar.has_sessions(code):
        return []
    current = calendar.hours_on(code, today)
    coming = [one for one in calendar.hours[code] if one is current or one.since > today]
    return [ListedHours(one, (code, one.since) in own) for one in coming]


def _days_from(calendar: Calendar, code: str, today: date) -> Mapping[date, SpecialDay]:
    """By day, what is written down from today on; funds show the holidays that they keep of the exchanges."""
    known = {day for own in calendar.days.values() for day in own if day >= today}
    found = ((day, calendar.special(code, day)) for day in sorted(known))
    return {day: one for day, one in found if one is not None}


def _allow(user: User) -> None:
    if not user.administrator:
        raise AdministratorOnly("Only the administrator changes a market’s calendar.")


def _check_market(exchange: str) -> None:
    if exchange not in _PUBLISHERS and not SHIPPED.has_sessions(exchange):
        raise NotFound("market")


def _check_day(field: str, day: date) -> None:
    if day < _FIRST_DAY:
        raise InvalidInput(field, f"{field} must not be before {_FIRST_DAY.isoformat()}.", code="too_early")
    if day > _LAST_DAY:
        raise InvalidInput(field, f"{field} must not be after {_LAST_DAY.isoformat()}.", code="too_far_ahead")


def _check_hours(opens: time | None, closes: time | None) -> None:
    for field, at in (("opens", opens), ("closes", closes)):
        if at is None:
            raise InvalidInput(field, "A session opens and closes; say when.", code="missing")
    if opens is not None and closes is not None and closes <= opens:
        raise InvalidInput("closes", "closes must be after opens, on the same day.", code="not_after_opens")


def _follow(tx: Tx, world: World, user: User, action: str) -> None:
    """When a price is old stands in every summary, so that their version rises, and every page hears of it."""
    tx.server.raise_version(_VERSION)
    version = tx.server.raise_version("prices")
    tx.server.note(world.new_id(), user.id, action, None, world.now())
    tx.after_commit(lambda: world.publish(Event("prices.updated", None, {"version": str(version)})))
