"""How far below its highest so far an index stands, and the figures of a stretch of days that need no rate a year."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from tickfolio.domain import returns
from tickfolio.domain.history import Floats, History
from tickfolio.domain.performance import Measure, columns_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days of a history, in the currency of it: ratios, and NaN or None for what is unknown.

    `start` is the value at the close of the day before. `net` is what came in less what went out by day, `fall` the
    largest one from a peak inside the stretch.
    """

    start: float
    end: float
    net: Floats
    twr: float | None
    fall: float | None


def falls_of(index: Floats) -> Floats:
    """Each entry of an index over the highest up to it, less 1: at most 0; NaN from the first unknown one on."""
    falls: Floats = index / np.maximum.accumulate(index) - 1
    return falls


def measure_stretch(history: History, measure: Measure, since: date, until: date) -> Stretch:
    """The stretch between two days, both inside: what the figures of that period say, without its rates a year."""
    first, last = columns_of(history, since, until)
    factors = measure.factors[first:last]
    found = returns.max_drawdown(returns.index_of(factors))
    return Stretch(
        start=float(measure.values[first]),
        end=float(measure.values[last]),
        net=measure.net[first:last],
        twr=returns.link(factors),
        fall=None if found is None else found.depth,
    )
