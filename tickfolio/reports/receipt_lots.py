"""Lots that leave oldest first: what each cost, what left it, what stayed. Call these where arithmetic is exact."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tickfolio.domain.ledger import ACQUIRING
from tickfolio.domain.lots import Lot
from tickfolio.domain.splits import Ratio
from tickfolio.reports.receipt import Node
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.reports.receipt_nodes import QUANTITY, add, entitle, leaf, negate, share_of
from tickfolio.reports.receipt_pools import SO_FAR, part_of_sale, parted
from tickfolio.reports.receipt_rows import Side, amount_on, cost_of_row, measure_of, name_row
from tickfolio.reports.receipt_units import is_split, resized, split_of

Key = tuple[str, str | None]  # the purchase's row, the account


@dataclass(slots=True)
class _Lot:
    """One purchase while what became of it is read: its lines, what is left of its cost and of its units."""

    bought: Node
    cost: Decimal | None
    units: Decimal
    position: int
    lines: list[Node]


@dataclass(slots=True)
class Lots:
    """The lots of a holding: the lines that make the cost of each open one, and the cost of each sale."""

    evidence: Evidence
    side: Side
    lots: dict[Key, _Lot] = field(default_factory=dict)
    events: dict[str | None, list[tuple[int, Ratio | Entry]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, int] = field(default_factory=dict)
    costs: dict[str, Node] = field(default_factory=dict)  # by the sale's row

    def read(self) -> "Lots":
        """Reads every change and every sale."""
        held: dict[str | None, Decimal] = defaultdict(Decimal)
        for number, change in enumerate(self.evidence.book.changes):
            if is_split(self.evidence, change):
                fact = split_of(self.evidence, change, held[change.account])
                self.events[change.account].append((number, fact.ratio))
            else:
                self.places[change.transaction_id] = number
                if not change.quantity:  # a demerger, with which a part of cost went
                    self.events[change.account].append((number, self.evidence.entries[change.transaction_id]))
            held[change.account] += change.quantity
        measure = measure_of(self.evidence, self.side)
        for sale in self.evidence.book.sales:
            parts = [self._take(sale.transaction_id, part) for part in sale.parts]
            shown = [
                part if part is not None else part_of_sale(self.evidence, self.side, sale, number)
                for number, part in enumerate(parts)
            ]
            self.costs[sale.transaction_id] = add("Cost of what was sold", measure, shown)
        return self

    def open_lot(self, lot: Lot) -> Node:
        """An open lot: its purchase less what left it, or the cost that it has, where that is not all of it."""
        cost = amount_on(self.side, lot.cost)
        entry = self.evidence.entries[lot.transaction_id]
        known = self._find(entry, lot)
        if known is not None:
            self._catch_up(known, lot.account, len(self.evidence.book.changes))
        label = f"Lot of {lot.acquired_on.isoformat()}, {lot.quantity:f} units"
        if known is not None and known.cost == cost:
            if len(known.lines) == 1:
                told = entitle(known.lines[0], label if cost is not None else known.lines[0].label)
            else:
                told = add(label, measure_of(self.evidence, self.side), known.lines)
            if told.value == cost:  # a pool that a sale took more of than the purchase brought has no line for that
                return told
        label = f"{label}, from {self._origin(entry)}"
        return leaf(label, cost, measure_of(self.evidence, self.side), entry.fact)

    def _origin(self, entry: Entry) -> str:
        if self.evidence.is_own(entry):
            return f"the {name_row(entry.row).lower()}"
        symbol = self.evidence.symbols[entry.row.instrument_id]
        return f"the {name_row(entry.row).lower()} in {symbol}"

    def _find(self, entry: Entry, lot: Lot) -> _Lot | None:
        key = (lot.transaction_id, lot.account)
        if key not in self.lots:
            row = entry.row
            if row.type not in ACQUIRING or not self.evidence.is_own(entry) or row.account != lot.account:
                return None
            bought = cost_of_row(entry, self.evidence, self.side)
            self.lots[key] = _Lot(bought, bought.value, row.quantity, self.places[row.id], [bought])
        return self.lots[key]

    def _take(self, sale_id: str, part: Lot) -> Node | None:
        """What a sale took out of a lot, told by its purchase; None where the purchase alone does not say it."""
        sale = self.evidence.entries[sale_id]
        lot = self._find(self.evidence.entries[part.transaction_id], part)
        if lot is None:
            return None
        self._catch_up(lot, part.account, self.places[sale_id])
        cost, measure = amount_on(self.side, part.cost), measure_of(self.evidence, self.side)
        label = f"{part.quantity:f} units acquired on {part.acquired_on.isoformat()}"
        first = len(lot.lines) == 1
        before = lot.bought if first else leaf("What was left of the lot", lot.cost, measure)
        quantity = leaf("Units sold", part.quantity, QUANTITY, sale.fact)
        units = leaf("Units of the lot before", lot.units, QUANTITY)
        told = entitle(before, label)
        if lot.units > part.quantity:
            told = share_of(label, before, quantity, units, sale.fact)
            running = share_of(name_row(sale.row), leaf(SO_FAR, lot.cost, measure), quantity, units, sale.fact)
            gone = running if running.value == cost else leaf(name_row(sale.row), cost, measure, sale.fact)
            lot.lines.append(negate(gone, fact=sale.fact))
        lot.units -= part.quantity
        lot.cost = None if lot.cost is None or cost is None else lot.cost - cost
        return told if told.value == cost else None

    def _catch_up(self, lot: _Lot, account: str | None, until: int) -> None:
        """Counts the splits and demergers between the lot's last change and another."""
        for place, event in self.events[account]:
            if not lot.position < place < until:
                continue
            if isinstance(event, Ratio):
                lot.units = resized(lot.units, event)
            else:
                gone = parted(event, leaf(SO_FAR, lot.cost, measure_of(self.evidence, self.side)))
                lot.lines.append(gone)
                lot.cost = None if lot.cost is None or gone.value is None else lot.cost + gone.value
        lot.position = until
