"""The API against its own description: a machine that reads it sends everything it allows, and much that it forbids."""

import itertools
import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.running import (
    PASSWORD,
    Person,
    Running,
    add_holding,
    hold_price,
    make_portfolio,
    running,
    trade,
)
from tests.conftest import copy_of_sqlite
from tickfolio.api.app import make_routes
from tickfolio.storage.people import Session

DESCRIPTION = make_routes().openapi()
# Who asks is decided here, and not by chance.
UNSECURED = {
    path: {method: {key: value for key, value in one.items() if key != "security"} for method, one in methods.items()}
    for path, methods in DESCRIPTION["paths"].items()
}
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION | {"paths": UNSECURED})
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SELDOM = {"POST /api/v1/users", "POST /api/v1/session", "POST /api/v1/me/password", "DELETE /api/v1/me"}
SELDOM |= {"DELETE /api/v1/users/{user_id}"}  # after too many wrong passwords of the others the right one waits, too
SELDOM |= {"POST /api/v1/prices/files/{source}/accept"}  # no file was refused
ENDLESS = {"GET /api/v1/events"}
# What one request costs decides how many are sent.
EXAMPLES = {"POST /api/v1/sample": 3, "POST /api/v1/users": 12, "POST /api/v1/session": 25}
EXAMPLES_ELSE = 50
# Chance finds no symbol that is one, and few days and currencies that go together.
PLAUSIBLE = {
    "symbol": "INFY",
    "exchange": "NSE",
    "currency": None,
    "isin": None,
    "fx_rate": None,
    "asset_type": "STOCK",
}
PLAUSIBLE |= {"type": "BUY", "traded_on": "2026-01-05", "acquired_on": "2026-01-05", "fees": "0", "taxes": "0.5"}
PLAUSIBLE |= {"quantity": "3", "price": "12.50", "avg_buy_price": "12.50"}
PLAUSIBLE |= dict.fromkeys(
    ("cost", "to_asset_type", "to_symbol", "to_exchange", "to_currency", "to_quantity", "cost_pct")
)
PLAUSIBLE |= {"paid_on": "2026-02-02", "version": None}  # of a dividend; whichever version a proposal has
PLAUSIBLE |= {"kind": "DIVIDEND", "ex_on": "2026-01-06", "amount": "1.50", "ratio": None}
# Where nearly everything may be left out, what a likely body has at least.
AT_LEAST = {"/api/v1/portfolios/{portfolio_id}/transactions": ("asset_type", "symbol", "exchange", "quantity", "price")}
AT_LEAST |= {"/api/v1/desk": ("ratio",)}
LIKELY: dict[str, dict[str, object]] = {"/api/v1/users/{user_id}": {"password": PASSWORD}}
# No name ends so: it is asked, and leads nowhere.
OWN_SOURCE = {"url": "http://prices.invalid/", "format": "json", "price_path": "price", "date_path": None}
LIKELY |= dict.fromkeys((f"/api/v1/instruments/{{instrument_id}}/own-source{end}" for end in ("", "/try")), OWN_SOURCE)
A_NAME: dict[str, object] = {"kind": "symbol", "value": "OTHER", "exchange": None, "since": None, "until": None}
LIKELY["/api/v1/instruments/{instrument_id}/aliases"] = A_NAME
MARKET = "/api/v1/markets/{exchange}"
LIKELY[f"{MARKET}/days/{{day}}"] = {"kind": "closed", "name": "Holi", "opens": None, "closes": None}
LIKELY[f"{MARKET}/hours"] = {"since": "2026-02-02", "opens": "10:00", "closes": "15:00"}
LIKELY["/api/v1/providers/{name}/quota"] = {"minute": 300, "day": None}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class World:
    """A running product, somebody with data in it, and their token."""

    def __init__(self, server: Running) -> None:
        self.server = server
        person = server.person("Asha")
        self.token = server.token(person)
        # Sessions end here: a program has none to lose.
        self.person: Person = replace(person, browser=server.browser(Authorization=f"Bearer {self.token}"))
        self.ids: dict[str, str] = {"name": "demo", "source": "amfi", "exchange": "NSE"}
        self.ids |= {"day": "2026-02-02", "since": "2026-02-02"}
        self.symbols = itertools.count()
        self.answered: dict[str, set[int]] = defaultdict(set)
        self.refill()
        # Of what all share, in the day after it was first held; each new portfolio lacks it.
        dividend = {"kind": "DIVIDEND", "ex_on": "2026-01-06", "amount": "0.25"}
        self.dividend_id = self.person.browser.post(f"/instruments/{self.shared_id}/actions", json=dividend).json()[
            "id"
        ]

    def refill(self) -> None:
        """Somebody deleted it, or settled it: there is another."""
        portfolio = make_portfolio(self.person)
        holding = add_holding(self.person, portfolio["id"])
        row = trade(self.person, portfolio["id"], symbol="TCS")
        self.shared_id = row["instrument"]["id"]
        self.ids |= {"portfolio_id": portfolio["id"], "holding_id": holding["id"], "transaction_id": row["id"]}
        # One's own: its prices may be set by hand. What happened to a shared one, the administrator may write, too.
        house = {"symbol": f"House {next(self.symbols)}", "exchange": "MANUAL", "asset_type": "BOND"}
        own = add_holding(self.person, portfolio["id"], **house)["instrument"]["id"]
        browser, today = self.person.browser, "2026-01-05"
        assert browser.put(f"/instruments/{own}/prices/{today}", json={"price": "9"}).status_code == 200
        if "instrument_id" in self.ids:  # a person may have only so many
            browser.delete(f"/instruments/{self.ids['instrument_id']}/own-source")
        assert browser.put(f"/instruments/{own}/own-source", json=OWN_SOURCE).status_code == 200
        dividend = {"kind": "DIVIDEND", "ex_on": today, "amount": "0.25"}
        action = browser.post(f"/instruments/{own}/actions", json=dividend).json()
        for path in (f"{MARKET}/days/{{day}}", f"{MARKET}/hours"):
            at = path.removeprefix("/api/v1").format(**self.ids)
            assert browser.put(at, json=LIKELY[path]).status_code == 200
        alias = browser.post(f"/instruments/{own}/aliases", json=A_NAME | {"value": "HOME"}).json()
        self.ids |= {"instrument_id": own, "date": today, "action_id": action["id"], "alias_id": alias["id"]}
        hold_price(self.server, own, "77")
        form = {"name": "Guest", "email": f"guest{next(self.symbols)}@example.org", "password": PASSWORD}
        self.ids |= {"user_id": browser.post("/users", json=form).json()["id"], "session_id": self.session()}

    def proposal(self, path: str) -> str:
        """A proposal in the state for what the path does: of a day before anybody held it, so that nothing changes."""
        browser = self.person.browser
        made = browser.post("/desk", json=self.a_proposal()).json()["id"]
        before = {"undo": "apply", "reopen": "dismiss"}.get(path.rsplit("/", 1)[-1])
        if before is not None:
            assert browser.post(f"/desk/{made}/{before}", json={}).status_code == 200
        return str(made)

    def a_proposal(self) -> dict[str, str | None]:
        """What is proposed nowhere yet."""
        day = date(2000, 1, 1) + timedelta(days=next(self.symbols))
        told = {"kind": "SPLIT", "instrument_id": self.shared_id, "ex_on": day.isoformat(), "ratio": "2:1"}
        return told | dict.fromkeys(("to_instrument_id", "to_symbol", "cost_pct"))

    def session(self) -> str:
        """Somewhere else where the person is signed in; by no password, of which only so many may be tried."""
        product = self.server.product
        begun = Session(
            product.world.new_id(), self.person.id, str(next(self.symbols)), "::1", *[product.world.now()] * 2
        )
        with product.database.transaction() as tx:
            tx.people.begin_session(replace(begun, expires_at=begun.created_at + timedelta(days=1)))
        return begun.id

    def version(self, path: str) -> str:
        """The current ETag of what the path names."""
        browser, portfolio = self.person.browser, f"/portfolios/{self.ids['portfolio_id']}"
        kind = next((kind for kind in ("holding", "transaction") if f"{kind}_id" in path), None)
        if kind is None:
            return browser.get(portfolio).headers["ETag"]
        rows = browser.get(f"{portfolio}/{kind}s").json()["items"]
        return next(f'"{row["version"]}"' for row in rows if row["id"] == self.ids[f"{kind}_id"])

    def make_likely(self, case: schemathesis.Case) -> None:
        """Aims the case at what is there, as far as what makes it a wrong one is elsewhere."""
        ways = {ParameterLocation.PATH, ParameterLocation.HEADER, ParameterLocation.BODY}
        for way in ways & case.meta.components.keys():
            if not case.meta.components[way].mode.is_positive:
                continue
            if way is ParameterLocation.PATH:
                ids = self.ids | ({"action_id": self.dividend_id} if "suggested" in case.operation.path else {})
                if case.operation.path.endswith("/quota"):  # the demo market has none
                    ids |= {"name": "finnhub"}
                if "proposal_id" in case.path_parameters:
                    ids |= {"proposal_id": self.proposal(case.operation.path)}
                case.path_parameters = {name: ids[name] for name in case.path_parameters}
            elif way is ParameterLocation.HEADER and "If-Match" in case.headers:
                case.headers["If-Match"] = self.version(case.operation.path)
            elif way is ParameterLocation.BODY and isinstance(case.body, dict):
                # A plain holding is of something that is not held yet.
                likely = PLAUSIBLE | {"symbol": f"SYM{next(self.symbols)}"} | LIKELY.get(case.operation.path, {})
                given = dict.fromkeys(AT_LEAST.get(case.operation.path, ())) | case.body
                if case.operation.path == "/api/v1/desk":
                    likely |= self.a_proposal()
                case.body = {name: likely.get(name, value) for name, value in given.items()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request, tmp_path_factory, worker):
    if request.param == "sqlite":
        url = copy_of_sqlite(request.getfixturevalue("sqlite_template"), tmp_path_factory.mktemp("openapi"))
        with running(url) as server:
            yield World(server)
        return
    from tests.infrastructure.postgres import database_name, new_database  # noqa: PLC0415  # as in conftest

    template = request.getfixturevalue("postgres_template")
    with (
        new_database(request.getfixturevalue("postgres_server"), database_name(worker), template=template) as url,
        running(url) as server,
    ):
        yield World(server)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in ENDLESS])
def test_no_request_gets_an_answer_that_is_not_described(world, name):
    operation = OPERATIONS[name]
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    if not (operation.body or operation.query or operation.headers or operation.path_parameters):
        cases = operation.as_strategy()

    @settings(
        max_examples=EXAMPLES.get(name, EXAMPLES_ELSE),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_likely=st.sampled_from([True, True, False]))
    def ask(case, is_likely):
        if is_likely:
            world.make_likely(case)
        answer = case.call(base_url=world.server.url, headers={"Authorization": f"Bearer {world.token}"})
        world.answered[name].add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)
        settled = name.endswith("/held-price") and answer.status_code == 200
        settled = settled or ("suggested" in name and answer.status_code == 201)
        if settled or (case.method == "DELETE" and answer.status_code == 204):
            world.refill()

    ask()
    # A machine that only ever finds locked doors proves little.
    assert name in SELDOM or any(status < 300 for status in world.answered[name]), world.answered[name]


def test_nothing_is_left_half_written_by_all_that(world):
    browser = world.person.browser
    for portfolio in browser.get("/portfolios", params={"limit": 200}).json()["items"]:
        assert browser.get(f"/portfolios/{portfolio['id']}/summary").status_code == 200


# --- The description itself ------------------------------------------------------------------------------------------


def operations():
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_running_server_gives_this_description(embedded):
    answer = embedded.browser().get("/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(DESCRIPTION))


def test_the_problem_is_described_once_and_used_by_every_error():
    problem = DESCRIPTION["components"]["schemas"]["Problem"]

    assert set(problem["required"]) >= {"type", "title", "status", "code", "detail"}
    assert set(problem["properties"]) == {"type", "title", "status", "code", "detail", "errors"}
    for name, operation in operations():
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert answer.get("content") == PROBLEM, (name, status)


@pytest.mark.parametrize(("name", "operation"), list(operations()))
def test_every_route_describes_its_problems(name, operation):
    method, path = name.split(" ", 1)
    statuses = set(operation["responses"])

    assert operation["description"], "says what it is for"
    if path == "/healthz":
        return
    expected = {"503"}
    if path.startswith("/api/") and name not in {"GET /api/v1/server", "POST /api/v1/users", "POST /api/v1/session"}:
        expected.add("401")
        assert operation["security"], "says how one is known"
    if method != "GET":
        expected |= {"403", "413", "415"}
    if "requestBody" in operation:
        expected |= {"400", "422"}
    if "{" in path:
        expected.add("404")
    if any(one["name"] == "If-Match" for one in operation.get("parameters", [])):
        expected |= {"412", "428"}
    assert expected <= statuses, expected - statuses


def test_every_change_of_a_row_says_which_version_it_changes():
    rows = ("/portfolios/{portfolio_id}", "/holdings/{holding_id}", "/transactions/{transaction_id}")
    for name, operation in operations():
        method, path = name.split(" ", 1)
        if method in {"PATCH", "DELETE"} and path.removeprefix("/api/v1") in rows:
            assert "If-Match" in [one["name"] for one in operation["parameters"]], name


def test_decimals_are_strings_wherever_they_are_described():
    def numbers(node, path=""):
        if isinstance(node, dict):
            if node.get("type") == "number":
                yield path
            for key, value in node.items():
                yield from numbers(value, f"{path}/{key}")
        if isinstance(node, list):
            for value in node:
                yield from numbers(value, path)

    assert list(numbers(DESCRIPTION)) == []
