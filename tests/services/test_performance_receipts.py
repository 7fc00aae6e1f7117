"""Every figure of performance can be worked out again from its receipt alone, to the digits that a float has."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import Given, at, buy, named, sell, trade
from tests.services.redone import redo, steps
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import PriceStatus
from tickfolio.reports.receipt import write_receipt
from tickfolio.reports.receipt_performance import PERFORMANCE_FIGURES
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.receipts import explain
from tickfolio.storage.prices import PricePoint

TODAY = date(2026, 11, 20)
MINE = named("HUT", "MANUAL", currency="INR")


@pytest.fixture
def told(given: Given):
    """A portfolio over two years with purchases, sales, a dividend, a split, and closes that wander."""
    user = given.user()
    portfolio = given.portfolio(user)
    given.record(
        user,
        portfolio,
        buy(MINE, "10", "100", "2024-11-01", fees="5"),
        buy(MINE, "6", "108", "2025-03-03"),
        trade("DIVIDEND", MINE, "16", "2", "2025-06-16", taxes="3"),
        sell(MINE, "4", "121", "2025-09-15", fees="2"),
        trade("FEE", MINE, "1", "7", "2026-01-05"),
        buy(MINE, "3", "90", "2026-05-04"),
    )
    instrument = next(iter(find(given, user, "HUT")))
    closes, day, price = [], date(2024, 11, 1), 100
    while day <= TODAY:
        if day.weekday() < 5:
            price += (day.toordinal() * 7919 % 13 - 5.8) / 8
            closes.append(PricePoint(instrument.id, "close", at(f"{day}T12:00"), Decimal(f"{price:.2f}")))
        day += timedelta(days=1)
    with given.database.transaction() as tx:
        tx.prices.remember(closes)
    given.price(instrument, str(closes[-1].price), as_of=closes[-1].timestamp, status=PriceStatus.MANUAL)
    return given, user, portfolio


def find(given, user, symbol):
    with given.database.reading() as tx:
        found = tx.instruments.find(user.id, AssetType.STOCK, "MANUAL", symbol)
    return [found] if found else []


@pytest.mark.parametrize("since", [None, date(2025, 4, 1)], ids=["from the first day", "from a later day"])
@pytest.mark.parametrize("figure", PERFORMANCE_FIGURES)
def test_a_figure_is_what_its_receipt_comes_to(told, figure, since):
    given, user, portfolio = told
    asked = Asked(since=since, holdings=True)

    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        body = load_performance(given.summaries(), tx, given.world, user, portfolio.id, asked, ()).body
        answer = json.loads(body)
        holding = answer["holdings"][0]["id"]
        whole = json.loads(write_receipt(explain(tx, user, portfolio.id, figure, None, asked, TODAY)))
        one = json.loads(write_receipt(explain(tx, user, portfolio.id, figure, holding, asked, TODAY)))

    # one instrument is all there is, so that the portfolio and the holding have made the same
    for receipt, shown in ((whole, answer[figure]), (one, answer["holdings"][0][figure])):
        assert receipt["value"] == shown is not None
        assert redo(receipt["working"]) == pytest.approx(float(shown), rel=1e-9, abs=1e-9)
        for node in steps(receipt["working"]):
            assert redo(node) == pytest.approx(float(node["value"]), rel=1e-9, abs=1e-9)


def test_a_changed_leaf_is_noticed(told):
    given, user, portfolio = told
    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        receipt = json.loads(write_receipt(explain(tx, user, portfolio.id, "twr_pct", None, Asked(), TODAY)))
    leaf = next(node for node in steps(receipt["working"]) if node["op"] is None and float(node["value"]) > 1)

    leaf["value"] = str(float(leaf["value"]) * 1.01)

    assert redo(receipt["working"]) != pytest.approx(float(receipt["value"]), rel=1e-9)


def test_what_cannot_be_had_says_why(given: Given):
    user = given.user()
    portfolio = given.portfolio(user)
    given.record(user, portfolio, buy(MINE, "10", "100", "2026-11-02"))

    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        receipt = explain(tx, user, portfolio.id, "twr_pct", None, Asked(), TODAY)

    assert (receipt.value, receipt.working, receipt.reason) == (None, None, "no_close")
