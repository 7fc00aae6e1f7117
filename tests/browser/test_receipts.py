"""Receipts: every figure shows its working; and a ledger of more than buying and selling, as it is entered."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import APPLE, GOLD, record
from tests.browser.screen import SEEN, number, rounded_like
from tests.browser.test_main_job import by_hand

STOCK = {"asset_type": "STOCK", "exchange": "NSE", "symbol": "INFY"}
ROWS = (
    {"type": "DEPOSIT", "traded_on": "2026-01-02", "price": "500000"},
    {"type": "BUY", "traded_on": "2026-01-05", "quantity": "100", "price": "1400", "fees": "20", **STOCK},
    {"type": "SELL", "traded_on": "2026-02-03", "quantity": "40", "price": "1500", "fees": "20", **STOCK},
    {"type": "DIVIDEND", "traded_on": "2026-03-02", "quantity": "60", "price": "19", "taxes": "114", **STOCK},
    {"type": "BUY", "traded_on": "2026-01-06", "quantity": "15", "price": "190.5", "fx_rate": "82.5", **APPLE},
    {"type": "FEE", "traded_on": "2026-03-03", "price": "590"},
)


@pytest.fixture
def portfolio(client, market):
    """An empty portfolio in rupees that tracks its cash, with Yahoo on."""
    market.set("AAPL", "231.4500", currency="USD", name="Apple Inc.", previous_close="229.00")
    client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).raise_for_status()
    made = client.post("/portfolios", json={"name": "Long term", "currency": "INR", "cash_tracked": True})
    assert made.status_code == 201
    return made.json()


@pytest.fixture
def overview(signed_in, client, portfolio, address):
    """The overview of a ledger with every kind of figure in it, all of it priced."""
    record(client, portfolio, *ROWS)
    signed_in.goto(address)
    expect(signed_in.get_by_text("2 of 2")).to_be_visible(timeout=15_000)
    expect(signed_in.locator("tbody tr")).to_have_count(2)
    expect(signed_in.locator("dl [data-figure=xirr_pct]").first).to_be_visible()
    return signed_in


def the_slip(page):
    """The open receipt, once it has been read."""
    slip = page.get_by_role("dialog")
    expect(slip.locator(".value")).to_be_visible()
    return slip


def test_every_figure_of_the_overview_opens_a_receipt_of_the_same_value(overview, client, portfolio, said):
    seen = set()
    for button in overview.locator("button[data-figure]:not([aria-labelledby=returns-h] *)").all():
        figure, holding = button.get_attribute("data-figure"), button.get_attribute("data-holding")
        shown = number(button.evaluate(SEEN))
        button.click()
        on_top = number(the_slip(overview).locator(".value").inner_text())
        asked = {"figure": figure, **({"holding": holding} if holding else {})}
        exact = client.get(f"/portfolios/{portfolio['id']}/explain", params=asked).json()["value"]
        assert rounded_like(shown, exact), (figure, holding, shown, exact)
        assert rounded_like(on_top, exact), (figure, holding, on_top, exact)
        overview.keyboard.press("Escape")
        expect(overview.get_by_role("dialog")).to_have_count(0)
        seen.add(figure)
    of_the_portfolio = {"current_value", "invested", "profit_loss", "profit_loss_pct", "day_change", "day_change_pct"}
    more = {"realised", "income", "tax_withheld", "charges", "total_profit_loss", "cash"}
    effects = {"price_effect", "currency_effect"}
    of_a_holding = {"quantity", "avg_buy_price", "last_price", "fx_rate", "weight_pct"}
    assert seen == of_the_portfolio | more | effects | of_a_holding | {"xirr_pct"}
    assert said == []


def test_the_parts_on_screen_are_those_of_the_sum(overview):
    # bought 100 × 1400 + 20 = 140,020; 40 of 100 sold: 40 × 1500 − 20 − 56,008 = 3,972 realised
    # 60 × 19 − 114 = 1,026 income; INFY 60 × 1512.60 − 84,012 = 6,744; AAPL at 100 ÷ 1.25 = 80 a dollar:
    # 15 × 231.45 × 80 − 15 × 190.5 × 82.5 = 277,740 − 235,743.75 = 41,996.25; held 48,740.25; in all 53,148.25
    strip = overview.locator("dl").first
    for text in ("₹48,740", "₹3,972", "₹1,026", "₹590", "₹53,148", "₹114"):
        expect(strip.get_by_text(text).first).to_be_visible()
    # cash: 500,000 − 140,020 + 59,980 + 1,026 − 235,743.75 − 590
    expect(overview.get_by_text("₹1,84,652").first).to_be_visible()


def test_a_receipt_opens_folds_and_closes_by_keyboard_alone(overview, said):
    figure = "document.activeElement.dataset.figure"
    overview.locator("#main").focus()
    for _ in range(20):
        overview.keyboard.press("Tab")
        if overview.evaluate(figure) == "current_value":
            break
    expect(overview.locator(":focus")).to_have_accessible_name(
        re.compile("^Current value, ₹3,68,496.00 – show working$")
    )

    overview.keyboard.press("Enter")
    slip = the_slip(overview)
    expect(slip.get_by_role("heading")).to_be_focused()
    for _ in range(3):  # the button that closes, the region that scrolls, the first line
        overview.keyboard.press("Tab")
    expect(slip.get_by_role("button", name="INFY")).to_be_focused()
    overview.keyboard.press("Enter")
    expect(slip.get_by_text("Last price", exact=True)).to_be_visible()
    # where the price comes from, since when it is true, when it was fetched
    expect(slip.get_by_text(re.compile("Yahoo Finance · as of .* · fetched"))).to_be_visible()
    overview.keyboard.press("Escape")

    expect(overview.get_by_role("dialog")).to_have_count(0)
    assert overview.evaluate(figure) == "current_value"
    assert said == []


def test_a_press_beside_a_receipt_closes_it(overview):
    overview.locator(".total button").click()
    the_slip(overview)

    overview.mouse.click(1400, 880)

    expect(overview.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_rule_of_accessibility_is_broken_by_a_receipt(overview, said, theme, width):
    overview.emulate_media(color_scheme=theme, reduced_motion="reduce")
    overview.set_viewport_size({"width": width, "height": 844})
    overview.locator("[data-figure=total_profit_loss]").first.click()
    slip = the_slip(overview)
    slip.locator("[aria-expanded=false]").first.click()

    broken = Axe().run(overview).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert said == []


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_it_is_a_sheet_from_below_that_never_scrolls_sideways(overview, width):
    overview.set_viewport_size({"width": width, "height": 844})
    overview.locator("main li [data-figure=profit_loss]").last.click()
    slip = the_slip(overview)
    while slip.locator("[aria-expanded=false]").count():
        slip.locator("[aria-expanded=false]").first.click()

    box = slip.bounding_box()
    assert (box["x"], round(box["y"] + box["height"])) == (0, 844)
    for node in ("document.documentElement", "document.querySelector('.working')"):
        assert overview.evaluate(f"Math.max(0, {node}.scrollWidth - {node}.clientWidth)") == 0


def test_hidden_amounts_are_hidden_in_a_receipt_too(overview):
    overview.keyboard.press("h")
    overview.locator(".total button").click()
    slip = the_slip(overview)
    slip.locator("[aria-expanded=false]").first.click()

    # 60 × 1512.60 = 90,756 of 3,68,496; neither is left, nor how many there are
    for digits in ("3,68,496", "90,756"):
        assert digits not in slip.inner_html()
    expect(slip.get_by_text("₹1,512.60")).to_be_visible()


def test_what_could_not_be_read_is_asked_for_again(overview):
    overview.route("**/explain**", lambda route: route.abort())
    overview.locator(".total button").click()
    again = overview.get_by_role("dialog").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    overview.unroute("**/explain**")

    again.click()

    expect(the_slip(overview).locator(".value")).to_have_text("₹3,68,496.00")


def test_a_long_working_begins_with_its_first_lines(signed_in, client, portfolio, address):
    day = "2026-01-{:02}"
    rows = [
        {"type": "BUY", "traded_on": day.format(n), "quantity": "1", "price": "1400", **STOCK} for n in range(1, 15)
    ]
    record(client, portfolio, *rows)
    signed_in.goto(address)
    signed_in.locator("tbody [data-figure=quantity]").click()
    slip = the_slip(signed_in)
    expect(slip.locator(".working li")).to_have_count(12)

    slip.get_by_role("button", name="Show all 14").click()

    expect(slip.locator(".working li")).to_have_count(14)


def test_a_split_and_a_dividend_are_entered_and_count(signed_in, portfolio, address, said):
    page = signed_in
    page.goto(address)
    by_hand(page, "Buy", "INFY", "10", "1400", day="2026-01-05")
    expect(page.locator(".total")).to_have_text(re.compile("15,126.00"), timeout=15_000)

    dialog = choose(page, "Split")
    dialog.locator("[type=date]").fill("2026-02-03")
    dialog.get_by_label("Ratio").fill("ten")
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog.get_by_text("Two numbers, as 10:1")).to_be_visible()
    dialog.get_by_label("Ratio").fill("10:1")
    expect(dialog.get_by_text("100 shares @ ₹140.00")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog).to_be_hidden()
    # 10 shares are 100: 100 × 1512.60
    expect(page.locator(".total")).to_have_text(re.compile("1,51,260.00"))

    dialog = choose(page, "Dividend")
    dialog.locator("[type=date]").fill("2026-03-02")
    dialog.get_by_label("Gross amount").fill("190")
    dialog.get_by_label("Tax withheld").fill("19")
    expect(dialog.get_by_text("₹171.00")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog).to_be_hidden()
    # 190 − 19 = 171; with 151,260 − 14,000 = 137,260 on what is held: 137,431
    expect(page.get_by_text("+₹1,37,431").first).to_be_visible()

    page.goto(f"{address}/activity")
    for text in ("10:1", "after ₹19.00 tax", "+₹171.00"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    assert said == []


def test_what_no_source_prices_is_priced_by_hand(signed_in, client, portfolio, address, said):
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "3", "price": "60000", **GOLD})
    page = signed_in
    page.goto(address)

    page.get_by_role("button", name="Enter a price for COIN").first.click()
    page.get_by_label("Price of one").fill("71,500")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    # 3 × 71,500
    expect(page.locator(".total")).to_have_text(re.compile("2,14,500.00"))
    expect(page.get_by_text("by hand, today", exact=True)).to_be_visible()
    assert said == []


def choose(page, kind):
    """The dialog with a kind and INFY chosen in it."""
    page.locator("main").click(position={"x": 2, "y": 2})
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(kind, exact=True).click()
    dialog.get_by_role("option", name=re.compile("Infosys")).first.click()
    return dialog
