"""What was made: day by day, in each financial year, and by each part of a portfolio.

The clock stands at Friday, 20 November 2026, 14:40 in Mumbai; financial years begin in April.
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, named, sell, trade
from tests.services.test_performance import closes, index, made, money, track_cash
from tickfolio.domain.instruments import AssetType

FUND, OTHER_FUND = (named(code, asset_type=AssetType.MUTUAL_FUND) for code in ("120503", "119551"))


def numbers(texts):
    return [None if text is None else pytest.approx(float(text), abs=1e-6) for text in texts]


def column(answer, name):
    return [None if point[name] is None else float(point[name]) for point in answer["series"]]


# --- Days ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def a_week(given, asha, portfolio):
    """100, 110, 88, 88 with five more bought at it, 99."""
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"), buy("INFY", "5", "88", "2026-11-19"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100, d2026_11_17=110, d2026_11_18=88, d2026_11_19=88)
    given.price(infy, "99")
    return portfolio


def test_each_day_says_what_came_in_and_how_far_below_its_highest_it_is(given, asha, a_week):
    answer = made(given, asha, a_week)

    # 10 × 100 and 5 × 88 came in; 88 ÷ 110 − 1 = −20 %, 99 ÷ 110 − 1 = −10 %
    assert column(answer, "net_flow") == [1000, 0, 0, 440, 0]
    assert column(answer, "drawdown_pct") == numbers([0, 0, -20, -20, -10])
    assert (float(answer["max_drawdown_pct"]), answer["max_drawdown_on"]) == (pytest.approx(-20), "2026-11-18")


def test_the_highest_so_far_is_that_of_the_period(given, asha, a_week):
    answer = made(given, asha, a_week, since="2026-11-19")

    # from the close of the 18th, 88, it never fell: 88, 99
    assert column(answer, "drawdown_pct") == numbers([0, 0])
    assert (float(answer["max_drawdown_pct"]), answer["max_drawdown_on"]) == (0, None)


def test_a_fall_on_the_first_day_is_one_from_the_day_before(given, asha, a_week):
    answer = made(given, asha, a_week, since="2026-11-18", until="2026-11-18")

    assert column(answer, "drawdown_pct") == numbers([-20])
    assert answer["max_drawdown_on"] == "2026-11-18"


def test_what_was_made_is_the_value_less_what_was_put_in(given, asha, a_week):
    whole, end = made(given, asha, a_week), made(given, asha, a_week, since="2026-11-19")

    assert whole["made"] == "45.0"  # 15 × 99 − 0 − 1440
    assert end["made"] == "165.0"  # 15 × 99 − 880 − 440


def test_a_flow_that_nobody_can_count_is_null_and_so_is_what_was_made(given, asha, portfolio):
    given.record(
        asha, portfolio, buy("INFY", "1", "100", "2026-11-16"), buy(named("VZ", "NYSE"), "1", "40", "2026-11-18")
    )
    closes(given, given.instrument("INFY"), d2026_11_16=100)

    answer = made(given, asha, portfolio)

    by_day = {point["date"]: point["net_flow"] for point in answer["series"]}
    assert (by_day["2026-11-16"], by_day["2026-11-18"]) == ("100.000000", None)
    assert (answer["made"], answer["reasons"]["made"]) == (None, "no_fx_rate")
    assert [(year["net_flow"], year["made"]) for year in answer["years"]] == [(None, None)]


# --- Years -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three_years(given, asha, portfolio):
    """10 for 100 each, worth 120 in March; 90 in June, 150 in March; two more for 150 each, now 180."""
    given.record(asha, portfolio, buy("INFY", "10", "100", "2025-01-06"), buy("INFY", "2", "150", "2026-06-01"))
    infy = given.instrument("INFY")
    closes(given, infy, d2025_01_06=100, d2025_03_31=120, d2025_06_02=90, d2026_03_31=150, d2026_06_01=150)
    given.price(infy, "180")
    return portfolio


def of_years(answer, *names):
    return [tuple(year[name] for name in names) for year in answer["years"]]


def test_a_year_is_cut_to_the_ledger_and_to_today(given, asha, three_years):
    assert of_years(made(given, asha, three_years), "year", "from", "to") == [
        ("2026-27", "2026-04-01", "2026-11-20"),
        ("2025-26", "2025-04-01", "2026-03-31"),  # without a row of its own
        ("2024-25", "2025-01-06", "2025-03-31"),
    ]


def test_a_year_says_what_was_put_in_and_made_in_it(given, asha, three_years):
    answer = made(given, asha, three_years)

    # 12 × 180 − 1500 − 300; 1500 − 1200; 1200 − 1000
    assert [tuple(map(float, one)) for one in of_years(answer, "net_flow", "made")] == [
        (300, 360),
        (0, 300),
        (1000, 200),
    ]
    # 2160 ÷ (1500 + 300), 150 ÷ 120, 120 ÷ 100; and in the second year from 120 to 90
    returns = [one for year in of_years(answer, "twr_pct", "max_drawdown_pct") for one in year]
    assert [float(one) for one in returns] == numbers([20, 0, 25, -25, 20, 0])
    assert sum(Decimal(year["made"]) for year in answer["years"]) == Decimal(answer["made"])


def test_a_year_has_the_benchmarks_return(given, asha, three_years):
    nifty = index(given, d2025_01_06=50, d2025_03_31=55, d2026_03_31=66, d2026_11_20="79.2")

    answer = made(given, asha, three_years, benchmark_id=nifty.id)

    # 79.2 ÷ 66, 66 ÷ 55, and from the first money on 55 ÷ 50
    assert [float(year["benchmark_twr_pct"]) for year in answer["years"]] == numbers([20, 20, 10])
    assert {year["benchmark_twr_pct"] for year in made(given, asha, three_years)["years"]} == {None}


def test_years_are_those_of_the_whole_ledger_whatever_is_asked(given, asha, three_years):
    whole = made(given, asha, three_years)

    asked = made(given, asha, three_years, since="2025-05-05", until="2026-06-10")

    assert asked["years"] == whole["years"]


def test_a_year_is_what_the_period_of_its_days_says(given, asha, three_years):
    for year in made(given, asha, three_years)["years"]:
        asked = made(given, asha, three_years, since=year["from"], until=year["to"])
        for name in ("made", "twr_pct", "max_drawdown_pct"):
            assert float(asked[name]) == pytest.approx(float(year[name])), (year["year"], name)


def test_a_year_in_which_nothing_was_there_is_left_out(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2023-05-02"),
        sell("INFY", "10", "110", "2023-05-03"),
        buy("INFY", "1", "120", "2026-05-04"),
    )
    given.price(given.instrument("INFY"), "120")

    years = made(given, asha, portfolio)["years"]

    assert [year["year"] for year in years] == ["2026-27", "2023-24"]


# --- Parts -----------------------------------------------------------------------------------------------------------


def parts(answer):
    return {one["instrument"]["symbol"]: one for one in answer["holdings"]}


def test_what_the_parts_made_adds_up_closed_ones_and_charges_too(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2026-11-16"),
        buy("TCS", "1", "1000", "2026-11-16"),
        trade("DIVIDEND", "TCS", "1", "30", "2026-11-17"),
        sell("TCS", "1", "900", "2026-11-18"),
        money("FEE", "7", "2026-11-18"),
    )
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100)
    closes(given, given.instrument("TCS"), d2026_11_16=1000)
    given.price(infy, "120")

    answer = made(given, asha, portfolio, holdings=True)
    later = made(given, asha, portfolio, holdings=True, since="2026-11-18")

    # 1200 − 1000; 900 + 30 − 1000; a fee of no holding
    told = {symbol: float(one["made"]) for symbol, one in parts(answer).items()}
    assert told == {"INFY": 200, "TCS": -70, "INR": -7}
    assert answer["made"] == "123.0"
    # from the close of the 17th: INFY at 100, TCS at 1000
    told = {symbol: float(one["made"]) for symbol, one in parts(later).items()}
    assert (told, float(later["made"])) == ({"INFY": 200, "TCS": -100, "INR": -7}, 93)


def test_where_cash_is_tracked_it_is_a_part_without_returns(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    given.record(
        asha,
        portfolio,
        money("DEPOSIT", "5000", "2026-11-16"),
        buy("INFY", "10", "100", "2026-11-16"),
        money("INTEREST", "12", "2026-11-18"),
        money("FEE", "7", "2026-11-19"),
    )
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100)
    given.price(infy, "120")

    answer = made(given, asha, portfolio, holdings=True)

    # 5000 − 1000 + 12 − 7 = 4005 lie in cash
    cash = parts(answer)["INR"]
    assert (float(cash["start_value"]), float(cash["end_value"]), float(cash["made"])) == (0, 4005, 5)
    assert (cash["twr_pct"], cash["reasons"]["twr_pct"]) == (None, "nothing_held")
    assert (float(parts(answer)["INFY"]["made"]), float(answer["made"])) == (200, 205)


def test_cash_on_which_nothing_was_booked_is_no_part(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    given.record(asha, portfolio, money("DEPOSIT", "5000", "2026-11-16"), buy("INFY", "10", "100", "2026-11-16"))

    assert list(parts(made(given, asha, portfolio, holdings=True))) == ["INFY"]


def test_what_is_switched_is_made_by_neither(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy(FUND, "100", "10", "2026-11-16"),
        trade("SWITCH", FUND, "100", "12", "2026-11-18", into=OTHER_FUND, to_quantity=Decimal(40)),
    )
    one, other = (given.instrument(code, "AMFI", AssetType.MUTUAL_FUND) for code in ("120503", "119551"))
    closes(given, one, d2026_11_16=10, d2026_11_18=12)
    closes(given, other, d2026_11_18=30)
    given.price(other, "33")

    answer = made(given, asha, portfolio, holdings=True)

    # 100 × 12 − 1000, then 40 × 33 − 1200
    told = {symbol: float(part["made"]) for symbol, part in parts(answer).items()}
    assert (told, float(answer["made"])) == ({"120503": 200, "119551": 120}, 320)


def test_days_of_a_leap_year_end_on_the_last_of_march(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "1", "100", "2024-02-29"))

    first = made(given, asha, portfolio)["years"][-1]

    assert (first["year"], date.fromisoformat(first["to"])) == ("2023-24", date(2024, 3, 31))
