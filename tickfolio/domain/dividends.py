"""Dividends that were declared and do not stand in a ledger: to be proposed, never booked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.lots import Change
from tickfolio.domain.money import ZERO, exact

# A dividend is mostly paid within weeks of its day, and some statements date it a little before.
BOOKED_BEFORE, BOOKED_AFTER = timedelta(days=5), timedelta(days=40)
BOOKED_AS = frozenset({TransactionType.DIVIDEND, TransactionType.REINVEST})


@dataclass(frozen=True, slots=True)
class DeclaredDividend:
    """What one unit that was held at the close before `ex_on` is paid, in the instrument's currency."""

    ex_on: date
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class SuggestedDividend:
    """A declared dividend with the units that were held for it, and their product: before tax, exact."""

    ex_on: date
    per_unit: Decimal
    quantity: Decimal
    amount: Decimal


@exact
def suggest_dividends(
    declared: Iterable[DeclaredDividend], changes: Iterable[Change], booked_on: Sequence[date], today: date
) -> Sequence[SuggestedDividend]:
    """The declared dividends of one instrument that a portfolio seems to have missed, oldest first.

    `changes` are those of its book, splits among them, so that units are counted as they were on that day; `booked_on`
    are the days of its rows `BOOKED_AS` dividends. One is left out when nothing was held at the close before its day,
    when its day has not come, and when a dividend was booked from 5 days before it to 40 days after it.
    """
    moves = [(change.on, change.quantity) for change in changes]
    suggested = []
    for one in sorted(declared, key=lambda one: one.ex_on):
        if one.ex_on > today or any(-BOOKED_BEFORE <= day - one.ex_on <= BOOKED_AFTER for day in booked_on):
            continue
        quantity = sum((moved for on, moved in moves if on < one.ex_on), ZERO)
        if quantity > 0:
            suggested.append(SuggestedDividend(one.ex_on, one.per_unit, quantity, quantity * one.per_unit))
    return suggested
