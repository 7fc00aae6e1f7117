"""Exact decimals: how they are read, added, multiplied, divided and written.

Sums and products are exact. A quotient is taken to 28 digits, half-even, by `quotient` and by nothing else: inside
`exact`, a plain `/` that would have to round raises, so that no digit is ever lost unseen.
"""

import re
from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

from tickfolio.domain.errors import InvalidInput

DIGITS_MAX = 38
DECIMALS_MAX = 18
SMALLEST = Decimal("1E-18")
ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

# Three 38-digit factors and the sum of 10^6 of them stay far below 400 digits.
EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
# Emin bounds a quotient to 199 decimals: a pool that is split again and again never outgrows the 400 digits above.
QUOTIENT = Context(prec=28, Emin=-172, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)

P = ParamSpec("P")
R = TypeVar("R")


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Runs the function where adding and multiplying decimals is exact and anything inexact raises."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return run


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The quotient to 28 digits, half-even; raises DivisionByZero for a zero divisor."""
    return QUOTIENT.divide(dividend, divisor)


def whole_units(quantity: Decimal, times: Decimal, by: Decimal) -> Decimal:
    """Quantity × times ÷ by to 18 decimals, half-even: units can be entered that finely, and so be sold again.

    Call it where arithmetic is exact.
    """
    count, rest = divmod((quantity * times).scaleb(DECIMALS_MAX), by)
    twice = rest * 2
    if twice > by or (twice == by and count % 2):
        count += 1
    return count.scaleb(-DECIMALS_MAX).normalize()


def percent(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """100 × part ÷ whole to 28 digits; None when there is no whole to compare with."""
    if not whole:
        return None
    return quotient(EXACT.multiply(part, HUNDRED), whole)


def convert(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    """The amount in another currency, exactly; None when the rate is unknown, save that nothing is nothing anywhere."""
    if rate is None:
        return None if amount else ZERO
    return EXACT.multiply(amount, rate)


def read_decimal(text: str, field: str, *, minimum: Decimal | None = None, above: Decimal | None = None) -> Decimal:
    """A decimal from what a person or a program wrote, exact or refused.

    Plain digits with at most one point: no exponent, sign `+`, grouping, other scripts' digits, NaN or infinity.
    At most 18 decimals and 38 digits. `minimum` is the least that is allowed, `above` what it must exceed.
    Raises: InvalidInput, naming `field`.
    """
    if not _PLAIN.fullmatch(text):
        raise InvalidInput(field, f"{field} must be a plain decimal number.", code="not_a_decimal")
    value = Decimal(text)
    check_range(value, field)
    if minimum is not None and value < minimum:
        raise InvalidInput(field, f"{field} must be at least {minimum:f}.", code="too_small")
    if above is not None and value <= above:
        raise InvalidInput(field, f"{field} must be more than {above:f}.", code="too_small")
    return abs(value) if value == 0 else value


def check_range(value: Decimal, field: str) -> None:
    """Raises InvalidInput when the value has more than 18 decimals, 20 digits before the point, or is not finite."""
    if not value.is_finite():
        raise InvalidInput(field, f"{field} must be a finite number.", code="not_a_decimal")
    if value and value.adjusted() >= DIGITS_MAX - DECIMALS_MAX:
        raise InvalidInput(field, f"{field} is too large.", code="too_large")
    try:
        EXACT.quantize(value, SMALLEST)
    except Inexact:
        raise InvalidInput(field, f"{field} has more than {DECIMALS_MAX} decimals.", code="too_precise") from None


def write_decimal(value: Decimal) -> str:
    """The decimal as the API writes it: plain digits, no exponent, zero without a sign."""
    return f"{value:f}" if value else f"{abs(value):f}"


def write_known(value: Decimal | None) -> str | None:
    """The decimal as the API writes it; what is unknown stays so."""
    return None if value is None else write_decimal(value)


_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def read_currency(text: str, field: str = "currency") -> str:
    """An ISO 4217 code in capitals, as `INR`. Case matters (GBp is pence): nothing is upper-cased here.

    Raises: InvalidInput.
    """
    if not _CURRENCY.fullmatch(text):
        raise InvalidInput(field, f"{field} must be three capital letters, as INR.", code="not_a_currency")
    return text
