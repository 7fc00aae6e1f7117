import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.market import Market
from tests.providers.recorded import recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.mfapi import MfapiAdapter
from tickfolio.providers.provider import Answer, FailureKind, Listing

MFAPI = MfapiAdapter()
NOW = datetime(2026, 8, 28, 6, tzinfo=UTC)


def scheme(*points: tuple[str, object], code: object = 120503, **more: object) -> bytes:
    told = {
        "meta": {"scheme_code": code, "scheme_name": "A Fund"},
        "data": [{"date": on, "nav": nav} for on, nav in points],
        "status": "SUCCESS",
    }
    return json.dumps(told | more).encode()


def test_the_recorded_latest_value():
    answer = recorded("mfapi/mf_122639_latest.json")

    result = MFAPI.parse(answer.body, ["122639"], NOW)

    assert MFAPI.classify(answer) is None
    # 23:00 in India is 17:30 UTC
    assert result.observations == {
        "122639": Observation(
            "122639",
            Decimal("91.01190"),
            "INR",
            datetime(2026, 7, 29, 17, 30, tzinfo=UTC),
            PriceStatus.NAV,
            "mfapi",
            close_on=date(2026, 7, 29),
        )
    }
    assert result.names == {"122639": "Parag Parikh Flexi Cap Fund - Direct Plan - Growth"}
    assert result.rows is None


def test_the_recorded_history_oldest_first():
    answer = recorded("mfapi/mf_118955_trimmed.json")

    result = MFAPI.parse_history(answer.body, "118955", NOW)

    assert (result.closes, result.currency) == (
        (
            Close(date(2013, 1, 1), Decimal("94.71200")),
            Close(date(2026, 8, 26), Decimal("2289.44000")),
            Close(date(2026, 8, 27), Decimal("2297.09000")),
        ),
        "INR",
    )
    # of all of the past, the newest is the latest
    assert MFAPI.parse(answer.body, ["118955"], NOW).observations["118955"].close_on == date(2026, 8, 27)


def test_the_recorded_success_without_data_is_an_unknown_scheme():
    answer = recorded("mfapi/unknown_scheme_200_empty.json")

    result, history = MFAPI.parse(answer.body, ["99999999"], NOW), MFAPI.parse_history(answer.body, "99999999", NOW)

    assert MFAPI.classify(answer) is None
    assert result.failures["99999999"].kind is FailureKind.NOT_FOUND
    assert history.failure is not None
    assert history.failure.kind is FailureKind.NOT_FOUND


def test_the_recorded_search():
    found = MFAPI.parse_search(recorded("mfapi/search.json").body)

    name = "Parag Parikh Flexi Cap Fund - Direct Plan - Growth"
    assert found.listings == (Listing(AssetType.MUTUAL_FUND, "AMFI", "122639", name, "INR", None, "122639"),)


def test_the_order_of_the_days_does_not_matter():
    points = [("25-08-2026", "10.5"), ("27-08-2026", "10.7"), ("26-08-2026", "10.6")]

    assert MFAPI.parse(scheme(*points), ["120503"], NOW).observations["120503"].price == Decimal("10.7")
    days = [close.on.day for close in MFAPI.parse_history(scheme(*points), "120503", NOW).closes]
    assert days == [25, 26, 27]


def test_fault_17_a_day_told_twice_and_differently_has_no_value():
    same = scheme(("27-08-2026", "10.7"), ("27-08-2026", "10.70"))
    other = scheme(("27-08-2026", "10.7"), ("27-08-2026", "10.8"), ("26-08-2026", "10.6"))

    assert MFAPI.parse(same, ["120503"], NOW).observations["120503"].price == Decimal("10.7")
    assert MFAPI.parse(other, ["120503"], NOW).failures["120503"].kind is FailureKind.CONTRACT_CHANGED
    assert MFAPI.parse_history(other, "120503", NOW).closes == (Close(date(2026, 8, 26), Decimal("10.6")),)


def test_fault_17_another_scheme_than_was_asked_for_is_none():
    body = scheme(("27-08-2026", "10.7"), code=120504)

    assert MFAPI.parse(body, ["120503"], NOW).failures["120503"].kind is FailureKind.CONTRACT_CHANGED
    history = MFAPI.parse_history(body, "120503", NOW)
    assert (history.closes, history.failure is None) == ((), False)


@pytest.mark.parametrize("nav", ["0.00000", "", "N.A.", "NaN", "1e5", "1,234.5", "9" * 30])
def test_fault_06_08_what_is_no_value_is_none(nav):
    body = scheme(("27-08-2026", nav), ("26-08-2026", "10.6"))

    # the newest day has no value: an older one is not passed off for it
    assert MFAPI.parse(body, ["120503"], NOW).failures["120503"].kind is FailureKind.NO_DATA
    assert MFAPI.parse_history(body, "120503", NOW).closes == (Close(date(2026, 8, 26), Decimal("10.6")),)


def test_fault_07_a_negative_value_is_no_close():
    body = scheme(("27-08-2026", "-10.7"), ("26-08-2026", "10.6"))

    assert MFAPI.parse_history(body, "120503", NOW).closes == (Close(date(2026, 8, 26), Decimal("10.6")),)


@pytest.mark.parametrize("on", ["31-02-2026", "2026-08-27", "27-Aug-2026", ""])
def test_a_day_that_can_be_none_is_left_out(on):
    body = scheme((on, "99.9"), ("26-08-2026", "10.6"))

    assert MFAPI.parse(body, ["120503"], NOW).observations["120503"].close_on == date(2026, 8, 26)
    assert MFAPI.parse(scheme((on, "99.9")), ["120503"], NOW).failures["120503"].kind is FailureKind.NO_DATA


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        scheme(("27-08-2026", "10.7"), status="FAIL"),
        scheme(("27-08-2026", "10.7"), data={}),
        scheme(("27-08-2026", "10.7"), meta=None),
        scheme(("27-08-2026", "10.7"), code="120503"),
        scheme(("27-08-2026", 10.7)),
        scheme(("27-08-2026", None)),
        scheme(data=["27-08-2026"]),
    ],
)
def test_another_shape_refuses_the_whole_answer(body):
    result, history = MFAPI.parse(body, ["120503"], NOW), MFAPI.parse_history(body, "120503", NOW)

    assert result.provider_failure is not None
    assert result.provider_failure.kind is FailureKind.CONTRACT_CHANGED
    assert history.failure == result.provider_failure


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, {"content-type": "application/json"}, b'{"error":"invalid scheme_code"}'), FailureKind.NOT_FOUND),
        (Answer(404, {}, b""), FailureKind.NOT_FOUND),
        (Answer(204, {}, b""), FailureKind.CONTRACT_CHANGED),
        (Answer(429, {}, b""), FailureKind.RATE_LIMITED),
        (Answer(502, {"content-type": "text/html"}, b"<html>"), FailureKind.TRANSIENT),
        (Answer(200, {"content-type": "text/html"}, b"<html>"), FailureKind.BLOCKED),
    ],
)
def test_answers_that_have_no_data(answer, kind):
    failure = MFAPI.classify(answer)

    assert failure is not None
    assert failure.kind is kind


def test_every_scheme_is_a_request_of_its_own():
    urls = [(request.url, request.symbols) for request in MFAPI.latest_requests(["120503", "122639"], NOW)]

    assert urls == [
        ("https://api.mfapi.in/mf/120503/latest", ("120503",)),
        ("https://api.mfapi.in/mf/122639/latest", ("122639",)),
    ]
    assert MFAPI.history_request("120503", NOW, NOW).url == "https://api.mfapi.in/mf/120503"


def test_a_search_is_a_url_whatever_is_typed():
    request = MFAPI.search_request(" parag  parikh/ ")

    assert request is not None
    assert request.url == "https://api.mfapi.in/mf/search?q=parag%20parikh%2F"
    assert MFAPI.search_request("  ") is None


@pytest.mark.parametrize(
    ("exchange", "symbol", "isin", "expected"),
    [
        ("AMFI", "120503", None, "120503"),
        ("AMFI", "INF846K01EW2", "INF846K01EW2", None),
        ("NSE", "120503", None, None),
    ],
)
def test_symbols_are_scheme_codes(exchange, symbol, isin, expected):
    assert MFAPI.symbol_of(Instrument("1", AssetType.MUTUAL_FUND, exchange, symbol, "A", "INR", isin)) == expected


@pytest.mark.enable_socket
def test_latest_and_the_history_since_a_day_over_http():
    with Market(now=lambda: NOW) as market:
        points = [("27-08-2026", "10.7"), ("26-08-2026", "10.6"), ("25-08-2026", "10.5")]
        market.set_file("/mf/120503/latest", scheme(points[0]), "application/json")
        market.set_file("/mf/120503", scheme(*points), "application/json")
        market.set_file("/mf/999999/latest", scheme(code=0), "application/json")
        provider = HttpProvider(MfapiAdapter(market.url), time.monotonic, time.sleep, interval_seconds=0)

        known, unknown = provider.fetch(["120503", "999999"], NOW)
        history = provider.fetch_history("120503", datetime(2026, 8, 26, tzinfo=UTC), NOW)
        provider.close()

    assert known.observations["120503"].price == Decimal("10.7")
    assert unknown.failures["999999"].kind is FailureKind.NOT_FOUND
    # the 25th is before the day that was asked for
    assert history.closes == (Close(date(2026, 8, 26), Decimal("10.6")), Close(date(2026, 8, 27), Decimal("10.7")))


leaves = st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(["27-08-2026", "10.7", 120503, "0.0"])
rows = st.lists(st.fixed_dictionaries({}, optional={"date": leaves, "nav": leaves}) | leaves, max_size=4)
answers = st.fixed_dictionaries(
    {}, optional={"meta": st.dictionaries(st.sampled_from(["scheme_code", "scheme_name"]), leaves) | leaves,
                  "data": rows | leaves, "status": st.sampled_from(["SUCCESS", "x"])}
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=100) | (answers | rows).map(lambda told: json.dumps(told).encode()))
def test_any_bytes_are_values_or_failures(body):
    result = MFAPI.parse(body, ["120503", "1"], NOW)

    if result.provider_failure is None:
        assert result.observations.keys() | result.failures.keys() == {"120503", "1"}
    history = MFAPI.parse_history(body, "120503", NOW)
    assert all(close.price > 0 for close in history.closes)
    found = MFAPI.parse_search(body)
    assert found.failure is None or found.listings == ()
