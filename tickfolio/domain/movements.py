"""Money that a ledger moved: income, charges that are in no cost, and what went through the cash of a portfolio."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tickfolio.domain.ledger import Rules, Transaction, TransactionType, charges, gross
from tickfolio.domain.money import ZERO, convert

T = TransactionType
_INCOME = frozenset({T.DIVIDEND, T.INTEREST})
_CHARGE = frozenset({T.FEE, T.TAX})
_BOUGHT = frozenset({T.BUY, T.RIGHTS})


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
    counted: dict[tuple[str, str], Movements] = {}
    for row in rows:
        place = (row.portfolio_id, row.instrument_id)
        sums = counted.get(place)
        if sums is None:
            sums = counted[place] = Movements()
        _count(sums, row, rules[row.portfolio_id])
    return counted


def cash_moved(row: Transaction) -> Decimal:
    """What a row brought in (or cost, below zero) in its own currency. Call it where arithmetic is exact."""
    kind = row.type
    if kind in _BOUGHT:
        return -(gross(row) + charges(row))
    if kind is T.SELL or kind in _INCOME or kind is T.DEPOSIT:
        return gross(row) - charges(row)
    if kind in _CHARGE or kind is T.WITHDRAWAL:
        return -(gross(row) + charges(row))
    return ZERO


def _count(sums: Movements, row: Transaction, rules: Rules) -> None:
    kind = row.type
    moved = _home(cash_moved(row), row)
    sums.cash = _plus(sums.cash, moved)
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
    return amount if row.fx_rate == 1 else convert(amount, row.fx_rate)


def _plus(total: Decimal | None, amount: Decimal | None) -> Decimal | None:
    return None if total is None or amount is None else total + amount
