"""The public complaints and worked cases, read by the oracle: what others are measured by must be right itself."""

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.cases import Case, account_of, read_case
from tests.oracle.ledger import FIFO, METHODS, UK, Row
from tests.oracle.reading import read_ledger
from tests.oracle.returns import drawdown, xirr

COMPLAINTS = (
    "beangrow_46_reinvested_dividend_is_not_nothing",
    "casparser_49_cost_and_dates_survive_a_scheme_merger",
    "clawock_1540_bought_today_below_yesterdays_close",
    "fava-portfolio-returns_177_switch_between_own_funds",
    "finance_31_positive_xirr_shown_negative",
    "ghostfolio_2702_gain_at_the_rate_of_the_purchase",
    "ghostfolio_5526_payouts_then_capital_back",
    "ghostfolio_5793_percentage_of_the_whole",
    "ghostfolio_6229_coin_two_round_trips",
    "ghostfolio_6271_azn_reverse_split",
    "hledger_1791_finished_investments_with_one_payout",
    "hledger_2391_tiny_flat_holding_first",
    "hledger_2581_average_cost_does_not_drift",
    "investbrain_113_dividends_before_the_first_purchase",
    "maybe_2085_mean_of_prices_is_not_average_cost",
    "monize_1392_deposit_is_not_gain",
    "paisa_18_matured_fund_has_no_value",
    "paisa_338_todays_nav_is_zero",
    "portfolio-performance_1441_bought_and_sold_the_same_day",
    "portfolio-performance_372_dividend_after_the_last_sale",
    "rotki_6715_cost_is_the_price_paid",
    "suivi-bourse_665_bought_while_the_exchange_is_shut",
    "sure_2086_sell_all_then_rebuy_dearer",
    "wealthfolio_1035_identical_fills_are_all_kept",
    "wealthfolio_1049_gain_of_the_first_day",
    "wealthfolio_1140_adjusted_close_times_raw_quantity",
    "wealthfolio_1414_account_opened_later_joins",
    "wealthfolio_1677_transfer_keeps_cost_and_dates",
    "wealthfolio_382_realised_loss_missing_from_total",
    "wealthfolio_639_pence_quote_pound_holding",
    "wealthfolio_72_nvda_ten_for_one",
    "wealthfolio_816_bonus_is_not_a_buy",
)
WITHIN = {True: Fraction(1, 10**6), False: Fraction(1, 10**9)}


def assert_shown(shown, expected):
    """Every figure that both have is the same; percentages to 6 decimals, amounts to 9."""
    for name in shown.keys() & expected.keys():
        if expected[name] is None or shown[name] is None:
            assert (name, shown[name]) == (name, expected[name])
        else:
            off = abs(shown[name] - Fraction(expected[name]))
            assert off <= WITHIN[name.endswith("_pct")], (name, float(shown[name]), expected[name])


def assert_history(case, history, expected):
    if expected.keys() & {"twr_pct", "xirr_pct", "value_on", "max_drawdown_pct"}:
        days = case.days(history)
        assert_shown(case.returns(history, days), expected)
        for on, value in expected.get("value_on", {}).items():
            assert history.value(date.fromisoformat(on)) == value
        if "max_drawdown_pct" in expected:
            assert 100 * drawdown(days) == expected["max_drawdown_pct"]


@pytest.mark.parametrize("name", COMPLAINTS)
def test_complaint(shared, name):
    case = Case(read_case(shared, f"complaints/{name}"))
    method = case.inputs["cost_method"]
    history = case.history(method=method)

    assert_shown(case.figures(history), case.expected)
    assert_history(case, history, case.expected)
    for instrument, expected in case.expected.get("holdings", {}).items():
        assert_shown(case.figures(history, instrument), expected)
        assert_history(case, case.history(method=method, instrument=instrument), expected)
    fifo = case.expected.get("by_method", {}).get("fifo", {})
    assert_shown(case.figures(case.history(method=FIFO)), fifo)


@pytest.mark.parametrize("method", METHODS)
def test_complaint_a_total_does_not_depend_on_the_method(shared, method):
    for name in COMPLAINTS:
        case = Case(read_case(shared, f"complaints/{name}"))

        shown = case.figures(case.history(method=method))

        assert_shown({"total_profit_loss": shown.get("total_profit_loss")}, case.expected)


def test_complaint_casparser_49_the_lots_sold_keep_their_dates(shared):
    case = Case(read_case(shared, "complaints/casparser_49_cost_and_dates_survive_a_scheme_merger"))

    sold = case.history(method=FIFO).books(case.as_of).sold

    assert [(one.lot.quantity, one.lot.acquired.isoformat(), one.lot.home) for one in sold] == [
        (Fraction(lot["quantity"]), lot["acquired"], Fraction(lot["cost"])) for lot in case.expected["lots_sold"]
    ]


def test_complaint_wealthfolio_1677_each_account_keeps_its_cost(shared):
    case = Case(read_case(shared, "complaints/wealthfolio_1677_transfer_keeps_cost_and_dates"))
    average, fifo = (case.history(method=method).books(case.as_of) for method in ("average", FIFO))

    for account in "AB":
        assert_shown(account_of(average, "XFR", account), case.expected["accounts"][account])
        assert_shown(account_of(fifo, "XFR", account), case.expected["by_method"]["fifo"][account])
    assert [lot.acquired for lot in fifo.holdings["P", "XFR"].lots["B"]] == [date(2024, 1, 10)]


def test_complaint_wealthfolio_1414_two_of_the_accounts(shared):
    case = Case(read_case(shared, "complaints/wealthfolio_1414_account_opened_later_joins"))
    history = case.history(accounts="AC")

    shown = case.returns(history, case.days(history))

    assert_shown(shown, {"twr_pct": case.expected["twr_pct_accounts_A_and_C"]})


def test_complaint_wealthfolio_1140_as_traded_gives_the_same(shared):
    whole = read_case(shared, "complaints/wealthfolio_1140_adjusted_close_times_raw_quantity")
    whole["inputs"]["price_basis"] = "as_traded"
    for price, close in zip(whole["inputs"]["prices"], ("2", "2", "90", "90"), strict=True):
        price["price"] = Decimal(close)
    case = Case(whole)

    assert_shown(case.figures(case.history()), case.expected)
    assert_history(case, case.history(), case.expected)


def test_complaint_sure_1718_the_cost_of_the_whole_position(shared):
    case = read_case(shared, "complaints/sure_1718_total_cost_read_as_cost_per_share")
    row = case["inputs"]["rows"][0]
    given = Row("P", "VDE", "OPENING", date(2026, 5, 8), row["shares"], cost=row["cost_basis"], sequence=1)

    held = read_ledger([given]).holdings["P", "VDE"]

    assert (held.quantity, held.invested) == (case["expected"]["quantity"], Fraction(case["expected"]["invested"]))


def test_case_uk_section_104_lobster(shared):
    case = read_case(shared, "uk_section_104_lobster")
    rows = [
        Row("P", "LOB", kind, date.fromisoformat(on), quantity, price, fees=costs, sequence=number)
        for number, (on, kind, quantity, price, costs) in enumerate(case["inputs"]["trades"], 1)
    ]

    first, held = (read_ledger(rows, method=UK, until=day).holdings["P", "LOB"] for day in (rows[2].on, rows[3].on))

    # HMRC drops the pence of each gain
    assert [int(first.realised), int(held.realised - first.realised)] == case["expected"]["gains_rounded"]
    assert held.quantity == case["expected"]["pool_left"]["quantity"]
    assert round(held.invested, 2) == Fraction(case["expected"]["pool_left"]["cost"])


XIRR_CASES = {
    "xirr_excel_documentation": "xirr",
    "xirr_pp_closed_trade": "xirr_exact",
    "xirr_pp_portfolio_three_deposits": "xirr_exact",
    "xirr_pp_security_buys_dividend_sell": "xirr_exact",
    "xirr_series_30_3": "xirr_exact",
    "xirr_series_random_100": "xirr_exact",
    "xirr_series_single_redemption": "xirr_exact",
    "xirr_series_unordered": "xirr_exact",
}


@pytest.mark.parametrize(("name", "field"), XIRR_CASES.items())
def test_case_xirr(shared, name, field):
    case = read_case(shared, name)
    inputs = case["inputs"]
    flows = inputs.get("cashflows")
    if flows is None:
        with (shared / inputs["cashflows_csv"]).open(encoding="utf-8") as file:
            flows = [row for row in csv.reader(file) if row and row[0][:1].isdigit()]

    found = xirr([(date.fromisoformat(on), Decimal(amount)) for on, amount in flows])

    assert abs(found.value - case["expected"][field]) < Decimal("1e-8")


def test_case_xirr_no_solution(shared):
    for flows in read_case(shared, "xirr_no_solution")["inputs"]["sets"].values():
        assert xirr([(date.fromisoformat(on), amount) for on, amount in flows]).value is None
