"""What a refresh asks for: the instruments that are due, each from the source that can price it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tickfolio.domain.fx import EURO, pair_symbol
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_hours import is_final
from tickfolio.providers.provider import Provider
from tickfolio.services.sources import Sources, provider_of, sources_on
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Plan:
    """By source, its own symbols and the ids of the instruments each of them prices. `size` counts instruments."""

    on: Mapping[str, Provider]
    by_provider: Mapping[str, dict[str, list[str]]]
    size: int


def plan_refresh(
    database: Database, world: World, sources: Sources, *, only: Sequence[str] | None, everything: bool
) -> Plan:
    """What is held by anybody and due now, with the currency pairs that it needs; or `only` some new instruments.

    Left out is what no source that is on can price and, unless `everything` is asked for, what cannot have changed.
    """
    with database.transaction() as tx:
        on = sources_on(tx, sources)
        ids = set(only) if only is not None else tx.holdings.held_instrument_ids()
        wanted = list(tx.instruments.many(ids).values())
        wanted += _pairs(tx, world, wanted)
        latest = tx.prices.latest(one.id for one in wanted)
        unlisted = [] if only is not None else _unlisted(tx, on)
    now = world.now()
    by_provider: dict[str, dict[str, list[str]]] = {name: {} for name in unlisted}
    size = 0
    for instrument in wanted:
        known = latest.get(instrument.id)
        settled = known is not None and (only is not None or is_final(instrument.exchange, known.as_of, now))
        found = None if settled and not everything else provider_of(instrument, on)
        if found is not None:
            name, symbol = found
            by_provider.setdefault(name, {}).setdefault(symbol, []).append(instrument.id)
            size += 1
    return Plan(on, by_provider, size)


def count_served(tx: Tx, sources: Sources) -> Mapping[str, int]:
    """How many instruments each source that is on is asked for, of all that anybody holds or counts in."""
    on = sources_on(tx, sources)
    wanted = list(tx.instruments.many(tx.holdings.held_instrument_ids()).values())
    known = {pair.symbol: pair for pair in tx.instruments.on_exchange("ECB")}
    wanted += [known[symbol] for symbol in _pair_symbols(tx, wanted) if symbol in known]
    served = (provider_of(one, on) for one in wanted if one.exchange != "MANUAL")
    return Counter(found[0] for found in served if found is not None)


def _unlisted(tx: Tx, on: Mapping[str, Provider]) -> list[str]:
    """Sources that list everything they know, and whose list is not here yet: it is how a fund is found by name."""
    return [name for name, one in on.items() if one.catalogue and not tx.instruments.any_listed(one.catalogue)]


def _pair_symbols(tx: Tx, wanted: Iterable[Instrument]) -> list[str]:
    """The pairs with the euro of every currency that something is held, counted or shown in."""
    currencies = {one.currency for one in wanted} | tx.portfolios.currencies()
    if len(currencies) == 1:  # one currency alone needs no rate
        return []
    return [pair_symbol(currency) for currency in sorted(currencies - {EURO})]


def _pairs(tx: Tx, world: World, wanted: Iterable[Instrument]) -> list[Instrument]:
    known = {pair.symbol: pair for pair in tx.instruments.on_exchange("ECB")}
    return [
        known.get(symbol)
        or tx.instruments.add_if_new(
            Instrument(
                id=world.new_id(),
                asset_type=AssetType.CURRENCY,
                exchange="ECB",
                symbol=symbol,
                name=f"Euro in {symbol.removeprefix(EURO)}",
                currency=symbol.removeprefix(EURO),
            )
        )
        for symbol in _pair_symbols(tx, wanted)
    ]
