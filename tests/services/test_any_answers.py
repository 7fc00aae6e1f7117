"""Invariants 35, 36 and 37 through the database: any answers of any sources, in any runs and any order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.builders import Given, at, buy
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import BatchResult, Listing
from tickfolio.services.price_batches import record_batch
from tickfolio.services.verify import verify
from tickfolio.storage.database import open_database
from tickfolio.storage.market_tables import price_verdicts
from tickfolio.storage.tables import prices_held, prices_latest

BEGIN = at("2026-11-20T09:00")
SOURCES = ("nse", "yahoo", "bse")
FEW = settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def given(sqlite_url, clock, new_id):
    made = Given(open_database(sqlite_url), clock, new_id)
    yield made
    made.database.close()


def hear(given, infy, number, told):
    """One answer, in a run and at a moment of its own."""
    now = BEGIN + timedelta(minutes=10, seconds=number)
    with given.database.transaction() as tx:
        asked = {"INFY": [infy.id]}
        return record_batch(tx, given.world, asked, BatchResult({"INFY": told}), now, f"run {number}", SOURCES)


def start(given, infy):
    """The last good price is 100, and nothing else was ever said."""
    with given.database.transaction() as tx:
        for table in (prices_latest, prices_held, price_verdicts):
            tx._connection.execute(delete(table))
    given.price(infy, "100", as_of=BEGIN - timedelta(minutes=30), source="nse")


# Any two of them, and the last good price, are within 40 % of each other.
GOOD = st.decimals("84", "117", places=2)
BAD = st.sampled_from([Decimal(one) for one in ("NaN", "Infinity", "0", "-1", "1E+400", "1E-30")])
ODD = st.sampled_from([Decimal(one) for one in ("250", "400", "700", "1200", "0.9", "9000")])
MINUTES = st.integers(-9, 9)


@st.composite
def answers(draw):
    """Good, impossible and odd prices of several sources; of the odd ones no two are alike."""
    found = draw(st.lists(st.tuples(GOOD, MINUTES, st.sampled_from(SOURCES)), min_size=1, max_size=5))
    found += draw(st.lists(st.tuples(BAD, MINUTES, st.sampled_from(SOURCES)), max_size=2))
    found += draw(st.lists(st.tuples(ODD, MINUTES, st.sampled_from(SOURCES)), max_size=2, unique_by=lambda one: one[0]))
    return [
        (number, Observation("INFY", price, "INR", BEGIN + timedelta(minutes=minute), PriceStatus.LIVE, source))
        for number, (price, minute, source) in enumerate(found)
    ]


def test_invariant_36_through_the_database_any_order_ends_in_the_same_latest_price(given):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"))
    infy = given.instrument("INFY")

    @FEW
    @all_of(answers().flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
    def check(orders):
        ends = set()
        for order in orders:
            start(given, infy)
            for number, told in order:
                hear(given, infy, number, told)
            last = given.latest(infy)
            ends.add((last.last_price, last.as_of, last.source))
        assert len(ends) == 1

    check()


ANY_PRICE = GOOD | BAD | ODD | st.decimals(allow_nan=True, allow_infinity=True)
ANY_TEXT = st.text(max_size=12)
ANY_ANSWER = st.builds(
    Observation,
    symbol=st.just("INFY"),
    price=ANY_PRICE,
    currency=st.sampled_from(["INR", "INR", "USD", "GBp", ""]) | ANY_TEXT,
    as_of=st.none() | MINUTES.map(lambda minute: BEGIN + timedelta(minutes=minute)),
    status=st.sampled_from(PriceStatus),
    source=st.sampled_from(SOURCES),
    previous_close=st.none() | ANY_PRICE,
)


def test_invariants_35_and_37_no_answer_whatever_changes_a_quantity_or_a_cost(given):
    asha = given.user()
    portfolio = given.portfolio(asha)
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    infy = given.instrument("INFY")

    def held():
        with given.database.reading() as tx:
            return tx.ledgers.rows(asha.id, portfolio.id), tx.holdings.all(asha.id, [portfolio.id])

    before = held()

    @FEW
    @all_of(st.lists(ANY_ANSWER, min_size=1, max_size=6), ANY_TEXT, ANY_TEXT)
    def check(said, name, symbol):
        start(given, infy)
        last = given.latest(infy)
        listing = Listing(infy.asset_type, "NSE", symbol, name, "INR", isin=symbol)
        for number, told in enumerate(said):
            result = BatchResult({"INFY": told, "TCS": replace(told, symbol="TCS")}, listings=[listing])
            with given.database.transaction() as tx:
                names = replace(result, names={"INFY": name})
                now = BEGIN + timedelta(minutes=10, seconds=number)
                record_batch(tx, given.world, {"INFY": [infy.id]}, names, now, f"run {number}")
            now = given.latest(infy)
            assert now.last_price.is_finite()
            assert now.last_price > 0
            assert now.currency == "INR"
            assert now.as_of >= last.as_of
            last = now
        with given.database.reading() as tx:
            # Every answer has a verdict; those of a row are counted in it.
            assert sum(row.count for row in tx.verdicts.of(infy.id)) <= len(said)
            assert {row.source for row in tx.verdicts.of(infy.id)} == {told.source for told in said}

    check()
    assert held() == before
    assert verify(given.database) == (1, [])
