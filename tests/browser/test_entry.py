"""Entry of transactions: by the keyboard alone, many at once, taken back, and on a phone."""

import json
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

STOCK = {"asset_type": "STOCK", "symbol": "INFY", "exchange": "NSE"}
PATIENCE_SECONDS = 15
# What a spreadsheet puts on the clipboard; in the third row the units are no number.
COPIED = """\
2026-01-05\tBuy\tINFY\t10\t1,400.00\t20\t\tZerodha
12/01/2026\tsell\tINFY\t4\t1500\t\t\tZerodha
2026-01-19\tBuy\tINFY\tten\t1400
"""
PASTE = """text => {
  const cell = [...document.querySelectorAll('[data-col=on]')].find((one) => one.offsetParent)
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/plain', text)
  cell.focus()
  cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}"""


@pytest.fixture
def portfolio(client):
    """An empty portfolio in rupees, with Yahoo on."""
    client.patch("/providers/yahoo", json={"on": True, "terms_accepted": True}).raise_for_status()
    made = client.post("/portfolios", json={"name": "Long term", "currency": "INR"})
    assert made.status_code == 201
    return made.json()["id"]


def record(client, portfolio, **row):
    """A row whose instrument has been named by its source, which happens a moment after it is entered."""
    made = client.post(f"/portfolios/{portfolio}/transactions", json={**STOCK, **row})
    assert made.status_code == 201, made.text
    until = time.monotonic() + PATIENCE_SECONDS
    while rows_of(client, portfolio)[0]["instrument"]["name"] == STOCK["symbol"]:
        assert time.monotonic() < until, "the source has not named the instrument"
        time.sleep(0.05)
    return made.json()


def rows_of(client, portfolio):
    return client.get(f"/portfolios/{portfolio}/transactions").json()["items"]


def violations(page):
    found = Axe().run(page).response["violations"]
    return json.dumps([{"id": one["id"], "nodes": [node["html"][:200] for node in one["nodes"]]} for one in found])


def paste(page, text):
    """Pastes into the first cell that is seen."""
    expect(page.get_by_role("grid", name="New transactions")).to_be_visible()
    page.evaluate(PASTE, text)


def type_in(page, *texts):
    """Types into one field after the other, as Tab goes."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_a_transaction_is_added_edited_deleted_and_taken_back_by_the_keyboard_alone(
    signed_in, portfolio, address, client, said
):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="285", price="1388")
    page = signed_in
    page.goto(f"{address}/activity")
    expect(page.get_by_role("button", name=re.compile("^Edit Buy"))).to_have_count(1)

    # The focus is in the search, and what is held is offered: Enter takes it, and units come next.
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Instrument")).to_be_focused()
    page.keyboard.type("INFY")
    expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Shares")).to_be_focused()
    type_in(page, "35", "1389.10", "20")
    page.keyboard.type("24.31")
    # 35 × 1389.10 + 20 + 24.31 = 48,662.81; (285 × 1388 + 48,662.81) ÷ 320 = 1,388.2588
    expect(dialog.get_by_text("₹48,662.81")).to_be_visible()
    expect(dialog.get_by_text(re.compile("285 shares @ ₹1,388.00"))).to_be_visible()
    expect(dialog.get_by_text("320 shares @ ₹1,388.26")).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(re.compile("Added: Buy 35 Infosys"))).to_be_visible()
    assert [row["quantity"] for row in rows_of(client, portfolio)] == ["35", "285"]

    # Arrow keys go from row to row, Enter edits.
    expect(page.get_by_role("button", name=re.compile("^Edit Buy"))).to_have_count(2)
    first, second = page.get_by_role("button", name=re.compile("^Edit Buy")).all()
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Shares")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("36")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(re.compile("Changed: Buy 36 Infosys"))).to_be_visible()
    assert rows_of(client, portfolio)[0]["quantity"] == "36"

    # Delete deletes; Ctrl Z brings the row back.
    page.get_by_role("button", name=re.compile("^Edit Buy")).first.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text(re.compile("Deleted: Buy 36 Infosys"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Edit Buy"))).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name=re.compile("^Edit Buy"))).to_have_count(2)
    assert [row["quantity"] for row in rows_of(client, portfolio)] == ["36", "285"]
    assert said == []


def test_shift_enter_saves_and_begins_the_next_one(signed_in, portfolio, address, client):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="10", price="1400")
    page = signed_in
    page.goto(f"{address}/activity")
    expect(page.get_by_role("button", name=re.compile("^Edit Buy"))).to_have_count(1)
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    page.keyboard.type("INFY")
    expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Shares")).to_be_focused()
    type_in(page, "5")
    page.keyboard.type("1500")

    page.keyboard.press("Shift+Enter")

    expect(dialog.get_by_text(re.compile("Saved: Buy 5 Infosys"))).to_be_visible()
    expect(dialog.get_by_role("combobox", name="Instrument")).to_be_focused()
    assert len(rows_of(client, portfolio)) == 2


def test_a_deletion_that_a_later_sale_forbids_names_its_day(signed_in, portfolio, address, client):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="10", price="1400")
    record(client, portfolio, type="SELL", traded_on="2026-02-03", quantity="4", price="1500")
    page = signed_in
    page.goto(f"{address}/activity")
    page.get_by_role("button", name=re.compile("^Edit Buy")).focus()

    page.keyboard.press("Delete")

    expect(page.get_by_text(re.compile("held 0 Infosys.* on 3 Feb 2026, when 4 were sold"))).to_be_visible()
    page.get_by_role("button", name="Show that sale").click()
    expect(page.get_by_role("button", name=re.compile("^Edit"))).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("^Edit Sell"))).to_be_visible()


def test_the_months_are_added_up_and_rows_filtered(signed_in, portfolio, address, client):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="10", price="1400", account="Zerodha")
    record(client, portfolio, type="BUY", traded_on="2026-01-06", quantity="1", price="1500.50", fees="20")
    record(client, portfolio, type="DIVIDEND", traded_on="2026-01-20", quantity="11", price="20", taxes="22")
    page = signed_in
    page.goto(f"{address}/activity")

    # bought 10 × 1400 + 1500.50 + 20 = 15,520.50, income 11 × 20 − 22 = 198
    expect(page.get_by_text(re.compile("Bought ₹15,52[01]"))).to_be_visible()
    expect(page.get_by_text("Income ₹198")).to_be_visible()
    page.get_by_role("combobox", name="Account").select_option("Zerodha")
    expect(page.get_by_role("button", name=re.compile("^Edit"))).to_have_count(1)
    page.get_by_role("searchbox", name="Search transactions").fill("nothing like it")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name=re.compile("^Edit"))).to_have_count(3)
    page.keyboard.press("h")
    expect(page.get_by_text("Bought ••••")).to_be_visible()
    shown = page.locator("main").inner_text()
    assert not re.search(r"1,400|15,520|15,521|1,500|198|220", shown)


def test_rows_from_a_spreadsheet_are_saved_and_the_wrong_one_says_why(signed_in, portfolio, address, client, said):
    page = signed_in
    page.goto(f"{address}/activity?many")
    paste(page, COPIED)

    expect(page.get_by_text("Units: a number above zero")).to_be_visible()
    expect(page.get_by_label("Date, row 2")).to_have_value("2026-01-12")
    # 10 × 1400 + 20 = 14,020
    expect(page.get_by_text(re.compile("Infosys Limited · NSE · ₹14,020.00"))).to_be_visible()
    assert violations(page) == "[]"
    page.get_by_role("button", name="Save 2").click()
    expect(page.get_by_text("2 saved")).to_be_visible()
    saved = [(row["traded_on"], row["type"], row["quantity"], row["account"]) for row in rows_of(client, portfolio)]
    assert saved == [("2026-01-12", "SELL", "4", "Zerodha"), ("2026-01-05", "BUY", "10", "Zerodha")]

    # What was wrong is still there, and can be mended and saved.
    page.get_by_label("Units, row 3").fill("3")
    page.get_by_label("Units, row 3").press("Control+Enter")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    assert len(rows_of(client, portfolio)) == 3
    assert said == []


def test_a_batch_is_taken_back_as_one_and_stands_in_the_table_again(signed_in, portfolio, address, client):
    page = signed_in
    page.goto(f"{address}/activity?many")
    paste(page, COPIED)
    page.get_by_role("button", name="Save 2").click()
    expect(page.get_by_text("2 saved")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Undo")).click()

    expect(page.get_by_text("2 ready")).to_be_visible()
    assert rows_of(client, portfolio) == []
    page.reload()
    expect(page.get_by_label("Note, row 1")).to_be_visible()
    expect(page.get_by_label("Units, row 1")).to_have_value("10")
    expect(page.get_by_role("button", name="Save 2")).to_be_enabled()
    page.get_by_role("button", name="Save 2").click()
    expect(page.get_by_text("2 saved")).to_be_visible()
    assert len(rows_of(client, portfolio)) == 2


def test_what_the_server_refuses_stays_in_its_row_with_the_reason(signed_in, portfolio, address, client):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="10", price="1400")
    page = signed_in
    page.goto(f"{address}/activity?many")

    paste(page, "2026-01-12\tSell\tINFY\t11\t1500\n2026-01-13\tBuy\tINFY\t2\t1500")
    page.get_by_role("button", name="Save 2").click()

    expect(page.get_by_text("Not saved: on 12 Jan 2026 only 10 were held, not 11")).to_be_visible()
    expect(page.get_by_text("1 saved")).to_be_visible()
    assert [row["type"] for row in rows_of(client, portfolio)] == ["BUY", "BUY"]


def test_the_table_is_filled_by_the_keyboard_as_a_spreadsheet_is(signed_in, portfolio, address, client):
    page = signed_in
    page.goto(f"{address}/activity?many")
    expect(page.get_by_label("Date, row 1")).to_be_focused()

    type_in(page, "5/1/2026", "buy", "INFY", "10", "1400")
    page.get_by_label("Units, row 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Units, row 2")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Instrument, row 2")).to_be_focused()
    type_in(page, "NSE:INFY")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1500")
    # The day and the kind of the row above are taken over.
    expect(page.get_by_label("Date, row 2")).to_have_value("2026-01-05")
    expect(page.get_by_role("button", name="Save 2")).to_be_enabled()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    assert sorted(row["quantity"] for row in rows_of(client, portfolio)) == ["10", "2"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_dialogs_and_the_table_have_nothing_that_axe_objects_to(
    signed_in, portfolio, address, client, width, scheme
):
    record(client, portfolio, type="BUY", traded_on="2026-01-05", quantity="10", price="1400", account="Zerodha")
    page = signed_in
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{address}/activity")
    row = page.get_by_role("button", name=re.compile("^Edit Buy"))
    expect(row).to_be_visible()
    assert violations(page) == "[]"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(page) == "[]"
    page.keyboard.press("Escape")
    # Hidden at once, and gone a moment later: only then does a key open the next one.
    expect(page.get_by_role("dialog", include_hidden=True)).to_have_count(0)
    page.keyboard.press("a")
    expect(dialog.get_by_role("combobox", name="Instrument")).to_be_visible()
    assert violations(page) == "[]"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    page.goto(f"{address}/activity?many")
    paste(page, "2026-01-12\tBuy\tNOSUCH\t11\t1500")
    page.get_by_role("button", name="Choose…").click()
    expect(page.get_by_role("dialog", name="What is “NOSUCH”?")).to_be_visible()
    assert violations(page) == "[]"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
