"""Data health through HTTP: its shape, and settling a price that is held back."""

from datetime import timedelta

import pytest

from tests.api.listening import listening
from tests.api.running import add_holding, assert_problem, good_price, hold_price, make_portfolio


@pytest.fixture
def portfolio(server, asha):
    """10 LT at 3965.45 beside which 793.09 is held, and one of something without a price."""
    made = make_portfolio(asha)
    holding = add_holding(asha, made["id"], "LT")
    add_holding(asha, made["id"], "NONE", quantity="1")
    good_price(server, holding["instrument"]["id"], "3965.45")
    hold_price(server, holding["instrument"]["id"], "793.09")
    return made | {"holding": holding, "instrument_id": holding["instrument"]["id"]}


def health(person, portfolio):
    answer = person.browser.get(f"/portfolios/{portfolio['id']}/health")
    assert answer.status_code == 200, answer.text
    return answer.json()


def settle(person, portfolio, **body):
    return person.browser.post(f"/instruments/{portfolio['instrument_id']}/held-price", json=body)


def test_the_health_of_a_portfolio(server, asha, portfolio):
    found = health(asha, portfolio)

    assert (found["currency"], found["value"], found["fresh_value"]) == ("INR", "39654.50", "0")
    assert found["fresh_pct"] == "0"
    [held] = found["held"]
    assert held["holding_id"] == portfolio["holding"]["id"]
    assert held["portfolio_id"] == portfolio["id"]
    assert held["instrument"] == portfolio["holding"]["instrument"]
    assert (held["last_price"], held["current_value"], held["price"]["status"]) == ("3965.45", "39654.50", "held")
    # 793.09 ÷ 3965.45 = 0.2
    told = {key: held[key] for key in ("held_price", "held_source", "ratio", "looks_like", "split_ratio", "may_settle")}
    assert told == {
        "held_price": "793.09",
        "held_source": "yahoo",
        "ratio": "0.2",
        "looks_like": "split",
        "split_ratio": "5:1",
        "may_settle": True,
    }
    [unpriced] = found["unpriced"]
    assert (unpriced["instrument"]["symbol"], unpriced["reason"], unpriced["price"]) == ("NONE", "no_price", None)
    assert unpriced["remedy"]
    assert (found["stale"], found["without_cost"], found["last_run"]) == ([], [], None)
    assert found["next_refresh_at"]
    assert asha.browser.get("/health").json() == found


def test_an_old_price_and_missing_history_say_since_when(server, asha, portfolio):
    held_since = (server.product.world.now() - timedelta(days=40)).date().isoformat()
    holding = add_holding(asha, portfolio["id"], "OLD", acquired_on=held_since)
    week_ago = server.product.world.now() - timedelta(days=7)
    good_price(server, holding["instrument"]["id"], "10", as_of=week_ago)

    found = health(asha, portfolio)

    [stale] = found["stale"]
    assert (stale["instrument"]["symbol"], stale["stale_at"]) == ("OLD", stale["price"]["stale_at"])
    [missing] = [one for one in found["missing_history"] if one["instrument"]["symbol"] == "OLD"]
    assert missing["since"] == held_since
    assert missing["days"] == sum(gap["days"] for gap in missing["gaps"]) > 20
    assert missing["gaps"][0].keys() == {"first_on", "last_on", "days"}


def test_who_is_not_the_administrator_sees_what_is_held_and_cannot_settle_it(server, asha, portfolio):
    ben = server.person("Ben")
    own = make_portfolio(ben)
    add_holding(ben, own["id"], "LT")

    assert [one["may_settle"] for one in health(ben, own)["held"]] == [False]
    assert_problem(settle(ben, portfolio, accept=True), 403, "administrator_only")
    assert len(health(ben, own)["held"]) == 1


def test_a_held_price_is_accepted_and_every_page_is_told(server, asha, portfolio):
    ben = server.person("Ben")
    path = f"/portfolios/{portfolio['id']}/summary"
    tag = asha.browser.get(path).headers["ETag"]

    with listening(ben.browser) as listener:
        answer = settle(asha, portfolio, accept=True)
        listener.waits_for("prices.updated")

    assert (answer.status_code, answer.json()["last_price"]) == (200, "793.09")
    assert answer.json()["price"]["status"] == "live"
    again = asha.browser.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["current_value"]) == (200, "7930.90")
    assert health(asha, portfolio)["held"] == []
    assert_problem(settle(asha, portfolio, accept=True), 409, "no_held_price")


def test_a_held_price_is_rejected_and_the_good_one_stays(server, asha, portfolio):
    answer = settle(asha, portfolio, accept=False)

    assert (answer.status_code, answer.json()["last_price"]) == (200, "3965.45")
    found = health(asha, portfolio)
    assert (found["held"], found["fresh_value"], found["fresh_pct"]) == ([], "39654.50", "100")
    assert_problem(settle(asha, portfolio, accept=False), 409, "no_held_price")


def test_a_decision_is_yes_or_no(asha, portfolio):
    for body in ({}, {"accept": None}, {"accept": "yes"}, {"accept": 1}):
        assert_problem(settle(asha, portfolio, **body), 422, "invalid_input", "accept")
    assert_problem(settle(asha, portfolio, accept=True, price="1"), 422, "invalid_input", "price")
    assert len(health(asha, portfolio)["held"]) == 1
