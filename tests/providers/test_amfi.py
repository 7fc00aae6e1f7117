from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.amfi import AmfiAdapter
from tickfolio.providers.provider import Answer, FailureKind, Listing

AMFI = AmfiAdapter()
NOW = datetime(2026, 8, 22, 6, tzinfo=UTC)
HEADER = "Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Plan;Option;Net Asset Value;Date"


def file(*rows: str, header=HEADER) -> bytes:
    return "\r\n".join([header, " ", "Open Ended Schemes(Equity)", " ", "360 ONE Mutual Fund", " ", *rows, ""]).encode()


def nav(code: str, price: str, day: str, now: datetime = NOW) -> Observation:
    # 23:00 in India is 17:30 UTC
    as_of = datetime.fromisoformat(f"{day}T17:30:00+00:00")
    return Observation(
        code, Decimal(price), "INR", min(as_of, now), PriceStatus.NAV, "amfi", close_on=date.fromisoformat(day)
    )


# Code and ISIN, then what the recorded file says in its own row.
@pytest.mark.parametrize(
    ("name", "count", "symbol", "price", "day"),
    [
        ("NAVAll_2017-04-13_old8col_repurchase_sale_head", 481, "135763", "11.3215", "2017-04-13"),
        ("NAVAll_2017-04-13_old8col_repurchase_sale_head", 481, "INF846K01WQ6", "11.3215", "2017-04-13"),
        ("NAVAll_2017-04-13_old8col_repurchase_sale_head", 481, "125112", "43.50", "2016-12-27"),
        ("NAVAll_2021-10-01_6col_NA_slices", 37, "138472", "25.577", "2021-10-01"),
        ("NAVAll_2021-10-01_6col_NA_slices", 37, "INF082J01333", "10.0092", "2021-10-03"),
        ("NAVAll_2026-06-19_6col_head", 1933, "119551", "105.9219", "2026-06-19"),
        ("NAVAll_2026-08-21_8col_head", 3038, "120438", "2890.5440", "2026-08-21"),
        ("NAVAll_2026-08-21_8col_head", 3038, "INF209KA13Z9", "106.8821", "2026-08-21"),
        ("NAVAll_2026-08-21_8col_edge_slices", 61, "108716", "14.25207048", "2017-02-17"),
        ("NAVAll_2026-08-21_8col_edge_slices", 61, "INF613Q01025", "1680494.0463", "2018-12-31"),
    ],
)
def test_recorded_files_of_all_layouts(name, count, symbol, price, day):
    answer = recorded(f"amfi/{name}.txt")

    result = AMFI.parse(answer.body, [symbol, "999999999"], NOW)

    assert AMFI.classify(answer) is None
    assert result.provider_failure is None
    assert result.observations == {symbol: nav(symbol, price, day)}
    assert result.failures["999999999"].kind is FailureKind.NOT_FOUND
    assert len(result.listings) == result.rows == count


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NAVAll_2021-10-01_6col_NA_slices", "102061"),  # N.A.
        ("NAVAll_2026-08-21_8col_edge_slices", "119289"),  # 0.0000
        ("NAVAll_2017-04-13_old8col_repurchase_sale_head", "102507"),  # N.A. in three columns
    ],
)
def test_recorded_schemes_without_a_value_are_failures_of_their_own(name, code):
    result = AMFI.parse(recorded(f"amfi/{name}.txt").body, [code], NOW)

    assert result.observations == {}
    assert result.failures[code].kind is FailureKind.NO_DATA


def test_recorded_listings_have_names_and_isins():
    listings = {
        listing.symbol: listing
        for listing in AMFI.parse(recorded("amfi/NAVAll_2026-08-21_8col_head.txt").body, [], NOW).listings
    }

    def fund(code: str, name: str, isin: str) -> Listing:
        return Listing(AssetType.MUTUAL_FUND, "AMFI", code, name, "INR", isin, code)

    assert listings["119550"] == fund(
        "119550", "Aditya Birla Sun Life Banking & PSU Debt Fund - Direct Plan - Growth", "INF209K01YN0"
    )
    # only the second column has an ISIN
    assert listings["120437"] == fund(
        "120437", "Axis Banking & PSU Debt Fund - Direct Plan - Daily IDCW", "INF846K01CU0"
    )


def test_recorded_history_report():
    answer = recorded("amfi/history_report_new8col_rows.txt")

    result = AMFI.parse_history(answer.body, "INF846K01EW2", NOW)

    assert (result.closes, result.currency) == ((Close(date(2026, 9, 22), Decimal("112.0096")),), "INR")
    # the report repeats plan and option behind a name that has them
    names = [listing.name for listing in AMFI.parse(answer.body, [], NOW).listings]
    assert names[1] == "Axis ELSS Tax Saver Fund - Direct Plan - Growth Option"


def test_the_older_history_report_and_several_days():
    header = (
        "Scheme Code;Scheme Name;ISIN Div Payout/ISIN Growth;ISIN Div Reinvestment;"
        "Net Asset Value;Repurchase Price;Sale Price;Date"
    )
    rows = [f"1;A Fund;;;{price};;;{day}-Sep-2025" for price, day in [("10.5", "03"), ("10.4", "02"), ("0", "01")]]

    result = AMFI.parse_history(file(*rows, header=header), "1", NOW)

    assert result.closes == (Close(date(2025, 9, 2), Decimal("10.4")), Close(date(2025, 9, 3), Decimal("10.5")))


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER + ";Riskometer",
        HEADER.replace(";Plan", ";Class"),
        HEADER.replace(";Date", ""),
        HEADER + ";Date",
        "No data found on the basis of selected parameters for this report",
    ],
)
def test_an_unknown_header_refuses_the_whole_file(header):
    body = file("1;-;-;A;Direct Plan;Growth;10.0;21-Aug-2026", header=header)

    failure = AMFI.parse(body, ["1"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


def test_columns_are_found_by_name_wherever_they_stand():
    header = "Date;Net Asset Value;Scheme Name;ISIN Div Reinvestment;ISIN Div Payout/ISIN Growth;Scheme Code"
    # a row begins with its code only in files that do; elsewhere nothing is taken for a row
    failure = AMFI.parse(file("21-Aug-2026;10.0;A;-;-;1", header=header), ["1"], NOW).provider_failure

    assert failure is not None
    moved = "Scheme Code;Net Asset Value;Date;Scheme Name;ISIN Div Reinvestment;ISIN Div Payout/ISIN Growth"
    body = file("1;10.0;21-Aug-2026;A;-;-", header=moved)
    assert AMFI.parse(body, ["1"], NOW).observations == {"1": nav("1", "10.0", "2026-08-21")}


@pytest.mark.parametrize(
    ("text", "price"),
    [("10.", "10"), ("10", "10"), ("0.00000001", "0.00000001"), (" 10.5 ", "10.5")],
)
def test_odd_spellings_of_a_value(text, price):
    body = file(f"1;-;-;A;;;{text};21-Aug-2026")

    assert AMFI.parse(body, ["1"], NOW).observations["1"].price == Decimal(price)


@pytest.mark.parametrize("text", ["N.A.", "0.0000", "0", "", "-", "NaN", "1e5", "1,234.5", "١٢", "9" * 30, "Infinity"])
def test_fault_06_what_is_no_value_fails_its_scheme_only(text):
    body = file(f"1;-;-;A;;;{text};21-Aug-2026", "2;-;-;B;;;12.5;21-Aug-2026")

    result = AMFI.parse(body, ["1", "2"], NOW)

    assert result.failures["1"].kind is FailureKind.NO_DATA
    assert result.observations["2"].price == Decimal("12.5")


@pytest.mark.parametrize("row", ["1;-;-;A;;;10;31-Feb-2026", "1;-;-;A;;;10;2026-08-21", "1;-;-;A;;10;21-Aug-2026"])
def test_a_broken_row_fails_its_scheme_only(row):
    result = AMFI.parse(file(row, "2;-;-;B;;;12.5;21-Aug-2026"), ["1", "2"], NOW)

    assert result.failures["1"].kind is FailureKind.NO_DATA
    assert list(result.observations) == ["2"]


def test_line_feeds_alone_and_a_byte_order_mark_will_do():
    body = b"\xef\xbb\xbf" + file("1;-;-;A;;;10.5;21-Aug-2026").replace(b"\r\n", b"\n")

    assert AMFI.parse(body, ["1"], NOW).observations["1"].price == Decimal("10.5")


def test_a_value_of_today_stands_now_and_one_of_tomorrow_stays_in_the_future():
    body = file("1;-;-;A;;;10;22-Aug-2026", "2;-;-;B;;;10;23-Aug-2026")

    seen = AMFI.parse(body, ["1", "2"], NOW).observations

    assert seen["1"].as_of == NOW
    # 23:00 of the 23rd in India: for the price gate to refuse
    assert seen["2"].as_of == datetime(2026, 8, 23, 17, 30, tzinfo=UTC)


def test_fault_17_one_code_with_two_values_is_none_and_an_isin_means_the_newer_scheme():
    isin = "INF846K01EW2"
    body = file(
        f"1;{isin};-;A;;;10;01-Jan-2015",
        f"2;-;{isin};B;;;20;21-Aug-2026",
        "3;-;-;C;;;30;21-Aug-2026",
        "3;-;-;C;;;31;21-Aug-2026",
        "4;-;-;D;;;40;21-Aug-2026",
        "4;-;-;D;;;40;21-Aug-2026",
    )

    result = AMFI.parse(body, [isin, "1", "3", "4"], NOW)

    assert {symbol: seen.price for symbol, seen in result.observations.items()} == {
        isin: Decimal(20),
        "1": Decimal(10),
        "4": Decimal(40),
    }
    assert result.failures["3"].kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    ("name", "plan", "option", "expected"),
    [
        ("A  Fund", "Direct Plan", "GROWTH", "A Fund - Direct Plan - Growth"),
        ("A Growth Fund", "Direct Plan", "Growth", "A Growth Fund - Direct Plan - Growth"),
        ("A Fund - Direct Plan - Growth", "Direct Plan", "growth", "A Fund - Direct Plan - Growth"),
        ("A Fund", "", "MONTHLY IDCW Payout", "A Fund - Monthly IDCW Payout"),
        ("A ETF", "", "", "A ETF"),
        ("A ETF", "-", "-", "A ETF"),
    ],
)
def test_names_are_joined_without_doubling(name, plan, option, expected):
    body = file(f"1;-;-;{name};{plan};{option};10;21-Aug-2026")

    assert AMFI.parse(body, [], NOW).listings[0].name == expected


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, {"content-type": "text/html"}, b"<html>"), FailureKind.BLOCKED),
        (Answer(302, {"location": "x"}, b""), FailureKind.BLOCKED),
        (Answer(304, {}, b""), FailureKind.BLOCKED),
        (Answer(404, {"content-type": "text/plain"}, b"?"), FailureKind.CONTRACT_CHANGED),
        (Answer(500, {}, b""), FailureKind.TRANSIENT),
    ],
)
def test_answers_that_are_no_file(answer, kind):
    failure = AMFI.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_the_whole_file_is_one_conditional_request():
    (request,) = AMFI.latest_requests(["1", "2"], NOW)

    assert (request.url, request.symbols) == ("https://portal.amfiindia.com/spages/NAVAll.txt", ("1", "2"))
    assert (request.is_conditional, request.bytes_max, request.deadline_seconds) == (True, 16_000_000, 60)
    assert len(AMFI.latest_requests([], NOW)) == 1


def test_the_history_report_is_asked_for_a_few_days_at_most():
    request = AMFI.history_request("1", NOW - timedelta(days=4), NOW)
    refused = AMFI.history_request("1", NOW - timedelta(days=11), NOW)

    assert request.url == (
        "https://portal.amfiindia.com/DownloadNAVHistoryReport_Po.aspx?frmdt=18-Aug-2026&todt=22-Aug-2026"
    )
    assert refused.kind is FailureKind.NO_DATA


@pytest.mark.parametrize(
    ("exchange", "symbol", "isin", "expected"),
    [
        ("AMFI", "120503", None, "120503"),
        ("AMFI", "INF846K01EW2", None, "INF846K01EW2"),
        ("AMFI", "AXISELSS", "INF846K01EW2", "INF846K01EW2"),
        ("AMFI", "AXISELSS", None, None),
        ("NSE", "120503", "INF846K01EW2", None),
    ],
)
def test_symbols_are_scheme_codes_or_isins(exchange, symbol, isin, expected):
    instrument = Instrument("1", AssetType.MUTUAL_FUND, exchange, symbol, "A", "INR", isin)

    assert AMFI.symbol_of(instrument) == expected
