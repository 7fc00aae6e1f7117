"""Who holds a run of the price job: the lease and the fence, by themselves."""

import threading
from datetime import timedelta

import pytest

from tickfolio.storage.refreshes import RefreshRow

LEASE = timedelta(seconds=60)


@pytest.fixture
def run(given):
    """A run of the slot of now, begun now."""
    now = given.clock()
    begun = RefreshRow("r1", "slot", now, 1, now + LEASE, now, None)
    with given.database.transaction() as tx:
        assert tx.refreshes.begin(begun)
    return begun


def take_over(given, run):
    now = given.clock()
    with given.database.transaction() as tx:
        return tx.refreshes.take_over(slot=run.slot, run_id=None, lease_until=now + LEASE, now=now)


def test_a_slot_begins_once(given, run):
    with given.database.transaction() as tx:
        assert not tx.refreshes.begin(RefreshRow("r2", "slot", run.slot, 1, run.lease_until, run.started_at, None))


def test_a_run_changes_hands_when_its_lease_is_over_and_not_before(given, run):
    given.clock.now += LEASE
    assert take_over(given, run) is None

    given.clock.advance(0.000001)
    assert take_over(given, run).fence == 2


def test_of_two_who_take_over_at_once_one_does(given, run):
    given.clock.now += 2 * LEASE
    together, taken = threading.Barrier(2), []

    def act():
        together.wait()
        taken.append(take_over(given, run))

    threads = [threading.Thread(target=act) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert [one.fence for one in taken if one] == [2]


def test_fault_28_an_old_fence_renews_and_ends_nothing(given, run):
    given.clock.now += 2 * LEASE
    taken = take_over(given, run)

    with given.database.transaction() as tx:
        assert not tx.refreshes.renew(run.id, run.fence, given.clock() + LEASE)
        assert not tx.refreshes.finish(run)
        assert tx.refreshes.renew(taken.id, taken.fence, given.clock() + LEASE)


def test_a_run_is_under_way_from_its_beginning_to_its_end_or_the_end_of_its_lease(given, run):
    def is_under_way(at, kind="slot"):
        with given.database.reading() as tx:
            return tx.refreshes.is_under_way(kind, at)

    assert is_under_way(given.clock() + LEASE)
    assert not is_under_way(given.clock() + LEASE + timedelta(seconds=1))
    assert not is_under_way(given.clock(), "hand")
    with given.database.transaction() as tx:
        waiting = RefreshRow("r2", "hand", None, 0, given.clock() + LEASE, given.clock(), None)
        assert tx.refreshes.begin(waiting)
    assert not is_under_way(given.clock(), "hand")  # asked for, and begun by nobody
