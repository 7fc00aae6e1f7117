"""A price from an address of one's own: tried, saved, shown, and taken back; on a wide screen and on a phone."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.screen import shows, wide
from tests.providers.market import Market

PATH = "/mf/gold.json"


class OwnMarket(Market):
    """A market that the operator lets people's own sources ask."""

    @property
    def settings(self):
        return {**super().settings, "TICKFOLIO_OWN_SOURCE_HOSTS": "127.0.0.1"}


@pytest.fixture
def market():
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()  # noqa: TID251  # a made market has the real day
    body = {"coins": [{"name": "gold", "price": "71500", "on": yesterday.isoformat()}]}
    with OwnMarket() as one:
        one.set_file(PATH, json.dumps(body).encode(), "application/json")
        yield one


@pytest.fixture
def coin(client, holding):
    """Three coins, whose last price by hand is of some weeks ago."""
    instrument = holding["instrument"]["id"]
    for point in client.get(f"/instruments/{instrument}/prices").json()["items"]:
        client.delete(f"/instruments/{instrument}/prices/{point['timestamp'][:10]}")
    client.put(f"/instruments/{instrument}/prices/2026-01-06", json={"price": "70000"}).raise_for_status()
    return holding


def opened(page, address, coin):
    page.goto(f"{address}/holdings/{coin['id']}")
    return page.get_by_role("region", name="Its price from an address")


def test_an_address_is_tried_saved_asked_and_taken_back(signed_in, address, coin, market, said):
    card = opened(signed_in, address, coin)
    shows(signed_in, "70,000")
    card.get_by_role("button", name="Fetch it from an address").click()
    dialog = signed_in.get_by_role("dialog")

    dialog.get_by_label("Address", exact=True).fill(f"{market.url}{PATH}?key=hunter2")
    dialog.get_by_label("Where the price stands").fill("coins.1.price")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text("Nothing at coins.1: there is a list of 1.")).to_be_visible()

    dialog.get_by_label("Where the price stands").fill("coins[name=gold].price")
    dialog.get_by_label("Where its day stands").fill("coins.last.on")
    expect(dialog.get_by_text("Nothing at")).to_have_count(0)
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text(re.compile(r"Found ₹71,500\.00, of "))).to_be_visible()

    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(card.get_by_text(f"Asked at every refresh: {market.url.removeprefix('http://')}")).to_be_visible()
    expect(card).not_to_contain_text("hunter2")
    shows(signed_in, "71,500")
    expect(signed_in.locator(".age", has_text="from your own address").first).to_be_visible()

    card.get_by_role("button", name="Change").click()
    expect(dialog.get_by_label("Where the price stands")).to_have_value("coins[name=gold].price")
    signed_in.keyboard.press("Escape")
    card.get_by_role("button", name="Remove").click()
    expect(card.get_by_role("button", name="Fetch it from an address")).to_be_visible()
    shows(signed_in, "71,500")
    assert said == []


def test_what_may_not_be_asked_is_said_beside_the_field(signed_in, address, coin):
    card = opened(signed_in, address, coin)
    card.get_by_role("button", name="Fetch it from an address").click()
    dialog = signed_in.get_by_role("dialog")

    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Give the address")).to_be_visible()
    expect(dialog.get_by_label("Address", exact=True)).to_be_focused()
    dialog.get_by_label("Address", exact=True).fill("http://169.254.169.254/latest/meta-data/")
    dialog.get_by_label("Where the price stands").fill("$")
    dialog.get_by_role("button", name="Save").click()

    expect(dialog.get_by_text("This host does not lead to the public internet.")).to_be_visible()
    # a name is followed when it is asked; this one leads nowhere that the operator has named
    dialog.get_by_label("Address", exact=True).fill("http://2130706434:1025/")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text("No price there")).to_be_visible()
    expect(dialog.get_by_text("This host does not lead to the public internet.")).to_be_visible()


def test_on_a_phone_nothing_is_cut_off(signed_in, address, coin, market):
    signed_in.set_viewport_size({"width": 390, "height": 844})
    card = opened(signed_in, address, coin)
    card.get_by_role("button", name="Fetch it from an address").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_text("CSV", exact=True).click()
    dialog.get_by_label("Address", exact=True).fill(f"{market.url}{PATH}?{'long' * 60}")
    dialog.get_by_label("Where the price stands").fill("Close")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text("No price there")).to_be_visible()

    assert wide(signed_in, 390) == 0
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for name in ("Try it", "Save"):
        expect(dialog.get_by_role("button", name=name)).to_be_in_viewport()


def test_a_share_that_a_source_prices_has_no_such_card(signed_in, address, client, portfolio):
    infy = {"asset_type": "STOCK", "symbol": "INFY", "exchange": "NSE", "quantity": "1", "avg_buy_price": "1"}
    held = client.post(f"/portfolios/{portfolio['id']}/holdings", json=infy).raise_for_status().json()

    signed_in.goto(f"{address}/holdings/{held['id']}")

    expect(signed_in.get_by_role("heading", name="Lots")).to_be_visible()
    expect(signed_in.get_by_role("region", name="Its price from an address")).to_have_count(0)
