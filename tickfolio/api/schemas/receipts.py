"""Receipts: how a figure came about."""

from typing import Literal

from pydantic import Field

from tickfolio.api.schemas.common import Currency, Day, DecimalOut, Identifier, Instant, Output
from tickfolio.domain.ledger import TransactionType
from tickfolio.reports.receipt import Op

Unit = Literal["money", "percent", "quantity", "price", "rate", "number"]


class FxLeg(Output):
    """What one euro cost in a currency; `as_of` is null for the rate before the latest, whose instant is not kept."""

    pair: str = Field(examples=["EURINR"])
    rate: DecimalOut
    as_of: Instant | None
    source: str | None


class PriceFact(Output):
    """A price as a source told it: since when it is true, and when it was fetched.

    `source` and `fetched_at` are null for a close that was recorded before they were kept.
    """

    kind: Literal["price"]
    source: str | None
    as_of: Instant
    fetched_at: Instant | None
    status: Literal["live", "delayed", "close", "nav", "stale", "held", "manual", "demo"]


class FxFact(Output):
    """A rate of exchange and the pairs with the euro that it is made of; as old as the older of them."""

    kind: Literal["fx"]
    from_: Currency = Field(alias="from")
    to: Currency
    as_of: Instant | None
    on: Day | None
    legs: list[FxLeg]


class TransactionFact(Output):
    """A row of the ledger."""

    kind: Literal["transaction"]
    id: Identifier
    type: TransactionType
    traded_on: Day
    account: str | None


class SplitFact(Output):
    """A split or a bonus issue, and who told it."""

    kind: Literal["split"]
    on: Day
    ratio: str = Field(examples=["10:1"])
    told_by: Literal["instrument", "portfolio"]


class HoldingFact(Output):
    """A holding as it stands."""

    kind: Literal["holding"]
    id: Identifier
    symbol: str


class DayFact(Output):
    """The day of a value or a flow in a history."""

    kind: Literal["day"]
    on: Day


class Node(Output):
    """One number: a fact where `op` is null, else what `op` makes of the parts, in their order.

    `sum`; `difference`, the first less all others; `product`; `quotient`, the first ÷ the second to 28 digits,
    half-even; `percent`, 100 × the first ÷ the second likewise, null when that is 0; `negate`; `share`, the first × the
    second ÷ the third likewise, and never more than the first. Of an unknown part everything is unknown. Reckoned in
    floats are `link`, the product less 1 in percent; `xirr`, the rate a year of parts with their days; `annualise`, the
    first over the days of the second as one a year; `volatility`, `sharpe` and `sortino` of daily returns in percent.
    `figure` and `holding_id` name the receipt of the number itself.
    """

    label: str
    op: Op | None
    value: DecimalOut | None
    unit: Unit
    currency: Currency | None
    parts: list["Node"]
    fact: PriceFact | FxFact | TransactionFact | SplitFact | HoldingFact | DayFact | None
    figure: str | None
    holding_id: Identifier | None


class Receipt(Output):
    """A figure as the summary shows it, with all that it is made of. `as_of` says since when it is true."""

    figure: str
    label: str
    unit: Unit
    currency: Currency | None
    value: DecimalOut | None
    reason: str | None = Field(examples=["no_price", "under_a_year"])
    formula: str
    as_of: Instant | None
    working: Node | None
    notes: list[str]
