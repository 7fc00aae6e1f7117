"""What can be held, and where it is traded."""

from dataclasses import dataclass
from enum import StrEnum


class AssetType(StrEnum):
    """The kind of an instrument."""

    STOCK = "STOCK"
    MUTUAL_FUND = "MUTUAL_FUND"
    ETF = "ETF"
    BOND = "BOND"
    CRYPTO = "CRYPTO"
    CASH = "CASH"
    CURRENCY = "CURRENCY"
    INDEX = "INDEX"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A place of trade: its code, the currency of its lines (None: told by each instrument), and its clock's zone."""

    code: str
    name: str
    currency: str | None
    zone: str


EXCHANGES: dict[str, Exchange] = {
    e.code: e
    for e in (
        Exchange("NSE", "National Stock Exchange of India", "INR", "Asia/Kolkata"),
        Exchange("BSE", "BSE", "INR", "Asia/Kolkata"),
        Exchange("AMFI", "Indian mutual funds", "INR", "Asia/Kolkata"),
        Exchange("NYSE", "New York Stock Exchange", "USD", "America/New_York"),
        Exchange("NASDAQ", "Nasdaq", "USD", "America/New_York"),
        Exchange("LSE", "London Stock Exchange", "GBP", "Europe/London"),
        Exchange("XETRA", "Xetra", "EUR", "Europe/Berlin"),
        Exchange("EURONEXT_PARIS", "Euronext Paris", "EUR", "Europe/Paris"),
        Exchange("EURONEXT_AMSTERDAM", "Euronext Amsterdam", "EUR", "Europe/Amsterdam"),
        Exchange("MILAN", "Borsa Italiana", "EUR", "Europe/Rome"),
        Exchange("SIX", "SIX Swiss Exchange", "CHF", "Europe/Zurich"),
        Exchange("TSX", "Toronto Stock Exchange", "CAD", "America/Toronto"),
        Exchange("ASX", "Australian Securities Exchange", "AUD", "Australia/Sydney"),
        Exchange("TSE", "Tokyo Stock Exchange", "JPY", "Asia/Tokyo"),
        Exchange("HKEX", "Hong Kong Exchange", "HKD", "Asia/Hong_Kong"),
        Exchange("SGX", "Singapore Exchange", "SGD", "Asia/Singapore"),
        Exchange("OSLO", "Oslo Børs", "NOK", "Europe/Oslo"),
        Exchange("JSE", "Johannesburg Stock Exchange", "ZAR", "Africa/Johannesburg"),
        Exchange("TASE", "Tel Aviv Stock Exchange", "ILS", "Asia/Jerusalem"),
        Exchange("IDX", "Indonesia Stock Exchange", "IDR", "Asia/Jakarta"),
        Exchange("CRYPTO", "Crypto-currencies", None, "UTC"),
        Exchange("ECB", "European Central Bank reference rates", None, "Europe/Berlin"),
        Exchange("MANUAL", "Priced by hand", None, "UTC"),
        Exchange("CASH", "Cash", None, "UTC"),
        Exchange("DEMO", "Demo market (simulated)", "INR", "Asia/Kolkata"),
    )
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that can be held. `INFY` on NSE (INR) and `INFY` on NYSE (USD) are two instruments.

    `provider_symbol` is what a source calls it where that cannot be worked out from the exchange and the symbol.
    `owner_id` is set only on exchange MANUAL: such an instrument belongs to its user.
    A currency pair has exchange ECB and symbol `EURINR`: the price is what one EUR costs in INR.
    """

    id: str
    asset_type: AssetType
    exchange: str
    symbol: str
    name: str
    currency: str
    isin: str | None = None
    provider_symbol: str | None = None
    owner_id: str | None = None
