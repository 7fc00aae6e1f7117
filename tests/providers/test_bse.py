import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.market import Market
from tests.providers.recorded import recorded
from tests.providers.udiff_rows import bse_row, file
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.providers.bse import BseAdapter
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import Answer, FailureKind, Listing

BSE = BseAdapter()
# Friday 20 November 2026, 16:50 in India
NOW = datetime(2026, 11, 20, 11, 20, tzinfo=UTC)
ISIN = "INE000A01010"
OWN_PAGE = b"<!DOCTYPE html>\n<html><head><title>BSE (formerly Bombay Stock Exchange)</title></head></html>"


@pytest.mark.parametrize("symbol", ["500002", "ABB", "OLD|INE117A01022", "500002|INE117A01022"])
def test_the_recorded_row_is_found_by_scrip_code_ticker_and_isin(symbol):
    answer = recorded("bse/BhavCopy_BSE_CM_rows_quoted.csv")

    result = BSE.parse(answer.body, [symbol], NOW)

    assert BSE.classify(answer) is None
    seen = result.observations[symbol]
    assert (seen.price, seen.previous_close, seen.currency, seen.close_on, seen.source) == (
        Decimal("7057.90"),
        Decimal("7115.00"),
        "INR",
        date(2026, 10, 6),
        "bse",
    )
    assert result.names == {symbol: "ABB INDIA LIMITED"}
    assert result.listings == (
        Listing(AssetType.STOCK, "BSE", "ABB", "ABB INDIA LIMITED", "INR", "INE117A01022", code="500002"),
    )


def test_the_recorded_page_in_place_of_a_file_is_a_day_without_one():
    failure = BSE.classify(recorded("bse/error_200_html_for_missing_file.txt"))

    assert failure is not None
    assert failure.kind is FailureKind.NO_DATA


def test_the_recorded_file_of_the_old_layout_is_refused_whole():
    failure = BSE.parse(recorded("bse/legacy_EQ090221_head.csv").body, ["500002"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, {"content-type": "text/html"}, OWN_PAGE), FailureKind.NO_DATA),
        (Answer(200, {"content-type": "text/html"}, b"<html><title>Are you a robot?</title>"), FailureKind.BLOCKED),
        (Answer(403, {"content-type": "text/html"}, OWN_PAGE), FailureKind.AUTH),
        (Answer(302, {"location": "x"}, OWN_PAGE), FailureKind.BLOCKED),
        (Answer(404, {}, b""), FailureKind.NO_DATA),
        (Answer(500, {}, b""), FailureKind.TRANSIENT),
    ],
)
def test_answers_that_are_no_file(answer, kind):
    failure = BSE.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_a_file_that_has_the_words_of_a_page_in_it_is_a_file():
    body = file(bse_row("A", "500001", "10.00", FinInstrmNm="<title>BSE"))

    assert BSE.classify(Answer(200, {"content-type": "text/csv"}, body)) is None


def test_shares_and_funds_are_listed_bonds_are_priced_only():
    body = file(
        bse_row("A", "500001", "10.00"),
        bse_row("AETF", "590001", "20.00", ISIN="INF000A01010", SctySrs="E"),
        bse_row("ANCD", "935001", "1000.00", ISIN="INE000A07017", SctySrs="F"),
        bse_row("ASGB", "800001", "9000.00", ISIN="IN0020200104", SctySrs="G"),
    )

    result = BSE.parse(body, ["935001", "800001"], NOW)

    assert {listing.symbol: listing.asset_type for listing in result.listings} == {
        "A": AssetType.STOCK,
        "AETF": AssetType.ETF,
    }
    assert {symbol: seen.price for symbol, seen in result.observations.items()} == {
        "935001": Decimal("1000.00"),
        "800001": Decimal("9000.00"),
    }
    assert result.rows == 4


def test_a_file_of_nse_is_not_taken_for_one_of_bse():
    failure = BSE.parse(file(bse_row("A", "500001", "10.00", Src="NSE")), ["A"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


def test_the_file_is_named_by_its_day():
    (request,) = BSE.latest_requests(["500002"], NOW)

    assert request.url == (
        "https://www.bseindia.com/download/BhavCopy/Equity/BhavCopy_BSE_CM_0_0_0_20261120_F_0000.CSV"
    )
    assert (request.symbols, request.is_conditional, len(request.earlier)) == (("500002",), True, 5)


def test_symbols_are_scrip_codes_or_tickers_of_this_exchange():
    def symbol(exchange: str, text: str) -> str | None:
        return BSE.symbol_of(Instrument("1", AssetType.STOCK, exchange, text, "A", "INR", ISIN))

    assert symbol("BSE", "500325") == f"500325|{ISIN}"
    assert symbol("BSE", "reliance") == f"RELIANCE|{ISIN}"
    assert symbol("NSE", "RELIANCE") is None


def test_a_person_accepts_the_terms_first():
    assert "forbid" in (BSE.terms or "")
    assert BSE.catalogue == "BSE"


@pytest.mark.enable_socket
def test_fault_25_a_holiday_sends_us_to_the_day_before():
    with Market(now=lambda: NOW) as market:
        folder = "/download/BhavCopy/Equity/BhavCopy_BSE_CM_0_0_0_"
        market.set_file(f"{folder}20261120_F_0000.CSV", OWN_PAGE, "text/html")
        market.set_file(
            f"{folder}20261119_F_0000.CSV", file(bse_row("A", "500001", "10.00", TradDt="2026-11-19")), "text/csv"
        )
        provider = HttpProvider(BseAdapter(market.url), time.monotonic, time.sleep, interval_seconds=0)

        (result,) = provider.fetch(["500001"], NOW)
        provider.close()

        assert len(market.paths("bse")) == 2
    assert result.observations["500001"].close_on == date(2026, 11, 19)


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=300), status=st.integers(100, 599))
def test_any_answer_is_prices_or_failures(body, status):
    result = BSE.parse(body, ["500002"], NOW)

    assert result.provider_failure or result.failures or result.observations
    assert BSE.classify(Answer(status, {}, body)) is not None or status == 200
