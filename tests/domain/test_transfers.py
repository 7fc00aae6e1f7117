from decimal import Decimal

import pytest

from tests.domain.made import buy, case_ledger, match, read_case, sell, trade
from tickfolio.domain.ledger import CostMethod, Rules
from tickfolio.domain.lots import UNKNOWN, Amount
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.transfers import pair_transfers

FIFO, AVERAGE = CostMethod.FIFO, CostMethod.AVERAGE
DAY = "2024-06-01"


def out(quantity, on=DAY, **more):
    return trade("TRANSFER_OUT", quantity, 0, on, **more)


def into(quantity, on=DAY, **more):
    return trade("TRANSFER_IN", quantity, 0, on, **more)


def lots(book, account):
    return [(lot.acquired_on.isoformat(), lot.quantity, lot.cost.home) for lot in book.lots if lot.account == account]


def test_case_a_transfer_keeps_cost_and_dates(shared):
    case = read_case(shared, "complaints/wealthfolio_1677_transfer_keeps_cost_and_dates")
    rows, expected = case_ledger(case["inputs"]["transactions"]), case["expected"]

    pooled, oldest_first = match(rows, AVERAGE)["p1", "XFR"], match(rows, FIFO)["p1", "XFR"]

    for book in (pooled, oldest_first):
        assert (book.quantity, book.cost.home) == (expected["quantity"], expected["invested"])
        assert (book.realised, book.cash) == (expected["realised"], -expected["invested"])
    for book, told in ((pooled, expected["accounts"]), (oldest_first, expected["by_method"]["fifo"])):
        for account, one in told.items():
            own = [lot for lot in book.lots if lot.account == account]
            assert sum(lot.quantity for lot in own) == one["quantity"]
            assert sum(lot.cost.home for lot in own) == one["invested"]
            if "acquired" in one:
                assert [lot.acquired_on.isoformat() for lot in own] == [one["acquired"]]


@pytest.mark.parametrize("method", [FIFO, CostMethod.US_AVERAGE])
def test_lots_keep_their_days_and_stand_by_them(method):
    # B has ten of March; five of January come: they are its oldest, and are sold first
    rows = [
        buy(10, 20, "2024-01-01", account="A"),
        buy(10, 20, "2024-03-01", account="B"),
        out(5, account="A"),
        into(5, account="B"),
    ]

    book = match(rows, method)["p1", "INFY"]
    assert lots(book, "A") == [("2024-01-01", 5, 100)]
    assert lots(book, "B") == [("2024-01-01", 5, 100), ("2024-03-01", 10, 200)]

    [sale] = match([*rows, sell(6, 30, "2024-07-01", account="B")], method)["p1", "INFY"].sales
    assert [(part.acquired_on.isoformat(), part.quantity) for part in sale.parts] == [
        ("2024-01-01", 5), ("2024-03-01", 1),
    ]  # fmt: skip


def test_two_portfolios_with_rules_of_their_own():
    # 10 × 10 + 10 × 20: the oldest ten leave for 100; there they join ten for 300 in one pool, 20 each
    rows = [
        buy(10, 10, "2024-01-01", portfolio="p1"),
        buy(10, 20, "2024-02-01", portfolio="p1"),
        buy(10, 30, "2024-03-01", portfolio="p2"),
        out(10, portfolio="p1"),
        into(10, portfolio="p2"),
        sell(5, 50, "2024-07-01", portfolio="p2"),
    ]

    books = match_ledger(rows, {"p1": Rules(FIFO), "p2": Rules(AVERAGE)}, {"i-INFY": "INFY"})

    here, there = books["p1", "i-INFY"], books["p2", "i-INFY"]
    assert (here.quantity, here.cost.home, here.realised) == (10, 200, 0)
    assert (there.quantity, there.cost.home, there.realised) == (15, 300, 150)  # 5 × 50 − 5 × 20


def test_both_currencies_of_a_cost_go_along():
    rows = [buy(10, 10, fx=80, portfolio="p1"), out(4, portfolio="p1", fx=90), into(4, portfolio="p2", fx=95)]

    books = match(rows)

    assert books["p1", "INFY"].cost == Amount(Decimal(60), Decimal(4800))
    assert books["p2", "INFY"].cost == Amount(Decimal(40), Decimal(3200))


def test_the_rows_of_a_pair_may_be_entered_in_any_order():
    rows = [into(5, account="B", sequence=1), out(5, account="A", sequence=2), buy(5, 10, account="A", sequence=3)]

    for order in (rows, rows[::-1]):
        book = match(order)["p1", "INFY"]
        assert lots(book, "B") == [("2024-01-01", 5, 50)]


def test_what_comes_in_the_morning_can_go_on_the_same_day():
    # from A to B and on to C, in the order of entry
    rows = [
        buy(5, 10, account="A"),
        out(5, account="A"),
        into(5, account="B"),
        out(5, account="B"),
        into(5, account="C"),
    ]

    book = match(rows)["p1", "INFY"]

    assert lots(book, "C") == [("2024-01-01", 5, 50)]
    assert book.quantity == 5


# --- Without another end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", CostMethod)
def test_what_comes_from_nowhere_has_an_unknown_cost(method):
    # its cost is unknown and so is what a sale of it has made; nothing was paid
    book = match([into(10), sell(4, 30, "2024-07-01")], method)["p1", "INFY"]

    assert (book.quantity, book.cost, book.realised) == (6, UNKNOWN, None)
    assert book.cash == 120


def test_an_unknown_cost_spoils_the_pool_it_comes_into_and_no_other_lot():
    rows = [buy(10, 10), into(10)]

    assert match(rows, AVERAGE)["p1", "INFY"].cost == UNKNOWN
    assert [lot.cost.home for lot in match(rows, FIFO)["p1", "INFY"].lots] == [100, None]


@pytest.mark.parametrize("method", CostMethod)
def test_what_goes_to_nowhere_leaves_at_cost_and_makes_nothing(method):
    book = match([buy(10, 10), out(4)], method)["p1", "INFY"]

    assert (book.quantity, book.cost.home, book.realised, book.cash) == (6, 60, 0, -100)


@pytest.mark.parametrize(
    "arriving",
    [
        pytest.param(into(5, "2024-06-02", account="B"), id="another day"),
        pytest.param(into("4.999999999999999999", account="B"), id="another quantity"),
        pytest.param(into(5, account="B", of="TCS"), id="another instrument"),
        pytest.param(into(5, account="A"), id="the same place"),
    ],
)
def test_what_does_not_fit_is_no_pair(arriving):
    rows = [buy(5, 10, account="A"), out(5, account="A"), arriving]

    assert pair_transfers(rows) == {}
    assert UNKNOWN in {book.cost for book in match(rows).values()}


def test_each_row_belongs_to_one_other():
    # two equal parcels leave and three arrive: the third has come from nowhere
    rows = [
        buy(10, 10, account="A"),
        *(out(5, account="A", sequence=number) for number in (101, 102)),
        *(into(5, account=account, sequence=number) for account, number in (("B", 103), ("C", 104), ("D", 105))),
    ]

    assert {left: came.account for left, came in pair_transfers(rows).items()} == {rows[1].id: "B", rows[2].id: "C"}
    book = match(rows)["p1", "INFY"]
    assert [lots(book, account)[0][2] for account in "BCD"] == [50, 50, None]


def test_the_cost_that_a_paired_row_names_is_not_counted():
    """Its cost comes along; what somebody wrote before the other row was there stands until that one goes again."""
    rows = [buy(5, 10, account="A"), out(5, account="A"), into(5, account="B", cost=999)]

    assert match(rows)["p1", "INFY"].cost.home == 50
    assert match(rows[2:])["p1", "INFY"].cost.home == 999
