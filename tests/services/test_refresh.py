"""The price job: what a run asks for, stores and says, one run at a time."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy, ecb_at, named, sell
from tickfolio.domain.errors import RefreshCoolingDown
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import PriceStatus
from tickfolio.providers.provider import Failure, FailureKind, Listing
from tickfolio.services.refresh import ask_for_refresh, price_new, refresh_by_hand, refresh_slot, waiting_by_hand
from tickfolio.services.sources import Sources
from tickfolio.services.summaries import load_summary
from tickfolio.storage.refreshes import ProviderOutcome

FUND = named("120503", asset_type=AssetType.MUTUAL_FUND)
DOWN = Failure(FailureKind.TRANSIENT, "refused")


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


@pytest.fixture
def source(clock):
    """A source that knows three stocks, a minute old."""
    told = ScriptedSource()
    for symbol, price in (("INFY", "1500"), ("SBIN", "800"), ("TCS", "3000")):
        told.say(symbol, price, clock() - timedelta(minutes=1))
    return told


def hold(given, asha, portfolio, *symbols):
    given.record(asha, portfolio, *(buy(symbol, "10", "100") for symbol in symbols))
    return [given.instrument(symbol) for symbol in symbols]


def run_slot(refresher):
    return refresh_slot(refresher, refresher.world.now())


def ask(given, cooldown_seconds=60):
    with given.database.transaction() as tx:
        return ask_for_refresh(tx, given.world, cooldown_seconds)


def history(given, instrument):
    with given.database.reading() as tx:
        points = tx.prices.history(instrument.id, before=None, limit=100)
        return [(point.kind, point.timestamp, point.price) for point in points]


# --- What a run stores and says --------------------------------------------------------------------------------------


def test_a_run_stores_the_prices_keeps_their_history_and_writes_itself_down(given, asha, portfolio, source, clock):
    infy, sbin = hold(given, asha, portfolio, "INFY", "SBIN")
    told_at = clock() - timedelta(minutes=1)

    run = run_slot(given.refresher(source))

    price = given.latest(infy)
    assert (price.last_price, price.as_of, price.last_updated_at) == (Decimal(1500), told_at, clock())
    assert (price.source, price.status, price.currency) == ("scripted", PriceStatus.LIVE, "INR")
    assert given.latest(sbin).last_price == 800
    assert history(given, infy) == [("tick", told_at, Decimal(1500))]
    assert run == given.last_run()
    assert (run.kind, run.slot, run.started_at, run.finished_at) == ("slot", clock(), clock(), clock())
    assert (run.instruments, run.updated, run.held, run.failed) == (2, 2, 0, 0)
    assert run.providers == (ProviderOutcome("scripted", True, {}),)
    assert [event.name for event in given.events].count("prices.updated") == 1

    source.say("INFY", "1510", clock() + timedelta(minutes=9))
    clock.advance(600)
    run_slot(given.refresher(source))

    assert [price for _, _, price in history(given, infy)] == [Decimal(1510), Decimal(1500)]


def test_a_price_of_a_day_is_kept_as_its_close(given, asha, portfolio, clock):
    given.record(asha, portfolio, buy(FUND, "10", "90"))
    fund = given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)
    amfi = ScriptedSource("amfi", ["AMFI"])
    amfi.say("120503", "91.2345", at("2026-11-19T17:30"), status=PriceStatus.NAV)

    run_slot(given.refresher(amfi))

    assert history(given, fund) == [("close", at("2026-11-19T17:30"), Decimal("91.2345"))]


def test_only_what_is_held_is_asked_for_once_for_all(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    given.record(asha, portfolio, sell("TCS", "10", "100"))
    ravi = given.user("Ravi")
    hold(given, ravi, given.portfolio(ravi), "INFY")

    run = run_slot(given.refresher(source))

    assert sorted(source.symbols_asked()) == ["INFY", "SBIN"]
    assert run.instruments == 2


def test_progress_is_told_after_each_batch(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    source._batch_size = 2
    told = []

    run_slot(given.refresher(source, report=lambda done, of: told.append((done, of))))

    assert told == [(2, 3), (3, 3)]


def test_two_sources_are_asked_at_the_same_time(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY")
    given.record(asha, portfolio, buy(named("ABC", "BSE"), "1", "1"))
    other = ScriptedSource("other", ["BSE"])
    both = threading.Barrier(2)
    source.before_batch = other.before_batch = lambda _number: both.wait(5)  # broken if one waits for the other

    run = run_slot(given.refresher(source, other))

    assert [(one.name, one.ok) for one in run.providers] == [("other", True), ("scripted", True)]


def test_no_transaction_is_open_while_a_source_is_waited_for(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY", "SBIN")
    source._batch_size = 1
    open_connections = []

    def write_meanwhile(_number):
        open_connections.append(given.database._engine.pool.checkedout())
        hold(given, asha, given.portfolio(asha), "TCS")

    source.before_batch = write_meanwhile

    run = run_slot(given.refresher(source))

    assert open_connections == [0, 0]
    assert run.updated == 2


def test_a_source_that_is_switched_off_is_not_asked(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY")

    run = run_slot(given.refresher(source, on=[]))

    assert source.calls == []
    assert (run.instruments, run.updated, run.failed) == (0, 0, 0)


def test_a_source_that_nobody_has_accepted_the_terms_of_is_not_asked(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY")
    refresher = replace(given.refresher(), sources=Sources({"scripted": source}))

    run_slot(refresher)
    assert source.calls == []

    with given.database.transaction() as tx:
        tx.server.switch_source("scripted", on=True, terms_accepted_at=given.clock())
    given.clock.advance(600)
    run_slot(refresher)
    assert source.symbols_asked() == ["INFY"]


def test_the_first_source_that_can_price_it_is_asked(given, asha, portfolio, source, clock):
    hold(given, asha, portfolio, "INFY")
    second = ScriptedSource("second")

    run_slot(given.refresher(source, second))
    assert (source.symbols_asked(), second.calls) == (["INFY"], [])

    clock.advance(600)
    run_slot(given.refresher(source, second, on=["second"]))
    assert second.symbols_asked() == ["INFY"]


# --- Tags ------------------------------------------------------------------------------------------------------------


def test_no_tag_ever_names_two_contents(given, asha, portfolio, source):
    """Looked at before each batch and after the run: whatever a summary shows, its tag has not shown anything else."""
    hold(given, asha, portfolio, "INFY", "SBIN", "TCS")
    source._batch_size = 1
    source.names = {"INFY": "Infosys Limited"}
    source.listings = [Listing(AssetType.STOCK, "NSE", "TCS", "Tata Consultancy Services", "INR", "INE467B01029")]
    seen = []

    def look(_number=None):
        with given.database.reading() as tx:
            tagged = load_summary(given.summaries(), tx, asha, portfolio.id, ())
            seen.append((tagged.tag, tagged.body))

    source.before_batch = look
    look()
    run_slot(given.refresher(source))
    look()
    given.clock.advance(600)
    # Nothing new in the second run but a name: no price of it gets through the gate.
    for symbol in ("INFY", "SBIN", "TCS"):
        source.say(symbol, "-1", None)
    source.names = {"SBIN": "State Bank of India"}
    run_slot(given.refresher(source))
    look()

    contents = {}
    for tag, body in seen:
        contents.setdefault(tag, set()).add(body)
    assert {tag: len(bodies) for tag, bodies in contents.items() if len(bodies) > 1} == {}
    assert b"Infosys Limited" in seen[-1][1]
    assert b"State Bank of India" in seen[-1][1]
    assert len({body for _, body in seen}) >= 5


def test_nobody_hears_of_prices_before_they_are_there(given, asha, portfolio, source):
    [infy] = hold(given, asha, portfolio, "INFY")
    heard = []
    refresher = given.refresher(source)
    world = replace(refresher.world, publish=lambda event: heard.append((event.name, given.latest(infy) is not None)))

    run_slot(replace(refresher, world=world))

    assert heard == [("prices.updated", True)]


# --- What is due -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "as_of", "asked"),
    [
        # Friday the 20th: the exchange is open from 09:15 to 15:35 in India, 03:45 to 10:05 UTC.
        pytest.param("2026-11-20T09:10", "2026-11-20T09:00", True, id="open: always"),
        pytest.param("2026-11-20T10:10", "2026-11-20T09:50", True, id="closed, but the close is not here yet"),
        pytest.param("2026-11-20T10:10", "2026-11-20T10:05", False, id="closed, and the close is here"),
        pytest.param("2026-11-21T06:00", "2026-11-20T10:05", False, id="Saturday, with Friday's close"),
        pytest.param("2026-11-22T23:00", "2026-11-20T10:05", False, id="Sunday night, with Friday's close"),
        pytest.param("2026-11-21T06:00", "2026-11-19T10:05", True, id="Saturday, with Thursday's close"),
        pytest.param("2026-11-23T03:50", "2026-11-20T10:05", True, id="Monday morning"),
        # Tuesday the 24th is a holiday
        pytest.param("2026-11-24T06:00", "2026-11-23T10:05", False, id="a holiday, with Monday's close"),
        pytest.param("2026-11-25T03:45", "2026-11-23T10:05", True, id="the morning after a holiday"),
        pytest.param("2026-11-21T06:00", None, True, id="Saturday, without any price"),
    ],
)
def test_what_is_due_is_what_may_have_changed(given, asha, portfolio, source, clock, now, as_of, asked):
    [infy] = hold(given, asha, portfolio, "INFY")
    if as_of is not None:
        given.price(infy, "1490", as_of=at(as_of))
    clock.now = at(now)

    run = run_slot(given.refresher(source))

    assert source.symbols_asked() == (["INFY"] if asked else [])
    assert run.instruments == int(asked)  # a run that had nothing to ask for is written down all the same


def test_what_a_source_called_the_close_after_the_session_is_not_asked_for_again(given, asha, portfolio, source, clock):
    # The source names 15:30, five minutes before the end of the closing auction, as the time of the close.
    [infy] = hold(given, asha, portfolio, "INFY")
    told = {"as_of": at("2026-11-20T10:00"), "status": PriceStatus.CLOSE}
    clock.now = at("2026-11-20T10:10")

    given.price(infy, "1490", **told, last_updated_at=at("2026-11-20T10:02"))
    run_slot(given.refresher(source))
    assert source.symbols_asked() == ["INFY"]

    given.price(infy, "1490", **told, last_updated_at=at("2026-11-20T10:06"))
    clock.now = at("2026-11-20T10:20")
    run_slot(given.refresher(source))
    assert source.symbols_asked() == ["INFY"]


def test_a_refresh_by_hand_asks_for_closed_markets_too_and_says_that_a_person_asks(
    given, asha, portfolio, source, clock
):
    [infy] = hold(given, asha, portfolio, "INFY")
    given.price(infy, "1490", as_of=at("2026-11-20T10:00"))
    clock.now = at("2026-11-21T06:00")
    asked = ask(given)

    run = refresh_by_hand(given.refresher(source), asked.id)

    assert source.calls == [(("INFY",), True)]
    assert (run.id, run.kind, run.slot) == (asked.id, "hand", None)
    with given.database.reading() as tx:
        assert tx.refreshes.last(("slot",), finished=False) is None  # outside the slots


def test_a_new_instrument_is_priced_at_once_and_only_while_it_has_no_price(given, asha, portfolio, source, clock):
    infy, sbin = hold(given, asha, portfolio, "INFY", "SBIN")
    given.price(sbin, "790")
    clock.now = at("2026-11-21T06:00")  # a Saturday: closed, and a first price is wanted all the same
    assert given.asked == [infy.id, sbin.id]

    run = price_new(given.refresher(source), [infy.id, sbin.id])
    again = price_new(given.refresher(source), [infy.id, sbin.id])

    assert source.symbols_asked() == ["INFY"]
    assert (run.kind, run.slot, run.updated) == ("new", None, 1)
    assert again is None or again.instruments == 0
    assert given.latest(sbin).last_price == 790


def test_a_price_by_hand_only_has_nobody_to_be_asked(given, asha, portfolio, source):
    given.record(asha, portfolio, buy(named("Flat", "MANUAL"), "1", "9000000"))

    assert run_slot(given.refresher(source)).instruments == 0


# --- Currencies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portfolio_currency", "base_currency", "stock", "pairs"),
    [
        ("INR", "INR", named("INFY", "NSE"), []),
        ("INR", "INR", named("INFY", "NYSE"), ["EURINR", "EURUSD"]),
        ("EUR", "EUR", named("SAP", "XETRA"), []),
        ("EUR", "EUR", named("INFY", "NYSE"), ["EURUSD"]),
        ("INR", "USD", named("INFY", "NSE"), ["EURINR", "EURUSD"]),
        ("GBP", "INR", named("VOD", "LSE"), ["EURGBP", "EURINR"]),
    ],
)
def test_the_pairs_that_somebody_needs_are_asked_for(given, portfolio_currency, base_currency, stock, pairs):
    user = given.user(base_currency=base_currency)
    given.record(user, given.portfolio(user, portfolio_currency), buy(stock, "1", "1"))
    rates = ScriptedSource("ecb", ["ECB"])

    run_slot(given.refresher(rates))

    assert sorted(rates.symbols_asked()) == pairs


def test_a_new_instrument_in_a_new_currency_gets_its_rate_at_once(given, asha, portfolio, market, clock):
    given.record(asha, portfolio, buy(named("INFY", "NYSE"), "1", "18", "2026-11-20"))
    market.set_rate("INR", "100.50", on=clock().date())
    market.set_rate("USD", "1.2", on=clock().date())
    infy = given.instrument("INFY", "NYSE")
    stocks = ScriptedSource(exchanges=["NYSE"])
    stocks.say("INFY", "19", clock(), currency="USD")
    provider = ecb_at(market.ecb_url)

    price_new(given.refresher(stocks, provider), [infy.id])
    provider.close()

    # 18 × 100.50 ÷ 1.2 = 1507.50
    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [portfolio.id])
    assert row.holding.invested == Decimal("1507.50")
    assert given.latest(given.instrument("EURUSD", "ECB", AssetType.CURRENCY)).last_price == Decimal("1.2")


# --- By hand ---------------------------------------------------------------------------------------------------------


def test_one_run_by_hand_waits_at_most(given):
    first = ask(given)

    assert ask(given).id == first.id
    assert waiting_by_hand(given.refresher()) == [first.id]


def test_two_who_ask_at_once_get_one_run(given):
    together, runs = threading.Barrier(4), []

    def act():
        together.wait()
        runs.append(ask(given, cooldown_seconds=0).id)

    threads = [threading.Thread(target=act) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(set(runs)) == 1


def test_after_a_run_by_hand_there_is_a_pause(given, source, clock):
    first = ask(given)
    refresh_by_hand(given.refresher(source), first.id)

    clock.advance(59.5)
    with pytest.raises(RefreshCoolingDown) as refused:
        ask(given)
    assert refused.value.retry_after_seconds == 1

    clock.advance(0.5)
    assert ask(given).id != first.id


def test_who_asks_while_a_run_is_under_way_gets_one_that_waits(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY")
    first, waiting = ask(given, 0), []
    source.before_batch = lambda _number: waiting.extend([ask(given, 0), ask(given, 0)])
    refresher = given.refresher(source)

    refresh_by_hand(refresher, first.id)
    source.before_batch = lambda _number: None

    assert {one.id for one in waiting} == set(waiting_by_hand(refresher)) - {first.id}
    assert len({one.id for one in waiting}) == 1
    assert refresh_by_hand(refresher, waiting[0].id).updated == 1
    assert waiting_by_hand(refresher) == []


def test_a_run_by_hand_does_not_begin_while_another_is_under_way(given, asha, portfolio, source):
    hold(given, asha, portfolio, "INFY")
    first, outcomes = ask(given, 0), []
    refresher = given.refresher(source)

    def begin_another(_number):
        source.before_batch = lambda _number: None
        outcomes.append(refresh_by_hand(refresher, ask(given, 0).id))

    source.before_batch = begin_another
    refresh_by_hand(refresher, first.id)

    assert outcomes == [None]
    assert len(source.calls) == 1
    assert len(waiting_by_hand(refresher)) == 1  # it is not lost: whoever comes next does it


def test_a_run_that_was_done_is_not_done_again(given, source):
    asked = ask(given)
    refresher = given.refresher(source)

    assert refresh_by_hand(refresher, asked.id) is not None
    assert refresh_by_hand(refresher, asked.id) is None
    assert refresh_by_hand(refresher, "no such run") is None
