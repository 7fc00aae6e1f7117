"""Who is asked next when a source as a whole gives nothing, and what is told of each."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy, named
from tickfolio.domain.errors import Forbidden, InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import PriceStatus
from tickfolio.providers.provider import OF_A_SYMBOL, BatchResult, Failure, FailureKind
from tickfolio.services.data_health import load_health
from tickfolio.services.refresh import price_new, refresh_slot
from tickfolio.services.source_orders import list_orders, set_order
from tickfolio.services.sources import Sources
from tickfolio.storage.refreshes import ProviderOutcome

OF_THE_SOURCE = [kind for kind in FailureKind if kind not in OF_A_SYMBOL]
DOWN = Failure(FailureKind.TRANSIENT, "refused")


@pytest.fixture
def first(clock):
    return knowing("yahoo", clock, INFY="1500", SBIN="800", TCS="3000")


@pytest.fixture
def second(clock):
    return knowing("nse", clock, INFY="1501", SBIN="801", TCS="3001")


def knowing(name, clock, **prices):
    told = ScriptedSource(name)
    for symbol, price in prices.items():
        told.say(symbol, price, clock() - timedelta(minutes=1))
    return told


def hold(given, asha, portfolio, *symbols):
    given.record(asha, portfolio, *(buy(symbol, "10", "100") for symbol in symbols))
    return [given.instrument(symbol) for symbol in symbols]


def run_slot(given, *sources, **more):
    return refresh_slot(given.refresher(*sources, **more), given.clock())


def failures(given, instrument):
    with given.database.reading() as tx:
        return [(one.source, one.verdict, one.reason, one.count) for one in tx.source_failures.of([instrument.id])]


@pytest.mark.parametrize("kind", OF_THE_SOURCE)
def test_fault_01_what_a_source_as_a_whole_does_not_give_the_next_one_is_asked_for(
    given, asha, portfolio, first, second, kind
):
    infy, sbin = hold(given, asha, portfolio, "INFY", "SBIN")
    first.failing = Failure(kind, "as the test wants it", 120)

    run = run_slot(given, first, second)

    assert (given.latest(infy).last_price, given.latest(infy).source) == (Decimal(1501), "nse")
    assert given.latest(sbin).source == "nse"
    assert (run.updated, run.failed) == (2, 0)
    assert run.providers == (ProviderOutcome("nse", True, {}), ProviderOutcome("yahoo", False, {kind.value: 1}))


@pytest.mark.parametrize("kind", sorted(OF_A_SYMBOL))
def test_what_a_source_says_of_one_symbol_is_no_reason_to_ask_another(given, asha, portfolio, first, second, kind):
    infy, sbin = hold(given, asha, portfolio, "INFY", "SBIN")
    first.script["SBIN"] = Failure(kind, "of this one")

    run = run_slot(given, first, second)

    assert second.calls == []
    assert (given.latest(infy).source, given.latest(sbin)) == ("yahoo", None)
    assert failures(given, sbin) == [("yahoo", "failed", kind.value, 1)]
    assert failures(given, infy) == []
    assert run.providers == (ProviderOutcome("yahoo", True, {kind.value: 1}),)


@pytest.mark.parametrize("kind", sorted(OF_A_SYMBOL))
def test_nor_is_it_when_all_of_an_answer_is_of_that_kind(given, asha, portfolio, first, second, kind):
    [infy] = hold(given, asha, portfolio, "INFY")
    first.failing = Failure(kind, "all of these")

    run_slot(given, first, second)

    assert second.calls == []
    assert failures(given, infy) == [("yahoo", "failed", kind.value, 1)]


def test_only_the_batches_that_failed_go_on_to_the_next(given, asha, portfolio, first, second):
    hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    first._batch_size = 1
    first.failing_batches = {1: DOWN}

    run_slot(given, first, second)

    assert second.symbols_asked() == [first.symbols_asked()[1]]


def test_the_chain_ends_with_the_last_source_and_nobody_is_asked_twice(given, asha, portfolio, first, second, clock):
    [infy] = hold(given, asha, portfolio, "INFY")
    third = knowing("finnhub", clock, INFY="1502")
    for source in (first, second, third):
        source.failing = DOWN

    run = run_slot(given, first, second, third)

    assert [len(source.calls) for source in (first, second, third)] == [1, 1, 1]
    assert (run.updated, run.failed) == (0, 1)
    assert sorted(failures(given, infy)) == [
        ("finnhub", "unreached", "transient", 1),
        ("nse", "unreached", "transient", 1),
        ("yahoo", "unreached", "transient", 1),
    ]


def test_a_source_that_is_off_is_nobodys_second(given, asha, portfolio, first, second):
    hold(given, asha, portfolio, "INFY")
    first.failing = DOWN

    run_slot(given, first, second, on=["yahoo"])

    assert second.calls == []


@pytest.mark.parametrize("answered", [0, 1])
def test_fault_31_when_a_source_breaks_the_next_one_is_asked_for_the_rest(
    given, asha, portfolio, first, second, answered
):
    hold(given, asha, portfolio, "INFY", "SBIN")
    first._batch_size = 1

    def break_down(number):
        if number == answered:
            raise ZeroDivisionError("a mistake in an adapter")

    first.before_batch = break_down

    run = run_slot(given, first, second)

    assert len(second.symbols_asked()) == 2 - answered
    assert run.updated == 2
    assert run.providers[1] == ProviderOutcome("yahoo", False, {"broke": 1})


def test_fault_16_a_file_that_broke_off_is_a_reason_to_ask_the_next(given, asha, portfolio, clock):
    fund = named("120503", asset_type=AssetType.MUTUAL_FUND)
    given.record(asha, portfolio, buy(fund, "10", "90"))
    held = given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)
    amfi, mirror = (Files(name, ["AMFI"]) for name in ("amfi", "mfapi"))
    for source in (amfi, mirror):
        source.say("120503", "91.50", at("2026-11-19T17:30"), status=PriceStatus.NAV)
    amfi.rows = 14_000
    run_slot(given, amfi, mirror)
    assert (given.latest(held).source, mirror.calls) == ("amfi", [])

    # 79 % of 14,000 are 11,060.
    amfi.rows = 11_060
    for source in (amfi, mirror):
        source.say("120503", "91.80", at("2026-11-20T17:30"), status=PriceStatus.NAV)
    clock.now = at("2026-11-20T18:00")
    run_slot(given, amfi, mirror)

    assert (given.latest(held).source, given.latest(held).last_price) == ("mfapi", Decimal("91.80"))


class Files(ScriptedSource):
    rows = None

    def _answer(self, symbols, number):
        told = super()._answer(symbols, number)
        return BatchResult(told.observations, told.failures, symbols=symbols, rows=self.rows)


def test_why_there_is_no_price_is_kept_while_it_lasts_and_counted(given, asha, portfolio, first, clock):
    [infy] = hold(given, asha, portfolio, "INFY")
    first.failing = Failure(FailureKind.RATE_LIMITED, "wait")
    run_slot(given, first)
    clock.advance(600)
    run_slot(given, first)
    assert failures(given, infy) == [("yahoo", "unreached", "rate_limited", 2)]

    first.failing = None
    first.script["INFY"] = Failure(FailureKind.NOT_FOUND, "who?")
    clock.advance(600)
    run_slot(given, first)
    # Rate limited and unknown are told apart, the newer first.
    assert failures(given, infy) == [
        ("yahoo", "failed", "not_found", 1),
        ("yahoo", "unreached", "rate_limited", 2),
    ]

    first.say("INFY", "1510", clock())
    clock.advance(600)
    run_slot(given, first)
    assert failures(given, infy) == []


def test_data_health_says_why_there_is_no_newer_price(given, asha, portfolio, first, second, clock):
    infy, sbin, tcs = hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    given.price(infy, "1400", as_of=at("2026-11-18T09:00"))
    given.price(tcs, "3000")
    clock.advance(600)
    for source in (first, second):
        source.failing = Failure(FailureKind.RATE_LIMITED, "wait")
    run_slot(given, first, second)
    clock.advance(600)
    second.failing, second.script = None, {"SBIN": Failure(FailureKind.NOT_FOUND, "who?")}
    run_slot(given, first, second)

    with given.database.reading() as tx:
        health = load_health(tx, given.world, asha, portfolio.id, 10)

    assert {one.item.value.instrument.id for one in health.stale} == {infy.id}
    assert {one.item.value.instrument.id for one in health.unpriced} == {sbin.id}
    for instrument in (infy, sbin):
        told = {one.source: (one.reason, one.count) for one in health.failures[instrument.id]}
        assert told == {"yahoo": ("rate_limited", 2), "nse": ("not_found", 1)}
    assert tcs.id not in health.failures  # its price is as new as its market allows


def test_a_new_instrument_is_priced_by_the_next_source_as_well(given, asha, portfolio, first, second):
    [infy] = hold(given, asha, portfolio, "INFY")
    first.failing = DOWN

    run = price_new(given.refresher(first, second), [infy.id])

    assert (run.updated, given.latest(infy).source) == (1, "nse")


def test_fault_02_nobody_is_asked_any_more_when_the_next_run_is_near(given, asha, portfolio, first, second, clock):
    """A run may take nine tenths of the ten minutes; what is left comes first in the next one."""
    hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    first._batch_size = 1
    first.before_batch = lambda _number: clock.advance(270)  # two of them are 540 s

    run = run_slot(given, first, second)

    assert (run.updated, run.failed) == (2, 1)
    assert run.providers == (ProviderOutcome("yahoo", False, {"out_of_time": 1}),)
    assert second.calls == []
    left = ({"INFY", "SBIN", "TCS"} - set(first.symbols_asked())).pop()
    first.calls.clear()
    first.before_batch = lambda _number: None
    clock.advance(600)
    run_slot(given, first)
    assert first.symbols_asked()[0] == left


# --- The order -------------------------------------------------------------------------------------------------------


def choose(given, user, sources, names, asset_type=AssetType.STOCK):
    with given.database.transaction() as tx:
        return set_order(tx, given.world, user, sources, asset_type, names)


def order(given, sources, asset_type=AssetType.STOCK):
    with given.database.reading() as tx:
        return next((list(one.names), one.is_own) for one in list_orders(tx, sources) if one.asset_type is asset_type)


@pytest.fixture
def sources(first, second):
    eodhd = ScriptedSource("eodhd", ["NYSE"])
    return Sources({one.name: one for one in (second, eodhd, first)}, frozenset({"yahoo", "nse"}))


def test_whoever_is_first_in_the_administrators_order_is_asked_first(given, portfolio, asha, first, second, sources):
    hold(given, asha, portfolio, "INFY")
    chief = given.user("Chief", administrator=True)
    assert order(given, sources) == (["yahoo", "nse", "eodhd"], False)

    choose(given, chief, sources, ["nse", "yahoo"])
    run_slot(given, first, second)

    assert order(given, sources) == (["nse", "yahoo", "eodhd"], True)
    assert (second.symbols_asked(), first.calls) == (["INFY"], [])
    # Funds have an order of their own.
    assert order(given, sources, AssetType.MUTUAL_FUND) == (["yahoo"], False)

    choose(given, chief, sources, [])
    assert order(given, sources) == (["yahoo", "nse", "eodhd"], False)


def test_only_the_administrator_orders_and_only_sources_of_the_kind(given, asha, sources):
    chief = given.user("Chief", administrator=True)
    with pytest.raises(Forbidden):
        choose(given, asha, sources, ["nse"])
    for wrong in (["nse", "bloomberg"], ["nse", "nse"], ["amfi"], ["coingecko"]):
        with pytest.raises(InvalidInput):
            choose(given, chief, sources, wrong)
    with pytest.raises(NotFound):
        choose(given, chief, sources, ["yahoo"], AssetType.CASH)

    assert order(given, sources) == (["yahoo", "nse", "eodhd"], False)


# --- Official closes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        # The session of Friday the 20th ends at 15:35 in India, 10:05 UTC; the file is there 70 minutes later.
        ("2026-11-20T11:00", False),
        ("2026-11-20T11:30", True),
        ("2026-11-20T21:30", True),
        ("2026-11-21T06:00", False),
    ],
)
def test_the_official_close_follows_the_last_price_of_the_day(given, asha, portfolio, first, second, clock, now, asked):
    [infy] = hold(given, asha, portfolio, "INFY")
    given.price(infy, "1499", as_of=at("2026-11-20T10:05"), source="yahoo")
    clock.now = at(now)
    second.say("INFY", "1498.55", at("2026-11-20T10:06"), status=PriceStatus.CLOSE)

    run_slot(given, first, second)

    assert (second.symbols_asked(), first.calls) == (["INFY"] if asked else [], [])
    if asked:
        assert given.latest(infy).source == "nse"
        clock.advance(600)
        assert run_slot(given, first, second).instruments == 0  # it is here


def test_the_official_close_alone_is_not_asked_of_others(given, asha, portfolio, first, second, clock):
    [infy] = hold(given, asha, portfolio, "INFY")
    given.price(infy, "1499", as_of=at("2026-11-20T10:05"), source="yahoo")
    clock.now = at("2026-11-20T12:00")
    second.failing = DOWN

    run_slot(given, first, second)

    assert first.calls == []
