"""The route of performance: its figures, its period, its tag, and whom it serves.

The clock stands at Friday, 20 November 2026.
"""

from decimal import Decimal
from functools import partial

import pytest

from tests.api.running import assert_problem, make_portfolio, running, trade
from tests.infrastructure.clock import SettableClock

FLAT = {"symbol": "Flat", "exchange": "MANUAL", "asset_type": "BOND"}
NOBODYS = "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"


@pytest.fixture
def server(database_url):
    with running(database_url, clock=SettableClock()) as served:
        yield served


def set_price(person, instrument_id, day, price):
    answer = person.browser.put(f"/instruments/{instrument_id}/prices/{day}", json={"price": price})
    assert answer.status_code == 200, answer.text


def own_flat(person, **settings):
    """A portfolio with one flat, bought for 1000 on the 2nd, worth 1100 on the 3rd and 1210 on the 20th."""
    portfolio = make_portfolio(person, **settings)
    bought = trade(person, portfolio["id"], traded_on="2026-11-02", quantity="10", price="100", **FLAT)
    instrument = bought["instrument"]["id"]
    for day, price in (("2026-11-02", "100"), ("2026-11-03", "110"), ("2026-11-20", "121")):
        set_price(person, instrument, day, price)
    return portfolio, instrument


def path_of(portfolio):
    return f"/portfolios/{portfolio['id']}/performance"


def performance(person, portfolio, **asked):
    answer = person.browser.get(path_of(portfolio), params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_a_portfolio_has_made(server, asha):
    portfolio, _ = own_flat(asha)

    answer = performance(asha, portfolio)

    assert answer["portfolio"] == {key: portfolio[key] for key in ("id", "name", "currency")}
    assert (answer["from"], answer["to"], answer["days"]) == ("2026-11-02", "2026-11-20", 18)
    # 100 → 110 → 121; in days that are no year
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(21))
    assert answer["twr_annual_pct"] is None
    assert answer["reasons"]["twr_annual_pct"] == "under_a_year"
    # 1.21 ^ (365 ÷ 18) − 1 a year
    assert float(answer["xirr_pct"]) == pytest.approx(100 * (1.21 ** (365 / 18) - 1), rel=1e-9)
    assert Decimal(answer["max_drawdown_pct"]) == 0
    assert [(point["date"], Decimal(point["value"])) for point in answer["series"]] == [
        ("2026-11-02", 1000),
        ("2026-11-03", 1100),
        ("2026-11-20", 1210),
    ]
    assert all(point["complete"] for point in answer["series"])
    assert answer["benchmark"] is None
    assert answer["holdings"] is None


def test_the_last_day_is_the_summary(server, asha):
    portfolio, _ = own_flat(asha)
    summary = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()

    answer = performance(asha, portfolio)

    assert answer["series"][-1]["value"] == answer["end_value"] == summary["current_value"]
    assert answer["series"][-1]["invested"] == summary["invested"]


def test_a_period_by_its_days(server, asha):
    portfolio, _ = own_flat(asha)

    answer = performance(asha, portfolio, **{"from": "2026-11-03", "to": "2026-11-10"})

    # from the close of the 2nd
    assert (answer["from"], answer["to"]) == ("2026-11-03", "2026-11-10")
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(10))
    assert [point["date"] for point in answer["series"]] == ["2026-11-03", "2026-11-10"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-11-10", "to": "2026-11-09"}, "from"),
        ({"to": "2026-11-30"}, "to"),
        ({"from": "2026-11-30"}, "from"),
        ({"from": "1800-01-01"}, "from"),
        ({"to": "1800-01-01"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"benchmark": "a b"}, "benchmark"),
        ({"benchmark": "x" * 65}, "benchmark"),
        ({"holdings": "perhaps"}, "holdings"),
        ({"series": "perhaps"}, "series"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(server, asha, asked, field):
    portfolio, _ = own_flat(asha)

    assert_problem(asha.browser.get(path_of(portfolio), params=asked), 422, "invalid_input", field)


def test_each_holding_beside_the_whole(server, asha):
    portfolio, instrument = own_flat(asha)

    [flat] = performance(asha, portfolio, holdings=True)["holdings"]

    [held] = asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    assert (flat["id"], flat["instrument"]["id"]) == (held["id"], instrument)
    assert Decimal(flat["twr_pct"]) == pytest.approx(Decimal(21))


def test_the_same_flows_in_another_instrument(server, asha):
    portfolio, _ = own_flat(asha)
    other = make_portfolio(asha, "Other")
    gold = trade(asha, other["id"], traded_on="2026-11-02", price="50", **FLAT | {"symbol": "Gold"})["instrument"]
    set_price(asha, gold["id"], "2026-11-02", "50")
    set_price(asha, gold["id"], "2026-11-20", "75")

    answer = performance(asha, portfolio, benchmark=gold["id"])

    # 1000 ÷ 50 = 20 of them, at 75 each
    assert answer["benchmark"]["instrument"] == gold
    assert Decimal(answer["benchmark"]["same_flows_value"]) == 1500
    assert Decimal(answer["benchmark"]["twr_pct"]) == 50
    assert [Decimal(point["benchmark_value"]) for point in answer["series"]] == [1000, 1000, 1500]
    assert "benchmark_value" not in performance(asha, portfolio)["series"][0]


def test_what_is_anothers_is_not_found(server, asha):
    ravi = server.person("Ravi")
    portfolio, instrument = own_flat(asha)
    mine, _ = own_flat(ravi)

    # neither her portfolio, nor her flat as a benchmark of his; and both in the words of what is nowhere
    for path, missing in (
        (path_of(portfolio), path_of({"id": NOBODYS})),
        (f"{path_of(mine)}?benchmark={instrument}", f"{path_of(mine)}?benchmark={NOBODYS}"),
    ):
        told = ravi.browser.get(path)
        assert_problem(told, 404, "not_found")
        assert told.content == ravi.browser.get(missing).content


def test_who_has_an_answer_is_not_sent_it_again(server, asha):
    portfolio, instrument = own_flat(asha)
    first = asha.browser.get(path_of(portfolio))

    again = asha.browser.get(path_of(portfolio), headers={"If-None-Match": first.headers["ETag"]})
    other = asha.browser.get(
        path_of(portfolio), params={"from": "2026-11-03"}, headers={"If-None-Match": first.headers["ETag"]}
    )
    set_price(asha, instrument, "2026-11-10", "90")
    changed = asha.browser.get(path_of(portfolio), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200
    assert changed.status_code == 200
    assert [point["date"] for point in changed.json()["series"]] == [
        *("2026-11-02", "2026-11-03", "2026-11-10", "2026-11-20"),
    ]


def test_the_days_are_left_out_on_demand_and_nothing_else_is(server, asha):
    portfolio, _ = own_flat(asha, name="Grün und ₹")
    whole = performance(asha, portfolio, holdings=True)

    short = performance(asha, portfolio, holdings=True, series=False)

    assert len(whole["series"]) == 3
    assert short == whole | {"series": None}
    assert performance(asha, portfolio, holdings=True, series=True) == whole


def test_an_answer_without_its_days_has_a_tag_of_its_own(server, asha):
    portfolio, instrument = own_flat(asha)
    ask = partial(asha.browser.get, path_of(portfolio))
    whole, short = ask(), ask(params={"series": False})
    tags = [answer.headers["ETag"] for answer in (whole, short)]
    by_tag = [{"If-None-Match": tag} for tag in tags]

    assert tags[0] != tags[1]
    assert [ask(headers=known).status_code for known in by_tag] == [304, 200]
    assert [ask(params={"series": False}, headers=known).status_code for known in by_tag] == [200, 304]
    again = ask(params={"series": False}, headers={"If-None-Match": ", ".join(tags)})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tags[1])

    set_price(asha, instrument, "2026-11-10", "90")
    assert ask(params={"series": False}, headers=by_tag[1]).status_code == 200


def test_an_empty_portfolio_is_answered(server, asha):
    answer = performance(asha, make_portfolio(asha), holdings=True)

    assert (answer["end_value"], answer["xirr_pct"], answer["holdings"], answer["years"]) == ("0", None, [], [])
    assert answer["reasons"]["xirr_pct"] == "no_flows"


def test_with_cash_tracked_money_comes_and_goes_by_deposits(server, asha):
    portfolio, _ = own_flat(asha, cash_tracked=True)
    trade(
        asha,
        portfolio["id"],
        "DEPOSIT",
        symbol=None,
        exchange=None,
        asset_type=None,
        traded_on="2026-11-02",
        quantity="1",
        price="1500",
    )

    answer = performance(asha, portfolio)

    # 1500 in, 1000 of it spent; at last 500 in cash and 1210
    assert (answer["money_in"], answer["end_value"]) == ("1500.0", "1710")
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(14))


def test_a_ledger_that_is_there_twice_makes_the_same(server, asha):
    """The answer depends on the ledger alone, and not on when it was written."""
    first, _ = own_flat(asha)
    second = make_portfolio(asha, "Again")
    trade(asha, second["id"], traded_on="2026-11-02", quantity="10", price="100", **FLAT)

    one, other = performance(asha, first), performance(asha, second)

    assert one | {"portfolio": None} == other | {"portfolio": None}


# --- All portfolios --------------------------------------------------------------------------------------------------


def of_all(person, **asked):
    answer = person.browser.get("/performance", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_all_portfolios_together_in_the_base_currency(server, asha):
    first, _ = own_flat(asha)
    second = make_portfolio(asha, "Again")
    trade(asha, second["id"], traded_on="2026-11-02", quantity="10", price="100", **FLAT)

    answer = of_all(asha, holdings=True)

    # 10 and 10 of the flat that the one has by itself
    one = performance(asha, first)
    assert answer["currency"] == first["currency"]
    assert Decimal(answer["end_value"]) == 2 * Decimal(one["end_value"])
    assert (
        Decimal(answer["made"]) == 2 * Decimal(one["made"]) == sum(Decimal(each["made"]) for each in answer["holdings"])
    )
    assert answer["twr_pct"] == one["twr_pct"]
    assert {each["portfolio_id"] for each in answer["holdings"]} == {first["id"], second["id"]}
    assert answer.keys() == (one.keys() - {"portfolio"}) | {"currency"}


def test_all_portfolios_are_asked_for_as_one_is(server, asha):
    own_flat(asha)
    ask = partial(asha.browser.get, "/performance")
    whole, short = ask(), ask(params={"series": False})

    assert short.json() == whole.json() | {"series": None}
    tag = {"If-None-Match": short.headers["ETag"]}
    assert [ask(headers=tag).status_code, ask(params={"series": False}, headers=tag).status_code] == [200, 304]
    assert ask(headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert_problem(ask(params={"from": "yesterday"}), 422, "invalid_input", "from")
    assert_problem(ask(params={"benchmark": NOBODYS}), 404, "not_found")
