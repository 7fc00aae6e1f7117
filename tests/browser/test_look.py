"""How every screen looks: no sideways scroll, no rule of accessibility broken, nothing said on the console."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

WIDTHS = (320, 390, 768, 1000, 1440)
SCREENS = ("/", "/holdings", "/activity", "/settings")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken(sample, address, said, theme):
    for width in (1440, 390):
        sample.set_viewport_size({"width": width, "height": 900})
        for screen in SCREENS:
            sample.emulate_media(color_scheme=theme, reduced_motion="reduce")
            sample.goto(address + screen)
            expect(sample.get_by_role("heading").first).to_be_visible()
            sample.wait_for_timeout(500)
            broken = Axe().run(sample).response["violations"]
            assert [(screen, width, one["id"], one["nodes"][0]["html"]) for one in broken] == []
    sample.goto(address)
    expect(sample.get_by_text("16 of 16")).to_be_visible()
    sample.keyboard.press("a")
    expect(sample.get_by_role("dialog")).to_be_visible()
    assert [one["id"] for one in Axe().run(sample).response["violations"]] == []
    assert said == []


def test_no_screen_scrolls_sideways(sample, address):
    for screen in SCREENS:
        sample.goto(address + screen)
        for width in WIDTHS:
            sample.set_viewport_size({"width": width, "height": 800})
            wide = sample.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (screen, width, max(wide, 0)) == (screen, width, 0)


def test_hidden_amounts_leave_no_digit_of_a_sum(sample, client):
    portfolio = client.get("/portfolios").json()["items"][0]["id"]
    value = client.get(f"/portfolios/{portfolio}/summary").json()["current_value"].partition(".")[0]
    shown = sample.locator(".total").inner_text()
    assert value[-3:] in shown

    sample.keyboard.press("h")

    expect(sample.locator(".total")).not_to_contain_text(value[-3:])


def test_nobody_sees_anything_after_signing_out(sample, address, client):
    sample.goto(f"{address}/settings")
    sample.get_by_role("button", name="Sign out").first.click()

    expect(sample.get_by_role("button", name="Sign in")).to_be_visible()
    sample.goto(address)
    expect(sample.get_by_role("button", name="Sign in")).to_be_visible()
    assert client.get("/me").status_code == 401  # the session itself has ended, not only the page
