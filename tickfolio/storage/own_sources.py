"""Sources of one's own: by instrument, an address and where in its answer the price stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select

from tickfolio.storage.market_tables import own_sources
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import instruments
from tickfolio.storage.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class OwnSource:
    """Where the price of an instrument of one's own is asked for. A key may stand in the URL: it is never printed."""

    instrument_id: str
    url: str = field(repr=False)
    format: Literal["json", "csv"]
    price_path: str
    date_path: str | None
    currency: str
    created_at: datetime


class OwnSources:
    """Reads and writes of sources of one's own; whose they are is whose the instrument is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, owner_id: str, instrument_id: str) -> OwnSource | None:
        """The source of an instrument; None where it has none, or is somebody else's."""
        query = _of(owner_id).where(own_sources.c.instrument_id == instrument_id)
        row = self._connection.execute(query).one_or_none()
        return _source(row) if row else None

    def many(self, instrument_ids: Iterable[str]) -> Mapping[str, tuple[str, OwnSource]]:
        """By instrument, whose it is and its source; for ids that came from the database, and in their order."""
        wanted, found = list(dict.fromkeys(instrument_ids)), {}
        for part in in_parts(wanted):
            query = select(own_sources, instruments.c.owner_id).join(instruments)
            query = query.where(own_sources.c.instrument_id.in_(part))
            for row in self._connection.execute(query):
                found[row.instrument_id] = (row.owner_id or "", _source(row))
        return {key: found[key] for key in wanted if key in found}

    def ids(self) -> frozenset[str]:
        """The instruments that have a source of their own."""
        return frozenset(self._connection.execute(select(own_sources.c.instrument_id)).scalars())

    def count(self, owner_id: str) -> int:
        """How many sources a person has."""
        query = select(func.count()).select_from(own_sources.join(instruments))
        return int(self._connection.execute(query.where(instruments.c.owner_id == owner_id)).scalar_one())

    def store(self, source: OwnSource) -> None:
        """From now on this is the source of the instrument."""
        insert_or_update(self._connection, own_sources, [values_of(source)], ("instrument_id",))

    def remove(self, instrument_id: str) -> bool:
        """The instrument has no source any more; says whether it had one."""
        gone = delete(own_sources).where(own_sources.c.instrument_id == instrument_id)
        return self._connection.execute(gone).rowcount > 0


def _of(owner_id: str) -> Any:
    return select(own_sources).join(instruments).where(instruments.c.owner_id == owner_id)


def _source(row: Any) -> OwnSource:
    values = row._asdict()
    values.pop("owner_id", None)
    return OwnSource(**values)
