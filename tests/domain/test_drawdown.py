"""How far below its highest so far an index stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import buy
from tests.domain.past import Story, day
from tickfolio.domain.drawdown import falls_of, measure_stretch
from tickfolio.domain.returns import max_drawdown

NAN = float("nan")


def test_a_fall_is_from_the_highest_so_far():
    # 88 ÷ 110 − 1, 99 ÷ 110 − 1, a new highest, 60 ÷ 120 − 1
    assert falls_of(np.array([100.0, 110, 88, 99, 120, 60])).tolist() == pytest.approx([0, 0, -0.2, -0.1, 0, -0.5])


def test_from_the_first_unknown_day_on_nobody_knows():
    assert np.isnan(falls_of(np.array([100.0, 90, NAN, 110]))).tolist() == [False, False, True, True]


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=50))
def test_the_deepest_of_all_is_the_largest_fall(numbers):
    index = np.array(numbers)

    falls = falls_of(index)

    assert (falls <= 0).all()
    assert falls.min() == max_drawdown(index).depth


def test_a_stretch_says_what_the_figures_of_its_period_say():
    closes = {"2024-01-01": 100, "2024-01-02": 110, "2024-01-03": 88, "2024-01-04": 96.8}
    story = Story([buy(10, 100), buy(5, 88, "2024-01-03")], {"INFY": closes}, until="2024-01-04")
    past = story.past()

    for since in ("2024-01-01", "2024-01-02", "2024-01-03"):
        told = measure_stretch(past.history, past.whole, day(since), day("2024-01-04"))
        figures = story.figures(since=since, until="2024-01-04")
        assert (told.start, told.end, told.twr, told.fall) == (
            *(figures.start, figures.end, figures.twr, figures.drawdown.depth),
        )
        assert told.net.sum() == figures.money_in - figures.money_out
