"""Transfers: which row that takes units out belongs to which row that brings them in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from tickfolio.domain.ledger import Transaction, TransactionType

Parcel = tuple[str, date, Decimal]  # instrument, day, quantity


def pair_transfers(rows: Iterable[Transaction]) -> Mapping[str, Transaction]:
    """The row that brings in what another takes out, by the id of the one that takes it out.

    Two belong together when instrument, day and quantity are the same and the places are not, in the order given.
    """
    coming: dict[Parcel, list[Transaction]] = defaultdict(list)
    going: list[Transaction] = []
    for row in rows:
        if row.type is TransactionType.TRANSFER_IN:
            coming[_parcel(row)].append(row)
        elif row.type is TransactionType.TRANSFER_OUT:
            going.append(row)
    pairs = {}
    for out in going:
        waiting = coming[_parcel(out)]
        found = next((row for row in waiting if _place(row) != _place(out)), None)
        if found is not None:
            waiting.remove(found)
            pairs[out.id] = found
    return pairs


def _parcel(row: Transaction) -> Parcel:
    return row.instrument_id, row.traded_on, row.quantity


def _place(row: Transaction) -> tuple[str, str | None]:
    return row.portfolio_id, row.account
