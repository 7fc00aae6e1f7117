"""The tables of the server itself, and what all tables have in common."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from tickfolio.storage.columns import UtcInstant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[str]:
    """The id of a row: a UUIDv7 as text."""
    return Column("id", String(36), primary_key=True)


def belongs_to(table: str, column: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    """A row that goes when its parent goes."""
    parent = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(column, String(36), parent, primary_key=primary_key, nullable=nullable)


# One row a fact about the server itself: `instance` (who this database is), `secret` (signs cached answers).
server_facts = Table(
    "server_facts",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# Counters that name contents: `prices` rises in the transaction of every batch of prices.
versions = Table(
    "versions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

price_sources = Table(
    "price_sources",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("switched_on", Boolean, nullable=False),
    Column("terms_accepted_at", UtcInstant),
)

# A run of the price job. One row a slot makes the slot effective once; `fence` turns away a worker that slept.
price_refreshes = Table(
    "price_refreshes",
    metadata,
    id_column(),
    Column("kind", String(10), nullable=False),
    Column("slot", UtcInstant, unique=True),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcInstant, nullable=False),
    Column("started_at", UtcInstant, nullable=False),
    Column("finished_at", UtcInstant),
    Column("instruments", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("providers", Text, nullable=False),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("portfolios", Integer, nullable=False, server_default="0"),
    Index("ix_price_refreshes_started_at", "started_at"),
)
