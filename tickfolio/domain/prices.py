"""Prices: what a source said, and what we stand behind."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class PriceStatus(StrEnum):
    """What kind of price it is; `HELD` is a price beside which a suspect newer one waits."""

    LIVE = "live"
    DELAYED = "delayed"
    CLOSE = "close"
    NAV = "nav"
    STALE = "stale"
    HELD = "held"
    MANUAL = "manual"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Observation:
    """One price as a source told it, in the major unit of its currency (pence are pounds already).

    `as_of` is when the source says it was true, in UTC (a day's price stands at the end of that day's session);
    None when the source names no time. `previous_close` is in the same currency.
    `close_on` is the calendar day, in the exchange's zone, that the price belongs to, where the source names a day.
    """

    symbol: str
    price: Decimal
    currency: str
    as_of: datetime | None
    status: PriceStatus
    source: str
    previous_close: Decimal | None = None
    close_on: date | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """One day's close as traded, in the major unit of the instrument's currency."""

    on: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class LatestPrice:
    """The price we stand behind: the last good one, with its age.

    `as_of` is when it was true, `last_updated_at` when a source last confirmed it.
    """

    instrument_id: str
    last_price: Decimal
    previous_close: Decimal | None
    currency: str
    as_of: datetime
    source: str
    status: PriceStatus
    last_updated_at: datetime


@dataclass(frozen=True, slots=True)
class HeldPrice:
    """A suspect price that waits until another source, the next run or somebody agrees.

    `status` and `previous_close` are what the source said of it; None where an older Tickfolio did not write it down.
    """

    instrument_id: str
    price: Decimal
    currency: str
    as_of: datetime
    source: str
    reason: str
    run_id: str
    status: PriceStatus | None = None
    previous_close: Decimal | None = None
