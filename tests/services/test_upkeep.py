"""Keeping order: old 10-minute prices become one close a day, no day is lost, and what is over goes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy, make_reception, named
from tickfolio.services.accounts import sign_in, sign_up
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.upkeep import keep_order, roll_up
from tickfolio.storage.prices import PricePoint

NOW = at("2026-11-20T09:10")
# 30 days back: 2026-10-21T09:10, so that the 20th of October is the last whole day that goes.


@pytest.fixture
def infy(given):
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "1", "1"), buy(named("INFY", "NYSE"), "1", "1"))
    return given.instrument("INFY")


def remember(given, instrument, *points):
    with given.database.transaction() as tx:
        tx.prices.remember([PricePoint(instrument.id, kind, at(when), Decimal(price)) for kind, when, price in points])


def history(given, instrument):
    with given.database.reading() as tx:
        points = tx.prices.history(instrument.id, before=None, limit=1000)
        return [(one.kind, one.timestamp.strftime("%m-%dT%H:%M"), str(one.price)) for one in points][::-1]


def test_after_thirty_days_one_close_a_day_is_left(given, infy):
    remember(
        given,
        infy,
        ("tick", "2026-10-19T04:00", "100"),
        ("tick", "2026-10-19T09:50", "101"),
        ("tick", "2026-10-20T04:00", "102.50"),
        ("tick", "2026-10-20T10:00", "103.75"),
        ("tick", "2026-10-21T04:00", "104"),  # that day is cut in two and stays as it is
        ("tick", "2026-11-20T09:00", "110"),
    )

    upkeep = keep_order(given.database, NOW)

    assert upkeep.ticks == 4
    assert history(given, infy) == [
        ("close", "10-19T09:50", "101"),
        ("close", "10-20T10:00", "103.75"),
        ("tick", "10-21T04:00", "104"),
        ("tick", "11-20T09:00", "110"),
    ]
    assert keep_order(given.database, NOW).ticks == 0


def test_a_day_that_has_a_close_keeps_that_one(given, infy):
    remember(
        given,
        infy,
        ("tick", "2026-10-19T09:50", "101"),
        ("close", "2026-10-19T10:00", "101.5"),
        ("tick", "2026-10-19T10:05", "999"),
    )

    roll_up(given.database, NOW - timedelta(days=30))

    assert history(given, infy) == [("close", "10-19T10:00", "101.5")]


def test_days_are_those_of_the_exchange(given, infy):
    """20:00 UTC is the next day in India and the same one in New York."""
    york = given.instrument("INFY", "NYSE")
    points = [("tick", "2026-10-12T15:00", "1"), ("tick", "2026-10-12T20:00", "2"), ("tick", "2026-10-13T15:00", "3")]
    remember(given, infy, *points)
    remember(given, york, *points)

    roll_up(given.database, NOW - timedelta(days=30))

    assert history(given, york) == [("close", "10-12T20:00", "2"), ("close", "10-13T15:00", "3")]
    assert history(given, infy) == [("close", "10-12T15:00", "1"), ("close", "10-13T15:00", "3")]


def test_no_day_is_lost_however_often_it_runs(given, infy):
    """Every hour, over a month: at each moment every day that was priced has a price."""
    begin = at("2026-09-01T04:00")
    priced = set()
    for day in range(10):
        for slot in range(3):
            when = begin + timedelta(days=day, minutes=200 * slot)
            remember(given, infy, ("tick", when.isoformat()[:16], str(100 + day)))
            priced.add(when.strftime("%m-%d"))

    for hour in range(0, 24 * 14, 7):
        roll_up(given.database, begin - timedelta(days=1) + timedelta(hours=hour))
        left = {when[:5] for _, when, _ in history(given, infy)}
        assert left == priced

    assert [kind for kind, _, _ in history(given, infy)] == ["close"] * 10


def test_what_is_over_is_forgotten_and_nothing_else(given, clock):
    reception = make_reception(given)
    sign_up(reception, "Asha", "asha@example.org", "a walk along the canal", "1.2.3.4")
    sign_in(reception, "asha@example.org", "a walk along the canal", "1.2.3.4")
    refresh_slot(given.refresher(ScriptedSource()), clock())
    clock.advance(29 * 86_400)
    sign_in(reception, "asha@example.org", "a walk along the canal", "1.2.3.4")
    assert keep_order(given.database, clock()).sessions == 0

    clock.advance(86_400)
    upkeep = keep_order(given.database, clock())
    assert (upkeep.sessions, upkeep.runs) == (1, 0)

    clock.advance(61 * 86_400)
    assert keep_order(given.database, clock()).runs == 1
