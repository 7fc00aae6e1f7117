"""Units: how many there are, from the first row on, splits counted in. Call these where arithmetic is exact."""

from collections import defaultdict
from decimal import Decimal

from tickfolio.domain.ledger import WITH_RATIO, TransactionType
from tickfolio.domain.lots import Change
from tickfolio.domain.money import SMALLEST, whole_units
from tickfolio.domain.splits import Ratio
from tickfolio.reports.receipt import Node, SplitFact
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_nodes import NUMBER, QUANTITY, add, divide, leaf, multiply, negate, subtract
from tickfolio.reports.receipt_rows import name_row


def explain_quantity(evidence: Evidence) -> Node:
    """The units held: every change in time order."""
    held: dict[str | None, Decimal] = defaultdict(Decimal)
    parts = []
    for change in evidence.book.changes:
        if change.quantity or is_split(evidence, change):
            parts.append(units_of_change(evidence, change, held[change.account]))
        held[change.account] += change.quantity
    return add("Quantity", QUANTITY, parts)


def is_split(evidence: Evidence, change: Change) -> bool:
    """Whether a change is that of a split or a bonus issue; one of no row is the instrument's own."""
    entry = evidence.entries.get(change.transaction_id)
    return entry is None or entry.row.type in WITH_RATIO


def units_of_change(evidence: Evidence, change: Change, before: Decimal) -> Node:
    """By how much a change altered the units of its account, of which there were so many before."""
    if is_split(evidence, change):
        return _split(evidence, change, before)
    entry = evidence.entries[change.transaction_id]
    label = name_row(entry.row)
    if change.quantity < 0:
        return negate(leaf(label, -change.quantity, QUANTITY, entry.fact), fact=entry.fact)
    return leaf(label, change.quantity, QUANTITY, entry.fact)


def split_of(evidence: Evidence, change: Change, before: Decimal) -> SplitFact:
    """The split behind a change: the row that says it, or of the instrument's own that of the day that fits."""
    entry = evidence.entries.get(change.transaction_id)
    if entry is not None and entry.row.ratio is not None:
        return SplitFact(change.on, entry.row.ratio, "portfolio", entry.row.type is TransactionType.BONUS)
    own = [split for split in evidence.splits if split.on == change.on]
    fitting = [split for split in own if resized(before, split.ratio) == before + change.quantity]
    return SplitFact(change.on, fitting[0].ratio, "instrument", fitting[0].is_bonus)


def resized(units: Decimal, ratio: Ratio) -> Decimal:
    """The units after a split: to 18 decimals, and never none."""
    return max(whole_units(units, ratio.new, ratio.old), SMALLEST)


def _split(evidence: Evidence, change: Change, held: Decimal) -> Node:
    fact = split_of(evidence, change, held)
    before = leaf("Units before", held, QUANTITY)
    new = leaf("New units", fact.ratio.new, NUMBER, fact)
    old = leaf("For old units", fact.ratio.old, NUMBER, fact)
    after = divide("Units after", QUANTITY, multiply("Units × new", QUANTITY, before, new), old, fact)
    wanted = held + change.quantity
    if after.value != wanted:
        after = leaf("Units after, to 18 decimals", wanted, QUANTITY, fact)
    return subtract(fact.name, QUANTITY, after, before, fact=fact)
