"""Finding instruments: by any of their names when something is recorded, and as one types."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tickfolio.domain.errors import CurrencyMismatch, InvalidInput, UnknownExchange
from tickfolio.domain.fund_houses import house_of
from tickfolio.domain.instruments import EXCHANGES, AssetType, Instrument
from tickfolio.domain.text import read_text
from tickfolio.providers.provider import Listing
from tickfolio.services.aliases import find_by_alias
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User

NAME_SIZE_MAX = 200
_SYMBOL_SIZE_MAX = 40
_EXCHANGE = re.compile(r"[A-Z0-9_]{1,20}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", re.ASCII)
# Lines on these exchanges trade in one currency only.
_ONE_CURRENCY = frozenset({"NSE", "BSE", "AMFI", "DEMO"})
_NOT_FOR_HOLDING = frozenset({"ECB", "CASH"})


@dataclass(frozen=True, slots=True)
class Named:
    """An instrument as a person or a file names it. `symbol` is any alias: exchange symbol, AMFI code or ISIN."""

    asset_type: AssetType
    symbol: str
    exchange: str | None = None
    isin: str | None = None
    currency: str | None = None


def resolve_instrument(tx: Tx, world: World, user: User, named: Named) -> Instrument:
    """The instrument that is meant; one that nobody has recorded before is made, unconfirmed.

    No network is asked here: what no source knows stays unpriced, and says so, until a source does.
    Raises: InvalidInput, UnknownExchange, CurrencyMismatch.
    """
    exchange = _read_exchange(named, user)
    symbol = _read_symbol(named.symbol, exchange)
    owner_id = user.id if exchange == "MANUAL" else None
    isin = symbol if owner_id is None and _ISIN.fullmatch(symbol) else None
    wanted = named.currency or _usual_currency(exchange, user)
    found = tx.instruments.find(owner_id, named.asset_type, exchange, symbol, wanted)
    if found is None and owner_id is not None and named.currency is None:  # one's own, in whatever currency it is
        found = tx.instruments.find(owner_id, named.asset_type, exchange, symbol)
    if found is None and isin is not None:
        found = tx.instruments.find_by_isin(exchange, isin)
    if found is None and owner_id is None:
        found = find_by_alias(tx, world, named.asset_type, exchange, symbol, wanted)
        _refuse_house(named.asset_type, symbol, found)
    if found is None:
        currency = _currency(named, exchange, user)
        # The ISIN that somebody writes beside a symbol is not stored: a shared instrument has it from a source alone.
        made = Instrument(
            world.new_id(), named.asset_type, exchange, symbol, symbol, currency, isin=isin, owner_id=owner_id
        )
        return tx.instruments.add_if_new(made)
    if named.currency is not None and named.currency != found.currency:
        raise CurrencyMismatch(
            "currency", f"{found.symbol} on {exchange} trades in {found.currency}, not {named.currency}."
        )
    if named.isin is not None and found.isin not in {None, named.isin}:
        raise InvalidInput("isin", f"{found.symbol} on {exchange} has the ISIN {found.isin}.", code="isin_mismatch")
    return found


def resolve_named_beside(tx: Tx, world: World, user: User, named: Named) -> Instrument:
    """The instrument that a dividend or a charge belongs to, which may be paid in another currency than its own.

    Raises: InvalidInput, UnknownExchange, CurrencyMismatch.
    """
    exchange = _read_exchange(named, user)
    symbol = _read_symbol(named.symbol, exchange)
    owner_id = user.id if exchange == "MANUAL" else None
    found = tx.instruments.find(owner_id, named.asset_type, exchange, symbol)
    return found or resolve_instrument(tx, world, user, named)


def _refuse_house(asset_type: AssetType, symbol: str, found: Instrument | None) -> None:
    house = house_of(symbol) if found is None and asset_type is AssetType.MUTUAL_FUND else None
    if house is not None:
        message = f"{symbol} is a fund house, not a fund: name the scheme, by its name, its AMFI code or its ISIN."
        raise InvalidInput("symbol", message, code="fund_house")


def cash_in(tx: Tx, world: World, currency: str) -> Instrument:
    """Cash of a currency, to which deposits, withdrawals and charges of no instrument belong."""
    found = tx.instruments.find(None, AssetType.CASH, "CASH", currency, currency)
    made = Instrument(world.new_id(), AssetType.CASH, "CASH", currency, f"Cash in {currency}", currency)
    return found or tx.instruments.add_if_new(made)


def search_words(query: str) -> Sequence[str]:
    """The words of a query, at most eight. Raises: InvalidInput."""
    return read_text(query, "q", 100).split()[:8]


def rank(instrument: Instrument, query: str) -> tuple[int, int, str]:
    """Best first: the exact code, then a symbol that begins so, then a name that begins so, then the rest."""
    q = query.strip().lower()
    codes = [code.lower() for code in (instrument.symbol, instrument.isin) if code]
    if q in codes:
        step = 0
    elif any(code.startswith(q) for code in codes):
        step = 1
    else:
        step = 2 if instrument.name.lower().startswith(q) else 3
    return step, len(instrument.name), instrument.symbol


def _currency(named: Named, exchange: str, user: User) -> str:
    usual = _usual_currency(exchange, user)
    currency = named.currency or usual
    if currency is None:
        raise UnknownExchange("currency", f"{exchange} is not an exchange with one known currency: name the currency.")
    if exchange in _ONE_CURRENCY and currency != usual:
        raise CurrencyMismatch("currency", f"{named.symbol} on {exchange} trades in {usual}, not {currency}.")
    return currency


def _usual_currency(exchange: str, user: User) -> str | None:
    known = EXCHANGES.get(exchange)
    return user.base_currency if exchange == "MANUAL" else (known.currency if known else None)


def _read_exchange(named: Named, user: User) -> str:
    fund = named.asset_type is AssetType.MUTUAL_FUND
    exchange = (named.exchange or ("AMFI" if fund else user.home_exchange)).strip().upper()
    if not _EXCHANGE.fullmatch(exchange) or exchange in _NOT_FOR_HOLDING:
        raise UnknownExchange("exchange", "exchange must be the code of an exchange, as NSE.")
    if exchange == "AMFI" and not fund:
        raise InvalidInput("exchange", "AMFI prices mutual funds only.", code="wrong_exchange")
    return exchange


def _read_symbol(text: str, exchange: str) -> str:
    symbol = read_text(text, "symbol", _SYMBOL_SIZE_MAX)
    if exchange == "MANUAL":
        return symbol
    if any(character.isspace() for character in symbol):
        raise InvalidInput("symbol", "symbol must not have spaces in it.", code="not_a_symbol")
    return symbol.upper()


def record_listing(tx: Tx, world: World, listing: Listing) -> Instrument:
    """The instrument that a source lists, made if it is new. Raises: UnknownExchange when it has no known currency."""
    made = listed_instrument(world, listing)
    if made is None:
        raise UnknownExchange("currency", f"{listing.symbol} on {listing.exchange} has no known currency.")
    return tx.instruments.add_if_new(made)


def name_instruments(tx: Tx, found: Iterable[Instrument], name: str) -> int:
    """Instruments that were recorded by their symbol alone get the name that a source tells; says how many did."""
    return sum(_know_better(tx, instrument, name) for instrument in found)


def better_known(found: Instrument, name: str, isin: str | None) -> Instrument:
    """The same instrument with what a source tells of it, where nobody knew better than its symbol, or no ISIN."""
    told = _fitting(name, NAME_SIZE_MAX) if found.name == found.symbol else None
    return replace(found, name=told or found.name, isin=found.isin or (isin if is_isin(isin) else None))


def _know_better(tx: Tx, found: Instrument, name: str) -> bool:
    if found.name != found.symbol:  # somebody has said how it is called
        return False
    better = better_known(found, name, None)
    if better != found:
        tx.instruments.rename(better)
    return better != found


def listed_instrument(world: World, listing: Listing) -> Instrument | None:
    """The instrument as it is stored; None for one without a known currency, or with a code that can be none.

    What a source lists is a stranger's word: one odd row must not keep the prices beside it from being stored.
    """
    known = EXCHANGES.get(listing.exchange)
    currency = listing.currency or (known.currency if known else None)
    symbol = _fitting(listing.symbol, _SYMBOL_SIZE_MAX)
    if currency is None or not _CURRENCY.fullmatch(currency) or not _EXCHANGE.fullmatch(listing.exchange):
        return None
    if symbol is None or symbol != listing.symbol:
        return None
    return Instrument(
        world.new_id(),
        listing.asset_type,
        listing.exchange,
        symbol,
        _fitting(listing.name, NAME_SIZE_MAX) or symbol,
        currency,
        listing.isin if is_isin(listing.isin) else None,
        listing.provider_symbol and _fitting(listing.provider_symbol, _SYMBOL_SIZE_MAX),
    )


def _fitting(text: str, size_max: int) -> str | None:
    try:
        return read_text(text, "name", size_max)
    except InvalidInput:
        return None


def is_isin(text: str | None) -> bool:
    """Whether it has the shape of an ISIN."""
    return text is not None and _ISIN.fullmatch(text) is not None
