"""From a holding to its exact worth, through HTTP, with prices of a replayed market."""

from decimal import Context, Decimal

from tests.api.listening import listening
from tests.api.running import add_holding, assert_problem, make_portfolio, running, wait_until

DIGITS_28 = Context(prec=28)
EXACT = Context(prec=100)


def summary_of(person, portfolio):
    return person.browser.get(f"/portfolios/{portfolio['id']}/summary").json()


def priced(person, portfolio, seconds=15):
    """The summary once nothing is missing in it."""

    def complete():
        summary = summary_of(person, portfolio)
        return not summary["coverage"]["missing"] and summary

    return wait_until(complete, "every price", seconds)


def refreshed(person, seconds=15):
    """Asks for a refresh by hand, and gives its record when it is done."""
    asked = person.browser.post("/prices/refresh")
    assert asked.status_code == 202, asked.text

    def done():
        last = person.browser.get("/prices/status").json()["last_refresh"]
        return last and last["run_id"] == asked.json()["run_id"] and last

    return wait_until(done, "the refresh", seconds)


def same(text, expected):
    """Equal to the last digit; zeros at the end are no digits."""
    return text is not None and Decimal(text) == Decimal(expected)


def test_a_portfolio_is_worth_exactly_this(database_url, clock, real_prices):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person("Asha")
        portfolio = make_portfolio(asha)
        day = {"acquired_on": "2026-10-01"}
        add_holding(asha, portfolio["id"], "INFY", **day)
        fund = {"asset_type": "MUTUAL_FUND", "exchange": None, "quantity": "100.5", "avg_buy_price": "80.0000"}
        add_holding(asha, portfolio["id"], "120503", **fund, **day)
        dollars = {"exchange": "NASDAQ", "quantity": "3", "avg_buy_price": "200", "fx_rate": "80"}
        add_holding(asha, portfolio["id"], "AAPL", **dollars, **day)

        summary = priced(asha, portfolio)

        # One euro is 110.00 INR and 1.25 USD, so a dollar is 88 INR.
        #          quantity × price × rate           cost                      profit        day change
        # INFY     10 × 1512.60      = 15126.00      10 × 1400 = 14000         1126.00       10 × 12.60 = 126.00
        # 120503   100.5 × 112.0096  = 11256.9648    100.5 × 80 = 8040         3216.9648     (no NAV before)
        # AAPL     3 × 250.10 × 88   = 66026.40      3 × 200 × 80 = 48000      18026.40
        infy, axis, apple = summary["holdings"]
        assert same(infy["current_value"], "15126.00")
        assert same(infy["profit_loss"], "1126.00")
        assert same(infy["day_change"], "126.00")
        # 100 × 1126 ÷ 14000 and 100 × 126 ÷ 15000, to 28 digits
        assert infy["profit_loss_pct"] == f"{DIGITS_28.divide(Decimal(112600), Decimal(14000)):f}"
        assert same(infy["day_change_pct"], "0.84")
        assert same(axis["current_value"], "11256.9648")
        assert same(axis["profit_loss"], "3216.9648")
        assert same(apple["fx_rate"], "88")
        assert same(apple["current_value"], "66026.40")
        assert same(apple["profit_loss"], "18026.40")
        assert same(summary["current_value"], "92409.3648")  # 15126.00 + 11256.9648 + 66026.40
        assert same(summary["invested"], "70040")  # 14000 + 8040 + 48000
        assert same(summary["profit_loss"], "22369.3648")  # 92409.3648 − 70040
        assert summary["profit_loss_pct"] == f"{DIGITS_28.divide(Decimal('2236936.48'), Decimal(70040)):f}"
        assert summary["coverage"] == {"held": 3, "priced": 3, "held_back": 0, "provisional": 0, "missing": []}
        assert [one["price"]["source"] for one in summary["holdings"]] == ["yahoo", "amfi", "yahoo"]
        assert (infy["price"]["status"], axis["price"]["status"]) == ("live", "nav")
        assert summary["last_updated_at"] == "2026-11-20T09:10:00Z"
        assert axis["instrument"]["name"].startswith("Axis ELSS Tax Saver Fund")


def test_pence_are_a_hundredth_of_a_pound(database_url, clock, real_prices):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person()
        portfolio = make_portfolio(asha, currency="GBP")
        add_holding(asha, portfolio["id"], "VOD", exchange="LSE", quantity="100", avg_buy_price="0.72")

        [vod] = priced(asha, portfolio)["holdings"]

        assert vod["price"]["currency"] == "GBP"
        assert same(vod["last_price"], "0.755")  # 75.50 pence
        assert same(vod["current_value"], "75.5")  # 100 × 0.755
        assert same(vod["profit_loss"], "3.5")  # 75.5 − 100 × 0.72


def test_all_portfolios_together_in_the_persons_own_currency(database_url, clock, real_prices):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person()
        asha.browser.patch("/me", json={"base_currency": "EUR"})
        rupees, pounds = make_portfolio(asha, "India"), make_portfolio(asha, "London", currency="GBP")
        day = {"acquired_on": "2026-11-19"}
        add_holding(asha, rupees["id"], "INFY", **day)
        add_holding(asha, pounds["id"], "VOD", exchange="LSE", quantity="100", avg_buy_price="0.72", **day)
        priced(asha, rupees)
        priced(asha, pounds)

        def whole():
            found = asha.browser.get("/summary").json()
            return not found["coverage"]["missing"] and found

        # 15126.00 INR ÷ 110 and 75.50 GBP ÷ 0.88, each to 28 digits: 137.509090… + 85.795454… = 223.304545…
        summary = wait_until(whole, "the rates", 15)
        assert summary["currency"] == "EUR"
        assert round(Decimal(summary["current_value"]), 10) == Decimal("223.3045454545")
        india, london = (Decimal(one["current_value"]) for one in summary["portfolios"])
        assert EXACT.add(india, london) == Decimal(summary["current_value"])
        assert len(summary["holdings"]) == 2


def test_a_new_price_is_a_new_answer_with_a_new_tag_and_news(database_url, clock, market, real_prices):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha, ben = server.person("Asha"), server.person("Ben")
        portfolio = make_portfolio(asha)
        add_holding(asha, portfolio["id"], acquired_on="2026-10-01")
        priced(asha, portfolio)
        # The run at the start may still be going on.
        wait_until(lambda: asha.browser.get("/prices/status").json()["last_refresh"], "the first slot")
        path = f"/portfolios/{portfolio['id']}/summary"
        before = asha.browser.get(path)
        known = {"If-None-Match": before.headers["ETag"]}
        assert asha.browser.get(path, headers=known).status_code == 304

        with listening(ben.browser) as news:
            clock.advance(60)
            market.set("INFY.NS", "1520.05", previous_close="1500.00")
            run = refreshed(asha)
            news.waits_for("prices.updated")

        after = asha.browser.get(path, headers=known)
        assert (run["updated"], run["failed"]) == (1, 0)
        assert run["providers"] == [{"name": "yahoo", "ok": True, "failures": {}}]
        assert run["slot"] is None
        assert after.status_code == 200
        assert after.headers["ETag"] != before.headers["ETag"]
        assert same(after.json()["current_value"], "15200.50")  # 10 × 1520.05
        assert after.json()["last_updated_at"] == "2026-11-20T09:11:00Z"
        history = asha.browser.get(f"/instruments/{after.json()['holdings'][0]['instrument']['id']}/prices").json()
        assert [Decimal(one["price"]) for one in history["items"]] == [Decimal("1520.05"), Decimal("1512.60")]
        assert "portfolio.changed" not in news.names()


def test_fault_3_and_4_a_source_that_fails_leaves_the_last_good_price_and_its_age(
    database_url, clock, market, real_prices
):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person()
        portfolio = make_portfolio(asha)
        add_holding(asha, portfolio["id"], acquired_on="2026-10-01")
        good = priced(asha, portfolio)
        failures = {
            "429": {"status": 429, "body": "Too Many Requests", "headers": {"Retry-After": "1"}},
            "html": {"status": 200, "body": "<html>Are you a robot?</html>", "content_type": "text/html"},
            "nonsense": {"status": 200, "body": '{"spark": {"result": [{"symbol": "INFY.NS"}]}}'},
        }
        for name, failure in failures.items():
            clock.advance(120)
            market.fail("yahoo", **failure)

            run = refreshed(asha, 30)

            summary = summary_of(asha, portfolio)
            assert (run["updated"], run["failed"]) == (0, 1), name
            [yahoo] = run["providers"]
            assert yahoo["failures"], name
            assert summary["holdings"] == good["holdings"], name
            assert summary["last_updated_at"] == good["last_updated_at"]
            assert summary["holdings"][0]["price"]["stale_at"] == good["holdings"][0]["price"]["stale_at"]
            market.restore("yahoo")
            clock.advance(120)

        market.set("INFY.NS", "1530.00", previous_close="1500.00")
        wait_until(lambda: refreshed(asha, 30)["updated"] == 1, "the price to come again", 60)
        assert same(summary_of(asha, portfolio)["current_value"], "15300.00")


def test_what_has_no_price_is_named_and_counts_for_nothing(database_url, clock, market, real_prices):
    with running(database_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person()
        portfolio = make_portfolio(asha)
        add_holding(asha, portfolio["id"], "INFY", acquired_on="2026-10-01")
        unknown = add_holding(asha, portfolio["id"], "NOSUCH", acquired_on="2026-10-01")
        manual = {"exchange": "MANUAL", "asset_type": "BOND", "acquired_on": "2026-10-01"}
        own = add_holding(asha, portfolio["id"], "House", **manual)

        def infy_priced():
            summary = summary_of(asha, portfolio)
            return summary["coverage"]["priced"] == 1 and summary

        summary = wait_until(infy_priced, "the price of INFY", 15)

        missing = {one["holding_id"]: one["reason"] for one in summary["coverage"]["missing"]}
        assert missing == {unknown["id"]: "no_price", own["id"]: "no_price"}
        assert all(one["remedy"] for one in summary["coverage"]["missing"])
        assert same(summary["current_value"], "15126.00")
        assert same(summary["priced_invested"], "14000")
        assert same(summary["invested"], "42000")  # three times 10 × 1400
        nosuch = next(one for one in summary["holdings"] if one["id"] == unknown["id"])
        assert nosuch["current_value"] is nosuch["profit_loss"] is nosuch["last_price"] is nosuch["price"] is None


def test_a_refresh_by_hand_is_the_administrators_and_then_cools_down(sqlite_url, clock, real_prices):
    with running(sqlite_url, works=True, clock=clock, refresh_cooldown_seconds=60, **real_prices) as server:
        asha, ben = server.person("Asha"), server.person("Ben")
        refreshed(asha)

        early = asha.browser.post("/prices/refresh")
        clock.advance(30)
        later = asha.browser.post("/prices/refresh")

        assert_problem(ben.browser.post("/prices/refresh"), 403, "administrator_only")
        assert_problem(early, 429, "refresh_cooling_down")
        assert early.headers["Retry-After"] == "60"
        assert_problem(later, 429, "refresh_cooling_down")
        assert later.headers["Retry-After"] == "30"
        clock.advance(30)
        refreshed(asha)


def test_instruments_are_found_as_one_types(sqlite_url, clock, real_prices):
    with running(sqlite_url, works=True, clock=clock, **real_prices) as server:
        asha = server.person()
        portfolio = make_portfolio(asha)
        add_holding(asha, portfolio["id"])
        priced(asha, portfolio)

        found = asha.browser.get("/instruments", params={"q": "infos"}).json()["items"]

        assert [(one["symbol"], one["exchange"]) for one in found][:1] == [("INFY", "NSE")]
        assert same(found[0]["last_price"], "1512.60")
        detail = asha.browser.get(f"/instruments/{found[0]['id']}").json()
        assert detail["price"]["source"] == "yahoo"
        assert_problem(asha.browser.get("/instruments", params={"q": " "}), 422, "invalid_input", "q")
