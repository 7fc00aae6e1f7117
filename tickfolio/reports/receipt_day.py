"""The day's change of a holding: what its last session has changed. Call these where arithmetic is exact."""

from datetime import date
from decimal import Decimal

from tickfolio.domain.fx import pairs_needed
from tickfolio.domain.ledger import TRADED, Transaction, price_of_units, units_moved
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import ONE, ZERO, whole_units
from tickfolio.domain.splits import Split, units_after
from tickfolio.reports.receipt import FxFact, Leg, Node
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.reports.receipt_nodes import (
    NUMBER,
    QUANTITY,
    RATE,
    add,
    as_percent,
    divide,
    entitle,
    exchange,
    leaf,
    money,
    multiply,
    negate,
    one,
    price_in,
    product_of,
    subtract,
)
from tickfolio.reports.receipt_rows import at_home, cross, gross_of, name_row, units_of
from tickfolio.reports.receipt_units import explain_quantity
from tickfolio.reports.receipt_value import (
    divided,
    explain_fx_rate,
    explain_last_price,
    explain_previous_close,
    name_figure,
)


def explain_day_change(evidence: Evidence) -> Node:
    """Units held at the close before × what the price and the rate have changed, and the session's trades apart."""
    price = evidence.quote.price
    if price is None:
        return leaf("There is no price", None, evidence.home)
    today = session_day(evidence.instrument.exchange, price.as_of)
    last = _last_at_home(evidence)
    parts = [
        line
        for trade in evidence.quote.position.trades
        if trade.traded_on == today and (line := _trade(evidence, trade, last)) is not None
    ]
    units = _units_before(evidence, today)
    if units.value:
        moved = subtract("Change of one unit", evidence.home, last, _close_at_home(evidence, today))
        parts.insert(0, multiply("Held since the close before", evidence.home, units, moved))
    return add(f"Change of the session of {today.isoformat()}", evidence.home, parts)


def explain_day_base(evidence: Evidence) -> Node:
    """The value at the close before."""
    price, label = evidence.quote.price, "Value at the close before"
    if price is None:
        return leaf("There is no price", None, evidence.home)
    today = session_day(evidence.instrument.exchange, price.as_of)
    units = _units_before(evidence, today)
    if not units.value:
        return leaf(f"{label}: nothing was held", ZERO, evidence.home)
    return multiply(label, evidence.home, units, _close_at_home(evidence, today))


def explain_day_change_pct(evidence: Evidence) -> Node:
    """100 × the day's change ÷ the value at the close before."""
    change = name_figure(evidence, explain_day_change(evidence), "day_change")
    return as_percent("Change of the day in percent", change, explain_day_base(evidence))


def _last_at_home(evidence: Evidence) -> Node:
    price = name_figure(evidence, explain_last_price(evidence), "last_price")
    rate = name_figure(evidence, explain_fx_rate(evidence), "fx_rate")
    return exchange("Last price at the latest rate", evidence.home, price, rate)


def _close_at_home(evidence: Evidence, today: date) -> Node:
    close = explain_previous_close(evidence)
    return exchange("Close before at its rate", evidence.home, close, _rate_before(evidence, today))


def _rate_before(evidence: Evidence, today: date) -> Node:
    """The rate at the close before the session."""
    source, target = evidence.instrument.currency, evidence.currency
    label = f"Rate from {source} to {target} at the close before {today.isoformat()}"
    if source == target:
        return one(label)
    if evidence.rates.rate_before(source, target, today) is None:
        return leaf(f"{label} is not known", None, RATE)
    legs = []
    for currency in pairs_needed(source, target):
        pair = evidence.rates.pairs[currency]
        told = evidence.rate_sources.get(currency)
        if pair.on < today:
            legs.append(Leg(currency, pair.rate, pair.on, pair.as_of, told))
        else:
            # A pair that has a rate of this day tells the one before without its day.
            legs.append(Leg(currency, pair.previous or ZERO, None, None, told))
    return cross(label, FxFact(source, target, tuple(legs)))


def _units_before(evidence: Evidence, today: date) -> Node:
    held = name_figure(evidence, explain_quantity(evidence), "quantity")
    since = [
        entitle(units, f"Since then: {name_row(trade)}")
        for trade in evidence.quote.position.trades
        if trade.traded_on >= today and (units := _units_now(evidence, trade)).value
    ]
    return subtract("Units held at the close before", QUANTITY, held, *since) if since else held


def _units_now(evidence: Evidence, trade: Transaction) -> Node:
    """The units that a trade moved, below zero where they went, in units of now: divided by no split since."""
    moved = units_moved(trade, evidence.instrument.id)
    entry = _entry(evidence, trade)
    units = leaf(name_row(trade), abs(moved), QUANTITY, entry.fact)
    splits = _splits_since(evidence, trade)
    grown = units_after(splits, trade.traded_on, date.max)
    if grown != 1:
        after = whole_units(abs(moved), Decimal(grown.numerator), Decimal(grown.denominator))
        units = _resized(evidence, units, splits, after)
    return negate(units, fact=entry.fact) if moved < 0 else units


def _resized(evidence: Evidence, units: Node, splits: list[Split], after: Decimal) -> Node:
    facts = [evidence.split_fact(split) for split in splits]
    new = [leaf(f"New units on {fact.on.isoformat()}", fact.ratio.new, NUMBER, fact) for fact in facts]
    old = [leaf(f"For old units on {fact.on.isoformat()}", fact.ratio.old, NUMBER, fact) for fact in facts]
    grown = divide(units.label, QUANTITY, multiply("Units × new units", QUANTITY, units, *new), product_of(old))
    return grown if grown.value == after else leaf(f"{units.label}, to 18 decimals", after, QUANTITY, facts[-1])


def _splits_since(evidence: Evidence, trade: Transaction) -> list[Split]:
    return [split for split in evidence.quote.position.splits if split.on > trade.traded_on]


def _trade(evidence: Evidence, trade: Transaction, last: Node) -> Node | None:
    """What a trade of the session has made since; None where nothing was bought or sold."""
    units, paid, entry = _units_now(evidence, trade), _price(evidence, trade), _entry(evidence, trade)
    if not units.value or paid is None:
        return None
    moved = subtract("Last price less its own", evidence.home, last, paid)
    return multiply(name_row(trade), evidence.home, units, moved, fact=entry.fact)


def _price(evidence: Evidence, trade: Transaction) -> Node | None:
    """What one unit cost or brought, in the portfolio's currency."""
    price = price_of_units(trade, evidence.instrument.id)
    if price is None or trade.type not in TRADED:
        return None
    entry = _entry(evidence, trade)
    told = leaf("Price of the trade", price, price_in(entry.currency), entry.fact)
    if not evidence.is_own(entry):
        fees = leaf("Fees", trade.fees, money(entry.currency), entry.fact)
        brought = subtract("Proceeds less fees", money(entry.currency), gross_of(entry), fees)
        told = divide("Price of the trade", told.measure, brought, leaf("Units", trade.to_quantity, QUANTITY))
    elif trade.cost is not None:
        cost = leaf("Cost", trade.cost, money(entry.currency), entry.fact)
        told = divide("Price of the trade", told.measure, cost, units_of(entry))
    told = divided(evidence, told, _splits_since(evidence, trade))
    return entitle(at_home(told, entry, evidence), "Price of the trade")


def _entry(evidence: Evidence, trade: Transaction) -> Entry:
    """The row as the receipt knows it; the rate of a trade is that of the valuation."""
    known = evidence.entries.get(trade.id)
    return known or Entry(trade, evidence.currency if trade.fx_rate == ONE else evidence.instrument.currency)
