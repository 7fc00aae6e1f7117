"""The lots of a holding: what is held of which purchase, what a sale took, and what each account has."""

from decimal import Decimal, localcontext

from tests.api.running import make_portfolio, trade


def lots_of(person, portfolio, symbol="INFY"):
    items = person.browser.get(f"/portfolios/{portfolio['id']}/holdings").json()["items"]
    [holding] = [one for one in items if one["instrument"]["symbol"] == symbol]
    answer = person.browser.get(f"/holdings/{holding['id']}/lots")
    assert answer.status_code == 200, answer.text
    return answer.json()


def brief(lots):
    return [(lot["acquired_on"], Decimal(lot["quantity"]), Decimal(lot["cost"])) for lot in lots]


def total(rows, name):
    return sum(Decimal(row[name]) for row in rows)


def test_first_in_first_out_a_sale_names_the_lots_it_took(server, asha):
    portfolio = make_portfolio(asha, cost_method="fifo")
    first = trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2024-01-10")
    second = trade(asha, portfolio["id"], quantity="10", price="150", fees="5", traded_on="2024-06-10")
    sold = trade(asha, portfolio["id"], "SELL", quantity="12", price="200", fees="24", traded_on="2025-01-10")

    shown = lots_of(asha, portfolio)

    # the second purchase cost 1505 with its fee; 2 of its 10 were sold, so 8 ÷ 10 of 1505 = 1204 are left
    [left] = shown["lots"]
    assert left == {
        "transaction_id": second["id"],
        "account": None,
        "acquired_on": "2024-06-10",
        "quantity": "8",
        "cost": left["cost"],
    }
    assert Decimal(left["cost"]) == 1204
    [sale] = shown["sales"]
    # proceeds 12 × 200 − 24 = 2376, shared 10 : 2 are 1980 and 396; costs 1000 and 301; gains 980 and 95
    assert (sale["transaction_id"], sale["sold_on"], Decimal(sale["proceeds"])) == (sold["id"], "2025-01-10", 2376)
    assert [one["transaction_id"] for one in sale["parts"]] == [first["id"], second["id"]]
    assert [Decimal(one["proceeds"]) for one in sale["parts"]] == [1980, 396]
    assert brief(sale["parts"]) == [("2024-01-10", 10, 1000), ("2024-06-10", 2, 301)]
    assert [Decimal(one["realised"]) for one in sale["parts"]] == [980, 95]
    assert Decimal(sale["realised"]) == 1075


def test_the_parts_of_a_sale_add_up_to_the_last_digit(server, asha):
    portfolio = make_portfolio(asha, cost_method="fifo")
    for day in ("2024-01-10", "2024-01-11", "2024-01-12"):
        trade(asha, portfolio["id"], quantity="1.000000000000000001", price="33.37", traded_on=day)
    # 3.000000000000000003 × 33.333333333333333334 has 38 digits, and a third of it does not end at 28
    sold = {"quantity": "3.000000000000000003", "price": "33.333333333333333334", "traded_on": "2024-02-01"}
    trade(asha, portfolio["id"], "SELL", **sold)

    [sale] = lots_of(asha, portfolio)["sales"]

    assert sale["proceeds"] == "100.000000000000000102000000000000000002"
    with localcontext(prec=100):
        for name in ("quantity", "proceeds", "cost", "realised"):
            assert total(sale["parts"], name) == Decimal(sale[name])
    assert lots_of(asha, portfolio)["lots"] == []


def test_an_average_is_one_lot_on_the_screen_and_every_purchase_for_tax(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2024-01-10")
    trade(asha, portfolio["id"], quantity="10", price="200", traded_on="2024-06-10")
    trade(asha, portfolio["id"], "SELL", quantity="10", price="200", traded_on="2025-01-10")

    shown = lots_of(asha, portfolio)

    # the pool of 20 cost 3000: 150 each, so 10 left cost 1500; for tax the purchase at 200 is the one that is left
    assert brief(shown["lots"]) == [("2024-01-10", 10, 1500)]
    assert brief(shown["tax_lots"]) == [("2024-06-10", 10, 2000)]


def test_bonus_shares_are_a_tax_lot_of_their_own_that_cost_nothing(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2025-01-06")
    bonus = {"type": "BONUS", "traded_on": "2025-07-01", "asset_type": "STOCK", "symbol": "INFY", "ratio": "2:1"}
    made = asha.browser.post(f"/portfolios/{portfolio['id']}/transactions", json=bonus)
    assert made.status_code == 201, made.text

    shown = lots_of(asha, portfolio)

    assert brief(shown["lots"]) == [("2025-01-06", 20, 1000)]
    assert brief(shown["tax_lots"]) == [("2025-01-06", 10, 1000), ("2025-07-01", 10, 0)]
    assert shown["tax_lots"][1]["transaction_id"] == made.json()["id"]


def transfer(person, portfolio, quantity="50"):
    for kind, account in (("TRANSFER_OUT", "A"), ("TRANSFER_IN", "B")):
        trade(person, portfolio["id"], kind, quantity=quantity, price="30", traded_on="2025-02-03", account=account)


def test_each_account_has_the_cost_that_came_with_its_units(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="100", price="10", traded_on="2024-01-10", account="A")
    trade(asha, portfolio["id"], quantity="100", price="20", traded_on="2024-06-10", account="A")
    transfer(asha, portfolio)

    # 200 cost 3000, 15 each: 150 × 15 = 2250 stay and 50 × 15 = 750 go
    a, b = lots_of(asha, portfolio)["accounts"]
    assert (a["account"], Decimal(a["quantity"]), Decimal(a["invested"])) == ("A", 150, 2250)
    assert (b["account"], Decimal(b["quantity"]), Decimal(b["invested"])) == ("B", 50, 750)
    assert Decimal(a["avg_buy_price"]) == Decimal(b["avg_buy_price"]) == 15


def test_an_account_that_gave_all_away_is_shown_empty(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], quantity="50", price="10", traded_on="2024-01-10", account="A")
    transfer(asha, portfolio)

    a, b = lots_of(asha, portfolio)["accounts"]

    assert (Decimal(a["quantity"]), Decimal(a["invested"]), a["avg_buy_price"]) == (0, 0, None)
    assert (Decimal(b["quantity"]), Decimal(b["invested"]), Decimal(b["avg_buy_price"])) == (50, 500, 10)


def test_accounts_share_the_pool_of_the_united_kingdom(server, asha):
    portfolio = make_portfolio(asha, cost_method="uk_pool")
    trade(asha, portfolio["id"], quantity="100", price="10", traded_on="2024-01-10", account="A")
    trade(asha, portfolio["id"], quantity="50", price="40", traded_on="2024-06-10", account="B")
    trade(asha, portfolio["id"], "SELL", quantity="30", price="50", traded_on="2025-01-10", account="B")

    a, b = lots_of(asha, portfolio)["accounts"]

    # one pool of 150 that cost 3000, 20 each: 100 and 20 are left
    assert (Decimal(a["quantity"]), Decimal(a["invested"])) == (100, 2000)
    assert (Decimal(b["quantity"]), Decimal(b["invested"])) == (20, 400)


def test_a_cost_that_nobody_knows_is_null_and_not_zero(server, asha):
    portfolio = make_portfolio(asha)
    trade(asha, portfolio["id"], symbol="MSFT", exchange="NASDAQ", quantity="2", price="300")

    shown = lots_of(asha, portfolio, "MSFT")

    # no rate from USD to INR is known: the average stays known in USD
    assert [lot["cost"] for lot in shown["lots"]] == [None]
    assert (shown["accounts"][0]["invested"], Decimal(shown["accounts"][0]["avg_buy_price"])) == (None, 300)


def test_the_steps_say_what_was_held_and_what_one_had_cost(server, asha):
    portfolio = make_portfolio(asha)
    first = trade(asha, portfolio["id"], quantity="10", price="100", traded_on="2024-01-10")
    second = trade(asha, portfolio["id"], quantity="10", price="160", traded_on="2024-02-10", account="Zerodha")
    sold = trade(asha, portfolio["id"], "SELL", quantity="4", price="200", traded_on="2024-03-10")
    body = {"kind": "SPLIT", "ex_on": "2024-04-10", "ratio": "2:1"}
    path = f"/instruments/{first['instrument']['id']}/actions"
    assert asha.browser.post(path, json=body).status_code == 201
    for account, quantity in ((None, "12"), ("Zerodha", "20")):
        more = {} if account is None else {"account": account}
        trade(asha, portfolio["id"], "SELL", quantity=quantity, price="90", traded_on="2024-05-10", **more)

    steps = lots_of(asha, portfolio)["steps"]

    def averages(step):
        return [
            None if step[name] is None else Decimal(step[name]) for name in ("avg_buy_price", "adjusted_avg_buy_price")
        ]

    assert [(one["transaction_id"], one["account"], one["date"]) for one in steps[:3]] == [
        (first["id"], None, "2024-01-10"),
        (second["id"], "Zerodha", "2024-02-10"),
        (sold["id"], None, "2024-03-10"),
    ]
    # 10, then 20; 4 of the first account's are sold; the split doubles 6 and 10; all are sold
    assert [Decimal(one["quantity"]) for one in steps] == [10, 10, -4, 6, 10, -12, -20]
    assert [Decimal(one["held"]) for one in steps] == [10, 20, 16, 22, 32, 20, 0]
    # 1000 ÷ 10; 2600 ÷ 20; the 4 that cost 100 each leave 2200 ÷ 16 = 137.50; in units of now half of each
    assert [averages(one) for one in steps[:3]] == [[100, 50], [130, 65], [Decimal("137.5"), Decimal("68.75")]]
    # 2200 ÷ 32 after the split, by no row; the account that is left paid 1600 for 20; of nothing there is no average
    assert [one["transaction_id"] for one in steps[3:5]] == [None, None]
    assert averages(steps[4]) == [Decimal("68.75"), Decimal("68.75")]
    assert averages(steps[5]) == [80, 80]
    assert averages(steps[6]) == [None, None]
