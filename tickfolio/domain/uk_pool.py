"""The United Kingdom's order of sale: purchases of the same day, then of the next 30 days, then the section 104 pool.

What a sale has to take from a purchase is kept apart before the ledger is read, so that it never enters the pool.
Source: Taxation of Chargeable Gains Act 1992, s. 105 and s. 106A; HMRC helpsheet HS284.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tickfolio.domain.ledger import WITH_RATIO, CostMethod, Rules, Transaction, TransactionType
from tickfolio.domain.lots import Amount, Lot, share_amount, subtract_amounts
from tickfolio.domain.money import ZERO, convert, whole_units
from tickfolio.domain.pieces import Piece, sum_quantity, take_oldest
from tickfolio.domain.splits import Split, units_after

Place = tuple[str, str]  # portfolio, instrument
_BED_AND_BREAKFAST = timedelta(days=30)
T = TransactionType
_BOUGHT = frozenset({T.OPENING, T.BUY, T.RIGHTS, T.REINVEST})
_SOLD = frozenset({T.SELL, T.SWITCH})


@dataclass(slots=True)
class _Purchase:
    """A purchase, and what of it no sale has taken yet."""

    row: Transaction
    quantity: Decimal
    cost: Amount

    def give(self, quantity: Decimal) -> Amount:
        """Takes so many units out; their cost."""
        cost = share_amount(self.cost, quantity, self.quantity)
        self.quantity -= quantity
        self.cost = subtract_amounts(self.cost, cost)
        return cost


class _Debt(NamedTuple):
    """Units that a sale takes out of a later purchase, as counted on its day; until then the pool has as many more."""

    sold_on: date
    bought_on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Reserved:
    """By the sale's id, what it takes out of purchases; by the purchase's id, what is left of it for the pool.

    Whoever reads the row takes them out of here. By portfolio and instrument, what sales take out of later purchases,
    and the splits that count those units anew; with the day, the ids of its sales.
    """

    parts: dict[str, list[Piece]] = field(default_factory=dict)
    rests: dict[str, _Purchase] = field(default_factory=dict)
    debts: Mapping[Place, tuple[Sequence[_Debt], Sequence[Split]]] = field(default_factory=dict)
    sales: Mapping[tuple[Place, date], Sequence[str]] = field(default_factory=dict)

    def owed(self, place: Place, on: date) -> Decimal:
        """How many units, as counted from this day on, were sold before it and are yet to be bought back."""
        units = ZERO
        debts, splits = self.debts.get(place, ((), ()))
        for debt in debts:
            if debt.sold_on < on <= debt.bought_on:
                grown = units_after(splits, on, debt.bought_on)
                units += whole_units(debt.quantity, Decimal(grown.denominator), Decimal(grown.numerator))
        return units

    def give_up(self, place: Place, on: date, quantity: Decimal) -> list[Piece]:
        """Units bought that day that were kept apart for its sales, for what leaves before those and finds no others.

        The sales then find theirs in the pool, to which as many have to come until then.
        """
        given: list[Piece] = []
        for sale in self.sales.get((place, on), ()):
            kept = self.parts.get(sale, [])
            here = deque(part for part in kept if part[2] == on and part[0] not in self.rests)
            others = [part for part in kept if part not in here]
            given += take_oldest(here, quantity - sum_quantity(given))
            kept[:] = [*here, *others]
        return given

    def rest_of(self, row_id: str, lot: Lot) -> Lot | None:
        """What of a purchase is poured into the pool; None when sales take all of it."""
        rest = self.rests.pop(row_id, None)
        if rest is None:
            return lot
        return lot._replace(quantity=rest.quantity, cost=rest.cost) if rest.quantity else None


@dataclass(slots=True)
class _Disposal:
    """A sale, how many of its units have found no purchase yet, and the parts that have."""

    row: Transaction
    quantity: Decimal
    parts: list[Piece] = field(default_factory=list)
    debts: list[_Debt] = field(default_factory=list)

    def match(self, bought: Iterable[_Purchase], splits: Sequence[Split], days: timedelta) -> None:
        """Takes what it can out of the purchases of its day, or of so many days after it."""
        day = self.row.traded_on
        for purchase in bought:
            on = purchase.row.traded_on
            if purchase.quantity and self.quantity and (on == day or day < on <= day + days):
                self._take(purchase, splits)

    def _take(self, purchase: _Purchase, splits: Sequence[Split]) -> None:
        grown = units_after(splits, self.row.traded_on, purchase.row.traded_on)
        more, fewer = Decimal(grown.numerator), Decimal(grown.denominator)
        wanted = whole_units(self.quantity, more, fewer)  # a split in between counts the same units otherwise
        taken = min(wanted, purchase.quantity)
        here = self.quantity if taken == wanted else whole_units(taken, fewer, more)
        if not taken or not here:
            return
        cost = purchase.give(taken)
        self.parts.append((purchase.row.id, self.row.account, purchase.row.traded_on, here, *cost))
        self.quantity -= here
        self.debts.append(_Debt(self.row.traded_on, purchase.row.traded_on, taken))


def _switched_into(row: Transaction) -> _Purchase:
    """The purchase inside a switch, which costs what the sale brought."""
    proceeds = row.quantity * row.price - row.fees - row.taxes
    return _Purchase(row, row.to_quantity or ZERO, Amount(proceeds, convert(proceeds, row.fx_rate)))


def reserve(
    rows: Iterable[Transaction], rules: Mapping[str, Rules], cost_of: Callable[[Transaction, Rules], Amount]
) -> Reserved:
    """What sales take out of purchases of their own day or later, in portfolios that count so. `rows` are in order.

    A switch is a sale of the one and a purchase of the other. What is transferred or merged leaves the pool.
    """
    british = {key for key, one in rules.items() if one.method is CostMethod.UK_POOL}
    by_place: dict[Place, list[Transaction]] = defaultdict(list)
    for row in rows if british else ():
        if row.portfolio_id in british:
            by_place[row.portfolio_id, row.instrument_id].append(row)
            if row.type is T.SWITCH and row.to_instrument_id is not None:
                by_place[row.portfolio_id, row.to_instrument_id].append(row)
    parts: dict[str, list[Piece]] = {}
    rests: dict[str, _Purchase] = {}
    debts: dict[Place, tuple[Sequence[_Debt], Sequence[Split]]] = {}
    sales: dict[tuple[Place, date], list[str]] = defaultdict(list)
    for place, own in by_place.items():
        key = place[1]
        bought = [_Purchase(r, r.quantity, cost_of(r, rules[r.portfolio_id])) for r in own if r.type in _BOUGHT]
        bought += [_switched_into(row) for row in own if row.to_instrument_id == key]
        bought.sort(key=lambda purchase: purchase.row.traded_on)
        sold = [_Disposal(row, row.quantity) for row in own if row.type in _SOLD and row.instrument_id == key]
        splits = [Split(r.instrument_id, r.traded_on, r.ratio) for r in own if r.type in WITH_RATIO and r.ratio]
        for days in (timedelta(0), _BED_AND_BREAKFAST):
            for sale in sold:
                sale.match(bought, splits, days)
        for sale in sold:
            parts[sale.row.id] = sale.parts
            sales[place, sale.row.traded_on].append(sale.row.id)
        rests |= {purchase.row.id: purchase for purchase in bought}
        debts[place] = ([debt for sale in sold for debt in sale.debts], splits)
    return Reserved(parts, rests, debts, sales)
