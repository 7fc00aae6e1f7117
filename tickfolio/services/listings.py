"""What sources list becomes known for search; only what is new or better is written.

An exchange's own list also tells of what is known already: a changed ISIN and a code become names of the instrument,
and another symbol of the same ISIN is proposed at the desk, since it decides for everybody who holds it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tickfolio.domain.instruments import EXCHANGES, Instrument
from tickfolio.providers.provider import Listing
from tickfolio.services.changes import today_at
from tickfolio.services.instruments import better_known, is_isin, listed_instrument
from tickfolio.services.told_actions import propose_symbol_change
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.instrument_aliases import Alias, AliasKind

# Whose list says what an ISIN and a symbol belong to: those that give them.
_AUTHORITIES = frozenset({"NSE", "BSE"})

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """An instrument that its exchange lists under another symbol since this day."""

    instrument: Instrument
    to_symbol: str
    on: date


@dataclass(frozen=True, slots=True)
class ListingChanges:
    """What a list tells that was not known: new instruments, better names or ISINs, other names, changed symbols."""

    new: Sequence[Instrument] = ()
    better: Sequence[Instrument] = ()
    aliases: Sequence[Alias] = ()
    renamed: Sequence[SymbolChange] = ()

    def parts(self, size: int) -> Iterator["ListingChanges"]:
        """The same in parts of so many."""
        for start in range(0, len(self.new), size):
            yield ListingChanges(new=self.new[start : start + size])
        for start in range(0, len(self.better), size):
            yield ListingChanges(better=self.better[start : start + size])
        for start in range(0, len(self.aliases), size):
            yield ListingChanges(aliases=self.aliases[start : start + size])
        for start in range(0, len(self.renamed), size):
            yield ListingChanges(renamed=self.renamed[start : start + size])


@dataclass(slots=True)
class _Told:
    """What the list of one exchange tells, while it is read; `isins` are of those it does not know by their symbol.

    `better` and `codes` are by the id of the instrument.
    """

    new: dict[Identity, Instrument] = field(default_factory=dict)
    better: dict[str, Listing] = field(default_factory=dict)
    isins: dict[str, Listing] = field(default_factory=dict)
    codes: dict[str, Listing] = field(default_factory=dict)


def record_listings(tx: Tx, world: World, listings: Sequence[Listing]) -> int:
    """Stores what a source lists, and says how many that were known before have changed: summaries show them."""
    changes = compare_listings(tx, world, listings)
    store_listings(tx, world, changes)
    return len(changes.better)


def store_listings(tx: Tx, world: World, changes: ListingChanges) -> None:
    """The same of what was compared before, with the version of what summaries show."""
    tx.instruments.add_many_if_new(changes.new)
    for one in changes.better:
        tx.instruments.rename(one)
    # Not there is a new one that is another's new symbol, or that somebody has recorded meanwhile under an id of its
    # own: the next list tells the number of that.
    there = tx.instruments.many({alias.instrument_id for alias in changes.aliases})
    tx.aliases.add_many_if_new(alias for alias in changes.aliases if alias.instrument_id in there)
    for change in changes.renamed:
        propose_symbol_change(tx, world, change.instrument, change.to_symbol, change.on, change.instrument.exchange)
    if changes.better:
        tx.server.raise_version("prices")


def compare_listings(tx: Tx, world: World, listings: Sequence[Listing]) -> ListingChanges:
    """What of a list is not known yet. Of those that are known, only what could be better is read whole."""
    by_exchange: dict[str, list[Listing]] = {}
    for listing in listings:
        by_exchange.setdefault(listing.exchange, []).append(listing)
    found = [_compare(tx, world, exchange, by_exchange[exchange]) for exchange in sorted(by_exchange)]
    return ListingChanges(
        [one for changes in found for one in changes.new],
        [one for changes in found for one in changes.better],
        [one for changes in found for one in changes.aliases],
        [one for changes in found for one in changes.renamed],
    )


def _compare(tx: Tx, world: World, exchange: str, listings: Sequence[Listing]) -> ListingChanges:
    known = tx.instruments.identities_on(exchange)
    told = _read(world, exchange, listings, known)
    found = tx.instruments.many(told.better)
    pairs = [(found[key], listing) for key, listing in told.better.items() if key in found]
    compared = [(before, _better(before, listing)) for before, listing in pairs]
    renamed, taken = _renamed(tx, world, exchange, listings, told)
    return ListingChanges(
        [one for identity, one in told.new.items() if identity not in taken],
        [then for before, then in compared if then != before],
        [*_old_isins(world, compared), *_new_codes(tx, world, told.codes)],
        renamed,
    )


def _read(
    world: World, exchange: str, listings: Sequence[Listing], known: Mapping[Identity, tuple[str, bool, str | None]]
) -> _Told:
    usual = EXCHANGES[exchange].currency if exchange in EXCHANGES else None
    is_authority, told = exchange in _AUTHORITIES, _Told()
    for listing in listings:
        identity = (listing.asset_type.value, listing.symbol, listing.currency or usual or "")
        if identity in known:
            key, lacks_name, isin = known[identity]
            is_other = is_authority and isin != listing.isin
            if lacks_name or (listing.isin and (isin is None or is_other)):
                told.better.setdefault(key, listing)
            if listing.code:
                told.codes.setdefault(key, listing)
        elif identity not in told.new:
            made = listed_instrument(world, listing)
            if made is not None:
                told.new[identity] = made
                if listing.code:
                    told.codes[made.id] = listing
                if is_authority and made.isin:
                    told.isins.setdefault(made.isin, listing)
    return told


def _better(found: Instrument, listing: Listing) -> Instrument:
    better = better_known(found, listing.name, listing.isin)
    if listing.exchange in _AUTHORITIES and is_isin(listing.isin):
        return replace(better, isin=listing.isin)
    return better


def _renamed(
    tx: Tx, world: World, exchange: str, listings: Sequence[Listing], told: _Told
) -> tuple[Sequence[SymbolChange], set[Identity]]:
    """What has the ISIN of something held whose own symbol the list has no more: it is that one, and no new one."""
    if not told.isins:
        return [], set()
    listed = {listing.symbol for listing in listings}
    gone = [one for one in tx.instruments.with_isins(exchange, told.isins) if one.symbol not in listed]
    held = tx.holdings.held_instrument_ids() if gone else set()
    changes, taken = [], set()
    for before in gone:
        listing = told.isins[before.isin or ""]
        if before.id in held and before.asset_type is listing.asset_type:
            changes.append(SymbolChange(before, listing.symbol, today_at(exchange, world)))
            if listing.code:
                told.codes[before.id] = listing
            taken |= {key for key in told.new if key[:2] == (listing.asset_type.value, listing.symbol)}
    return changes, taken


def _old_isins(world: World, compared: Sequence[tuple[Instrument, Instrument]]) -> Iterator[Alias]:
    for before, then in compared:
        if before.isin is not None and before.isin != then.isin:
            today = today_at(before.exchange, world)
            yield _alias(world, before.id, AliasKind.ISIN, before.isin, None, today, before.exchange)


def _new_codes(tx: Tx, world: World, codes: Mapping[str, Listing]) -> Iterator[Alias]:
    known = {(alias.instrument_id, alias.value) for alias in tx.aliases.of(codes)}
    for key, listing in codes.items():
        if listing.code and (key, listing.code) not in known:
            yield _alias(world, key, AliasKind.CODE, listing.code, listing.exchange, None, listing.exchange)


def _alias(
    world: World, instrument_id: str, kind: AliasKind, value: str, exchange: str | None, until: date | None, source: str
) -> Alias:
    return Alias(world.new_id(), instrument_id, kind, value, exchange, None, until, source, world.now())
