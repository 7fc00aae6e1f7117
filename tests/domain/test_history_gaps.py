"""Gaps in the history of closes; the calendar is that of November 2026, whose 2nd is a Monday."""

from datetime import date

import numpy as np
import pytest

from tickfolio.domain.history_gaps import HistoryGap, find_gaps, first_close_since, with_day

TODAY = date(2026, 11, 23)


def nov(*numbers):
    return np.array([date(2026, 11, number).toordinal() for number in numbers], np.int64)


def gap(first, last, days):
    return HistoryGap(date(2026, 11, first), date(2026, 11, last), days)


# Weekdays before the 23rd: 2–6, 9–13, 16–20.
@pytest.mark.parametrize(
    ("closes", "first_held", "gaps"),
    [
        pytest.param((2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20), 2, [], id="every weekday"),
        pytest.param((2, 3, 4, 5, 6, 16, 17, 18, 19, 20), 2, [], id="a week of feasts, 9 to 13"),
        pytest.param((2, 3, 4, 5, 16, 17, 18, 19, 20), 2, [gap(6, 13, 6)], id="six weekdays"),
        pytest.param((2, 3, 4, 5, 6, 17, 18, 19, 20), 2, [gap(9, 16, 6)], id="without the weekend at its beginning"),
        pytest.param((2, 3, 4, 5, 6, 9, 10, 11, 12), 2, [gap(13, 20, 6)], id="none lately"),
        pytest.param((2, 3, 4, 5, 6, 9, 10, 11, 12, 13), 2, [], id="none for a week, and today is not over"),
        pytest.param((3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20), 2, [gap(2, 2, 1)], id="before the first"),
        pytest.param((16, 17, 18, 19, 20), 6, [gap(6, 13, 6)], id="a week before the first"),
        pytest.param((2, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20), 4, [], id="one from before tells the value"),
        pytest.param((), 9, [gap(9, 20, 10)], id="none at all"),
        pytest.param((), 21, [], id="held since a Saturday"),
        pytest.param((), 23, [], id="held since today"),
        pytest.param((), 24, [], id="held since tomorrow, by a clock further east"),
        pytest.param((23,), 23, [], id="today has a price"),
        pytest.param((2, 11, 20), 2, [gap(3, 10, 6), gap(12, 19, 6)], id="two"),
    ],
)
def test_a_gap_is_more_than_a_week_of_feasts_or_before_the_first_close(closes, first_held, gaps):
    assert find_gaps(nov(*closes), date(2026, 11, first_held), TODAY) == gaps


def test_the_first_close_is_looked_for_from_the_first_day_held():
    closes = nov(3, 9, 10)

    assert first_close_since(closes, date(2026, 11, 3)) == date(2026, 11, 3)
    assert first_close_since(closes, date(2026, 11, 4)) == date(2026, 11, 9)
    assert first_close_since(closes, date(2026, 11, 11)) is None


def test_one_more_day_stands_in_its_place_and_once():
    assert list(with_day(nov(3, 10), date(2026, 11, 9))) == list(nov(3, 9, 10))
    assert list(with_day(nov(3, 10), date(2026, 11, 10))) == list(nov(3, 10))
    assert list(with_day(nov(3), None)) == list(nov(3))
