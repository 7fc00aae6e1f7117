"""Receipts through the whole service: each says what the summary says, and can be worked out again from its JSON."""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell, trade
from tests.reports.redo import faults, leaves, nodes
from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.reports.receipt import write_receipt
from tickfolio.reports.receipt_holding import HOLDING_FIGURES
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES
from tickfolio.services import evidence
from tickfolio.services.corporate_actions import ActionDraft, record_action
from tickfolio.services.performance_answer import Asked
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio
from tickfolio.services.receipts import explain
from tickfolio.storage.corporate_actions import ActionKind
from tickfolio.storage.prices import PricePoint

IN_YORK = named("INFY", "NYSE")
FUND = named("120503", asset_type=AssetType.MUTUAL_FUND)
TODAY = date(2026, 11, 20)


@pytest.fixture
def asha(given):
    return given.user(administrator=True)


def receipt_of(given, user, portfolio, figure, holding_id=None):
    with given.database.reading() as tx:
        return json.loads(write_receipt(explain(tx, user, portfolio.id, figure, holding_id, Asked(), TODAY)))


def draft(kind, symbol, on, quantity="0", price="0", **more):
    exact = {"cost", "to_quantity", "cost_pct"}
    told = {key: Decimal(value) if key in exact else value for key, value in more.items()}
    return trade(kind, symbol, quantity, price, on, **told)


def set_rates(given):
    """Of Friday: 105 rupees and 1.25 dollars for a euro, before that 99 and 1.20; on 5 January 100 and 1.25."""
    for currency, now, before, then in (("INR", "105", "99", "100"), ("USD", "1.25", "1.20", "1.25")):
        pair = given.pair(currency)
        given.price(pair, now, before, at("2026-11-20T15:00"), source="ecb", status=PriceStatus.CLOSE)
        with given.database.transaction() as tx:
            point = PricePoint(pair.id, "close", at("2026-01-05T15:00"), Decimal(then), "ecb", at("2026-01-05T16:00"))
            tx.prices.remember([point])


def everything(given, asha, method, *, charges_in_cost):
    """A portfolio of everything: dollars at their day's rate, charges, a split after a price, transfers, cash, gaps."""
    set_rates(given)
    portfolio = given.portfolio(asha, cost_method=method)
    other = given.portfolio(asha, name="Elsewhere")
    changes = PortfolioChanges(cash_tracked=True, charges_in_cost=charges_in_cost)
    with given.database.transaction() as tx:
        portfolio = change_portfolio(tx, given.world, asha.id, portfolio.id, portfolio.version, changes)
    given.record(asha, other, buy("TCS", "9", "3000", "2026-01-02", fees="7"))
    given.record(
        asha,
        portfolio,
        draft("DEPOSIT", None, "2026-01-02", "1", "500000"),
        buy(IN_YORK, "8", "16", "2026-01-05", fees="2", taxes="0.33"),
        buy(IN_YORK, "3", "17.77", "2026-01-07", fees="1", fx_rate="84.25", account="broker"),
        sell(IN_YORK, "5", "19", "2026-01-08", fees="1.01", fx_rate="83.9"),
        trade("DIVIDEND", IN_YORK, "8", "0.25", "2026-01-09", taxes="0.50", fx_rate="84"),
        buy("INFY", "10", "1400", "2026-01-05", fees="20"),
        buy("INFY", "7", "1433.33", "2026-01-06", taxes="3.17"),
        sell("INFY", "3", "1500", "2026-01-07", fees="11"),
        draft("SPLIT", "INFY", "2026-01-08", ratio=read_ratio("3:2")),
        sell("INFY", "4", "1000", "2026-11-20", fees="11"),
        buy("INFY", "2", "1001", "2026-11-20"),
        buy(FUND, "100.5", "90", "2026-01-05"),
        trade("REINVEST", FUND, "1.234", "91.5", "2026-01-07"),
        draft("SWITCH", FUND, "2026-01-08", "50", "92", into=named("119551", asset_type=AssetType.MUTUAL_FUND),
              to_quantity="33.333"),
        buy("SOLD", "4", "25", "2026-01-05"),
        sell("SOLD", "4", "30", "2026-01-06", fees="1"),
        buy("OLD", "6", "50", "2026-01-05"),
        draft("MERGER", "OLD", "2026-01-09", "6", into=named("NEW"), to_quantity="4"),
        draft("DEMERGER", "NEW", "2026-01-10", into=named("CHILD"), to_quantity="4", cost_pct="13.51"),
        buy("UNPRICED", "3", "70", "2026-01-05"),
        draft("TRANSFER_IN", "GIFT", "2026-01-05", "5"),
        draft("FEE", None, "2026-01-31", "1", "300"),
        trade("INTEREST", "TCS", "1", "10", "2026-01-31"),
    )  # fmt: skip
    given.record(asha, other, draft("TRANSFER_OUT", "TCS", "2026-01-12", "4"))
    given.record(asha, portfolio, draft("TRANSFER_IN", "TCS", "2026-01-12", "4"))
    given.price(given.instrument("INFY"), "1012.60", "990", at("2026-11-20T09:09"))
    given.price(given.instrument("INFY", "NYSE"), "20", "19", at("2026-11-20T20:00"))
    given.price(given.instrument("TCS"), "3100", None, at("2026-11-18T09:09"))
    given.price(given.instrument("NEW"), "80", "79", at("2026-11-20T09:09"))
    given.price(given.instrument("GIFT"), "11", "12", at("2026-11-20T09:09"))
    given.price(given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND), "95.1234", "95.5", at("2026-11-19T17:30"))
    split = ActionDraft(ActionKind.SPLIT, date(2026, 11, 19), read_ratio("5:1"))
    with given.database.transaction() as tx:
        record_action(tx, given.world, asha, given.instrument("TCS").id, split)
    return portfolio


@pytest.mark.parametrize(("method", "charges_in_cost"), list(zip(CostMethod, [True, False] * 2, strict=True)))
def test_every_figure_of_the_summary_is_that_of_its_receipt(given, asha, method, charges_in_cost):
    portfolio = everything(given, asha, method, charges_in_cost=charges_in_cost)
    summary = json.loads(given.summary(asha, portfolio))

    shown = 0
    for figure in PORTFOLIO_FIGURES:
        receipt = receipt_of(given, asha, portfolio, figure)
        assert (receipt["value"], faults(receipt)) == (summary[figure], []), figure
    # What a portfolio adds up has the holdings' receipts in it; by themselves they are looked at under one method.
    of_itself = [*summary["holdings"], *summary["closed"]] if method is CostMethod.AVERAGE else summary["holdings"][:2]
    for one in of_itself:
        for figure in HOLDING_FIGURES:
            receipt = receipt_of(given, asha, portfolio, figure, one["id"])
            assert faults(receipt) == [], (figure, one["instrument"]["symbol"])
            if figure in one:
                assert receipt["value"] == one[figure], (figure, one["instrument"]["symbol"])
                shown += 1
    assert shown > 15 * len(of_itself[:6])
    # No gap of the summary hides a receipt that is merely empty.
    assert [one["reason"] for one in summary["coverage"]["missing"]].count("no_price") == 3
    assert summary["cash"] is not None


def test_every_figure_of_a_holding_that_a_portfolio_adds_up_can_be_opened(given, asha):
    portfolio = everything(given, asha, CostMethod.AVERAGE, charges_in_cost=True)

    named = {
        tuple(node[key] for key in ("figure", "holding_id", "value", "unit"))
        for figure in ("total_profit_loss", "day_change_pct", "currency_effect", "cash")
        for node in nodes(receipt_of(given, asha, portfolio, figure)["working"])
        if node["figure"] is not None
    }
    assert len(named) > 50
    for figure, key, value, unit in named:
        opened = receipt_of(given, asha, portfolio, figure, key)
        assert (opened["value"], opened["unit"]) == (value, unit), figure


def holding_id(given, asha, portfolio, symbol, exchange="NSE"):
    with given.database.reading() as tx:
        return tx.holdings.find(asha.id, portfolio.id, given.instrument(symbol, exchange).id).id


def test_the_rate_of_a_purchase_that_names_none_is_that_of_its_day(given, asha):
    set_rates(given)
    portfolio = given.portfolio(asha)
    given.record(asha, portfolio, buy(IN_YORK, "8", "16", "2026-01-06"))

    receipt = receipt_of(given, asha, portfolio, "invested", holding_id(given, asha, portfolio, "INFY", "NYSE"))

    # the close of the 5th is the last one: 100 rupees and 1.25 dollars for a euro, 80 for a dollar; 8 × 16 × 80
    assert receipt["value"] == "10240"
    [rate] = [one for one in nodes(receipt["working"]) if one["unit"] == "rate" and one["op"] == "quotient"]
    assert rate["value"] == "80"
    assert rate["fact"] == {
        "kind": "fx",
        "from": "USD",
        "to": "INR",
        "as_of": "2026-01-05T15:00:00Z",
        "on": "2026-01-05",
        "legs": [
            {"pair": "EURUSD", "rate": "1.25", "as_of": "2026-01-05T15:00:00Z", "source": "ecb"},
            {"pair": "EURINR", "rate": "100", "as_of": "2026-01-05T15:00:00Z", "source": "ecb"},
        ],
    }
    assert receipt["as_of"] is None


def test_a_rate_that_was_entered_is_a_fact_of_its_transaction(given, asha):
    portfolio = given.portfolio(asha)
    [row] = given.record(asha, portfolio, buy(IN_YORK, "8", "16", "2026-01-06", fx_rate="83.5"))

    receipt = receipt_of(given, asha, portfolio, "invested", holding_id(given, asha, portfolio, "INFY", "NYSE"))

    [rate] = [one for one in leaves(receipt["working"]) if one["unit"] == "rate"]
    assert (rate["value"], rate["fact"]["kind"], rate["fact"]["id"]) == ("83.5", "transaction", row.id)


def test_cash_of_a_portfolio_that_tracks_none_is_unknown(given, asha):
    portfolio = given.portfolio(asha)
    given.record(asha, portfolio, buy("INFY", "1", "1"))

    receipt = receipt_of(given, asha, portfolio, "cash")

    assert (receipt["value"], receipt["reason"]) == (None, "cash_not_tracked")


def test_an_empty_portfolio_comes_to_nothing(given, asha):
    portfolio = given.portfolio(asha)
    summary = json.loads(given.summary(asha, portfolio))

    for figure in PORTFOLIO_FIGURES:
        receipt = receipt_of(given, asha, portfolio, figure)
        assert (receipt["value"], faults(receipt)) == (summary[figure], []), figure


def test_a_long_ledger_shows_its_holdings_alone(given, asha, monkeypatch):
    portfolio = everything(given, asha, CostMethod.FIFO, charges_in_cost=True)
    summary = json.loads(given.summary(asha, portfolio))
    monkeypatch.setattr(evidence, "NESTED_ROWS_MAX", 5)

    for figure in PORTFOLIO_FIGURES:
        receipt = receipt_of(given, asha, portfolio, figure)
        assert (receipt["value"], faults(receipt)) == (summary[figure], []), figure
        assert {one["fact"]["kind"] for one in leaves(receipt["working"]) if one["fact"]} <= {"holding"}


@pytest.mark.parametrize(("figure", "of_holding"), [("weight_pct", False), ("priced_invested", True), ("luck", False)])
def test_a_figure_that_there_is_not_is_refused_by_name(given, asha, figure, of_holding):
    portfolio = given.portfolio(asha)
    given.record(asha, portfolio, buy("INFY", "1", "1"))

    with pytest.raises(InvalidInput) as refused:
        receipt_of(given, asha, portfolio, figure, holding_id(given, asha, portfolio, "INFY") if of_holding else None)

    assert (refused.value.field, refused.value.field_code) == ("figure", "unknown_figure")


def test_a_holding_of_another_portfolio_or_person_is_not_found(given, asha):
    ravi = given.user("Ravi")
    mine, other, his = given.portfolio(asha), given.portfolio(asha, name="Other"), given.portfolio(ravi)
    for user, portfolio in ((asha, mine), (asha, other), (ravi, his)):
        given.record(user, portfolio, buy("INFY", "1", "1"))

    for foreign in (holding_id(given, asha, other, "INFY"), holding_id(given, ravi, his, "INFY"), "nowhere"):
        with pytest.raises(NotFound):
            receipt_of(given, asha, mine, "invested", foreign)
    with pytest.raises(NotFound):
        receipt_of(given, asha, his, "invested")
