"""Daily closes as a source told them, on their way to a history: rows of a day and a price as written."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from tickfolio.domain.prices import Close
from tickfolio.providers.provider import HistoryResult
from tickfolio.providers.told_quote import is_over, no_currency, read_amount, read_day
from tickfolio.providers.units import in_major_unit, major_unit
from tickfolio.providers.venues import Venue


def read_closes(
    symbol: str, rows: Iterable[tuple[object, object]], venue: Venue, label: str, now: datetime
) -> HistoryResult:
    """The closes, oldest first, in the major unit of the currency; the running session is no close yet.

    Rows without a day or a price are left out, and so is a day that is told twice with different prices.
    """
    major = major_unit(venue.unit)
    if major is None:
        return HistoryResult(failure=no_currency(symbol, label))
    told: dict[date, set[Decimal]] = {}
    for day_text, price in rows:
        day, close = read_day(day_text), read_amount(price)
        if day is not None and close is not None and close > 0 and is_over(venue.exchange, day, now):
            told.setdefault(day, set()).add(in_major_unit(close, major[1]))
    closes = tuple(Close(day, next(iter(told[day]))) for day in sorted(told) if len(told[day]) == 1)
    return HistoryResult(closes, major[0])
