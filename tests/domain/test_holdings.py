from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import buy, case_ledger, holding_of, ledgers, opening, read_case, sell, trade
from tickfolio.domain.holdings import Holding, is_plain
from tickfolio.domain.ledger import CostMethod, TransactionType


def test_a_holding_over_all_its_accounts():
    # cost 10 × 100 + 15 = 1015 and 10 × 120 = 1200 USD: 2215 ÷ 20 = 110.75; at 80 and 85: 81200 + 102000 = 183200
    rows = [buy(10, 100, fees=15, fx=80), buy(10, 120, fx=85, account="A")]

    # cash: −1015 × 80 − 1200 × 85 = −183200
    assert holding_of(rows, CostMethod.AVERAGE) == Holding(
        "i-INFY",
        quantity=Decimal(20),
        invested=Decimal(183200),
        invested_local=Decimal(2215),
        avg_buy_price=Decimal("110.75"),
        realised=Decimal(0),
        income=Decimal(0),
        tax_withheld=Decimal(0),
        charges=Decimal(0),
        cash=Decimal(-183200),
    )


def test_a_closed_holding_keeps_what_it_made():
    # 10 × 110 − 10 × 100, which is the cash of it, too
    assert holding_of([buy(10, 100), sell(10, 110)], CostMethod.FIFO) == Holding(
        "i-INFY",
        quantity=Decimal(0),
        invested=Decimal(0),
        invested_local=Decimal(0),
        avg_buy_price=None,
        realised=Decimal(100),
        income=Decimal(0),
        tax_withheld=Decimal(0),
        charges=Decimal(0),
        cash=Decimal(100),
    )


def test_an_unknown_rate_leaves_the_average_known():
    holding = holding_of([buy(10, 100, fx=None)], CostMethod.FIFO)

    assert (holding.invested, holding.invested_local, holding.avg_buy_price) == (None, 1000, 100)
    assert (holding.realised, holding.income, holding.charges, holding.cash) == (0, 0, 0, None)


def test_an_unknown_cost_has_no_average():
    holding = holding_of([trade("TRANSFER_IN", 10, 0)], CostMethod.FIFO)

    assert (holding.quantity, holding.invested, holding.invested_local, holding.avg_buy_price) == (10, None, None, None)


def test_units_that_cost_nothing_have_cost_nothing():
    holding = holding_of([opening(10, 0)], CostMethod.AVERAGE)

    assert (holding.invested, holding.avg_buy_price) == (0, 0)


@pytest.mark.parametrize(
    ("kinds", "plain"),
    [
        (["OPENING"], True),
        (["BUY"], False),
        (["OPENING", "OPENING"], False),
        (["OPENING", "BUY"], False),
        (["OPENING", "DIVIDEND"], False),
        ([], False),
    ],
)
def test_a_plain_holding_is_exactly_one_opening(kinds, plain):
    assert is_plain([TransactionType(kind) for kind in kinds]) is plain


@given(ledgers(), st.sampled_from(CostMethod), st.randoms(use_true_random=False))
def test_the_holding_does_not_depend_on_the_order_of_arrival(rows, method, randomness):
    shuffled = list(rows)
    randomness.shuffle(shuffled)

    assert holding_of(shuffled, method) == holding_of(rows, method)


@pytest.mark.parametrize(
    "name",
    [
        "maybe_2085_mean_of_prices_is_not_average_cost", "ghostfolio_2702_gain_at_the_rate_of_the_purchase",
        "monize_1392_deposit_is_not_gain", "hledger_2581_average_cost_does_not_drift",
        "wealthfolio_639_pence_quote_pound_holding", "wealthfolio_382_realised_loss_missing_from_total",
    ],
)  # fmt: skip
def test_case_average_and_cost(shared, name):
    case = read_case(shared, f"complaints/{name}")
    expected = case["expected"]

    holding = holding_of(case_ledger(case["inputs"]["transactions"]), CostMethod.AVERAGE)

    assert holding.quantity == expected["quantity"]
    assert holding.invested == expected["invested"]
    assert abs(holding.avg_buy_price - expected["avg_buy_price"]) <= Decimal("1E-9")
