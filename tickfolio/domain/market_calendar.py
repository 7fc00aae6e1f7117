"""A calendar: on which days a market is open, from when to when, and until which day that is known.

A day is as its weekday says, unless something is written down of it. Times are the exchange's own; zoneinfo gets
summer time right. Instants go out in UTC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from tickfolio.domain.instruments import EXCHANGES

# Where no fund's day is written down, it is a business day when these trade; see `Calendar.special`.
_FOLLOWS = {"AMFI": "NSE"}
_SATURDAY = 5


class DayKind(StrEnum):
    """What a day is that is not as the calendar would have it; `ORDINARY` takes back what is written down of it."""

    CLOSED = "closed"
    SESSION = "session"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A holiday, or a day with hours of its own; a session without hours has the ordinary ones."""

    day: date
    kind: DayKind
    name: str
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The ordinary hours of an exchange from a day on: the first open to the end of the closing auction."""

    since: date
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Every exchange's hours (oldest first), its special days, and the last day of which its table is complete.

    After that day a weekday is taken for an ordinary one, and is not confirmed.
    """

    hours: Mapping[str, Sequence[Hours]]
    days: Mapping[str, Mapping[date, SpecialDay]]
    known_until: Mapping[str, date]

    def has_sessions(self, exchange: str) -> bool:
        """Whether it trades in sessions, rather than always or never."""
        return exchange in self.hours

    def hours_on(self, exchange: str, day: date) -> Hours:
        """The ordinary hours that hold on a day, be it open or not; before the first known ones, those."""
        known = self.hours[exchange]
        return next((one for one in reversed(known) if one.since <= day), known[0])

    def special(self, exchange: str, day: date) -> SpecialDay | None:
        """What is written down of a day; funds keep the holidays of the exchanges, and not their special sessions."""
        found = self.days.get(exchange, {}).get(day)
        if found is None and exchange in _FOLLOWS:
            found = self.special(_FOLLOWS[exchange], day)
            return found if found is not None and found.kind is DayKind.CLOSED else None
        return found

    def is_business_day(self, exchange: str, day: date) -> bool:
        """Whether it trades or publishes on a day."""
        special = self.special(exchange, day)
        if special is None or special.kind is DayKind.ORDINARY:
            return day.weekday() < _SATURDAY
        return special.kind is DayKind.SESSION

    def business_days_after(self, exchange: str, day: date) -> Iterator[date]:
        """The days on which it trades or publishes after a day, nearest first."""
        return (one for one in _days(day, 1) if self.is_business_day(exchange, one))

    def last_business_day(self, exchange: str, day: date) -> date:
        """The day itself, or else the last one before it on which it trades or publishes."""
        return next(one for one in _days(day + timedelta(days=1), -1) if self.is_business_day(exchange, one))

    def session(self, exchange: str, day: date) -> tuple[datetime, datetime] | None:
        """The start and the end of a day's session; None when there is none."""
        return _session(self, exchange, day)

    def session_after(self, exchange: str, day: date) -> tuple[datetime, datetime] | None:
        """The start and the end of the first session after a day; None where there are no sessions."""
        return _session_after(self, exchange, day)

    def changed(self, hours: Iterable[tuple[str, Hours]], days: Iterable[tuple[str, SpecialDay]]) -> "Calendar":
        """The calendar with what somebody wrote down by exchange, which counts in place of what it had."""
        all_hours, all_days = dict(self.hours), {exchange: dict(own) for exchange, own in self.days.items()}
        for exchange, one in hours:
            others = [known for known in all_hours.get(exchange, ()) if known.since != one.since]
            all_hours[exchange] = sorted([*others, one], key=lambda known: known.since)
        for exchange, special in days:
            all_days.setdefault(exchange, {})[special.day] = special
        return Calendar(all_hours, all_days, self.known_until)


def zone_of(exchange: str) -> ZoneInfo:
    """The zone that an exchange's clock shows; UTC for one that nobody told us about."""
    known = EXCHANGES.get(exchange)
    return ZoneInfo(known.zone if known else "UTC")


def local_instant(exchange: str, day: date, at: time) -> datetime:
    """A time of day at an exchange, in UTC."""
    return datetime.combine(day, at, zone_of(exchange)).astimezone(UTC)


@lru_cache(maxsize=4096)  # a summary asks for the same few days of each exchange over and over
def _session(calendar: Calendar, exchange: str, day: date) -> tuple[datetime, datetime] | None:
    if not calendar.has_sessions(exchange) or not calendar.is_business_day(exchange, day):
        return None
    ordinary, special = calendar.hours_on(exchange, day), calendar.special(exchange, day)
    opens, closes = ordinary.opens, ordinary.closes
    if special is not None and special.opens is not None and special.closes is not None:
        opens, closes = special.opens, special.closes
    return local_instant(exchange, day, opens), local_instant(exchange, day, closes)


@lru_cache(maxsize=4096)
def _session_after(calendar: Calendar, exchange: str, day: date) -> tuple[datetime, datetime] | None:
    return _session(calendar, exchange, next(calendar.business_days_after(exchange, day)))


def _days(day: date, step: int) -> Iterator[date]:
    return (day + timedelta(days=step * number) for number in count(1))
