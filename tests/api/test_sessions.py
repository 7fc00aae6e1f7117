"""Where one is signed in, through HTTP."""

from tests.api.running import assert_problem, sign_in


def listed(browser):
    answer = browser.get("/sessions")
    assert answer.status_code == 200
    return answer.json()["items"]


def another(server, person):
    browser = server.browser()
    sign_in(browser, person.email)
    return browser


def test_ones_sessions_are_listed_and_one_of_them_is_this(server, asha):
    another(server, asha)
    server.person("Ben")

    first, second = listed(asha.browser)

    assert first.keys() == second.keys() == {"id", "created_at", "last_used_at", "expires_at", "current"}
    assert sorted([first["current"], second["current"]]) == [False, True]
    assert asha.browser.cookies["tickfolio"] not in asha.browser.get("/sessions").text
    token = server.browser(Authorization=f"Bearer {server.token(asha)}")
    assert [one["current"] for one in listed(token)] == [False, False]


def test_the_id_of_a_session_lets_nobody_in(server, asha):
    [here] = listed(asha.browser)

    for headers in ({"Cookie": f"tickfolio={here['id']}"}, {"Authorization": f"Bearer {here['id']}"}):
        assert_problem(server.browser(**headers).get("/me"), 401, "unauthenticated")


def test_another_browser_is_signed_out_from_afar(server, asha):
    there = another(server, asha)
    [other] = [one for one in listed(asha.browser) if not one["current"]]

    assert asha.browser.delete(f"/sessions/{other['id']}").status_code == 204

    assert_problem(there.get("/me"), 401, "unauthenticated")
    assert asha.browser.get("/me").status_code == 200
    assert_problem(asha.browser.delete(f"/sessions/{other['id']}"), 404, "not_found")


def test_ending_this_session_takes_the_cookie_back(server, asha):
    [here] = listed(asha.browser)

    answer = asha.browser.delete(f"/sessions/{here['id']}")

    assert answer.status_code == 204
    assert 'tickfolio=""' in answer.headers["set-cookie"]
    assert_problem(asha.browser.get("/me"), 401, "unauthenticated")


def test_anothers_session_cannot_be_ended(server, asha):
    ben = server.person("Ben")
    [session] = listed(asha.browser)

    assert_problem(ben.browser.delete(f"/sessions/{session['id']}"), 404, "not_found")

    assert asha.browser.get("/me").status_code == 200


def test_all_others_are_signed_out_at_once(server, asha):
    ben = server.person("Ben")
    others = [another(server, asha) for _ in range(3)]
    token = server.browser(Authorization=f"Bearer {server.token(asha)}")

    assert asha.browser.delete("/sessions").status_code == 204

    for browser in others:
        assert_problem(browser.get("/me"), 401, "unauthenticated")
    assert [one["current"] for one in listed(asha.browser)] == [True]
    assert token.get("/me").status_code == ben.browser.get("/me").status_code == 200
