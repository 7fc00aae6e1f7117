"""The administrator's table of markets: what it changes, who may, and who hears of it."""

import json
from dataclasses import replace
from datetime import date, time
from itertools import pairwise

import pytest
from sqlalchemy import select

from tests.builders import ScriptedSource, at, buy, named
from tickfolio.domain.errors import AdministratorOnly, InvalidInput, NotFound
from tickfolio.domain.market_calendar import DayKind, Hours, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.prices import PriceStatus
from tickfolio.providers.bse import BseAdapter
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.nse import NseAdapter
from tickfolio.services.data_health import load_health
from tickfolio.services.markets import (
    StoredCalendar,
    list_markets,
    load_calendar,
    remove_day,
    remove_hours,
    set_day,
    set_hours,
)
from tickfolio.services.refresh import price_new
from tickfolio.services.refresh_plan import plan_refresh
from tickfolio.services.sources import Sources
from tickfolio.storage.tables import metadata

# 2026-11-20 is a Friday; the session of NSE ends at 15:35 IST, 10:05 UTC.
MONDAY = date(2026, 11, 23)
MOURNING = SpecialDay(MONDAY, DayKind.CLOSED, "Mourning")
MUHURAT = SpecialDay(date(2026, 11, 22), DayKind.SESSION, "Muhurat", time(18), time(19))


class Desk:
    """Ravi, the administrator, and his pencil."""

    def __init__(self, given):
        self.given = given
        self.ravi = given.user("Ravi", administrator=True)

    def set_day(self, exchange, day, user=None):
        with self.given.database.transaction() as tx:
            set_day(tx, self.given.world, user or self.ravi, exchange, day)

    def remove_day(self, exchange, day, user=None):
        with self.given.database.transaction() as tx:
            remove_day(tx, self.given.world, user or self.ravi, exchange, day)

    def set_hours(self, exchange, hours, user=None):
        with self.given.database.transaction() as tx:
            set_hours(tx, self.given.world, user or self.ravi, exchange, hours)

    def remove_hours(self, exchange, since, user=None):
        with self.given.database.transaction() as tx:
            remove_hours(tx, self.given.world, user or self.ravi, exchange, since)

    def calendar(self):
        with self.given.database.reading() as tx:
            return load_calendar(tx)

    def market(self, code, now):
        with self.given.database.reading() as tx:
            return next(one for one in list_markets(tx, now) if one.exchange.code == code)

    def versions(self):
        with self.given.database.reading() as tx:
            return tx.server.version("markets"), tx.server.version("prices")


@pytest.fixture
def desk(given):
    return Desk(given)


@pytest.fixture
def priced(given, asha, portfolio):
    """Asha holds INFY; the close of Friday is its last price, and the clock shows Monday 11:30 IST."""
    given.record(asha, portfolio, buy("INFY", "10", "1400"))
    infy = given.instrument("INFY")
    given.price(infy, "1500", "1490", at("2026-11-20T10:05"), status=PriceStatus.CLOSE)
    given.clock.now = at("2026-11-23T06:00")
    return infy


def stale_at_of(given, asha, portfolio):
    [holding] = json.loads(given.summary(asha, portfolio))["holdings"]
    return holding["price"]["stale_at"]


def test_without_a_change_the_calendar_is_the_one_we_ship(desk):
    assert desk.calendar() is SHIPPED


def test_a_day_that_is_written_down_counts_until_it_is_taken_back(desk):
    desk.set_day("NSE", MOURNING)
    assert desk.calendar().session("NSE", MONDAY) is None

    desk.set_day("NSE", SpecialDay(MONDAY, DayKind.SESSION, "Late start", time(11), time(15, 30)))
    assert desk.calendar().session("NSE", MONDAY) == (at("2026-11-23T05:30"), at("2026-11-23T10:00"))

    desk.remove_day("NSE", MONDAY)
    assert desk.calendar().session("NSE", MONDAY) == SHIPPED.session("NSE", MONDAY)


def test_hours_that_are_written_down_hold_from_their_day_until_they_are_taken_back(desk):
    desk.set_hours("NSE", Hours(MONDAY, time(9), time(16)))
    assert desk.calendar().session("NSE", MONDAY) == (at("2026-11-23T03:30"), at("2026-11-23T10:30"))
    assert desk.calendar().session("NSE", date(2026, 11, 20)) == SHIPPED.session("NSE", date(2026, 11, 20))

    desk.remove_hours("NSE", MONDAY)
    assert desk.calendar().session("NSE", MONDAY) == SHIPPED.session("NSE", MONDAY)


def test_the_same_rows_are_the_same_calendar(desk):
    desk.set_day("NSE", MOURNING)

    assert desk.calendar() is desk.calendar()


def test_a_change_raises_both_versions_is_written_down_and_told(given, desk):
    before = desk.versions()

    desk.set_day("NSE", MOURNING)

    assert desk.versions() == (before[0] + 1, before[1] + 1)
    event = given.events[-1]
    assert (event.name, event.user_id, event.data) == ("prices.updated", None, {"version": str(before[1] + 1)})
    with given.database.reading() as tx:
        audit = metadata.tables["audit_log"].c
        [noted] = tx._connection.execute(select(audit.user_id, audit.action, audit.at))
    assert tuple(noted) == (desk.ravi.id, "market_day_set_nse_2026-11-23", given.clock())


def test_every_kind_of_change_raises_the_version_of_the_prices(desk):
    seen = [desk.versions()[1]]
    for change in (
        lambda: desk.set_day("NSE", MOURNING),
        lambda: desk.remove_day("NSE", MONDAY),
        lambda: desk.set_hours("NSE", Hours(MONDAY, time(9), time(16))),
        lambda: desk.remove_hours("NSE", MONDAY),
    ):
        change()
        seen.append(desk.versions()[1])

    assert [later - earlier for earlier, later in pairwise(seen)] == [1, 1, 1, 1]


def test_a_holiday_that_is_written_down_makes_no_price_old(given, desk, asha, portfolio, priced):
    # Friday's close is old on Monday at 10:00 IST; with Monday closed and Tuesday a holiday, on Wednesday
    assert stale_at_of(given, asha, portfolio) == "2026-11-23T04:30:00Z"
    with given.database.reading() as tx:
        [stale] = load_health(tx, given.world, asha, portfolio.id, 10).stale
    assert stale.stale_at == at("2026-11-23T04:30")

    desk.set_day("NSE", MOURNING)

    assert stale_at_of(given, asha, portfolio) == "2026-11-25T04:30:00Z"
    with given.database.reading() as tx:
        assert load_health(tx, given.world, asha, portfolio.id, 10).stale == []


def test_nothing_is_asked_for_on_a_holiday_that_is_written_down(given, desk, asha, portfolio, priced):
    sources = Sources({"scripted": ScriptedSource()}, frozenset({"scripted"}))

    assert plan_refresh(given.database, given.world, sources, only=None, everything=False).size == 1
    desk.set_day("NSE", MOURNING)
    assert plan_refresh(given.database, given.world, sources, only=None, everything=False).size == 0


@pytest.mark.enable_socket
@pytest.mark.parametrize(("adapter", "exchange"), [(NseAdapter, "NSE"), (BseAdapter, "BSE")])
@pytest.mark.parametrize(
    ("special", "asked_at_and_for"),
    [
        # 17:30 in India on the Monday: the file of Friday is the newest one
        (MOURNING, ("2026-11-23T12:00", "20261120")),
        # and at that hour after the Sunday: the Sunday's
        (replace(MUHURAT, opens=time(9), closes=time(15)), ("2026-11-22T12:00", "20261122")),
    ],
)
def test_the_file_of_the_day_is_asked_for_by_the_calendar_that_counts(
    given, desk, asha, market, adapter, exchange, special, asked_at_and_for
):
    now, asked_for = asked_at_and_for
    given.record(asha, given.portfolio(asha), buy(named("INFY", exchange), "10", "1400"))
    given.clock.now = at(now)
    files = adapter(market.url, StoredCalendar(given.database))
    source = HttpProvider(files, lambda: 0.0, lambda _seconds: None, interval_seconds=0)
    desk.set_day(exchange, special)

    price_new(given.refresher(source), [given.instrument("INFY", exchange).id])
    source.close()

    assert market.paths(exchange.lower())[0].partition("_0_0_0_")[2][:8] == asked_for


def test_a_market_shows_what_is_going_on(desk):
    # Friday 14:40 IST
    now = at("2026-11-20T09:10")
    market = desk.market("NSE", now)

    assert (market.open, market.closes_at, market.opens_at) == (True, at("2026-11-20T10:05"), at("2026-11-23T03:45"))
    assert market.last_close_at == at("2026-11-19T10:05")
    assert market.known_until == date(2026, 12, 31)
    assert [(one.hours.closes, one.is_own) for one in market.hours] == [(time(15, 35), False)]
    assert [one.day.name for one in market.days] == ["Guru Nanak Jayanti", "Christmas", "Republic Day"]


def test_a_market_shows_the_day_that_is_special_and_whose_it_is(desk):
    desk.set_day("NSE", MUHURAT)
    market = desk.market("NSE", at("2026-11-22T12:45"))

    assert (market.today, market.open, market.closes_at) == (MUHURAT.day, True, at("2026-11-22T13:30"))
    assert [(one.day.name, one.is_own) for one in market.days[:2]] == [("Muhurat", True), ("Guru Nanak Jayanti", False)]


def test_hours_to_come_are_shown_and_hours_of_the_past_are_not(desk):
    desk.set_hours("NSE", Hours(date(2026, 12, 1), time(9), time(16)))
    hours = desk.market("NSE", at("2026-11-20T09:10")).hours

    assert [(one.hours.since, one.is_own) for one in hours] == [(date(2026, 8, 3), False), (date(2026, 12, 1), True)]


def test_funds_show_the_holidays_that_they_keep_and_are_never_open(desk):
    market = desk.market("AMFI", at("2026-11-20T09:10"))

    assert (market.open, market.opens_at, market.last_close_at, market.hours) == (False, None, None, [])
    assert [one.day.name for one in market.days] == ["Guru Nanak Jayanti", "Christmas", "Republic Day"]


def test_a_market_without_a_table_says_so(desk):
    market = desk.market("TSX", at("2026-11-20T15:00"))

    assert (market.open, market.known_until, market.days) == (True, None, [])


@pytest.mark.parametrize("exchange", ["CRYPTO", "DEMO", "MANUAL", "CASH", "UNHEARD_OF"])
def test_what_has_no_calendar_takes_no_day(desk, exchange):
    with pytest.raises(NotFound):
        desk.set_day(exchange, MOURNING)


@pytest.mark.parametrize("exchange", ["AMFI", "ECB", "UNHEARD_OF"])
def test_what_has_no_sessions_takes_no_hours(desk, exchange):
    with pytest.raises(NotFound):
        desk.set_hours(exchange, Hours(MONDAY, time(9), time(16)))


def test_funds_can_have_a_business_day_of_their_own(desk):
    sunday = date(2026, 11, 22)
    desk.set_day("AMFI", SpecialDay(sunday, DayKind.SESSION, "Year end"))

    assert desk.calendar().is_business_day("AMFI", sunday)


@pytest.mark.parametrize(
    ("day", "field", "code"),
    [
        (SpecialDay(date(1999, 12, 31), DayKind.CLOSED, "x"), "day", "too_early"),
        (SpecialDay(date(2100, 1, 1), DayKind.CLOSED, "x"), "day", "too_far_ahead"),
        (SpecialDay(MONDAY, DayKind.CLOSED, "x", time(9), time(10)), "opens", "not_a_session"),
        (SpecialDay(MONDAY, DayKind.SESSION, "x"), "opens", "missing"),
        (SpecialDay(MONDAY, DayKind.SESSION, "x", time(9)), "closes", "missing"),
        (SpecialDay(MONDAY, DayKind.SESSION, "x", time(9), time(9)), "closes", "not_after_opens"),
        (SpecialDay(MONDAY, DayKind.SESSION, "x", time(18), time(1)), "closes", "not_after_opens"),
        (SpecialDay(MONDAY, DayKind.CLOSED, "  "), "name", "blank"),
    ],
)
def test_a_day_that_cannot_be_is_refused_by_its_field(desk, day, field, code):
    before = desk.versions()

    with pytest.raises(InvalidInput) as caught:
        desk.set_day("NSE", day)

    assert (caught.value.field, caught.value.field_code) == (field, code)
    assert desk.versions() == before


def test_what_was_never_written_down_cannot_be_taken_back(desk):
    with pytest.raises(NotFound):
        desk.remove_day("NSE", date(2026, 11, 24))  # a holiday that we ship
    with pytest.raises(NotFound):
        desk.remove_hours("NSE", date(2026, 8, 3))


def test_only_the_administrator_changes_anything(desk, asha):
    with pytest.raises(AdministratorOnly):
        desk.set_day("NSE", MOURNING, asha)
    with pytest.raises(AdministratorOnly):
        desk.remove_day("NSE", MONDAY, asha)
    with pytest.raises(AdministratorOnly):
        desk.set_hours("NSE", Hours(MONDAY, time(9), time(16)), asha)
    with pytest.raises(AdministratorOnly):
        desk.remove_hours("NSE", MONDAY, asha)
    assert desk.calendar() is SHIPPED
