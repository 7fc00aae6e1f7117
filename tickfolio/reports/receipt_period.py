"""The days that a figure of performance is made of, and their values and flows as nodes of a receipt.

Values and flows are floats, as they are drawn. Where the rows of prices below a value are known, it is worked out of
these, exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import isclose

import numpy as np

from tickfolio.domain.history import Days, Floats, History
from tickfolio.domain.performance import Figures, Measure, columns_of
from tickfolio.reports.receipt import DayFact, Node, Op
from tickfolio.reports.receipt_nodes import NUMBER, PERCENT, leaf, money, negate, settle
from tickfolio.reports.receipt_past import PastWorth

# Floats that are further apart than this are two numbers, and not one that was reckoned in two ways.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Period:
    """What a figure of performance is made of: one portfolio or holding over some days, in one currency.

    `worths` has the rows of prices below the values of some days. Where the summary tells the value of the last day
    (`is_now`), that is `now`, exact.
    """

    history: History
    measure: Measure
    figures: Figures
    since: date
    until: date
    currency: str
    worths: Mapping[date, PastWorth] = field(default_factory=dict)
    is_now: bool = False
    now: Decimal | None = None

    @property
    def columns(self) -> tuple[int, int]:
        """The column of the close before, and that of the end."""
        return columns_of(self.history, self.since, self.until)

    @property
    def days(self) -> Days:
        """The days of the values: the one before the first, then every day on which anything happened."""
        first, last = self.columns
        days: Days = np.concatenate([[self.since.toordinal() - 1], self.history.days[first + 1 : last + 1]])
        return days

    @property
    def values(self) -> Floats:
        """The value at the end of each of these days."""
        first, last = self.columns
        return self.measure.values[first : last + 1]

    @property
    def net(self) -> Floats:
        """What came in less what went out on each day."""
        first, last = self.columns
        return self.measure.net[first:last]

    @property
    def factors(self) -> Floats:
        """What one unit of money became on each day."""
        first, last = self.columns
        return self.measure.factors[first:last]

    @property
    def moved(self) -> list[int]:
        """The places of the days on which money came in or went out, among the days of flows."""
        found: list[int] = np.flatnonzero(self.net != 0).tolist()
        return found

    def day(self, at: int) -> date:
        """The day of the value at a place."""
        return date.fromordinal(int(self.days[at]))


def number(value: float) -> Decimal:
    """The shortest decimal that is this float."""
    return Decimal(repr(float(value)))


def known(value: float | None) -> Decimal | None:
    """The same; None for what is unknown."""
    return None if value is None or not np.isfinite(value) else number(value)


def in_percent(ratio: float | None) -> Decimal | None:
    """A ratio in percent; None for what is unknown."""
    return None if ratio is None else known(ratio * 100)


def told(label: str, value: float, period: Period, on: date | None = None) -> Node:
    """An amount of a day as a fact."""
    return leaf(label, number(value), money(period.currency), None if on is None else DayFact(on))


def floating(op: Op, label: str, value: Decimal | None, parts: Sequence[Node], *, percent: bool = True) -> Node:
    """What a step in floats came to."""
    return Node(label, value, PERCENT if percent else NUMBER, op, tuple(parts))


def value_at(period: Period, at: int, label: str = "Value") -> Node:
    """The value at a place, out of the rows of prices below it; a fact where they are not at hand or say otherwise."""
    amount, day = float(period.values[at]), period.day(at)
    exact = period.now if at == len(period.net) else None
    worth = period.worths.get(day)
    if worth is not None:
        node = worth.node(label)
        if node.value is not None and isclose(float(node.value), amount, rel_tol=_SAME, abs_tol=_SAME):
            return settle(node, exact)
    return leaf(label, number(amount) if exact is None else exact, money(period.currency), DayFact(day))


def flow_at(period: Period, at: int, sign: int = 1, label: str = "Flow") -> Node:
    """What came in less what went out on a day of flows, or with the other sign."""
    return told(label, float(period.net[at]) * sign, period, period.day(at + 1))


def paid_in(period: Period) -> list[Node]:
    """The value before and every flow as the person saw them: what was paid in is below zero."""
    day = DayFact(period.day(0))
    before = [negate(value_at(period, 0), "The value before", day)] if period.values[0] else []
    return [*before, *(flow_at(period, at, -1) for at in period.moved)]
