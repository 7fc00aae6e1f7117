"""How often a host is asked, and when it is left alone."""

import threading
from collections.abc import Callable
from typing import assert_never

from tickfolio.providers.provider import Failure, FailureKind

FAILURES_IN_A_ROW_MAX = 5
OPEN_SECONDS = 60.0
RATE_LIMITED_SECONDS_MAX = 6 * 3600.0


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


class CircuitBreaker:
    """Leaves a failing host alone: after five provider failures in a row for 60 s, then one request tries again.

    A page for people and a changed contract open it at once; a rate limit for as long as the source says, at least
    60 s, and twice as long each time, up to 6 h. `clock` is monotonic, in seconds. Thread-safe.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures_in_a_row = 0
        self._rate_limits_in_a_row = 0
        self._open_until: float | None = None
        self._bound_until = 0.0
        self._is_trying = False

    @property
    def is_closed(self) -> bool:
        """Whether requests go through as they come."""
        with self._lock:
            return self._open_until is None

    def admit(self, *, probe: bool = False) -> Failure | None:
        """None when a request may be sent, and its outcome must be recorded; else why not.

        `probe` sends one request through an open breaker; only a wait that the source asked for binds it.
        """
        with self._lock:
            if self._open_until is None:
                return None
            now = self._clock()
            opens_at = self._bound_until if probe else self._open_until
            if now < opens_at or self._is_trying:
                seconds = max(1, round(max(opens_at, self._open_until) - now))
                kind = FailureKind.RATE_LIMITED if self._rate_limits_in_a_row else FailureKind.TRANSIENT
                return Failure(kind, f"Not asked: left alone after failures, for {seconds} s more.", seconds)
            self._is_trying = True
            return None

    def record_success(self) -> None:
        """The host answered as it should."""
        with self._lock:
            self._failures_in_a_row = 0
            self._rate_limits_in_a_row = 0
            self._open_until = None
            self._bound_until = 0.0
            self._is_trying = False

    def record_failure(self, failure: Failure) -> None:
        """The host failed as a whole, in this way."""
        with self._lock:
            now = self._clock()
            was_open = self._open_until is not None
            self._is_trying = False
            self._failures_in_a_row += 1
            match failure.kind:
                case FailureKind.RATE_LIMITED:
                    asked = float(failure.retry_after_seconds or 0)
                    doubled = max(OPEN_SECONDS, asked) * 2**self._rate_limits_in_a_row
                    seconds = max(asked, min(doubled, RATE_LIMITED_SECONDS_MAX))
                    # Enough to reach the limit from 60 s, and no more, lest the power grow for ever.
                    self._rate_limits_in_a_row = min(self._rate_limits_in_a_row + 1, 9)
                    self._bound_until = now + asked
                case FailureKind.BLOCKED | FailureKind.CONTRACT_CHANGED:
                    seconds = OPEN_SECONDS
                case FailureKind.TRANSIENT | FailureKind.AUTH | FailureKind.NOT_FOUND | FailureKind.NO_DATA:
                    seconds = OPEN_SECONDS if was_open or self._failures_in_a_row >= FAILURES_IN_A_ROW_MAX else 0
                case _:
                    assert_never(failure.kind)
            if seconds:
                self._open_until = now + seconds
