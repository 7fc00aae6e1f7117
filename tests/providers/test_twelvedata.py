import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.provider import Answer, BatchResult, FailureKind, Quota, Request
from tickfolio.providers.twelvedata import TwelveDataAdapter

# Friday 11:00 in New York, 16:00 in London
NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
OPENED, STAMP = int(NOW.timestamp()) - 5400, int(NOW.timestamp()) - 60
TWELVE = TwelveDataAdapter("https://td.example/", "KEY123")
PLAN = "This symbol is available starting with the Grow or Venture plan. Consider upgrading now"
SYMBOL = "**symbol** or **figi** parameter is missing or invalid. Please provide a valid symbol"
MINUTE = "You have run out of API credits for the current minute. 18 API credits were used"
DAY = "You have run out of API credits for the day. Upgrade your plan."


def quote(symbol="AAPL", **more: Any) -> dict[str, Any]:
    return {
        "symbol": symbol, "name": "Apple Inc.", "currency": "USD", "datetime": "2026-11-20", "timestamp": OPENED,
        "last_quote_at": STAMP, "close": "335.59000", "previous_close": "337", "is_market_open": True, **more,
    }  # fmt: skip


def parse(data: Any, *symbols: str, now=NOW) -> BatchResult:
    return TWELVE.parse(json.dumps(data).encode(), symbols or ("AAPL",), now)


def error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "status": "error"}


def instrument(exchange: str, symbol: str, currency: str, asset_type=AssetType.STOCK) -> Instrument:
    return Instrument("1", asset_type, exchange, symbol, symbol, currency)


def test_recorded_end_of_a_day():
    answer = recorded("twelvedata/eod_VXX.json")

    seen = TWELVE.parse(answer.body, ["VXX"], NOW).observations["VXX"]

    # 16:00 in New York on 5 November 2021, still in summer time, is 20:00 UTC
    assert TWELVE.classify(answer) is None
    assert seen == Observation(
        "VXX", Decimal("20.86750"), "USD", datetime(2021, 11, 5, 20, tzinfo=UTC), PriceStatus.CLOSE, "twelvedata",
        close_on=date(2021, 11, 5),
    )  # fmt: skip


def test_recorded_price_alone_has_no_currency():
    answer = recorded("twelvedata/price_single.json")

    assert TWELVE.classify(answer) is None
    assert TWELVE.parse(answer.body, ["AAPL"], NOW).failures["AAPL"].kind is FailureKind.NO_DATA


def test_recorded_batch_fails_symbol_by_symbol():
    answer = recorded("twelvedata/price_batch_partial_error.json")

    result = TWELVE.parse(answer.body, ["AAPL", "NOTREAL"], NOW)

    assert TWELVE.classify(answer) is None
    assert result.provider_failure is None
    assert result.failures["NOTREAL"].kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("error_429_minute_credits", FailureKind.RATE_LIMITED),
        ("error_429_day_credits", FailureKind.QUOTA_EXHAUSTED),
    ],
)
def test_recorded_credits_of_the_minute_and_of_the_day_are_told_apart(file, kind):
    failure = TWELVE.classify(recorded(f"twelvedata/{file}.json"))

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize("file", names("twelvedata/*"))
def test_every_recorded_answer_is_read_or_refused(file):
    assert TWELVE.parse(recorded(file).body, ["AAPL"], NOW) is not None


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (429, MINUTE, FailureKind.RATE_LIMITED),
        (429, DAY, FailureKind.QUOTA_EXHAUSTED),
        (404, SYMBOL, FailureKind.NOT_FOUND),
        (400, "symbol not found: NOPE", FailureKind.NOT_FOUND),
        (404, PLAN, FailureKind.FORBIDDEN_PLAN),
        (403, "no permission on your plan", FailureKind.FORBIDDEN_PLAN),
        (401, "**apikey** parameter is incorrect or not specified.", FailureKind.AUTH),
        (401, "no", FailureKind.AUTH),
        (400, "No data is available on the specified dates. Try setting different dates.", FailureKind.NO_DATA),
        (400, "**interval** is wrong", FailureKind.CONTRACT_CHANGED),
        (500, "Internal", FailureKind.TRANSIENT),
    ],
)
def test_errors_are_read_from_the_body_with_any_status(status, code, message, kind):
    body = json.dumps(error(code, message)).encode()

    failure = TWELVE.classify(Answer(status, {"content-type": "application/json"}, body))
    history = TWELVE.parse_history(body, "AAPL", NOW).failure

    assert failure is not None
    assert history is not None
    assert (failure.kind, history.kind) == (kind, kind)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(429, {"retry-after": "9"}, b""), FailureKind.RATE_LIMITED),
        (Answer(401, {}, b""), FailureKind.AUTH),
        (Answer(200, {}, b"<html>"), FailureKind.BLOCKED),
        (Answer(414, {}, b"{}"), FailureKind.CONTRACT_CHANGED),
    ],
)
def test_other_failures_come_by_the_status(answer, kind):
    failure = TWELVE.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_a_batch_is_keyed_by_the_symbol_as_it_was_asked_for():
    batch = {
        "AAPL": quote(),
        "SBIN:NSE": quote("SBIN", currency="INR", close="812.35", name="State Bank of India"),
        "SAP:XETR": error(404, PLAN),
        "NOPE": error(404, SYMBOL),
        "MSFT": error(429, MINUTE),
    }

    result = parse(batch, *batch, "MISSING")

    assert result.observations["SBIN:NSE"].price == Decimal("812.35")
    assert result.names == {"AAPL": "Apple Inc.", "SBIN:NSE": "State Bank of India"}
    assert {symbol: failure.kind for symbol, failure in result.failures.items()} == {
        "SAP:XETR": FailureKind.FORBIDDEN_PLAN,
        "NOPE": FailureKind.NOT_FOUND,
        "MSFT": FailureKind.RATE_LIMITED,
        "MISSING": FailureKind.NOT_FOUND,
    }


def test_a_batch_without_credits_is_a_failure_of_the_source():
    result = parse({"AAPL": error(429, DAY), "MSFT": error(429, DAY)}, "AAPL", "MSFT")

    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.QUOTA_EXHAUSTED


def test_a_batch_of_other_things_is_refused():
    result = parse({"data": []}, "AAPL", "MSFT")

    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.CONTRACT_CHANGED


def test_one_symbol_may_come_bare_or_keyed():
    assert parse(quote()) == parse({"AAPL": quote()})


def test_the_time_is_that_of_the_last_price_and_not_of_the_opening():
    seen = parse(quote()).observations["AAPL"]

    assert (seen.as_of, seen.status) == (NOW - timedelta(seconds=60), PriceStatus.LIVE)
    assert (seen.price, seen.previous_close) == (Decimal("335.59000"), Decimal(337))


def test_without_the_time_of_the_price_that_of_the_opening_counts():
    seen = parse(quote(last_quote_at=None)).observations["AAPL"]

    assert (seen.as_of, seen.status) == (NOW - timedelta(seconds=5400), PriceStatus.DELAYED)


def test_yesterdays_price_is_yesterdays_close_also_when_it_traded_late():
    # Thursday's session ends at 21:00 UTC; a price of this morning's early trading is not its time
    seen = parse(quote(datetime="2026-11-19", is_market_open=False)).observations["AAPL"]

    assert (seen.status, seen.close_on) == (PriceStatus.CLOSE, date(2026, 11, 19))
    assert seen.as_of == datetime(2026, 11, 19, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "quoted", "currency", "price"),
    [("GBp", "8712.5", "GBP", "87.125"), ("ZAc", "45001", "ZAR", "450.01"), ("EUR", "1.5", "EUR", "1.5")],
)
def test_fault_09_minor_units_are_mapped_once_and_exactly(code, quoted, currency, price):
    seen = parse(quote(currency=code, close=quoted, previous_close=quoted)).observations["AAPL"]

    assert (seen.currency, seen.price, seen.previous_close) == (currency, Decimal(price), Decimal(price))


@pytest.mark.parametrize("currency", ["", None, "US Dollar", 5])
def test_a_currency_that_is_not_told_is_not_guessed(currency):
    assert parse(quote(currency=currency)).failures["AAPL"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize("price", ["", "NA", None, "0", "0.00000", "NaN", "-1", "1e5", [], {}])
def test_fault_06_what_is_no_price_is_none(price):
    assert parse(quote(close=price)).failures["AAPL"].kind is FailureKind.NO_DATA


def test_another_symbol_in_the_answer_is_refused():
    result = parse(quote("MSFT"))

    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.CONTRACT_CHANGED


def test_a_history_is_of_closes_as_traded():
    values = [
        {"datetime": "2026-11-20", "close": "101"},
        {"datetime": "2026-11-18", "close": "99.50000"},
        {"datetime": "2026-11-19", "close": "100"},
        {"datetime": "2026-11-17", "close": None},
    ]
    body = json.dumps({"meta": {"symbol": "VOD", "currency": "GBp"}, "values": values, "status": "ok"}).encode()

    result = TWELVE.parse_history(body, "VOD:LSE", NOW)

    # pence × 0.01; London still trades on the 20th, and the 17th has no number
    assert result.closes == (Close(date(2026, 11, 18), Decimal("0.9950000")), Close(date(2026, 11, 19), Decimal(1)))
    assert result.currency == "GBP"


@pytest.mark.parametrize(
    "data", [{}, [], {"values": {}}, {"meta": {"symbol": "MSFT", "currency": "USD"}, "values": []}]
)
def test_another_history_is_refused(data):
    failure = TWELVE.parse_history(json.dumps(data).encode(), "AAPL", NOW).failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    ("one", "symbol"),
    [
        (instrument("NASDAQ", "AAPL", "USD"), "AAPL"),
        (instrument("NYSE", "BRK.B", "USD"), "BRK.B"),
        (instrument("NSE", "SBIN", "INR"), "SBIN:NSE"),
        (instrument("LSE", "VUSA", "GBP", AssetType.ETF), "VUSA:LSE"),  # the answer tells the unit
        (instrument("XETRA", "SAP", "EUR"), "SAP:XETR"),
        (instrument("EURONEXT_PARIS", "AIR", "EUR"), None),
        (instrument("CRYPTO", "BTC", "USD", AssetType.CRYPTO), None),
    ],
)
def test_symbols_name_their_exchange(one, symbol):
    assert TWELVE.symbol_of(one) == symbol


def test_eight_symbols_are_a_request_each_costs_one_and_the_key_is_a_header():
    first, second = TWELVE.latest_requests([*(f"S{n}" for n in range(8)), "M&M:NSE"], NOW)

    assert first.url == "https://td.example/quote?symbol=S0,S1,S2,S3,S4,S5,S6,S7&interval=1day"
    assert second.url == "https://td.example/quote?symbol=M%26M%3ANSE&interval=1day"
    assert (first.cost, second.cost, TWELVE.quota) == (8, 1, Quota(8, 800, None))
    assert dict(first.headers) == {"Authorization": "apikey KEY123"}


def test_a_history_is_asked_for_as_traded():
    request = TWELVE.history_request("SBIN:NSE", datetime(2026, 11, 18, 20, tzinfo=UTC), NOW)

    assert isinstance(request, Request)
    # 20:00 UTC on the 18th is the 19th in India
    assert "symbol=SBIN%3ANSE&interval=1day&adjust=none&order=ASC&start_date=2026-11-19" in request.url
    assert TWELVE.search_request("apple") is None
