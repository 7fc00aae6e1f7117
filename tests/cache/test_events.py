import asyncio
import threading

import pytest

from tests.cache.redis_process import wait_until
from tickfolio.cache.events import Event, LocalEvents

PRICES = Event("prices.updated", None, {"run_id": "1"})


def changed(number, user_id="asha"):
    return Event("portfolio.changed", user_id, {"version": str(number)})


async def read(subscription, count):
    return [await asyncio.wait_for(anext(subscription), 5) for _ in range(count)]


def run(story):
    return asyncio.run(asyncio.wait_for(story, 20))


@pytest.fixture
def events():
    events = LocalEvents(waiting_max=3)
    yield events
    events.close()


def test_every_subscriber_hears_the_news_in_order(events):
    async def story():
        first, second = events.subscribe(), events.subscribe()
        events.publish(PRICES)
        events.publish(changed(1))

        assert await read(first, 2) == [PRICES, changed(1)]
        assert await read(second, 2) == [PRICES, changed(1)]

    run(story())


def test_news_of_one_user_is_not_for_another(events):
    async def story():
        asha, ravi, everybody = events.subscribe("asha"), events.subscribe("ravi"), events.subscribe()
        events.publish(changed(1, "ravi"))
        events.publish(PRICES)

        assert await read(asha, 1) == [PRICES]
        assert await read(ravi, 2) == [changed(1, "ravi"), PRICES]
        assert await read(everybody, 2) == [changed(1, "ravi"), PRICES]

    run(story())


def test_news_from_another_thread_wakes_a_waiting_reader(events):
    async def story():
        subscription = events.subscribe()
        waiting = asyncio.create_task(read(subscription, 50))
        await asyncio.sleep(0)

        def publish():
            for number in range(50):
                events.publish(changed(number))
                # Fifty are more than may wait, so each is given time to be read.
                wait_until(lambda: not subscription._waiting)

        thread = threading.Thread(target=publish)
        thread.start()
        assert await waiting == [changed(number) for number in range(50)]
        thread.join()

    run(story())


def test_a_slow_reader_loses_the_oldest_and_holds_nobody_up(events):
    async def story():
        slow, quick, heard = events.subscribe(), events.subscribe(), []
        for number in range(5):
            events.publish(changed(number))
            heard += await read(quick, 1)

        assert heard == [changed(number) for number in range(5)]
        assert await read(slow, 3) == [changed(2), changed(3), changed(4)]
        # 5 were published and 3 may wait.
        assert (slow.lost, quick.lost) == (2, 0)

    run(story())


def test_a_closed_subscription_ends_and_is_forgotten(events):
    async def story():
        subscription, other = events.subscribe(), events.subscribe()
        waiting = asyncio.create_task(anext(subscription, "ended"))
        await asyncio.sleep(0)

        subscription.close()
        subscription.close()
        events.publish(PRICES)

        assert await waiting == "ended"
        assert [event async for event in subscription] == []
        assert await read(other, 1) == [PRICES]
        assert events._subscriptions == {other}

    run(story())


def test_closing_the_board_ends_all_streams_at_once_also_from_another_thread(events):
    async def story():
        waiting = [asyncio.create_task(anext(events.subscribe(), "ended")) for _ in range(3)]
        behind = events.subscribe()
        events.publish(PRICES)
        await asyncio.gather(*waiting)
        waiting = [asyncio.create_task(anext(events.subscribe(), "ended")) for _ in range(3)]
        await asyncio.sleep(0)

        await asyncio.to_thread(events.close)

        assert await asyncio.gather(*waiting) == ["ended"] * 3
        assert [event async for event in behind] == []
        assert [event async for event in events.subscribe()] == []
        events.publish(PRICES)

    run(story())


def test_a_reader_whose_loop_is_gone_is_forgotten(events):
    async def story():
        events.subscribe()

    run(story())
    events.publish(PRICES)

    assert not events._subscriptions
