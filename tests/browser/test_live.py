"""What changes elsewhere is on screen without loading the page again, with the stream of news and without it."""

from playwright.sync_api import expect

from tests.browser.ledger import GOLD, price, record
from tests.browser.screen import shows

SOON_MILLISECONDS = 5_000
# Without the stream the page asks every quarter of a minute.
POLLED_MILLISECONDS = 25_000


def test_a_change_elsewhere_appears_by_itself(signed_in, client, holding, address, said):
    page, other = signed_in, signed_in.context.new_page()
    for one in (page, other):
        one.goto(address)
        shows(one, "2,10,000")
        one.evaluate("window.stillHere = true")

    price(client, holding, "71500")

    # 3 × 71,500
    for one in (page, other):
        shows(one, "2,14,500", within=SOON_MILLISECONDS)
        assert one.evaluate("window.stillHere") is True
    assert said == []


def test_a_transaction_elsewhere_appears_in_the_list_of_another_tab(signed_in, client, portfolio, holding, address):
    signed_in.goto(f"{address}/activity")
    rows = signed_in.get_by_role("button", name="Edit Buy COIN")
    expect(rows).to_have_count(1)

    record(client, portfolio, {"type": "BUY", "traded_on": "2026-02-03", "quantity": "1", "price": "65432", **GOLD})

    expect(rows).to_have_count(2, timeout=SOON_MILLISECONDS)


def test_without_the_stream_the_page_asks_now_and_then(signed_in, client, holding, address):
    signed_in.route("**/api/v1/events", lambda route: route.abort())
    signed_in.goto(address)
    shows(signed_in, "2,10,000")

    price(client, holding, "71500")

    shows(signed_in, "2,14,500", within=POLLED_MILLISECONDS)


def test_a_lost_stream_is_taken_up_again_with_longer_and_longer_waits(signed_in, client, holding, address):
    asked = []
    signed_in.route("**/api/v1/events", lambda route: (asked.append(1), route.abort()))
    signed_in.goto(address)
    shows(signed_in, "2,10,000")
    signed_in.wait_for_timeout(8_000)
    # Waits of 1, 2, 4 and 8 seconds, each a quarter more or less: at most four more tries within eight seconds.
    assert 2 <= len(asked) <= 5

    signed_in.unroute("**/api/v1/events")
    with signed_in.expect_response("**/api/v1/events", timeout=20_000):
        pass
    price(client, holding, "71500")

    shows(signed_in, "2,14,500", within=SOON_MILLISECONDS)


def test_a_page_that_nobody_sees_holds_no_connection_and_reads_when_it_is_seen(signed_in, client, holding, address):
    signed_in.goto(address)
    shows(signed_in, "2,10,000")
    seen = """(state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
    }"""
    signed_in.evaluate(seen, "hidden")
    price(client, holding, "71500")
    signed_in.wait_for_timeout(2_000)
    shows(signed_in, "2,10,000")

    signed_in.evaluate(seen, "visible")

    shows(signed_in, "2,14,500", within=SOON_MILLISECONDS)


def test_signing_out_in_one_tab_signs_out_all(signed_in, holding, address):
    other = signed_in.context.new_page()
    for one in (signed_in, other):
        one.goto(address)
        shows(one, "2,10,000")
    signed_in.goto(f"{address}/settings")

    signed_in.get_by_role("button", name="Sign out").first.click()

    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    expect(other.locator(".total")).to_have_count(0)
