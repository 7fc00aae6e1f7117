"""One answer of a source, stored in one transaction."""

import itertools
import random
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete

from tests.builders import buy
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import BatchResult
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.price_batches import Recorder, record_answer, record_batch
from tickfolio.storage.database import open_database
from tickfolio.storage.tables import prices_latest

ROUNDS, INSTRUMENTS = 8, 40


def test_fault_46_two_runs_that_store_the_same_prices_never_wait_in_a_circle(given, database_url):
    """Each in an order of its own; where rows are locked one by one, that is how deadlocks are made."""
    asha = given.user()
    portfolio = given.portfolio(asha)
    symbols = [f"D{number:03}" for number in range(INSTRUMENTS)]
    with given.database.transaction() as tx:
        ids = {
            symbol: record_transaction(tx, given.world, asha, portfolio.id, buy(symbol, "1", "1"))[1].id
            for symbol in symbols
        }
    asked = {symbol: [key] for symbol, key in ids.items()}
    failed = []
    together = threading.Barrier(2)

    def store(seed):
        database, chance = open_database(database_url), random.Random(seed)
        try:
            for round_number in range(ROUNDS):
                order = chance.sample(symbols, len(symbols))
                now = given.clock.now + timedelta(minutes=round_number)
                told = {one: Observation(one, Decimal(100), "INR", now, PriceStatus.LIVE, "s") for one in order}
                together.wait(10)
                with database.transaction() as tx:
                    record_batch(tx, given.world, asked, BatchResult(told), now, "run")
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread must fail the test
            failed.append(error)
            together.abort()
        finally:
            database.close()

    threads = [threading.Thread(target=store, args=(seed,)) for seed in (1, 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert failed == []
    with given.database.reading() as tx:
        assert len(tx.prices.latest(ids.values())) == INSTRUMENTS
        assert tx.server.version("prices") == 2 * ROUNDS


def test_invariant_36_in_whatever_order_the_answers_come_the_price_is_the_newest(given):
    """No price jumps, so that each gets through by itself."""
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"))
    infy, begin = given.instrument("INFY"), given.clock()
    good = Observation("INFY", Decimal(1), "INR", begin, PriceStatus.LIVE, "s")
    told = [
        replace(good, price=Decimal(price), as_of=begin - timedelta(minutes=minutes))
        for price, minutes in (("100", 9), ("110", 6), ("95", 3), ("104.5", 1))
    ]

    for order in itertools.permutations(told):
        for number, one in enumerate(order):
            with given.database.transaction() as tx:
                record_batch(tx, given.world, {"INFY": [infy.id]}, BatchResult({"INFY": one}), begin, f"run {number}")
        latest = given.latest(infy)
        assert (latest.last_price, latest.as_of) == (Decimal("104.5"), begin - timedelta(minutes=1)), order
        with given.database.transaction() as tx:
            tx._connection.execute(delete(prices_latest))


def test_the_version_rises_with_what_is_stored_and_only_then(given):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"))
    infy = given.instrument("INFY")
    good = Observation("INFY", Decimal(100), "INR", given.clock(), PriceStatus.LIVE, "s")
    versions = []
    for told in (
        good,
        replace(good, price=Decimal(-1)),  # refused
        replace(good, as_of=given.clock() - timedelta(hours=1)),  # older
        replace(good, price=Decimal(170)),  # held: the summary says so
        replace(good, price=Decimal(101)),
    ):
        with given.database.transaction() as tx:
            record_batch(tx, given.world, {"INFY": [infy.id]}, BatchResult({"INFY": told}), given.clock(), "run")
            versions.append(tx.server.version("prices"))

    assert versions == [1, 1, 1, 2, 3]


def test_a_batch_that_fails_half_way_leaves_neither_a_price_nor_a_version(given):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"))
    infy = given.instrument("INFY")
    good = Observation("INFY", Decimal(100), "INR", given.clock(), PriceStatus.LIVE, "s")

    def store_and_fail():
        with given.database.transaction() as tx:
            record_batch(tx, given.world, {"INFY": [infy.id]}, BatchResult({"INFY": good}), given.clock(), "run")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_fail()

    assert given.latest(infy) is None
    with given.database.reading() as tx:
        assert tx.server.version("prices") == 0
        assert tx.prices.history(infy.id, before=None, limit=9) == []


@pytest.mark.parametrize(("symbols", "rests"), [(1, 0), (100, 0), (101, 1), (250, 2)])
def test_a_long_answer_is_stored_in_parts_of_100_and_rests_between_them(given, symbols, rests):
    rested, renewed = [], []
    now = given.clock()
    told = {f"D{one}": Observation(f"D{one}", Decimal(1), "INR", now, PriceStatus.LIVE, "s") for one in range(symbols)}
    recorder = Recorder(
        given.database, given.world, "run", lambda _tx: renewed.append(now) or now, rest=lambda: rested.append(now)
    )

    record_answer(recorder, "s", {}, BatchResult(told))

    assert len(rested) == rests
    assert len(renewed) == rests + 1  # each part is a transaction, which holds on to the run
