"""Reference rates of past days, fetched when a cost needs one that nobody has stored yet."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import UTC, date, datetime, time

from tickfolio.domain.errors import NotFound
from tickfolio.domain.fx import CLOSE_AGE_MAX, pair_symbol, pairs_needed
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import is_final
from tickfolio.providers.ecb import EcbProvider
from tickfolio.providers.provider import HistoryResult, Provider
from tickfolio.services.changes import raise_version
from tickfolio.services.markets import load_calendar
from tickfolio.services.projection import project_all
from tickfolio.services.sources import Sources, sources_on
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.prices import PricePoint

# By pair: on which day it was asked for last, and how far back. The file of all days is large, and what it did not
# have an hour ago it does not have now.
Asked = MutableMapping[str, tuple[date, date]]


def fill_missing_rates(database: Database, world: World, sources: Sources, asked: Asked) -> int:
    """Fetches the rates of past days that some cost lacks, and projects the holdings that lacked them anew.

    Says of how many pairs it found days. What cannot be had stays unknown and named. No database transaction is open
    while the source is waited for.
    """
    today = world.now().date()
    with database.reading() as tx:
        provider = sources_on(tx, sources).get("ecb")
        unsettled = set(tx.holdings.portfolios_with_unknown_cost())
        # A purchase of these days may have been counted at the rate of a day before; its own may have come since.
        unsettled |= tx.ledgers.portfolios_unrated_since(today - CLOSE_AGE_MAX)
        missing = _missing(tx, world.now()) if provider else {}
    wanted = {pair: day for pair, day in missing.items() if not _was_asked(asked, pair, day, today)}
    fetched = _fetch(provider, min(wanted.values()), world) if provider and wanted else {}
    fetched_at = world.now()
    with database.transaction() as tx:
        found = [(pair, fetched[pair.symbol]) for pair in wanted if pair.symbol in fetched]
        filled = sum(_store(tx, pair, result, fetched_at) for pair, result in found)
        if filled:  # a summary in another currency than the portfolio's shows it
            tx.server.raise_version("prices")
    if fetched:  # a source that could not answer is asked again by the next run
        asked.update({pair.symbol: (today, day) for pair, day in wanted.items()})
    for owner_id, portfolio_id in sorted(unsettled) if provider else ():
        _project(database, world, owner_id, portfolio_id)
    return filled


def _missing(tx: Tx, now: datetime) -> dict[Instrument, date]:
    """The pairs that lack the close of a day on which some cost needs one, and the first such day."""
    needed: dict[str, set[date]] = {}
    for source, target, day in tx.ledgers.days_of_rates():
        for leg in pairs_needed(source, target):
            needed.setdefault(leg, set()).add(day)
    found = (
        (tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(leg)), days) for leg, days in needed.items()
    )
    calendar = load_calendar(tx)
    first = {pair: _first_uncovered(tx, pair, days, now, calendar) for pair, days in found if pair is not None}
    return {pair: day for pair, day in first.items() if day is not None}


def _first_uncovered(tx: Tx, pair: Instrument, days: Iterable[date], now: datetime, calendar: Calendar) -> date | None:
    """The first of these days whose rate is not here."""
    known = sorted(tx.prices.days_with_close(pair.id))
    return min((day for day in days if not _is_covered(day, known, now, calendar)), default=None)


def _is_covered(day: date, known: Sequence[date], now: datetime, calendar: Calendar) -> bool:
    """Whether the rate that counts on this day is here: the last one that had been published by its end, or by now.

    `known` are the days of the rates that are here, oldest first.
    """
    found = bisect_right(known, day)
    by = min(datetime.combine(day, time.max, UTC), now)
    return found > 0 and is_final("ECB", datetime.combine(known[found - 1], time(12), UTC), by, calendar)


def _was_asked(asked: Asked, pair: Instrument, day: date, today: date) -> bool:
    asked_on, since = asked.get(pair.symbol, (date.min, date.max))
    return asked_on == today and since <= day


def _fetch(provider: Provider, since: date, world: World) -> Mapping[str, HistoryResult]:
    """One file has the days of every pair."""
    start = datetime.combine(since, time(), UTC) - CLOSE_AGE_MAX
    return provider.fetch_all_history(start, world.now()) if isinstance(provider, EcbProvider) else {}


def _store(tx: Tx, pair: Instrument, result: HistoryResult, fetched_at: datetime) -> bool:
    """Adds the days that were not known; says whether there were any."""
    known = tx.prices.days_with_close(pair.id)
    points = [
        PricePoint(pair.id, "close", datetime.combine(close.on, time(12), UTC), close.price, "ecb", fetched_at)
        for close in result.closes
        if close.on not in known
    ]
    tx.prices.remember(points)
    return bool(points)


def _project(database: Database, world: World, owner_id: str, portfolio_id: str) -> None:
    with database.transaction() as tx:
        try:
            portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
        except NotFound:  # deleted while the source was waited for
            return
        before = tx.holdings.all(owner_id, [portfolio_id])
        project_all(tx, world, portfolio)
        if tx.holdings.all(owner_id, [portfolio_id]) != before:
            raise_version(tx, world, portfolio)
