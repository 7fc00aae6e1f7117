"""Sources of one's own: an address and a path for what is one's own and no source prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tickfolio.domain.errors import CurrencyMismatch, InvalidInput, NotFound, NotPricedByHand, TooMany
from tickfolio.domain.instruments import Instrument
from tickfolio.providers.address_check import AddressRefused
from tickfolio.providers.own_answer import OwnFailure, OwnPrice
from tickfolio.providers.own_paths import PathWrong, read_csv_path, read_json_path
from tickfolio.providers.own_source import OwnAddress, OwnProvider
from tickfolio.providers.provider import Quota
from tickfolio.services.quotas import CountedAllowance
from tickfolio.services.refresh_plan import OWN
from tickfolio.services.sources import Sources, sources_on
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.own_sources import OwnSource

SOURCES_MAX = 50
TRIES_A_MINUTE = 10


@dataclass(frozen=True, slots=True)
class OwnSourceDraft:
    """What a person says of an address; no currency means the instrument's."""

    url: str = field(repr=False)
    format: Literal["json", "csv"]
    price_path: str
    date_path: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class OwnSourceState:
    """The source of an instrument, if it has one. `is_on`: the administrator lets such addresses be asked at all.

    `failure` is a stable code for why the last request gave no price, and `failing_since` when that began.
    """

    source: OwnSource | None
    is_on: bool
    failure: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredAddresses:
    """The addresses of instruments, as they are written down now."""

    database: Database

    def __call__(self, instrument_ids: Sequence[str]) -> Mapping[str, OwnAddress]:
        """Those of the instruments that have one."""
        with self.database.reading() as tx:
            found = tx.own_sources.many(instrument_ids)
        return {key: _address(owner_id, source) for key, (owner_id, source) in found.items()}


def load_own_source(tx: Tx, sources: Sources, owner_id: str, instrument_id: str) -> OwnSourceState:
    """What is known of an instrument's source. Raises: NotFound; NotPricedByHand for what another source prices."""
    instrument = _load(tx, owner_id, instrument_id)
    source = tx.own_sources.load(owner_id, instrument.id)
    is_on = OWN in sources_on(tx, sources)
    failure = next((one for one in tx.source_failures.of([instrument.id]) if one.source == OWN), None)
    if source is None or failure is None:
        return OwnSourceState(source, is_on)
    return OwnSourceState(source, is_on, failure.reason, failure.first_at)


def store_own_source(
    tx: Tx, world: World, sources: Sources, owner_id: str, instrument_id: str, draft: OwnSourceDraft
) -> OwnSourceState:
    """From now on the instrument's price is asked for there; the first time at once, in the background.

    Raises: NotFound; NotPricedByHand; InvalidInput, also beyond 50 sources a person; CurrencyMismatch.
    """
    instrument = _load(tx, owner_id, instrument_id)
    address = _check(draft, _provider(sources), owner_id, instrument)
    before = tx.own_sources.load(owner_id, instrument.id)
    if before is None and tx.own_sources.count(owner_id) >= SOURCES_MAX:
        raise InvalidInput("url", f"{SOURCES_MAX} addresses a person are enough.", code="too_many_sources")
    now = world.now()
    source = OwnSource(
        instrument.id,
        address.url,
        address.format,
        address.price_path,
        address.date_path,
        address.currency,
        now if before is None else before.created_at,
    )
    tx.own_sources.store(source)
    tx.source_failures.forget(OWN, [instrument.id])
    tx.after_commit(lambda: world.ask_for_prices([instrument.id]))
    return OwnSourceState(source, OWN in sources_on(tx, sources))


def remove_own_source(tx: Tx, owner_id: str, instrument_id: str) -> None:
    """The price is not asked for any more; the last one stays. Raises: NotFound, also without one; NotPricedByHand."""
    instrument = _load(tx, owner_id, instrument_id)
    if not tx.own_sources.remove(instrument.id):
        raise NotFound("source of one's own")
    tx.source_failures.forget(OWN, [instrument.id])


def try_own_source(
    database: Database, world: World, sources: Sources, owner_id: str, instrument_id: str, draft: OwnSourceDraft
) -> OwnPrice | OwnFailure:
    """Asks once, now, and stores nothing. No database transaction is open while the address is waited for.

    Raises: NotFound; NotPricedByHand; InvalidInput; CurrencyMismatch; TooMany beyond ten tries a minute.
    """
    provider = _provider(sources)
    with database.reading() as tx:
        instrument = _load(tx, owner_id, instrument_id)
        address = _check(draft, provider, owner_id, instrument)
        if OWN not in sources_on(tx, sources):
            return OwnFailure("switched_off", "The administrator has switched own addresses off.")
    spent = CountedAllowance(database, world.now).take(f"{OWN}:{owner_id}", Quota(minute=TRIES_A_MINUTE), 1)
    if spent is not None:
        raise TooMany("That was tried often enough for a moment.", spent.seconds)
    return provider.try_out(address, world.now())


def _load(tx: Tx, owner_id: str, instrument_id: str) -> Instrument:
    instrument = tx.instruments.load(owner_id, instrument_id)
    if instrument.exchange != "MANUAL":
        raise NotPricedByHand(
            f"{instrument.symbol} on {instrument.exchange} is priced by a source; only your own on MANUAL have others."
        )
    return instrument


def _provider(sources: Sources) -> OwnProvider:
    provider = sources.providers.get(OWN)
    if not isinstance(provider, OwnProvider):
        raise NotFound("source of prices")
    return provider


def _check(draft: OwnSourceDraft, provider: OwnProvider, owner_id: str, instrument: Instrument) -> OwnAddress:
    """The draft as it may be asked. Raises: InvalidInput, CurrencyMismatch."""
    url = draft.url.strip().partition("#")[0]
    try:
        provider.check.check_url(url)
    except AddressRefused as error:
        raise InvalidInput("url", error.message, code=error.code) from None
    currency = draft.currency or instrument.currency
    if currency != instrument.currency:
        message = f"{instrument.symbol} is counted in {instrument.currency}, not {currency}."
        raise CurrencyMismatch("currency", message)
    _check_path("price_path", draft.price_path, draft.format)
    date_path = (draft.date_path or "").strip() or None
    if date_path is not None:
        _check_path("date_path", date_path, draft.format)
    return OwnAddress(owner_id, url, draft.format, draft.price_path.strip(), date_path, currency)


def _check_path(name: str, text: str, kind: str) -> None:
    try:
        if kind == "json":
            read_json_path(text)
        else:
            read_csv_path(text)
    except PathWrong as error:
        raise InvalidInput(name, str(error), code="path_unreadable") from None


def _address(owner_id: str, source: OwnSource) -> OwnAddress:
    return OwnAddress(owner_id, source.url, source.format, source.price_path, source.date_path, source.currency)
