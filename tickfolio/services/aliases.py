"""Other names of instruments: a symbol or an ISIN that was changed, a code; written down once, with its days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tickfolio.domain.errors import AdministratorOnly, AliasExists, InvalidInput
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.renames import Rename, rename_of
from tickfolio.domain.text import read_text
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.instrument_aliases import Alias, AliasKind
from tickfolio.storage.people import User

_SIZE_MAX = 40
BY_HAND, SHIPPED = "manual", "tickfolio"


@dataclass(frozen=True, slots=True)
class AliasDraft:
    """A name to be written down; without an exchange it holds on the instrument's own."""

    kind: AliasKind
    value: str
    exchange: str | None = None
    since: date | None = None
    until: date | None = None


def find_by_alias(
    tx: Tx, world: World, asset_type: AssetType, exchange: str, name: str, currency: str | None
) -> Instrument | None:
    """The shared instrument that has, or had, this name on an exchange; where a symbol changed, the one of today.

    A change that is shipped is written down as an alias when it is first met.
    """
    aliases = tx.aliases.named(name, exchange)
    named = tx.instruments.many(alias.instrument_id for alias in aliases)
    for alias in aliases:
        found = named.get(alias.instrument_id)
        if found is not None and found.asset_type is asset_type and found.exchange == exchange:
            return found
    rename = rename_of(exchange, name) if asset_type is AssetType.STOCK else None
    if rename is None or currency is None:
        return None
    made = Instrument(world.new_id(), asset_type, exchange, rename.new, rename.new, currency)
    found = tx.instruments.find(None, asset_type, exchange, rename.new, currency) or tx.instruments.add_if_new(made)
    tx.aliases.add(_of_rename(world, found, rename))
    return found


def list_aliases(tx: Tx, user: User, instrument_id: str) -> tuple[Instrument, Sequence[Alias]]:
    """The other names of an instrument, oldest first. Raises: NotFound."""
    instrument = tx.instruments.load(user.id, instrument_id)
    return instrument, tx.aliases.of([instrument.id])


def add_alias(tx: Tx, world: World, user: User, instrument_id: str, draft: AliasDraft) -> Alias:
    """Writes a name down, for everybody. Raises: NotFound, AdministratorOnly, InvalidInput, AliasExists."""
    instrument = _load_to_change(tx, user, instrument_id)
    value = read_text(draft.value, "value", _SIZE_MAX).upper()
    if any(character.isspace() for character in value):
        raise InvalidInput("value", "value must not have spaces in it.", code="not_a_symbol")
    if draft.since is not None and draft.until is not None and draft.until <= draft.since:
        raise InvalidInput("until", "until must be after since.", code="too_early")
    exchange = draft.exchange or (None if draft.kind is AliasKind.ISIN else instrument.exchange)
    alias = Alias(
        world.new_id(), instrument.id, draft.kind, value, exchange, draft.since, draft.until, BY_HAND, world.now()
    )
    if not tx.aliases.add(alias):
        raise AliasExists(f"{instrument.symbol} has the name {value} already.")
    return alias


def remove_alias(tx: Tx, user: User, instrument_id: str, alias_id: str) -> None:
    """Takes a name back. Raises: NotFound, AdministratorOnly."""
    instrument = _load_to_change(tx, user, instrument_id)
    tx.aliases.remove(instrument.id, alias_id)


def _load_to_change(tx: Tx, user: User, instrument_id: str) -> Instrument:
    instrument = tx.instruments.load(user.id, instrument_id)
    if instrument.owner_id is None and not user.administrator:
        raise AdministratorOnly(f"{instrument.symbol} is everybody's: only the administrator names it.")
    return instrument


def _of_rename(world: World, instrument: Instrument, rename: Rename) -> Alias:
    return Alias(
        world.new_id(),
        instrument.id,
        AliasKind.SYMBOL,
        rename.old,
        instrument.exchange,
        None,
        rename.on,
        SHIPPED,
        world.now(),
    )
