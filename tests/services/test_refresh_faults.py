"""What a refresh must survive of sources: that they fail, lie, or stop half-way."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import Given, ScriptedSource, buy, named
from tests.services.runs import SYMBOLS, prices, run_slot
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import Failure, FailureKind, Listing
from tickfolio.storage.database import open_database
from tickfolio.storage.refreshes import ProviderOutcome


@pytest.mark.parametrize("kind", list(FailureKind))
def test_fault_01_a_source_that_fails_leaves_the_last_good_price_with_its_age(given, infy, source, clock, kind):
    first = run_slot(given.refresher(source))
    before = given.latest(infy)
    source.failing = Failure(kind, "as the test wants it", 120)
    clock.advance(3600)

    run = run_slot(given.refresher(source))

    assert given.latest(infy) == before
    assert (first.updated, run.updated, run.failed) == (1, 0, 1)
    assert run.providers == (ProviderOutcome("scripted", False, {kind.value: 1}),)


def test_fault_01_one_source_that_fails_costs_the_others_nothing(given, asha, portfolio, infy, source):
    given.record(asha, portfolio, buy(named("ABC", "BSE"), "1", "1"))
    broken = ScriptedSource("broken", ["BSE"])
    broken.failing = Failure(FailureKind.TRANSIENT, "refused")

    run = run_slot(given.refresher(source, broken))

    assert (run.updated, run.failed) == (1, 1)
    assert [(one.name, one.ok) for one in run.providers] == [("broken", False), ("scripted", True)]


@pytest.mark.parametrize("when", ["at once", "after a batch"])
def test_fault_31_a_source_that_breaks_costs_the_others_nothing(given, asha, portfolio, infy, source, when):
    given.record(asha, portfolio, *(buy(named(symbol, "BSE"), "1", "1") for symbol in SYMBOLS))
    broken = ScriptedSource("broken", ["BSE"], batch_size=5)
    for symbol in SYMBOLS:
        broken.say(symbol, "5", given.clock())

    def break_down(number):
        if number == (0 if when == "at once" else 1):
            raise ZeroDivisionError("a mistake in an adapter")

    broken.before_batch = break_down

    run = run_slot(given.refresher(source, broken))

    assert run.finished_at is not None
    assert run.updated == (1 if when == "at once" else 6)
    assert run.failed == (10 if when == "at once" else 5)
    assert [(one.name, one.ok) for one in run.providers] == [("broken", False), ("scripted", True)]


@pytest.mark.parametrize("bad", [0, 1, 4])
def test_one_bad_batch_loses_nothing_of_the_rest(given, asha, portfolio, source, bad):
    given.record(asha, portfolio, *(buy(symbol, "1", "1") for symbol in SYMBOLS))
    source._batch_size = 2
    source.failing_batches = {bad: Failure(FailureKind.BLOCKED, "a page for people")}

    run = run_slot(given.refresher(source))

    asked = [symbols for symbols, _ in source.calls]
    lost = set(asked[bad])
    assert {symbol for symbol, price in prices(given).items() if price is None} == lost
    assert (run.updated, run.failed) == (8, 2)
    assert run.providers == (ProviderOutcome("scripted", False, {"blocked": 1}),)


@pytest.mark.parametrize(
    "poison",
    [
        Listing(AssetType.STOCK, "NSE", "S" * 41, "A symbol that no column takes", "INR"),
        Listing(AssetType.STOCK, "NSE", "LONG", "A name " * 40, "INR"),
        Listing(AssetType.STOCK, "NSE", "NUL", "A name with a \0 in it", "INR"),
        Listing(AssetType.STOCK, "N" * 21, "EXCHANGE", "An exchange that no column takes", "INR"),
        Listing(AssetType.STOCK, "NSE", "ISIN", "An ISIN that no column takes", "INR", "IN" * 10),
        Listing(AssetType.STOCK, "NSE", "CURRENCY", "A currency that is none", "RUPEES"),
    ],
    ids=lambda listing: listing.symbol[:8],
)
def test_fault_31_a_poisonous_listing_loses_no_price_on_either_database(given, infy, source, poison):
    source.listings = [poison, Listing(AssetType.STOCK, "NSE", "GOOD", "A good one", "INR")]

    run = run_slot(given.refresher(source))

    assert (run.updated, run.failed) == (1, 0)
    assert given.instrument("GOOD").name == "A good one"


def test_fault_31_a_poisonous_name_loses_no_price_on_either_database(given, infy, source):
    source.names = {"INFY": "Info\0sys" * 40}

    assert run_slot(given.refresher(source)).updated == 1


def test_one_batch_that_cannot_be_stored_loses_nothing_of_the_rest(sqlite_url, clock, new_id, source, monkeypatch):
    """Somebody else keeps the database busy for one batch only."""
    for part in ("database", "engine"):  # what a thread waits for its turn, and a connection for a file
        monkeypatch.setattr(f"tickfolio.storage.{part}.BUSY_SECONDS", 0.2)
    given, other = Given(open_database(sqlite_url), clock, new_id), open_database(sqlite_url)
    asha = given.user()
    given.record(asha, given.portfolio(asha), *(buy(symbol, "1", "1") for symbol in SYMBOLS))
    source._batch_size = 2
    writer = other.transaction()

    def be_busy(number):
        if number == 1:
            writer.__enter__()
        if number == 2:
            writer.__exit__(None, None, None)

    source.before_batch = be_busy

    # The second batch meets the writer, who goes when the third is asked for.
    run = run_slot(given.refresher(source))

    assert (run.updated, run.failed) == (8, 2)
    assert run.providers == (ProviderOutcome("scripted", False, {"not_stored": 1}),)
    given.database.close()
    other.close()


def test_fault_16_of_a_partial_answer_the_part_is_stored(given, asha, portfolio, source):
    given.record(asha, portfolio, *(buy(symbol, "1", "1") for symbol in SYMBOLS))
    run_slot(given.refresher(source))
    for symbol in SYMBOLS[:7]:
        source.say(symbol, "101", given.clock())
    source.script[SYMBOLS[7]] = Failure(FailureKind.NO_DATA, "null")
    del source.script[SYMBOLS[8]], source.script[SYMBOLS[9]]
    given.clock.advance(600)

    run = run_slot(given.refresher(source))

    stored = prices(given)
    assert [stored[symbol].last_price for symbol in SYMBOLS] == [Decimal(101)] * 7 + [Decimal(100)] * 3
    assert (run.instruments, run.updated, run.failed) == (10, 7, 3)
    assert run.providers == (ProviderOutcome("scripted", True, {"no_data": 1, "not_found": 2}),)


def test_fault_17_an_answer_for_what_was_not_asked_is_ignored(given, infy, source, clock):
    source.extra = {"OTHER": Observation("OTHER", Decimal(1), "INR", clock(), PriceStatus.LIVE, "scripted")}

    run = run_slot(given.refresher(source))

    assert (run.updated, run.failed) == (1, 0)


def test_fault_18_one_symbol_on_two_exchanges_is_two_prices(given, asha, portfolio, infy, source, clock):
    given.record(asha, portfolio, buy(named("INFY", "NYSE"), "1", "1", fx_rate="80"))
    york = ScriptedSource("york", ["NYSE"])
    york.say("INFY", "19", clock(), currency="USD")

    run_slot(given.refresher(source, york))

    assert (given.latest(infy).last_price, given.latest(infy).currency) == (Decimal(100), "INR")
    there = given.latest(given.instrument("INFY", "NYSE"))
    assert (there.last_price, there.currency) == (Decimal(19), "USD")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("06", {"price": "NaN"}),
        ("06", {"price": "Infinity"}),
        ("07", {"price": "-100"}),
        ("08", {"price": "0"}),
        ("12", {"price": "101", "minutes": -30}),
        ("13", {"price": "101", "minutes": 6}),
        ("15", {"price": "101", "currency": "USD"}),
        ("63", {"price": "1E+20"}),
        ("63", {"price": "1E-19"}),
    ],
)
def test_faults_of_one_price_leave_the_last_good_one(given, infy, source, clock, number, told):
    run_slot(given.refresher(source))
    before = given.latest(infy)
    clock.advance(600)
    more = {"currency": told["currency"]} if "currency" in told else {}
    source.say("INFY", told["price"], clock() + timedelta(minutes=told.get("minutes", 0)), **more)

    run = run_slot(given.refresher(source))

    assert given.latest(infy) == before, number
    assert run.updated == 0
    assert run.failed == (0 if number == "12" else 1)  # an older price is ignored and no failure


def test_fault_14_a_price_without_a_time_is_of_when_we_asked_and_not_called_live(given, infy, source, clock):
    source.say("INFY", "100", None)

    run_slot(given.refresher(source))

    assert (given.latest(infy).as_of, given.latest(infy).status) == (clock(), PriceStatus.DELAYED)
