import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.finnhub import FinnhubAdapter
from tickfolio.providers.provider import Answer, Failure, FailureKind, Quota

# Friday 11:00 in New York
NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 60
FINNHUB = FinnhubAdapter("https://fh.example/api/v1/", "KEY123")


def quote(price="175.43", stamp=STAMP, previous="172.99") -> bytes:
    return f'{{"c":{price},"d":1,"dp":1,"h":1,"l":1,"o":1,"pc":{previous},"t":{stamp}}}'.encode()


def observe(body: bytes, now=NOW) -> Observation:
    return FINNHUB.parse(body, ["AAPL"], now).observations["AAPL"]


def instrument(exchange: str, symbol: str, currency: str) -> Instrument:
    return Instrument("1", AssetType.STOCK, exchange, symbol, symbol, currency)


def test_recorded_quote_is_the_close_of_its_day():
    answer = recorded("finnhub/quote_AAPL.json")

    # 1636322400 is 2021-11-07 22:00 UTC, a Sunday, of which our calendar knows no session: it stands at its end,
    # a second before midnight in New York, 05:00 UTC in winter
    assert FINNHUB.classify(answer) is None
    assert observe(answer.body) == Observation(
        "AAPL", Decimal("175.43"), "USD", datetime(2021, 11, 8, 4, 59, 59, tzinfo=UTC), PriceStatus.CLOSE, "finnhub",
        Decimal("172.99"), date(2021, 11, 7),
    )  # fmt: skip


def test_recorded_zeros_are_an_unknown_symbol():
    answer = recorded("finnhub/quote_unknown_symbol_zeros.json")

    assert FINNHUB.classify(answer) is None
    assert FINNHUB.parse(answer.body, ["NOPE"], NOW).failures["NOPE"].kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    ("file", "kind"),
    [("error_429", FailureKind.RATE_LIMITED), ("error_403_no_access", FailureKind.FORBIDDEN_PLAN)],
)
def test_recorded_errors_are_told_apart(file, kind):
    failure = FINNHUB.classify(recorded(f"finnhub/{file}.json"))

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize("file", names("finnhub/*"))
def test_every_recorded_answer_is_read_or_refused(file):
    assert FINNHUB.parse(recorded(file).body, ["AAPL"], NOW) is not None


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (429, "API limit reached. Please try again later. Remaining Limit: 0", FailureKind.RATE_LIMITED),
        (200, "API limit reached. Please try again later.", FailureKind.RATE_LIMITED),
        (401, "Invalid API key.", FailureKind.AUTH),
        (401, "Please use an API key.", FailureKind.AUTH),
        (401, "You don't have access to this resource.", FailureKind.FORBIDDEN_PLAN),
        (403, "403", FailureKind.FORBIDDEN_PLAN),
        (422, "Symbol not supported", FailureKind.NOT_FOUND),
        (502, "upstream", FailureKind.TRANSIENT),
        (200, "something new", FailureKind.CONTRACT_CHANGED),
    ],
)
def test_errors_are_told_apart_by_their_words(status, words, kind):
    failure = FINNHUB.classify(Answer(status, {}, json.dumps({"error": words}).encode()))

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, {"content-type": "text/html; charset=utf-8"}, b"<html>"), FailureKind.BLOCKED),
        (Answer(302, {}, b""), FailureKind.BLOCKED),
        (Answer(404, {}, b"{}"), FailureKind.CONTRACT_CHANGED),
        (Answer(403, {}, b"<html>"), FailureKind.AUTH),
    ],
)
def test_other_failures_come_by_the_status(answer, kind):
    failure = FINNHUB.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_a_price_of_this_minute_is_live():
    seen = observe(quote())

    assert (seen.status, seen.as_of, seen.close_on) == (PriceStatus.LIVE, NOW - timedelta(seconds=60), None)
    assert (seen.price, seen.previous_close, seen.currency) == (Decimal("175.43"), Decimal("172.99"), "USD")


def test_a_price_of_an_hour_ago_is_delayed():
    assert observe(quote(stamp=STAMP - 3600)).status is PriceStatus.DELAYED


def test_the_last_price_of_a_day_stands_at_the_bell():
    # 20:40 UTC is 15:40 in New York; half an hour after 16:00 nothing more comes
    stamp, bell = int(datetime(2026, 11, 20, 20, 40, tzinfo=UTC).timestamp()), datetime(2026, 11, 20, 21, tzinfo=UTC)

    before, after = (observe(quote(stamp=stamp), bell + timedelta(minutes=m)) for m in (29, 30))

    assert (before.status, before.as_of) == (PriceStatus.DELAYED, datetime.fromtimestamp(stamp, UTC))
    assert (after.status, after.as_of, after.close_on) == (PriceStatus.CLOSE, bell, date(2026, 11, 20))


@pytest.mark.parametrize("price", ["null", "NaN", '"NA"', '""', "0", "-1", "[]"])
def test_fault_06_what_is_no_price_is_none(price):
    assert FINNHUB.parse(quote(price), ["AAPL"], NOW).failures["AAPL"].kind is FailureKind.NO_DATA


def test_a_price_without_a_time_is_none():
    assert FINNHUB.parse(quote(stamp="null"), ["AAPL"], NOW).failures["AAPL"].kind is FailureKind.NO_DATA


def test_a_previous_close_of_nought_is_unknown():
    assert observe(quote(previous="0")).previous_close is None


@pytest.mark.parametrize("symbol", ["RELIANCE.NS", "VOD.L", "7203.T"])
def test_a_currency_that_cannot_be_known_is_not_guessed(symbol):
    failure = FINNHUB.parse(quote(), [symbol], NOW).failures[symbol]

    assert (failure.kind, "currency" in failure.message) == (FailureKind.NO_DATA, True)


@pytest.mark.parametrize(
    ("one", "symbol"),
    [
        (instrument("NASDAQ", "AAPL", "USD"), "AAPL"),
        (instrument("NYSE", "BRK.B", "USD"), "BRK.B"),
        (instrument("NYSE", "BAC.PRL", "USD"), None),
        (instrument("NSE", "INFY", "INR"), None),
        (instrument("LSE", "VOD", "GBP"), None),
    ],
)
def test_only_shares_of_the_united_states_are_priced(one, symbol):
    assert FINNHUB.symbol_of(one) == symbol


def test_each_symbol_is_a_request_and_the_key_is_a_header():
    first, second = FINNHUB.latest_requests(["AAPL", "BRK.B"], NOW)

    assert (first.url, second.symbols, first.cost) == ("https://fh.example/api/v1/quote?symbol=AAPL", ("BRK.B",), 1)
    assert dict(first.headers) == {"X-Finnhub-Token": "KEY123"}
    assert FINNHUB.quota == Quota(60, None, None)
    history = FINNHUB.history_request("AAPL", NOW, NOW)
    assert isinstance(history, Failure)
    assert history.kind is FailureKind.NO_DATA
    assert FINNHUB.search_request("apple") is None
