"""The command palette and the single keys: what has a name is one keystroke and a few letters away."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def field(page):
    """The palette's field; the palette is there while it is."""
    return page.get_by_role("combobox", name="Search or run a command")


@pytest.mark.parametrize("key", ["Control+k", "Meta+k", "/"])
def test_a_key_opens_the_palette_and_escape_closes_it(sample, key, said):
    sample.keyboard.press(key)
    expect(field(sample)).to_be_focused()

    sample.keyboard.press("Escape")

    expect(field(sample)).to_have_count(0)
    assert said == []


def test_a_holding_is_found_with_its_price_and_enter_opens_it(sample, client, said):
    portfolio = client.get("/portfolios").json()["items"][0]["id"]
    held = client.get(f"/portfolios/{portfolio}/summary").json()["holdings"]
    wanted = next(one for one in held if one["instrument"]["symbol"] == "SAHYADRI")
    sample.keyboard.press("/")
    field(sample).fill("sahy")
    options = sample.get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("aria-selected", "true")
    expect(options).to_contain_text("₹")
    assert field(sample).get_attribute("aria-activedescendant") == options.get_attribute("id")

    sample.keyboard.press("Enter")

    expect(sample).to_have_url(re.compile(f"/holdings/{wanted['id']}$"))
    expect(sample).to_have_title(re.compile(f"^{wanted['instrument']['name']} – "))
    expect(field(sample)).to_have_count(0)
    assert said == []


def test_arrows_go_through_the_list_and_round_its_ends(sample):
    sample.keyboard.press("/")
    options = sample.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")

    sample.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.last).to_be_in_viewport()
    sample.keyboard.press("ArrowDown")
    sample.keyboard.press("ArrowDown")

    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(sample.locator("[aria-selected=true]")).to_have_count(1)


def test_a_page_and_an_action_are_run_by_name(sample, address):
    sample.keyboard.press("/")
    field(sample).fill("perfor")
    sample.keyboard.press("Enter")
    expect(sample).to_have_url(f"{address}/performance")

    sample.keyboard.press("Control+k")
    field(sample).fill("hide am")
    sample.keyboard.press("Enter")
    expect(sample.get_by_role("button", name="Hide amounts")).to_have_attribute("aria-pressed", "true")

    sample.keyboard.press("Control+k")
    field(sample).fill("add tran")
    sample.keyboard.press("Enter")
    expect(sample.get_by_role("dialog", name=re.compile("Add"))).to_be_visible()


def test_what_is_not_there_is_said(sample):
    sample.keyboard.press("/")
    field(sample).fill("zzz")

    expect(sample.get_by_text("Nothing found")).to_be_visible()
    sample.keyboard.press("Enter")
    expect(field(sample)).to_be_visible()


def test_another_portfolio_is_chosen(sample, client, address):
    client.post("/portfolios", json={"name": "Rainy day", "currency": "INR"}).raise_for_status()
    sample.goto(address)
    expect(sample.locator(".total")).to_be_visible()

    sample.keyboard.press("/")
    field(sample).fill("rainy")
    sample.keyboard.press("Enter")

    expect(sample).to_have_title(re.compile("Rainy day"))


def test_letters_typed_into_a_field_are_letters(sample):
    sample.keyboard.press("/")
    field(sample).press_sequentially("had?/")

    expect(field(sample)).to_have_value("had?/")
    expect(sample.get_by_role("button", name="Hide amounts")).to_have_attribute("aria-pressed", "false")


def test_the_keys_are_listed_and_can_be_switched_off(sample):
    sample.locator("main").focus()
    sample.keyboard.press("?")
    keys = sample.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_text("Hide or show amounts")).to_be_visible()
    keys.get_by_role("switch", name=re.compile("Single keys")).click()
    sample.keyboard.press("Escape")
    expect(keys).to_have_count(0)

    sample.keyboard.press("h")
    sample.keyboard.press("/")
    expect(sample.get_by_role("button", name="Hide amounts")).to_have_attribute("aria-pressed", "false")
    expect(field(sample)).to_have_count(0)

    sample.keyboard.press("Control+k")
    expect(field(sample)).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_rule_of_accessibility_is_broken(sample, said, theme, width):
    sample.emulate_media(color_scheme=theme, reduced_motion="reduce")
    sample.set_viewport_size({"width": width, "height": 844})
    for key in ("/", "?"):
        sample.keyboard.press(key)
        dialog = sample.get_by_role("dialog")
        expect(dialog).to_be_visible()
        broken = Axe().run(sample).response["violations"]
        assert [(key, one["id"], one["nodes"][0]["html"]) for one in broken] == []
        assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")
        sample.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert said == []


def test_the_button_of_a_phone_opens_it_too(sample):
    sample.set_viewport_size({"width": 390, "height": 844})

    sample.get_by_role("button", name="Search or run a command").click()

    expect(field(sample)).to_be_focused()


def scrolled_to(page, pixels):
    """Waits until the page is that far down, and stays there."""
    for _ in range(50):
        page.wait_for_timeout(100)
        if abs(page.evaluate("scrollY") - pixels) < 2:  # a pixel of rounding
            return
    pytest.fail(f"The page is at {page.evaluate('scrollY')}, not at {pixels}.")


def test_a_place_is_left_and_found_again_where_it_was(sample, said):
    sample.get_by_role("link", name="Holdings", exact=True).first.click()
    expect(sample.locator("main")).to_be_focused()
    sample.go_back()
    # What lies below the fold is drawn last; only then is the page long enough.
    expect(sample.locator("tbody tr").first).to_be_visible()
    sample.evaluate("scrollTo(0, 600)")
    scrolled_to(sample, 600)

    sample.keyboard.press("/")
    field(sample).fill("settings")
    sample.keyboard.press("Enter")
    expect(sample).to_have_title(re.compile("^Settings"))
    assert sample.evaluate("scrollY") == 0
    sample.go_back()

    scrolled_to(sample, 600)
    sample.reload()
    scrolled_to(sample, 600)
    assert said == []


@pytest.mark.parametrize(("key", "name"), [("a", re.compile("Add")), ("?", "Keyboard shortcuts"), ("/", None)])
def test_a_key_pressed_in_the_moment_in_which_a_dialog_closes_opens_the_next_one(sample, key, name):
    sample.keyboard.press(key)
    dialog = sample.get_by_role("dialog", name=name) if name else sample.get_by_role("dialog")
    expect(dialog).to_be_visible()
    # Closed, and all is done that was set off by it; its own event has not come yet.
    sample.evaluate(
        """async (key) => {
            document.querySelector('dialog:modal').close()
            for (let turn = 0; turn < 200; turn++) await null
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
        }""",
        key,
    )
    sample.wait_for_timeout(300)
    expect(dialog).to_be_visible()
