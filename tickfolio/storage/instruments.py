"""Instruments: what can be held, found by any of its names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import instruments
from tickfolio.storage.upsert import insert_if_new, insert_new


class Instruments:
    """Reads and writes of instruments. Shared ones have no owner; those priced by hand are seen by theirs alone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(
        self, owner_id: str | None, asset_type: AssetType, exchange: str, symbol: str, currency: str | None = None
    ) -> Instrument | None:
        """The instrument with this identity; without a currency, the one that was recorded first.

        The currency belongs to the identity: what one person says of it must not decide for everybody.
        """
        i = instruments.c
        query = select(instruments).where(
            func.coalesce(i.owner_id, "") == (owner_id or ""),
            i.asset_type == asset_type,
            i.exchange == exchange,
            i.symbol == symbol,
        )
        if currency is not None:
            query = query.where(i.currency == currency)
        row = self._connection.execute(query.order_by(i.id).limit(1)).one_or_none()
        return _instrument(row) if row else None

    def find_by_isin(self, exchange: str, isin: str) -> Instrument | None:
        """The shared instrument with this ISIN on this exchange."""
        i = instruments.c
        query = select(instruments).where(i.isin == isin, i.exchange == exchange, i.owner_id.is_(None))
        row = self._connection.execute(query.order_by(i.id).limit(1)).one_or_none()
        return _instrument(row) if row else None

    def load(self, owner_id: str, instrument_id: str) -> Instrument:
        """One instrument. Raises: NotFound, also when it is somebody else's."""
        visible = or_(instruments.c.owner_id.is_(None), instruments.c.owner_id == owner_id)
        row = self._connection.execute(
            select(instruments).where(instruments.c.id == instrument_id, visible)
        ).one_or_none()
        if row is None:
            raise NotFound("instrument")
        return _instrument(row)

    def many(self, ids: Iterable[str]) -> Mapping[str, Instrument]:
        """Instruments by id, for ids that came from the database."""
        found = {}
        for part in in_parts(ids):
            query = select(instruments).where(instruments.c.id.in_(part))
            found.update({row.id: _instrument(row) for row in self._connection.execute(query)})
        return found

    def on_exchange(self, exchange: str) -> Sequence[Instrument]:
        """Every shared instrument of one exchange."""
        i = instruments.c
        query = select(instruments).where(i.exchange == exchange, i.owner_id.is_(None)).order_by(i.id)
        return [_instrument(row) for row in self._connection.execute(query)]

    def with_isins(self, exchange: str, isins: Iterable[str]) -> Sequence[Instrument]:
        """The shared instruments of an exchange that have one of these ISINs."""
        i, found = instruments.c, []
        for part in in_parts(isins):
            query = select(instruments).where(i.isin.in_(part), i.exchange == exchange)
            rows = self._connection.execute(query.where(i.owner_id.is_(None)).order_by(i.id))
            found += [_instrument(row) for row in rows]
        return found

    def identities_on(self, exchange: str) -> Mapping[tuple[str, str, str], tuple[str, bool, str | None]]:
        """By (kind, symbol, currency), each shared one's id, whether it lacks a name, and its ISIN."""
        i = instruments.c
        query = select(i.asset_type, i.symbol, i.currency, i.id, i.name == i.symbol, i.isin)
        rows = self._connection.execute(query.where(i.exchange == exchange, i.owner_id.is_(None))).all()
        return {(kind, symbol, currency): (key, bare, isin) for kind, symbol, currency, key, bare, isin in rows}

    def any_listed(self, exchange: str) -> bool:
        """Whether a source's list of this exchange is stored: somebody's own entries have no name but their symbol."""
        i = instruments.c
        listed = exists().where(i.exchange == exchange, i.owner_id.is_(None), i.name != i.symbol)
        return bool(self._connection.execute(select(listed)).scalar_one())

    def search(self, owner_id: str, words: Sequence[str], limit: int) -> Sequence[Instrument]:
        """Instruments that have all the words in symbol, name or ISIN; currency pairs are not for holding."""
        i = instruments.c
        visible = or_(i.owner_id.is_(None), i.owner_id == owner_id)
        query = select(instruments).where(visible, i.asset_type != AssetType.CURRENCY)
        for word in words:
            query = query.where(i.search_text.contains(word.lower(), autoescape=True))
        rows = self._connection.execute(query.order_by(func.length(i.symbol), i.id).limit(limit))
        return [_instrument(row) for row in rows]

    def add_if_new(self, new: Instrument) -> Instrument:
        """The new instrument, or the one that somebody else recorded with the same identity a moment ago."""
        insert_if_new(self._connection, instruments, values_of(new) | {"search_text": _search_text(new)})
        found = self.find(new.owner_id, new.asset_type, new.exchange, new.symbol, new.currency)
        assert found is not None, "it was inserted, or it was there"  # noqa: S101  # our own mistake, never a caller's
        return found

    def add_many_if_new(self, new: Iterable[Instrument]) -> None:
        """New instruments; those that somebody else recorded a moment ago stay as they are."""
        rows = [values_of(one) | {"search_text": _search_text(one)} for one in new]
        insert_new(self._connection, instruments, rows)

    def rename(self, instrument: Instrument) -> None:
        """Overwrites symbol, name, ISIN and the provider's symbol with what a source says now."""
        values = {
            "symbol": instrument.symbol,
            "name": instrument.name,
            "isin": instrument.isin,
            "provider_symbol": instrument.provider_symbol,
            "search_text": _search_text(instrument),
        }
        self._connection.execute(update(instruments).where(instruments.c.id == instrument.id).values(**values))

    def remove(self, instrument_id: str) -> None:
        """Forgets an instrument that no ledger names, with its prices."""
        self._connection.execute(delete(instruments).where(instruments.c.id == instrument_id))


def _search_text(instrument: Instrument) -> str:
    return " ".join((instrument.symbol, instrument.name, instrument.isin or "")).lower().strip()


def _instrument(row: Any) -> Instrument:
    values = row._asdict()
    del values["search_text"]
    return Instrument(**values | {"asset_type": AssetType(values["asset_type"])})
