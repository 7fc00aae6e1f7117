"""In which order the sources are asked for a kind of instrument: ours, or one that the administrator chose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tickfolio.domain.errors import AdministratorOnly, InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.providers.provider import Provider
from tickfolio.services.sources import Sources
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User

# Within the day, the official closes after it, then those whose allowance is small.
_SHARES = ("yahoo", "nse", "bse", "finnhub", "twelvedata", "alphavantage", "eodhd")
_OURS: Mapping[AssetType, Sequence[str]] = {
    AssetType.STOCK: _SHARES,
    AssetType.ETF: _SHARES,
    AssetType.MUTUAL_FUND: ("amfi", "mfapi", "yahoo"),
    AssetType.BOND: ("nse", "bse", "yahoo"),
    AssetType.CRYPTO: ("coingecko", "yahoo"),
    AssetType.INDEX: ("yahoo",),
    AssetType.CURRENCY: ("ecb",),
}

Orders = Mapping[AssetType, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SourceOrder:
    """The sources that can price a kind of instrument, the first one first; `is_own` when somebody chose the order."""

    asset_type: AssetType
    names: Sequence[str]
    is_own: bool


def list_orders(tx: Tx, sources: Sources) -> Sequence[SourceOrder]:
    """The order of each kind that a source is known for, whether the source is on or off."""
    chosen = tx.source_orders.all()
    known = {kind: [name for name in ours if name in sources.providers] for kind, ours in _OURS.items()}
    return [
        SourceOrder(kind, _chosen_first(chosen.get(kind.value, ()), names), kind.value in chosen)
        for kind, names in known.items()
        if names
    ]


def load_orders(tx: Tx) -> Orders:
    """The order of each kind; of sources that are not in it, the order in which this program knows them counts."""
    chosen = tx.source_orders.all()
    return {kind: _chosen_first(chosen.get(kind.value, ()), ours) for kind, ours in _OURS.items()}


def set_order(
    tx: Tx, world: World, user: User, sources: Sources, asset_type: AssetType, names: Sequence[str]
) -> Sequence[SourceOrder]:
    """From now on the sources of a kind are asked in this order; those left out come last, and no names at all mean
    our own order again.

    Raises: AdministratorOnly; NotFound for a kind without sources; InvalidInput for a wrong name, or one twice.
    """
    if not user.administrator:
        raise AdministratorOnly("Only the administrator chooses in which order the sources are asked.")
    known = [name for name in _OURS.get(asset_type, ()) if name in sources.providers]
    if not known:
        raise NotFound("order of sources")
    for name in names:
        if name not in known:
            raise InvalidInput("names", f"{name}: not a source of this kind.", code="unknown_source")
        if list(names).count(name) > 1:
            raise InvalidInput("names", f"{name} stands there twice.", code="twice")
    if names:
        tx.source_orders.store(asset_type.value, _chosen_first(names, known))
    else:
        tx.source_orders.forget(asset_type.value)
    tx.server.note(world.new_id(), user.id, f"source_order_{asset_type.value.lower()}", None, world.now())
    return list_orders(tx, sources)


def candidates(instrument: Instrument, on: Mapping[str, Provider], orders: Orders) -> Iterator[tuple[str, str]]:
    """(the source's name, its own symbol) of each source that is on and can price it, the first one first."""
    order = orders.get(instrument.asset_type, ())
    for name in _chosen_first(order, list(on)):
        symbol = on[name].symbol_of(instrument)
        if symbol is not None:
            yield name, symbol


def order_of_all(orders: Orders, on: Mapping[str, Provider]) -> Sequence[str]:
    """The sources that are on in one order for all kinds, for whoever compares what two of them said."""
    return [name for name in dict.fromkeys([*(one for kind in orders.values() for one in kind), *on]) if name in on]


def _chosen_first(chosen: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    return list(dict.fromkeys([*(name for name in chosen if name in known), *known]))
