"""How often a host is asked, and when it is left alone."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from tickfolio.providers.provider import Failure, FailureKind

FAILURES_IN_A_ROW_MAX = 5
OPEN_SECONDS = 60.0
RATE_LIMITED_SECONDS_MAX = 6 * 3600.0
QUOTA_EXHAUSTED_SECONDS = 3600.0
# Enough doublings to reach the limit from 60 s, and no more, lest the power grow for ever.
_DOUBLINGS_MAX = 9


class RateLimit:
    """A minimum interval between the starts of two requests to one host, over all threads."""

    def __init__(self, interval_seconds: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._interval = interval_seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_at: float | None = None

    def wait(self) -> None:
        """Returns when it is this request's turn."""
        if self._interval <= 0:
            return
        with self._lock:
            now = self._clock()
            turn = now if self._next_at is None else max(now, self._next_at)
            self._next_at = turn + self._interval
        if turn > now:
            self._sleep(turn - now)


@dataclass(frozen=True, slots=True)
class BreakerState:
    """What a breaker remembers of a host, so that another process can go by it.

    `failures` counts those in a row, `failure` and `message` are of the last one. The host is left alone for
    `open_seconds` from now on (None: it is not; 0: one request may try), and not even a person may ask it for
    `bound_seconds`.
    """

    failures: int = 0
    failure: FailureKind | None = None
    message: str | None = None
    open_seconds: float | None = None
    bound_seconds: float = 0.0


class CircuitBreaker:
    """Leaves a failing host alone: after five provider failures in a row for 60 s, then one request tries again.

    A page for people and a changed contract open it at once; a rate limit for as long as the source says, at least
    60 s, and twice as long each time, up to 6 h; a spent allowance until it is renewed, or for an hour where nobody
    says when that is. `clock` is monotonic, in seconds. Thread-safe. `revision` rises with every change.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures_in_a_row = 0
        self._rate_limits_in_a_row = 0
        self._last: Failure | None = None
        self._open_until: float | None = None
        self._bound_until = 0.0
        self._is_trying = False
        self.revision = 0

    @property
    def is_closed(self) -> bool:
        """Whether requests go through as they come."""
        with self._lock:
            return self._open_until is None

    def state(self) -> BreakerState:
        """What there is to remember now."""
        with self._lock:
            now = self._clock()
            return BreakerState(
                self._failures_in_a_row,
                None if self._last is None else self._last.kind,
                None if self._last is None else self._last.message,
                None if self._open_until is None else max(0.0, self._open_until - now),
                max(0.0, self._bound_until - now),
            )

    def restore(self, state: BreakerState) -> None:
        """Goes by what another process, or this one before it ended, found out."""
        with self._lock:
            now = self._clock()
            limited = state.failure is FailureKind.RATE_LIMITED
            self._failures_in_a_row = state.failures
            self._rate_limits_in_a_row = min(state.failures, _DOUBLINGS_MAX) if limited else 0
            self._last = None if state.failure is None else Failure(state.failure, state.message or "")
            self._open_until = None if state.open_seconds is None else now + state.open_seconds
            self._bound_until = now + state.bound_seconds
            self._is_trying = False

    def admit(self, *, probe: bool = False) -> Failure | None:
        """None when a request may be sent, and its outcome must be recorded or the leave given back; else why not.

        `probe` sends one request through an open breaker; only a wait that the source asked for binds it.
        """
        with self._lock:
            if self._open_until is None:
                return None
            now = self._clock()
            opens_at = self._bound_until if probe else self._open_until
            if now < opens_at or self._is_trying:
                seconds = max(1, round(max(opens_at, self._open_until) - now))
                kind = FailureKind.TRANSIENT if self._last is None else self._last.kind
                return Failure(kind, f"Not asked: left alone after failures, for {seconds} s more.", seconds)
            self._is_trying = True
            return None

    def give_back(self) -> None:
        """The request that was admitted is not sent after all."""
        with self._lock:
            self._is_trying = False

    def record_success(self) -> None:
        """The host answered as it should."""
        with self._lock:
            self._is_trying = False
            if self._last is None and self._open_until is None:
                return
            self._failures_in_a_row = 0
            self._rate_limits_in_a_row = 0
            self._last = None
            self._open_until = None
            self._bound_until = 0.0
            self.revision += 1

    def record_failure(self, failure: Failure) -> None:
        """The host failed as a whole, in this way."""
        with self._lock:
            now = self._clock()
            self._is_trying = False
            self._failures_in_a_row += 1
            self._last = failure
            self.revision += 1
            seconds = self._seconds_open(failure, was_open=self._open_until is not None)
            if failure.kind in {FailureKind.RATE_LIMITED, FailureKind.QUOTA_EXHAUSTED}:
                self._bound_until = now + float(failure.retry_after_seconds or 0)
            if seconds:
                self._open_until = now + seconds

    def _seconds_open(self, failure: Failure, *, was_open: bool) -> float:
        """How long the host is left alone after this failure; 0 for not yet."""
        match failure.kind:
            case FailureKind.RATE_LIMITED:
                asked = float(failure.retry_after_seconds or 0)
                doubled = max(OPEN_SECONDS, asked) * (1 << self._rate_limits_in_a_row)
                self._rate_limits_in_a_row = min(self._rate_limits_in_a_row + 1, _DOUBLINGS_MAX)
                return max(asked, min(doubled, RATE_LIMITED_SECONDS_MAX))
            case FailureKind.QUOTA_EXHAUSTED:
                return float(failure.retry_after_seconds or QUOTA_EXHAUSTED_SECONDS)
            case FailureKind.BLOCKED | FailureKind.CONTRACT_CHANGED:
                return OPEN_SECONDS
            case (
                FailureKind.TRANSIENT
                | FailureKind.AUTH
                | FailureKind.NOT_FOUND
                | FailureKind.NO_DATA
                | FailureKind.FORBIDDEN_PLAN
            ):
                return OPEN_SECONDS if was_open or self._failures_in_a_row >= FAILURES_IN_A_ROW_MAX else 0
            case _:
                assert_never(failure.kind)
