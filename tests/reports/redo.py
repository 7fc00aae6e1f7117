"""Works a receipt out again from its JSON alone, with the steps as the API describes them and nothing of the product.

Written apart from the code that makes receipts: plain decimals out of strings, the standard library's own division.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

Json = dict[str, Any]
EXACT = Context(prec=2000, rounding=ROUND_HALF_EVEN)
TO_28_DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)
OPS = {"sum", "difference", "product", "quotient", "percent", "negate", "share"}
SO_FAR = "Cost before: the lines above together"


def redo(node: Json) -> Decimal | None:
    """What the facts below a node come to, whatever the nodes between say."""
    if node["op"] is None:
        assert node["parts"] == [], f"{node['label']}: a fact has no parts"
        return read(node["value"])
    with localcontext(EXACT):
        return step(node["op"], [redo(part) for part in node["parts"]])


def step(op: str, parts: list[Decimal | None]) -> Decimal | None:  # noqa: PLR0911  # one line for each step
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if op == "sum":
        return sum(known, Decimal(0))
    if op == "difference":
        return known[0] - sum(known[1:], Decimal(0))
    if op == "product":
        product = Decimal(1)
        for one in known:
            product *= one
        return product
    if op == "negate":
        [one] = known
        return -one
    if op == "share":
        amount, units, of_units = known
        return min(TO_28_DIGITS.divide(amount * units, of_units), amount)
    part, whole = known
    if op == "quotient":
        return TO_28_DIGITS.divide(part, whole)
    assert op == "percent", op
    return TO_28_DIGITS.divide(part * 100, whole) if whole else None


def read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def nodes(node: Json) -> Iterator[Json]:
    yield node
    for part in node["parts"]:
        yield from nodes(part)


def leaves(node: Json) -> list[Json]:
    return [one for one in nodes(node) if one["op"] is None]


def faults(receipt: Json) -> list[str]:
    """All that a receipt says and its own arithmetic does not; none, and it can be done again."""
    working = receipt["working"]
    found = []
    if working is None:
        return ["no working"]
    for node in nodes(working):
        if redo(node) != read(node["value"]):
            found.append(f"{node['label']}: says {node['value']}, comes to {redo(node)}")
        if node["op"] is not None and node["op"] not in OPS:
            found.append(f"{node['label']}: {node['op']} is no step")
        found += running(node)
    if working["value"] != receipt["value"]:
        found.append(f"the figure is {receipt['value']}, the working {working['value']}")
    if (receipt["value"] is None) == (receipt["reason"] is None):
        found.append(f"{receipt['value']} and its reason {receipt['reason']}")
    return found


def running(node: Json) -> Iterator[str]:
    """A line that takes its share of what the lines above it come to has to say what they come to."""
    if node["op"] != "sum":
        return
    total: Decimal | None = Decimal(0)
    with localcontext(EXACT):
        for part in node["parts"]:
            for leaf in within(part):
                if leaf["label"] == SO_FAR and read(leaf["value"]) != total:
                    yield f"{part['label']}: the lines above come to {total}, not {leaf['value']}"
            value = read(part["value"])
            total = None if total is None or value is None else total + value


def within(node: Json) -> Iterator[Json]:
    """The nodes of one line, those of sums inside it left out: they have lines of their own."""
    yield node
    for part in node["parts"] if node["op"] != "sum" else []:
        yield from within(part)
