import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import read_case
from tickfolio.domain.returns import (
    Drawdown,
    annualise,
    cagr,
    daily_factors,
    index_of,
    link,
    max_drawdown,
    modified_dietz,
    roai,
    sharpe,
    sortino,
    volatility,
)

UNKNOWN = math.nan

money = st.floats(0.01, 1e9)
prices = st.lists(money, min_size=2, max_size=30)
ratios = st.floats(-0.5, 0.5)


def numbers(*given):
    return np.array(given, dtype=float)


def factors_of(values, inflows=None, outflows=None):
    nothing = [0] * (len(values) - 1)
    return daily_factors(numbers(*values), numbers(*(inflows or nothing)), numbers(*(outflows or nothing)))


# --- Worked cases ----------------------------------------------------------------------------------------------------


def test_case_three_periods_with_two_inflows(shared):
    case = read_case(shared, "twr_pp_demo_portfolio_03")
    expected, near = case["expected"], float(case["tolerance"]["abs_percent_points"])
    periods = case["inputs"]["periods"]
    values = [periods[0]["begin"], *(period["end"] for period in periods)]

    factors = factors_of(values, [period["inflow_at_start"] for period in periods])

    assert 100 * (factors - 1) == pytest.approx(numbers(*expected["period_returns_percent"]), abs=near)
    assert 100 * link(factors) == pytest.approx(float(expected["twr_percent"]), abs=near)
    assert link(factors) == pytest.approx(float(expected["twr_exact"]), abs=1e-8)


def test_case_a_share_bought_twice(shared):
    case = read_case(shared, "twr_vs_mwr_cfa_share_100_120_130")
    expected, near = case["expected"], float(case["tolerance"]["abs_percent_points"])

    # 100 rose to 120 and paid 2; then a second share for 120; then both rose to 130, paid 2 each, and were sold
    factors = factors_of([100, 120, 240, 0], inflows=[0, 120, 0], outflows=[2, 0, 264])

    assert 100 * (factors - 1) == pytest.approx(
        numbers(expected["hpr_year1_percent"], 0, expected["hpr_year2_percent"]), abs=near
    )
    assert 100 * annualise(link(factors), 730) == pytest.approx(float(expected["twr_annual_percent"]), abs=near)


def test_case_modified_dietz(shared):
    case = read_case(shared, "modified_dietz_october")
    inputs = case["inputs"]
    flows = [(int(flow["day"]), float(flow["amount"])) for flow in inputs["flows"]]

    ratio = modified_dietz(float(inputs["begin"]), float(inputs["end"]), flows, int(inputs["days_in_period"]))

    assert ratio == pytest.approx(float(case["expected"]["return_exact"]), abs=1e-8)


def test_case_cagr(shared):
    case = read_case(shared, "cagr_three_years")

    ratio = cagr(**{name: float(value) for name, value in case["inputs"].items()})

    assert abs(100 * ratio - float(case["expected"]["cagr_percent"])) <= case["tolerance"]["abs_percent_points"]


def test_case_risk(shared):
    case = read_case(shared, "risk_mixed_daily")
    returns = numbers(*case["inputs"]["daily_returns"])
    index = index_of(1 + returns)

    found = {
        "max_drawdown": max_drawdown(index).depth,
        "annual_volatility": volatility(returns),
        "sharpe": sharpe(returns, float(case["inputs"]["risk_free"])),
        "cumulative_return": link(1 + returns),
    }

    near = float(case["tolerance"]["abs"])
    assert found == pytest.approx({name: float(value) for name, value in case["expected"].items()}, abs=near)


def test_case_roai(shared):
    case = read_case(shared, "roai_baln_buy_and_buy")
    expected, near = case["expected"], float(case["tolerance"]["abs"])
    steps, invested, days = [], 0.0, []
    for bought in case["inputs"]["activities"]:
        invested += float(bought["quantity"] * bought["unit_price"])
        steps.append(invested)
        days.append(date.fromisoformat(bought["date"]))
    days.append(date.fromisoformat(case["inputs"]["as_of"]))
    lengths = [(later - earlier) // timedelta(days=1) for earlier, later in pairwise(days)]
    invested_days = list(zip(steps, lengths, strict=True))

    for kind in ("gross", "net"):
        ratio = roai(float(expected[f"{kind}_performance"]), invested_days)
        assert ratio == pytest.approx(float(expected[f"{kind}_percent"]), abs=near)


# --- Time-weighted return --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "end", "inflow", "outflow", "factor"),
    [
        pytest.param(100, 105, 0, 0, 1.05, id="no flow"),
        # 210 ÷ (100 + 100)
        pytest.param(100, 210, 100, 0, 1.05, id="an inflow works from the start of the day"),
        # (5 + 100) ÷ 100
        pytest.param(100, 5, 0, 100, 1.05, id="an outflow works until its end"),
        # 150 in and 50 out are 100 in; (210) ÷ (100 + 100), not 260 ÷ 250
        pytest.param(100, 210, 150, 50, 1.05, id="netted: in"),
        # 50 in and 150 out are 100 out; (5 + 100) ÷ 100
        pytest.param(100, 5, 50, 150, 1.05, id="netted: out"),
        pytest.param(0, 105, 100, 0, 1.05, id="the first day"),
        pytest.param(100, 0, 0, 105, 1.05, id="the last day"),
        pytest.param(100, 0, 0, 0, 0, id="all is lost"),
        pytest.param(0, 0, 0, 0, 1, id="nothing was there"),
        pytest.param(0, 7, 0, 0, 1, id="something from nothing"),
        pytest.param(-5, 7, 0, 0, 1, id="from debts"),
        pytest.param(100, -5, 0, 0, 0, id="more than all is lost"),
        pytest.param(UNKNOWN, 105, 0, 0, UNKNOWN, id="unknown before"),
        pytest.param(100, UNKNOWN, 0, 0, UNKNOWN, id="unknown at the end"),
        pytest.param(0, UNKNOWN, 0, 0, UNKNOWN, id="unknown from nothing"),
        pytest.param(100, 105, UNKNOWN, 0, UNKNOWN, id="unknown flow"),
    ],
)
def test_what_one_became_in_a_day(before, end, inflow, outflow, factor):
    assert factors_of([before, end], [inflow], [outflow]) == pytest.approx(numbers(factor), nan_ok=True)


def test_days_are_told_apart():
    # 110 ÷ 100; 121 ÷ (110 + 11); unknown twice; (30 + 30) ÷ 50
    factors = factors_of([100, 110, 121, UNKNOWN, 50, 30], [0, 11, 0, 0, 0], [0, 0, 0, 0, 30])

    assert factors == pytest.approx(numbers(1.1, 1, UNKNOWN, UNKNOWN, 1.2), nan_ok=True)
    assert index_of(factors) == pytest.approx(numbers(1, 1.1, 1.1, UNKNOWN, UNKNOWN, UNKNOWN), nan_ok=True)
    assert link(factors) is None
    assert link(factors[:2]) == pytest.approx(0.1)


def test_no_day_has_no_return():
    assert link(numbers()) is None
    assert list(index_of(numbers())) == [1.0]


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 values, 1 inflows, 2 outflows"):
        daily_factors(numbers(1, 2), numbers(0), numbers(0, 0))


@given(prices)
def test_i31_without_flows_it_is_what_the_value_became(values):
    assert link(factors_of(values)) == pytest.approx(values[-1] / values[0] - 1)


def held(prices_, deposits, first=1.0):
    """A fund at daily prices: what is held at each day's end when deposits buy at that day's price."""
    units, values = first, [first * prices_[0]]
    for price, deposit in zip(prices_[1:], deposits, strict=True):
        units += deposit / price
        values.append(units * price)
    return values


@given(prices, st.data())
def test_i31_a_deposit_on_a_day_when_no_price_moves_leaves_it_alone(moving, data):
    day = data.draw(st.integers(1, len(moving)))
    series = [*moving[:day], moving[day - 1], *moving[day:]]  # the price stands still on `day`
    size = data.draw(st.floats(-0.9, 1e4)) * series[day]  # in parts of the one unit held; below 0 a withdrawal
    flows = [0.0] * (len(series) - 1)
    flows[day - 1] = size

    factors = factors_of(held(series, flows), [max(f, 0) for f in flows], [max(-f, 0) for f in flows])

    assert factors[day - 1] == pytest.approx(1)
    assert 1 + link(factors) == pytest.approx(series[-1] / series[0], rel=1e-6)


@given(money, st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_i32_buying_at_the_market_without_a_move_is_a_return_of_nothing(price, deposits):
    factors = factors_of(held([price] * (len(deposits) + 1), deposits), deposits)

    assert link(factors) == pytest.approx(0, abs=1e-9)


@given(st.lists(ratios, min_size=1, max_size=30), st.data())
def test_i31_parts_of_any_length_link_to_the_whole(returns, data):
    factors = 1 + numbers(*returns)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(returns) - 1)))) if len(returns) > 1 else []

    parts = [link(part) for part in np.split(factors, cuts)]

    assert math.prod(1 + part for part in parts) == pytest.approx(1 + link(factors))
    assert index_of(factors)[-1] == pytest.approx(1 + link(factors))


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=2, max_size=20))
def test_no_day_loses_more_than_all(days):
    values, inflows, outflows = (numbers(*column) for column in zip(*days, strict=True))

    with np.errstate(over="ignore"):  # 1e6 from 1e-308
        assert (daily_factors(values, abs(inflows[1:]), abs(outflows[1:])) >= 0).all()


# --- A year ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "days", "yearly"),
    [
        pytest.param(0.21, 730, 0.1, id="1.1 × 1.1 = 1.21"),
        pytest.param(0.1, 365, 0.1, id="one year"),
        pytest.param(0.1, 364, None, id="a day short of a year"),
        pytest.param(0.1, 0, None, id="no day"),
        pytest.param(-1.0, 730, -1.0, id="all is lost"),
        pytest.param(-0.75, 730, -0.5, id="0.5 × 0.5 = 0.25"),
    ],
)
def test_a_return_as_one_a_year(ratio, days, yearly):
    assert annualise(ratio, days) == (None if yearly is None else pytest.approx(yearly))


def test_a_return_below_all_is_refused():
    with pytest.raises(ValueError, match="below -100 %"):
        annualise(-1.01, 365)


@pytest.mark.parametrize(
    ("begin", "end", "years", "yearly"),
    [
        pytest.param(100, 121, 2, 0.1, id="1.1 × 1.1 = 1.21"),
        pytest.param(100, 25, 0.5, -0.9375, id="half a year: 0.25 ^ 2 = 0.0625"),
        pytest.param(100, 0, 2, -1, id="all is lost"),
        pytest.param(0, 100, 2, None, id="from nothing"),
        pytest.param(-1, 100, 2, None, id="from debts"),
        pytest.param(100, -1, 2, None, id="to debts"),
        pytest.param(100, 121, 0, None, id="in no time"),
    ],
)
def test_growth_a_year(begin, end, years, yearly):
    assert cagr(begin, end, years) == (None if yearly is None else pytest.approx(yearly))


@pytest.mark.parametrize(
    ("begin", "end", "flows", "ratio"),
    [
        pytest.param(100, 105, [], 0.05, id="no flow"),
        # (210 − 100 − 100) ÷ (100 + 100 × 10 ÷ 10)
        pytest.param(100, 210, [(0, 100)], 0.05, id="at the start"),
        # (205 − 100 − 100) ÷ (100 + 100 × 0 ÷ 10)
        pytest.param(100, 205, [(10, 100)], 0.05, id="at the end"),
        # (63 + 50 − 100) ÷ (100 − 50 × 7 ÷ 10) = 13 ÷ 65
        pytest.param(100, 63, [(3, -50)], 0.2, id="a withdrawal"),
        pytest.param(0, 5, [(10, 5)], None, id="nothing was at work"),
        pytest.param(100, 0, [(0, -150)], None, id="less than nothing was at work"),
    ],
)
def test_modified_dietz_over_ten_days(begin, end, flows, ratio):
    assert modified_dietz(begin, end, flows, 10) == (None if ratio is None else pytest.approx(ratio))


def test_modified_dietz_needs_a_day():
    with pytest.raises(ValueError, match="0 days"):
        modified_dietz(1, 1, [], 0)


# --- Risk ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "drawdown"),
    [
        # 0.9 ÷ 1.2 − 1 = −0.25 is deeper than 1.2 ÷ 1.5 − 1 = −0.2
        pytest.param([1, 1.2, 0.9, 1.5, 1.2], Drawdown(-0.25, 1, 2), id="the deepest, not the lowest or last"),
        pytest.param([1, 1, 0.5, 0.5, 2, 1], Drawdown(-0.5, 1, 2), id="the fall itself"),
        pytest.param([1, 2, 3], Drawdown(0, 0, 0), id="never fell"),
        pytest.param([1], Drawdown(0, 0, 0), id="one day"),
        pytest.param([1, 0, 0], Drawdown(-1, 0, 1), id="all is lost"),
        pytest.param([1, 0.5, UNKNOWN], None, id="unknown"),
        pytest.param([], None, id="no day"),
    ],
)
def test_drawdown(index, drawdown):
    found = max_drawdown(numbers(*index))

    assert (found is None) == (drawdown is None)
    if drawdown is not None:
        assert found.depth == pytest.approx(drawdown.depth)
        assert (found.peak, found.trough) == (drawdown.peak, drawdown.trough)


@given(st.lists(ratios, max_size=30))
def test_no_fall_is_deeper_than_the_drawdown(returns):
    index = index_of(1 + numbers(*returns))

    found = max_drawdown(index)

    falls = [index[later] / index[earlier] - 1 for later in range(len(index)) for earlier in range(later + 1)]
    assert found.depth == pytest.approx(min(falls))
    assert found.depth == pytest.approx(index[found.trough] / index[found.peak] - 1)
    assert found.peak <= found.trough


def test_volatility_and_its_ratios():
    returns = numbers(0.01, 0.03)

    # mean 0.02; √((0.01² + 0.01²) ÷ 1) = 0.01 √2; × √252
    assert volatility(returns) == pytest.approx(0.01 * math.sqrt(504))
    # 0.02 × 252 = 5.04; less 0.04
    assert sharpe(returns) == pytest.approx(5.04 / (0.01 * math.sqrt(504)))
    assert sharpe(returns, 0.04) == pytest.approx(5.0 / (0.01 * math.sqrt(504)))
    # 0.02 a session is 5.04 a year: 0.01 short and 0.01 over, so √(0.01² ÷ 2 × 252), and no excess in the mean
    assert sortino(returns, 5.04) == pytest.approx(0, abs=1e-12)
    # 0.025 a session: 0.015 short, and 0.005 over; mean −0.005 × 252 = −1.26
    assert sortino(returns, 0.025 * 252) == pytest.approx(-1.26 / math.sqrt(0.015**2 / 2 * 252))
    # −0.01 and 0.03: mean 0.01 × 252 = 2.52
    assert sortino(numbers(-0.01, 0.03)) == pytest.approx(2.52 / math.sqrt(0.01**2 / 2 * 252))


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        pytest.param([], None, id="no return"),
        pytest.param([0.01], None, id="one return"),
        pytest.param([0.01, UNKNOWN, 0.02], None, id="an unknown one"),
        pytest.param([0, 0, 0], 0, id="nothing moved"),
        # 0.1 + 0.1 + 0.1 is no 0.3 in floats: the spread that rounding makes is none
        pytest.param([0.1, 0.1, 0.1], 0, id="as much every day"),
    ],
)
def test_without_a_spread_there_is_no_ratio(returns, expected):
    assert volatility(numbers(*returns)) == expected
    assert sharpe(numbers(*returns)) is None
    assert sortino(numbers(*returns)) is None


@pytest.mark.parametrize("invested_days", [[], [(0.0, 10)], [(100.0, 0)], [(-5.0, 3)]])
def test_roai_of_nothing_invested_is_unknown(invested_days):
    assert roai(1.0, invested_days) is None
