"""ETags, cursors and repeated requests."""

import base64
import concurrent.futures
import itertools
import json

from tests.api.running import a_trade, assert_problem, make_portfolio, trade


def walk(browser, path, limit):
    """Every item of a list, page by page."""
    items, cursor = [], None
    while True:
        page = browser.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_walking_a_list_sees_everything_exactly_once(server, asha):
    portfolio, *_ = [make_portfolio(asha, f"P{number}") for number in range(7)]
    # Several on one day, so that the day alone does not say where a page ends.
    days = ["2026-01-05", "2026-01-05", "2026-01-05", "2026-01-06", "2026-01-02", "2026-01-06", "2026-01-05"]
    rows = [trade(asha, portfolio["id"], symbol=f"SYM{number}", traded_on=day) for number, day in enumerate(days)]
    newest_first = sorted(rows, key=lambda row: (row["traded_on"], row["id"]), reverse=True)

    for limit in (1, 2, 3, 7, 200):
        transactions = walk(asha.browser, f"/portfolios/{portfolio['id']}/transactions", limit)
        holdings = walk(asha.browser, f"/portfolios/{portfolio['id']}/holdings", limit)

        assert transactions == newest_first
        assert [one["instrument"]["symbol"] for one in holdings] == [f"SYM{number}" for number in range(7)]
        assert [one["name"] for one in walk(asha.browser, "/portfolios", limit)] == [
            f"P{number}" for number in range(7)
        ]


def test_what_is_added_meanwhile_is_not_seen_twice(server, asha):
    portfolio = make_portfolio(asha)
    path = f"/portfolios/{portfolio['id']}/transactions"
    first = [trade(asha, portfolio["id"], symbol=f"SYM{number}", traded_on="2026-01-05") for number in range(4)]
    page = asha.browser.get(path, params={"limit": 2}).json()
    trade(asha, portfolio["id"], symbol="NEW", traded_on="2026-01-09")

    rest = asha.browser.get(path, params={"cursor": page["next_cursor"]}).json()

    assert page["items"] + rest["items"] == first[::-1]


def a_cursor(**values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


CURSORS = [
    "", "x", "=", "!!!!", "AAAA", "%00", "é", "x" * 200, "x" * 201, a_cursor(), a_cursor(after=1),
    a_cursor(after=None), a_cursor(day="x", id="y"),
    a_cursor(after=["a"]), a_cursor(after="\u0000"), a_cursor(after="\ud800"), a_cursor(after="x" * 65),
    a_cursor(day="2026-01-05"), a_cursor(day="2026-01-05", id="\u0000"), a_cursor(at="2026-01-05", kind="tick"),
    a_cursor(at="2026-01-05T00:00:00", kind="tick"), a_cursor(at="0001-01-01T00:00:00+23:59", kind="tick"),
    a_cursor(at="9999-12-31T23:59:59-23:59", kind="tick"), a_cursor(day="0001-01-01", id="x"),
    base64.urlsafe_b64encode(b"[" * 140).decode(), base64.urlsafe_b64encode(b"1" * 140).decode(),
]  # fmt: skip


def test_a_made_up_cursor_is_refused_or_finds_an_end(server, asha):
    portfolio = make_portfolio(asha)
    row = trade(asha, portfolio["id"])
    paths = ["/portfolios", f"/portfolios/{portfolio['id']}/holdings", f"/portfolios/{portfolio['id']}/transactions"]

    for path, cursor in itertools.product([*paths, f"/instruments/{row['instrument']['id']}/prices"], CURSORS):
        answer = asha.browser.get(path, params={"cursor": cursor})

        if answer.status_code != 200:
            assert_problem(answer, 422, "invalid_input", "cursor")


def test_an_etag_is_the_version_and_changes_with_the_content_alone(server, asha):
    made = asha.browser.post("/portfolios", json={"name": "One"})
    path = f"/portfolios/{made.json()['id']}"
    same = asha.browser.patch(path, json={"name": "One"}, headers={"If-Match": made.headers["ETag"]})
    other = asha.browser.patch(path, json={"name": "Two"}, headers={"If-Match": same.headers["ETag"]})
    late = asha.browser.patch(path, json={"name": "Three"}, headers={"If-Match": made.headers["ETag"]})

    assert made.headers["ETag"] == same.headers["ETag"] == f'"{made.json()["version"]}"'
    assert other.headers["ETag"] == asha.browser.get(path).headers["ETag"] == f'"{other.json()["version"]}"'
    assert other.json()["version"] > made.json()["version"]
    assert_problem(late, 412, "version_mismatch")


def test_fault_58_a_repeated_request_has_one_effect_and_the_same_answer(server, asha):
    portfolio = make_portfolio(asha)
    path, key = f"/portfolios/{portfolio['id']}/transactions", {"Idempotency-Key": "a-click"}
    first = asha.browser.post(path, json=a_trade(), headers=key)
    asha.browser.patch(f"/transactions/{first.json()['id']}", json={"note": "changed"}, headers={"If-Match": '"1"'})

    again = asha.browser.post(path, json=a_trade(), headers=key)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(asha.browser.get(path).json()["items"]) == 1
    other = asha.browser.post(path, json=a_trade(quantity="11"), headers=key)
    assert_problem(other, 422, "idempotency_key_reused")
    elsewhere = asha.browser.post("/portfolios", json={"name": "x"}, headers=key)
    assert_problem(elsewhere, 422, "idempotency_key_reused")


def test_fault_58_a_key_belongs_to_its_user(server, asha):
    ben, key = server.person("Ben"), {"Idempotency-Key": "the-same"}
    mine = asha.browser.post("/portfolios", json={"name": "One"}, headers=key)

    theirs = ben.browser.post("/portfolios", json={"name": "One"}, headers=key)

    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


def test_fault_58_a_refused_request_can_be_tried_again(server, asha):
    portfolio = make_portfolio(asha)
    path, key = f"/portfolios/{portfolio['id']}/transactions", {"Idempotency-Key": "a-click"}
    sale = a_trade("SELL", traded_on="2026-02-01")
    refused = asha.browser.post(path, json=sale, headers=key)
    trade(asha, portfolio["id"])

    again = asha.browser.post(path, json=sale, headers=key)

    assert_problem(refused, 409, "oversold")
    assert again.status_code == 201


def test_fault_58_many_clicks_at_once_have_one_effect(server, asha):
    portfolio = make_portfolio(asha)
    path, token = f"/portfolios/{portfolio['id']}/transactions", server.token(asha)

    def click(_):
        browser = server.browser(Authorization=f"Bearer {token}", Idempotency_Key="a-click")
        return browser.post(path, json=a_trade())

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(click, range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(asha.browser.get(path).json()["items"]) == 1


def test_fault_57_of_many_changes_of_one_version_one_wins(server, asha):
    made, token = make_portfolio(asha), server.token(asha)

    def change(number):
        browser = server.browser(Authorization=f"Bearer {token}", If_Match=f'"{made["version"]}"')
        return browser.patch(f"/portfolios/{made['id']}", json={"name": f"Name {number}"})

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(change, range(12)))

    [won] = [answer for answer in answers if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 11
    assert asha.browser.get(f"/portfolios/{made['id']}").json() == won.json()


def test_fault_62_of_many_sales_at_once_no_more_are_taken_than_are_held(server, asha):
    portfolio, token = make_portfolio(asha), server.token(asha)
    trade(asha, portfolio["id"], quantity="5")

    def sell(_):
        browser = server.browser(Authorization=f"Bearer {token}")
        return browser.post(f"/portfolios/{portfolio['id']}/transactions", json=a_trade("SELL", quantity="1"))

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(sell, range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    [held] = asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    assert held["quantity"] == "0"
