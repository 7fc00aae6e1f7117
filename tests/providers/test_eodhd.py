import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.eodhd import EodhdAdapter
from tickfolio.providers.provider import Answer, FailureKind, Quota, Request

# Friday 11:00 in New York
NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 1200
EODHD = EodhdAdapter("https://eod.example/api/", "KEY123")


def row(code="AAPL.US", close="230.41", previous="233.85", stamp=str(STAMP)) -> str:
    return f'{{"code":"{code}","timestamp":{stamp},"gmtoffset":0,"close":{close},"previousClose":{previous}}}'


def instrument(exchange: str, symbol: str, currency: str, asset_type=AssetType.STOCK) -> Instrument:
    return Instrument("1", asset_type, exchange, symbol, symbol, currency)


def kind_of(body: str, symbol="AAPL.US") -> FailureKind:
    return EODHD.parse(body.encode(), [symbol], NOW).failures[symbol].kind


def test_recorded_quote():
    answer = recorded("eodhd/real-time_AAPL.US.json")

    result = EODHD.parse(answer.body, ["AAPL.US"], datetime(2024, 10, 16, 15, tzinfo=UTC))

    # 1729089540 is 2024-10-16 14:39:00 UTC, 10:39 in New York
    assert EODHD.classify(answer) is None
    assert result.observations == {
        "AAPL.US": Observation(
            "AAPL.US", Decimal("230.41"), "USD", datetime(2024, 10, 16, 14, 39, tzinfo=UTC), PriceStatus.DELAYED,
            "eodhd", Decimal("233.85"),
        )
    }  # fmt: skip


@pytest.mark.parametrize("code", ["FMAO", "AAPL", "MSFT", "EWG"])
def test_recorded_rows_of_a_day_are_closes_as_traded(code):
    answer = recorded("eodhd/bulk_US_2026-09-08_4rows.json")
    # the rows of one share's history are those of the whole exchange, without the code
    mine = next(one for one in json.loads(answer.body) if one["code"] == code)

    result = EODHD.parse_history(json.dumps([mine]).encode(), f"{code}.US", NOW)

    assert EODHD.classify(answer) is None
    # read by eye
    closes = {"FMAO": "34.85", "AAPL": "316.22", "MSFT": "493.95", "EWG": "43.57"}
    assert result.closes == (Close(date(2026, 9, 8), Decimal(closes[code])),)
    assert result.currency == "USD"


def test_recorded_unknown_ticker_is_plain_text_that_calls_itself_a_page():
    answer = recorded("eodhd/error_404_ticker_not_found.txt")
    failure = EODHD.classify(answer)

    assert "html" in answer.headers["content-type"]
    assert failure is not None
    assert failure.kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize("file", names("eodhd/*"))
def test_every_recorded_answer_is_read_or_refused(file):
    assert EODHD.parse(recorded(file).body, ["AAPL.US"], NOW) is not None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"Unauthenticated", FailureKind.AUTH),
        (200, b"Unauthenticated", FailureKind.AUTH),
        (402, b"You exceeded your daily API requests limit.", FailureKind.QUOTA_EXHAUSTED),
        (200, b"You exceeded your daily API requests limit.", FailureKind.QUOTA_EXHAUSTED),
        (402, b"Payment Required", FailureKind.QUOTA_EXHAUSTED),
        (403, b"Only EOD data allowed for free users.", FailureKind.FORBIDDEN_PLAN),
        (403, b"Forbidden", FailureKind.FORBIDDEN_PLAN),
        (403, b"<!DOCTYPE html><html>", FailureKind.BLOCKED),
        (423, b"Bulk requests are prohibited for free users", FailureKind.FORBIDDEN_PLAN),
        (404, b"Ticker Not Found.", FailureKind.NOT_FOUND),
        (404, b"<html>", FailureKind.BLOCKED),
        (429, b"Too Many Requests", FailureKind.RATE_LIMITED),
        (500, b"", FailureKind.TRANSIENT),
        (301, b"", FailureKind.BLOCKED),
        (422, b"no", FailureKind.BLOCKED),
        (200, b"<html>", FailureKind.BLOCKED),
    ],
)
def test_errors_are_told_apart_by_status_and_words(status, body, kind):
    failure = EODHD.classify(Answer(status, {"content-type": "text/html"}, body))

    assert failure is not None
    assert failure.kind is kind


def test_a_spent_allowance_is_renewed_at_midnight_in_greenwich():
    # from 21:00:00 to 24:00:00 are 3 × 3600 s
    headers = {"date": "Fri, 20 Nov 2026 21:00:00 GMT"}

    failure = EODHD.classify(Answer(402, headers, b"You exceeded your daily API requests limit."))

    assert failure is not None
    assert failure.retry_after_seconds == 10800


def test_a_wait_that_is_asked_for_is_kept():
    failure = EODHD.classify(Answer(429, {"retry-after": "42"}, b""))

    assert failure is not None
    assert failure.retry_after_seconds == 42


def test_several_symbols_are_a_list_in_any_order():
    body = f"[{row('SBIN.NSE', '812.35')},{row()}]".encode()

    result = EODHD.parse(body, ["AAPL.US", "SBIN.NSE", "NOPE.US"], NOW)

    assert (result.observations["SBIN.NSE"].currency, result.observations["AAPL.US"].currency) == ("INR", "USD")
    assert result.failures["NOPE.US"].kind is FailureKind.NOT_FOUND


def test_fault_09_prices_in_london_are_pence():
    # 8712.5 pence × 0.01
    seen = EODHD.parse(row("VOD.LSE", "8712.5", "8700").encode(), ["VOD.LSE"], NOW).observations["VOD.LSE"]

    assert (seen.currency, seen.price, seen.previous_close) == ("GBP", Decimal("87.125"), Decimal(87))


@pytest.mark.parametrize("price", ['"NA"', '""', "null", "0", "-1", "NaN", "Infinity", "[]"])
def test_fault_06_what_is_no_price_fails_its_own_symbol_only(price):
    body = f"[{row(close=price)},{row('MSFT.US')}]".encode()

    result = EODHD.parse(body, ["AAPL.US", "MSFT.US"], NOW)

    assert result.failures["AAPL.US"].kind is FailureKind.NO_DATA
    assert result.observations["MSFT.US"].price == Decimal("230.41")


def test_a_row_of_na_is_no_price():
    assert kind_of(row(close='"NA"', previous='"NA"', stamp='"NA"')) is FailureKind.NO_DATA


def test_a_currency_that_cannot_be_known_is_not_guessed():
    assert kind_of(row("PETR4.SA"), "PETR4.SA") is FailureKind.NO_DATA


def test_two_different_rows_of_one_symbol_are_none():
    assert kind_of(f"[{row()},{row(close='1')}]") is FailureKind.CONTRACT_CHANGED


def test_after_the_bell_the_price_is_the_close():
    # 21:00 UTC is 16:00 in New York
    bell = datetime(2026, 11, 20, 21, tzinfo=UTC)
    body = row(stamp=str(int(bell.timestamp()) - 60)).encode()

    seen = EODHD.parse(body, ["AAPL.US"], bell + timedelta(minutes=30)).observations["AAPL.US"]

    assert (seen.status, seen.as_of, seen.close_on) == (PriceStatus.CLOSE, bell, date(2026, 11, 20))


def test_a_history_is_of_closes_and_never_of_adjusted_ones():
    rows = [
        {"date": "2026-11-19", "close": 100.5, "adjusted_close": 99.1},
        {"date": "2026-11-18", "close": 99, "adjusted_close": 97.8},
        {"date": "2026-11-17", "close": "NA", "adjusted_close": 97},
        {"date": "2026-11-16", "close": 1},
        {"date": "2026-11-16", "close": 2},
        {"date": "2026-11-20", "close": 101},
        {"warning": "Data is limited by one year as you have free subscription"},
    ]

    result = EODHD.parse_history(json.dumps(rows).encode(), "AAPL.US", NOW)

    # the 16th is told twice, the 17th has no number, the 20th still trades
    assert result.closes == (Close(date(2026, 11, 18), Decimal(99)), Close(date(2026, 11, 19), Decimal("100.5")))


def test_no_rows_are_no_closes_and_no_error():
    result = EODHD.parse_history(b"[]", "AAPL.US", NOW)

    assert (result.closes, result.failure) == ((), None)


@pytest.mark.parametrize("body", [b"", b"{}", b"12", b'"x"', b"nonsense"])
def test_another_shape_is_refused(body):
    latest, history = EODHD.parse(body, ["AAPL.US"], NOW), EODHD.parse_history(body, "AAPL.US", NOW)

    assert latest.provider_failure is not None
    assert history.failure is not None
    assert {latest.provider_failure.kind, history.failure.kind} == {FailureKind.CONTRACT_CHANGED}


@pytest.mark.parametrize(
    ("one", "symbol"),
    [
        (instrument("NASDAQ", "AAPL", "USD"), "AAPL.US"),
        (instrument("NYSE", "BRK.B", "USD"), "BRK-B.US"),
        (instrument("NSE", "M&M", "INR"), "M&M.NSE"),
        (instrument("BSE", "500325", "INR"), "500325.BSE"),
        (instrument("LSE", "VOD", "GBP"), "VOD.LSE"),
        (instrument("XETRA", "SAP", "EUR"), "SAP.XETRA"),
        (instrument("LSE", "VUSA", "GBP", AssetType.ETF), None),
        (instrument("TASE", "TEVA", "ILS"), None),
        (instrument("CRYPTO", "BTC", "USD", AssetType.CRYPTO), None),
    ],
)
def test_symbols_have_eodhds_suffixes(one, symbol):
    assert EODHD.symbol_of(one) == symbol


def test_fifteen_symbols_are_a_request_and_each_costs_one():
    symbols = [f"S{n}.US" for n in range(15)] + ["M&M.NSE"]

    first, second = EODHD.latest_requests(symbols, NOW)

    others = ",".join(f"S{n}.US" for n in range(1, 15))
    assert first.url == f"https://eod.example/api/real-time/S0.US?s={others}&fmt=json&api_token=KEY123"
    assert second.url == "https://eod.example/api/real-time/M%26M.NSE?fmt=json&api_token=KEY123"
    assert (first.cost, second.cost, EODHD.quota) == (15, 1, Quota(None, 20, None))


def test_a_history_is_asked_for_by_the_exchanges_days():
    # 2026-11-18 20:00 UTC is the 19th in India; a day more than today costs nothing
    request = EODHD.history_request("SBIN.NSE", datetime(2026, 11, 18, 20, tzinfo=UTC), NOW)

    assert isinstance(request, Request)
    assert request.url == (
        "https://eod.example/api/eod/SBIN.NSE?from=2026-11-19&to=2026-11-21&period=d&fmt=json&api_token=KEY123"
    )
    assert EODHD.search_request("apple") is None
