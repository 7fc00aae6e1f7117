"""The runner around an adapter: it alone does the waiting, the asking, the keeping and the leaving alone."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from tickfolio.domain.instruments import Instrument
from tickfolio.providers.batches import failed_batch
from tickfolio.providers.http import HttpClient
from tickfolio.providers.limits import CircuitBreaker, RateLimit
from tickfolio.providers.provider import (
    OF_A_SYMBOL,
    Allowance,
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Overdrawn,
    Quota,
    Request,
    SearchResult,
)

NOT_MODIFIED = 304
SERVER_ERROR = 500

T = TypeVar("T")


class Adapter(Protocol):
    """One source, as pure functions: they build requests, classify answers and read bodies."""

    name: str
    label: str
    terms: str | None
    catalogue: str | None

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The source's own symbol of an instrument, or None when it cannot price it."""

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:
        """The requests that together cover the symbols; `now` is for a source whose addresses have the day in them."""

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


@dataclass(frozen=True, slots=True)
class _Refused:
    """A request that is not sent, and how much of the quota is left for smaller ones."""

    failure: Failure
    left: int = 0


class HttpProvider:
    """A provider that asks one host over HTTP, one request at a time and in good manners.

    `clock` is monotonic, in seconds; `interval_seconds` is the least time between the starts of two requests.
    `allowance` counts each request against the source's quota before it is sent; without one nobody counts.
    """

    def __init__(
        self,
        adapter: Adapter,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        interval_seconds: float = 1.0,
        allowance: Allowance | None = None,
    ) -> None:
        self.name = adapter.name
        self.label = adapter.label
        self.terms = adapter.terms
        self.catalogue = adapter.catalogue
        # Most sources have none, and so do not name it.
        self.quota: Quota = getattr(adapter, "quota", Quota())
        self.breaker = CircuitBreaker(clock)
        self._adapter = adapter
        self._clock = clock
        self._client = HttpClient(clock)
        self._rate_limit = RateLimit(interval_seconds, clock, sleep)
        self._allowance = allowance
        self._kept: dict[str, _Kept] = {}

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The source's own symbol of an instrument, or None when it cannot price it."""
        return self._adapter.symbol_of(instrument)

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterator[BatchResult]:
        """Latest prices, one result a request as it arrives; a file for all is one request, even without symbols.

        Once a request is not sent, because the host is left alone or the quota is spent, all that are left fail as one.
        """
        waiting = deque(self._adapter.latest_requests(tuple(dict.fromkeys(symbols)), now))
        while waiting:
            request = waiting.popleft()
            refused = self._admit(request, probe=probe)
            if refused is None:
                yield self._fetch_newest(request, now)
            elif smaller := self._cut(request, refused.left, now):
                waiting.extendleft(reversed(smaller))
            else:
                unasked = tuple(symbol for one in (request, *waiting) for symbol in one.symbols)
                yield BatchResult(symbols=unasked, provider_failure=refused.failure)
                return
            # One probe a run: when it fails, the rest of the run leaves the host alone.
            probe = probe and refused is not None

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:
        """Daily closes since then, or why there are none; the first day is that of `since` in its own zone."""
        request = self._adapter.history_request(symbol, since, now)
        if isinstance(request, Failure):
            return HistoryResult(failure=request)
        result = self._ask(
            request, lambda got: self._adapter.parse_history(got.answer.body, symbol, now), lambda read: read.failure
        )
        if isinstance(result, Failure):
            return HistoryResult(failure=result)
        # A source that has one file for all of the past sends more than was asked for.
        return replace(result, closes=tuple(close for close in result.closes if close.on >= since.date()))

    def search(self, query: str) -> Sequence[Listing]:
        """Instruments that match; empty when the source has no search or does not answer."""
        request = self._adapter.search_request(query)
        if request is None:
            return ()
        result = self._ask(request, lambda got: self._adapter.parse_search(got.answer.body), lambda read: read.failure)
        return () if isinstance(result, Failure) else result.listings

    def _cut(self, request: Request, left: int, now: datetime) -> Sequence[Request]:
        """The request in two, the first of which the rest of the quota is enough for; nothing where that cannot be."""
        if not 0 < left < request.cost or request.cost != len(request.symbols):
            return ()
        parts = (request.symbols[:left], request.symbols[left:])
        return [one for part in parts for one in self._adapter.latest_requests(part, now)]

    def _fetch_newest(self, request: Request, now: datetime) -> BatchResult:
        """The newest file that is there: a day without one sends us to the day before it."""
        result = self._fetch_batch(request, now, is_admitted=True)
        for url in request.earlier:
            if not _has_no_file(result):
                return result
            result = self._fetch_batch(replace(request, url=url), now)
        if request.earlier and _has_no_file(result):
            days = len(request.earlier) + 1
            failure = Failure(FailureKind.CONTRACT_CHANGED, f"There is no file of {days} days in a row; has it moved?")
            return BatchResult(symbols=request.symbols, provider_failure=failure)
        return result

    def _fetch_batch(self, request: Request, now: datetime, *, is_admitted: bool = False) -> BatchResult:
        def read(got: _Got) -> BatchResult:
            result = self._adapter.parse(got.answer.body, request.symbols, now)
            if got.is_unchanged:
                return replace(result, listings=())
            if request.is_conditional and result.provider_failure is None:
                self._keep(request.url, got.answer)
            return result

        result = self._ask(request, read, lambda read: read.provider_failure, is_admitted=is_admitted)
        if not isinstance(result, Failure):
            return replace(result, symbols=request.symbols)
        return replace(failed_batch(result, request.symbols), symbols=request.symbols)

    def _admit(self, request: Request, *, probe: bool = False) -> _Refused | None:
        """None when the request may be sent: the host is not left alone, and the quota reaches."""
        refusal = self.breaker.admit(probe=probe)
        if refusal is not None:
            return _Refused(refusal)
        overdrawn = self._take(request)
        if overdrawn is None:
            return None
        self.breaker.give_back()
        message = f"Not asked: the allowance of {self.label} is spent."
        return _Refused(Failure(FailureKind.QUOTA_EXHAUSTED, message, overdrawn.seconds), overdrawn.left)

    def _take(self, request: Request) -> Overdrawn | None:
        """Counts the request against the quota, before it is sent."""
        return None if self._allowance is None else self._allowance.take(self.name, self.quota, request.cost)

    def _ask(
        self,
        request: Request,
        read: Callable[[_Got], T],
        failure_of: Callable[[T], Failure | None],
        *,
        is_admitted: bool = False,
    ) -> T | Failure:
        """The answer, read, or why there is nothing to read; the breaker hears of either."""
        refused = None if is_admitted else self._admit(request)
        if refused is not None:
            return refused.failure
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
            if failure is None or failure.kind in OF_A_SYMBOL:
                self.breaker.record_success()
            else:
                self.breaker.record_failure(failure)

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
        if not _may_be_retried(answer) or not self.breaker.is_closed:
            return answer
        if self._take(request) is not None:
            return answer
        self._rate_limit.wait()
        seconds_left = request.deadline_seconds - (self._clock() - started_at)
        return self._client.get(request, seconds_left) if seconds_left > 0 else answer

    def _keep(self, url: str, answer: Answer) -> None:
        etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        if etag or last_modified:
            # One is enough: where the day is in the address, yesterday's file is never asked for again.
            self._kept = {url: _Kept(answer, etag, last_modified)}


def _conditions(kept: _Kept | None) -> dict[str, str]:
    if kept is None:
        return {}
    marks = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    # What a source sends as a mark goes back into a header: only what can stand in one.
    return {name: value for name, value in marks.items() if value and value.isascii() and value.isprintable()}


def _has_no_file(result: BatchResult) -> bool:
    """Whether the source said that there is no such file: one that it has, has rows."""
    return result.rows is None and result.provider_failure is None


def _may_be_retried(answer: Answer | Failure) -> bool:
    if isinstance(answer, Failure):
        return answer.kind is FailureKind.TRANSIENT
    return answer.status >= SERVER_ERROR and "retry-after" not in answer.headers
