"""The shelf: what is kept of one instrument in one portfolio while its ledger is read."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import itemgetter

from tickfolio.domain.entries import Entries
from tickfolio.domain.ledger import CostMethod, Rules
from tickfolio.domain.lots import Amount, Book, changes_of, lot_of, sales_of, sum_known
from tickfolio.domain.movements import Movements
from tickfolio.domain.pieces import Piece, Sold, pour, sum_cost, sum_quantity

_POOLED = frozenset({CostMethod.AVERAGE, CostMethod.UK_POOL})


@dataclass(slots=True)
class Shelf:
    """Lots by account (the UK has one pool of all), units by account, and what was written down."""

    rules: Rules
    lots: dict[str | None, deque[Piece]] = field(default_factory=lambda: defaultdict(deque))
    held: dict[str | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    sold: list[Sold] = field(default_factory=list)
    parts: list[Piece] = field(default_factory=list)  # of all sales
    movements: Movements = field(default_factory=Movements)
    changes: list[Piece | None] = field(default_factory=list)  # None: that of the next sale
    is_pooled: bool = field(init=False)  # purchases are poured together
    has_one_pool: bool = field(init=False)  # of all accounts
    is_levelled: bool = field(init=False)  # before units leave

    def __post_init__(self) -> None:
        method = self.rules.method
        self.is_pooled = method in _POOLED
        self.has_one_pool = method is CostMethod.UK_POOL
        self.is_levelled = method is CostMethod.US_AVERAGE

    def lots_of(self, account: str | None) -> deque[Piece]:
        """The lots out of which an account gives."""
        return self.lots[None if self.has_one_pool else account]

    def put(self, piece: Piece) -> None:
        """Adds units to the lots of their account."""
        lots = self.lots[None if self.has_one_pool else piece[1]]
        if self.is_pooled:
            pour(lots, piece)
        else:
            lots.append(piece)

    def sort(self, account: str | None) -> None:
        """Puts the oldest lot of an account first again, after some came from elsewhere with the days they have."""
        lots = self.lots_of(account)
        if not self.is_pooled:
            by_day = sorted(lots, key=itemgetter(2))
            lots.clear()
            lots.extend(by_day)

    def close(self) -> Book:
        """What it all comes to."""
        movements = self.movements
        lots = [lot for account in self.lots.values() for lot in account]
        return Book(
            lots=Entries(len(lots), partial(map, lot_of, lots)),
            sales=Entries(len(self.sold), partial(sales_of, self.sold, self.parts)),
            changes=Entries(len(self.changes), partial(changes_of, self.changes, self.sold)),
            pieces=self.changes,
            sold=self.sold,
            quantity=sum_quantity(lots),
            cost=Amount(*sum_cost(lots)),
            realised=sum_known([sold[8] for sold in self.sold]),
            income=movements.income,
            tax_withheld=movements.tax_withheld,
            charges=movements.charges,
            cash=movements.cash,
        )


class Shelves(dict[tuple[str, str], Shelf]):
    """The shelf of each portfolio and instrument, begun with the portfolio's rules when a row first needs it."""

    def __init__(self, rules: Mapping[str, Rules]) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, place: tuple[str, str]) -> Shelf:
        shelf = self[place] = Shelf(self._rules[place[0]])
        return shelf
