"""Receipts of performance: the values and flows that a return is made of, and how. Reckoned in floats, as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain.history import Days, Floats, History
from tickfolio.domain.money import ONE, exact
from tickfolio.domain.performance import Figures, Measure, columns_of
from tickfolio.domain.returns import index_of
from tickfolio.reports.receipt import DayFact, Node, Op, Receipt
from tickfolio.reports.receipt import Measure as Unit
from tickfolio.reports.receipt_nodes import NUMBER, PERCENT, add, as_percent, divide, leaf, money, multiply, subtract

_SOURCE = "Reckoned in floating point: good to about twelve digits."


@dataclass(frozen=True, slots=True)
class Period:
    """What a figure of performance is made of: one portfolio or holding over some days, in one currency."""

    history: History
    measure: Measure
    figures: Figures
    since: date
    until: date
    currency: str

    @property
    def columns(self) -> tuple[int, int]:
        """The column of the close before, and that of the end."""
        return columns_of(self.history, self.since, self.until)

    @property
    def days(self) -> Days:
        """The days of the values: that of the close before, then every day."""
        first, last = self.columns
        return self.history.days[first : last + 1]

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


@dataclass(frozen=True, slots=True)
class _Explained:
    """How a figure is called and worked out, and where it stands among the figures. A `unit` of None is money."""

    label: str
    formula: str
    unit: Unit | None
    work: Callable[[Period], Node]
    shown: Callable[[Figures], float | None]


@exact
def explain_performance(period: Period, figure: str) -> Receipt:
    """The receipt of one of `PERFORMANCE_FIGURES`."""
    told = PERFORMANCE_FIGURES[figure]
    value = told.shown(period.figures)
    known = value is not None and not np.isnan(value)
    scale = 100 if told.unit is PERCENT else 1
    return Receipt(
        figure=figure,
        label=told.label,
        value=number(value * scale) if value is not None and known else None,
        measure=told.unit or money(period.currency),
        formula=told.formula,
        working=told.work(period) if known else None,
        reason=None if known else period.figures.reasons.get(figure, "no_close"),
        notes=[_SOURCE],
    )


def number(value: float) -> Decimal:
    """The shortest decimal that is this float."""
    return Decimal(repr(float(value)))


def _told(label: str, value: float, period: Period, on: int | None = None) -> Node:
    fact = None if on is None else DayFact(date.fromordinal(int(on)))
    return leaf(label, number(value), money(period.currency), fact)


def _floating(op: Op, label: str, value: float, parts: Sequence[Node], *, percent: bool = True) -> Node:
    return Node(label, number(value), PERCENT if percent else NUMBER, op, tuple(parts))


def _xirr(period: Period) -> Node:
    """Paid in is below zero, as the person saw it; the value before is paid in, that at the end comes back."""
    days, values, net = period.days, period.values, period.net
    parts = [_told("The value before", -float(values[0]), period, days[0])] if values[0] else []
    parts += [_told("Flow", -float(net[at]), period, days[at + 1]) for at in np.flatnonzero(net != 0)]
    parts.append(_told("The value at the end", float(values[-1]), period, period.until.toordinal()))
    ratio = period.figures.xirr.ratio or 0.0
    return _floating(Op.XIRR, "The rate a year at which these are worth nothing together", ratio * 100, parts)


def _twr(period: Period) -> Node:
    return _floating(Op.LINK, "All periods, one after the other", (period.figures.twr or 0.0) * 100, _periods(period))


def _periods(period: Period) -> list[Node]:
    """A factor for each day with a flow, and one for the days between two of those."""
    days, values, net, factors = period.days, period.values, period.net, period.factors
    parts: list[Node] = []
    begun = 0
    for at in [*np.flatnonzero((net != 0) | ~_plain(values, net, factors)).tolist(), len(net)]:
        if at > begun and values[begun]:
            end, start = _value(period, at), _value(period, begun)
            parts.append(divide(f"{_day(days[begun])} to {_day(days[at])}", NUMBER, end, start))
        if at < len(net):
            parts.append(_day_of_flow(period, at))
        begun = at + 1
    return parts or [leaf("Nothing was at work", ONE, NUMBER)]


def _day_of_flow(period: Period, at: int) -> Node:
    values, net = period.values, float(period.net[at])
    label = _day(period.days[at + 1])
    start, end = values[at] + max(net, 0.0), values[at + 1] + max(-net, 0.0)
    if not start > 0:
        return leaf(f"{label}: nothing was at work", ONE, NUMBER)
    if not np.isclose(end / start, period.factors[at], rtol=1e-12, atol=0):
        return leaf(f"{label}: the day is split where its trades told a price", number(period.factors[at]), NUMBER)
    return divide(
        f"{label}, with {'money in' if net > 0 else 'money out'}",
        NUMBER,
        add("At the end", money(period.currency), [_value(period, at + 1), _told("Money out", max(-net, 0.0), period)]),
        add("At the start", money(period.currency), [_value(period, at), _told("Money in", max(net, 0.0), period)]),
    )


def _plain(values: Floats, net: Floats, factors: Floats) -> NDArray[np.bool_]:
    """Whether a day without a flow is its end over its start, and not split by trades that came to nothing in all."""
    expected = np.divide(values[1:], values[:-1], out=np.ones(len(net)), where=values[:-1] > 0)
    return np.isclose(expected, factors, rtol=1e-12, atol=0)


def _value(period: Period, at: int) -> Node:
    return _told("Value", float(period.values[at]), period, period.days[at])


def _day(ordinal: int) -> str:
    return date.fromordinal(int(ordinal)).isoformat()


def _annual(period: Period) -> Node:
    days = leaf("Days", Decimal(period.figures.days), NUMBER)
    return _floating(Op.ANNUALISE, "A year", (period.figures.twr_annual or 0.0) * 100, [_twr(period), days])


def _dietz(period: Period) -> Node:
    """Each flow weighs by the part of the period that it was there for."""
    currency, whole = money(period.currency), leaf("Days", Decimal(period.figures.days), NUMBER)
    flows, weighed = [], []
    for at in np.flatnonzero(period.net != 0):
        flow = _told("Flow", float(period.net[at]), period, period.days[at + 1])
        left = leaf("Days left", Decimal(period.until.toordinal() - int(period.days[at + 1])), NUMBER)
        flows.append(flow)
        weighed.append(
            multiply("Flow by its time", currency, flow, divide("Its part of the days", NUMBER, left, whole))
        )
    start, end = _value(period, 0), _value(period, len(period.net))
    gain = subtract("Gain", currency, end, start, *flows)
    return as_percent("Gain in percent of the money at work", gain, add("Money at work", currency, [start, *weighed]))


def _drawdown(period: Period) -> Node:
    index, found = index_of(period.factors), period.figures.drawdown
    peak, trough = (found.peak, found.trough) if found else (0, 0)
    high = leaf("Index at its peak", number(index[peak] * 100), NUMBER, DayFact(_at(period, peak)))
    low = leaf("Index at its lowest after it", number(index[trough] * 100), NUMBER, DayFact(_at(period, trough)))
    return as_percent("The fall in percent of the peak", subtract("The fall", NUMBER, low, high), high)


def _at(period: Period, position: int) -> date:
    return date.fromordinal(int(period.days[position]))


def _returns(period: Period) -> list[Node]:
    first, last = period.columns
    at_work = period.history.sessions[first + 1 : last + 1] & (period.values[:-1] + np.maximum(period.net, 0) != 0)
    return [
        leaf("Return", number((period.factors[at] - 1) * 100), PERCENT, DayFact(_at(period, at + 1)))
        for at in np.flatnonzero(at_work).tolist()
    ]


def _volatility(period: Period) -> Node:
    label = "Standard deviation of the returns of sessions × √252"
    return _floating(Op.VOLATILITY, label, (period.figures.volatility or 0.0) * 100, _returns(period))


def _sharpe(period: Period) -> Node:
    label = "Mean return × 252 ÷ volatility, above a risk-free rate of 0"
    return _floating(Op.SHARPE, label, period.figures.sharpe or 0.0, _returns(period), percent=False)


def _sortino(period: Period) -> Node:
    label = "Mean return × 252 ÷ downside deviation, above a risk-free rate of 0"
    return _floating(Op.SORTINO, label, period.figures.sortino or 0.0, _returns(period), percent=False)


def _flows(sign: int) -> Callable[[Period], Node]:
    def work(period: Period) -> Node:
        ats = np.flatnonzero(period.net * sign > 0)
        parts = [_told("Flow", float(period.net[at]) * sign, period, period.days[at + 1]) for at in ats]
        return add("Together", money(period.currency), parts)

    return work


def _fall(figures: Figures) -> float | None:
    return None if figures.drawdown is None else figures.drawdown.depth


_XIRR = "the rate r with Σ flow ÷ (1 + r)^(days ÷ 365) = 0"
_TWR = "(value at the end + money out) ÷ (value at the start + money in), day by day, multiplied, less 1"
_DIETZ = "gain ÷ (value before + Σ flow × its part of the days)"
PERFORMANCE_FIGURES: Mapping[str, _Explained] = {
    "start_value": _Explained(
        "Value before", "value at the close of the day before", None, lambda p: _value(p, 0), lambda f: f.start
    ),
    "end_value": _Explained(
        "Value at the end", "value at the close of the last day", None, lambda p: _value(p, len(p.net)), lambda f: f.end
    ),
    "money_in": _Explained("Money in", "Σ what came in, by day", None, _flows(1), lambda f: f.money_in),
    "money_out": _Explained("Money out", "Σ what went out, by day", None, _flows(-1), lambda f: f.money_out),
    "xirr_pct": _Explained("XIRR", _XIRR, PERCENT, _xirr, lambda f: f.xirr.ratio),
    "twr_pct": _Explained("TWR", _TWR, PERCENT, _twr, lambda f: f.twr),
    "twr_annual_pct": _Explained("TWR a year", "(1 + TWR)^(365 ÷ days) − 1", PERCENT, _annual, lambda f: f.twr_annual),
    "modified_dietz_pct": _Explained("Modified Dietz", _DIETZ, PERCENT, _dietz, lambda f: f.modified_dietz),
    "max_drawdown_pct": _Explained("Largest fall", "lowest index ÷ peak before it − 1", PERCENT, _drawdown, _fall),
    "volatility_pct": _Explained(
        "Volatility", "standard deviation of daily returns × √252", PERCENT, _volatility, lambda f: f.volatility
    ),
    "sharpe": _Explained("Sharpe ratio", "mean return a year ÷ volatility", NUMBER, _sharpe, lambda f: f.sharpe),
    "sortino": _Explained(
        "Sortino ratio", "mean return a year ÷ downside deviation", NUMBER, _sortino, lambda f: f.sortino
    ),
}
