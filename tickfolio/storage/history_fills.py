"""How far back the closes of each instrument are wanted, and how the filling stands: one row an instrument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select, update

from tickfolio.storage.market_tables import history_fills
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import instruments, transactions
from tickfolio.storage.upsert import insert_or_update


class FillState(StrEnum):
    """How the history of an instrument stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fill:
    """The closes of an instrument from `wanted_from` on. `closes` were found by the last filling, from `source`.

    `next_at` is when it is looked at again, and while it runs when its worker is taken for dead. `failure` is a code.
    """

    instrument_id: str
    wanted_from: date
    state: FillState
    source: str | None
    closes: int
    failure: str | None
    tries: int
    asked_at: datetime
    next_at: datetime | None


class HistoryFills:
    """Reads and writes of histories to fill. They belong to nobody, as prices do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first_days(self, instrument_ids: Iterable[str] | None = None) -> Mapping[str, date]:
        """The first day on which anybody's ledger names each of these instruments, or each of all.

        Two looks into an index for each instrument: there are far more transactions than instruments.
        """
        t, i, first = transactions.c, instruments.c, select(func.min(transactions.c.traded_on))
        own = first.where(t.instrument_id == i.id).scalar_subquery()
        into = first.where(t.to_instrument_id == i.id).scalar_subquery()
        query = select(i.id, own, into)
        if instrument_ids is not None:
            query = query.where(i.id.in_(list(instrument_ids)))
        found = {key: [day for day in days if day is not None] for key, *days in self._connection.execute(query)}
        return {key: min(days) for key, days in found.items() if days}

    def of(self, instrument_ids: Iterable[str] | None = None) -> Mapping[str, Fill]:
        """The rows of these instruments, or of all, by instrument."""
        query = select(history_fills)
        if instrument_ids is not None:
            query = query.where(history_fills.c.instrument_id.in_(list(instrument_ids)))
        return {row.instrument_id: _fill(row) for row in self._connection.execute(query)}

    def write(self, fills: Sequence[Fill]) -> None:
        """Writes these rows, over those that are there."""
        rows = [values_of(one) | {"state": one.state.value} for one in fills]
        insert_or_update(self._connection, history_fills, rows, ("instrument_id",))

    def claim(self, now: datetime, until: datetime) -> Fill | None:
        """A row that is due becomes ours until then, new ones first; None when none is, or another worker was quicker.

        The row is as it was before.
        """
        h = history_fills.c
        due = select(history_fills).where(h.next_at <= now).order_by(h.tries, h.next_at, h.instrument_id).limit(1)
        row = self._connection.execute(due).one_or_none()
        if row is None:
            return None
        mine = update(history_fills).where(h.instrument_id == row.instrument_id, h.next_at == row.next_at)
        taken = self._connection.execute(mine.values(state=FillState.RUNNING.value, next_at=until))
        return _fill(row) if taken.rowcount == 1 else None

    def count_by_state(self) -> Mapping[FillState, int]:
        """How many histories are in each state."""
        h = history_fills.c
        query = select(h.state, func.count().label("many")).group_by(h.state)
        return {FillState(row.state): row.many for row in self._connection.execute(query)}


def _fill(row: Any) -> Fill:
    return Fill(**row._asdict() | {"state": FillState(row.state)})
