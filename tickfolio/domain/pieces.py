"""Pieces: what lots and changes are while a ledger is read, values without names.

A long ledger makes hundreds of thousands of them. The cyclic garbage collector soon leaves a plain tuple of plain
values alone, but walks through all objects with named fields again and again, which took longer than the arithmetic.
So amounts stand in a piece one beside the other, and no tuple is kept inside another.
Every function wants to be called where arithmetic is exact (`money.exact`).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from tickfolio.domain.money import ZERO, quotient, whole_units

Known = Decimal | None
Pair = tuple[Known, Known]  # the fields of an `Amount`: in the instrument's currency, in the portfolio's
Piece = tuple[str, str | None, date, Decimal, Known, Known]  # the fields of a `Lot` or a `Change`, its cost in two
# The fields of a `Sale`, its proceeds and its cost in two each; of its parts, how many there are.
Sold = tuple[str, str | None, date, Decimal, Known, Known, Known, Known, Known, int]


def add_pairs(one: Pair, other: Pair) -> Pair:
    """The sum, in both currencies."""
    local, home = one
    more, more_home = other
    total = None if local is None or more is None else local + more
    if home is local and more_home is more:  # at a rate of 1 there is one amount, not two
        return total, total
    return total, None if home is None or more_home is None else home + more_home


def subtract_pairs(one: Pair, other: Pair) -> Pair:
    """The difference, in both currencies."""
    local, home = one
    less, less_home = other
    rest = None if local is None or less is None else local - less
    if home is local and less_home is less:
        return rest, rest
    return rest, None if home is None or less_home is None else home - less_home


def share_pair(pair: Pair, part: Decimal, whole: Decimal) -> Pair:
    """What falls to `part` of `whole` units, each currency by itself; the caller keeps the rest by subtracting."""
    local, home = pair
    own = None if local is None else share(local, part, whole)
    if home is local:
        return own, own
    return own, None if home is None else share(home, part, whole)


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Amount × part ÷ whole to 28 digits, and never more than the amount.

    Half-even may round a share up past the amount itself, and a remainder of cost must not fall below zero.
    """
    if part == whole:  # nothing is divided, and no digit lost
        return amount
    return min(quotient(amount * part, whole), amount)


def sum_quantity(pieces: Iterable[Piece]) -> Decimal:
    """The units of all of them."""
    return sum([piece[3] for piece in pieces], ZERO)


def sum_cost(pieces: Iterable[Piece]) -> Pair:
    """The cost of all of them; unknown when that of one is."""
    local: Known = ZERO
    home: Known = ZERO
    for _, _, _, _, more, more_home in pieces:
        if home is local and more_home is more and local is not None and more is not None:
            local = home = local + more
        else:
            local, home = add_pairs((local, home), (more, more_home))
    return local, home


def pour(lots: deque[Piece], piece: Piece) -> None:
    """Adds units to the one lot of an average pool, or begins it."""
    if lots:
        key, account, acquired_on, held, local, home = lots.pop()
        _, _, _, more, paid, paid_home = piece
        cost: Known
        cost_home: Known
        if home is local and paid_home is paid and local is not None and paid is not None:  # nearly always
            cost = cost_home = local + paid
        else:
            cost, cost_home = add_pairs((local, home), (paid, paid_home))
        piece = (key, account, acquired_on, held + more, cost, cost_home)
    lots.append(piece)


def take_oldest(lots: deque[Piece], quantity: Decimal) -> list[Piece]:
    """Takes the oldest units out of the lots, which hold enough of them."""
    taken = []
    while quantity and lots:
        oldest = lots.popleft()
        held = oldest[3]
        if held > quantity:
            part, rest = cut(oldest, quantity)
            lots.appendleft(rest)
            taken.append(part)
            break
        quantity -= held
        taken.append(oldest)
    return taken


def cut(piece: Piece, quantity: Decimal) -> tuple[Piece, Piece]:
    """The piece in two: so many units with their share of the cost, and the rest with what is left of it."""
    key, account, acquired_on, held, local, home = piece
    cost = (local, home)
    taken, taken_home = part = share_pair(cost, quantity, held)
    left, left_home = subtract_pairs(cost, part)
    return (
        (key, account, acquired_on, quantity, taken, taken_home),
        (key, account, acquired_on, held - quantity, left, left_home),
    )


def level(lots: deque[Piece]) -> None:
    """Gives all units the same cost, dates kept: each lot its share of the whole, the last one what is left."""
    whole, left = sum_quantity(lots), sum_cost(lots)
    for _ in range(len(lots)):
        key, account, acquired_on, quantity, *_old = lots.popleft()
        cost = share_pair(left, quantity, whole)
        left, whole = subtract_pairs(left, cost), whole - quantity
        lots.append((key, account, acquired_on, quantity, *cost))


def resize(pieces: Sequence[Piece], total: Decimal) -> list[Piece]:
    """The pieces with `total` units in all, in proportion, to 18 decimals, the last one what is left; costs stay.

    One that so comes to nothing passes its cost on to its neighbour.
    """
    whole, left = sum_quantity(pieces), total
    resized: list[Piece] = []
    stranded: Pair | None = None
    for number, (key, account, acquired_on, held, *own) in enumerate(pieces, start=1):
        quantity = left if number == len(pieces) else min(whole_units(held, total, whole), left)
        cost = add_pairs((own[0], own[1]), stranded or (ZERO, ZERO))
        stranded = None if quantity else cost
        if quantity:
            resized.append((key, account, acquired_on, quantity, *cost))
            left -= quantity
    if stranded is not None:
        key, account, acquired_on, quantity, *_ = last = resized.pop()
        resized.append((key, account, acquired_on, quantity, *add_pairs(last[4:], stranded)))
    return resized
