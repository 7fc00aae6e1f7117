"""Lots: units that were bought together, with their cost and day, and what becomes of them.

The values here are named tuples and not dataclasses because a long ledger makes hundreds of thousands of them; while it
is read, they are `pieces`. Every function wants to be called where arithmetic is exact (`money.exact`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from tickfolio.domain.money import EXACT, ZERO
from tickfolio.domain.pieces import Piece, Sold, add_pairs, share_pair, subtract_pairs


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

    Open lots (per account, oldest first), all sales and all changes in time order; `pieces` are the changes (None: that
    of the next sale) and `sold` the sales without names, for who reads very many. `quantity` and `cost` are the sums of
    the lots. The rest is in the portfolio's currency, and None when that of one row of it is unknown: `realised`;
    `income` net of the tax withheld, which stands beside it; `charges` that are in no cost; and `cash`, all that was
    received less all that was paid.
    """

    lots: Sequence[Lot]
    sales: Sequence[Sale]
    changes: Sequence[Change]
    pieces: Sequence[Piece | None]
    sold: Sequence[Sold]
    quantity: Decimal
    cost: Amount
    realised: Decimal | None
    income: Decimal | None
    tax_withheld: Decimal | None
    charges: Decimal | None
    cash: Decimal | None


def add_amounts(one: Amount, other: Amount) -> Amount:
    """The sum, in both currencies."""
    return Amount(*add_pairs(one, other))


def subtract_amounts(one: Amount, other: Amount) -> Amount:
    """The difference, in both currencies."""
    return Amount(*subtract_pairs(one, other))


def share_amount(amount: Amount, part: Decimal, whole: Decimal) -> Amount:
    """What falls to `part` of `whole` units, each currency by itself; the caller keeps the rest by subtracting."""
    return Amount(*share_pair(amount, part, whole))


def sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when one of them is unknown."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def lot_of(piece: Piece) -> Lot:
    """The piece as a lot."""
    key, account, acquired_on, quantity, local, home = piece
    return Lot(key, account, acquired_on, quantity, Amount(local, home))


def piece_of(lot: Lot) -> Piece:
    """The lot as a piece."""
    key, account, acquired_on, quantity, (local, home) = lot
    return key, account, acquired_on, quantity, local, home


def changes_of(pieces: Iterable[Piece | None], sold: Iterable[Sold]) -> Iterator[Change]:
    """The changes; None stands for that of the next sale, whose units and cost left."""
    sales = iter(sold)
    for piece in pieces:
        if piece is None:
            key, account, on, quantity, _, _, local, home, _, _ = next(sales)
            gone = _less(local)
            amount = Amount(gone, gone if home is local else _less(home))
            yield Change(key, account, on, EXACT.minus(quantity), amount)
        else:
            key, account, on, quantity, local, home = piece
            yield Change(key, account, on, quantity, Amount(local, home))


def _less(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else EXACT.subtract(ZERO, amount)


def sales_of(sold: Iterable[Sold], parts: Iterable[Piece]) -> Iterator[Sale]:
    """The sales, each with as many of the parts as it counts."""
    lots = map(lot_of, parts)
    for key, account, on, quantity, local, home, cost, cost_home, realised, count in sold:
        proceeds, taken = Amount(local, home), tuple(islice(lots, count))
        yield Sale(key, account, on, quantity, proceeds, Amount(cost, cost_home), realised, taken)
