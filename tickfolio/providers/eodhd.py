"""EODHD, by a key of one's own: delayed prices of up to fifteen symbols a request, and daily closes as traded.

Source: https://eodhd.com/financial-apis/. Errors are plain text; what is not known is the text NA, or an empty list.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.prices import Observation
from tickfolio.providers.batches import batch_of, failed_batch, in_batches, only_outcome
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.json_text import read_json, read_object
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
from tickfolio.providers.quota_day import seconds_to_midnight
from tickfolio.providers.told_closes import read_closes
from tickfolio.providers.told_quote import ToldQuote, no_currency, observe, read_amount, read_instant
from tickfolio.providers.venues import symbol_at, venue_at

SUFFIXES = {
    "NYSE": ".US",
    "NASDAQ": ".US",
    "NSE": ".NSE",
    "BSE": ".BSE",
    "LSE": ".LSE",
    "XETRA": ".XETRA",
    "EURONEXT_PARIS": ".PA",
    "EURONEXT_AMSTERDAM": ".AS",
    "SIX": ".SW",
    "TSX": ".TO",
    "ASX": ".AU",
    "OSLO": ".OL",
}
BATCH_SIZE = 15
_HTML = re.compile(rb"\s*<", re.ASCII)
_KINDS = {
    401: FailureKind.AUTH,
    402: FailureKind.QUOTA_EXHAUSTED,
    403: FailureKind.FORBIDDEN_PLAN,
    404: FailureKind.NOT_FOUND,
    423: FailureKind.FORBIDDEN_PLAN,
}
# With these, a page comes from the wall before the source, and not from the source.
_PAGES = frozenset({403, 404})
_PHRASES = (
    (b"daily api requests limit", FailureKind.QUOTA_EXHAUSTED),
    (b"unauthenticated", FailureKind.AUTH),
    (b"for free users", FailureKind.FORBIDDEN_PLAN),
    (b"ticker not found", FailureKind.NOT_FOUND),
    (b"symbol not found", FailureKind.NOT_FOUND),
)
_WORDS = {
    FailureKind.AUTH: "EODHD does not take our key.",
    FailureKind.QUOTA_EXHAUSTED: "EODHD's allowance of this day is spent.",
    FailureKind.FORBIDDEN_PLAN: "EODHD answers this on a paid plan only.",
    FailureKind.NOT_FOUND: "EODHD knows no such symbol.",
}
_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "EODHD answers in a form that we do not know.")


class EodhdAdapter(KeyedAdapter):
    """Builds EODHD's requests and reads its answers; pure. The currency of a price is that of its exchange."""

    name = "eodhd"
    default_url = "https://eodhd.com/api"
    label = "EODHD"
    terms: str | None = (
        "EODHD's data may be stored for one's own use and not be shown to others; "
        "whoever lets others in here needs a licence that covers them."
    )
    quota = Quota(day=20)

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol with EODHD's suffix; None for exchanges that it does not have, or that we do not know of it."""
        return symbol_at(instrument, SUFFIXES)

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for every 15 symbols; each symbol costs one of the day's requests all the same."""
        batches = in_batches(symbols, BATCH_SIZE)
        return [Request(self._latest(batch), batch, cost=len(batch)) for batch in batches]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """Daily rows since then; free keys have those of the last year."""
        venue = venue_at(symbol, SUFFIXES)
        if venue is None:
            return no_currency(symbol, self.label)
        first, last = session_day(venue.exchange, since), session_day(venue.exchange, now) + timedelta(days=1)
        return Request(
            f"{self._url}/eod/{quote(symbol, safe='')}?from={first}&to={last}&period=d&{self._common()}", (symbol,)
        )

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is; errors are short plain texts, which EODHD calls HTML."""
        is_page = answer.status in _PAGES and _HTML.match(answer.body) is not None
        kind = _phrase(answer.body) or (None if is_page else _KINDS.get(answer.status))
        if kind is not None:
            return _failure(kind, answer.headers)
        if is_page:
            return Failure(FailureKind.BLOCKED, f"A page for people where data was expected (HTTP {answer.status}).")
        return classify_plain(answer, _CHANGED)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest prices; one symbol is answered with an object, several with a list."""
        rows = _rows(body)
        if isinstance(rows, Failure):
            return failed_batch(rows, symbols)
        calendar = self._calendar()
        return batch_of({symbol: _only(symbol, rows, now, calendar) for symbol in dict.fromkeys(symbols)})

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """Daily closes as traded; no rows are no closes, and no error."""
        rows = _rows(body)
        if isinstance(rows, Failure):
            return HistoryResult(failure=rows)
        venue = venue_at(symbol, SUFFIXES)
        if venue is None:
            return HistoryResult(failure=no_currency(symbol, self.label))
        closes = ((row.get("date"), row.get("close")) for row in rows)
        return read_closes(symbol, closes, venue, self.label, now, self._calendar())

    def _latest(self, symbols: Sequence[str]) -> str:
        first, *others = (quote(symbol, safe="") for symbol in symbols)
        more = f"s={','.join(others)}&" if others else ""
        return f"{self._url}/real-time/{first}?{more}{self._common()}"

    def _common(self) -> str:
        return f"fmt=json&api_token={quote(self._key, safe='')}"


def _phrase(body: bytes) -> FailureKind | None:
    """The kind of an error by its words, which may come with any status; data begins with a bracket."""
    text = body[:500].strip().lower()
    if text.startswith((b"{", b"[")):
        return None
    return next((kind for phrase, kind in _PHRASES if phrase in text), None)


def _failure(kind: FailureKind, headers: Mapping[str, str]) -> Failure:
    """The failure of this kind; the allowance is renewed at midnight in Greenwich."""
    wait = seconds_to_midnight(headers) if kind is FailureKind.QUOTA_EXHAUSTED else None
    return Failure(kind, _WORDS[kind], wait)


def _rows(body: bytes) -> Sequence[Mapping[str, Any]] | Failure:
    kind = _phrase(body)
    if kind is not None:
        return _failure(kind, {})
    try:
        data = read_json(body)
    except ValueError:
        return _CHANGED
    if isinstance(data, dict) and "code" in data:
        return [data]
    return [read_object(row) for row in data] if isinstance(data, list) else _CHANGED


def _only(symbol: str, rows: Sequence[Mapping[str, Any]], now: datetime, calendar: Calendar) -> Observation | Failure:
    read = [_observe(symbol, row, now, calendar) for row in rows if str(row.get("code")).upper() == symbol.upper()]
    return only_outcome(symbol, read, EodhdAdapter.label, _failure(FailureKind.NOT_FOUND, {}))


def _observe(symbol: str, row: Mapping[str, Any], now: datetime, calendar: Calendar) -> Observation | Failure:
    venue, at = venue_at(symbol, SUFFIXES), read_instant(row.get("timestamp"))
    if venue is None:
        return no_currency(symbol, EodhdAdapter.label)
    if at is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: EODHD names no time, and so no price of one.")
    quoted = ToldQuote(
        price=read_amount(row.get("close")),
        previous_close=read_amount(row.get("previousClose")),
        unit=venue.unit,
        exchange=venue.exchange,
        at=at,
    )
    return observe(symbol, quoted, EodhdAdapter.name, EodhdAdapter.label, now, calendar)
