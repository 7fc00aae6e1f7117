"""Receipts of what was booked in one financial year: a line for each holding, each with the rows of that year."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tickfolio.domain.money import exact
from tickfolio.reports.performance import YearMade
from tickfolio.reports.receipt import HoldingFact, Node, Reason, Receipt
from tickfolio.reports.receipt_cost import explain_realised
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_holding import note_difference
from tickfolio.reports.receipt_money import explain_charges, explain_income, explain_tax_withheld
from tickfolio.reports.receipt_nodes import add, leaf, money, settle

# What was made in a year, and not booked: its receipt is that of a period.
MADE_IN_YEAR = ("net_flow", "made", "twr_pct", "max_drawdown_pct", "benchmark_twr_pct")
BENCHMARK_OF_YEAR = "benchmark_twr_pct"
# As `years.2025-26.realised`: the year by its label, and the field.
YEAR_FIGURE = rf"years\.([0-9]{{4}}(?:-[0-9]{{2}})?)\.(realised|income|tax_withheld|charges|{'|'.join(MADE_IN_YEAR)})"
_PATTERN = re.compile(YEAR_FIGURE, re.ASCII)


@dataclass(frozen=True, slots=True)
class YearEvidence:
    """What one year came to, and the evidence of the holdings that made it; `counts` says which days are of the year.

    `nested`: the working of each holding is below its line; else the line alone is, to be opened by itself.
    """

    made: YearMade
    currency: str
    holdings: Sequence[Evidence]
    counts: Callable[[date], bool]
    nested: bool = True


@dataclass(frozen=True, slots=True)
class _Explained:
    label: str
    formula: str
    explain: Callable[[Evidence, Callable[[date], bool]], Node]
    reason: Reason


def read_year_figure(figure: str) -> tuple[str, str] | None:
    """The year and the field that a figure of a year names; None for another figure."""
    found = _PATTERN.fullmatch(figure)
    return (found[1], found[2]) if found else None


@exact
def explain_year(evidence: YearEvidence, field: str) -> Receipt:
    """The receipt of a figure of the year, of all holdings together."""
    explained, measure, year = _FIELDS[field], money(evidence.currency), evidence.made.label
    value: Decimal | None = getattr(evidence.made, field)
    lines = [(one, explained.explain(one, evidence.counts)) for one in evidence.holdings]
    moved = [_line(evidence, one, node, field) for one, node in lines if node.parts]
    working = add(f"{explained.label} in {year}", measure, moved)
    notes = [] if evidence.nested else ["The ledger is long: open a holding to see how its own line came about."]
    return Receipt(
        figure=f"years.{year}.{field}",
        label=f"{explained.label} in {year}",
        value=value,
        measure=measure,
        formula=f"{explained.formula}, in {year}",
        working=settle(working, value),
        reason=None if value is not None else explained.reason,
        notes=[*notes, *note_difference(working, value, measure)],
    )


@exact
def explain_year_of_holding(evidence: YearEvidence, field: str) -> Receipt:
    """The receipt of what one holding had in the figure of the year."""
    [one] = evidence.holdings
    explained, year = _FIELDS[field], evidence.made.label
    working = explained.explain(one, evidence.counts)
    return Receipt(
        figure=f"years.{year}.{field}",
        label=f"{explained.label} in {year}",
        value=working.value,
        measure=working.measure,
        formula=f"{explained.formula}, in {year}",
        working=working,
        reason=None if working.value is not None else explained.reason,
    )


def in_year(receipt: Receipt, year: str, field: str) -> Receipt:
    """The receipt of a period as that of the year whose days these are."""
    label, formula = f"{receipt.label} in {year}", f"{receipt.formula}, in {year}"
    return replace(receipt, figure=f"years.{year}.{field}", label=label, formula=formula)


def _line(evidence: YearEvidence, one: Evidence, node: Node, field: str) -> Node:
    figure = f"years.{evidence.made.label}.{field}"
    if not evidence.nested:
        node = leaf(one.symbol, node.value, node.measure, HoldingFact(one.holding_id, one.instrument.symbol))
    return replace(node, label=one.symbol, figure=figure, holding_id=one.holding_id)


_FIELDS: Mapping[str, _Explained] = {
    "realised": _Explained(
        "Realised", "Σ proceeds less charges − cost of what was sold", explain_realised, Reason.NO_COST
    ),
    "income": _Explained(
        "Income", "Σ dividends and interest, less the tax withheld and charges", explain_income, Reason.NO_FX_RATE
    ),
    "tax_withheld": _Explained(
        "Tax withheld", "Σ taxes of dividends and interest", explain_tax_withheld, Reason.NO_FX_RATE
    ),
    "charges": _Explained("Charges", "Σ fees and taxes that are in no cost", explain_charges, Reason.NO_FX_RATE),
}
