"""Until when each source's host is left alone, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from tickfolio.storage.market_tables import source_breakers
from tickfolio.storage.rows import values_of
from tickfolio.storage.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class BreakerRow:
    """One source's breaker as it was at `changed_at`. `open_until` is None while requests go through as they come.

    `failures` counts those in a row, `failure` and `message` are of the last one; until `bound_until` nobody may ask.
    """

    source: str
    failures: int
    failure: str | None
    message: str | None
    open_until: datetime | None
    bound_until: datetime | None
    changed_at: datetime


class Breakers:
    """Reads and writes of breakers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Mapping[str, BreakerRow]:
        """Every breaker that was ever written down, by its source."""
        rows = self._connection.execute(select(source_breakers))
        return {row.source: BreakerRow(**row._asdict()) for row in rows}

    def store(self, row: BreakerRow) -> None:
        """Writes a breaker down in place of what was known of it."""
        insert_or_update(self._connection, source_breakers, [values_of(row)], ("source",))
