"""Totals never move on a held price, and every figure that an older price stands behind says so.

10 INFY at 100 are worth 1,000; 5 TCS at 40 are worth 200. A source says 250 for INFY, which is held.
"""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy
from tickfolio.domain.prices import HeldPrice
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.receipts import explain

TODAY = date(2026, 11, 20)


@pytest.fixture
def held(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "90", "2026-11-18"), buy("TCS", "5", "40", "2026-11-18"))
    given.price(given.instrument("INFY"), "100", "99", at("2026-11-20T09:00"))
    given.price(given.instrument("TCS"), "40", "40", at("2026-11-20T09:00"))
    before = json.loads(given.summary(asha, portfolio))
    waiting = HeldPrice(given.instrument("INFY").id, Decimal(250), "INR", at("2026-11-20T09:05"), "yahoo", "jump", "r1")
    with given.database.transaction() as tx:
        tx.prices.hold([waiting])
        tx.server.raise_version("prices")
    return before


def test_the_totals_stand_still_and_the_summary_says_of_what(given, asha, portfolio, held):
    now = json.loads(given.summary(asha, portfolio))

    assert now["current_value"] == held["current_value"] == "1200"
    assert (held["coverage"]["held_back"], now["coverage"]["held_back"]) == (0, 1)
    status = {one["instrument"]["symbol"]: one["price"]["status"] for one in now["holdings"]}
    assert status == {"INFY": "held", "TCS": "live"}
    assert json.loads(given.summary_of_all(asha))["coverage"]["held_back"] == 1


def test_the_last_day_of_the_performance_says_so_and_a_day_before_does_not(given, asha, portfolio, held):
    def performance(**asked):
        with given.database.reading() as tx:
            tagged = load_performance(given.summaries(), tx, given.world, asha, portfolio.id, Asked(**asked), ())
        return json.loads(tagged.body)

    now = performance()

    assert (now["end_value"], now["held_back"]) == ("1200", 1)
    assert performance(until=date(2026, 11, 19))["held_back"] == 0


@pytest.mark.parametrize(
    "figure", ["current_value", "profit_loss", "profit_loss_pct", "total_profit_loss", "day_change"]
)
def test_the_receipt_of_every_affected_figure_names_the_held_price(given, asha, portfolio, held, figure):
    with given.database.reading() as tx:
        receipt = explain(tx, asha, portfolio.id, figure, None, Asked(), TODAY)

    assert (
        "A newer price of INFY, 250 INR from yahoo of 2026-11-20, waits for a second opinion: the last good one counts."
    ) in receipt.notes


def test_the_receipt_of_a_figure_without_a_price_says_nothing_of_it(given, asha, portfolio, held):
    with given.database.reading() as tx:
        receipt = explain(tx, asha, portfolio.id, "invested", None, Asked(), TODAY)

    assert list(receipt.notes) == []
