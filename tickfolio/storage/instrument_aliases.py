"""Other names of instruments, with the days on which they held where those are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from tickfolio.domain.errors import NotFound
from tickfolio.storage.market_tables import instrument_aliases
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.upsert import insert_if_new, insert_new


class AliasKind(StrEnum):
    """What kind of name it is."""

    SYMBOL = "symbol"
    ISIN = "isin"
    CODE = "code"  # a number by which an exchange or a registrar calls it


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an instrument: on `exchange`, or everywhere; from `since` to before `until`, where known."""

    id: str
    instrument_id: str
    kind: AliasKind
    value: str
    exchange: str | None
    since: date | None
    until: date | None
    source: str
    recorded_at: datetime


class InstrumentAliases:
    """Reads and writes of aliases. They belong to nobody, as shared instruments do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, instrument_ids: Iterable[str]) -> Sequence[Alias]:
        """The aliases of these instruments, oldest first."""
        a, found = instrument_aliases.c, []
        for part in in_parts(instrument_ids):
            query = select(instrument_aliases).where(a.instrument_id.in_(part))
            found += [_alias(row) for row in self._connection.execute(query.order_by(a.id))]
        return sorted(found, key=lambda alias: (alias.until or date.max, alias.recorded_at))

    def named(self, value: str, exchange: str) -> Sequence[Alias]:
        """What this name stood for on an exchange, the latest first."""
        a = instrument_aliases.c
        query = select(instrument_aliases).where(a.value == value, or_(a.exchange == exchange, a.exchange.is_(None)))
        found = [_alias(row) for row in self._connection.execute(query.order_by(a.id))]
        # Engines do not agree on where an unknown day stands in an order.
        return sorted(found, key=lambda alias: (alias.until or date.max, alias.recorded_at), reverse=True)

    def beginning(self, value: str, limit: int) -> Sequence[Alias]:
        """The aliases that begin so, for search as one types."""
        a = instrument_aliases.c
        query = select(instrument_aliases).where(a.value.startswith(value, autoescape=True))
        return [_alias(row) for row in self._connection.execute(query.order_by(a.value, a.id).limit(limit))]

    def add(self, alias: Alias) -> bool:
        """A new name; False when the instrument has it already."""
        return insert_if_new(self._connection, instrument_aliases, values_of(alias) | {"kind": alias.kind.value})

    def add_many_if_new(self, aliases: Iterable[Alias]) -> None:
        """New names; those that an instrument has already stay as they are."""
        rows = [values_of(alias) | {"kind": alias.kind.value} for alias in aliases]
        insert_new(self._connection, instrument_aliases, rows)

    def remove(self, instrument_id: str, alias_id: str) -> None:
        """Takes a name back. Raises: NotFound."""
        a = instrument_aliases.c
        gone = delete(instrument_aliases).where(a.id == alias_id, a.instrument_id == instrument_id)
        if self._connection.execute(gone).rowcount == 0:
            raise NotFound("alias")


def _alias(row: Any) -> Alias:
    return Alias(**row._asdict() | {"kind": AliasKind(row.kind)})
