"""Suggested dividends that a person did not want: they are not suggested to that portfolio again."""

from datetime import datetime

from sqlalchemy import Connection, select

from tickfolio.storage.market_tables import dismissed_dividends
from tickfolio.storage.tables import portfolios
from tickfolio.storage.upsert import insert_if_new


class DismissedDividends:
    """Reads and writes of what was dismissed; every one by its portfolio's owner."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner_id: str, portfolio_id: str) -> set[str]:
        """The ids of the declared dividends that were dismissed in a portfolio."""
        d, p = dismissed_dividends.c, portfolios.c
        query = select(d.action_id).join(portfolios, p.id == d.portfolio_id)
        query = query.where(d.portfolio_id == portfolio_id, p.user_id == owner_id)
        return set(self._connection.execute(query).scalars())

    def add(self, portfolio_id: str, action_id: str, at: datetime) -> None:
        """From now on it is dismissed there; twice is once."""
        row = {"portfolio_id": portfolio_id, "action_id": action_id, "dismissed_at": at}
        insert_if_new(self._connection, dismissed_dividends, row)
