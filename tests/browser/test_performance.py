"""The performance screen: what was made, over which days, against what, by year and by holding."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import APPLE, record
from tests.browser.screen import SEEN, number, rounded_like
from tests.browser.test_receipts import the_slip
from tests.browser.test_returns import bought, performance

SHIFTS = """() => new Promise(tell => {
    let sum = 0
    new PerformanceObserver(list => list.getEntries().forEach(one => sum += one.hadRecentInput ? 0 : one.value))
        .observe({type: 'layout-shift', buffered: true})
    setTimeout(() => tell(sum), 300)
})"""


def hero(page):
    """What the large figure shows to the eye."""
    return page.locator("main .total")


def opened(page, address):
    """The screen, once its chart is there."""
    page.goto(f"{address}/performance")
    expect(page.get_by_role("slider")).to_be_visible(timeout=15_000)
    return page


@pytest.fixture
def two_years(signed_in, client, portfolio, address):
    """The screen of 1,000 that fell to 800 and is worth 1,210 after 730 days."""
    bought(client, portfolio, 730, {730: "1000", 400: "800", 0: "1210"})
    return opened(signed_in, address)


def shown(page):
    """The large figure as a number."""
    return number(hero(page).evaluate(SEEN))


def test_what_was_made_is_that_of_the_api_and_its_parts_are_worked_out_by_hand(two_years, client, portfolio, said):
    # 1,210 − 1,000 = 210, all of it by the one holding; 1.21 over two years is 21 %, and 10 % a year
    made = performance(client, portfolio)["made"]
    assert rounded_like(shown(two_years), made)
    expect(hero(two_years)).to_have_text(re.compile(r"\+₹210\.00"))
    returns = two_years.get_by_role("region", name="Three returns")
    assert returns.locator("[data-figure=twr_annual_pct]").evaluate(SEEN) == "+10.00%"
    assert returns.locator("[data-figure=twr_pct]").evaluate(SEEN) == "+21.00%"
    assert returns.locator("[data-figure=xirr_pct]").evaluate(SEEN) == "+10.00%"
    expect(two_years.get_by_role("region", name="What made it").get_by_role("listitem")).to_have_text(
        [re.compile(r"COIN.*\+₹210\.00.*100\.0%"), re.compile(r"Made since the start.*\+₹210\.00")]
    )
    expect(two_years.get_by_role("region", name="Put in, and grown").locator("dd")).to_have_text(
        ["₹1,000.00", "₹210.00", "₹1,210.00"]
    )
    years = two_years.get_by_role("region", name="By financial year").get_by_role("table")
    expect(years.get_by_role("row").last).to_have_text(re.compile(r"Total.*₹1,000\.00.*\+₹210\.00"))
    assert said == []


def test_a_range_opens_with_its_own_value(two_years):
    # The ledger is two years old: three and five years are not offered. A year ago it was worth 800: 1,210 − 800 = 410.
    ranges = two_years.get_by_role("group", name="Range")
    assert ranges.get_by_role("radio").evaluate_all("all => all.map(one => one.value)")[-2:] == ["1Y", "All"]

    ranges.get_by_text("1Y", exact=True).click()

    expect(two_years.get_by_role("heading", name="Made in the past year")).to_be_visible()
    expect(hero(two_years)).to_have_text(re.compile(r"\+₹410\.00"))
    expect(two_years.get_by_text(re.compile(r"₹800\.00 then, ₹0\.00 put in since"))).to_be_visible()


def test_the_figure_follows_the_crosshair_from_the_keyboard(two_years, client, portfolio):
    first = performance(client, portfolio)["from"]
    chart = two_years.get_by_role("slider")
    chart.focus()

    # On the first day nothing had been made; before today's price it stood at 800, 200 below what was put in.
    two_years.keyboard.press("Home")
    expect(two_years.get_by_role("heading", level=1)).to_have_text(
        re.compile(f"^Made by {date.fromisoformat(first).day} ")
    )
    assert shown(two_years) == 0
    two_years.keyboard.press("End")
    two_years.keyboard.press("ArrowLeft")
    expect(hero(two_years)).to_have_text(re.compile(r"−₹200\.00"))
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"₹800\.00, −20\.00% time-weighted, 20\.0% below"))
    two_years.keyboard.press("Escape")
    expect(hero(two_years)).to_have_text(re.compile(r"\+₹210\.00"))


def test_each_figure_opens_its_receipt(two_years, client, portfolio, said):
    worth = client.get(f"/portfolios/{portfolio['id']}/summary").json()
    exact = {**worth, **performance(client, portfolio)}
    buttons = two_years.locator("main button[data-figure]")
    figures = buttons.evaluate_all("all => all.map(one => one.dataset.figure)")
    assert {"total_profit_loss", "xirr_pct", "twr_pct", "twr_annual_pct", "profit_loss_pct"} <= set(figures)
    for at, figure in enumerate(figures):
        buttons.nth(at).click()
        value = number(the_slip(two_years).locator(".value").inner_text())
        assert rounded_like(value, exact[figure]), (figure, exact[figure])
        two_years.keyboard.press("Escape")
        expect(two_years.get_by_role("dialog")).to_have_count(0)
    assert said == []


def test_the_chart_is_there_as_a_table(two_years):
    two_years.get_by_text("The same as a table").click()

    rows = two_years.get_by_role("table", name="Ends of months").get_by_role("row")
    # the head, the last day, and the ends of the months before it
    expect(rows.nth(1)).to_have_text(re.compile(r"₹1,210\.00.*₹1,000\.00.*\+₹210\.00.*121\.0"))
    expect(rows.nth(2)).to_have_text(re.compile(r"₹800\.00.*₹1,000\.00.*−₹200\.00.*80\.0.*20\.0%"))


def test_what_it_is_compared_with_is_remembered_and_can_be_taken_away(two_years, said):
    two_years.get_by_label("Compare with").select_option("COIN")

    # Compared with itself it is neither ahead nor behind.
    against = two_years.get_by_text(re.compile("against COIN"))
    expect(against.first).to_have_text(re.compile(r"^0\.00 pp against COIN, 10\.00%"))
    expect(two_years.get_by_text("COIN, same cash flows")).to_be_visible()
    two_years.reload()
    expect(against.first).to_be_visible()
    two_years.get_by_label("Compare with").select_option("Nothing")
    expect(against).to_have_count(0)
    expect(two_years.get_by_text("COIN, same cash flows")).to_have_count(0)
    assert said == []


def test_something_else_to_compare_with_is_found_by_its_name(two_years, said):
    two_years.get_by_label("Compare with").select_option("Search for another…")
    two_years.keyboard.type("coin")
    expect(two_years.get_by_role("option")).to_have_count(1)
    two_years.keyboard.press("Enter")

    expect(two_years.get_by_text("COIN, same cash flows")).to_be_visible()
    assert said == []


def test_a_new_price_is_there_without_loading_the_page_again(two_years, client, portfolio):
    # 1,440 − 1,000 = 440
    today = performance(client, portfolio)["to"]
    held = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"][0]
    client.put(f"/instruments/{held['instrument']['id']}/prices/{today}", json={"price": "1440"}).raise_for_status()

    expect(hero(two_years)).to_have_text(re.compile(r"\+₹440\.00"))


def test_hidden_amounts_leave_no_digit_of_a_sum(two_years):
    two_years.get_by_text("The same as a table").click()
    two_years.keyboard.press("h")

    expect(hero(two_years)).to_have_text(re.compile("hidden amount"))
    expect(two_years.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("amount hidden"))
    text = two_years.locator("main").evaluate("node => node.outerHTML")
    assert [sum_ for sum_ in ("₹1", "1,000", "1,210", "210.00", "800.00") if sum_ in text] == []


def test_foreign_holdings_have_a_part_of_their_price_and_one_of_their_currency(
    signed_in, client, portfolio, market, address
):
    # At today's rate, 100 ÷ 1.25 = 80, the price made 15 × (231.45 − 190.5) × 80 = 49,140;
    # on what was paid the dollar lost 15 × 190.5 × (82.5 − 80) = 7,143.75; both made 41,996.25.
    market.set("AAPL", "231.4500", currency="USD", name="Apple Inc.", previous_close="229.00")
    client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).raise_for_status()
    row = {"type": "BUY", "traded_on": "2026-01-06", "quantity": "15", "price": "190.5", "fx_rate": "82.5", **APPLE}
    record(client, portfolio, row)
    signed_in.goto(f"{address}/performance")

    panel = signed_in.get_by_role("region", name="Currency effect")
    expect(panel.locator("dd")).to_have_count(3)
    assert [one.evaluate(SEEN) for one in panel.locator("dd").all()] == ["+₹49,140", "−₹7,144", "+₹41,996"]


def test_all_portfolios_are_measured_together(two_years, client, address):
    # 210 by the one, 1,100 − 1,000 = 100 by the other
    other = client.post("/portfolios", json={"name": "Other", "currency": "INR"}).raise_for_status().json()
    bond = {"asset_type": "STOCK", "exchange": "MANUAL", "symbol": "BOND", "currency": "INR"}
    today = date.fromisoformat(performance(client, other)["to"])
    on = (today - timedelta(days=100)).isoformat()
    record(client, other, {"type": "BUY", "traded_on": on, "quantity": "1", "price": "1000", **bond})
    held = client.get(f"/portfolios/{other['id']}/summary").json()["holdings"][0]["instrument"]["id"]
    for day, price in ((on, "1000"), (today.isoformat(), "1100")):
        client.put(f"/instruments/{held}/prices/{day}", json={"price": price}).raise_for_status()
    two_years.goto(f"{address}/performance")
    two_years.get_by_role("button", name=re.compile("^Portfolio ")).click()
    choices = two_years.get_by_role("navigation", name="Portfolios")
    choices.get_by_role("button", name="All portfolios", exact=True).click()

    expect(hero(two_years)).to_have_text(re.compile(r"\+₹310\.00"))


def test_without_transactions_or_a_past_it_says_what_mends_it(signed_in, client, portfolio, address):
    signed_in.goto(f"{address}/performance")
    expect(signed_in.get_by_role("heading", name="Nothing to measure yet")).to_be_visible()

    bought(client, portfolio, 0, {0: "1100"})

    expect(signed_in.get_by_text("Returns need a price before today")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Open data health")).to_be_visible()
    expect(signed_in.get_by_role("slider")).to_have_count(0)


def test_an_answer_that_fails_can_be_asked_for_again(two_years, address):
    two_years.route("**/performance?**", lambda route: route.abort())
    two_years.goto(f"{address}/performance")
    expect(two_years.get_by_role("alert")).to_contain_text("Your data is safe")
    two_years.unroute("**/performance?**")

    two_years.get_by_role("button", name="Try again").click()

    expect(hero(two_years)).to_have_text(re.compile(r"\+₹210\.00"))


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_when_the_figures_come(two_years, address, width):
    two_years.set_viewport_size({"width": width, "height": 844})
    two_years.route("**/performance?**", lambda route: (two_years.wait_for_timeout(400), route.continue_()))
    opened(two_years, address)

    assert two_years.evaluate(SHIFTS) < 0.05


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 390])
def test_no_rule_of_accessibility_is_broken_and_nothing_scrolls_sideways(two_years, said, theme, width):
    two_years.emulate_media(color_scheme=theme, reduced_motion="reduce")
    two_years.set_viewport_size({"width": width, "height": 844})
    two_years.get_by_label("Compare with").select_option("COIN")
    two_years.get_by_text("The same as a table").click()
    expect(two_years.get_by_text("COIN, same cash flows")).to_be_visible()
    two_years.get_by_role("slider").focus()
    two_years.keyboard.press("Home")

    broken = Axe().run(two_years).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert two_years.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []
