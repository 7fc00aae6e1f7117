from datetime import date

import pytest

from tests.domain.made import at
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.market_hours import is_final, is_open, last_close, next_open, session_day, stale_at, start_of_day
from tickfolio.domain.prices import PriceStatus

# 2026-11-20 is a Friday. India is at UTC+5:30 all the year; New York at −5 in winter and −4 in summer.
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
        # 09:15 to 15:30 IST is 03:45 to 10:00 UTC
        ("NSE", "2026-11-20T03:44:59", False),
        ("NSE", "2026-11-20T03:45", True),
        ("NSE", "2026-11-20T09:59:59", True),
        ("NSE", "2026-11-20T10:00", False),
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
        ("NSE", "2026-11-20T05:00", "2026-11-19T10:00", "2026-11-23T03:45"),
        ("NSE", "2026-11-20T03:44", "2026-11-19T10:00", "2026-11-20T03:45"),
        ("NSE", "2026-11-20T10:00", "2026-11-20T10:00", "2026-11-23T03:45"),
        ("NSE", "2026-11-22T12:00", "2026-11-20T10:00", "2026-11-23T03:45"),
        ("NSE", "2026-11-23T03:45", "2026-11-20T10:00", "2026-11-24T03:45"),
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
        pytest.param("NSE", "2026-11-20T10:00", "2026-11-20T10:01", True, id="the close is here"),
        pytest.param("NSE", "2026-11-20T09:59", "2026-11-20T10:01", False, id="the close is still to come"),
        pytest.param("NSE", "2026-11-20T10:00", "2026-11-22T23:00", True, id="over the weekend"),
        pytest.param("NSE", "2026-11-20T10:00", "2026-11-23T03:44", True, id="until it opens"),
        pytest.param("NSE", "2026-11-20T10:00", "2026-11-23T03:45", False, id="it is open"),
        pytest.param("NSE", "2026-11-19T10:00", "2026-11-20T10:01", False, id="the close before"),
        pytest.param("NSE", None, "2026-11-22T12:00", False, id="no price yet"),
        pytest.param("CRYPTO", "2026-11-20T10:00", "2026-11-20T10:00", False, id="never closes"),
        pytest.param("DEMO", "2026-11-20T10:00", "2026-11-20T10:00", False, id="the demo never closes"),
        pytest.param("MANUAL", None, "2026-11-20T10:00", True, id="nobody to ask"),
        pytest.param("UNHEARD_OF", "2026-11-20T10:00", "2026-11-20T10:00", False, id="unheard of"),
        # funds are asked for from 20:00 (14:30 UTC) to 11:00 IST (05:30 UTC)
        pytest.param("AMFI", "2026-11-18T18:00", "2026-11-20T05:30", True, id="a fund, by day"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-20T14:29", True, id="a fund, just before"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-20T14:30", False, id="a fund, in the evening"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-20T18:15", True, id="a fund, today's is here"),
        pytest.param("AMFI", "2026-11-19T18:00", "2026-11-21T05:29", False, id="a fund, next morning"),
        pytest.param("AMFI", "2026-11-20T18:00", "2026-11-22T15:00", True, id="a fund, on Sunday evening"),
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
        # 15:00 IST + 30 minutes is the close; a minute later it reaches past it, into Monday 09:15 + 45 = 10:00 IST
        pytest.param("NSE", "2026-11-20T09:30", LIVE, 10, "2026-11-20T10:00", id="just within the session"),
        pytest.param("NSE", "2026-11-20T09:31", LIVE, 10, "2026-11-23T04:30", id="past the close"),
        pytest.param("NSE", "2026-11-20T10:00", LIVE, 10, "2026-11-23T04:30", id="the close of Friday"),
        pytest.param("NSE", "2026-11-19T10:00", PriceStatus.CLOSE, 10, "2026-11-20T04:30", id="the close of Thursday"),
        pytest.param("NSE", "2026-11-20T03:30", LIVE, 10, "2026-11-20T04:30", id="before the open"),
        pytest.param("NSE", "2026-11-21T05:00", LIVE, 10, "2026-11-23T04:30", id="on a Saturday"),
        pytest.param("NSE", "2026-11-21T03:00", LIVE, 10, "2026-11-23T04:30", id="early on a Saturday"),
        # Friday's close by summer time; Monday 09:30 + 45 = 10:15 by winter time is 15:15 UTC
        pytest.param("NYSE", "2026-10-30T20:00", LIVE, 10, "2026-11-02T15:15", id="over the end of summer time"),
        # Monday's value is due on Tuesday night, at the latest on Wednesday 11:00 IST (05:30 UTC)
        pytest.param("AMFI", "2026-11-16T18:00", NAV, 10, "2026-11-18T05:30", id="a fund on Monday"),
        pytest.param("AMFI", "2026-11-20T18:00", NAV, 10, "2026-11-24T05:30", id="a fund on Friday"),
        pytest.param("AMFI", "2026-11-19T18:00", NAV, 10, "2026-11-23T05:30", id="a fund on Thursday"),
        pytest.param("BSE", "2026-11-16T18:00", NAV, 10, "2026-11-18T05:30", id="a fund's value elsewhere"),
        # 18:00 in Frankfurt is 17:00 UTC in winter and 16:00 in summer
        pytest.param("ECB", "2026-11-20T15:00", LIVE, 10, "2026-11-23T17:00", id="rates of Friday"),
        pytest.param("ECB", "2026-07-20T14:00", LIVE, 10, "2026-07-21T16:00", id="rates in summer"),
        pytest.param("CRYPTO", "2026-11-21T05:00", LIVE, 10, "2026-11-21T05:30", id="never closes"),
        pytest.param("DEMO", "2026-11-21T05:00", PriceStatus.DEMO, 1, "2026-11-21T05:03", id="the demo"),
        pytest.param("NSE", "2026-11-20T05:00", MANUAL, 10, None, id="set by hand"),
        pytest.param("MANUAL", "2026-11-20T05:00", LIVE, 10, None, id="an exchange priced by hand"),
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
