"""Gaps in the history of closes: weekdays on which something was held, and of which nobody knows its price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

# There is no table of holidays: a week without a close may be one of feasts, and more than that hardly ever is.
HOLIDAYS_MAX = 5
_EPOCH = date(1970, 1, 1).toordinal()
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class HistoryGap:
    """Weekdays without a close: the first, the last, and how many."""

    first_on: date
    last_on: date
    days: int


def find_gaps(days: NDArray[np.int64], first_held: date, today: date) -> Sequence[HistoryGap]:
    """The gaps from the first day held to yesterday; `days` with a close are ordinals that rise, earlier ones too.

    A gap of at most five weekdays is none, but before the first close of all: there nothing is known at all.
    """
    first, end = first_held.toordinal(), today.toordinal()
    start = int(np.searchsorted(days, first, side="right"))
    later = days[start : int(np.searchsorted(days, end))]
    before = [first] if start and int(days[start - 1]) == first else [first - 1]
    edges = np.concatenate((np.array(before, np.int64), later, np.array([end], np.int64)))
    begins, ends = _calendar(edges[:-1] + 1), _calendar(edges[1:])
    counts = np.busday_count(begins, ends)
    is_gap = counts > HOLIDAYS_MAX
    if not start and counts[0] > 0:
        is_gap[0] = True
    return [_gap(int(edges[at]) + 1, int(edges[at + 1]) - 1, int(counts[at])) for at in np.flatnonzero(is_gap)]


def first_close_since(days: NDArray[np.int64], day: date) -> date | None:
    """The first day with a close from a day on."""
    at = int(np.searchsorted(days, day.toordinal()))
    return date.fromordinal(int(days[at])) if at < len(days) else None


def with_day(days: NDArray[np.int64], day: date | None) -> NDArray[np.int64]:
    """The days with one more, unless it is unknown or among them."""
    return days if day is None else np.union1d(days, np.array([day.toordinal()], np.int64))


def _calendar(ordinals: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (ordinals - _EPOCH).astype("datetime64[D]")


def _gap(first: int, last: int, days: int) -> HistoryGap:
    """Without the weekends at its ends: those are no days of it."""
    first_on, last_on = date.fromordinal(first), date.fromordinal(last)
    while first_on.weekday() > _FRIDAY:
        first_on += timedelta(days=1)
    while last_on.weekday() > _FRIDAY:
        last_on -= timedelta(days=1)
    return HistoryGap(first_on, last_on, days)
