"""A benchmark: what it did, and what the portfolio's own flows would have made in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickfolio.domain.benchmark import compare
from tickfolio.domain.xirr import NoRateReason

NAN = float("nan")


def compared(prices, net, start=0.0, days=None):
    """Prices begin with the close before the first day; a day for each."""
    on = np.arange(len(prices)) + 738_000 if days is None else np.array(days)
    return compare(np.array(prices, dtype=float), start, np.array(net, dtype=float), on)


def test_the_same_flows_buy_and_sell_the_benchmark_at_its_closes():
    # 1000 ÷ 50 = 20 units; 600 ÷ 60 = 10 more; 440 ÷ 55 = 8 fewer: 22 × 55
    told = compared([50, 50, 60, 55], [1000, 600, -440])

    assert told.values.tolist() == pytest.approx([0, 1000, 1800, 1210])
    assert told.ratio == pytest.approx(0.1)


def test_what_was_there_before_buys_at_the_close_before():
    # 1000 ÷ 40 = 25 units, 25 × 50
    told = compared([40, 50], [0], start=1000)

    assert told.values.tolist() == [1000, 1250]
    assert told.ratio == pytest.approx(0.25)


def test_its_rate_is_that_of_the_flows():
    # 1000 in, 365 days later 1100
    told = compared([100, 100, 110], [1000, 0], days=[0, 1, 366])

    assert told.rate.ratio == pytest.approx(0.1, rel=1e-10)


def test_money_that_was_taken_out_is_owed_when_the_benchmark_fell():
    # 1000 ÷ 100 = 10 units; they are 500 when 900 is taken out: 8 units are owed, at 60 each
    told = compared([100, 100, 50, 60], [1000, -900, 0])

    assert told.values[-1] == pytest.approx(-480)


def test_flows_before_its_first_price_make_it_unknown():
    told = compared([NAN, NAN, 60, 66], [1000, 0, 0])

    assert told.ratio is None
    assert np.isnan(told.values[1:]).all()
    assert told.rate.ratio is None


def test_a_price_that_is_missing_at_the_end_makes_it_unknown():
    told = compared([100, 100, NAN], [1000, 0])

    assert told.ratio is None
    assert told.values[:2].tolist() == [0, 1000]
    assert np.isnan(told.values[-1])


def test_without_flows_there_is_its_own_return_only():
    told = compared([100, 110], [0])

    assert told.ratio == pytest.approx(0.1)
    assert told.values.tolist() == [0, 0]
    assert told.rate.reason is NoRateReason.NO_FLOWS


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=20), st.integers(1, 10**6))
def test_one_sum_at_the_start_makes_what_the_benchmark_made(prices, start):
    told = compared(prices, [0] * (len(prices) - 1), start=float(start))

    assert told.values[-1] / start - 1 == pytest.approx(told.ratio, rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(st.integers(1, 1000), st.integers(-500, 500)), min_size=1, max_size=20), st.integers(2, 50))
def test_units_of_the_benchmark_in_another_size_make_the_same(days, ratio):
    """A split of the benchmark that its whole series is adjusted for changes nothing."""
    prices, net = [days[0][0], *(price for price, _ in days)], [flow for _, flow in days]

    split, whole = (compared([price / by for price in prices], net) for by in (ratio, 1))

    assert split.values.tolist() == pytest.approx(whole.values.tolist(), rel=1e-9, abs=1e-6)
