"""The evidence of receipts: a portfolio's positions, and the rows that hang together with them, all of one moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tickfolio.domain.fx import Rates
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger, match_lots
from tickfolio.domain.money import exact
from tickfolio.domain.position import Position, quote_position
from tickfolio.domain.splits import Split
from tickfolio.domain.valuation import HoldingValue, PortfolioValue, value_portfolio
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.services.pair_legs import PairLegs
from tickfolio.services.projection import Knot, read_knot
from tickfolio.services.summaries import Part, load_parts, load_positions, value_part, value_parts
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

# A portfolio with more rows than this shows its holdings' lines alone, each with a receipt of its own.
NESTED_ROWS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Valued:
    """The positions of a portfolio, or of all, with their holdings and the value, all of one moment."""

    rows: Sequence[HoldingRow]
    positions: Sequence[Position]
    rates: Rates
    rate_sources: Mapping[str, str]
    value: PortfolioValue


@dataclass(frozen=True, slots=True)
class Read:
    """The rows that hang together, as receipts show them, all and by place, and the books that they come to."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    own: Mapping[Place, Sequence[Entry]] = field(default_factory=dict)
    books: Mapping[Place, Book] = field(default_factory=dict)
    splits: Sequence[Split] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)


def value_now(tx: Tx, portfolio: Portfolio) -> Valued:
    """The portfolio as its summary values it."""
    rows, positions, rates = load_positions(tx, portfolio)
    return Valued(rows, positions, rates, _rate_sources(tx), value_portfolio(positions, rates, portfolio.currency))


def value_all_now(tx: Tx, user: User) -> tuple[Valued, Sequence[Part]]:
    """All of a person's portfolios together, as their summary values them, and each as a part of it."""
    parts, rates = load_parts(tx, user)
    whole = Valued(
        rows=[row for part in parts for row in part.rows],
        positions=[position for part in parts for position in part.positions],
        rates=rates,
        rate_sources=_rate_sources(tx),
        value=value_parts(parts, rates, user.base_currency),
    )
    return whole, parts


def value_of_part(whole: Valued, part: Part) -> Valued:
    """One of these portfolios, in their common currency."""
    value = value_part(part, whole.rates, whole.value.currency)
    return replace(whole, rows=part.rows, positions=part.positions, value=value)


def _rate_sources(tx: Tx) -> Mapping[str, str]:
    pairs = {pair.id: pair.currency for pair in tx.instruments.on_exchange("ECB")}
    return {pairs[key]: price.source for key, price in tx.prices.latest(pairs).items()}


def read_ledger(tx: Tx, currency: str, knot: Knot) -> Read:
    """The rows of a knot as facts, and their books, with amounts in `currency`. Raises: Oversold."""
    ids = knot.instrument_ids
    symbols = {key: one.symbol for key, one in tx.instruments.many(ids).items()}
    rules = {key: one.rules for key, one in knot.portfolios.items()}
    splits = tx.corporate_actions.splits(ids)
    rows = read_knot(tx, knot, currency)
    legs = PairLegs(tx, knot.rows[-1].traded_on if knot.rows else date.max)
    entries = {
        row.id: _entry(legs, stored, row, knot.portfolios[row.portfolio_id].currency, currency)
        for stored, row in zip(knot.rows, rows, strict=True)
    }
    own: dict[Place, list[Entry]] = defaultdict(list)
    for entry in entries.values():
        own[entry.row.portfolio_id, entry.row.instrument_id].append(entry)
    return Read(entries, own, match_ledger(rows, rules, symbols, splits), splits, symbols)


def _entry(legs: PairLegs, stored: LedgerRow, row: Transaction, own: str, currency: str) -> Entry:
    """A row with where its rate comes from; one that it names leads into its portfolio's `own` currency."""
    if row.fx_rate is None:
        return Entry(row, stored.currency)
    if stored.fx_rate is None:
        return Entry(row, stored.currency, legs.find(stored.currency, currency, row.traded_on))
    return Entry(row, stored.currency, legs.find(own, currency, row.traded_on), stored.fx_rate)


@exact
def evidence_of(portfolio: Portfolio, valued: Valued, read: Read, row: HoldingRow, position: Position) -> Evidence:
    """All that the receipts of one holding draw on."""
    key = position.instrument.id
    place = (portfolio.id, key)
    return Evidence(
        holding_id=row.id,
        portfolio_id=portfolio.id,
        currency=valued.value.currency,
        rules=portfolio.rules,
        value=_value_of_one(valued, position),
        quote=quote_position(position, valued.rates, valued.value.currency),
        rates=valued.rates,
        rate_sources=valued.rate_sources,
        book=read.books[place] if read.books else match_lots((), portfolio.cost_method, position.instrument.symbol),
        entries=read.entries,
        own_entries=read.own.get(place, ()),
        splits=[split for split in read.splits if split.instrument_id == key],
        symbols=read.symbols,
    )


def _value_of_one(valued: Valued, position: Position) -> HoldingValue:
    """The holding's value as the portfolio has it. Cash is in no list there: it is valued as what has been sold."""
    for one in (*valued.value.holdings, *valued.value.closed):
        if one.holding is position.holding:
            return one
    listed = replace(position, instrument=replace(position.instrument, asset_type=AssetType.BOND))
    alone = value_portfolio([listed], valued.rates, valued.value.currency)
    [found] = (*alone.holdings, *alone.closed)
    return found
