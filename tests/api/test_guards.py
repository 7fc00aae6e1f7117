"""Requests of other sites, bodies that are too large or not JSON, and the headers of every answer."""

import itertools
import socket

from tests.api.running import assert_problem, make_portfolio, running

BODY_SIZE_MAX = 1_000_000


def raw(server, request: bytes) -> bytes:
    """What the server answers to these very bytes."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


FOREIGN = [
    None,
    "null",
    "",
    "https://evil.example",
    "{url}.evil.example",
    "{url}@evil.example",
    "http://evil.example/{host}",
    "http://user@{host}",
    "//{host}",
    "{host}",
    "http://[",
]


def test_fault_70_a_request_of_another_site_changes_nothing(embedded):
    asha = embedded.person()
    del asha.browser.headers["Origin"]
    host = embedded.url.removeprefix("http://")

    for origin, method in itertools.product(FOREIGN, ("POST", "PATCH", "PUT", "DELETE", "PROPFIND")):
        headers = {} if origin is None else {"Origin": origin.format(url=embedded.url, host=host)}
        answer = asha.browser.request(method, "/portfolios", json={"name": "Theirs"}, headers=headers)
        assert_problem(answer, 403, "forbidden_origin")

    assert asha.browser.get("/portfolios").json()["items"] == []


def test_fault_70_signing_in_from_another_site_is_refused_too(embedded):
    asha = embedded.person()
    foreign = embedded.browser(Origin="https://evil.example")

    answer = foreign.post("/session", json={"email": asha.email, "password": "x"})

    assert_problem(answer, 403, "forbidden_origin")


def test_the_origin_may_be_the_address_that_people_know(sqlite_url):
    with running(sqlite_url, base_url="https://folio.example.org/") as server:
        body = {"email": "a@example.org", "password": "x"}

        known = server.browser(Origin="https://folio.example.org").post("/session", json=body)
        without_tls = server.browser(Origin="http://folio.example.org").post("/session", json=body)

        assert_problem(known, 401, "wrong_credentials")
        assert_problem(without_tls, 403, "forbidden_origin")


def test_fault_70_json_that_a_form_could_send_is_refused(embedded):
    asha = embedded.person()

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json"):
        answer = asha.browser.post("/portfolios", content=b'{"name": "Theirs"}', headers={"Content-Type": kind})
        assert_problem(answer, 415, "not_json")

    assert asha.browser.get("/portfolios").json()["items"] == []


def test_json_may_say_its_character_set(embedded):
    asha = embedded.person()
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert asha.browser.post("/portfolios", content=b'{"name": "Mine"}', headers=headers).status_code == 201


def test_no_get_writes_anything(embedded):
    """Nothing that a link or a picture of another site asks for may change anything."""
    asha = embedded.person()
    made = make_portfolio(asha)
    paths = embedded.browser().get("/openapi.json").json()["paths"]
    before = asha.browser.get(f"/portfolios/{made['id']}").json()

    for path in paths:
        if path not in {"/api/v1/events", "/api/v1/me/password"} and "get" not in paths[path]:
            answer = asha.browser.get(embedded.url + path.replace("{portfolio_id}", made["id"]))
            assert answer.status_code in {404, 405}, path

    assert asha.browser.get(f"/portfolios/{made['id']}").json() == before


def test_a_body_that_is_too_large_is_refused_by_what_it_announces(embedded):
    asha = embedded.person()

    answer = asha.browser.post("/portfolios", json={"name": "x" * (BODY_SIZE_MAX + 1)})

    assert_problem(answer, 413, "too_large")


def test_a_body_that_grows_too_large_unannounced_is_refused(embedded):
    asha = embedded.person()

    def pieces():
        yield b'{"name": "'
        for _ in range(30):
            yield b"x" * 100_000
        yield b'"}'

    answer = asha.browser.post("/portfolios", content=pieces(), headers={"Content-Type": "application/json"})

    assert_problem(answer, 413, "too_large")


def test_a_head_that_is_too_large_is_refused(embedded):
    answer = raw(embedded, b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 200_000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 4") or answer == b""


def test_odd_paths_are_not_found_or_screens(embedded):
    for path in (b"/api/v1/%00", b"/%ff%fe", b"/api/v1/portfolios/%f0%28%8c", b"//x", b"/%00", b"/" + b"x" * 5000):
        answer = raw(embedded, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ")[1] in {b"200", b"401", b"404"}, answer


def test_the_log_shows_a_path_in_one_line(embedded, capsys):
    embedded.browser().get(embedded.url + "/x%0a2026-01-01%20[info]%20all%20is%20well")

    assert "\n2026-01-01" not in capsys.readouterr().out.replace("\n2026-11", "")


def test_every_answer_carries_the_headers_that_protect(embedded):
    asha = embedded.person()
    for path in ("/", "/healthz", "/api/v1/me", "/api/v1/nothing", "/nothing.js", "/api/v1/openapi.json"):
        headers = asha.browser.get(embedded.url + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe-inline" not in policy, path
        assert "unsafe-eval" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert "server" not in headers, path
    for path in ("/me", "/portfolios"):
        assert asha.browser.get(path).headers["cache-control"] == "no-store"
    refused = embedded.browser(Origin="https://evil.example").post("/session", json={})
    assert "content-security-policy" in refused.headers
