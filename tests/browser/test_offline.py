"""Without a connection: the pages load, the last figures stand there with their date, and nothing seems saved."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.ledger import price
from tests.browser.screen import shows

KEPT = """async () => {
    if (!await caches.has('answers')) return []
    const keys = await (await caches.open('answers')).keys()
    return keys.map((request) => new URL(request.url).pathname)
}"""


@pytest.fixture
def read(signed_in, holding, address):
    """The overview of what is worth 2,10,000, read and kept."""
    signed_in.goto(address)
    shows(signed_in, "2,10,000")
    for path in ("/server$", "/portfolios$", "/portfolios/[^/]+/summary$"):
        keeps(signed_in, re.compile(path))
    return signed_in


def keeps(page, path):
    """Waits until the service worker is there and has an answer of this path."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(200):
        if any(path.search(one) for one in page.evaluate(KEPT)):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"Nothing is kept of {path.pattern}: {page.evaluate(KEPT)}")


def test_the_last_figures_are_there_after_loading_again_without_a_connection(read):
    read.context.set_offline(True)
    expect(read.get_by_text(re.compile("^Offline – figures of "))).to_be_visible()

    read.reload()

    shows(read, "2,10,000")
    expect(read.get_by_text(re.compile(r"^Offline – figures of \d+:\d\d"))).to_be_visible()
    expect(read.locator(".page").get_by_role("button", name="Add transaction")).to_be_visible()


def test_every_screen_that_was_read_is_there_and_one_that_was_not_says_so(read, address):
    read.goto(f"{address}/activity")
    expect(read.get_by_role("button", name="Edit Buy COIN")).to_be_visible()
    keeps(read, re.compile("/transactions$"))
    read.context.set_offline(True)

    read.goto(f"{address}/activity")
    expect(read.get_by_role("button", name="Edit Buy COIN")).to_be_visible()
    read.goto(f"{address}/holdings")
    expect(read.get_by_role("heading", name="Holdings").first).to_be_visible()
    read.goto(f"{address}/settings")
    expect(read.get_by_role("heading", name="Settings").first).to_be_visible()


def test_what_was_missed_is_read_when_the_connection_is_back(read, client, holding):
    read.context.set_offline(True)
    read.reload()
    shows(read, "2,10,000")
    price(client, holding, "71500")

    read.context.set_offline(False)

    # 3 × 71,500
    shows(read, "2,14,500")
    expect(read.get_by_text(re.compile("Offline –"))).to_have_count(0)


def test_a_change_is_refused_with_a_clear_word_and_what_was_typed_stays(read, client, portfolio):
    read.keyboard.press("a")
    dialog = read.get_by_role("dialog")
    dialog.get_by_role("option", name=re.compile("COIN")).first.click()
    dialog.get_by_label(re.compile("^(Shares|Units)")).fill("7")
    dialog.get_by_label("Price", exact=True).fill("61234")
    read.context.set_offline(True)

    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()

    expect(dialog.get_by_text("You are offline. Nothing was saved.")).to_be_visible()
    expect(dialog.get_by_label(re.compile("^(Shares|Units)"))).to_have_value("7")
    rows = client.get(f"/portfolios/{portfolio['id']}/transactions").json()["items"]
    assert [row["quantity"] for row in rows] == ["3"]
    read.context.set_offline(False)
    dialog.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(dialog).to_be_hidden()
    # 10 × 70,000
    shows(read, "7,00,000")


def test_signing_out_drops_what_was_kept(read, address):
    read.goto(f"{address}/settings")
    read.get_by_role("button", name="Sign out").first.click()
    expect(read.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [path for path in read.evaluate(KEPT) if path != "/api/v1/server"]

    read.context.set_offline(True)
    read.goto(address)

    expect(read.locator("main")).to_be_visible()
    assert "2,10,000" not in read.content()
    assert "Asha" not in read.content()


def test_signing_out_without_a_connection_is_told_to_the_server_later(read, client, address):
    read.goto(f"{address}/settings")
    expect(read.get_by_role("button", name="Sign out").first).to_be_visible()
    read.context.set_offline(True)
    read.get_by_role("button", name="Sign out").first.click()
    expect(read.get_by_role("button", name="Sign in")).to_be_visible()
    assert read.evaluate(KEPT) == []

    read.context.set_offline(False)
    read.goto(address)

    expect(read.get_by_role("button", name="Sign in")).to_be_visible()
    assert client.get("/me").status_code == 401


def test_a_session_that_has_ended_drops_what_was_kept(read, client):
    client.delete("/session").raise_for_status()

    read.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(read.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [path for path in read.evaluate(KEPT) if path != "/api/v1/server"]


def test_another_person_finds_nothing_of_the_one_before(read, client, address):
    ben = {"name": "Ben Ode", "email": "ben@example.org", "password": PASSWORD}
    client.post("/users", json=ben).raise_for_status()
    # Someone else's cookie without a sign-in through the page, as after a restored browser profile.
    cookies = read.context.cookies()
    read.context.clear_cookies()
    body = {"email": ben["email"], "password": PASSWORD}
    answer = read.context.request.post(f"{address}/api/v1/session", data=body, headers={"Origin": address})
    assert answer.status == 201, cookies

    read.goto(address)
    expect(read.get_by_text("Ben Ode").first).to_be_visible()

    assert not [path for path in read.evaluate(KEPT) if path.endswith("/summary") and path != "/api/v1/summary"]
    read.context.set_offline(True)
    read.reload()
    expect(read.get_by_text("Ben Ode").first).to_be_visible()
    assert "2,10,000" not in read.content()


def test_it_can_be_installed(read, address):
    manifest = json.loads(read.request.get(f"{address}/manifest.webmanifest").text())
    assert manifest["start_url"] == "/"
    for icon in manifest["icons"]:
        answer = read.request.get(address + icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, icon["type"])
    errors = read.context.new_cdp_session(read).send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Chromium installs nothing in a private window, which every test's is.
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


def test_a_shared_file_opens_as_many_rows(read, address):
    content = "date,type,symbol,exchange,quantity,price\n2026-03-02,BUY,TCS,NSE,4,3500\n"
    # As the system does it: a form sent by nobody's page.
    read.evaluate(
        """(content) => {
            const form = document.createElement('form')
            Object.assign(form, { method: 'post', action: '/share', enctype: 'multipart/form-data' })
            const input = Object.assign(document.createElement('input'), { type: 'file', name: 'file' })
            const files = new DataTransfer()
            files.items.add(new File([content], 'trades.csv', { type: 'text/csv' }))
            input.files = files.files
            form.append(input)
            document.body.append(form)
            form.submit()
        }""",
        content,
    )

    expect(read).to_have_url(re.compile(r"/activity\?many"))
    expect(read.locator("main")).to_contain_text("TCS")
    assert read.evaluate("caches.open('shared').then((cache) => cache.keys()).then((keys) => keys.length)") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken_offline(read, said, theme):
    read.emulate_media(color_scheme=theme, reduced_motion="reduce")
    read.context.set_offline(True)
    expect(read.get_by_text(re.compile("^Offline – figures of "))).to_be_visible()

    broken = Axe().run(read).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == []
    assert said == []
