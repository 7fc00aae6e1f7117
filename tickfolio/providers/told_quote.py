"""One price as a source told it, on its way to an observation: numbers as written, a time or only a day."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import last_close, session_day
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.json_text import read_number, read_seconds
from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.providers.units import in_major_unit, major_unit

LIVE_SECONDS_MAX = 300
# Feeds are up to twenty minutes late; until then, the price may still move after the bell.
AFTER_THE_BELL = timedelta(minutes=30)
_SECOND = timedelta(seconds=1)
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,30})?", re.ASCII)
_DAY = re.compile(r"(19[7-9]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}(?![0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class ToldQuote:
    """What a source said of one symbol; `exchange` is ours, None for what has no sessions.

    `unit` is the code of the unit of both prices, `at` when the price was true, `day` the trading day it belongs to.
    """

    price: Decimal | None
    previous_close: Decimal | None
    unit: object
    exchange: str | None
    at: datetime | None = None
    day: date | None = None


def read_amount(value: object) -> Decimal | None:
    """A number, or the text of one; None for anything else, as `NA`, an empty text, or NaN."""
    if isinstance(value, str):
        return read_number(Decimal(value)) if _AMOUNT.fullmatch(value) else None
    return read_number(value)


def read_day(value: object) -> date | None:
    """The day that a text begins with, as 2026-11-20 or 2026-11-20 15:30:00; None when there is none."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def read_instant(value: object) -> datetime | None:
    """The instant of whole seconds since 1970; None for anything else, and for zero, which stands for none."""
    seconds = read_seconds(value)
    return None if seconds is None or seconds <= 0 else datetime.fromtimestamp(seconds, UTC)


def end_of_session(exchange: str, day: date, calendar: Calendar) -> datetime:
    """When trading of a day ends; the last second of the day itself where the calendar knows of no session."""
    zone = ZoneInfo(EXCHANGES[exchange].zone)
    midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    closed_at = last_close(exchange, midnight, calendar)
    return closed_at if closed_at is not None and session_day(exchange, closed_at) == day else midnight - _SECOND


def is_over(exchange: str, day: date, now: datetime, calendar: Calendar) -> bool:
    """Whether the price of a day is its close for good."""
    return now >= end_of_session(exchange, day, calendar) + AFTER_THE_BELL


def observe(
    symbol: str, quote: ToldQuote, source: str, label: str, now: datetime, calendar: Calendar = SHIPPED
) -> Observation | Failure:
    """The observation of a quote, in the major unit; a price or a currency that is not told is not guessed.

    The calendar says when a session ends; without one, that we ship.
    """
    unit = major_unit(quote.unit)
    if quote.price is None or quote.price <= 0:
        return Failure(FailureKind.NO_DATA, f"{symbol}: {label} names no price.")
    if unit is None:
        return no_currency(symbol, label)
    previous = quote.previous_close
    as_of, status, close_on = _stand(quote, now, calendar)
    return Observation(
        symbol=symbol,
        price=in_major_unit(quote.price, unit[1]),
        currency=unit[0],
        as_of=as_of,
        status=status,
        source=source,
        previous_close=in_major_unit(previous, unit[1]) if previous is not None and previous > 0 else None,
        close_on=close_on,
    )


def no_currency(symbol: str, label: str) -> Failure:
    """The failure of a price without a currency: it is not guessed."""
    return Failure(FailureKind.NO_DATA, f"{symbol}: {label} names no currency, and it cannot be known.")


def _stand(quote: ToldQuote, now: datetime, calendar: Calendar) -> tuple[datetime | None, PriceStatus, date | None]:
    """When the price was true, whether it is the close, and the day of it."""
    at = quote.at
    if quote.exchange is not None:
        day = session_day(quote.exchange, at) if quote.day is None and at is not None else quote.day
        if day is not None:
            end = end_of_session(quote.exchange, day, calendar)
            if now >= end + AFTER_THE_BELL or (at is not None and at >= end and now >= end):
                # The close stands at the end of its session, so that nobody asks for it again.
                is_later = at is not None and at > end and session_day(quote.exchange, at) == day
                return min(at if at is not None and is_later else end, now), PriceStatus.CLOSE, day
    if at is None:
        return None, PriceStatus.DELAYED, quote.day
    is_live = now - at <= timedelta(seconds=LIVE_SECONDS_MAX)
    return at, PriceStatus.LIVE if is_live else PriceStatus.DELAYED, quote.day
