"""Portfolios, holdings, transactions and instruments."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tickfolio.api.schemas.common import Currency, Day, DecimalIn, DecimalOut, Identifier, Input, Instant, Output
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.prices import PriceStatus

PortfolioName = Annotated[str, Field(min_length=1, max_length=100, examples=["Long term"])]
Symbol = Annotated[str, Field(min_length=1, max_length=40, examples=["INFY"])]
ExchangeCode = Annotated[str, Field(min_length=1, max_length=20, examples=["NSE"])]
Isin = Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$", examples=["INE009A01021"])]
RatioText = Annotated[str, Field(min_length=3, max_length=45, examples=["10:1"])]
Account = Annotated[str, Field(min_length=1, max_length=60)]
HoldableType = Literal["STOCK", "MUTUAL_FUND", "ETF", "BOND", "CRYPTO"]


class PortfolioInput(Input):
    """A new portfolio."""

    name: PortfolioName
    currency: Currency = "INR"
    cost_method: CostMethod = CostMethod.AVERAGE
    cash_tracked: bool = False
    charges_in_cost: bool = True


class PortfolioChange(Input):
    """What is left out stays."""

    name: PortfolioName | None = None
    currency: Currency | None = None
    cost_method: CostMethod | None = None
    cash_tracked: bool | None = None
    charges_in_cost: bool | None = None


class Portfolio(Output):
    """A portfolio; `version` rises with every change of it or of its ledger and is its ETag.

    `cash_tracked`: its cash counts, money comes and goes by DEPOSIT and WITHDRAWAL. `charges_in_cost`: fees and taxes
    of buying are part of what units cost.
    """

    id: Identifier
    name: str
    currency: Currency
    cost_method: CostMethod
    cash_tracked: bool
    charges_in_cost: bool
    version: int
    created_at: Instant


class Instrument(Output):
    """Something that can be held."""

    id: Identifier
    asset_type: AssetType
    exchange: str
    symbol: str
    name: str
    currency: Currency
    isin: str | None


class Price(Output):
    """The last good price's age and origin. From `stale_at` on it counts as old; null where nothing is due."""

    currency: Currency
    as_of: Instant
    last_updated_at: Instant
    source: str
    status: PriceStatus
    stale_at: Instant | None


class InstrumentFound(Output):
    """An instrument that matches a search. `id` is null while nobody holds it and no price is stored.

    `known_as` is an older or other name by which it was found; it held until `known_until`, where that is known.
    """

    id: Identifier | None
    asset_type: AssetType
    exchange: str
    symbol: str
    name: str
    currency: Currency | None
    isin: str | None
    source: str | None
    last_price: DecimalOut | None
    as_of: Instant | None
    known_as: str | None
    known_until: str | None


class InstrumentsFound(Output):
    """Search results, best first. `unreachable` names sources that did not answer in time.

    `fund_house`: what was asked for is a house, which cannot be held; its schemes are what was found.
    """

    items: list[InstrumentFound]
    unreachable: list[str]
    fund_house: str | None


class InstrumentDetail(Instrument):
    """An instrument with its latest price."""

    last_price: DecimalOut | None
    previous_close: DecimalOut | None
    price: Price | None


class PricePoint(Output):
    """One stored price: `tick` is a 10-minute price, `close` a day's. `source` said so at `fetched_at`, where known."""

    timestamp: Instant
    price: DecimalOut
    kind: Literal["tick", "close"]
    source: str | None
    fetched_at: Instant | None


class CloseSource(Output):
    """So many closes in a row that one source told; null for what was recorded before that was written down."""

    source: str | None
    first: date
    last: date
    count: int


class SplitDay(Output):
    """From the start of this day there are `ratio` as many units: `10:1` makes 1 into 10, a 1:1 bonus is `2:1`."""

    date: date
    ratio: str
    bonus: bool


class Closes(Output):
    """The close of each day that has one, oldest first, in the instrument's currency.

    On `days[n]` one unit was traded at `closes[n]`; `adjusted[n]` is that of a unit of now, with the splits since taken
    out of it: those that the instrument declared, and those that stand in one's own ledgers.
    """

    currency: Currency
    days: list[date]
    closes: list[DecimalOut]
    adjusted: list[DecimalOut]
    sources: list[CloseSource]
    splits: list[SplitDay]


class HoldingInput(Input):
    """A plain holding: it becomes one OPENING transaction, on `acquired_on` or else today."""

    asset_type: HoldableType
    symbol: Symbol
    exchange: ExchangeCode | None = None
    currency: Currency | None = None
    quantity: DecimalIn
    avg_buy_price: DecimalIn
    fx_rate: DecimalIn | None = None
    acquired_on: Day | None = None


class HoldingChange(Input):
    """What is left out stays. Only a plain holding can be changed like this."""

    quantity: DecimalIn | None = None
    avg_buy_price: DecimalIn | None = None
    fx_rate: DecimalIn | None = None
    acquired_on: Day | None = None


class Holding(Output):
    """What is held of one instrument. `plain` holdings (one OPENING and nothing else) can be changed as they are."""

    id: Identifier
    portfolio_id: Identifier
    instrument: Instrument
    quantity: DecimalOut
    avg_buy_price: DecimalOut | None
    invested: DecimalOut | None
    realised: DecimalOut | None
    income: DecimalOut | None
    tax_withheld: DecimalOut | None
    charges: DecimalOut | None
    plain: bool
    acquired_on: date | None
    version: int


class TransactionInput(Input):
    """A new row of the ledger; prices, fees and taxes in the instrument's currency, or in `currency` of money alone.

    What a kind has no use for is left out. DIVIDEND, INTEREST, FEE, TAX, DEPOSIT and WITHDRAWAL: quantity × price is
    the gross amount. SPLIT and BONUS have a `ratio`: `10:1` makes 1 into 10, a 1:1 bonus is `2:1`. MERGER and SWITCH
    turn `quantity` into `to_quantity` of `to_symbol`; DEMERGER adds `to_quantity` of it beside and takes `cost_pct`
    percent of the cost along. OPENING and TRANSFER_IN may say `cost`, what all of it cost; OPENING has no price then.
    """

    type: TransactionType
    traded_on: Day
    asset_type: HoldableType | None = None
    symbol: Symbol | None = None
    exchange: ExchangeCode | None = None
    isin: Isin | None = None
    currency: Currency | None = None
    quantity: DecimalIn | None = None
    price: DecimalIn | None = None
    fees: DecimalIn = "0"
    taxes: DecimalIn = "0"
    fx_rate: DecimalIn | None = None
    cost: DecimalIn | None = None
    ratio: RatioText | None = None
    to_asset_type: HoldableType | None = None
    to_symbol: Symbol | None = None
    to_exchange: ExchangeCode | None = None
    to_currency: Currency | None = None
    to_quantity: DecimalIn | None = None
    cost_pct: DecimalIn | None = None
    account: Account | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    note: Annotated[str, Field(max_length=1000)] | None = None


class TransactionChange(Input):
    """What is left out stays; null clears what may be empty. The instrument stays: delete and add to change it."""

    type: TransactionType | None = None
    traded_on: Day | None = None
    quantity: DecimalIn | None = None
    price: DecimalIn | None = None
    fees: DecimalIn | None = None
    taxes: DecimalIn | None = None
    fx_rate: DecimalIn | None = None
    cost: DecimalIn | None = None
    ratio: RatioText | None = None
    to_quantity: DecimalIn | None = None
    cost_pct: DecimalIn | None = None
    account: Account | None = None
    note: Annotated[str, Field(max_length=1000)] | None = None


class Transaction(Output):
    """A row of the ledger. `quantity` and `price` are "0" where its kind has none.

    `held_after` are the units of its instrument after it, in all accounts of its portfolio; of a row that moves none,
    those at the end of its day. Null for cash.
    """

    id: Identifier
    portfolio_id: Identifier
    type: TransactionType
    traded_on: date
    instrument: Instrument
    quantity: DecimalOut
    price: DecimalOut
    fees: DecimalOut
    taxes: DecimalOut
    currency: Currency
    fx_rate: DecimalOut | None
    cost: DecimalOut | None
    ratio: str | None
    to_instrument: Instrument | None
    to_quantity: DecimalOut | None
    cost_pct: DecimalOut | None
    account: str | None
    external_id: str | None
    note: str | None
    held_after: DecimalOut | None
    version: int
    created_at: Instant
