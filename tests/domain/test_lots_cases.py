from decimal import Decimal

import pytest

from tests.domain.made import buy, case_ledger, read_case, sell
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.matching import match_lots

FIFO_AND_AVERAGE = pytest.mark.parametrize(
    ("method", "told"),
    [(CostMethod.FIFO, "fifo"), (CostMethod.AVERAGE, "average"), (CostMethod.US_AVERAGE, "average")],
)


@pytest.mark.parametrize("name", ["cost_fifo_vs_average_1", "cost_fifo_vs_average_2"])
@FIFO_AND_AVERAGE
def test_case_fifo_against_average(shared, name, method, told):
    case = read_case(shared, name)
    rows = [
        (buy if kind == "BUY" else sell)(quantity, price, f"2024-01-{day:02}")
        for day, (kind, quantity, price) in enumerate(case["inputs"]["transactions"], 1)
    ]
    expected, near = case["expected"][told], case["tolerance"]["abs"]

    book = match_lots(rows, method, "X")

    unrealised = book.quantity * case["inputs"]["market_price"] - book.cost.home
    assert abs(book.realised - expected["realised"]) <= near
    assert abs(unrealised - expected["unrealised"]) <= near
    assert abs(book.cost.local / book.quantity - expected["avg_remaining_cost"]) <= near
    if "total_both" in case["expected"]:
        assert book.realised + unrealised == case["expected"]["total_both"]


def test_case_fifo_is_per_account(shared):
    case = read_case(shared, "fifo_is_per_account")
    rows = [
        (buy if kind == "BUY" else sell)(quantity, price, on, account=account)
        for on, account, kind, quantity, price in case["inputs"]["transactions"]
    ]

    book = match_lots(rows, CostMethod.FIFO, "X")

    assert {sale.account: sale.realised for sale in book.sales} == case["expected"]["realised"]
    left = {lot.account: {"quantity": lot.quantity, "cost": lot.cost.home} for lot in book.lots}
    assert left == case["expected"]["remaining"]


@FIFO_AND_AVERAGE
def test_case_a_fund_by_both_methods(shared, method, told):
    case = read_case(shared, "us_fifo_vs_average_fund")
    near = case["tolerance"]["abs"]
    rows = [buy(*lot, f"2024-01-{day:02}") for day, lot in enumerate(case["inputs"]["lots"], 1)]

    [sale] = match_lots([*rows, sell(*case["inputs"]["sell"], "2024-02-01")], method, "X").sales

    expected = case["expected"]
    assert sale.proceeds.home == expected["proceeds"]
    assert abs(sale.cost.home - Decimal(expected[f"{told}_basis"])) <= near
    assert abs(sale.realised - Decimal(expected[f"{told}_gain"])) <= near


@pytest.mark.parametrize(
    "name",
    [
        "ghostfolio_6229_coin_two_round_trips", "portfolio-performance_1441_bought_and_sold_the_same_day",
        "sure_2086_sell_all_then_rebuy_dearer", "wealthfolio_382_realised_loss_missing_from_total",
        "hledger_2581_average_cost_does_not_drift",
    ],
)  # fmt: skip
@FIFO_AND_AVERAGE
def test_case_complaints_about_what_was_made(shared, name, method, told):
    case = read_case(shared, f"complaints/{name}")
    expected = case["expected"] | case["expected"].get("by_method", {}).get(told, {})

    book = match_lots(case_ledger(case["inputs"]["transactions"]), method, "X")

    assert book.quantity == expected["quantity"]
    assert book.cost.home == expected["invested"]
    assert book.realised == expected["realised"]
