"""Sources of one's own through HTTP: tried, written down, asked in the background, and nobody else's business."""

import logging

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, running, wait_until
from tests.providers.misbehaving import RawServer, says

FLAT = {"symbol": "Flat in Pune", "exchange": "MANUAL", "asset_type": "BOND", "quantity": "1", "avg_buy_price": "100"}
PUBLIC = "https://example.org/flat.json?key=hunter2"

pytestmark = pytest.mark.enable_socket


class Flat:
    """Somebody's flat, bought for 100."""

    def __init__(self, person):
        self.browser = person.browser
        self.id = add_holding(person, make_portfolio(person)["id"], **FLAT)["instrument"]["id"]
        self.path = f"/instruments/{self.id}/own-source"

    def put(self, url=PUBLIC, price_path="price", browser=None, **more):
        body = {"url": url, "format": "json", "price_path": price_path} | more
        return (browser or self.browser).put(self.path, json=body)

    def try_out(self, url, price_path="price", **more):
        answer = self.browser.post(
            f"{self.path}/try", json={"url": url, "format": "json", "price_path": price_path} | more
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask_until(self, happened, url, **more):
        """Gives the address until it was asked: a wish while another one is fulfilled waits for the next refresh."""
        wait_until(lambda: happened() or (self.put(url, **more).raise_for_status() and False))

    def price(self):
        answer = self.browser.get(f"/instruments/{self.id}").json()
        return answer["last_price"], answer["price"] and (answer["price"]["status"], answer["price"]["source"])


def test_an_address_is_written_down_shown_and_taken_back(server):
    flat = Flat(server.person())
    nothing = {"source": None, "on": True, "failure": None, "failing_since": None}
    assert flat.browser.get(flat.path).json() == nothing

    put = flat.put(date_path="on", currency="INR")

    assert put.status_code == 200, put.text
    source = put.json()["source"]
    assert source == {
        "url": PUBLIC,
        "format": "json",
        "price_path": "price",
        "date_path": "on",
        "currency": "INR",
        "created_at": source["created_at"],
    }
    assert flat.browser.get(flat.path).json() == put.json()
    assert flat.browser.delete(flat.path).status_code == 204
    assert flat.browser.get(flat.path).json() == nothing
    assert_problem(flat.browser.delete(flat.path), 404, "not_found")


def test_it_is_asked_in_the_background(sqlite_url):
    with (
        RawServer(says(body=b'{"price": "123.45", "on": "2026-01-05"}')) as there,
        running(sqlite_url, works=True, own_source_hosts="127.0.0.1", providers="own") as server,
    ):
        flat = Flat(server.person())

        flat.ask_until(lambda: flat.price()[0], there.url, date_path="on")

        # of a Monday of long ago: it is old since the end of the Tuesday after it
        assert flat.price() == ("123.45", ("close", "own"))
        shown = flat.browser.get(f"/instruments/{flat.id}").json()["price"]
        assert (shown["as_of"], shown["stale_at"]) == ("2026-01-05T12:00:00Z", "2026-01-07T00:00:00Z")


def test_a_try_shows_the_price_or_precisely_why_not(sqlite_url):
    with (
        RawServer(says(body=b'{"price": "123.45", "on": "2026-01-05", "at": 1767571200}')) as there,
        running(sqlite_url, own_source_hosts="127.0.0.1") as server,
    ):
        flat = Flat(server.person())
        empty = {"price": None, "currency": "INR", "date": None, "at": None, "failure": None}

        assert flat.try_out(there.url) == empty | {"price": "123.45"}
        assert flat.try_out(there.url, date_path="on") == empty | {"price": "123.45", "date": "2026-01-05"}
        # 1767571200 s = 20,458 days, which end on 2026-01-05
        assert flat.try_out(there.url, date_path="at") == empty | {"price": "123.45", "at": "2026-01-05T00:00:00Z"}
        assert flat.try_out(there.url, "data.0.price")["failure"] == {
            "code": "path_not_found",
            "message": "Nothing at data: there is an object with price, on, at.",
            "where": "data",
            "found": "there is an object with price, on, at",
            "status": None,
        }
        assert flat.browser.get(flat.path).json()["source"] is None
        assert flat.price() == (None, None)


def test_fault_21_this_machine_is_refused_where_the_operator_does_not_name_it(embedded):
    flat = Flat(embedded.person())
    with RawServer(says(body=b'{"price": 5}')) as there:
        assert_problem(flat.put(there.url), 422, "invalid_input", "url")
        named = flat.try_out(there.url.replace("127.0.0.1", "localhost"))

    assert named["failure"]["code"] == "address_not_allowed"
    assert "secret" not in named["failure"]["message"]
    assert there.requests == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "https://me:hunter2@example.org/", "https://example.org:22/", ""]
)
def test_what_can_be_no_address_is_refused(embedded, url):
    answer = Flat(embedded.person()).put(url)

    assert_problem(answer, 422, "invalid_input", "url")
    assert "hunter2" not in answer.text


def test_what_is_no_path_or_no_currency_is_refused(embedded):
    flat = Flat(embedded.person())

    assert_problem(flat.put(price_path="a["), 422, "invalid_input", "price_path")
    assert_problem(flat.put(date_path="a..b"), 422, "invalid_input", "date_path")
    assert_problem(flat.put(format="xml"), 422, "invalid_input", "format")
    assert_problem(flat.put(currency="USD"), 422, "currency_mismatch", "currency")


def test_what_a_source_prices_has_none(embedded):
    asha = embedded.person()
    infy = add_holding(asha, make_portfolio(asha)["id"])["instrument"]["id"]
    path = f"/instruments/{infy}/own-source"

    assert_problem(asha.browser.get(path), 403, "not_priced_by_hand")
    assert_problem(asha.browser.delete(path), 403, "not_priced_by_hand")


def test_nobody_else_sees_or_changes_it(server):
    flat, other = Flat(server.person("Owner")), server.person("Other")
    flat.put()

    for answer in (other.browser.get(flat.path), other.browser.delete(flat.path), flat.put(browser=other.browser)):
        assert_problem(answer, 404, "not_found")
        assert "example.org" not in answer.text
    assert flat.browser.get(flat.path).json()["source"]["url"] == PUBLIC


def test_one_may_try_only_so_often(embedded):
    flat = Flat(embedded.person())
    body = {"url": "http://localhost/", "format": "csv", "price_path": "Close"}

    answers = [flat.browser.post(f"{flat.path}/try", json=body) for _ in range(21)]

    # ten a minute, and the minute may have turned once meanwhile
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert_problem(refused[0], 429, "rate_limited")
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60


def test_no_log_has_what_stands_behind_the_host(sqlite_url, caplog, capfd):
    with (
        caplog.at_level(logging.DEBUG),
        RawServer(says("500 Oops")) as there,
        running(sqlite_url, works=True, own_source_hosts="127.0.0.1", providers="own") as server,
    ):
        flat = Flat(server.person())
        flat.ask_until(lambda: flat.browser.get(flat.path).json()["failure"] == "transient", there.url)
        flat.try_out(there.url)

    out, err = capfd.readouterr()
    assert b"key=secret" in there.requests[0]
    assert "key=secret" not in caplog.text + out + err
