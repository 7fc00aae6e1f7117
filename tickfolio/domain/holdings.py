"""What is held: the projection of a ledger that every figure starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.lots import Book
from tickfolio.domain.money import quotient


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one instrument in one portfolio, over all its accounts.

    `invested`, `realised`, `income` (net of `tax_withheld`), `charges` that are in no cost and `cash` (all that was
    received less all that was paid) are in the portfolio's currency, `avg_buy_price` and `invested_local` in the
    instrument's. Each is None when a cost or a rate of exchange is unknown, `avg_buy_price` also when nothing is held.
    Quantity 0 is a closed holding.
    """

    instrument_id: str
    quantity: Decimal
    invested: Decimal | None
    invested_local: Decimal | None
    avg_buy_price: Decimal | None
    realised: Decimal | None
    income: Decimal | None
    tax_withheld: Decimal | None
    charges: Decimal | None
    cash: Decimal | None


def hold(instrument_id: str, book: Book) -> Holding:
    """The holding that a book comes to."""
    cost = book.cost
    return Holding(
        instrument_id=instrument_id,
        quantity=book.quantity,
        invested=cost.home,
        invested_local=cost.local,
        avg_buy_price=quotient(cost.local, book.quantity) if book.quantity and cost.local is not None else None,
        realised=book.realised,
        income=book.income,
        tax_withheld=book.tax_withheld,
        charges=book.charges,
        cash=book.cash,
    )


def is_plain(kinds: Sequence[TransactionType]) -> bool:
    """Whether a ledger of these rows is a plain holding: one OPENING and nothing else, edited as a holding."""
    return list(kinds) == [TransactionType.OPENING]
