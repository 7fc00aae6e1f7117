"""Receipts of a benchmark: what it did, and what the very same flows would have made in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from tickfolio.domain.benchmark import Compared
from tickfolio.domain.money import exact
from tickfolio.domain.performance import NO_CLOSE, NO_FLOW_AMOUNT
from tickfolio.reports.performance import gain_of_same_flows, value_of_same_flows
from tickfolio.reports.receipt import DayFact, Measure, Node, Op, Receipt
from tickfolio.reports.receipt_nodes import (
    NUMBER,
    PERCENT,
    QUANTITY,
    add,
    divide,
    leaf,
    money,
    multiply,
    price_in,
    subtract,
)
from tickfolio.reports.receipt_past import PastPrice
from tickfolio.reports.receipt_performance import FLOATING, money_in, money_out
from tickfolio.reports.receipt_period import Period, floating, flow_at, in_percent, known, paid_in, value_at


@dataclass(frozen=True, slots=True)
class Against:
    """A period, what the benchmark came to in it, and the benchmark's rows of prices by day."""

    period: Period
    compared: Compared
    prices: Mapping[date, PastPrice]


@dataclass(frozen=True, slots=True)
class _Explained:
    label: str
    formula: str
    unit: Measure | None  # None is money
    work: Callable[[Against, Decimal], Node]
    shown: Callable[[Against], Decimal | None]


@exact
def explain_benchmark(against: Against, figure: str) -> Receipt:
    """The receipt of one of `BENCHMARK_FIGURES`."""
    explained = BENCHMARK_FIGURES[figure]
    value = explained.shown(against)
    return Receipt(
        figure=figure,
        label=explained.label,
        value=value,
        measure=explained.unit or money(against.period.currency),
        formula=explained.formula,
        working=None if value is None else explained.work(against, value),
        reason=None if value is not None else _reason(against, figure),
        notes=[FLOATING],
    )


def days_priced(period: Period) -> list[date]:
    """The days of which the benchmark's price is needed: that before, that of every flow, and the last."""
    return [period.day(0), *(period.day(at + 1) for at in period.moved), period.until]


def _reason(against: Against, figure: str) -> str:
    rate = against.compared.rate
    if figure == "benchmark.same_flows_xirr_pct" and rate.reason is not None:
        return rate.reason.value
    unknown = np.isnan(against.period.net).any() and figure != "benchmark.twr_pct"
    return NO_FLOW_AMOUNT if unknown else NO_CLOSE


def _price(against: Against, day: date) -> Node:
    found = against.prices.get(day)
    if found is None:
        return leaf(f"There is no price by {day}", None, price_in(against.period.currency))
    return found.node(day, against.period.currency)


def _first(against: Against) -> date:
    """The day before, or where nothing was there and the benchmark had no price yet, that of the first money."""
    period = against.period
    begins = period.day(0)
    if begins not in against.prices and not period.values[0] and period.moved:
        return period.day(period.moved[0] + 1)
    return begins


def _twr(against: Against, value: Decimal) -> Node:
    end, start = _price(against, against.period.until), _price(against, _first(against))
    return floating(Op.LINK, "The end over the start", value, [divide("What one became", NUMBER, end, start)])


def _units(against: Against) -> Node:
    """What the value before and every flow would have bought, each at its day's close."""
    period = against.period
    flows = [(period.day(at + 1), flow_at(period, at)) for at in period.moved]
    if period.values[0]:
        flows.insert(0, (period.day(0), value_at(period, 0, "The value before")))
    bought = [divide(f"Units of {day}", QUANTITY, flow, _price(against, day)) for day, flow in flows]
    return add("Units that these bought and sold", QUANTITY, bought)


def _worth(against: Against, _value: Decimal | None = None) -> Node:
    period = against.period
    label, fact = "The same flows in the benchmark", DayFact(period.until)
    return multiply(label, money(period.currency), _units(against), _price(against, period.until), fact=fact)


def _xirr(against: Against, value: Decimal) -> Node:
    parts = [*paid_in(against.period), replace(_worth(against), label="Worth at the end")]
    return floating(Op.XIRR, "The rate a year at which these are worth nothing together", value, parts)


def _gain(against: Against, _value: Decimal) -> Node:
    period = against.period
    start, measure = value_at(period, 0, "The value before"), money(period.currency)
    paid = subtract(
        "Worth at the end less what was put in",
        measure,
        _worth(against),
        start,
        replace(money_in(period), label="Money in"),
    )
    return add("Gain of the same flows", measure, [paid, replace(money_out(period), label="Money out")])


BENCHMARK_FIGURES: Mapping[str, _Explained] = {
    "benchmark.twr_pct": _Explained(
        "Return of the benchmark",
        "price at the end ÷ price before, less 1",
        PERCENT,
        _twr,
        lambda a: in_percent(a.compared.ratio),
    ),
    "benchmark.same_flows_value": _Explained(
        "The same flows in the benchmark",
        "Σ flow ÷ price of its day, × price at the end",
        None,
        _worth,
        lambda a: known(value_of_same_flows(a.compared)),
    ),
    "benchmark.same_flows_xirr_pct": _Explained(
        "XIRR of the same flows",
        "the rate r with Σ flow ÷ (1 + r)^(days ÷ 365) = 0",
        PERCENT,
        _xirr,
        lambda a: in_percent(a.compared.rate.ratio),
    ),
    "benchmark.same_flows_gain": _Explained(
        "Gain of the same flows",
        "worth at the end − value before − money in + money out",
        None,
        _gain,
        lambda a: known(gain_of_same_flows(a.compared, a.period.figures)),
    ),
}
