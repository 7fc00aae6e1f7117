"""The calendar we ship: ordinary hours, holidays and special sessions, as the exchanges published them.

NSE and BSE: their circulars, until the end of 2026; what they have not announced yet is not in it, nor is the hour of
a session that we could not confirm (the Muhurat session of Sunday 8 November 2026). From 3 August 2026 the closing
auction ends at 15:35 (SEBI). A Saturday of two short sessions is one session here, from the first open to the last
close. NYSE and Nasdaq: the NYSE Group's list, until the end of 2027. LSE: the bank holidays of England, with half days
before Christmas and the New Year. Xetra: Deutsche Börse's list. ECB: the closing days of TARGET, the same ones every
year since 2002. Funds keep the holidays of the NSE. Of every other exchange only the hours are known.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta

from tickfolio.domain.market_calendar import Calendar, DayKind, Hours, SpecialDay

_HOURS = """
NSE 09:15-15:30
BSE 09:15-15:30
NYSE 09:30-16:00
NASDAQ 09:30-16:00
LSE 08:00-16:35
XETRA 09:00-17:35
EURONEXT_PARIS 09:00-17:35
EURONEXT_AMSTERDAM 09:00-17:35
MILAN 09:00-17:35
SIX 09:00-17:30
TSX 09:30-16:00
ASX 10:00-16:10
TSE 09:00-15:30
HKEX 09:30-16:08
SGX 09:00-17:06
OSLO 09:00-16:25
JSE 09:00-17:00
TASE 10:00-17:25
IDX 09:00-16:00
"""
_AUCTION_SINCE, _AUCTION_UNTIL = date(2026, 8, 3), time(15, 35)

_INDIA = """
2024-01-20 09:15-15:30 In place of Monday
2024-01-22 closed Ayodhya consecration
2024-01-26 closed Republic Day
2024-03-02 09:15-12:30 Disaster recovery session
2024-03-08 closed Mahashivratri
2024-03-25 closed Holi
2024-03-29 closed Good Friday
2024-04-11 closed Id-ul-Fitr
2024-04-17 closed Ram Navami
2024-05-01 closed Maharashtra Day
2024-05-18 09:15-12:40 Disaster recovery session
2024-05-20 closed Parliamentary elections
2024-06-17 closed Bakri Id
2024-07-17 closed Muharram
2024-08-15 closed Independence Day
2024-10-02 closed Gandhi Jayanti
2024-11-01 18:00-19:00 Muhurat
2024-11-15 closed Guru Nanak Jayanti
2024-11-20 closed Maharashtra elections
2024-12-25 closed Christmas
2025-02-01 09:15-15:30 Union Budget
2025-02-26 closed Mahashivratri
2025-03-14 closed Holi
2025-03-31 closed Id-ul-Fitr
2025-04-10 closed Mahavir Jayanti
2025-04-14 closed Ambedkar Jayanti
2025-04-18 closed Good Friday
2025-05-01 closed Maharashtra Day
2025-08-15 closed Independence Day
2025-08-27 closed Ganesh Chaturthi
2025-10-02 closed Gandhi Jayanti, Dussehra
2025-10-21 13:45-14:45 Muhurat
2025-10-22 closed Diwali Balipratipada
2025-11-05 closed Guru Nanak Jayanti
2025-12-25 closed Christmas
2026-01-15 closed Maharashtra municipal elections
2026-01-26 closed Republic Day
2026-02-01 09:15-15:30 Union Budget
2026-03-03 closed Holi
2026-03-26 closed Ram Navami
2026-03-31 closed Mahavir Jayanti
2026-04-03 closed Good Friday
2026-04-14 closed Ambedkar Jayanti
2026-05-01 closed Maharashtra Day
2026-05-28 closed Bakri Id
2026-06-26 closed Muharram
2026-09-14 closed Ganesh Chaturthi
2026-10-02 closed Gandhi Jayanti
2026-10-20 closed Dussehra
2026-11-10 closed Diwali Balipratipada
2026-11-24 closed Guru Nanak Jayanti
2026-12-25 closed Christmas
2027-01-26 closed Republic Day
"""
# Holidays for funds, on which the exchanges hold no more than the Muhurat session.
_FUNDS = """
2024-11-01 closed Diwali Laxmi Pujan
2025-10-21 closed Diwali Laxmi Pujan
"""
_NEW_YORK = """
2024-01-01 closed New Year’s Day
2024-01-15 closed Martin Luther King Day
2024-02-19 closed Washington’s Birthday
2024-03-29 closed Good Friday
2024-05-27 closed Memorial Day
2024-06-19 closed Juneteenth
2024-07-03 09:30-13:00 Before Independence Day
2024-07-04 closed Independence Day
2024-09-02 closed Labor Day
2024-11-28 closed Thanksgiving
2024-11-29 09:30-13:00 After Thanksgiving
2024-12-24 09:30-13:00 Christmas Eve
2024-12-25 closed Christmas
2025-01-01 closed New Year’s Day
2025-01-09 closed Mourning for President Carter
2025-01-20 closed Martin Luther King Day
2025-02-17 closed Washington’s Birthday
2025-04-18 closed Good Friday
2025-05-26 closed Memorial Day
2025-06-19 closed Juneteenth
2025-07-03 09:30-13:00 Before Independence Day
2025-07-04 closed Independence Day
2025-09-01 closed Labor Day
2025-11-27 closed Thanksgiving
2025-11-28 09:30-13:00 After Thanksgiving
2025-12-24 09:30-13:00 Christmas Eve
2025-12-25 closed Christmas
2026-01-01 closed New Year’s Day
2026-01-19 closed Martin Luther King Day
2026-02-16 closed Washington’s Birthday
2026-04-03 closed Good Friday
2026-05-25 closed Memorial Day
2026-06-19 closed Juneteenth
2026-07-03 closed Independence Day
2026-09-07 closed Labor Day
2026-11-26 closed Thanksgiving
2026-11-27 09:30-13:00 After Thanksgiving
2026-12-24 09:30-13:00 Christmas Eve
2026-12-25 closed Christmas
2027-01-01 closed New Year’s Day
2027-01-18 closed Martin Luther King Day
2027-02-15 closed Washington’s Birthday
2027-03-26 closed Good Friday
2027-05-31 closed Memorial Day
2027-06-18 closed Juneteenth
2027-07-05 closed Independence Day
2027-09-06 closed Labor Day
2027-11-25 closed Thanksgiving
2027-11-26 09:30-13:00 After Thanksgiving
2027-12-24 closed Christmas
"""
_LONDON = """
2024-01-01 closed New Year’s Day
2024-03-29 closed Good Friday
2024-04-01 closed Easter Monday
2024-05-06 closed Early May bank holiday
2024-05-27 closed Spring bank holiday
2024-08-26 closed Summer bank holiday
2024-12-24 08:00-12:35 Christmas Eve
2024-12-25 closed Christmas
2024-12-26 closed Boxing Day
2024-12-31 08:00-12:35 New Year’s Eve
2025-01-01 closed New Year’s Day
2025-04-18 closed Good Friday
2025-04-21 closed Easter Monday
2025-05-05 closed Early May bank holiday
2025-05-26 closed Spring bank holiday
2025-08-25 closed Summer bank holiday
2025-12-24 08:00-12:35 Christmas Eve
2025-12-25 closed Christmas
2025-12-26 closed Boxing Day
2025-12-31 08:00-12:35 New Year’s Eve
2026-01-01 closed New Year’s Day
2026-04-03 closed Good Friday
2026-04-06 closed Easter Monday
2026-05-04 closed Early May bank holiday
2026-05-25 closed Spring bank holiday
2026-08-31 closed Summer bank holiday
2026-12-24 08:00-12:35 Christmas Eve
2026-12-25 closed Christmas
2026-12-28 closed Boxing Day
2026-12-31 08:00-12:35 New Year’s Eve
2027-01-01 closed New Year’s Day
2027-03-26 closed Good Friday
2027-03-29 closed Easter Monday
2027-05-03 closed Early May bank holiday
2027-05-31 closed Spring bank holiday
2027-08-30 closed Summer bank holiday
2027-12-24 08:00-12:35 Christmas Eve
2027-12-27 closed Christmas
2027-12-28 closed Boxing Day
2027-12-31 08:00-12:35 New Year’s Eve
"""
_XETRA_YEARS, _TARGET_YEARS = range(2024, 2028), range(2002, 2036)
_KNOWN_UNTIL = {
    "NSE": date(2026, 12, 31),
    "BSE": date(2026, 12, 31),
    "AMFI": date(2026, 12, 31),
    "NYSE": date(2027, 12, 31),
    "NASDAQ": date(2027, 12, 31),
    "LSE": date(2027, 12, 31),
    "XETRA": date(_XETRA_YEARS[-1], 12, 31),
    "ECB": date(_TARGET_YEARS[-1], 12, 31),
}


def _read_time(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _read_days(table: str) -> Mapping[date, SpecialDay]:
    found = {}
    for line in table.strip().splitlines():
        day, what, name = line.split(" ", 2)
        on = date.fromisoformat(day)
        closed = what == "closed"
        found[on] = (
            SpecialDay(on, DayKind.CLOSED, name) if closed else SpecialDay(on, DayKind.SESSION, name, *_read_time(what))
        )
    return found


def _read_hours() -> Mapping[str, tuple[Hours, ...]]:
    found = {}
    for line in _HOURS.strip().splitlines():
        exchange, what = line.split(" ")
        hours = Hours(date.min, *_read_time(what))
        later = (Hours(_AUCTION_SINCE, hours.opens, _AUCTION_UNTIL),) if exchange in {"NSE", "BSE"} else ()
        found[exchange] = (hours, *later)
    return found


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian calendar. Source: the algorithm of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _closed_on(days: Iterator[tuple[date, str]]) -> Mapping[date, SpecialDay]:
    return {day: SpecialDay(day, DayKind.CLOSED, name) for day, name in days}


def _target_days(years: range) -> Iterator[tuple[date, str]]:
    for year in years:
        easter = easter_sunday(year)
        yield date(year, 1, 1), "New Year’s Day"
        yield easter - timedelta(days=2), "Good Friday"
        yield easter + timedelta(days=1), "Easter Monday"
        yield date(year, 5, 1), "Labour Day"
        yield date(year, 12, 25), "Christmas"
        yield date(year, 12, 26), "Boxing Day"


def _xetra_days() -> Mapping[date, SpecialDay]:
    """Closed when TARGET is and on both eves; the last session of the year ends with an auction at 14:05."""
    days = dict(_closed_on(_target_days(_XETRA_YEARS)))
    for year in _XETRA_YEARS:
        eves = ((date(year, 12, 24), "Christmas Eve"), (date(year, 12, 31), "New Year’s Eve"))
        days |= _closed_on(iter(eves))
        last = date(year, 12, 30)
        days[last] = SpecialDay(last, DayKind.SESSION, "Last session of the year", time(9), time(14, 5))
    return days


_OF_INDIA, _OF_NEW_YORK = _read_days(_INDIA), _read_days(_NEW_YORK)
SHIPPED = Calendar(
    _read_hours(),
    {
        "NSE": _OF_INDIA,
        "BSE": _OF_INDIA,
        "AMFI": _read_days(_FUNDS),
        "NYSE": _OF_NEW_YORK,
        "NASDAQ": _OF_NEW_YORK,
        "LSE": _read_days(_LONDON),
        "XETRA": _xetra_days(),
        "ECB": _closed_on(_target_days(_TARGET_YEARS)),
    },
    _KNOWN_UNTIL,
)
