"""The job engine: the real one, in memory and on a real Redis."""

import threading
import time

import pytest
import structlog
from docket import Cron

from tests.infrastructure.run import find_free_port
from tests.patience import HANGS_SECONDS
from tickfolio.jobs.schedule import Work, make_tasks
from tickfolio.jobs.worker import Jobs

WAIT_SECONDS = 10.0


class Seen:
    """What was done, in order, by whom it was asked for."""

    def __init__(self):
        self.calls = []
        self.refresh_takes_seconds = 0.0
        self.failing = set()
        self.held = {}
        self.changed = threading.Condition()

    def hold(self, name):
        """From now on whoever does this waits: what counts those that wait, and what lets them go."""
        self.held[name] = threading.Semaphore(0), threading.Event()
        return self.held[name]

    def note(self, what):
        if what[0] in self.held:
            begun, go_on = self.held[what[0]]
            begun.release()
            go_on.wait(3 * WAIT_SECONDS)
        if what[0] == "due":
            time.sleep(self.refresh_takes_seconds)
        with self.changed:
            self.calls.append(what)
            self.changed.notify_all()
        if what[0] in self.failing:
            raise RuntimeError("as the test wants it")

    def work(self):
        return Work(
            refresh_due=lambda: self.note(("due",)),
            refresh_by_hand=lambda run_id: self.note(("hand", run_id)),
            price_new=lambda ids: self.note(("new", *ids)),
            keep_order=lambda: self.note(("order",)),
            fill_histories=lambda: self.note(("fill",)),
        )

    def wait_for(self, *what):
        with self.changed:
            found = self.changed.wait_for(lambda: what in self.calls, WAIT_SECONDS)
        assert found, f"{what} is not among {self.calls}"

    def count(self, name):
        return sum(call[0] == name for call in self.calls)


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture(params=["memory", "redis"])
def queue_url(request):
    if request.param == "memory":
        return f"memory://{request.node.nodeid.replace('[', '-').replace(']', '').rpartition('::')[2]}"
    return request.getfixturevalue("redis_url")


@pytest.fixture
def run(seen):
    """Starts engines that end with the test."""
    running = []

    def start(url, works=True, seen=seen, name="tickfolio-test"):
        jobs = Jobs(url, seen.work(), 10, works=works, name=name)
        running.append(jobs)
        jobs.start()
        return jobs

    yield start
    for jobs in running:
        jobs.stop()


def crons(interval_minutes):
    found = {}
    for task in make_tasks(Seen().work(), interval_minutes):
        for default in (*(task.__defaults__ or ()), *(task.__kwdefaults__ or {}).values()):
            if isinstance(default, Cron):
                found[task.__name__] = default.expression
    return found


@pytest.mark.parametrize(
    ("minutes", "expression"), [(1, "*/1 * * * *"), (10, "*/10 * * * *"), (30, "*/30 * * * *"), (60, "0 * * * *")]
)
def test_the_schedule_fires_each_slot_keeps_order_once_an_hour_and_fills_histories_in_between(minutes, expression):
    assert crons(minutes) == {
        "refresh_due": expression,
        "keep_order": "17 * * * *",
        "fill_histories": "3-59/10 * * * *",
    }


def test_what_was_missed_is_done_at_the_start(queue_url, run, seen):
    run(queue_url)

    seen.wait_for("due")


def test_the_start_does_it_again_after_a_restart(queue_url, run, seen):
    run(queue_url).stop()
    again = Seen()

    run(queue_url, seen=again)

    again.wait_for("due")


def test_new_instruments_are_priced_at_once_by_whoever_asks_from_any_thread(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")
    began = time.monotonic()

    threading.Thread(target=jobs.price_new, args=(["i1"],)).start()

    seen.wait_for("new", "i1")
    assert time.monotonic() - began < HANGS_SECONDS


def test_several_who_ask_within_a_moment_become_one_run(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")

    for ids in (["i3"], ["i1", "i2"], ["i3"], ["i2"]):
        jobs.price_new(ids)

    seen.wait_for("new", "i1", "i2", "i3")
    assert seen.count("new") == 1


def test_two_groups_that_begin_alike_are_both_priced(queue_url, run, seen):
    """One is under way while the other, as long and with the same first one, is asked for."""
    jobs = run(queue_url)
    seen.wait_for("due")
    go_on = threading.Event()
    inner = seen.note
    seen.note = lambda what: (go_on.wait(WAIT_SECONDS) if what == ("new", "i1", "i2") else None, inner(what))[1]

    jobs.price_new(["i1", "i2"])
    time.sleep(0.5)
    jobs.price_new(["i1", "i3"])
    time.sleep(0.5)
    go_on.set()

    seen.wait_for("new", "i1", "i2")
    seen.wait_for("new", "i1", "i3")


def test_one_that_is_asked_for_again_while_it_is_being_priced_is_priced_again(queue_url, run, seen):
    """What is written down after the first run has begun, as an address of one's own, that run did not see."""
    jobs = run(queue_url)
    seen.wait_for("due")
    begun, go_on = seen.hold("new")

    for _ in range(3):
        jobs.price_new(["i1"])
        assert begun.acquire(timeout=WAIT_SECONDS)  # one more is under way

    go_on.set()


def test_one_that_is_asked_for_again_while_it_waits_to_be_priced_is_priced_once(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")
    begun, go_on = seen.hold("hand")

    for number in range(4):  # as many as are done at once
        jobs.refresh_by_hand(f"r{number}")
        assert begun.acquire(timeout=WAIT_SECONDS)

    for _ in range(3):
        jobs.price_new(["i1"])
        time.sleep(0.2)
    go_on.set()

    seen.wait_for("new", "i1")
    seen.wait_for("fill")
    time.sleep(0.3)
    assert seen.count("new") == 1


def test_pricing_does_not_wait_for_histories_however_many_are_asked_for(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")
    begun, go_on = seen.hold("fill")

    jobs.price_new(["i0"])
    assert begun.acquire(timeout=WAIT_SECONDS)

    for number in range(1, 7):  # more than are done at once
        jobs.price_new([f"i{number}"])
        seen.wait_for("new", f"i{number}")

    go_on.set()
    seen.wait_for("fill")


def test_who_asks_for_nothing_does_no_harm(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")

    jobs.price_new([])
    time.sleep(0.2)
    jobs.price_new(["i1"])

    seen.wait_for("new", "i1")


def test_a_run_by_hand_is_done_once(queue_url, run, seen):
    """However often it is asked for while it waits or runs."""
    jobs = run(queue_url)
    seen.wait_for("due")
    go_on, inner = threading.Event(), seen.note
    seen.note = lambda what: (go_on.wait(WAIT_SECONDS), inner(what))[1]

    jobs.refresh_by_hand("r1")
    jobs.refresh_by_hand("r1")
    jobs.refresh_by_hand("r2")
    time.sleep(0.3)
    go_on.set()

    seen.wait_for("hand", "r1")
    seen.wait_for("hand", "r2")
    time.sleep(0.3)
    assert seen.count("hand") == 2


def test_a_task_that_fails_stops_nobody(queue_url, run, seen):
    seen.failing = {"hand"}
    jobs = run(queue_url)
    with structlog.testing.capture_logs() as logs:
        for run_id in ("r1", "r2"):
            jobs.refresh_by_hand(run_id)
            seen.wait_for("hand", run_id)
        jobs.price_new(["i1"])
        seen.wait_for("new", "i1")

    assert "refresh_by_hand" in {one.get("task") for one in logs if one["event"] == "task_failed"}


def test_one_that_only_asks_has_it_done_by_a_worker_elsewhere(redis_url, run, seen):
    idle = Seen()
    asker = run(redis_url, works=False, seen=idle)
    run(redis_url)
    seen.wait_for("due")

    asker.price_new(["i1"])
    asker.refresh_by_hand("r1")

    seen.wait_for("new", "i1")
    seen.wait_for("hand", "r1")
    assert idle.calls == []


def test_fault_26_two_workers_on_one_queue_do_a_task_once(redis_url, run, seen):
    first, second = run(redis_url), run(redis_url)
    seen.wait_for("due")
    go_on, inner = threading.Event(), seen.note
    seen.note = lambda what: (go_on.wait(WAIT_SECONDS), inner(what))[1]

    for number in range(10):
        first.refresh_by_hand(f"r{number}")
        second.refresh_by_hand(f"r{number}")
    time.sleep(0.5)
    go_on.set()
    for number in range(10):
        seen.wait_for("hand", f"r{number}")

    time.sleep(0.3)
    assert seen.count("hand") == 10


def test_servers_that_share_a_redis_do_not_share_their_work(redis_url, run, seen):
    other = Seen()
    mine = run(redis_url, name="tickfolio-a")
    run(redis_url, seen=other, name="tickfolio-b")
    seen.wait_for("due")
    other.wait_for("due")

    mine.refresh_by_hand("r1")

    seen.wait_for("hand", "r1")
    assert other.count("hand") == 0


def test_a_queue_out_of_reach_costs_the_asker_nothing_and_the_end_is_prompt(run, seen):
    began = time.monotonic()
    jobs = run(f"redis://127.0.0.1:{find_free_port()}/0")
    jobs.price_new(["i1"])
    jobs.refresh_by_hand("r1")
    assert time.monotonic() - began < HANGS_SECONDS

    time.sleep(0.5)
    jobs.price_new(["i2"])
    jobs.stop()

    assert time.monotonic() - began < HANGS_SECONDS
    assert seen.calls == []


def test_asking_before_the_start_and_after_the_end_does_no_harm(queue_url, seen):
    jobs = Jobs(queue_url, seen.work(), 10, works=True, name="tickfolio-test")
    jobs.price_new(["i1"])
    jobs.start()
    seen.wait_for("due")
    jobs.stop()
    jobs.stop()

    jobs.price_new(["i2"])
    jobs.refresh_by_hand("r1")


def test_the_end_is_prompt_when_nothing_is_under_way(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")
    time.sleep(0.2)
    began = time.monotonic()

    jobs.stop()

    assert time.monotonic() - began < HANGS_SECONDS
    assert not jobs._thread.is_alive()


def test_fault_34_what_is_under_way_is_finished_before_the_end(queue_url, run, seen):
    jobs = run(queue_url)
    seen.wait_for("due")
    begun, ended = threading.Event(), []

    def take_long(what):
        begun.set()
        time.sleep(1)
        ended.append(what)

    seen.note = take_long
    jobs.refresh_by_hand("r1")
    assert begun.wait(WAIT_SECONDS)

    jobs.stop()

    assert ended == [("hand", "r1")]
