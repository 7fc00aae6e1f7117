"""Pictures of every screen, at a desk and on a phone, light and dark, of the running product: `make pictures`.

They are written into docs/pictures; the prices are those of the simulated market at that moment.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FOLDER = ROOT / "docs" / "pictures"
FAMILY = "Family"
WHO = {"name": "Asha Rao", "email": "asha@example.org", "password": "quiet river stone lamp 42"}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars")
READY_SECONDS = 60
CALM_MILLISECONDS = 1_800


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its address, what is done there before the picture, who is signed in, and of which portfolio it is."""

    name: str
    path: str
    click: str | None = None
    key: str | None = None
    signed_in: bool = True
    family: bool = False


SCREENS = (
    Screen("first-run", "/", signed_in=False),
    Screen("sign-in", "/", signed_in=False),
    Screen("overview", "/"),
    Screen("receipt", "/", click=".total button.receipt"),
    Screen("palette", "/", key="/"),
    Screen("holdings", "/holdings"),
    Screen("holding", "/holdings/{holding}"),
    Screen("activity", "/activity"),
    Screen("add", "/", key="a"),
    Screen("many", "/activity?many"),
    Screen("performance", "/performance"),
    Screen("health", "/health", family=True),
    Screen("settings", "/settings"),
    Screen("administration", "/administration"),
    Screen("more", "/more"),
)


@dataclass(frozen=True, slots=True)
class Furnished:
    """Ids of what there is to see: both portfolios, and a holding worth looking at."""

    sample: str
    family: str
    holding: str


@contextmanager
def product(port: int) -> Iterator[str]:
    """`tickfolio serve` over new data, with the simulated market alone."""
    with tempfile.TemporaryDirectory() as folder:
        own = {name: value for name, value in os.environ.items() if not name.startswith("TICKFOLIO_")}
        settings = own | {"TICKFOLIO_DATA_DIR": folder, "TICKFOLIO_PROVIDERS": "demo"}
        command = [sys.executable, "-m", "tickfolio.cli.commands", "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=settings, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def wait_until_ready(address: str) -> None:
    """Returns when the server answers. Raises: TimeoutError."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{address}/readyz").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(address)


def furnish(client: httpx2.Client) -> Furnished:
    """The sample portfolio with some life in it, and a small one in which something has no price."""
    portfolio = client.post("/sample").json()["id"]
    today = date.today()  # noqa: DTZ011, TID251  # pictures show the day on which they were made
    for kind, symbol, days_ago, more in (
        ("BUY", "SAHYADRI", 610, {"quantity": "60", "price": "1520.00", "fees": "20"}),
        ("SELL", "SAHYADRI", 200, {"quantity": "45", "price": "1790.00", "fees": "20"}),
        ("DIVIDEND", "SAHYADRI", 90, {"quantity": "400", "price": "10.50", "taxes": "420.00"}),
        ("DIVIDEND", "KAVERIBANK", 60, {"quantity": "311", "price": "10.00"}),
        ("BUY", "BANYANFLEXI", 30, {"quantity": "310.422", "price": "65.4100"}),
    ):
        day = (today - timedelta(days=days_ago)).isoformat()
        asset = "MUTUAL_FUND" if symbol == "BANYANFLEXI" else "STOCK"
        body = {"type": kind, "traded_on": day, "asset_type": asset, "symbol": symbol, "exchange": "DEMO", **more}
        answer = client.post(f"/portfolios/{portfolio}/transactions", json=body)
        answer.raise_for_status()
    family = client.post("/portfolios", json={"name": FAMILY, "currency": "INR"}).json()["id"]
    for kind, symbol, exchange, price in (
        ("BOND", "UNLISTED28", "MANUAL", "1000.00"),
        ("STOCK", "MARUDHAR", "DEMO", "2600.00"),
    ):
        held = {"asset_type": kind, "symbol": symbol, "exchange": exchange, "quantity": "40", "avg_buy_price": price}
        client.post(f"/portfolios/{family}/holdings", json=held | {"currency": "INR"}).raise_for_status()
    client.post("/prices/refresh")
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        worth: dict[str, Any] = client.get(f"/portfolios/{portfolio}/summary").json()
        if worth["coverage"]["priced"] == worth["coverage"]["held"]:
            break
        time.sleep(0.3)
    [holding] = [one["id"] for one in worth["holdings"] if one["instrument"]["symbol"] == "SAHYADRI"]
    return Furnished(portfolio, family, holding)


def open_page(browser: Browser, address: str, size: tuple[int, int], theme: str, signed_in: bool) -> Page:
    """A new window of that size, light or dark."""
    dark: Any = theme
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="en-IN", color_scheme=dark, service_workers="block"
    )
    if signed_in:
        known = {name: WHO[name] for name in ("email", "password")}
        context.request.post(f"{address}/api/v1/session", data=known, headers={"Origin": address})
    return context.new_page()


def take(browser: Browser, address: str, screen: Screen, there: Furnished | None) -> None:
    """The four pictures of one screen."""
    for device, size in SIZES.items():
        for theme in ("light", "dark"):
            page = open_page(browser, address, size, theme, screen.signed_in)
            page.emulate_media(reduced_motion="reduce")
            if there:
                scope = json.dumps({"scope": there.family if screen.family else there.sample})
                page.add_init_script(f"localStorage.setItem('prefs', '{scope}')")
            page.goto(address + screen.path.format(holding=there.holding if there else ""))
            page.wait_for_timeout(CALM_MILLISECONDS)
            if screen.click:
                page.click(screen.click)
            if screen.key:
                page.keyboard.press(screen.key)
            page.wait_for_timeout(CALM_MILLISECONDS // 3)
            page.screenshot(path=FOLDER / f"{screen.name}-{device}-{theme}.png")
            page.context.close()


def main(wanted: Sequence[str]) -> None:
    """Takes the pictures of the screens named, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    screens = [screen for screen in SCREENS if not wanted or screen.name in wanted]
    with product(8199) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=[*FLAGS]
        )
        with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as client:
            for screen in screens:
                if screen.name == "first-run":
                    take(browser, address, screen, None)
            client.post("/users", json=WHO)
            client.post("/session", json={name: WHO[name] for name in ("email", "password")})
            there = furnish(client)
        for screen in screens:
            if screen.name != "first-run":
                take(browser, address, screen, there)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("screens", nargs="*")
    main(parser.parse_args().screens)
