"""The runner around an adapter: it alone does the waiting, the asking, the keeping and the leaving alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from tickfolio.domain.instruments import Instrument
from tickfolio.providers.http import HttpClient
from tickfolio.providers.limits import CircuitBreaker, RateLimit
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

NOT_MODIFIED = 304
SERVER_ERROR = 500
# These are told about a symbol by a source in good health.
_OF_THE_SYMBOL = frozenset({FailureKind.NOT_FOUND, FailureKind.NO_DATA})


T = TypeVar("T")


class Adapter(Protocol):
    """One source, as pure functions: they build requests, classify answers and read bodies."""

    name: str
    label: str
    terms: str | None
    catalogue: str | None

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The source's own symbol of an instrument, or None when it cannot price it."""

    def latest_requests(self, symbols: Sequence[str]) -> Sequence[Request]:
        """The requests that together cover the symbols."""

    def classify(self, answer: Answer) -> Failure | None:
        """Why the answer has nothing to read, or None when its body is to be parsed."""

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest prices of these symbols; never raises, whatever the bytes."""

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """The request for daily closes, or why there is none to be made."""

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """Daily closes of this symbol; never raises, whatever the bytes."""

    def search_request(self, query: str) -> Request | None:
        """The request that looks for instruments, or None when the source has no search."""

    def parse_search(self, body: bytes) -> SearchResult:
        """The instruments found; never raises, whatever the bytes."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last good answer of a conditional request, and the marks by which to ask for a newer one."""

    answer: Answer
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class _Got:
    """An answer to read; `is_unchanged` when the source said that the kept one still holds."""

    answer: Answer
    is_unchanged: bool = False


class HttpProvider:
    """A provider that asks one host over HTTP, one request at a time and in good manners.

    `clock` is monotonic, in seconds; `interval_seconds` is the least time between the starts of two requests.
    """

    def __init__(
        self,
        adapter: Adapter,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        interval_seconds: float = 1.0,
    ) -> None:
        self.name = adapter.name
        self.label = adapter.label
        self.terms = adapter.terms
        self.catalogue = adapter.catalogue
        self._adapter = adapter
        self._clock = clock
        self._client = HttpClient(clock)
        self._rate_limit = RateLimit(interval_seconds, clock, sleep)
        self._breaker = CircuitBreaker(clock)
        self._kept: dict[str, _Kept] = {}

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The source's own symbol of an instrument, or None when it cannot price it."""
        return self._adapter.symbol_of(instrument)

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterator[BatchResult]:
        """Latest prices, one result a request as it arrives; a file for all is one request, even without symbols."""
        for request in self._adapter.latest_requests(tuple(dict.fromkeys(symbols))):
            yield self._fetch_batch(request, now, probe=probe)
            # One probe a run: when it fails, the rest of the run leaves the host alone.
            probe = False

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:
        """Daily closes since then, or why there are none."""
        request = self._adapter.history_request(symbol, since, now)
        if isinstance(request, Failure):
            return HistoryResult(failure=request)
        result = self._ask(
            request, lambda got: self._adapter.parse_history(got.answer.body, symbol, now), lambda read: read.failure
        )
        return HistoryResult(failure=result) if isinstance(result, Failure) else result

    def search(self, query: str) -> Sequence[Listing]:
        """Instruments that match; empty when the source has no search or does not answer."""
        request = self._adapter.search_request(query)
        if request is None:
            return ()
        result = self._ask(request, lambda got: self._adapter.parse_search(got.answer.body), lambda read: read.failure)
        return () if isinstance(result, Failure) else result.listings

    def _fetch_batch(self, request: Request, now: datetime, *, probe: bool) -> BatchResult:
        def read(got: _Got) -> BatchResult:
            result = self._adapter.parse(got.answer.body, request.symbols, now)
            if got.is_unchanged:
                return replace(result, listings=())
            if request.is_conditional and result.provider_failure is None:
                self._keep(request.url, got.answer)
            return result

        result = self._ask(request, read, lambda read: read.provider_failure, probe=probe)
        if not isinstance(result, Failure):
            return replace(result, symbols=request.symbols)
        if result.kind in _OF_THE_SYMBOL:
            return BatchResult(symbols=request.symbols, failures=dict.fromkeys(request.symbols, result))
        return BatchResult(symbols=request.symbols, provider_failure=result)

    def _ask(
        self,
        request: Request,
        read: Callable[[_Got], T],
        failure_of: Callable[[T], Failure | None],
        *,
        probe: bool = False,
    ) -> T | Failure:
        """The answer, read, or why there is nothing to read; the breaker hears of either."""
        refusal = self._breaker.admit(probe=probe)
        if refusal is not None:
            return refusal
        failure: Failure | None = Failure(FailureKind.TRANSIENT, "The request was given up.")
        try:
            got = self._get(request)
            if isinstance(got, Failure):
                failure = got
                return got
            failure = self._adapter.classify(got.answer)
            if failure is not None:
                return failure
            result = read(got)
            failure = failure_of(result)
            return result
        finally:
            if failure is None or failure.kind in _OF_THE_SYMBOL:
                self._breaker.record_success()
            else:
                self._breaker.record_failure(failure)

    def _get(self, request: Request) -> _Got | Failure:
        kept = self._kept.get(request.url) if request.is_conditional else None
        answer = self._get_with_retry(replace(request, headers={**request.headers, **_conditions(kept)}))
        if isinstance(answer, Failure):
            return answer
        if kept is not None and answer.status == NOT_MODIFIED:
            return _Got(kept.answer, is_unchanged=True)
        return _Got(answer)

    def _get_with_retry(self, request: Request) -> Answer | Failure:
        """Asks once more after a broken connection or a server error, within the deadline of the first try."""
        self._rate_limit.wait()
        started_at = self._clock()
        answer = self._client.get(request)
        if not _may_be_retried(answer) or not self._breaker.is_closed:
            return answer
        self._rate_limit.wait()
        seconds_left = request.deadline_seconds - (self._clock() - started_at)
        return self._client.get(request, seconds_left) if seconds_left > 0 else answer

    def _keep(self, url: str, answer: Answer) -> None:
        etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        if etag or last_modified:
            self._kept[url] = _Kept(answer, etag, last_modified)


def _conditions(kept: _Kept | None) -> dict[str, str]:
    if kept is None:
        return {}
    marks = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    # What a source sends as a mark goes back into a header: only what can stand in one.
    return {name: value for name, value in marks.items() if value and value.isascii() and value.isprintable()}


def _may_be_retried(answer: Answer | Failure) -> bool:
    if isinstance(answer, Failure):
        return answer.kind is FailureKind.TRANSIENT
    return answer.status >= SERVER_ERROR and "retry-after" not in answer.headers
