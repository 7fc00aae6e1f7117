"""What a refresh must survive: sources that fail, lie or stop half-way, workers that come in pairs, sleep or die."""

import itertools
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st

from tests.builders import Given, ScriptedSource, at, buy, named
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import Failure, FailureKind, Listing
from tickfolio.services.accounts import User
from tickfolio.services.refresh import LEASE, ask_for_refresh, price_new, refresh_by_hand, refresh_slot
from tickfolio.services.verify import verify
from tickfolio.storage.database import open_database
from tickfolio.storage.refreshes import ProviderOutcome, RefreshRow

SYMBOLS = [f"S{number}" for number in range(10)]


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


@pytest.fixture
def source(clock):
    told = ScriptedSource()
    for symbol in ("INFY", *SYMBOLS):
        told.say(symbol, "100", clock() - timedelta(minutes=1))
    return told


@pytest.fixture
def infy(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    return given.instrument("INFY")


def run_slot(refresher):
    return refresh_slot(refresher, refresher.world.now())


def prices(given, symbols=SYMBOLS):
    return {symbol: given.latest(given.instrument(symbol)) for symbol in symbols}


def held_price(given, instrument):
    with given.database.reading() as tx:
        return tx.prices.held([instrument.id]).get(instrument.id)


# --- Sources ---------------------------------------------------------------------------------------------------------


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


# --- Suspect prices --------------------------------------------------------------------------------------------------


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


# --- Workers ---------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What ends a worker without any of its code running: no except clause of the product may stop it."""


def die_after_first_batch(given, source):
    """A worker that takes the slot, stores what the first batch brings and is gone."""
    inner = source.fetch

    def fetch(symbols, now, *, probe=False):
        yield next(iter(inner(symbols, now, probe=probe)))
        raise Killed

    source.fetch = fetch
    try:
        with pytest.raises(Killed):
            run_slot(given.refresher(source))
    finally:
        source.fetch = inner


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


# --- Invariants ------------------------------------------------------------------------------------------------------


ANY_PRICE = st.sampled_from(
    ["NaN", "-Infinity", "0", "-1", "1E+400", "1E-400", "100", "101", "10000", "50", "170"]
).map(Decimal) | st.decimals("0.01", "1000", places=2)
ANSWERS = st.builds(
    lambda price, currency, minutes, status, previous: (price, currency, minutes, status, previous),
    ANY_PRICE,
    st.sampled_from(["INR", "INR", "INR", "USD", "GBp", ""]),
    st.sampled_from([None, -100_000, -10, -1, 0, 4, 6, 100_000]),
    st.sampled_from(list(PriceStatus)),
    st.none() | ANY_PRICE,
)


def test_invariants_35_and_37_no_answer_makes_a_price_impossible_or_changes_what_is_held(sqlite_url, clock, new_id):
    given = Given(open_database(sqlite_url), clock, new_id)
    asha: User = given.user()
    portfolio = given.portfolio(asha)
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    infy = given.instrument("INFY")

    def held():
        with given.database.reading() as tx:
            return tx.ledgers.rows(asha.id, portfolio.id), tx.holdings.all(asha.id, [portfolio.id])

    before = held()

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @all_of(st.lists(ANSWERS, min_size=1, max_size=5))
    def after_any_answers(answers):
        for price, currency, minutes, status, previous in answers:
            clock.advance(600)
            last = given.latest(infy)
            source = ScriptedSource()
            source.script["INFY"] = Observation(
                "INFY",
                price,
                currency,
                None if minutes is None else clock() + timedelta(minutes=minutes),
                status,
                "scripted",
                previous,
            )
            run: RefreshRow | None = run_slot(given.refresher(source))
            assert run is not None
            assert run.finished_at is not None
            now = given.latest(infy)
            if now is None:
                assert last is None
                continue
            assert now.last_price.is_finite()
            assert now.last_price > 0
            assert now.currency == "INR"
            assert now.as_of <= clock() + timedelta(minutes=5)
            assert last is None or now.as_of >= last.as_of
            assert now.previous_close is None or now.previous_close > 0
            given.summary(asha, portfolio)

    after_any_answers()
    assert held() == before
    assert verify(given.database) == (1, [])
    given.database.close()


def test_a_new_run_that_finds_nothing_to_ask_costs_nothing(given, infy, source):
    run_slot(given.refresher(source))
    calls, events = len(source.calls), len(given.events)

    price_new(given.refresher(source), [infy.id])

    assert len(source.calls) == calls
    assert len(given.events) == events  # nobody is told to look again at what has not changed
