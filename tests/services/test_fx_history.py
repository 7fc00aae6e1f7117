"""Rates of past days: fetched when a cost needs one that is not there; what cannot be had stays unknown."""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, ecb_at, named
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.market_calendar import DayKind, SpecialDay
from tickfolio.services.drafts import Draft
from tickfolio.services.markets import set_day
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.verify import verify

IN_YORK, IN_LONDON = named("INFY", "NYSE"), named("VOD", "LSE")


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


@pytest.fixture
def ecb(market):
    provider = ecb_at(market.ecb_url)
    yield provider
    provider.close()


@pytest.fixture
def refresher(given, ecb):
    return given.refresher(ecb)


def run_slot(refresher, clock):
    run = refresh_slot(refresher, clock())
    clock.advance(600)
    return run


def invested(given, user, portfolio):
    with given.database.reading() as tx:
        return [row.holding.invested for row in tx.holdings.all(user.id, [portfolio.id])]


def histories_asked(market):
    return [path for path in market.paths("ecb") if "hist" in path]


def set_rates(market, on, inr, usd):
    market.set_rate("INR", inr, on=date.fromisoformat(on))
    market.set_rate("USD", usd, on=date.fromisoformat(on))


def test_a_purchase_of_last_month_gets_the_rate_of_its_day(given, asha, portfolio, market, refresher, clock):
    set_rates(market, "2026-11-19", "105", "1.25")
    set_rates(market, "2026-10-16", "100", "1.25")
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2026-10-18"))  # a Sunday: Friday's rate
    before = given.events.copy()
    assert invested(given, asha, portfolio) == [None]

    run_slot(refresher, clock)

    # 5 × 18 × 100 ÷ 1.25
    assert invested(given, asha, portfolio) == [Decimal(7200)]
    assert verify(given.database) == (1, [])
    told = [event.name for event in given.events[len(before) :]]
    assert "portfolio.changed" in told
    assert histories_asked(market) == ["/stats/eurofxref/eurofxref-hist-90d.xml"]
    run_slot(refresher, clock)
    assert len(histories_asked(market)) == 1  # known from now on


def test_a_purchase_of_years_ago_is_asked_for_in_the_long_file(given, asha, portfolio, market, refresher, clock):
    set_rates(market, "2026-11-19", "105", "1.25")
    set_rates(market, "2015-01-07", "75", "1.20")
    given.record(asha, portfolio, buy(IN_YORK, "4", "10", "2015-01-07"))

    run_slot(refresher, clock)

    assert invested(given, asha, portfolio) == [Decimal(2500)]  # 4 × 10 × 75 ÷ 1.20
    assert histories_asked(market) == ["/stats/eurofxref/eurofxref-hist.xml"]


def test_a_day_that_the_administrator_has_closed_has_no_rate_to_be_asked_for(
    given, asha, portfolio, market, refresher, clock
):
    ravi = given.user("Ravi", administrator=True)
    closed = SpecialDay(date(2026, 10, 14), DayKind.CLOSED, "A holiday that nobody knew of")
    with given.database.transaction() as tx:
        set_day(tx, given.world, ravi, "ECB", closed)
    set_rates(market, "2026-11-19", "105", "1.25")
    set_rates(market, "2026-10-13", "100", "1.25")
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2026-10-14"))  # the Wednesday: Tuesday's rate

    for _ in range(2):
        run_slot(refresher, clock)
        clock.advance(24 * 3600)  # what is not there is asked for once a day

    # 5 × 18 × 100 ÷ 1.25
    assert invested(given, asha, portfolio) == [Decimal(7200)]
    assert len(histories_asked(market)) == 1


def test_a_gap_among_the_known_days_is_filled(given, asha, portfolio, market, refresher, clock):
    """Rates were kept in January, nobody ran the server until November: a purchase of June is in between."""
    set_rates(market, "2026-01-05", "90", "1.20")
    clock.now = at("2026-01-05T16:00")
    given.record(asha, portfolio, buy(IN_YORK, "1", "12", "2026-01-05"))
    run_slot(refresher, clock)
    assert invested(given, asha, portfolio) == [Decimal(900)]  # 12 × 90 ÷ 1.20
    set_rates(market, "2026-06-15", "96", "1.20")
    set_rates(market, "2026-11-19", "105", "1.25")
    clock.now = at("2026-11-20T09:10")

    given.record(asha, portfolio, buy(IN_YORK, "1", "12", "2026-06-15"))
    run_slot(refresher, clock)

    assert invested(given, asha, portfolio) == [Decimal(1860)]  # 900 + 12 × 96 ÷ 1.20


def test_a_portfolio_in_another_currency_than_ones_own_counts_in_the_whole(given, market, refresher, clock):
    """Its own cost needs no rate at all; the cost in the base currency needs that of every purchase's day."""
    asha = given.user(base_currency="INR")
    british = given.portfolio(asha, "GBP", name="British")
    given.record(asha, british, buy(named("VOD", "LSE"), "100", "0.80", "2026-03-02"))
    for on, inr, gbp in (("2026-03-02", "100", "0.80"), ("2026-11-19", "108", "0.90")):
        market.set_rate("INR", inr, on=date.fromisoformat(on))
        market.set_rate("GBP", gbp, on=date.fromisoformat(on))

    run_slot(refresher, clock)

    whole = json.loads(given.summary_of_all(asha))
    # 100 × 0.80 pounds at 100 ÷ 0.80 = 125 rupees for a pound
    assert whole["invested"] == "10000.00"
    assert invested(given, asha, british) == [Decimal("80.00")]


def test_a_rate_of_ones_own_is_no_rate_into_the_base_currency(given, market, refresher, clock):
    """The row says what a dollar cost in pounds; what a pound cost in rupees that day is still to be fetched."""
    asha = given.user(base_currency="INR")
    british = given.portfolio(asha, "GBP", name="British")
    given.record(asha, british, buy(IN_YORK, "10", "10", "2026-03-02", fx_rate="0.75"))
    market.set_rate("INR", "100", on=date(2026, 3, 2))
    market.set_rate("GBP", "0.80", on=date(2026, 3, 2))
    set_rates(market, "2026-11-19", "105", "1.25")

    run_slot(refresher, clock)

    # 100 dollars × 0.75 = 75 pounds × 125
    assert json.loads(given.summary_of_all(asha))["invested"] == "9375.00"


def moved(kind, instrument, quantity, on, **more):
    return Draft(TransactionType(kind), date.fromisoformat(on), instrument, Decimal(quantity), **more)


def set_three_rates(market, on, inr, usd, gbp):
    set_rates(market, on, inr, usd)
    market.set_rate("GBP", gbp, on=date.fromisoformat(on))


def test_a_cost_that_a_transfer_brought_gets_the_rates_of_the_purchase(given, market, refresher, clock):
    """Bought in pounds, moved into a portfolio in rupees: nobody else needs what a rupee cost on the day of buying."""
    asha = given.user(base_currency="GBP")
    british, indian = given.portfolio(asha, "GBP", name="British"), given.portfolio(asha, "INR", name="Indian")
    set_three_rates(market, "2026-03-02", "100", "1.25", "0.80")
    set_three_rates(market, "2026-06-01", "110", "1.25", "0.80")
    set_three_rates(market, "2026-11-19", "105", "1.25", "0.90")
    given.record(asha, british, buy(IN_LONDON, "10", "5", "2026-03-02"))
    given.record(asha, british, moved("TRANSFER_OUT", IN_LONDON, "4", "2026-06-01"))
    given.record(asha, indian, moved("TRANSFER_IN", IN_LONDON, "4", "2026-06-01"))
    assert invested(given, asha, indian) == [None]

    run_slot(refresher, clock)

    assert invested(given, asha, indian) == [Decimal(2500)]  # 4 × 5 = 20 pounds of 2 March × 100 ÷ 0.80
    assert invested(given, asha, british) == [Decimal(30)]
    assert verify(given.database) == (2, [])


def test_only_portfolios_with_transfers_need_each_others_rates(given, market, refresher, clock):
    """Two portfolios of which each counts in its own currency: nothing ties them together."""
    asha = given.user(base_currency="GBP")
    british, indian = given.portfolio(asha, "GBP", name="British"), given.portfolio(asha, "INR", name="Indian")
    given.record(asha, british, buy(IN_LONDON, "10", "5", "2026-03-02"))
    given.record(asha, british, moved("TRANSFER_OUT", IN_LONDON, "1", "2026-04-01"))
    given.record(asha, indian, buy(IN_YORK, "1", "12", "2026-06-15"))

    with given.database.reading() as tx:
        needed = tx.ledgers.days_of_rates()

    june = date(2026, 6, 15)
    assert needed == {("USD", "INR", june), ("USD", "GBP", june)}


def test_a_purchase_before_the_fixing_is_counted_anew_wherever_it_was_moved(given, market, refresher, clock):
    """Bought and moved on the 19th at noon, when the 18th's rate was the last; the one of the 19th comes at 16:00.

    The row that brings it names a rate, so that no row of either portfolio needs another one for its own cost.
    """
    asha = given.user(base_currency="GBP")
    british, indian = given.portfolio(asha, "GBP", name="British"), given.portfolio(asha, "INR", name="Indian")
    set_three_rates(market, "2026-11-18", "100", "1.25", "0.80")
    clock.now = at("2026-11-19T11:00")
    run_slot(refresher, clock)
    given.record(asha, british, buy(IN_LONDON, "4", "5", "2026-11-19"))
    given.record(asha, british, moved("TRANSFER_OUT", IN_LONDON, "4", "2026-11-19"))
    given.record(asha, indian, moved("TRANSFER_IN", IN_LONDON, "4", "2026-11-19", fx_rate=Decimal(130)))
    run_slot(refresher, clock)
    assert invested(given, asha, indian) == [Decimal(2500)]  # 4 × 5 = 20 pounds × 100 ÷ 0.80

    set_three_rates(market, "2026-11-19", "104", "1.25", "0.80")
    clock.now = at("2026-11-19T17:00")
    run_slot(refresher, clock)

    assert invested(given, asha, indian) == [Decimal(2600)]  # 20 × 104 ÷ 0.80
    assert verify(given.database) == (2, [])


def test_the_tag_of_the_whole_changes_when_a_rate_of_the_past_comes_in(given, market, refresher, clock):
    asha = given.user(base_currency="INR")
    given.record(asha, given.portfolio(asha, "GBP"), buy(named("VOD", "LSE"), "100", "0.80", "2026-03-02"))
    for on in ("2026-03-02", "2026-11-19"):
        market.set_rate("INR", "100", on=date.fromisoformat(on))
        market.set_rate("GBP", "0.80", on=date.fromisoformat(on))
    seen = []
    finish = refresher.database.transaction

    def looked_at_between():
        with given.database.reading() as tx:
            seen.append((tx.people.load(asha.id).version, tx.server.version("prices")))
        seen.append(json.loads(given.summary_of_all(asha))["invested"])
        return finish()

    given.database.transaction = looked_at_between  # before each write of the run, what everybody sees
    run_slot(refresher, clock)
    del given.database.transaction

    pairs = list(zip(seen[::2], seen[1::2], strict=True))
    contents = {}
    for tag, content in pairs:
        contents.setdefault(tag, set()).add(content)
    assert {tag for tag, found in contents.items() if len(found) > 1} == set()
    assert {content for _, content in pairs} == {None, "10000.00"}


def test_fault_23_what_cannot_be_had_stays_unknown_and_the_long_file_is_not_asked_for_again(
    given, asha, portfolio, market, refresher, clock
):
    set_rates(market, "2026-11-19", "105", "1.25")
    given.record(asha, portfolio, buy(IN_YORK, "4", "10", "1998-01-07"))  # before there was a euro

    for _ in range(5):
        run_slot(refresher, clock)

    assert invested(given, asha, portfolio) == [None]
    assert len(histories_asked(market)) == 1
    clock.advance(86_400)
    run_slot(refresher, clock)
    assert len(histories_asked(market)) == 2  # tomorrow the file may have more


def test_fault_23_when_the_file_cannot_be_had_the_next_run_tries_again(
    given, asha, portfolio, market, refresher, clock
):
    set_rates(market, "2026-11-19", "105", "1.25")
    set_rates(market, "2026-10-16", "100", "1.25")
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2026-10-16"))
    market.fail("ecb", status=500)

    run = run_slot(refresher, clock)
    assert run.finished_at is not None
    assert invested(given, asha, portfolio) == [None]

    market.restore("ecb")
    clock.advance(3600)
    run_slot(refresher, clock)
    assert invested(given, asha, portfolio) == [Decimal(7200)]


def test_a_row_with_a_rate_of_its_own_asks_for_none(given, asha, portfolio, market, refresher, clock):
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2015-10-16", fx_rate="84"))
    set_rates(market, "2026-11-19", "105", "1.25")

    run_slot(refresher, clock)

    assert histories_asked(market) == []
    assert invested(given, asha, portfolio) == [Decimal(7560)]


def test_one_currency_alone_asks_for_no_rates(given, asha, portfolio, market, refresher, clock):
    given.record(asha, portfolio, buy("INFY", "5", "18", "2015-10-16"))

    run_slot(refresher, clock)

    assert market.paths("ecb") == []


def test_a_day_that_is_known_is_not_written_twice(given, asha, portfolio, market, refresher, clock):
    set_rates(market, "2026-11-19", "105", "1.25")
    set_rates(market, "2026-10-16", "100", "1.25")
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2026-10-16"))

    run_slot(refresher, clock)

    with given.database.reading() as tx:
        [pair] = [one for one in tx.instruments.on_exchange("ECB") if one.symbol == "EURINR"]
        days = [point.timestamp.date() for point in tx.prices.history(pair.id, before=None, limit=99)]
    assert days == [date(2026, 11, 19), date(2026, 10, 16)]


def test_without_the_source_nothing_is_asked_and_nothing_fails(given, asha, portfolio, clock):
    given.record(asha, portfolio, buy(IN_YORK, "5", "18", "2026-10-16"))

    assert run_slot(given.refresher(), clock).finished_at is not None
    assert invested(given, asha, portfolio) == [None]


def test_a_purchase_before_the_fixing_is_counted_at_its_own_days_rate_once_that_is_out(
    given, asha, portfolio, market, refresher, clock
):
    """Bought on the 19th at noon, when the rate of the 18th was the last; the one of the 19th comes at 16:00."""
    set_rates(market, "2026-11-18", "100", "1.25")
    clock.now = at("2026-11-19T11:00")
    run_slot(refresher, clock)
    given.record(asha, portfolio, buy(IN_YORK, "10", "200", "2026-11-19"))
    run_slot(refresher, clock)
    assert invested(given, asha, portfolio) == [Decimal(160000)]  # 10 × 200 × 100 ÷ 1.25

    set_rates(market, "2026-11-19", "104", "1.25")
    clock.now = at("2026-11-19T17:00")
    run_slot(refresher, clock)

    assert invested(given, asha, portfolio) == [Decimal(166400)]  # 10 × 200 × 104 ÷ 1.25
    assert verify(given.database) == (1, [])
