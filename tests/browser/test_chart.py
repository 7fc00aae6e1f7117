"""The chart of value: the number on top follows it, and money that comes and goes is no gain."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import GOLD, record


@pytest.fixture
def month(signed_in, client, portfolio, address):
    """The overview of a coin bought 30 days ago at 1,000, another 3 days ago at 1,100; each is worth 1,200 today."""
    today = date.fromisoformat(client.get(f"/portfolios/{portfolio['id']}/performance").json()["to"])
    days = {ago: (today - timedelta(days=ago)).isoformat() for ago in (30, 3, 0)}
    record(client, portfolio, {"type": "BUY", "traded_on": days[30], "quantity": "1", "price": "1000", **GOLD})
    record(client, portfolio, {"type": "BUY", "traded_on": days[3], "quantity": "1", "price": "1100", **GOLD})
    held = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"][0]
    for ago, price in {30: "1000", 3: "1100", 0: "1200"}.items():
        answer = client.put(f"/instruments/{held['instrument']['id']}/prices/{days[ago]}", json={"price": price})
        assert answer.status_code == 200, answer.text
    signed_in.goto(address)
    expect(signed_in.get_by_role("slider")).to_be_visible(timeout=15_000)
    return signed_in


def test_the_number_follows_the_crosshair_and_the_gain_leaves_out_what_was_paid_in(month, said):
    slider, total = month.get_by_role("slider"), month.locator(".total")
    expect(total).to_have_text(re.compile("2,400.00"))
    slider.focus()

    month.keyboard.press("Home")
    expect(month.get_by_role("heading", name=re.compile("^.*Value on "))).to_be_visible()
    expect(total).to_have_text(re.compile("1,000.00"))

    # on the last day: 2 × 1,200 = 2,400, of which 1,000 + 1,100 was paid in
    month.keyboard.press("End")
    expect(total).to_have_text(re.compile("2,400.00"))
    expect(month.get_by_text(re.compile("cash flows taken out"))).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"₹2,400\.00, \+₹300\.00"))

    month.keyboard.press("Escape")
    expect(month.get_by_role("heading", name="Total value")).to_be_visible()
    assert said == []


def test_a_range_says_what_it_has_made_without_what_was_paid_in_during_it(month):
    month.get_by_role("radio", name="1W").check(force=True)

    # a week ago it was worth 1,000; 1,100 came in; 2,400 − 1,000 − 1,100 = 300
    # what came in worked from the start of its day: 2,200 ÷ (1,000 + 1,100), then 2,400 ÷ 2,200: 2,400 ÷ 2,100
    expect(month.get_by_text("past week")).to_be_visible()
    expect(month.locator(".deltas")).to_have_text(re.compile(r"\+₹300\.00\s*\+14\.29%\s*past week"))
    assert month.get_by_role("radio", name="1Y").count() == 0


def test_the_same_facts_are_there_as_a_table(month):
    month.get_by_role("button", name="Show as table").click()

    table = month.get_by_role("table", name=re.compile("^Value"))
    # the three days that have a price
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(table.locator("tbody tr").first).to_contain_text("₹2,400.00")


def test_hidden_amounts_leave_no_digit_in_the_chart(month):
    month.keyboard.press("h")
    month.get_by_role("slider").focus()
    month.keyboard.press("End")

    for digits in ("2,400", "2,100", "300.00"):
        assert digits not in month.locator("main").inner_html()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_rule_of_accessibility_is_broken_while_a_day_is_pointed_at(month, width):
    month.emulate_media(reduced_motion="reduce")
    month.set_viewport_size({"width": width, "height": 900})
    month.get_by_role("button", name="Show as table").click()
    month.get_by_role("slider").focus()
    month.keyboard.press("ArrowLeft")

    broken = Axe().run(month).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert month.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
