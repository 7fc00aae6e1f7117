"""CoinGecko: the latest prices of well-known coins in any currency, all in one request; with or without a key.

Source: https://docs.coingecko.com/. Coins go by ids, because tickers are used twice; an unknown id is left out.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation
from tickfolio.providers.batches import batch_of, failed_batch, in_batches
from tickfolio.providers.classify import classify_plain, read_retry_after
from tickfolio.providers.json_text import read_body, read_object, read_whole
from tickfolio.providers.keyed_adapter import KeyedAdapter
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Quota,
    Request,
)
from tickfolio.providers.told_quote import ToldQuote, observe, read_amount, read_instant

COINS = {
    "BTC": "bitcoin",
    "ETH": "ethereum",
    "USDT": "tether",
    "BNB": "binancecoin",
    "SOL": "solana",
    "USDC": "usd-coin",
    "XRP": "ripple",
    "DOGE": "dogecoin",
    "ADA": "cardano",
    "TRX": "tron",
    "AVAX": "avalanche-2",
    "LINK": "chainlink",
    "DOT": "polkadot",
    "LTC": "litecoin",
    "BCH": "bitcoin-cash",
    "XLM": "stellar",
    "XMR": "monero",
    "ETC": "ethereum-classic",
    "ATOM": "cosmos",
    "UNI": "uniswap",
    "AAVE": "aave",
    "ALGO": "algorand",
    "FIL": "filecoin",
    "HBAR": "hedera-hashgraph",
    "ICP": "internet-computer",
    "NEAR": "near",
    "VET": "vechain",
    "SHIB": "shiba-inu",
    "DAI": "dai",
    "WBTC": "wrapped-bitcoin",
    "XTZ": "tezos",
    "EOS": "eos",
    "ZEC": "zcash",
    "DASH": "dash",
}
BATCH_SIZE = 100
_NOT_FOUND_STATUS = 404
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_KINDS = {
    429: FailureKind.RATE_LIMITED,
    10002: FailureKind.AUTH,
    10010: FailureKind.AUTH,
    10011: FailureKind.AUTH,
    10005: FailureKind.FORBIDDEN_PLAN,
}
_WORDS = {
    FailureKind.RATE_LIMITED: "CoinGecko asks us to ask less often.",
    FailureKind.QUOTA_EXHAUSTED: "CoinGecko's allowance of this month is spent.",
    FailureKind.AUTH: "CoinGecko does not take our key.",
    FailureKind.FORBIDDEN_PLAN: "CoinGecko answers this on a paid plan only.",
}
_UNKNOWN = Failure(FailureKind.NOT_FOUND, "CoinGecko knows no such coin.")
_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "CoinGecko answers in a form that we do not know.")


class CoinGeckoAdapter(KeyedAdapter):
    """Builds CoinGecko's requests and reads its answers; pure. A symbol is an id and a currency, as bitcoin/inr."""

    name = "coingecko"
    default_url = "https://api.coingecko.com/api/v3"
    # Its terms want these words wherever its prices are shown.
    label = "Powered by CoinGecko"
    terms: str | None = (
        "CoinGecko's data are for personal use and are shown as “Powered by CoinGecko”; "
        "they are refreshed, and no history of them is collected."
    )

    def __init__(self, url: str = "", key: str = "") -> None:
        super().__init__(url, key)
        self.quota = Quota(minute=100 if self._key else 30, month=10_000)

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The coin's id and the instrument's currency, for BTC or BTC-USD; None for a coin that we do not know."""
        is_coin = instrument.asset_type is AssetType.CRYPTO and instrument.exchange == "CRYPTO"
        if not is_coin or not _CURRENCY.fullmatch(instrument.currency):
            return None
        coin = COINS.get(instrument.symbol.upper().removesuffix(f"-{instrument.currency}"))
        return None if coin is None else f"{coin}/{instrument.currency.lower()}"

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for every 100 symbols: each coin of them in each currency of them."""
        return [Request(self._address(batch), batch, self._headers()) for batch in in_batches(symbols, BATCH_SIZE)]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:  # noqa: ARG002  # as Adapter
        """A failure: its terms allow a copy of a day at most."""
        return Failure(FailureKind.NO_DATA, f"{symbol}: CoinGecko's terms do not allow to keep its past prices.")

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is; an error has a code of its own beside the status."""
        data = read_body(answer.body)
        if data is None:
            return classify_plain(answer, _CHANGED)
        otherwise = _UNKNOWN if answer.status == _NOT_FOUND_STATUS else _CHANGED
        return _error(data, answer.headers) or classify_plain(answer, otherwise)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest prices; a coin that is not in the answer is unknown."""
        data = read_body(body)
        if data is None or not all(isinstance(row, dict) for row in data.values()):
            return BatchResult(provider_failure=_CHANGED)
        failure = _error(data, {})
        if failure is not None:
            return failed_batch(failure, symbols)
        return batch_of({symbol: _observe(symbol, data, now) for symbol in dict.fromkeys(symbols)})

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Adapter
        """Nothing: it is not asked for."""
        return HistoryResult(failure=Failure(FailureKind.NO_DATA, f"{symbol}: CoinGecko is not asked for a history."))

    def _address(self, symbols: Sequence[str]) -> str:
        pairs = [symbol.partition("/") for symbol in symbols]
        coins = ",".join(quote(coin, safe="") for coin in dict.fromkeys(pair[0] for pair in pairs))
        currencies = ",".join(quote(code, safe="") for code in dict.fromkeys(pair[2] for pair in pairs))
        return f"{self._url}/simple/price?ids={coins}&vs_currencies={currencies}&include_last_updated_at=true"

    def _headers(self) -> Mapping[str, str]:
        return {"x-cg-demo-api-key": self._key} if self._key else {}


def _error(data: Mapping[str, Any], headers: Mapping[str, str]) -> Failure | None:
    """The error that a body tells, in either of its forms."""
    status = read_object(data.get("status") or read_object(data.get("error")).get("status") or data)
    code = read_whole(status.get("error_code"))
    if code is None:
        return None
    kind = _KINDS.get(code)
    if kind is FailureKind.RATE_LIMITED and "month" in str(status.get("error_message")).lower():
        kind = FailureKind.QUOTA_EXHAUSTED
    return _CHANGED if kind is None else Failure(kind, _WORDS[kind], read_retry_after(headers))


def _observe(symbol: str, data: Mapping[str, Any], now: datetime) -> Observation | Failure:
    coin, _, currency = symbol.partition("/")
    row = read_object(data.get(coin))
    if not row:
        return _UNKNOWN
    at = read_instant(row.get("last_updated_at"))
    if at is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: CoinGecko names no time.")
    quoted = ToldQuote(
        price=read_amount(row.get(currency)),
        previous_close=None,
        unit=currency.upper(),
        exchange=None,
        at=at,
    )
    return observe(symbol, quoted, CoinGeckoAdapter.name, "CoinGecko", now)
