"""The fast route answers as the documented one behind it does: same status, same headers, same bytes."""

import contextlib
import re

from tests.api.running import Running, add_holding, assert_problem, make_portfolio, running, trade
from tickfolio.api import fast_summary

# They say when and how the answer was sent, and not what it is.
OF_THE_MOMENT = {"date", "connection"}


@contextlib.contextmanager
def only_the_documented_route(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(fast_summary, "_PATH", re.compile("(never)"))
        yield


def shown(answer):
    headers = sorted((name, value) for name, value in answer.headers.multi_items() if name not in OF_THE_MOMENT)
    return answer.status_code, headers, answer.content


def test_both_routes_give_the_same_answer_byte_for_byte(server, monkeypatch):
    asha, ben = server.person("Asha"), server.person("Ben")
    portfolio = make_portfolio(asha)
    add_holding(asha, portfolio["id"])
    path = f"/portfolios/{portfolio['id']}/summary"
    tag = asha.browser.get(path).headers["ETag"]
    token = server.token(asha)
    gone = "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"
    requests = [
        (200, asha.browser, path, {}),
        (200, asha.browser, path, {"If-None-Match": '"another"'}),
        (200, asha.browser, path, {"If-None-Match": "x" * 3000}),
        (200, asha.browser, path + "?from=the&screen", {}),
        (200, server.browser(Authorization=f"Bearer {token}"), path, {}),
        (304, asha.browser, path, {"If-None-Match": tag}),
        (304, asha.browser, path, {"If-None-Match": f'"x", W/{tag}'}),
        (401, server.browser(), path, {}),
        (401, server.browser(Authorization="Bearer wrong"), path, {}),
        (401, server.browser(), path, {"If-None-Match": tag}),
        (404, ben.browser, path, {}),
        (404, ben.browser, path, {"If-None-Match": tag}),
        (404, asha.browser, f"/portfolios/{gone}/summary", {}),
        (404, asha.browser, "/portfolios/%00/summary", {}),
        (404, asha.browser, f"/portfolios/{'x' * 65}/summary", {}),
        (404, asha.browser, path + "/", {}),
    ]

    fast = [shown(browser.get(where, headers=headers)) for _, browser, where, headers in requests]
    with only_the_documented_route(monkeypatch):
        slow = [shown(browser.get(where, headers=headers)) for _, browser, where, headers in requests]

    assert [answer[0] for answer in fast] == [status for status, *_ in requests]
    for one, other, request in zip(fast, slow, requests, strict=True):
        assert one == other, request[2:]


def test_an_answer_says_who_may_keep_it(server, asha):
    path = f"/portfolios/{make_portfolio(asha)['id']}/summary"

    full = asha.browser.get(path)
    unchanged = asha.browser.get(path, headers={"If-None-Match": full.headers["ETag"]})

    assert full.headers["Cache-Control"] == "private, no-cache"
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == full.headers["ETag"]


def test_the_tag_changes_with_every_write_and_with_nothing_else(server, asha):
    portfolio = make_portfolio(asha)
    path = f"/portfolios/{portfolio['id']}/summary"
    tags = [asha.browser.get(path).headers["ETag"]]
    for step in (
        lambda: add_holding(asha, portfolio["id"]),
        lambda: trade(asha, portfolio["id"], symbol="TCS"),
        lambda: asha.browser.patch(
            f"/portfolios/{portfolio['id']}",
            json={"currency": "EUR"},
            headers={"If-Match": asha.browser.get(f"/portfolios/{portfolio['id']}").headers["ETag"]},
        ),
    ):
        step()
        tags.append(asha.browser.get(path).headers["ETag"])
        assert asha.browser.get(path).headers["ETag"] == tags[-1]
    make_portfolio(asha, "another one")

    assert asha.browser.get(path).headers["ETag"] == tags[-1]
    assert len(set(tags)) == len(tags)


def test_an_answer_is_remembered_for_nobody_else_and_no_longer_than_the_session(database_url, clock):
    with running(database_url, clock=clock, session_days=1) as server:
        asha, ben = server.person("Asha"), server.person("Ben")
        path = f"/portfolios/{make_portfolio(asha)['id']}/summary"
        cookie = {"Cookie": f"tickfolio={asha.browser.cookies['tickfolio']}"}
        assert [asha.browser.get(path).status_code for _ in range(3)] == [200] * 3

        assert_problem(ben.browser.get(path), 404, "not_found")
        assert_problem(server.browser().get(path), 401, "unauthenticated")
        clock.advance(86_400)
        assert_problem(server.browser(**cookie).get(path), 401, "unauthenticated")


def test_a_mistake_of_ours_is_a_problem_too(embedded: Running, monkeypatch):
    """Outside of the framework nobody else turns an unexpected error into an answer."""
    asha = embedded.person()
    path = f"/portfolios/{make_portfolio(asha)['id']}/summary"

    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(fast_summary, "load_summary", broken)

    answer = asha.browser.get(path)

    assert_problem(answer, 500, "internal_error")
    assert "ZeroDivision" not in answer.text
