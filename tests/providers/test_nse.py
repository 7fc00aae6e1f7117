import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.market import Market
from tests.providers.recorded import recorded
from tests.providers.udiff_rows import file, row, zipped
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_calendar import DayKind, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.nse import NseAdapter
from tickfolio.providers.provider import Answer, FailureKind, Listing, Provider

NSE = NseAdapter()
# Friday 20 November 2026, 16:50 in India
NOW = datetime(2026, 11, 20, 11, 20, tzinfo=UTC)
ISIN = "INE000A01010"


def close(symbol: str, price: str, previous: str | None = "100.00", as_of: datetime = NOW) -> Observation:
    return Observation(
        symbol,
        Decimal(price),
        "INR",
        as_of,
        PriceStatus.CLOSE,
        "nse",
        None if previous is None else Decimal(previous),
        date(2026, 11, 20),
    )


# What the recorded file says in its own rows: ClsPric, PrvsClsgPric, FinInstrmNm.
@pytest.mark.parametrize(
    ("symbol", "price", "previous", "name"),
    [
        ("SGBJUN28", "9870.00", "9900.75", "2.5%GOLDBONDS2028SR-III"),
        # a block deal at 8530.00 stands above the row of the market
        ("BAJAJ-AUTO", "8468.00", "8494.50", "BAJAJ AUTO LIMITED"),
        ("BAJAJ-AUTO|INE917I01010", "8468.00", "8494.50", "BAJAJ AUTO LIMITED"),
        # a debenture at 2141.25 has the same symbol
        ("M&MFIN", "266.35", "269.30", "M&M FIN. SERVICES LTD"),
        ("M&MFIN|INE774D08MG3", "2141.25", None, None),
        # the share that was called ZOMATO until April 2025
        ("ZOMATO|INE758T01015", "248.41", "247.25", "ETERNAL LIMITED"),
        ("ETERNAL", "248.41", "247.25", "ETERNAL LIMITED"),
        # three debentures of one symbol, told apart by ISIN
        ("IMC1|INE00QS24043", "250.00", "255.00", "SEC RE NCGB 8.25% STRPP B"),
    ],
)
def test_the_recorded_file(symbol, price, previous, name):
    answer = recorded("nse/BhavCopy_NSE_CM_0_0_0_20250618_F_0000.csv")

    result = NSE.parse(zipped(answer.body), [symbol, "NOPE"], NOW)

    assert NSE.classify(answer) is None
    seen = result.observations[symbol]
    # the end of that day in India
    assert (seen.price, seen.as_of, seen.close_on) == (
        Decimal(price),
        datetime(2025, 6, 18, 17, 30, tzinfo=UTC),
        date(2025, 6, 18),
    )
    if previous is not None:
        assert (seen.previous_close, result.names[symbol]) == (Decimal(previous), name)
    assert result.failures["NOPE"].kind is FailureKind.NO_DATA
    assert result.rows == 2993


def test_the_recorded_listings_are_the_shares_funds_and_gold_bonds():
    body = recorded("nse/BhavCopy_NSE_CM_0_0_0_20250618_F_0000.csv").body

    listings = {listing.symbol: listing for listing in NSE.parse(body, [], NOW).listings}

    # by series in the file: EQ 2045, BE 280, SM 240, ST 157, GB 50, BZ 27, IV 6, RR 4
    assert len(listings) == 2045 + 280 + 240 + 157 + 50 + 27 + 6 + 4
    assert listings["20MICRONS"] == Listing(
        AssetType.STOCK, "NSE", "20MICRONS", "20 MICRONS LTD", "INR", "INE144J01027"
    )
    assert listings["CPSEETF"].asset_type is AssetType.ETF
    assert listings["SGBJUN28"].asset_type is AssetType.BOND
    assert listings["EMBASSY"].asset_type is AssetType.STOCK
    # a treasury bill, a debenture and a closed fund
    assert not {"182D030725", "965SCL28", "FICRF3GP"} & listings.keys()
    # the share, not its preference shares
    assert listings["RADIOCITY"].isin == "INE919I01024"


def test_a_share_in_two_series_is_listed_once_by_the_better_one():
    other = row("A", "11.00", SctySrs="BE", ISIN="INE000B01018")

    for rows in ([row("A", "10.00"), other], [other, row("A", "10.00")]):
        assert [listing.isin for listing in NSE.parse(file(*rows), [], NOW).listings] == [ISIN]


def test_a_symbol_of_several_securities_is_none_of_them():
    result = NSE.parse(recorded("nse/BhavCopy_NSE_CM_0_0_0_20250618_F_0000.csv").body, ["IMC1"], NOW)

    assert result.failures["IMC1"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize(
    ("better", "worse"),
    [("EQ", "BE"), ("BE", "BZ"), ("BZ", "SM"), ("SM", "ST"), ("EQ", "N1"), ("GB", "GS"), ("ST", "P1"), ("EQ", "T0"),
     ("N1", "BL"), ("N1", "T0")],
)  # fmt: skip
def test_the_preferred_series_wins_wherever_it_stands(better, worse):
    rows = [row("A", "10.00", SctySrs=better), row("A", "11.00", SctySrs=worse)]

    for body in (file(*rows), file(*reversed(rows))):
        for symbol in ("A", f"X|{ISIN}"):
            assert NSE.parse(body, [symbol], NOW).observations[symbol].price == Decimal("10.00")


@pytest.mark.parametrize("series", ["BL", "T0", "BO"])
def test_what_was_only_agreed_between_two_is_no_price(series):
    result = NSE.parse(file(row("A", "10.00", SctySrs=series)), ["A"], NOW)

    assert result.failures["A"].kind is FailureKind.NO_DATA


def test_fault_17_two_closes_of_one_security_are_none():
    rows = [row("A", "10.00"), row("A", "11.00"), row("B", "5.00", ISIN="INE000B01018")]
    result = NSE.parse(file(*rows, rows[2]), ["A", "B"], NOW)

    assert result.failures["A"].kind is FailureKind.CONTRACT_CHANGED
    assert result.observations == {"B": close("B", "5.00")}


def test_fault_19_the_isin_finds_a_share_whose_symbol_has_changed_and_the_symbol_one_whose_isin_has():
    body = file(row("ETERNAL", "250.00"), row("SPLIT", "40.00", ISIN="INE000B01026"))

    result = NSE.parse(body, [f"ZOMATO|{ISIN}", "SPLIT|INE000B01018"], NOW)

    assert {symbol: seen.price for symbol, seen in result.observations.items()} == {
        f"ZOMATO|{ISIN}": Decimal("250.00"),
        "SPLIT|INE000B01018": Decimal("40.00"),
    }


def test_the_exchange_s_number_of_a_security_is_no_symbol():
    # 101 is the FinInstrmId of the row
    assert NSE.parse(file(row("A", "10.00")), ["101"], NOW).failures["101"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize(
    "cells",
    [
        *({"ClsPric": text} for text in ("", "0", "0.00", "-5", "NaN", "-", "1e5")),
        *({"TtlTradgVol": text} for text in ("", "0", "-", "x")),
        *({"TradDt": text} for text in ("", "2026-02-30", "20-Nov-2026")),
    ],
)
def test_fault_06_a_broken_cell_fails_its_own_security(cells):
    body = file(row("A", "10.00", **cells), row("B", "5.00", ISIN="INE000B01018"))

    result = NSE.parse(body, ["A", "B"], NOW)

    assert result.failures["A"].kind is FailureKind.NO_DATA
    assert result.observations == {"B": close("B", "5.00")}


@pytest.mark.parametrize("text", ["", "0", "0.00", "-"])
def test_without_a_close_before_there_is_none(text):
    assert NSE.parse(file(row("A", "10.00", PrvsClsgPric=text)), ["A"], NOW).observations == {
        "A": close("A", "10.00", None)
    }


def test_an_unknown_header_refuses_every_price():
    result = NSE.parse(file(row("A", "10.00"), header="SYMBOL,SERIES,OPEN"), ["A"], NOW)

    assert (result.observations, result.rows) == ({}, None)
    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.CONTRACT_CHANGED


def test_a_file_read_on_a_later_day_stands_at_the_end_of_its_own():
    seen = NSE.parse(file(row("A", "10.00")), ["A"], NOW + timedelta(days=3)).observations["A"]

    # 23:00 in India is 17:30 UTC
    assert seen.as_of == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(404, {"content-type": "text/html"}, b"<html>"), FailureKind.NO_DATA),
        (Answer(200, {"content-type": "text/html"}, b"<html>"), FailureKind.BLOCKED),
        (Answer(302, {"location": "x"}, b""), FailureKind.BLOCKED),
        (Answer(403, {}, b""), FailureKind.AUTH),
        (Answer(500, {}, b""), FailureKind.TRANSIENT),
        (Answer(206, {}, b""), FailureKind.CONTRACT_CHANGED),
    ],
)
def test_answers_that_are_no_file(answer, kind):
    failure = NSE.classify(answer)

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20T11:00Z", "20261120"),  # Friday 16:30 in India
        ("2026-11-20T10:59Z", "20261119"),  # a minute before
        ("2026-11-21T12:00Z", "20261120"),  # Saturday
        ("2026-11-23T05:00Z", "20261120"),  # Monday morning
        ("2026-11-22T19:00Z", "20261120"),  # Monday 00:30 in India
    ],
)
def test_the_newest_file_that_can_be_there(now, day):
    instant = datetime.fromisoformat(now)

    (request,) = NSE.latest_requests(["A"], instant)

    assert request.url == (f"https://nsearchives.nseindia.com/content/cm/BhavCopy_NSE_CM_0_0_0_{day}_F_0000.csv.zip")
    assert NSE.newest_day(instant).strftime("%Y%m%d") == day
    assert "Mozilla" in request.headers["User-Agent"]


def test_older_files_are_asked_for_in_its_stead_back_over_six_sessions():
    (request,) = NSE.latest_requests(["A"], NOW)

    days = [url.partition("_0_0_0_")[2][:8] for url in request.earlier]
    assert days == ["20261119", "20261118", "20261117", "20261116", "20261113"]


def test_the_days_of_trade_are_those_one_is_told():
    special = [
        ("NSE", SpecialDay(date(2026, 11, 15), DayKind.SESSION, "A special session on Sunday")),
        ("NSE", SpecialDay(date(2026, 11, 16), DayKind.CLOSED, "A holiday on Monday")),
    ]
    nse = NseAdapter(calendar=lambda: SHIPPED.changed([], special))

    (request,) = nse.latest_requests(["A"], datetime(2026, 11, 16, 12, tzinfo=UTC))

    days = [url.partition("_0_0_0_")[2][:8] for url in (request.url, *request.earlier)]
    # Tuesday the 10th, Diwali Balipratipada, is among the holidays that we ship
    assert days == ["20261115", "20261113", "20261112", "20261111", "20261109", "20261106"]


@pytest.mark.parametrize(
    ("exchange", "kind", "symbol", "isin", "expected"),
    [
        ("NSE", AssetType.STOCK, "INFY", None, "INFY"),
        ("NSE", AssetType.STOCK, "M&M", "INE101A01026", "M&M|INE101A01026"),
        ("NSE", AssetType.INDEX, "NIFTY 50", None, None),
        ("NSE", AssetType.STOCK, "A|B", None, None),
        ("BSE", AssetType.STOCK, "INFY", None, None),
        ("NYSE", AssetType.STOCK, "INFY", None, None),
    ],
)
def test_fault_18_symbols_are_of_its_own_exchange_only(exchange, kind, symbol, isin, expected):
    assert NSE.symbol_of(Instrument("1", kind, exchange, symbol, "A", "INR", isin)) == expected


def test_a_person_accepts_the_terms_first():
    assert "forbid" in (NSE.terms or "")
    assert NSE.catalogue == "NSE"


# --- Over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def market():
    with Market(now=lambda: NOW) as market:
        yield market


@pytest.fixture
def provider(market):
    provider = HttpProvider(NseAdapter(market.url), time.monotonic, time.sleep, interval_seconds=0)
    yield provider
    provider.close()


def path(day: str) -> str:
    return f"/content/cm/BhavCopy_NSE_CM_0_0_0_{day}_F_0000.csv.zip"


def asked(market: Market) -> list[str]:
    return [one.partition("_0_0_0_")[2][:8] for one in market.paths("nse")]


@pytest.mark.enable_socket
def test_one_file_serves_all_and_is_not_sent_again(market, provider: Provider):
    market.set_file(path("20261120"), zipped(file(row("A", "10.00"))), "application/zip")

    (first,) = provider.fetch(["A", "NOPE"], NOW)
    (second,) = provider.fetch(["A"], NOW)

    assert first.observations == {"A": close("A", "10.00")}
    assert first.failures["NOPE"].kind is FailureKind.NO_DATA
    assert (len(first.listings), first.rows) == (1, 1)
    assert (second.observations, second.listings, second.rows) == (first.observations, (), 1)
    assert market.requests[1].headers["If-None-Match"]


@pytest.mark.enable_socket
def test_fault_25_a_holiday_sends_us_to_the_day_before(market, provider: Provider):
    body = zipped(file(row("A", "10.00", TradDt="2026-11-18")))
    market.set_file(path("20261118"), body, "application/zip")

    (result,) = provider.fetch(["A"], NOW)

    assert asked(market) == ["20261120", "20261119", "20261118"]
    assert result.observations["A"].close_on == date(2026, 11, 18)
    assert result.symbols == ("A",)


@pytest.mark.enable_socket
def test_no_file_in_six_sessions_is_a_source_that_has_moved(market, provider: Provider):
    (result,) = provider.fetch(["A"], NOW)

    assert len(asked(market)) == 6
    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("failing", "kind"),
    [
        ({"status": 200, "body": "<html>", "content_type": "text/html"}, FailureKind.BLOCKED),
        ({"status": 403}, FailureKind.AUTH),
        ({"status": 200, "body": "PK\x03\x04"}, FailureKind.CONTRACT_CHANGED),
    ],
)
def test_fault_04_05_a_wall_is_not_a_holiday(market, provider: Provider, failing, kind):
    market.fail("nse", **failing)

    (result,) = provider.fetch(["A"], NOW)

    assert len(asked(market)) == 1
    assert result.provider_failure is not None
    assert result.provider_failure.kind is kind


@pytest.mark.enable_socket
def test_history_is_the_one_close_of_the_newest_file(market, provider: Provider):
    market.set_file(path("20261120"), zipped(file(row("A", "10.00"))), "application/zip")

    today = provider.fetch_history("A", NOW, NOW)
    longer = provider.fetch_history("A", NOW - timedelta(days=1), NOW)
    unknown = provider.fetch_history("NOPE", NOW, NOW)

    assert (today.closes, today.currency) == ((Close(date(2026, 11, 20), Decimal("10.00")),), "INR")
    assert longer.failure is not None
    assert unknown.failure is not None
    assert len(market.requests) == 2


def test_the_file_of_any_day_can_be_asked_for():
    request = NSE.day_request(date(2024, 1, 1), ["A"])

    assert request.url.endswith("BhavCopy_NSE_CM_0_0_0_20240101_F_0000.csv.zip")
    assert (request.symbols, request.is_conditional) == (("A",), False)


rows = st.lists(
    st.builds(
        row,
        st.sampled_from(["A", "B", ""]),
        st.sampled_from(["10.00", "", "0", "x"]),
        TradDt=st.sampled_from(["2026-11-20", "0001-01-01", "9999-12-31", ""]),
        ISIN=st.sampled_from([ISIN, "INF000A01010", ""]),
        SctySrs=st.sampled_from(["EQ", "BE", "BL", "N1", ""]),
    ),
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=200) | rows.map(lambda told: file(*told)))
def test_any_bytes_are_prices_or_failures(body):
    symbols = ["A", f"B|{ISIN}", "C|", "|", ""]

    result = NSE.parse(body, symbols, NOW)

    if result.provider_failure is None:
        assert result.observations.keys() | result.failures.keys() == set(symbols)
    for symbol in symbols:
        history = NSE.parse_history(body, symbol, NOW)
        assert (history.failure is None) == bool(history.closes)
