"""How did a figure come about: its receipt, from the same positions as the summary and from the ledger below them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.domain.fx import CLOSE_AGE_MAX, Rates, pair_symbol, pairs_needed
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger, match_lots
from tickfolio.domain.money import exact
from tickfolio.domain.performance import figures_of
from tickfolio.domain.position import Position, quote_position
from tickfolio.domain.splits import Split
from tickfolio.domain.valuation import HoldingValue, PortfolioValue, value_portfolio
from tickfolio.reports.receipt import FxFact, Leg, Receipt
from tickfolio.reports.receipt_evidence import Entry, Evidence, Worth
from tickfolio.reports.receipt_holding import HOLDING_FIGURES, explain_holding
from tickfolio.reports.receipt_performance import PERFORMANCE_FIGURES, Period, explain_performance
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio
from tickfolio.services.performance import measure_each
from tickfolio.services.performance_answer import Asked, work_out
from tickfolio.services.projection import Knot, load_knot, load_whole, read_knot
from tickfolio.services.summaries import load_positions
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

FIGURES: Sequence[str] = tuple(dict.fromkeys([*PORTFOLIO_FIGURES, *HOLDING_FIGURES, *PERFORMANCE_FIGURES]))
# A portfolio with more rows than this shows its holdings' lines alone, each with a receipt of its own.
NESTED_ROWS_MAX = 1000


def explain(
    tx: Tx, user: User, portfolio_id: str, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    """The receipt of a figure of the portfolio, or of one of its holdings; of performance, over the period asked for.

    `tx` must read one moment, so that the figure is the summary's. Raises: NotFound; InvalidInput, when there is no
    such figure.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    if holding_id is not None and tx.holdings.load(user.id, holding_id).portfolio_id != portfolio.id:
        raise NotFound("holding")
    if figure in PERFORMANCE_FIGURES:
        return _explain_performance(tx, user, portfolio, figure, holding_id, asked, today)
    # Each kind of figure is explained from what it is made of; a new kind is one more line here.
    if holding_id is not None and figure in HOLDING_FIGURES:
        return _explain_holding(tx, portfolio, figure, holding_id)
    if holding_id is None and figure in PORTFOLIO_FIGURES:
        return _explain_portfolio(tx, portfolio, figure)
    of = "a portfolio" if holding_id is None else "a holding"
    raise InvalidInput("figure", f"There is no such figure of {of}.", code="unknown_figure")


@dataclass(frozen=True, slots=True)
class _Valued:
    """A portfolio's positions with their holdings and its value, all of one moment."""

    rows: Sequence[HoldingRow]
    positions: Sequence[Position]
    rates: Rates
    rate_sources: Mapping[str, str]
    value: PortfolioValue


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows that hang together, as receipts show them, all and by place, and the books that they come to."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    own: Mapping[Place, Sequence[Entry]] = field(default_factory=dict)
    books: Mapping[Place, Book] = field(default_factory=dict)
    splits: Sequence[Split] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)


def _explain_holding(tx: Tx, portfolio: Portfolio, figure: str, holding_id: str) -> Receipt:
    valued = _value(tx, portfolio)
    pairs = list(zip(valued.rows, valued.positions, strict=True))
    [(row, position)] = [(row, position) for row, position in pairs if row.id == holding_id]
    read = _read(tx, portfolio, load_knot(tx, portfolio, [row.holding.instrument_id]))
    values = {one.instrument.id: one.current_value for one in valued.value.holdings}
    beside = [
        Worth(other.id, it.instrument.symbol, values[it.instrument.id]) for other, it in pairs if other.holding.quantity
    ]
    return explain_holding(replace(_evidence(portfolio, valued, read, row, position), beside=beside), figure)


def _explain_performance(
    tx: Tx, user: User, portfolio: Portfolio, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    made = work_out(tx, user, portfolio, asked, today)
    measure, figures = made.past.whole, made.figures
    if holding_id is not None:
        key = tx.holdings.load(user.id, holding_id).holding.instrument_id
        measure = measure_each(made.inputs, made.past)[key]
        figures = figures_of(made.past.history, measure, made.period.since, made.period.until)
    days = made.period
    return explain_performance(
        Period(made.past.history, measure, figures, days.since, days.until, portfolio.currency), figure
    )


def _explain_portfolio(tx: Tx, portfolio: Portfolio, figure: str) -> Receipt:
    valued = _value(tx, portfolio)
    knot = load_whole(tx, portfolio)
    nested = len(knot.rows) <= NESTED_ROWS_MAX
    read = _read(tx, portfolio, knot) if nested else _Read()  # nothing below the lines is shown
    holdings = [
        _evidence(portfolio, valued, read, row, position)
        for row, position in zip(valued.rows, valued.positions, strict=True)
    ]
    evidence = PortfolioEvidence(portfolio.currency, portfolio.cash_tracked, valued.value, holdings, nested)
    return explain_portfolio(evidence, figure)


def _value(tx: Tx, portfolio: Portfolio) -> _Valued:
    rows, positions, rates = load_positions(tx, portfolio)
    pairs = {pair.id: pair.currency for pair in tx.instruments.on_exchange("ECB")}
    sources = {pairs[key]: price.source for key, price in tx.prices.latest(pairs).items()}
    return _Valued(rows, positions, rates, sources, value_portfolio(positions, rates, portfolio.currency))


def _read(tx: Tx, portfolio: Portfolio, knot: Knot) -> _Read:
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
    return _Read(entries, own, match_ledger(rows, rules, symbols, splits), splits, symbols)


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
def _evidence(portfolio: Portfolio, valued: _Valued, read: _Read, row: HoldingRow, position: Position) -> Evidence:
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


def _value_of_one(valued: _Valued, position: Position) -> HoldingValue:
    """The holding's value as the portfolio has it. Cash is in no list there: it is valued as what has been sold."""
    for one in (*valued.value.holdings, *valued.value.closed):
        if one.instrument.id == position.instrument.id:
            return one
    listed = replace(position, instrument=replace(position.instrument, asset_type=AssetType.BOND))
    alone = value_portfolio([listed], valued.rates, valued.value.currency)
    [found] = (*alone.holdings, *alone.closed)
    return found
