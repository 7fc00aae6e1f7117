"""What people come for: enter what they own, see what it is worth, and see it live."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def portfolio(client):
    """An empty portfolio in rupees, with Yahoo on."""
    client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).raise_for_status()
    made = client.post("/portfolios", json={"name": "Long term", "currency": "INR"})
    assert made.status_code == 201
    return made.json()


def add(page, tab, query, option, quantity, price, day=None, price_label="Price"):
    """Fills the dialog that the key `a` opens, as a person does."""
    page.locator("main").click(position={"x": 2, "y": 2})
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(tab, exact=True).click()
    dialog.get_by_role("combobox", name="Instrument").fill(query)
    expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    dialog.get_by_role("option", name=re.compile(option)).first.click()
    if day:
        dialog.locator("[type=date]").fill(day)
    dialog.get_by_label(re.compile("^(Shares|Units)")).fill(quantity)
    dialog.get_by_label(price_label, exact=True).fill(price)
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    return dialog


def by_hand(page, tab, symbol, quantity, price, day=None, price_label="Price"):
    return add(page, tab, symbol, f"Add .{symbol}. by hand|{symbol}", quantity, price, day, price_label)


def test_a_stock_is_entered_priced_at_once_and_exact(signed_in, portfolio, address, said):
    page = signed_in
    page.goto(address)

    dialog = by_hand(page, "Buy", "INFY", "10", "1400", day="2026-01-05")
    expect(dialog).to_be_hidden()

    # 10 × 1512.60 = 15,126.00; cost 10 × 1400 = 14,000; profit 1,126 = 8.04 %
    hero = page.locator(".total")
    expect(hero).to_have_text(re.compile("15,126.00"), timeout=15_000)
    expect(page.get_by_text("Infosys Limited").first).to_be_visible()
    expect(page.get_by_text("+8.04%").first).to_be_visible()
    # today: 10 × (1512.60 − 1500.00) = 126, which is 0.84 % of 15,000
    expect(page.get_by_text("+0.84%").first).to_be_visible()
    assert said == []


def test_a_refresh_changes_the_number_without_a_reload(signed_in, portfolio, address, market, said):
    page = signed_in
    page.goto(address)
    by_hand(page, "Buy", "INFY", "10", "1400", day="2026-01-05")
    expect(page.locator(".total")).to_have_text(re.compile("15,126.00"), timeout=15_000)
    page.evaluate("window.stillHere = true")
    market.set("INFY.NS", "1520.00", currency="INR", name="Infosys Limited", previous_close="1500.00")

    page.get_by_role("button", name="Refresh now").click()

    expect(page.locator(".total")).to_have_text(re.compile("15,200.00"), timeout=15_000)
    assert page.evaluate("window.stillHere") is True
    assert said == []


def test_a_source_that_fails_leaves_the_last_price_with_its_age(signed_in, portfolio, address, market):
    page = signed_in
    page.goto(address)
    by_hand(page, "Buy", "INFY", "10", "1400", day="2026-01-05")
    expect(page.locator(".total")).to_have_text(re.compile("15,126.00"), timeout=15_000)
    market.fail("yahoo", status=429)

    page.get_by_role("button", name="Refresh now").click()
    page.wait_for_timeout(2_000)
    page.reload()

    expect(page.locator(".total")).to_have_text(re.compile("15,126.00"))


def test_a_sale_of_too_much_says_which_day_and_how_much_was_held(signed_in, portfolio, address):
    page = signed_in
    page.goto(address)
    by_hand(page, "Buy", "INFY", "10", "1400", day="2026-01-05")
    expect(page.locator(".total")).to_have_text(re.compile("15,126.00"), timeout=15_000)

    dialog = add(page, "Sell", "INFY", "INFY", "10.001", "1500", day="2026-02-03")

    expect(dialog.get_by_text(re.compile("you held 10, not 10.001"))).to_be_visible()
    dialog.get_by_role("button", name="Sell all 10").click()
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".total")).not_to_have_text(re.compile("15,126.00"))


def test_a_fund_is_found_by_its_name_and_booked_at_its_nav(signed_in, portfolio, address, client):
    page = signed_in
    page.goto(address)

    dialog = add(page, "Buy", "parag parikh", "Parag Parikh", "100", "90", day="2026-01-05", price_label="NAV")
    expect(dialog).to_be_hidden()

    # 100 × 94.3121 = 9,431.21
    expect(page.locator(".total")).to_have_text(re.compile("9,431.21"), timeout=15_000)
    expect(page.get_by_text(re.compile("NAV")).first).to_be_visible()


def test_what_no_source_knows_is_said_and_never_shown_as_zero(signed_in, portfolio, address):
    page = signed_in
    page.goto(address)

    by_hand(page, "Holding", "NOSUCH", "5", "100", price_label="Average price paid")

    expect(page.get_by_text("0 of 1")).to_be_visible(timeout=15_000)
    expect(page.get_by_text(re.compile("Switch on a source that knows NOSUCH on NSE in INR")).first).to_be_visible()
    expect(page.locator(".total")).not_to_have_text(re.compile("0.00"))
