from datetime import date

import pytest

from tickfolio.domain.financial_year import financial_year, quarter


# India: 1 April to 31 March; Q1 is April to June
@pytest.mark.parametrize(
    ("day", "year", "of_year"),
    [
        (date(2024, 3, 31), "2023-24", "Q4"),
        (date(2024, 4, 1), "2024-25", "Q1"),
        (date(2024, 6, 30), "2024-25", "Q1"),
        (date(2024, 7, 1), "2024-25", "Q2"),
        (date(2024, 12, 31), "2024-25", "Q3"),
        (date(2025, 1, 1), "2024-25", "Q4"),
        (date(1999, 4, 1), "1999-00", "Q1"),
        (date(2100, 3, 31), "2099-00", "Q4"),
    ],
)
def test_the_year_that_begins_in_april(day, year, of_year):
    assert (financial_year(day), quarter(day)) == (year, of_year)


def test_a_year_that_is_the_calendars_is_called_by_its_number():
    assert financial_year(date(2026, 1, 1), first_month=1) == "2026"
    assert financial_year(date(2026, 12, 31), first_month=1) == "2026"
    assert [quarter(date(2026, month, 1), first_month=1) for month in (1, 3, 4, 10)] == ["Q1", "Q1", "Q2", "Q4"]


# Australia: 1 July to 30 June
def test_a_year_may_begin_in_any_month():
    assert financial_year(date(2026, 6, 30), first_month=7) == "2025-26"
    assert financial_year(date(2026, 7, 1), first_month=7) == "2026-27"
    assert [quarter(date(2026, month, 1), first_month=7) for month in (6, 7, 10, 1)] == ["Q4", "Q1", "Q2", "Q3"]
