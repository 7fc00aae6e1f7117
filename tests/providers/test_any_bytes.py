"""Whatever bytes a source sends: a result or a typed failure, never an exception, never a price that is no number."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickfolio.providers.amfi import AmfiAdapter
from tickfolio.providers.bse import BseAdapter
from tickfolio.providers.ecb import EcbAdapter
from tickfolio.providers.http_provider import Adapter
from tickfolio.providers.mfapi import MfapiAdapter
from tickfolio.providers.nse import NseAdapter
from tickfolio.providers.provider import Answer, BatchResult
from tickfolio.providers.yahoo import YahooAdapter

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
ASKED = ("A", "B.NS", "1", "EURINR")
ADAPTERS: list[Adapter] = [YahooAdapter(), AmfiAdapter(), EcbAdapter(), NseAdapter(), BseAdapter(), MfapiAdapter()]

# JSON with the words that the readers look for, so that the branches behind them are reached.
words = st.sampled_from(
    ["spark", "chart", "result", "response", "meta", "symbol", "A", "B.NS", "regularMarketPrice", "regularMarketTime",
     "currency", "INR", "GBp", "previousClose", "timestamp", "close", "indicators", "quote", "quotes", "events",
     "splits", "date", "numerator", "denominator", "priceHint", "exchangeTimezoneName", "Asia/Kolkata", "..", "America",
     "gmtoffset", "currentTradingPeriod", "regular", "start", "end", "error", "code", "description", "finance",
     "exchange", "NSI", "quoteType", "EQUITY", "longname"]
)  # fmt: skip
numbers = st.one_of(
    st.integers(),
    st.integers(0, 2_000_000_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, -1, 1e308, 1e-300, 10**30, 10**70]),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=5))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5), max_leaves=25
)
metas = st.fixed_dictionaries(
    {},
    optional={
        "symbol": st.sampled_from(["A", "B.NS"]),
        "regularMarketPrice": leaves,
        "regularMarketTime": leaves,
        "currency": words,
        "previousClose": leaves,
        "priceHint": leaves,
        "gmtoffset": leaves,
        "exchangeTimezoneName": words | st.text(max_size=20),
        "currentTradingPeriod": trees | st.fixed_dictionaries({"regular": st.dictionaries(words, numbers)}),
    },
)
sparks = st.lists(
    st.builds(lambda s, m: {"symbol": s, "response": [{"meta": m}]}, st.sampled_from(["A", "B.NS"]), metas), max_size=4
).map(lambda rows: {"spark": {"result": rows}})


@st.composite
def charts(draw: st.DrawFn) -> Any:
    count = draw(st.integers(0, 4))
    stamps = draw(st.lists(numbers, min_size=count, max_size=count))
    closes = draw(st.lists(leaves, min_size=count, max_size=count + 1))
    split = st.fixed_dictionaries({"date": numbers, "numerator": numbers, "denominator": numbers})
    splits = draw(st.dictionaries(words, split, max_size=3))
    meta = {"currency": "GBp", "exchangeTimezoneName": "Asia/Kolkata", **draw(metas)}
    row = {
        "meta": meta,
        "timestamp": stamps,
        "events": {"splits": splits},
        "indicators": {"quote": [{"close": closes}]},
    }
    return {"chart": {"result": [row]}}


jsons = st.one_of(trees, sparks, charts()).map(lambda tree: json.dumps(tree).encode())
cells = st.one_of(st.sampled_from(["1", "10.5", "N.A.", "-", "21-Aug-2026", "31-Feb-2026", "INF846K01EW2"]), st.text())
HEADER = "Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Net Asset Value;Date"
tables = st.lists(st.lists(cells, max_size=9).map(";".join), max_size=6).map(
    lambda rows: "\n".join([HEADER, *rows]).encode(errors="replace")
)
xmls = st.lists(st.tuples(st.sampled_from(["2026-11-20", "2026-13-01", ""]), st.text(max_size=6)), max_size=4).map(
    lambda days: (
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>'
        + "".join(f"<Cube time='{on}'><Cube currency='INR' rate='{rate}'/></Cube>" for on, rate in days)
        + "</Cube></gesmes:Envelope>"
    ).encode(errors="replace")
)
bodies = st.one_of(st.binary(max_size=200), jsons, tables, xmls)
headers = st.dictionaries(st.sampled_from(["content-type", "retry-after", "date", "etag"]), st.text(max_size=40))


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
@settings(max_examples=300, deadline=None)
@given(body=bodies)
def test_any_body_is_prices_or_failures(adapter: Adapter, body: bytes):
    result = adapter.parse(body, ASKED, NOW)

    assert isinstance(result, BatchResult)
    if result.provider_failure is None:
        assert set(result.observations) | set(result.failures) == set(ASKED)
    for seen in result.observations.values():
        assert seen.price.is_finite()
        assert seen.previous_close is None or seen.previous_close.is_finite()
        assert seen.as_of is None or seen.as_of.utcoffset() is not None
        assert len(seen.currency) == 3


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
@settings(max_examples=300, deadline=None)
@given(body=bodies)
def test_any_body_is_a_history_or_a_failure(adapter: Adapter, body: bytes):
    for symbol in ("1", "EURINR"):
        result = adapter.parse_history(body, symbol, NOW)

        assert all(close.price.is_finite() and close.price > 0 for close in result.closes)
        assert [close.on for close in result.closes] == sorted({close.on for close in result.closes})


@settings(max_examples=200, deadline=None)
@given(body=bodies)
def test_any_body_is_a_search_or_a_failure(body: bytes):
    result = YahooAdapter().parse_search(body)

    assert result.failure is None or result.listings == ()


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
@settings(max_examples=200, deadline=None)
@given(status=st.integers(100, 599), headers=headers, body=bodies)
def test_any_answer_is_classified(adapter: Adapter, status: int, headers: dict[str, str], body: bytes):
    failure = adapter.classify(Answer(status, headers, body))

    if failure is None:
        assert status == 200
    else:
        assert failure.retry_after_seconds is None or 0 <= failure.retry_after_seconds <= 86400


@settings(max_examples=200, deadline=None)
@given(query=st.text())
def test_any_query_is_a_url(query: str):
    request = YahooAdapter().search_request(query)

    assert request is None or request.url.isascii()
