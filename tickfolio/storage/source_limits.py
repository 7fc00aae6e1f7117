"""What the administrator says that a source allows, in place of what we ship."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from tickfolio.storage.market_tables import source_limits
from tickfolio.storage.upsert import insert_or_update


class SourceLimits:
    """Reads and writes of limits, by span; None is no limit, and a span that is left out has the limit that we ship."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Mapping[str, Mapping[str, int | None]]:
        """The limits of each source that has any of its own."""
        found: dict[str, dict[str, int | None]] = {}
        for row in self._connection.execute(select(source_limits)):
            found.setdefault(row.source, {})[row.span] = row.allowed
        return found

    def load(self, source: str) -> Mapping[str, int | None]:
        """The limits of one source; empty where nobody has set any."""
        rows = self._connection.execute(select(source_limits).where(source_limits.c.source == source))
        return {row.span: row.allowed for row in rows}

    def store(self, source: str, limits: Mapping[str, int | None]) -> None:
        """From now on these are the limits of a source, and no others."""
        self._connection.execute(delete(source_limits).where(source_limits.c.source == source))
        rows = [{"source": source, "span": span, "allowed": allowed} for span, allowed in limits.items()]
        insert_or_update(self._connection, source_limits, rows, ("source", "span"))
