"""The closes of the past: fetched back to the first transaction, and again where days are missing."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.builders import ScriptedSource, at, buy, named, trade
from tickfolio.domain.errors import NotFound
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.market_days import SHIPPED
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.services.drafts import Draft
from tickfolio.services.history_fill import (
    LEASE,
    ask_for_history,
    fill_histories,
    load_progress,
    missing_days,
    want_histories,
)
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.sources import Sources
from tickfolio.storage.history_fills import FillState

# The first trade is on Thursday 12 November; a close from up to 14 days before tells what was there the day before.
BOUGHT_ON, WANTED_FROM = "2026-11-12", date(2026, 10, 29)
CLOSES = {"2026-10-28": "90", "2026-10-29": "91", "2026-11-12": "100", "2026-11-18": "104", "2026-11-19": "105.5"}


@pytest.fixture
def source():
    """A source with closes of INFY, some from before they are wanted."""
    told = ScriptedSource()
    told.say_closes("INFY", CLOSES)
    return told


def fill(given, *sources, **more):
    names = {one.name: one for one in sources}
    return fill_histories(given.database, given.world, Sources(names, frozenset(names)), **more)


def closes_of(given, instrument):
    with given.database.reading() as tx:
        points = tx.prices.history(instrument.id, before=None, limit=1000)
    return {point.timestamp.date().isoformat(): point.price for point in reversed(points) if point.kind == "close"}


def row_of(given, instrument):
    with given.database.reading() as tx:
        return tx.history_fills.of([instrument.id])[instrument.id]


def hold(given, asha, portfolio, symbol="INFY", on=BOUGHT_ON):
    given.record(asha, portfolio, trade("BUY", symbol, "10", "100", on))
    return given.instrument(symbol)


def prices_version(given):
    with given.database.reading() as tx:
        return tx.server.version("prices")


def test_closes_go_back_to_the_first_transaction_and_say_where_they_are_from(given, asha, portfolio, source, clock):
    infy = hold(given, asha, portfolio)
    before = prices_version(given)

    assert fill(given, source) == 1

    assert source.histories_asked == [("INFY", WANTED_FROM)]
    assert closes_of(given, infy) == {day: Decimal(price) for day, price in CLOSES.items() if day >= "2026-10-29"}
    with given.database.reading() as tx:
        point = tx.closes.close_on(infy, date(2026, 11, 19))
        progress = load_progress(tx)
    assert (point.source, point.fetched_at, point.price) == ("scripted", clock(), Decimal("105.5"))
    assert (progress.wanted, progress.done) == (1, 1)
    assert prices_version(given) > before
    assert [event.name for event in given.events].count("prices.updated") == 1


def test_a_close_that_is_here_is_not_written_over(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    fill(given, source)
    source.say_closes("INFY", CLOSES | {"2026-11-12": "999", "2026-11-13": "101"})

    given.clock.advance(25 * 3600)
    fill(given, source)

    known = closes_of(given, infy)
    assert (known["2026-11-12"], known["2026-11-13"]) == (Decimal(100), Decimal(101))


def test_an_earlier_transaction_has_the_days_before_fetched_too(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    fill(given, source)
    source.say_closes("INFY", CLOSES | {"2026-01-05": "50"})
    given.record(asha, portfolio, buy("INFY", "1", "50", on="2026-01-06"))

    given.clock.advance(60)
    fill(given, source)

    assert source.histories_asked[-1] == ("INFY", date(2025, 12, 23))
    assert closes_of(given, infy)["2026-01-05"] == Decimal(50)


def test_after_an_outage_the_missing_days_are_found_and_filled_within_a_day(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    fill(given, source)
    # The server was off over the weekend and until Wednesday noon: Friday's to Tuesday's closes are missing.
    given.clock.now = at("2026-11-25T06:30")
    source.say_closes("INFY", CLOSES | {"2026-11-20": "106", "2026-11-23": "107"})

    fill(given, source)

    assert closes_of(given, infy)["2026-11-20"] == Decimal(106)
    assert closes_of(given, infy)["2026-11-23"] == Decimal(107)
    asked = len(source.histories_asked)
    fill(given, source)
    assert len(source.histories_asked) == asked  # looked at once a day


def test_what_no_source_has_is_tried_again_ever_more_seldom(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio, "TCS")
    tried = []
    for _ in range(6 * 24 * 3):
        before = len(source.histories_asked)
        fill(given, source)
        if len(source.histories_asked) > before:
            tried.append(given.clock())
        given.clock.advance(600)

    row = row_of(given, infy)
    assert (row.state, row.failure) == (FillState.FAILED, "no_data")
    # At once, then after 10 minutes, an hour, 6 hours, a day, a day
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[:4] == [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]


def test_another_source_is_asked_when_one_has_nothing(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    poor = ScriptedSource("poor")
    poor.failing = Failure(FailureKind.RATE_LIMITED, "wait")

    fill(given, poor, source)

    assert row_of(given, infy).source == "scripted"
    assert closes_of(given, infy)["2026-11-19"] == Decimal("105.5")


def test_closes_in_another_currency_or_another_unit_are_not_taken(given, asha, portfolio, source, clock):
    infy = hold(given, asha, portfolio)
    source.say_closes("INFY", CLOSES, currency="USD")
    fill(given, source)
    assert row_of(given, infy).failure == "wrong_currency"

    # The price of now is 105; closes of about 10,500 are told in paise.
    source.say("INFY", "105", clock())
    refresh_slot(given.refresher(source), clock())
    source.say_closes("INFY", {"2026-11-18": "10400", "2026-11-19": "10550"})
    clock.advance(3600)
    fill(given, source)

    assert row_of(given, infy).failure == "unit_suspicion"
    assert closes_of(given, infy) == {}


def test_a_worker_that_died_is_followed_by_another_after_its_lease(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    want_histories(given.database, given.world)
    with given.database.transaction() as tx:
        assert tx.history_fills.claim(given.clock(), given.clock() + LEASE) is not None
        assert tx.history_fills.claim(given.clock(), given.clock() + LEASE) is None
    assert fill(given, source) == 0

    given.clock.advance(LEASE.total_seconds())
    assert fill(given, source) == 1
    assert "2026-11-19" in closes_of(given, infy)


def test_two_workers_share_the_work_and_ask_for_nothing_twice(given, asha, portfolio):
    source = ScriptedSource()
    for number in range(12):
        source.say_closes(f"S{number}", {"2026-11-19": "10"})
        hold(given, asha, portfolio, f"S{number}")
    both = [threading.Thread(target=fill, args=(given, source)) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join()

    asked = [symbol for symbol, _ in source.histories_asked]
    assert sorted(asked) == sorted(f"S{number}" for number in range(12))


def test_the_first_day_is_that_of_anybodys_first_row_which_may_turn_into_it(given, asha, portfolio):
    infy = hold(given, asha, portfolio, on="2026-11-12")
    hold(given, asha, portfolio, on="2026-11-18")
    ravi = given.user("Ravi")
    given.record(ravi, given.portfolio(ravi), trade("BUY", "INFY", "1", "100", "2026-11-11"))
    merger = Draft(
        TransactionType.MERGER, date(2026, 11, 16), named("INFY"), Decimal(1), into=named("TCS"), to_quantity=Decimal(2)
    )
    given.record(asha, portfolio, merger)
    hold(given, asha, portfolio, "TCS", on="2026-11-17")
    tcs = given.instrument("TCS")

    with given.database.reading() as tx:
        days, some = tx.history_fills.first_days(), tx.history_fills.first_days([tcs.id, "nobody"])

    assert days == {infy.id: date(2026, 11, 11), tcs.id: date(2026, 11, 16)}
    assert some == {tcs.id: date(2026, 11, 16)}


def test_what_is_bought_while_histories_are_filled_is_filled_by_the_same_run(given, asha, portfolio, source):
    hold(given, asha, portfolio)
    source.say_closes("SBIN", CLOSES)
    inner = source.fetch_history

    def buy_another_meanwhile(symbol, *when):
        if symbol == "INFY":
            hold(given, asha, portfolio, "SBIN")
        return inner(symbol, *when)

    source.fetch_history = buy_another_meanwhile

    assert fill(given, source) == 2

    assert [symbol for symbol, _ in source.histories_asked] == ["INFY", "SBIN"]
    assert closes_of(given, given.instrument("SBIN"))["2026-11-19"] == Decimal("105.5")


def test_a_person_may_have_a_gap_looked_at_now(given, asha, portfolio, source):
    infy = hold(given, asha, portfolio)
    fill(given, source)
    source.say_closes("INFY", CLOSES | {"2026-11-02": "95"})
    given.clock.advance(61)

    with given.database.transaction() as tx:
        assert ask_for_history(tx, given.world, asha, infy.id).state is FillState.WAITING
    fill(given, source)

    assert closes_of(given, infy)["2026-11-02"] == Decimal(95)
    with given.database.transaction() as tx:
        assert ask_for_history(tx, given.world, asha, infy.id).state is FillState.DONE  # within the minute: nothing new
        with pytest.raises(NotFound):
            ask_for_history(tx, given.world, asha, "00000000-0000-7000-8000-ffffffffffff")


def test_what_is_priced_by_hand_has_no_history_to_fetch(given, asha, portfolio, source):
    given.record(asha, portfolio, trade("BUY", named("Gold coin", "MANUAL", currency="INR"), "1", "100", BOUGHT_ON))

    assert fill(given, source) == 0


def test_yahoos_closes_come_as_traded_without_noise(given, asha, portfolio, market):
    market.set("INFY.NS", "105", currency="INR")
    market.set_history("INFY.NS", {date(2026, 11, 18): "1286.5699462890625", date(2026, 11, 19): "64.6155014038086"})
    infy = hold(given, asha, portfolio)
    yahoo = HttpProvider(YahooAdapter(market.url), lambda: 0.0, lambda _seconds: None, interval_seconds=0)
    try:
        fill(given, yahoo)
    finally:
        yahoo.close()

    # The shortest decimals that float32 cannot tell from what was said
    assert closes_of(given, infy) == {"2026-11-18": Decimal("1286.57"), "2026-11-19": Decimal("64.6155")}


def test_the_missing_days_are_sessions_alone():
    # Friday 20 November to Thursday 26: the weekend is none, and on Tuesday 24 (Guru Nanak Jayanti) NSE is closed.
    days = missing_days("NSE", [date(2026, 11, 23).toordinal()], date(2026, 11, 20), date(2026, 11, 27), SHIPPED)

    assert days == [date(2026, 11, 20), date(2026, 11, 25), date(2026, 11, 26)]
