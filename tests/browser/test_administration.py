"""What the administrator changes of sources and markets: the quota of a plan, and the hours of a market."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wide

MUMBAI = timedelta(hours=5, minutes=30)


@pytest.fixture
def coingecko(client):
    """A source whose free plan has a quota, switched on."""
    client.patch("/providers/coingecko", json={"on": True, "terms_accepted": True}).raise_for_status()


def row(page, address, name="CoinGecko"):
    page.goto(f"{address}/administration")
    return page.get_by_role("region", name="Price sources").get_by_role("listitem").filter(has_text=name)


def market(page, address):
    """The market's lines, unfolded."""
    page.goto(f"{address}/administration")
    card = page.get_by_role("region", name="Markets", exact=True)
    card.locator("summary", has_text="National Stock Exchange of India").click()
    return card.locator("details[open]")


def test_the_quota_of_a_plan_is_set_and_the_free_one_comes_back(signed_in, address, coingecko, said):
    """The free plan of CoinGecko: 30 a minute, 10,000 a month."""
    mine = row(signed_in, address)
    expect(mine.get_by_text("of 10,000 this month")).to_be_visible()
    expect(mine.get_by_text("Quota of the free plan")).to_be_visible()
    mine.get_by_role("button", name=re.compile("Change the quota: .*CoinGecko")).click()
    dialog = signed_in.get_by_role("dialog", name=re.compile("Quota: .*CoinGecko"))
    expect(dialog.get_by_label("A minute", exact=True)).to_have_attribute("placeholder", "30")
    dialog.get_by_label("A minute", exact=True).fill("0")
    dialog.get_by_role("button", name="Save the quota").click()
    expect(dialog.get_by_text("A whole number, at least 1")).to_be_visible()
    expect(dialog.get_by_label("A minute", exact=True)).to_be_focused()

    dialog.get_by_label("A minute", exact=True).fill("500")
    dialog.get_by_label("A day", exact=True).fill("40,000")
    dialog.get_by_role("checkbox", name="A month: no limit").check()
    expect(dialog.get_by_label("A month", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Save the quota").click()

    expect(dialog).to_have_count(0)
    expect(mine.get_by_text("of 40,000 today")).to_be_visible()
    mine = row(signed_in, address)
    expect(mine.get_by_text("of 40,000 today")).to_be_visible()
    expect(mine.get_by_text("this month")).to_have_count(0)
    expect(mine.get_by_text("Quota as you set it")).to_be_visible()

    mine.get_by_role("button", name=re.compile("Change the quota: .*CoinGecko")).click()
    expect(dialog.get_by_label("A minute", exact=True)).to_have_value("500")
    expect(dialog.get_by_role("checkbox", name="A month: no limit")).to_be_checked()
    dialog.get_by_role("button", name="As in the free plan").click()
    expect(mine.get_by_text("of 10,000 this month")).to_be_visible()
    assert said == []


def test_the_hours_of_a_market_are_set_from_a_day_on_and_taken_back(signed_in, address, said):
    later = (datetime.now(UTC) + MUMBAI).date() + timedelta(days=30)  # noqa: TID251  # the server has the real time
    nse = market(signed_in, address)
    nse.get_by_role("button", name="Change the hours").click()
    dialog = signed_in.get_by_role("dialog", name="Hours: National Stock Exchange of India")
    expect(dialog.get_by_label("Opens")).to_have_value("09:15")
    dialog.get_by_label("From this day on").fill("")
    dialog.get_by_role("button", name="Save the hours").click()
    expect(dialog.get_by_text("Which day?")).to_be_visible()
    dialog.get_by_label("From this day on").fill("2020-01-01")
    dialog.get_by_label("Opens").fill("10:00")
    dialog.get_by_label("Closes").fill("09:00")
    dialog.get_by_role("button", name="Save the hours").click()
    expect(dialog.get_by_text(re.compile("choose that day or a later one"))).to_be_visible()
    expect(dialog.get_by_text("It has to close after it opens")).to_be_visible()

    dialog.get_by_label("From this day on").fill(later.isoformat())
    dialog.get_by_label("Closes").fill("16:45")
    dialog.get_by_role("button", name="Save the hours").click()

    expect(dialog).to_have_count(0)
    expect(nse.get_by_text("10:00 to 16:45")).to_be_visible()
    nse = market(signed_in, address)
    expect(nse.get_by_text(re.compile(rf"From {later.day} .*10:00 to 16:45"))).to_be_visible()
    expect(nse.get_by_text("Yours")).to_be_visible()

    nse.get_by_role("button", name="Take back the hours from").click()
    expect(nse.get_by_text("10:00 to 16:45")).to_have_count(0)
    assert said == []


def test_what_the_server_refuses_is_said_at_the_field(signed_in, address):
    nse = market(signed_in, address)
    nse.get_by_role("button", name="Change the hours").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("From this day on").fill("2100-01-01")
    dialog.get_by_role("button", name="Save the hours").click()

    expect(dialog.get_by_text("since must not be after 2099-12-31.")).to_be_visible()
    expect(dialog.get_by_label("From this day on")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_is_cut_off(signed_in, address, coingecko, width):
    row(signed_in, address).get_by_role("button", name=re.compile("Change the quota: .*CoinGecko")).click()
    assert wide(signed_in, width) == 0
    dialog = signed_in.get_by_role("dialog")
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    expect(dialog.get_by_role("button", name="Save the quota")).to_be_in_viewport()
    signed_in.keyboard.press("Escape")

    market(signed_in, address).get_by_role("button", name="Change the hours").click()
    assert wide(signed_in, width) == 0
    expect(dialog.get_by_role("button", name="Save the hours")).to_be_in_viewport()
