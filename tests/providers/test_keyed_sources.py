"""What holds for every source with a key: any bytes are read, and the key is never told to anybody but the source."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.misbehaving import RawServer, says
from tickfolio.providers.alphavantage import AlphaVantageAdapter
from tickfolio.providers.coingecko import CoinGeckoAdapter
from tickfolio.providers.eodhd import EodhdAdapter
from tickfolio.providers.finnhub import FinnhubAdapter
from tickfolio.providers.http_provider import Adapter, HttpProvider
from tickfolio.providers.keys import read_key
from tickfolio.providers.provider import Answer, BatchResult, Failure, FailureKind, Request
from tickfolio.providers.twelvedata import TwelveDataAdapter

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
KEY = "S3CRET-k3y"
ADAPTERS: list[Any] = [AlphaVantageAdapter, CoinGeckoAdapter, EodhdAdapter, FinnhubAdapter, TwelveDataAdapter]
ASKED = {
    "alphavantage": ("IBM", "VOD.LON"),
    "coingecko": ("bitcoin/inr", "ethereum/usd"),
    "eodhd": ("AAPL.US", "VOD.LSE"),
    "finnhub": ("AAPL", "BRK.B"),
    "twelvedata": ("AAPL", "SBIN:NSE"),
}

words = st.sampled_from(
    ["Global Quote", "01. symbol", "05. price", "07. latest trading day", "08. previous close", "IBM", "Information",
     "Note", "Error Message", "Meta Data", "2. Symbol", "Time Series (Daily)", "4. close", "2026-11-19", "bitcoin",
     "inr", "last_updated_at", "status", "error", "error_code", "error_message", "code", "AAPL.US", "AAPL",
     "SBIN:NSE", "SBIN", "timestamp", "close", "previousClose", "c", "t", "pc", "message", "currency", "GBp", "USD",
     "datetime", "previous_close", "values", "meta", "symbol", "name", "date", "NA", "9999-12-31", "1970-01-01"]
)  # fmt: skip
numbers = st.one_of(
    st.integers(),
    st.integers(0, 2_000_000_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, -1, 1e308, 1e-300, 10**30, 10**70, 429, 404, 4_102_444_799]),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=5))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6), max_leaves=25
)


def fields(*keys: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, leaves))


rows = st.one_of(
    st.fixed_dictionaries({"01. symbol": st.just("IBM"), "07. latest trading day": leaves, "05. price": leaves}).map(
        lambda row: {"Global Quote": row}
    ),
    fields("inr", "last_updated_at").map(lambda row: {"bitcoin": row}),
    fields("code", "timestamp", "close", "previousClose").map(lambda row: [{**row, "code": "AAPL.US"}]),
    fields("c", "t", "pc"),
    fields("close", "currency", "datetime", "timestamp", "last_quote_at").map(lambda row: {"AAPL": row}),
    st.dictionaries(words, leaves, max_size=4).map(
        lambda days: {
            "Meta Data": {"2. Symbol": "IBM"},
            "Time Series (Daily)": {day: {"4. close": close} for day, close in days.items()},
            "meta": {"currency": "GBp"},
            "values": [{"datetime": day, "close": close} for day, close in days.items()],
        }
    ),
)
bodies = st.one_of(
    st.binary(max_size=200),
    st.one_of(trees, rows).map(lambda tree: json.dumps(tree).encode()),
    st.sampled_from([b"Ticker Not Found.", b"Unauthenticated", b"", b"[]", b"{}", b"[" * 100_000]),
)
headers = st.dictionaries(st.sampled_from(["content-type", "retry-after", "date"]), st.text(max_size=40))


@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
@settings(max_examples=300, deadline=None)
@given(body=bodies)
def test_any_body_is_prices_or_failures(kind, body):
    adapter: Adapter = kind(key=KEY)
    asked = ASKED[adapter.name]

    result = adapter.parse(body, asked, NOW)

    assert isinstance(result, BatchResult)
    if result.provider_failure is None:
        assert set(result.observations) | set(result.failures) == set(asked)
    for seen in result.observations.values():
        assert seen.price.is_finite()
        assert seen.price > 0
        assert seen.previous_close is None or seen.previous_close > 0
        assert seen.as_of is None or seen.as_of.utcoffset() is not None
        assert len(seen.currency) == 3


@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
@settings(max_examples=300, deadline=None)
@given(body=bodies)
def test_any_body_is_a_history_or_a_failure(kind, body):
    adapter: Adapter = kind(key=KEY)

    result = adapter.parse_history(body, ASKED[adapter.name][0], NOW)

    assert all(close.price.is_finite() and close.price > 0 for close in result.closes)
    assert [close.on for close in result.closes] == sorted({close.on for close in result.closes})


@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
@settings(max_examples=200, deadline=None)
@given(status=st.integers(100, 599), headers=headers, body=bodies)
def test_any_answer_is_classified(kind, status, headers, body):
    failure = kind(key=KEY).classify(Answer(status, headers, body))

    if failure is None:
        assert status == 200
    else:
        assert failure.retry_after_seconds is None or 0 <= failure.retry_after_seconds <= 86400


@pytest.fixture
def told(caplog) -> list[str]:
    """Everything that anybody could read: the log at its most talkative comes first."""
    caplog.set_level(logging.DEBUG)
    for name in logging.root.manager.loggerDict:
        if name.startswith("http"):
            caplog.set_level(logging.DEBUG, logger=name)
    return []


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "behaviour",
    [
        says(body=json.dumps({"Information": f"We have detected your API key as {KEY}: 25 requests per day"}).encode()),
        says("401 Unauthorized", json.dumps({"error": f"Invalid API key {KEY}"}).encode()),
        says("302 Found", b"", f"Location: http://127.0.0.1/?api_token={KEY}"),
        says(body=KEY.encode()),
        says("500 Oops", KEY.encode(), "Retry-After: 5"),
    ],
)
def test_fault_71_the_key_is_told_to_the_source_only(kind, behaviour, caplog, told):
    with RawServer(behaviour) as server:
        adapter = kind(server.url.removesuffix("/prices?key=secret"), KEY)
        provider = HttpProvider(adapter, time.monotonic, time.sleep, interval_seconds=0)
        told += [repr(result) for result in provider.fetch(ASKED[adapter.name], NOW)]
        told.append(repr(provider.fetch_history(ASKED[adapter.name][0], NOW, NOW)))
        provider.close()
        assert KEY.encode() in server.requests[0]

    told += [repr(adapter), repr(provider), repr(adapter.latest_requests(ASKED[adapter.name], NOW)), caplog.text]
    assert KEY not in "".join(told)


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
def test_fault_71_the_key_is_not_told_when_nobody_is_there(kind, caplog, told):
    provider = HttpProvider(kind("http://127.0.0.1:9", KEY), time.monotonic, time.sleep, interval_seconds=0)

    told += [repr(result) for result in provider.fetch(ASKED[provider.name], NOW)]

    assert KEY not in "".join([*told, caplog.text])
    assert "127.0.0.1" in told[0]


@pytest.mark.parametrize("kind", [FinnhubAdapter, TwelveDataAdapter, CoinGeckoAdapter])
def test_a_key_that_may_be_a_header_is_not_in_an_address(kind):
    adapter: Adapter = kind(key=KEY)
    symbol = ASKED[adapter.name][0]
    requests = [*adapter.latest_requests([symbol], NOW), adapter.history_request(symbol, NOW, NOW)]

    assert all(KEY not in one.url for one in requests if isinstance(one, Request))


def test_a_key_is_read_without_the_line_end_of_its_file():
    assert read_key(" abc123\r\n") == "abc123"


@pytest.mark.parametrize("text", ["abc\ndef", "ab cd", "clé", "x" * 201])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(text):
    with pytest.raises(ValueError, match="characters that no key has") as refusal:
        read_key(text)

    assert text not in str(refusal.value)


@pytest.mark.parametrize("kind", ADAPTERS, ids=lambda kind: kind.name)
def test_every_source_with_a_key_has_terms_and_a_quota(kind):
    adapter = kind(key=KEY)

    assert adapter.terms
    assert any((adapter.quota.minute, adapter.quota.day, adapter.quota.month))


@pytest.mark.parametrize("kind", [AlphaVantageAdapter, EodhdAdapter])
def test_a_symbol_out_of_the_plan_is_no_trouble_of_the_source(kind):
    body = b'{"Information":"This is a premium endpoint."}' if kind is AlphaVantageAdapter else b"only for free users"
    adapter = kind(key=KEY)

    result = adapter.parse(body, ASKED[adapter.name], NOW)

    assert result.provider_failure is None
    assert {failure.kind for failure in result.failures.values()} == {FailureKind.FORBIDDEN_PLAN}
    assert isinstance(next(iter(result.failures.values())), Failure)
