"""The lots of a holding: which purchases are still held, what every sale took from which of them, and each account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.lots import NOTHING, Amount, Book, Lot, Sale, add_amounts, share_amount, subtract_amounts
from tickfolio.domain.money import ZERO, exact, quotient
from tickfolio.domain.split_prices import divide_price
from tickfolio.domain.splits import Split, count_once, units_after
from tickfolio.services.projection import Knot, load_knot, match_knot
from tickfolio.storage.database import Tx


@dataclass(frozen=True, slots=True)
class OpenLot:
    """Units of one purchase that are still held; `cost` is in the portfolio's currency, None when unknown.

    `transaction_id` is None where no row of the ledger brought the units, as with a bonus that an instrument declared.
    """

    transaction_id: str | None
    account: str | None
    acquired_on: date
    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class SoldPart:
    """What a sale took out of one lot, with its share of the proceeds; the shares add up to the sale's."""

    transaction_id: str | None
    acquired_on: date
    quantity: Decimal
    proceeds: Decimal | None
    cost: Decimal | None
    realised: Decimal | None


@dataclass(frozen=True, slots=True)
class SaleOfLots:
    """One sale, in the portfolio's currency, and the lots it was made of."""

    transaction_id: str
    account: str | None
    sold_on: date
    quantity: Decimal
    proceeds: Decimal | None
    cost: Decimal | None
    realised: Decimal | None
    parts: tuple[SoldPart, ...]


@dataclass(frozen=True, slots=True)
class AccountPart:
    """What one account holds of it. `avg_buy_price` is in the instrument's currency, None when nothing is held."""

    account: str | None
    quantity: Decimal
    invested: Decimal | None
    avg_buy_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """What was held, and at what average cost, after something changed it by `quantity` units.

    `transaction_id` is None for what the instrument itself declared. The averages are in the instrument's currency, of
    a unit of that day and, `adjusted`, of one of now; None when nothing is held or nobody knows the cost.
    """

    transaction_id: str | None
    account: str | None
    on: date
    quantity: Decimal
    held: Decimal
    avg_buy_price: Decimal | None
    adjusted: Decimal | None


@dataclass(frozen=True, slots=True)
class HoldingLots:
    """A holding down to its lots. `tax_lots` differ from `lots`: first in, first out, and a bonus has cost nothing.

    `steps` are how it came to be, in the order of time.
    """

    lots: tuple[OpenLot, ...]
    tax_lots: tuple[OpenLot, ...]
    sales: tuple[SaleOfLots, ...]
    accounts: tuple[AccountPart, ...]
    steps: tuple[Step, ...]


def load_lots(tx: Tx, owner_id: str, holding_id: str) -> HoldingLots:
    """The lots that a holding's figures are worked out of. Raises: NotFound, also when it is somebody else's."""
    row = tx.holdings.load(owner_id, holding_id)
    portfolio = tx.portfolios.load(owner_id, row.portfolio_id)
    place = (portfolio.id, row.holding.instrument_id)
    knot = load_knot(tx, portfolio, [row.holding.instrument_id])
    book = match_knot(tx, knot, portfolio.currency)[place]
    for_tax = match_knot(tx, knot, portfolio.currency, for_tax=True)[place]
    known = frozenset(one.id for one in knot.rows)
    return HoldingLots(
        lots=tuple(_open_lot(lot, known) for lot in book.lots),
        tax_lots=tuple(_open_lot(lot, known) for lot in for_tax.lots),
        sales=tuple(_sale(sale, known) for sale in book.sales),
        accounts=tuple(_accounts(book, portfolio.cost_method)),
        steps=tuple(_steps(book, known, _splits(tx, knot, place))),
    )


def _splits(tx: Tx, knot: Knot, place: Place) -> Sequence[Split]:
    """All splits of a holding: those that its own ledger says, and those that the instrument declared."""
    entered = [
        Split(row.instrument_id, row.traded_on, row.ratio)
        for row in knot.rows
        if row.ratio is not None and (row.portfolio_id, row.instrument_id) == place
    ]
    return count_once([*entered, *tx.corporate_actions.splits([place[1]])])


@exact
def _steps(book: Book, known: frozenset[str], splits: Sequence[Split]) -> Sequence[Step]:
    steps, held, cost = [], ZERO, NOTHING
    for change in book.changes:
        held += change.quantity
        # Where nothing is left, what it cost is known again: nothing.
        cost = add_amounts(cost, change.cost) if held else NOTHING
        average = None if cost.local is None or not held else quotient(cost.local, held)
        steps.append(
            Step(
                transaction_id=change.transaction_id if change.transaction_id in known else None,
                account=change.account,
                on=change.on,
                quantity=change.quantity,
                held=held,
                avg_buy_price=average,
                adjusted=None if average is None else divide_price(average, units_after(splits, change.on, date.max)),
            )
        )
    return steps


def _open_lot(lot: Lot, known: frozenset[str]) -> OpenLot:
    return OpenLot(_row_id(lot, known), lot.account, lot.acquired_on, lot.quantity, lot.cost.home)


def _row_id(lot: Lot, known: frozenset[str]) -> str | None:
    return lot.transaction_id if lot.transaction_id in known else None


@exact
def _sale(sale: Sale, known: frozenset[str]) -> SaleOfLots:
    parts = []
    left, units = sale.proceeds, sale.quantity
    for lot in sale.parts:
        proceeds = share_amount(left, lot.quantity, units)  # the last one is given all that is left
        left, units = subtract_amounts(left, proceeds), units - lot.quantity
        made = subtract_amounts(proceeds, lot.cost).home
        parts.append(SoldPart(_row_id(lot, known), lot.acquired_on, lot.quantity, proceeds.home, lot.cost.home, made))
    return SaleOfLots(
        transaction_id=sale.transaction_id,
        account=sale.account,
        sold_on=sale.sold_on,
        quantity=sale.quantity,
        proceeds=sale.proceeds.home,
        cost=sale.cost.home,
        realised=sale.realised,
        parts=tuple(parts),
    )


@exact
def _accounts(book: Book, method: CostMethod) -> Sequence[AccountPart]:
    """Each account that ever held some of it, in the order they began; together they are the holding."""
    held: dict[str | None, Decimal] = {}
    for change in book.changes:
        held[change.account] = held.get(change.account, ZERO) + change.quantity
    costs = _shared_costs(book, held) if method is CostMethod.UK_POOL else _own_costs(book, held)
    return [
        AccountPart(
            account,
            quantity,
            costs[account].home,
            None if cost is None or not quantity else quotient(cost, quantity),
        )
        for account, quantity in held.items()
        for cost in [costs[account].local]
    ]


def _own_costs(book: Book, held: dict[str | None, Decimal]) -> dict[str | None, Amount]:
    costs = dict.fromkeys(held, NOTHING)
    for lot in book.lots:
        costs[lot.account] = add_amounts(costs[lot.account], lot.cost)
    return costs


def _shared_costs(book: Book, held: dict[str | None, Decimal]) -> dict[str | None, Amount]:
    """One pool of all accounts: each has its units' share of the cost, the last one what is left of it."""
    costs = dict.fromkeys(held, NOTHING)
    left, units = book.cost, book.quantity
    for account, quantity in held.items():
        if quantity:
            costs[account] = share_amount(left, quantity, units)
            left, units = subtract_amounts(left, costs[account]), units - quantity
    return costs
