"""From the ledger to the stored holding, in the transaction that changed the ledger."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tickfolio.domain.fx import CLOSE_AGE_MAX, find_rate_on, pair_symbol, pairs_needed
from tickfolio.domain.holdings import Holding, is_plain, project
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.money import EXACT
from tickfolio.domain.prices import Close
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio


class PastRates:
    """Rates of past days into one currency, each looked up once. Never 1 for want of a better one.

    The rates that ledger rows carry are into `own`, their portfolio's currency; `target` is mostly the same.
    """

    def __init__(self, tx: Tx, own: str, target: str) -> None:
        self._tx = tx
        self._own = own
        self._target = target
        self._known: dict[tuple[str, date], Decimal | None] = {}

    def of_row(self, row: LedgerRow) -> Decimal | None:
        """The rate at which a row counts: its own, or else its day's reference rate; None when nobody says."""
        if row.fx_rate is None:
            return self._find(row.currency, row.traded_on)
        onward = self._find(self._own, row.traded_on)
        return None if onward is None else EXACT.multiply(row.fx_rate, onward)

    def _find(self, currency: str, on: date) -> Decimal | None:
        key = (currency, on)
        if key not in self._known:
            closes = {code: self._closes(code, on) for code in pairs_needed(currency, self._target)}
            self._known[key] = find_rate_on(currency, self._target, on, closes)
        return self._known[key]

    def _closes(self, currency: str, on: date) -> Sequence[Close]:
        pair = self._tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(currency))
        point = pair and self._tx.prices.close_by(pair.id, on, days_old_max=CLOSE_AGE_MAX.days)
        return [Close(point.timestamp.date(), point.price)] if point else []


def with_rates(rows: Sequence[LedgerRow], rates: PastRates) -> list[Transaction]:
    """Ledger rows as the rules see them, each at its rate of exchange; the order they come in is their sequence."""
    return [row.as_transaction(sequence, rates.of_row(row)) for sequence, row in enumerate(rows)]


def project_holding(tx: Tx, world: World, portfolio: Portfolio, instrument: Instrument) -> HoldingRow | None:
    """Rewrites the holding of one instrument from its ledger; None when no row of it is left.

    Raises: Oversold, and then nothing of the transaction may be committed.
    """
    rows = tx.ledgers.rows(portfolio.user_id, portfolio.id, instrument.id)
    rates = PastRates(tx, portfolio.currency, portfolio.currency)
    return _write(tx, world, portfolio, instrument, rows, rates, ledger_changed=True)


def project_all(tx: Tx, world: World, portfolio: Portfolio) -> None:
    """Rewrites every holding of a portfolio from its ledger."""
    by_instrument = _by_instrument(tx, portfolio)
    rates = PastRates(tx, portfolio.currency, portfolio.currency)
    for instrument_id, instrument in tx.instruments.many(by_instrument).items():
        _write(tx, world, portfolio, instrument, by_instrument[instrument_id], rates, ledger_changed=False)


def computed_holdings(tx: Tx, portfolio: Portfolio, currency: str) -> dict[str, Holding]:
    """What the holdings must be, by instrument, from the ledger alone, with amounts in any currency."""
    by_instrument = _by_instrument(tx, portfolio)
    rates = PastRates(tx, portfolio.currency, currency)
    instruments = tx.instruments.many(by_instrument)
    return {
        key: project(with_rates(rows, rates), portfolio.cost_method, instruments[key].symbol)
        for key, rows in by_instrument.items()
    }


def _by_instrument(tx: Tx, portfolio: Portfolio) -> dict[str, list[LedgerRow]]:
    grouped: dict[str, list[LedgerRow]] = {}
    for row in tx.ledgers.rows(portfolio.user_id, portfolio.id):
        grouped.setdefault(row.instrument_id, []).append(row)
    return grouped


def _write(
    tx: Tx,
    world: World,
    portfolio: Portfolio,
    instrument: Instrument,
    rows: Sequence[LedgerRow],
    rates: PastRates,
    *,
    ledger_changed: bool,
) -> HoldingRow | None:
    stored = tx.holdings.find(portfolio.user_id, portfolio.id, instrument.id)
    if not rows:
        if stored:
            tx.holdings.delete(stored.id)
        return None
    transactions = with_rates(rows, rates)
    row = HoldingRow(
        id=stored.id if stored else world.new_id(),
        portfolio_id=portfolio.id,
        plain=is_plain(transactions),
        version=stored.version + 1 if stored else 1,
        holding=project(transactions, portfolio.cost_method, instrument.symbol),
    )
    # A plain holding is its opening: a change of its day alone is one of the holding, too, and whoever saw the old
    # version has to be told.
    same = stored is not None and (stored.holding, stored.plain) == (row.holding, row.plain)
    if stored and same and not (row.plain and ledger_changed):
        return stored
    tx.holdings.write(row)
    return row
