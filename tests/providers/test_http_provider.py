import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.market import Market
from tickfolio.domain.prices import Close
from tickfolio.providers.amfi import AmfiAdapter
from tickfolio.providers.ecb import EcbAdapter, EcbProvider
from tickfolio.providers.http_provider import Adapter, HttpProvider
from tickfolio.providers.provider import FailureKind, Provider
from tickfolio.providers.yahoo import YahooAdapter

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def market():
    with Market(now=lambda: NOW - timedelta(minutes=1)) as market:
        market.set("INFY.NS", "1512.60", previous_close="1500.00", name="Infosys")
        market.set("M&M.NS", "3100.05", name="Mahindra & Mahindra")
        yield market


@pytest.fixture
def provide():
    opened: list[HttpProvider] = []

    def provide(adapter: Adapter) -> HttpProvider:
        kind = EcbProvider if isinstance(adapter, EcbAdapter) else HttpProvider
        opened.append(kind(adapter, time.monotonic, time.sleep, interval_seconds=0))  # type: ignore[arg-type]  # one helper for every kind of source
        return opened[-1]

    yield provide
    for provider in opened:
        provider.close()


@pytest.fixture
def yahoo(market, provide):
    return provide(YahooAdapter(market.yahoo_url))


def kind_of(results) -> FailureKind | None:
    (result,) = results
    return result.provider_failure.kind if result.provider_failure else None


def test_it_is_a_provider(yahoo):
    provider: Provider = yahoo

    assert (provider.name, provider.label) == ("yahoo", "Yahoo Finance")
    assert "own personal use" in (provider.terms or "")


def test_latest_prices_come_batch_by_batch(market, yahoo):
    for n in range(30):
        market.set(f"S{n}.NS", f"{n}.05")
    symbols = ["M&M.NS", *(f"S{n}.NS" for n in range(30)), "NOPE.NS", "M&M.NS"]

    results = list(yahoo.fetch(symbols, NOW))

    assert [len(result.symbols) for result in results] == [20, 12]
    assert results[0].observations["M&M.NS"].price == Decimal("3100.05")
    assert results[1].observations["S29.NS"].price == Decimal("29.05")
    assert results[1].failures["NOPE.NS"].kind is FailureKind.NOT_FOUND
    assert len(market.paths("yahoo")) == 2


def test_nothing_is_asked_for_nothing(market, yahoo):
    assert list(yahoo.fetch([], NOW)) == []
    assert market.requests == []


def test_a_batch_of_unknown_symbols_fails_symbol_by_symbol(yahoo):
    (result,) = yahoo.fetch(["A.NS", "B.NS"], NOW)

    assert result.provider_failure is None
    assert {symbol: failure.kind for symbol, failure in result.failures.items()} == dict.fromkeys(
        ["A.NS", "B.NS"], FailureKind.NOT_FOUND
    )


def test_history_and_search(market, yahoo):
    market.set_history("INFY.NS", {date(2026, 11, 18): "1490.5", date(2026, 11, 19): "1500"})

    history = yahoo.fetch_history("INFY.NS", NOW - timedelta(days=30), NOW)

    assert history.closes == (Close(date(2026, 11, 18), Decimal("1490.5")), Close(date(2026, 11, 19), Decimal(1500)))
    assert history.currency == "INR"
    assert [listing.symbol for listing in yahoo.search("mahindra")] == ["M&M"]
    assert yahoo.search("   ") == ()
    unknown = yahoo.fetch_history("NOPE.NS", NOW, NOW).failure
    assert unknown is not None
    assert unknown.kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    ("failing", "kind", "requests"),
    [
        ({"status": 429}, FailureKind.RATE_LIMITED, 1),
        ({"status": 200, "body": "<html>", "content_type": "text/html"}, FailureKind.BLOCKED, 1),
        ({"status": 307, "headers": {"Location": "http://169.254.169.254/"}}, FailureKind.BLOCKED, 1),
        ({"status": 401}, FailureKind.AUTH, 5),
        ({"status": 200, "body": "{"}, FailureKind.CONTRACT_CHANGED, 1),
        # each of the five fails twice: a server error is tried once more
        ({"status": 503}, FailureKind.TRANSIENT, 10),
        ({"status": 503, "headers": {"Retry-After": "5"}}, FailureKind.TRANSIENT, 5),
    ],
)
def test_fault_03_04_05_a_failing_source_is_soon_left_alone(market, yahoo, failing, kind, requests):
    market.fail("yahoo", **failing)

    kinds = [kind_of(yahoo.fetch(["INFY.NS"], NOW)) for _ in range(8)]

    assert kinds[0] is kind
    assert len(market.paths("yahoo")) == requests
    assert None not in kinds


def test_a_probe_by_hand_is_one_request_for_the_whole_run(market, yahoo):
    symbols = [f"S{n}.NS" for n in range(60)]
    market.fail("yahoo", status=200, body="<html>")
    list(yahoo.fetch(symbols, NOW))
    assert len(market.paths("yahoo")) == 1

    list(yahoo.fetch(symbols, NOW, probe=True))
    assert len(market.paths("yahoo")) == 2

    market.restore("yahoo")
    results = list(yahoo.fetch(["INFY.NS", *symbols], NOW, probe=True))
    assert results[0].observations["INFY.NS"].price == Decimal("1512.60")
    assert [result.provider_failure for result in results] == [None] * 4


def test_fault_03_a_probe_is_bound_by_retry_after(market, yahoo):
    market.fail("yahoo", status=429, headers={"Retry-After": "120"})

    list(yahoo.fetch(["INFY.NS"], NOW))
    (result,) = yahoo.fetch(["INFY.NS"], NOW, probe=True)

    assert result.provider_failure is not None
    assert (result.provider_failure.kind, result.provider_failure.retry_after_seconds) == (
        FailureKind.RATE_LIMITED,
        120,
    )
    assert len(market.paths("yahoo")) == 1


def test_unknown_symbols_never_open_the_breaker(market, yahoo):
    for _ in range(10):
        list(yahoo.fetch(["NOPE.NS"], NOW))

    assert len(market.paths("yahoo")) == 10


def test_one_file_serves_all_funds_and_is_kept_while_it_does_not_change(market, provide):
    market.set_nav("120503", "112.0096", on=TODAY, name="Axis ELSS Tax Saver Fund", isin="INF846K01EW2")
    amfi = provide(AmfiAdapter(market.amfi_url))

    (first,) = amfi.fetch(["120503"], NOW)
    (second,) = amfi.fetch(["INF846K01EW2"], NOW)
    market.set_nav("120503", "113.5", on=TODAY, name="Axis ELSS Tax Saver Fund", isin="INF846K01EW2")
    (third,) = amfi.fetch(["120503"], NOW)

    assert first.observations["120503"].price == Decimal("112.0096")
    assert [listing.name for listing in first.listings] == ["Axis ELSS Tax Saver Fund - Direct Plan - Growth"]
    # unchanged (304): answered from the kept file, without the listings
    assert second.observations["INF846K01EW2"].price == Decimal("112.0096")
    assert second.listings == ()
    assert third.observations["120503"].price == Decimal("113.5")
    asked = [seen.headers.get("If-None-Match") for seen in market.requests]
    assert asked[0] is None
    assert asked[1] == asked[2]
    assert asked[1] is not None


def test_a_refused_file_is_not_kept(market, provide):
    market.fail("amfi", status=200, body="A;New;Header\n", headers={"ETag": '"1"'})
    amfi = provide(AmfiAdapter(market.amfi_url))

    kinds = [kind_of(amfi.fetch(["120503"], NOW, probe=True)) for _ in range(2)]

    assert kinds == [FailureKind.CONTRACT_CHANGED] * 2
    assert "If-None-Match" not in market.requests[1].headers


def test_rates_of_the_day_and_the_history_of_all_pairs(market, provide):
    market.set_rate("INR", "109.0470", on=TODAY)
    market.set_rate("INR", "108.5", on=date(2026, 11, 19))
    market.set_rate("USD", "1.1684", on=TODAY)
    ecb = provide(EcbAdapter(market.ecb_url))

    (latest,) = ecb.fetch(["EURINR", "EURXXX"], NOW)
    histories = ecb.fetch_all_history(NOW - timedelta(days=5), NOW)
    one = ecb.fetch_history("EURINR", NOW - timedelta(days=400), NOW)

    assert latest.observations["EURINR"].price == Decimal("109.0470")
    assert latest.failures["EURXXX"].kind is FailureKind.NOT_FOUND
    inr = (Close(date(2026, 11, 19), Decimal("108.5")), Close(TODAY, Decimal("109.0470")))
    assert histories["EURINR"].closes == inr
    assert histories["EURUSD"].closes == (Close(TODAY, Decimal("1.1684")),)
    assert one.closes == inr
    assert [path.rpartition("/")[2] for path in market.paths("ecb")] == [
        "eurofxref-daily.xml",
        "eurofxref-hist-90d.xml",
        "eurofxref-hist.xml",
    ]


def test_a_history_that_cannot_be_had_is_empty(market, provide):
    market.fail("ecb", status=500)
    ecb = provide(EcbAdapter(market.ecb_url))

    assert ecb.fetch_all_history(NOW, NOW) == {}
    failure = ecb.fetch_history("EURINR", NOW, NOW).failure
    assert failure is not None
    assert failure.kind is FailureKind.TRANSIENT


def test_a_source_without_search_is_not_asked(market, provide):
    assert provide(AmfiAdapter(market.amfi_url)).search("axis") == ()
    assert market.requests == []


def test_a_history_of_funds_over_years_is_not_asked_for(market, provide):
    result = provide(AmfiAdapter(market.amfi_url)).fetch_history("120503", NOW - timedelta(days=400), NOW)

    assert result.failure is not None
    assert market.requests == []
