"""The page of one holding: its price, its figures with their receipts, its past, its lots and its transactions."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import GOLD, record
from tests.browser.screen import SEEN, number, rounded_like
from tests.browser.test_receipts import the_slip

WEEKS = 30
TEN = (
    *("current_value", "invested", "profit_loss", "quantity", "avg_buy_price"),
    *("realised", "income", "total_profit_loss", "xirr_pct", "weight_pct"),
)


class Held:
    """A coin with a price a week, up by 2 from 100: bought 10 and 10, sold 5, then each became two, then a payment."""

    def __init__(self, client, page, address):
        self.client, self.page, self.address = client, page, address
        self.portfolio = client.post("/portfolios", json={"name": "Long term", "currency": "INR"}).json()
        self.today = date.fromisoformat(client.get(f"/portfolios/{self.portfolio['id']}/performance").json()["to"])
        self.record("BUY", 30, quantity="10", price="100")
        self.record("BUY", 20, quantity="10", price="120", fees="20")
        self.record("SELL", 10, quantity="5", price="150")
        self.record("BONUS", 5, ratio="2:1")
        self.record("DIVIDEND", 2, quantity="1", price="90", taxes="9")
        self.id = self.worth()["id"]
        for week in range(WEEKS, -1, -1):
            # in units of that day: from 5 weeks ago on one is half of what it was
            price = 100 + 2 * (WEEKS - week)
            body = {"price": str(price if week > 5 else price // 2)}
            client.put(f"/instruments/{self.worth()['instrument']['id']}/prices/{self.ago(week)}", json=body)

    def ago(self, weeks):
        return (self.today - timedelta(weeks=weeks)).isoformat()

    def record(self, kind, weeks, **more):
        record(self.client, self.portfolio, {"type": kind, "traded_on": self.ago(weeks), **GOLD, **more})

    def worth(self):
        return self.client.get(f"/portfolios/{self.portfolio['id']}/summary").json()["holdings"][0]

    def lots(self):
        return self.client.get(f"/holdings/{self.id}/lots").json()

    def open(self, holding_id=None):
        self.page.goto(f"{self.address}/holdings/{holding_id or self.id}")
        return self.page


@pytest.fixture
def held(client, signed_in, address):
    return Held(client, signed_in, address)


@pytest.fixture
def shown(held):
    """The page, once all of it was read."""
    page = held.open()
    expect(page.get_by_role("slider")).to_be_visible()
    expect(page.get_by_role("heading", name="Lots")).to_be_visible()
    expect(page.locator("dl [data-figure=xirr_pct]")).to_be_visible()
    return page


def test_each_of_the_ten_figures_opens_a_receipt_of_the_same_value(shown, held, said):
    strip = shown.locator("dl").first
    for figure in (*TEN, "last_price"):
        place = shown.locator(".total") if figure == "last_price" else strip
        button = place.locator(f"[data-figure={figure}]")
        on_page = number(button.evaluate(SEEN))
        button.click()
        on_top = number(the_slip(shown).locator(".value").inner_text())
        asked = {"figure": figure, "holding": held.id}
        exact = held.client.get(f"/portfolios/{held.portfolio['id']}/explain", params=asked).json()["value"]
        assert rounded_like(on_page, exact), (figure, on_page, exact)
        assert rounded_like(on_top, exact), (figure, on_top, exact)
        shown.keyboard.press("Escape")
        expect(shown.get_by_role("dialog")).to_have_count(0)
    assert said == []


def test_the_lots_add_up_and_one_line_leads_to_the_average_cost(shown, held):
    # Lots: 5 of the first at 100, 10 of the second for 1,220, and 15 bonus units that cost nothing: 1,720.
    # By average 2,220 ÷ 20 = 111 each, 15 are left: 1,665, which is 55 less. 30 units at 80 are worth 2,400.
    lots = shown.get_by_role("region", name="Lots")
    costs = [number(one) for one in lots.locator("tbody td:nth-child(4)").all_inner_texts()]
    values = [number(one) for one in lots.locator("tbody tr td:nth-child(5)").all_inner_texts()]

    assert sorted(costs) == [0, 500, 1220]
    assert sum(costs) == sum(Decimal(lot["cost"]) for lot in held.lots()["tax_lots"]) == 1720
    assert sum(values) == 2400
    assert number(lots.locator("tfoot [data-sum=cost]").inner_text()) == 1720
    expect(lots.locator("tfoot")).to_contain_text("₹2,400.00")
    expect(lots.get_by_text("Counted by average cost instead of oldest first")).to_be_visible()
    expect(lots.locator("dl div").first).to_contain_text("−₹55.00")
    expect(lots.locator("dl div").last).to_contain_text("₹1,665.00")
    assert Decimal(held.worth()["invested"]) == 1665


def test_the_crosshair_goes_by_keyboard_and_the_number_on_top_follows(shown, held):
    chart, hero = shown.get_by_role("slider"), shown.locator(".total")
    expect(hero).to_contain_text("₹80.00")
    expect(chart).to_have_attribute("aria-valuenow", str(WEEKS))

    chart.focus()
    shown.keyboard.press("Home")

    # 100 before the bonus is 50 in units of now; the last price, 160 ÷ 2 = 80, is 60 % above it
    expect(hero).to_contain_text("₹50.00")
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"₹50\.00, 0\.00%"))
    expect(shown.locator(".tip")).to_contain_text("Bought 10 @ ₹100.00")
    shown.keyboard.press("ArrowRight")
    expect(hero).to_contain_text("₹51.00")
    shown.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"₹80\.00, \+60\.00%"))
    shown.keyboard.press("Escape")
    expect(shown.locator(".tip")).to_have_count(0)
    expect(hero).to_contain_text("₹80.00")


def test_what_the_chart_shows_stands_in_a_table_too(shown, held):
    shown.get_by_role("button", name="Show as table").click()

    table = shown.get_by_role("region", name="Price history").get_by_role("table")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(WEEKS + 1)
    expect(rows.last).to_contain_text("₹50.00")
    expect(rows.last).to_contain_text("Buy 10 @ ₹100.00")
    expect(rows.nth(5)).to_contain_text("Bonus 1:1")
    expect(rows.first).to_contain_text("₹80.00")


def test_candles_are_made_of_closes_and_say_so(shown):
    shown.get_by_text("Candles", exact=True).click()

    expect(shown.get_by_text("Weekly candles made of daily closes")).to_be_visible()
    shown.get_by_role("slider").focus()
    shown.keyboard.press("End")
    # the last week opened at the close before it
    expect(shown.locator(".tip")).to_contain_text(re.compile(r"Open ₹79\.00.*Close ₹80\.00"))


def test_a_bonus_is_a_sentence(shown):
    expect(shown.get_by_text(re.compile(r"1:1 bonus on .*, your 15 became 30"))).to_be_visible()


def test_the_ledger_says_what_was_held_after_and_a_row_opens(shown):
    ledger = shown.get_by_role("region", name="Transactions")
    rows = ledger.locator("tbody tr")

    assert [row.locator("td").last.inner_text() for row in rows.all()] == ["30", "30", "15", "20", "10"]
    # 81 for the dividend less tax, 750 for what was sold, less 1,000 and 1,220
    expect(ledger.locator("tfoot")).to_contain_text("−₹1,389.00")
    rows.last.get_by_role("button").click()
    expect(shown.get_by_role("dialog").get_by_role("heading")).to_have_text("Edit transaction")


def test_buying_more_starts_with_the_instrument(shown):
    shown.locator("main").get_by_role("button", name="Buy", exact=True).click()

    dialog = shown.get_by_role("dialog")
    expect(dialog.get_by_text("COIN").first).to_be_visible()
    expect(dialog.get_by_label("Shares", exact=True)).to_be_visible()


def test_hidden_amounts_leave_no_sum_behind(shown, held):
    shown.keyboard.press("h")
    expect(shown.locator("dl [data-figure=current_value]")).to_contain_text("hidden amount")
    shown.get_by_role("slider").focus()
    shown.keyboard.press("Home")

    html = shown.locator("main").evaluate("node => node.outerHTML")
    sums = (r"2,?400(\.|<)", "1,?665", "1,?720", "1,?220", r"55\.50", "1,?389", r"₹?81\.00", "Bought 10", "15 became")
    assert [one for one in sums if re.search(one, html)] == []
    expect(shown.locator("dl [data-figure=xirr_pct]")).to_contain_text("%")


def test_nothing_is_broken_for_anybody_at_any_width(shown, said):
    for scheme in ("light", "dark"):
        # A colour on its way from light to dark has no contrast of its own.
        shown.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (1440, 390):
            shown.set_viewport_size({"width": width, "height": 900})
            broken = Axe().run(shown).response["violations"]
            assert [(scheme, width, one["id"], one["nodes"][0]["html"]) for one in broken] == []
    shown.get_by_role("button", name="Show as table").click()
    assert [one["id"] for one in Axe().run(shown).response["violations"]] == []
    for width in (320, 390, 768, 1000, 1440):
        shown.set_viewport_size({"width": width, "height": 900})
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert said == []


def test_what_is_closed_shows_what_it_made(held, said):
    held.record("SELL", 0, quantity="30", price="80")
    page = held.open()

    # realised 5 × (150 − 111) = 195 and 2,400 − 1,665 = 735, together 930; income 81; in all 1,011
    figures = page.locator("dl").first
    expect(figures).to_contain_text("+₹930.00")
    expect(figures).to_contain_text("+₹1,011.00")
    expect(page.get_by_role("heading", name="Lots")).to_have_count(0)
    expect(page.get_by_role("region", name="Transactions").locator("tbody tr")).to_have_count(6)
    assert said == []


def test_in_all_portfolios_a_holding_keeps_its_own_currency_and_receipts(held, said):
    held.client.post("/portfolios", json={"name": "Dollars", "currency": "USD"}).raise_for_status()
    held.page.goto(held.address)
    held.page.evaluate("localStorage.setItem('prefs', JSON.stringify({ scope: 'all' }))")
    page = held.open()

    expect(page.get_by_text("in Long term")).to_be_visible()
    page.locator("dl [data-figure=current_value]").click()
    expect(the_slip(page).locator(".value")).to_have_text("₹2,400.00")
    assert said == []


def test_an_unknown_holding_has_a_way_back(held):
    page = held.open("01a20592-5331-743e-b8a6-545b7b3eca81")

    expect(page.get_by_role("heading", name="No such holding")).to_be_visible()
    page.get_by_role("link", name="To your holdings").click()
    expect(page).to_have_url(f"{held.address}/holdings")


def test_a_fund_says_of_which_day_its_nav_is(client, signed_in, address):
    portfolio = client.post("/portfolios", json={"name": "Funds", "currency": "INR"}).json()
    fund = {"asset_type": "MUTUAL_FUND", "exchange": "AMFI", "symbol": "122639"}
    record(client, portfolio, {"type": "BUY", "traded_on": "2026-01-05", "quantity": "10.5", "price": "80", **fund})
    summary = f"/portfolios/{portfolio['id']}/summary"
    signed_in.goto(address)
    expect(signed_in.get_by_text("1 of 1")).to_be_visible(timeout=15_000)

    signed_in.goto(f"{address}/holdings/{client.get(summary).json()['holdings'][0]['id']}")

    expect(signed_in.locator(".total")).to_contain_text("₹94.3121")
    expect(signed_in.get_by_text(re.compile(r"NAV of .* from AMFI\. A fund books yesterday"))).to_be_visible()
    expect(signed_in.get_by_role("heading", name="This NAV")).to_be_visible()


def test_a_price_by_hand_is_entered_here(shown):
    shown.get_by_role("button", name="New price").click()
    shown.get_by_role("dialog").get_by_label("Price of one").fill("90")
    shown.get_by_role("button", name="Save").click()

    expect(shown.locator(".total")).to_contain_text("₹90.00")
    expect(shown.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile(r"₹90\.00"))
