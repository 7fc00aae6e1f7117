"""The quotas of sources: counted in the database before anybody asks, so that no restart or worker overspends them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tickfolio.domain.errors import Unavailable
from tickfolio.providers.provider import Overdrawn, Quota
from tickfolio.services.source_limits import Span, load_limits, load_quota
from tickfolio.services.sources import Sources
from tickfolio.storage.database import Database, Tx

# When it cannot be counted, nobody is asked; a database that is busy now may have time then.
_UNCOUNTED_SECONDS = 60
# A month longer than each window, so that the page can still tell of the last one.
_KEPT: Mapping[Span, timedelta] = {"minute": timedelta(hours=1), "day": timedelta(days=31), "month": timedelta(days=62)}


@dataclass(frozen=True, slots=True)
class Window:
    """A minute, a day or a month in UTC, and how many units a source allows in it."""

    span: Span
    allowed: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a source's window is spent."""

    window: Window
    used: int


@dataclass(frozen=True, slots=True)
class CountedAllowance:
    """Counts what is spent in the database, in a short transaction of its own."""

    database: Database
    now: Callable[[], datetime]

    def take(self, source: str, quota: Quota, cost: int) -> Overdrawn | None:
        """Counts a request before it is sent; when the quota does not reach, nothing, and says until when.

        What the administrator has set counts in place of the quota, from the next request on; a source that comes with
        none has none.
        """
        if quota == Quota():
            return None
        now = self.now()
        try:
            with self.database.transaction() as tx:
                return _take(tx, source, windows_of(load_quota(tx, source, quota), now), cost, now)
        except Unavailable:
            return Overdrawn(0, _UNCOUNTED_SECONDS)


def windows_of(quota: Quota, now: datetime) -> Sequence[Window]:
    """The windows of this instant that a quota names, the longest first."""
    minute = now.replace(second=0, microsecond=0)
    day = minute.replace(hour=0, minute=0)
    month = day.replace(day=1)
    next_month = (month + timedelta(days=31)).replace(day=1)
    spans: Sequence[tuple[Span, int | None, datetime, datetime]] = (
        ("month", quota.month, month, next_month),
        ("day", quota.day, day, day + timedelta(days=1)),
        ("minute", quota.minute, minute, minute + timedelta(minutes=1)),
    )
    return [Window(span, allowed, begins, ends) for span, allowed, begins, ends in spans if allowed is not None]


def load_quotas(tx: Tx, sources: Sources, now: datetime) -> Mapping[str, Sequence[QuotaUse]]:
    """By source, what of each of its windows is spent now, the longest first; without those that have no quota."""
    windows = {
        name: windows_of(Quota(**{one.span: one.allowed for one in limits}), now)
        for name, limits in load_limits(tx, sources).items()
    }
    used = tx.quotas.used_of_all({(one.span, one.begins) for found in windows.values() for one in found})
    return {
        name: [QuotaUse(one, used.get((name, one.span), 0)) for one in found]
        for name, found in windows.items()
        if found
    }


def forget_quotas(tx: Tx, now: datetime) -> int:
    """Forgets windows that are long over; says how many."""
    return sum(tx.quotas.forget(span, now - kept) for span, kept in _KEPT.items())


def _take(tx: Tx, source: str, windows: Sequence[Window], cost: int, now: datetime) -> Overdrawn | None:
    """Takes of all windows or of none; everybody begins with the longest, so that nobody waits in a circle."""
    taken: list[Window] = []
    for window in windows:
        if not tx.quotas.take(source, window.span, window.begins, cost, window.allowed):
            for one in taken:
                tx.quotas.give_back(source, one.span, one.begins, cost)
            left = window.allowed - tx.quotas.used(source, window.span, window.begins)
            return Overdrawn(max(0, left), max(1, ceil((window.ends - now).total_seconds())))
        taken.append(window)
    return None
