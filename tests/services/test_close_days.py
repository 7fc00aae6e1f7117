"""The day's last 10-minute price becomes its close as soon as the day is over, so that a history has no hole."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import at, buy, named
from tickfolio.services.upkeep import close_days, keep_order
from tickfolio.storage.prices import PricePoint

NOW = at("2026-11-20T09:10")  # a Friday, 14:40 in Mumbai


@pytest.fixture
def infy(given):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"), buy(named("INFY", "NYSE"), "1", "1"))
    return given.instrument("INFY")


def remember(given, instrument, *points):
    with given.database.transaction() as tx:
        tx.prices.remember(
            [PricePoint(instrument.id, kind, at(when), Decimal(price), "s", NOW) for kind, when, price in points]
        )


def history(given, instrument, kind):
    with given.database.reading() as tx:
        points = tx.prices.history(instrument.id, before=None, limit=1000)
    return [
        (one.timestamp.strftime("%m-%dT%H:%M"), str(one.price), one.source)
        for one in reversed(points)
        if one.kind == kind
    ]


def test_a_day_that_is_over_has_a_close_and_keeps_its_ticks(given, infy):
    remember(
        given,
        infy,
        ("tick", "2026-11-18T04:00", "100"),
        ("tick", "2026-11-18T09:50", "101.50"),
        ("tick", "2026-11-19T09:50", "102"),
        ("close", "2026-11-19T10:00", "102.25"),
        ("tick", "2026-11-20T09:00", "110"),  # that day is not over
    )

    assert close_days(given.database, NOW) == 1
    assert close_days(given.database, NOW) == 0

    assert history(given, infy, "close") == [("11-18T09:50", "101.50", "s"), ("11-19T10:00", "102.25", "s")]
    assert len(history(given, infy, "tick")) == 4


def test_a_day_is_over_when_it_is_where_the_exchange_is(given, infy):
    """20:00 UTC on the 19th is the 20th in Mumbai, which is not over, and the 19th in New York, which is."""
    york = given.instrument("INFY", "NYSE")
    for one in (infy, york):
        remember(given, one, ("tick", "2026-11-19T20:00", "7"))

    close_days(given.database, NOW)

    assert history(given, york, "close") == [("11-19T20:00", "7", "s")]
    assert history(given, infy, "close") == []


def test_what_was_missed_for_days_is_made_up_for(given, infy):
    days = [NOW - timedelta(days=number) for number in (1, 2, 3, 6)]
    remember(given, infy, *(("tick", day.isoformat()[:16], "1") for day in days))

    assert close_days(given.database, NOW) == 4


def test_the_roll_up_finds_its_close_there_already(given, infy, clock):
    remember(given, infy, ("tick", "2026-11-18T04:00", "100"), ("tick", "2026-11-18T09:50", "101.50"))
    keep_order(given.database, NOW)
    clock.advance(31 * 86_400)

    upkeep = keep_order(given.database, clock())

    assert (upkeep.ticks, upkeep.closes) == (2, 0)
    assert history(given, infy, "close") == [("11-18T09:50", "101.50", "s")]


def test_keeping_order_makes_blocks_of_what_it_closed(given, infy):
    remember(given, infy, ("tick", "2026-11-18T09:50", "101.50"), ("close", "2024-11-18T09:50", "50"))

    upkeep = keep_order(given.database, NOW)

    assert (upkeep.closes, upkeep.blocks) == (1, 3)  # 2024, 2025 and 2026
    assert keep_order(given.database, NOW).blocks == 0
    with given.database.reading() as tx:
        days, closes = tx.closes.load({infy.id: "NSE"}, date(2020, 1, 1), date(2026, 12, 31))[infy.id]
    assert [date.fromordinal(day).isoformat() for day in days.tolist()] == ["2024-11-18", "2026-11-18"]
    assert closes.tolist() == [50.0, 101.5]
