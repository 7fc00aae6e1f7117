from datetime import UTC, date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import at
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.market_calendar import DayKind, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import (
    is_final,
    is_open,
    last_close,
    next_open,
    next_session_day,
    session_day,
    stale_at,
    start_of_day,
)
from tickfolio.domain.prices import PriceStatus

# 2026-11-20 is a Friday; Tuesday the 24th is a holiday in Mumbai (Guru Nanak Jayanti).
# India is at UTC+5:30 all the year; New York at −5 in winter and −4 in summer.
LIVE, NAV, MANUAL = PriceStatus.LIVE, PriceStatus.NAV, PriceStatus.MANUAL


def test_every_exchange_has_a_session_or_is_known_to_have_none():
    without = {code for code in EXCHANGES if next_open(code, at("2026-11-20T00:00")) is None}

    assert without == {"AMFI", "CRYPTO", "ECB", "MANUAL", "CASH", "DEMO"}


@pytest.mark.parametrize(
    ("exchange", "instant", "day"),
    [
        ("NSE", "2026-11-20T18:29", "2026-11-20"),
        ("NSE", "2026-11-20T18:30", "2026-11-21"),
        ("NYSE", "2026-11-20T02:00", "2026-11-19"),
        # Sydney is at +11 in its summer
        ("ASX", "2026-11-19T23:30", "2026-11-20"),
        ("CRYPTO", "2026-11-20T23:59", "2026-11-20"),
        ("UNHEARD_OF", "2026-11-20T23:59", "2026-11-20"),
    ],
)
def test_the_day_is_that_of_the_exchange(exchange, instant, day):
    assert session_day(exchange, at(instant)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("exchange", "now", "open_now"),
    [
        # 09:15 to the end of the closing auction, 15:35 IST, is 03:45 to 10:05 UTC
        ("NSE", "2026-11-20T03:44:59", False),
        ("NSE", "2026-11-20T03:45", True),
        ("NSE", "2026-11-20T10:04:59", True),
        ("NSE", "2026-11-20T10:05", False),
        ("NSE", "2026-11-21T05:00", False),
        # 09:30 in New York: 13:30 UTC in summer, 14:30 in winter (summer time ends on 2026-11-01)
        ("NYSE", "2026-10-30T13:30", True),
        ("NYSE", "2026-11-02T13:30", False),
        ("NYSE", "2026-11-02T14:30", True),
        # a Monday morning in Sydney is a Sunday evening in UTC
        ("ASX", "2026-11-22T23:00", True),
        ("CRYPTO", "2026-11-21T23:00", True),
        ("DEMO", "2026-11-21T23:00", True),
        ("AMFI", "2026-11-20T05:00", False),
        ("ECB", "2026-11-20T12:00", False),
        ("MANUAL", "2026-11-20T12:00", False),
        ("UNHEARD_OF", "2026-11-20T12:00", False),
    ],
)
def test_whether_it_is_open(exchange, now, open_now):
    assert is_open(exchange, at(now)) is open_now


@pytest.mark.parametrize(
    ("exchange", "now", "closed_at", "opens_at"),
    [
        ("NSE", "2026-11-20T05:00", "2026-11-19T10:05", "2026-11-23T03:45"),
        ("NSE", "2026-11-20T03:44", "2026-11-19T10:05", "2026-11-20T03:45"),
        ("NSE", "2026-11-20T10:05", "2026-11-20T10:05", "2026-11-23T03:45"),
        ("NSE", "2026-11-22T12:00", "2026-11-20T10:05", "2026-11-23T03:45"),
        ("NSE", "2026-11-23T03:45", "2026-11-20T10:05", "2026-11-25T03:45"),
        # closed on Friday by summer time (20:00 UTC), open on Monday by winter time (14:30 UTC)
        ("NYSE", "2026-10-31T12:00", "2026-10-30T20:00", "2026-11-02T14:30"),
        # and in spring, Friday 21:00 and Monday 13:30 (summer time begins on 2026-03-08)
        ("NYSE", "2026-03-07T12:00", "2026-03-06T21:00", "2026-03-09T13:30"),
    ],
)
def test_the_last_close_and_the_next_open(exchange, now, closed_at, opens_at):
    assert (last_close(exchange, at(now)), next_open(exchange, at(now))) == (at(closed_at), at(opens_at))


@pytest.mark.parametrize("exchange", ["CRYPTO", "DEMO", "MANUAL", "CASH", "AMFI", "ECB", "UNHEARD_OF"])
def test_where_there_are_no_sessions_nothing_closes(exchange):
    assert last_close(exchange, at("2026-11-20T12:00")) is next_open(exchange, at("2026-11-20T12:00")) is None


@pytest.mark.parametrize(
    ("exchange", "as_of", "now", "final"),
    [
        pytest.param("NSE", "2026-11-20T10:05", "2026-11-20T10:06", True, id="the close is here"),
        pytest.param("NSE", "2026-11-20T10:04", "2026-11-20T10:06", False, id="the close is still to come"),
        pytest.param("NSE", "2026-11-20T10:05", "2026-11-22T23:00", True, id="over the weekend"),
        pytest.param("NSE", "2026-11-20T10:05", "2026-11-23T03:44", True, id="until it opens"),
        pytest.param("NSE", "2026-11-20T10:05", "2026-11-23T03:45", False, id="it is open"),
        pytest.param("NSE", "2026-11-19T10:05", "2026-11-20T10:06", False, id="the close before"),
        pytest.param("NSE", None, "2026-11-22T12:00", False, id="no price yet"),
        pytest.param("CRYPTO", "2026-11-20T10:00", "2026-11-20T10:00", False, id="never closes"),
        pytest.param("DEMO", "2026-11-20T10:00", "2026-11-20T10:00", False, id="the demo never closes"),
        pytest.param("MANUAL", None, "2026-11-20T10:00", True, id="nobody to ask"),
        pytest.param("UNHEARD_OF", "2026-11-20T10:00", "2026-11-20T10:00", False, id="unheard of"),
        # funds are asked for from 21:00 (15:30 UTC) to 11:00 IST (05:30 UTC)
        pytest.param("AMFI", "2026-11-18T18:00", "2026-11-19T05:30", True, id="a fund, by day"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-20T15:29", True, id="a fund, just before"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-20T15:30", False, id="a fund, in the evening"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-20T18:15", True, id="a fund, today's is here"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-21T05:29", False, id="a fund, next morning"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-22T16:00", True, id="a fund, on Sunday evening"),
        pytest.param("AMFI", None, "2026-11-20T08:00", False, id="a fund without a price"),
        # the rates of a day come at 16:00 in Frankfurt, 15:00 UTC in winter
        pytest.param("ECB", "2026-11-19T15:00", "2026-11-20T14:59", True, id="rates, before they come"),
        pytest.param("ECB", "2026-11-19T15:00", "2026-11-20T15:00", False, id="rates, due"),
        pytest.param("ECB", "2026-11-20T15:00", "2026-11-20T15:30", True, id="rates, here"),
        pytest.param("ECB", "2026-11-20T15:00", "2026-11-23T14:59", True, id="rates, over the weekend"),
        pytest.param("ECB", "2026-11-19T15:00", "2026-11-22T12:00", False, id="rates, Friday's are missing"),
    ],
)
def test_fault_25_whether_asking_again_is_in_vain(exchange, as_of, now, final):
    assert is_final(exchange, None if as_of is None else at(as_of), at(now)) is final


@pytest.mark.parametrize(
    ("exchange", "as_of", "status", "interval", "expected"),
    [
        # in the session: three slots of 10 minutes; of 5, at least 30 minutes; of 20, an hour
        pytest.param("NSE", "2026-11-20T05:00", LIVE, 10, "2026-11-20T05:30", id="in the session"),
        pytest.param("NSE", "2026-11-20T05:00", LIVE, 5, "2026-11-20T05:30", id="at least half an hour"),
        pytest.param("NSE", "2026-11-20T05:00", LIVE, 20, "2026-11-20T06:00", id="slower refreshes"),
        pytest.param("NSE", "2026-11-20T03:45", LIVE, 10, "2026-11-20T04:15", id="at the open"),
        # 15:05 IST + 30 minutes is the close; a minute later it reaches past it, into Monday 09:15 + 45 = 10:00 IST
        pytest.param("NSE", "2026-11-20T09:35", LIVE, 10, "2026-11-20T10:05", id="just within the session"),
        pytest.param("NSE", "2026-11-20T09:36", LIVE, 10, "2026-11-23T04:30", id="past the close"),
        pytest.param("NSE", "2026-11-20T10:05", LIVE, 10, "2026-11-23T04:30", id="the close of Friday"),
        pytest.param("NSE", "2026-11-19T10:05", PriceStatus.CLOSE, 10, "2026-11-20T04:30", id="the close of Thursday"),
        pytest.param("NSE", "2026-11-20T03:30", LIVE, 10, "2026-11-20T04:30", id="before the open"),
        pytest.param("NSE", "2026-11-21T05:00", LIVE, 10, "2026-11-23T04:30", id="on a Saturday"),
        pytest.param("NSE", "2026-11-21T03:00", LIVE, 10, "2026-11-23T04:30", id="early on a Saturday"),
        # Friday's close by summer time; Monday 09:30 + 45 = 10:15 by winter time is 15:15 UTC
        pytest.param("NYSE", "2026-10-30T20:00", LIVE, 10, "2026-11-02T15:15", id="over the end of summer time"),
        # Monday's value is due on Tuesday night, at the latest on Wednesday 11:00 IST (05:30 UTC)
        pytest.param("AMFI", "2026-11-16T18:00", NAV, 10, "2026-11-18T05:30", id="a fund on Monday"),
        # Friday's: Monday, and not Tuesday, which is a holiday, but Wednesday
        pytest.param("AMFI", "2026-11-20T18:00", NAV, 10, "2026-11-25T05:30", id="a fund on Friday"),
        pytest.param("AMFI", "2026-11-19T18:00", NAV, 10, "2026-11-23T05:30", id="a fund on Thursday"),
        pytest.param("BSE", "2026-11-16T18:00", NAV, 10, "2026-11-18T05:30", id="a fund's value elsewhere"),
        # 18:00 in Frankfurt is 17:00 UTC in winter and 16:00 in summer
        pytest.param("ECB", "2026-11-20T15:00", LIVE, 10, "2026-11-23T17:00", id="rates of Friday"),
        pytest.param("ECB", "2026-07-20T14:00", LIVE, 10, "2026-07-21T16:00", id="rates in summer"),
        pytest.param("CRYPTO", "2026-11-21T05:00", LIVE, 10, "2026-11-21T05:30", id="never closes"),
        pytest.param("DEMO", "2026-11-21T05:00", PriceStatus.DEMO, 1, "2026-11-21T05:03", id="the demo"),
        pytest.param("NSE", "2026-11-20T05:00", MANUAL, 10, None, id="set by hand"),
        # a Friday: until the end of Monday
        pytest.param("MANUAL", "2026-11-20T05:00", LIVE, 10, "2026-11-24T00:00", id="an address of one's own"),
        # Friday; good until the end of Monday
        pytest.param("UNHEARD_OF", "2026-11-20T05:00", LIVE, 10, "2026-11-24T00:00", id="unheard of"),
    ],
)
def test_fault_25_when_a_price_counts_as_old(exchange, as_of, status, interval, expected):
    assert stale_at(exchange, at(as_of), status, interval) == (None if expected is None else at(expected))


def test_a_day_begins_at_midnight_in_the_exchanges_zone():
    # 18:31 UTC on the 20th is 00:01 on the 21st in Mumbai, which began at 18:30 UTC
    assert start_of_day("NSE", at("2026-11-20T18:31")) == at("2026-11-20T18:30")


def test_instants_of_any_zone_come_out_in_utc():
    inside = at("2026-11-20T10:30:00+05:30")

    for instant in (
        stale_at("NSE", inside, LIVE, 10),
        stale_at("CRYPTO", inside, LIVE, 10),
        last_close("NSE", inside),
        next_open("NSE", inside),
    ):
        assert instant.utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    ("exchange", "now", "closed_at", "opens_at"),
    [
        # Tuesday 24 November is a holiday: Monday 15:35 to Wednesday 09:15 IST
        ("NSE", "2026-11-24T06:00", "2026-11-23T10:05", "2026-11-25T03:45"),
        # the Budget on Sunday 1 February 2026
        ("NSE", "2026-01-31T06:00", "2026-01-30T10:00", "2026-02-01T03:45"),
        ("NSE", "2026-02-01T12:00", "2026-02-01T10:00", "2026-02-02T03:45"),
        # Diwali 2025: Muhurat on the 21st, 13:45 to 14:45 IST; the 22nd is closed
        ("NSE", "2025-10-21T04:00", "2025-10-20T10:00", "2025-10-21T08:15"),
        ("NSE", "2025-10-21T10:00", "2025-10-21T09:15", "2025-10-23T03:45"),
        # the half day after Thanksgiving ends at 13:00 in New York, 18:00 UTC; then Monday 09:30
        ("NYSE", "2026-11-27T18:00", "2026-11-27T18:00", "2026-11-30T14:30"),
        # Easter in London, and summer time since Sunday 29 March: 16:35 by winter time, 08:00 by summer time
        ("LSE", "2024-03-30T12:00", "2024-03-28T16:35", "2024-04-02T07:00"),
        # 29 February 2024
        ("NSE", "2024-02-29T10:00", "2024-02-29T10:00", "2024-03-01T03:45"),
    ],
)
def test_fault_25_holidays_and_special_sessions_move_the_close_and_the_open(exchange, now, closed_at, opens_at):
    assert (last_close(exchange, at(now)), next_open(exchange, at(now))) == (at(closed_at), at(opens_at))


@pytest.mark.parametrize(
    ("exchange", "now", "open_now"),
    [
        ("NSE", "2026-11-24T06:00", False),  # Guru Nanak Jayanti
        ("NSE", "2026-02-01T06:00", True),  # the Budget, on a Sunday
        ("NSE", "2025-10-21T06:00", False),  # Diwali before the Muhurat session
        ("NSE", "2025-10-21T08:15", True),
        ("NYSE", "2026-11-27T17:59:59", True),
        ("NYSE", "2026-11-27T18:00", False),
        ("XETRA", "2026-12-24T10:00", False),
        # summer time in London: 08:00 is 07:00 UTC from 29 March 2026, and 08:00 UTC from 25 October 2026
        ("LSE", "2026-03-27T07:30", False),
        ("LSE", "2026-03-30T07:30", True),
        ("LSE", "2026-10-23T07:30", True),
        ("LSE", "2026-10-26T07:30", False),
    ],
)
def test_fault_30_whether_it_is_open_on_days_of_their_own(exchange, now, open_now):
    assert is_open(exchange, at(now)) is open_now


@pytest.mark.parametrize(
    ("exchange", "day", "following"),
    [
        ("NSE", "2026-11-20", "2026-11-23"),
        ("NSE", "2026-11-23", "2026-11-25"),
        ("NSE", "2026-01-30", "2026-02-01"),
        ("NSE", "2024-02-28", "2024-02-29"),
        ("AMFI", "2026-01-30", "2026-02-02"),
        ("AMFI", "2026-11-23", "2026-11-25"),
        ("ECB", "2026-04-02", "2026-04-07"),
        ("ECB", "2026-12-24", "2026-12-28"),
        ("CRYPTO", "2026-11-20", "2026-11-21"),
        ("UNHEARD_OF", "2026-11-20", "2026-11-23"),
    ],
)
def test_the_next_day_with_a_price_of_its_own(exchange, day, following):
    assert next_session_day(exchange, date.fromisoformat(day)) == date.fromisoformat(following)


@pytest.mark.parametrize(
    ("exchange", "as_of", "now", "final"),
    [
        # Monday's close is all there is on the holiday, and on the morning after it until 09:15 IST
        pytest.param("NSE", "2026-11-23T10:05", "2026-11-24T06:00", True, id="on a holiday"),
        pytest.param("NSE", "2026-11-23T10:05", "2026-11-25T03:44", True, id="after a holiday"),
        pytest.param("NSE", "2026-11-23T10:05", "2026-11-25T03:45", False, id="when it opens again"),
        pytest.param("NSE", "2026-01-30T10:00", "2026-02-01T11:00", False, id="after a session on a Sunday"),
        # Monday's fund price: due from Monday 21:00 IST (15:30 UTC) to Tuesday 11:00, a holiday; nothing comes that
        # evening; on Wednesday morning a straggler may
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-24T05:29", False, id="a fund, the morning of a holiday"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-24T05:30", True, id="a fund, by day on a holiday"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-24T16:00", True, id="a fund, in the evening of a holiday"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-25T03:00", False, id="a fund, the morning after a holiday"),
        pytest.param("AMFI", "2026-11-23T18:00", "2026-11-25T03:00", True, id="a fund, here before the holiday"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-21T16:00", True, id="a fund, on a Saturday evening"),
        # Monday's is old on Wednesday at 11:00 IST: after an outage it is asked for at any hour
        pytest.param("AMFI", "2026-11-16T18:00", "2026-11-18T05:29:59", False, id="a fund, in time"),
        pytest.param("AMFI", "2026-11-16T18:00", "2026-11-18T08:00", False, id="a fund, old, by day"),
        pytest.param("AMFI", "2026-11-12T18:00", "2026-11-22T08:00", False, id="a fund, ten days old"),
        pytest.param("AMFI", "2026-11-11T18:00", "2026-11-22T08:00", True, id="a fund that has stopped, by day"),
        pytest.param("AMFI", "2026-11-11T18:00", "2026-11-20T18:00", False, id="a fund that has stopped, by night"),
        # Good Friday 3 and Easter Monday 6 April 2026: Thursday's rate stands until Tuesday 16:00, 14:00 UTC in summer
        pytest.param("ECB", "2026-04-02T14:00", "2026-04-06T18:00", True, id="rates, at Easter"),
        pytest.param("ECB", "2026-04-02T14:00", "2026-04-07T13:59", True, id="rates, after Easter"),
        pytest.param("ECB", "2026-04-02T14:00", "2026-04-07T14:00", False, id="rates, due after Easter"),
    ],
)
def test_fault_25_only_what_is_due_is_asked_for(exchange, as_of, now, final):
    assert is_final(exchange, at(as_of), at(now)) is final


@pytest.mark.parametrize(
    ("as_of", "told_at", "final"),
    [
        # The session ends at 10:05 UTC; a source may name 15:30 IST, 10:00 UTC, as the time of the close.
        pytest.param("2026-11-20T10:00", "2026-11-20T10:10", True, id="told after the end"),
        pytest.param("2026-11-20T10:00", "2026-11-20T10:01", False, id="told before the auction was over"),
        pytest.param("2026-11-19T10:00", "2026-11-20T10:10", False, id="the close of another day"),
        pytest.param("2026-11-20T10:00", None, False, id="nobody calls it the close"),
    ],
)
def test_what_a_source_calls_the_close_after_the_session_is_not_asked_for_again(as_of, told_at, final):
    told = None if told_at is None else at(told_at)

    assert is_final("NSE", at(as_of), at("2026-11-20T12:00"), close_told_at=told) is final


@pytest.mark.parametrize(
    ("exchange", "as_of", "status", "expected"),
    [
        # Monday's close over the holiday: Wednesday 09:15 + 45 minutes, 04:30 UTC
        pytest.param("NSE", "2026-11-23T10:05", PriceStatus.CLOSE, "2026-11-25T04:30", id="over a holiday"),
        # Friday's before the Sunday of the Budget
        pytest.param("NSE", "2026-01-30T10:00", PriceStatus.CLOSE, "2026-02-01T04:30", id="a session on a Sunday"),
        # 14:30 IST in the Muhurat session to 14:45: past its end, so the morning of the 23rd; the 22nd is closed
        pytest.param("NSE", "2025-10-21T09:00", LIVE, "2025-10-23T04:30", id="in the Muhurat session"),
        pytest.param("NSE", "2025-10-21T08:20", LIVE, "2025-10-21T08:50", id="early in the Muhurat session"),
        # 12:50 on a half day in New York; Monday 09:30 + 45 minutes is 15:15 UTC
        pytest.param("NYSE", "2026-11-27T17:50", LIVE, "2026-11-30T15:15", id="on a half day"),
        # Friday 13 March's fund price is due on the second business day: Monday 16, Tuesday 17 March 2026
        pytest.param("AMFI", "2026-03-13T18:00", NAV, "2026-03-17T05:30", id="a fund in an ordinary week"),
        # Friday 27 March: Monday 30; Tuesday 31 is Mahavir Jayanti; Wednesday 1 April
        pytest.param("AMFI", "2026-03-27T18:00", NAV, "2026-04-01T05:30", id="a fund over a holiday"),
        # Thursday's rate before Easter is good until Tuesday 18:00, 16:00 UTC in summer
        pytest.param("ECB", "2026-04-02T14:00", LIVE, "2026-04-07T16:00", id="rates over Easter"),
    ],
)
def test_fault_25_a_holiday_makes_nothing_old(exchange, as_of, status, expected):
    assert stale_at(exchange, at(as_of), status, 10) == at(expected)


def test_what_somebody_writes_down_is_what_counts():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    mourning = SHIPPED.changed([], [("NSE", SpecialDay(monday, DayKind.CLOSED, "Mourning"))])

    # Monday is closed, and Tuesday is a holiday: Wednesday 25
    assert next_session_day("NSE", friday, mourning) == date(2026, 11, 25)
    assert not is_open("NSE", at("2026-11-23T06:00"), mourning)
    assert next_open("NSE", at("2026-11-20T12:00"), mourning) == at("2026-11-25T03:45")
    assert stale_at("NSE", at("2026-11-20T10:05"), LIVE, 10, mourning) == at("2026-11-25T04:30")
    assert is_final("NSE", at("2026-11-20T10:05"), at("2026-11-23T06:00"), mourning)


_TIMES = st.times(time(0), time(23, 58)).map(lambda one: one.replace(microsecond=0))


@st.composite
def _calendars(draw):
    """The calendar we ship with some days of two years written anew."""
    days = []
    for day in draw(st.lists(st.dates(date(2025, 6, 1), date(2027, 6, 1)), max_size=40, unique=True)):
        kind = draw(st.sampled_from(DayKind))
        opens, closes = sorted((draw(_TIMES), draw(_TIMES)))
        hours = (opens, closes) if kind is DayKind.SESSION and opens < closes else (None, None)
        days.append(SpecialDay(day, kind, "made", *hours))
    return SHIPPED.changed([], [(exchange, day) for exchange in ("NSE", "NYSE", "LSE", "ASX") for day in days])


def _instants(first, last):
    return st.datetimes(at(first).replace(tzinfo=None), at(last).replace(tzinfo=None), timezones=st.just(UTC))


@given(
    calendar=_calendars(),
    exchange=st.sampled_from(["NSE", "NYSE", "LSE", "ASX"]),
    now=_instants("2025-07-01", "2027-05-01"),
)
def test_the_last_close_the_next_open_and_whether_it_is_open_agree(calendar, exchange, now):
    closed_at, opens_at = last_close(exchange, now, calendar), next_open(exchange, now, calendar)

    assert closed_at <= now < opens_at
    # Between the two lies at most one start of a session, and one only while it is going on.
    first_open = next_open(exchange, closed_at, calendar)
    assert is_open(exchange, now, calendar) == (first_open <= now)
    assert (opens_at == first_open) != is_open(exchange, now, calendar)
    # Nothing is over in between.
    assert last_close(exchange, opens_at, calendar) == (
        closed_at if opens_at == first_open else last_close(exchange, opens_at - timedelta(microseconds=1), calendar)
    )


@given(
    calendar=_calendars(),
    exchange=st.sampled_from(["NSE", "NYSE", "LSE", "AMFI", "ECB"]),
    as_of=_instants("2025-07-01", "2027-04-01"),
)
def test_a_price_is_old_only_after_another_one_could_have_been_there(calendar, exchange, as_of):
    old_at = stale_at(exchange, as_of, LIVE, 10, calendar)

    assert old_at > as_of
    if exchange in {"NSE", "NYSE", "LSE"}:
        asked = old_at - timedelta(minutes=30)
        assert is_open(exchange, asked, calendar) or next_open(exchange, as_of, calendar) <= old_at
    else:
        assert next_session_day(exchange, session_day(exchange, as_of), calendar) <= session_day(exchange, old_at)
