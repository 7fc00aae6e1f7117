from decimal import ROUND_HALF_EVEN, Decimal, DivisionByZero, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.money import (
    check_range,
    convert,
    exact,
    percent,
    quotient,
    read_currency,
    read_decimal,
    write_decimal,
)

IN_RANGE = st.builds(
    lambda digits, decimals: Decimal(digits).scaleb(-decimals),
    st.integers(-(10**20) + 1, 10**20 - 1),
    st.integers(0, 18),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", "0"), ("-0", "0"), ("-0.00", "0.00"), ("1.50", "1.50"), ("007", "7"), ("-3.25", "-3.25"),
     ("99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"),
     ("0.000000000000000001", "0.000000000000000001"), ("1.0000000000000000000000000", "1")],
)  # fmt: skip
def test_a_plain_number_is_read_exactly(text, value):
    read = read_decimal(text, "price")

    assert read == Decimal(value)
    assert not read.is_signed() or read < 0


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "not_a_decimal"), ("1e5", "not_a_decimal"), ("NaN", "not_a_decimal"), ("Infinity", "not_a_decimal"),
     ("+1", "not_a_decimal"), (" 1", "not_a_decimal"), ("1\n", "not_a_decimal"), ("1,234.5", "not_a_decimal"),
     ("1_000", "not_a_decimal"), (".5", "not_a_decimal"), ("5.", "not_a_decimal"), ("١٢", "not_a_decimal"),
     ("--1", "not_a_decimal"), ("9" * 41, "not_a_decimal"), ("100000000000000000000", "too_large"),
     ("0.0000000000000000001", "too_precise")],
)  # fmt: skip
def test_fault_63_anything_else_is_refused_with_the_field(text, code):
    with pytest.raises(InvalidInput) as raised:
        read_decimal(text, "price")

    [error] = raised.value.errors
    assert (error.field, error.code) == ("price", code)


@pytest.mark.parametrize(
    ("value", "code"),
    [("NaN", "not_a_decimal"), ("-Infinity", "not_a_decimal"), ("1E+400", "too_large"), ("1E-400", "too_precise"),
     ("0." + "9" * 500, "too_precise")],
)  # fmt: skip
def test_fault_63_a_number_out_of_range_is_refused(value, code):
    with pytest.raises(InvalidInput) as raised:
        check_range(Decimal(value), "price")

    assert raised.value.field_code == code


def test_the_least_that_is_allowed_and_what_must_be_exceeded():
    assert read_decimal("0", "price", minimum=Decimal(0)) == 0
    for bounds in ({"minimum": Decimal(1)}, {"above": Decimal(0)}):
        with pytest.raises(InvalidInput, match="price must be"):
            read_decimal("0", "price", **bounds)


@given(IN_RANGE)
def test_what_is_written_is_read_back(value):
    assert read_decimal(write_decimal(value), "price") == value


@pytest.mark.parametrize(
    ("value", "text"), [("1E+3", "1000"), ("-0.00", "0.00"), ("0E-18", "0.000000000000000000"), ("1.50", "1.50")]
)
def test_a_number_is_written_in_plain_digits(value, text):
    assert write_decimal(Decimal(value)) == text


@given(IN_RANGE, IN_RANGE)
def test_products_and_sums_are_exact(one, other):
    @exact
    def both():
        return one * other, one + other

    product, total = both()
    assert Fraction(product) == Fraction(one) * Fraction(other) == Fraction(convert(one, other))
    assert Fraction(total) == Fraction(one) + Fraction(other)


def test_a_division_that_would_round_unseen_raises():
    @exact
    def third():
        return Decimal(1) / 3

    with pytest.raises(Inexact):
        third()


@given(IN_RANGE, IN_RANGE.filter(bool))
def test_a_quotient_has_28_digits_half_even_whatever_the_context(dividend, divisor):
    with localcontext(prec=28, rounding=ROUND_HALF_EVEN):
        expected = dividend / divisor
    with localcontext(prec=3):
        assert quotient(dividend, divisor) == expected


def test_percentages():
    # 100 × 1 ÷ 3
    assert percent(Decimal(1), Decimal(3)) == Decimal("33.33333333333333333333333333")
    assert percent(Decimal(1), Decimal(0)) is percent(Decimal(1), None) is None
    with pytest.raises(DivisionByZero):
        quotient(Decimal(1), Decimal(0))


def test_an_unknown_rate_makes_unknown_all_but_nothing():
    assert convert(Decimal(5), None) is None
    assert convert(Decimal("0.00"), None) == 0


@pytest.mark.parametrize("text", ["INR ", "inr", "GBp", "RUPEE", "", "١٢٣", "IN\n"])
def test_a_currency_is_three_capitals(text):
    assert read_currency("INR") == "INR"
    with pytest.raises(InvalidInput):
        read_currency(text)
