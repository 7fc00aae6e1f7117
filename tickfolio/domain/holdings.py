"""What is held: the projection of a ledger that every figure starts from."""

from dataclasses import dataclass
from decimal import Decimal


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
