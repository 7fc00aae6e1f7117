"""Portfolios: who owns them, and which version they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.ledger import CostMethod, Rules
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import portfolios, users


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A person's portfolio. `version` rises with every change of it or of its ledger.

    `cash_tracked`: its cash counts, and money comes and goes by deposits and withdrawals alone. `charges_in_cost`: fees
    and taxes of buying are part of what units cost.
    """

    id: str
    user_id: str
    name: str
    currency: str
    cost_method: CostMethod
    version: int
    created_at: datetime
    cash_tracked: bool = False
    charges_in_cost: bool = True

    @property
    def rules(self) -> Rules:
        """How it counts."""
        return Rules(self.cost_method, self.charges_in_cost)


class Portfolios:
    """Reads and writes of portfolios; every one by its owner."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, owner_id: str, *, after: str | None, limit: int | None) -> Sequence[Portfolio]:
        """The owner's portfolios in the order they were made, after a given id."""
        query = select(portfolios).where(portfolios.c.user_id == owner_id).order_by(portfolios.c.id).limit(limit)
        if after:
            query = query.where(portfolios.c.id > after)
        return [_portfolio(row) for row in self._connection.execute(query)]

    def load(self, owner_id: str, portfolio_id: str, *, to_change: bool = False) -> Portfolio:
        """The portfolio. `to_change` makes the owner's other changes wait until this transaction ends.

        All of the owner's, since a transfer ties portfolios together: whoever comes second has to see both ends.
        Raises: NotFound, also when it is somebody else's.
        """
        if to_change:
            self._connection.execute(select(users.c.id).where(users.c.id == owner_id).with_for_update())
        query = select(portfolios).where(portfolios.c.id == portfolio_id, portfolios.c.user_id == owner_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).one_or_none()
        if row is None:
            raise NotFound("portfolio")
        return _portfolio(row)

    def every_id(self) -> Sequence[tuple[str, str]]:
        """(owner's id, portfolio's id) of all there are; for the server's own work."""
        rows = self._connection.execute(select(portfolios.c.user_id, portfolios.c.id).order_by(portfolios.c.id))
        return [(owner, portfolio) for owner, portfolio in rows]

    def currencies(self) -> set[str]:
        """Every currency that a portfolio is kept in or a person reads totals in; for the price job."""
        kept = select(portfolios.c.currency).union(select(users.c.base_currency))
        return set(self._connection.execute(kept).scalars())

    def add(self, portfolio: Portfolio) -> None:
        """A new portfolio. Raises: NotFound when its owner has gone meanwhile."""
        self._raise_users_version(portfolio.user_id)
        self._connection.execute(insert(portfolios), values_of(portfolio))

    def change(self, portfolio: Portfolio, **values: Any) -> int:
        """Changes columns, or nothing but the version when its ledger changed; gives the new version."""
        changed = update(portfolios).where(portfolios.c.id == portfolio.id)
        raised = changed.values(version=portfolios.c.version + 1, **values).returning(portfolios.c.version)
        version = int(self._connection.execute(raised).scalar_one())
        self._raise_users_version(portfolio.user_id)
        return version

    def delete(self, portfolio: Portfolio) -> None:
        """Deletes the portfolio, its ledger and its holdings."""
        self._connection.execute(delete(portfolios).where(portfolios.c.id == portfolio.id))
        self._raise_users_version(portfolio.user_id)

    def _raise_users_version(self, user_id: str) -> None:
        """The user's version names the content of all portfolios together."""
        raised = update(users).where(users.c.id == user_id).values(version=users.c.version + 1)
        if self._connection.execute(raised).rowcount == 0:
            raise NotFound("account")


def _portfolio(row: Any) -> Portfolio:
    values = row._asdict()
    return Portfolio(**values | {"cost_method": CostMethod(values["cost_method"])})
