"""Alpha Vantage, by a key of one's own: one request a symbol, the price of a trading day without a time.

Source: https://www.alphavantage.co/documentation/. Every error comes with HTTP 200, told apart by its key and words.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.prices import Observation
from tickfolio.providers.batches import batch_of, failed_batch
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.json_text import read_body, read_object
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
from tickfolio.providers.told_closes import read_closes
from tickfolio.providers.told_quote import (
    ToldQuote,
    no_currency,
    observe,
    read_amount,
    read_day,
)
from tickfolio.providers.venues import symbol_at, venue_at

SUFFIXES = {
    "NYSE": "",
    "NASDAQ": "",
    "BSE": ".BSE",
    "LSE": ".LON",
    "XETRA": ".DEX",
    "TSX": ".TRT",
}

_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "Alpha Vantage answers in a form that we do not know.")
_OF_THE_KEY = re.compile(r"api ?key (is|parameter)|apikey|\bdemo\b", re.IGNORECASE)
_INVALID = re.compile(r"invalid api call|symbol", re.IGNORECASE)
# In this order: a notice about the burst names the day's limit, too, and both name the paid plans.
_NOTICES = (
    (_OF_THE_KEY, FailureKind.AUTH),
    (re.compile(r"per (second|minute)|sparingly|burst|spreading", re.IGNORECASE), FailureKind.RATE_LIMITED),
    (re.compile(r"\b(is|are) (a )?premium", re.IGNORECASE), FailureKind.FORBIDDEN_PLAN),
    (re.compile(r"per (day|month)|daily|monthly", re.IGNORECASE), FailureKind.QUOTA_EXHAUSTED),
)
_WORDS = {
    FailureKind.AUTH: "Alpha Vantage does not take our key.",
    FailureKind.RATE_LIMITED: "Alpha Vantage asks us to ask less often.",
    FailureKind.FORBIDDEN_PLAN: "Alpha Vantage answers this on a paid plan only.",
    FailureKind.QUOTA_EXHAUSTED: "Alpha Vantage's allowance of this day is spent.",
    FailureKind.NOT_FOUND: "Alpha Vantage knows no such symbol.",
}


class AlphaVantageAdapter(KeyedAdapter):
    """Builds Alpha Vantage's requests and reads its answers; pure. The currency of a price is that of its exchange."""

    name = "alphavantage"
    default_url = "https://www.alphavantage.co"
    label = "Alpha Vantage"
    terms: str | None = "Alpha Vantage's free keys are for personal, non-commercial use, within 25 requests a day."
    quota = Quota(day=25)

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol with Alpha Vantage's suffix; None for exchanges that it does not have, as the NSE."""
        return symbol_at(instrument, SUFFIXES)

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request a symbol: there is no batch."""
        return [Request(self._address("GLOBAL_QUOTE", symbol), (symbol,)) for symbol in symbols]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:  # noqa: ARG002  # as Adapter
        """The last hundred days, whatever `since` is: longer series are on paid plans only."""
        return Request(f"{self._address('TIME_SERIES_DAILY', symbol)}&outputsize=compact", (symbol,))

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is, by its body first: the status tells nothing."""
        return _notice(read_body(answer.body) or {}) or classify_plain(answer, _CHANGED)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest price of the symbol: the close of its trading day once that is over."""
        data = read_body(body) or {}
        row = data.get("Global Quote")
        failure = _notice(data)
        if failure is not None or not isinstance(row, dict):
            return failed_batch(failure or _CHANGED, symbols)
        calendar = self._calendar()
        return batch_of({symbol: _observe(symbol, row, now, calendar) for symbol in dict.fromkeys(symbols)})

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """Daily closes as traded."""
        data = read_body(body) or {}
        rows, meta = data.get("Time Series (Daily)"), read_object(data.get("Meta Data"))
        failure = _notice(data)
        if failure is not None or not isinstance(rows, dict) or meta.get("2. Symbol") != symbol:
            return HistoryResult(failure=failure or _CHANGED)
        venue = venue_at(symbol, SUFFIXES)
        if venue is None:
            return HistoryResult(failure=no_currency(symbol, self.label))
        closes = ((day, read_object(row).get("4. close")) for day, row in rows.items())
        return read_closes(symbol, closes, venue, self.label, now, self._calendar())

    def _address(self, function: str, symbol: str) -> str:
        return (
            f"{self._url}/query?function={function}&symbol={quote(symbol, safe='')}&apikey={quote(self._key, safe='')}"
        )


def _notice(data: Mapping[str, Any]) -> Failure | None:
    """The failure that stands in place of data. Its own words are not repeated: they may name our key."""
    if "Error Message" in data:
        words = str(data["Error Message"])
        if _OF_THE_KEY.search(words):
            return _failure(FailureKind.AUTH)
        return _failure(FailureKind.NOT_FOUND) if _INVALID.search(words) else _CHANGED
    words = " ".join(str(data[key]) for key in ("Information", "Note") if key in data)
    if not words:
        return None
    # Whatever a notice says, it comes in place of data to one who asks too much.
    return _failure(next((kind for known, kind in _NOTICES if known.search(words)), FailureKind.RATE_LIMITED))


def _failure(kind: FailureKind) -> Failure:
    return Failure(kind, _WORDS[kind])


def _observe(symbol: str, row: Mapping[str, Any], now: datetime, calendar: Calendar) -> Observation | Failure:
    if not row:
        return _failure(FailureKind.NOT_FOUND)
    if row.get("01. symbol") != symbol:
        return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: Alpha Vantage answers with another symbol.")
    venue, day = venue_at(symbol, SUFFIXES), read_day(row.get("07. latest trading day"))
    if venue is None:
        return no_currency(symbol, AlphaVantageAdapter.label)
    if day is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: Alpha Vantage names no trading day.")
    quoted = ToldQuote(
        price=read_amount(row.get("05. price")),
        previous_close=read_amount(row.get("08. previous close")),
        unit=venue.unit,
        exchange=venue.exchange,
        day=day,
    )
    return observe(symbol, quoted, AlphaVantageAdapter.name, AlphaVantageAdapter.label, now, calendar)
