"""The product's history and returns beside the oracle's, on random ledgers with closes and rates of exchange.

The usual run reads 1,000 ledgers; `TICKFOLIO_ORACLE=10000` reads 10,000.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from random import Random

import numpy as np
import pytest

from tests.oracle.ledger import AVERAGE, FIFO, Fact, Row
from tests.oracle.made import Maker
from tests.oracle.product import product_books, ratio, transaction
from tests.oracle.returns import DAY, Day, History, Market, dated_flows, drawdown, xirr
from tickfolio.domain.errors import Oversold
from tickfolio.domain.fx import Rates
from tickfolio.domain.history import Series
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.money import ZERO
from tickfolio.domain.performance import Measure, figures_of
from tickfolio.domain.returns import index_of
from tickfolio.domain.splits import Split
from tickfolio.domain.valuation import value_portfolio
from tickfolio.reports.summary import ValuedPortfolio
from tickfolio.services.performance import Inputs, make_inputs, make_past, measure_each
from tickfolio.storage.portfolios import Portfolio

LEDGERS = int(os.environ.get("TICKFOLIO_ORACLE", "1000"))
BLOCKS = 4
NEAR, NEAR_RATE = 1e-9, 1e-7
BLUR_MAX = 1e-6  # what floats may be off at most, where a day brings and takes much more than is left of it
BEFORE, AFTER = 15, 20  # days of closes before the first row, and after the last
SATURDAY = 5
KEEPS = 0.05  # so many of the rows keep their own price, which may be nothing
TRADED = ("BUY", "SELL", "RIGHTS", "REINVEST", "OPENING", "SWITCH", "TRANSFER_IN", "TRANSFER_OUT", "MERGER")
ABROAD, CASH = "USD", "D"


class Usual(Maker):
    """Quantities and charges that floats can tell apart: what is drawn needs no more.

    A tax of 5.10 + 1E-18 beside a dividend of 5.10 would be a flow of 1E-18 to a fraction, which loses all of it on a
    day without anything held, and no flow to a float, of which a daily series may be (figures.md section 1).
    """

    quantities = tuple(map(Decimal, ("1", "10", "100", "7", "3", "0.5", "81.234", "0.080815", "10000")))
    charges = tuple(map(Decimal, ("0", "0", "0", "0.05", "5", "0.01", "13.37")))
    rates = (Decimal(1), Decimal(1), Decimal("0.97783"), Decimal("1.123456"))
    ratios = ((2, 1), (10, 1), (1, 2), (1, 10), (3, 2), (7, 3), (3, 7))
    tiny = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Made:
    """One portfolio with a market; `USD` is in closes of the euro's pair, the portfolio is kept in euros."""

    rows: tuple[Row, ...]
    facts: tuple[Fact, ...]
    closes: dict[str, dict[date, Decimal]]
    euro_in_dollars: dict[date, Decimal]
    abroad: frozenset[str]
    cash_tracked: bool
    method: str
    first: date
    last: date

    def market(self) -> Market:
        rates = {on: 1 / Fraction(close) for on, close in self.euro_in_dollars.items()}
        return Market(self.closes, {ABROAD: rates}, dict.fromkeys(self.abroad, ABROAD))


def made_portfolios() -> Iterator[tuple[int, Made]]:
    """Without end: the first portfolio of each random ledger, at prices near closes."""
    for number in count(1_000_000):
        chance = Random(number)
        made = Usual(chance).ledger()
        rows = tuple(row for row in made.rows if row.portfolio == "P")
        if not rows:
            continue
        first, last = min(row.on for row in rows), max(row.on for row in rows)
        days = [first + timedelta(days=day) for day in range(-BEFORE, (last - first).days + AFTER)]
        closes = {name: made_closes(chance, days) for name in "ABC"}
        fitting = tuple(near(chance, row, closes) for row in rows)
        rates = {day: price(chance, 110) for day in days if day.weekday() < SATURDAY}
        abroad = frozenset(chance.choice(("", "", "A", "AB")))
        yield (
            number,
            Made(
                fitting,
                made.facts,
                closes,
                rates,
                abroad,
                chance.random() < 0.3,
                chance.choice((AVERAGE, FIFO)),
                first,
                days[-1],
            ),
        )


def made_closes(chance: Random, days: list[date]) -> dict[date, Decimal]:
    """A walk of closes, of every weekday, of most, of few or of next to none."""
    often, level, closes = chance.choice((1, 0.9, 0.2, 0.03)), 100.0, {}
    for number, day in enumerate(days):
        level *= chance.uniform(0.95, 1.05)
        if (number == 0 and chance.random() < 0.9) or (day.weekday() < SATURDAY and chance.random() < often):
            closes[day] = price(chance, level)
    return closes


def price(chance: Random, level: float) -> Decimal:
    return Decimal(str(round(level * chance.uniform(0.98, 1.02) * 100) / 100)) + Decimal("0.01")


def near(chance: Random, row: Row, closes: dict[str, dict[date, Decimal]]) -> Row:
    """The row at a price near the last close; now and then at none."""
    known = closes[row.instrument or "A"]
    past = [day for day in known if day <= row.on]
    level = float(known[max(past)]) if past else 100.0
    keeps = chance.random() < KEEPS and (not row.price or Decimal("0.01") < row.price < Decimal(1000))
    told = price(chance, level) if row.type in TRADED and not keeps else row.price
    if row.type in ("DIVIDEND", "INTEREST", "FEE", "TAX"):
        return replace(row, quantity=Decimal(1), price=price(chance, 5))
    if row.type in ("DEPOSIT", "WITHDRAWAL"):
        return replace(row, instrument=CASH, quantity=Decimal(1), price=price(chance, 5000))
    small = row.type == "SWITCH" and row.quantity * told < 1
    cost = row.quantity * told if row.type == "OPENING" and row.cost is not None else row.cost
    return replace(row, price=told, cost=cost, fees=ZERO if small else row.fees)


# --- What each of them says ------------------------------------------------------------------------------------------


def series_of(closes: dict[date, Decimal]) -> Series:
    days = sorted(closes)
    return np.array([day.toordinal() for day in days], dtype=np.int64), np.array([float(closes[day]) for day in days])


def inputs_of(made: Made) -> Inputs:
    """The product's inputs. Raises: Oversold."""
    books = product_books(made.rows, made.facts, made.method, tax=False)
    instruments = {
        name: Instrument(name, AssetType.STOCK, "NSE", name, name, "USD" if name in made.abroad else "EUR")
        for name in "ABC"
    }
    instruments[CASH] = Instrument(CASH, AssetType.CASH, "CASH", "EUR", "EUR", "EUR")
    kept = Portfolio(
        "P", "U", "P", "EUR", CostMethod(made.method), 1, datetime(2024, 1, 1, tzinfo=UTC), made.cash_tracked
    )
    rows = sorted((transaction(row) for row in made.rows), key=lambda row: (row.traded_on, row.id))
    return make_inputs(
        kept,
        instruments,
        rows,
        {name: book for (_, name), book in books.items()},
        [Split(fact.instrument, fact.on, ratio(fact.ratio), fact.kind == "BONUS") for fact in made.facts],
        {name: series_of(closes) for name, closes in made.closes.items()},
        {ABROAD: series_of(made.euro_in_dollars)},
        ValuedPortfolio("P", "P", "EUR", value_portfolio([], Rates({}), "EUR"), {}),
    )


def same(ours: Fraction | Decimal | None, theirs: float | None, tolerance: float, size: float = 1.0) -> bool:
    if ours is None or theirs is None or math.isnan(theirs):
        return ours is None and (theirs is None or math.isnan(theirs))
    return abs(float(ours) - theirs) <= tolerance * max(abs(float(ours)), size)


def of_days(days: dict[int, Day], ordinals: list[int], measure: Measure, what: str) -> Iterator[str]:
    """Value and index of each day that the product has."""
    index = index_of(measure.factors)
    for column, ordinal in enumerate(ordinals):
        day = days[ordinal]
        if not same(day.value, float(measure.values[column]), NEAR, 1e-6):
            yield f"{what} value on {day.on}: oracle {told(day.value)}, product {measure.values[column]!r}"
        if not same(day.index, float(index[column]), near_index(day), 0.0):
            yield f"{what} index on {day.on}: oracle {told(day.index)}, product {index[column]!r}"


def near_index(day: Day) -> float:
    """How near the product's floats have to be to the index of a day."""
    return NEAR + min(day.blur, BLUR_MAX)


def costs_are_known(made: Made) -> bool:
    """Where a cost is unknown, the product says so until none of those units is left; the oracle looks at the lots."""
    return all(row.fx is not None and (row.type != "TRANSFER_IN" or row.cost is not None) for row in made.rows)


def of_costs(days: list[Day], ordinals: list[int], invested: list[float]) -> Iterator[str]:
    """What was invested on each day: the sum of all changes before it, as near as the largest of them allows."""
    by_ordinal = {day.on.toordinal(): day.invested for day in days}
    size = max(abs(float(amount)) for amount in by_ordinal.values() if amount is not None)
    for ordinal, theirs in zip(ordinals, invested, strict=True):
        if not same(by_ordinal[ordinal], theirs, NEAR, size):
            yield f"invested on {date.fromordinal(ordinal)}: oracle {told(by_ordinal[ordinal])}, product {theirs!r}"


def told(amount: Fraction | Decimal | None) -> str:
    return "unknown" if amount is None else repr(float(amount))


def differences(made: Made) -> list[str]:
    """What the two say otherwise, each with both answers. Raises: Oversold."""
    inputs, market = inputs_of(made), made.market()
    past = make_past(inputs, made.last)
    ordinals = past.history.days.tolist()
    found = []
    whole = History(made.rows, market, made.facts, made.method, cash_tracked=made.cash_tracked)
    for holding, measure in {None: past.whole, **measure_each(inputs, past)}.items():
        history = whole if holding is None else whole.of(holding)
        days = history.days(made.first - DAY, made.last)
        by_ordinal = {day.on.toordinal(): day for day in days}
        what = holding or "whole"
        found += of_days(by_ordinal, ordinals, measure, what)
        figures = figures_of(past.history, measure, made.first, made.last)
        if not same(drawdown(days), figures.drawdown and figures.drawdown.depth, near_index(days[-1]), 1.0):
            found.append(f"{what} drawdown: oracle {told(drawdown(days))}, product {figures.drawdown}")
        flows = dated_flows(days)
        ours = None if flows is None else xirr(flows)
        if ours is None or not ours.several:
            rate = ours and ours.value
            if not same(rate, figures.xirr.ratio, NEAR_RATE):
                found.append(f"{what} xirr: oracle {told(rate)}, product {figures.xirr}")
        if holding is None and costs_are_known(made):
            found += of_costs(days, ordinals, past.history.invested.tolist())
    return found


def written(made: Made) -> Iterator[str]:
    """A portfolio as a person reads it."""
    yield f"{made.method}, cash {made.cash_tracked}, abroad {sorted(made.abroad)}"
    for row in sorted(made.rows, key=lambda row: (row.on, row.sequence)):
        fields = [(name, getattr(row, name)) for name in row.__slots__]
        yield " ".join(f"{name}={value}" for name, value in fields if value not in (None, 0, "", "P"))
    yield from map(str, made.facts)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_product_and_oracle_agree_on_every_day(block):
    wrong, read = [], 0
    for number, made in made_portfolios():
        if number % BLOCKS != block:
            continue
        try:
            found = differences(made)
        except Oversold:
            continue
        read += 1
        if found:
            wrong.append((len(made.rows), number, made, found))
        if read >= LEDGERS // BLOCKS:
            break
    if wrong:
        _, number, made, found = min(wrong, key=lambda one: one[:2])
        shown = "\n".join([*written(made), *found[:12]])
        pytest.fail(f"{len(wrong)} of {read} ledgers; the shortest is {number}:\n{shown}")
