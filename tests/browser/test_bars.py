"""What holds for every screen: nothing scrolls sideways, nothing moves for who wants it still, hidden is hidden."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

WIDTHS = (320, 390, 768, 1000, 1440)
SCREENS = (
    "/", "/holdings", "/holdings/{holding}", "/activity", "/activity?many", "/performance", "/health", "/settings",
    "/administration", "/more",
)  # fmt: skip
MANY = 300
# A finger needs 24 pixels; what stands in a line of text, or is hidden from sight, is not aimed at by itself.
TOO_SMALL = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), nav a')]
  .filter((one) => one.checkVisibility() && !one.closest('.sr, p, label, td, th, .receipt') && !one.matches('.skip'))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 23.5 || box.height < 23.5)).map(([text]) => text)"""


@pytest.fixture
def screens(sample, client, address):
    """The address of every screen of the sample portfolio."""
    [portfolio] = client.get("/portfolios").json()["items"]
    [first, *_] = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"]
    return [address + screen.format(holding=first["id"]) for screen in SCREENS]


def settled(page, screen):
    page.goto(screen)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(900)


def test_no_screen_scrolls_sideways_from_left_to_right_or_from_right_to_left(sample, screens):
    for screen in screens:
        settled(sample, screen)
        for direction in ("ltr", "rtl"):
            sample.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
            for width in WIDTHS:
                sample.set_viewport_size({"width": width, "height": 800})
                sample.wait_for_timeout(120)
                wide = sample.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert (screen, direction, width, max(wide, 0)) == (screen, direction, width, 0)


@pytest.mark.parametrize(("theme", "palette"), [("light", "classic"), ("dark", "east")])
def test_no_rule_of_accessibility_is_broken_on_any_screen(sample, screens, said, theme, palette):
    sample.emulate_media(color_scheme=theme, reduced_motion="reduce")
    sample.evaluate("(palette) => localStorage.setItem('prefs', JSON.stringify({ palette }))", palette)
    for width in (1440, 390):
        sample.set_viewport_size({"width": width, "height": 900})
        for screen in screens:
            settled(sample, screen)
            broken = Axe().run(sample).response["violations"]
            assert [(screen, width, one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert said == []


def test_nothing_moves_for_who_wants_it_still_and_fingers_find_everything(sample, screens):
    sample.emulate_media(reduced_motion="reduce")
    sample.set_viewport_size({"width": 390, "height": 844})
    for screen in screens:
        settled(sample, screen)
        moving = sample.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length")
        assert (screen, moving, sample.evaluate(TOO_SMALL)) == (screen, 0, [])


def test_hidden_amounts_leave_no_digit_of_a_sum_on_any_screen(sample, screens, client):
    portfolio = client.get("/portfolios").json()["items"][0]["id"]
    summary = client.get(f"/portfolios/{portfolio}/summary").json()
    sample.evaluate("localStorage.setItem('prefs', JSON.stringify({ hidden: true }))")
    sums = {summary["invested"], *(one["invested"] for one in summary["holdings"])}
    # Costs do not move with prices; four digits and more, so that no price or percentage is taken for one.
    secret = {whole for one in sums if len(whole := one.partition(".")[0]) >= 5}
    for screen in screens[:6]:
        settled(sample, screen)
        told = sample.evaluate("document.body.innerHTML")
        digits = set(re.findall(r"\d{5,}", re.sub(r"(?<=\d)[,.\u202f\u00a0](?=\d{2,3}\b)", "", told)))
        assert (screen, digits & secret) == (screen, set())


def test_a_statement_is_printed_without_the_frame(sample, screens):
    for screen in screens[:2]:
        settled(sample, screen)
        sample.emulate_media(media="print")
        assert not sample.get_by_role("navigation").first.is_visible()
        assert not sample.get_by_role("button", name="Add transaction").first.is_visible()
        sample.emulate_media(media="screen")


def test_three_hundred_holdings_are_read_sorted_and_fit_every_width(signed_in, client, address):
    portfolio = client.post("/portfolios", json={"name": "Many"}).json()["id"]
    for number in range(MANY):
        named = {"asset_type": "BOND", "symbol": f"MADE{number:03}", "exchange": "MANUAL", "currency": "INR"}
        held = {"quantity": "2", "avg_buy_price": f"{number + 1}.50"}
        assert client.post(f"/portfolios/{portfolio}/holdings", json=named | held).status_code == 201
    signed_in.goto(f"{address}/holdings")
    rows = signed_in.locator("tbody tr")
    expect(rows).to_have_count(MANY, timeout=20_000)

    signed_in.get_by_role("columnheader").first.get_by_role("button").click()

    expect(rows.first).to_contain_text(re.compile("MADE(000|299)"))
    for width in WIDTHS:
        signed_in.set_viewport_size({"width": width, "height": 800})
        signed_in.wait_for_timeout(200)
        wide = signed_in.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (width, max(wide, 0)) == (width, 0)
