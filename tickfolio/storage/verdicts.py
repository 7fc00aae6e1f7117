"""What the gate said of each source's prices: the newest verdict of each kind, since when, and how often in a row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, exists, literal_column, or_, select

from tickfolio.storage.market_tables import price_verdicts
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.source_failures import FAILED, UNREACHED
from tickfolio.storage.upsert import insert_or_change

ACCEPTED, HELD, UNCHANGED, REJECTED, DISMISSED = "accepted", "held", "unchanged", "rejected", "dismissed"
# A verdict of another of these kinds ends a row of the same ones.
_DECISIVE = (ACCEPTED, HELD, REJECTED)
_KEY = ("instrument_id", "source", "verdict")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One kind of verdict on a source's price of an instrument; `price` is what the source said, as text.

    `accepted`, `held`, `unchanged` and `rejected` are the gate's, `dismissed` is a person's who rejected a held price.
    `first_at` is the first of the `count` verdicts in a row that are of this kind and for this reason.
    """

    instrument_id: str
    source: str
    verdict: str
    reason: str | None
    price: str
    currency: str
    as_of: datetime | None
    run_id: str
    judged_at: datetime
    first_at: datetime
    count: int = 1


class Verdicts:
    """Reads and writes of verdicts. They belong to nobody, as the prices do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, rows: Iterable[VerdictRow]) -> None:
        """Stores each as the newest of its kind; one that goes on from the last keeps its beginning and is counted."""
        insert_or_change(self._connection, price_verdicts, [values_of(row) for row in rows], _KEY, _go_on)

    def of(self, instrument_id: str) -> Sequence[VerdictRow]:
        """Every verdict that is kept of an instrument, the newest first."""
        v = price_verdicts.c
        query = select(price_verdicts).where(v.instrument_id == instrument_id, v.verdict.not_in((FAILED, UNREACHED)))
        query = query.order_by(v.judged_at.desc(), v.source, v.verdict)
        return [VerdictRow(**row._asdict()) for row in self._connection.execute(query)]

    def of_kinds(self, instrument_ids: Iterable[str], kinds: Collection[str]) -> Sequence[VerdictRow]:
        """Those of some kinds, of these instruments, by instrument and source."""
        v, found = price_verdicts.c, []
        for part in in_parts(instrument_ids):
            query = select(price_verdicts).where(v.instrument_id.in_(part), v.verdict.in_(kinds))
            rows = self._connection.execute(query.order_by(v.instrument_id, v.source, v.verdict))
            found += [VerdictRow(**row._asdict()) for row in rows]
        return found

    def forget(self, instrument_id: str, kind: str, sources: Collection[str]) -> None:
        """Forgets the verdicts of one kind on what these sources said of an instrument."""
        v = price_verdicts.c
        gone = delete(price_verdicts).where(v.instrument_id == instrument_id, v.verdict == kind)
        self._connection.execute(gone.where(v.source.in_(sources)))


def _go_on(new: Any) -> dict[str, Any]:
    """What becomes of the last verdict of the same kind, from the new one."""
    v, other = price_verdicts.c, price_verdicts.alias("other")
    # Written as they are: the row that is there is no part of a query that could be named in a subquery.
    own, at = _there("verdict"), _there("judged_at")
    same = [other.c[name] == _there(name) for name in ("instrument_id", "source")]
    decisive = or_(*(other.c.verdict == kind for kind in _DECISIVE))
    ended = exists(select(1).where(*same, other.c.verdict != own, decisive, other.c.judged_at > at))
    fresh = ended | v.reason.is_distinct_from(new.reason)
    kept = ("reason", "price", "currency", "as_of", "run_id", "judged_at")
    return {name: new[name] for name in kept} | {
        "first_at": case((fresh, new.first_at), else_=v.first_at),
        "count": case((fresh, 1), else_=v.count + 1),
    }


def _there(name: str) -> Any:
    return literal_column(f"price_verdicts.{name}")
