"""Somebody who listens to the server's news in a thread of their own."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator

import httpx2

from tests.api.running import wait_until


class Listener:
    """What was heard so far, as (name, data); and when the stream ended, if it has."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.begun = threading.Event()
        self.ended_at: float | None = None

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def waits_for(self, name: str, seconds: float = 5) -> dict[str, str]:
        """The data of the first news of that name."""
        return next(data for one, data in wait_until(lambda: [*self._of(name)], name, seconds) if one == name)

    def _of(self, name: str) -> list[tuple[str, dict[str, str]]]:
        return [news for news in self.heard if news[0] == name]

    def follow(self, answer: httpx2.Response) -> None:
        name = ""
        with contextlib.suppress(httpx2.HTTPError):
            for line in answer.iter_lines():
                self.begun.set()
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.heard.append((name, json.loads(line.removeprefix("data: "))))
        self.ended_at = time.monotonic()


@contextlib.contextmanager
def listening(browser: httpx2.Client) -> Iterator[Listener]:
    """A stream of news that is open from now until the end of the block."""
    listener = Listener()
    with contextlib.ExitStack() as stack:
        answer = stack.enter_context(browser.stream("GET", "/events", timeout=30))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        thread = threading.Thread(target=listener.follow, args=(answer,), daemon=True)
        thread.start()
        assert listener.begun.wait(5)
        try:
            yield listener
        finally:
            # Cutting the line wakes the thread that reads from it.
            with contextlib.suppress(OSError):
                answer.extensions["network_stream"].get_extra_info("socket").shutdown(2)
            thread.join(5)
