"""History: what was held, what it cost and what it was worth on every day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import buy, sell, split, trade
from tests.domain.past import Story, day, series
from tickfolio.domain.history import last_known, make_history, rate_series

# 1 January 2024 was a Monday.
CLOSES = {"INFY": {"2024-01-01": 100, "2024-01-02": 110, "2024-01-04": 120}}


def days_of(story):
    return [day(text).toordinal() for text in story]


@pytest.mark.parametrize(
    ("on", "worth"),
    [
        pytest.param("2023-12-31", 0, id="the day before the first"),
        pytest.param("2024-01-01", 1000, id="10 × 100"),
        pytest.param("2024-01-02", 1100, id="10 × 110"),
        pytest.param("2024-01-03", 1100, id="no close: the last one before"),
        pytest.param("2024-01-04", 1200, id="10 × 120"),
        pytest.param("2024-01-06", 1200, id="a Saturday"),
        pytest.param("2024-01-09", 1200, id="the last day, with nothing new"),
    ],
)
def test_the_value_of_a_day_is_by_the_last_close(on, worth):
    assert Story([buy(10, 90)], CLOSES, until="2024-01-09").on(on) == worth


def test_a_close_from_before_the_first_day_counts():
    # held since Wednesday the 3rd, when the last close was Tuesday's 110
    story = Story([buy(10, 90, "2024-01-03")], CLOSES, until="2024-01-04")

    assert story.on("2024-01-03") == 1100
    assert story.past().history.days.tolist() == days_of(["2024-01-02", "2024-01-03", "2024-01-04"])


def test_before_the_first_close_the_value_is_unknown_and_not_nothing():
    story = Story([buy(10, 90, "2023-12-28")], CLOSES, until="2024-01-02")

    assert story.on("2023-12-27") == 0
    assert np.isnan(story.on("2023-12-28"))
    assert story.on("2024-01-01") == 1000


def test_what_was_sold_off_is_worth_nothing_though_nobody_prices_it():
    story = Story([buy(10, 90), sell(10, 95, "2024-01-03")], {}, until="2024-01-05")

    assert np.isnan(story.on("2024-01-02"))
    assert story.on("2024-01-03") == 0


def test_rows_of_days_to_come_are_not_there_yet():
    story = Story([buy(10, 90), buy(5, 90, "2024-01-04")], CLOSES, until="2024-01-02")

    assert story.on("2024-01-02") == 1100
    assert story.past().history.days[-1] == day("2024-01-02").toordinal()


# --- Splits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "before", "after"),
    [
        # 10 × 100; from the 4th on 20 units, and the close of 100 is 50 for one of them: 1000, then 20 × 55
        pytest.param("2:1", 100, 55, id="split"),
        # 10 × 100; from the 4th on 1 unit, and the close of 100 is 1000 for it: 1000, then 1 × 1100
        pytest.param("1:10", 100, 1100, id="reverse split"),
    ],
)
@pytest.mark.parametrize("told_by", ["the instrument", "the portfolio", "both"])
def test_a_close_from_before_a_split_never_meets_units_from_after_it(ratio, before, after, told_by):
    rows = [buy(10, 90)] + ([trade("SPLIT", 0, 0, "2024-01-04", ratio=ratio)] if told_by != "the instrument" else [])
    splits = [split(ratio, "2024-01-04")] if told_by != "the portfolio" else []
    closes = {"INFY": {"2024-01-01": before, "2024-01-05": after}}
    story = Story(rows, closes, until="2024-01-05", splits=splits)

    worth = [story.on(f"2024-01-0{number}") for number in (3, 4, 5)]

    assert worth == pytest.approx([1000, 1000, 1100], rel=1e-12)
    assert story.twr() == pytest.approx(1100 / 900 - 1, rel=1e-12)


def test_units_bought_after_a_split_are_not_split():
    # 10 become 20 on the 2nd, 5 more on the 3rd: 25 × 50, and on the 4th 25 × 60
    story = Story(
        [buy(10, 90), buy(5, 50, "2024-01-03")],
        {"INFY": {"2024-01-01": 100, "2024-01-04": 60}},
        until="2024-01-04",
        splits=[split("2:1", "2024-01-02")],
    )

    assert [story.on(f"2024-01-0{number}") for number in (2, 3, 4)] == [1000, 1250, 1500]


def test_a_split_after_the_last_day_is_not_there_yet():
    story = Story([buy(10, 90)], CLOSES, until="2024-01-03", splits=[split("2:1", "2024-01-04")])

    assert story.on("2024-01-03") == 1100


# --- Currencies ------------------------------------------------------------------------------------------------------


RATES = {"INR": {"2024-01-01": 90, "2024-01-03": 99}, "USD": {"2024-01-01": "1.2", "2024-01-03": "1.1"}}


def test_a_foreign_value_is_at_the_rate_of_its_day():
    # one USD is 90 ÷ 1.2 = 75, from the 3rd on 99 ÷ 1.1 = 90: 10 × 100 × 75, 10 × 110 × 75, 10 × 110 × 90
    story = Story([buy(10, 90)], CLOSES, until="2024-01-03", currencies={"INFY": "USD"}, pairs=RATES)

    worth = [story.on(f"2024-01-0{number}") for number in (1, 2, 3)]

    assert worth == pytest.approx([75_000, 82_500, 99_000], rel=1e-12)


def test_a_day_on_which_only_the_rate_moves_is_a_day_of_the_series():
    """Else a purchase on the next one would be measured by a rate of the day before."""
    story = Story([buy(10, 90)], CLOSES, until="2024-01-05", currencies={"INFY": "USD"}, pairs=RATES)
    history = story.past().history

    assert day("2024-01-03").toordinal() in history.days
    assert history.sessions[history.column(day("2024-01-03"))]


def test_the_euro_needs_one_pair_only():
    story = Story([buy(10, 90)], CLOSES, until="2024-01-02", currencies={"INFY": "EUR"}, pairs={"INR": RATES["INR"]})

    assert story.on("2024-01-02") == pytest.approx(10 * 110 * 90, rel=1e-12)


@pytest.mark.parametrize("code", ["INR", "USD"])
def test_without_a_pair_the_value_is_unknown(code):
    story = Story([buy(10, 90)], CLOSES, until="2024-01-02", currencies={"INFY": "USD"}, pairs={code: RATES[code]})

    assert np.isnan(story.on("2024-01-02"))


def test_a_rate_counts_for_ten_days():
    days = np.array([day(f"2024-01-{number:02}").toordinal() for number in (1, 11, 12)])

    rates = rate_series("USD", "INR", {"INR": series({"2024-01-01": 90}), "USD": series({"2024-01-01": "1.2"})}, days)

    assert rates[:2].tolist() == [75, 75]
    assert np.isnan(rates[2])


def test_a_currency_costs_one_of_itself_whatever_is_known():
    days = np.array([day("2024-01-01").toordinal()])

    assert rate_series("INR", "INR", {}, days).tolist() == [1]
    assert np.isnan(rate_series("USD", "INR", {}, days)).all()


# --- What was invested -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "invested"),
    [
        pytest.param("2023-12-31", 0, id="before"),
        # 10 × 90 + 5
        pytest.param("2024-01-01", 905, id="bought"),
        # + 10 × 100
        pytest.param("2024-01-02", 1905, id="bought again"),
        # half of the pool leaves
        pytest.param("2024-01-03", 952.5, id="sold a half"),
        pytest.param("2024-01-04", 0, id="sold off"),
    ],
)
def test_what_was_invested_is_the_cost_of_what_was_held(on, invested):
    rows = [
        buy(10, 90, fees=5),
        buy(10, 100, "2024-01-02"),
        sell(10, 100, "2024-01-03"),
        sell(10, 120, "2024-01-04"),
    ]

    assert Story(rows, CLOSES, until="2024-01-04").on(on, "invested") == invested


def test_a_cost_is_unknown_until_nothing_is_left_of_it():
    rows = [buy(10, 90, fx=None), sell(10, 100, "2024-01-02", fx=None), buy(1, 70, "2024-01-03")]
    story = Story(rows, CLOSES, until="2024-01-04")

    assert np.isnan(story.on("2024-01-01", "invested"))
    assert story.on("2024-01-02", "invested") == 0
    assert story.on("2024-01-03", "invested") == 70


def test_what_was_invested_in_all_is_the_sum_of_what_is_known():
    # as in the summary: 10 × 90 of INFY are unknown, 3 × 50 of TCS are not
    rows = [buy(10, 90, fx=None), buy(3, 50, "2024-01-02", of="TCS")]
    story = Story(rows, CLOSES, until="2024-01-04")

    assert np.isnan(story.on("2024-01-01", "invested"))
    assert story.on("2024-01-02", "invested") == 150


def test_tenths_that_were_bought_and_sold_leave_nothing():
    # 0.1 + 0.2 − 0.3 is not nothing in floats
    rows = [buy("0.1", 1), buy("0.2", 1, "2024-01-02"), sell("0.3", 1, "2024-01-03")]
    story = Story(rows, CLOSES, until="2024-01-04")

    assert story.on("2024-01-03") == 0
    assert story.on("2024-01-03", "invested") == pytest.approx(0, abs=1e-12)


# --- Days ------------------------------------------------------------------------------------------------------------


def test_the_days_are_those_on_which_anything_happened():
    rows = [buy(10, 90, "2024-01-02"), sell(10, 110, "2024-01-05"), buy(1, 9, "2024-01-09", of="TCS")]
    closes = CLOSES | {"TCS": {"2024-01-03": 9, "2024-01-10": 10}}
    story = Story(rows, closes, until="2024-01-12")

    # the day before the first row; INFY's closes; the rows; TCS's close while it was held; the last day
    wanted = [f"2024-01-{number:02}" for number in (1, 2, 4, 5, 9, 10, 12)]
    assert story.past().history.days.tolist() == days_of(wanted)


def test_sessions_are_days_on_which_something_held_was_priced():
    # a coin has a close on Saturday the 6th and one on Sunday the 7th, but was sold on the 6th
    rows = [buy(10, 90), buy(1, 9, of="COIN"), sell(1, 9, "2024-01-06", of="COIN")]
    closes = CLOSES | {"COIN": {"2024-01-06": 9, "2024-01-07": 9}}
    history = Story(rows, closes, until="2024-01-08").past().history

    priced = history.days[history.sessions].tolist()

    assert priced == days_of(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-06"])


def test_a_portfolio_without_rows_has_two_days_and_nothing():
    history = make_history([], {}, "INR", day("2024-01-05"), np.empty(0, np.int64))

    assert history.days.tolist() == days_of(["2024-01-04", "2024-01-05"])
    assert history.values.shape == (0, 2)
    assert history.invested.tolist() == [0, 0]


def test_the_last_known_close_of_no_closes_is_unknown():
    days = np.array([1, 2])

    assert np.isnan(last_known(series({}), days)).all()


@given(
    closes=st.dictionaries(st.integers(1, 60), st.integers(1, 1000), max_size=12),
    trades=st.lists(st.tuples(st.integers(10, 50), st.integers(1, 9)), min_size=1, max_size=8),
    data=st.data(),
)
def test_every_day_agrees_with_counting_by_hand(closes, trades, data):
    """Units, closes and cost of each day, by going through the rows again for each."""

    def text(number):
        return f"2024-{1 + number // 31:02}-{1 + number % 31 if number < 59 else 28:02}"

    known = {text(number): price for number, price in closes.items()}
    rows = [buy(size, 10, text(number)) for number, size in trades]
    until = text(data.draw(st.integers(max(number for number, _ in trades), 58)))
    story = Story(rows, {"INFY": known}, until=until)
    history = story.past().history

    for column, ordinal in enumerate(history.days.tolist()):
        held = sum(int(row.quantity) for row in rows if row.traded_on.toordinal() <= ordinal)
        past = [on for on in known if day(on).toordinal() <= ordinal]
        worth = held * known[max(past)] if past else (float("nan") if held else 0)
        assert history.values[0, column] == pytest.approx(worth, nan_ok=True)
        assert history.invested[column] == 10 * held
