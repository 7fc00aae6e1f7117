"""Receipts of all portfolios together: every figure of both answers comes out of its receipt, in the base currency.

The clock stands at Friday, 20 November 2026, 14:40 in Mumbai.
"""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell, trade
from tests.reports.redo import faults, leaves, nodes
from tests.services.test_performance_of_all import set_rates, together
from tests.services.test_receipts_of_returns import (
    NO_AMOUNTS,
    TODAY,
    asha,
    assert_comes_to,
    everything,
    figures_in,
    portfolio,
    prices_in,
    receipt_of,
    remember,
    steps,
    track_cash,
)
from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.reports.receipt import write_receipt
from tickfolio.services import evidence
from tickfolio.services.drafts import Draft
from tickfolio.services.performance_answer import Asked
from tickfolio.services.receipts_of_all import explain_of_all
from tickfolio.storage.prices import Prices

__all__ = ["asha", "everything", "portfolio"]
IN_YORK = named("INFY", "NYSE")
# A summary of all has its parts besides; those are walked by themselves.
OF_ALL = NO_AMOUNTS | {"portfolios"}


def money(kind, price, on, currency="INR"):
    of = None if currency == "INR" else named(currency, "CASH", AssetType.CASH, currency=currency)
    return Draft(trade(kind, "X", "1", "1", on).type, date.fromisoformat(on), of, Decimal(1), Decimal(price))


def of_all(given, user, figure, holding=None, part=None, **asked):
    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        return json.loads(write_receipt(explain_of_all(tx, user, part, figure, holding, Asked(**asked), TODAY)))


@pytest.fixture
def estate(given, asha, everything):
    """Beside a portfolio of rupees one of dollars with its cash, and one of euros without; units go between them."""
    first, index = everything
    dollars = track_cash(given, asha, given.portfolio(asha, "USD", name="Dollars"))
    euros = given.portfolio(asha, "EUR", name="Euros")
    given.record(
        asha,
        dollars,
        money("DEPOSIT", "900", "2025-02-03"),
        buy(IN_YORK, "20", "17.50", "2025-02-04", fees="1"),
        buy("INFY", "2", "1410", "2025-02-05", fx_rate="0.0119"),
        sell(IN_YORK, "4", "19", "2025-07-01", fees="1.25"),
        trade("DIVIDEND", IN_YORK, "16", "0.20", "2025-12-01", taxes="0.48"),
        money("FEE", "3", "2026-04-06"),
    )
    given.record(asha, euros, buy(IN_YORK, "3", "18", "2025-05-05", fx_rate="0.9"))
    given.record(asha, dollars, trade("TRANSFER_OUT", IN_YORK, "6", "0", "2026-07-01"))
    given.record(asha, euros, trade("TRANSFER_IN", IN_YORK, "6", "0", "2026-07-01"))
    return {"first": first, "dollars": dollars, "euros": euros, "index": index}


def test_every_figure_of_the_summary_of_all_has_a_receipt_that_comes_to_it(given, asha, estate):
    given.record(asha, estate["euros"], buy("UNPRICED", "1", "5"))
    summary = json.loads(given.summary_of_all(asha))
    parts = [(part["portfolio"]["id"], part) for part in summary["portfolios"]]

    held = [(one["id"], None, one) for one in summary["holdings"] + summary["closed"]]
    shown = 0
    for holding, part, said in [(None, None, summary), *held, *((None, key, one) for key, one in parts)]:
        for name in said.keys() - OF_ALL:
            receipt = of_all(given, asha, name, holding, part)
            assert (receipt["value"], faults(receipt)) == (said[name], []), (name, holding, part)
            shown += 1

    # 15 of the whole and of each of three parts, and those of what is held: two in the first, one and two elsewhere
    assert len(held) == 6
    assert shown > 15 * 4 + 15 * 6
    assert summary["cash"] is not None
    assert [one["reason"] for one in summary["coverage"]["missing"]] == ["no_price"]


@pytest.mark.parametrize("since", [None, date(2025, 9, 15)], ids=["from the first day", "from a Monday"])
def test_every_figure_of_the_performance_of_all_has_a_receipt_that_comes_to_it(given, asha, estate, since):
    asked = {"since": since, "benchmark_id": estate["index"].id}
    answer = together(
        given, asha, holdings=True, benchmark_id=estate["index"].id, **({"since": str(since)} if since else {})
    )

    shown = [(name, holding, value) for name, holding, value in figures_in(answer) if name != "currency"]
    for name, holding, value in shown:
        assert_comes_to(of_all(given, asha, name, holding, **asked), value)

    # 13 of the whole, of each of five holdings and of two that are cash, 4 of the benchmark, 9 of each of three years
    assert len(shown) == 13 * (1 + 5 + 2) + 4 + 9 * 3
    cash = {one["id"] for one in answer["holdings"] if one["instrument"]["asset_type"] == "CASH"}
    assert {holding for _, holding, value in shown if value is None} == cash


def test_below_a_value_of_all_stand_the_closes_and_the_cash_of_each_at_its_rate(given, asha, estate):
    # On 3 March 2025 nothing without a price was there yet.
    receipt = of_all(given, asha, "end_value", until=date(2025, 3, 3))

    assert_comes_to(receipt, receipt["value"])
    labels = [part["label"] for part in receipt["working"]["parts"]]
    assert sorted(labels) == ["Cash, Dollars", f"Cash, {estate['first'].name}", "INFY", "INFY", "INFY", "INFY"]
    [dollars] = [part for part in receipt["working"]["parts"] if part["label"] == "Cash, Dollars"]
    # 900 − (20 × 17.50 + 1) − 2 × 1410 × 0.0119
    assert Decimal(dollars["parts"][0]["value"]) == Decimal("515.442")
    assert dollars["parts"][1]["fact"]["kind"] == "fx"
    assert len(prices_in(receipt)) == 2


def test_a_split_that_one_portfolio_says_divides_its_close_and_no_others(given, asha, estate):
    # The first portfolio says that the rupee shares were split in June; the dollars' one does not.
    receipt = of_all(given, asha, "start_value", since=date(2025, 6, 4))

    units = [
        (float(part["parts"][0]["value"]), "split" in {one["fact"]["kind"] for one in steps(part) if one["fact"]})
        for part in receipt["working"]["parts"]
        if part["label"] == "INFY" and len(part["parts"]) == 2
    ]
    assert sorted(units) == [(2, False), (20, True)]


def test_what_cash_is_worth_is_its_balance_at_the_latest_rate(given, asha):
    set_rates(given)
    dollars = track_cash(given, asha, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, dollars, money("DEPOSIT", "100", "2026-11-17"), money("FEE", "10", "2026-11-20"))

    receipt = of_all(given, asha, "cash")

    # 100 − 10 = 90 dollars, at 99 ÷ 1.1 = 90 rupees of Thursday: 8100
    assert (Decimal(receipt["value"]), faults(receipt), receipt["as_of"]) == (8100, [], "2026-11-19T15:00:00Z")
    [line] = receipt["working"]["parts"]
    assert (line["label"], [Decimal(one["value"]) for one in line["parts"]]) == ("Dollars", [90, 90])
    assert {one["fact"]["type"] for one in leaves(line["parts"][0])} == {"DEPOSIT", "FEE"}
    assert receipt["notes"] == ["The rate from USD to INR is of Thursday 2026-11-19."]
    for node in nodes(receipt["working"]):
        if node["figure"] is not None:
            assert of_all(given, asha, node["figure"], node["holding_id"])["value"] == node["value"]


def test_a_rate_that_a_row_names_leads_on_from_its_portfolios_currency(given, asha):
    set_rates(given)
    euros = given.portfolio(asha, "EUR", name="Euros")
    given.record(asha, euros, buy(named("VZ", "NYSE"), "10", "40", "2026-11-17", fx_rate="0.8"))

    receipt = of_all(given, asha, "invested")

    # 400 dollars at the 0.8 that the row says are 320 euros, and those at the 90 rupees of that day 28 800
    assert (Decimal(receipt["value"]), faults(receipt)) == (28800, [])
    [rate] = [one for one in nodes(receipt["working"]) if one["label"] == "Rate from USD to INR on 2026-11-17"]
    assert [(one["label"], Decimal(one["value"])) for one in rate["parts"]] == [
        ("Rate from USD to EUR on the transaction", Decimal("0.8")),
        ("Rate from EUR to INR on 2026-11-17", 90),
    ]


def test_cash_without_a_rate_is_unknown_and_says_why(given, asha):
    dollars = track_cash(given, asha, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, dollars, money("DEPOSIT", "100", "2026-11-17"))

    receipt = of_all(given, asha, "cash")

    assert (receipt["value"], receipt["reason"], faults(receipt)) == (None, "no_fx_rate", [])


def test_each_portfolio_is_a_line_with_its_holdings_below(given, asha, estate):
    receipt = of_all(given, asha, "realised")

    assert {one["label"] for one in receipt["working"]["parts"]} == {estate["first"].name, "Dollars", "Euros"}
    for line in receipt["working"]["parts"]:
        assert {one["figure"] for one in line["parts"]} == {"realised"}


def test_a_line_of_all_can_be_opened(given, asha, estate):
    lines = {
        (node["figure"], node["holding_id"], node["value"])
        for figure in ("profit_loss_pct", "day_change", "cash")
        for node in nodes(of_all(given, asha, figure)["working"])
        if node["figure"] is not None
    }
    assert len(lines) > 15
    for figure, holding, value in lines:
        assert of_all(given, asha, figure, holding)["value"] == value, figure


def test_a_long_ledger_shows_the_lines_alone(given, asha, estate, monkeypatch):
    before = {name: of_all(given, asha, name)["value"] for name in ("current_value", "cash", "day_change_pct")}
    monkeypatch.setattr(evidence, "NESTED_ROWS_MAX", 5)

    for name, value in before.items():
        receipt = of_all(given, asha, name)
        assert (receipt["value"], faults(receipt)) == (value, []), name
        assert {one["fact"]["kind"] for one in leaves(receipt["working"]) if one["fact"]} <= {"holding", "fx"}


def test_of_who_has_nothing_there_is_nothing_to_explain(given, asha):
    summary = json.loads(given.summary_of_all(asha))

    for name in summary.keys() - OF_ALL:
        receipt = of_all(given, asha, name)
        assert (receipt["value"], faults(receipt)) == (summary[name], []), name


def test_of_one_portfolio_alone_it_is_the_same_figure(given, asha, everything):
    first, _ = everything
    for name in ("profit_loss", "cash", "twr_pct", "years.2025-26.realised"):
        own, all_of_it = receipt_of(given, asha, first, name), of_all(given, asha, name)
        assert (all_of_it["value"], all_of_it["as_of"]) == (own["value"], own["as_of"]), name


@pytest.mark.parametrize("figure", ["weight_pct", "luck", "twr_pct", "benchmark.twr_pct"])
def test_a_figure_that_there_is_not_is_refused_by_name(given, asha, everything, figure):
    first, _ = everything
    with pytest.raises(InvalidInput) as refused:
        of_all(given, asha, figure, part=first.id)

    assert (refused.value.field, refused.value.field_code) == ("figure", "unknown_figure")


def test_what_is_anothers_is_not_found(given, asha, portfolio):
    ravi = given.user("Ravi")
    his = given.portfolio(ravi)
    given.record(ravi, his, buy("INFY", "1", "1"))
    given.record(asha, portfolio, buy("INFY", "1", "1"))
    with given.database.reading() as tx:
        foreign = tx.holdings.find(ravi.id, his.id, given.instrument("INFY").id).id
        own = tx.holdings.find(asha.id, portfolio.id, given.instrument("INFY").id).id
    other = given.portfolio(asha, name="Other")

    for holding, part in ((foreign, None), (None, his.id), (own, other.id), ("nowhere", None), (None, "nowhere")):
        with pytest.raises(NotFound):
            of_all(given, asha, "invested", holding, part)


def test_the_rates_of_many_days_are_read_in_one_go(given, asha, portfolio, monkeypatch):
    set_rates(given)
    remember(given, given.pair("USD"), d2026_01_05="1.25", d2026_02_05="1.25")
    remember(given, given.pair("INR"), d2026_01_05="100", d2026_02_05="90")
    given.record(
        asha, portfolio, *(buy(IN_YORK, "1", "10", f"2026-0{month}-0{day}") for month in (1, 2) for day in (6, 8))
    )
    asked, read = [], Prices.close_points

    def noted(prices, *which):
        asked.append(which)
        return read(prices, *which)

    monkeypatch.setattr(Prices, "close_points", noted)

    receipt = of_all(given, asha, "invested")

    # 2 × 10 × 100 ÷ 1.25 and 2 × 10 × 90 ÷ 1.25
    assert (Decimal(receipt["value"]), faults(receipt)) == (1600 + 1440, [])
    assert len(asked) == 2  # one for dollars and one for rupees


def test_at_the_end_of_a_session_the_rate_of_now_is_that_of_the_day(given, asha):
    set_rates(given)
    dollars = track_cash(given, asha, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, dollars, money("DEPOSIT", "100", "2026-11-17"))
    given.price(given.pair("USD"), "1", as_of=at("2026-11-20T08:00"), source="ecb")

    receipt = of_all(given, asha, "end_value")

    # 100 dollars at 99 rupees, since a euro costs one dollar as of today
    assert (Decimal(receipt["value"]), Decimal(receipt["working"]["value"])) == (9900, 9900)
    assert "2026-11-20T08:00:00Z" in {
        one["fact"]["as_of"] for one in steps(receipt["working"]) if (one["fact"] or {}).get("as_of")
    }
