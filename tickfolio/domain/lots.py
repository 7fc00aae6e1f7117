"""Lots: which units are still held, what they cost, and what those that left have made.

Both cost methods are one algorithm: units always leave the oldest lot first. With FIFO every purchase is a lot of its
own; with average cost a purchase is poured into the one lot of its account, so that the oldest lot is the whole pool.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import assert_never

from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod, Transaction, TransactionType
from tickfolio.domain.money import EXACT, ZERO, convert, exact, quotient


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in two currencies: the instrument's (`local`) and the portfolio's (`home`).

    `home` is None when a rate of exchange that it depends on is unknown; sums and shares of it are unknown then, too.
    """

    local: Decimal
    home: Decimal | None

    def plus(self, other: "Amount") -> "Amount":
        """The sum, in both currencies."""
        home = None if self.home is None or other.home is None else EXACT.add(self.home, other.home)
        return Amount(EXACT.add(self.local, other.local), home)

    def minus(self, other: "Amount") -> "Amount":
        """The difference, in both currencies."""
        home = None if self.home is None or other.home is None else EXACT.subtract(self.home, other.home)
        return Amount(EXACT.subtract(self.local, other.local), home)

    def share(self, part: Decimal, whole: Decimal) -> "Amount":
        """What falls to `part` of `whole` units, each currency by itself; the caller keeps the rest by `minus`."""
        home = None if self.home is None else _share(self.home, part, whole)
        return Amount(_share(self.local, part, whole), home)


NOTHING = Amount(ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Lot:
    """Units that are still held, with their cost, buy-side fees and taxes inside.

    `transaction_id` and `acquired_on` are those of the purchase; of an average pool, those of its first one.
    """

    transaction_id: str
    account: str | None
    acquired_on: date
    quantity: Decimal
    cost: Amount


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale: its proceeds, less fees and taxes, at its own rate, beside the cost of the units that left."""

    transaction_id: str
    account: str | None
    sold_on: date
    quantity: Decimal
    proceeds: Amount
    cost: Amount
    realised: Decimal | None  # in the portfolio's currency


@dataclass(frozen=True, slots=True)
class Book:
    """What a ledger of one instrument comes to: open lots (per account, oldest first) and all sales, in time order.

    `quantity` and `cost` are the sums of the lots. `realised`, in the portfolio's currency, is the sum over the sales,
    None when that of one of them is unknown.
    """

    lots: tuple[Lot, ...]
    sales: tuple[Sale, ...]
    quantity: Decimal
    cost: Amount
    realised: Decimal | None


@exact
def match_lots(transactions: Iterable[Transaction], method: CostMethod, symbol: str) -> Book:
    """The book of one instrument in one portfolio, whatever order its transactions arrive in.

    Within a day units come before they go, then in the order of entry. Accounts (None is one, too) are kept apart.
    Raises: Oversold, with the first day in time on which an account sells more than it holds.
    """
    accounts: dict[str | None, _Account] = {}
    sales: list[Sale] = []
    for transaction in sorted(transactions, key=_order):
        account = accounts.setdefault(transaction.account, _Account())
        match transaction.type:
            case TransactionType.OPENING | TransactionType.BUY:
                _acquire(account, transaction, method)
            case TransactionType.SELL:
                sales.append(_sell(account, transaction, symbol))
            case _:
                assert_never(transaction.type)
    lots = tuple(lot for account in accounts.values() for lot in account.lots)
    return Book(
        lots=lots,
        sales=tuple(sales),
        quantity=sum((lot.quantity for lot in lots), ZERO),
        cost=Amount(sum((lot.cost.local for lot in lots), ZERO), _sum_known(lot.cost.home for lot in lots)),
        realised=_sum_known(sale.realised for sale in sales),
    )


@dataclass(slots=True)
class _Account:
    """The lots of one account while its ledger is read; `quantity` is their sum."""

    quantity: Decimal = ZERO
    lots: deque[Lot] = field(default_factory=deque)


def _order(transaction: Transaction) -> tuple[date, bool, int, str]:
    sells = transaction.type is TransactionType.SELL
    return (transaction.traded_on, sells, transaction.sequence, transaction.id)


def _acquire(account: _Account, bought: Transaction, method: CostMethod) -> None:
    if bought.quantity <= 0:
        raise ValueError(f"{bought.id}: quantity {bought.quantity} must be positive")
    paid = bought.quantity * bought.price + bought.fees + bought.taxes
    cost = Amount(paid, convert(paid, bought.fx_rate))
    lot = Lot(bought.id, bought.account, bought.traded_on, bought.quantity, cost)
    if method is CostMethod.AVERAGE and account.lots:
        pool = account.lots.pop()
        quantity = pool.quantity + lot.quantity
        lot = Lot(pool.transaction_id, pool.account, pool.acquired_on, quantity, pool.cost.plus(cost))
    account.lots.append(lot)
    account.quantity += bought.quantity


def _sell(account: _Account, sold: Transaction, symbol: str) -> Sale:
    if sold.quantity <= 0:
        raise ValueError(f"{sold.id}: quantity {sold.quantity} must be positive")
    if sold.quantity > account.quantity:
        raise Oversold(symbol, sold.quantity, account.quantity, sold.traded_on)
    received = sold.quantity * sold.price - sold.fees - sold.taxes
    proceeds = Amount(received, convert(received, sold.fx_rate))
    cost = _take(account.lots, sold.quantity)
    account.quantity -= sold.quantity
    realised = proceeds.minus(cost).home
    return Sale(sold.id, sold.account, sold.traded_on, sold.quantity, proceeds, cost, realised)


def _take(lots: deque[Lot], quantity: Decimal) -> Amount:
    """Takes the oldest units out of the lots, which hold enough of them; their cost."""
    cost = NOTHING
    while quantity:
        oldest = lots.popleft()
        if oldest.quantity <= quantity:
            cost = cost.plus(oldest.cost)
            quantity -= oldest.quantity
        else:
            share = oldest.cost.share(quantity, oldest.quantity)
            cost = cost.plus(share)
            left, rest = oldest.quantity - quantity, oldest.cost.minus(share)
            lots.appendleft(Lot(oldest.transaction_id, oldest.account, oldest.acquired_on, left, rest))
            quantity = ZERO
    return cost


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    # Half-even may round a share up past the amount itself, and a remainder of cost must not fall below zero.
    return min(quotient(EXACT.multiply(amount, part), whole), amount)


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
