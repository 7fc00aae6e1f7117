"""Shapes that every resource uses."""

from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")

DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"


def _as_text(value: Any) -> Any:
    """A JSON number arrives as an int or as a Decimal made from its text, so its digits are those that were sent."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


DecimalOut = Annotated[
    str, Field(pattern=DECIMAL_PATTERN, examples=["1512.60"], description="An exact decimal, as a string.")
]
DecimalIn = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(max_length=41, pattern=r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$", examples=["1512.60"]),
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["INR"])]
Identifier = Annotated[str, Field(min_length=1, max_length=64, examples=["0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"])]
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
