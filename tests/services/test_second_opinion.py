"""A price that is held back has another source asked in the same run."""

from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, buy
from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.services.refresh import refresh_slot


@pytest.fixture
def infy(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    found = given.instrument("INFY")
    given.price(found, "100", as_of=given.clock() - timedelta(minutes=9), source="first")
    return found


@pytest.fixture
def first(given):
    told = ScriptedSource("first")
    told.say("INFY", "250", given.clock() - timedelta(minutes=1))
    return told


@pytest.fixture
def second(given):
    return ScriptedSource("second")


def held(given, instrument):
    with given.database.reading() as tx:
        return tx.prices.held([instrument.id]).get(instrument.id)


def test_another_source_that_agrees_settles_it_in_the_same_run(given, infy, first, second):
    second.say("INFY", "252", given.clock())

    run = refresh_slot(given.refresher(first, second), given.clock())

    assert (run.updated, run.held, run.failed) == (1, 0, 0)
    assert (given.latest(infy).last_price, given.latest(infy).source) == (252, "second")
    assert held(given, infy) is None


def test_another_source_that_says_as_before_is_believed(given, infy, first, second):
    second.say("INFY", "101", given.clock())

    run = refresh_slot(given.refresher(first, second), given.clock())

    assert (run.updated, run.held) == (1, 0)
    assert given.latest(infy).last_price == 101


@pytest.mark.parametrize("said", ["400", "nothing", "broken"])
def test_without_another_who_agrees_it_waits(given, infy, first, second, said):
    if said == "400":
        second.say("INFY", "400", given.clock() - timedelta(minutes=2))
    elif said == "nothing":
        second.failing = Failure(FailureKind.TRANSIENT, "refused")
    else:
        second.before_batch = lambda _number: 1 / 0

    run = refresh_slot(given.refresher(first, second), given.clock())

    assert (run.updated, run.held, run.failed) == (0, 1, 0)
    assert (given.latest(infy).last_price, held(given, infy).price) == (100, 250)


def test_only_what_is_held_is_asked_for_and_only_of_another_source(given, asha, portfolio, infy, first, second):
    given.record(asha, portfolio, buy("TCS", "1", "1"))
    first.say("TCS", "10", given.clock())

    refresh_slot(given.refresher(first, second), given.clock())

    assert second.symbols_asked() == ["INFY"]
    assert sorted(first.symbols_asked()) == ["INFY", "TCS"]


def test_nobody_else_is_asked_while_nothing_is_held(given, infy, first, second):
    first.say("INFY", "101", given.clock())

    refresh_slot(given.refresher(first, second), given.clock())

    assert second.calls == []
