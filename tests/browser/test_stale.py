"""Prices older than they should be: every screen says how old, asks for new ones, and calls no other day today."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import record
from tests.browser.runs import refresh, until
from tests.browser.screen import wide

WIDTHS = (320, 390, 768, 1000, 1440)
SCREENS = ("/", "/holdings", "/holdings/{holding}", "/health", "/more")
THREE_DAYS = timedelta(days=3)


@pytest.fixture
def stale(sample, client, address):
    """The sample, three days later by the reader's clock; and the addresses of the screens that show prices."""
    [portfolio] = client.get("/portfolios").json()["items"]
    summary = client.get(f"/portfolios/{portfolio['id']}/summary").json()
    newest = max(datetime.fromisoformat(one["price"]["as_of"]) for one in summary["holdings"])
    sample.clock.set_fixed_time(newest + THREE_DAYS + timedelta(minutes=5))
    sample.goto(address)
    expect(sample.get_by_text("Stale prices")).to_be_visible()
    addresses = [address + screen.format(holding=summary["holdings"][0]["id"]) for screen in SCREENS]
    return len(summary["holdings"]), newest.astimezone(), addresses


def opened(page, address):
    """The screen, drawn."""
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(900)


def test_the_age_of_every_price_is_said_and_no_other_day_is_called_today(sample, stale, said):
    count, newest, (overview, holdings, holding, *_) = stale
    day = re.compile(rf"\b{newest.day} {newest:%b}")
    opened(sample, overview)
    expect(sample.get_by_text("Last updated 3 days ago")).to_be_visible()
    expect(sample.locator(".deltas")).to_contain_text(day)
    expect(sample.get_by_role("heading", name=re.compile("^What moved on "))).to_contain_text(day)
    expect(sample.get_by_role("main")).not_to_contain_text(re.compile(r"\b[Tt]oday\b"))
    # each of them is also counted where it is mended
    expect(sample.get_by_role("link", name=f"{count} prices or holdings to look at")).to_be_visible()

    opened(sample, holdings)
    expect(sample.locator("tbody tr").get_by_text("3 days ago")).to_have_count(count)
    expect(sample.get_by_role("columnheader", name="Day’s move")).to_be_visible()

    opened(sample, holding)
    expect(sample.get_by_text("3 days ago").first).to_be_visible()
    expect(sample.get_by_text("Old since")).to_be_visible()
    assert said == []


def test_new_prices_are_one_press_away(sample, stale):
    with sample.expect_request(lambda request: request.url.endswith("/api/v1/prices/refresh")):
        sample.get_by_role("button", name="Refresh now").click()


@pytest.mark.parametrize(("theme", "palette"), [("light", "safe"), ("dark", "classic"), ("light", "east")])
def test_stale_screens_fit_and_break_no_rule_of_accessibility(sample, stale, said, theme, palette):
    *_, screens = stale
    sample.emulate_media(color_scheme=theme, reduced_motion="reduce")
    sample.evaluate("(palette) => localStorage.setItem('prefs', JSON.stringify({ palette }))", palette)
    for screen in screens:
        opened(sample, screen)
        for width in WIDTHS:
            assert (screen, width, wide(sample, width)) == (screen, width, 0)
            if width in (390, 1440):
                broken = Axe().run(sample).response["violations"]
                assert [(screen, width, one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert said == []


@pytest.mark.parametrize(
    ("status", "says"), [(429, "Yahoo Finance asks us to wait."), (None, "Yahoo Finance does not know it.")]
)
def test_a_holding_says_why_its_price_is_old(signed_in, client, market, portfolio, address, status, says):
    earlier = datetime.now(UTC) - timedelta(days=9)  # noqa: TID251  # a made market has the real time
    market.set("INFY.NS", "1512.60", currency="INR", name="Infosys Limited", previous_close="1500.00", as_of=earlier)
    assert client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).status_code == 200
    infy = {"asset_type": "STOCK", "exchange": "NSE", "symbol": "INFY", "quantity": "10", "price": "1400"}
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", **infy})
    held = until(
        lambda: client.get(f"/portfolios/{portfolio['id']}/summary").json(), lambda one: one["coverage"]["priced"] == 1
    )
    if status:
        market.fail("yahoo", status=status, headers={"Retry-After": "900"})
    else:
        market.remove("INFY.NS")
    refresh(client)

    signed_in.goto(f"{address}/holdings/{held['holdings'][0]['id']}")
    expect(signed_in.get_by_text("9 days ago").first).to_be_visible()
    reason = signed_in.get_by_role("main").locator("p", has_text=says)
    expect(reason).to_contain_text("The next run asks again.")
    expect(reason.get_by_role("link", name="Data health")).to_have_attribute("href", "/health")
