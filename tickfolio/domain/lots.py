"""Lots: units that were bought together, with their cost and day, and what becomes of them.

The values here are named tuples and not dataclasses because a long ledger makes hundreds of thousands of them.
Every function wants to be called where arithmetic is exact (`money.exact`).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tickfolio.domain.money import ZERO, quotient, whole_units


class Amount(NamedTuple):
    """One amount in two currencies: the instrument's (`local`) and the portfolio's (`home`).

    `home` is None when a rate of exchange that it depends on is unknown, `local` when nobody knows the amount at all;
    sums and shares of what is unknown are unknown, too.
    """

    local: Decimal | None
    home: Decimal | None


NOTHING = Amount(ZERO, ZERO)
UNKNOWN = Amount(None, None)


class Lot(NamedTuple):
    """Units that are still held, or that left together, with their cost, buy-side charges inside.

    `transaction_id` and `acquired_on` are those of the purchase; of an average pool, those of its first one.
    """

    transaction_id: str
    account: str | None
    acquired_on: date
    quantity: Decimal
    cost: Amount


class Sale(NamedTuple):
    """One sale: its proceeds, less fees and taxes, at its own rate, beside the cost of the units that left.

    `parts` are the lots, or parts of lots, that left; their costs add up to `cost`.
    """

    transaction_id: str
    account: str | None
    sold_on: date
    quantity: Decimal
    proceeds: Amount
    cost: Amount
    realised: Decimal | None  # in the portfolio's currency
    parts: tuple[Lot, ...]


class Change(NamedTuple):
    """By how much a row changed what is held and what it cost, less where units left; of a split, units alone."""

    transaction_id: str
    account: str | None
    on: date
    quantity: Decimal
    cost: Amount


@dataclass(frozen=True, slots=True)
class Book:
    """What a ledger comes to for one instrument in one portfolio.

    Open lots (per account, oldest first), all sales and all changes in time order. `quantity` and `cost` are the sums
    of the lots. The rest is in the portfolio's currency, and None when that of one row of it is unknown: `realised`;
    `income` net of the tax withheld, which stands beside it; `charges` that are in no cost; and `cash`, all that was
    received less all that was paid.
    """

    lots: tuple[Lot, ...]
    sales: tuple[Sale, ...]
    changes: tuple[Change, ...]
    quantity: Decimal
    cost: Amount
    realised: Decimal | None
    income: Decimal | None
    tax_withheld: Decimal | None
    charges: Decimal | None
    cash: Decimal | None


def add_amounts(one: Amount, other: Amount) -> Amount:
    """The sum, in both currencies."""
    local = None if one.local is None or other.local is None else one.local + other.local
    if one.home is one.local and other.home is other.local:  # at a rate of 1 there is one amount, not two
        return Amount(local, local)
    return Amount(local, None if one.home is None or other.home is None else one.home + other.home)


def subtract_amounts(one: Amount, other: Amount) -> Amount:
    """The difference, in both currencies."""
    local = None if one.local is None or other.local is None else one.local - other.local
    if one.home is one.local and other.home is other.local:
        return Amount(local, local)
    return Amount(local, None if one.home is None or other.home is None else one.home - other.home)


def share_amount(amount: Amount, part: Decimal, whole: Decimal) -> Amount:
    """What falls to `part` of `whole` units, each currency by itself; the caller keeps the rest by subtracting."""
    if part == whole:  # nothing is divided, and no digit lost
        return amount
    local = None if amount.local is None else share(amount.local, part, whole)
    if amount.home is amount.local:
        return Amount(local, local)
    return Amount(local, None if amount.home is None else share(amount.home, part, whole))


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Amount × part ÷ whole to 28 digits, and never more than the amount.

    Half-even may round a share up past the amount itself, and a remainder of cost must not fall below zero.
    """
    return min(quotient(amount * part, whole), amount)


def sum_quantity(lots: Iterable[Lot]) -> Decimal:
    """The units of all of them."""
    return sum((lot.quantity for lot in lots), ZERO)


def sum_cost(lots: Iterable[Lot]) -> Amount:
    """The cost of all of them; unknown when that of one is."""
    total = NOTHING
    for lot in lots:
        total = add_amounts(total, lot.cost)
    return total


def sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when one of them is unknown."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def pour(lots: deque[Lot], lot: Lot) -> None:
    """Adds units to the one lot of an average pool, or begins it."""
    if lots:
        pool = lots.pop()
        cost = add_amounts(pool.cost, lot.cost)
        lot = Lot(pool.transaction_id, pool.account, pool.acquired_on, pool.quantity + lot.quantity, cost)
    lots.append(lot)


def take_oldest(lots: deque[Lot], quantity: Decimal) -> list[Lot]:
    """Takes the oldest units out of the lots, which hold enough of them."""
    taken = []
    while quantity and lots:
        oldest = lots.popleft()
        if oldest.quantity > quantity:
            part, rest = cut(oldest, quantity)
            lots.appendleft(rest)
            oldest = part
        quantity -= oldest.quantity
        taken.append(oldest)
    return taken


def cut(lot: Lot, quantity: Decimal) -> tuple[Lot, Lot]:
    """The lot in two: so many units with their share of the cost, and the rest with what is left of it."""
    key, account, acquired_on, held, cost = lot
    taken = share_amount(cost, quantity, held)
    rest = Lot(key, account, acquired_on, held - quantity, subtract_amounts(cost, taken))
    return Lot(key, account, acquired_on, quantity, taken), rest


def level(lots: deque[Lot]) -> None:
    """Gives all units the same cost, dates kept: each lot its share of the whole, the last one what is left."""
    whole, left = sum_quantity(lots), sum_cost(lots)
    for _ in range(len(lots)):
        lot = lots.popleft()
        cost = share_amount(left, lot.quantity, whole)
        left, whole = subtract_amounts(left, cost), whole - lot.quantity
        lots.append(lot._replace(cost=cost))


def resize(lots: Sequence[Lot], total: Decimal) -> list[Lot]:
    """The lots with `total` units in all, in proportion, to 18 decimals, the last one what is left; costs stay.

    A lot that so comes to nothing passes its cost on to its neighbour.
    """
    whole, left = sum_quantity(lots), total
    resized: list[Lot] = []
    stranded = NOTHING
    for number, lot in enumerate(lots, start=1):
        quantity = left if number == len(lots) else min(whole_units(lot.quantity, total, whole), left)
        cost = add_amounts(lot.cost, stranded)
        stranded = NOTHING if quantity else cost
        if quantity:
            resized.append(lot._replace(quantity=quantity, cost=cost))
            left -= quantity
    if stranded is not NOTHING:
        last = resized.pop()
        resized.append(last._replace(cost=add_amounts(last.cost, stranded)))
    return resized
