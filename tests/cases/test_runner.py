"""The runner itself: it must see what is wrong, or it proves nothing."""

import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest

from tests.cases.adapters import ADAPTERS, check
from tests.cases.closes import euro_rates, told_closes
from tests.cases.gaps import GAPS
from tests.cases.runner import Case, cases_folder, differences, load_cases
from tests.infrastructure.source_tree import PROJECT, python_files

NEAR = {"abs": Decimal("0.005"), "pct_abs": Decimal("0.1")}


def case(expected, **more):
    return Case("made", more.pop("area", "xirr"), more.pop("inputs", {}), expected, NEAR, **more)


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ({"a": Decimal("1.234")}, {"a": "1.2300"}),
        ({"a_pct": Decimal(10)}, {"a_pct": 10.05}),
        ({"a": None}, {"a": None}),
        ({"a": "1 of 2", "b": "26500.00"}, {"a": "1 of 2", "b": Decimal(26500)}),
        ({"a": [Decimal(1), None]}, {"a": lambda: ["1", None]}),
        ({"a": {"b": {"c": Decimal(1)}}}, {"a": {"b": lambda: {"c": lambda: "1", "more": 5}}}),
        ({"rate_2dp": Decimal("37.34")}, {"rate_2dp": 37.3362}),
    ],
)
def test_what_is_as_near_as_the_case_wants_is_right(expected, shown):
    assert differences(case(expected), shown) == []


@pytest.mark.parametrize(
    ("expected", "shown", "told"),
    [
        ({"a": Decimal(1)}, {"a": "1.01"}, "a: shown 1.01, expected 1"),
        ({"a_pct": Decimal(10)}, {"a_pct": "10.2"}, "a_pct: shown 10.2, expected 10"),
        ({"a": None}, {"a": "0"}, "a: shown 0, expected None"),
        ({"a": Decimal(0)}, {"a": None}, "a: shown None, expected 0"),
        ({"a": Decimal(0)}, {"a": float("nan")}, "a: shown nan, expected 0"),
        ({"a": [Decimal(1)]}, {"a": []}, "a: shown [], expected [Decimal('1')]"),
        ({"a": [Decimal(1), Decimal(2)]}, {"a": ["1", "3"]}, "a[1]: shown 3, expected 2"),
        ({"a": {"b": "nav"}}, {"a": {"b": "stale"}}, "a.b: shown stale, expected nav"),
        ({"a": {"b": None}}, {"a": None}, "a: shown None, expected {'b': None}"),
        ({"a": {"b": None}}, {"a": {}}, "a.b: no adapter knows this expected key"),
        ({"z": Decimal(1)}, {"a": "1"}, "z: no adapter knows this expected key"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(expected, shown, told):
    assert differences(case(expected), shown) == [told]


def test_a_figure_that_cannot_be_fetched_is_wrong_and_the_others_are_looked_at():
    def broken():
        raise AssertionError("404")

    wrong = differences(case({"a": Decimal(1), "b": Decimal(2)}), {"a": broken, "b": "3"})

    assert wrong == ["a: 404", "b: shown 3, expected 2"]


SEEN = ["a: shown -150.00, which is the wrong figure of the complaint"]


@pytest.mark.parametrize(
    ("wrongly", "told"),
    [
        ({"a": Decimal(-150)}, SEEN),
        ({"a": "-150 (yesterday's close taken as the price paid)"}, SEEN),
        ({"a": "about -150", "b": Decimal(7), "c": "Infinity or NaN"}, []),
        ({"a": Decimal(-151)}, []),
    ],
)
def test_what_another_tracker_showed_is_not_shown(wrongly, told):
    assert differences(case({}, shown_wrongly=wrongly), {"a": "-150.00", "c": None}) == told


def test_an_unknown_area_fails(tmp_path):
    made = {"id": "x", "area": "astrology", "inputs": {}, "expected": {}}
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "x.json").write_text(json.dumps(made), encoding="utf-8")

    [found] = load_cases(tmp_path)

    assert check(found, None) == ["no adapter knows the area astrology"]


def test_an_unknown_input_fails():
    made = case({"cagr_percent": Decimal(1)}, area="cagr", inputs={"begin": 1, "end": 2, "months": 3})

    assert check(made, None) == ["no adapter knows the inputs ['months']"]


def test_a_wrong_expectation_of_a_worked_case_is_seen():
    # 100 → 121 in two years is 10 % a year
    inputs = {"begin": Decimal(100), "end": Decimal(121), "years": Decimal(2)}

    assert check(case({"cagr_percent": Decimal(10)}, area="cagr", inputs=inputs), None) == []
    assert len(check(case({"cagr_percent": Decimal(11)}, area="cagr", inputs=inputs), None)) == 1


def test_a_folder_that_is_not_there_is_skipped_and_said(tmp_path):
    environment = os.environ | {"TICKFOLIO_CASES": str(tmp_path / "nowhere")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/cases/test_cases.py"]

    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert run.returncode == 0, run.stdout
    assert f"the folder of cases is not there: {tmp_path / 'nowhere'}" in run.stdout


def test_the_environment_names_the_folder_to_the_test_run_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("TICKFOLIO_CASES", str(tmp_path))

    assert cases_folder() == tmp_path
    assert not [path for path in python_files("tickfolio") if "TICKFOLIO_CASES" in path.read_text(encoding="utf-8")]


def test_a_gap_is_of_a_feature_that_is_missing():
    assert not {"in_tax", "import"} & ADAPTERS.keys()
    assert all(name.startswith(("in_", "import_", "casparser_134_")) for name in GAPS)


def rates(*rows):
    return [dict(zip(("date", "from", "to", "rate"), (*row[:3], Decimal(row[3])), strict=True)) for row in rows]


def test_rates_without_the_euro_are_told_by_two_pairs():
    # one euro costs 1 INR here, so a dollar at 80 INR is what 1 ÷ 80 of a dollar's worth of it costs
    found = euro_rates(rates(("2025-06-02", "USD", "INR", "80"), ("2025-06-02", "GBP", "INR", "100")), "INR")

    assert {currency: cost for _, currency, cost in found} == {
        "INR": 1,
        "USD": Decimal("0.0125"),
        "GBP": Decimal("0.01"),
    }


def test_a_rate_into_the_euro_is_told_the_other_way_round():
    [(_, currency, cost)] = euro_rates(rates(("2025-06-02", "USD", "EUR", "0.8")), "EUR")

    assert (currency, cost) == ("USD", Decimal("1.25"))


def test_adjusted_closes_are_told_as_traded_and_pence_as_pounds():
    inputs = {
        "price_basis": "split_adjusted",
        "transactions": [{"type": "SPLIT", "date": "2025-03-03", "symbol": "A", "ratio": "5:1"}],
        "prices": [
            {"symbol": "A", "date": on, "price": Decimal(price), "currency": "GBp"}
            for on, price in (("2025-02-28", "2200"), ("2025-03-03", "2300"))
        ],
    }

    # 22 pounds of a fifth of a share were 110 of a whole one
    assert [(one.price, one.currency) for one in told_closes(inputs, {"A": "GBP"})] == [(110, "GBP"), (23, "GBP")]
