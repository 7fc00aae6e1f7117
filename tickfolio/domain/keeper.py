"""The keeper: reads the rows of a ledger in order, and keeps a shelf of lots for each instrument in each portfolio.

All cost methods are one algorithm: units always leave the oldest lot first. With FIFO every purchase is a lot of its
own. With average cost a purchase is poured into the one lot of its account, so that the oldest lot is the whole pool.
The US average levels the lots' costs before units leave, and so keeps their dates. The UK's pool is an average over all
accounts, from which units that a sale has to take elsewhere were kept apart before (`uk_pool`).
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypeVar

from tickfolio.domain.errors import NothingHeld, Oversold
from tickfolio.domain.ledger import ACQUIRING, WITH_RATIO, Rules, Transaction, TransactionType
from tickfolio.domain.lots import Amount, lot_of, piece_of
from tickfolio.domain.money import HUNDRED, ONE, SMALLEST, ZERO, convert, whole_units
from tickfolio.domain.movements import count_row
from tickfolio.domain.pieces import (
    Pair,
    Piece,
    level,
    resize,
    subtract_pairs,
    sum_cost,
    sum_quantity,
    take_oldest,
)
from tickfolio.domain.shelf import Shelf, Shelves
from tickfolio.domain.splits import Ratio
from tickfolio.domain.uk_pool import Reserved

V = TypeVar("V")
Place = tuple[str, str]  # portfolio, instrument
T = TransactionType
_TRANSFER_IN = T.TRANSFER_IN
_NO_COST = (ZERO, ZERO)


def cost_of(row: Transaction, rules: Rules) -> Amount:
    """What the units of a row cost, buy-side charges inside unless the portfolio leaves them out."""
    return Amount(*_cost_of(row, rules))


@dataclass(slots=True)
class Keeper:
    """Reads rows in order and keeps a shelf for each place."""

    shelves: Shelves
    symbols: Mapping[str, str]
    for_tax: bool
    pairs: Mapping[str, Transaction] = field(default_factory=dict)  # by the id of the row that goes out
    arriving: frozenset[str] = frozenset()
    reserved: Reserved = field(default_factory=Reserved)
    # Whose row it was by which a pool of all accounts gave its part of cost to a demerger.
    parted: dict[tuple[Place, str | None, date], str | None] = field(default_factory=dict)

    def read(self, rows: Iterable[Transaction]) -> None:
        """Counts the rows, which are in order."""
        shelves, readers = self.shelves, self._readers
        for row in rows:
            shelf = shelves[row.portfolio_id, row.instrument_id]
            count_row(shelf.movements, row, shelf.rules)
            reader = readers.get(row.type)
            if reader is not None:  # else it moves no units
                reader(self, shelf, row)

    def _acquire(self, shelf: Shelf, row: Transaction) -> None:
        quantity, account = row.quantity, row.account
        if quantity <= ZERO:
            raise ValueError(f"{row.id}: quantity {quantity} must be positive")
        local, home = _cost_of(row, shelf.rules)
        piece = (row.id, account, row.traded_on, quantity, local, home)
        shelf.changes.append(piece)
        shelf.held[account] += quantity
        self._put(shelf, piece)

    def _put(self, shelf: Shelf, piece: Piece) -> None:
        """Adds bought units to the lots, but for those that sales elsewhere in time have to take."""
        if self.reserved.rests:
            rest = self.reserved.rest_of(piece[0], lot_of(piece))
            if rest is None:
                return
            piece = piece_of(rest)
        shelf.put(piece)

    def _bring_in(self, shelf: Shelf, row: Transaction) -> None:
        if row.id not in self.arriving:  # else it comes with the row that takes the units out
            self._acquire(shelf, row)

    def _take(self, shelf: Shelf, row: Transaction) -> tuple[list[Piece], Pair]:
        """The units that leave, by the rules of the portfolio, and their cost."""
        quantity, account = row.quantity, row.account
        if quantity <= ZERO:
            raise ValueError(f"{row.id}: quantity {quantity} must be positive")
        held = shelf.held[account]
        if quantity > held:
            raise Oversold(self.symbols[row.instrument_id], quantity, held, row.traded_on)
        shelf.held[account] = held - quantity
        lots = shelf.lots_of(account)
        parts = self._take_british(lots, row) if shelf.has_one_pool else take_oldest(lots, quantity)
        return parts, parts[0][4:] if len(parts) == 1 else sum_cost(parts)

    def _take_british(self, lots: deque[Piece], row: Transaction) -> list[Piece]:
        """What was kept apart for the row, then the pool; where that is too little, what is kept for a later sale."""
        parts = self.reserved.parts.pop(row.id, [])
        parts += take_oldest(lots, row.quantity - sum_quantity(parts))
        short = row.quantity - sum_quantity(parts)
        if short:
            parts += self.reserved.give_up((row.portfolio_id, row.instrument_id), row.traded_on, short)
        return parts

    def _take_away(self, shelf: Shelf, row: Transaction) -> list[Piece]:
        """The units that leave without being sold; the change of what is held is written down."""
        parts, cost = self._take(shelf, row)
        gone = subtract_pairs(_NO_COST, cost)
        shelf.changes.append((row.id, row.account, row.traded_on, -row.quantity, *gone))
        return parts

    def _sell(self, shelf: Shelf, row: Transaction) -> None:
        if shelf.is_levelled:
            level(shelf.lots_of(row.account))
        parts, cost = self._take(shelf, row)
        got = row.quantity * row.price - (row.fees + row.taxes)
        got_home = got if row.fx_rate == ONE else convert(got, row.fx_rate)
        (local, home), (_, realised) = cost, subtract_pairs((got, got_home), cost)
        shelf.sold.append(
            (row.id, row.account, row.traded_on, row.quantity, got, got_home, local, home, realised, len(parts))
        )
        shelf.parts += parts
        shelf.changes.append(None)

    def _split(self, shelf: Shelf, row: Transaction) -> None:
        ratio = _given(row, row.ratio)
        for account, held in shelf.held.items():
            if held:
                after = _after(held, ratio)
                shelf.held[account] = after
                shelf.changes.append((row.id, account, row.traded_on, after - held, ZERO, ZERO))
        for account, lots in shelf.lots.items():
            if shelf.has_one_pool:
                self._split_pool(shelf, row, lots)
            elif lots:
                self._resize(shelf, row, account, shelf.held[account])

    def _split_pool(self, shelf: Shelf, row: Transaction, pool: deque[Piece]) -> None:
        """Each account's units are whole; beside them the pool has what was sold and is about to be bought back."""
        owed = self.reserved.owed((row.portfolio_id, row.instrument_id), row.traded_on)
        after = sum(shelf.held.values(), ZERO) + owed
        if pool:
            self._resize(shelf, row, None, max(after, SMALLEST))
        elif after:  # too little to be counted before this split
            shelf.put((row.id, None, row.traded_on, after, ZERO, ZERO))

    def _resize(self, shelf: Shelf, row: Transaction, account: str | None, after: Decimal) -> None:
        lots = shelf.lots[account]
        before = sum_quantity(lots)
        if row.type is T.BONUS and self.for_tax and after > before:
            shelf.put((row.id, account, row.traded_on, after - before, ZERO, ZERO))
        else:
            resized = resize(lots, after)
            lots.clear()
            lots.extend(resized)

    def _switch(self, shelf: Shelf, row: Transaction) -> None:
        self._sell(shelf, row)
        local, home = shelf.sold[-1][4:6]
        bought = (row.id, row.account, row.traded_on, _given(row, row.to_quantity), local, home)
        target = self.shelves[row.portfolio_id, _given(row, row.to_instrument_id)]
        target.changes.append(bought)
        target.held[row.account] += bought[3]
        self._put(target, bought)

    def _merge(self, shelf: Shelf, row: Transaction) -> None:
        parts = self._take_away(shelf, row)
        self._turn_into(row, resize(parts, _given(row, row.to_quantity)))

    def _demerge(self, shelf: Shelf, row: Transaction) -> None:
        """The lots of the account go along, with the part of their cost that does; the rest of it stays."""
        quantity, pct = _given(row, row.to_quantity), _given(row, row.cost_pct)
        if not shelf.held[row.account]:
            raise NothingHeld(self.symbols[row.instrument_id], row.traded_on)
        event = ((row.portfolio_id, row.instrument_id), row.to_instrument_id, row.traded_on)
        if shelf.has_one_pool and self.parted.setdefault(event, row.account) != row.account:
            pct = ZERO  # another account's row has taken the whole pool's part along
        lots = shelf.lots_of(row.account)
        going = [(*lot[:4], *_percent_of(lot[4:], pct)) for lot in lots]
        staying = [(*lot[:4], *subtract_pairs(lot[4:], less[4:])) for lot, less in zip(lots, going, strict=True)]
        lots.clear()
        lots.extend(staying)
        gone = subtract_pairs(_NO_COST, sum_cost(going))
        shelf.changes.append((row.id, row.account, row.traded_on, ZERO, *gone))
        # Where the pool has nothing, since a sale of that day takes all there is, no cost can go along.
        self._turn_into(row, resize(going or [(row.id, row.account, row.traded_on, quantity, ZERO, ZERO)], quantity))

    def _turn_into(self, row: Transaction, lots: Sequence[Piece]) -> None:
        """Units of another instrument, in the same account."""
        self._arrive(self.shelves[row.portfolio_id, _given(row, row.to_instrument_id)], row, lots)

    def _transfer(self, shelf: Shelf, row: Transaction) -> None:
        there = self.pairs.get(row.id)
        if there is not None and shelf.has_one_pool and there.portfolio_id == row.portfolio_id:
            self._move_within_pool(shelf, row, there)
            return
        parts = self._take_away(shelf, row)
        if there is not None:
            shelf = self.shelves[there.portfolio_id, there.instrument_id]
            moved = [(part[0], there.account, *part[2:]) for part in parts]
            self._arrive(shelf, there, moved)

    def _move_within_pool(self, shelf: Shelf, row: Transaction, there: Transaction) -> None:
        """Two accounts of one pool: the units change their account, and the pool stays as it is."""
        held = shelf.held[row.account]
        if row.quantity > held:
            raise Oversold(self.symbols[row.instrument_id], row.quantity, held, row.traded_on)
        for end, units in ((row, -row.quantity), (there, row.quantity)):
            shelf.held[end.account] += units
            shelf.changes.append((end.id, end.account, end.traded_on, units, ZERO, ZERO))

    def _arrive(self, shelf: Shelf, row: Transaction, lots: Sequence[Piece]) -> None:
        """Lots that come from elsewhere, with the cost and the days they have."""
        quantity = sum_quantity(lots)
        shelf.held[row.account] += quantity
        shelf.changes.append((row.id, row.account, row.traded_on, quantity, *sum_cost(lots)))
        for lot in lots:
            shelf.put(lot)
        shelf.sort(row.account)

    _readers: ClassVar[Mapping[TransactionType, Callable[["Keeper", Shelf, Transaction], None]]] = {
        **dict.fromkeys(ACQUIRING, _acquire),
        **dict.fromkeys(WITH_RATIO, _split),
        T.TRANSFER_IN: _bring_in,
        T.TRANSFER_OUT: _transfer,
        T.SELL: _sell,
        T.MERGER: _merge,
        T.DEMERGER: _demerge,
        T.SWITCH: _switch,
    }


def _cost_of(row: Transaction, rules: Rules) -> Pair:
    paid = row.cost
    if paid is None:
        if row.type is _TRANSFER_IN:
            return None, None
        paid = row.quantity * row.price
        if rules.charges_in_cost:
            paid += row.fees + row.taxes
    return paid, paid if row.fx_rate == ONE else convert(paid, row.fx_rate)


def _after(units: Decimal, ratio: Ratio) -> Decimal:
    return max(whole_units(units, ratio.new, ratio.old), SMALLEST)


def _given(row: Transaction, value: V | None) -> V:
    if value is None:
        raise ValueError(f"{row.id}: a {row.type} without what it needs")
    return value


def _percent_of(cost: Pair, pct: Decimal) -> Pair:
    part, (local, home) = pct / HUNDRED, cost
    return None if local is None else local * part, None if home is None else home * part
