"""Sources of prices: which there are, which are on, and who decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tickfolio.domain.errors import AdministratorOnly, KeyMissing, NotFound, SettingFixed, TermsNotAccepted
from tickfolio.providers.provider import Provider
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User

# What is on until somebody decides; a source with terms waits for a person to accept them.
_ON_AT_FIRST = frozenset({"demo", "amfi", "ecb", "own"})


@dataclass(frozen=True, slots=True)
class Sources:
    """Every source this program knows, in the order of preference; `fixed` is what the environment says is on.

    `keyless` are those that cannot be asked because their key is missing, and the setting that would hold it.
    """

    providers: Mapping[str, Provider]
    fixed: frozenset[str] | None = None
    keyless: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as the page shows it; `needs_key` is the setting that its missing key belongs in."""

    name: str
    label: str
    on: bool
    fixed: bool
    terms: str | None
    needs_key: str | None = None


def list_sources(tx: Tx, sources: Sources) -> Sequence[SourceState]:
    """Every source with its switch."""
    on = sources_on(tx, sources)
    is_fixed = sources.fixed is not None
    return [
        SourceState(name, provider.label, name in on, is_fixed, provider.terms, sources.keyless.get(name))
        for name, provider in sources.providers.items()
    ]


def sources_on(tx: Tx, sources: Sources) -> Mapping[str, Provider]:
    """The sources that may be asked now."""
    known = {name: one for name, one in sources.providers.items() if name not in sources.keyless}
    if sources.fixed is not None:
        return {name: one for name, one in known.items() if name in sources.fixed}
    switches = tx.server.switches()
    return {name: one for name, one in known.items() if switches.get(name, name in _ON_AT_FIRST)}


def switch_source(tx: Tx, world: World, sources: Sources, user: User, name: str, *, on: bool, accepted: bool) -> None:
    """Switches a source on or off for the whole server.

    Raises: AdministratorOnly, NotFound, SettingFixed, KeyMissing, TermsNotAccepted.
    """
    if not user.administrator:
        raise AdministratorOnly("Only the administrator chooses where prices come from.")
    provider = sources.providers.get(name)
    if provider is None:
        raise NotFound("source of prices")
    if sources.fixed is not None:
        raise SettingFixed("TICKFOLIO_PROVIDERS decides which sources are on; change it there.")
    if on and name in sources.keyless:
        raise KeyMissing(provider.label, sources.keyless[name])
    if on and provider.terms and not accepted:
        raise TermsNotAccepted(provider.terms)
    accepted_at = world.now() if on and provider.terms else None
    tx.server.switch_source(name, on=on, terms_accepted_at=accepted_at)
    tx.server.note(world.new_id(), user.id, f"source_{name}_{'on' if on else 'off'}", None, world.now())
