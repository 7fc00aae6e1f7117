"""The receipts of a portfolio's figures: sums over its holdings, each with its own working below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from tickfolio.domain.money import exact
from tickfolio.domain.valuation import PortfolioValue
from tickfolio.reports.receipt import HoldingFact, Measure, Node, Reason, Receipt, Unit
from tickfolio.reports.receipt_cash import Till, cash_of
from tickfolio.reports.receipt_day import explain_day_base
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_holding import (
    instants_of,
    node_of,
    note_difference,
    notes_of,
    reason_of,
)
from tickfolio.reports.receipt_nodes import PERCENT, add, as_percent, leaf, money, settle, subtract


@dataclass(frozen=True, slots=True)
class PortfolioEvidence:
    """A portfolio's value and the evidence of each of its holdings, closed ones and cash too.

    `nested`: the working of each holding is below its line; else the line alone is, to be opened by itself. Of several
    portfolios together, `names` are theirs by id, in the order of the holdings, and `tills` their cash.
    """

    currency: str
    cash_tracked: bool
    value: PortfolioValue
    holdings: Sequence[Evidence]
    nested: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    tills: Sequence[Till] | None = None

    @property
    def home(self) -> Measure:
        """Amounts in the portfolio's currency."""
        return money(self.currency)

    @property
    def held(self) -> list[Evidence]:
        """The holdings of which something is left."""
        return [one for one in self.holdings if one.quote.position.holding.quantity]


Working = Callable[[PortfolioEvidence], Node]


@dataclass(frozen=True, slots=True)
class ExplainedWhole:
    """How a figure of a portfolio is called, said in a line, and worked out; `priced` when latest prices are in it."""

    label: str
    formula: str
    explain: Working
    priced: bool = True


def _sum_over(figure: str, label: str, of: Literal["held", "holdings"]) -> Working:
    """The sum of a figure over the holdings of which it is known: of those held, or of all; else why none is."""

    def explain(evidence: PortfolioEvidence) -> Node:
        counted: Sequence[Evidence] = getattr(evidence, of)
        known = [one for one in counted if one.figure(figure) is not None]
        return _add(evidence, label, known or counted, lambda one: _line(evidence, one, figure))

    return explain


def _add(
    evidence: PortfolioEvidence, label: str, counted: Sequence[Evidence], line: Callable[[Evidence], Node]
) -> Node:
    """The sum of a line for each holding; of several portfolios, that of the sums of each."""
    if not evidence.names:
        return add(label, evidence.home, [line(one) for one in counted])
    lines: dict[str, list[Node]] = {}
    for one in counted:
        lines.setdefault(one.portfolio_id, []).append(line(one))
    return add(label, evidence.home, [add(evidence.names[key], evidence.home, own) for key, own in lines.items()])


def _line(evidence: PortfolioEvidence, one: Evidence, figure: str) -> Node:
    value = one.figure(figure)
    if evidence.nested:
        return node_of(one, figure)
    unnested = leaf(one.symbol, value, evidence.home, HoldingFact(one.holding_id, one.instrument.symbol))
    return replace(unnested, figure=figure, holding_id=one.holding_id)


_current_value = _sum_over("current_value", "Current value", "held")
_invested = _sum_over("invested", "Invested", "held")
_profit_loss = _sum_over("profit_loss", "Profit or loss", "held")
_realised = _sum_over("realised", "Realised", "holdings")
_income = _sum_over("income", "Income", "holdings")
_charges = _sum_over("charges", "Charges", "holdings")


def _priced_invested(evidence: PortfolioEvidence) -> Node:
    profitable = [one for one in evidence.held if one.value.profit_loss is not None]
    if evidence.held and not profitable:
        return leaf("Nothing that is held has both a value and a cost", None, evidence.home)
    return _add(evidence, "Invested in what is priced", profitable, lambda one: _line(evidence, one, "invested"))


def _profit_loss_pct(evidence: PortfolioEvidence) -> Node:
    profit = _named(_profit_loss(evidence), "profit_loss")
    return as_percent("Profit or loss in percent", profit, _named(_priced_invested(evidence), "priced_invested"))


def _total_profit_loss(evidence: PortfolioEvidence) -> Node:
    parts = [
        _named(_profit_loss(evidence), "profit_loss"),
        _named(_realised(evidence), "realised"),
        _named(_income(evidence), "income"),
    ]
    made = add("Profit or loss, realised and income", evidence.home, parts)
    return subtract("Total profit or loss", evidence.home, made, _named(_charges(evidence), "charges"))


def _moved(evidence: PortfolioEvidence) -> list[Evidence]:
    """The holdings whose change of the day is known; all that are held when none of theirs is."""
    known = [one for one in evidence.held if one.value.day_change is not None]
    if evidence.held and not known:
        return evidence.held
    return [one for one in evidence.holdings if one.value.day_change is not None]


def _day_change(evidence: PortfolioEvidence) -> Node:
    return _add(evidence, "Change of the day", _moved(evidence), lambda one: _line(evidence, one, "day_change"))


def _day_change_pct(evidence: PortfolioEvidence) -> Node:
    whole = _add(evidence, "Value at the close before", _moved(evidence), lambda one: _base(evidence, one))
    return as_percent("Change of the day in percent", _named(_day_change(evidence), "day_change"), whole)


def _base(evidence: PortfolioEvidence, one: Evidence) -> Node:
    if evidence.nested:
        return replace(settle(explain_day_base(one), one.value.day_base), label=one.symbol)
    return leaf(one.symbol, one.value.day_base, evidence.home, HoldingFact(one.holding_id, one.instrument.symbol))


def _cash(evidence: PortfolioEvidence) -> Node:
    if evidence.tills:
        return cash_of(evidence.tills, evidence.currency)
    if not evidence.cash_tracked or not evidence.holdings:
        return leaf("No cash is tracked", None, evidence.home)
    return add("Cash", evidence.home, [_line(evidence, one, "cash") for one in evidence.holdings])


def _named(node: Node, figure: str) -> Node:
    return replace(node, figure=figure)


PORTFOLIO_FIGURES: Mapping[str, ExplainedWhole] = {
    "current_value": ExplainedWhole(
        "Current value", "Σ quantity × last price × rate, of what is priced", _current_value
    ),
    "invested": ExplainedWhole("Invested", "Σ cost of what is still held", _invested, priced=False),
    "priced_invested": ExplainedWhole(
        "Invested in what is priced", "Σ cost of the holdings that have a value", _priced_invested
    ),
    "profit_loss": ExplainedWhole(
        "Profit or loss", "Σ current value − invested, of the holdings that have both", _profit_loss
    ),
    "profit_loss_pct": ExplainedWhole(
        "Profit or loss in percent", "100 × profit or loss ÷ invested of those same holdings", _profit_loss_pct
    ),
    "price_effect": ExplainedWhole(
        "Effect of the price",
        "Σ effect of the price of each holding",
        _sum_over("price_effect", "Effect of the price", "held"),
    ),
    "currency_effect": ExplainedWhole(
        "Effect of the currency",
        "Σ effect of the currency on each holding",
        _sum_over("currency_effect", "Effect of the currency", "held"),
    ),
    "realised": ExplainedWhole("Realised", "Σ proceeds less charges − cost of what was sold", _realised, priced=False),
    "income": ExplainedWhole(
        "Income", "Σ dividends and interest, less the tax withheld and charges", _income, priced=False
    ),
    "tax_withheld": ExplainedWhole(
        "Tax withheld",
        "Σ taxes of dividends and interest",
        _sum_over("tax_withheld", "Tax withheld", "holdings"),
        priced=False,
    ),
    "charges": ExplainedWhole("Charges", "Σ fees and taxes that are in no cost", _charges, priced=False),
    "total_profit_loss": ExplainedWhole(
        "Total profit or loss", "profit or loss + realised + income − charges", _total_profit_loss
    ),
    "day_change": ExplainedWhole("Change of the day", "Σ change of each holding in its last session", _day_change),
    "day_change_pct": ExplainedWhole(
        "Change of the day in percent", "100 × change of the day ÷ value at the close before", _day_change_pct
    ),
    "cash": ExplainedWhole("Cash", "all that was received − all that was paid", _cash, priced=False),
}


@exact
def explain_portfolio(evidence: PortfolioEvidence, figure: str) -> Receipt:
    """The receipt of a figure of a portfolio. Raises: KeyError for a figure that is not in `PORTFOLIO_FIGURES`."""
    told = PORTFOLIO_FIGURES[figure]
    value: Decimal | None = getattr(evidence.value, figure)
    working = told.explain(evidence)
    counted = _valued(evidence) if told.priced else []
    instants = [at for one in counted for at in instants_of(one, priced=True, rated=True)]
    tills = evidence.tills if figure == "cash" and evidence.tills else ()
    instants += [till.as_of for till in tills if till.as_of is not None]
    measure = PERCENT if working.measure.unit is Unit.PERCENT else evidence.home
    return Receipt(
        figure=figure,
        label=told.label,
        value=value,
        measure=measure,
        formula=told.formula,
        working=settle(working, value),
        reason=None if value is not None else _reason(evidence, figure),
        as_of=min(instants, default=None),
        notes=[
            *dict.fromkeys(note for till in tills for note in till.notes),
            *_notes(evidence, counted, figure),
            *note_difference(working, value, measure),
        ],
    )


def _reason(evidence: PortfolioEvidence, figure: str) -> Reason:
    """The reason of the first holding that lacks the figure; else there was nothing to compare with."""
    if figure == "cash" and not evidence.cash_tracked:
        return Reason.CASH_NOT_TRACKED
    if figure == "cash" and evidence.tills:
        return Reason.NO_FX_RATE
    asked = {"priced_invested": "profit_loss", "profit_loss_pct": "profit_loss", "day_change_pct": "day_change"}.get(
        figure, figure
    )
    if asked != figure and getattr(evidence.value, asked) is not None:
        return Reason.NOTHING_TO_COMPARE
    lacking = [one for one in evidence.holdings if one.figure(asked) is None]
    return reason_of(lacking[0], asked) if lacking else Reason.NOTHING_HELD


def _valued(evidence: PortfolioEvidence) -> list[Evidence]:
    return [one for one in evidence.held if one.value.current_value is not None]


_LEFT_OUT = {
    Reason.NO_PRICE: "it has no price",
    Reason.PRICE_CURRENCY: "its price is in another currency",
    Reason.NO_FX_RATE: "a rate of exchange is not known",
    Reason.NO_COST: "its cost is not known",
    Reason.NO_PREVIOUS_CLOSE: "the close before is not known",
}
_MADE_OF = {
    "priced_invested": ("profit_loss",),
    "profit_loss_pct": ("profit_loss",),
    "day_change_pct": ("day_change",),
    "total_profit_loss": ("profit_loss", "realised", "income", "charges"),
}


def _notes(evidence: PortfolioEvidence, counted: Sequence[Evidence], figure: str) -> list[str]:
    """The ages of rates that count, what is left out, and how to see more; each said once."""
    notes = {note: None for one in counted for note in notes_of(one, priced=True, rated=True)}
    for part in _MADE_OF.get(figure, (figure,)) if figure != "cash" else ():  # of cash it is all or nothing
        everywhere = part in {"realised", "income", "tax_withheld", "charges", "cash"}
        for one in evidence.holdings if everywhere else evidence.held:
            reason = reason_of(one, part) if one.figure(part) is None else None
            if reason in _LEFT_OUT:
                notes[f"{one.symbol} is left out: {_LEFT_OUT[reason]}."] = None
    if not evidence.nested:
        notes["The ledger is long: open a holding to see how its own line came about."] = None
    return list(notes)
