from decimal import Decimal

import pytest

from tests.domain.made import after_split, buy, match, opening, read_case, sell, split, trade
from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.money import EXACT

UK = CostMethod.UK_POOL
SOLD = "2024-06-01"


def book_of(rows, splits=(), **more):
    return match(rows, UK, splits, **more)["p1", "INFY"]


def parts_of(sale):
    """What a sale took: from the purchase of which day, how many units, at what cost."""
    return [(part.acquired_on.isoformat(), part.quantity, part.cost.home) for part in sale.parts]


def test_case_hs284_example_3(shared):
    # 1000 × 4 + 150 = 4150 and 500 × 4.10 + 80 = 2130: 6280 for 1500. 700 × 4.80 − 100 = 3260 less 6280 × 700 ÷ 1500 =
    # 2930.67; left 3349.33 for 800. 400 × 5.20 − 105 = 1975 less half of it, 1674.67; the other half is left.
    case = read_case(shared, "uk_section_104_lobster")
    rows = [
        trade(kind, quantity, price, on, fees=costs) for on, kind, quantity, price, costs in case["inputs"]["trades"]
    ]
    expected = case["expected"]

    book = book_of(rows)

    assert [round(sale.realised) for sale in book.sales] == expected["gains_rounded"]
    assert abs(book.realised - expected["total"]) <= 1
    assert book.quantity == expected["pool_left"]["quantity"]
    assert round(book.cost.home, 2) == Decimal(expected["pool_left"]["cost"])


def test_a_sale_takes_what_was_bought_the_same_day_and_then_the_pool():
    # 40 × 18 of the day, whenever in it they were bought, and 20 of the pool at 10; 60 × 20 − 720 − 200
    rows = [buy(100, 10), sell(60, 20, SOLD), buy(40, 18, SOLD)]

    book = book_of(rows)

    [sale] = book.sales
    assert parts_of(sale) == [(SOLD, 40, 720), ("2024-01-01", 20, 200)]
    assert sale.realised == 280
    assert (book.quantity, book.cost.home) == (80, 800)


@pytest.mark.parametrize(
    ("bought", "realised", "left"),
    [
        # 100 × 15 − 100 × 12; the pool stays as it was
        pytest.param("2024-06-02", 300, 1000, id="the next day"),
        pytest.param("2024-07-01", 300, 1000, id="the thirtieth day"),
        # 100 × 15 − 100 × 10; the pool is new
        pytest.param("2024-07-02", 500, 1200, id="the day after that"),
        pytest.param("2024-05-31", 400, 1100, id="the day before, which is in the pool"),
    ],
)
def test_bought_back_within_thirty_days(bought, realised, left):
    # of the day before: the pool has 200 for 2200, and half of it leaves at 11: 1500 − 1100; 1100 are left
    book = book_of([buy(100, 10), sell(100, 15, SOLD), buy(100, 12, bought)])

    assert (book.realised, book.quantity, book.cost.home) == (realised, 100, left)


def test_of_several_purchases_the_first_is_taken_first_and_the_pool_last():
    # 30 × 12 and 20 × 13 within the thirty days, 50 × 10 of the pool; 100 × 15 − 360 − 260 − 500; half of the second
    # purchase is left, which goes into the pool
    rows = [buy(100, 10), sell(100, 15, SOLD), buy(30, 12, "2024-06-05"), buy(20, 13, "2024-06-10")]

    [sale] = book_of(rows).sales

    assert parts_of(sale) == [("2024-06-05", 30, 360), ("2024-06-10", 20, 260), ("2024-01-01", 50, 500)]
    assert sale.realised == 380


def test_of_two_sales_the_first_is_matched_first():
    # the first takes all 60 of the purchase, the second 60 of the pool: 60 × 15 − 60 × 12 and 60 × 16 − 60 × 10
    rows = [buy(200, 10), sell(60, 15, SOLD), sell(60, 16, "2024-06-03"), buy(60, 12, "2024-06-10")]

    assert [sale.realised for sale in book_of(rows).sales] == [180, 360]


def test_the_same_day_goes_before_an_earlier_sale():
    # the purchase belongs to the sale of its own day, although one of nine days before would take it, too
    rows = [buy(100, 10), sell(50, 15, SOLD), sell(50, 20, "2024-06-10"), buy(50, 12, "2024-06-10")]

    assert [sale.realised for sale in book_of(rows).sales] == [50 * 5, 50 * 8]


def test_what_is_left_of_a_purchase_goes_into_the_pool():
    # 40 of 100 × 12 + 5 are taken, 1205 × 40 ÷ 100 = 482; 60 for 723 join 60 for 600
    book = book_of([buy(100, 10), sell(40, 15, SOLD), buy(100, 12, "2024-06-10", fees=5)])

    assert book.sales[0].realised == 600 - 482
    assert (book.quantity, book.cost.home) == (160, 1723)


@pytest.mark.parametrize("own", [False, True], ids=["a row", "the instrument's own"])
class TestASplitInBetween:
    def told(self, own, ratio, *rows):
        if own:
            return book_of(rows, [split(ratio, "2024-06-05")])
        return book_of([*rows, trade("SPLIT", 0, 0, "2024-06-05", ratio=ratio)])

    def test_the_same_units_are_counted_otherwise(self, own):
        # 100 sold are 200 after the split, bought back for 200 × 6 = 1200; the pool becomes 200 for its 1000
        book = self.told(own, "2:1", buy(100, 10), sell(100, 15, SOLD), buy(200, 6, "2024-06-10"))

        assert parts_of(book.sales[0]) == [("2024-06-10", 100, 1200)]
        assert (book.realised, book.quantity, book.cost.home) == (300, 200, 1000)

    def test_a_part_of_them(self, own):
        # 50 of now are 25 of then: 50 × 6 = 300, and 75 of the pool for 750; the pool's 25 become 50 for 250
        book = self.told(own, "2:1", buy(100, 10), sell(100, 15, SOLD), buy(50, 6, "2024-06-10"))

        assert parts_of(book.sales[0]) == [("2024-06-10", 25, 300), ("2024-01-01", 75, 750)]
        assert (book.quantity, book.cost.home) == (50, 250)

    def test_a_part_of_the_purchase(self, own):
        # 10 sold are 1 after a consolidation of 1:10; two are bought for 300, of which one is taken: 10 × 15 − 150
        book = self.told(own, "1:10", buy(100, 10), sell(10, 15, SOLD), buy(2, 150, "2024-06-10"))

        assert book.realised == 0
        assert (book.quantity, book.cost.home) == (11, 1150)  # 10 of the pool's 1000, and one for 150


@pytest.mark.parametrize("ratio", ["3:1", "7:3", "1:3", "3:2"])
@pytest.mark.parametrize("sold", ["10", "0.1", "3"])
def test_all_that_is_held_can_be_sold_although_matched_units_had_to_be_rounded(ratio, sold):
    """One bought back after 3:1 is a third of one that was sold, and three thirds of 18 decimals are less than one."""
    rows = [
        buy(100, 10),
        sell(sold, 15, SOLD),
        trade("SPLIT", 0, 0, "2024-06-05", ratio=ratio),
        buy(1, 6, "2024-06-10"),
        buy("0.7", 6, "2024-06-11"),
    ]
    held = EXACT.add(after_split(EXACT.subtract(Decimal(100), Decimal(sold)), ratio), Decimal("1.7"))

    assert book_of(rows).quantity == held
    sold_out = book_of([*rows, sell(held, 20, "2024-09-01")])
    assert (sold_out.lots, sold_out.cost.home) == ((), 0)
    # 1000 + 6 + 4.20 were paid, and all of it is in what was sold
    assert sum(sale.cost.home for sale in sold_out.sales) == Decimal("1010.2")
    [_, last] = sold_out.sales
    assert sum(part.quantity for part in last.parts) == held


def test_one_pool_over_all_accounts():
    # 10 at 10 and 10 at 30 are 20 at 20; 10 × 25 − 200
    rows = [buy(10, 10, account="A"), buy(10, 30, account="B"), sell(10, 25, SOLD, account="A")]

    book = book_of(rows)

    assert (book.realised, book.cost.home) == (50, 200)
    assert [(lot.account, lot.quantity) for lot in book.lots] == [("A", 10)]  # the pool, as its first purchase named it


def test_a_purchase_in_another_account_is_one_too():
    rows = [buy(10, 10, account="A"), sell(10, 25, SOLD, account="A"), buy(10, 20, "2024-06-10", account="B")]

    book = book_of(rows)

    assert parts_of(book.sales[0]) == [("2024-06-10", 10, 200)]
    assert (book.quantity, book.cost.home) == (10, 100)


def test_fault_62_no_account_sells_what_another_holds_nor_what_comes_later():
    rows = [buy(10, 10, account="A"), buy(10, 30, account="B")]

    with pytest.raises(Oversold):
        book_of([*rows, sell(11, 25, SOLD, account="A")])
    with pytest.raises(Oversold):
        book_of([sell(10, 25, SOLD), buy(10, 20, "2024-06-10")])


def test_a_split_is_rounded_in_every_account_and_all_can_be_sold():
    # 1 by 1:3 is 0.333333333333333333 in each of the two, and the pool is both of them
    third = Decimal("0.333333333333333333")
    rows = [buy(1, 9, account="A"), buy(1, 9, account="B"), trade("SPLIT", 0, 0, "2024-02-01", ratio="1:3")]

    assert book_of(rows).quantity == 2 * third
    sales = [sell(third, 30, SOLD, account=account) for account in "AB"]
    book = book_of([*rows, *sales])
    assert (book.lots, book.cost.home) == ((), 0)


def test_a_demerger_takes_its_part_of_the_pool_once():
    # 10 % of 4000, and once, although each account has a row of its own
    rows = [
        buy(10, 100, account="A"),
        buy(30, 100, account="B"),
        trade("DEMERGER", 0, 0, "2024-03-01", into="NEW", to_quantity=10, cost_pct=10, account="A"),
        trade("DEMERGER", 0, 0, "2024-03-01", into="NEW", to_quantity=30, cost_pct=10, account="B"),
    ]

    books = match(rows, UK)

    assert (books["p1", "NEW"].quantity, books["p1", "NEW"].cost.home) == (40, 400)
    assert (books["p1", "INFY"].quantity, books["p1", "INFY"].cost.home) == (40, 3600)


@pytest.mark.parametrize(
    "leaving",
    [
        (trade("TRANSFER_OUT", 100, 0, SOLD, sequence=1), trade("TRANSFER_IN", 100, 0, SOLD, portfolio="p2")),
        (trade("MERGER", 100, 0, SOLD, into="NEW", to_quantity=100, sequence=1),),
    ],
    ids=["transfer", "merger"],
)
def test_what_leaves_before_a_sale_of_its_day_takes_what_was_bought_that_day_where_nothing_else_is_there(leaving):
    # 100 bought for 1000 leave; 100 that cost 700 come by a merger, and are what is sold: 1500 − 700
    rows = [buy(100, 10, SOLD, sequence=2), *leaving, sell(100, 15, SOLD), buy(50, 14, of="OLD")]
    arriving = trade("MERGER", 50, 0, SOLD, of="OLD", into="INFY", to_quantity=100)

    books = match([*rows, arriving], UK)

    assert (books["p1", "INFY"].quantity, books["p1", "INFY"].realised) == (0, 800)
    there = books.get(("p2", "INFY")) or books["p1", "NEW"]
    assert (there.quantity, there.cost.home) == (100, 1000)
    with pytest.raises(Oversold):
        match(rows, UK)


def test_of_what_was_bought_that_day_only_what_the_pool_lacks_leaves_before_the_sale():
    # 30 of the pool for 300 and 10 of the day for 200 leave. The sale has 40 of the day for 800, and 10 for 50 of the
    # pool that came by the merger: 50 × 25 − 850
    rows = [
        buy(30, 10),
        buy(50, 20, SOLD, sequence=2),
        trade("TRANSFER_OUT", 40, 0, SOLD, sequence=3),
        buy(10, 5, of="OLD"),
        trade("MERGER", 10, 0, SOLD, of="OLD", into="INFY", to_quantity=10),
        sell(50, 25, SOLD),
    ]

    book = book_of(rows)

    assert [change.cost.home for change in book.changes if change.quantity == -40] == [-500]
    assert (book.quantity, book.realised) == (0, 400)


def test_a_demerger_on_a_day_on_which_all_is_sold_brings_units_at_no_cost():
    # the sale has the whole cost of that day's purchase: 1500 − 1000
    rows = [
        buy(100, 10, SOLD),
        trade("DEMERGER", 0, 0, SOLD, into="NEW", to_quantity=20, cost_pct=10),
        sell(100, 15, SOLD),
    ]

    books = match(rows, UK)

    assert (books["p1", "NEW"].quantity, books["p1", "NEW"].cost.home) == (20, 0)
    assert (books["p1", "INFY"].quantity, books["p1", "INFY"].realised) == (0, 500)


def test_the_smallest_unit_that_is_bought_back_is_there_although_an_earlier_split_could_not_count_it():
    # After 2:1 it is 1E-18, before it half of that, which is nothing; and then nothing else was held.
    smallest = Decimal("1E-18")
    rows = [
        buy(8, 10),
        sell(4, 15, SOLD),
        trade("SPLIT", 0, 0, "2024-06-02", ratio="1:4"),
        sell(1, 60, "2024-06-03"),
        trade("SPLIT", 0, 0, "2024-06-04", ratio="2:1"),
        buy(smallest, 30, "2024-06-10"),
    ]

    assert book_of(rows).quantity == smallest
    assert book_of([*rows, sell(smallest, 30, "2024-09-01")]).quantity == 0


def test_an_opening_and_a_reinvestment_are_purchases_and_a_transfer_is_none():
    opened = book_of([buy(10, 10), sell(10, 20, SOLD), opening(10, 15, "2024-06-10")])
    reinvested = book_of([buy(10, 10), sell(10, 20, SOLD), trade("REINVEST", 10, 15, "2024-06-10")])
    moved = book_of([buy(10, 10), sell(10, 20, SOLD), trade("TRANSFER_IN", 10, 0, "2024-06-10", cost=150)])

    assert (opened.realised, reinvested.realised, moved.realised) == (50, 50, 100)
    assert (opened.cost.home, reinvested.cost.home, moved.cost.home) == (100, 100, 150)


def test_charges_of_what_was_bought_back_are_outside_its_cost_where_the_portfolio_says_so():
    # 1500 − 1200 − 20 or 1500 − 1200
    rows = [buy(100, 10), sell(100, 15, SOLD), buy(100, 12, "2024-06-10", fees=20)]

    assert book_of(rows).realised == 280
    outside = book_of(rows, charges_in_cost=False)
    assert (outside.realised, outside.charges) == (300, 20)


def test_the_rate_of_what_was_bought_back_is_its_own():
    # 100 × 15 × 85 − 100 × 12 × 90 = 127500 − 108000; an unknown rate spoils the sale and no cost
    rows = [buy(100, 10, fx=80), sell(100, 15, SOLD, fx=85)]

    assert book_of([*rows, buy(100, 12, "2024-06-10", fx=90)]).realised == 19500
    unknown = book_of([*rows, buy(100, 12, "2024-06-10", fx=None)])
    assert (unknown.realised, unknown.cost.home) == (None, 80000)


def test_a_bonus_of_the_pool_costs_nothing_and_averages_it_for_tax_too():
    rows = [buy(10, 100), trade("BONUS", 0, 0, "2024-03-01", ratio="2:1"), sell(5, 80, SOLD)]

    # 1000 ÷ 20 = 50 each: 400 − 250
    assert book_of(rows).realised == book_of(rows, for_tax=True).realised == 150


def test_only_the_portfolio_that_counts_so_looks_ahead():
    rows = [buy(100, 10), sell(100, 15, SOLD), buy(100, 12, "2024-06-10")]

    assert match(rows, CostMethod.AVERAGE)["p1", "INFY"].realised == 500
