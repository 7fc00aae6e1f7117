"""What of each source's quota is spent, in windows of a minute, a day or a month."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from tickfolio.storage.market_tables import source_quotas
from tickfolio.storage.upsert import insert_if_new


class Quotas:
    """Reads and writes of what is spent. Whoever takes of a window makes others wait until this transaction ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, source: str, span: str, begins: datetime, cost: int, allowed: int) -> bool:
        """Counts the cost in a window, unless more than what is allowed would be spent; says whether it did."""
        q = source_quotas.c
        row = {"source": source, "span": span, "begins": begins, "used": 0}
        insert_if_new(self._connection, source_quotas, row)
        there = update(source_quotas).where(q.source == source, q.span == span, q.begins == begins)
        fits = there.where(q.used <= allowed - cost).values(used=q.used + cost)
        return self._connection.execute(fits).rowcount == 1

    def give_back(self, source: str, span: str, begins: datetime, cost: int) -> None:
        """Takes back what was counted for a request that is not sent."""
        q = source_quotas.c
        there = update(source_quotas).where(q.source == source, q.span == span, q.begins == begins)
        self._connection.execute(there.values(used=q.used - cost))

    def used(self, source: str, span: str, begins: datetime) -> int:
        """How much of a source's window is spent."""
        q = source_quotas.c
        query = select(q.used).where(q.source == source, q.span == span, q.begins == begins)
        return self._connection.execute(query).scalar_one_or_none() or 0

    def used_of_all(self, windows: Iterable[tuple[str, datetime]]) -> Mapping[tuple[str, str], int]:
        """How much of these windows is spent, by (source, span)."""
        q = source_quotas.c
        found: dict[tuple[str, str], int] = {}
        for span, begins in windows:
            query = select(q.source, q.used).where(q.span == span, q.begins == begins)
            found |= {(row.source, span): row.used for row in self._connection.execute(query)}
        return found

    def forget(self, span: str, before: datetime) -> int:
        """Forgets the windows of a span that began earlier; says how many."""
        q = source_quotas.c
        return self._connection.execute(delete(source_quotas).where(q.span == span, q.begins < before)).rowcount
