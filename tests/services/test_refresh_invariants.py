"""Whatever sources answer: a price stays possible, and nothing that is held changes."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st

from tests.builders import Given, ScriptedSource, buy
from tests.services.runs import run_slot
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.services.accounts import User
from tickfolio.services.verify import verify
from tickfolio.storage.database import open_database
from tickfolio.storage.refreshes import RefreshRow

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
