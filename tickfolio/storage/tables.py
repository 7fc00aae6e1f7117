"""Every table. Ids are UUIDv7 as text; money is exact; instants are UTC."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from tickfolio.storage.columns import Exact, UtcInstant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _belongs_to(table: str, column: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
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

users = Table(
    "users",
    metadata,
    _id(),
    Column("name", String(100), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("administrator", Boolean, nullable=False),
    Column("locale", String(12), nullable=False),
    Column("base_currency", String(3), nullable=False),
    Column("home_exchange", String(20), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _belongs_to("users", "user_id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("address", String(64), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Index("ix_sessions_user_id", "user_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    _belongs_to("users", "user_id"),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_api_tokens_user_id", "user_id"),
)

portfolios = Table(
    "portfolios",
    metadata,
    _id(),
    _belongs_to("users", "user_id"),
    Column("name", String(100), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("cost_method", String(10), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_portfolios_user_id", "user_id"),
)

instruments = Table(
    "instruments",
    metadata,
    _id(),
    _belongs_to("users", "owner_id", nullable=True),
    Column("asset_type", String(20), nullable=False),
    Column("exchange", String(20), nullable=False),
    Column("symbol", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("isin", String(12)),
    Column("provider_symbol", String(40)),
    Column("search_text", Text, nullable=False),
    Index("ix_instruments_isin", "isin"),
    Index("ix_instruments_symbol", "symbol"),
)
# NULLs differ from each other in a unique index, and a shared instrument has no owner.
Index(
    "uq_instruments_identity",
    func.coalesce(instruments.c.owner_id, ""),
    instruments.c.asset_type,
    instruments.c.exchange,
    instruments.c.symbol,
    instruments.c.currency,
    unique=True,
)

transactions = Table(
    "transactions",
    metadata,
    _id(),
    _belongs_to("portfolios", "portfolio_id"),
    Column("instrument_id", String(36), ForeignKey("instruments.id"), nullable=False),
    Column("type", String(20), nullable=False),
    Column("traded_on", Date, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    Column("fees", Exact, nullable=False),
    Column("taxes", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("fx_rate", Exact),
    Column("account", String(60)),
    Column("external_id", String(100)),
    Column("note", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_transactions_portfolio_id_instrument_id", "portfolio_id", "instrument_id"),
    Index("ix_transactions_portfolio_id_traded_on", "portfolio_id", "traded_on"),
    Index("ix_transactions_instrument_id", "instrument_id"),
)

# A projection of the ledger, rewritten in the same transaction as its rows; `tickfolio verify` proves it.
holdings = Table(
    "holdings",
    metadata,
    _id(),
    _belongs_to("portfolios", "portfolio_id"),
    Column("instrument_id", String(36), ForeignKey("instruments.id"), nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("invested", Exact),
    Column("avg_buy_price", Exact),
    Column("realised", Exact),
    Column("income", Exact, nullable=False),
    Column("plain", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("portfolio_id", "instrument_id"),
    Index("ix_holdings_instrument_id", "instrument_id"),
)

prices_latest = Table(
    "prices_latest",
    metadata,
    _belongs_to("instruments", "instrument_id", primary_key=True),
    Column("last_price", Exact, nullable=False),
    Column("previous_close", Exact),
    Column("currency", String(3), nullable=False),
    Column("as_of", UtcInstant, nullable=False),
    Column("source", String(40), nullable=False),
    Column("status", String(10), nullable=False),
    Column("last_updated_at", UtcInstant, nullable=False),
)

prices_held = Table(
    "prices_held",
    metadata,
    _belongs_to("instruments", "instrument_id", primary_key=True),
    Column("price", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("as_of", UtcInstant, nullable=False),
    Column("source", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("run_id", String(36), nullable=False),
)

# `tick` is a 10-minute price, kept 30 days; `close` is a day's close as traded, kept for ever.
price_history = Table(
    "price_history",
    metadata,
    _belongs_to("instruments", "instrument_id"),
    Column("kind", String(5), nullable=False),
    Column("timestamp", UtcInstant, nullable=False),
    Column("price", Exact, nullable=False),
    PrimaryKeyConstraint("instrument_id", "kind", "timestamp", name="pk_price_history"),
    Index("ix_price_history_kind_timestamp", "kind", "timestamp"),
)

# A run of the price job. One row a slot makes the slot effective once; `fence` turns away a worker that slept.
price_refreshes = Table(
    "price_refreshes",
    metadata,
    _id(),
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
    Index("ix_price_refreshes_started_at", "started_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _belongs_to("users", "user_id", primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("etag", String(40)),
    Column("body", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
)

# Who did what to whose account; a person's rows stay, without the person, when the account is deleted.
audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    Column("user_id", String(36)),
    Column("action", String(60), nullable=False),
    Column("address", String(64)),
    Column("at", UtcInstant, nullable=False),
    Index("ix_audit_log_at", "at"),
)
