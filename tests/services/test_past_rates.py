"""Rates of past days for a whole ledger: the last one of ten days, read in one go a pair."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from tests.builders import at, buy, named
from tests.services.statements import statements
from tickfolio.services.performance import load_inputs
from tickfolio.services.projection import PastRates, computed_holdings
from tickfolio.storage.prices import PricePoint

IN_YORK = named("INFY", "NYSE")
MONDAY = date(2026, 1, 5)


@pytest.fixture
def pairs(given):
    return {code: given.pair(code) for code in ("INR", "USD")}


def fix(given, pair, closes):
    """Closes of a pair, by day: reference rates are of noon."""
    points = [
        PricePoint(pair.id, "close", datetime.combine(date.fromisoformat(on), time(12), UTC), Decimal(rate))
        for on, rate in closes.items()
    ]
    with given.database.transaction() as tx:
        tx.prices.remember(points)


def fix_every_day(given, pairs, count):
    days = [(MONDAY + timedelta(days=number)).isoformat() for number in range(count)]
    fix(given, pairs["INR"], dict.fromkeys(days, "100"))
    fix(given, pairs["USD"], dict.fromkeys(days, "1.25"))


def rates(given, *days, source="USD", target="INR"):
    """The rates of these days, asked for in this order."""
    with given.database.reading() as tx:
        past = PastRates(tx, target, target)
        return [past.rate(source, date.fromisoformat(day), None) for day in days]


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda tx, portfolio: computed_holdings(tx, portfolio, "INR"), id="holdings"),
        pytest.param(lambda tx, portfolio: load_inputs(tx, portfolio, date(2026, 11, 20)), id="history"),
    ],
)
def test_a_ledger_with_ten_times_the_foreign_rows_takes_no_more_statements(given, pairs, asha, portfolio, read):
    fix_every_day(given, pairs, 40)
    buys = [buy(IN_YORK, "1", "10", (MONDAY + timedelta(days=number)).isoformat()) for number in range(40)]
    given.record(asha, portfolio, *buys[:4])
    few = statements(given, lambda tx: read(tx, portfolio))

    given.record(asha, portfolio, *buys[4:])

    assert statements(given, lambda tx: read(tx, portfolio)) == few
    with given.database.reading() as tx:
        [holding] = computed_holdings(tx, portfolio, "INR").values()
    assert holding.invested == 32_000  # 40 days × 1 × 10 dollars × 100 ÷ 1.25


def test_the_last_rate_of_ten_days_counts_and_no_older_one(given, pairs):
    fix(given, pairs["INR"], {"2026-01-05": "100", "2026-01-07": "110", "2026-02-02": "120"})
    fix(given, pairs["USD"], {"2026-01-05": "1.25", "2026-02-02": "1.25"})

    # 100 ÷ 1.25; 110 ÷ 1.25; the dollar's is of the 5th, the tenth day before the 15th; none; 120 ÷ 1.25.
    days = ("2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-15", "2026-01-16", "2026-02-02")
    expected = [None, 80, 80, 88, 88, None, 96]
    assert rates(given, *days) == expected
    assert rates(given, *reversed(days)) == expected[::-1]
    assert rates(given, *days[3:], *days[:3]) == expected[3:] + expected[:3]


def test_the_last_close_of_a_day_counts(given, pairs):
    fix(given, pairs["INR"], {"2026-01-05": "100"})
    with given.database.transaction() as tx:
        tx.prices.remember([PricePoint(pairs["INR"].id, "close", at("2026-01-05T15:00"), Decimal(105))])

    assert rates(given, "2026-01-05", "2026-01-06", source="EUR") == [105, 105]


def test_a_currency_without_a_pair_has_no_rate(given, pairs):
    fix(given, pairs["INR"], {"2026-01-05": "100"})

    assert rates(given, "2026-01-05", "2026-01-01", source="XAU") == [None, None]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_have_no_rate(given, pairs, day):
    fix(given, pairs["INR"], {"2026-01-05": "100"})

    assert rates(given, day.isoformat(), source="EUR") == [None]
