"""Yahoo Finance: latest prices by spark in batches of 20, daily history by chart, and search. No cookie, no crumb.

Source: the undocumented JSON behind finance.yahoo.com, as its answers were recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers import yahoo_symbols
from tickfolio.providers.batches import batch_of, in_batches, only_outcome
from tickfolio.providers.classify import HTTP_OK, classify_transport
from tickfolio.providers.json_text import read_body, read_json, read_number, read_object, read_seconds
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
    SearchResult,
)
from tickfolio.providers.units import in_major_unit, major_unit
from tickfolio.providers.yahoo_chart import local_day, read_chart

DEFAULT_URL = "https://query1.finance.yahoo.com"
BATCH_SIZE = 20
SEARCH_COUNT = 8
QUERY_LENGTH_MAX = 100
LIVE_SECONDS_MAX = 300
# Without a name that looks like a browser's, the host answers 429 at once.
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Tickfolio)", "Accept": "application/json"}
# The closing price may still move while the feed, up to a quarter of an hour late, catches up with the bell.
AFTER_THE_BELL = timedelta(minutes=20)

_UNKNOWN = Failure(FailureKind.NOT_FOUND, "Yahoo knows no such symbol; it may be delisted.")
_NO_DATA = Failure(FailureKind.NO_DATA, "Yahoo has no data for that time.")


class YahooAdapter:
    """Builds Yahoo's requests and reads its answers; pure. Errors come with 200, and unknown symbols go missing."""

    name = "yahoo"
    label = "Yahoo Finance"
    catalogue: str | None = None
    terms: str | None = (
        "Yahoo's terms forbid automated collection without its permission; "
        "switch it on only for your own personal use, and at your own risk."
    )

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self._url = url.rstrip("/")

    def symbol_of(self, instrument: Instrument) -> str | None:
        """Yahoo's symbol of an instrument, or None when Yahoo cannot price it."""
        return yahoo_symbols.symbol_of(instrument)

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for every 20 symbols; more are refused."""
        return [
            Request(
                f"{self._url}/v7/finance/spark?symbols={','.join(quote(symbol, safe='') for symbol in batch)}"
                "&range=1d&interval=5m",
                batch,
                HEADERS,
            )
            for batch in in_batches(symbols, BATCH_SIZE)
        ]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """Daily bars; the splits come along, because the bars are adjusted for them, and the dividends."""
        first = int(since.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
        after = int((now + timedelta(days=1)).timestamp())
        return Request(
            f"{self._url}/v8/finance/chart/{quote(symbol, safe='')}"
            f"?period1={first}&period2={after}&interval=1d&events=div%7Csplit",
            (symbol,),
            HEADERS,
        )

    def search_request(self, query: str) -> Request | None:
        """A search by name, symbol or ISIN."""
        text = " ".join(query.split())[:QUERY_LENGTH_MAX].encode(errors="ignore")
        if not text:
            return None
        return Request(
            f"{self._url}/v1/finance/search?q={quote(text, safe='')}&quotesCount={SEARCH_COUNT}&newsCount=0",
            headers=HEADERS,
        )

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is, by status, content type and body; the status alone tells too little."""
        failure = classify_transport(answer)
        if failure is not None or answer.status == HTTP_OK:
            return failure
        data = read_body(answer.body) or {}
        errors = [read_object(read_object(branch).get("error")) for branch in data.values()]
        return _failure_of_error(errors[0] if errors else {}, answer.status)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest prices of these symbols; what is answered beside them is ignored."""
        try:
            rows = _spark_rows(read_json(body))
        except ValueError:
            rows = Failure(FailureKind.CONTRACT_CHANGED, "Yahoo's answer is not JSON as we know it.")
        if isinstance(rows, Failure):
            if rows.kind is FailureKind.NOT_FOUND:
                return BatchResult(failures=dict.fromkeys(symbols, rows))
            return BatchResult(provider_failure=rows)
        outcomes: dict[str, Observation | Failure] = {}
        for symbol in dict.fromkeys(symbols):
            read = [_observe(symbol, row, now) for row in rows if row.symbol == symbol]
            outcomes[symbol] = only_outcome(symbol, read, "Yahoo", _UNKNOWN)
        names = {row.symbol: name for row in rows if (name := yahoo_symbols.read_name(row.meta))}
        return batch_of(outcomes, names)

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """Daily closes as traded, with Yahoo's adjustment for splits undone; today's bar only after the close."""
        chart = (read_body(body) or {}).get("chart")
        if not isinstance(chart, dict):
            return HistoryResult(
                failure=Failure(FailureKind.CONTRACT_CHANGED, "Yahoo's answer is not a chart as we know it.")
            )
        result = chart.get("result")
        if not isinstance(result, list) or not result:
            return HistoryResult(failure=_failure_of_error(read_object(chart.get("error")), HTTP_OK))
        return read_chart(symbol, read_object(result[0]), now)

    def parse_search(self, body: bytes) -> SearchResult:
        """The instruments found, in Yahoo's order; what cannot be held with us is skipped."""
        rows = (read_body(body) or {}).get("quotes")
        if not isinstance(rows, list):
            return SearchResult(
                failure=Failure(FailureKind.CONTRACT_CHANGED, "Yahoo's answer is not a search as we know it.")
            )
        found = (yahoo_symbols.listing_of(read_object(row)) for row in rows)
        listings: dict[tuple[str, str], Listing] = {}
        for listing in found:
            if listing is not None:
                listings.setdefault((listing.exchange, listing.symbol), listing)
        return SearchResult(tuple(listings.values()))


@dataclass(frozen=True, slots=True)
class _Row:
    """What spark says of one symbol."""

    symbol: str
    meta: Mapping[str, Any]


def _spark_rows(data: Any) -> Sequence[_Row] | Failure:
    """The rows of either shape: `spark.result[].response[].meta`, or one flat object keyed by symbol."""
    if not isinstance(data, dict):
        return Failure(FailureKind.CONTRACT_CHANGED, "Yahoo's answer is not an object.")
    for branch in ("spark", "finance"):
        if branch in data:
            result = read_object(data[branch]).get("result")
            if not isinstance(result, list):
                return _failure_of_error(read_object(read_object(data[branch]).get("error")), HTTP_OK)
            return [row for entry in result if (row := _nested_row(entry)) is not None]
    if all(isinstance(entry, dict) and "close" in entry for entry in data.values()):
        return [_flat_row(symbol, entry) for symbol, entry in data.items()]
    return Failure(FailureKind.CONTRACT_CHANGED, "Yahoo's answer has a shape that we do not know.")


def _nested_row(entry: Any) -> _Row | None:
    symbol, responses = read_object(entry).get("symbol"), read_object(entry).get("response")
    if not isinstance(symbol, str):
        return None
    first = responses[0] if isinstance(responses, list) and responses else None
    return _Row(symbol, read_object(read_object(first).get("meta")))


def _flat_row(symbol: str, entry: Mapping[str, Any]) -> _Row:
    """The flat shape as if it had a meta block: its last bar with a close is the latest price."""
    stamps, closes = entry.get("timestamp"), entry["close"]
    bars = list(zip(stamps, closes, strict=False)) if isinstance(stamps, list) and isinstance(closes, list) else []
    stamp, close = next((bar for bar in reversed(bars) if bar[1] is not None), (None, None))
    return _Row(symbol, {**entry, "regularMarketPrice": close, "regularMarketTime": stamp})


def _observe(symbol: str, row: _Row, now: datetime) -> Observation | Failure:
    """The price that a meta block tells. A currency that is not named is not guessed."""
    meta = row.meta
    price, unit = read_number(meta.get("regularMarketPrice")), major_unit(meta.get("currency"))
    if meta.get("symbol", symbol) != symbol:
        return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: Yahoo answers with another symbol.")
    if price is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: Yahoo names no price that is a number.")
    if unit is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: Yahoo names no currency.")
    seconds = read_seconds(meta.get("regularMarketTime"))
    if meta.get("regularMarketTime") is not None and (seconds is None or seconds <= 0):
        return Failure(FailureKind.NO_DATA, f"{symbol}: Yahoo names a time that is none.")
    as_of = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    previous = read_number(meta.get("previousClose", meta.get("chartPreviousClose")))
    status = _status(meta, as_of, now)
    return Observation(
        symbol=symbol,
        price=in_major_unit(price, unit[1]),
        currency=unit[0],
        as_of=as_of,
        status=status,
        source=YahooAdapter.name,
        previous_close=None if previous is None else in_major_unit(previous, unit[1]),
        close_on=local_day(meta, seconds) if status is PriceStatus.CLOSE and seconds is not None else None,
    )


def _status(meta: Mapping[str, Any], as_of: datetime | None, now: datetime) -> PriceStatus:
    """Live, delayed or the close, from the time of the price and the session that Yahoo names beside it."""
    if as_of is None:
        return PriceStatus.DELAYED
    session = read_object(read_object(meta.get("currentTradingPeriod")).get("regular"))
    start, end = read_seconds(session.get("start")), read_seconds(session.get("end"))
    if start is not None and end is not None and start < end:
        bell = datetime.fromtimestamp(end, UTC)
        # A price from before the session's start is the close of the one before.
        if as_of >= bell or now >= bell + AFTER_THE_BELL or as_of < datetime.fromtimestamp(start, UTC):
            return PriceStatus.CLOSE
    return PriceStatus.LIVE if now - as_of <= timedelta(seconds=LIVE_SECONDS_MAX) else PriceStatus.DELAYED


def _failure_of_error(error: Mapping[str, Any], status: int) -> Failure:
    """What an error in Yahoo's own words means for us."""
    words = (error.get("code"), error.get("description"))
    code, description = (word if isinstance(word, str) else "" for word in words)
    if "Data doesn't exist" in description or "Timestamp data missing" in description:
        return _NO_DATA
    if code == "Not Found":
        return _UNKNOWN
    if "too many requests" in (code + description).lower():
        return Failure(FailureKind.RATE_LIMITED, "Too many requests, says the source.")
    if code == "Unauthorized":
        return Failure(FailureKind.AUTH, "The source refuses us.")
    return Failure(FailureKind.CONTRACT_CHANGED, f"Yahoo answers HTTP {status} with an error that we do not know.")
