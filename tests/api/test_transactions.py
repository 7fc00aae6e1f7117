"""The ledger through HTTP. The arithmetic stands above each number."""

from tests.api.running import assert_problem, make_portfolio, trade


def held_of(person, portfolio):
    return person.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]


def test_bought_twice_and_sold_with_fees_by_average_cost(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="10", price="100", fees="20", taxes="1.50", traded_on="2026-01-05")
    trade(asha, portfolio["id"], quantity="10", price="150", fees="20", taxes="2.25", traded_on="2026-01-06")
    sold = trade(
        asha, portfolio["id"], "SELL", quantity="12", price="200", fees="30", taxes="2.40", traded_on="2026-01-07"
    )

    [held] = held_of(asha, portfolio)

    # cost: 10 × 100 + 20 + 1.50 = 1021.50 and 10 × 150 + 20 + 2.25 = 1522.25, together 2543.75 for 20: 127.1875 each
    # left: 8 × 127.1875 = 1017.50; gone: 12 × 127.1875 = 1526.25
    # realised: 12 × 200 − 30 − 2.40 − 1526.25 = 841.35
    assert held["quantity"] == "8"
    assert [float_free(held[name]) for name in ("invested", "avg_buy_price", "realised")] == [
        "1017.5",
        "127.1875",
        "841.35",
    ]
    assert (sold["fees"], sold["taxes"], sold["version"]) == ("30", "2.40", 1)


def test_oldest_lots_leave_first_where_the_portfolio_says_so(server, asha):
    portfolio = make_portfolio(asha, cost_method="fifo")
    trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2026-01-05")
    trade(asha, portfolio["id"], quantity="10", price="150", traded_on="2026-01-06")
    trade(asha, portfolio["id"], "SELL", quantity="12", price="200", traded_on="2026-01-07")

    [held] = held_of(asha, portfolio)

    # 8 of the second lot are left: 8 × 150 = 1200; gone: 10 × 100 + 2 × 150 = 1300; realised 2400 − 1300 = 1100
    assert [float_free(held[name]) for name in ("quantity", "invested", "realised")] == ["8", "1200", "1100"]


def test_a_row_is_changed_and_what_follows_from_it(server, asha):
    portfolio = make_portfolio(asha)
    row = trade(asha, portfolio["id"], quantity="10", price="100", note="first")

    changed = asha.browser.patch(
        f"/transactions/{row['id']}", json={"price": "110.5", "note": None}, headers={"If-Match": '"1"'}
    )

    assert changed.headers["ETag"] == '"2"'
    assert changed.json() == row | {"price": "110.5", "note": None, "version": 2}
    assert float_free(held_of(asha, portfolio)[0]["invested"]) == "1105"  # 10 × 110.5
    late = asha.browser.delete(f"/transactions/{row['id']}", headers={"If-Match": '"1"'})
    assert_problem(late, 412, "version_mismatch")
    assert asha.browser.delete(f"/transactions/{row['id']}", headers={"If-Match": '"2"'}).status_code == 204
    assert held_of(asha, portfolio) == []


def test_an_edit_there_and_back_leaves_the_same_holding(server, asha):
    portfolio = make_portfolio(asha)
    row = trade(asha, portfolio["id"], quantity="3", price="7.01")
    [before] = held_of(asha, portfolio)
    for version, quantity in ((1, "4"), (2, "3")):
        answer = asha.browser.patch(
            f"/transactions/{row['id']}", json={"quantity": quantity}, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 200

    [after] = held_of(asha, portfolio)

    assert after == before | {"version": after["version"]}


def test_what_is_sold_off_stays_as_a_closed_holding(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="2", price="50", traded_on="2026-01-05")
    trade(asha, portfolio["id"], "SELL", quantity="2", price="60", traded_on="2026-01-06")

    summary = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()

    assert summary["holdings"] == []
    assert [float_free(one["realised"]) for one in summary["closed"]] == ["20"]  # 2 × 60 − 2 × 50
    assert (summary["current_value"], float_free(summary["realised"])) == ("0", "20")


def test_a_list_can_be_of_one_instrument(server, asha):
    portfolio = make_portfolio(asha)
    row = trade(asha, portfolio["id"])
    trade(asha, portfolio["id"], symbol="TCS")

    page = asha.browser.get(
        f"/portfolios/{portfolio['id']}/transactions", params={"instrument_id": row["instrument"]["id"]}
    )

    assert page.json() == {"items": [row], "next_cursor": None}


def test_the_rate_between_a_currency_and_itself_is_one(server, asha):
    portfolio = make_portfolio(asha)
    row = trade(asha, portfolio["id"], fx_rate="1")

    answer = asha.browser.patch(f"/transactions/{row['id']}", json={"fx_rate": "2"}, headers={"If-Match": '"1"'})

    assert_problem(answer, 422, "invalid_input", "fx_rate")


def float_free(text):
    """A decimal without the zeros that its factors left behind it."""
    return text.rstrip("0").rstrip(".") if "." in text else text
