"""The ledger: what happened, on which day. Everything else is computed from it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.money import ZERO, quotient
from tickfolio.domain.splits import Ratio


class TransactionType(StrEnum):
    """What happened.

    OPENING is a buy at its average price on its day, without charges; RIGHTS is a buy by right. REINVEST is income that
    buys units at once. MERGER turns units into those of another instrument, DEMERGER adds those of another beside them,
    SWITCH sells and buys another with the proceeds. A SPLIT or BONUS has a ratio. DEPOSIT and WITHDRAWAL move money.
    """

    OPENING = "OPENING"
    BUY = "BUY"
    SELL = "SELL"
    RIGHTS = "RIGHTS"
    REINVEST = "REINVEST"
    DIVIDEND = "DIVIDEND"
    INTEREST = "INTEREST"
    FEE = "FEE"
    TAX = "TAX"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    SPLIT = "SPLIT"
    BONUS = "BONUS"
    MERGER = "MERGER"
    DEMERGER = "DEMERGER"
    SWITCH = "SWITCH"


T = TransactionType
# What each kind needs is written once, here.
ACQUIRING = frozenset({T.OPENING, T.BUY, T.RIGHTS, T.REINVEST, T.TRANSFER_IN})
LEAVING = frozenset({T.SELL, T.TRANSFER_OUT, T.MERGER, T.SWITCH})
MONEY_ONLY = frozenset({T.DIVIDEND, T.INTEREST, T.FEE, T.TAX, T.DEPOSIT, T.WITHDRAWAL})
WITH_RATIO = frozenset({T.SPLIT, T.BONUS})
INTO_ANOTHER = frozenset({T.MERGER, T.DEMERGER, T.SWITCH})
TRADED = frozenset({T.OPENING, T.BUY, T.RIGHTS, T.REINVEST, T.SELL, T.SWITCH})
WITH_COST = frozenset({T.OPENING, T.TRANSFER_IN})


class CostMethod(StrEnum):
    """Which units leave first when some are sold, and at what cost; per account, save that the UK pools them all."""

    AVERAGE = "average"
    FIFO = "fifo"
    UK_POOL = "uk_pool"
    US_AVERAGE = "us_average"


@dataclass(frozen=True, slots=True)
class Rules:
    """How one portfolio counts: its cost method, and whether charges of buying are part of cost."""

    method: CostMethod = CostMethod.AVERAGE
    charges_in_cost: bool = True


@dataclass(frozen=True, slots=True)
class Transaction:
    """One row of the ledger. Price, fees and taxes are in the row's currency; of what is traded, the instrument's.

    `fx_rate` is what one unit of that currency costs in the portfolio's; None when nobody knows it (never 1 then).
    `sequence` orders the rows of one day: later entered, later counted. `cost` is what all of an OPENING or
    TRANSFER_IN cost, where price × quantity does not say it: the price of a transfer is the market's of that day, which
    counts for returns and never for cost. `cost_pct` of each lot's cost goes to the new instrument of a DEMERGER.
    """

    id: str
    instrument_id: str
    type: TransactionType
    traded_on: date
    quantity: Decimal
    price: Decimal
    sequence: int
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    fx_rate: Decimal | None = None
    account: str | None = None
    portfolio_id: str = ""
    cost: Decimal | None = None
    ratio: Ratio | None = None
    to_instrument_id: str | None = None
    to_quantity: Decimal | None = None
    cost_pct: Decimal | None = None


def units_moved(row: Transaction, instrument_id: str) -> Decimal:
    """By how much a row changes the units of an instrument; splits are left out, since they change all there are."""
    if row.instrument_id == instrument_id:
        if row.type in ACQUIRING:
            return row.quantity
        return -row.quantity if row.type in LEAVING else ZERO
    return (row.to_quantity or ZERO) if row.to_instrument_id == instrument_id else ZERO


def price_of_units(row: Transaction, instrument_id: str) -> Decimal | None:
    """What one unit that a row moved cost or brought, charges apart; None where none were bought or sold."""
    if row.instrument_id == instrument_id:
        if row.cost is not None:
            return quotient(row.cost, row.quantity)
        return row.price if row.type in TRADED else None
    if row.type is T.SWITCH and row.to_quantity:
        return quotient(gross(row) - row.fees, row.to_quantity)
    return None


def gross(row: Transaction) -> Decimal:
    """Quantity × price, in the row's currency. Call it where arithmetic is exact."""
    return row.quantity * row.price


def charges(row: Transaction) -> Decimal:
    """Fees and taxes, in the row's currency. Call it where arithmetic is exact."""
    return row.fees + row.taxes
