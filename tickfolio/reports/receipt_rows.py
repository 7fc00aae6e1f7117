"""Rows of a ledger as nodes: what they cost, what they brought, at which rate. Call these where arithmetic is exact."""

from datetime import date
from decimal import Decimal
from typing import Literal

from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.lots import Amount
from tickfolio.domain.money import ONE
from tickfolio.reports.receipt import FxFact, Measure, Node
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.reports.receipt_nodes import (
    QUANTITY,
    RATE,
    divide,
    entitle,
    exchange,
    leaf,
    merge,
    money,
    multiply,
    one,
    price_in,
    subtract,
)

Side = Literal["home", "local"]  # the portfolio's currency or the instrument's
T = TransactionType
WORDS = {
    T.OPENING: "Opening",
    T.BUY: "Purchase",
    T.SELL: "Sale",
    T.RIGHTS: "Rights issue",
    T.REINVEST: "Reinvestment",
    T.DIVIDEND: "Dividend",
    T.INTEREST: "Interest",
    T.FEE: "Fee",
    T.TAX: "Tax",
    T.DEPOSIT: "Deposit",
    T.WITHDRAWAL: "Withdrawal",
    T.TRANSFER_IN: "Transfer in",
    T.TRANSFER_OUT: "Transfer out",
    T.SPLIT: "Split",
    T.BONUS: "Bonus",
    T.MERGER: "Merger",
    T.DEMERGER: "Demerger",
    T.SWITCH: "Switch",
}


def always(_day: date) -> bool:
    """Every day counts."""
    return True


def name_row(row: Transaction) -> str:
    """A row in words: `Purchase of 2026-01-05`."""
    return f"{WORDS[row.type]} of {row.traded_on.isoformat()}"


def amount_on(side: Side, amount: Amount) -> Decimal | None:
    """The amount in the currency of a side."""
    return amount.home if side == "home" else amount.local


def measure_of(evidence: Evidence, side: Side) -> Measure:
    """Money in the currency of a side."""
    return evidence.home if side == "home" else evidence.local


def units_of(entry: Entry, label: str = "Quantity") -> Node:
    """The row's units."""
    return leaf(label, entry.row.quantity, QUANTITY, entry.fact)


def gross_of(entry: Entry) -> Node:
    """Quantity × price, in the row's currency."""
    price = leaf("Price", entry.row.price, price_in(entry.currency), entry.fact)
    return multiply("Quantity × price", money(entry.currency), units_of(entry), price, fact=entry.fact)


def charges_of(entry: Entry) -> list[Node]:
    """Fees and taxes, in the row's currency, as far as there are any."""
    told = (("Fees", entry.row.fees), ("Taxes", entry.row.taxes))
    return [leaf(label, value, money(entry.currency), entry.fact) for label, value in told if value]


def with_charges(entry: Entry, label: str) -> Node:
    """Quantity × price and all charges, in the row's currency."""
    return entitle(merge(label, money(entry.currency), [gross_of(entry), *charges_of(entry)], entry.fact), label)


def less_charges(entry: Entry, label: str) -> Node:
    """Quantity × price less all charges, in the row's currency."""
    charges = charges_of(entry)
    if not charges:
        return entitle(gross_of(entry), label)
    return subtract(label, money(entry.currency), gross_of(entry), *charges, fact=entry.fact)


def charges_alone(entry: Entry, label: str) -> Node:
    """Fees and taxes together, in the row's currency."""
    return entitle(merge(label, money(entry.currency), charges_of(entry), entry.fact), label)


def at_home(amount: Node, entry: Entry, evidence: Evidence) -> Node:
    """An amount of a row in the portfolio's currency, at the row's rate; nothing is nothing in every currency."""
    rate = entry.row.fx_rate
    if entry.currency == evidence.currency and rate == ONE:
        return amount
    return exchange(amount.label, evidence.home, amount, rate_of(entry, evidence), entry.fact)


def rate_of(entry: Entry, evidence: Evidence) -> Node:
    """The rate at which a row counts: its own, or that of its day."""
    row = entry.row
    pair = f"{entry.currency} to {evidence.currency}"
    label = f"Rate from {pair} on {row.traded_on.isoformat()}"
    if entry.rate is not None and entry.named is not None:
        source, target = entry.rate.source, entry.rate.target
        named = leaf(f"Rate from {entry.currency} to {source} on the transaction", entry.named, RATE, entry.fact)
        onward = cross(f"Rate from {source} to {target} on {row.traded_on.isoformat()}", entry.rate)
        return multiply(label, RATE, named, onward)
    if entry.rate is not None:
        return cross(label, entry.rate)
    if row.fx_rate is None:
        return leaf(f"The rate from {pair} on {row.traded_on.isoformat()} is not known", None, RATE)
    return leaf(f"Rate from {pair} on the transaction", row.fx_rate, RATE, entry.fact)


def cross(label: str, fact: FxFact) -> Node:
    """A rate of exchange out of its pairs with the euro; out of the euro it is the pair itself."""
    legs = {
        leg.currency: leaf(f"EUR{leg.currency}", leg.rate, RATE, FxFact("EUR", leg.currency, (leg,)))
        for leg in fact.legs
    }
    if fact.source not in legs:
        return leaf(label, legs[fact.target].value, RATE, fact) if legs else one(label)
    return divide(label, RATE, legs.get(fact.target) or one("One euro"), legs[fact.source], fact)


def cost_of_row(entry: Entry, evidence: Evidence, side: Side) -> Node:
    """What the units of a row cost, as the portfolio counts cost."""
    row = entry.row
    label = name_row(row)
    if row.cost is not None:
        paid = leaf(f"{label}: cost", row.cost, money(entry.currency), entry.fact)
    elif row.type is T.TRANSFER_IN:
        return leaf(f"{label}: nobody has said what the units cost", None, measure_of(evidence, side), entry.fact)
    elif evidence.rules.charges_in_cost:
        paid = with_charges(entry, label)
    else:
        paid = entitle(gross_of(entry), label)
    return at_home(paid, entry, evidence) if side == "home" else paid


def proceeds_of_row(entry: Entry, evidence: Evidence, side: Side) -> Node:
    """What a sale or a switch brought, less its charges."""
    brought = less_charges(entry, f"Proceeds of the {WORDS[entry.row.type].lower()} of {entry.row.traded_on}")
    return at_home(brought, entry, evidence) if side == "home" else brought
