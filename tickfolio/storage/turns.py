"""A lock that is taken in the order of asking."""

import threading
from collections import deque


class Turns:
    """Whoever waits longest is next, so that one who writes often never keeps the others out.

    A lock of the standard library goes to whoever happens to run, which is mostly the one that has just released it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, wait_seconds: float) -> bool:
        """Waits for its turn, at most so many seconds; says whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=wait_seconds):
            return True
        with self._guard:
            if turn not in self._waiting:  # it came in this very moment
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        """Hands over to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
