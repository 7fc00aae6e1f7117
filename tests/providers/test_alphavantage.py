import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.alphavantage import AlphaVantageAdapter
from tickfolio.providers.provider import Answer, FailureKind, Quota, Request

# Friday; New York closes at 16:00, which is 21:00 UTC in winter
NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
VANTAGE = AlphaVantageAdapter("https://av.example/", "KEY123")


def quote(symbol="IBM", price='"128.5800"', day="2026-11-20", previous='"126.0000"') -> bytes:
    row = (
        f'"01. symbol":"{symbol}","05. price":{price},"07. latest trading day":"{day}","08. previous close":{previous}'
    )
    return f'{{"Global Quote":{{{row}}}}}'.encode()


def observe(body: bytes, symbol="IBM", now=NOW) -> Observation:
    result = VANTAGE.parse(body, [symbol], now)
    assert (result.failures, result.provider_failure) == ({}, None)
    return result.observations[symbol]


def instrument(exchange: str, symbol: str, currency: str, asset_type=AssetType.STOCK) -> Instrument:
    return Instrument("1", asset_type, exchange, symbol, symbol, currency, provider_symbol="YAHOO.NS")


def test_recorded_quote_is_the_close_of_its_trading_day():
    answer = recorded("alphavantage/GLOBAL_QUOTE_RELIANCE.BSE_2026-09-28.json")

    seen = VANTAGE.parse(answer.body, ["RELIANCE.BSE"], datetime(2026, 9, 28, 18, tzinfo=UTC)).observations

    assert VANTAGE.classify(answer) is None
    one = seen["RELIANCE.BSE"]
    assert (one.price, one.previous_close, one.currency) == (Decimal("1198.5000"), Decimal("1226.0000"), "INR")
    assert (one.status, one.close_on, one.source) == (PriceStatus.CLOSE, date(2026, 9, 28), "alphavantage")
    assert str(one.price) == "1198.5000"


def test_recorded_history_is_read_oldest_first():
    answer = recorded("alphavantage/TIME_SERIES_DAILY_IBM_partial.json")

    result = VANTAGE.parse_history(answer.body, "IBM", NOW)

    # the file has seven rows from 2021-01-11 back to 2020-12-31
    assert VANTAGE.classify(answer) is None
    assert (len(result.closes), result.currency, result.failure) == (7, "USD", None)
    assert result.closes[0] == Close(date(2020, 12, 31), Decimal("125.88"))
    assert result.closes[-1] == Close(date(2021, 1, 11), Decimal("128.58"))


@pytest.mark.parametrize("file", ["FX_DAILY_EURAUD_partial", "SYMBOL_SEARCH_ibm"])
def test_recorded_answers_to_another_question_are_refused(file):
    body = recorded(f"alphavantage/{file}.json").body

    latest, history = VANTAGE.parse(body, ["IBM"], NOW), VANTAGE.parse_history(body, "IBM", NOW)

    assert latest.provider_failure is not None
    assert history.failure is not None
    assert {latest.provider_failure.kind, history.failure.kind} == {FailureKind.CONTRACT_CHANGED}


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("error_200_information_daily_limit", FailureKind.QUOTA_EXHAUSTED),
        ("error_200_note_rate_limit", FailureKind.QUOTA_EXHAUSTED),
        ("error_200_error_message_invalid_call", FailureKind.NOT_FOUND),
    ],
)
def test_recorded_errors_with_200_are_told_apart(file, kind):
    answer = recorded(f"alphavantage/{file}.json")
    failure = VANTAGE.classify(answer)

    assert answer.status == 200
    assert failure is not None
    assert failure.kind is kind


def test_recorded_unknown_symbol_is_not_found():
    answer = recorded("alphavantage/GLOBAL_QUOTE_unknown_symbol_empty.json")

    assert VANTAGE.classify(answer) is None
    assert VANTAGE.parse(answer.body, ["NOPE"], NOW).failures["NOPE"].kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize("file", names("alphavantage/*"))
def test_every_recorded_answer_is_read_or_refused(file):
    answer = recorded(file)

    assert VANTAGE.classify(answer) is not None or json.loads(answer.body)
    assert VANTAGE.parse(answer.body, ["IBM"], NOW) is not None


@pytest.mark.parametrize(
    ("key", "words", "kind"),
    [
        ("Information", "Ask more sparingly (1 request per second). To lift 25 requests per day, unlock all premium",
         FailureKind.RATE_LIMITED),
        ("Note", "Our standard API call frequency is 5 calls per minute and 500 calls per day.",
         FailureKind.RATE_LIMITED),
        ("Information", "Thank you! This is a premium endpoint.", FailureKind.FORBIDDEN_PLAN),
        ("Information", "The outputsize=full parameter value is a premium feature.", FailureKind.FORBIDDEN_PLAN),
        ("Information", "our standard API rate limit is 25 requests per day.", FailureKind.QUOTA_EXHAUSTED),
        ("Information", "The **demo** API key is for demo purposes only.", FailureKind.AUTH),
        ("Information", "something new", FailureKind.RATE_LIMITED),
        ("Error Message", "the parameter apikey is invalid or missing.", FailureKind.AUTH),
        ("Error Message", "Invalid API call. Please retry.", FailureKind.NOT_FOUND),
        ("Error Message", "This API function (X) does not exist.", FailureKind.CONTRACT_CHANGED),
    ],
)  # fmt: skip
def test_notices_mean_what_they_say(key, words, kind):
    body = json.dumps({key: words}).encode()

    failure = VANTAGE.classify(Answer(200, {"content-type": "application/json"}, body))
    history = VANTAGE.parse_history(body, "IBM", NOW).failure

    assert failure is not None
    assert history is not None
    assert (failure.kind, history.kind) == (kind, kind)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(429, {"retry-after": "30"}, b""), FailureKind.RATE_LIMITED),
        (Answer(503, {}, b"{}"), FailureKind.TRANSIENT),
        (Answer(200, {"content-type": "text/html"}, b"<html>"), FailureKind.BLOCKED),
        (Answer(404, {}, b"{}"), FailureKind.CONTRACT_CHANGED),
    ],
)
def test_other_failures_come_by_the_status(answer, kind):
    failure = VANTAGE.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_the_close_stands_at_the_end_of_its_session():
    seen = observe(quote())

    assert (seen.as_of, seen.status) == (datetime(2026, 11, 20, 21, tzinfo=UTC), PriceStatus.CLOSE)


def test_a_price_of_the_running_day_is_no_close_and_has_no_time():
    seen = observe(quote(), now=datetime(2026, 11, 20, 18, tzinfo=UTC))

    assert (seen.as_of, seen.status, seen.close_on) == (None, PriceStatus.DELAYED, date(2026, 11, 20))


def test_fault_09_prices_in_london_are_pence():
    # 8712.5 pence × 0.01
    seen = observe(quote("VOD.LON", '"8712.5"', previous='"8700"'), "VOD.LON")

    assert (seen.currency, seen.price, seen.previous_close) == ("GBP", Decimal("87.125"), Decimal(87))


@pytest.mark.parametrize(
    "price", ['""', '"NA"', '"None"', "null", '"0.0000"', '"NaN"', "NaN", '"1,234.5"', '"-1"', "[]"]
)
def test_fault_06_what_is_no_price_is_none(price):
    assert VANTAGE.parse(quote(price=price), ["IBM"], NOW).failures["IBM"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize("day", ["", "0000-00-00", "2026-13-01", "yesterday"])
def test_a_quote_without_a_day_is_no_price(day):
    assert VANTAGE.parse(quote(day=day), ["IBM"], NOW).failures["IBM"].kind is FailureKind.NO_DATA


def test_a_currency_that_cannot_be_known_is_not_guessed():
    failure = VANTAGE.parse(quote("ABC.SAO"), ["ABC.SAO"], NOW).failures["ABC.SAO"]

    assert (failure.kind, "currency" in failure.message) == (FailureKind.NO_DATA, True)


def test_another_symbol_in_the_answer_is_refused():
    assert VANTAGE.parse(quote("AAPL"), ["IBM"], NOW).failures["IBM"].kind is FailureKind.CONTRACT_CHANGED


def test_the_running_session_is_no_close_of_the_history():
    rows = '"2026-11-19":{"4. close":"10.5"},"2026-11-20":{"4. close":"11"},"2026-11-18":{"4. close":"NaN"}'
    body = f'{{"Meta Data":{{"2. Symbol":"IBM"}},"Time Series (Daily)":{{{rows}}}}}'.encode()

    early, late = (VANTAGE.parse_history(body, "IBM", datetime(2026, 11, 20, h, tzinfo=UTC)).closes for h in (20, 22))

    assert early == (Close(date(2026, 11, 19), Decimal("10.5")),)
    assert late == (Close(date(2026, 11, 19), Decimal("10.5")), Close(date(2026, 11, 20), Decimal(11)))


@pytest.mark.parametrize(
    ("one", "symbol"),
    [
        (instrument("BSE", "RELIANCE", "INR"), "RELIANCE.BSE"),
        (instrument("NYSE", "BRK.B", "USD"), "BRK-B"),
        (instrument("NASDAQ", "QQQ", "USD", AssetType.ETF), "QQQ"),
        (instrument("LSE", "BP.", "GBP"), "BP.LON"),
        (instrument("XETRA", "SAP", "EUR"), "SAP.DEX"),
        (instrument("TSX", "SHOP", "CAD"), "SHOP.TRT"),
        (instrument("NSE", "INFY", "INR"), None),
        (instrument("LSE", "VUSA", "GBP", AssetType.ETF), None),  # in pounds or in pence: nobody tells
        (instrument("LSE", "CNX1", "USD"), None),
        (instrument("AMFI", "120503", "INR", AssetType.MUTUAL_FUND), None),
        (instrument("NYSE", "A B", "USD"), None),
    ],
)
def test_symbols_have_alpha_vantages_suffixes(one, symbol):
    assert VANTAGE.symbol_of(one) == symbol


def test_each_symbol_is_a_request():
    first, second = VANTAGE.latest_requests(["IBM", "M&M.BSE"], NOW)

    assert first.url == "https://av.example/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=KEY123"
    assert "symbol=M%26M.BSE&" in second.url
    assert (second.symbols, second.cost, VANTAGE.quota) == (("M&M.BSE",), 1, Quota(None, 25, None))
    history = VANTAGE.history_request("IBM", NOW, NOW)
    assert isinstance(history, Request)
    assert "function=TIME_SERIES_DAILY&symbol=IBM" in history.url
    assert "outputsize=compact" in history.url
    assert VANTAGE.search_request("ibm") is None
