"""The receipts of one holding's figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tickfolio.domain.fx import Rates
from tickfolio.domain.money import exact, write_decimal, write_known
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.reports.receipt import Measure, Node, Reason, Receipt
from tickfolio.reports.receipt_cost import explain_avg_buy_price, explain_invested, explain_realised
from tickfolio.reports.receipt_day import explain_day_change, explain_day_change_pct
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_money import explain_cash, explain_charges, explain_income, explain_tax_withheld
from tickfolio.reports.receipt_nodes import settle
from tickfolio.reports.receipt_units import explain_quantity
from tickfolio.reports.receipt_value import (
    explain_currency_effect,
    explain_current_value,
    explain_fx_rate,
    explain_last_price,
    explain_price_effect,
    explain_profit_loss,
    explain_profit_loss_pct,
    explain_total_profit_loss,
    explain_weight,
)


@dataclass(frozen=True, slots=True)
class Explained:
    """How a figure is called, said in a line, and worked out; and whether latest prices and rates are in it."""

    label: str
    formula: str
    explain: Callable[[Evidence], Node]
    priced: bool = True
    rated: bool = True


HOLDING_FIGURES: Mapping[str, Explained] = {
    "quantity": Explained(
        "Quantity",
        "all units that came − all that went, splits counted in",
        explain_quantity,
        priced=False,
        rated=False,
    ),
    "invested": Explained(
        "Invested",
        "cost of what is still held, at the rates of its purchases",
        explain_invested,
        priced=False,
        rated=False,
    ),
    "avg_buy_price": Explained(
        "Average buy price",
        "cost in the instrument's currency ÷ quantity",
        explain_avg_buy_price,
        priced=False,
        rated=False,
    ),
    "last_price": Explained("Last price", "the latest price ÷ the splits since", explain_last_price, rated=False),
    "fx_rate": Explained(
        "Rate of exchange",
        "what one unit of the instrument's currency costs in the portfolio's",
        explain_fx_rate,
        priced=False,
    ),
    "current_value": Explained("Current value", "quantity × last price × rate", explain_current_value),
    "profit_loss": Explained("Profit or loss", "current value − invested", explain_profit_loss),
    "profit_loss_pct": Explained(
        "Profit or loss in percent", "100 × profit or loss ÷ invested", explain_profit_loss_pct
    ),
    "price_effect": Explained(
        "Effect of the price", "current value − cost in the instrument's currency × today's rate", explain_price_effect
    ),
    "currency_effect": Explained(
        "Effect of the currency", "profit or loss − effect of the price", explain_currency_effect
    ),
    "realised": Explained(
        "Realised", "proceeds less charges − cost of what was sold", explain_realised, priced=False, rated=False
    ),
    "income": Explained(
        "Income", "dividends and interest, less the tax withheld and charges", explain_income, priced=False, rated=False
    ),
    "tax_withheld": Explained(
        "Tax withheld", "taxes of dividends and interest", explain_tax_withheld, priced=False, rated=False
    ),
    "charges": Explained("Charges", "fees and taxes that are in no cost", explain_charges, priced=False, rated=False),
    "total_profit_loss": Explained(
        "Total profit or loss", "profit or loss + realised + income − charges", explain_total_profit_loss
    ),
    "day_change": Explained(
        "Change of the day",
        "units held × (last price × rate − close before × its rate) + the session's trades × (last price − their own)",
        explain_day_change,
    ),
    "day_change_pct": Explained(
        "Change of the day in percent", "100 × change of the day ÷ value at the close before", explain_day_change_pct
    ),
    "weight_pct": Explained("Weight", "100 × current value ÷ known value of the portfolio", explain_weight),
    "cash": Explained("Cash", "all that was received − all that was paid", explain_cash, priced=False, rated=False),
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@exact
def explain_holding(evidence: Evidence, figure: str) -> Receipt:
    """The receipt of a figure of a holding. Raises: KeyError for a figure that is not in `HOLDING_FIGURES`."""
    told = HOLDING_FIGURES[figure]
    value = evidence.figure(figure)
    working = told.explain(evidence)
    return Receipt(
        figure=figure,
        label=told.label,
        value=value,
        measure=working.measure,
        formula=told.formula,
        working=settle(working, value),
        reason=None if value is not None else reason_of(evidence, figure),
        as_of=min(instants_of(evidence, priced=told.priced, rated=told.rated), default=None),
        notes=[
            *notes_of(evidence, priced=told.priced, rated=told.rated),
            *note_difference(working, value, working.measure),
        ],
    )


def node_of(evidence: Evidence, figure: str) -> Node:
    """A holding's figure as part of its portfolio's. Call it where arithmetic is exact."""
    node = settle(HOLDING_FIGURES[figure].explain(evidence), evidence.figure(figure))
    return replace(node, label=evidence.symbol, figure=figure, holding_id=evidence.holding_id)


def note_difference(working: Node, value: Decimal | None, measure: Measure) -> Sequence[str]:
    """What is said while the stored holding is behind its ledger, as it is until a late rate is counted in."""
    if working.value == value:
        return []
    told = write_known(working.value) or "unknown"
    currency = f" {measure.currency}" if measure.currency else ""
    return [
        f"By the ledger as it is now it is {told}{currency}; the summary follows when holdings are worked out anew."
    ]


def reason_of(evidence: Evidence, figure: str) -> Reason:  # noqa: PLR0911  # one line for each reason
    """Why a figure is unknown: the first thing to mend."""
    quote = evidence.quote
    if figure in {"realised", "invested"} or (figure == "avg_buy_price" and quote.position.holding.quantity):
        return Reason.NO_COST
    if figure == "avg_buy_price":
        return Reason.NOTHING_HELD
    if figure in {"income", "tax_withheld", "charges", "cash", "fx_rate"}:
        return Reason.NO_FX_RATE
    if quote.price is None and (quote.value is None or figure in {"last_price", "day_change", "day_change_pct"}):
        return Reason.NO_PRICE if quote.position.price is None else Reason.PRICE_CURRENCY
    if quote.value is None:
        return Reason.NO_FX_RATE
    if figure.startswith("day_change"):
        return _reason_of_day(evidence, figure)
    if figure == "weight_pct":
        return Reason.NOTHING_TO_COMPARE if quote.position.holding.quantity else Reason.NOTHING_HELD
    if figure == "profit_loss_pct" and evidence.value.profit_loss is not None:
        return Reason.NOTHING_TO_COMPARE
    return Reason.NO_COST


def _reason_of_day(evidence: Evidence, figure: str) -> Reason:
    if figure == "day_change_pct" and evidence.value.day_change is not None:
        return Reason.NOTHING_TO_COMPARE
    return Reason.NO_PREVIOUS_CLOSE if evidence.quote.previous is None else Reason.NO_FX_RATE


def instants_of(evidence: Evidence, *, priced: bool, rated: bool) -> list[datetime]:
    """Of the latest price and rate, as far as the figure is made of them."""
    found = [evidence.price_as_of() if priced else None, evidence.rate_as_of() if rated else None]
    return [at for at in found if at is not None]


def notes_of(evidence: Evidence, *, priced: bool, rated: bool) -> list[str]:
    """What the age of a price or a rate wants said."""
    notes = note_of_rate(evidence.rates, evidence.instrument.currency, evidence.currency) if rated else []
    held = evidence.quote.position.held if priced else None
    if held is not None and evidence.value.status is PriceStatus.HELD:
        notes.append(_note_held(evidence, held))
    if priced and evidence.value.provisional:
        notes.append(_note_provisional(evidence))
    return notes


def _note_provisional(evidence: Evidence) -> str:
    """Why a profit may change without a trade or a price."""
    happened = f"something that changes the units of {evidence.symbol} seems to have happened"
    return f"Provisional: {happened}; see corporate actions."


def _note_held(evidence: Evidence, held: HeldPrice) -> str:
    """Which price is held back, and what counts in its place."""
    told = f"{write_decimal(held.price)} {held.currency} from {held.source} of {held.as_of.date().isoformat()}"
    return f"A newer price of {evidence.symbol}, {told}, waits for a second opinion: the last good one counts."


def note_of_rate(rates: Rates, source: str, target: str) -> list[str]:
    """Of which day the latest rate is; nothing where it is 1 for ever, or unknown."""
    on = rates.on(source, target)
    return [] if on is None else [f"The rate from {source} to {target} is of {_DAYS[on.weekday()]} {on.isoformat()}."]
