"""The allowances of sources: never overspent, by two workers or after a new start, and fairly shared by the symbols."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, at, buy, named
from tickfolio.domain.errors import Unavailable
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import FailureKind, Overdrawn, Quota
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.services.quotas import CountedAllowance, QuotaUse, forget_quotas, load_quotas, windows_of
from tickfolio.services.refresh import ask_for_refresh, refresh_by_hand, refresh_slot
from tickfolio.services.sources import Sources
from tickfolio.storage.database import open_database

pytestmark = pytest.mark.enable_socket

SYMBOLS = ["A", "B", "C", "D", "E"]


class Metered(YahooAdapter):
    """A source with a key of one's own: `size` symbols a request, each of which costs one of its day's requests."""

    name = "metered"
    quota = Quota(day=2)
    size = 1

    def latest_requests(self, symbols, now):
        batches = (symbols[i : i + self.size] for i in range(0, len(symbols), self.size))
        return [
            replace(one, cost=len(batch))
            for batch in batches
            for one in super(Metered, self).latest_requests(batch, now)
        ]


@pytest.fixture
def meter(given, market):
    """Makes the source anew, as a new start does; the database stays."""
    opened = []

    def meter(size=1, day=2):
        adapter = Metered(market.yahoo_url)
        adapter.size, adapter.quota = size, Quota(day=day)
        allowance = CountedAllowance(given.database, given.clock)
        clock = given.clock
        opened.append(
            HttpProvider(adapter, lambda: clock().timestamp(), clock.advance, interval_seconds=0, allowance=allowance)
        )
        return opened[-1]

    yield meter
    for one in opened:
        one.close()


def hold(given, asha, portfolio, *symbols):
    given.record(asha, portfolio, *(buy(named(symbol, "NYSE"), "1", "1") for symbol in symbols))
    for currency in ("USD", "INR"):  # nobody has a rate, and nobody is asked for one
        given.pair(currency)


def run_slot(given, *sources):
    given.clock.advance(600)
    return refresh_slot(given.refresher(*sources), given.clock())


def asked(market):
    """The symbols that were asked for since the last look, in order."""
    paths = [path.split("symbols=")[1].split("&")[0] for path in market.paths("yahoo")]
    market.requests.clear()
    return [symbol for path in paths for symbol in path.split("%2C" if "%2C" in path else ",")]


def used(given, provider):
    with given.database.reading() as tx:
        return load_quotas(tx, Sources({provider.name: provider}), given.clock())[provider.name]


# --- Counting --------------------------------------------------------------------------------------------------------


def test_windows_are_those_of_utc_the_longest_first():
    windows = windows_of(Quota(8, 800, 10_000), at("2028-02-29T23:59:30"))

    assert [(one.span, one.allowed, one.begins, one.ends) for one in windows] == [
        ("month", 10_000, at("2028-02-01T00:00"), at("2028-03-01T00:00")),
        ("day", 800, at("2028-02-29T00:00"), at("2028-03-01T00:00")),
        ("minute", 8, at("2028-02-29T23:59"), at("2028-03-01T00:00")),
    ]
    assert windows_of(Quota(), at("2028-02-29T23:59")) == []


def test_two_workers_at_once_do_not_overspend(given, database_url):
    """Two programs with a database of their own want 2 × 4 threads × 10 of 25."""
    quota, granted = Quota(minute=1000, day=25, month=1000), []
    start = threading.Barrier(8)

    def spend(allowance):
        start.wait(10)
        granted.extend(told for told in (allowance.take("finnhub", quota, 1) for _ in range(10)) if told is None)

    workers = [open_database(database_url) for _ in range(2)]
    try:
        with ThreadPoolExecutor(8) as threads:
            for number in range(8):
                threads.submit(spend, CountedAllowance(workers[number % 2], given.clock))
    finally:
        for worker in workers:
            worker.close()

    assert len(granted) == 25
    # What did not fit into the day was taken from no other window.
    with given.database.reading() as tx:
        for window in windows_of(quota, given.clock()):
            assert tx.quotas.used("finnhub", window.span, window.begins) == 25


def test_what_does_not_fit_says_what_is_left_and_until_when(given):
    allowance = CountedAllowance(given.database, given.clock)
    given.clock.now = at("2026-11-20T23:59:10")

    assert allowance.take("eodhd", Quota(day=20), 15) is None
    assert allowance.take("eodhd", Quota(day=20), 15) == Overdrawn(left=5, seconds=50)
    assert allowance.take("eodhd", Quota(day=20), 5) is None
    assert allowance.take("eodhd", Quota(day=20), 1) == Overdrawn(left=0, seconds=50)
    given.clock.advance(50)
    assert allowance.take("eodhd", Quota(day=20), 20) is None


def test_who_cannot_count_does_not_ask(given, monkeypatch):
    def busy():
        raise Unavailable("busy")

    monkeypatch.setattr(given.database, "transaction", busy)

    assert CountedAllowance(given.database, given.clock).take("eodhd", Quota(day=20), 1) == Overdrawn(0, 60)


def test_windows_that_are_over_are_forgotten(given):
    allowance = CountedAllowance(given.database, given.clock)
    allowance.take("metered", Quota(1, 1, 1), 1)
    given.clock.advance(63 * 24 * 3600)
    allowance.take("metered", Quota(1, 1, 1), 1)

    with given.database.transaction() as tx:
        assert forget_quotas(tx, given.clock()) == 3
        assert forget_quotas(tx, given.clock()) == 0


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_a_spent_allowance_sends_the_rest_to_the_next_source_and_nothing_over_the_wire(
    given, asha, portfolio, market, meter, clock
):
    hold(given, asha, portfolio, *SYMBOLS)
    for symbol in SYMBOLS:
        market.set(symbol, "10", currency="USD")
    spare = ScriptedSource("spare", ["NYSE"])
    for symbol in SYMBOLS:
        spare.say(symbol, "11", clock(), currency="USD")

    run = run_slot(given, meter(), spare)

    assert len(asked(market)) == 2
    assert len(spare.symbols_asked()) == 3
    assert (run.updated, run.failed) == (5, 0)
    assert dict(run.providers[0].failures) == {"quota_exhausted": 1}


def test_an_allowance_is_kept_over_a_new_start_and_renewed_at_midnight_utc(given, asha, portfolio, market, meter):
    hold(given, asha, portfolio, *SYMBOLS)
    run_slot(given, meter())
    assert len(asked(market)) == 2

    run_slot(given, meter())
    assert asked(market) == []
    by_hand = given.refresher(meter())
    with given.database.transaction() as tx:
        run = ask_for_refresh(tx, given.world, 0)
    refresh_by_hand(by_hand, run.id)
    assert asked(market) == []  # no person can spend what is not there

    given.clock.now = at("2026-11-21T00:00")
    run_slot(given, meter())
    assert len(asked(market)) == 2


def test_every_symbol_gets_its_turn_those_that_nobody_knows_as_well(given, asha, portfolio, market, meter):
    """Two of five a day: after three days each was asked for, and one of them twice."""
    hold(given, asha, portfolio, *SYMBOLS)
    for symbol in ("D", "E"):  # the others are not known
        market.set(symbol, "10", currency="USD")

    turns = []
    for day in range(3):
        given.clock.now = at("2026-11-23T15:00") + timedelta(days=day)
        source = meter()
        for _ in range(3):
            run_slot(given, source)
        turns.append(asked(market))

    assert [len(turn) for turn in turns] == [2, 2, 2]
    assert {symbol for turn in turns for symbol in turn} == set(SYMBOLS)
    assert turns[2][1] == turns[0][0]


def test_a_batch_is_cut_to_what_is_left(given, asha, portfolio, market, meter):
    """Batches of two, of five symbols and an allowance of three: one batch whole, and one of its half."""
    hold(given, asha, portfolio, *SYMBOLS)
    for symbol in SYMBOLS:
        market.set(symbol, "10", currency="USD")
    source = meter(size=2, day=3)

    run = run_slot(given, source)

    assert (run.updated, run.failed) == (3, 2)
    assert [path.count("%2C") + path.count(",") for path in market.paths("yahoo")] == [1, 0]
    [use] = used(given, source)
    assert isinstance(use, QuotaUse)
    assert (use.window.span, use.used, use.window.allowed) == ("day", 3, 3)


def test_a_second_try_after_a_broken_answer_is_counted_too(given, asha, portfolio, market, meter):
    hold(given, asha, portfolio, "A")
    market.fail("yahoo", status=503)
    source = meter(day=10)

    run_slot(given, source)

    [use] = used(given, source)
    assert use.used == len(market.paths("yahoo")) == 2


def test_a_spent_allowance_is_no_failure_of_the_host(given, asha, portfolio, market, meter):
    hold(given, asha, portfolio, *SYMBOLS)
    source = meter()
    for _ in range(6):
        run_slot(given, source)

    assert source.breaker.is_closed
    result = next(iter(source.fetch(["A"], given.clock())))
    assert result.provider_failure.kind is FailureKind.QUOTA_EXHAUSTED
    # Midnight of the 21st, from 10:10 of the 20th on: 13 h 50 min.
    assert result.provider_failure.retry_after_seconds == 13 * 3600 + 50 * 60
