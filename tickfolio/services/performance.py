"""What a portfolio has made over time: its ledger, its closes and its rates become a history, and that the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from tickfolio.domain.flows import FlowTable, list_flows, tabulate
from tickfolio.domain.history import NO_CLOSES, Days, Floats, History, Series, Track, make_history, make_track
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Rules, Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.money import ONE, ZERO, convert, exact
from tickfolio.domain.movements import cash_moved
from tickfolio.domain.performance import Measure, measure_holdings, measure_whole
from tickfolio.domain.prices import LatestPrice
from tickfolio.domain.split_rows import splits_of
from tickfolio.domain.splits import Split
from tickfolio.domain.transfers import pair_transfers
from tickfolio.reports.summary import ValuedPortfolio
from tickfolio.services.projection import TRANSFERS, PairCloses, PastRates
from tickfolio.services.summaries import value_of
from tickfolio.storage.database import Tx
from tickfolio.storage.ledger_columns import RateOf
from tickfolio.storage.portfolios import Portfolio

_EVERY_DAY = frozenset({"CRYPTO"})


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the history of one portfolio is made of.

    `rows` are the portfolio's own, oldest first; `closes` are by instrument, as traded. `cash` is the balance after
    each day that moved it; None where it is not tracked.
    """

    portfolio: Portfolio
    instruments: Mapping[str, Instrument]
    rows: Sequence[Transaction]
    books: Mapping[str, Book]
    splits: Mapping[str, Sequence[Split]]
    closes: Mapping[str, Series]
    pairs: Mapping[str, Series]
    tracks: Sequence[Track]
    flows: FlowTable
    cash: Series | None
    now: ValuedPortfolio


@dataclass(frozen=True, slots=True)
class Past:
    """A portfolio's history with the whole measured, up to a day."""

    history: History
    whole: Measure
    cash: Floats | None
    every_day: frozenset[str] = field(default_factory=frozenset)


def load_inputs(tx: Tx, portfolio: Portfolio, until: date, benchmark: Instrument | None = None) -> Inputs:
    """Reads what the history needs. Raises: Oversold for a ledger that cannot be."""
    ledger, rules = _load_ledger(tx, portfolio)
    now = value_of(tx, portfolio)
    valued = {one.instrument.id: one for one in (*now.value.holdings, *now.value.closed)}
    ids = instrument_ids(ledger)
    instruments = {key: one.instrument for key, one in valued.items() if key in ids}
    instruments |= tx.instruments.many(ids - valued.keys())
    shared = tx.corporate_actions.splits([*instruments, *([benchmark.id] if benchmark else [])])
    books = match_ledger(ledger, rules, {key: one.symbol for key, one in instruments.items()}, shared)
    if benchmark is not None:
        instruments[benchmark.id] = benchmark
    pairs = {pair.currency: pair for pair in tx.instruments.on_exchange("ECB")}
    known = {key: one.price for key, one in valued.items()}
    closes = load_closes(tx, [*instruments.values(), *pairs.values()], until, known)
    return make_inputs(
        portfolio,
        instruments,
        ledger,
        _own_books(books, portfolio.id),
        shared,
        closes,
        {code: closes[pair.id] for code, pair in pairs.items()},
        now,
    )


def make_inputs(
    portfolio: Portfolio,
    instruments: Mapping[str, Instrument],
    ledger: Sequence[Transaction],
    books: Mapping[str, Book],
    shared: Sequence[Split],
    closes: Mapping[str, Series],
    pairs: Mapping[str, Series],
    now: ValuedPortfolio,
) -> Inputs:
    """The inputs from what was read.

    `ledger` has all rows that transfers tie together, oldest first; `books` are the portfolio's own.
    """
    rows = [row for row in ledger if row.portfolio_id == portfolio.id]
    splits = by_instrument(splits_of(rows, shared))
    return Inputs(
        portfolio=portfolio,
        instruments=instruments,
        rows=rows,
        books=books,
        splits=splits,
        closes=closes,
        pairs=pairs,
        tracks=make_tracks(books, instruments, closes, splits),
        flows=tabulate(list_flows(rows, _inside(ledger, portfolio.id), cash_tracked=portfolio.cash_tracked)),
        cash=balances(rows) if portfolio.cash_tracked else None,
        now=now,
    )


def make_tracks(
    books: Mapping[str, Book],
    instruments: Mapping[str, Instrument],
    closes: Mapping[str, Series],
    splits: Mapping[str, Sequence[Split]],
) -> Sequence[Track]:
    """A track for each instrument that has units; cash has none."""
    return [
        make_track(key, instruments[key].currency, book, closes[key], splits.get(key, ()))
        for key, book in books.items()
        if instruments[key].asset_type is not AssetType.CASH
    ]


def make_past(inputs: Inputs, until: date) -> Past:
    """The history and what the whole did on each day of it, up to `until`."""
    more_days = inputs.flows.days if inputs.cash is None else np.concatenate([inputs.flows.days, inputs.cash[0]])
    history = make_history(inputs.tracks, inputs.pairs, inputs.portfolio.currency, until, more_days)
    cash = None if inputs.cash is None else cash_on(history.days, inputs.cash)
    every_day = frozenset(key for key, one in inputs.instruments.items() if one.exchange in _EVERY_DAY)
    return Past(history, measure_whole(history, inputs.closes, inputs.flows, cash, every_day), cash, every_day)


def measure_each(inputs: Inputs, past: Past) -> Mapping[str, Measure]:
    """What each holding did, by instrument."""
    return measure_holdings(past.history, inputs.closes, inputs.flows, past.every_day)


def _load_ledger(tx: Tx, portfolio: Portfolio) -> tuple[Sequence[Transaction], Mapping[str, Rules]]:
    """All rows of the portfolio, or when transfers tie it to others, all of its owner's; and each portfolio's rules."""
    owned = {portfolio.id: portfolio}
    rows = tx.ledgers.transactions(portfolio.user_id, portfolio.id, rate_finder(tx, owned, portfolio.currency))
    if any(row.type in TRANSFERS for row in rows):
        owned = {one.id: one for one in tx.portfolios.page(portfolio.user_id, after=None, limit=None)}
        rows = tx.ledgers.transactions(portfolio.user_id, None, rate_finder(tx, owned, portfolio.currency))
    return rows, {key: one.rules for key, one in owned.items()}


def rate_finder(tx: Tx, owned: Mapping[str, Portfolio], currency: str) -> RateOf:
    """The rates into `currency` of the rows of these portfolios, each at that of its day."""
    closes = PairCloses(tx)
    rates = {key: PastRates(tx, one.currency, currency, closes) for key, one in owned.items()}

    def find(portfolio_id: str, source: str, on: date, own: Decimal | None) -> Decimal | None:
        if own is None and source == currency:
            return ONE
        return rates[portfolio_id].rate(source, on, own)

    return find


def instrument_ids(ledger: Sequence[Transaction]) -> set[str]:
    """Every instrument that these rows touch."""
    ids = {row.instrument_id for row in ledger}
    return ids.union(row.to_instrument_id for row in ledger if row.to_instrument_id is not None)


def load_closes(
    tx: Tx,
    instruments: Sequence[Instrument],
    until: date,
    known: Mapping[str, LatestPrice | None] = MappingProxyType({}),
) -> Mapping[str, Series]:
    """The closes of every day, and as that of its day the latest price, which may be newer than any of them.

    Where an exchange is a day ahead of `until`, its latest price is that of `until`: it is known already. `known` are
    latest prices that were read before, None where there is none that counts.
    """
    exchanges = {one.id: one.exchange for one in instruments}
    currencies = {one.id: one.currency for one in instruments}
    told = dict.fromkeys(exchanges, NO_CLOSES) | dict(tx.closes.load(exchanges, date.min, until))
    closes = dict(told)
    longer: dict[tuple[int, int], Days] = {}  # so that days that instruments share stay one array
    latest = {**known, **tx.prices.latest(exchanges.keys() - known.keys())}
    for key, price in latest.items():
        if price is not None and price.currency == currencies.get(key):
            day = min(session_day(exchanges[key], price.as_of), until).toordinal()
            on, before = told[key]
            # A close that is newer than the latest price stands; of two prices of a day, the last one counts.
            if not len(on) or on[-1] <= day:
                if (id(on), day) not in longer:
                    longer[id(on), day] = np.append(on, day)
                closes[key] = longer[id(on), day], np.append(before, float(price.last_price))
    return closes


def _own_books(books: Mapping[Place, Book], portfolio_id: str) -> Mapping[str, Book]:
    return {instrument: book for (place, instrument), book in books.items() if place == portfolio_id}


def by_instrument(splits: Sequence[Split]) -> Mapping[str, Sequence[Split]]:
    """The splits of each instrument."""
    found: dict[str, list[Split]] = {}
    for split in splits:
        found.setdefault(split.instrument_id, []).append(split)
    return found


def _inside(rows: Sequence[Transaction], portfolio_id: str) -> set[str]:
    """The transfers of which both ends lie in this portfolio."""
    transfers = {row.id: row for row in rows if row.type in TRANSFERS}
    return {
        key
        for out, row in pair_transfers(transfers.values()).items()
        for key in (out, row.id)
        if transfers[out].portfolio_id == row.portfolio_id == portfolio_id
    }


@exact
def balances(rows: Sequence[Transaction]) -> Series:
    """The cash after each day that moved it.

    Summed exactly, so that nothing is left of what was withdrawn; unknown from the first unknown rate on.
    """
    balance: Decimal | None = ZERO
    after: dict[int, float] = {}
    for row in rows:
        moved = convert(cash_moved(row), row.fx_rate)
        balance = None if balance is None or moved is None else balance + moved
        after[row.traded_on.toordinal()] = float("nan") if balance is None else float(balance)
    return np.fromiter(after, np.int64, len(after)), np.fromiter(after.values(), np.float64, len(after))


def cash_on(days: Days, balances: Series) -> Floats:
    """What was there at the end of each day; nothing before the first."""
    on, after = balances
    found: Floats = np.concatenate([[0.0], after])[np.searchsorted(on, days, side="right")]
    return found
