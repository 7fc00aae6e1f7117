"""Each error that the API can give: its status, its stable code, and the members that a problem has."""

import pytest

from tests.api.running import PASSWORD, a_trade, add_holding, assert_problem, make_portfolio, running, trade
from tickfolio.api.problems import PROBLEMS
from tickfolio.domain import errors

HOLDING = {"asset_type": "STOCK", "symbol": "INFY", "exchange": "NSE", "quantity": "10", "avg_buy_price": "1400"}


class Scene:
    """Somebody with a portfolio: a plain holding of INFY, ten TCS bought, and what can go wrong with them."""

    def __init__(self, server):
        self.server = server
        self.asha, self.ben = server.person("Asha"), server.person("Ben")
        self.portfolio = make_portfolio(self.asha)
        self.path = f"/portfolios/{self.portfolio['id']}"
        self.holding = add_holding(self.asha, self.portfolio["id"])
        self.bought = trade(self.asha, self.portfolio["id"], symbol="TCS", traded_on="2026-02-02")

    def ask(self, method, path, body=None, *, by=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (by or self.asha).browser.request(method, path.format(path=self.path), json=body, headers=named)


@pytest.fixture
def scene(server):
    return Scene(server)


def test_what_is_asked_wrongly(scene):
    holdings, rows = f"{scene.path}/holdings", f"{scene.path}/transactions"
    as_json = {"Content-Type": "application/json"}
    browser = scene.asha.browser

    assert_problem(browser.post("/portfolios", content=b"{", headers=as_json), 400, "not_json")
    assert_problem(browser.post("/portfolios", content=b"\xff", headers=as_json), 400, "not_json")
    assert_problem(browser.post("/portfolios", content=b"", headers=as_json), 422, "invalid_input", "body")
    assert_problem(browser.post("/portfolios", content=b"[]", headers=as_json), 422, "invalid_input", "body")
    assert_problem(scene.ask("GET", "/nothing"), 404, "not_found")
    assert_problem(scene.ask("POST", "/nothing", {}), 404, "not_found")
    assert_problem(scene.ask("GET", "/portfolios/"), 404, "not_found")
    assert_problem(scene.ask("GET", "/portfolios/0198a5c2"), 404, "not_found")
    assert_problem(scene.ask("POST", holdings, HOLDING | {"symbol": ""}), 422, "invalid_input", "symbol")
    assert_problem(
        scene.ask("POST", holdings, {}), 422, "invalid_input", "asset_type", "symbol", "quantity", "avg_buy_price"
    )
    assert_problem(scene.ask("POST", holdings, HOLDING | {"exchange": "MOON"}), 422, "unknown_exchange", "currency")
    assert_problem(scene.ask("POST", holdings, HOLDING | {"currency": "USD"}), 422, "currency_mismatch", "currency")
    assert_problem(scene.ask("POST", rows, a_trade(traded_on="2199-01-01")), 422, "invalid_input", "traded_on")
    for limit in ("0", "-1", "201", "x", "1e3", "9" * 30):
        assert_problem(scene.ask("GET", f"/portfolios?limit={limit}"), 422, "invalid_input", "limit")


def test_a_method_that_a_path_does_not_have(embedded):
    asha = embedded.person()

    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = asha.browser.request(method, "/portfolios")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"]
    assert asha.browser.head("/portfolios").status_code == 405


def test_fault_62_selling_more_than_is_held_names_the_first_day(scene):
    # 10 TCS are held from 2026-02-02 on. 11 are sold on the 5th, one too many.
    rows = f"{scene.path}/transactions"

    too_many = scene.ask("POST", rows, a_trade("SELL", "TCS", quantity="11", traded_on="2026-02-05"))
    too_early = scene.ask("POST", rows, a_trade("SELL", "TCS", quantity="0.5", traded_on="2026-02-01"))

    body = assert_problem(too_many, 409, "oversold", "quantity")
    assert (body["symbol"], body["sold"], body["held"], body["on"]) == ("TCS", "11", "10", "2026-02-05")
    body = assert_problem(too_early, 409, "oversold", "quantity")
    assert (body["sold"], body["held"], body["on"]) == ("0.5", "0", "2026-02-01")


def test_fault_62_a_demerger_of_what_is_not_held_says_so(scene):
    # the 10 TCS are held from 2026-02-02 on
    demerger = {
        "type": "DEMERGER",
        "traded_on": "2026-02-01",
        "asset_type": "STOCK",
        "exchange": "NSE",
        "symbol": "TCS",
        "to_symbol": "NEW",
        "to_quantity": "5",
        "cost_pct": "10",
    }

    body = assert_problem(scene.ask("POST", f"{scene.path}/transactions", demerger), 409, "nothing_held", "traded_on")

    assert body["detail"] == "TCS: nothing held to demerge on 2026-02-01"
    assert (body["symbol"], body["sold"], body["held"], body["on"]) == ("TCS", "0", "0", "2026-02-01")


def test_fault_62_a_later_balance_is_looked_after_too(scene):
    # Held: 10 from 02-02. Sold 8 on 02-10 leaves 2. Another sale of 3 on 02-05 leaves 7, and then 8 are too many
    # on 02-10; so is the first sale when the purchase goes, or becomes 7.
    rows = f"{scene.path}/transactions"
    trade(scene.asha, scene.portfolio["id"], "SELL", "TCS", quantity="8", traded_on="2026-02-10")
    before = scene.ask("GET", f"{scene.path}/summary").content

    back_dated = scene.ask("POST", rows, a_trade("SELL", "TCS", quantity="3", traded_on="2026-02-05"))
    deleted = scene.ask("DELETE", f"/transactions/{scene.bought['id']}", If_Match='"1"')
    changed = scene.ask("PATCH", f"/transactions/{scene.bought['id']}", {"quantity": "7"}, If_Match='"1"')
    moved = scene.ask("PATCH", f"/transactions/{scene.bought['id']}", {"traded_on": "2026-02-11"}, If_Match='"1"')

    for answer, held in ((back_dated, "7"), (deleted, "0"), (changed, "7"), (moved, "0")):
        body = assert_problem(answer, 409, "oversold", "quantity")
        assert (body["sold"], body["held"], body["on"]) == ("8", held, "2026-02-10")
    assert scene.ask("GET", f"{scene.path}/summary").content == before


def test_what_clashes(scene):
    holdings = f"{scene.path}/holdings"
    trade(scene.asha, scene.portfolio["id"], symbol="SBIN")
    sbin = next(one for one in scene.ask("GET", holdings).json()["items"] if one["instrument"]["symbol"] == "SBIN")

    assert_problem(scene.ask("POST", holdings, HOLDING), 409, "holding_exists")
    for method, body in (("PATCH", {"quantity": "1"}), ("DELETE", None)):
        answer = scene.ask(method, f"/holdings/{sbin['id']}", body, If_Match=f'"{sbin["version"]}"')
        assert_problem(answer, 409, "holding_has_transactions")
    taken = scene.server.browser().post("/users", json={"name": "A", "email": scene.ben.email, "password": PASSWORD})
    assert_problem(taken, 409, "email_taken")


def test_fault_57_a_change_says_what_it_changes(scene):
    things = {
        scene.path: {"name": "Renamed"},
        f"/holdings/{scene.holding['id']}": {"quantity": "11"},
        f"/transactions/{scene.bought['id']}": {"quantity": "11"},
    }
    for path, body in things.items():
        for method, sent in (("PATCH", body), ("DELETE", None)):
            assert_problem(scene.ask(method, path, sent), 428, "version_required")
            for tag in ('"999"', "1", '"x"', "*", '""', '"-1"', '"١"', '"1"' * 100, '"99999999999999999999"', "é"):
                answer = scene.ask(method, path, sent, If_Match=tag.encode())
                assert_problem(answer, 412, "version_mismatch")


def test_who_may_not(scene):
    assert_problem(scene.server.browser().get("/me"), 401, "unauthenticated")
    assert_problem(scene.ask("POST", "/prices/refresh", by=scene.ben), 403, "administrator_only")
    assert_problem(scene.ask("PATCH", "/providers/demo", {"on": False}, by=scene.ben), 403, "administrator_only")
    assert_problem(scene.ask("PATCH", "/providers/yahoo", {"on": True}), 403, "terms_not_accepted")
    assert_problem(scene.ask("PATCH", "/providers/nothing", {"on": True}), 404, "not_found")
    assert_problem(scene.ask("POST", "/session", {}, Origin="https://evil.example"), 403, "forbidden_origin")


def test_what_the_environment_decides_the_page_cannot(sqlite_url):
    with running(sqlite_url, providers="demo") as server:
        answer = server.person().browser.patch("/providers/amfi", json={"on": True})

        assert_problem(answer, 409, "setting_fixed")


def test_what_comes_too_often(sqlite_url, clock):
    with running(sqlite_url, clock=clock, refresh_cooldown_seconds=60) as server:
        asha = server.person()
        first = asha.browser.post("/prices/refresh")
        # Nothing works here, so the first run waits, and whoever asks meanwhile gets that one.
        waiting = asha.browser.post("/prices/refresh")

        assert first.status_code == waiting.status_code == 202
        assert first.json() == waiting.json()


def test_a_key_that_came_with_another_request(scene):
    scene.ask("POST", "/portfolios", {"name": "One"}, Idempotency_Key="k-1")

    answer = scene.ask("POST", "/portfolios", {"name": "Two"}, Idempotency_Key="k-1")

    assert_problem(answer, 422, "idempotency_key_reused")
    for key in ("", "a b", "é", "x" * 201):
        answer = scene.ask("POST", "/portfolios", {"name": "Three"}, Idempotency_Key=key.encode())
        assert_problem(answer, 422, "invalid_input", "Idempotency-Key")


def test_fault_43_a_database_that_is_gone_is_503_and_says_when_to_come_back(postgres_url, postgres_server):
    with running(postgres_url) as server:
        asha = server.person()
        portfolio = make_portfolio(asha)
        name = postgres_url.rpartition("/")[2]
        with postgres_server.connect() as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            try:
                for path in ("/me", f"/portfolios/{portfolio['id']}/summary", f"/portfolios/{portfolio['id']}"):
                    answer = asha.browser.get(path)
                    assert_problem(answer, 503, "unavailable")
                    assert int(answer.headers["retry-after"]) > 0
                written = asha.browser.post("/portfolios", json={"name": "Lost?"})
                assert_problem(written, 503, "unavailable")
                assert_problem(server.browser().get(f"{server.url}/readyz"), 503, "unavailable")
                assert server.browser().get(f"{server.url}/healthz").status_code == 200
            finally:
                connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

        assert asha.browser.get("/portfolios").json()["items"] == [portfolio]
        assert server.browser().get(f"{server.url}/readyz").json() == {"database": "postgresql", "ready": True}


def test_every_error_class_has_its_status_and_no_two_share_a_code():
    def below(kind):
        return [kind, *(one for child in kind.__subclasses__() for one in below(child))]

    classes = [one for one in below(errors.TickfolioError) if one.__module__ == errors.__name__]

    assert set(classes) == set(PROBLEMS)
    assert len({one.code for one in classes}) == len(classes)
