"""Runs of the price job: who holds the slot, how far it came, how it went."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from tickfolio.storage.server_tables import price_refreshes
from tickfolio.storage.upsert import insert_if_new

_FETCH = 50


@dataclass(frozen=True, slots=True)
class ProviderOutcome:
    """How one source did in a run; `failures` counts by kind."""

    name: str
    ok: bool
    failures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RefreshRow:
    """One run. `slot` is None for a run by hand or for new instruments; `fence` rises when it changes hands.

    Counts are of instruments; `portfolios` counts those that are worth something else than before.
    """

    id: str
    kind: str
    slot: datetime | None
    fence: int
    lease_until: datetime
    started_at: datetime
    finished_at: datetime | None
    instruments: int = 0
    updated: int = 0
    held: int = 0
    failed: int = 0
    providers: Sequence[ProviderOutcome] = ()
    rejected: int = 0
    unchanged: int = 0
    portfolios: int = 0


@dataclass(frozen=True, slots=True)
class SourceStreak:
    """The last run that a source answered, and the last and the first of those since then that it did not."""

    answered: RefreshRow | None
    last_failing: RefreshRow | None
    first_failing: RefreshRow | None


class Refreshes:
    """Reads and writes of runs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, row: RefreshRow) -> bool:
        """Writes a new run down; False when its slot, or the run itself, is there already."""
        return insert_if_new(self._connection, price_refreshes, _values(row))

    def take_over(
        self, *, slot: datetime | None, run_id: str | None, lease_until: datetime, now: datetime
    ) -> RefreshRow | None:
        """A run that nobody finished and whose lease is over changes hands; None when it is done or still held."""
        r = price_refreshes.c
        which = r.slot == slot if slot is not None else r.id == run_id
        free = update(price_refreshes).where(which, r.finished_at.is_(None), r.lease_until < now)
        taken = free.values(fence=r.fence + 1, lease_until=lease_until).returning(r.id)
        row_id = self._connection.execute(taken).scalar_one_or_none()
        return self.find(row_id) if row_id else None

    def renew(self, run_id: str, fence: int, lease_until: datetime) -> bool:
        """Extends the lease; False when the run has changed hands or ended, and then nothing may be written."""
        r = price_refreshes.c
        mine = update(price_refreshes).where(r.id == run_id, r.fence == fence, r.finished_at.is_(None))
        return self._connection.execute(mine.values(lease_until=lease_until)).rowcount == 1

    def finish(self, row: RefreshRow) -> bool:
        """Writes the outcome; False when the run has changed hands."""
        r = price_refreshes.c
        mine = update(price_refreshes).where(r.id == row.id, r.fence == row.fence, r.finished_at.is_(None))
        return self._connection.execute(mine.values(**_values(row))).rowcount == 1

    def find(self, run_id: str) -> RefreshRow | None:
        """One run."""
        row = self._connection.execute(select(price_refreshes).where(price_refreshes.c.id == run_id)).one_or_none()
        return _row(row) if row else None

    def last(self, kinds: Sequence[str], *, finished: bool) -> RefreshRow | None:
        """The latest run of these kinds."""
        r = price_refreshes.c
        query = select(price_refreshes).where(r.kind.in_(kinds))
        if finished:
            query = query.where(r.finished_at.is_not(None))
        row = self._connection.execute(query.order_by(r.started_at.desc(), r.id.desc()).limit(1)).one_or_none()
        return _row(row) if row else None

    def recent(self, kinds: Sequence[str], limit: int) -> Sequence[RefreshRow]:
        """The latest runs of these kinds, newest first, those that have not ended too."""
        r = price_refreshes.c
        query = select(price_refreshes).where(r.kind.in_(kinds)).order_by(r.started_at.desc(), r.id.desc())
        return [_row(row) for row in self._connection.execute(query.limit(limit))]

    def streak(self, source: str) -> SourceStreak:
        """How a source did in the runs that asked it and have ended, from the newest back to one that it answered."""
        r = price_refreshes.c
        asked = r.providers.contains(f'"name": {json.dumps(source)},', autoescape=True)
        query = select(price_refreshes).where(asked, r.finished_at.is_not(None))
        query = query.order_by(r.started_at.desc(), r.id.desc()).execution_options(yield_per=_FETCH)
        answered = last_failing = first_failing = None
        with self._connection.execute(query) as found:
            for row in map(_row, found):
                if next(one for one in row.providers if one.name == source).ok:
                    answered = row
                    break
                last_failing, first_failing = last_failing or row, row
        return SourceStreak(answered, last_failing, first_failing)

    def is_under_way(self, kind: str, now: datetime) -> bool:
        """Whether somebody is at a run of this kind now: it has begun, and its lease is not over."""
        r = price_refreshes.c
        query = select(exists().where(r.kind == kind, r.fence > 0, r.finished_at.is_(None), r.lease_until >= now))
        return bool(self._connection.execute(query).scalar_one())

    def unfinished(self, kind: str) -> Sequence[RefreshRow]:
        """Runs of a kind that have not ended, oldest first."""
        r = price_refreshes.c
        query = select(price_refreshes).where(r.kind == kind, r.finished_at.is_(None)).order_by(r.started_at, r.id)
        return [_row(row) for row in self._connection.execute(query)]

    def forget(self, before: datetime) -> int:
        """Deletes runs older than this; says how many."""
        gone = delete(price_refreshes).where(price_refreshes.c.started_at < before)
        return self._connection.execute(gone).rowcount


def _values(row: RefreshRow) -> dict[str, object]:
    providers = [{"name": p.name, "ok": p.ok, "failures": dict(p.failures)} for p in row.providers]
    return {
        "id": row.id,
        "kind": row.kind,
        "slot": row.slot,
        "fence": row.fence,
        "lease_until": row.lease_until,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "instruments": row.instruments,
        "updated": row.updated,
        "held": row.held,
        "failed": row.failed,
        "providers": json.dumps(providers),
        "rejected": row.rejected,
        "unchanged": row.unchanged,
        "portfolios": row.portfolios,
    }


def _row(row: Any) -> RefreshRow:
    values = row._asdict()
    values["providers"] = tuple(ProviderOutcome(**one) for one in json.loads(values["providers"]))
    return RefreshRow(**values)
