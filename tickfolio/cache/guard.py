"""A short patience with Redis: an answer within the budget, or none, whatever Redis does.

Socket timeouts alone do not bound a call: they count each read for itself, and a name server knows none. So each
question is asked in a thread of a small pool, and the caller waits for that thread no longer than the budget.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from redis import Redis

Answer = TypeVar("Answer")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class Unreachable(ConnectionError):
    """Redis did not answer within the budget, or is left alone for a while because it did not before."""


def connect(url: str, *, timeout_seconds: float = 0.05) -> "Redis":
    """A client that never retries and spends no round trip on introducing itself; nothing is sent before the first use.

    Raises: ValueError when the URL cannot be read. The message leaves out the URL, because a password stands in it.
    """
    try:
        return Redis.from_url(
            url,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            health_check_interval=0,
            driver_info=None,
            # The older protocol needs no greeting, which would be one more answer to wait for.
            protocol=2,
        )
    except ValueError:
        raise ValueError(
            "The Redis URL cannot be read; it looks like redis://user:password@host:6379/0, "
            "with special characters in the password percent-encoded."
        ) from None


class Breaker:
    """Leaves a failing neighbour alone: for 1 s after a failure, doubling up to 30 s, with one trial after each pause.

    The clock counts seconds and never jumps (monotonic).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pause_seconds = 0.0
        self._open_until = 0.0
        self._round = 0

    def admit(self) -> int | None:
        """The number of the present round, to be handed back with the outcome; None: do not even try."""
        with self._lock:
            if self._pause_seconds:
                if self._clock() < self._open_until:
                    return None
                # This caller is the one trial; the others wait until it has come back, or for another pause.
                self._open_until = self._clock() + self._pause_seconds
            return self._round

    def record_success(self, admitted: int) -> None:
        """An answer came; an answer from an earlier round says nothing about the present one."""
        with self._lock:
            if admitted == self._round:
                self._pause_seconds = 0.0

    def record_failure(self, admitted: int) -> bool:
        """No answer came; whether this was news. Twenty calls that fail together are one failure, not twenty."""
        with self._lock:
            if admitted != self._round:
                return False
            self._round += 1
            self._pause_seconds = min(max(self._pause_seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self._open_until = self._clock() + self._pause_seconds
            return True


class Guard:
    """Stands between callers and Redis: `ask` waits within the budget, `tell` not at all; one breaker for both.

    Connections of a call that took too long are cut, so that a late answer can never be read by the next call.
    `on_event` hears "unreachable" once for each pause.
    """

    def __init__(
        self,
        client: "Redis",
        *,
        clock: Callable[[], float],
        on_event: Callable[[str], None],
        budget_seconds: float = 0.1,
        workers: int = 4,
        told_max: int = 64,
    ) -> None:
        self.client = client
        self._breaker = Breaker(clock)
        self._on_event = on_event
        self._budget_seconds = budget_seconds
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="redis")
        self._told = threading.BoundedSemaphore(told_max)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What the question answers, asked in another thread.

        Raises: Unreachable when it fails in any way, takes longer than the budget, or Redis is being left alone.
        """
        admitted = self._breaker.admit()
        if admitted is None:
            raise Unreachable("Redis is left alone for a while.")
        future: Future[Answer] | None = None
        try:
            future = self._pool.submit(question)
            answer = future.result(self._budget_seconds)
        # A connection cut by another thread fails in ways redis-py does not name (AttributeError, ValueError), a bad
        # host name with UnicodeError.
        except Exception:  # noqa: BLE001  # no failure of a helper may become the caller's failure
            if future is not None:
                future.cancel()
            self._give_up(admitted)
            raise Unreachable("Redis did not answer in time.") from None
        self._breaker.record_success(admitted)
        return answer

    def tell(self, message: Callable[[], object]) -> None:
        """Has the message sent when there is time; dropped when too many are waiting or Redis is being left alone."""
        if not self._told.acquire(blocking=False):
            return
        admitted = self._breaker.admit()
        if admitted is None:
            self._told.release()
            return
        try:
            future = self._pool.submit(message)
        except RuntimeError:  # closed meanwhile
            self._told.release()
            return
        future.add_done_callback(partial(self._finish_telling, admitted))

    def close(self) -> None:
        """Cuts all connections and forgets what waits; calls under way end as unreachable."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.client.close()
        self.client.connection_pool.disconnect()

    def _finish_telling(self, admitted: int, future: Future[object]) -> None:
        self._told.release()
        if future.cancelled():
            return
        if future.exception() is None:
            self._breaker.record_success(admitted)
        else:
            self._give_up(admitted)

    def _give_up(self, admitted: int) -> None:
        if self._breaker.record_failure(admitted):
            # Also wakes threads that are still reading a drip of bytes.
            self.client.connection_pool.disconnect()
            self._on_event("unreachable")
