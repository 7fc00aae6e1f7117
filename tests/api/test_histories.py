"""The closes of the past through HTTP: how far they are, and a gap that somebody wants filled."""

from datetime import UTC, datetime, timedelta

from tests.api.running import a_trade, make_portfolio, running, trade, wait_until


def test_closes_are_fetched_behind_the_first_transaction_and_a_gap_is_looked_at_on_demand(sqlite_url):
    bought_on = (datetime.now(UTC).date() - timedelta(days=40)).isoformat()  # noqa: TID251  # the server's clock is real
    with running(sqlite_url, providers="demo", works=True) as server:
        asha = server.person("Asha")
        portfolio = make_portfolio(asha)
        row = trade(asha, portfolio["id"], symbol="SAHYADRI", exchange="DEMO", traded_on=bought_on, price="100")
        at = f"/instruments/{row['instrument']['id']}/history"

        done = wait_until(lambda: (one := asha.browser.get(at).json())["state"] == "done" and one, "the history")
        asked = asha.browser.post(at)

        progress = asha.browser.get("/prices/histories").json()
        closes = asha.browser.get(f"/instruments/{row['instrument']['id']}/closes", params={"from": bought_on}).json()

    assert (done["source"], done["failure"]) == ("demo", None)
    # Forty days and the fourteen before them have at least 36 weekdays
    assert done["closes"] >= 36
    assert (asked.status_code, asked.json()["state"]) == (202, "done")
    assert (progress["wanted"], progress["done"], progress["failed"]) == (1, 1, 0)
    assert closes


def test_what_nobody_but_a_person_prices_has_no_history(server):
    asha = server.person("Asha")
    portfolio = make_portfolio(asha)
    row = asha.browser.post(
        f"/portfolios/{portfolio['id']}/transactions", json=a_trade(symbol="Gold", exchange="MANUAL", currency="INR")
    ).json()

    assert asha.browser.get(f"/instruments/{row['instrument']['id']}/history").json()["state"] == "none"
