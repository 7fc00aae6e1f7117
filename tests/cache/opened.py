"""A cache on Redis, built as the program builds it, for the tests of its parts."""

import contextlib
import time

from tests.cache.redis_process import wait_until
from tests.patience import HANGS_SECONDS
from tickfolio.cache.guard import Guard, connect
from tickfolio.cache.redis import RedisCache


class Shared:
    """A cache as main builds it, with its own clock and a list of what it told.

    Where the time is not the matter, the budget is 5 s, so that a busy machine changes nothing.
    """

    def __init__(self, url, secret=b"sealing secret", hurried=False) -> None:
        self.now = 0.0
        self.events = []
        clock, tell = (lambda: self.now), self.events.append
        if hurried:
            self.guard = Guard(connect(url), clock=clock, on_event=tell)
        else:
            self.guard = Guard(connect(url, timeout_seconds=5), clock=clock, on_event=tell, budget_seconds=5)
        self.cache = RedisCache(self.guard, secret=secret, prefix="test:", on_event=self.events.append)

    def find_timed(self, key, owner_id):
        started = time.monotonic()
        body = self.cache.find(key, owner_id)
        seconds = time.monotonic() - started
        assert seconds < HANGS_SECONDS, f"it took {seconds:.3f} s"
        return body

    def finds(self, key, owner_id, body) -> bool:
        """Whether the body is found after the longest pause."""
        self.now += 30
        return self.cache.find(key, owner_id) == body


@contextlib.contextmanager
def opened(url, secret=b"sealing secret", hurried=False):
    shared = Shared(url, secret, hurried)
    yield shared
    shared.cache.close()


def keep(shared, process, key="k", owner_id="asha", body=b'{"worth": "100"}'):
    """Keeps a body and waits until it is there, because nobody else would."""
    shared.cache.keep(key, owner_id, body, 60)
    with process.client() as client:
        wait_until(lambda: client.exists(f"test:{key}"))
