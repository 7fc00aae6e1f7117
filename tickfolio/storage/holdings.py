"""Holdings: the one projection that is stored, rewritten together with the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, insert, or_, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.holdings import Holding
from tickfolio.domain.money import ZERO
from tickfolio.storage.tables import holdings, portfolios, prices_latest


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A stored holding. `plain`: its ledger is one OPENING and nothing else."""

    id: str
    portfolio_id: str
    plain: bool
    version: int
    holding: Holding


class Holdings:
    """Reads and writes of holdings; every read by its owner."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, owner_id: str, portfolio_ids: Sequence[str]) -> Sequence[HoldingRow]:
        """The holdings of these portfolios, closed ones too, in the order they began."""
        query = _owned(owner_id).where(holdings.c.portfolio_id.in_(portfolio_ids)).order_by(holdings.c.id)
        return [_row(row) for row in self._connection.execute(query)]

    def page(self, owner_id: str, portfolio_id: str, *, after: str | None, limit: int) -> Sequence[HoldingRow]:
        """A portfolio's holdings in the order they began, after a given id."""
        query = _owned(owner_id).where(holdings.c.portfolio_id == portfolio_id).order_by(holdings.c.id).limit(limit)
        if after:
            query = query.where(holdings.c.id > after)
        return [_row(row) for row in self._connection.execute(query)]

    def load(self, owner_id: str, holding_id: str) -> HoldingRow:
        """One holding. Raises: NotFound, also when it is somebody else's."""
        row = self._connection.execute(_owned(owner_id).where(holdings.c.id == holding_id)).one_or_none()
        if row is None:
            raise NotFound("holding")
        return _row(row)

    def find(self, owner_id: str, portfolio_id: str, instrument_id: str) -> HoldingRow | None:
        """What a portfolio holds of an instrument."""
        h = holdings.c
        query = _owned(owner_id).where(h.portfolio_id == portfolio_id, h.instrument_id == instrument_id)
        row = self._connection.execute(query).one_or_none()
        return _row(row) if row else None

    def of(self, portfolio_id: str, instrument_ids: Collection[str]) -> Sequence[HoldingRow]:
        """What a portfolio, whose owner was asked for before, holds of these instruments."""
        h = holdings.c
        query = select(holdings).where(h.portfolio_id == portfolio_id, h.instrument_id.in_(instrument_ids))
        return [_row(row) for row in self._connection.execute(query)]

    def write(self, row: HoldingRow) -> None:
        """Stores a holding, new or projected anew."""
        h = row.holding
        values = {
            "portfolio_id": row.portfolio_id,
            "instrument_id": h.instrument_id,
            "quantity": h.quantity,
            "invested": h.invested,
            "avg_buy_price": h.avg_buy_price,
            "realised": h.realised,
            "income": h.income,
            "invested_local": h.invested_local,
            "tax_withheld": h.tax_withheld,
            "charges": h.charges,
            "cash": h.cash,
            "plain": row.plain,
            "version": row.version,
        }
        changed = self._connection.execute(update(holdings).where(holdings.c.id == row.id).values(**values))
        if changed.rowcount == 0:
            self._connection.execute(insert(holdings), values | {"id": row.id})

    def delete(self, holding_id: str) -> None:
        """Forgets a holding whose ledger is empty."""
        self._connection.execute(delete(holdings).where(holdings.c.id == holding_id))

    def held_instrument_ids(self) -> set[str]:
        """The instruments of which anybody holds anything; for the price job."""
        rows = self._connection.execute(select(holdings.c.instrument_id, holdings.c.quantity).distinct())
        return {instrument_id for instrument_id, quantity in rows if quantity}

    def oldest_prices(self) -> Mapping[str, datetime]:
        """By source, when the oldest of the prices was true that something held counts at."""
        p = prices_latest.c
        oldest = select(p.source, func.min(p.as_of).label("as_of")).where(_held_of(prices_latest)).group_by(p.source)
        return {row.source: row.as_of for row in self._connection.execute(oldest)}

    def count_portfolios_priced(self, since: datetime) -> int:
        """How many portfolios hold something that got a price since then."""
        h, p = holdings.c, prices_latest.c
        query = select(func.count(h.portfolio_id.distinct())).join(prices_latest, p.instrument_id == h.instrument_id)
        return int(self._connection.execute(query.where(h.quantity != ZERO, p.last_updated_at >= since)).scalar_one())

    def portfolios_with_unknown_cost(self) -> Sequence[tuple[str, str]]:
        """(owner's id, portfolio's id) where a rate of exchange was missing when a holding was projected."""
        h = holdings.c
        unknown = or_(*(one.is_(None) for one in (h.invested, h.realised, h.income, h.charges, h.cash)))
        query = select(portfolios.c.user_id, portfolios.c.id).join(holdings, holdings.c.portfolio_id == portfolios.c.id)
        return [(owner, portfolio) for owner, portfolio in self._connection.execute(query.where(unknown).distinct())]

    def portfolios_projected_before(self) -> Sequence[tuple[str, str]]:
        """(owner's id, portfolio's id) with holdings that lack the figures which came with the whole ledger."""
        h = holdings.c
        query = select(portfolios.c.user_id, portfolios.c.id).join(holdings, h.portfolio_id == portfolios.c.id)
        lacking = h.tax_withheld.is_(None) & h.income.is_not(None)
        return [(owner, portfolio) for owner, portfolio in self._connection.execute(query.where(lacking).distinct())]


def _owned(owner_id: str) -> Any:
    owner = portfolios.c.user_id == owner_id
    return select(holdings).join(portfolios, portfolios.c.id == holdings.c.portfolio_id).where(owner)


def _held_of(prices: Table) -> ColumnElement[bool]:
    """Whether anybody holds the instrument of a row of prices."""
    h = holdings.c
    return exists().where(h.instrument_id == prices.c.instrument_id, h.quantity != ZERO)


def _row(row: Any) -> HoldingRow:
    holding = Holding(
        instrument_id=row.instrument_id,
        quantity=row.quantity,
        invested=row.invested,
        invested_local=row.invested_local,
        avg_buy_price=row.avg_buy_price,
        realised=row.realised,
        income=row.income,
        tax_withheld=row.tax_withheld,
        charges=row.charges,
        cash=row.cash,
    )
    return HoldingRow(row.id, row.portfolio_id, row.plain, row.version, holding)
