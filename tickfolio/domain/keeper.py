"""The keeper: reads the rows of a ledger in order, and keeps a shelf of lots for each instrument in each portfolio.

All cost methods are one algorithm: units always leave the oldest lot first. With FIFO every purchase is a lot of its
own. With average cost a purchase is poured into the one lot of its account, so that the oldest lot is the whole pool.
The US average levels the lots' costs before units leave, and so keeps their dates. The UK's pool is an average over all
accounts, from which units that a sale has to take elsewhere were kept apart before (`uk_pool`).
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import (
    ACQUIRING,
    INTO_ANOTHER,
    WITH_RATIO,
    CostMethod,
    Rules,
    Transaction,
    TransactionType,
    charges,
    gross,
)
from tickfolio.domain.lots import (
    NOTHING,
    UNKNOWN,
    Amount,
    Book,
    Change,
    Lot,
    Sale,
    level,
    pour,
    resize,
    subtract_amounts,
    sum_cost,
    sum_known,
    sum_quantity,
    take_oldest,
)
from tickfolio.domain.money import HUNDRED, SMALLEST, ZERO, convert, whole_units
from tickfolio.domain.movements import Movements
from tickfolio.domain.splits import Ratio
from tickfolio.domain.uk_pool import Reserved

V = TypeVar("V")
Place = tuple[str, str]  # portfolio, instrument
_POOLED = frozenset({CostMethod.AVERAGE, CostMethod.UK_POOL})
T = TransactionType


def cost_of(row: Transaction, rules: Rules) -> Amount:
    """What the units of a row cost, buy-side charges inside unless the portfolio leaves them out."""
    if row.cost is not None:
        paid = row.cost
    elif row.type is T.TRANSFER_IN:
        return UNKNOWN
    else:
        paid = gross(row) + charges(row) if rules.charges_in_cost else gross(row)
    return _in_both(paid, row.fx_rate)


@dataclass(slots=True)
class Shelf:
    """One place while its ledger is read: lots by account (the UK has one pool of all), units by account."""

    lots: dict[str | None, deque[Lot]] = field(default_factory=lambda: defaultdict(deque))
    held: dict[str | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    sales: list[Sale] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def close(self, movements: Movements) -> Book:
        """What it all comes to."""
        lots = tuple(lot for account in self.lots.values() for lot in account)
        return Book(
            lots=lots,
            sales=tuple(self.sales),
            changes=tuple(self.changes),
            quantity=sum_quantity(lots),
            cost=sum_cost(lots),
            realised=sum_known(sale.realised for sale in self.sales),
            income=movements.income,
            tax_withheld=movements.tax_withheld,
            charges=movements.charges,
            cash=movements.cash,
        )


@dataclass(slots=True)
class Keeper:
    """Reads rows in order and keeps a shelf for each place."""

    rules: Mapping[str, Rules]
    symbols: Mapping[str, str]
    for_tax: bool
    shelves: dict[Place, Shelf] = field(default_factory=lambda: defaultdict(Shelf))
    pairs: Mapping[str, Transaction] = field(default_factory=dict)  # by the id of the row that goes out
    arriving: frozenset[str] = frozenset()
    reserved: Reserved = field(default_factory=Reserved)
    parted: set[tuple[Place, str | None, date]] = field(default_factory=set)  # pools that gave cost to a demerger

    def read(self, row: Transaction) -> None:
        """Counts one row."""
        shelf = self.shelves[row.portfolio_id, row.instrument_id]
        kind = row.type
        if row.id in self.arriving:  # it comes with the row that takes the units out
            return
        if kind is T.SELL:
            self._sell(shelf, row)
        elif kind in ACQUIRING:
            self._acquire(shelf, row, cost_of(row, self.rules[row.portfolio_id]))
        elif kind in WITH_RATIO:
            self._split(shelf, row)
        elif kind in INTO_ANOTHER:
            self._turn(shelf, row)
        elif kind is T.TRANSFER_OUT:
            self._transfer(shelf, row)
        else:
            raise ValueError(f"{row.id}: {kind} moves no units")

    def _method(self, row: Transaction) -> CostMethod:
        method = self.rules[row.portfolio_id].method
        return CostMethod.FIFO if self.for_tax and method is CostMethod.AVERAGE else method

    def _acquire(self, shelf: Shelf, row: Transaction, cost: Amount) -> None:
        if row.quantity <= 0:
            raise ValueError(f"{row.id}: quantity {row.quantity} must be positive")
        lot = Lot(row.id, row.account, row.traded_on, row.quantity, cost)
        shelf.changes.append(Change(row.id, row.account, row.traded_on, row.quantity, cost))
        shelf.held[row.account] += row.quantity
        rest = self.reserved.rest_of(row.id, lot)
        if rest is not None:
            self._put(shelf, row, rest)

    def _put(self, shelf: Shelf, row: Transaction, lot: Lot) -> None:
        method = self._method(row)
        lots = shelf.lots[None if method is CostMethod.UK_POOL else lot.account]
        if method in _POOLED:
            pour(lots, lot)
            return
        lots.append(lot)
        if len(lots) > 1 and lots[-2].acquired_on > lot.acquired_on:  # it came from elsewhere with an older day
            by_day = sorted(lots, key=lambda one: one.acquired_on)
            lots.clear()
            lots.extend(by_day)

    def _take(self, shelf: Shelf, row: Transaction, quantity: Decimal) -> list[Lot]:
        """The units that leave, by the rules of the portfolio; the change of what is held is written down."""
        if quantity <= 0:
            raise ValueError(f"{row.id}: quantity {quantity} must be positive")
        held = shelf.held[row.account]
        if quantity > held:
            raise Oversold(self.symbols[row.instrument_id], quantity, held, row.traded_on)
        shelf.held[row.account] = held - quantity
        method = self._method(row)
        lots = shelf.lots[None if method is CostMethod.UK_POOL else row.account]
        if method is CostMethod.US_AVERAGE:
            level(lots)
        kept_apart = self.reserved.parts.get(row.id, ())
        parts = [*kept_apart, *take_oldest(lots, quantity - sum_quantity(kept_apart))]
        cost = parts[0].cost if len(parts) == 1 else sum_cost(parts)
        gone = subtract_amounts(NOTHING, cost)
        shelf.changes.append(Change(row.id, row.account, row.traded_on, -quantity, gone))
        return parts

    def _sell(self, shelf: Shelf, row: Transaction) -> None:
        parts = self._take(shelf, row, row.quantity)
        cost = parts[0].cost if len(parts) == 1 else sum_cost(parts)
        proceeds = _in_both(gross(row) - charges(row), row.fx_rate)
        realised = subtract_amounts(proceeds, cost).home
        shelf.sales.append(
            Sale(row.id, row.account, row.traded_on, row.quantity, proceeds, cost, realised, tuple(parts))
        )

    def _split(self, shelf: Shelf, row: Transaction) -> None:
        ratio = _given(row, row.ratio)
        before = sum(shelf.held.values(), ZERO)
        for account, held in shelf.held.items():
            if held:
                after = _after(held, ratio)
                shelf.held[account] = after
                shelf.changes.append(Change(row.id, account, row.traded_on, after - held, NOTHING))
        for account, lots in shelf.lots.items():
            if lots and self._method(row) is CostMethod.UK_POOL:
                # Each account's units are whole; beside them the pool has what was sold and is about to be bought back.
                owed = whole_units(sum_quantity(lots) - before, ratio.new, ratio.old)
                self._resize(shelf, row, account, max(sum(shelf.held.values(), ZERO) + owed, SMALLEST))
            elif lots:
                self._resize(shelf, row, account, shelf.held[account])

    def _resize(self, shelf: Shelf, row: Transaction, account: str | None, after: Decimal) -> None:
        lots = shelf.lots[account]
        before = sum_quantity(lots)
        if row.type is T.BONUS and self.for_tax and after > before:
            self._put(shelf, row, Lot(row.id, account, row.traded_on, after - before, NOTHING))
        else:
            resized = resize(lots, after)
            lots.clear()
            lots.extend(resized)

    def _turn(self, shelf: Shelf, row: Transaction) -> None:
        """A merger, a demerger or a switch: units of another instrument, in the same account."""
        target = self.shelves[row.portfolio_id, _given(row, row.to_instrument_id)]
        quantity = _given(row, row.to_quantity)
        if row.type is T.SWITCH:
            self._sell(shelf, row)
            lot = Lot(row.id, row.account, row.traded_on, quantity, shelf.sales[-1].proceeds)
            self._arrive(target, row, [lot])
        elif row.type is T.MERGER:
            parts = self._take(shelf, row, row.quantity)
            self._arrive(target, row, resize(parts, quantity))
        else:
            self._arrive(target, row, resize(self._part_with_cost(shelf, row), quantity))

    def _part_with_cost(self, shelf: Shelf, row: Transaction) -> list[Lot]:
        """The lots of the account as they go along with a demerger, with the part of cost that does; the rest stays."""
        pct = _given(row, row.cost_pct)
        pooled = self._method(row) is CostMethod.UK_POOL
        lots = shelf.lots[None if pooled else row.account]
        if not shelf.held[row.account]:
            raise Oversold(self.symbols[row.instrument_id], SMALLEST, ZERO, row.traded_on)
        event = ((row.portfolio_id, row.instrument_id), row.to_instrument_id, row.traded_on)
        if pooled and event in self.parted:  # the row of another account has taken the whole pool's part along
            pct = ZERO
        self.parted.add(event)
        going = [lot._replace(cost=_percent_of(lot.cost, pct)) for lot in lots]
        for _ in range(len(lots)):
            lot = lots.popleft()
            lots.append(lot._replace(cost=subtract_amounts(lot.cost, _percent_of(lot.cost, pct))))
        gone = subtract_amounts(NOTHING, sum_cost(going))
        shelf.changes.append(Change(row.id, row.account, row.traded_on, ZERO, gone))
        return going

    def _transfer(self, shelf: Shelf, row: Transaction) -> None:
        parts = self._take(shelf, row, row.quantity)
        there = self.pairs.get(row.id)
        if there is not None:
            shelf = self.shelves[there.portfolio_id, there.instrument_id]
            self._arrive(shelf, there, [lot._replace(account=there.account) for lot in parts])

    def _arrive(self, shelf: Shelf, row: Transaction, lots: Sequence[Lot]) -> None:
        """Lots that come from elsewhere, with the cost and the days they have."""
        quantity = sum_quantity(lots)
        shelf.held[row.account] += quantity
        shelf.changes.append(Change(row.id, row.account, row.traded_on, quantity, sum_cost(lots)))
        for lot in lots:
            self._put(shelf, row, lot)


def _after(units: Decimal, ratio: Ratio) -> Decimal:
    return max(whole_units(units, ratio.new, ratio.old), SMALLEST)


def _given(row: Transaction, value: V | None) -> V:
    if value is None:
        raise ValueError(f"{row.id}: a {row.type} without what it needs")
    return value


def _in_both(amount: Decimal, fx_rate: Decimal | None) -> Amount:
    return Amount(amount, amount if fx_rate == 1 else convert(amount, fx_rate))


def _percent_of(amount: Amount, pct: Decimal) -> Amount:
    part = pct / HUNDRED
    return Amount(
        None if amount.local is None else amount.local * part, None if amount.home is None else amount.home * part
    )
