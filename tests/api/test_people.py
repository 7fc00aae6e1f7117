import concurrent.futures

import pytest

from tests.api.running import PASSWORD, assert_problem, make_portfolio, running, sign_in

NEW_PASSWORD = "walrus pebble cinnamon fjord"


def test_the_first_account_is_the_administrators_and_then_the_door_is_closed(database_url):
    with running(database_url, sign_up="closed") as server:
        browser = server.browser()
        before = browser.get("/server").json()

        asha = server.person("Asha")
        refused = browser.post("/users", json={"name": "Ben", "email": "ben@example.org", "password": PASSWORD})

        assert before["set_up"] is False
        assert browser.get("/server").json()["set_up"] is True
        assert asha.browser.get("/me").json()["administrator"] is True
        assert_problem(refused, 403, "sign_up_closed")


def test_of_many_first_accounts_at_once_one_is_the_administrators(database_url):
    with running(database_url, sign_up="closed") as server, concurrent.futures.ThreadPoolExecutor(8) as threads:
        body = {"name": "Asha", "password": PASSWORD}

        def sign_up(number):
            return server.browser().post("/users", json=body | {"email": f"asha{number}@example.org"})

        answers = list(threads.map(sign_up, range(8)))

        made = [answer for answer in answers if answer.status_code == 201]
        assert len(made) == 1
        assert made[0].json()["administrator"] is True
        for answer in answers:
            if answer not in made:
                assert_problem(answer, 403, "sign_up_closed")


def test_an_open_door_makes_accounts_that_are_not_administrators(server, asha):
    ben = server.person("Ben")

    assert ben.browser.get("/me").json()["administrator"] is False


def test_an_e_mail_has_one_account_however_it_is_written(server, asha):
    again = server.browser().post(
        "/users", json={"name": "Asha", "email": f"  {asha.email.upper()} ", "password": PASSWORD}
    )

    assert_problem(again, 409, "email_taken")


def test_no_field_of_an_account_but_those_of_the_form_can_be_set(server, asha):
    form = {"name": "Ben", "email": "ben@example.org", "password": PASSWORD}
    for field, value in (("administrator", True), ("id", "1"), ("role", "admin"), ("version", 9)):
        answer = server.browser().post("/users", json=form | {field: value})
        assert_problem(answer, 422, "invalid_input", field)
        answer = asha.browser.patch("/me", json={field: value})
        assert_problem(answer, 422, "invalid_input", field)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "weak_password"),
        ("passwordpassword", "weak_password"),
        ("aaaaaaaaaaaaaaaaaaaaaa", "weak_password"),
        ("kettle orbit\u0000mango thistle", "weak_password"),
        ("x" * 900, "weak_password"),
    ],
)
def test_a_guessable_password_is_refused_with_its_field(embedded, password, code):
    answer = embedded.browser().post("/users", json={"name": "A", "email": "a@example.org", "password": password})

    body = assert_problem(answer, 422, code, "password")
    assert password not in answer.text
    assert body["errors"][0]["code"] == code


def test_signing_in_twice_gives_two_sessions_and_a_new_token_each(server, asha):
    first, second = server.browser(), server.browser()
    sign_in(first, asha.email)
    sign_in(second, asha.email)

    assert first.cookies["tickfolio"] != second.cookies["tickfolio"]
    assert first.delete("/session").status_code == 204
    assert second.get("/me").json()["email"] == asha.email


def test_a_token_that_was_there_before_signing_in_is_not_taken_over(server, asha):
    browser = server.browser()
    browser.cookies.set("tickfolio", "planted")

    answer = browser.post("/session", json={"email": asha.email, "password": PASSWORD})

    assert "planted" not in answer.headers["set-cookie"]


def test_an_unknown_e_mail_is_answered_as_a_wrong_password_is(server, asha):
    browser = server.browser()
    answers = [
        browser.post("/session", json={"email": email, "password": "not the password at all"})
        for email in (asha.email, "nobody@example.org", "no e-mail at all", "\u0000@example.org", "a@" + "b" * 240)
    ]

    for answer in answers:
        assert_problem(answer, 401, "wrong_credentials")
    assert len({answer.content for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_signing_out_kills_the_session_for_good(server, asha):
    stolen = asha.browser.cookies["tickfolio"]

    answer = asha.browser.delete("/session")

    assert answer.status_code == 204
    assert 'tickfolio=""' in answer.headers["set-cookie"]
    assert_problem(asha.browser.get("/me"), 401, "unauthenticated")
    assert_problem(server.browser(Cookie=f"tickfolio={stolen}").get("/me"), 401, "unauthenticated")


def test_a_new_password_ends_every_other_session_and_api_token(server, asha):
    other, token = server.browser(), server.token(asha)
    sign_in(other, asha.email)
    stolen = other.cookies["tickfolio"]

    answer = asha.browser.post("/me/password", json={"current_password": PASSWORD, "new_password": NEW_PASSWORD})

    assert answer.status_code == 204
    assert asha.browser.get("/me").status_code == 200
    assert_problem(other.get("/me"), 401, "unauthenticated")
    assert_problem(server.browser(Cookie=f"tickfolio={stolen}").get("/me"), 401, "unauthenticated")
    assert_problem(server.browser(Authorization=f"Bearer {token}").get("/me"), 401, "unauthenticated")
    wrong = server.browser().post("/session", json={"email": asha.email, "password": PASSWORD})
    assert_problem(wrong, 401, "wrong_credentials")
    sign_in(server.browser(), asha.email, NEW_PASSWORD)


def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(server, asha):
    wrong = {"current_password": "not the password", "new_password": NEW_PASSWORD}
    weak = {"current_password": PASSWORD, "new_password": "short"}

    assert_problem(asha.browser.post("/me/password", json=wrong), 401, "wrong_credentials")
    assert_problem(asha.browser.post("/me/password", json=weak), 422, "weak_password", "new_password")
    sign_in(server.browser(), asha.email)


def test_deleting_an_account_deletes_all_that_is_its_and_nothing_of_others(server, asha):
    ben = server.person("Ben")
    lost, kept = make_portfolio(ben), make_portfolio(asha)
    token = server.token(ben)

    refused = ben.browser.request("DELETE", "/me", json={"password": "not the password"})
    answer = ben.browser.request("DELETE", "/me", json={"password": PASSWORD})

    assert_problem(refused, 401, "wrong_credentials")
    assert answer.status_code == 204
    assert_problem(ben.browser.get("/me"), 401, "unauthenticated")
    assert_problem(server.browser(Authorization=f"Bearer {token}").get("/me"), 401, "unauthenticated")
    gone = server.browser().post("/session", json={"email": ben.email, "password": PASSWORD})
    assert_problem(gone, 401, "wrong_credentials")
    assert_problem(asha.browser.get(f"/portfolios/{lost['id']}"), 404, "not_found")
    assert asha.browser.get(f"/portfolios/{kept['id']}").json() == kept


def test_settings_of_ones_own_change_one_by_one(server, asha):
    before = asha.browser.get("/me").json()

    after = asha.browser.patch("/me", json={"base_currency": "EUR", "home_exchange": "XETRA", "name": "Asha Rao"})

    assert after.json() == before | {"base_currency": "EUR", "home_exchange": "XETRA", "name": "Asha Rao"}
    assert asha.browser.get("/me").json() == after.json()
    assert asha.browser.get("/summary").json()["currency"] == "EUR"


@pytest.mark.parametrize(
    ("field", "value"),
    [("base_currency", "inr"), ("base_currency", "₹₹₹"), ("home_exchange", "MOON"), ("locale", "x"), ("name", " ")],
)
def test_a_wrong_setting_is_refused_with_its_field(embedded, field, value):
    asha = embedded.person()
    before = asha.browser.get("/me").json()

    answer = asha.browser.patch("/me", json={field: value})

    assert_problem(answer, 422, "invalid_input", field)
    assert asha.browser.get("/me").json() == before
