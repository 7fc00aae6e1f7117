"""Pools: what units cost under an average, change by change. Call these where arithmetic is exact.

A pool begins anew whenever nothing is left in it. What leaves is told as a share of what was there before; where that
is not what the book says (the United Kingdom's matching, for one), the parts that left stand for themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tickfolio.domain.ledger import ACQUIRING, CostMethod, TransactionType
from tickfolio.domain.lots import Change, Sale
from tickfolio.domain.money import HUNDRED, ZERO
from tickfolio.reports.receipt import Node
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.reports.receipt_nodes import (
    NUMBER,
    QUANTITY,
    add,
    divide,
    entitle,
    leaf,
    merge,
    multiply,
    negate,
    share_of,
)
from tickfolio.reports.receipt_rows import Side, amount_on, cost_of_row, measure_of, name_row, proceeds_of_row, units_of
from tickfolio.reports.receipt_units import is_split, split_of, units_of_change

SO_FAR = "Cost before: the lines above together"


@dataclass(slots=True)
class _Pool:
    """One pool while its changes are read: what it holds, and the lines since it was empty and since units left."""

    units: Decimal = ZERO
    cost: Decimal | None = ZERO
    lines: list[Node] = field(default_factory=list)
    recent: list[Node] = field(default_factory=list)
    recent_units: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Pools:
    """The pools of a holding, read to the end: the lines that still make each one's cost, and the cost of each sale."""

    evidence: Evidence
    side: Side
    pools: dict[str | None, _Pool] = field(default_factory=dict)
    costs: dict[str, Node] = field(default_factory=dict)  # by the id of the row that took units out
    sales: dict[str, Sale] = field(default_factory=dict)

    def read(self) -> "Pools":
        """Reads every change."""
        self.sales = {sale.transaction_id: sale for sale in self.evidence.book.sales}
        whole = self.evidence.rules.method is CostMethod.UK_POOL
        held: dict[str | None, Decimal] = {}
        for change in self.evidence.book.changes:
            pool = self.pools.setdefault(None if whole else change.account, _Pool())
            before = held.get(change.account, ZERO)
            self._count(pool, change, before)
            held[change.account] = before + change.quantity
        return self

    def lines(self) -> Iterator[tuple[str | None, Sequence[Node]]]:
        """Each account's lines (of None: of all of them) since it last held nothing."""
        for account, pool in self.pools.items():
            if pool.lines:
                yield account, pool.lines

    def _count(self, pool: _Pool, change: Change, held: Decimal) -> None:
        cost = amount_on(self.side, change.cost)
        units = units_of_change(self.evidence, change, held)
        if change.quantity < 0 and not is_split(self.evidence, change):
            self._leave(pool, change, cost)
        else:
            line = self._line(pool, change, cost, held)
            pool.lines.append(line)
            pool.recent.append(line)
            pool.recent_units.append(units)
        pool.units += change.quantity
        pool.cost = None if pool.cost is None or cost is None else pool.cost + cost
        if not pool.units:
            pool.lines, pool.recent, pool.recent_units, pool.cost = [], [], [], ZERO
        elif change.quantity < 0 and not is_split(self.evidence, change):
            rest = f"Left by {change.on.isoformat()}"
            pool.recent = [leaf(rest, pool.cost, measure_of(self.evidence, self.side))]
            pool.recent_units = [leaf(rest, pool.units, QUANTITY)]

    def _line(self, pool: _Pool, change: Change, cost: Decimal | None, held: Decimal) -> Node:
        """A change that added cost, or took some of it away without units."""
        measure = measure_of(self.evidence, self.side)
        if is_split(self.evidence, change):
            fact = split_of(self.evidence, change, held)
            return leaf(f"{fact.name}: the cost stays as it is", ZERO, measure, fact)
        entry = self.evidence.entries[change.transaction_id]
        if not change.quantity and entry.row.cost_pct is not None:
            gone = parted(entry, leaf(SO_FAR, pool.cost, measure))
            return gone if gone.value == cost else leaf(name_row(entry.row), cost, measure, entry.fact)
        return arrived(self.evidence, self.side, entry, cost)

    def _leave(self, pool: _Pool, change: Change, cost: Decimal | None) -> None:
        """Units that leave: with their share of the lines above, and apart from them with what these come to."""
        measure = measure_of(self.evidence, self.side)
        gone = None if cost is None else -cost
        units = merge("Units before", QUANTITY, pool.recent_units)
        before = merge("Cost before", measure, pool.recent)
        running = leaf(SO_FAR, pool.cost, measure)
        line = self._taken(change, gone, running, leaf("Units before", pool.units, QUANTITY))
        pool.lines.append(negate(line, fact=line.fact))
        all_of_it = -change.quantity == pool.units and before.value == gone
        label = f"Cost of all units, {change.on.isoformat()}"
        self.costs[change.transaction_id] = (
            entitle(before, label)
            if all_of_it
            else self._taken(change, gone, entitle(before, "Cost before"), entitle(units, "Units before"))
        )

    def _taken(self, change: Change, gone: Decimal | None, before: Node, units: Node) -> Node:
        entry = self.evidence.entries[change.transaction_id]
        label, fact = f"Cost of what left: {name_row(entry.row)}", entry.fact
        quantity = leaf("Units that left", -change.quantity, QUANTITY, fact)
        taken = share_of(label, before, quantity, units, fact)
        if taken.value == gone:
            return taken
        sale = self.sales.get(change.transaction_id)
        if sale is None:
            return leaf(label, gone, before.measure, fact)
        parts = [part_of_sale(self.evidence, self.side, sale, number) for number in range(len(sale.parts))]
        return add(label, before.measure, parts, fact)


def parted(entry: Entry, so_far: Node) -> Node:
    """What a demerger took of a cost, below zero."""
    pct = leaf("Percent of cost that goes along", entry.row.cost_pct, NUMBER, entry.fact)
    part = divide("Part of cost", NUMBER, pct, leaf("Percent", HUNDRED, NUMBER))
    return negate(multiply(name_row(entry.row), so_far.measure, so_far, part), fact=entry.fact)


def part_of_sale(evidence: Evidence, side: Side, sale: Sale, number: int) -> Node:
    """A lot, or part of one, that a sale took: its purchase's cost or a share of it, or else as a fact."""
    part = sale.parts[number]
    entry = evidence.entries[part.transaction_id]
    cost = amount_on(side, part.cost)
    if evidence.rules.method is CostMethod.UK_POOL and part.acquired_on < sale.sold_on:
        return leaf(f"{part.quantity:f} units from the pool", cost, measure_of(evidence, side), entry.fact)
    label = f"{part.quantity:f} units acquired on {part.acquired_on.isoformat()}"
    if entry.row.type in ACQUIRING and evidence.is_own(entry):
        bought = cost_of_row(entry, evidence, side)
        units = leaf("Units", part.quantity, QUANTITY, entry.fact)
        told = share_of(label, bought, units, units_of(entry, "Units bought"), entry.fact)
        if told.value == cost:
            return told
    return leaf(label, cost, measure_of(evidence, side), entry.fact)


def arrived(evidence: Evidence, side: Side, entry: Entry, cost: Decimal | None) -> Node:
    """What the units of a row cost when they came: worked out where the row says it, else as they were carried over."""
    label = name_row(entry.row)
    told = None
    if entry.row.type is TransactionType.SWITCH:
        told = proceeds_of_row(entry, evidence, side)
    elif entry.row.type in ACQUIRING and evidence.is_own(entry):
        told = cost_of_row(entry, evidence, side)
    if told is not None and told.value == cost:
        return replace(told, label=label if told.value is not None else told.label)
    origin = evidence.symbols.get(entry.row.instrument_id, "")
    carried = f"{label}: the cost that the lots of {origin} had, carried over"
    return leaf(carried, cost, measure_of(evidence, side), entry.fact)
