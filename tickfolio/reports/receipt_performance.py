"""Receipts of performance: the values and flows that a return is made of, and how. Reckoned in floats, as they are."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain.history import Floats
from tickfolio.domain.money import ONE, exact
from tickfolio.domain.performance import NO_CLOSE, NO_SPREAD, Figures
from tickfolio.domain.returns import index_of
from tickfolio.reports.performance import PeriodMade, reason_of_made
from tickfolio.reports.receipt import DayFact, Measure, Node, Op, Receipt
from tickfolio.reports.receipt_nodes import (
    NUMBER,
    PERCENT,
    add,
    as_percent,
    divide,
    leaf,
    money,
    multiply,
    settle,
    subtract,
)
from tickfolio.reports.receipt_period import (
    Period,
    floating,
    flow_at,
    in_percent,
    known,
    number,
    paid_in,
    told,
    value_at,
)

FLOATING = "Reckoned in floating point: good to about twelve digits."
_LONG = "There is too much for one receipt: each value of a day stands as a fact, without the prices below it."

# Why a figure is unknown where the figures do not say: without a single loss there is no deviation of losses.
_UNSAID = {"sortino": NO_SPREAD}


@dataclass(frozen=True, slots=True)
class _Explained:
    """How a figure is called and worked out, and where it stands among the figures. A `unit` of None is money.

    `work` is given the figure itself; `values` are the places of the values in it.
    """

    label: str
    formula: str
    unit: Measure | None
    work: Callable[[Period, Decimal], Node]
    shown: Callable[[Period], Decimal | None]
    values: Callable[[Period], Iterable[int]] = lambda _period: ()


@exact
def explain_performance(period: Period, figure: str, *, nested: bool = True) -> Receipt:
    """The receipt of one of `PERFORMANCE_FIGURES`; `nested` unless the prices below its values are too many."""
    explained = _FIGURES[figure]
    value = explained.shown(period)
    return Receipt(
        figure=figure,
        label=explained.label,
        value=value,
        measure=explained.unit or money(period.currency),
        formula=explained.formula,
        working=None if value is None else explained.work(period, value),
        reason=None if value is not None else _reason(period, figure),
        notes=[FLOATING] if nested else [FLOATING, _LONG],
    )


def _reason(period: Period, figure: str) -> str:
    if figure in _OF_FLOWS:
        return reason_of_made(period.figures)
    return period.figures.reasons.get(figure, _UNSAID.get(figure, NO_CLOSE))


def places_needed(period: Period, figure: str) -> list[int]:
    """The places of the values that a figure is made of."""
    return sorted(set(_FIGURES[figure].values(period)))


def ends(period: Period) -> Iterable[int]:
    """The places of the value before and of that at the end."""
    return (0, len(period.net))


def _xirr(period: Period, value: Decimal) -> Node:
    """Paid in is below zero, as the person saw it; the value before is paid in, that at the end comes back."""
    parts = [*paid_in(period), value_at(period, len(period.net), "The value at the end")]
    return floating(Op.XIRR, "The rate a year at which these are worth nothing together", value, parts)


def _twr(period: Period, value: Decimal | None) -> Node:
    return floating(Op.LINK, "All periods, one after the other", value, _periods(period))


def _breaks(period: Period) -> list[int]:
    """The places among the days of flows of those that stand for themselves."""
    net, factors = period.net, period.factors
    found: list[int] = np.flatnonzero((net != 0) | ~_plain(period.values, net, factors)).tolist()
    return found


def _bounds(period: Period) -> Iterable[int]:
    """The places of the values at which the periods of a TWR begin and end."""
    return {0, len(period.net), *(place for at in _breaks(period) for place in (at, at + 1))}


def _periods(period: Period) -> list[Node]:
    """A factor for each day with a flow, and one for the days between two of those."""
    parts: list[Node] = []
    begun = 0
    for at in [*_breaks(period), len(period.net)]:
        if at > begun and period.values[begun]:
            label = f"{period.day(begun)} to {period.day(at)}"
            parts.append(divide(label, NUMBER, value_at(period, at), value_at(period, begun)))
        if at < len(period.net):
            parts.append(_day_of_flow(period, at))
        begun = at + 1
    return parts or [leaf("Nothing was at work", ONE, NUMBER)]


def _day_of_flow(period: Period, at: int) -> Node:
    values, net = period.values, float(period.net[at])
    label = period.day(at + 1).isoformat()
    start, end = values[at] + max(net, 0), values[at + 1] + max(-net, 0)
    if not start > 0:
        return leaf(f"{label}: nothing was at work", ONE, NUMBER)
    if not np.isclose(end / start, period.factors[at], rtol=1e-12, atol=0):
        return leaf(f"{label}: the day is split where its trades told a price", number(period.factors[at]), NUMBER)
    return divide(
        f"{label}, with {'money in' if net > 0 else 'money out'}",
        NUMBER,
        add("At the end", money(period.currency), [value_at(period, at + 1), told("Money out", max(-net, 0), period)]),
        add("At the start", money(period.currency), [value_at(period, at), told("Money in", max(net, 0), period)]),
    )


def _plain(values: Floats, net: Floats, factors: Floats) -> NDArray[np.bool_]:
    """Whether a day without a flow is its end over its start, and not split by trades that came to nothing in all."""
    expected = np.divide(values[1:], values[:-1], out=np.ones(len(net)), where=values[:-1] > 0)
    return np.isclose(expected, factors, rtol=1e-12, atol=0)


def _annual(period: Period, value: Decimal) -> Node:
    days = leaf("Days", Decimal(period.figures.days), NUMBER)
    return floating(Op.ANNUALISE, "A year", value, [_twr(period, in_percent(period.figures.twr)), days])


def _dietz(period: Period, _value: Decimal) -> Node:
    """Each flow weighs by the part of the period that it was there for."""
    currency, whole = money(period.currency), leaf("Days", Decimal(period.figures.days), NUMBER)
    flows, weighed = [], []
    for at in period.moved:
        flow = flow_at(period, at)
        left = leaf("Days left", Decimal((period.until - period.day(at + 1)).days), NUMBER)
        flows.append(flow)
        weighed.append(
            multiply("Flow by its time", currency, flow, divide("Its part of the days", NUMBER, left, whole))
        )
    start, end = value_at(period, 0), value_at(period, len(period.net))
    gain = subtract("Gain", currency, end, start, *flows)
    return as_percent("Gain in percent of the money at work", gain, add("Money at work", currency, [start, *weighed]))


def _drawdown(period: Period, _value: Decimal) -> Node:
    index, found = index_of(period.factors), period.figures.drawdown
    peak, trough = (found.peak, found.trough) if found else (0, 0)
    high = leaf("Index at its peak", number(index[peak] * 100), NUMBER, DayFact(period.day(peak)))
    low = leaf("Index at its lowest after it", number(index[trough] * 100), NUMBER, DayFact(period.day(trough)))
    return as_percent("The fall in percent of the peak", subtract("The fall", NUMBER, low, high), high)


def _returns(period: Period) -> list[Node]:
    first, last = period.columns
    at_work = period.measure.sessions[first + 1 : last + 1] & (period.values[:-1] + np.maximum(period.net, 0) != 0)
    return [
        leaf("Return", number((period.factors[at] - 1) * 100), PERCENT, DayFact(period.day(at + 1)))
        for at in np.flatnonzero(at_work).tolist()
    ]


def _volatility(period: Period, value: Decimal) -> Node:
    label = "Standard deviation of the returns of sessions × √252"
    return floating(Op.VOLATILITY, label, value, _returns(period))


def _sharpe(period: Period, value: Decimal) -> Node:
    label = "Mean return × 252 ÷ volatility, above a risk-free rate of 0"
    return floating(Op.SHARPE, label, value, _returns(period), percent=False)


def _sortino(period: Period, value: Decimal) -> Node:
    label = "Mean return × 252 ÷ downside deviation, above a risk-free rate of 0"
    return floating(Op.SORTINO, label, value, _returns(period), percent=False)


def _start(period: Period, _value: Decimal) -> Node:
    return value_at(period, 0)


def _end(period: Period, _value: Decimal) -> Node:
    return value_at(period, len(period.net))


def money_in(period: Period, _value: Decimal | None = None) -> Node:
    """What came in, by day."""
    return _moved(period, 1)


def money_out(period: Period, _value: Decimal | None = None) -> Node:
    """What went out, by day."""
    return _moved(period, -1)


def _moved(period: Period, sign: int) -> Node:
    parts = [flow_at(period, at, sign) for at in period.moved if period.net[at] * sign > 0]
    return add("Together", money(period.currency), parts)


def _net(period: Period, _value: Decimal | None = None) -> Node:
    return subtract("Put in less taken out", money(period.currency), money_in(period), money_out(period))


def _made(period: Period, value: Decimal) -> Node:
    start, end = value_at(period, 0, "The value before"), value_at(period, len(period.net), "The value at the end")
    return settle(subtract("Made", money(period.currency), end, start, _net(period)), value)


def _known(of: Callable[[Figures], float | None]) -> Callable[[Period], Decimal | None]:
    """A figure in money, or a number."""
    return lambda period: known(of(period.figures))


def _ratio(of: Callable[[Figures], float | None]) -> Callable[[Period], Decimal | None]:
    """A figure in percent."""
    return lambda period: in_percent(of(period.figures))


def _of_made(period: Period) -> PeriodMade:
    return PeriodMade(period.figures, is_now=period.is_now, now=period.now)


def _fall(figures: Figures) -> float | None:
    return None if figures.drawdown is None else figures.drawdown.depth


_XIRR = "the rate r with Σ flow ÷ (1 + r)^(days ÷ 365) = 0"
_TWR = "(value at the end + money out) ÷ (value at the start + money in), day by day, multiplied, less 1"
_DIETZ = "gain ÷ (value before + Σ flow × its part of the days)"
_SPREAD = "standard deviation of daily returns × √252"
_MADE = "value at the end − value before − (money in − money out)"
_BY_YEAR = "(1 + TWR)^(365 ÷ days) − 1"
PERFORMANCE_FIGURES: Mapping[str, _Explained] = {
    "start_value": _Explained(
        "Value before", "value at the close of the day before", None, _start, _known(lambda f: f.start), lambda _p: (0,)
    ),
    "end_value": _Explained(
        "Value at the end",
        "value at the close of the last day",
        None,
        _end,
        lambda p: _of_made(p).end,
        lambda p: (len(p.net),),
    ),
    "money_in": _Explained("Money in", "Σ what came in, by day", None, money_in, _known(lambda f: f.money_in)),
    "money_out": _Explained("Money out", "Σ what went out, by day", None, money_out, _known(lambda f: f.money_out)),
    "made": _Explained("Made", _MADE, None, _made, lambda p: _of_made(p).made, ends),
    "xirr_pct": _Explained("XIRR", _XIRR, PERCENT, _xirr, _ratio(lambda f: f.xirr.ratio), ends),
    "twr_pct": _Explained("TWR", _TWR, PERCENT, _twr, _ratio(lambda f: f.twr), _bounds),
    "twr_annual_pct": _Explained("TWR a year", _BY_YEAR, PERCENT, _annual, _ratio(lambda f: f.twr_annual), _bounds),
    "modified_dietz_pct": _Explained(
        "Modified Dietz", _DIETZ, PERCENT, _dietz, _ratio(lambda f: f.modified_dietz), ends
    ),
    "max_drawdown_pct": _Explained(
        "Largest fall", "lowest index ÷ peak before it − 1", PERCENT, _drawdown, _ratio(_fall)
    ),
    "volatility_pct": _Explained("Volatility", _SPREAD, PERCENT, _volatility, _ratio(lambda f: f.volatility)),
    "sharpe": _Explained(
        "Sharpe ratio", "mean return a year ÷ volatility", NUMBER, _sharpe, _known(lambda f: f.sharpe)
    ),
    "sortino": _Explained(
        "Sortino ratio", "mean return a year ÷ downside deviation", NUMBER, _sortino, _known(lambda f: f.sortino)
    ),
}
# What a year says besides: in the answer itself, money in and money out stand side by side.
_FIGURES: Mapping[str, _Explained] = {
    **PERFORMANCE_FIGURES,
    "net_flow": _Explained("Put in", "Σ what came in − Σ what went out", None, _net, lambda p: _of_made(p).net),
}
_OF_FLOWS = frozenset({"made", "net_flow"})
