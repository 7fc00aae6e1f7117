import threading
import time

import pytest

from tests.cache.opened import opened
from tests.cache.redis_process import free_port, pretender, wait_until
from tests.patience import HANGS_SECONDS
from tickfolio.cache.guard import Guard, connect


@pytest.mark.parametrize(
    ("said", "drip_seconds"),
    [
        pytest.param(b"", 0, id="takes the connection and never answers"),
        pytest.param(b"$", 0.02, id="drips bytes faster than any socket timeout"),
        pytest.param(b"$-1\r\n", 0.02, id="answers more than it was asked"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", 0, id="is no Redis at all"),
        pytest.param(b"-ERR no\r\n", 0, id="refuses"),
        pytest.param(b"$999999999\r\n", 0, id="promises a huge value"),
        pytest.param(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", 0, id="answers a list"),
        pytest.param(b":7\r\n", 0, id="answers a number"),
    ],
)
def test_fault_36_a_pretender_costs_no_more_than_the_budget(said, drip_seconds):
    with pretender(said, drip_seconds) as url, opened(url, hurried=True) as shared:
        for _ in range(6):  # more than there are threads: none of them may stay stuck
            assert shared.find_timed("k", "asha") is None
            shared.now += 30


def test_a_name_that_does_not_resolve_is_a_miss():
    with opened("redis://no-such-host.invalid:6379/0", hurried=True) as shared:
        assert shared.find_timed("k", "asha") is None
        assert shared.events == ["unreachable"]


def test_a_dripping_server_cannot_keep_the_threads():
    with pretender(b"$", 0.002) as url, opened(url, hurried=True) as shared:
        for _ in range(4):
            shared.find_timed("k", "asha")
            shared.now += 30

        started = threading.Event()
        shared.guard._pool.submit(started.set)
        assert started.wait(0.5)


def test_the_breaker_waits_longer_each_time_up_to_30_seconds():
    with opened(f"redis://127.0.0.1:{free_port()}/0") as shared:
        shared.cache.find("k", "asha")
        # 1 s, then doubled: 2, 4, 8, 16, and 32 is cut to 30.
        for count, pause in enumerate([1, 2, 4, 8, 16, 30, 30], start=1):
            shared.now += pause - 0.01
            shared.cache.find("k", "asha")
            assert len(shared.events) == count
            shared.now += 0.01
            shared.cache.find("k", "asha")
            assert len(shared.events) == count + 1


def test_calls_that_fail_together_are_one_failure():
    with pretender(b"") as url, opened(url, hurried=True) as shared:
        threads = [threading.Thread(target=shared.cache.find, args=("k", "asha")) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert shared.events == ["unreachable"]

        shared.now += 1
        shared.cache.find("k", "asha")
        assert shared.events == ["unreachable"] * 2


def test_keeping_never_waits_and_never_fails():
    with pretender(b"") as url, opened(url, hurried=True) as shared:
        started = time.monotonic()
        for number in range(1000):
            shared.cache.keep(f"k{number}", "asha", b"x", 60)
        assert time.monotonic() - started < HANGS_SECONDS
        wait_until(lambda: shared.events == ["unreachable"])


def test_what_waits_to_be_kept_is_bounded(redis_process):
    events = []
    guard = Guard(connect(redis_process.url), clock=lambda: 0.0, on_event=events.append, workers=1, told_max=3)
    release, sent = threading.Event(), []
    guard._pool.submit(release.wait)

    for number in range(10):
        guard.tell(lambda number=number: sent.append(number))
    release.set()
    wait_until(lambda: len(sent) == 3)
    guard.tell(lambda: sent.append("later"))
    wait_until(lambda: sent == [0, 1, 2, "later"])

    guard.close()
