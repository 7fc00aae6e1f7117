"""Decimals, instants and days come back as they went in, on both databases."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Context, Decimal, Inexact
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, cast, func, insert, select

from tickfolio.storage.columns import Exact, UtcInstant

ROUND_TRIPS = 10_000
scratch = Table(
    "scratch",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", Exact),
    Column("at", UtcInstant),
    Column("day", Date),
)


@pytest.fixture
def connection(engine):
    with engine.connect() as opened, opened.begin():
        scratch.create(opened)
        yield opened


def there_and_back(connection, column, values):
    connection.execute(insert(scratch), [{"id": key, column: value} for key, value in enumerate(values)])
    return list(connection.execute(select(scratch.c[column]).order_by(scratch.c.id)).scalars())


def random_decimals():
    """Up to 38 digits with up to 18 decimals, of either sign; products of them of any length; the bounds themselves."""
    chance = random.Random(20261120)
    multiply = Context(prec=400, traps=[Inexact]).multiply
    edges = ["0", "0.00", "0.000000000000000001", "-0.000000000000000001", "1", "-1", "100.50", "1E+3"]
    values = [Decimal(text) for text in edges]
    values += [sign * Decimal("99999999999999999999.999999999999999999") for sign in (1, -1)]
    while len(values) < ROUND_TRIPS:
        digits = chance.randint(1, 38)
        one = Decimal(chance.randint(0, 10**digits - 1)).scaleb(-chance.randint(0, 18), Context(prec=60))
        one = one.copy_negate() if one and chance.random() < 0.5 else one
        if chance.random() < 0.3:
            for _ in range(chance.randint(1, 3)):
                one = multiply(one, chance.choice(values[: len(edges) + 2]) or Decimal("83.123456789012345678"))
        values.append(one.copy_abs() if one == 0 else one)
    return values


def test_ten_thousand_decimals_come_back_to_the_last_digit(connection):
    values = random_decimals()

    back = there_and_back(connection, "amount", values)

    assert len(back) == ROUND_TRIPS
    assert all(isinstance(one, Decimal) for one in back)
    # Plain digits show the zeros behind the last digit, too: 100.50 must not come back as 100.5.
    assert [f"{one:f}" for one in back] == [f"{one:f}" for one in values]


def test_zero_has_no_sign_and_nothing_stays_nothing(connection):
    back = there_and_back(connection, "amount", [Decimal("-0.00"), Decimal("-0"), None])

    assert [str(one) for one in back] == ["0.00", "0", "None"]


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), 1.5, 3, "1.0"])
def test_what_is_no_finite_decimal_is_not_stored(connection, value):
    with pytest.raises(Exception, match="only finite decimals"):
        connection.execute(insert(scratch), {"id": 1, "amount": value})


def test_no_decimal_is_stored_as_a_binary_fraction(connection):
    connection.execute(insert(scratch), {"id": 1, "amount": Decimal("0.1")})

    kind = "typeof" if connection.dialect.name == "sqlite" else "pg_typeof"
    stored = connection.execute(select(cast(getattr(func, kind)(scratch.c.amount), Text))).scalar_one()

    assert stored in {"text", "numeric"}


INSTANTS = [
    datetime(2026, 11, 20, 9, 10, tzinfo=UTC),
    datetime(2026, 11, 20, 9, 10, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 20, 9, 10, 59, 999_999, tzinfo=UTC),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 123_456, tzinfo=UTC),
    datetime(9998, 12, 31, tzinfo=UTC),
    datetime(2026, 11, 20, 14, 40, tzinfo=ZoneInfo("Asia/Kolkata")),
    datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    # The hour that comes twice when summer time ends in New York.
    datetime(2026, 11, 1, 1, 30, fold=0, tzinfo=ZoneInfo("America/New_York")),
    datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/New_York")),
]


def test_instants_come_back_in_utc_to_the_microsecond(connection):
    back = there_and_back(connection, "at", [*INSTANTS, None])

    assert back == [*(instant.astimezone(UTC) for instant in INSTANTS), None]
    assert {one.utcoffset() for one in back if one} == {timedelta(0)}


def test_instants_sort_and_compare_as_time_does(connection):
    there_and_back(connection, "at", INSTANTS)

    ordered = list(connection.execute(select(scratch.c.at).order_by(scratch.c.at)).scalars())
    noon = datetime(2026, 11, 20, 9, 10, 0, 1, tzinfo=UTC)
    earlier = list(connection.execute(select(scratch.c.at).where(scratch.c.at < noon)).scalars())

    assert ordered == sorted(ordered)
    assert set(earlier) == {one.astimezone(UTC) for one in INSTANTS if one < noon}


def test_an_instant_without_a_zone_is_refused(connection):
    with pytest.raises(Exception, match="without a zone"):
        connection.execute(insert(scratch), {"id": 1, "at": datetime(2026, 11, 20)})  # noqa: DTZ001 - that is the point


def test_days_come_back(connection):
    days = [date(1900, 1, 1), date(2024, 2, 29), date(2026, 11, 20), date(9999, 12, 31), None]

    assert there_and_back(connection, "day", days) == days
