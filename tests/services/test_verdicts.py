"""The gate's verdicts as they are stored: the newest of each kind, why, since when, and how often in a row."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy
from tickfolio.domain.errors import AdministratorOnly
from tickfolio.services.data_health import load_health
from tickfolio.services.held_prices import settle_held_price
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.verdicts import load_verdicts

BEGIN = at("2026-11-20T09:10")


@pytest.fixture
def source():
    return ScriptedSource("yahoo")


@pytest.fixture
def infy(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "90", "2026-11-19"))
    return given.instrument("INFY")


@pytest.fixture
def chief(given):
    return given.user("Chief", administrator=True)


def hear(given, source, *told):
    """A run every ten minutes; each price is of the minute before it."""
    for price, more in told:
        given.clock.now = max(given.clock.now, BEGIN) + timedelta(minutes=10)
        source.say("INFY", price, given.clock.now - timedelta(minutes=1), **more)
        refresh_slot(given.refresher(source), given.clock())


def verdicts(given, user, instrument):
    with given.database.reading() as tx:
        return {(row.source, row.verdict): row for row in load_verdicts(tx, user, instrument.id)[1]}


def test_each_kind_of_verdict_is_kept_with_what_the_source_said(given, infy, source, chief):
    hear(given, source, ("100", {}), ("170", {}), ("101", {}), ("101", {"currency": "USD"}))

    kept = verdicts(given, chief, infy)

    minutes = {key[1]: int((row.judged_at - BEGIN).total_seconds() / 60) for key, row in kept.items()}
    assert minutes == {"accepted": 30, "held": 20, "rejected": 40}
    said = {key[1]: (row.price, row.currency, row.reason) for key, row in kept.items()}
    assert said == {
        "accepted": ("101", "INR", None),
        "held": ("170", "INR", "jump"),
        "rejected": ("101", "USD", "wrong_currency"),
    }


def test_verdicts_in_a_row_are_counted_from_the_first_and_another_one_ends_the_row(given, infy, source, chief):
    usd = {"currency": "USD"}
    hear(given, source, ("100", {}), ("1", usd), ("2", usd), ("3", usd))
    row = verdicts(given, chief, infy)["yahoo", "rejected"]
    assert (row.count, row.first_at, row.price) == (3, BEGIN + timedelta(minutes=20), "3")

    hear(given, source, ("100", {}), ("4", usd))
    row = verdicts(given, chief, infy)["yahoo", "rejected"]
    assert (row.count, row.first_at) == (1, BEGIN + timedelta(minutes=60))

    hear(given, source, ("-4", {}))  # for another reason
    row = verdicts(given, chief, infy)["yahoo", "rejected"]
    assert (row.count, row.reason) == (1, "not_positive")


def test_an_answer_that_is_older_is_counted_as_unchanged(given, infy, source, chief):
    given.price(infy, "100", as_of=BEGIN + timedelta(hours=1), source="nse")
    hear(given, source, ("100", {}), ("100", {}))

    row = verdicts(given, chief, infy)["yahoo", "unchanged"]
    assert (row.count, row.reason) == (2, "older")


@pytest.mark.parametrize("price", ["1E+400", "1E-400", "0." + "7" * 500, "NaN", "-Infinity", "1" * 90])
def test_whatever_a_source_says_can_be_written_down(given, infy, source, chief, price):
    hear(given, source, (price, {}), ("100", {"currency": "Rs\0 and more"}))

    row = verdicts(given, chief, infy)["yahoo", "rejected"]
    assert (row.reason, row.currency) == ("wrong_currency", "Rs ")
    assert row.count == 1


def test_what_all_share_only_the_administrator_sees_verdicts_of(given, infy, asha):
    with given.database.reading() as tx, pytest.raises(AdministratorOnly):
        load_verdicts(tx, asha, infy.id)


def test_data_health_says_what_is_rejected_and_since_when(given, asha, portfolio, infy, source, chief):
    hear(given, source, ("100", {}), ("20", {"currency": "EUR"}), ("21", {"currency": "EUR"}))

    def refused():
        with given.database.reading() as tx:
            return load_health(tx, given.world, asha, portfolio.id, 10).refused

    [one] = refused()
    assert (one.verdict.reason, one.verdict.currency, one.verdict.count) == ("wrong_currency", "EUR", 2)
    assert (one.verdict.first_at, one.item.value.last_price) == (BEGIN + timedelta(minutes=20), Decimal(100))
    assert not one.may_accept

    hear(given, source, ("101", {}))
    assert refused() == []


def test_data_health_offers_what_a_person_rejected(given, portfolio, asha, infy, source, chief):
    hear(given, source, ("100", {}), ("250", {}))
    with given.database.transaction() as tx:
        settle_held_price(tx, given.world, chief, infy.id, accept=False)
    hear(given, source, ("250", {}))

    with given.database.reading() as tx:
        [theirs] = load_health(tx, given.world, asha, portfolio.id, 10).refused
    assert (theirs.verdict.reason, theirs.verdict.price, theirs.may_accept) == ("dismissed", "250", False)
