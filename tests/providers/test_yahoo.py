import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import Answer, FailureKind
from tickfolio.providers.yahoo import YahooAdapter

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 60
YAHOO = YahooAdapter()


def spark(*entries: str) -> bytes:
    return f'{{"spark":{{"result":[{",".join(entries)}],"error":null}}}}'.encode()


def entry(symbol="INFY.NS", price="1512.60", currency='"INR"', stamp=str(STAMP), more=""):
    meta = f'"symbol":"{symbol}","regularMarketPrice":{price},"currency":{currency},"regularMarketTime":{stamp}{more}'
    return f'{{"symbol":"{symbol}","response":[{{"meta":{{{meta}}}}}]}}'


def observe(*entries: str, symbol="INFY.NS") -> Observation:
    result = YAHOO.parse(spark(*entries), [symbol], NOW)
    assert result.failures == {}
    return result.observations[symbol]


def fail(*entries: str, symbol="INFY.NS") -> FailureKind:
    result = YAHOO.parse(spark(*entries), [symbol], NOW)
    assert result.observations == {}
    return result.failures[symbol].kind


def chart_error(code: str, description: str) -> bytes:
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": description}}}).encode()


def test_recorded_spark_tells_price_previous_close_and_time():
    answer = recorded("yahoo/spark_v7_MSFT-AAPL.json")

    result = YAHOO.parse(answer.body, ["MSFT", "AAPL", "NOPE"], datetime(2026, 7, 27, 21, tzinfo=UTC))

    assert YAHOO.classify(answer) is None
    # 1785182401 s = 20661 days (2026-07-27) + 72001 s (20:00:01)
    at = datetime(2026, 7, 27, 20, 0, 1, tzinfo=UTC)
    delayed = PriceStatus.DELAYED
    assert result.observations == {
        "MSFT": Observation("MSFT", Decimal("389.1"), "USD", at, delayed, "yahoo", Decimal("381.7")),
        "AAPL": Observation("AAPL", Decimal("336.91"), "USD", at, delayed, "yahoo", Decimal("333.02")),
    }
    assert result.failures["NOPE"].kind is FailureKind.NOT_FOUND


def test_recorded_meta_of_a_closed_market_is_the_close_of_its_day():
    meta = json.loads(recorded("yahoo/chart_BEL.NS_INR_meta_only.json").body)["chart"]["result"][0]["meta"]
    body = json.dumps({"spark": {"result": [{"symbol": "BEL.NS", "response": [{"meta": meta}]}]}}).encode()

    seen = YAHOO.parse(body, ["BEL.NS"], datetime(2026, 4, 12, 6, tzinfo=UTC)).observations["BEL.NS"]

    # 10 April 2026, 15:30 in India is 10:00 UTC
    assert (seen.price, seen.previous_close) == (Decimal("442.3"), Decimal("439.75"))
    assert seen.as_of == datetime(2026, 4, 10, 10, tzinfo=UTC)
    assert (seen.status, seen.close_on) == (PriceStatus.CLOSE, date(2026, 4, 10))


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("yahoo/error_429_too_many_requests.txt", FailureKind.RATE_LIMITED),
        ("yahoo/error_401_invalid_crumb.json", FailureKind.AUTH),
        ("yahoo/error_404_chart_delisted.json", FailureKind.NOT_FOUND),
        ("yahoo/error_404_finance_error.json", FailureKind.CONTRACT_CHANGED),
        ("yahoo/error_400_missing_symbols.json", FailureKind.CONTRACT_CHANGED),
        ("yahoo/consent_collectConsent_page.html.txt", FailureKind.BLOCKED),
        ("yahoo/redirect_307_quote_page_to_consent.json", FailureKind.BLOCKED),
    ],
)
def test_recorded_errors_are_told_apart(file, kind):
    failure = YAHOO.classify(recorded(file))

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize("file", names("yahoo/chart_*.json") + names("yahoo/search_*.json"))
def test_recorded_data_is_not_taken_for_an_error(file):
    assert YAHOO.classify(recorded(file)) is None


@pytest.mark.parametrize(
    ("code", "quoted", "currency", "price"),
    [
        ("GBp", "8712.5", "GBP", "87.125"),
        ("GBX", "8712.5", "GBP", "87.125"),
        ("ILA", "11990", "ILS", "119.90"),
        ("ZAc", "45001", "ZAR", "450.01"),
        ("KWF", "250", "KWD", "0.250"),
        ("GBP", "87.125", "GBP", "87.125"),
        ("INR", "1512.60", "INR", "1512.60"),
    ],
)
def test_fault_09_minor_units_are_mapped_once_and_exactly(code, quoted, currency, price):
    seen = observe(entry(price=quoted, currency=f'"{code}"', more=f',"previousClose":{quoted}'))

    assert (seen.currency, seen.price, seen.previous_close) == (currency, Decimal(price), Decimal(price))


@pytest.mark.parametrize(
    "price", ["NaN", "Infinity", "-Infinity", '"N/A"', "null", '""', '"1,234.5"', "1e400", "[]", "0." + "1" * 70]
)
def test_fault_06_what_is_no_number_fails_its_own_symbol_only(price):
    body = spark(entry(price=price), entry("TCS.NS", "4000.05"))

    result = YAHOO.parse(body, ["INFY.NS", "TCS.NS"], NOW)

    assert result.failures["INFY.NS"].kind is FailureKind.NO_DATA
    assert result.observations["TCS.NS"].price == Decimal("4000.05")


def test_numbers_are_taken_from_their_text():
    assert str(observe(entry(price="0.3000000000000000001")).price) == "0.300000000000000000"
    assert str(observe(entry(price="1512.60")).price) == "1512.60"


def test_negative_and_zero_are_numbers_and_left_to_the_gate():
    assert observe(entry(price="-1")).price == Decimal(-1)
    assert observe(entry(price="0")).price == Decimal(0)


@pytest.mark.parametrize("currency", ["null", '"rupees"', '"inr"', "5"])
def test_fault_15_a_currency_is_never_guessed(currency):
    assert fail(entry(currency=currency)) is FailureKind.NO_DATA


def test_fault_14_a_price_without_a_time_has_none():
    seen = observe(entry(stamp="null"))

    assert (seen.as_of, seen.status) == (None, PriceStatus.DELAYED)


@pytest.mark.parametrize("stamp", ['"soon"', "0", "1795366450000", "1e300", "NaN"])
def test_a_time_that_is_none_fails_the_symbol(stamp):
    assert fail(entry(stamp=stamp)) is FailureKind.NO_DATA


def test_fault_17_symbols_not_asked_for_are_ignored_and_two_prices_are_none():
    body = spark(entry(), entry(price="1.00"), entry("TCS.NS"), entry("TCS.NS"), entry("EVIL.NS"))

    result = YAHOO.parse(body, ["INFY.NS", "TCS.NS"], NOW)

    assert list(result.observations) == ["TCS.NS"]
    assert result.failures["INFY.NS"].kind is FailureKind.CONTRACT_CHANGED


def test_a_row_that_speaks_of_another_symbol_is_refused():
    assert fail(entry().replace('"meta":{"symbol":"INFY.NS"', '"meta":{"symbol":"TCS.NS"')) is (
        FailureKind.CONTRACT_CHANGED
    )


def test_fault_16_a_partial_batch_is_partly_told():
    body = spark(*(entry(f"S{n}.NS") for n in range(7)))

    result = YAHOO.parse(body, [f"S{n}.NS" for n in range(10)], NOW)

    assert len(result.observations) == 7
    assert {failure.kind for failure in result.failures.values()} == {FailureKind.NOT_FOUND}
    assert len(result.failures) == 3


def test_the_flat_shape_has_no_currency_and_so_no_price():
    body = b'{"INFY.NS":{"timestamp":[1,2],"close":[1500,null],"previousClose":1490}}'

    result = YAHOO.parse(body, ["INFY.NS", "X"], NOW)

    assert result.failures["INFY.NS"].kind is FailureKind.NO_DATA
    assert "currency" in result.failures["INFY.NS"].message
    assert result.failures["X"].kind is FailureKind.NOT_FOUND


def test_the_flat_shape_with_a_currency_tells_its_last_close():
    stamps = [STAMP - 300, STAMP, STAMP + 300]
    body = f'{{"INFY.NS":{{"timestamp":{stamps},"close":[1500,1512.60,null],"currency":"INR"}}}}'

    seen = YAHOO.parse(body.encode(), ["INFY.NS"], NOW).observations["INFY.NS"]

    assert (seen.price, seen.as_of) == (Decimal("1512.60"), NOW - timedelta(seconds=60))


@pytest.mark.parametrize("minutes", [(-1, "live"), (-10, "delayed")])
def test_a_price_of_the_running_session_is_live_or_delayed(minutes):
    age, status = minutes
    now = int(NOW.timestamp())
    session = f',"currentTradingPeriod":{{"regular":{{"start":{now - 9000},"end":{now + 3000}}}}}'

    assert observe(entry(stamp=str(now + age * 60), more=session)).status == status


def test_a_price_of_the_bell_is_the_close_at_once():
    bell = int(NOW.timestamp()) - 120
    session = f',"currentTradingPeriod":{{"regular":{{"start":{bell - 9000},"end":{bell}}}}},"gmtoffset":19800'

    seen = observe(entry(stamp=str(bell), more=session))

    assert (seen.status, seen.close_on) == (PriceStatus.CLOSE, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FailureKind.CONTRACT_CHANGED),
        (b"[]", FailureKind.CONTRACT_CHANGED),
        (b'{"quoteResponse":{"result":[]}}', FailureKind.CONTRACT_CHANGED),
        (b'{"message":"hello"}', FailureKind.CONTRACT_CHANGED),
        (b'{"spark":{"result":null,"error":{"code":"Oops"}}}', FailureKind.CONTRACT_CHANGED),
        (b'{"spark":{"result":null,"error":{"code":"Too Many Requests"}}}', FailureKind.RATE_LIMITED),
        (b"[" * 100_000, FailureKind.CONTRACT_CHANGED),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, FailureKind.CONTRACT_CHANGED),
    ],
)
def test_fault_20_unknown_shapes_and_deep_json_are_refused_as_a_whole(body, kind):
    failure = YAHOO.parse(body, ["INFY.NS"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is kind


def test_a_batch_of_unknown_symbols_is_no_failure_of_the_source():
    body = b'{"spark":{"result":null,"error":{"code":"Not Found","description":"No data found for spark symbols"}}}'

    result = YAHOO.parse(body, ["A", "B"], NOW)
    failure = YAHOO.classify(Answer(404, {"content-type": "application/json"}, body))

    assert result.provider_failure is None
    assert {symbol: reason.kind for symbol, reason in result.failures.items()} == dict.fromkeys(
        ["A", "B"], FailureKind.NOT_FOUND
    )
    assert failure is not None
    assert failure.kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    ("answer", "kind", "wait"),
    [
        (Answer(429, {"retry-after": "120"}, b""), FailureKind.RATE_LIMITED, 120),
        (
            Answer(
                429,
                {"retry-after": "Fri, 20 Nov 2026 09:15:00 GMT", "date": "Fri, 20 Nov 2026 09:10:00 GMT"},
                b"",
            ),
            FailureKind.RATE_LIMITED,
            300,
        ),
        (Answer(429, {"retry-after": "9" * 12}, b""), FailureKind.RATE_LIMITED, 86400),
        (Answer(429, {"retry-after": "soon"}, b""), FailureKind.RATE_LIMITED, None),
        (Answer(200, {"content-type": "text/plain"}, b"Too Many Requests\r\n"), FailureKind.RATE_LIMITED, None),
        (Answer(403, {}, b"<html>"), FailureKind.AUTH, None),
        (Answer(502, {"content-type": "text/html"}, b"<html>"), FailureKind.TRANSIENT, None),
        (Answer(200, {"content-type": "application/json"}, b"  <!DOCTYPE html>"), FailureKind.BLOCKED, None),
        (Answer(400, {}, chart_error("Bad Request", "Data doesn't exist for startDate")), FailureKind.NO_DATA, None),
        (Answer(404, {}, chart_error("Not Found", "Timestamp data missing.")), FailureKind.NO_DATA, None),
        (Answer(418, {}, b"\xff"), FailureKind.CONTRACT_CHANGED, None),
    ],
)  # fmt: skip
def test_fault_03_04_05_answers_are_classified_by_all_they_say(answer, kind, wait):
    failure = YAHOO.classify(answer)

    assert failure is not None
    assert (failure.kind, failure.retry_after_seconds) == (kind, wait)


def test_requests_have_twenty_symbols_each_percent_encoded():
    symbols = ["M&M.NS", "^NSEI", *(f"S{n}.NS" for n in range(19))]

    requests = YAHOO.latest_requests(symbols, NOW)

    assert [len(request.symbols) for request in requests] == [20, 1]
    assert requests[0].url.startswith(
        "https://query1.finance.yahoo.com/v7/finance/spark?symbols=M%26M.NS,%5ENSEI,S0.NS,"
    )
    assert requests[0].url.endswith("&range=1d&interval=5m")
    assert requests[0].headers["User-Agent"].startswith("Mozilla/5.0")


def test_history_and_search_requests():
    history = YAHOO.history_request("M&M.NS", datetime(2026, 1, 2, 12, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))
    search = YAHOO.search_request("  L&T  finance ")

    # 2026-01-02 is day 20455: × 86400 = 1767312000; the day after 2026-01-05 is day 20459
    assert history.url.endswith(
        "/v8/finance/chart/M%26M.NS?period1=1767312000&period2=1767657600&interval=1d&events=div%7Csplit"
    )
    assert search.url.endswith("/v1/finance/search?q=L%26T%20finance&quotesCount=8&newsCount=0")
    assert YAHOO.search_request("  ") is None
