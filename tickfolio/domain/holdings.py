"""What is held: the projection of a ledger that every figure starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tickfolio.domain.ledger import CostMethod, Transaction, TransactionType
from tickfolio.domain.lots import match_lots
from tickfolio.domain.money import ZERO, quotient


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one instrument in one portfolio, over all its accounts.

    `invested` and `realised` are in the portfolio's currency and None when a rate of exchange is unknown;
    `avg_buy_price` is in the instrument's currency, None when nothing is held. Quantity 0 is a closed holding.
    """

    instrument_id: str
    quantity: Decimal
    invested: Decimal | None
    avg_buy_price: Decimal | None
    realised: Decimal | None
    income: Decimal


def project(transactions: Sequence[Transaction], method: CostMethod, symbol: str) -> Holding:
    """The holding that the whole ledger of one instrument in one portfolio comes to, in whatever order it arrives.

    Raises: Oversold; ValueError for no transactions, or those of several instruments.
    """
    [instrument_id] = {transaction.instrument_id for transaction in transactions}
    book = match_lots(transactions, method, symbol)
    return Holding(
        instrument_id=instrument_id,
        quantity=book.quantity,
        invested=book.cost.home,
        avg_buy_price=quotient(book.cost.local, book.quantity) if book.quantity else None,
        realised=book.realised,
        income=ZERO,
    )


def is_plain(transactions: Sequence[Transaction]) -> bool:
    """Whether the ledger is a plain holding: one OPENING and nothing else, so that it can be edited as a holding."""
    return [transaction.type for transaction in transactions] == [TransactionType.OPENING]
