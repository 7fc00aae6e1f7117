"""The first minute of a new server, as a person goes through it."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD


def test_the_first_page_makes_the_administrator_and_shows_a_living_sample(page, address, said):
    page.goto(address)
    page.get_by_label("Name").fill("Asha Rao")
    page.get_by_label("E-mail").fill("asha@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="How you count")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Where prices come from")).to_be_visible()
    page.get_by_role("button", name="Open Tickfolio").click()

    # The whole sample is priced at once: 16 holdings on the simulated market, and it says so.
    expect(page.get_by_text("16 of 16")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Demo prices, simulated")).to_be_visible()
    expect(page.get_by_text(re.compile("Last updated"))).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(16)
    # A tour is offered at the edge; it took no focus, and who leaves it is not offered it again.
    tour = page.get_by_role("complementary", name="A short tour")
    expect(tour.get_by_text("1 of 3")).to_be_visible()
    assert not tour.evaluate("card => card.contains(document.activeElement)")
    tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Next").click()
    expect(tour.get_by_role("link", name="Open Data health")).to_be_visible()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_text("16 of 16")).to_be_visible()
    expect(tour).to_have_count(0)
    assert said == []


def test_yahoo_goes_on_only_with_its_tick(page, address, client, said):
    del client  # the administrator exists already; the page asks for a sign-in instead of a first run
    page.goto(address)
    page.get_by_label("E-mail").fill("asha@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=re.compile("Sign(ing)? in"))).to_have_count(0)
    page.goto(f"{address}/settings")
    switch = page.get_by_role("switch", name=re.compile("Yahoo"))
    expect(switch).not_to_be_checked()

    switch.click()
    page.get_by_role("checkbox").click()

    expect(switch).to_be_checked()
    page.reload()
    expect(page.get_by_role("switch", name=re.compile("Yahoo"))).to_be_checked()
    assert said == []


def test_a_wrong_password_says_neither_which_of_the_two_is_wrong(page, address, client):
    del client
    page.goto(address)
    for email in ("asha@example.org", "nobody@example.org"):
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill("not the password at all")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("E-mail or password is wrong")).to_be_visible()
