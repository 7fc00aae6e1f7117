"""Data health: how much of the value stands at a fresh price, and everything that does not, once, with its reason.

The clock stands at Friday 2026-11-20 09:10 UTC, which is 14:40 in Mumbai: the exchange is open.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from tests.builders import INTERVAL_MINUTES, at, buy, named, trade
from tickfolio.domain.errors import NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.likeness import Likeness, LikenessKind
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.domain.valuation import MissingReason
from tickfolio.services.corporate_actions import ActionDraft, record_action
from tickfolio.services.data_health import load_health, load_health_of_all
from tickfolio.storage.corporate_actions import ActionKind
from tickfolio.storage.prices import PricePoint
from tickfolio.storage.refreshes import RefreshRow

FUND = named("120503", asset_type=AssetType.MUTUAL_FUND)
FRESH, OLD = "2026-11-20T09:05", "2026-11-19T09:05"


def health_of(given, user, portfolio):
    with given.database.reading() as tx:
        return load_health(tx, given.world, user, portfolio.id, INTERVAL_MINUTES)


def health_of_all(given, user):
    with given.database.reading() as tx:
        return load_health_of_all(tx, given.world, tx.people.load(user.id), INTERVAL_MINUTES)


def hold(given, symbol, price, **more):
    suspect = {"currency": "INR", "as_of": at("2026-11-20T09:08"), "source": "yahoo", "reason": "jump", "run_id": "r1"}
    with given.database.transaction() as tx:
        tx.prices.hold([HeldPrice(given.instrument(symbol).id, Decimal(price), **suspect | more)])


def closes(given, instrument, *days):
    """A close of 1 at 10:00 UTC of each of these days."""
    with given.database.transaction() as tx:
        tx.prices.remember(
            [PricePoint(instrument.id, "close", at(f"{day}T10:00"), Decimal(1), "s", given.clock()) for day in days]
        )


def weekdays(since, until):
    day = date.fromisoformat(since)
    while day <= date.fromisoformat(until):
        if day.weekday() < 5:
            yield day.isoformat()
        day += timedelta(days=1)


def symbols(items):
    return [one.item.value.instrument.symbol for one in items]


@pytest.fixture
def mixed(given, asha, portfolio):
    """One holding of each kind, bought yesterday: 10 fresh at 100, 5 held at 300, 4 old at 250, one without a price."""
    bought = [buy(symbol, quantity, "1", "2026-11-19") for symbol, quantity in
              (("FRESH", "10"), ("HELD", "5"), ("OLD", "4"), ("NONE", "1"))]  # fmt: skip
    given.record(asha, portfolio, *bought)
    given.price(given.instrument("FRESH"), "100", as_of=at(FRESH))
    given.price(given.instrument("HELD"), "300", as_of=at(OLD))
    given.price(given.instrument("OLD"), "250", as_of=at(OLD))
    hold(given, "HELD", "60")
    return portfolio


def test_the_value_in_two_and_everything_else_once(given, asha, mixed):
    health = health_of(given, asha, mixed)

    # 10 × 100 + 5 × 300 + 4 × 250 = 3500, of which 1000 is fresh: 28.571428… %
    assert (health.currency, health.value, health.fresh_value) == ("INR", 3500, 1000)
    assert health.fresh_pct == Decimal("28.57142857142857142857142857")
    assert (symbols(health.held), symbols(health.stale), symbols(health.unpriced)) == (["HELD"], ["OLD"], ["NONE"])
    assert health.without_cost == []
    [old] = health.stale
    assert old.stale_at == at("2026-11-19T09:35")  # three refreshes of ten minutes may be missed in a session
    [none] = health.unpriced
    assert none.gap.reason is MissingReason.NO_PRICE
    assert "NONE on NSE" in none.gap.mend
    assert all(one.item.portfolio_id == mixed.id for one in (*health.held, *health.stale, *health.unpriced))


def test_a_held_price_says_what_it_looks_like(given, asha, mixed):
    [held] = health_of(given, asha, mixed).held

    # 60 is a fifth of 300
    assert (held.held.price, held.held.source, held.ratio) == (60, "yahoo", Decimal("0.2"))
    assert held.likeness == Likeness(LikenessKind.SPLIT, read_ratio("5:1"))


def test_a_split_that_is_recorded_settles_the_held_price(given, asha, mixed):
    chief, instrument = given.user("Chief", administrator=True), given.instrument("HELD")
    split = ActionDraft(ActionKind.SPLIT, date(2026, 11, 20), read_ratio("5:1"))
    with given.database.transaction() as tx:
        record_action(tx, given.world, chief, instrument.id, split)

    assert health_of(given, asha, mixed).held == []
    assert given.latest(instrument).last_price == 60  # 300 before, and one has become five


def test_who_may_settle_a_held_price(given, asha, mixed):
    chief = given.user("Chief", administrator=True)
    other = given.portfolio(chief)
    given.record(chief, other, buy("HELD", "1", "1", "2026-11-19"))

    assert [one.may_settle for one in health_of(given, asha, mixed).held] == [False]
    assert [one.may_settle for one in health_of(given, chief, other).held] == [True]


def test_a_price_by_hand_never_grows_old_and_one_of_a_fund_in_its_time(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("Flat", "MANUAL"), "1", "1"), buy(FUND, "10", "9", "2026-11-19"))
    with given.database.reading() as tx:
        flat = tx.instruments.find(asha.id, AssetType.STOCK, "MANUAL", "Flat")
    given.price(flat, "5", as_of=at("2020-01-01T12:00"), status=PriceStatus.MANUAL)
    fund = given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)

    # Thursday's NAV is due to be followed by Monday 11:00 in Mumbai, Wednesday's by Friday 11:00.
    given.price(fund, "10", as_of=at("2026-11-19T10:00"), status=PriceStatus.NAV)
    assert health_of(given, asha, portfolio).stale == []
    given.price(fund, "10", as_of=at("2026-11-18T10:00"), status=PriceStatus.NAV)
    health = health_of(given, asha, portfolio)

    assert symbols(health.stale) == ["120503"]
    assert (health.value, health.fresh_value) == (105, 5)


def test_nothing_held_is_nothing_and_nothing_priced_is_unknown(given, asha, portfolio):
    empty = health_of(given, asha, portfolio)
    given.record(asha, portfolio, buy("NONE", "1", "1", "2026-11-19"))
    unknown = health_of(given, asha, portfolio)

    assert (empty.value, empty.fresh_value, empty.fresh_pct) == (0, 0, None)
    assert (unknown.value, unknown.fresh_value, unknown.fresh_pct) == (None, None, None)


def test_what_lacks_a_cost_alone_has_a_value(given, asha, portfolio):
    given.record(asha, portfolio, trade("TRANSFER_IN", "GIFT", "5", "0", "2026-11-19"))
    given.price(given.instrument("GIFT"), "11", as_of=at(FRESH))

    health = health_of(given, asha, portfolio)

    assert (health.unpriced, symbols(health.without_cost)) == ([], ["GIFT"])
    assert health.without_cost[0].gap.reason is MissingReason.NO_COST
    assert (health.value, health.fresh_value) == (55, 55)


def test_all_together_are_in_the_base_currency(given, asha, mixed):
    dollars = given.portfolio(asha, currency="USD", name="Abroad")
    given.record(asha, dollars, buy("FRESH", "1", "1", "2026-11-19"), buy(named("VTI", "NYSE"), "2", "1", "2026-11-19"))
    given.price(given.instrument("VTI", "NYSE"), "200", as_of=at("2026-11-19T20:59"))

    health = health_of_all(given, asha)

    # 3500 + 1 × 100; the dollars have no rate into rupees
    assert (health.currency, health.value, health.fresh_value) == ("INR", 3600, 1100)
    assert symbols(health.unpriced) == ["NONE", "VTI"]
    assert health.unpriced[1].gap.reason is MissingReason.NO_FX_RATE
    assert {one.item.portfolio_id for one in health.unpriced} == {mixed.id, dollars.id}


def test_anothers_portfolio_is_not_found_and_in_no_sum(given, asha, mixed):
    ravi = given.user("Ravi")

    with pytest.raises(NotFound):
        health_of(given, ravi, mixed)
    assert health_of_all(given, ravi).value == 0


# --- Missing history -------------------------------------------------------------------------------------------------


def test_history_is_missing_before_the_first_close_and_in_long_gaps(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "1", "1", "2026-10-01"), buy("TCS", "1", "1", "2026-10-05"))
    infy, tcs = given.instrument("INFY"), given.instrument("TCS")
    # INFY: Thursday 1 and Friday 2 October before the first close on Monday the 5th, then all up to Thursday.
    closes(given, infy, *weekdays("2026-10-05", "2026-11-19"))
    # TCS: nothing between Friday 9 and Monday 26 October, which are two weeks of weekdays.
    closes(given, tcs, *weekdays("2026-10-05", "2026-10-09"), *weekdays("2026-10-26", "2026-11-19"))

    found = {one.item.value.instrument.symbol: one for one in health_of(given, asha, portfolio).missing_history}

    assert (found["INFY"].since, found["INFY"].first_close_on) == (date(2026, 10, 1), date(2026, 10, 5))
    assert [(one.first_on.day, one.last_on.day, one.days) for one in found["INFY"].gaps] == [(1, 2, 2)]
    assert (found["TCS"].since, found["TCS"].first_close_on) == (date(2026, 10, 5), date(2026, 10, 5))
    assert [(one.first_on.day, one.last_on.day, one.days) for one in found["TCS"].gaps] == [(12, 23, 10)]


def test_the_latest_price_is_the_close_of_its_day(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "1", "1", "2026-11-12"))
    closes(given, given.instrument("INFY"), "2026-11-11")
    # Weekdays 12, 13, 16 to 19 are six.
    assert len(health_of(given, asha, portfolio).missing_history) == 1

    given.price(given.instrument("INFY"), "1", as_of=at("2026-11-19T09:00"))

    assert health_of(given, asha, portfolio).missing_history == []


def test_each_portfolio_has_its_own_first_day(given, asha, portfolio):
    other = given.portfolio(asha, name="Later")
    given.record(asha, portfolio, buy("INFY", "1", "1", "2026-11-02"))
    given.record(asha, other, buy("INFY", "1", "1", "2026-11-16"))
    closes(given, given.instrument("INFY"), *weekdays("2026-11-09", "2026-11-19"))

    [missing] = health_of_all(given, asha).missing_history

    # 2 to 6 November
    assert (missing.item.portfolio_id, missing.since.day, missing.gaps[0].days) == (portfolio.id, 2, 5)
    assert health_of(given, asha, other).missing_history == []


def test_units_that_came_of_another_instrument_are_held_from_that_day(given, asha, portfolio):
    merger = {"into": named("NEW"), "to_quantity": Decimal(2)}
    given.record(asha, portfolio, buy("OLD", "4", "1", "2026-11-02"),
                 trade("MERGER", "OLD", "4", "0", "2026-11-16", **merger))  # fmt: skip

    [missing] = health_of(given, asha, portfolio).missing_history

    assert (symbols([missing]), missing.since, missing.first_close_on) == (["NEW"], date(2026, 11, 16), None)
    assert [one.days for one in missing.gaps] == [4]  # 16 to 19 November


def test_what_is_priced_by_hand_has_no_history_to_miss(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("Flat", "MANUAL"), "1", "1", "2026-01-05"))

    assert health_of(given, asha, portfolio).missing_history == []


# --- The whole answer ------------------------------------------------------------------------------------------------


def test_the_last_run_is_one_by_schedule_or_by_hand(given, asha, portfolio):
    now = given.clock()
    with given.database.transaction() as tx:
        for key, kind, minutes in (("a", "slot", 20), ("b", "hand", 10), ("c", "new", 5)):
            began = now - timedelta(minutes=minutes)
            slot = began if kind == "slot" else None
            tx.refreshes.begin(RefreshRow(key, kind, slot, 1, now, began, began))

    health = health_of(given, asha, portfolio)

    assert health.last_run.id == "b"
    assert health.timing.next_refresh_at == now - timedelta(minutes=10)  # a slot after the one twenty minutes ago


def test_the_number_of_reads_does_not_grow_with_the_holdings(given, asha, portfolio):
    def reads():
        engine, counted = given.database._engine, []
        note = lambda *told: counted.append(told[2])  # noqa: E731  # the listener has to be taken off again
        event.listen(engine, "before_cursor_execute", note)
        try:
            health_of_all(given, asha)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(counted)

    def add(*names):
        given.record(asha, portfolio, *(buy(name, "1", "1", "2026-11-02") for name in names))
        for name in names:
            given.price(given.instrument(name), "1", as_of=at(OLD))

    add("A0", "A1")
    few = reads()
    add(*(f"B{number}" for number in range(12)))

    assert reads() == few
