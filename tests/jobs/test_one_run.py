"""Two whole workers with a price job each, over one Redis and one database."""

import time

import pytest

from tests.builders import Given, ScriptedSource, buy
from tickfolio.jobs.schedule import Work
from tickfolio.jobs.worker import Jobs
from tickfolio.services.refresh import price_new, refresh_by_hand, refresh_slot
from tickfolio.services.upkeep import keep_order


@pytest.fixture
def given(database, clock, new_id) -> Given:
    return Given(database, clock, new_id)


def work(refresher):
    return Work(
        refresh_due=lambda: refresh_slot(refresher, refresher.world.now()),
        refresh_by_hand=lambda run_id: refresh_by_hand(refresher, run_id),
        price_new=lambda ids: price_new(refresher, ids),
        keep_order=lambda: keep_order(refresher.database, refresher.world.now()),
        fill_histories=lambda: None,
    )


def wait_until(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_fault_26_two_workers_make_one_run_of_a_slot(given, redis_url):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "10", "100"))
    source = ScriptedSource()
    source.say("INFY", "110", given.clock())
    workers = [Jobs(redis_url, work(given.refresher(source)), 10, works=True, name=f"w{number}") for number in range(2)]
    # Queues of their own, so that each worker does its start-up run: the row of the slot alone makes it one.
    for one in workers:
        one.start()
    try:
        wait_until(lambda: given.last_run() is not None and given.last_run().finished_at is not None)
        time.sleep(0.5)
    finally:
        for one in workers:
            one.stop()

    assert len(source.calls) == 1
    assert given.latest(given.instrument("INFY")).last_price == 110


def test_a_new_instrument_is_priced_without_waiting_for_the_slot(given):
    source = ScriptedSource()
    source.say("INFY", "110", given.clock())
    refresher = given.refresher(source)
    jobs = Jobs("memory://priced-at-once", work(refresher), 10, works=True)
    jobs.start()
    try:
        wait_until(lambda: given.last_run() is not None)
        asha = given.user()
        given.record(asha, given.portfolio(asha), buy("INFY", "10", "100"))
        jobs.price_new(given.asked)
        wait_until(lambda: given.latest(given.instrument("INFY")) is not None)
    finally:
        jobs.stop()

    assert given.last_run("new").updated == 1
