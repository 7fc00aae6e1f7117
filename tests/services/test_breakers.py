"""Hosts that are left alone: after a new start and by other workers as well, and how the page tells of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, at, buy
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.services.breakers import BreakerView, load_breakers
from tickfolio.services.refresh import ask_for_refresh, refresh_by_hand, refresh_slot

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def start(given, asha, portfolio, market):
    """A program that begins to work on the same database: a price job that knows nothing yet."""
    given.record(asha, portfolio, buy("INFY", "1", "1"))
    market.set("INFY.NS", "1500")
    opened = []

    def start():
        clock = given.clock
        source = HttpProvider(
            YahooAdapter(market.yahoo_url), lambda: clock().timestamp(), lambda _seconds: None, interval_seconds=0
        )
        opened.append(source)
        return given.refresher(source)

    yield start
    for one in opened:
        one.close()


def run_slot(refresher):
    refresher.world.now.advance(600)
    return refresh_slot(refresher, refresher.world.now())


def by_hand(given, refresher):
    with given.database.transaction() as tx:
        run = ask_for_refresh(tx, given.world, 0)
    return refresh_by_hand(refresher, run.id)


def shown(given, refresher):
    with given.database.reading() as tx:
        return load_breakers(tx, refresher.sources.providers, given.clock())["yahoo"]


def test_fault_03_a_new_start_does_not_ask_a_host_that_told_us_to_wait(given, market, start):
    market.fail("yahoo", status=429, headers={"Retry-After": "3600"})
    run_slot(start())  # 09:20
    assert len(market.paths("yahoo")) == 1

    again = start()
    assert shown(given, again) == BreakerView("open", at("2026-11-20T10:20"), at("2026-11-20T10:20"), "rate_limited")
    run_slot(again)
    by_hand(given, again)  # a person must wait as well
    assert len(market.paths("yahoo")) == 1

    market.restore("yahoo")
    given.clock.now = at("2026-11-20T10:20")
    assert shown(given, again) == BreakerView("half_open", failure="rate_limited")
    run_slot(start())
    assert len(market.paths("yahoo")) == 2
    assert shown(given, again) == BreakerView()


def test_fault_03_the_wait_goes_on_doubling_after_a_new_start(given, market, start):
    market.fail("yahoo", status=429, headers={"Retry-After": "600"})

    waits = []
    for _ in range(4):
        refresher = start()
        run_slot(refresher)
        until = shown(given, refresher).until
        waits.append(until - given.clock())
        given.clock.now = until - timedelta(seconds=600)

    # 600 s, then twice as long each time.
    assert waits == [timedelta(seconds=seconds) for seconds in (600, 1200, 2400, 4800)]


def test_another_worker_goes_by_what_this_one_found_and_found_over(given, market, start):
    one, other = start(), start()
    run_slot(other)
    market.fail("yahoo", status=200, body="<html>", content_type="text/html")
    run_slot(one)
    asked = len(market.paths("yahoo"))
    # Open for a minute: it is the very next moment that the other one looks.
    given.clock.advance(-590)
    assert shown(given, other).state == "open"
    yahoo = other.sources.providers["yahoo"]
    with given.database.transaction() as tx:
        other.breakers.share(tx, other.sources.providers, given.clock())
    [result] = yahoo.fetch(["INFY.NS"], given.clock())
    assert result.provider_failure.message.startswith("Not asked")
    assert len(market.paths("yahoo")) == asked

    market.restore("yahoo")
    given.clock.advance(700)
    run_slot(one)
    run_slot(other)
    assert shown(given, other) == BreakerView()
    assert yahoo.breaker.is_closed


def test_fault_01_five_failures_in_a_row_are_counted_over_new_starts(given, market, start):
    market.fail("yahoo", status=401)

    states = []
    for _ in range(6):
        refresher = start()
        run_slot(refresher)
        states.append(shown(given, refresher).state)

    # One request a run; the fifth opens it for a minute, which is over at the sixth run: that one tries.
    assert states == ["closed"] * 4 + ["open", "open"]
    assert len(market.paths("yahoo")) == 6
    assert shown(given, refresher).failure == "auth"


def test_what_is_found_out_is_written_down_before_the_run_ends(given, market, start):
    """So that it is not lost with a worker that dies while it waits for the next source."""
    market.fail("yahoo", status=429, headers={"Retry-After": "600"})
    refresher, second, seen = start(), ScriptedSource("nse"), []
    second.before_batch = lambda _number: seen.append(shown(given, refresher).state)
    sources = replace(refresher.sources, providers={**refresher.sources.providers, "nse": second})

    run_slot(replace(refresher, sources=replace(sources, fixed=frozenset({"yahoo", "nse"}))))

    assert seen == ["open"]


def test_what_is_well_is_never_written(given, market, start):
    refresher = start()
    for _ in range(3):
        run_slot(refresher)

    with given.database.reading() as tx:
        assert tx.breakers.all() == {}
