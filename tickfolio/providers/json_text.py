"""JSON from outside, read so that no float touches a price and no odd number spoils its neighbours."""

import json
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from tickfolio.domain.money import DECIMALS_MAX, DIGITS_MAX

_NUMBER_LENGTH_MAX = 60
_NAN = Decimal("NaN")
_SMALLEST = Decimal(1).scaleb(-DECIMALS_MAX)
_WIDE = Context(prec=_NUMBER_LENGTH_MAX)
_SECONDS_MAX = 4_102_444_800  # the year 2100
_WHOLE_MAX = 10**12


def read_json(body: bytes) -> Any:
    """The value, its numbers as Decimal from their text; a number that is none is NaN, to fail where it stands.

    Raises: ValueError when it is not JSON, or nested deeper than any source nests.
    """
    try:
        return json.loads(body, parse_float=_decimal, parse_int=_decimal, parse_constant=_decimal)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_body(body: bytes) -> dict[str, Any] | None:
    """The object that the body is, its numbers as Decimal; None when it is anything else."""
    try:
        data = read_json(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def read_number(value: object) -> Decimal | None:
    """A finite number that can be stored: below 10^20, at most 18 decimals; None for anything else.

    A source that computes in binary writes a tiny price with more decimals than it knows; those are rounded off.
    """
    if not isinstance(value, Decimal) or not value.is_finite() or value.adjusted() >= DIGITS_MAX - DECIMALS_MAX:
        return None
    exponent = int(value.as_tuple().exponent)
    if -exponent <= DECIMALS_MAX:
        return value
    # At most 60 characters came in, and at most 20 digits stand before the point: this cannot overflow 60 digits.
    return value.quantize(_SMALLEST, context=_WIDE)


def read_whole(value: object) -> int | None:
    """A whole number of at most twelve digits, as a code is; None for anything else."""
    if not isinstance(value, Decimal) or not value.is_finite() or not abs(value) < _WHOLE_MAX:
        return None
    return int(value) if value == int(value) else None


def read_seconds(value: object) -> int | None:
    """Whole seconds since 1970 within the years that a market can speak of; None for anything else."""
    whole = read_whole(value)
    return whole if whole is not None and abs(whole) < _SECONDS_MAX else None


def read_object(value: object) -> dict[str, Any]:
    """The value when it is an object, else an empty one, so that a missing branch reads as missing leaves."""
    return value if isinstance(value, dict) else {}


def _decimal(text: str) -> Decimal:
    if len(text) > _NUMBER_LENGTH_MAX:
        return _NAN
    try:
        return Decimal(text)
    except InvalidOperation:
        return _NAN
