"""Days that are split: where a price is old and units are traded, the trade says what they were worth just before."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain.flows import FlowTable
from tickfolio.domain.history import NO_CLOSES, Days, Floats, History, Series
from tickfolio.domain.returns import NOISE, daily_factors

_FRIDAY, _DAYS_A_WEEK = 4, 7


class Told(NamedTuple):
    """A point at which a day is split: trades of instruments whose last close is older than the session before.

    `gain` is what the units held just before them turn out to have gained since they were last priced, `after` what
    the trades themselves did to the value, `net` what they brought into what is measured.
    """

    gain: float
    after: float
    net: float


class Telling(NamedTuple):
    """One such trade: the day's column, at which point of it (1 is its instrument's first), the flow's number.

    Nobody knows in what order two instruments were traded, so their first trades are one point, and their seconds.
    """

    column: int
    point: int
    number: int
    gain: float


def find_told(
    history: History, closes: Mapping[str, Series], table: FlowTable, every_day: frozenset[str]
) -> Mapping[str, Sequence[Telling]]:
    """The trades that tell a price, by instrument.

    `every_day` are instruments with a session on every day of the week; the others have none at weekends.
    """
    told = {}
    until = int(history.days[-1])
    for key, numbers in table.traded.items():
        if key in history.positions:
            days = table.days[numbers]
            old = _are_old(closes.get(key, NO_CLOSES), days, every_day=key in every_day) & (days <= until)
            if old.any():
                told[key] = _tellings(history, key, table, [numbers[at] for at in np.flatnonzero(old).tolist()])
    return told


def _tellings(history: History, key: str, table: FlowTable, numbers: Sequence[int]) -> Sequence[Telling]:
    """The trades of an instrument in the order of a ledger's day: what comes, what leaves, as entered."""
    row, tellings = history.positions[key], []
    last: dict[int, tuple[int, float, float]] = {}
    for number in sorted(numbers, key=lambda one: (table.flows[one].units < 0, one)):
        flow = table.flows[number]
        assert flow.price is not None, flow  # noqa: S101  # flows without a price were left out before
        column = history.column(flow.on)
        before = 0, float(history.prices[row, column - 1]), float(history.units[row, column - 1])
        point, last_price, held = last.get(column, before)
        factor = history.factor(key, column)
        price = float(flow.price) / factor
        tellings.append(Telling(column, point + 1, number, held * (price - last_price) if held else 0.0))
        last[column] = point + 1, price, held + float(flow.units) * factor
    return tellings


def split_factors(factors: Floats, values: Floats, net: Floats, told: Mapping[int, Sequence[Told]]) -> Floats:
    """The factors of days, with those of the days that are split worked out part by part.

    `values` has one entry more than the others, the value before; `told` are the points by the position of their day.
    """
    split = factors.copy()
    for position, points in told.items():
        before, end = float(values[position]), float(values[position + 1])
        worth = _sums([before, *(step for point in points for step in (point.gain, point.after))])
        nets = [point.net for point in points]
        rest = _sums([float(net[position]), *(-one for one in nets)])[-1]
        starts, ends = [before, *worth[1::2]], [*worth[1::2], end]
        flows = [0.0, *nets[:-1], _sums([nets[-1], rest])[-1]]
        split[position] = prod(map(_factor, starts, ends, flows))
    return split


def _sums(numbers: Sequence[float]) -> list[float]:
    """The running sums, with nothing where what is left is rounding."""
    added, gross = list(accumulate(numbers)), accumulate(map(abs, numbers))
    return [0.0 if abs(one) <= NOISE * size else one for one, size in zip(added, gross, strict=True)]


def _factor(start: float, end: float, net: float) -> float:
    values, flow = np.array([start, end]), np.array([net])
    return float(daily_factors(values, np.maximum(flow, 0), np.maximum(-flow, 0))[0])


def _are_old(series: Series, days: Days, *, every_day: bool) -> NDArray[np.bool_]:
    """Whether the last close by each day is older than the session before it; there has to be one."""
    on = series[0]
    if not len(on):
        return np.zeros(len(days), dtype=bool)
    found = np.searchsorted(on, days, side="right") - 1
    before = days - 1
    if not every_day:
        weekday = (before - 1) % _DAYS_A_WEEK  # ordinal 1 was a Monday
        before = before - np.maximum(weekday - _FRIDAY, 0)
    return (found >= 0) & (on[found] < before)
