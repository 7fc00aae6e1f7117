import asyncio
import contextlib
import json
import time

import pytest

from tests.cache.redis_process import free_port, pretender, wait_until
from tests.patience import HANGS_SECONDS
from tickfolio.cache.events import Event
from tickfolio.cache.guard import connect
from tickfolio.cache.redis_events import UNSENT_MAX, RedisEvents

PRICES = Event("prices.updated", None, {"run_id": "1"})
CHANGED = Event("portfolio.changed", "asha", {"version": "2"})
CHANNEL = "test:news"


@contextlib.contextmanager
def opened(url, origin, told=None):
    told = [] if told is None else told
    events = RedisEvents(connect(url, timeout_seconds=1), channel=CHANNEL, origin=origin, on_event=told.append)
    try:
        yield events
    finally:
        events.close()


@pytest.fixture
def pair(redis_process):
    """Two processes' boards on one Redis, both listening."""
    with opened(redis_process.url, "one") as one, opened(redis_process.url, "two") as two:
        assert one.listening.wait(5)
        assert two.listening.wait(5)
        yield one, two


async def read(subscription, count, seconds=5):
    return [await asyncio.wait_for(anext(subscription), seconds) for _ in range(count)]


def run(story):
    return asyncio.run(asyncio.wait_for(story, 30))


def test_news_crosses_to_the_other_process_and_is_heard_once_here(pair):
    async def story():
        here, there = pair[0].subscribe(), pair[1].subscribe()
        pair[0].publish(PRICES)
        pair[0].publish(CHANGED)

        assert await read(there, 2) == [PRICES, CHANGED]
        assert await read(here, 2) == [PRICES, CHANGED]
        # The other side's news comes over the same channel: had our own come back, it would stand before it.
        pair[1].publish(PRICES)
        assert await read(here, 1) == [PRICES]
        assert not here._waiting

    run(story())


def test_news_of_one_user_is_not_for_another_on_the_other_side(pair):
    async def story():
        ravi = pair[1].subscribe("ravi")
        pair[0].publish(CHANGED)
        pair[0].publish(PRICES)

        assert await read(ravi, 1) == [PRICES]

    run(story())


GARBAGE = [
    b"\x80\x04garbage",
    b"null",
    b"[" * 50_000,
    json.dumps({"origin": "x", "name": "prices.updated", "user_id": None}).encode(),
    json.dumps({"origin": "x", "name": 1, "user_id": None, "data": {}}).encode(),
    json.dumps({"origin": "x", "name": "n", "user_id": 7, "data": {}}).encode(),
    json.dumps({"origin": "x", "name": "n", "user_id": None, "data": {"a": 1}}).encode(),
    json.dumps({"origin": "x", "name": "n", "user_id": None, "data": {"a": "b" * 70_000}}).encode(),
]


def test_garbage_on_the_channel_is_ignored(redis_process):
    async def story(events):
        subscription = events.subscribe()
        with redis_process.client() as client:
            for text in GARBAGE:
                client.publish(CHANNEL, text)
            good = {"origin": "x", "name": PRICES.name, "user_id": None, "data": {"run_id": "1"}}
            client.publish(CHANNEL, json.dumps(good))

        assert await read(subscription, 1) == [PRICES]

    told = []
    with opened(redis_process.url, "one", told) as events:
        assert events.listening.wait(5)
        run(story(events))
    assert told == ["garbage"] * len(GARBAGE)


def test_without_redis_the_news_is_heard_in_this_process_at_once():
    async def story(events):
        subscription = events.subscribe()
        started = time.monotonic()
        for _ in range(2 * UNSENT_MAX):
            events.publish(PRICES)
            await read(subscription, 1)
        assert time.monotonic() - started < HANGS_SECONDS

    told = []
    with opened(f"redis://127.0.0.1:{free_port()}/0", "one", told) as events:
        run(story(events))
        assert len(events._unsent) <= UNSENT_MAX
        wait_until(lambda: told == ["unreachable"])


def test_a_redis_that_comes_back_carries_news_again(pair, redis_process):
    async def story():
        there = pair[1].subscribe()
        redis_process.kill()
        wait_until(lambda: not pair[1].listening.is_set())
        redis_process.start()
        assert await asyncio.to_thread(pair[1].listening.wait, 20)

        pair[0].publish(PRICES)
        assert await read(there, 1, seconds=20) == [PRICES]

    run(story())


def test_closing_ends_the_streams_at_once_and_the_threads_soon(redis_process):
    async def story(events):
        waiting = asyncio.create_task(anext(events.subscribe(), "ended"))
        await asyncio.sleep(0)
        await asyncio.to_thread(events.close)
        assert await waiting == "ended"

    redis_process.freeze()
    with opened(redis_process.url, "one") as events:
        run(story(events))
        for thread in events._threads:
            thread.join(3)
            assert not thread.is_alive()
    redis_process.thaw()


def test_a_pretender_does_not_end_the_listening():
    told = []
    with pretender(b":7\r\n*0\r\n*1\r\n:1\r\n", 0.01) as url, opened(url, "one", told) as events:
        events.publish(PRICES)
        wait_until(lambda: told)
        assert all(thread.is_alive() for thread in events._threads)
