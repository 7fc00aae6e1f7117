"""A lock that is taken in the order of asking."""

import threading
import time

from tickfolio.storage.turns import Turns


def wait_for(count, turns):
    """Until so many wait."""
    while len(turns._waiting) < count:
        time.sleep(0.001)


def test_whoever_waits_longest_is_next():
    turns, order = Turns(), []
    assert turns.acquire(1)

    def take(name):
        assert turns.acquire(10)
        order.append(name)
        turns.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        wait_for(number + 1, turns)
    turns.release()
    take("the one who had it")
    for one in threads:
        one.join()

    assert order == [0, 1, 2, 3, 4, "the one who had it"]


def test_who_gives_up_leaves_the_queue_and_the_next_one_gets_it():
    turns = Turns()
    assert turns.acquire(1)

    assert not turns.acquire(0.01)
    turns.release()

    assert turns.acquire(0.01)


def test_only_one_has_it_at_a_time():
    turns, inside, most = Turns(), [], []

    def work():
        for _ in range(200):
            assert turns.acquire(10)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turns.release()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert max(most) == 1
    assert len(most) == 1200
