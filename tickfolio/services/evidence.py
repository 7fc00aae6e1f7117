"""The evidence of receipts: a portfolio's positions, and the rows that hang together with them, all of one moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tickfolio.domain.fx import CLOSE_AGE_MAX, Rates, pair_symbol, pairs_needed
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger, match_lots
from tickfolio.domain.money import exact
from tickfolio.domain.position import Position, quote_position
from tickfolio.domain.splits import Split
from tickfolio.domain.valuation import HoldingValue, PortfolioValue, value_portfolio
from tickfolio.reports.receipt import FxFact, Leg
from tickfolio.reports.receipt_evidence import Entry, Evidence
from tickfolio.services.projection import Knot, read_knot
from tickfolio.services.summaries import load_positions
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.portfolios import Portfolio

# A portfolio with more rows than this shows its holdings' lines alone, each with a receipt of its own.
NESTED_ROWS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Valued:
    """A portfolio's positions with their holdings and its value, all of one moment."""

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
    pairs = {pair.id: pair.currency for pair in tx.instruments.on_exchange("ECB")}
    sources = {pairs[key]: price.source for key, price in tx.prices.latest(pairs).items()}
    return Valued(rows, positions, rates, sources, value_portfolio(positions, rates, portfolio.currency))


def read_ledger(tx: Tx, portfolio: Portfolio, knot: Knot) -> Read:
    """The rows of a knot as facts, and their books. Raises: Oversold."""
    ids = knot.instrument_ids
    symbols = {key: one.symbol for key, one in tx.instruments.many(ids).items()}
    rules = {key: one.rules for key, one in knot.portfolios.items()}
    splits = tx.corporate_actions.splits(ids)
    rows = read_knot(tx, knot, portfolio.currency)
    days = _DayRates(tx, portfolio.currency)
    entries = {
        row.id: Entry(row, stored.currency, days.find(stored.currency, row) if stored.fx_rate is None else None)
        for stored, row in zip(knot.rows, rows, strict=True)
    }
    own: dict[Place, list[Entry]] = defaultdict(list)
    for entry in entries.values():
        own[entry.row.portfolio_id, entry.row.instrument_id].append(entry)
    return Read(entries, own, match_ledger(rows, rules, symbols, splits), splits, symbols)


class _DayRates:
    """The reference rates of past days as facts, each looked up once."""

    def __init__(self, tx: Tx, target: str) -> None:
        self._tx = tx
        self._target = target
        self._known: dict[tuple[str, date], Leg | None] = {}

    def find(self, currency: str, row: Transaction) -> FxFact | None:
        """The pairs that a row's rate is made of; None where no rate is needed or known."""
        if row.fx_rate is None or currency == self._target:
            return None
        legs = [self._leg(one, row.traded_on) for one in pairs_needed(currency, self._target)]
        return FxFact(currency, self._target, tuple(leg for leg in legs if leg is not None))

    def _leg(self, currency: str, on: date) -> Leg | None:
        key = (currency, on)
        if key not in self._known:
            pair = self._tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(currency))
            point = pair and self._tx.prices.close_by(pair.id, on, days_old_max=CLOSE_AGE_MAX.days)
            self._known[key] = (
                Leg(currency, point.price, point.timestamp.date(), point.timestamp, point.source) if point else None
            )
        return self._known[key]


@exact
def evidence_of(portfolio: Portfolio, valued: Valued, read: Read, row: HoldingRow, position: Position) -> Evidence:
    """All that the receipts of one holding draw on."""
    key = position.instrument.id
    place = (portfolio.id, key)
    return Evidence(
        holding_id=row.id,
        portfolio_id=portfolio.id,
        currency=portfolio.currency,
        rules=portfolio.rules,
        value=_value_of_one(valued, position),
        quote=quote_position(position, valued.rates, portfolio.currency),
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
        if one.instrument.id == position.instrument.id:
            return one
    listed = replace(position, instrument=replace(position.instrument, asset_type=AssetType.BOND))
    alone = value_portfolio([listed], valued.rates, valued.value.currency)
    [found] = (*alone.holdings, *alone.closed)
    return found
