"""The orders of sources that somebody chose, by kind of instrument."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, select

from tickfolio.storage.market_tables import source_orders
from tickfolio.storage.upsert import insert_or_update


class SourceOrders:
    """Reads and writes of orders; the names of sources have no comma in them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Mapping[str, Sequence[str]]:
        """The names of sources, the first one first, by kind of instrument."""
        rows = self._connection.execute(select(source_orders))
        return {row.asset_type: tuple(filter(None, row.names.split(","))) for row in rows}

    def store(self, asset_type: str, names: Sequence[str]) -> None:
        """From now on the sources of this kind are asked in this order."""
        row = {"asset_type": asset_type, "names": ",".join(names)}
        insert_or_update(self._connection, source_orders, [row], ("asset_type",))

    def forget(self, asset_type: str) -> None:
        """Nobody has chosen an order for this kind any more."""
        self._connection.execute(delete(source_orders).where(source_orders.c.asset_type == asset_type))
