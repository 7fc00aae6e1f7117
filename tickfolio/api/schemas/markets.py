"""Markets: when they are open, which days are special, and what the administrator says of them."""

from typing import Annotated, Literal

from pydantic import Field

from tickfolio.api.schemas.common import Day, Input, Instant, Output

ClockTime = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:15"])]
Kind = Literal["closed", "session", "ordinary"]


class MarketDayInput(Input):
    """A day of a market: closed, a session with hours of its own, or an ordinary day after all."""

    kind: Kind
    name: Annotated[str, Field(min_length=1, max_length=100, examples=["Muhurat"])]
    opens: ClockTime | None = None
    closes: ClockTime | None = None


class MarketHoursInput(Input):
    """The ordinary hours of a market from a day on, until others begin."""

    since: Day
    opens: ClockTime
    closes: ClockTime


class MarketDay(Output):
    """A day that is not as its weekday says. `own`: the administrator wrote it down, and can take it back."""

    day: Day
    kind: Kind
    name: str
    opens: ClockTime | None
    closes: ClockTime | None
    own: bool


class MarketHours(Output):
    """Ordinary hours, in the market's own time; `since` is missing where no others are known before."""

    since: Day | None
    opens: ClockTime
    closes: ClockTime
    own: bool


class Market(Output):
    """A market's clock. Times of day are its own; instants are in UTC.

    `hours` are those of today and those to come, none where prices are only published (`AMFI`, `ECB`). `days` are the
    special ones from today on, after `known_until` not all of them.
    """

    exchange: str
    name: str
    zone: str
    today: Day
    open: bool
    opens_at: Instant | None
    closes_at: Instant | None
    last_close_at: Instant | None
    hours: list[MarketHours]
    days: list[MarketDay]
    known_until: Day | None


class Markets(Output):
    """Every market that has a clock."""

    items: list[Market]
