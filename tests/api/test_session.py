"""Who asks: cookies, tokens and addresses; and how often a password may be tried, through HTTP."""

from tests.api.running import PASSWORD, assert_problem, running, sign_in

WRONG = "not the password at all"
VICTIM, ATTACKER = "198.51.100.7", "203.0.113.66"


def cookie_of(answer):
    name, _, rest = answer.headers["set-cookie"].partition("=")
    return name, {part.strip().lower() for part in rest.split(";")[1:]}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server, asha):
    answer = server.browser().post("/session", json={"email": asha.email, "password": PASSWORD})

    name, attributes = cookie_of(answer)
    assert name == "tickfolio"
    assert {"httponly", "samesite=lax", "path=/", f"max-age={30 * 86_400}"} <= attributes
    assert "secure" not in attributes
    assert answer.json().keys() == {"user", "expires_at"}


def test_under_tls_the_cookie_is_held_to_this_host(sqlite_url):
    with running(sqlite_url, base_url="https://folio.example.org") as server:
        browser = server.browser(Origin="https://folio.example.org")
        form = {"email": "asha@example.org", "password": PASSWORD}
        browser.post("/users", json=form | {"name": "Asha"})

        answer = browser.post("/session", json=form)

        name, attributes = cookie_of(answer)
        assert name == "__Host-tickfolio"
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)
        assert answer.headers["strict-transport-security"]
        token = answer.cookies["__Host-tickfolio"]
        assert server.browser(Cookie=f"__Host-tickfolio={token}").get("/me").status_code == 200
        # The plain name is one that a neighbouring host could plant.
        assert_problem(server.browser(Cookie=f"tickfolio={token}").get("/me"), 401, "unauthenticated")


def test_odd_cookies_of_neighbours_sign_nobody_out(embedded):
    token = embedded.person().browser.cookies["tickfolio"]

    for neighbour in ('prefs={"theme":"dark","list":[1,2]}', "a b=c", "=x", "é=1", 'open="', "plain"):
        browser = embedded.browser(Cookie=f"{neighbour}; tickfolio={token}; {neighbour}".encode())
        assert browser.get("/me").status_code == 200, neighbour


def test_nobody_gets_in_with_anything_but_a_token(server):
    odd = [
        {},
        {"Cookie": "tickfolio="},
        {"Cookie": "tickfolio=" + "x" * 5000},
        {"Cookie": b"tickfolio=\xff\xfe"},
        {"Cookie": "tickfolio=' OR 1=1 --"},
        {"Authorization": "Bearer " + "y" * 5000},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Authorization": "Basic YXNoYTpwYXNzd29yZA=="},
        {"Authorization": "Bearer"},
    ]
    for headers in odd:
        answer = server.browser(**headers).get("/me")

        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"]


def test_an_api_token_works_without_an_origin_and_wins_over_a_cookie(server, asha):
    ben = server.person("Ben")
    token = server.token(ben)

    browser = server.browser(Origin="https://elsewhere.example", Authorization=f"Bearer {token}")
    made = browser.post("/portfolios", json={"name": "By token"})
    browser.cookies.set("tickfolio", asha.browser.cookies["tickfolio"])

    assert made.status_code == 201
    assert browser.get("/me").json()["id"] == ben.id
    bad = server.browser(Authorization="Bearer wrong", Cookie=f"tickfolio={asha.browser.cookies['tickfolio']}")
    assert_problem(bad.get("/me"), 401, "unauthenticated")


def test_a_session_ends_with_its_time(sqlite_url, clock):
    with running(sqlite_url, clock=clock, session_days=1) as server:
        asha = server.person()
        clock.advance(86_400 - 1)
        last = asha.browser.get("/me")
        clock.advance(1)

        # The browser goes by a clock of its own, so its copy of the cookie is sent by hand.
        over = server.browser(Cookie=f"tickfolio={asha.browser.cookies['tickfolio']}").get("/me")

        assert last.status_code == 200
        assert_problem(over, 401, "unauthenticated")


def test_fault_69_the_sixth_wrong_password_waits_even_when_it_is_right(server, asha):
    asha.browser.delete("/session")
    browser = server.browser()
    for _ in range(5):
        wrong = browser.post("/session", json={"email": asha.email, "password": WRONG})
        assert_problem(wrong, 401, "wrong_credentials")

    right = browser.post("/session", json={"email": asha.email, "password": PASSWORD})

    assert_problem(right, 429, "rate_limited")
    assert 0 < int(right.headers["retry-after"]) <= 15 * 60


def test_fault_69_guessing_is_as_limited_for_an_unknown_e_mail(server, asha):
    tries = [
        [server.browser().post("/session", json={"email": email, "password": WRONG}) for _ in range(6)]
        for email in (asha.email, "nobody@example.org")
    ]

    assert [[one.status_code for one in row] for row in tries] == [[401] * 5 + [429]] * 2


def test_fault_69_an_attacker_elsewhere_does_not_lock_the_victim_out(database_url):
    with running(database_url, trusted_proxies="127.0.0.1/32") as server:
        victim = server.person("Asha", X_Forwarded_For=VICTIM)
        attacker = server.browser(X_Forwarded_For=ATTACKER)
        for _ in range(5):
            attacker.post("/session", json={"email": victim.email, "password": WRONG})

        blocked = attacker.post("/session", json={"email": victim.email, "password": PASSWORD})

        assert_problem(blocked, 429, "rate_limited")
        sign_in(server.browser(X_Forwarded_For=VICTIM), victim.email)


def test_fault_69_a_forged_address_does_not_make_a_new_attacker(server, asha):
    """Nobody declared a proxy, so whatever the header says, all tries come from one address."""
    answers = [
        server.browser(X_Forwarded_For=f"203.0.113.{number}").post(
            "/session", json={"email": asha.email, "password": WRONG}
        )
        for number in range(6)
    ]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_fault_69_what_a_client_wrote_before_the_proxy_does_not_count(sqlite_url):
    with running(sqlite_url, trusted_proxies="127.0.0.1") as server:
        asha = server.person()
        answers = [
            server.browser(X_Forwarded_For=f"203.0.113.{number}, {ATTACKER}").post(
                "/session", json={"email": asha.email, "password": WRONG}
            )
            for number in range(6)
        ]

        assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_odd_addresses_from_a_proxy_are_only_addresses(database_url):
    with running(database_url, trusted_proxies="127.0.0.1") as server:
        for address in (
            "",
            ",",
            "unknown",
            "::1",
            "[2001:db8::1]:443",
            "x" * 500,
            "fe80::1%eth0",
            "é".encode("latin-1"),
        ):
            server.person("Asha", X_Forwarded_For=address)


def test_many_sign_ups_from_one_address_wait(embedded):
    answers = [
        embedded.browser().post("/users", json={"name": "A", "email": f"a{number}@example.org", "password": PASSWORD})
        for number in range(11)
    ]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert_problem(answers[-1], 429, "rate_limited")
