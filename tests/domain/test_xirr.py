import csv
import math
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import pyxirr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.domain.made import read_case
from tickfolio.domain.xirr import HIGHEST, LOWEST, CashFlow, NoRateReason, Rate, xirr, xirr_of

FIRST = date(2021, 1, 1)
LAST_DAY = 3650

cents = partial(st.integers, max_value=10**8)
# Day of the flow, and its size in cents.
deposits = st.dictionaries(st.integers(0, LAST_DAY), cents(1).map(lambda size: -size / 100), min_size=1, max_size=12)
any_flows = st.lists(st.tuples(st.integers(0, LAST_DAY), cents(-(10**8)).map(lambda size: size / 100)), max_size=12)


@st.composite
def one_rate(draw):
    """All that is paid in comes before all that comes back: by Descartes' rule at most one rate."""
    paid = draw(deposits)
    days = st.integers(max(paid) + 1, max(paid) + LAST_DAY)
    returned = draw(st.dictionaries(days, cents(1).map(lambda size: size / 100), min_size=1, max_size=12))
    return [*paid.items(), *returned.items()]


def dated(flows, first=FIRST):
    return [CashFlow(first + timedelta(days=day), amount) for day, amount in flows]


def yearly(*amounts):
    return dated([(365 * year, amount) for year, amount in enumerate(amounts)])


def rate_of(flows):
    return xirr(dated(flows))


def exact_npv(flows, one_plus_rate):
    """Net present value on the first day, in 60 digits."""
    first = min(day for day, _ in flows)
    return mpmath.fsum(mpmath.mpf(amount) / one_plus_rate ** (mpmath.mpf(day - first) / 365) for day, amount in flows)


def exact_rate(flows):
    """The oracle: plain bisection in 60 digits between −99.99 % and 100 000 %; None when the ends have one sign."""
    with mpmath.workdps(60):
        low, high = mpmath.mpf("0.0001"), mpmath.mpf(1001)
        sign = mpmath.sign(exact_npv(flows, low))
        if sign == mpmath.sign(exact_npv(flows, high)):
            return None
        for _ in range(130):
            middle = mpmath.sqrt(low * high)
            low, high = (middle, high) if mpmath.sign(exact_npv(flows, middle)) == sign else (low, middle)
        return low - 1


def near(rate, expected, within=1e-9):
    return rate.ratio is not None and abs(rate.ratio - expected) <= within * (1 + expected)


# --- Worked cases ----------------------------------------------------------------------------------------------------


def case_flows(shared, case):
    rows = case["inputs"].get("cashflows")
    if rows is None:
        with (shared / case["inputs"]["cashflows_csv"]).open(encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row[0][:1].isdigit()]
    return [CashFlow(date.fromisoformat(on), float(amount)) for on, amount in rows]


@pytest.mark.parametrize(
    "name",
    [
        "xirr_excel_documentation", "xirr_pp_closed_trade", "xirr_pp_portfolio_three_deposits",
        "xirr_pp_security_buys_dividend_sell", "xirr_series_30_3", "xirr_series_random_100",
        "xirr_series_single_redemption", "xirr_series_unordered",
    ],
)  # fmt: skip
def test_case(shared, name):
    case = read_case(shared, name)
    expected, tolerance = case["expected"], case["tolerance"]

    rate = xirr(case_flows(shared, case))

    percent = expected.get("xirr_percent_2dp", expected.get("xirr_percent"))
    assert abs(100 * rate.ratio - float(percent)) <= float(tolerance.get("abs_percent_points", "0.01"))
    exact = expected.get("xirr_exact", expected.get("xirr"))
    assert near(rate, float(exact), within=float(tolerance.get("abs", tolerance.get("abs_vs_exact", "1e-7"))))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("only_outflows", NoRateReason.ONE_SIGN),
        ("only_inflow", NoRateReason.ONE_SIGN),
        ("empty", NoRateReason.NO_FLOWS),
        ("all_zero", NoRateReason.NO_FLOWS),
        ("same_day_buy_and_value", NoRateReason.ONE_DAY),
    ],
)
def test_case_flows_without_a_rate(shared, name, reason):
    case = read_case(shared, "xirr_no_solution")
    flows = [CashFlow(date.fromisoformat(on), float(amount)) for on, amount in case["inputs"]["sets"][name]]

    assert case["expected"][name] is None
    assert xirr(flows) == Rate(None, reason, several=False)


def test_case_a_share_bought_twice(shared):
    case = read_case(shared, "twr_vs_mwr_cfa_share_100_120_130")

    # 100 for the first; 120 less 2 of dividend for the second; 2 × 130 + 2 × 2 at the end
    rate = xirr(yearly(-100, -118, 264))

    assert abs(100 * rate.ratio - float(case["expected"]["mwr_percent"])) <= case["tolerance"]["abs_percent_points"]


# --- By hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flows", "ratio", "several"),
    [
        pytest.param([(0, -100), (365, 110)], 0.1, False, id="a year"),
        # 1.21 in two years: 1.1 each
        pytest.param([(0, -100), (730, 121)], 0.1, False, id="two years"),
        pytest.param([(0, -100), (365, 100)], 0.0, False, id="nothing made"),
        pytest.param([(0, -100), (365, 50)], -0.5, False, id="half lost"),
        # the person was lent money: the same rate
        pytest.param([(0, 100), (365, -110)], 0.1, False, id="a debt"),
        # 100 × 1.1 − 60 = 50; 50 × 1.1 = 55
        pytest.param([(0, -100), (365, 60), (730, 55)], 0.1, False, id="some back early"),
        # −100 and 30 on a day are −70; 70 × 1.1 = 77
        pytest.param([(0, -100), (365, 77), (0, 30)], 0.1, False, id="a day is netted"),
        pytest.param([(-400, 0), (0, -100), (365, 110), (999, 0)], 0.1, False, id="zeros are no flows"),
        # (x − 1.1)(x − 1.2) = x² − 2.3 x + 1.32
        pytest.param([(0, -100), (365, 230), (730, -132)], 0.1, True, id="10 % and 20 %"),
        # (x − 1.3)(x − 1.2) = x² − 2.5 x + 1.56
        pytest.param([(0, -100), (365, 250), (730, -156)], 0.2, True, id="20 % and 30 %"),
        # (x − 1)(x − 1.2) = x² − 2.2 x + 1.2: both are 10 % away
        pytest.param([(0, -100), (365, 220), (730, -120)], 0.0, True, id="of two as near the lower: 0 %"),
        # (x − 1.05)(x − 1.15) = x² − 2.2 x + 1.2075, (x − 1.04)(x − 1.16) = x² − 2.2 x + 1.2064
        pytest.param([(0, -100), (365, 220), (730, -120.75)], 0.05, True, id="of two as near the lower: 5 %"),
        pytest.param([(0, -100), (365, 220), (730, -120.64)], 0.04, True, id="of two as near the lower: 4 %"),
        # (x − 0.5)(x − 1.12)(x − 3) = x³ − 4.62 x² + 5.42 x − 1.68
        pytest.param([(0, -100), (365, 462), (730, -542), (1095, 168)], 0.12, True, id="-50 %, 12 % and 200 %"),
        # (x − 1.0500)(x − 1.0501) = x² − 2.1001 x + 1.102605: no sign changes on any coarse grid
        pytest.param([(0, -100), (365, 210.01), (730, -110.2605)], 0.0501, True, id="5 % and 5.01 %"),
        # (x − 1)² and (x − 1.05)² touch zero and do not cross it: one rate
        pytest.param([(0, -100), (365, 200), (730, -100)], 0.0, False, id="0 % twice"),
        pytest.param([(0, 100), (365, -200), (730, 100)], 0.0, False, id="0 % twice, from above"),
        pytest.param([(0, -100), (365, 210), (730, -110.25)], 0.05, False, id="5 % twice"),
        # (x − 0.5)² = x² − x + 0.25
        pytest.param([(0, -100), (365, 100), (730, -25)], -0.5, False, id="-50 % twice"),
    ],
)
def test_a_rate(flows, ratio, several):
    rate = rate_of(flows)

    assert rate.ratio == pytest.approx(ratio, abs=1e-9)
    assert (rate.reason, rate.several) == (None, several)


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        # x² − 2.1 x + 1.11 has no real root: 2.1² − 4 × 1.11 = −0.03
        pytest.param([(0, -100), (365, 210), (730, -111)], NoRateReason.NO_ROOT, id="never nothing"),
        # 1001.01 and 0.000099 times the money in a year: beyond 100 000 % and −99.99 %
        pytest.param([(0, -1), (365, 1001.01)], NoRateReason.NO_ROOT, id="above the range"),
        pytest.param([(0, -10_000), (365, 0.99)], NoRateReason.NO_ROOT, id="below the range"),
        pytest.param([(0, -100), (0, 100), (9, 50), (9, -50)], NoRateReason.NO_FLOWS, id="every day is even"),
        pytest.param([(0, -100), (9, 50), (9, -60)], NoRateReason.ONE_SIGN, id="every day is paid in"),
        # 0.1 + 0.2 − 0.3 is 0.00000000000000006 in floats: that is no money, and no change of sign
        pytest.param([(0, -1), (9, 0.1), (9, 0.2), (9, -0.3)], NoRateReason.ONE_SIGN, id="dust is no flow"),
    ],
)
def test_no_rate(flows, reason):
    assert rate_of(flows) == Rate(None, reason, several=False)


@pytest.mark.parametrize("step", range(-10, 31))
def test_a_rate_where_worth_only_touches_zero_is_one(step):
    ratio = math.expm1(0.06 * step)

    # (x − 1 − rate)², whose coefficients are rounded: two rates very near, or none at all, for who looks closer
    rate = xirr(yearly(-1, 2 * (1 + ratio), -((1 + ratio) ** 2)))

    assert rate.ratio == pytest.approx(ratio, abs=1e-6)
    assert not rate.several


def test_both_rates_of_nine_hundred_flows():
    # −100, 230, −132 a year apart has 10 % and 20 %; so have three hundred of them, each ten days after the last
    three = [(0, -100), (365, 230), (730, -132)]

    rate = rate_of([(10 * shift + day, amount) for shift in range(300) for day, amount in three])

    assert near(rate, 0.1)
    assert rate.several


def test_nearly_all_is_lost_and_never_all():
    # 10000 × 0.0001 = 1
    assert rate_of([(0, -10_000), (365, 1.01)]).ratio == pytest.approx(-0.999899)
    assert math.expm1(LOWEST) == pytest.approx(-0.9999)
    assert math.expm1(LOWEST) > -1


def test_three_centuries_are_no_overflow():
    # 1.05 ^ 300 = 2.27e6; and 0.001 ^ 300 is no float at all
    assert rate_of([(0, -1), (300 * 365, 1.05**300)]).ratio == pytest.approx(0.05)
    assert rate_of([(0, -1e6), (299 * 365, -1e6), (300 * 365, 1e3)]).ratio == pytest.approx(-0.999)


@pytest.mark.parametrize("amount", [math.nan, math.inf])
def test_amounts_that_are_none_are_refused(amount):
    with pytest.raises(ValueError, match="finite"):
        rate_of([(0, -1), (1, amount)])


# --- Invariants ------------------------------------------------------------------------------------------------------


@given(any_flows)
def test_i28_at_the_rate_the_flows_are_worth_nothing(flows):
    rate = rate_of(flows)

    assume(rate.ratio is not None)
    with mpmath.workdps(60):
        one_plus_rate = mpmath.mpf(rate.ratio) + 1
        worth = abs(exact_npv(flows, one_plus_rate))
        moved = math.fsum(abs(amount) for _, amount in flows)
        # Below 0 % later flows count for more than they are, up to 10 ^ 40 times, and a float has 16 digits.
        added_up = exact_npv([(day, abs(amount)) for day, amount in flows], one_plus_rate)
        assert worth <= max(1e-6 * moved, 1e-10 * added_up)
    assert -0.9999000001 <= rate.ratio <= 1000.000001


@given(any_flows)
def test_i28_without_a_change_of_sign_there_is_no_rate(flows):
    for sign in (1, -1):
        rate = rate_of([(day, sign * abs(amount)) for day, amount in flows])

        assert rate.ratio is None
        assert rate.reason in {NoRateReason.NO_FLOWS, NoRateReason.ONE_SIGN}


@given(any_flows)
def test_i28_where_the_ends_differ_there_is_a_rate(flows):
    rate = rate_of(flows)

    assume(rate.reason is NoRateReason.NO_ROOT)
    assert exact_rate(flows) is None


@given(any_flows, st.floats(1e-6, 1e6))
def test_i29_the_rate_does_not_depend_on_the_unit_of_money(flows, times):
    rate, scaled = rate_of(flows), rate_of([(day, times * amount) for day, amount in flows])

    assert (scaled.reason, scaled.several) == (rate.reason, rate.several)
    assert rate.ratio is None or near(scaled, rate.ratio, within=1e-6)


@given(any_flows, st.integers(-100_000, 1_000_000))
def test_i30_the_rate_does_not_depend_on_the_calendar(flows, days):
    assert xirr(dated(flows, FIRST + timedelta(days=days))) == rate_of(flows)


@given(st.dictionaries(st.integers(0, LAST_DAY), cents(-(10**8)).map(float)), st.randoms())
def test_the_rate_does_not_depend_on_the_order(flows, random):
    shuffled = list(flows.items())
    random.shuffle(shuffled)

    assert rate_of(shuffled) == rate_of(flows.items())


@given(deposits, st.integers(1, LAST_DAY), st.floats(1, 1e9), st.floats(1.001, 10))
def test_i33_a_higher_value_at_the_end_is_a_higher_rate(flows, days, value, times):
    end = max(flows) + days
    lower, higher = (rate_of([*flows.items(), (end, worth)]) for worth in (value, value * times))

    assume(lower.ratio is not None and higher.ratio is not None)
    assert lower.ratio < higher.ratio


# --- Oracles ---------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(one_rate())
def test_i34_sixty_digits_and_pyxirr_agree_where_there_is_one_rate(flows):
    rate, exact = rate_of(flows), exact_rate(flows)

    assert not rate.several
    if exact is None:
        assert rate.reason is NoRateReason.NO_ROOT
        return
    assert near(rate, float(exact))
    theirs = pyxirr.xirr([FIRST + timedelta(days=day) for day, _ in flows], [amount for _, amount in flows])
    assert theirs is None or near(rate, theirs, within=1e-6)


@given(st.sets(st.integers(-10, 30), min_size=1, max_size=4))
@example({0, 20})  # 0 % lies where the two sides of the scan meet
def test_of_known_rates_the_nearest_to_ten_percent_is_told_and_others_flagged(steps):
    known = [math.expm1(0.06 * step) for step in steps]
    # The product of (x − 1 − rate), highest power first, is what the flows come to after so many years.
    amounts = [-float(part) for part in np.poly([1 + rate for rate in known])]

    rate = xirr(yearly(*amounts))

    distances = sorted(abs(ratio - 0.1) for ratio in known)
    assume(len(distances) == 1 or distances[1] - distances[0] > 1e-6)
    assert rate.ratio == pytest.approx(min(known, key=lambda ratio: abs(ratio - 0.1)), abs=1e-6)
    assert rate.several == (len(known) > 1)


@settings(max_examples=300)
@given(st.lists(st.integers(-100, 100), min_size=3, max_size=9))
def test_numpy_finds_as_many_rates_of_yearly_flows(amounts):
    assume(amounts[0] and amounts[-1])
    roots = np.roots(amounts)
    with np.errstate(divide="ignore"):
        logs = np.sort(np.log(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real))
    # Left out: roots that rounding may make or break, at the edge of the range or all but double.
    assume(not ((np.abs(roots.imag) >= 1e-9) & (np.abs(roots.imag) < 1e-2 * np.abs(roots))).any())
    assume(all(abs(log - edge) > 1e-6 for log in logs for edge in (LOWEST, HIGHEST)))
    inside = logs[(logs > LOWEST) & (logs < HIGHEST)]
    assume(all(b - a > 0.08 for a, b in pairwise(inside)))

    rate = xirr(yearly(*amounts))

    assert (rate.ratio is None) == (not inside.size)
    assert rate.several == (inside.size > 1)
    if inside.size:
        nearest = min(abs(math.expm1(log) - 0.1) for log in inside)
        assert abs(rate.ratio - 0.1) == pytest.approx(nearest, abs=1e-6)


def test_five_thousand_flows_beside_pyxirr():
    made = np.random.default_rng(5000)
    days = made.integers(0, 7300, 5000)
    amounts = np.where(made.random(5000) < 0.1, 1, -1) * made.uniform(10, 500, 5000)
    days[-1], amounts[-1] = 7301, 3e6

    rate = xirr_of(days, amounts)

    theirs = pyxirr.xirr([FIRST + timedelta(days=int(day)) for day in days], amounts)
    assert near(rate, theirs)
