"""Closes of many years: whatever way they are stored, they are the closes of the history, one a day."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import event, update

from tests.builders import at
from tickfolio.domain.instruments import EXCHANGES, AssetType, Instrument
from tickfolio.domain.market_hours import start_of_day
from tickfolio.services.upkeep import make_blocks
from tickfolio.storage.prices import PricePoint
from tickfolio.storage.tables import close_blocks

SINCE, UNTIL = date(2000, 1, 1), date(2026, 12, 31)


@pytest.fixture
def listed(given):
    """Makes an instrument of an exchange."""

    def make(exchange, symbol="X"):
        made = Instrument(given.new_id(), AssetType.STOCK, exchange, symbol, symbol, "INR")
        with given.database.transaction() as tx:
            return tx.instruments.add_if_new(made)

    return make


def remember(given, instrument, *points, kind="close"):
    with given.database.transaction() as tx:
        tx.prices.remember([PricePoint(instrument.id, kind, at(when), Decimal(price)) for when, price in points])


def load(given, *instruments, since=SINCE, until=UNTIL):
    with given.database.reading() as tx:
        found = tx.closes.load({one.id: one.exchange for one in instruments}, since, until)
    assert list(found) == [one.id for one in instruments]
    shown = []
    for days, closes in found.values():
        assert (days.dtype, closes.dtype) == (np.int64, np.float64)
        shown.append(
            [(date.fromordinal(day).isoformat(), close) for day, close in zip(days.tolist(), closes, strict=True)]
        )
    return shown[0] if len(shown) == 1 else shown


def blocks(given):
    with given.database.reading() as tx:
        rows = tx._connection.execute(close_blocks.select().order_by(*close_blocks.primary_key)).all()
    return [(row.instrument_id, row.year) for row in rows]


# By the clocks of Mumbai (UTC + 5:30) and New York (UTC − 5 in winter): 20:00 UTC is the next day in the one and the
# same day in the other.
POINTS = [
    ("2024-12-30T10:00", "99.5"),
    ("2024-12-31T20:00", "100"),
    ("2025-06-02T10:00", "101.25"),
    ("2025-06-02T20:00", "102"),
    ("2025-06-03T10:00", "103"),
    ("2026-01-02T10:00", "0.1"),
]
IN_MUMBAI = [("2024-12-30", 99.5), ("2025-01-01", 100.0), ("2025-06-02", 101.25), ("2025-06-03", 103.0)]
IN_NEW_YORK = [("2024-12-30", 99.5), ("2024-12-31", 100.0), ("2025-06-02", 102.0), ("2025-06-03", 103.0)]
LAST = ("2026-01-02", 0.1)


@pytest.mark.parametrize("stored", ["as rows", "as blocks", "as some of each"])
def test_a_day_of_the_exchange_has_one_close_the_last(given, listed, stored):
    mumbai, york, empty = listed("NSE"), listed("NYSE"), listed("LSE")
    for one in (mumbai, york):
        remember(given, one, *POINTS)
        remember(given, one, ("2025-06-04T10:00", "5"), kind="tick")
    if stored != "as rows":
        assert make_blocks(given.database) == 6  # 2024, 2025 and 2026 of two instruments
    if stored == "as some of each":  # what was there is written again, which says nothing new
        remember(given, mumbai, POINTS[3])
        remember(given, york, POINTS[-1])

    assert load(given, mumbai, york, empty) == [[*IN_MUMBAI, LAST], [*IN_NEW_YORK, LAST], []]


@pytest.mark.parametrize("has_blocks", [False, True])
def test_from_one_day_to_another_both_inside(given, listed, has_blocks):
    infy = listed("NSE")
    remember(given, infy, *POINTS)
    if has_blocks:
        make_blocks(given.database)

    assert load(given, infy, since=date(2025, 1, 1), until=date(2025, 6, 2)) == IN_MUMBAI[1:3]
    assert load(given, infy, since=date(2025, 1, 2), until=date(2025, 6, 1)) == []
    assert load(given, infy, since=date.min, until=date.max) == [*IN_MUMBAI, LAST]


def test_a_close_that_is_written_forgets_the_block_of_its_year_alone(given, listed):
    infy, tcs = listed("NSE", "INFY"), listed("NSE", "TCS")
    remember(given, infy, *POINTS)
    remember(given, tcs, *POINTS)
    make_blocks(given.database)
    before = blocks(given)

    remember(given, infy, ("2025-06-03T10:00", "104"), ("2025-08-04T10:00", "110"))
    remember(given, tcs, ("2025-08-04T10:00", "1"), kind="tick")

    assert set(before) - set(blocks(given)) == {(infy.id, 2025)}
    assert load(given, infy) == [*IN_MUMBAI[:3], ("2025-06-03", 104.0), ("2025-08-04", 110.0), LAST]
    assert make_blocks(given.database) == 1
    assert blocks(given) == before
    assert load(given, infy) == [*IN_MUMBAI[:3], ("2025-06-03", 104.0), ("2025-08-04", 110.0), LAST]


def test_a_close_that_is_taken_back_forgets_the_block_too(given, listed):
    infy = listed("NSE")
    remember(given, infy, *POINTS)
    make_blocks(given.database)

    with given.database.transaction() as tx:
        assert tx.prices.forget_close(infy.id, at("2025-06-03T10:00"))
        assert not tx.prices.forget_close(infy.id, at("2025-06-03T10:00"))

    # The close before it, of 20:00 UTC the day before, was of the same day in Mumbai.
    assert load(given, infy) == [*IN_MUMBAI[:3], ("2025-06-03", 102.0), LAST]


def test_what_is_rolled_back_has_forgotten_nothing(given, listed):
    infy = listed("NSE")
    remember(given, infy, *POINTS)
    make_blocks(given.database)

    def write_and_fail():
        with given.database.transaction() as tx:
            tx.prices.remember([PricePoint(infy.id, "close", at("2025-07-01T10:00"), Decimal(1))])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert len(blocks(given)) == 3
    assert load(given, infy) == [*IN_MUMBAI, LAST]


def test_a_close_at_the_turn_of_the_year_is_of_the_year_of_its_exchange(given, listed):
    """23:30 by UTC on New Year's Eve is 10:30 on New Year's Day in Sydney."""
    bhp = listed("ASX")
    remember(given, bhp, ("2025-12-30T05:00", "40"), ("2026-01-05T05:00", "42"))
    make_blocks(given.database)

    remember(given, bhp, ("2025-12-31T23:30", "41"))

    expected = [("2025-12-30", 40.0), ("2026-01-01", 41.0), ("2026-01-05", 42.0)]
    assert load(given, bhp) == expected
    make_blocks(given.database)
    assert load(given, bhp) == expected
    assert load(given, bhp, since=date(2026, 1, 1)) == expected[1:]


def test_a_year_without_a_close_is_looked_for_once(given, listed):
    infy = listed("NSE")
    remember(given, infy, ("2020-05-04T10:00", "1"), ("2024-05-06T10:00", "2"))

    assert make_blocks(given.database) == 5  # 2020 to 2024
    assert make_blocks(given.database) == 0
    assert load(given, infy) == [("2020-05-04", 1.0), ("2024-05-06", 2.0)]


def test_a_block_of_another_format_is_not_read_but_made_anew(given, listed):
    infy = listed("NSE")
    remember(given, infy, *POINTS)
    make_blocks(given.database)
    with given.database.transaction() as tx:
        tx._connection.execute(update(close_blocks).where(close_blocks.c.year == 2025).values(body=b"\x02nothing"))

    assert load(given, infy) == [*IN_MUMBAI, LAST]
    assert make_blocks(given.database) == 1
    assert load(given, infy) == [*IN_MUMBAI, LAST]


def test_a_block_is_as_small_as_its_days(given, listed):
    """The format's number, then 2 + 8 bytes a day; 1 January is day 1, so 2 June 2025 is 31 + 28 + 31 + 30 + 31 + 2."""
    infy = listed("NSE")
    remember(given, infy, ("2025-01-01T10:00", "1.5"), ("2025-06-02T10:00", "2.25"))
    make_blocks(given.database)

    with given.database.reading() as tx:
        [row] = tx._connection.execute(close_blocks.select()).all()

    assert len(row.body) == 1 + 2 * 10
    assert row.body[0] == 1
    assert np.frombuffer(row.body, "<u2", 2, 1).tolist() == [1, 153]
    assert np.frombuffer(row.body, "<f8", 2, 5).tolist() == [1.5, 2.25]


def test_a_block_that_is_made_while_a_close_is_written_does_not_miss_it(given, listed):
    """A correction touches no row but its own; only that makers and writers take turns keeps the block right."""
    infy = listed("NSE")
    remember(given, infy, *POINTS)
    maker = threading.Thread(target=make_blocks, args=(given.database,))

    with given.database.transaction() as tx:
        tx.prices.remember([PricePoint(infy.id, "close", at("2025-06-03T10:00"), Decimal(777))])
        maker.start()
        maker.join(0.5)
    maker.join(10)

    assert not maker.is_alive()
    assert len(blocks(given)) == 3
    assert load(given, infy) == [*IN_MUMBAI[:3], ("2025-06-03", 777.0), LAST]


def test_thousands_of_closes_are_written_in_a_few_statements(given, listed):
    infy, begin = listed("NSE"), datetime(2016, 1, 1, 10, tzinfo=UTC)
    points = [
        PricePoint(infy.id, "close", begin + timedelta(days=number), Decimal(number + 1)) for number in range(3000)
    ]
    ran = []

    with given.database.transaction() as tx:
        event.listen(tx._connection, "before_execute", lambda *_told: ran.append(1))
        tx.prices.remember(points)

    # Begun on 2016-01-01, 3000 days reach into 2024: nine years, with one more where the first day's zone is unknown.
    assert len(ran) <= 1 + 2 + 10
    assert len(load(given, infy)) == 3000


# --- One close, exactly ----------------------------------------------------------------------------------------------


def test_the_close_of_a_day_is_exact_and_says_who_said_so(given, listed):
    infy = listed("NSE")
    fetched = at("2026-11-19T12:34")
    told = Decimal("1512.600000000000000001")
    with given.database.transaction() as tx:
        tx.prices.remember([PricePoint(infy.id, "close", at("2026-11-19T10:00"), told, "yahoo", fetched)])
    remember(given, infy, ("2026-11-20T20:00", "1600"))  # the 21st in Mumbai

    def close_on(day):
        with given.database.reading() as tx:
            return tx.closes.close_on(infy, date.fromisoformat(day))

    exact = PricePoint(infy.id, "close", at("2026-11-19T10:00"), told, "yahoo", fetched)
    assert close_on("2026-11-18") is None
    assert [close_on(day) for day in ("2026-11-19", "2026-11-20")] == [exact, exact]
    assert close_on("2026-11-21").price == Decimal(1600)
    assert close_on("2027-11-21").source is None


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_noon_by_utc_lies_in_the_same_day_wherever_an_exchange_is(exchange):
    noon = at("2026-06-15T12:00")

    start = start_of_day(exchange, noon)

    assert abs(start - at("2026-06-15T00:00")) <= timedelta(hours=12)
