"""Ledgers: the rows that everything else is computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, union, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.splits import Ratio, read_ratio, write_ratio
from tickfolio.storage.ledger_columns import RECKONED, RateOf, as_transactions
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import instruments, portfolios, transactions, users

_PART = 1_000  # so many rows at once
_TRANSFERS = (TransactionType.TRANSFER_IN, TransactionType.TRANSFER_OUT)


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
    cost: Decimal | None = None
    ratio: Ratio | None = None
    to_instrument_id: str | None = None
    to_quantity: Decimal | None = None
    cost_pct: Decimal | None = None

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
            portfolio_id=self.portfolio_id,
            cost=self.cost,
            ratio=self.ratio,
            to_instrument_id=self.to_instrument_id,
            to_quantity=self.to_quantity,
            cost_pct=self.cost_pct,
        )


class Ledgers:
    """Reads and writes of ledger rows; every read by its owner."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, owner_id: str, portfolio_id: str, instrument_id: str | None = None) -> Sequence[LedgerRow]:
        """All rows of a portfolio, or those that touch one instrument, oldest first and in the order of entry."""
        if instrument_id is not None:
            return self.rows_touching(owner_id, [portfolio_id], [instrument_id])
        query = _owned(owner_id).where(transactions.c.portfolio_id == portfolio_id)
        query = query.order_by(transactions.c.traded_on, transactions.c.id)
        return [_row(row) for row in self._connection.execute(query)]

    def rows_touching(
        self, owner_id: str, portfolio_ids: Sequence[str] | None, instrument_ids: Sequence[str]
    ) -> Sequence[LedgerRow]:
        """The rows of these portfolios (None: of all the owner's) that touch one of these instruments, oldest first.

        Two questions, each answered by an index: with "or" between them, all rows of a portfolio would be read.
        """
        t = transactions.c
        asked = _owned(owner_id)
        if portfolio_ids is not None:
            asked = asked.where(t.portfolio_id.in_(portfolio_ids))
        own = asked.where(t.instrument_id.in_(instrument_ids))
        into = asked.where(t.to_instrument_id.in_(instrument_ids), t.instrument_id.not_in(instrument_ids))
        rows = [_row(row) for query in (own, into) for row in self._connection.execute(query)]
        return sorted(rows, key=lambda row: (row.traded_on, row.id))

    def rows_of_all(self, owner_id: str) -> Sequence[LedgerRow]:
        """All rows of all the owner's portfolios, oldest first and in the order they were entered."""
        query = _owned(owner_id).order_by(transactions.c.traded_on, transactions.c.id)
        return [_row(row) for row in self._connection.execute(query)]

    def transactions(self, owner_id: str, portfolio_id: str | None, rate_of: RateOf) -> list[Transaction]:
        """All rows of one or (None) all the owner's portfolios as the rules see them, in the same order.

        What is read to be reckoned with: a long ledger takes a third of the time that its rows would.
        """
        t = transactions.c
        query = select(*RECKONED)
        query = query.join(portfolios, portfolios.c.id == t.portfolio_id).where(portfolios.c.user_id == owner_id)
        if portfolio_id is not None:
            query = query.where(t.portfolio_id == portfolio_id)
        found = self._connection.execute(query.order_by(t.traded_on, t.id))
        return as_transactions(found.partitions(_PART), rate_of, as_text=self._connection.dialect.name == "sqlite")

    def split_rows(self, owner_id: str, portfolio_ids: Sequence[str]) -> Sequence[LedgerRow]:
        """The rows of these portfolios that say a split or a bonus, oldest first."""
        t = transactions.c
        query = _owned(owner_id).where(t.portfolio_id.in_(portfolio_ids), t.ratio.is_not(None))
        return [_row(row) for row in self._connection.execute(query.order_by(t.traded_on, t.id))]

    def rows_since(self, owner_id: str, portfolio_ids: Sequence[str], day: date) -> Sequence[LedgerRow]:
        """The rows of these portfolios traded on this day or later."""
        t = transactions.c
        query = _owned(owner_id).where(t.portfolio_id.in_(portfolio_ids), t.traded_on >= day)
        return [_row(row) for row in self._connection.execute(query.order_by(t.traded_on, t.id))]

    def first_days(self, owner_id: str, portfolio_ids: Sequence[str]) -> Mapping[tuple[str, str], date]:
        """The day of the first row of each (portfolio, instrument) in these portfolios."""
        t, p = transactions.c, portfolios.c
        found: dict[tuple[str, str], date] = {}
        for instrument in (t.instrument_id, t.to_instrument_id):
            query = select(t.portfolio_id, instrument, func.min(t.traded_on)).join(portfolios, p.id == t.portfolio_id)
            query = query.where(p.user_id == owner_id, t.portfolio_id.in_(portfolio_ids), instrument.is_not(None))
            for portfolio_id, instrument_id, day in self._connection.execute(
                query.group_by(t.portfolio_id, instrument)
            ):
                key = (portfolio_id, instrument_id)
                found[key] = min(day, found.get(key, day))
        return found

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
            query = query.where(or_(t.instrument_id == instrument_id, t.to_instrument_id == instrument_id))
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

    def portfolios_touching(self, instrument_id: str, *, to_change: bool = False) -> Sequence[tuple[str, str]]:
        """(owner's, portfolio's id) of everybody's that have rows which touch an instrument, by the portfolio's id.

        `to_change` makes whoever would add such a row wait until this transaction ends.
        """
        if to_change:
            # A new row refers to the instrument, which PostgreSQL lets nobody do meanwhile; SQLite has one writer.
            kept = select(instruments.c.id).where(instruments.c.id == instrument_id).with_for_update()
            self._connection.execute(kept)
        t, p = transactions.c, portfolios.c
        own = select(t.portfolio_id).where(t.instrument_id == instrument_id)
        touching = own.union(select(t.portfolio_id).where(t.to_instrument_id == instrument_id))
        query = select(p.user_id, p.id).where(p.id.in_(touching)).order_by(p.user_id, p.id)
        return [(owner, key) for owner, key in self._connection.execute(query)]

    def portfolios_unrated_since(self, day: date) -> set[tuple[str, str]]:
        """(owner's, portfolio's id) of whose cost rows since this day count at a reference rate; for the price job."""
        t, p, counted = transactions.c, portfolios.c, _counted_in()
        query = select(p.user_id, counted.c.portfolio_id).select_from(transactions)
        query = query.join(portfolios, p.id == t.portfolio_id).join(counted, counted.c.rows_of == p.id)
        query = query.where(_rated_from() != counted.c.currency, t.traded_on >= day)
        return {(owner, portfolio) for owner, portfolio in self._connection.execute(query.distinct())}

    def days_of_rates(self) -> set[tuple[str, str, date]]:
        """(from, into, day) of every rate of exchange that some cost needs and no row names; for the price job.

        A cost is counted in its portfolio's currency, in those of the portfolios that transfers may have brought it to,
        and in its owner's for all portfolios together.
        """
        t, p, u = transactions.c, portfolios.c, users.c
        counted = _counted_in()
        base = select(p.id, u.base_currency).join(users, u.id == p.user_id)
        into = union(select(counted.c.rows_of, counted.c.currency), base).subquery()
        rows_of, currency = into.c
        query = select(_rated_from(), currency, t.traded_on).select_from(transactions)
        query = query.join(portfolios, p.id == t.portfolio_id).join(into, rows_of == p.id)
        found = self._connection.execute(query.where(_rated_from() != currency).distinct())
        return {(source, target, on) for source, target, on in found}

    def add(self, row: LedgerRow) -> None:
        """A new row; whoever adds it projects the holding anew in the same transaction."""
        self._connection.execute(insert(transactions), _values(row))

    def replace(self, row: LedgerRow) -> None:
        """Overwrites a row with its changed self."""
        self._connection.execute(update(transactions).where(transactions.c.id == row.id).values(**_values(row)))

    def delete(self, transaction_id: str) -> None:
        """Takes a row out."""
        self._connection.execute(delete(transactions).where(transactions.c.id == transaction_id))


def _owned(owner_id: str) -> Any:
    owner = portfolios.c.user_id == owner_id
    return select(transactions).join(portfolios, portfolios.c.id == transactions.c.portfolio_id).where(owner)


def _rated_from() -> Any:
    """The currency from which a row needs a rate: one that was entered is into the portfolio's, and onward from it."""
    return case((transactions.c.fx_rate.is_(None), transactions.c.currency), else_=portfolios.c.currency)


def _counted_in() -> Any:
    """In which portfolios (`portfolio_id`, with its currency) the rows of one (`rows_of`) may count.

    That is in its own, and where it has transfers in every other portfolio of its owner that has some, too.
    """
    p, other = portfolios.c, portfolios.alias()
    tied = select(transactions.c.portfolio_id).where(transactions.c.type.in_(_TRANSFERS))
    names = (p.id.label("rows_of"), other.c.id.label("portfolio_id"), other.c.currency)
    query = select(*names).join(other, other.c.user_id == p.user_id)
    return query.where(or_(other.c.id == p.id, and_(p.id.in_(tied), other.c.id.in_(tied)))).subquery()


def _values(row: LedgerRow) -> dict[str, Any]:
    return values_of(row) | {"ratio": row.ratio and write_ratio(row.ratio)}


def _row(row: Any) -> LedgerRow:
    values = row._asdict()
    values["type"] = TransactionType(values["type"])
    if values["ratio"] is not None:
        values["ratio"] = read_ratio(values["ratio"])
    return LedgerRow(**values)
