"""Financial years: as a country's tax law counts them, by the month they begin in."""

from datetime import date

_MONTHS_A_QUARTER = 3


def financial_year(day: date, first_month: int = 4) -> str:
    """The label of a day's financial year: `2026-27`, or `2026` where it is the calendar's."""
    if first_month == 1:
        return str(day.year)
    first = day.year if day.month >= first_month else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def quarter(day: date, first_month: int = 4) -> str:
    """The label of a day's quarter in its financial year: `Q1` is the first three months."""
    return f"Q{(day.month - first_month) % 12 // _MONTHS_A_QUARTER + 1}"
