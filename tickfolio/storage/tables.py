"""Every table but the server's own. Ids are UUIDv7 as text; money is exact; instants are UTC."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)

from tickfolio.storage import market_tables  # noqa: F401  # so that the metadata has them too
from tickfolio.storage.columns import Exact, UtcInstant
from tickfolio.storage.server_tables import belongs_to, id_column, metadata

__all__ = ["metadata"]  # with every table in it, once this file is read

users = Table(
    "users",
    metadata,
    id_column(),
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
    id_column(),
    belongs_to("users", "user_id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("address", String(64), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("last_used_at", UtcInstant),
    Index("ix_sessions_user_id", "user_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    belongs_to("users", "user_id"),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_api_tokens_user_id", "user_id"),
)

portfolios = Table(
    "portfolios",
    metadata,
    id_column(),
    belongs_to("users", "user_id"),
    Column("name", String(100), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("cost_method", String(10), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("cash_tracked", Boolean, nullable=False, server_default=false()),
    Column("charges_in_cost", Boolean, nullable=False, server_default=true()),
    Index("ix_portfolios_user_id", "user_id"),
)

instruments = Table(
    "instruments",
    metadata,
    id_column(),
    belongs_to("users", "owner_id", nullable=True),
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
    id_column(),
    belongs_to("portfolios", "portfolio_id"),
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
    Column("cost", Exact),
    Column("ratio", String(45)),
    Column("to_instrument_id", String(36), ForeignKey("instruments.id")),
    Column("to_quantity", Exact),
    Column("cost_pct", Exact),
    Index("ix_transactions_portfolio_id_to_instrument_id", "portfolio_id", "to_instrument_id"),
    Index("ix_transactions_to_instrument_id", "to_instrument_id"),
    Index("ix_transactions_portfolio_id_instrument_id", "portfolio_id", "instrument_id"),
    Index("ix_transactions_portfolio_id_traded_on", "portfolio_id", "traded_on"),
    Index("ix_transactions_instrument_id_traded_on", "instrument_id", "traded_on"),
)

# A projection of the ledger, rewritten in the same transaction as its rows; `tickfolio verify` proves it.
holdings = Table(
    "holdings",
    metadata,
    id_column(),
    belongs_to("portfolios", "portfolio_id"),
    Column("instrument_id", String(36), ForeignKey("instruments.id"), nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("invested", Exact),
    Column("avg_buy_price", Exact),
    Column("realised", Exact),
    Column("income", Exact),
    Column("plain", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("invested_local", Exact),
    Column("tax_withheld", Exact),
    Column("charges", Exact),
    Column("cash", Exact),
    UniqueConstraint("portfolio_id", "instrument_id"),
    Index("ix_holdings_instrument_id", "instrument_id"),
)

prices_latest = Table(
    "prices_latest",
    metadata,
    belongs_to("instruments", "instrument_id", primary_key=True),
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
    belongs_to("instruments", "instrument_id", primary_key=True),
    Column("price", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("as_of", UtcInstant, nullable=False),
    Column("source", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("run_id", String(36), nullable=False),
    Column("status", String(10)),
    Column("previous_close", Exact),
)

# `tick` is a 10-minute price, kept 30 days; `close` is a day's close as traded, kept for ever.
price_history = Table(
    "price_history",
    metadata,
    belongs_to("instruments", "instrument_id"),
    Column("kind", String(5), nullable=False),
    Column("timestamp", UtcInstant, nullable=False),
    Column("price", Exact, nullable=False),
    Column("source", String(40)),
    Column("fetched_at", UtcInstant),
    PrimaryKeyConstraint("instrument_id", "kind", "timestamp", name="pk_price_history"),
    Index("ix_price_history_kind_timestamp", "kind", "timestamp"),
)

# The closes of a year in one value, for reading ten years at once; made from `price_history` and forgotten with it.
close_blocks = Table(
    "close_blocks",
    metadata,
    belongs_to("instruments", "instrument_id"),
    Column("year", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("instrument_id", "year", name="pk_close_blocks"),
)

# Dated facts about an instrument, the same for everybody: splits, bonus issues, dividends for each unit.
corporate_actions = Table(
    "corporate_actions",
    metadata,
    id_column(),
    belongs_to("instruments", "instrument_id"),
    Column("kind", String(10), nullable=False),
    Column("ex_on", Date, nullable=False),
    Column("ratio", String(45)),
    Column("amount", Exact),
    Column("source", String(40), nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Index("ix_corporate_actions_instrument_id_ex_on", "instrument_id", "ex_on"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    belongs_to("users", "user_id", primary_key=True),
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
    id_column(),
    Column("user_id", String(36)),
    Column("action", String(60), nullable=False),
    Column("address", String(64)),
    Column("at", UtcInstant, nullable=False),
    Index("ix_audit_log_at", "at"),
)
