"""News between requests and between processes: something changed, look again.

News is a hint and may be lost; what it hints at stands in the database.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

WAITING_MAX = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news; `user_id` is whom it concerns, None is everybody."""

    name: str
    user_id: str | None
    data: Mapping[str, str] = field(default_factory=dict)


class Events(Protocol):
    """A board for news: anybody may pin to it, from any thread; readers live in an event loop."""

    def publish(self, event: Event) -> None:
        """Tells every subscriber; never waits and never fails."""

    def subscribe(self, user_id: str | None = None) -> "Subscription":
        """A reader of what concerns that user and everybody, from now on; None reads all. Call it in a running loop."""

    def close(self) -> None:
        """Ends all subscriptions at once, so that streams end when the server does."""


class Subscription:
    """One reader's news, to be walked with `async for` in the event loop that subscribed, until either side closes it.

    A reader that is too slow loses the oldest news; `lost` counts them.
    """

    def __init__(self, user_id: str | None, waiting_max: int, on_close: Callable[["Subscription"], None]) -> None:
        self._user_id = user_id
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque(maxlen=waiting_max)
        self._closed = False
        self.lost = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while True:
            with self._lock:
                if self._closed:
                    raise StopAsyncIteration
                if self._waiting:
                    return self._waiting.popleft()
                self._woken.clear()
            await self._woken.wait()

    def close(self) -> None:
        """Ends it, from any thread; what still waits is dropped. A second time does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.clear()
        self._on_close(self)
        self._wake()

    def offer(self, event: Event) -> None:
        """Puts the news before this reader if it concerns them; for the board, from any thread."""
        if None not in (self._user_id, event.user_id) and self._user_id != event.user_id:
            return
        with self._lock:
            if self._closed:
                return
            is_first = not self._waiting
            self.lost += len(self._waiting) == self._waiting.maxlen
            self._waiting.append(event)
        # A reader with news before it is awake already.
        if is_first and not self._wake():
            self.close()

    def _wake(self) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:  # the reader's loop has ended without closing this
            return False
        return True


class LocalEvents:
    """News within this process."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    def publish(self, event: Event) -> None:
        """Tells every subscriber of this process."""
        with self._lock:
            subscriptions = tuple(self._subscriptions)
        for subscription in subscriptions:
            subscription.offer(event)

    def subscribe(self, user_id: str | None = None) -> Subscription:
        """A reader from now on; one that comes after the end reads nothing."""
        subscription = Subscription(user_id, self._waiting_max, self._remove)
        with self._lock:
            self._subscriptions.add(subscription)
            closed = self._closed
        if closed:
            subscription.close()
        return subscription

    def close(self) -> None:
        """Ends all subscriptions at once."""
        with self._lock:
            self._closed = True
            subscriptions = tuple(self._subscriptions)
        for subscription in subscriptions:
            subscription.close()

    def _remove(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(subscription)
