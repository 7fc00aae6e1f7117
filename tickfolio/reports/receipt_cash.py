"""The cash of several portfolios together: each balance in its own currency, at the latest rate.

Call these where arithmetic is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tickfolio.domain.fx import Rates
from tickfolio.reports.receipt import Node
from tickfolio.reports.receipt_holding import note_of_rate
from tickfolio.reports.receipt_nodes import add, entitle, exchange, money
from tickfolio.reports.receipt_value import latest_rate


@dataclass(frozen=True, slots=True)
class Till:
    """The cash of one portfolio: how its balance came about, in its own currency, and what it is worth in another.

    `as_of` is the instant of the rate between them, None where it is 1 for ever or unknown.
    """

    worth: Node
    as_of: datetime | None
    notes: Sequence[str]


def open_till(name: str, balance: Node, source: str, target: str, rates: Rates, told: Mapping[str, str]) -> Till:
    """The cash of a portfolio of that name; `told` says by currency who told the latest rate."""
    if source == target:
        return Till(entitle(balance, name), None, ())
    worth = exchange(name, money(target), balance, latest_rate(rates, told, source, target))
    return Till(worth, rates.as_of(source, target), note_of_rate(rates, source, target))


def cash_of(tills: Sequence[Till], currency: str) -> Node:
    """What lies in all of them."""
    return add("Cash", money(currency), [till.worth for till in tills])
