"""A split as a person meets it: a price is held, it stands on the desk, it is applied, value goes on, it is undone."""

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.ledger import record
from tests.browser.runs import refresh, until
from tests.browser.screen import wide

INFY = {"asset_type": "STOCK", "exchange": "NSE", "symbol": "INFY"}
HEADLINE = re.compile("Infosys Limited: 1 share seems to have become 10 on ")


@pytest.fixture
def split(client, market, portfolio):
    """Ten Infosys at 1,400, worth 1,512.60 each, of which the next price is a tenth."""
    earlier = datetime.now(UTC) - timedelta(days=4)  # noqa: TID251  # a made market has the real time
    market.set("INFY.NS", "1512.60", currency="INR", name="Infosys Limited", previous_close="1500.00", as_of=earlier)
    assert client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).status_code == 200
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "10", "price": "1400", **INFY})

    def summary():
        return client.get(f"/portfolios/{portfolio['id']}/summary").json()

    # It is priced as soon as somebody holds it; a second run that said the same would be believed.
    until(summary, lambda one: one["coverage"]["priced"] == 1)
    market.set("INFY.NS", "151.60", currency="INR", name="Infosys Limited")
    refresh(client)
    held = until(summary, lambda one: one["coverage"]["provisional"] == 1)
    market.fail("yahoo", status=503)
    return held


def test_a_split_is_looked_at_applied_and_undone(signed_in, split, address, said):
    page = signed_in
    page.goto(address)
    # 10 × 1,512.60
    expect(page.locator(".total")).to_have_text(re.compile("15,126"))
    page.get_by_role("link", name="1 profit is provisional").click()

    card = page.get_by_role("article", name=HEADLINE)
    expect(card).to_contain_text("The price went from ₹1,512.60 to ₹151.60")
    before, after = card.get_by_role("row", name="Before"), card.get_by_role("row", name="After")
    # cost 14,000 either way; worth 10 × 1,512.60 = 15,126, then 100 × 151.60 = 15,160
    for row, figures in (
        (before, ("10", "₹1,512.60", "₹14,000.00", "₹15,126.00")),
        (after, ("100", "₹151.60", "₹14,000.00", "₹15,160.00")),
    ):
        for figure in figures:
            expect(row.get_by_role("cell", name=figure, exact=True)).to_be_visible()
    assert not Axe().run(page).response["violations"]
    card.get_by_role("button", name="Apply for everybody").click()

    settled = page.get_by_role("region", name="Settled")
    expect(settled).to_contain_text("Infosys Limited: 1 share became 10")
    expect(card).to_have_count(0)
    page.goto(address)
    expect(page.locator(".total")).to_have_text(re.compile("15,160"))
    expect(page.get_by_text("is provisional")).to_have_count(0)

    page.goto(f"{address}/desk")
    page.get_by_role("button", name=re.compile("Undo: Infosys")).click()
    expect(page.get_by_role("article", name=HEADLINE)).to_be_visible()
    page.goto(f"{address}/holdings")
    expect(page.get_by_role("link", name="Provisional", exact=True)).to_be_visible()
    assert said == []


def test_what_was_not_so_goes_and_can_be_looked_at_again(signed_in, split, address):
    page = signed_in
    page.goto(f"{address}/desk")
    card = page.get_by_role("article", name=HEADLINE)
    card.get_by_role("button", name="Not so").click()
    card.get_by_label("Why it was not so").fill("A wrong row")
    card.get_by_role("button", name="It was not so").click()

    expect(card).to_have_count(0)
    expect(page.get_by_role("region", name="Settled")).to_contain_text("A wrong row")
    page.get_by_role("button", name=re.compile("Look again: Infosys")).click()
    expect(card).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_nothing_is_wider_than_the_window(signed_in, split, address, width):
    signed_in.goto(f"{address}/desk")
    expect(signed_in.get_by_role("article", name=HEADLINE)).to_contain_text("Nobody else holds it.")

    assert wide(signed_in, width) == 0


def test_a_suggested_dividend_is_booked(signed_in, client, split, address, portfolio):
    key = split["holdings"][0]["instrument"]["id"]
    told = {"kind": "DIVIDEND", "ex_on": "2026-06-10", "amount": "2.5"}
    assert client.post(f"/instruments/{key}/actions", json=told).status_code == 201
    page = signed_in
    page.goto(f"{address}/health")
    page.get_by_role("link", name="1 dividend may be missing from your ledger").click()
    page.get_by_role("button", name=re.compile("Book the dividend of Infosys")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("10 × ₹2.50 = ₹25.00")
    dialog.get_by_label("Tax withheld").fill("2.50")
    dialog.get_by_role("button", name="Book it").click()

    expect(page.get_by_role("region", name="Dividends that your ledger may lack")).to_have_count(0)
    [row] = [
        one
        for one in client.get(f"/portfolios/{portfolio['id']}/transactions").json()["items"]
        if one["type"] == "DIVIDEND"
    ]
    assert (row["quantity"], row["price"], row["taxes"]) == ("10", "2.5", "2.50")


@pytest.fixture
def another(page, split, client, address):
    """Ravi, who is not the administrator: his client and page, with thirty Infosys at 1,400, and what has no price."""
    person = {"name": "Ravi Iyer", "email": "ravi@example.org", "password": PASSWORD}
    assert client.post("/users", json=person).status_code == 201
    with httpx2.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30) as ravi:
        assert ravi.post("/session", json={"email": person["email"], "password": PASSWORD}).status_code == 201
        portfolio = ravi.post("/portfolios", json={"name": "Own", "currency": "INR"}).raise_for_status().json()
        record(ravi, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "30", "price": "1400", **INFY})
        unknown = {"asset_type": "STOCK", "exchange": "NSE", "symbol": "NOSUCH", "quantity": "5", "price": "210"}
        record(ravi, portfolio, {"type": "BUY", "traded_on": "2026-01-05", **unknown})
        key = split["holdings"][0]["instrument"]["id"]
        told = {"kind": "DIVIDEND", "ex_on": "2026-06-10", "amount": "2.5"}
        assert client.post(f"/instruments/{key}/actions", json=told).status_code == 201
        page.context.add_cookies([{"name": one.name, "value": one.value, "url": address} for one in ravi.cookies.jar])
        yield ravi, page


def test_who_is_not_the_administrator_sees_what_it_would_change_and_settles_nothing(another, address, said):
    _, page = another
    page.goto(address)
    page.get_by_role("link", name="1 profit is provisional").click()

    card = page.get_by_role("article", name=HEADLINE)
    # 30 shares become 300 of 151.60
    expect(card.get_by_role("row", name="After").get_by_role("cell", name="₹45,480.00", exact=True)).to_be_visible()
    expect(card).to_contain_text("The administrator of this server settles it.")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("button", name="Propose by hand")).to_have_count(0)
    for width in (390, 1440):
        assert (width, wide(page, width)) == (width, 0)
        assert not Axe().run(page).response["violations"]

    page.get_by_role("button", name=re.compile("^No dividend of Infosys")).click()
    expect(page.get_by_role("region", name="Dividends that your ledger may lack")).to_have_count(0)
    # Sources are the administrator's to choose: nothing leads there.
    page.goto(f"{address}/health")
    expect(page.get_by_role("region", name="Sources")).to_be_visible()
    expect(page.get_by_role("region", name="Without a price").get_by_role("link", name="Open NOSUCH")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("settings|sources"))).to_have_count(0)
    assert said == []


@pytest.mark.parametrize("screen", ["/desk", "/health", "/holdings/{holding}"])
def test_every_sentence_about_a_price_in_doubt_is_said_in_hindi(another, address, screen):
    ravi, page = another
    assert ravi.patch("/me", json={"locale": "hi-IN"}).status_code == 200
    [held] = [one for one in ravi.get("/summary").json()["holdings"] if one["instrument"]["symbol"] == "INFY"]
    page.goto(address + screen.format(holding=held["id"]))
    expect(page.get_by_role("main")).to_contain_text("₹151.60")
    page.wait_for_timeout(900)

    names = "Infosys Limited|Yahoo Finance|mfapi.in|Own"
    text = re.sub(names, "", page.get_by_role("main").inner_text())
    assert re.findall(r"[A-Za-z ]*[a-z]{3,}[A-Za-z ]*", text) == []


def test_each_figure_that_a_held_price_would_change_says_so(signed_in, split, address):
    page = signed_in
    page.goto(address)
    expect(page.get_by_role("link", name="1 newer price in doubt")).to_have_attribute("href", "/health")
    expect(page.get_by_label("How fresh the value is")).to_contain_text("100% newer price in doubt")
    expect(page.locator("tbody tr").get_by_text("newer one in doubt")).to_be_visible()

    page.goto(f"{address}/holdings/{split['holdings'][0]['id']}")
    figures = page.get_by_label("Figures")
    expect(page.get_by_text("Yahoo Finance says ₹151.60")).to_be_visible()
    expect(figures.get_by_text("at the last good price")).to_be_visible()
    # profit, what was made in all, and the return
    expect(figures.get_by_role("link", name="Provisional")).to_have_count(3)
    figures.get_by_role("button", name=re.compile("^Current value")).click()
    expect(page.get_by_role("dialog")).to_contain_text("A newer price of INFY, ₹151.60 from Yahoo Finance of ")
