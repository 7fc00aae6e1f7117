"""The JSON of performance: what is unknown, the digits of a series, and the last day, which is the summary's."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import buy, instrument
from tests.domain.past import Story
from tickfolio.domain.benchmark import Compared
from tickfolio.domain.xirr import Rate
from tickfolio.reports.performance import (
    HoldingMade,
    Period,
    PeriodMade,
    SeriesOfDays,
    YearMade,
    YearReturns,
    write_figures,
    write_float,
    write_pct,
    write_performance,
    write_series,
)

NAN = float("nan")
NAME = {"id": "p1", "name": "Long term", "currency": "INR"}
PERIOD = Period(date(2024, 1, 1), date(2024, 1, 2))
FIGURES = Story([buy(10, 100)], {"INFY": {"2024-01-01": 100, "2024-01-02": 110}}, until="2024-01-02").figures()


def series(**changes):
    told = {
        "days": np.array([date(2024, 1, 1).toordinal(), date(2024, 1, 2).toordinal()]),
        "values": np.array([1000.0, 1100.0]),
        "known": np.array([1000.0, 1100.0]),
        "invested": np.array([1000.0, 1000.0]),
        "net": np.array([1000.0, 0.0]),
        "index": np.array([100.0, 110.0]),
        "falls": np.array([0.0, 0.0]),
        "benchmark": None,
        "now": None,
    }
    return SeriesOfDays(**told | changes)


def written(shown=None, years=(), holdings=None, benchmark=None, **made):
    whole = PeriodMade(**{"figures": FIGURES} | made)
    whose = {"portfolio": NAME}
    return json.loads(write_performance(whose, PERIOD, whole, shown or series(), years, holdings, benchmark))


def test_the_keys_are_those_of_the_answer_in_its_order():
    assert list(written()) == [
        *("portfolio", "from", "to", "days", "start_value", "end_value", "money_in", "money_out", "made"),
        *("xirr_pct", "xirr_several", "twr_pct", "twr_annual_pct", "modified_dietz_pct", "max_drawdown_pct"),
        *(
            "max_drawdown_on",
            "volatility_pct",
            "sharpe",
            "sortino",
            "reasons",
            "held_back",
            "risk_free_pct",
            "benchmark",
            "years",
            "holdings",
            "series",
        ),
    ]


def test_figures_are_percentages_and_unknown_ones_null():
    answer = write_figures(PeriodMade(FIGURES, fell_on=date(2024, 1, 2)))

    # 1000 → 1100 in a day, of 1000 that were put in
    assert (answer["made"], answer["max_drawdown_on"]) == ("100.0", "2024-01-02")
    assert Decimal(answer["twr_pct"]) == pytest.approx(10)
    assert (answer["start_value"], answer["end_value"], answer["money_in"], answer["money_out"]) == (
        *("0.0", "1100.0", "1000.0", "0.0"),
    )
    assert answer["twr_annual_pct"] is None
    assert answer["reasons"]["twr_annual_pct"] == "under_a_year"


def test_a_point_for_each_day():
    assert json.loads(write_series(series())) == [
        {
            "date": "2024-01-01",
            "value": "1000.000000",
            "complete": True,
            "invested": "1000.000000",
            "net_flow": "1000.000000",
            "twr_index": "100.000000",
            "drawdown_pct": "0.000000",
        },
        {
            "date": "2024-01-02",
            "value": "1100.000000",
            "complete": True,
            "invested": "1000.000000",
            "net_flow": "0.000000",
            "twr_index": "110.000000",
            "drawdown_pct": "0.000000",
        },
    ]


def test_the_benchmark_stands_beside_each_day():
    points = json.loads(write_series(series(benchmark=np.array([NAN, 1050.0]))))

    assert [point["benchmark_value"] for point in points] == [None, "1050.000000"]


def test_what_is_unknown_is_null_and_what_is_partial_says_so():
    unknown = {
        "values": np.array([NAN, NAN]),
        "known": np.array([NAN, 400.0]),
        "invested": np.array([NAN, 1000.0]),
        "net": np.array([NAN, 5.0]),
        "index": np.array([NAN, NAN]),
        "falls": np.array([NAN, -0.25]),
    }

    first, second = json.loads(write_series(series(**unknown)))

    assert [first[name] for name in ("value", "complete", "invested", "twr_index")] == [None, False, None, None]
    assert [second[name] for name in ("value", "complete", "invested")] == ["400.000000", False, "1000.000000"]
    assert [(point["net_flow"], point["drawdown_pct"]) for point in (first, second)] == [
        (None, None),
        ("5.000000", "-25.000000"),
    ]


def test_nothing_has_no_sign():
    points = json.loads(write_series(series(known=np.array([-0.0, -1e-13]), invested=np.array([-4e-7, 4e-7]))))

    assert [point["value"] for point in points] == ["0.000000", "0.000000"]
    assert [point["invested"] for point in points] == ["0.000000", "0.000000"]


def test_the_last_day_is_the_summarys_to_the_last_digit():
    exact = Decimal("1100.123456789012345678"), Decimal("1000.000000000000000001")

    answer = written(series(now=exact), is_now=True, now=exact[0])

    assert answer["series"][0]["value"] == "1000.000000"
    assert answer["series"][-1]["value"] == answer["end_value"] == "1100.123456789012345678"
    assert answer["series"][-1]["invested"] == "1000.000000000000000001"
    assert answer["made"] == "100.123456789012345678"  # of 1000 that were put in


def test_a_last_day_that_the_summary_does_not_know_is_null():
    point = json.loads(write_series(series(now=(None, None))))[-1]

    assert (point["value"], point["invested"]) == (None, None)


def test_an_unknown_value_at_the_end_stays_unknown_beside_a_partial_one():
    figures = Story([buy(10, 100)], {}, until="2024-01-02").figures()

    partial = series(values=np.array([NAN, NAN]), now=(Decimal(400), Decimal(1)))
    answer = written(partial, figures=figures, is_now=True, now=Decimal(400))

    assert answer["end_value"] is None
    assert (answer["made"], answer["reasons"]["made"]) == (None, "no_close")
    assert answer["series"][-1]["value"] == "400"
    assert answer["series"][-1]["complete"] is False


def test_no_day_is_an_empty_series():
    none = np.empty(0)

    empty = series(
        days=np.empty(0, np.int64),
        values=none,
        known=none,
        invested=none,
        net=none,
        index=none,
        falls=none,
        now=(None, None),
    )

    assert write_series(empty) == "[]"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1e-7, "0.0000001"), (1e22, "10000000000000000000000"), (-0.0, "0.0"), (NAN, None), (None, None)],
)
def test_a_float_is_the_shortest_decimal_that_says_the_same(value, text):
    assert write_float(value) == text


def test_a_ratio_is_written_in_per_cent():
    assert write_pct(0.05) == "5.0"
    assert write_pct(None) is None


def test_years_and_holdings_and_a_benchmark():
    year = YearMade("2023-24", Decimal("12.50"), Decimal(0), None, Decimal(3))
    returns = YearReturns(PERIOD, Decimal("1000.0"), Decimal("100.0"), 0.1, -0.25, None)
    compared = Compared(0.2, np.array([0.0, 1000.0, 1200.0]), Rate(0.3))

    answer = written(
        years=[(year, returns)],
        holdings=[HoldingMade("h1", "p1", instrument(), PeriodMade(FIGURES))],
        benchmark=(instrument("NIFTY"), compared),
    )

    assert answer["years"] == [
        {
            "year": "2023-24",
            "from": "2024-01-01",
            "to": "2024-01-02",
            "realised": "12.50",
            "income": "0",
            "tax_withheld": None,
            "charges": "3",
            "net_flow": "1000.0",
            "made": "100.0",
            "twr_pct": "10.0",
            "max_drawdown_pct": "-25.0",
            "benchmark_twr_pct": None,
        }
    ]
    [holding] = answer["holdings"]
    assert (holding["id"], holding["portfolio_id"], holding["instrument"]["symbol"]) == ("h1", "p1", "INFY")
    assert holding["twr_pct"] == answer["twr_pct"]
    # 1200 of 1000 that flowed in
    assert {key: answer["benchmark"][key] for key in ("twr_pct", "same_flows_value", "same_flows_gain")} == {
        "twr_pct": "20.0",
        "same_flows_value": "1200.0",
        "same_flows_gain": "200.0",
    }
    assert answer["benchmark"]["instrument"]["symbol"] == "NIFTY"


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=1, max_size=5))
def test_any_series_is_json_with_a_millionth_to_spare(values):
    numbers = np.array(values, dtype=np.float64)
    days = np.arange(len(values)) + date(2024, 1, 1).toordinal()

    columns = dict.fromkeys(("values", "known", "invested", "net", "index", "falls"), numbers)
    points = json.loads(write_series(series(days=days, **columns)))

    for value, point in zip(values, points, strict=True):
        if np.isnan(value):
            assert point["value"] is None
        else:
            assert float(point["value"]) == pytest.approx(value, rel=1e-12, abs=5.1e-7)
