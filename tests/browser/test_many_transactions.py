"""A ledger of 5,000 rows: its newest are there at once, the others are found, and keys go through them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import uuid_utils
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.ledger import record
from tests.browser.screen import wide
from tickfolio.domain.ledger import TransactionType
from tickfolio.services.changes import raise_version
from tickfolio.services.projection import project_all
from tickfolio.services.world import World
from tickfolio.storage.database import open_database

WIDTHS = (320, 390, 768, 1000, 1440)
FIRST_DAY = date(2013, 1, 1)
INSTRUMENTS, ROUNDS = 50, 100
SHOWN = 100
# Of ten rounds through the instruments one sells, one is paid a dividend, and eight buy: of 5,000 rows 500 sell.
KINDS = {5: TransactionType.SELL, 9: TransactionType.DIVIDEND}
ROW = "[data-row]"
# Patience, no goal: the whole ledger is read page by page.
ALL_READ_MILLISECONDS = 90_000


def day(number):
    return (FIRST_DAY + timedelta(days=number)).isoformat()


@pytest.fixture
def five_thousand(client, portfolio, tmp_path):
    """A row a day since the first of 2013 on fifty instruments: a round by the API, the other 99 straight into the
    database of the running server, in one transaction, with the product's own storage.
    """
    for number in range(INSTRUMENTS):
        named = {"asset_type": "STOCK", "exchange": "MANUAL", "symbol": f"MADE{number:02}", "currency": "INR"}
        bought = {"type": "BUY", "traded_on": day(number), "quantity": "2", "price": f"{100 + number}", **named}
        record(client, portfolio, bought | ({} if number else {"note": "the very first"}))
    world = World(lambda: datetime.now(UTC), new_id, lambda size: b"\0" * size, lambda _: None, lambda _: None)  # noqa: TID251  # the running server has the real clock too
    database = open_database(f"sqlite:///{tmp_path}/data/tickfolio.db")
    with database.transaction() as tx:
        stored = tx.portfolios.load(client.get("/me").json()["id"], portfolio["id"], to_change=True)
        rows = tx.ledgers.rows(stored.user_id, stored.id)
        for number in range(INSTRUMENTS, INSTRUMENTS * ROUNDS):
            kind = KINDS.get(number // INSTRUMENTS % 10, TransactionType.BUY)
            units = Decimal(1 if kind in KINDS.values() else 2)
            on = FIRST_DAY + timedelta(days=number)
            like = rows[number % INSTRUMENTS]
            tx.ledgers.add(replace(like, id=new_id(), type=kind, traded_on=on, quantity=units, note=None))
        project_all(tx, world, stored)
        raise_version(tx, world, stored)
    database.close()
    return portfolio


def new_id():
    return str(uuid_utils.uuid7())


@pytest.fixture
def activity(signed_in, five_thousand, address):
    """The screen, once the newest rows are there."""
    signed_in.goto(f"{address}/activity")
    expect(signed_in.locator(ROW)).to_have_count(SHOWN)
    return signed_in


def test_the_newest_rows_are_there_and_keys_go_through_them(activity, said):
    # the last of 5,000 days, in the hundredth round: a dividend on the fiftieth instrument
    last = date.fromisoformat(day(INSTRUMENTS * ROUNDS - 1))
    expect(activity.get_by_role("heading", name=f"{last:%B %Y}")).to_be_visible()
    rows = activity.locator(ROW)
    expect(rows.first).to_have_accessible_name(re.compile("Dividend MADE49"))

    activity.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(2 * SHOWN)

    rows.first.focus()
    for _ in range(3):
        activity.keyboard.press("ArrowDown")
    expect(rows.nth(3)).to_be_focused()
    activity.keyboard.press("End")
    expect(rows.nth(2 * SHOWN - 1)).to_be_focused()
    activity.keyboard.press("Home")
    activity.keyboard.press("ArrowUp")
    expect(rows.first).to_be_focused()
    assert said == []


def test_filters_answer_and_a_search_finds_the_oldest_row(activity, client, five_thousand, said):
    rows, head = activity.locator(ROW), activity.locator(".page-head").get_by_role("status")
    activity.get_by_text("Sells", exact=True).click()
    expect(rows).to_have_count(SHOWN)
    for row in rows.all()[:: SHOWN // 4]:
        expect(row).to_have_accessible_name(re.compile("^Edit Sell "))
    # more than is shown has been found, and the rest has not been read
    expect(head).to_have_text(re.compile("match so far"))

    # a tenth of each instrument's hundred rows sells, eight tenths buy
    activity.get_by_role("searchbox").fill("MADE07")
    expect(head).to_have_text(re.compile("^10 transactions match[.]$"), timeout=ALL_READ_MILLISECONDS)
    activity.get_by_text("Buys", exact=True).click()
    expect(rows).to_have_count(80)

    activity.get_by_role("searchbox").fill("very first")
    expect(rows).to_have_count(1)
    expect(rows).to_have_accessible_name(re.compile("Buy MADE00"))
    rows.click()
    dialog = activity.get_by_role("dialog")
    expect(dialog.locator("[type=date]")).to_have_value(day(0))
    dialog.get_by_label("Price", exact=True).fill("101")
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog).to_be_hidden()
    expect(rows).to_contain_text("₹101.00", timeout=ALL_READ_MILLISECONDS)
    assert said == []


def test_it_fits_every_width_and_breaks_no_rule_of_accessibility(activity, said):
    for width in WIDTHS:
        assert (width, wide(activity, width)) == (width, 0)
    for theme in ("light", "dark"):
        activity.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in (1440, 390):
            activity.set_viewport_size({"width": width, "height": 900})
            activity.wait_for_timeout(300)
            broken = Axe().run(activity).response["violations"]
            assert [(theme, width, one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert said == []
