"""What something was worth at the end of a past day: units × close × rate, from rows of prices.

Call these where arithmetic is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tickfolio.reports.receipt import DayFact, FxFact, Node, PriceFact, SplitFact
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
class PastWorth:
    """All that was there at the end of a day; `cash` is None where there is none to be counted."""

    on: date
    currency: str
    holdings: Sequence[PastHolding] = field(default_factory=tuple)
    cash: Decimal | None = None

    def node(self, label: str) -> Node:
        """The value of that day: a line for each holding, and one for the cash."""
        fact, measure = DayFact(self.on), money(self.currency)
        lines = [
            multiply(one.price.symbol, measure, leaf("Units", one.units, QUANTITY, fact), *one.price.factors())
            for one in self.holdings
        ]
        if self.cash is not None:
            lines.append(leaf(f"Cash, {self.currency}", self.cash, measure, fact))
        return add(label, measure, lines, fact)
