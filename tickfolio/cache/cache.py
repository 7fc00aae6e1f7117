"""Answers kept for the next one who asks: never the truth, always somebody's, checked on every read.

A key names the versions of all that went into the answer, so a kept answer cannot be stale; time to live only bounds
memory.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MEMORY_SIZE_MAX = 64 * 1024 * 1024
# What the dictionary, the entry and the strings' headers take besides their text, about.
ENTRY_OVERHEAD = 400


class Cache(Protocol):
    """A place where a finished answer may be found again."""

    def find(self, key: str, owner_id: str) -> bytes | None:
        """The body kept under that key for that owner; None in every other case, failures included."""

    def keep(self, key: str, owner_id: str, body: bytes, ttl_seconds: int) -> None:
        """Keeps a body (UTF-8 text) for its owner; may forget it at any time, never fails."""

    def close(self) -> None:
        """Lets go of threads and connections."""


@dataclass(frozen=True, slots=True)
class _Entry:
    owner_id: str
    body: bytes
    expires_at: float
    size: int


class MemoryCache:
    """The cache inside this process; what was used longest ago goes first when it is full.

    `clock` counts seconds and never jumps (monotonic); `size_max` is in bytes, keys and overhead counted too.
    """

    def __init__(self, clock: Callable[[], float], size_max: int = MEMORY_SIZE_MAX) -> None:
        self._clock = clock
        self._size_max = size_max
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    def find(self, key: str, owner_id: str) -> bytes | None:
        """The body kept under that key for that owner, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.expires_at <= self._clock():
                self._forget(key)
                return None
            if entry.owner_id != owner_id:
                return None
            self._entries.move_to_end(key)
            return entry.body

    def keep(self, key: str, owner_id: str, body: bytes, ttl_seconds: int) -> None:
        """Keeps the body; one that is larger than the whole cache is not kept."""
        # Any character of a str takes at most four bytes.
        size = len(body) + 4 * (len(key) + len(owner_id)) + ENTRY_OVERHEAD
        with self._lock:
            self._forget(key)
            if size > self._size_max or ttl_seconds <= 0:
                return
            self._entries[key] = _Entry(owner_id, body, self._clock() + ttl_seconds, size)
            self._size += size
            while self._size > self._size_max:
                self._forget(next(iter(self._entries)))

    def close(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry.size


class LayeredCache:
    """The two together: this process's memory first, then what all processes share, which fills the memory.

    `refill_seconds` is how long memory keeps what came from the shared cache, which does not say how old it is.
    """

    def __init__(self, memory: MemoryCache, shared: Cache, refill_seconds: int = 60) -> None:
        self.memory = memory
        self.shared = shared
        self._refill_seconds = refill_seconds

    def find(self, key: str, owner_id: str) -> bytes | None:
        """The body, wherever it is kept, or None. May wait for the shared cache: not for the event loop's thread."""
        body = self.memory.find(key, owner_id)
        if body is not None:
            return body
        body = self.shared.find(key, owner_id)
        if body is not None:
            self.memory.keep(key, owner_id, body, self._refill_seconds)
        return body

    def keep(self, key: str, owner_id: str, body: bytes, ttl_seconds: int) -> None:
        """Keeps the body in both."""
        self.memory.keep(key, owner_id, body, ttl_seconds)
        self.shared.keep(key, owner_id, body, ttl_seconds)

    def close(self) -> None:
        """Closes both."""
        self.memory.close()
        self.shared.close()
