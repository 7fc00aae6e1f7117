import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import PriceStatus
from tickfolio.providers.demo import DEMO_INSTRUMENTS, DemoProvider
from tickfolio.providers.provider import FailureKind, Provider

NOW = datetime(2026, 11, 20, 9, 13, 20, tzinfo=UTC)
DEMO = DemoProvider()
SYMBOLS = [listing.symbol for listing in DEMO_INSTRUMENTS]


def test_it_is_a_provider_that_says_that_it_is_simulated():
    provider: Provider = DEMO

    assert "simulated" in provider.label.lower()
    assert provider.terms is None


def test_its_instruments_are_of_all_kinds_and_in_rupees():
    kinds = [listing.asset_type for listing in DEMO_INSTRUMENTS]

    assert len(set(SYMBOLS)) == len(SYMBOLS) == 16
    assert {AssetType.STOCK, AssetType.MUTUAL_FUND, AssetType.ETF, AssetType.BOND} == set(kinds)
    assert {(listing.exchange, listing.currency) for listing in DEMO_INSTRUMENTS} == {("DEMO", "INR")}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_price_moves_in_every_slot_but_never_far(symbol):
    first = DEMO.slot_of(NOW)
    prices = [DEMO.price(symbol, first + n) for n in range(2000)]

    for one, next_one in itertools.pairwise(prices):
        assert one != next_one
        assert abs(next_one / one - 1) < Decimal("0.01")


@pytest.mark.parametrize("minutes", [1, 3, 10, 30, 60])
def test_it_moves_in_every_slot_of_any_length(minutes):
    market = DemoProvider(slot_minutes=minutes)
    first = market.slot_of(NOW)

    prices = [market.price("TULSIDEBT", first + n) for n in range(500)]

    assert all(one != next_one for one, next_one in itertools.pairwise(prices))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_its_days_are_plausible_over_years(symbol):
    closes = [close.price for close in DEMO.fetch_history(symbol, NOW - timedelta(days=3650), NOW).closes]
    moves = [abs(one / before - 1) for before, one in itertools.pairwise(closes)]

    assert len(closes) == 3650
    assert max(moves) < Decimal("0.10")
    assert sum(move < Decimal("0.03") for move in moves) > 0.97 * len(moves)
    assert all(price > 0 for price in closes)


@pytest.mark.parametrize("symbol", ["SAHYADRI", "KAVERIBANK", "BANYANFLEXI", "DEMO50ETF"])
def test_it_drifts_upward_over_years(symbol):
    start, end = (DEMO.price(symbol, DEMO.slot_of(datetime(year, 6, 1, tzinfo=UTC))) for year in (2011, 2026))

    assert end > start * Decimal("1.5")


@pytest.mark.parametrize("listing", DEMO_INSTRUMENTS, ids=SYMBOLS)
def test_prices_stand_on_ticks(listing):
    tick = Decimal("0.0001") if listing.asset_type is AssetType.MUTUAL_FUND else Decimal("0.05")

    assert DEMO.price(listing.symbol, DEMO.slot_of(NOW)) % tick == 0


def test_an_observation_is_of_the_start_of_its_slot_and_compares_with_yesterday_in_india():
    (result,) = DEMO.fetch(["SAHYADRI", "INFY", "SAHYADRI"], NOW)
    seen = result.observations["SAHYADRI"]

    # yesterday in India ends at 18:30 UTC; its last slot of ten minutes begins at 18:20
    last_slot = DEMO.slot_of(datetime(2026, 11, 19, 18, 20, tzinfo=UTC))
    assert seen.as_of == datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
    assert (seen.status, seen.source, seen.currency) == (PriceStatus.DEMO, "demo", "INR")
    assert seen.price == DEMO.price("SAHYADRI", DEMO.slot_of(NOW))
    assert seen.previous_close == DEMO.price("SAHYADRI", last_slot)
    assert result.failures["INFY"].kind is FailureKind.NOT_FOUND
    assert (result.symbols, result.listings) == (("SAHYADRI", "INFY"), DEMO_INSTRUMENTS)


def test_after_midnight_in_india_yesterday_is_another_day():
    before, after = (datetime(2026, 11, 20, 18, minute, tzinfo=UTC) for minute in (29, 30))
    (result,) = DEMO.fetch(["SAHYADRI"], after)

    assert result.observations["SAHYADRI"].previous_close == DEMO.price("SAHYADRI", DEMO.slot_of(before))


def test_the_history_ends_yesterday_with_the_previous_close():
    history = DEMO.fetch_history("SAHYADRI", NOW - timedelta(days=3), NOW)
    (result,) = DEMO.fetch(["SAHYADRI"], NOW)

    assert [close.on for close in history.closes] == [date(2026, 11, day) for day in (17, 18, 19)]
    assert history.closes[-1].price == result.observations["SAHYADRI"].previous_close
    assert history.currency == "INR"


def test_the_history_begins_in_2010_at_the_earliest():
    history = DEMO.fetch_history("DEMOGOLD", datetime(1970, 1, 1, tzinfo=UTC), NOW)

    assert history.closes[0].on == date(2010, 1, 1)
    assert DEMO.fetch_history("DEMOGOLD", NOW + timedelta(days=5), NOW).closes == ()
    unknown = DEMO.fetch_history("INFY", NOW, NOW).failure
    assert unknown is not None
    assert unknown.kind is FailureKind.NOT_FOUND


def test_the_same_seed_gives_the_same_market_and_another_seed_another():
    slot = DEMO.slot_of(NOW)

    assert DemoProvider().price("SAHYADRI", slot) == DEMO.price("SAHYADRI", slot)
    assert DemoProvider(seed="other").price("SAHYADRI", slot) != DEMO.price("SAHYADRI", slot)


def test_search_looks_into_symbols_and_names():
    assert [listing.symbol for listing in DEMO.search(" bank ")] == ["KAVERIBANK", "KAVERINCD"]
    assert [listing.symbol for listing in DEMO.search("sahya")] == ["SAHYADRI"]
    assert DEMO.search("") == []


def test_only_instruments_of_the_demo_market_are_its_own():
    demo, real = (Instrument("1", AssetType.STOCK, exchange, "SAHYADRI", "S", "INR") for exchange in ("DEMO", "NSE"))

    assert (DEMO.symbol_of(demo), DEMO.symbol_of(real)) == ("SAHYADRI", None)


def test_a_slot_without_length_is_wrong_code():
    with pytest.raises(ValueError, match="at least a minute"):
        DemoProvider(slot_minutes=0)
