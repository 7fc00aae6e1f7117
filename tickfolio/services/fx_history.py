"""Reference rates of past days, fetched when a transaction needs one that nobody has stored yet."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from tickfolio.domain.fx import CLOSE_AGE_MAX, pair_symbol, pairs_needed
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.providers.ecb import EcbProvider
from tickfolio.providers.provider import HistoryResult, Provider
from tickfolio.services.changes import raise_version
from tickfolio.services.projection import project_all
from tickfolio.services.sources import Sources, sources_on
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.prices import PricePoint


def fill_missing_rates(database: Database, world: World, sources: Sources) -> int:
    """Fetches the rates that some holding's cost is unknown for, and projects those holdings anew; says how many pairs.

    What cannot be had stays unknown and named. No database transaction is open while the source is waited for.
    """
    with database.reading() as tx:
        provider = sources_on(tx, sources).get("ecb")
        unknown = tx.holdings.portfolios_with_unknown_cost()
        wanted = _wanted(tx, unknown) if provider else {}
    if provider is None or not unknown:
        return 0
    fetched = _fetch(provider, min(wanted.values()), world) if wanted else {}
    with database.transaction() as tx:
        filled = sum(_store(tx, pair, fetched[pair.symbol]) for pair in wanted if pair.symbol in fetched)
    for owner_id, portfolio_id in unknown:
        _project(database, world, owner_id, portfolio_id)
    return filled


def _wanted(tx: Tx, unknown: Sequence[tuple[str, str]]) -> dict[Instrument, date]:
    """The pairs whose closes do not reach back to a transaction that lacks its rate, and the day it is for."""
    days: dict[str, date] = {}
    for owner_id, portfolio_id in unknown:
        currency = tx.portfolios.load(owner_id, portfolio_id).currency
        for row in tx.ledgers.rows(owner_id, portfolio_id):
            for leg in pairs_needed(row.currency, currency) if row.fx_rate is None else ():
                days[leg] = min(row.traded_on, days.get(leg, row.traded_on))
    wanted = {}
    for leg, day in days.items():
        pair = tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(leg))
        first = tx.prices.first_close_at(pair.id) if pair else None
        if pair is not None and (first is None or first.date() > day):
            wanted[pair] = day
    return wanted


def _fetch(provider: Provider, since: date, world: World) -> Mapping[str, HistoryResult]:
    """One file has the days of every pair."""
    start = datetime.combine(since, time(), UTC) - CLOSE_AGE_MAX
    return provider.fetch_all_history(start, world.now()) if isinstance(provider, EcbProvider) else {}


def _store(tx: Tx, pair: Instrument, result: HistoryResult) -> bool:
    points = [
        PricePoint(pair.id, "close", datetime.combine(close.on, time(12), UTC), close.price) for close in result.closes
    ]
    tx.prices.remember(points)
    return bool(points)


def _project(database: Database, world: World, owner_id: str, portfolio_id: str) -> None:
    with database.transaction() as tx:
        before = tx.holdings.all(owner_id, [portfolio_id])
        if not before:
            return
        portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
        project_all(tx, world, portfolio)
        if tx.holdings.all(owner_id, [portfolio_id]) != before:
            raise_version(tx, world, portfolio)
