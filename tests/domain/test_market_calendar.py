"""The calendar we ship, against the laws and the published lists that it comes from."""

from datetime import date, time, timedelta

import pytest

from tests.domain.made import at
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.market_calendar import DayKind, Hours, SpecialDay
from tickfolio.domain.market_days import SHIPPED, easter_sunday

YEARS = range(2024, 2028)
MONDAY, THURSDAY = 0, 3


def closed(exchange, years=YEARS):
    """The weekdays of these years on which there is no session at all."""
    return {
        day.isoformat()
        for year in years
        for day in (date(year, 1, 1) + timedelta(days=number) for number in range(366))
        if day.year == year and day.weekday() < 5 and not SHIPPED.is_business_day(exchange, day)
    }


def nth(year, month, weekday, number):
    """The first, second … such weekday of a month; -1 is the last one."""
    days = [day for number in range(31) if (day := date(year, month, 1) + timedelta(days=number)).month == month]
    found = [day for day in days if day.weekday() == weekday]
    return found[number if number < 0 else number - 1]


def observed(day):
    """In the United States, a holiday on a Saturday is kept on the Friday, one on a Sunday on the Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


# Published tables of Easter: the astronomical society's, for the extremes of two centuries too.
@pytest.mark.parametrize(
    "day",
    ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2008-03-23", "2011-04-24", "2038-04-25", "1961-04-02"],
)
def test_easter_is_where_the_tables_have_it(day):
    assert easter_sunday(int(day[:4])) == date.fromisoformat(day)


# NYSE Rule 7.2: ten holidays a year. A New Year's Day on a Saturday is not kept; none of these years has one.
@pytest.mark.parametrize("exchange", ["NYSE", "NASDAQ"])
@pytest.mark.parametrize("year", YEARS)
def test_new_york_is_closed_by_the_rule(exchange, year):
    expected = {
        observed(date(year, 1, 1)),
        nth(year, 1, MONDAY, 3),
        nth(year, 2, MONDAY, 3),
        easter_sunday(year) - timedelta(days=2),
        nth(year, 5, MONDAY, -1),
        observed(date(year, 6, 19)),
        observed(date(year, 7, 4)),
        nth(year, 9, MONDAY, 1),
        nth(year, 11, THURSDAY, 4),
        observed(date(year, 12, 25)),
    }
    if year == 2025:  # a day of mourning by proclamation
        expected.add(date(2025, 1, 9))

    assert closed(exchange, [year]) == {day.isoformat() for day in expected}


# The NYSE Group's announcements name these; 13:00 in New York is 18:00 UTC in winter and 17:00 in summer.
@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2024-07-03", "17:00"),
        ("2024-11-29", "18:00"),
        ("2024-12-24", "18:00"),
        ("2025-07-03", "17:00"),
        ("2025-11-28", "18:00"),
        ("2025-12-24", "18:00"),
        ("2026-11-27", "18:00"),
        ("2026-12-24", "18:00"),
        ("2027-11-26", "18:00"),
    ],
)
def test_new_york_closes_early_on_half_days(day, end):
    assert SHIPPED.session("NYSE", date.fromisoformat(day))[1] == at(f"{day}T{end}")


def test_new_york_has_no_other_half_day():
    special = [one.day.isoformat() for one in SHIPPED.days["NYSE"].values() if one.kind is DayKind.SESSION]

    assert len(special) == 9


# The Banking and Financial Dealings Act: a bank holiday at a weekend moves to the next weekday that is none.
@pytest.mark.parametrize("year", YEARS)
def test_london_is_closed_on_the_bank_holidays_of_england(year):
    easter = easter_sunday(year)
    expected = {
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        nth(year, 5, MONDAY, 1),
        nth(year, 5, MONDAY, -1),
        nth(year, 8, MONDAY, -1),
    }
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        following = (fixed + timedelta(days=number) for number in range(5))
        expected.add(next(day for day in following if day.weekday() < 5 and day not in expected))

    assert closed("LSE", [year]) == {day.isoformat() for day in expected}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("eve", [24, 31])
def test_london_closes_early_on_both_eves(year, eve):
    # all four years have both on a weekday; the auction after 12:30 ends at 12:35, and London is at UTC in winter
    assert SHIPPED.session("LSE", date(year, 12, eve)) == (
        at(f"{year}-12-{eve}T08:00"),
        at(f"{year}-12-{eve}T12:35"),
    )


def test_xetra_is_closed_on_the_days_that_its_operator_lists():
    # Deutsche Börse's trading calendar 2024–2027, without those at a weekend
    assert closed("XETRA") == {
        *("2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-12-24", "2024-12-25", "2024-12-26"),
        *("2024-12-31", "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-24", "2025-12-25"),
        *("2025-12-26", "2025-12-31", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-24"),
        *("2026-12-25", "2026-12-31", "2027-01-01", "2027-03-26", "2027-03-29", "2027-12-24", "2027-12-31"),
    }
    # and the last session of the year ends at 14:05 in Frankfurt
    assert SHIPPED.session("XETRA", date(2026, 12, 30))[1] == at("2026-12-30T13:05")


# The NSE's circular of December 2025, with the municipal elections of January 2026 that it added later.
def test_mumbai_is_closed_on_the_days_of_the_circular():
    expected = {
        *("2026-01-15", "2026-01-26", "2026-03-03", "2026-03-26", "2026-03-31", "2026-04-03", "2026-04-14"),
        *("2026-05-01", "2026-05-28", "2026-06-26", "2026-09-14", "2026-10-02", "2026-10-20", "2026-11-10"),
        *("2026-11-24", "2026-12-25"),
    }
    assert closed("NSE", [2026]) == closed("BSE", [2026]) == closed("AMFI", [2026]) == expected


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        # Muhurat at 18:00 and at 13:45 IST, for an hour
        ("2024-11-01", "12:30", "13:30"),
        ("2025-10-21", "08:15", "09:15"),
        # the Budget on a Saturday and on a Sunday: 09:15 to 15:30 IST
        ("2025-02-01", "03:45", "10:00"),
        ("2026-02-01", "03:45", "10:00"),
        # Saturdays on the exchange's second site, 09:15 to 12:30 IST with a break
        ("2024-03-02", "03:45", "07:00"),
        # the closing auction ends at 15:35 from 3 August 2026
        ("2026-07-31", "03:45", "10:00"),
        ("2026-08-03", "03:45", "10:05"),
        # 29 February 2024, a Thursday
        ("2024-02-29", "03:45", "10:00"),
    ],
)
@pytest.mark.parametrize("exchange", ["NSE", "BSE"])
def test_mumbai_trades_in_these_hours(exchange, day, begins, ends):
    assert SHIPPED.session(exchange, date.fromisoformat(day)) == (at(f"{day}T{begins}"), at(f"{day}T{ends}"))


@pytest.mark.parametrize(
    ("day", "published"),
    [
        ("2025-10-20", True),
        ("2025-10-21", False),  # Diwali: an hour of trading makes no price of a fund
        ("2025-02-01", False),  # nor does a Saturday or a Sunday of the Budget
        ("2026-02-01", False),
        ("2026-11-24", False),
        ("2026-11-25", True),
    ],
)
def test_funds_keep_the_holidays_of_the_exchanges_and_not_their_special_sessions(day, published):
    assert SHIPPED.is_business_day("AMFI", date.fromisoformat(day)) is published


# TARGET closing days since 2002, until further notice: six a year, whatever the weekday.
@pytest.mark.parametrize("year", [2002, 2015, 2024, 2025, 2026, 2027, 2030])
def test_reference_rates_pause_on_the_closing_days_of_target(year):
    easter = easter_sunday(year)
    all_days = {
        *(date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)),
        *(easter - timedelta(days=2), easter + timedelta(days=1)),
    }

    assert closed("ECB", [year]) == {day.isoformat() for day in all_days if day.weekday() < 5}


def test_after_what_is_known_a_weekday_is_taken_for_an_ordinary_one():
    assert SHIPPED.known_until["NSE"] == date(2026, 12, 31)
    assert SHIPPED.is_business_day("NSE", date(2027, 12, 24))
    assert not SHIPPED.is_business_day("NSE", date(2027, 12, 25))  # a Saturday
    assert "TSX" not in SHIPPED.known_until


def test_every_special_day_is_named_and_of_a_known_exchange():
    for exchange, days in SHIPPED.days.items():
        assert exchange in EXCHANGES
        for day, one in days.items():
            assert day == one.day
            assert one.name.strip()
            assert one.kind is DayKind.CLOSED or one.opens < one.closes


def test_what_somebody_writes_down_counts_in_place_of_what_is_shipped():
    holi, sunday = date(2026, 3, 3), date(2026, 11, 8)
    changed = SHIPPED.changed(
        [("NSE", Hours(date(2026, 9, 1), time(9), time(16)))],
        [
            ("NSE", SpecialDay(holi, DayKind.ORDINARY, "No Holi")),
            ("NSE", SpecialDay(sunday, DayKind.SESSION, "Muhurat", time(18), time(19))),
            ("NSE", SpecialDay(date(2026, 11, 9), DayKind.CLOSED, "Mourning")),
        ],
    )

    # 09:15 to 15:30 IST on a day that was Holi; 18:00 to 19:00 on the Sunday; nothing on the Monday
    assert changed.session("NSE", holi) == (at("2026-03-03T03:45"), at("2026-03-03T10:00"))
    assert changed.session("NSE", sunday) == (at("2026-11-08T12:30"), at("2026-11-08T13:30"))
    assert changed.session("NSE", date(2026, 11, 9)) is None
    # 09:00 to 16:00 IST from September on, and the auction's hours until then
    assert changed.session("NSE", date(2026, 8, 31)) == (at("2026-08-31T03:45"), at("2026-08-31T10:05"))
    assert changed.session("NSE", date(2026, 9, 1)) == (at("2026-09-01T03:30"), at("2026-09-01T10:30"))
    # funds follow; the other exchange and the calendar we ship do not
    assert not changed.is_business_day("AMFI", date(2026, 11, 9))
    assert changed.session("BSE", sunday) is None
    assert SHIPPED.session("NSE", holi) is None


def test_a_session_that_is_shipped_can_be_taken_back():
    budget = date(2026, 2, 1)
    changed = SHIPPED.changed([], [("NSE", SpecialDay(budget, DayKind.ORDINARY, "An ordinary Sunday"))])

    assert changed.session("NSE", budget) is None


def test_hours_of_the_same_day_are_replaced_and_not_added():
    since = date(2026, 8, 3)
    changed = SHIPPED.changed([("NSE", Hours(since, time(9, 15), time(15, 40)))], [])

    assert [one.since for one in changed.hours["NSE"]] == [date.min, since]
    assert changed.session("NSE", since)[1] == at("2026-08-03T10:10")


def test_before_the_first_hours_that_are_known_those_hold():
    made = SHIPPED.changed([("NEW", Hours(date(2026, 1, 5), time(9), time(17)))], ())

    assert made.hours_on("NEW", date(2020, 1, 1)).closes == time(17)
    assert made.has_sessions("NEW")
    assert made.known_until == SHIPPED.known_until


def test_xetras_last_session_of_the_year_begins_as_ever_and_ends_with_an_auction_at_five_past_two():
    # Frankfurt is at +1 in winter
    assert SHIPPED.session("XETRA", date(2026, 12, 30)) == (at("2026-12-30T08:00"), at("2026-12-30T13:05"))
