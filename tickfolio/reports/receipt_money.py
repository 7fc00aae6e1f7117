"""Money that a ledger moved: the receipts of `income`, `tax_withheld`, `charges` and `cash`.

Call these where arithmetic is exact.
"""

from collections.abc import Callable
from datetime import date

from tickfolio.domain.ledger import TransactionType
from tickfolio.reports.receipt import Node
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.reports.receipt_nodes import add, leaf, money, negate
from tickfolio.reports.receipt_rows import always, at_home, charges_alone, less_charges, name_row, with_charges

T = TransactionType
Counts = Callable[[date], bool]  # which days are asked for
_INCOME = frozenset({T.DIVIDEND, T.INTEREST})
_CHARGE = frozenset({T.FEE, T.TAX})
_BOUGHT = frozenset({T.BUY, T.RIGHTS})
_PAID = _BOUGHT | _CHARGE | {T.WITHDRAWAL}
_RECEIVED = _INCOME | {T.SELL, T.DEPOSIT}


def explain_income(evidence: Evidence, counts: Counts = always) -> Node:
    """Dividends and interest less what was withheld and charged; what was reinvested counts with its charges."""
    return _sum(evidence, "Income", _income, counts)


def explain_tax_withheld(evidence: Evidence, counts: Counts = always) -> Node:
    """The taxes of dividends and interest."""
    return _sum(evidence, "Tax withheld", _tax, counts)


def explain_charges(evidence: Evidence, counts: Counts = always) -> Node:
    """Fees and taxes that are in no cost."""
    return _sum(evidence, "Charges", lambda entry: _charge(evidence, entry), counts)


def explain_cash(evidence: Evidence) -> Node:
    """All that was received less all that was paid."""
    return _sum(evidence, "Cash", _cash, always)


def _sum(evidence: Evidence, label: str, amount_of: Callable[[Entry], Node | None], counts: Counts) -> Node:
    found = ((entry, amount_of(entry)) for entry in evidence.own_entries if counts(entry.row.traded_on))
    return add(label, evidence.home, [at_home(amount, entry, evidence) for entry, amount in found if amount])


def _income(entry: Entry) -> Node | None:
    if entry.row.type in _INCOME:
        return less_charges(entry, name_row(entry.row))
    return with_charges(entry, name_row(entry.row)) if entry.row.type is T.REINVEST else None


def _tax(entry: Entry) -> Node | None:
    if entry.row.type not in _INCOME:
        return None
    return leaf(f"{name_row(entry.row)}: tax withheld", entry.row.taxes, money(entry.currency), entry.fact)


def _charge(evidence: Evidence, entry: Entry) -> Node | None:
    kind, label = entry.row.type, name_row(entry.row)
    if kind in _CHARGE:
        return with_charges(entry, label)
    apart = not evidence.rules.charges_in_cost and (kind in _BOUGHT or kind is T.REINVEST)
    return charges_alone(entry, f"{label}: charges") if apart and (entry.row.fees or entry.row.taxes) else None


def _cash(entry: Entry) -> Node | None:
    label = name_row(entry.row)
    if entry.row.type in _PAID:
        return negate(with_charges(entry, label), fact=entry.fact)
    return less_charges(entry, label) if entry.row.type in _RECEIVED else None
