"""Where a source's symbols are traded, for sources that tell neither the exchange nor the currency of a price.

A source marks the exchange by a suffix; its table maps our exchange codes to those suffixes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tickfolio.domain.instruments import EXCHANGES, AssetType, Instrument

# New York and Nasdaq have one currency, one clock and, with every source, one suffix.
UNITED_STATES = "NYSE"
# Shares in London are quoted in pence; funds there in pence or in pounds, which nobody could tell apart.
_PENCE = "LSE"
_UNITS = {_PENCE: "GBX"}
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.&_-]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Venue:
    """The exchange of a symbol, and the code of the unit in which prices are quoted there (GBX for pence),
    as our table or the source says it: it may be none.
    """

    exchange: str
    unit: object


def plain_symbol(instrument: Instrument) -> str | None:
    """The exchange's own symbol of a share or an exchange-traded fund in the exchange's currency, else None.

    The instrument's `provider_symbol` is what Yahoo or AMFI call it, and of no use to others.
    """
    exchange, symbol = EXCHANGES.get(instrument.exchange), instrument.symbol.upper().rstrip(".")
    if exchange is None or exchange.currency != instrument.currency or not _SYMBOL.fullmatch(symbol):
        return None
    return symbol if instrument.asset_type in {AssetType.STOCK, AssetType.ETF} else None


def symbol_at(instrument: Instrument, suffixes: Mapping[str, str]) -> str | None:
    """The symbol with its exchange's suffix, or None where the unit of its price could not be known.

    Share classes are written with a hyphen, as BRK-B, so that a point begins the suffix and nothing else.
    """
    symbol = plain_symbol(instrument)
    if symbol is None or instrument.exchange not in suffixes:
        return None
    if instrument.exchange == _PENCE and instrument.asset_type is not AssetType.STOCK:
        return None
    return symbol.replace(".", "-") + suffixes[instrument.exchange]


def venue_at(symbol: str, suffixes: Mapping[str, str]) -> Venue | None:
    """Where a symbol with a suffix is traded; None for a suffix that the table does not have."""
    _, point, rest = symbol.rpartition(".")
    exchange = next((code for code, suffix in suffixes.items() if suffix == point + rest), None) if point else None
    if not point and "" in suffixes.values():
        exchange = UNITED_STATES
    if exchange is None:
        return None
    currency = EXCHANGES[exchange].currency
    return None if currency is None else Venue(exchange, _UNITS.get(exchange, currency))
