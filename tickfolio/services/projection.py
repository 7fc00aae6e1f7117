"""From the ledger to the stored holdings, in the transaction that changed the ledger.

A holding is projected from the rows of its own instrument, so that a write does not grow with the rest of the ledger.
Rows that tie instruments or portfolios together (mergers, switches, transfers) widen that to the knot they make.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.domain.fx import find_rate_on, pairs_needed
from tickfolio.domain.holdings import Holding, hold, is_plain
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.money import EXACT
from tickfolio.domain.prices import Close
from tickfolio.domain.splits import Split
from tickfolio.services.changes import raise_version
from tickfolio.services.pair_series import PairSeries
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio

TRANSFERS = frozenset({TransactionType.TRANSFER_IN, TransactionType.TRANSFER_OUT})


class PairCloses:
    """The closes of the currencies' pairs with the euro, from the first day that is asked for to `until`."""

    def __init__(self, tx: Tx, until: date = date.max) -> None:
        self._series = PairSeries(tx, until, lambda pair, since, end: tx.prices.closes_between(pair.id, since, end))

    def last(self, currency: str, on: date) -> Close | None:
        """The pair's last close by the end of a day, unless it is too old to count."""
        found = self._series.last(currency, on)
        return None if found is None else Close(*found)


class PastRates:
    """Rates of past days into one currency, each looked up once. Never 1 for want of a better one.

    The rates that ledger rows carry are into `own`, their portfolio's currency; `target` is mostly the same.
    """

    def __init__(self, tx: Tx, own: str, target: str, closes: PairCloses | None = None) -> None:
        self._closes = closes or PairCloses(tx)
        self._own = own
        self._target = target
        self._known: dict[tuple[str, date], Decimal | None] = {}

    def of_row(self, row: LedgerRow) -> Decimal | None:
        """The rate at which a row counts: its own, or else its day's reference rate; None when nobody says."""
        return self.rate(row.currency, row.traded_on, row.fx_rate)

    def rate(self, currency: str, on: date, fx_rate: Decimal | None) -> Decimal | None:
        """The same of a row with this currency, day and rate of its own."""
        if fx_rate is None:
            return self._find(currency, on)
        onward = self._find(self._own, on)
        return None if onward is None else EXACT.multiply(fx_rate, onward)

    def _find(self, currency: str, on: date) -> Decimal | None:
        key = (currency, on)
        if key not in self._known:
            found = {code: self._closes.last(code, on) for code in pairs_needed(currency, self._target)}
            closes = {code: [close] for code, close in found.items() if close is not None}
            self._known[key] = find_rate_on(currency, self._target, on, closes)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Knot:
    """Rows that have to be read together, oldest first, and the portfolios that they lie in."""

    rows: Sequence[LedgerRow]
    portfolios: Mapping[str, Portfolio]

    @property
    def instrument_ids(self) -> set[str]:
        """Every instrument that a row touches."""
        return {key for row in self.rows for key in touched(row)}


def touched(row: LedgerRow) -> tuple[str, ...]:
    """The instruments that a row touches: its own, and the one that it turns units into."""
    return (row.instrument_id,) if row.to_instrument_id is None else (row.instrument_id, row.to_instrument_id)


def with_rates(rows: Sequence[LedgerRow], rates: PastRates) -> list[Transaction]:
    """Ledger rows as the rules see them, each at its rate of exchange; the order they come in is their sequence."""
    return [row.as_transaction(sequence, rates.of_row(row)) for sequence, row in enumerate(rows)]


def load_knot(tx: Tx, portfolio: Portfolio, instrument_ids: Collection[str], *, everywhere: bool = False) -> Knot:
    """All rows that the holdings of these instruments in a portfolio depend on.

    `everywhere` looks in the owner's other portfolios, too; a transfer among the rows does so by itself.
    """
    wanted, scope = set(instrument_ids), None if everywhere else [portfolio.id]
    while True:
        rows = tx.ledgers.rows_touching(portfolio.user_id, scope, sorted(wanted))
        reached = wanted.union(*(touched(row) for row in rows))
        if scope is not None and any(row.type in TRANSFERS for row in rows):
            scope = None
        elif reached == wanted:
            return Knot(rows, _portfolios(tx, portfolio, rows))
        wanted = reached


def load_whole(tx: Tx, portfolio: Portfolio) -> Knot:
    """All rows of a portfolio, and where transfers tie it to others of its owner, all of those."""
    rows = tx.ledgers.rows(portfolio.user_id, portfolio.id)
    if any(row.type in TRANSFERS for row in rows):
        rows = tx.ledgers.rows_of_all(portfolio.user_id)
    return Knot(rows, _portfolios(tx, portfolio, rows))


def read_knot(tx: Tx, knot: Knot, currency: str) -> Sequence[Transaction]:
    """The rows as the rules see them, with every rate into one currency."""
    closes = PairCloses(tx, knot.rows[-1].traded_on if knot.rows else date.max)
    rates = {key: PastRates(tx, one.currency, currency, closes) for key, one in knot.portfolios.items()}
    return [row.as_transaction(number, rates[row.portfolio_id].of_row(row)) for number, row in enumerate(knot.rows)]


def match_knot(
    tx: Tx, knot: Knot, currency: str, *, for_tax: bool = False, supposed: Sequence[Split] = ()
) -> dict[Place, Book]:
    """The books of all places of a knot, with amounts in one currency; as if the `supposed` splits were recorded, too.

    Raises: Oversold.
    """
    ids = knot.instrument_ids
    symbols = {key: one.symbol for key, one in tx.instruments.many(ids).items()}
    rules = {key: one.rules for key, one in knot.portfolios.items()}
    splits = [*tx.corporate_actions.splits(ids), *supposed]
    return match_ledger(read_knot(tx, knot, currency), rules, symbols, splits, for_tax=for_tax)


def project_holdings(
    tx: Tx, world: World, portfolio: Portfolio, instrument_ids: Collection[str], *, everywhere: bool = False
) -> None:
    """Rewrites the holdings of these instruments in a portfolio, and whatever hangs together with them.

    Raises: Oversold, and then nothing of the transaction may be committed.
    """
    knot = load_knot(tx, portfolio, instrument_ids, everywhere=everywhere)
    _project(tx, world, portfolio, knot, {*instrument_ids, *knot.instrument_ids}, ledger_changed=True)


def project_all(tx: Tx, world: World, portfolio: Portfolio) -> None:
    """Rewrites every holding of a portfolio from its ledger. Raises: Oversold."""
    knot = load_whole(tx, portfolio)
    _project(tx, world, portfolio, knot, knot.instrument_ids, ledger_changed=False)


def computed_books(tx: Tx, portfolio: Portfolio, currency: str) -> dict[str, Book]:
    """The books of a portfolio by instrument, from the ledger alone, with amounts in any currency. Raises: Oversold."""
    books = match_knot(tx, load_whole(tx, portfolio), currency)
    return {instrument: book for (place, instrument), book in books.items() if place == portfolio.id}


def computed_holdings(tx: Tx, portfolio: Portfolio, currency: str) -> dict[str, Holding]:
    """What the holdings must be, by instrument, from the ledger alone, with amounts in any currency."""
    return {key: hold(key, book) for key, book in computed_books(tx, portfolio, currency).items()}


def project_outdated(tx: Tx, world: World) -> int:
    """Rewrites the holdings of an older Tickfolio, which knew fewer figures; says of how many portfolios."""
    outdated = tx.holdings.portfolios_projected_before()
    for owner_id, portfolio_id in outdated:
        portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
        project_all(tx, world, portfolio)
        raise_version(tx, world, portfolio)
    return len(outdated)


def _portfolios(tx: Tx, portfolio: Portfolio, rows: Iterable[LedgerRow]) -> Mapping[str, Portfolio]:
    others = {row.portfolio_id for row in rows} - {portfolio.id}
    return {portfolio.id: portfolio} | {key: tx.portfolios.load(portfolio.user_id, key) for key in sorted(others)}


def _project(
    tx: Tx, world: World, portfolio: Portfolio, knot: Knot, instrument_ids: Collection[str], *, ledger_changed: bool
) -> None:
    books: dict[Place, Book] = {}
    for currency in sorted({one.currency for one in knot.portfolios.values()}):
        own = {key for key, one in knot.portfolios.items() if one.currency == currency}
        books |= {place: book for place, book in match_knot(tx, knot, currency).items() if place[0] in own}
    kinds: dict[Place, list[TransactionType]] = defaultdict(list)
    for row in knot.rows:
        for instrument_id in touched(row):
            kinds[row.portfolio_id, instrument_id].append(row.type)
    for key, one in knot.portfolios.items():
        stored = {row.holding.instrument_id: row for row in tx.holdings.of(key, instrument_ids)}
        changed = False
        for instrument_id in sorted(instrument_ids):
            place, before = (key, instrument_id), stored.get(instrument_id)
            wanted = _row(world, place, before, kinds[place], books[place]) if place in books else None
            changed |= _write(tx, before, wanted, ledger_changed=ledger_changed)
        if changed and key != portfolio.id:  # its content changed by a row of another portfolio
            raise_version(tx, world, one)


def _row(
    world: World, place: Place, stored: HoldingRow | None, kinds: Sequence[TransactionType], book: Book
) -> HoldingRow:
    portfolio_id, instrument_id = place
    return HoldingRow(
        id=stored.id if stored else world.new_id(),
        portfolio_id=portfolio_id,
        plain=is_plain(kinds) and len(book.changes) == 1,  # a split since then counts other units than the opening
        version=stored.version + 1 if stored else 1,
        holding=hold(instrument_id, book),
    )


def _write(tx: Tx, stored: HoldingRow | None, row: HoldingRow | None, *, ledger_changed: bool) -> bool:
    """Stores a holding, or forgets it when no row of it is left; says whether anything changed."""
    if row is None:
        if stored:
            tx.holdings.delete(stored.id)
        return stored is not None
    # A plain holding is its opening: a change of its day alone is one of the holding, too, and whoever saw the old
    # version has to be told.
    same = stored is not None and (stored.holding, stored.plain) == (row.holding, row.plain)
    if same and not (row.plain and ledger_changed):
        return False
    tx.holdings.write(row)
    return True
