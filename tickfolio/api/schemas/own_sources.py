"""A source of one's own: an address, and where in its answer the price stands."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tickfolio.api.schemas.common import Currency, DecimalOut, Input, Instant, Output

Format = Literal["json", "csv"]
Url = Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://example.org/gold.json"])]
Path = Annotated[str, Field(min_length=1, max_length=200, examples=["data.0.price"])]


class OwnSourceInput(Input):
    """An address of one's own, https or http, on port 80, 443 or above 1023, without a name or password in it.

    `price_path` in JSON: names and positions, as `data.0.price`, `data[last].price` or `funds[code=120503].nav`. In
    CSV, whose first row names the columns: `Close`, `Close[first]` or `Close[Symbol=INFY]`; else the last row.
    `date_path`: the same in JSON, a column of the same row in CSV; a day as 2026-11-20, or seconds since 1970.
    `currency` must be the instrument's, and is when left out.
    """

    url: Url
    format: Format
    price_path: Path
    date_path: Annotated[str, Field(max_length=200)] | None = None
    currency: Currency | None = None


class OwnSource(Output):
    """An address of one's own, as it is asked at every refresh."""

    url: str
    format: Format
    price_path: str
    date_path: str | None
    currency: Currency
    created_at: Instant


class OwnSourceState(Output):
    """`source` is null where none is given. `on`: the administrator lets such addresses be asked at all.

    `failure` is a stable code for why the last request gave no price, since `failing_since`.
    """

    source: OwnSource | None
    on: bool
    failure: str | None
    failing_since: Instant | None


class OwnSourceFailure(Output):
    """Why there is no price. `where` is the place in the answer and `found` what stands there; `status` is of HTTP."""

    code: str
    message: str
    where: str | None
    found: str | None
    status: int | None


class OwnSourceTried(Output):
    """What an address answered a moment ago: a price in `currency` of a day or an instant, or a failure."""

    price: DecimalOut | None
    currency: Currency
    date: date | None
    at: Instant | None
    failure: OwnSourceFailure | None
