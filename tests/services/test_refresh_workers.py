"""What a refresh must survive of workers: that they come in pairs, sleep or die."""

import itertools
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, at
from tests.services.runs import die_after_first_batch, run_slot
from tickfolio.services.refresh import LEASE, price_new
from tickfolio.storage.database import open_database


def test_fault_26_of_two_workers_one_does_the_slot(given, infy, source, database_url):
    elsewhere = open_database(database_url)
    together, runs = threading.Barrier(2), []

    def work(database):
        refresher = replace(given.refresher(source), database=database)
        together.wait()
        runs.append(run_slot(refresher))

    threads = [threading.Thread(target=work, args=(database,)) for database in (given.database, elsewhere)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(source.calls) == 1
    assert len([run for run in runs if run is not None]) == 1
    assert run_slot(given.refresher(source)) is None  # and not again later in the slot
    elsewhere.close()


def test_the_next_slot_is_another_run(given, infy, source, clock):
    first = run_slot(given.refresher(source))
    clock.advance(599)
    assert run_slot(given.refresher(source)) is None
    clock.advance(1)
    second = run_slot(given.refresher(source))

    assert second.slot - first.slot == timedelta(minutes=10)


def test_fault_27_a_dead_workers_slot_is_taken_over_after_its_lease_and_not_before(given, infy, source, clock):
    die_after_first_batch(given, source)
    calls = len(source.calls)
    dead = given.last_run()
    assert dead.finished_at is None

    clock.advance(LEASE.total_seconds())
    assert run_slot(given.refresher(source)) is None
    assert len(source.calls) == calls

    clock.advance(1)
    run = run_slot(given.refresher(source))
    assert (run.id, run.fence) == (dead.id, 2)
    assert run.finished_at == clock()
    assert timedelta(seconds=60) >= LEASE


def test_fault_27_the_next_slot_does_not_wait_for_a_dead_worker(given, infy, source, clock):
    die_after_first_batch(given, source)
    clock.advance(600)

    assert run_slot(given.refresher(source)).finished_at == clock()


def test_fault_28_a_worker_that_slept_may_not_write_any_more(given, infy, source, clock):
    """While it waits for its source it is stopped; its lease runs out, another does the slot, and then it wakes."""
    rested = ScriptedSource()
    done = []

    def sleep(_number):
        clock.advance(61)
        rested.say("INFY", "105", clock())
        done.append(run_slot(given.refresher(rested)))

    source.before_batch = sleep
    source.say("INFY", "95", clock() + timedelta(minutes=3))  # newer than what the other one got, and still too late

    assert run_slot(given.refresher(source)) is None

    assert done[0].fence == 2
    assert given.latest(infy).last_price == 105
    assert given.last_run() == done[0]


def test_fault_28_a_worker_that_slept_before_the_end_may_not_end_the_run(given, infy, source, clock, monkeypatch):
    done = []

    def sleep(*_arguments):
        monkeypatch.undo()
        clock.advance(61)
        done.append(run_slot(given.refresher(source)))
        return 0

    monkeypatch.setattr("tickfolio.services.refresh.fill_missing_rates", sleep)

    assert run_slot(given.refresher(source)) is None
    assert given.last_run() == done[0]


def test_a_worker_that_waits_long_keeps_its_run(given, infy, source, clock, monkeypatch):
    """A file may take longer than the lease: who is alive says so meanwhile."""
    monkeypatch.setattr("tickfolio.services.refresh.BEAT_SECONDS", 0.05)
    stolen = []

    def wait_long(_number):
        pause = threading.Event()
        for _ in range(3):
            clock.advance(45)
            pause.wait(0.3)
            stolen.append(run_slot(given.refresher(ScriptedSource())))

    source.before_batch = wait_long

    run = run_slot(given.refresher(source))

    assert stolen == [None, None, None]
    assert (run.updated, run.fence) == (1, 1)


def test_fault_29_a_run_that_is_longer_than_the_interval_is_not_overtaken(given, infy, source, clock):
    overtaking = []

    def take_long(_number):
        clock.advance(601)
        with given.database.transaction() as tx:  # it lives: its lease was renewed a moment ago
            run = tx.refreshes.last(("slot",), finished=False)
            assert tx.refreshes.renew(run.id, run.fence, clock() + LEASE)
        overtaking.append(run_slot(given.refresher(ScriptedSource())))

    source.before_batch = take_long
    first = run_slot(given.refresher(source))
    source.before_batch = lambda _number: None

    assert overtaking == [None]
    assert first.finished_at is not None
    # Once it is over, the slot that had to wait is done by whoever comes next.
    late = run_slot(given.refresher(source))
    assert late.slot == first.slot + timedelta(minutes=10)


@pytest.mark.parametrize("jump_hours", [1, -1])
def test_fault_30_a_clock_that_jumps_makes_no_slot_twice(given, infy, source, clock, jump_hours):
    slots = []
    for step in (0, 600, jump_hours * 3600, 600, -jump_hours * 3600, 600, 600):
        clock.advance(step)
        run = run_slot(given.refresher(source))
        slots += [run.slot] if run else []

    assert len(slots) == len(set(slots))
    assert slots[-1] == at("2026-11-20T09:50")


@pytest.mark.parametrize(
    ("begin", "hours"),
    [
        ("2028-02-28T23:00", 2),
        ("2028-02-29T23:00", 2),
        ("2026-03-29T00:00", 3),
        ("2026-11-01T04:00", 4),
        ("2026-12-31T23:00", 2),
    ],
    ids=["29 February", "1 March", "summer time begins", "summer time ends", "new year"],
)
def test_fault_30_no_slot_is_missing_on_odd_days(given, clock, begin, hours):
    clock.now = at(begin)
    slots = []
    for _ in range(hours * 6):
        clock.advance(600)
        slots.append(run_slot(given.refresher()).slot)

    assert [later - earlier for earlier, later in itertools.pairwise(slots)] == [timedelta(minutes=10)] * (
        len(slots) - 1
    )


def test_fault_67_an_account_that_is_deleted_during_a_refresh_is_not_resurrected(given, asha, portfolio, infy, source):
    def leave(_number):
        with given.database.transaction() as tx:
            tx.people.delete(asha.id)

    source.before_batch = leave

    run = run_slot(given.refresher(source))

    assert run.finished_at is not None
    with given.database.reading() as tx:
        assert tx.people.all() == []
        assert tx.portfolios.every_id() == []
    assert run_slot_later(given, source).instruments == 0


def run_slot_later(given, source):
    source.before_batch = lambda _number: None
    given.clock.advance(600)
    return run_slot(given.refresher(source))


def test_a_new_run_that_finds_nothing_to_ask_costs_nothing(given, infy, source):
    run_slot(given.refresher(source))
    calls, events = len(source.calls), len(given.events)

    price_new(given.refresher(source), [infy.id])

    assert len(source.calls) == calls
    assert len(given.events) == events  # nobody is told to look again at what has not changed
