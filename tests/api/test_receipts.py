"""The routes `explain`: whose it is, what it refuses, and that it says what the summary says."""

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, trade
from tests.reports.redo import faults


def explained(person, portfolio, **asked):
    return person.browser.get(f"/portfolios/{portfolio['id']}/explain", params=asked)


@pytest.fixture
def portfolio(asha):
    return make_portfolio(asha)


def test_a_receipt_says_what_the_summary_says(asha, portfolio):
    holding = add_holding(asha, portfolio["id"], quantity="10", avg_buy_price="1400.00")
    bought = trade(asha, portfolio["id"], quantity="5", price="1500", fees="20")
    summary = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()

    answer = explained(asha, portfolio, figure="invested", holding=holding["id"])

    # 10 × 1400.00 = 14000.00 and 5 × 1500 + 20 = 7520
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "private, no-cache"
    receipt = answer.json()
    assert receipt.keys() == {
        *("figure", "label", "unit", "currency", "value", "reason", "formula", "as_of", "working", "notes")
    }
    assert receipt["value"] == summary["invested"]
    assert float(receipt["value"]) == 21520
    assert faults(receipt) == []
    lines = receipt["working"]["parts"]
    assert {one["fact"]["id"] for one in lines} > {bought["id"]}
    for line in lines:
        assert line.keys() == {*("label", "op", "value", "unit", "currency", "parts", "fact", "figure", "holding_id")}


def test_the_tax_withheld_from_an_open_holding_has_its_receipt(asha, portfolio):
    holding = add_holding(asha, portfolio["id"], quantity="10", avg_buy_price="1400.00", acquired_on="2026-01-05")
    trade(asha, portfolio["id"], "DIVIDEND", quantity="10", price="12", taxes="12.50", traded_on="2026-02-02")
    trade(asha, portfolio["id"], "DIVIDEND", quantity="10", price="9", taxes="7.25", traded_on="2026-03-02")
    [shown] = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"]

    receipt = explained(asha, portfolio, figure="tax_withheld", holding=holding["id"]).json()

    # 12.50 + 7.25
    assert receipt["value"] == shown["tax_withheld"] == "19.75"
    assert faults(receipt) == []
    assert sorted(one["value"] for one in receipt["working"]["parts"]) == ["12.50", "7.25"]


def test_a_figure_that_there_is_not_is_refused_by_name(asha, portfolio):
    holding = add_holding(asha, portfolio["id"])

    for asked in (
        {"figure": "luck"},
        {"figure": "weight_pct"},
        {"figure": "priced_invested", "holding": holding["id"]},
    ):
        problem = assert_problem(explained(asha, portfolio, **asked), 422, "invalid_input", "figure")
        assert problem["errors"][0]["code"] == "unknown_figure"
    assert_problem(explained(asha, portfolio), 422, "invalid_input", "figure")


def test_a_figure_of_a_year_and_of_a_benchmark_is_that_of_the_performance(asha, portfolio):
    trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2025-05-05")
    trade(asha, portfolio["id"], "SELL", quantity="4", price="250", traded_on="2026-03-30", fees="10")
    [holding] = asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    benchmark = holding["instrument"]["id"]
    answer = asha.browser.get(f"/portfolios/{portfolio['id']}/performance", params={"benchmark": benchmark}).json()

    realised = explained(asha, portfolio, figure="years.2025-26.realised")
    twr = explained(asha, portfolio, figure="benchmark.twr_pct", benchmark=benchmark)

    # 4 × 250 − 10 − 4 × 100
    assert (realised.status_code, float(realised.json()["value"]), faults(realised.json())) == (200, 590, [])
    assert [year["realised"] for year in answer["years"] if year["year"] == "2025-26"] == [realised.json()["value"]]
    assert (twr.status_code, twr.json()["value"]) == (200, answer["benchmark"]["twr_pct"])
    assert_problem(explained(asha, portfolio, figure="benchmark.twr_pct"), 422, "invalid_input", "benchmark")
    assert_problem(explained(asha, portfolio, figure="years.1999-00.realised"), 422, "invalid_input", "figure")


def test_a_holding_of_another_portfolio_or_person_is_not_found(server, asha, portfolio):
    ravi = server.person("Ravi")
    other, his = make_portfolio(asha, "Other"), make_portfolio(ravi)

    for foreign in (add_holding(asha, other["id"]), add_holding(ravi, his["id"]), {"id": "nowhere"}):
        answer = explained(asha, portfolio, figure="invested", holding=foreign["id"])
        assert_problem(answer, 404, "not_found")
    assert_problem(explained(asha, his, figure="invested"), 404, "not_found")


def test_a_receipt_of_all_portfolios_says_what_their_summary_says(server, asha, portfolio):
    other = make_portfolio(asha, "Other")
    add_holding(asha, portfolio["id"], quantity="10", avg_buy_price="1400.00")
    there = add_holding(asha, other["id"], quantity="2", avg_buy_price="1500")
    summary = asha.browser.get("/summary").json()

    def ask(**asked):
        return asha.browser.get("/explain", params=asked)

    whole, part, one = (
        ask(figure="invested", **asked).json() for asked in ({}, {"portfolio": other["id"]}, {"holding": there["id"]})
    )
    # 10 × 1400.00 + 2 × 1500, and 2 × 1500 of the other alone
    assert whole["value"] == summary["invested"] == "17000.00"
    assert [line["label"] for line in whole["working"]["parts"]] == [portfolio["name"], "Other"]
    assert {float(receipt["value"]) for receipt in (part, one)} == {3000}
    assert [faults(receipt) for receipt in (whole, part, one)] == [[], [], []]
    ravi = server.person("Ravi")
    assert_problem(
        ravi.browser.get("/explain", params={"figure": "invested", "portfolio": other["id"]}), 404, "not_found"
    )
    assert_problem(ravi.browser.get("/explain", params={"figure": "cash", "holding": there["id"]}), 404, "not_found")
    assert_problem(ask(figure="luck"), 422, "invalid_input", "figure")
