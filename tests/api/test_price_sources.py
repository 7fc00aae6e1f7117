"""The sources of prices as the administrator sees them, and that nobody ever sees a key."""

import logging
from datetime import date

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, running, wait_until
from tests.infrastructure.clock import SettableClock
from tests.providers.market import Market
from tests.providers.misbehaving import RawServer, says

KEY = "hunter2-of-finnhub"

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def market(clock):
    with Market(now=clock) as market:
        market.set_nav("120503", "112.0096", on=date(2026, 11, 19), name="Axis ELSS Tax Saver Fund")
        yield market


def addresses(market):
    return {name.removeprefix("TICKFOLIO_").lower(): url for name, url in market.settings.items()}


def by_name(browser):
    return {one["name"]: one for one in browser.get("/providers").json()["items"]}


def test_every_source_is_there_in_the_order_of_preference_and_off_but_for_the_free_ones(server):
    chief = server.person("Admin").browser

    found = by_name(chief)

    assert list(found) == [
        "demo", "amfi", "ecb", "yahoo", "nse", "bse", "mfapi", "coingecko", "finnhub", "twelvedata", "alphavantage",
        "eodhd", "own",
    ]  # fmt: skip
    assert [name for name, one in found.items() if one["on"]] == ["demo", "amfi", "ecb", "own"]
    assert {name: one["needs_key"] for name, one in found.items() if one["needs_key"]} == {
        name: f"TICKFOLIO_{name.upper()}_KEY" for name in ("finnhub", "twelvedata", "alphavantage", "eodhd")
    }
    assert found["yahoo"]["breaker"] == {"state": "closed", "until": None, "bound_until": None, "failure": None}
    assert found["yahoo"]["quotas"] == []
    assert [(one["span"], one["used"], one["allowed"]) for one in found["twelvedata"]["quotas"]] == [
        ("day", 0, 800),
        ("minute", 0, 8),
    ]


def test_a_source_without_its_key_cannot_be_switched_on_whatever_is_accepted(server):
    chief = server.person("Admin").browser

    answer = chief.patch("/providers/finnhub", json={"on": True, "terms_accepted": True})

    assert (answer.status_code, answer.json()["code"]) == (409, "key_missing")
    assert "TICKFOLIO_FINNHUB_KEY" in answer.json()["detail"]
    assert not by_name(chief)["finnhub"]["on"]
    assert chief.patch("/providers/finnhub", json={"on": False}).status_code == 200


def test_one_with_its_key_is_switched_on_by_who_accepts_its_terms(sqlite_url):
    with running(sqlite_url, finnhub_key=KEY) as server:
        chief = server.person("Admin").browser
        refused = chief.patch("/providers/finnhub", json={"on": True})
        taken = chief.patch("/providers/finnhub", json={"on": True, "terms_accepted": True})

        assert (refused.status_code, refused.json()["code"]) == (403, "terms_not_accepted")
        assert taken.status_code == 200
        assert (by_name(chief)["finnhub"]["on"], by_name(chief)["finnhub"]["needs_key"]) == (True, None)


def test_the_order_of_a_kind_is_changed_by_the_administrator_and_taken_back(server):
    chief, other = server.person("Admin").browser, server.person("Other").browser

    def funds(browser):
        return next(
            one for one in browser.get("/providers/order").json()["items"] if one["asset_type"] == "MUTUAL_FUND"
        )

    assert funds(other) == {"asset_type": "MUTUAL_FUND", "names": ["amfi", "mfapi", "yahoo"], "own": False}
    body = {"asset_type": "MUTUAL_FUND", "names": ["mfapi", "amfi"]}
    assert other.put("/providers/order", json=body).json()["code"] == "administrator_only"
    assert chief.put("/providers/order", json=body).status_code == 200
    assert funds(other) == {"asset_type": "MUTUAL_FUND", "names": ["mfapi", "amfi", "yahoo"], "own": True}

    wrong = chief.put("/providers/order", json={"asset_type": "MUTUAL_FUND", "names": ["nse"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_source")
    assert chief.put("/providers/order", json={"asset_type": "CASH", "names": []}).status_code == 404
    assert chief.put("/providers/order", json={"asset_type": "MUTUAL_FUND", "names": []}).status_code == 200
    assert funds(other)["own"] is False


def test_the_quota_of_a_paid_plan_is_set_by_the_administrator_and_taken_back(server):
    chief, other = server.person("Admin").browser, server.person("Other").browser

    def twelve(browser):
        found = by_name(browser)["twelvedata"]
        limits = {one["span"]: (one["allowed"], one["shipped"], one["own"]) for one in found["limits"]}
        return limits, [(one["span"], one["allowed"]) for one in found["quotas"]]

    free = {"month": (None, None, False), "day": (800, 800, False), "minute": (8, 8, False)}
    assert twelve(other) == (free, [("day", 800), ("minute", 8)])
    assert by_name(chief)["yahoo"]["limits"] == []
    plan = {"minute": 55, "day": None}
    assert_problem(other.put("/providers/twelvedata/quota", json=plan), 403, "administrator_only")
    assert chief.put("/providers/twelvedata/quota", json=plan).status_code == 200
    paid = {"month": (None, None, False), "day": (None, 800, True), "minute": (55, 8, True)}
    assert twelve(other) == (paid, [("minute", 55)])

    assert chief.put("/providers/twelvedata/quota", json={}).status_code == 200
    assert twelve(other) == (free, [("day", 800), ("minute", 8)])


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"minute": 0}, "minute", "too_small"),
        ({"day": -1}, "day", "too_small"),
        ({"month": 1_000_000_001}, "month", "too_large"),
        ({"day": "800"}, "day", "int_type"),
        ({"day": 2.5}, "day", "int_type"),
        ({"day": True}, "day", "int_type"),
        ({"year": 1}, "year", "extra_forbidden"),
    ],
)
def test_a_quota_that_cannot_be_is_refused_by_its_field(server, body, field, code):
    chief = server.person("Admin").browser

    answer = chief.put("/providers/finnhub/quota", json=body)

    assert_problem(answer, 422, "invalid_input", field)
    assert [one["code"] for one in answer.json()["errors"]] == [code]


@pytest.mark.parametrize("name", ["yahoo", "demo", "moon", "no_such"])
def test_a_source_without_a_quota_has_none_to_set(server, name):
    chief = server.person("Admin").browser

    assert_problem(chief.put(f"/providers/{name}/quota", json={"day": 5}), 404, "not_found")


def test_the_page_tells_how_long_a_source_is_left_alone_and_what_is_spent(sqlite_url, market):
    clock = SettableClock()
    market.fail("yahoo", status=429, headers={"Retry-After": "1200"})
    settings = addresses(market) | {"providers": "yahoo", "yahoo_url": market.url}
    with running(sqlite_url, works=True, clock=clock, **settings) as server:
        chief = server.person("Admin")
        add_holding(chief, make_portfolio(chief)["id"])

        breaker = wait_until(
            lambda: (one := by_name(chief.browser)["yahoo"]["breaker"])["state"] == "open" and one, "the breaker"
        )

        # 09:10 and 1,200 s.
        assert breaker == {
            "state": "open",
            "until": "2026-11-20T09:30:00Z",
            "bound_until": "2026-11-20T09:30:00Z",
            "failure": "rate_limited",
        }
        clock.advance(1200)
        assert by_name(chief.browser)["yahoo"]["breaker"]["state"] == "half_open"


@pytest.mark.parametrize("answer", ["401", "200", "refused"])
def test_fault_05_no_key_is_in_logs_problems_or_answers(sqlite_url, caplog, capfd, answer):
    caplog.set_level(logging.DEBUG)
    keys = {f"{name}_key": KEY for name in ("finnhub", "twelvedata", "alphavantage", "eodhd", "coingecko")}
    names = [name.removesuffix("_key") for name in keys]
    bodies = {"401": f'{{"error":"Invalid API key: {KEY}"}}', "200": f'"your key {KEY} is spent"'}
    body = bodies.get(answer, "")
    with RawServer(says("401 Unauthorized" if answer == "401" else "200 OK", body.encode())) as told:
        url = "http://127.0.0.1:1" if answer == "refused" else told.url
        urls = {f"{name}_url": url for name in names}
        settings = keys | urls | {"providers": ",".join(names), "log_level": "debug"}
        with running(sqlite_url, works=True, **settings) as server:
            chief = server.person("Admin")
            portfolio = make_portfolio(chief)["id"]
            add_holding(chief, portfolio, "AAPL", exchange="NASDAQ")
            add_holding(chief, portfolio, "BTC", exchange="CRYPTO", asset_type="CRYPTO", currency="USD")
            wait_until(lambda: asked_of_all(chief, names), "every source to be asked")
            seen = [
                chief.browser.get(path).text
                for path in ("/providers", "/providers/order", "/prices/status", "/prices/runs", "/health", "/summary")
            ]
            seen.append(chief.browser.patch("/providers/eodhd", json={"on": True}).text)
            seen.append(repr(server.product.settings) + repr(server.product.sources) + repr(server.product.refresher))
            with server.product.database.reading() as tx:
                seen.append(repr(tx.breakers.all()))

    assert not [one for one in seen if KEY in one]
    assert KEY not in caplog.text
    assert KEY not in "".join(capfd.readouterr())


def asked_of_all(chief, names):
    found = by_name(chief.browser)
    return all(found[name]["state"]["ok"] is not None for name in names)
