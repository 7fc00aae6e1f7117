"""Daily closes as a source told them, on their way to a history: rows of a day and a price as written."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal

from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.prices import Close
from tickfolio.providers.provider import HistoryResult
from tickfolio.providers.told_quote import is_over, no_currency, read_amount, read_day
from tickfolio.providers.units import in_major_unit, major_unit
from tickfolio.providers.venues import Venue


def closes_told_once(told: Mapping[date, AbstractSet[Decimal]]) -> tuple[Close, ...]:
    """The closes, oldest first; a day that is told several times, and differently, is left out."""
    return tuple(Close(day, next(iter(told[day]))) for day in sorted(told) if len(told[day]) == 1)


def read_closes(
    symbol: str,
    rows: Iterable[tuple[object, object]],
    venue: Venue,
    label: str,
    now: datetime,
    calendar: Calendar,
) -> HistoryResult:
    """The closes, oldest first, in the major unit of the currency; the calendar's running session is no close yet.

    Rows without a day or a price are left out, and so is a day that is told twice with different prices.
    """
    major = major_unit(venue.unit)
    if major is None:
        return HistoryResult(failure=no_currency(symbol, label))
    told: dict[date, set[Decimal]] = {}
    for day_text, price in rows:
        day, close = read_day(day_text), read_amount(price)
        if day is not None and close is not None and close > 0 and is_over(venue.exchange, day, now, calendar):
            told.setdefault(day, set()).add(in_major_unit(close, major[1]))
    return HistoryResult(closes_told_once(told), major[0])
