"""Shapes that every resource uses."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

T = TypeVar("T")

DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"


def _as_text(value: Any) -> Any:
    """A JSON number arrives as an int or as a Decimal made from its text, so its digits are those that were sent.

    However it was spelt: JavaScript writes 0.0000001 as 1e-7.
    """
    if isinstance(value, Decimal) and abs(value.adjusted()) < _SIZE_MAX:
        return f"{value:f}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


_SIZE_MAX = 41
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _only_a_day(value: Any) -> Any:
    """Numbers, and texts of digits alone, would be read as seconds since 1970: another day, unseen."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("not_a_date", "It must be a day, as 2026-11-22.")


DecimalOut = Annotated[
    str, Field(pattern=DECIMAL_PATTERN, examples=["1512.60"], description="An exact decimal, as a string.")
]
DecimalIn = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(max_length=_SIZE_MAX, pattern=r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$", examples=["1512.60"]),
]
Day = Annotated[date, BeforeValidator(_only_a_day), Field(examples=["2026-01-05"])]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["INR"])]
Identifier = Annotated[str, Field(min_length=1, max_length=64, examples=["0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"])]
# In a path: what no id can be is not found, like any other id that is not there.
PathId = Annotated[str, Path(pattern="^[0-9a-zA-Z-]{1,64}$")]
Instant = Annotated[str, Field(examples=["2026-11-22T09:10:00Z"], json_schema_extra={"format": "date-time"})]


class Input(BaseModel):
    """What a caller sends: an unknown field is refused, so that a misspelt one is not lost unseen."""

    model_config = ConfigDict(extra="forbid", strict=False, str_strip_whitespace=False)


class Output(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(extra="forbid")


class Page(Output, Generic[T]):
    """Part of a list. `next_cursor` asks for the next part; null at the end."""

    items: list[T]
    next_cursor: str | None = None


class FieldProblem(Output):
    """One field that is wrong."""

    field: str
    code: str
    message: str


class Problem(Output):
    """An error by RFC 9457, with a stable `code`."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = []
