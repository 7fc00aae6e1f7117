"""Fault 68: every route of the API, asked by everybody whom it does not concern.

The table below says of each route whom it serves. A route that is not in it fails the test.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.running import PASSWORD, a_trade, add_holding, hold_price, make_portfolio, sign_in, trade
from tickfolio.api.app import make_routes

MARK = "zebra"


@dataclass(frozen=True, slots=True)
class Route:
    """Whom a route serves: `anybody`, who is `signed_in` (and then about themselves), the `administrator`, an `owner`.

    `version` is the kind of thing whose If-Match the request carries.
    """

    serves: str
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    version: str | None = None
    answers: int = 200


A_HOLDING = {"asset_type": "STOCK", "symbol": "TCS", "exchange": "NSE", "quantity": "1", "avg_buy_price": "1"}
PORTFOLIO, HOLDING, TRANSACTION = (
    "/api/v1/portfolios/{portfolio_id}",
    "/api/v1/holdings/{holding_id}",
    "/api/v1/transactions/{transaction_id}",
)
INSTRUMENT = "/api/v1/instruments/{instrument_id}"
MARKET = "/api/v1/markets/{exchange}"
AN_ACTION = {"kind": "DIVIDEND", "ex_on": "2026-02-02", "amount": "1.50"}
AN_ADDRESS = {"url": "http://zebra.invalid/price.json", "format": "json", "price_path": "price"}
# What there is on the desk belongs to nobody; its own tests show that it works for the administrator.
PROPOSAL = "/api/v1/desk/{proposal_id}"
A_PROPOSAL = {"kind": "SPLIT", "instrument_id": "none", "ex_on": "2026-02-02", "ratio": "2:1"}
# In the order in which the owner can do all of it.
ROUTES = {
    ("get", "/healthz"): Route("anybody"),
    ("get", "/readyz"): Route("anybody"),
    ("get", "/metrics"): Route("anybody"),
    ("get", "/api/v1/server"): Route("anybody"),
    ("post", "/api/v1/users"): Route("anybody"),
    ("post", "/api/v1/session"): Route("anybody"),
    ("get", "/api/v1/me"): Route("signed_in"),
    ("patch", "/api/v1/me"): Route("signed_in", {"name": "Somebody"}),
    ("post", "/api/v1/me/password"): Route("signed_in", {"current_password": "x", "new_password": "y"}, answers=401),
    ("get", "/api/v1/users"): Route("administrator"),
    ("delete", "/api/v1/users/{user_id}"): Route("administrator", {"password": PASSWORD}, answers=204),
    ("get", "/api/v1/sessions"): Route("signed_in"),
    ("delete", "/api/v1/sessions"): Route("signed_in", answers=204),
    ("delete", "/api/v1/sessions/{session_id}"): Route("owner", answers=204),
    ("get", "/api/v1/portfolios"): Route("signed_in"),
    ("post", "/api/v1/portfolios"): Route("signed_in", {"name": "Plain"}, answers=201),
    ("post", "/api/v1/sample"): Route("signed_in", answers=201),
    ("get", "/api/v1/summary"): Route("signed_in"),
    ("get", "/api/v1/performance"): Route("signed_in", query={"holdings": "true"}),
    ("get", "/api/v1/explain"): Route("signed_in", query={"figure": "current_value"}),
    ("get", "/api/v1/instruments"): Route("signed_in", query={"q": MARK}),
    ("get", "/api/v1/health"): Route("signed_in"),
    ("get", "/api/v1/prices/status"): Route("signed_in"),
    ("get", "/api/v1/markets"): Route("signed_in"),
    ("put", f"{MARKET}/days/{{day}}"): Route("administrator", {"kind": "closed", "name": "Holi"}),
    ("delete", f"{MARKET}/days/{{day}}"): Route("administrator"),
    ("put", f"{MARKET}/hours"): Route("administrator", {"since": "2026-02-02", "opens": "10:00", "closes": "15:00"}),
    ("delete", f"{MARKET}/hours/{{since}}"): Route("administrator"),
    ("get", "/api/v1/prices/runs"): Route("signed_in"),
    ("get", "/api/v1/prices/histories"): Route("signed_in"),
    ("get", "/api/v1/providers"): Route("signed_in"),
    ("get", "/api/v1/providers/order"): Route("signed_in"),
    ("put", "/api/v1/providers/order"): Route("administrator", {"asset_type": "STOCK", "names": ["nse", "yahoo"]}),
    ("put", "/api/v1/providers/{name}/quota"): Route("administrator", {"minute": 300, "day": None}),
    ("get", "/api/v1/events"): Route("signed_in"),
    ("post", "/api/v1/prices/refresh"): Route("administrator", answers=202),
    ("get", "/api/v1/prices/files"): Route("administrator"),
    ("post", "/api/v1/prices/files/{source}/accept"): Route("administrator"),
    ("patch", "/api/v1/providers/{name}"): Route("administrator", {"on": True}),
    ("get", PORTFOLIO): Route("owner"),
    ("get", f"{PORTFOLIO}/summary"): Route("owner"),
    ("get", f"{PORTFOLIO}/health"): Route("owner"),
    ("get", f"{PORTFOLIO}/performance"): Route("owner"),
    ("get", f"{PORTFOLIO}/explain"): Route("owner", query={"figure": "current_value"}),
    ("get", f"{PORTFOLIO}/holdings"): Route("owner"),
    ("get", f"{PORTFOLIO}/transactions"): Route("owner"),
    ("get", f"{HOLDING}/lots"): Route("owner"),
    ("get", "/api/v1/instruments/{instrument_id}"): Route("owner"),
    ("get", "/api/v1/instruments/{instrument_id}/prices"): Route("owner"),
    ("get", f"{INSTRUMENT}/closes"): Route("owner"),
    ("get", f"{INSTRUMENT}/history"): Route("owner"),
    ("get", f"{INSTRUMENT}/aliases"): Route("owner"),
    ("post", f"{INSTRUMENT}/aliases"): Route("owner", {"kind": "symbol", "value": "OTHER"}, answers=201),
    ("delete", f"{INSTRUMENT}/aliases/{{alias_id}}"): Route("owner", answers=204),
    ("post", f"{INSTRUMENT}/history"): Route("owner", answers=202),
    ("get", f"{INSTRUMENT}/verdicts"): Route("owner"),
    ("post", f"{INSTRUMENT}/held-price"): Route("owner", {"accept": True}),
    ("put", f"{INSTRUMENT}/prices/{{date}}"): Route("owner", {"price": "9.50"}),
    ("delete", f"{INSTRUMENT}/prices/{{date}}"): Route("owner", answers=204),
    ("get", f"{INSTRUMENT}/own-source"): Route("owner"),
    ("put", f"{INSTRUMENT}/own-source"): Route("owner", AN_ADDRESS),
    ("post", f"{INSTRUMENT}/own-source/try"): Route("owner", AN_ADDRESS),
    ("delete", f"{INSTRUMENT}/own-source"): Route("owner", answers=204),
    ("get", f"{INSTRUMENT}/actions"): Route("owner"),
    ("post", f"{INSTRUMENT}/actions"): Route("owner", AN_ACTION | {"ex_on": "2026-02-03"}, answers=201),
    ("delete", f"{INSTRUMENT}/actions/{{action_id}}"): Route("owner", answers=204),
    ("get", f"{PORTFOLIO}/suggested-dividends"): Route("owner"),
    ("post", f"{PORTFOLIO}/suggested-dividends/{{action_id}}"): Route("owner", {}, answers=404),
    ("delete", f"{PORTFOLIO}/suggested-dividends/{{action_id}}"): Route("owner", answers=404),
    ("get", f"{PORTFOLIO}/proposals"): Route("owner"),
    ("get", "/api/v1/desk"): Route("administrator"),
    ("post", "/api/v1/desk"): Route("administrator", A_PROPOSAL, answers=404),
    ("get", f"{PROPOSAL}/preview"): Route("administrator", answers=404),
    ("post", f"{PROPOSAL}/apply"): Route("administrator", {}, answers=404),
    ("post", f"{PROPOSAL}/undo"): Route("administrator", answers=404),
    ("post", f"{PROPOSAL}/dismiss"): Route("administrator", {}, answers=404),
    ("post", f"{PROPOSAL}/reopen"): Route("administrator", answers=404),
    ("post", f"{PORTFOLIO}/holdings"): Route("owner", A_HOLDING, answers=201),
    ("post", f"{PORTFOLIO}/transactions"): Route("owner", a_trade(), answers=201),
    ("patch", HOLDING): Route("owner", {"quantity": "3"}, version="holding"),
    ("delete", HOLDING): Route("owner", version="holding", answers=204),
    ("patch", TRANSACTION): Route("owner", {"quantity": "4"}, version="transaction"),
    ("delete", TRANSACTION): Route("owner", version="transaction", answers=204),
    ("patch", PORTFOLIO): Route("owner", {"name": "Renamed"}, version="portfolio"),
    ("delete", PORTFOLIO): Route("owner", version="portfolio", answers=204),
    ("delete", "/api/v1/me"): Route("signed_in", {"password": "x"}, answers=401),
    ("delete", "/api/v1/session"): Route("signed_in", answers=204),
}
DOCUMENTED = [
    (method, path)
    for path, operations in make_routes().openapi()["paths"].items()
    for method in operations
    if method != "parameters"
]


class Estate:
    """What one person owns, and the requests that aim at it."""

    def __init__(self, server, owner):
        self.server, self.owner = server, owner
        self.portfolio = make_portfolio(owner, f"{MARK} fund")
        manual = {"symbol": f"{MARK} house", "exchange": "MANUAL", "asset_type": "BOND"}
        self.holding = add_holding(owner, self.portfolio["id"], **manual)
        self.transaction = trade(owner, self.portfolio["id"], symbol="HDFCBANK", note=f"{MARK} note")
        self.instrument = self.holding["instrument"]
        said = owner.browser.post(f"/instruments/{self.instrument['id']}/actions", json=AN_ACTION)
        self.action = said.json()
        names = f"/instruments/{self.instrument['id']}/aliases"
        self.alias = owner.browser.post(names, json={"kind": "code", "value": "500001"}).json()
        hold_price(server, self.instrument["id"], "77")
        # Where the owner is signed in as well, and somebody else to be removed.
        sign_in(server.browser(), owner.email)
        self.session = next(one for one in owner.browser.get("/sessions").json()["items"] if not one["current"])
        self.guest = server.person("Guest")

    def ask(self, person, method, path):
        route, ids = ROUTES[method, path], {"name": "demo", "source": "demo"}
        if path.endswith("/quota"):  # the demo market has none
            ids["name"] = "finnhub"
        things = {"portfolio": self.portfolio, "holding": self.holding, "transaction": self.transaction}
        ids |= {f"{kind}_id": thing["id"] for kind, thing in things.items()} | {"instrument_id": self.instrument["id"]}
        ids |= {"alias_id": self.alias["id"]}
        ids |= {"action_id": self.action["id"], "date": "2026-02-02", "exchange": "NSE"}
        ids |= {"proposal_id": "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c11"}
        ids |= {"day": "2026-02-02", "since": "2026-02-02"}
        ids |= {"session_id": self.session["id"], "user_id": self.guest.id}
        headers = {"If-Match": self.version(route.version)} if route.version else {}
        url = self.server.url + path.format(**ids)
        return person.request(method, url, json=route.body, params=route.query, headers=headers)

    def version(self, kind):
        """The current ETag, so that nothing but the owner stands in the way."""
        browser, portfolio_id = self.owner.browser, self.portfolio["id"]
        if kind == "portfolio":
            return browser.get(f"/portfolios/{portfolio_id}").headers["ETag"]
        rows = browser.get(f"/portfolios/{portfolio_id}/{kind}s").json()["items"]
        wanted = (self.holding if kind == "holding" else self.transaction)["id"]
        return next(f'"{row["version"]}"' for row in rows if row["id"] == wanted)

    def state(self):
        """Everything that the owner sees, byte for byte."""
        paths = ["/me", "/portfolios", f"/portfolios/{self.portfolio['id']}/holdings"]
        paths += [f"/portfolios/{self.portfolio['id']}/{part}" for part in ("transactions", "summary")]
        return [self.owner.browser.get(path).content for path in paths]

    def is_in(self, answer):
        ids = [thing["id"] for thing in (self.portfolio, self.holding, self.transaction, self.instrument, self.session)]
        seen = answer.text + str(answer.headers)
        return MARK in seen.casefold() or self.owner.email in seen or any(one in seen for one in (*ids, self.owner.id))


def test_every_documented_route_is_in_the_table():
    assert set(DOCUMENTED) == set(ROUTES)


def test_fault_68_nobody_but_the_owner_gets_or_changes_anything(server):
    administrator = server.person("Admin")
    owner, other, leaver = server.person("Owner"), server.person("Other"), server.person("Leaver")
    estate = Estate(server, owner)
    before = estate.state()
    nobody = server.browser()
    strangers = {"administrator": administrator, "other": other}

    for method, path in DOCUMENTED:
        route = ROUTES[method, path]
        if route.serves == "anybody":
            continue
        answer = estate.ask(nobody, method, path)
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.json()["code"] == "unauthenticated"
        assert not estate.is_in(answer), (method, path)
        if route.serves == "owner":
            for name, stranger in strangers.items():
                answer = estate.ask(stranger.browser, method, path)
                assert answer.status_code == 404, (name, method, path, answer.text)
                assert answer.json()["code"] == "not_found"
                assert not estate.is_in(answer), (name, method, path)
                # A thing that is not there is answered in the same words: nothing tells that this one is.
                missing = answer.request.url.path
                things = (estate.portfolio, estate.holding, estate.transaction, estate.instrument, estate.session)
                for thing in things:
                    missing = missing.replace(thing["id"], "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10")
                versioned = {"If-Match": '"1"'} if route.version else {}
                again = stranger.browser.request(
                    method, server.url + missing, json=route.body, params=route.query, headers=versioned
                )
                assert (again.status_code, again.content) == (answer.status_code, answer.content), (method, path)
        if route.serves == "administrator":
            assert estate.ask(other.browser, method, path).status_code == 403, (method, path)

    # A person who has left sees nothing either, with the cookie that they had.
    assert leaver.browser.request("DELETE", "/me", json={"password": "kettle orbit mango thistle"}).status_code == 204
    assert estate.ask(leaver.browser, "get", "/api/v1/portfolios").status_code == 401
    assert estate.state() == before


def test_fault_68_what_serves_everybody_shows_everybody_only_their_own(server):
    administrator, owner = server.person("Admin"), server.person("Owner")
    estate = Estate(server, owner)
    before = estate.state()

    for (method, path), route in ROUTES.items():
        if route.serves != "signed_in" or path.endswith("/events"):
            continue
        answer = estate.ask(administrator.browser, method, path)
        assert answer.status_code == route.answers, (method, path, answer.text)
        assert not estate.is_in(answer), (method, path)
        if path == "/api/v1/session":
            sign_in(administrator.browser, administrator.email)

    assert estate.state() == before


def test_the_requests_of_the_matrix_work_for_whom_they_are_for(server):
    """Without this, a matrix of misspelt requests would find everything locked."""
    owner = server.person("Owner")
    estate = Estate(server, owner)

    for (method, path), route in ROUTES.items():
        if route.serves in {"owner", "administrator"}:
            answer = estate.ask(owner.browser, method, path)
            assert answer.status_code == route.answers, (method, path, answer.text)


@pytest.mark.parametrize("place", ["query", "cursor", "instrument"])
def test_another_door_to_anothers_things_is_shut_too(server, place):
    owner, other = server.person("Owner"), server.person("Other")
    estate = Estate(server, owner)
    own = make_portfolio(other)

    if place == "query":
        answer = other.browser.get(
            f"/portfolios/{own['id']}/transactions", params={"instrument_id": estate.instrument["id"]}
        )
        assert answer.json()["items"] == []
    elif place == "cursor":
        make_portfolio(owner, "second")
        cursor = owner.browser.get("/portfolios", params={"limit": 1}).json()["next_cursor"]
        answer = other.browser.get("/portfolios", params={"cursor": cursor})
        assert not estate.is_in(answer)
    else:  # a name that is another's is free for oneself, and is another instrument
        manual = {"symbol": f"{MARK} house", "exchange": "MANUAL", "asset_type": "BOND"}
        mine = add_holding(other, own["id"], **manual)["instrument"]
        assert mine["id"] != estate.instrument["id"]
        assert other.browser.get(f"/instruments/{mine['id']}").status_code == 200
        assert [one["id"] for one in other.browser.get("/instruments?q=zebra").json()["items"]] == [mine["id"]]
