"""Receipts: a figure with the tree of facts and steps that it comes of, and their JSON.

Each step says what it does to its parts, so that anybody can do it again with the numbers as they are written; what
the steps are is said by `Op`. A node without a step is a fact: a row of the ledger, a price, a rate, a split.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.money import write_known
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import Ratio, write_ratio
from tickfolio.reports.summary import write_instant

Json = dict[str, Any]


class Op(StrEnum):
    """What a node does to its parts. Sums and products are exact, quotients to 28 digits, half-even.

    `difference` is the first less all others; `percent` 100 × the first ÷ the second, unknown when that is 0; `share`
    the first × the second ÷ the third, and never more than the first. What has an unknown part is unknown.
    `link` is the product of the parts less 1, in percent; `xirr` the rate a year, in percent, at which parts with their
    days are worth nothing together; `annualise` the first over so many days, the second, as one a year; the others are
    of daily returns in percent: the standard deviation × √252, and the mean × 252 over that or over that of losses.
    """

    SUM = "sum"
    DIFFERENCE = "difference"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    PERCENT = "percent"
    NEGATE = "negate"
    SHARE = "share"
    # What follows is reckoned in floats, from percentages and amounts as they are written.
    LINK = "link"
    XIRR = "xirr"
    ANNUALISE = "annualise"
    VOLATILITY = "volatility"
    SHARPE = "sharpe"
    SORTINO = "sortino"


class Unit(StrEnum):
    """What a number counts. Money and prices have a currency beside it."""

    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"
    PRICE = "price"
    RATE = "rate"
    NUMBER = "number"


class Reason(StrEnum):
    """Why a figure is unknown."""

    NO_PRICE = "no_price"
    PRICE_CURRENCY = "price_currency"
    NO_FX_RATE = "no_fx_rate"
    NO_COST = "no_cost"
    NO_PREVIOUS_CLOSE = "no_previous_close"
    NOTHING_HELD = "nothing_held"
    NOTHING_TO_COMPARE = "nothing_to_compare"  # a percentage of nothing
    CASH_NOT_TRACKED = "cash_not_tracked"


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit, with its currency where it has one."""

    unit: Unit
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class PriceFact:
    """Where a price comes from and since when it is true; `status` says when a suspect newer one waits beside it.

    `source` and `fetched_at` are None for a close that was recorded before anybody wrote them down.
    """

    source: str | None
    as_of: datetime
    fetched_at: datetime | None
    status: PriceStatus

    def as_json(self) -> Json:
        """Source, when it was true, when it was fetched."""
        return {
            "kind": "price",
            "source": self.source,
            "as_of": write_instant(self.as_of),
            "fetched_at": write_instant(self.fetched_at),
            "status": self.status.value,
        }


@dataclass(frozen=True, slots=True)
class Leg:
    """What one euro cost in a currency; `as_of` is None where only the day before is meant."""

    currency: str
    rate: Decimal
    on: date | None
    as_of: datetime | None
    source: str | None


@dataclass(frozen=True, slots=True)
class FxFact:
    """A rate of exchange and the pairs with the euro that it is made of."""

    source: str
    target: str
    legs: tuple[Leg, ...]

    def as_json(self) -> Json:
        """The rate's age is that of its older leg."""
        instants = [leg.as_of for leg in self.legs if leg.as_of is not None]
        days = [leg.on for leg in self.legs if leg.on is not None]
        return {
            "kind": "fx",
            "from": self.source,
            "to": self.target,
            "as_of": write_instant(min(instants, default=None)),
            "on": min(days).isoformat() if days else None,
            "legs": [
                {
                    "pair": f"EUR{leg.currency}",
                    "rate": write_known(leg.rate),
                    "as_of": write_instant(leg.as_of),
                    "source": leg.source,
                }
                for leg in self.legs
            ],
        }


@dataclass(frozen=True, slots=True)
class TransactionFact:
    """A row of the ledger."""

    id: str
    type: TransactionType
    traded_on: date
    account: str | None

    def as_json(self) -> Json:
        """Which row it is."""
        return {
            "kind": "transaction",
            "id": self.id,
            "type": self.type.value,
            "traded_on": self.traded_on.isoformat(),
            "account": self.account,
        }


@dataclass(frozen=True, slots=True)
class SplitFact:
    """A split or a bonus issue, told by the instrument or by the portfolio's own rows."""

    on: date
    ratio: Ratio
    told_by: Literal["instrument", "portfolio"]
    is_bonus: bool = False

    @property
    def name(self) -> str:
        """It in words: `Bonus of 2026-01-08`."""
        return f"{'Bonus' if self.is_bonus else 'Split'} of {self.on.isoformat()}"

    def as_json(self) -> Json:
        """The day and the ratio, `10:1` for ten in place of one."""
        return {
            "kind": "split",
            "on": self.on.isoformat(),
            "ratio": write_ratio(self.ratio),
            "told_by": self.told_by,
        }


@dataclass(frozen=True, slots=True)
class HoldingFact:
    """A holding as it stands."""

    id: str
    symbol: str

    def as_json(self) -> Json:
        """Which holding it is."""
        return {"kind": "holding", "id": self.id, "symbol": self.symbol}


@dataclass(frozen=True, slots=True)
class DayFact:
    """The day of a value or a flow in a history."""

    on: date

    def as_json(self) -> Json:
        """Which day it is."""
        return {"kind": "day", "on": self.on.isoformat()}


Fact = PriceFact | FxFact | TransactionFact | SplitFact | HoldingFact | DayFact


@dataclass(frozen=True, slots=True)
class Node:
    """One number of a receipt: a fact, or what `op` makes of the parts. `figure` and `holding_id` name its receipt."""

    label: str
    value: Decimal | None
    measure: Measure
    op: Op | None = None
    parts: tuple["Node", ...] = ()
    fact: Fact | None = None
    figure: str | None = None
    holding_id: str | None = None

    def as_json(self) -> Json:
        """The node with all below it."""
        return {
            "label": self.label,
            "op": None if self.op is None else self.op.value,
            "value": write_known(self.value),
            "unit": self.measure.unit.value,
            "currency": self.measure.currency,
            "parts": [part.as_json() for part in self.parts],
            "fact": None if self.fact is None else self.fact.as_json(),
            "figure": self.figure,
            "holding_id": self.holding_id,
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """A figure as the summary shows it, and how it came about.

    `as_of` is the oldest instant of the latest prices and rates in it: since when it is true.
    """

    figure: str
    label: str
    value: Decimal | None
    measure: Measure
    formula: str
    working: Node | None
    reason: Reason | str | None = None
    as_of: datetime | None = None
    notes: Sequence[str] = ()


def write_receipt(receipt: Receipt) -> bytes:
    """The answer to `GET /portfolios/{id}/explain`, as UTF-8 JSON."""
    answer = {
        "figure": receipt.figure,
        "label": receipt.label,
        "unit": receipt.measure.unit.value,
        "currency": receipt.measure.currency,
        "value": write_known(receipt.value),
        "reason": None if receipt.reason is None else str(receipt.reason),
        "formula": receipt.formula,
        "as_of": write_instant(receipt.as_of),
        "working": None if receipt.working is None else receipt.working.as_json(),
        "notes": list(receipt.notes),
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
