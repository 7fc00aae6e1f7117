"""How many rows the last good file of each source had, and one that was refused since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from tickfolio.storage.market_tables import source_files
from tickfolio.storage.upsert import insert_or_update

# A refused file stands in a row of its own beside the good one; no source is called so.
_REFUSED = " refused"


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file with far fewer rows than the last good one."""

    source: str
    rows: int
    rows_before: int
    refused_at: datetime


class SourceFiles:
    """Reads and writes of the sizes of files. They belong to nobody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, source: str) -> int | None:
        """How many rows its last good file had; None before the first one, and when the next may have any number."""
        query = select(source_files.c.rows).where(source_files.c.source == source)
        return self._connection.execute(query).scalar_one_or_none()

    def keep(self, source: str, rows: int, read_at: datetime) -> None:
        """The size of a good file, by which the next one is measured; a refusal before it is over."""
        self._store(source, rows, read_at)
        self._connection.execute(delete(source_files).where(source_files.c.source == source + _REFUSED))

    def refuse(self, source: str, rows: int, at: datetime) -> None:
        """Remembers that a file was refused."""
        self._store(source + _REFUSED, rows, at)

    def refused(self) -> Sequence[RefusedFile]:
        """The sources whose newest file was refused, by name."""
        good, bad = source_files, source_files.alias("bad")
        query = select(good.c.source, bad.c.rows, good.c.rows.label("rows_before"), bad.c.read_at.label("refused_at"))
        query = query.join(bad, bad.c.source == good.c.source + _REFUSED).order_by(good.c.source)
        return [RefusedFile(**row._asdict()) for row in self._connection.execute(query)]

    def forget(self, source: str) -> bool:
        """From now on the next file may have any number of rows; says whether a size was known."""
        c = source_files.c
        gone = self._connection.execute(delete(source_files).where(c.source == source)).rowcount > 0
        self._connection.execute(delete(source_files).where(c.source == source + _REFUSED))
        return gone

    def _store(self, source: str, rows: int, at: datetime) -> None:
        row = {"source": source, "rows": rows, "read_at": at}
        insert_or_update(self._connection, source_files, [row], ("source",))
