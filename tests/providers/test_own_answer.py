"""What stands in an answer of one's own: a price of the day that it names, or a precise reason."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.own_answers import NOW, in_json
from tests.providers.test_any_bytes import bodies
from tickfolio.providers.own_answer import OwnFailure, OwnPrice, read_own


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ('"NaN"', "not_a_number"),
        ('"1,234.50"', "not_a_number"),
        ('"N/A"', "not_a_number"),
        ('""', "not_a_number"),
        ("true", "not_a_number"),
        ("1e40", "not_a_number"),
        ("0", "not_above_zero"),
        ("-5", "not_above_zero"),
    ],
)
def test_fault_06_what_is_no_price_is_none(value, code):
    told = in_json("p", document=f'{{"p": {value}}}'.encode())

    assert isinstance(told, OwnFailure)
    assert told.code == code


def test_a_price_keeps_its_digits():
    assert in_json("p", document=b'{"p": 0.100000000000000001}') == OwnPrice(Decimal("0.100000000000000001"))


# 1795165800 s after 1970 is 2026-11-20T09:10:00Z: 20,777 days of 86,400 s, and 33,000 s.
@pytest.mark.parametrize(
    ("value", "day", "at"),
    [
        ("2026-11-19", date(2026, 11, 19), None),
        ("2026-11-19 15:30:00", date(2026, 11, 19), None),
        ("2026-11-20T14:40:00+05:30", None, NOW),
        ("2026-11-20 09:10Z", None, NOW),
        (1795165800, None, NOW),
        ("1795165800", None, NOW),
        (1795165800123, None, NOW),
        (1795165800.9, None, NOW),
    ],
)
def test_a_date_is_a_day_or_an_instant(value, day, at):
    assert in_json("p", "d", {"p": 5, "d": value}) == OwnPrice(Decimal(5), day, at)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("19/11/2026", "not_a_date"),
        ("2026-13-01", "not_a_date"),
        ("2026-11-20T25:00Z", "not_a_date"),
        (20261119, "not_a_date"),
        ("20261119", "not_a_date"),
        (None, "not_a_date"),
        (float("nan"), "not_a_date"),
        (-1e50, "not_a_date"),
        (1e50, "not_a_date"),
        ("2026-11-21", "in_the_future"),
        (1795165800 + 600, "in_the_future"),
    ],
)
def test_a_date_that_is_none_is_said(value, code):
    told = in_json("p", "d", {"p": 5, "d": value})

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where) == (code, "d")


def test_fault_20_deep_json_is_none():
    for body in (b"[" * 500_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000):
        told = in_json("0", document=body)
        assert isinstance(told, OwnFailure)
        assert told.code == "not_json"


paths = st.text(max_size=20) | st.lists(
    st.sampled_from(["a", ".", "[", "]", "0", "-1", "last", "first", '"', "'", "=", "$", " ", "Close", "x=1"]),
    max_size=8,
).map("".join)


@given(body=bodies, kind=st.sampled_from(["json", "csv"]), path=paths, date_path=st.none() | paths)
def test_any_bytes_under_any_path_are_a_price_or_a_reason(body, kind, path, date_path):
    told = read_own(body, kind, path, date_path, NOW)

    if isinstance(told, OwnPrice):
        assert told.price.is_finite()
        assert told.price > 0
    else:
        assert told.code
        assert len(told.message) < 1_000


@given(value=st.floats() | st.integers() | st.text(max_size=30) | st.booleans() | st.none(), kind=st.booleans())
def test_any_value_is_a_price_or_a_date_or_neither(value, kind):
    document = {"p": value, "d": 1} if kind else {"p": 1, "d": value}

    assert in_json("p", "d", document)
