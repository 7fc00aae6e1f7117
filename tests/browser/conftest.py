"""The running product, a market that answers it, and a real Chromium that looks at it."""

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.ledger import GOLD, price, record
from tests.infrastructure.run import find_free_port
from tests.providers.market import Market

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "quiet river stone lamp 42"
READY_SECONDS = 60
PATIENCE_MILLISECONDS = 15_000

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-IN", "color_scheme": "light"}


@pytest.fixture
def market():
    with Market() as one:
        one.set("INFY.NS", "1512.60", currency="INR", name="Infosys Limited", previous_close="1500.00")
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()  # noqa: TID251  # a made market has the real day
        one.set_nav("122639", "94.3121", on=yesterday, name="Parag Parikh Flexi Cap Fund")
        one.set_rate("INR", "100.00", on=yesterday)
        one.set_rate("USD", "1.2500", on=yesterday)
        yield one


@pytest.fixture
def address(market, tmp_path):
    """Where a server of this test's own listens: `tickfolio serve`, as a person starts it."""
    port = find_free_port()
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TICKFOLIO_")},
        **market.settings,
        "TICKFOLIO_DATA_DIR": str(tmp_path / "data"),
        "TICKFOLIO_REFRESH_COOLDOWN_SECONDS": "0",
    }
    command = [sys.executable, "-m", "tickfolio.cli.commands", "serve", "--port", str(port)]
    log = (tmp_path / "server.log").open("w")
    server = subprocess.Popen(command, env=settings, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
    at = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(at, server, tmp_path / "server.log")
        yield at
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()
        shutil.rmtree(tmp_path / "data", ignore_errors=True)


@pytest.fixture
def client(address):
    """The administrator through the API: what a test needs to be there before it looks."""
    with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as one:
        person = {"name": "Asha Rao", "email": "asha@example.org", "password": PASSWORD}
        assert one.post("/users", json=person).status_code == 201
        assert one.post("/session", json={"email": person["email"], "password": PASSWORD}).status_code == 201
        yield one


@pytest.fixture
def page(page):
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    return page


@pytest.fixture
def said(page):
    """What the page says on the console, and errors of its scripts; a quiet page says nothing."""
    lines = []
    page.on("console", lambda message: lines.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: lines.append(f"error: {error}"))
    return lines


@pytest.fixture
def signed_in(page, client, address):
    """The page, with the administrator's session in it."""
    for cookie in client.cookies.jar:
        page.context.add_cookies([{"name": cookie.name, "value": cookie.value, "url": address, "httpOnly": True}])
    return page


@pytest.fixture
def portfolio(client):
    """An empty portfolio in rupees."""
    return client.post("/portfolios", json={"name": "Long term", "currency": "INR"}).raise_for_status().json()


@pytest.fixture
def holding(client, portfolio):
    """Three coins, priced by hand at 70,000: worth 2,10,000."""
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "3", "price": "60000", **GOLD})
    held = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"][0]
    price(client, held, "70000")
    return held


@pytest.fixture
def sample(signed_in, client, address):
    """The overview of the sample portfolio, priced."""
    assert client.post("/sample").status_code == 201
    signed_in.goto(address)
    expect(signed_in.get_by_text("16 of 16")).to_be_visible()
    return signed_in


def _wait_until_ready(at, server, log):
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            if httpx2.get(f"{at}/readyz", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    pytest.fail(f"The server did not get ready:\n{log.read_text()}")
