"""What something was worth at the end of a past day: units × close × rate, from rows of prices.

Call these where arithmetic is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tickfolio.reports.receipt import DayFact, FxFact, Measure, Node, PriceFact, SplitFact
from tickfolio.reports.receipt_nodes import QUANTITY, add, leaf, money, multiply, price_in
from tickfolio.reports.receipt_rows import cross
from tickfolio.reports.receipt_value import divided_by


@dataclass(frozen=True, slots=True)
class PastPrice:
    """The last close on a day, in the instrument's `currency`, of which `on` is the session.

    `splits` are those since, which the close does not know of yet. `rate` leads into the portfolio's currency and is
    None where it is the same.
    """

    symbol: str
    currency: str
    price: Decimal
    on: date
    fact: PriceFact
    splits: Sequence[SplitFact] = ()
    rate: FxFact | None = None

    def factors(self) -> list[Node]:
        """The price of a unit of now, and the rate where one is needed."""
        close = leaf(f"Close of {self.on.isoformat()}", self.price, price_in(self.currency), self.fact)
        told = [divided_by(close, self.splits)]
        if self.rate is not None:
            told.append(cross(f"Rate from {self.rate.source} to {self.rate.target}", self.rate))
        return told

    def node(self, day: date, currency: str) -> Node:
        """What one unit was worth on a day, in the portfolio's currency."""
        return multiply(f"{self.symbol} on {day.isoformat()}", price_in(currency), *self.factors())


@dataclass(frozen=True, slots=True)
class PastHolding:
    """So many units of something at the end of a day, and their price then."""

    units: Decimal
    price: PastPrice


@dataclass(frozen=True, slots=True)
class PastCash:
    """What lay in cash at the end of a day, in its own currency; `rate` is None where that is the one asked for."""

    name: str
    balance: Decimal
    currency: str
    rate: FxFact | None = None

    def node(self, measure: Measure, fact: DayFact) -> Node:
        """What it was worth then."""
        balance = leaf(self.name, self.balance, money(self.currency), fact)
        if self.rate is None:
            return balance
        rate = cross(f"Rate from {self.rate.source} to {self.rate.target}", self.rate)
        return multiply(self.name, measure, balance, rate)


@dataclass(frozen=True, slots=True)
class PastWorth:
    """All that was there at the end of a day; `cash` has a line for each portfolio that tracks it."""

    on: date
    currency: str
    holdings: Sequence[PastHolding] = field(default_factory=tuple)
    cash: Sequence[PastCash] = field(default_factory=tuple)

    def node(self, label: str) -> Node:
        """The value of that day: a line for each holding, and one for the cash."""
        fact, measure = DayFact(self.on), money(self.currency)
        lines = [
            multiply(one.price.symbol, measure, leaf("Units", one.units, QUANTITY, fact), *one.price.factors())
            for one in self.holdings
        ]
        lines += [one.node(measure, fact) for one in self.cash]
        return add(label, measure, lines, fact)
