"""The real product behind a real port of 127.0.0.1, and the people who use it."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx2
from pwdlib.hashers.argon2 import Argon2Hasher

from tickfolio.api.server import make_server
from tickfolio.auth.credentials import Passwords, new_token, token_hash
from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus
from tickfolio.main import Product, build
from tickfolio.settings import Settings

PASSWORD = "kettle orbit mango thistle"
PROBLEM = "application/problem+json"

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: their browser (paths are those below /api/v1) and who they are."""

    browser: httpx2.Client
    id: str
    email: str


class Running:
    """A product that serves. Signing up is open, unless the settings say otherwise."""

    def __init__(self, product: Product, url: str) -> None:
        self.product = product
        self.url = url
        self._clients = contextlib.ExitStack()

    def browser(self, **headers: str) -> httpx2.Client:
        """A browser without a session: it names its origin; paths are those below /api/v1."""
        given = {"Origin": self.url} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._clients.enter_context(httpx2.Client(base_url=f"{self.url}/api/v1", headers=given, timeout=20))

    def person(self, name: str = "Asha", **headers: str) -> Person:
        """Somebody with a new account, signed in by cookie."""
        email = f"{name.lower()}{next(_numbers)}@example.org"
        browser = self.browser(**headers)
        made = browser.post("/users", json={"name": name, "email": email, "password": PASSWORD})
        assert made.status_code == 201, made.text
        sign_in(browser, email)
        return Person(browser, made.json()["id"], email)

    def token(self, person: Person) -> str:
        """A new API token of theirs."""
        world, secret = self.product.world, new_token(self.product.world.randomness)
        with self.product.database.transaction() as tx:
            tx.people.add_api_token(world.new_id(), person.id, "test", token_hash(secret), world.now())
        return secret

    def close(self) -> None:
        self._clients.close()


def sign_in(browser: httpx2.Client, email: str, password: str = PASSWORD) -> None:
    answer = browser.post("/session", json={"email": email, "password": password})
    assert answer.status_code == 201, answer.text


@contextlib.contextmanager
def running(
    database_url: str,
    *,
    works: bool = False,
    clock: Callable[[], datetime] | None = None,
    **settings: Any,
) -> Iterator[Running]:
    """The product over this database on a free port, until the end of the block; with `works`, prices are refreshed."""
    given = {"sign_up": "open", "jobs_url": f"memory://{next(_numbers)}", "refresh_cooldown_seconds": 0} | settings
    cheap = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    product = build(Settings(database_url=database_url, **given), works=works, clock=clock, passwords=cheap)
    server = make_server(product.app, "127.0.0.1", 0, before_drain=product.events.close)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    product.jobs.start()
    thread.start()
    try:
        wait_until(lambda: server.started, "the server to start")
        [listening] = [socket for one in server.servers for socket in one.sockets]
        served = Running(product, f"http://127.0.0.1:{listening.getsockname()[1]}")
        try:
            yield served
        finally:
            served.close()
    finally:
        server.should_exit = True
        thread.join(10)
        product.close()
    assert not thread.is_alive()


def wait_until(happened: Callable[[], Any], what: str = "it to happen", seconds: float = 30.0) -> Any:
    """What it gave, once that is true."""
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return result


# --- What people do --------------------------------------------------------------------------------------------------


def make_portfolio(person: Person, name: str = "Long term", **more: str) -> dict[str, Any]:
    answer = person.browser.post("/portfolios", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def add_holding(person: Person, portfolio_id: str, symbol: str = "INFY", **more: Any) -> dict[str, Any]:
    body = {"asset_type": "STOCK", "symbol": symbol, "exchange": "NSE", "quantity": "10", "avg_buy_price": "1400.00"}
    answer = person.browser.post(f"/portfolios/{portfolio_id}/holdings", json=body | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def trade(person: Person, portfolio_id: str, kind: str = "BUY", symbol: str = "INFY", **more: Any) -> dict[str, Any]:
    answer = person.browser.post(f"/portfolios/{portfolio_id}/transactions", json=a_trade(kind, symbol, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def a_trade(kind: str = "BUY", symbol: str = "INFY", **more: Any) -> dict[str, Any]:
    body = {"type": kind, "traded_on": "2026-01-05", "asset_type": "STOCK", "symbol": symbol, "exchange": "NSE"}
    return body | {"quantity": "10", "price": "1400.00"} | more


def hold_price(server: Running, instrument_id: str, price: str, **more: Any) -> None:
    """A source said this of an instrument, and the gate held it back."""
    now = server.product.world.now()
    told = {"currency": "INR", "as_of": now, "source": "yahoo", "reason": "jump", "run_id": "r"}
    with server.product.database.transaction() as tx:
        tx.prices.hold([HeldPrice(instrument_id, Decimal(price), **told | more)])


def good_price(server: Running, instrument_id: str, price: str, **more: Any) -> None:
    """The last good price of an instrument; of now, unless something else is said."""
    now = server.product.world.now()
    told = {"previous_close": None, "currency": "INR", "as_of": now, "source": "yahoo", "last_updated_at": now}
    with server.product.database.transaction() as tx:
        tx.prices.record([LatestPrice(instrument_id, Decimal(price), **{"status": PriceStatus.LIVE} | told | more)])
        tx.server.raise_version("prices")


def assert_problem(answer: httpx2.Response, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The answer is a problem with these members and no others but facts of its own."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert {"type", "title", "status", "code", "detail", "errors"} <= body.keys()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["title"]
    assert body["detail"]
    assert all(one.keys() == {"field", "code", "message"} for one in body["errors"])
    if fields:
        assert {one["field"] for one in body["errors"]} == set(fields), body["errors"]
    return dict(body)
