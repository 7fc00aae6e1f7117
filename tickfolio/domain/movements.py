"""Money that a ledger moved: income, charges that are in no cost, and what went through the cash of a portfolio."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tickfolio.domain.ledger import Rules, Transaction, TransactionType, charges, gross
from tickfolio.domain.money import ONE, ZERO, convert

T = TransactionType
_INCOME = frozenset({T.DIVIDEND, T.INTEREST})
_CHARGE = frozenset({T.FEE, T.TAX})
_BOUGHT = frozenset({T.BUY, T.RIGHTS})
_RECEIVED = _INCOME | {T.SELL, T.DEPOSIT}
_PAID = _BOUGHT | _CHARGE | {T.WITHDRAWAL}
_TRADES = _BOUGHT | {T.SELL}  # where charges are part of cost, they move nothing but cash


@dataclass(slots=True)
class Movements:
    """The sums of one instrument in one portfolio, in the portfolio's currency; None when one of them is unknown.

    `income` is net of the tax withheld. `cash` is all that was received less all that was paid.
    """

    income: Decimal | None = ZERO
    tax_withheld: Decimal | None = ZERO
    charges: Decimal | None = ZERO
    cash: Decimal | None = ZERO


def count_movements(rows: Iterable[Transaction], rules: Mapping[str, Rules]) -> dict[tuple[str, str], Movements]:
    """The movements by portfolio and instrument. Call it where arithmetic is exact."""
    counted: dict[tuple[str, str], Movements] = defaultdict(Movements)
    for row in rows:
        count_row(counted[row.portfolio_id, row.instrument_id], row, rules[row.portfolio_id])
    return dict(counted)


def count_row(sums: Movements, row: Transaction, rules: Rules) -> None:
    """Adds what one row moved. Call it where arithmetic is exact."""
    moved = cash_moved(row)
    home = moved if row.fx_rate == ONE else convert(moved, row.fx_rate)
    sums.cash = None if sums.cash is None or home is None else sums.cash + home
    if row.type not in _TRADES or not rules.charges_in_cost:
        _count_more(sums, row, home, rules)


def cash_moved(row: Transaction) -> Decimal:
    """What a row brought in (or cost, below zero) in its own currency. Call it where arithmetic is exact."""
    kind = row.type
    if kind in _PAID:
        return -(row.quantity * row.price + (row.fees + row.taxes))
    if kind in _RECEIVED:
        return row.quantity * row.price - (row.fees + row.taxes)
    return ZERO


def _count_more(sums: Movements, row: Transaction, moved: Decimal | None, rules: Rules) -> None:
    kind = row.type
    if kind in _INCOME:
        sums.income = _plus(sums.income, moved)
        sums.tax_withheld = _plus(sums.tax_withheld, _home(row.taxes, row))
    elif kind is T.REINVEST:
        sums.income = _plus(sums.income, _home(gross(row) + charges(row), row))
    elif kind in _CHARGE:
        sums.charges = _plus(sums.charges, _home(gross(row) + charges(row), row))
    if not rules.charges_in_cost and (kind in _BOUGHT or kind is T.REINVEST):
        sums.charges = _plus(sums.charges, _home(charges(row), row))


def _home(amount: Decimal, row: Transaction) -> Decimal | None:
    return amount if row.fx_rate == ONE else convert(amount, row.fx_rate)


def _plus(total: Decimal | None, amount: Decimal | None) -> Decimal | None:
    return None if total is None or amount is None else total + amount
