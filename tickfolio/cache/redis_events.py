"""News between processes, over the channels of a Redis that may come and go.

This process's own news reaches its own readers at once, with or without Redis. The others' news comes when it can.
"""

import json
import threading
from collections import deque
from collections.abc import Callable

from redis import Redis

from tickfolio.cache.events import WAITING_MAX, Event, LocalEvents, Subscription

UNSENT_MAX = 1000
MESSAGE_SIZE_MAX = 64 * 1024
FIELDS = frozenset({"origin", "name", "user_id", "data"})
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
# How soon the listening thread notices that it is to end.
POLL_SECONDS = 0.5


class RedisEvents:
    """Publishes to a Redis channel and delivers what other processes publish there; one thread for each direction.

    `origin` is a random name of this process, by which it knows its own news when they come back. `client` should
    have timeouts of about a second. `on_event` hears "unreachable" once for each outage and "garbage" for a message
    that is no news.
    """

    def __init__(
        self,
        client: "Redis",
        *,
        channel: str,
        origin: str,
        on_event: Callable[[str], None],
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._client = client
        self._channel = channel
        self._origin = origin
        self._on_event = on_event
        self._local = LocalEvents(waiting_max)
        # What nobody could be told is dropped from the oldest on: news only says that it is time to look again.
        self._unsent: deque[str] = deque(maxlen=UNSENT_MAX)
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self.listening = threading.Event()
        self._threads = (
            threading.Thread(target=self._send_all, name="events-send", daemon=True),
            threading.Thread(target=self._listen, name="events-listen", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def publish(self, event: Event) -> None:
        """Tells this process's subscribers at once, and the other processes soon."""
        self._local.publish(event)
        message = {"origin": self._origin, "name": event.name, "user_id": event.user_id, "data": dict(event.data)}
        with self._changed:
            self._unsent.append(json.dumps(message))
            self._changed.notify()

    def subscribe(self, user_id: str | None = None) -> Subscription:
        """A reader of this process's news and the others'."""
        return self._local.subscribe(user_id)

    def close(self) -> None:
        """Ends all subscriptions at once, then the threads and connections."""
        self._local.close()
        self._stopped.set()
        with self._changed:
            self._changed.notify()
        for thread in self._threads:
            thread.join(2 * POLL_SECONDS)
        self._client.close()
        self._client.connection_pool.disconnect()

    def _send_all(self) -> None:
        pauses = _Pauses()
        while (message := self._next_unsent()) is not None:
            while not self._stopped.is_set():
                try:
                    self._client.publish(self._channel, message)
                # The listener tells of the outage; one voice is enough.
                except Exception:  # noqa: BLE001  # as below, no failure may end the thread
                    self._stopped.wait(pauses.next())
                else:
                    pauses.reset()
                    break

    def _next_unsent(self) -> str | None:
        with self._changed:
            while not self._unsent:
                if self._stopped.is_set():
                    return None
                self._changed.wait()
            return None if self._stopped.is_set() else self._unsent.popleft()

    def _listen(self) -> None:
        pauses = _Pauses()
        while not self._stopped.is_set():
            try:
                self._listen_once(pauses)
            # Something that only pretends to be a Redis makes redis-py fail in ways it does not name (TypeError,
            # IndexError).
            except Exception:  # noqa: BLE001  # a thread that died of it would leave this process deaf
                if not pauses.is_outage and not self._stopped.is_set():
                    self._on_event("unreachable")
            self.listening.clear()
            if not self._stopped.is_set():
                self._stopped.wait(pauses.next())

    def _listen_once(self, pauses: "_Pauses") -> None:
        with self._client.pubsub() as listener:  # type: ignore[no-untyped-call]  # redis-py has no type for it
            listener.subscribe(self._channel)
            while not self._stopped.is_set():
                message = listener.get_message(timeout=POLL_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    pauses.reset()
                    self.listening.set()
                elif message["type"] == "message":
                    self._receive(message["data"])

    def _receive(self, text: bytes) -> None:
        read = _read(text)
        if read is None:
            self._on_event("garbage")
            return
        origin, event = read
        if origin != self._origin:
            self._local.publish(event)


class _Pauses:
    """Ever longer waits between tries, until one succeeds."""

    def __init__(self) -> None:
        self._seconds = 0.0

    @property
    def is_outage(self) -> bool:
        return self._seconds > 0

    def next(self) -> float:
        self._seconds = min(max(self._seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        return self._seconds

    def reset(self) -> None:
        self._seconds = 0.0


def _read(text: object) -> tuple[str, Event] | None:
    """The origin and the news, when the message is exactly that."""
    if not isinstance(text, bytes) or len(text) > MESSAGE_SIZE_MAX:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.keys() != FIELDS:
        return None
    origin, name, user_id, data = message["origin"], message["name"], message["user_id"], message["data"]
    if not isinstance(origin, str) or not isinstance(name, str) or not isinstance(data, dict):
        return None
    if not isinstance(user_id, str | None) or not all(isinstance(value, str) for value in data.values()):
        return None
    return origin, Event(name, user_id, data)
