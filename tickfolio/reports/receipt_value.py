"""What a holding is worth now: the receipts of price, rate, value, profit and what each has made of it.

Call these where arithmetic is exact.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from tickfolio.domain.fx import Rates, pairs_needed
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import ZERO
from tickfolio.domain.splits import Split
from tickfolio.reports.receipt import FxFact, HoldingFact, Leg, Node, SplitFact
from tickfolio.reports.receipt_cost import explain_invested, explain_realised
from tickfolio.reports.receipt_evidence import Evidence, Worth
from tickfolio.reports.receipt_money import explain_charges, explain_income
from tickfolio.reports.receipt_nodes import (
    NUMBER,
    PERCENT,
    RATE,
    add,
    as_percent,
    divide,
    entitle,
    exchange,
    leaf,
    multiply,
    one,
    price_in,
    product_of,
    settle,
    subtract,
)
from tickfolio.reports.receipt_rows import cross
from tickfolio.reports.receipt_units import explain_quantity


def explain_last_price(evidence: Evidence) -> Node:
    """The latest price, divided by the splits since it was made."""
    price = evidence.quote.price
    if price is None:
        return leaf("There is no price", None, price_in(evidence.instrument.currency))
    today = session_day(evidence.instrument.exchange, price.as_of)
    later = [split for split in evidence.quote.position.splits if split.on > today]
    return divided(evidence, _told(evidence, "Last price", price.last_price), later)


def explain_previous_close(evidence: Evidence) -> Node:
    """The close before, in units of now; a close that the source divided by today's split already is not again."""
    price, measure = evidence.quote.price, price_in(evidence.instrument.currency)
    if price is None or price.previous_close is None:
        return leaf("The close before is not known", None, measure)
    today = session_day(evidence.instrument.exchange, price.as_of)
    told = _told(evidence, "Close before", price.previous_close)
    splits = evidence.quote.position.splits
    of_today, later = [one for one in splits if one.on == today], [one for one in splits if one.on > today]
    as_it_is = divided(evidence, told, later)
    if as_it_is.value == evidence.quote.previous:
        return as_it_is
    return divided(evidence, divided(evidence, told, of_today), later)


def explain_fx_rate(evidence: Evidence) -> Node:
    """The latest rate from the instrument's currency into the portfolio's."""
    return latest_rate(evidence.rates, evidence.rate_sources, evidence.instrument.currency, evidence.currency)


def latest_rate(rates: Rates, told: Mapping[str, str], source: str, target: str) -> Node:
    """The latest rate between two currencies; `told` says by currency who told it."""
    label = f"Rate from {source} to {target}"
    if source == target:
        return one(label)
    if rates.rate(source, target) is None:
        return leaf(f"The rate from {source} to {target} is not known", None, RATE)
    pairs = [rates.pairs[currency] for currency in pairs_needed(source, target)]
    legs = tuple(Leg(pair.currency, pair.rate, pair.on, pair.as_of, told.get(pair.currency)) for pair in pairs)
    return cross(label, FxFact(source, target, legs))


def explain_current_value(evidence: Evidence) -> Node:
    """Quantity × last price × rate."""
    if not evidence.quote.position.holding.quantity:
        return leaf("Nothing is held", ZERO, evidence.home)
    quantity = name_figure(evidence, explain_quantity(evidence), "quantity")
    price = name_figure(evidence, explain_last_price(evidence), "last_price")
    rate = name_figure(evidence, explain_fx_rate(evidence), "fx_rate")
    if rate.value is None and price.value == ZERO:  # nothing is nothing in every currency
        return multiply("Current value", evidence.home, quantity, price)
    return multiply("Current value", evidence.home, quantity, price, rate)


def explain_profit_loss(evidence: Evidence) -> Node:
    """Current value − invested."""
    value = name_figure(evidence, explain_current_value(evidence), "current_value")
    return subtract(
        "Profit or loss", evidence.home, value, name_figure(evidence, explain_invested(evidence), "invested")
    )


def explain_profit_loss_pct(evidence: Evidence) -> Node:
    """100 × profit or loss ÷ invested."""
    profit = name_figure(evidence, explain_profit_loss(evidence), "profit_loss")
    return as_percent(
        "Profit or loss in percent", profit, name_figure(evidence, explain_invested(evidence), "invested")
    )


def explain_price_effect(evidence: Evidence) -> Node:
    """Current value − what the cost in the instrument's currency is at today's rate; a part of a known profit only."""
    if explain_profit_loss(evidence).value is None:
        return leaf("The profit or loss is not known, and so no part of it is", None, evidence.home)
    value, cost = explain_current_value(evidence), explain_invested(evidence, "local")
    then_at_now = exchange("Cost at today's rate", evidence.home, cost, explain_fx_rate(evidence))
    return subtract("Effect of the price", evidence.home, name_figure(evidence, value, "current_value"), then_at_now)


def explain_currency_effect(evidence: Evidence) -> Node:
    """Profit or loss − the effect of the price."""
    profit = name_figure(evidence, explain_profit_loss(evidence), "profit_loss")
    by_price = name_figure(evidence, explain_price_effect(evidence), "price_effect")
    return subtract("Effect of the currency", evidence.home, profit, by_price)


def explain_total_profit_loss(evidence: Evidence) -> Node:
    """Profit or loss + realised + income − charges that are in no cost."""
    parts = [
        name_figure(evidence, explain_profit_loss(evidence), "profit_loss"),
        name_figure(evidence, explain_realised(evidence), "realised"),
        name_figure(evidence, explain_income(evidence), "income"),
    ]
    made = add("Profit or loss, realised and income", evidence.home, parts)
    charges = name_figure(evidence, explain_charges(evidence), "charges")
    return subtract("Total profit or loss", evidence.home, made, charges)


def explain_weight(evidence: Evidence) -> Node:
    """100 × current value ÷ the known value of all holdings; what is sold has no weight."""
    if not evidence.quote.position.holding.quantity:
        return leaf("Nothing is held", None, PERCENT)
    value = name_figure(evidence, explain_current_value(evidence), "current_value")
    known = [
        entitle(_worth(evidence, worth), worth.symbol, "current_value", worth.holding_id)
        for worth in evidence.beside
        if worth.value is not None
    ]
    return as_percent("Weight", value, add("Known value of the portfolio", evidence.home, known))


def divided(evidence: Evidence, price: Node, splits: list[Split]) -> Node:
    """A price in units of after these splits."""
    return divided_by(price, [evidence.split_fact(split) for split in splits])


def divided_by(price: Node, facts: Sequence[SplitFact]) -> Node:
    """A price in units of after these splits, each with who told it."""
    factor = Fraction(1)
    for fact in facts:
        factor *= fact.ratio.value
    if factor == 1:
        return price
    new = [leaf(f"New units on {fact.on.isoformat()}", fact.ratio.new, NUMBER, fact) for fact in facts]
    old = [leaf(f"For old units on {fact.on.isoformat()}", fact.ratio.old, NUMBER, fact) for fact in facts]
    times = multiply(f"{price.label} × old units", price.measure, price, *old)
    return divide(f"{price.label}, in units of now", price.measure, times, product_of(new))


def _worth(evidence: Evidence, worth: Worth) -> Node:
    return leaf(worth.symbol, worth.value, evidence.home, HoldingFact(worth.holding_id, worth.symbol))


def _told(evidence: Evidence, label: str, value: Decimal) -> Node:
    return leaf(label, value, price_in(evidence.instrument.currency), evidence.price_fact())


def name_figure(evidence: Evidence, node: Node, figure: str) -> Node:
    """A node that can be opened as a figure of its own."""
    return entitle(settle(node, evidence.figure(figure)), node.label, figure, evidence.holding_id)
