"""Units: how many there are, from the first row on, splits counted in. Call these where arithmetic is exact."""

from collections import defaultdict
from decimal import Decimal

from tickfolio.domain.ledger import WITH_RATIO
from tickfolio.domain.lots import NOTHING, Change
from tickfolio.domain.money import SMALLEST, whole_units
from tickfolio.domain.splits import Ratio
from tickfolio.reports.receipt import Node, SplitFact
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_nodes import NUMBER, QUANTITY, add, divide, entitle, leaf, multiply, negate, subtract
from tickfolio.reports.receipt_rows import WORDS


def explain_quantity(evidence: Evidence) -> Node:
    """The units held: every change in time order; of what is in no such order, the open lots."""
    held: dict[str | None, Decimal] = defaultdict(Decimal)
    parts = []
    for change in evidence.book.changes:
        if change.quantity or is_split(evidence, change):
            parts.append(units_of_change(evidence, change, held[change.account]))
        held[change.account] += change.quantity
    changes = add("Quantity", QUANTITY, parts)
    if changes.value == evidence.book.quantity:
        return changes
    return add("Quantity", QUANTITY, [_lot(evidence, number) for number in range(len(evidence.book.lots))])


def is_split(evidence: Evidence, change: Change) -> bool:
    """Whether a change is that of a split or a bonus issue."""
    entry = evidence.entries.get(change.transaction_id)
    return change.cost is NOTHING and (entry is None or entry.row.type in WITH_RATIO)


def units_of_change(evidence: Evidence, change: Change, before: Decimal) -> Node:
    """By how much a change altered the units of its account, of which there were so many before."""
    entry = evidence.entries.get(change.transaction_id)
    if is_split(evidence, change):
        return _split(evidence, change, before)
    if entry is None:
        return leaf(f"Change of {change.on.isoformat()}", change.quantity, QUANTITY)
    label = f"{WORDS[entry.row.type]} of {change.on.isoformat()}"
    if change.quantity < 0:
        return negate(leaf(label, -change.quantity, QUANTITY, entry.fact), fact=entry.fact)
    return leaf(label, change.quantity, QUANTITY, entry.fact)


def split_of(evidence: Evidence, change: Change, before: Decimal) -> SplitFact | None:
    """The split behind a change: the row that says it, or of the instrument's own that of the day that fits."""
    entry = evidence.entries.get(change.transaction_id)
    if entry is not None:
        return None if entry.row.ratio is None else SplitFact(change.on, entry.row.ratio, "portfolio")
    own = [split.ratio for split in evidence.splits if split.on == change.on]
    fitting = [ratio for ratio in own if resized(before, ratio) == before + change.quantity]
    return next((SplitFact(change.on, ratio, "instrument") for ratio in [*fitting, *own]), None)


def resized(units: Decimal, ratio: Ratio) -> Decimal:
    """The units after a split: to 18 decimals, and never none."""
    return max(whole_units(units, ratio.new, ratio.old), SMALLEST)


def _split(evidence: Evidence, change: Change, held: Decimal) -> Node:
    fact = split_of(evidence, change, held)
    label = f"Split of {change.on.isoformat()}"
    if fact is None:
        return leaf(label, change.quantity, QUANTITY)
    before = leaf("Units before", held, QUANTITY)
    new = leaf("New units", fact.ratio.new, NUMBER, fact)
    old = leaf("For old units", fact.ratio.old, NUMBER, fact)
    after = divide("Units after", QUANTITY, multiply("Units × new", QUANTITY, before, new), old, fact)
    wanted = held + change.quantity
    if after.value != wanted:
        after = leaf("Units after, to 18 decimals", wanted, QUANTITY, fact)
    return subtract(label, QUANTITY, after, before, fact=fact)


def _lot(evidence: Evidence, number: int) -> Node:
    lot = evidence.book.lots[number]
    entry = evidence.entries.get(lot.transaction_id)
    label = f"Lot of {lot.acquired_on.isoformat()}"
    return entitle(leaf(label, lot.quantity, QUANTITY, None if entry is None else entry.fact), label)
