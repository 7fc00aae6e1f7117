"""When a session is over, and its price the close, is what the calendar says that a source is given."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from tickfolio.domain.market_calendar import DayKind, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.prices import Close, PriceStatus
from tickfolio.providers.alphavantage import AlphaVantageAdapter
from tickfolio.providers.eodhd import EodhdAdapter
from tickfolio.providers.finnhub import FinnhubAdapter
from tickfolio.providers.twelvedata import TwelveDataAdapter

# Friday 20 November 2026: New York usually closes at 16:00, here at 13:00, which is 18:00 UTC.
FRIDAY = date(2026, 11, 20)
HALF_DAY = SHIPPED.changed([], [("NYSE", SpecialDay(FRIDAY, DayKind.SESSION, "Half day", time(9, 30), time(13)))])
BELL, TOLD_AT = datetime(2026, 11, 20, 18, tzinfo=UTC), datetime(2026, 11, 20, 17, 59, tzinfo=UTC)
HALF_AN_HOUR_LATER = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
STAMP = int(TOLD_AT.timestamp())

QUOTES = [
    (FinnhubAdapter, "AAPL", {"c": 175.43, "pc": 172.99, "t": STAMP}),
    (EodhdAdapter, "AAPL.US", {"code": "AAPL.US", "timestamp": STAMP, "close": 175.43, "previousClose": 172.99}),
    (
        TwelveDataAdapter,
        "AAPL",
        {
            "symbol": "AAPL",
            "currency": "USD",
            "datetime": "2026-11-20",
            "last_quote_at": STAMP,
            "close": "175.43",
            "previous_close": "172.99",
        },
    ),
    (
        AlphaVantageAdapter,
        "AAPL",
        {
            "Global Quote": {
                "01. symbol": "AAPL",
                "05. price": "175.43",
                "07. latest trading day": "2026-11-20",
                "08. previous close": "172.99",
            }
        },
    ),
]
HISTORIES = [
    (EodhdAdapter, "AAPL.US", [{"date": "2026-11-20", "close": 175.43}]),
    (
        TwelveDataAdapter,
        "AAPL",
        {
            "meta": {"symbol": "AAPL", "currency": "USD"},
            "values": [{"datetime": "2026-11-20", "close": "175.43"}],
            "status": "ok",
        },
    ),
    (
        AlphaVantageAdapter,
        "AAPL",
        {
            "Meta Data": {"2. Symbol": "AAPL"},
            "Time Series (Daily)": {"2026-11-20": {"4. close": "175.43"}},
        },
    ),
]


@pytest.mark.parametrize(("adapter", "symbol", "told"), QUOTES)
def test_the_last_price_is_the_close_once_the_session_of_the_calendar_is_over(adapter, symbol, told):
    body = json.dumps(told).encode()

    by_ours = adapter().parse(body, [symbol], HALF_AN_HOUR_LATER).observations[symbol]
    by_theirs = adapter(calendar=lambda: HALF_DAY).parse(body, [symbol], HALF_AN_HOUR_LATER).observations[symbol]

    assert by_ours.status is PriceStatus.DELAYED
    assert (by_theirs.status, by_theirs.as_of, by_theirs.close_on) == (PriceStatus.CLOSE, BELL, FRIDAY)


@pytest.mark.parametrize(("adapter", "symbol", "told"), HISTORIES)
def test_a_day_is_in_the_history_once_the_session_of_the_calendar_is_over(adapter, symbol, told):
    body = json.dumps(told).encode()

    by_ours = adapter().parse_history(body, symbol, HALF_AN_HOUR_LATER)
    by_theirs = adapter(calendar=lambda: HALF_DAY).parse_history(body, symbol, HALF_AN_HOUR_LATER)

    assert by_ours.closes == ()
    assert by_theirs.closes == (Close(FRIDAY, Decimal("175.43")),)
