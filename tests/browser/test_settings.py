"""Settings, administration and data health: what is chosen is seen at once, and what needs mending says how."""

import re

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.ledger import record

RAVI = {"name": "Ravi Kumar", "email": "ravi@example.org", "password": "slow green boat under hill"}
BOND = {"asset_type": "BOND", "exchange": "MANUAL", "symbol": "GOV2033", "currency": "INR"}
SCREENS = ("/settings", "/administration", "/health")


@pytest.fixture
def elsewhere(client, address):
    """The administrator signed in in another browser as well."""
    del client  # their account is there
    with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as other:
        signed_in = other.post("/session", json={"email": "asha@example.org", "password": PASSWORD})
        assert signed_in.status_code == 201
        yield other


@pytest.fixture
def bond(client):
    """A portfolio in which one bond is held that no source prices and nobody has priced."""
    portfolio = client.post("/portfolios", json={"name": "Long term", "currency": "INR"}).raise_for_status().json()
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "10", "price": "1000", **BOND})
    return portfolio


def opened(page, address, path):
    """A screen, once what it reads is there."""
    page.goto(address + path)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    return page


def choose_locale(page, locale):
    """Chooses a language and saves it."""
    field = page.locator("select").filter(has=page.locator("option[value=hi-IN]"))
    field.select_option(locale)
    field.locator("xpath=ancestor::form").get_by_role("button").click()


def menu(page):
    """What the side bar calls its places."""
    return page.locator("aside nav a")


def test_a_language_is_spoken_as_soon_as_it_is_saved_and_so_is_the_one_before(signed_in, client, address, said):
    opened(signed_in, address, "/settings")
    english = menu(signed_in).all_inner_texts()

    choose_locale(signed_in, "hi-IN")

    expect(menu(signed_in).first).to_have_text("सारांश")
    expect(signed_in.get_by_role("heading", level=1, name="सेटिंग")).to_be_visible()
    expect(signed_in.locator("html")).to_have_attribute("lang", "hi")
    expect(signed_in.locator("main")).to_be_focused()
    assert client.get("/me").json()["locale"] == "hi-IN"

    choose_locale(signed_in, "en-IN")

    expect(menu(signed_in)).to_have_text(english)
    expect(signed_in.locator("html")).to_have_attribute("lang", "en")
    assert said == []


def test_a_setting_is_taken_back_and_another_form_keeps_what_was_typed(signed_in, client, address):
    opened(signed_in, address, "/settings")
    name, market = signed_in.get_by_label("Name", exact=True), signed_in.get_by_label("Home market")
    market.select_option("LSE")
    name.fill("Asha")
    name.locator("xpath=ancestor::form").get_by_role("button", name="Save").click()
    expect(signed_in.locator("aside .who b")).to_have_text("Asha")
    expect(market).to_have_value("LSE")

    signed_in.get_by_role("button", name="Undo").click()

    expect(signed_in.locator("aside .who b")).to_have_text("Asha Rao")
    expect(name).to_have_value("Asha Rao")
    assert client.get("/me").json()["home_exchange"] == "NSE"


def test_another_session_is_ended_and_this_one_goes_on(signed_in, client, elsewhere, address, said):
    opened(signed_in, address, "/settings")
    sessions = signed_in.get_by_role("region", name="Sessions")
    expect(sessions.get_by_role("listitem")).to_have_count(2)

    sessions.get_by_role("button", name=re.compile("^End the session")).click()

    expect(sessions.get_by_text("Ended.")).to_be_visible()
    expect(sessions.get_by_role("listitem")).to_have_text([re.compile("^This browser")])
    assert (elsewhere.get("/me").status_code, client.get("/me").status_code) == (401, 200)
    assert said == []


def test_all_other_sessions_are_ended_at_once(signed_in, client, elsewhere, address):
    with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as third:
        third.post("/session", json={"email": "asha@example.org", "password": PASSWORD}).raise_for_status()
        opened(signed_in, address, "/settings")
        sessions = signed_in.get_by_role("region", name="Sessions")
        expect(sessions.get_by_role("listitem")).to_have_count(3)

        sessions.get_by_role("button", name="End all others").click()

        expect(sessions.get_by_role("listitem")).to_have_count(1)
        answers = [one.get("/me").status_code for one in (elsewhere, third, client)]
    assert answers == [401, 401, 200]


def test_the_administrator_adds_a_person_at_a_closed_door(signed_in, address, said):
    opened(signed_in, address, "/administration")
    people = signed_in.get_by_role("region", name=re.compile("^People"))
    expect(people.get_by_role("listitem")).to_have_count(1)
    people.get_by_role("button", name="Add a person").click()
    dialog = signed_in.get_by_role("dialog", name="Add a person")
    dialog.get_by_label("Name").fill(RAVI["name"])
    dialog.get_by_label("E-mail").fill(RAVI["email"])
    dialog.get_by_label("Their first password").fill(RAVI["password"])

    dialog.get_by_role("button", name="Add a person").click()

    expect(people.get_by_role("listitem")).to_have_text(
        [re.compile("Asha Rao"), re.compile("Ravi Kumar.*Not seen yet")]
    )
    expect(people.get_by_text("Added: Ravi Kumar")).to_be_visible()
    assert said == []
    with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as his:
        assert his.post("/session", json={k: RAVI[k] for k in ("email", "password")}).status_code == 201


def test_a_person_is_removed_with_the_administrators_own_password_only(signed_in, client, address):
    client.post("/users", json=RAVI).raise_for_status()
    opened(signed_in, address, "/administration")
    people = signed_in.get_by_role("region", name=re.compile("^People"))
    expect(people.get_by_role("button", name=re.compile("^Remove"))).to_have_count(1)
    people.get_by_role("button", name="Remove Ravi Kumar").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("all its portfolios, transactions and settings"))).to_be_visible()

    dialog.get_by_label("Your own password").fill(RAVI["password"])
    dialog.get_by_role("button", name="Remove for good").click()
    expect(dialog.get_by_text("That is not your password")).to_be_visible()
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name="Remove for good").click()

    expect(people.get_by_text("Removed: Ravi Kumar")).to_be_visible()
    assert [one["name"] for one in client.get("/users").json()["items"]] == ["Asha Rao"]


def test_a_refresh_by_hand_is_in_the_table_with_what_failed_in_words(signed_in, client, market, address):
    market.set("INFY.NS", "1512.60", currency="INR", name="Infosys Limited")
    client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).raise_for_status()
    portfolio = client.post("/portfolios", json={"name": "Long term", "currency": "INR"}).raise_for_status().json()
    gone = {"asset_type": "STOCK", "exchange": "NSE", "symbol": "GONE"}
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "1", "price": "10", **gone})
    opened(signed_in, address, "/administration")
    runs = signed_in.get_by_role("region", name="Refresh runs")

    runs.get_by_role("button", name="Refresh now").click()

    expect(runs.get_by_role("row", name=re.compile("by hand")).first).to_be_visible()
    expect(runs.get_by_text(re.compile(r"^Yahoo.*: does not know 1 instrument")).first).to_be_visible()


def test_nobody_else_sees_the_administration(page, client, address):
    client.post("/users", json=RAVI).raise_for_status()
    page.goto(f"{address}/administration")
    page.get_by_label("E-mail").fill(RAVI["email"])
    page.get_by_label("Password", exact=True).fill(RAVI["password"])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="For the administrator")).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    expect(page.get_by_text("asha@example.org")).to_have_count(0)


def test_a_bond_without_a_price_is_in_the_health_of_the_data_with_what_mends_it(signed_in, bond, address, said):
    opened(signed_in, address, "/health")
    unpriced = signed_in.get_by_role("region", name=re.compile("^Without a price"))
    expect(unpriced.get_by_role("listitem")).to_have_text([re.compile("GOV2033.*No price")])

    unpriced.get_by_role("button", name=re.compile("^Set a price of")).click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Price of one").fill("1020")
    dialog.get_by_role("button", name="Save").click()

    expect(unpriced).to_have_count(0)
    del bond
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_rule_of_accessibility_is_broken_and_nothing_scrolls_sideways(
    signed_in, client, elsewhere, bond, address, said, theme, width
):
    del elsewhere, bond
    client.post("/users", json=RAVI).raise_for_status()
    signed_in.emulate_media(color_scheme=theme, reduced_motion="reduce")
    signed_in.set_viewport_size({"width": width, "height": 844})

    for path in SCREENS:
        opened(signed_in, address, path)
        found = Axe().run(signed_in).response["violations"]
        wide = signed_in.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert (path, [(one["id"], one["nodes"][0]["html"]) for one in found], wide) == (path, [], False)
    assert said == []
