"""Instruments as one types: what is stored, and what the sources know."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tickfolio.domain.fund_houses import house_of
from tickfolio.domain.instruments import EXCHANGES, AssetType, Instrument
from tickfolio.domain.prices import LatestPrice
from tickfolio.domain.renames import renames_from
from tickfolio.providers.provider import Listing, Provider
from tickfolio.services.instruments import rank, search_words
from tickfolio.services.source_orders import Orders, candidates, load_orders
from tickfolio.services.sources import Sources, sources_on
from tickfolio.storage.database import Database
from tickfolio.storage.instrument_aliases import Alias

_WAIT_SECONDS = 2.5
_STORED_MAX = 200


@dataclass(frozen=True, slots=True)
class Found:
    """An instrument that matches; `stored` is false for one that only a source knows so far.

    `known_as` is its other name by which it was found.
    """

    instrument: Instrument
    stored: bool
    source: str | None
    last_price: Decimal | None
    as_of: datetime | None
    known_as: Alias | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What matches, best first, and the sources that did not answer in time.

    `fund_house` is set where the question names one: a house cannot be held, and its schemes are what was found.
    """

    found: Sequence[Found]
    unreachable: Sequence[str]
    fund_house: str | None


def search_instruments(database: Database, sources: Sources, owner_id: str, query: str, limit: int) -> Findings:
    """What matches by symbol, name, code, ISIN, or a name it had before. Raises: InvalidInput."""
    house = house_of(query)
    asked = house or query
    words = search_words(asked)
    with database.reading() as tx:
        on, orders = sources_on(tx, sources), load_orders(tx)
        aliases = {alias.instrument_id: alias for alias in tx.aliases.beginning(query.strip().upper(), _STORED_MAX)}
        stored = {one.id: one for one in tx.instruments.search(owner_id, words, _STORED_MAX)}
        for rename in renames_from(query.strip().upper()):
            stored |= {one.id: one for one in tx.instruments.search(owner_id, [rename.new], _STORED_MAX)}
        stored |= {key: one for key, one in tx.instruments.many(aliases).items() if one.owner_id in {None, owner_id}}
        prices = tx.prices.latest(stored)
    listings, unreachable = _ask(on, asked)
    found = {
        _identity(one): Found(one, True, _source(one, on, orders), *_price(prices, one), known_as=aliases.get(one.id))
        for one in stored.values()
    }
    for listing in listings:
        one = _unstored(listing)
        found.setdefault(_identity(one), Found(one, False, _source(one, on, orders), None, None))
    ordered = sorted(found.values(), key=lambda one: _rank(one, asked, is_house=house is not None))
    return Findings(ordered[:limit], unreachable, house)


def _rank(found: Found, query: str, *, is_house: bool) -> tuple[bool, tuple[int, int, str]]:
    """Schemes first where a house was named; an instrument that was called so is as good as one that is."""
    step, length, symbol = rank(found.instrument, query)
    if found.known_as is not None:
        step = min(step, 0 if found.known_as.value == query.strip().upper() else 1)
    return is_house and found.instrument.asset_type is not AssetType.MUTUAL_FUND, (step, length, symbol)


def _ask(on: Mapping[str, Provider], query: str) -> tuple[list[Listing], list[str]]:
    """Every source at once, none of them for longer than a person waits."""
    threads = ThreadPoolExecutor(max(1, len(on)))
    asked = {name: threads.submit(provider.search, query) for name, provider in on.items()}
    wait(asked.values(), timeout=_WAIT_SECONDS)
    threads.shutdown(wait=False, cancel_futures=True)
    answered = {name: answer for name, answer in asked.items() if _has_answered(answer)}
    listings = [listing for answer in answered.values() for listing in answer.result()]
    return listings, [name for name in asked if name not in answered]


def _has_answered(answer: Future[Sequence[Listing]]) -> bool:
    """A source that is too slow or breaks costs the others nothing."""
    return answer.done() and not answer.cancelled() and answer.exception() is None


def _unstored(listing: Listing) -> Instrument:
    known = EXCHANGES.get(listing.exchange)
    currency = listing.currency or (known.currency if known else None) or ""
    return Instrument(
        "",
        listing.asset_type,
        listing.exchange,
        listing.symbol,
        listing.name,
        currency,
        listing.isin,
        listing.provider_symbol,
    )


def _identity(one: Instrument) -> tuple[str, str, str]:
    return one.asset_type, one.exchange, one.symbol


def _source(one: Instrument, on: Mapping[str, Provider], orders: Orders) -> str | None:
    return next((name for name, _ in candidates(one, on, orders)), None)


def _price(prices: Mapping[str, LatestPrice], one: Instrument) -> tuple[Decimal | None, datetime | None]:
    price = prices.get(one.id)
    return (price.last_price, price.as_of) if price else (None, None)
