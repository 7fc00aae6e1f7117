"""Plain holdings: symbol, quantity and average price; each is one OPENING until another transaction touches it."""

import re

from tests.api.running import add_holding, assert_problem, make_portfolio, running, trade


def ledger(person, portfolio):
    return person.browser.get(f"/portfolios/{portfolio['id']}/transactions").json()["items"]


def test_a_plain_holding_is_one_opening(server, asha):
    portfolio = make_portfolio(asha)

    answer = asha.browser.post(
        f"/portfolios/{portfolio['id']}/holdings",
        json={"asset_type": "STOCK", "symbol": "infy", "quantity": "10", "avg_buy_price": "1400.00"},
    )

    held, [row] = answer.json(), ledger(asha, portfolio)
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert held["plain"] is True
    # 10 × 1400.00 = 14000.00; the home exchange is NSE, whose currency is INR
    assert (held["quantity"], held["avg_buy_price"], held["invested"]) == ("10", "1400.00", "14000.00")
    instrument = held["instrument"]
    assert (instrument["symbol"], instrument["exchange"], instrument["currency"]) == ("INFY", "NSE", "INR")
    assert (row["type"], row["quantity"], row["price"], row["fees"]) == ("OPENING", "10", "1400.00", "0")
    assert row["traded_on"] == held["acquired_on"]
    assert asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"] == [held]


def test_a_plain_holding_is_changed_and_removed_as_one(server, asha):
    portfolio = make_portfolio(asha)
    held = add_holding(asha, portfolio["id"], acquired_on="2025-04-01")
    path = f"/holdings/{held['id']}"

    changed = asha.browser.patch(path, json={"quantity": "12.5"}, headers={"If-Match": '"1"'})
    late = asha.browser.patch(path, json={"quantity": "1"}, headers={"If-Match": '"1"'})
    same = asha.browser.patch(path, json={"quantity": "12.5"}, headers={"If-Match": changed.headers["ETag"]})
    removed = asha.browser.delete(path, headers={"If-Match": changed.headers["ETag"]})

    # 12.5 × 1400.00 = 17500.000
    assert (changed.json()["quantity"], changed.json()["invested"]) == ("12.5", "17500.000")
    assert changed.json()["acquired_on"] == "2025-04-01"
    assert changed.headers["ETag"] == same.headers["ETag"] == '"2"'
    assert_problem(late, 412, "version_mismatch")
    assert removed.status_code == 204
    assert ledger(asha, portfolio) == []
    assert asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"] == []
    assert_problem(asha.browser.delete(path, headers={"If-Match": '"2"'}), 404, "not_found")


def test_a_holding_with_a_history_is_changed_by_its_transactions(server, asha):
    portfolio = make_portfolio(asha)
    held = add_holding(asha, portfolio["id"], acquired_on="2025-04-01")
    bought = trade(asha, portfolio["id"], quantity="5")
    [both] = asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    tag = {"If-Match": f'"{both["version"]}"'}

    refused = asha.browser.patch(f"/holdings/{held['id']}", json={"quantity": "1"}, headers=tag)

    assert both["plain"] is False
    assert_problem(refused, 409, "holding_has_transactions")
    asha.browser.delete(f"/transactions/{bought['id']}", headers={"If-Match": '"1"'})
    [plain] = asha.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    assert plain["plain"] is True
    assert plain["version"] > both["version"]


def test_one_symbol_on_two_exchanges_is_two_instruments(server, asha):
    portfolio = make_portfolio(asha)

    indian = add_holding(asha, portfolio["id"], "INFY", exchange="NSE")
    american = add_holding(asha, portfolio["id"], "INFY", exchange="NYSE")

    assert indian["instrument"]["id"] != american["instrument"]["id"]
    assert (indian["instrument"]["currency"], american["instrument"]["currency"]) == ("INR", "USD")
    # What it cost in rupees nobody knows without a rate: unknown, and never as if a dollar were a rupee.
    assert american["invested"] is None
    with_rate = asha.browser.patch(
        f"/holdings/{american['id']}", json={"fx_rate": "83.5"}, headers={"If-Match": f'"{american["version"]}"'}
    )
    # 10 × 1400.00 × 83.5 = 1169000.000
    assert with_rate.json()["invested"] == "1169000.000"
    cleared = asha.browser.patch(
        f"/holdings/{american['id']}", json={"fx_rate": None}, headers={"If-Match": with_rate.headers["ETag"]}
    )
    assert cleared.json()["invested"] is None


def test_london_is_priced_in_pounds(server, asha):
    portfolio = make_portfolio(asha, currency="GBP")

    held = add_holding(asha, portfolio["id"], "VOD", exchange="LSE", quantity="100", avg_buy_price="0.72")
    pence = asha.browser.post(
        f"/portfolios/{portfolio['id']}/holdings",
        json={
            "asset_type": "STOCK",
            "symbol": "TSCO",
            "exchange": "LSE",
            "currency": "GBp",
            "quantity": "1",
            "avg_buy_price": "1",
        },
    )

    assert held["instrument"]["currency"] == "GBP"
    assert held["invested"] == "72.00"  # 100 × 0.72
    assert_problem(pence, 422, "invalid_input", "currency")


def test_a_fund_is_found_at_amfi_and_amfi_has_nothing_else(server, asha):
    portfolio = make_portfolio(asha)
    fund = {"asset_type": "MUTUAL_FUND", "symbol": "120503", "exchange": None, "quantity": "12.345"}

    held = add_holding(asha, portfolio["id"], **fund)
    stock = asha.browser.post(
        f"/portfolios/{portfolio['id']}/holdings",
        json={"asset_type": "STOCK", "symbol": "X", "exchange": "AMFI", "quantity": "1", "avg_buy_price": "1"},
    )

    assert (held["instrument"]["exchange"], held["instrument"]["currency"]) == ("AMFI", "INR")
    assert_problem(stock, 422, "invalid_input", "exchange")


def test_fault_64_and_65_nothing_and_a_gift(server, asha):
    portfolio = make_portfolio(asha)
    body = {"asset_type": "STOCK", "symbol": "INFY", "exchange": "NSE", "avg_buy_price": "100", "quantity": "0"}

    nothing = asha.browser.post(f"/portfolios/{portfolio['id']}/holdings", json=body)
    gift = add_holding(asha, portfolio["id"], avg_buy_price="0")

    assert_problem(nothing, 422, "invalid_input", "quantity")
    assert (gift["invested"], gift["avg_buy_price"]) == ("0", "0")


def test_both_databases_and_any_cache_give_the_same_bytes(sqlite_url, postgres_url, redis_url):
    """Invariants 21 and 22: the same requests get the same answers, but for ids and times."""

    def answers(url, **settings):
        with running(url, **settings) as server:
            asha = server.person("Asha")
            portfolio = make_portfolio(asha, "Zürich — ₹ 😀")
            for number, symbol in enumerate(("b", "A", "ä", "Z", "10", "9")):
                trade(asha, portfolio["id"], symbol=symbol, quantity=f"{number + 1}.10", price="0.30", fees="0.01")
            trade(asha, portfolio["id"], "SELL", symbol="B", quantity="1.10", traded_on="2026-02-01")
            parts = ("holdings?limit=3", "transactions?limit=4", "summary", "summary")
            texts = [asha.browser.get(f"/portfolios/{portfolio['id']}/{part}").text for part in parts]
            return [_without_chance(text) for text in texts]

    plain = answers(sqlite_url)

    assert answers(postgres_url, redis_url=redis_url) == plain


def _without_chance(text):
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", "ID", text)
    text = re.sub(r'"next_cursor":"[^"]*"', '"next_cursor":"C"', text)
    return re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+Z", "AT", text)
