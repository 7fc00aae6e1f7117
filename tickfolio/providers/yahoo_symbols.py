"""How Yahoo calls instruments, and how we call what its search finds."""

import re
from collections.abc import Mapping
from typing import Any

from tickfolio.domain.instruments import EXCHANGES, AssetType, Instrument
from tickfolio.providers.provider import Listing

SUFFIXES: dict[str, str] = {
    "NSE": ".NS",
    "BSE": ".BO",
    "NYSE": "",
    "NASDAQ": "",
    "LSE": ".L",
    "XETRA": ".DE",
    "EURONEXT_PARIS": ".PA",
    "EURONEXT_AMSTERDAM": ".AS",
    "MILAN": ".MI",
    "SIX": ".SW",
    "TSX": ".TO",
    "ASX": ".AX",
    "TSE": ".T",
    "HKEX": ".HK",
    "SGX": ".SI",
    "OSLO": ".OL",
    "JSE": ".JO",
    "TASE": ".TA",
    "IDX": ".JK",
    "CRYPTO": "",
}
_EXCHANGES: dict[str, str] = {
    "NSI": "NSE",
    "BSE": "BSE",
    "NYQ": "NYSE",
    "NYS": "NYSE",
    "ASE": "NYSE",
    "PCX": "NYSE",
    "NMS": "NASDAQ",
    "NGM": "NASDAQ",
    "NCM": "NASDAQ",
    "NAS": "NASDAQ",
    "LSE": "LSE",
    "GER": "XETRA",
    "PAR": "EURONEXT_PARIS",
    "AMS": "EURONEXT_AMSTERDAM",
    "MIL": "MILAN",
    "EBS": "SIX",
    "TOR": "TSX",
    "ASX": "ASX",
    "JPX": "TSE",
    "HKG": "HKEX",
    "SES": "SGX",
    "OSL": "OSLO",
    "JNB": "JSE",
    "TLV": "TASE",
    "JKT": "IDX",
    "CCC": "CRYPTO",
}
_ASSET_TYPES: dict[str, AssetType] = {
    "EQUITY": AssetType.STOCK,
    "ETF": AssetType.ETF,
    "MUTUALFUND": AssetType.MUTUAL_FUND,
    "INDEX": AssetType.INDEX,
    "CRYPTOCURRENCY": AssetType.CRYPTO,
}
# Other sources price these, or nobody does.
_NEVER = frozenset({"AMFI", "ECB", "MANUAL", "DEMO"})
_SYMBOL = re.compile(r"[A-Za-z0-9.&^=_-]{1,30}", re.ASCII)
_NAME_LENGTH_MAX = 200
_HKEX_DIGITS = 4


def symbol_of(instrument: Instrument) -> str | None:
    """Yahoo's symbol of an instrument, or None when Yahoo cannot price it.

    The instrument's own `provider_symbol` wins. Share classes are written with a hyphen: BRK.B is BRK-B.
    """
    if instrument.exchange in _NEVER:
        return None
    if instrument.provider_symbol:
        symbol = instrument.provider_symbol
    elif instrument.exchange in SUFFIXES:
        symbol = _with_suffix(instrument.exchange, instrument.symbol.upper())
    else:
        return None
    return symbol if _SYMBOL.fullmatch(symbol) else None


def _with_suffix(exchange: str, symbol: str) -> str:
    suffix = SUFFIXES[exchange]
    if suffix and symbol.endswith(suffix):
        return symbol
    if exchange == "HKEX" and symbol.isdecimal():
        # The exchange writes 00005, Yahoo 0005.HK.
        symbol = symbol.lstrip("0").rjust(_HKEX_DIGITS, "0")
    # London writes BP. and BT.A, Yahoo BP.L and BT-A.L.
    return symbol.rstrip(".").replace(".", "-") + suffix


def listing_of(row: dict[str, Any]) -> Listing | None:
    """The instrument that a row of Yahoo's search tells of; None for what we do not know how to hold.

    Those are options, futures, currency pairs (the ECB has them), exchanges that we do not know, and rows that are
    not instruments at all. The currency is that of the exchange: the row names none.
    """
    symbol, exchange_code, quote_type = row.get("symbol"), row.get("exchange"), row.get("quoteType")
    if not isinstance(symbol, str) or not isinstance(exchange_code, str) or not isinstance(quote_type, str):
        return None
    exchange, asset_type = _EXCHANGES.get(exchange_code), _ASSET_TYPES.get(quote_type)
    if exchange is None or asset_type is None or not _SYMBOL.fullmatch(symbol):
        return None
    return Listing(
        asset_type=asset_type,
        exchange=exchange,
        symbol=_own_symbol(exchange, symbol),
        name=read_name(row) or symbol,
        currency=_crypto_currency(symbol) if exchange == "CRYPTO" else EXCHANGES[exchange].currency,
        provider_symbol=symbol,
    )


def _own_symbol(exchange: str, symbol: str) -> str:
    if exchange in {"NYSE", "NASDAQ"}:
        return symbol.replace("-", ".")
    suffix = SUFFIXES[exchange]
    return symbol.removesuffix(suffix) if suffix else symbol


def _crypto_currency(symbol: str) -> str | None:
    _, hyphen, currency = symbol.rpartition("-")
    return currency if hyphen and re.fullmatch(r"[A-Z]{3}", currency, re.ASCII) else None


def read_name(row: Mapping[str, Any]) -> str | None:
    """The name that a row of a search, or the facts beside a price, tell; the long one before the short one."""
    for key in ("longname", "longName", "shortname", "shortName"):
        text = row.get(key)
        if isinstance(text, str) and (name := " ".join(text.split())[:_NAME_LENGTH_MAX]) and name.isprintable():
            return name
    return None
