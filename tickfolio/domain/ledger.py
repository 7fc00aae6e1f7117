"""The ledger: what happened, on which day. Everything else is computed from it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.money import ZERO


class TransactionType(StrEnum):
    """What happened. An OPENING is a buy at its average price on its day, without charges."""

    OPENING = "OPENING"
    BUY = "BUY"
    SELL = "SELL"


class CostMethod(StrEnum):
    """Which units leave first when some are sold; per account."""

    AVERAGE = "average"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One row of the ledger. Price, fees and taxes are in the instrument's currency.

    `fx_rate` is what one unit of that currency costs in the portfolio's; None when nobody knows it (never 1 then).
    `sequence` orders the rows of one day: later entered, later counted.
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
