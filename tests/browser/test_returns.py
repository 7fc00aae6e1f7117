"""The card of returns: what the three of them say of one portfolio, each with its receipt."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import GOLD, record
from tests.browser.screen import SEEN, number, rounded_like
from tests.browser.test_receipts import the_slip

OF_THE_API = ("xirr_pct", "twr_pct", "twr_annual_pct", "max_drawdown_pct", "volatility_pct")
FIGURES = (*OF_THE_API, "profit_loss_pct")


def performance(client, portfolio):
    """What the API says it has made."""
    return client.get(f"/portfolios/{portfolio['id']}/performance").raise_for_status().json()


def bought(client, portfolio, days_ago, prices):
    """One COIN bought for 1,000, and its prices by hand: how many days ago, and what."""
    today = date.fromisoformat(performance(client, portfolio)["to"])
    on = (today - timedelta(days=days_ago)).isoformat()
    record(client, portfolio, {"type": "BUY", "traded_on": on, "quantity": "1", "price": "1000", **GOLD})
    held = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"][0]
    for ago, price in prices.items():
        day = (today - timedelta(days=ago)).isoformat()
        answer = client.put(f"/instruments/{held['instrument']['id']}/prices/{day}", json={"price": price})
        assert answer.status_code == 200, answer.text


def card(page):
    """The card, once its figures are there."""
    found = page.get_by_role("region", name="Returns")
    expect(found.locator("[data-figure=twr_pct]")).to_be_visible()
    return found


@pytest.fixture
def two_years(signed_in, client, portfolio, address):
    """The overview of 1,000 that fell to 800 and is worth 1,210 after 730 days."""
    bought(client, portfolio, 730, {730: "1000", 400: "800", 0: "1210"})
    signed_in.goto(address)
    card(signed_in)
    return signed_in


def test_the_three_returns_and_the_facts_below_them_are_worked_out_by_hand(two_years):
    # 1.21 over two years of 365 days: 21 % in all, 1.1² = 1.21, so 10 % a year; 800 ÷ 1000 − 1 = −20 %
    expected = {
        "xirr_pct": "+10.00%",
        "twr_pct": "+21.00%",
        "twr_annual_pct": "+10.00%",
        "profit_loss_pct": "+21.00%",
        "max_drawdown_pct": "−20.00%",
    }
    found = card(two_years)
    assert {figure: found.locator(f"[data-figure={figure}]").evaluate(SEEN) for figure in expected} == expected
    expect(found.get_by_text("Realised this financial year")).to_be_visible()
    expect(found.get_by_text(re.compile("As if a whole year"))).to_have_count(0)


def test_each_figure_is_that_of_the_api_and_opens_its_receipt(two_years, client, portfolio, said):
    made = performance(client, portfolio)
    worth = client.get(f"/portfolios/{portfolio['id']}/summary").json()
    found = card(two_years)
    for figure in FIGURES:
        exact = {**worth, **made}[figure]
        button = found.locator(f"[data-figure={figure}]")
        assert rounded_like(number(button.evaluate(SEEN)), exact), (figure, exact)
        button.click()
        slip = the_slip(two_years)
        assert rounded_like(number(slip.locator(".value").inner_text()), exact), (figure, exact)
        expect(slip.locator(".working li").first).to_be_visible()
        two_years.keyboard.press("Escape")
        expect(two_years.get_by_role("dialog")).to_have_count(0)
    assert said == []


def test_the_day_of_a_flow_stands_in_the_receipt(two_years, client, portfolio):
    first = date.fromisoformat(performance(client, portfolio)["from"])
    card(two_years).locator("[data-figure=xirr_pct]").click()
    lines = the_slip(two_years).locator(".working li")

    # 1,000 is paid in on the first day, 1,210 comes back on the last
    expect(lines).to_have_count(2)
    expect(lines.first.locator("b")).to_have_text("−₹1,000.00")
    expect(lines.first.locator("small")).to_have_text(re.compile(rf"^{first.day} \w+ {first.year}$"))


def test_under_a_year_only_the_money_has_a_rate_a_year_and_says_what_it_is(signed_in, client, portfolio, address):
    bought(client, portfolio, 100, {100: "1000", 0: "1100"})
    signed_in.goto(address)
    found = card(signed_in)

    # 1.1 ^ (365 ÷ 100) = e ^ (3.65 × 0.0953102) = 1.41606
    expect(found.locator("[data-figure=xirr_pct]")).to_contain_text("+41.61%")
    expect(found.get_by_text(re.compile("As if a whole year"))).to_be_visible()
    expect(found.locator("[data-figure=twr_pct]")).to_contain_text("+10.00%")
    expect(found.locator("[data-figure=twr_annual_pct]")).to_have_count(0)


def test_what_is_not_known_says_why_and_so_does_its_receipt(signed_in, client, portfolio, address, said):
    bought(client, portfolio, 100, {})
    signed_in.goto(address)
    found = card(signed_in)

    for figure in ("xirr_pct", "twr_pct", "profit_loss_pct", "max_drawdown_pct", "volatility_pct"):
        assert found.locator(f"[data-figure={figure}]").evaluate(SEEN) == "–"
    expect(found.get_by_text(re.compile("closing price of every day")).first).to_be_visible()
    found.locator("[data-figure=twr_pct]").click()
    expect(the_slip(signed_in).get_by_text(re.compile("closing price of every day"))).to_be_visible()
    assert said == []


def test_a_new_price_is_in_the_card_without_loading_the_page_again(two_years, client, portfolio):
    # 1,440 ÷ 1,000 = 1.44, and 1.2² = 1.44
    today = performance(client, portfolio)["to"]
    held = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"][0]
    client.put(f"/instruments/{held['instrument']['id']}/prices/{today}", json={"price": "1440"}).raise_for_status()

    expect(card(two_years).locator("[data-figure=twr_pct]")).to_contain_text("+44.00%")
    expect(card(two_years).locator("[data-figure=xirr_pct]")).to_contain_text("+20.00%")


def test_neither_all_portfolios_nor_an_empty_one_has_the_card(two_years, client, address):
    client.post("/portfolios", json={"name": "Empty", "currency": "INR"}).raise_for_status()
    for name in ("All portfolios", "Empty"):
        two_years.goto(address)
        two_years.get_by_role("button", name=re.compile("^Portfolio ")).click()
        two_years.get_by_role("navigation", name="Portfolios").get_by_role("button", name=name, exact=True).click()
        expect(two_years.get_by_role("heading", name="Holdings" if name != "Empty" else "Nothing here")).to_be_visible()
        expect(two_years.get_by_role("region", name="Returns")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_rule_of_accessibility_is_broken_and_nothing_scrolls_sideways(two_years, said, theme, width):
    two_years.emulate_media(color_scheme=theme, reduced_motion="reduce")
    two_years.set_viewport_size({"width": width, "height": 844})
    card(two_years).scroll_into_view_if_needed()

    broken = Axe().run(two_years).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert two_years.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []
