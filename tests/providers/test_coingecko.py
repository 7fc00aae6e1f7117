import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.coingecko import COINS, CoinGeckoAdapter
from tickfolio.providers.provider import Answer, Failure, FailureKind, Quota

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 60
GECKO = CoinGeckoAdapter("https://cg.example/api/v3")


def coin(symbol: str, currency="USD", asset_type=AssetType.CRYPTO) -> Instrument:
    return Instrument("1", asset_type, "CRYPTO", symbol, symbol, currency)


def kind_of(body: bytes, symbol="bitcoin/inr") -> FailureKind:
    return GECKO.parse(body, [symbol], NOW).failures[symbol].kind


def test_recorded_prices_are_read():
    # The recording is of the list of markets; the same two coins in the form of /simple/price.
    rows = json.loads(recorded("coingecko/coins_markets_btc_eth.json").body, parse_float=str, parse_int=str)
    # 2026-07-28 03:36:30 UTC is 20662 × 86400 + 12990 s
    body = json.dumps(
        {row["id"]: {"usd": "@" + row["current_price"] + "@", "last_updated_at": 1785209790} for row in rows}
    ).replace('"@', "").replace('@"', "")  # fmt: skip

    result = GECKO.parse(body.encode(), ["bitcoin/usd", "ethereum/usd"], NOW)

    at = datetime(2026, 7, 28, 3, 36, 30, tzinfo=UTC)
    assert result.observations == {
        "bitcoin/usd": Observation("bitcoin/usd", Decimal(63236), "USD", at, PriceStatus.DELAYED, "coingecko"),
        "ethereum/usd": Observation("ethereum/usd", Decimal("1876.28"), "USD", at, PriceStatus.DELAYED, "coingecko"),
    }


def test_recorded_list_of_markets_is_not_what_we_asked_for():
    answer = recorded("coingecko/coins_markets_btc_eth.json")
    failure = GECKO.parse(answer.body, ["bitcoin/usd"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    ("file", "kind"),
    [("error_429", FailureKind.RATE_LIMITED), ("error_404_coin_not_found", FailureKind.NOT_FOUND)],
)
def test_recorded_errors_are_told_apart(file, kind):
    failure = GECKO.classify(recorded(f"coingecko/{file}.json"))

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize("file", names("coingecko/*"))
def test_every_recorded_answer_is_read_or_refused(file):
    assert GECKO.parse(recorded(file).body, ["bitcoin/usd"], NOW) is not None


@pytest.mark.parametrize(
    ("status", "body", "kind", "wait"),
    [
        (429, {"status": {"error_code": 429, "error_message": "exceeded the Rate Limit"}}, FailureKind.RATE_LIMITED, 7),
        (200, {"status": {"error_code": 429, "error_message": "exceeded the Rate Limit"}}, FailureKind.RATE_LIMITED, 7),
        (429, {"status": {"error_code": 429, "error_message": "Your monthly limit"}}, FailureKind.QUOTA_EXHAUSTED, 7),
        (401, {"status": {"error_code": 10002, "error_message": "API Key Missing"}}, FailureKind.AUTH, 7),
        (400, {"error_code": 10010, "status": {"error_message": "wrong host"}}, FailureKind.CONTRACT_CHANGED, None),
        (400, {"status": {"error_code": 10011, "error_message": "wrong host"}}, FailureKind.AUTH, 7),
        (401, {"error": {"status": {"error_code": 10005, "error_message": "x"}}}, FailureKind.FORBIDDEN_PLAN, 7),
        (403, {}, FailureKind.AUTH, None),
        (404, {"error": "coin not found"}, FailureKind.NOT_FOUND, None),
        (422, {"error": "Missing parameter vs_currencies"}, FailureKind.CONTRACT_CHANGED, None),
        (500, {}, FailureKind.TRANSIENT, 7),
    ],
)
def test_errors_are_told_apart(status, body, kind, wait):
    failure = GECKO.classify(Answer(status, {"retry-after": "7"}, json.dumps(body).encode()))

    assert failure is not None
    assert (failure.kind, failure.retry_after_seconds) == (kind, wait)


def test_a_page_for_people_is_a_block():
    failure = GECKO.classify(Answer(200, {"content-type": "text/html"}, b"<!DOCTYPE html>"))

    assert failure is not None
    assert failure.kind is FailureKind.BLOCKED


def test_an_unknown_coin_is_left_out_with_200():
    assert GECKO.classify(Answer(200, {}, b"{}")) is None
    assert kind_of(b"{}") is FailureKind.NOT_FOUND


def test_a_fresh_price_is_live_and_one_coin_has_several_currencies():
    body = f'{{"bitcoin":{{"inr":8712345.67,"usd":0.00001234,"last_updated_at":{STAMP}}}}}'.encode()

    result = GECKO.parse(body, ["bitcoin/inr", "bitcoin/usd", "bitcoin/eur"], NOW)

    at = NOW - timedelta(seconds=60)
    assert result.observations["bitcoin/inr"] == Observation(
        "bitcoin/inr", Decimal("8712345.67"), "INR", at, PriceStatus.LIVE, "coingecko"
    )
    assert result.observations["bitcoin/usd"].price == Decimal("0.00001234")
    assert result.failures["bitcoin/eur"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize("price", ["null", "NaN", "Infinity", "0", "-5", '"NA"', "[]", "1e400"])
def test_fault_06_what_is_no_price_is_none(price):
    assert kind_of(f'{{"bitcoin":{{"inr":{price},"last_updated_at":{STAMP}}}}}'.encode()) is FailureKind.NO_DATA


@pytest.mark.parametrize("stamp", ["null", "0", "1e30", '"now"'])
def test_a_price_without_a_time_is_none(stamp):
    assert kind_of(f'{{"bitcoin":{{"inr":5,"last_updated_at":{stamp}}}}}'.encode()) is FailureKind.NO_DATA


@pytest.mark.parametrize(
    ("one", "symbol"),
    [
        (coin("BTC", "INR"), "bitcoin/inr"),
        (coin("BTC-USD"), "bitcoin/usd"),
        (coin("eth", "EUR"), "ethereum/eur"),
        (coin("BTC-EUR", "USD"), None),
        (coin("NEWCOIN"), None),
        (coin("BTC", asset_type=AssetType.STOCK), None),
    ],
)
def test_only_coins_that_we_know_have_an_id(one, symbol):
    assert GECKO.symbol_of(one) == symbol


def test_the_table_has_thirty_coins_with_an_id_each():
    assert len(COINS) >= 30
    assert len(set(COINS.values())) == len(COINS)


def test_all_coins_are_one_request_and_the_key_is_a_header():
    (request,) = GECKO.latest_requests(["bitcoin/inr", "ethereum/usd", "bitcoin/usd"], NOW)
    (keyed,) = CoinGeckoAdapter(key=" KEY123\n").latest_requests(["bitcoin/inr"], NOW)

    assert request.url == (
        "https://cg.example/api/v3/simple/price?ids=bitcoin,ethereum&vs_currencies=inr,usd&include_last_updated_at=true"
    )
    assert (request.cost, dict(request.headers)) == (1, {})
    assert (dict(keyed.headers), "KEY123" in keyed.url) == ({"x-cg-demo-api-key": "KEY123"}, False)
    assert GECKO.latest_requests([], NOW) == []


def test_a_key_allows_more_a_minute():
    assert GECKO.quota == Quota(30, None, 10_000)
    assert CoinGeckoAdapter(key="K").quota == Quota(100, None, 10_000)


def test_it_is_named_as_its_terms_want_and_its_past_prices_are_not_kept():
    history = GECKO.history_request("bitcoin/inr", NOW, NOW)

    assert GECKO.label == "Powered by CoinGecko"
    assert isinstance(history, Failure)
    assert history.kind is FailureKind.NO_DATA
    assert GECKO.search_request("bitcoin") is None
