"""Ledgers: the rows that everything else is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import portfolios, transactions, users


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of a ledger as it is stored."""

    id: str
    portfolio_id: str
    instrument_id: str
    type: TransactionType
    traded_on: date
    quantity: Decimal
    price: Decimal
    fees: Decimal
    taxes: Decimal
    currency: str
    fx_rate: Decimal | None
    account: str | None
    external_id: str | None
    note: str | None
    version: int
    created_at: datetime

    def as_transaction(self, sequence: int, fx_rate: Decimal | None) -> Transaction:
        """The row as the rules see it, at this rate of exchange."""
        return Transaction(
            id=self.id,
            instrument_id=self.instrument_id,
            type=self.type,
            traded_on=self.traded_on,
            quantity=self.quantity,
            price=self.price,
            sequence=sequence,
            fees=self.fees,
            taxes=self.taxes,
            fx_rate=fx_rate,
            account=self.account,
        )


class Ledgers:
    """Reads and writes of ledger rows; every read by its owner."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, owner_id: str, portfolio_id: str, instrument_id: str | None = None) -> Sequence[LedgerRow]:
        """All rows of a portfolio, or those of one instrument, oldest first and in the order they were entered."""
        query = _owned(owner_id).where(transactions.c.portfolio_id == portfolio_id)
        if instrument_id is not None:
            query = query.where(transactions.c.instrument_id == instrument_id)
        query = query.order_by(transactions.c.traded_on, transactions.c.id)
        return [_row(row) for row in self._connection.execute(query)]

    def rows_since(self, owner_id: str, portfolio_ids: Sequence[str], day: date) -> Sequence[LedgerRow]:
        """The rows of these portfolios traded on this day or later."""
        t = transactions.c
        query = _owned(owner_id).where(t.portfolio_id.in_(portfolio_ids), t.traded_on >= day)
        return [_row(row) for row in self._connection.execute(query.order_by(t.traded_on, t.id))]

    def page(
        self,
        owner_id: str,
        portfolio_id: str,
        *,
        before: tuple[date, str] | None,
        limit: int,
        instrument_id: str | None,
    ) -> Sequence[LedgerRow]:
        """Rows newest first, those before a given (day, id)."""
        t = transactions.c
        query = _owned(owner_id).where(t.portfolio_id == portfolio_id)
        if instrument_id is not None:
            query = query.where(t.instrument_id == instrument_id)
        if before is not None:
            day, row_id = before
            query = query.where(or_(t.traded_on < day, and_(t.traded_on == day, t.id < row_id)))
        query = query.order_by(t.traded_on.desc(), t.id.desc()).limit(limit)
        return [_row(row) for row in self._connection.execute(query)]

    def load(self, owner_id: str, transaction_id: str) -> LedgerRow:
        """One row. Raises: NotFound, also when it is somebody else's."""
        row = self._connection.execute(_owned(owner_id).where(transactions.c.id == transaction_id)).one_or_none()
        if row is None:
            raise NotFound("transaction")
        return _row(row)

    def portfolios_unrated_since(self, day: date) -> set[tuple[str, str]]:
        """(owner's, portfolio's id) with rows since this day that count at a reference rate; for the price job."""
        t, p = transactions.c, portfolios.c
        query = select(p.user_id, p.id).join(transactions, t.portfolio_id == p.id)
        query = query.where(t.fx_rate.is_(None), t.currency != p.currency, t.traded_on >= day)
        return {(owner, portfolio) for owner, portfolio in self._connection.execute(query.distinct())}

    def days_of_rates(self) -> set[tuple[str, str, date]]:
        """(from, into, day) of every rate of exchange that some cost needs and no row names; for the price job.

        A cost is counted in its portfolio's currency, and in its owner's for all portfolios together.
        """
        t, kept, base = transactions.c, portfolios.c.currency, users.c.base_currency
        rated = t.fx_rate.is_not(None).label("rated")
        rows = self._connection.execute(
            select(t.currency, kept.label("kept"), base, t.traded_on, rated)
            .join(portfolios, portfolios.c.id == t.portfolio_id)
            .join(users, users.c.id == portfolios.c.user_id)
            .where(or_(t.currency != kept, kept != base))
            .distinct()
        )
        needed = set()
        for row in rows:
            # A rate that was entered is into the portfolio's currency; from there on it is that one's.
            needed.add((row.kept if row.rated else row.currency, row.base_currency, row.traded_on))
            if not row.rated:
                needed.add((row.currency, row.kept, row.traded_on))
        return {(source, target, day) for source, target, day in needed if source != target}

    def add(self, row: LedgerRow) -> None:
        """A new row; whoever adds it projects the holding anew in the same transaction."""
        self._connection.execute(insert(transactions), values_of(row))

    def replace(self, row: LedgerRow) -> None:
        """Overwrites a row with its changed self."""
        self._connection.execute(update(transactions).where(transactions.c.id == row.id).values(**values_of(row)))

    def delete(self, transaction_id: str) -> None:
        """Takes a row out."""
        self._connection.execute(delete(transactions).where(transactions.c.id == transaction_id))


def _owned(owner_id: str) -> Any:
    owner = portfolios.c.user_id == owner_id
    return select(transactions).join(portfolios, portfolios.c.id == transactions.c.portfolio_id).where(owner)


def _row(row: Any) -> LedgerRow:
    values = row._asdict()
    return LedgerRow(**values | {"type": TransactionType(values["type"])})
