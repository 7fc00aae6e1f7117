"""The tables behind a price: markets' days, verdicts, quotas, files, aliases, histories to fill, proposals."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tickfolio.storage.columns import Exact, UtcInstant
from tickfolio.storage.server_tables import belongs_to, id_column, metadata

# The ordinary hours of an exchange from a day on, in its own time as HH:MM; only what differs from those we ship.
market_hours = Table(
    "market_hours",
    metadata,
    Column("exchange", String(20), nullable=False),
    Column("since", Date, nullable=False),
    Column("opens", String(5), nullable=False),
    Column("closes", String(5), nullable=False),
    PrimaryKeyConstraint("exchange", "since", name="pk_market_hours"),
)

# A day that is not as the calendar would have it: `closed`, `session` (with hours, at a weekend too) or `ordinary`.
market_days = Table(
    "market_days",
    metadata,
    Column("exchange", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("name", String(100), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("opens", String(5)),
    Column("closes", String(5)),
    PrimaryKeyConstraint("exchange", "day", name="pk_market_days"),
)

# The newest verdict of each kind that the gate gave on a source's price of an instrument, and how many in a row.
# `price` is what the source said, which may be no number at all.
price_verdicts = Table(
    "price_verdicts",
    metadata,
    belongs_to("instruments", "instrument_id"),
    Column("source", String(40), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("reason", String(40)),
    Column("price", String(60), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("as_of", UtcInstant),
    Column("run_id", String(36), nullable=False),
    Column("judged_at", UtcInstant, nullable=False),
    Column("first_at", UtcInstant, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("instrument_id", "source", "verdict", name="pk_price_verdicts"),
    Index("ix_price_verdicts_verdict_judged_at", "verdict", "judged_at"),
)

# How many rows the last good file of a source had: one with far fewer is refused whole.
source_files = Table(
    "source_files",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("read_at", UtcInstant, nullable=False),
)

# What of a source's allowance is spent in a window of a minute, a day or a month; counted before it is asked.
source_quotas = Table(
    "source_quotas",
    metadata,
    Column("source", String(40), nullable=False),
    Column("span", String(6), nullable=False),
    Column("begins", UtcInstant, nullable=False),
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("source", "span", "begins", name="pk_source_quotas"),
)

# What the administrator says that a source allows in a span, in place of what we ship; null is no limit.
source_limits = Table(
    "source_limits",
    metadata,
    Column("source", String(40), nullable=False),
    Column("span", String(6), nullable=False),
    Column("allowed", Integer),
    PrimaryKeyConstraint("source", "span", name="pk_source_limits"),
)

# Until when a source's host is left alone, and why; what every process and a new start go by.
source_breakers = Table(
    "source_breakers",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failure", String(40)),
    Column("message", String(200)),
    Column("open_until", UtcInstant),
    Column("bound_until", UtcInstant),
    Column("changed_at", UtcInstant, nullable=False),
)

# The order in which the sources of a kind of instrument are asked, where somebody chose one.
source_orders = Table(
    "source_orders",
    metadata,
    Column("asset_type", String(20), primary_key=True),
    Column("names", Text, nullable=False),
)

# A source of one's own for one instrument of one's own: an address, and where in its answer the price stands.
own_sources = Table(
    "own_sources",
    metadata,
    belongs_to("instruments", "instrument_id", primary_key=True),
    Column("url", Text, nullable=False),
    Column("format", String(4), nullable=False),
    Column("price_path", String(200), nullable=False),
    Column("date_path", String(200)),
    Column("currency", String(3), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
)

# Another name of an instrument, from and until a day where that is known: old symbols, changed ISINs, scrip codes.
instrument_aliases = Table(
    "instrument_aliases",
    metadata,
    id_column(),
    belongs_to("instruments", "instrument_id"),
    Column("kind", String(10), nullable=False),
    Column("value", String(40), nullable=False),
    Column("exchange", String(20)),
    Column("since", Date),
    Column("until", Date),
    Column("source", String(40), nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    UniqueConstraint("instrument_id", "kind", "value", name="uq_instrument_aliases_instrument_id_kind_value"),
    Index("ix_instrument_aliases_value", "value"),
)

# How far back the closes of an instrument are wanted, and how the filling of its history stands.
history_fills = Table(
    "history_fills",
    metadata,
    belongs_to("instruments", "instrument_id", primary_key=True),
    Column("wanted_from", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("source", String(40)),
    Column("closes", Integer, nullable=False),
    Column("failure", String(40)),
    Column("tries", Integer, nullable=False),
    Column("asked_at", UtcInstant, nullable=False),
    Column("next_at", UtcInstant),
    Index("ix_history_fills_state_next_at", "state", "next_at"),
)

# What seems to have happened to an instrument, until the administrator says so or not: once for the whole server.
# `event` says it in one line, by which whoever notices it second finds it there. `kept` is what undoing it puts back.
action_proposals = Table(
    "action_proposals",
    metadata,
    id_column(),
    belongs_to("instruments", "instrument_id"),
    Column("kind", String(10), nullable=False),
    Column("ex_on", Date, nullable=False),
    Column("ratio", String(45)),
    Column("to_instrument_id", String(36), ForeignKey("instruments.id")),
    Column("to_symbol", String(40)),
    Column("cost_pct", Exact),
    Column("price_before", Exact),
    Column("price_after", Exact),
    Column("source", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("action_id", String(36)),
    Column("version", BigInteger, nullable=False),
    Column("proposed_at", UtcInstant, nullable=False),
    Column("settled_at", UtcInstant),
    Column("event", String(120), nullable=False),
    Column("reason", String(200)),
    Column("kept", Text),
    UniqueConstraint("instrument_id", "event", name="uq_action_proposals_instrument_id_event"),
    Index("ix_action_proposals_state", "state"),
)

# A declared dividend that a person did not get, or does not book: it is not suggested to that portfolio again.
dismissed_dividends = Table(
    "dismissed_dividends",
    metadata,
    belongs_to("portfolios", "portfolio_id"),
    belongs_to("corporate_actions", "action_id"),
    Column("dismissed_at", UtcInstant, nullable=False),
    PrimaryKeyConstraint("portfolio_id", "action_id", name="pk_dismissed_dividends"),
)
