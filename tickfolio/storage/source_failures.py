"""Why a source gave no price of an instrument when it was last asked; beside the verdicts on those that it gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, select

from tickfolio.storage.market_tables import price_verdicts
from tickfolio.storage.parts import in_parts
from tickfolio.storage.upsert import insert_or_change

# The source said that it has none; the source as a whole gave none.
FAILED, UNREACHED = "failed", "unreached"
_KINDS = (FAILED, UNREACHED)
_KEY = ("instrument_id", "source", "verdict")


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """The last of `count` times in a row, since `first_at`, that a source gave no price, for this reason.

    `verdict` is `failed` when the source said so of the instrument, `unreached` when it was no matter of that.
    """

    instrument_id: str
    source: str
    verdict: str
    reason: str
    run_id: str
    judged_at: datetime
    first_at: datetime
    count: int = 1


class SourceFailures:
    """Reads and writes of failures. They belong to nobody, as the prices do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, failures: Iterable[SourceFailure]) -> None:
        """Stores each as the newest of its kind; the same reason once more keeps its beginning and is counted."""
        insert_or_change(self._connection, price_verdicts, [_values(one) for one in failures], _KEY, _go_on)

    def of(self, instrument_ids: Iterable[str]) -> Sequence[SourceFailure]:
        """What is known of these instruments, the newest first."""
        v = price_verdicts.c
        names = (v.instrument_id, v.source, v.verdict, v.reason, v.run_id, v.judged_at, v.first_at, v.count)
        found = []
        for part in in_parts(instrument_ids):
            query = select(*names).where(v.instrument_id.in_(part), v.verdict.in_(_KINDS))
            found += [SourceFailure(**row._asdict()) for row in self._connection.execute(query)]
        return sorted(found, key=lambda one: (one.judged_at, one.source), reverse=True)

    def forget(self, source: str, instrument_ids: Iterable[str]) -> None:
        """The source has given prices of these again."""
        v = price_verdicts.c
        for part in in_parts(instrument_ids):
            gone = delete(price_verdicts).where(v.instrument_id.in_(part), v.verdict.in_(_KINDS))
            self._connection.execute(gone.where(v.source == source))

    def last_answers(self, instrument_ids: Iterable[str]) -> Mapping[str, datetime]:
        """When a source last said anything of each of these instruments: a price, good or not, or that it has none."""
        v = price_verdicts.c
        found: dict[str, datetime] = {}
        for part in in_parts(instrument_ids):
            query = select(v.instrument_id, func.max(v.judged_at).label("at"))
            query = query.where(v.instrument_id.in_(part), v.verdict != UNREACHED).group_by(v.instrument_id)
            found |= {row.instrument_id: row.at for row in self._connection.execute(query)}
        return found


def _go_on(new: Any) -> dict[str, Any]:
    """What becomes of the last failure of the same kind, from the new one."""
    v = price_verdicts.c
    fresh = v.reason != new.reason
    return {name: new[name] for name in ("reason", "run_id", "judged_at")} | {
        "first_at": case((fresh, new.first_at), else_=v.first_at),
        "count": case((fresh, 1), else_=v.count + 1),
    }


def _values(one: SourceFailure) -> dict[str, Any]:
    return {
        "instrument_id": one.instrument_id,
        "source": one.source,
        "verdict": one.verdict,
        "reason": one.reason,
        "price": "",
        "currency": "",
        "as_of": None,
        "run_id": one.run_id,
        "judged_at": one.judged_at,
        "first_at": one.first_at,
        "count": one.count,
    }
