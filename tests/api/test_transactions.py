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


# --- The whole ledger ------------------------------------------------------------------------------------------------


def record(person, portfolio, kind, **body):
    return person.browser.post(
        f"/portfolios/{portfolio['id']}/transactions", json={"type": kind, "traded_on": "2026-02-01"} | body
    )


INFY = {"asset_type": "STOCK", "symbol": "INFY", "exchange": "NSE"}


def held_by_symbol(person, portfolio, *names):
    return {
        one["instrument"]["symbol"]: [one[name] and float_free(one[name]) for name in names]
        for one in held_of(person, portfolio)
    }


def test_a_split_has_a_ratio_and_nothing_else(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="10", price="100")

    row = record(asha, portfolio, "SPLIT", **INFY, ratio="10:1").json()

    assert (row["ratio"], row["quantity"], row["price"], row["to_instrument"]) == ("10:1", "0", "0", None)
    assert held_by_symbol(asha, portfolio, "quantity", "invested", "avg_buy_price") == {"INFY": ["100", "1000", "10"]}
    changed = asha.browser.patch(f"/transactions/{row['id']}", json={"ratio": "1:2"}, headers={"If-Match": '"1"'})
    assert changed.json()["ratio"] == "1:2"
    assert held_by_symbol(asha, portfolio, "quantity") == {"INFY": ["5"]}
    wrong = asha.browser.patch(f"/transactions/{row['id']}", json={"ratio": "0:2"}, headers={"If-Match": '"2"'})
    assert_problem(wrong, 422, "invalid_input", "ratio")


def test_a_merger_names_the_other_instrument_and_stands_in_both_lists(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], symbol="HDFC", quantity="25", price="2500")

    # on the same exchange and of the same kind, since nothing else is said
    row = record(
        asha, portfolio, "MERGER", **INFY | {"symbol": "HDFC"}, quantity="25", to_symbol="hdfcbank", to_quantity="42"
    ).json()

    other = row["to_instrument"]
    assert (other["symbol"], other["exchange"], row["to_quantity"]) == ("HDFCBANK", "NSE", "42")
    assert held_by_symbol(asha, portfolio, "quantity", "invested") == {"HDFC": ["0", "0"], "HDFCBANK": ["42", "62500"]}
    listed = asha.browser.get(f"/portfolios/{portfolio['id']}/transactions", params={"instrument_id": other["id"]})
    assert listed.json()["items"] == [row]
    [gone] = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()["closed"]
    assert (gone["instrument"]["symbol"], gone["realised"]) == ("HDFC", "0")
    too_many = asha.browser.patch(f"/transactions/{row['id']}", json={"quantity": "26"}, headers={"If-Match": '"1"'})
    body = assert_problem(too_many, 409, "oversold", "quantity")
    assert (body["symbol"], body["sold"], body["held"]) == ("HDFC", "26", "25")


def test_a_demerger_takes_a_part_of_the_cost_along(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], symbol="RELIANCE", quantity="1", price="2340")

    row = record(
        asha, portfolio, "DEMERGER", **INFY | {"symbol": "RELIANCE"},
        to_symbol="JIOFIN", to_quantity="1", cost_pct="4.68",
    ).json()  # fmt: skip

    # 4.68 % of 2340 is 109.512
    assert row["cost_pct"] == "4.68"
    assert held_by_symbol(asha, portfolio, "invested") == {"RELIANCE": ["2230.488"], "JIOFIN": ["109.512"]}


def test_a_dividend_is_its_gross_amount_less_the_tax_withheld(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="10", price="100")

    row = record(asha, portfolio, "DIVIDEND", **INFY, price="120", taxes="12").json()

    assert (row["quantity"], row["price"], row["currency"]) == ("1", "120", "INR")
    assert held_by_symbol(asha, portfolio, "income", "tax_withheld", "charges") == {"INFY": ["108", "12", "0"]}
    in_dollars = record(asha, portfolio, "DIVIDEND", **INFY, price="1", currency="USD", fx_rate="84").json()
    assert (in_dollars["currency"], in_dollars["instrument"]["currency"]) == ("USD", "INR")
    assert held_by_symbol(asha, portfolio, "income") == {"INFY": ["192"]}


def test_money_comes_to_the_portfolio_and_is_cash(server, asha):
    portfolio = make_portfolio(asha, cash_tracked=True)

    row = record(asha, portfolio, "DEPOSIT", price="1000").json()
    record(asha, portfolio, "FEE", price="10")

    assert (row["instrument"]["asset_type"], row["instrument"]["symbol"]) == ("CASH", "INR")
    summary = asha.browser.get(f"/portfolios/{portfolio['id']}/summary").json()
    assert [summary[name] for name in ("cash", "current_value", "charges", "total_profit_loss")] == [
        "990", "0", "10", "-10",
    ]  # fmt: skip
    assert (summary["holdings"], summary["closed"]) == ([], [])
    assert_problem(record(asha, portfolio, "DEPOSIT", **INFY, price="1"), 422, "invalid_input", "symbol")


def test_an_opening_may_say_what_all_of_it_cost(server, asha):
    portfolio = make_portfolio(asha)

    row = record(asha, portfolio, "OPENING", **INFY, quantity="139", cost="22004.40").json()

    assert (row["cost"], row["price"]) == ("22004.40", "0")
    # 22004.40 ÷ 139 to 28 digits
    assert held_by_symbol(asha, portfolio, "invested", "avg_buy_price") == {
        "INFY": ["22004.4", "158.3050359712230215827338129"]
    }
    priced = asha.browser.patch(f"/transactions/{row['id']}", json={"price": "100"}, headers={"If-Match": '"1"'})
    assert (priced.json()["cost"], priced.json()["price"]) == (None, "100")
    assert held_by_symbol(asha, portfolio, "invested") == {"INFY": ["13900"]}


def test_units_move_to_another_portfolio_with_their_cost(server, asha):
    one, two = make_portfolio(asha, "One"), make_portfolio(asha, "Two")
    trade(asha, one["id"], quantity="10", price="100")
    record(asha, one, "TRANSFER_OUT", **INFY, quantity="4")
    unknown = record(asha, two, "TRANSFER_IN", **INFY, quantity="3").json()
    assert held_by_symbol(asha, two, "invested", "avg_buy_price") == {"INFY": [None, None]}

    asha.browser.patch(f"/transactions/{unknown['id']}", json={"quantity": "4"}, headers={"If-Match": '"1"'})

    assert held_by_symbol(asha, one, "quantity", "invested") == {"INFY": ["6", "600"]}
    assert held_by_symbol(asha, two, "quantity", "invested") == {"INFY": ["4", "400"]}


def test_what_a_kind_lacks_or_has_no_use_for_is_named(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"])

    for kind, body, field in (
        ("SPLIT", INFY, "ratio"),
        ("SPLIT", INFY | {"ratio": "2"}, "ratio"),
        ("SPLIT", INFY | {"ratio": "2:1", "quantity": "1"}, "quantity"),
        ("BUY", INFY | {"quantity": "1", "price": "1", "ratio": "2:1"}, "ratio"),
        ("BUY", INFY | {"quantity": "1"}, "price"),
        ("BUY", {"quantity": "1", "price": "1"}, "symbol"),
        ("MERGER", INFY | {"quantity": "1", "to_quantity": "1"}, "to_symbol"),
        ("MERGER", INFY | {"quantity": "1", "to_symbol": "TCS"}, "to_quantity"),
        ("MERGER", INFY | {"quantity": "1", "to_symbol": "TCS", "to_quantity": "0"}, "to_quantity"),
        (
            "MERGER",
            INFY | {"quantity": "1", "to_symbol": "TCS", "to_exchange": "NYSE", "to_quantity": "1"},
            "to_currency",
        ),
        ("DEMERGER", INFY | {"to_symbol": "TCS", "to_quantity": "1", "cost_pct": "-1"}, "cost_pct"),
        ("DIVIDEND", INFY | {"price": "-1"}, "price"),
        ("OPENING", INFY | {"quantity": "1", "price": "1", "cost": "1"}, "cost"),
        ("TRANSFER_OUT", INFY | {"quantity": "1", "cost": "1"}, "cost"),
        ("GIFT", INFY | {"quantity": "1"}, "type"),
        ("BUY", INFY | {"quantity": "1", "price": "1", "portfolio_id": "x"}, "portfolio_id"),
    ):  # fmt: skip
        answer = record(asha, portfolio, kind, **body)
        assert answer.status_code == 422, (kind, body, answer.text)
        assert [one["field"] for one in answer.json()["errors"]] == [field], (kind, body)
    assert len(asha.browser.get(f"/portfolios/{portfolio['id']}/transactions").json()["items"]) == 1


def test_the_rules_of_a_portfolio_are_its_own_to_choose(server, asha):
    portfolio = make_portfolio(asha, charges_in_cost=False, cost_method="uk_pool")
    trade(asha, portfolio["id"], quantity="10", price="100", fees="15")
    assert (portfolio["charges_in_cost"], portfolio["cash_tracked"], portfolio["cost_method"]) == (
        False, False, "uk_pool",
    )  # fmt: skip
    assert held_by_symbol(asha, portfolio, "invested", "charges") == {"INFY": ["1000", "15"]}

    changed = asha.browser.patch(
        f"/portfolios/{portfolio['id']}", json={"charges_in_cost": True}, headers={"If-Match": '"2"'}
    )

    assert changed.json()["charges_in_cost"] is True
    assert held_by_symbol(asha, portfolio, "invested", "charges") == {"INFY": ["1015", "0"]}


def test_a_list_says_what_was_held_after_each_row(server, asha):
    portfolio = make_portfolio(asha)
    other = make_portfolio(asha, "Other")
    bought = trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2026-01-05")
    trade(asha, other["id"], quantity="7", price="100", traded_on="2026-01-05")
    trade(asha, portfolio["id"], symbol="TCS", quantity="3", price="100", traded_on="2026-01-05")
    trade(asha, portfolio["id"], quantity="4", price="100", traded_on="2026-01-06", account="Zerodha")
    trade(asha, portfolio["id"], "SPLIT", traded_on="2026-01-07", ratio="2:1", quantity=None, price=None)
    trade(asha, portfolio["id"], "SELL", quantity="5", price="100", traded_on="2026-01-08")
    trade(asha, portfolio["id"], "DIVIDEND", quantity="1", price="9", traded_on="2026-01-07")
    interest = {"type": "INTEREST", "traded_on": "2026-01-09", "currency": "INR", "price": "5"}
    path = f"/portfolios/{portfolio['id']}/transactions"
    assert asha.browser.post(path, json=interest).status_code == 201

    items = asha.browser.get(path).json()["items"]
    page = asha.browser.get(path, params={"instrument_id": bought["instrument"]["id"], "limit": 2}).json()["items"]

    # 10; 10 + 4; both accounts doubled are 28, also for the dividend of that day; 28 − 5; of cash there are no units
    found = {(one["type"], one["instrument"]["symbol"], one["traded_on"]): one["held_after"] for one in items}
    assert found.pop(("INTEREST", "INR", "2026-01-09")) is None
    assert {key: float_free(held) for key, held in found.items()} == {
        ("BUY", "INFY", "2026-01-05"): "10",
        ("BUY", "TCS", "2026-01-05"): "3",
        ("BUY", "INFY", "2026-01-06"): "14",
        ("SPLIT", "INFY", "2026-01-07"): "28",
        ("DIVIDEND", "INFY", "2026-01-07"): "28",
        ("SELL", "INFY", "2026-01-08"): "23",
    }
    assert [one["type"] for one in page] == ["SELL", "DIVIDEND"]
    assert [float_free(one["held_after"]) for one in page] == ["23", "28"]
    assert float_free(bought["held_after"]) == "10"
