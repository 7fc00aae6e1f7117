"""What is held cost, what was sold made: the receipts of `invested`, `avg_buy_price` and `realised`.

Call these where arithmetic is exact.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.lots import Sale
from tickfolio.domain.money import ZERO
from tickfolio.reports.receipt import Node
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_lots import Lots
from tickfolio.reports.receipt_nodes import add, divide, leaf, merge, price_in, subtract
from tickfolio.reports.receipt_pools import Pools
from tickfolio.reports.receipt_rows import Side, always, amount_on, measure_of, proceeds_of_row
from tickfolio.reports.receipt_units import explain_quantity


def explain_invested(evidence: Evidence, side: Side = "home") -> Node:
    """The cost of what is held: by lots where these are kept apart, else by the changes of each account's pool."""
    measure = measure_of(evidence, side)
    wanted = amount_on(side, evidence.book.cost)
    if not evidence.book.lots:
        return leaf("Nothing is held", ZERO, measure)
    if evidence.rules.method is not CostMethod.FIFO:
        found = [add(_of_account(account), measure, lines) for account, lines in Pools(evidence, side).read().lines()]
        pooled = merge("Cost of what is held", measure, found)
        if pooled.value == wanted:
            return replace(pooled, label="Cost of what is held")
    lots = Lots(evidence, side).read()
    return add("Cost of what is held", measure, [lots.open_lot(lot) for lot in evidence.book.lots])


def explain_avg_buy_price(evidence: Evidence) -> Node:
    """The cost in the instrument's currency ÷ the units."""
    measure = price_in(evidence.instrument.currency)
    if not evidence.book.quantity:
        return leaf("Nothing is held", None, measure)
    return divide("Average buy price", measure, explain_invested(evidence, "local"), explain_quantity(evidence))


def explain_realised(evidence: Evidence, counts: Callable[[date], bool] = always) -> Node:
    """Of each sale of the days that count the proceeds less the cost of what left."""
    if evidence.rules.method is CostMethod.FIFO:
        costs = Lots(evidence, "home").read().costs
    else:
        costs = Pools(evidence, "home").read().costs
    return add(
        "Realised",
        evidence.home,
        [_made(evidence, sale, costs) for sale in evidence.book.sales if counts(sale.sold_on)],
    )


def _made(evidence: Evidence, sale: Sale, costs: dict[str, Node]) -> Node:
    entry = evidence.entries[sale.transaction_id]
    label = f"Sale of {sale.quantity:f} on {sale.sold_on.isoformat()}"
    proceeds = proceeds_of_row(entry, evidence, "home")
    return subtract(label, evidence.home, proceeds, costs[sale.transaction_id], fact=entry.fact)


def _of_account(account: str | None) -> str:
    return "Cost of what is held" if account is None else f"Account {account}"
