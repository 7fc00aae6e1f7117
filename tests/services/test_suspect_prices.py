"""A suspect price in a refresh: it waits beside the good one, until another run or another source has spoken."""

from decimal import Decimal

import pytest

from tests.builders import ScriptedSource
from tests.services.runs import die_after_first_batch, held_price, run_slot
from tickfolio.services.refresh import ask_for_refresh, refresh_by_hand


@pytest.mark.parametrize(
    ("number", "price", "reason"),
    [
        ("09", "10000", "unit_suspicion"),
        ("09", "1", "unit_suspicion"),
        ("10", "170", "jump"),
        ("11", "50", "split_suspicion"),
    ],
)
def test_faults_09_10_11_a_suspect_price_waits_beside_the_good_one(
    given, asha, portfolio, infy, source, number, price, reason
):
    clock = given.clock
    run_slot(given.refresher(source))
    clock.advance(600)
    source.say("INFY", price, clock())

    run = run_slot(given.refresher(source))

    assert (run.updated, run.held, run.failed) == (0, 1, 0), number
    assert given.latest(infy).last_price == 100
    held = held_price(given, infy)
    assert (held.price, held.reason, held.run_id) == (Decimal(price), reason, run.id)
    assert b'"last_price":"100"' in given.summary(asha, portfolio)
    assert b'"status":"held"' in given.summary(asha, portfolio)

    # The next run says the same: it is the price.
    clock.advance(600)
    source.say("INFY", price, clock())
    assert run_slot(given.refresher(source)).updated == 1
    assert given.latest(infy).last_price == Decimal(price)
    assert held_price(given, infy) is None
    assert b'"status":"live"' in given.summary(asha, portfolio)


def test_fault_10_a_suspect_price_goes_when_the_next_run_is_as_before(given, infy, source, clock):
    run_slot(given.refresher(source))
    for price in ("170", "101"):
        clock.advance(600)
        source.say("INFY", price, clock())
        run_slot(given.refresher(source))

    assert given.latest(infy).last_price == 101
    assert held_price(given, infy) is None


def test_fault_10_another_source_settles_a_suspect_price_at_once(given, infy, source, clock):
    run_slot(given.refresher(source))
    clock.advance(600)
    source.say("INFY", "170", clock())
    run_slot(given.refresher(source))
    second = ScriptedSource("second")
    second.say("INFY", "171", clock())
    with given.database.transaction() as tx:
        asked = ask_for_refresh(tx, given.world, 0)

    refresh_by_hand(given.refresher(second), asked.id)

    assert (given.latest(infy).last_price, given.latest(infy).source) == (Decimal(171), "second")


def test_fault_10_a_run_that_changes_hands_does_not_agree_with_itself(given, infy, source, clock):
    """The same run asks again after its worker died: that is no second opinion."""
    run_slot(given.refresher(source))
    clock.advance(600)
    source.say("INFY", "170", clock())
    die_after_first_batch(given, source)
    clock.advance(61)

    run = run_slot(given.refresher(source))

    assert run.fence == 2
    assert run.held == 1
    assert given.latest(infy).last_price == 100
