from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import (
    buy,
    case_ledger,
    instrument,
    match,
    opening,
    position,
    price_of,
    read_case,
    sell,
    trade,
    value,
    whole_ledgers,
)
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod, Rules, TransactionType
from tickfolio.domain.money import EXACT
from tickfolio.domain.movements import Movements, count_movements

INFY = instrument()
CASH = Instrument("i-INR", AssetType.CASH, "CASH", "INR", "Cash in INR", "INR")
PLACE = ("p1", "i-INFY")


def sums(*rows, charges_in_cost=True):
    """Income, tax withheld, charges in no cost, cash."""
    counted = count_movements(rows, {"p1": Rules(CostMethod.FIFO, charges_in_cost)})[PLACE]
    return counted.income, counted.tax_withheld, counted.charges, counted.cash


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 50 × 12 = 600; 60 of tax and 5 of a fee: 535 net
        pytest.param(trade("DIVIDEND", 50, 12, fees=5, taxes=60), (535, 60, 0, 535), id="dividend"),
        pytest.param(trade("INTEREST", 1, 600, taxes=60), (540, 60, 0, 540), id="interest"),
        # 10 + 1.80
        pytest.param(trade("FEE", 1, 10, taxes="1.80"), (0, 0, "11.80", "-11.80"), id="a fee and the tax on it"),
        pytest.param(trade("TAX", 1, 25), (0, 0, 25, -25), id="a tax"),
        # 10 × 20 + 0.01 is income that was spent at once
        pytest.param(trade("REINVEST", 10, 20, taxes="0.01"), ("200.01", 0, 0, 0), id="reinvested"),
        pytest.param(trade("DEPOSIT", 1, 1000, fees=3), (0, 0, 0, 997), id="deposit"),
        pytest.param(trade("WITHDRAWAL", 1, 1000, fees=3), (0, 0, 0, -1003), id="withdrawal"),
        pytest.param(buy(10, 20, fees=1, taxes=2), (0, 0, 0, -203), id="bought"),
        pytest.param(trade("RIGHTS", 10, 20, fees=1), (0, 0, 0, -201), id="by right"),
        pytest.param(sell(10, 20, fees=1, taxes=2), (0, 0, 0, 197), id="sold"),
        pytest.param(opening(10, 20), (0, 0, 0, 0), id="opened: nobody says from which money"),
        pytest.param(trade("TRANSFER_IN", 10, 0, cost=5), (0, 0, 0, 0), id="came"),
        pytest.param(trade("TRANSFER_OUT", 10, 5), (0, 0, 0, 0), id="went"),
        pytest.param(trade("MERGER", 10, 5, into="NEW", to_quantity=1), (0, 0, 0, 0), id="merged"),
        pytest.param(trade("DEMERGER", 0, 0, into="NEW", to_quantity=1, cost_pct=5), (0, 0, 0, 0), id="demerged"),
        pytest.param(trade("SWITCH", 10, 5, fees=1, into="NEW", to_quantity=1), (0, 0, 0, 0), id="switched"),
        pytest.param(trade("SPLIT", 0, 0, ratio="2:1"), (0, 0, 0, 0), id="split"),
        pytest.param(trade("BONUS", 0, 0, ratio="2:1"), (0, 0, 0, 0), id="bonus"),
    ],
)
def test_what_each_kind_moves(row, expected):
    assert sums(row) == tuple(Decimal(amount) for amount in expected)


def test_every_kind_is_in_the_table():
    table = next(mark for mark in test_what_each_kind_moves.pytestmark if mark.name == "parametrize")

    assert {case.values[0].type for case in table.args[1]} == set(TransactionType)


@pytest.mark.parametrize(
    ("kind", "charges"), [("BUY", 3), ("RIGHTS", 3), ("REINVEST", 3), ("SELL", 0), ("OPENING", 0), ("DIVIDEND", 0)]
)
def test_charges_of_buying_stand_beside_the_cost_where_the_portfolio_says_so(kind, charges):
    """Those of selling reduce the proceeds, those of income the income, in any portfolio."""
    assert sums(trade(kind, 10, 20, fees=1, taxes=2), charges_in_cost=False)[2] == charges


def test_each_at_its_own_rate():
    # 100 × 80 − 10 × 80 = 7200 and 100 × 85 = 8500; tax 800
    rows = (trade("DIVIDEND", 1, 100, taxes=10, fx=80), trade("DIVIDEND", 1, 100, fx=85))

    assert sums(*rows) == (15700, 800, 0, 15700)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (trade("DIVIDEND", 1, 100, taxes=10, fx=None), (None, None, 0, None)),
        (trade("DIVIDEND", 1, 100, fx=None), (None, 0, 0, None)),
        (trade("FEE", 1, 100, fx=None), (0, 0, None, None)),
        (trade("REINVEST", 1, 100, fx=None), (None, 0, 0, 0)),
        (buy(1, 100, fx=None), (0, 0, 0, None)),
        (trade("DIVIDEND", 1, 0, fx=None), (0, 0, 0, 0)),  # nothing is nothing in any currency
        (trade("SPLIT", 0, 0, fx=None, ratio="2:1"), (0, 0, 0, 0)),
    ],
)
def test_an_unknown_rate_spoils_what_depends_on_it(row, expected):
    assert sums(trade("DIVIDEND", 1, 0), row, trade("FEE", 1, 0)) == expected


def test_a_reinvestment_is_income_and_a_lot():
    # 100 × 10; 3 × 12 + 0.02 of income; 103 units for 1036.02
    book = match([buy(100, 10), trade("REINVEST", 3, 12, "2024-02-01", taxes="0.02")], CostMethod.AVERAGE)["p1", "INFY"]

    assert (book.quantity, book.cost.home, book.income, book.cash) == (
        103, Decimal("1036.02"), Decimal("36.02"), -1000,
    )  # fmt: skip


def test_case_a_reinvested_dividend_is_not_nothing(shared):
    case = read_case(shared, "complaints/beangrow_46_reinvested_dividend_is_not_nothing")
    expected = case["expected"]
    rows = case_ledger(case["inputs"]["transactions"])
    in_one = [rows[0], trade("REINVEST", rows[2].quantity, rows[2].price, rows[2].traded_on.isoformat())]

    for told in (rows, in_one):
        result = value(position(INFY, told, price_of(INFY, case["inputs"]["prices"][-1]["price"])))
        for figure in ("invested", "current_value", "profit_loss", "realised", "income", "total_profit_loss"):
            assert getattr(result, figure) == expected[figure], figure


@given(whole_ledgers(), st.booleans())
def test_cash_is_all_that_was_received_less_all_that_was_paid(whole, charges_in_cost):
    books = match(whole.rows, CostMethod.FIFO, whole.splits, charges_in_cost=charges_in_cost)

    expected = Decimal(0)
    for row in whole.rows:
        gross, charges = EXACT.multiply(row.quantity, row.price), EXACT.add(row.fees, row.taxes)
        amount = {
            **dict.fromkeys(("BUY", "RIGHTS", "FEE", "TAX", "WITHDRAWAL"), EXACT.minus(EXACT.add(gross, charges))),
            **dict.fromkeys(("SELL", "DIVIDEND", "INTEREST", "DEPOSIT"), EXACT.subtract(gross, charges)),
        }.get(row.type.value, Decimal(0))
        expected = EXACT.add(expected, EXACT.multiply(amount, row.fx_rate))
    total = Decimal(0)
    for book in books.values():
        total = EXACT.add(total, book.cash)
    assert total == expected


# --- In the value of a portfolio -------------------------------------------------------------------------------------


def test_a_deposit_is_cash_and_never_gain():
    # 1000 came, 4 × 100 + 5 went into INFY, 30 − 3 came of it, 2 went for a fee: 620 are left
    # 4 × 110 − 405 = 35, and 27 of income less 2 of charges: 60; and 620 + 440 = 1000 + 60
    result = value(
        position(
            INFY,
            [buy(4, 100, fees=5), trade("DIVIDEND", 1, 30, taxes=3)],
            price_of(INFY, 110),
            cash_tracked=True,
        ),
        position(CASH, [trade("DEPOSIT", 1, 1000), trade("FEE", 1, 2)], cash_tracked=True),
    )

    assert (result.cash, result.current_value, result.invested) == (620, 440, 405)
    assert (result.profit_loss, result.income, result.tax_withheld, result.charges) == (35, 27, 3, 2)
    assert result.total_profit_loss == 60
    assert result.cash + result.current_value == 1000 + result.total_profit_loss
    assert (result.closed, result.coverage.missing, result.coverage.held) == ((), (), 1)  # cash is no holding


def test_cash_is_unknown_where_none_is_tracked_or_some_of_it_is():
    rows = [buy(4, 100)]

    assert value(position(INFY, rows, price_of(INFY, 110))).cash is None
    dollars = Instrument("i-USD", AssetType.CASH, "CASH", "USD", "Cash in USD", "USD")
    unknown = position(dollars, [trade("DEPOSIT", 1, 1000, fx=None)], cash_tracked=True)
    assert value(position(INFY, rows, price_of(INFY, 110), cash_tracked=True), unknown).cash is None


def test_charges_of_no_instrument_at_an_unknown_rate_are_named():
    """The account's charges in dollars: the total leaves them out, and says so with what would mend it."""
    dollars = Instrument("i-USD", AssetType.CASH, "CASH", "USD", "Cash in USD", "USD")

    result = value(
        position(INFY, [buy(4, 100)], price_of(INFY, 110)), position(dollars, [trade("FEE", 1, 10, fx=None)])
    )

    assert (result.charges, result.coverage.held) == (0, 1)
    [gap] = result.coverage.missing
    assert (gap.symbol, gap.reason) == ("USD", "no_cost")
    assert "USD to INR" in gap.mend
    # Whoever writes the answer finds the holding that the gap names.
    assert gap.instrument_id in {one.instrument.id for one in (*result.holdings, *result.closed)}


def test_what_a_closed_holding_has_made_counts_in_the_total():
    # 10 × 15 − 100 = 50, and 7 of dividends; INFY 440 − 400
    tcs = instrument("TCS")
    result = value(
        position(INFY, [buy(4, 100)], price_of(INFY, 110)),
        position(tcs, [buy(10, 10), trade("DIVIDEND", 1, 7), sell(10, 15, "2024-02-01")]),
    )

    [closed] = result.closed
    assert (closed.total_profit_loss, result.total_profit_loss) == (57, 97)


def test_no_movement_is_nothing():
    assert Movements() == Movements(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
