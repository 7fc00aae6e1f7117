"""Twelve Data, by a key of one's own: quotes of up to eight symbols a request, and daily closes as traded.

Source: https://twelvedata.com/docs. Each symbol costs a credit; errors come in the body, of one symbol or of all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.prices import Observation
from tickfolio.providers.batches import batch_of, failed_batch, in_batches
from tickfolio.providers.classify import classify_plain, read_retry_after
from tickfolio.providers.json_text import read_body, read_object, read_whole
from tickfolio.providers.keyed_adapter import KeyedAdapter
from tickfolio.providers.provider import (
    OF_A_SYMBOL,
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Quota,
    Request,
)
from tickfolio.providers.told_closes import read_closes
from tickfolio.providers.told_quote import ToldQuote, observe, read_amount, read_day, read_instant
from tickfolio.providers.venues import UNITED_STATES, Venue, plain_symbol

# As a minute's credits: a larger batch could never be paid for on a free key.
BATCH_SIZE = 8
SUFFIXES = {
    "NYSE": "",
    "NASDAQ": "",
    "NSE": ":NSE",
    "BSE": ":BSE",
    "LSE": ":LSE",
    "XETRA": ":XETR",
    "SIX": ":SIX",
    "TSX": ":TSX",
    "ASX": ":ASX",
    "JSE": ":JSE",
    "TASE": ":TASE",
}
ROWS_MAX = 5000
_NAME_LENGTH_MAX = 200
_KINDS = {
    401: FailureKind.AUTH,
    403: FailureKind.FORBIDDEN_PLAN,
    404: FailureKind.NOT_FOUND,
    429: FailureKind.RATE_LIMITED,
    500: FailureKind.TRANSIENT,
}
_PHRASES = (
    ("credits for the day", FailureKind.QUOTA_EXHAUSTED),
    ("available starting with", FailureKind.FORBIDDEN_PLAN),
    ("no data is available", FailureKind.NO_DATA),
    ("symbol not found", FailureKind.NOT_FOUND),
    ("**symbol**", FailureKind.NOT_FOUND),
    ("**apikey**", FailureKind.AUTH),
)
_WORDS = {
    FailureKind.AUTH: "Twelve Data does not take our key.",
    FailureKind.FORBIDDEN_PLAN: "Twelve Data has this symbol on a paid plan only.",
    FailureKind.NOT_FOUND: "Twelve Data knows no such symbol.",
    FailureKind.NO_DATA: "Twelve Data has no data for that time.",
    FailureKind.RATE_LIMITED: "Twelve Data's allowance of this minute is spent.",
    FailureKind.QUOTA_EXHAUSTED: "Twelve Data's allowance of this day is spent.",
    FailureKind.TRANSIENT: "Twelve Data fails.",
}
_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "Twelve Data answers in a form that we do not know.")


class TwelveDataAdapter(KeyedAdapter):
    """Builds Twelve Data's requests and reads its answers; pure. A symbol outside of America names its exchange."""

    name = "twelvedata"
    default_url = "https://api.twelvedata.com"
    label = "Twelve Data"
    terms: str | None = "Twelve Data's free keys are for internal use of one's own, within 800 symbols a day."
    quota = Quota(minute=8, day=800)

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol, as AAPL or SBIN:NSE; None where the exchange is not known to have a name there."""
        symbol, suffix = plain_symbol(instrument), SUFFIXES.get(instrument.exchange)
        return None if symbol is None or suffix is None else symbol + suffix

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for every eight symbols, each of which costs one credit."""
        return [
            Request(
                f"{self._url}/quote?symbol={','.join(quote(symbol, safe='') for symbol in batch)}&interval=1day",
                batch,
                self._headers(),
                cost=len(batch),
            )
            for batch in in_batches(symbols, BATCH_SIZE)
        ]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """Daily rows since then, as traded: they are adjusted for splits unless one asks for `none`."""
        exchange = _exchange(symbol)
        first, last = session_day(exchange, since), session_day(exchange, now) + timedelta(days=1)
        return Request(
            f"{self._url}/time_series?symbol={quote(symbol, safe='')}&interval=1day&adjust=none&order=ASC"
            f"&start_date={first}&end_date={last}&outputsize={ROWS_MAX}",
            (symbol,),
            self._headers(),
        )

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is, by its body first: an error may come with any status."""
        data = read_body(answer.body)
        return (_error(data, answer.headers) if data else None) or classify_plain(answer, _CHANGED)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest prices; one symbol is answered with an object, several by the symbol as it was asked for."""
        data, asked = read_body(body), tuple(dict.fromkeys(symbols))
        failure = _error(data) if data is not None else _CHANGED
        if failure is not None or data is None:
            return failed_batch(failure or _CHANGED, asked)
        rows = {asked[0]: data} if len(asked) == 1 and not isinstance(data.get(asked[0]), dict) else data
        if rows is data and not any(symbol in data for symbol in asked):
            return BatchResult(provider_failure=_CHANGED)
        calendar = self._calendar()
        outcomes = {symbol: _observe(symbol, rows.get(symbol), now, calendar) for symbol in asked}
        # The credits can run out in the midst of a batch; what came before is good.
        spent = [one for one in outcomes.values() if isinstance(one, Failure) and one.kind not in OF_A_SYMBOL]
        if spent and len(spent) == len(outcomes):
            return BatchResult(provider_failure=spent[0])
        return batch_of(outcomes, {symbol: name for symbol in asked if (name := _name(rows.get(symbol)))})

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """Daily closes as traded."""
        data = read_body(body)
        if data is None:
            return HistoryResult(failure=_CHANGED)
        failure = _error(data)
        values, meta = data.get("values"), read_object(data.get("meta"))
        if failure is not None or not isinstance(values, list):
            return HistoryResult(failure=failure or _CHANGED)
        if not _is_of(symbol, meta):
            return HistoryResult(failure=_another(symbol))
        rows = [read_object(row) for row in values]
        closes = ((row.get("datetime"), row.get("close")) for row in rows)
        venue = Venue(_exchange(symbol), meta.get("currency"))
        return read_closes(symbol, closes, venue, self.label, now, self._calendar())

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"apikey {self._key}"}


def _exchange(symbol: str) -> str:
    """Our exchange of a symbol, for its clock; a symbol that names none is traded in America."""
    _, colon, name = symbol.partition(":")
    return next((code for code, suffix in SUFFIXES.items() if suffix == colon + name), UNITED_STATES)


def _error(data: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Failure | None:
    """The failure that an object tells, of all symbols or of one; its code alone does not tell a minute from a day."""
    code = read_whole(data.get("code"))
    if data.get("status") != "error" and (code is None or "message" not in data):
        return None
    words = str(data.get("message")).lower()
    kind = next((kind for phrase, kind in _PHRASES if phrase in words), None) or _KINDS.get(code or 0)
    return _CHANGED if kind is None else Failure(kind, _WORDS[kind], read_retry_after(headers or {}))


def _is_of(symbol: str, row: Mapping[str, Any]) -> bool:
    own = symbol.partition(":")[0]
    return bool(row.get("symbol", own) == own)


def _another(symbol: str) -> Failure:
    return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: Twelve Data answers with another symbol.")


def _name(row: object) -> str | None:
    text = read_object(row).get("name")
    name = " ".join(text.split())[:_NAME_LENGTH_MAX] if isinstance(text, str) else ""
    return name if name and name.isprintable() else None


def _observe(symbol: str, row: object, now: datetime, calendar: Calendar) -> Observation | Failure:
    if not isinstance(row, dict):
        return Failure(FailureKind.NOT_FOUND, _WORDS[FailureKind.NOT_FOUND])
    failure = _error(row)
    if failure is not None:
        return failure
    if not _is_of(symbol, row):
        return _another(symbol)
    quoted = ToldQuote(
        price=read_amount(row.get("close")),
        previous_close=read_amount(row.get("previous_close")),
        unit=row.get("currency"),
        exchange=_exchange(symbol),
        # `timestamp` is when the session began; `last_quote_at` is when the price was true.
        at=read_instant(row.get("last_quote_at")) or read_instant(row.get("timestamp")),
        day=read_day(row.get("datetime")),
    )
    return observe(symbol, quoted, TwelveDataAdapter.name, TwelveDataAdapter.label, now, calendar)
