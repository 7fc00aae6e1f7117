"""Nodes of receipts: each is worked out of its parts as the figures are, so that a receipt cannot say otherwise.

Call these where arithmetic is exact (`money.exact`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import prod

from tickfolio.domain.money import ONE, ZERO, percent, quotient
from tickfolio.domain.pieces import share
from tickfolio.reports.receipt import Fact, Measure, Node, Op, Unit

QUANTITY = Measure(Unit.QUANTITY)
PERCENT = Measure(Unit.PERCENT)
RATE = Measure(Unit.RATE)
NUMBER = Measure(Unit.NUMBER)
# A sum that is longer begins with what its first lines come to.
LINES_MAX = 500


def money(currency: str) -> Measure:
    """An amount in a currency."""
    return Measure(Unit.MONEY, currency)


def price_in(currency: str) -> Measure:
    """What one unit costs, in a currency."""
    return Measure(Unit.PRICE, currency)


def leaf(label: str, value: Decimal | None, measure: Measure, fact: Fact | None = None) -> Node:
    """A fact."""
    return Node(label, value, measure, fact=fact)


def add(label: str, measure: Measure, parts: Sequence[Node], fact: Fact | None = None) -> Node:
    """The sum; of very many parts the first are one line."""
    if len(parts) > LINES_MAX:
        older, parts = parts[: -LINES_MAX + 1], parts[-LINES_MAX + 1 :]
        begun = leaf(f"The first {len(older)} lines together", _worked_out(Op.SUM, older), measure)
        parts = [begun, *parts]
    return _node(Op.SUM, label, measure, parts, fact)


def subtract(label: str, measure: Measure, *parts: Node, fact: Fact | None = None) -> Node:
    """The first less all the others."""
    return _node(Op.DIFFERENCE, label, measure, parts, fact)


def multiply(label: str, measure: Measure, *parts: Node, fact: Fact | None = None) -> Node:
    """The product."""
    return _node(Op.PRODUCT, label, measure, parts, fact)


def product_of(factors: Sequence[Node]) -> Node:
    """The product of several numbers; a single one stands for itself."""
    return factors[0] if len(factors) == 1 else multiply(factors[0].label, factors[0].measure, *factors)


def exchange(label: str, measure: Measure, amount: Node, rate: Node, fact: Fact | None = None) -> Node:
    """An amount in another currency; nothing is nothing there, too, whatever the rate."""
    if rate.value is None and amount.value == ZERO:
        return replace(amount, label=label, measure=measure)
    return multiply(label, measure, amount, rate, fact=fact)


def divide(label: str, measure: Measure, part: Node, by: Node, fact: Fact | None = None) -> Node:
    """The quotient to 28 digits."""
    return _node(Op.QUOTIENT, label, measure, (part, by), fact)


def as_percent(label: str, part: Node, whole: Node) -> Node:
    """The part in percent of the whole."""
    return _node(Op.PERCENT, label, PERCENT, (part, whole), None)


def negate(node: Node, label: str | None = None, fact: Fact | None = None) -> Node:
    """The same with the other sign."""
    return _node(Op.NEGATE, label or node.label, node.measure, (node,), fact)


def share_of(label: str, amount: Node, units: Node, of_units: Node, fact: Fact | None = None) -> Node:
    """What falls to so many units of all of them; to all of them all of it, whatever digits it has."""
    if units.value == of_units.value:
        return entitle(amount, label)
    return _node(Op.SHARE, label, amount.measure, (amount, units, of_units), fact)


def merge(label: str, measure: Measure, parts: Sequence[Node], fact: Fact | None = None) -> Node:
    """The sum of several parts; a single one stands for itself."""
    if len(parts) == 1:
        return parts[0]
    return add(label, measure, parts, fact)


def entitle(node: Node, label: str, figure: str | None = None, holding_id: str | None = None) -> Node:
    """The node under another label, as the root of a receipt that has one of its own."""
    return replace(node, label=label, figure=figure, holding_id=holding_id)


def settle(node: Node, value: Decimal | None) -> Node:
    """The node with the figure's own digits: 5.0 and 5 are the same number, and not the same text."""
    return replace(node, value=value) if node.value is not None and node.value == value else node


def one(label: str) -> Node:
    """A one that is a fact: between a currency and itself."""
    return leaf(label, ONE, RATE)


def _node(op: Op, label: str, measure: Measure, parts: Sequence[Node], fact: Fact | None) -> Node:
    return Node(label, _worked_out(op, parts), measure, op, tuple(parts), fact)


def _worked_out(op: Op, parts: Sequence[Node]) -> Decimal | None:
    values = [part.value for part in parts if part.value is not None]
    return _STEPS[op](values) if len(values) == len(parts) else None


_STEPS: Mapping[Op, Callable[[Sequence[Decimal]], Decimal | None]] = {
    Op.SUM: lambda values: sum(values, ZERO),
    Op.DIFFERENCE: lambda values: values[0] - sum(values[1:], ZERO),
    Op.PRODUCT: lambda values: prod(values, start=ONE),
    Op.QUOTIENT: lambda values: quotient(values[0], values[1]),
    Op.PERCENT: lambda values: percent(values[0], values[1]),
    Op.NEGATE: lambda values: -values[0],
    Op.SHARE: lambda values: share(values[0], values[1], values[2]),
}
