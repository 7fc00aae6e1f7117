"""Days that are split: a trade's own price values what was held, where the last close is an old one.

January 2024 begins on a Monday: the 5th, 12th and 19th are Fridays.
"""

import numpy as np
import pytest

from tests.domain.made import buy, sell, split, trade
from tests.domain.past import Story
from tickfolio.domain.day_split import Told, split_factors

OLD = {"INFY": {"2024-01-01": 100}}


def story(*rows, closes=OLD, until="2024-01-22", **more):
    return Story([buy(10, 100), *rows], closes, until=until, **more)


def test_a_trade_after_three_weeks_without_a_close_values_what_was_held_just_before():
    # 10 × 100, worth 10 × 120 when 5 are bought at 120: × 1.2. Then 15 at the old close again: 1500 ÷ (1200 + 600).
    # On the 23rd 15 × 130: × 1.3. In all 1.2 × 1500 ÷ 1800 × 1.3 = 1.3, as the price did.
    told = story(buy(5, 120, "2024-01-22"), closes={"INFY": OLD["INFY"] | {"2024-01-23": 130}}, until="2024-01-23")

    assert told.on("2024-01-22", "index") == pytest.approx(1.2 * 1500 / 1800, rel=1e-12)
    assert told.twr() == pytest.approx(0.3, rel=1e-12)
    assert told.twr(of="INFY") == pytest.approx(0.3, rel=1e-12)


def test_without_that_the_flow_would_come_in_at_a_price_that_never_was():
    # a close of the 19th: the session before the 22nd is not missing, and 1500 ÷ (1000 + 600) stands
    told = story(buy(5, 120, "2024-01-22"), closes={"INFY": {"2024-01-19": 100, "2024-01-01": 100}})

    assert told.on("2024-01-22", "index") == pytest.approx(1500 / 1600, rel=1e-12)


@pytest.mark.parametrize(
    ("close_on", "traded_on", "splits"),
    [
        pytest.param("2024-01-18", "2024-01-19", False, id="the day before"),
        pytest.param("2024-01-17", "2024-01-19", True, id="two days before"),
        pytest.param("2024-01-19", "2024-01-22", False, id="Monday after Friday's close"),
        pytest.param("2024-01-18", "2024-01-22", True, id="Monday after Thursday's close"),
        pytest.param("2024-01-19", "2024-01-20", False, id="Saturday after Friday's close"),
        pytest.param("2024-01-19", "2024-01-21", False, id="Sunday after Friday's close"),
        pytest.param("2024-01-18", "2024-01-20", True, id="Saturday after Thursday's close"),
        pytest.param("2024-01-19", "2024-01-19", False, id="the same day"),
    ],
)
def test_old_is_older_than_the_session_before(close_on, traded_on, splits):
    told = story(buy(10, 110, traded_on), closes={"INFY": {"2024-01-01": 100, close_on: 100}})

    # split: 1.1 × 2000 ÷ 2200 = 1; else 2000 ÷ (1000 + 1100)
    assert told.on(traded_on, "index") == pytest.approx(1 if splits else 2000 / 2100, rel=1e-12)


@pytest.mark.parametrize(("exchange", "factor"), [("NSE", 2000 / 2100), ("CRYPTO", 1)])
def test_what_trades_every_day_has_a_session_on_sunday_too(exchange, factor):
    told = story(
        buy(10, 110, "2024-01-22"),
        closes={"INFY": {"2024-01-01": 100, "2024-01-19": 100}},
        exchanges={"INFY": exchange},
    )

    assert told.on("2024-01-22", "index") == pytest.approx(factor, rel=1e-12)


def test_a_sale_tells_a_price_too():
    # 10 × 100 are 10 × 120 when 4 are sold at 120, with fees of 6: 480 − 6 go out. (6 × 100 + 474) ÷ 1200 for the rest
    # of the day, at the old close.
    told = story(sell(4, 120, "2024-01-22", fees=6))

    assert told.on("2024-01-22", "index") == pytest.approx(1.2 * 1074 / 1200, rel=1e-12)


def test_selling_everything_ends_at_the_price_of_the_sale():
    assert story(sell(10, 120, "2024-01-22")).twr() == pytest.approx(0.2, rel=1e-12)


def test_two_trades_of_a_day_are_two_points_of_it():
    # 10 × 110: × 1.1. With 10 more, 20 × 120 after 20 × 110: × 120 ÷ 110. With 10 more, 30 × 100 after 30 × 120.
    told = story(buy(10, 110, "2024-01-22"), buy(10, 120, "2024-01-22"))

    assert told.twr() == pytest.approx(1.1 * (2400 / 2200) * (3000 / 3600) - 1, abs=1e-12)
    assert told.twr() == pytest.approx(0, abs=1e-12)


def test_what_comes_on_a_day_is_counted_before_what_leaves():
    # Entered the other way round. 10 × 110: × 1.1. With 10 bought, 20 × 120 after 20 × 110. Then 15 go out for 1800,
    # and 5 are left at the old close: (500 + 1800) ÷ 2400.
    told = story(sell(15, 120, "2024-01-22"), buy(10, 110, "2024-01-22"))

    assert told.twr() == pytest.approx(1.1 * (2400 / 2200) * (2300 / 2400) - 1, rel=1e-12)


def test_bought_and_sold_on_one_day_makes_what_the_prices_made():
    # nothing before and nothing after: 10 × 110 in, 10 × 121 out
    told = Story([buy(10, 110, "2024-01-22"), sell(10, 121, "2024-01-22")], OLD, until="2024-01-22")

    assert told.twr() == pytest.approx(0.1, rel=1e-12)


def test_two_instruments_that_change_places_are_no_flow():
    # 100 of FA, sold at 105 after a close of 104 two weeks old: × 1.05, as of the portfolio. All of it goes into FB at
    # 52.50, which by its old close is 51 again at the end of the day.
    closes = {"FA": {"2024-01-01": 100, "2024-01-05": 104}, "FB": {"2024-01-01": 50, "2024-01-05": 51}}
    first = buy(100, 100, of="FA")
    out, into = sell(100, 105, "2024-01-22", of="FA"), buy(200, "52.5", "2024-01-22", of="FB")

    for rows in ([first, out, into], [first, into, out]):
        told = Story(rows, closes, until="2024-01-22")
        assert told.twr() == pytest.approx(1.05 * 200 * 51 / 10_500 - 1, rel=1e-12)
        assert told.twr(of="FA") == pytest.approx(0.05, rel=1e-12)


def test_two_instruments_are_valued_at_one_point():
    # A: 10 × 100, told to be 120; B: 10 × 50, told to be 40. 1500 → 1200 + 400 = 1600. Bought 1 of each, 160.
    # At the old closes again: 11 × 100 + 11 × 50 = 1650.
    rows = [buy(10, 100, of="A"), buy(10, 50, of="B")]
    rows += [buy(1, 40, "2024-01-22", of="B"), buy(1, 120, "2024-01-22", of="A")]
    told = Story(rows, {"A": {"2024-01-01": 100}, "B": {"2024-01-01": 50}}, until="2024-01-22")

    assert told.twr() == pytest.approx(1600 / 1500 * 1650 / 1760 - 1, rel=1e-12)


def test_other_flows_of_the_day_count_after_the_point():
    # 1000 of A are 1200 when 5 are bought at 120; 2 of B come at 300, which has a close that day
    rows = [buy(10, 100, of="A"), buy(5, 120, "2024-01-22", of="A"), buy(2, 300, "2024-01-22", of="B")]
    told = Story(rows, {"A": {"2024-01-01": 100}, "B": {"2024-01-22": 310}}, until="2024-01-22")

    # 1.2, then (15 × 100 + 2 × 310) ÷ (1200 + 600 + 600)
    assert told.twr() == pytest.approx(1.2 * (1500 + 620) / 2400 - 1, rel=1e-12)


def test_a_split_of_the_day_is_taken_out_of_the_old_close():
    # 10 × 100 are 20 × 50 on the 22nd; 5 are bought at 60: 20 × 60 = 1200, × 1.2
    told = story(buy(5, 60, "2024-01-22"), splits=[split("2:1", "2024-01-22")])

    assert told.on("2024-01-22", "index") == pytest.approx(1.2 * (25 * 50) / (1200 + 300), rel=1e-12)


def test_a_price_of_nothing_tells_nothing():
    """Units that came for nothing do not make those that were held worthless."""
    told = story(buy(10, 0, "2024-01-22"))

    # 20 × 100 after 10 × 100
    assert told.twr() == pytest.approx(1.0, rel=1e-12)


def test_the_first_purchase_is_no_split_for_want_of_a_close():
    told = Story([buy(10, 100)], {"INFY": {"2024-01-02": 110}}, until="2024-01-02")

    assert told.twr() is None


def test_with_cash_tracked_the_purchase_itself_is_no_flow():
    # deposited 5000, bought 10 × 100: 4000 in cash. On the 22nd 5 more at 120, with fees of 10, paid from it.
    rows = [trade("DEPOSIT", 1, 5000, of="CASH"), buy(10, 100), buy(5, 120, "2024-01-22", fees=10)]
    told = Story(rows, OLD, until="2024-01-22", cash_tracked=True)

    # 5000 → 4000 + 10 × 120 = 5200; the fees: 5190; then at the old close: 15 × 100 + 3390 = 4890, without any flow
    assert told.twr() == pytest.approx(5200 / 5000 * 4890 / 5200 - 1, rel=1e-12)


def test_with_cash_tracked_two_trades_of_a_day_are_no_flows_either():
    # 5000 → 4000 + 10 × 120; 15 × 130 after 15 × 120, with 3400 in cash; 20 × 100 and 2750 in cash
    rows = [trade("DEPOSIT", 1, 5000, of="CASH"), buy(10, 100)]
    rows += [buy(5, 120, "2024-01-22"), buy(5, 130, "2024-01-22")]
    told = Story(rows, OLD, until="2024-01-22", cash_tracked=True)

    assert told.twr() == pytest.approx(5200 / 5000 * 5350 / 5200 * 4750 / 5350 - 1, rel=1e-12)


def test_a_part_of_a_day_does_not_start_from_rounding():
    # 0.1 + 0.2 − 0.3 of units that came and went leave nothing; that of others are left is no gain of a speck
    points = [Told(0, 0.1, 0.1), Told(0, 0.2, 0.2), Told(0, -0.3, -0.3), Told(0, -1, -1)]

    factors = split_factors(np.array([1.0]), np.array([0.0, 1.0]), np.array([0.0]), {0: points})

    assert factors.tolist() == pytest.approx([1])


def test_a_foreign_trade_tells_its_price_at_its_own_rate():
    # 10 × 100 at 80 are 80 000; 5 are bought at 120, at a rate of 90: 10 × 120 × 90 = 108 000 held before it. The day
    # ends at the reference rate of 80: 15 × 100 × 80.
    told = Story(
        [buy(10, 100, fx=80), buy(5, 120, "2024-01-10", fx=90)],
        OLD,
        until="2024-01-10",
        currencies={"INFY": "EUR"},
        pairs={"INR": {"2024-01-01": 80}},
    )

    assert told.twr() == pytest.approx(108_000 / 80_000 * 120_000 / (108_000 + 54_000) - 1, rel=1e-12)


def test_a_switch_is_a_sale_and_a_purchase():
    # 100 of A at a close of 100; switched at 105 into 50 of B. Held just before: 10 500, × 1.05. B has a close of 220
    # that day: 50 × 220 ÷ 10 500.
    rows = [buy(100, 100, of="A"), trade("SWITCH", 100, 105, "2024-01-22", of="A", into="B", to_quantity=50)]
    told = Story(rows, {"A": {"2024-01-01": 100}, "B": {"2024-01-22": 220}}, until="2024-01-22")

    assert told.twr() == pytest.approx(50 * 220 / 10_000 - 1, rel=1e-12)
    assert told.twr(of="A") == pytest.approx(0.05, rel=1e-12)
    assert told.twr(of="B") == pytest.approx(11_000 / 10_500 - 1, rel=1e-12)
