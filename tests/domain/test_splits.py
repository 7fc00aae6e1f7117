from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import (
    SIZES,
    after_split,
    buy,
    case_ledger,
    instrument,
    ledgers,
    match,
    position,
    price_of,
    read_case,
    sell,
    split,
    trade,
    value,
)
from tickfolio.domain.errors import InvalidInput, Oversold
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.money import EXACT
from tickfolio.domain.split_prices import in_units_of_now
from tickfolio.domain.split_rows import splits_of
from tickfolio.domain.splits import Ratio, count_once, read_ratio, units_after, write_ratio

FIFO, AVERAGE = CostMethod.FIFO, CostMethod.AVERAGE
INFY = instrument()


def lots(book):
    return [(lot.acquired_on.isoformat(), lot.quantity, lot.cost.home) for lot in book.lots]


def numbers(*triples):
    return [(on, Decimal(quantity), Decimal(cost)) for on, quantity, cost in triples]


# --- Ratios ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [("10:1", "10", "1"), ("1:10", "1", "10"), (" 2:1 ", "2", "1"), ("1.5:1", "1.5", "1"), ("0.5:1000", "0.5", "1000")],
)
def test_a_ratio_is_read_and_written(text, new, old):
    ratio = read_ratio(text)

    assert ratio == Ratio(Decimal(new), Decimal(old))
    assert read_ratio(write_ratio(ratio)) == ratio
    assert ratio.value == Fraction(new) / Fraction(old)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_ratio"), ("10", "not_a_ratio"), ("10/1", "not_a_ratio"), ("1:2:3", "not_a_ratio"),
        ("-1:2", "not_a_ratio"), ("1e2:1", "not_a_ratio"), ("١:٢", "not_a_ratio"), ("1:\0", "not_a_ratio"),
        ("1..2:1", "not_a_decimal"), (".:1", "not_a_decimal"), ("1.:1", "not_a_decimal"),
        ("0:1", "too_small"), ("1:0", "too_small"), ("1:0.0", "too_small"),
        ("1000001:1", "too_large"), ("1:1000001", "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_ratio_is_refused(text, code):
    with pytest.raises(InvalidInput) as refused:
        read_ratio(text)

    assert (refused.value.field, refused.value.field_code) == ("ratio", code)


def test_the_largest_ratios_are_ratios():
    assert read_ratio("1000000:1").value == 1 / read_ratio("1:1000000").value == 1_000_000


# --- Splits of what is held ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "quantity"),
    [
        pytest.param("2:1", "20", id="one into two"),
        pytest.param("10:1", "100", id="one into ten"),
        pytest.param("1:10", "1", id="ten into one"),
        # 10 ÷ 3 to 18 decimals
        pytest.param("1:3", "3.333333333333333333", id="three into one"),
        pytest.param("7:3", "23.333333333333333333", id="three into seven"),
        pytest.param("1:1000000", "0.00001", id="a million into one"),
    ],
)
@pytest.mark.parametrize("kind", ["SPLIT", "BONUS"])
@pytest.mark.parametrize("method", CostMethod)
def test_a_split_changes_units_and_neither_cost_nor_day(ratio, quantity, kind, method):
    if kind == "BONUS" and read_ratio(ratio).value < 1:
        return  # nobody issues fewer units as a bonus

    [book] = match([buy(10, 100, fees=5), trade(kind, 0, 0, "2024-02-01", ratio=ratio)], method).values()

    assert lots(book) == numbers(("2024-01-01", quantity, 1005))
    assert (book.realised, book.income, book.cash) == (0, 0, -1005)


def test_every_lot_is_rounded_and_the_last_one_gets_what_is_left():
    # 1 and 1 and 1 by 1:3: one in all; a third each is 0.333333333333333333, so that …334 are left for the last
    rows = [buy(1, price, f"2024-01-0{price}") for price in (1, 2, 3)]

    [book] = match([*rows, trade("SPLIT", 0, 0, "2024-02-01", ratio="1:3")], FIFO).values()

    third = "0.333333333333333333"
    assert lots(book) == numbers(
        ("2024-01-01", third, 1), ("2024-01-02", third, 2), ("2024-01-03", "0.333333333333333334", 3)
    )


def test_units_that_a_split_leaves_less_than_the_smallest_of_do_not_vanish():
    rows = [buy("0.000000000000000001", 1), trade("SPLIT", 0, 0, "2024-02-01", ratio="1:1000000")]

    [book] = match(rows, FIFO).values()

    assert book.quantity == Decimal("0.000000000000000001")


def test_each_account_is_split_by_itself():
    # 1 by 1:3 in each account; all of one can be sold, to the last speck
    third = "0.333333333333333333"
    rows = [
        buy(1, 9, account="A"),
        buy(1, 9, account="B"),
        trade("SPLIT", 0, 0, "2024-02-01", ratio="1:3"),
        sell(third, 30, "2024-03-01", account="A"),
    ]

    for method in CostMethod:
        [book] = match(rows, method).values()
        assert book.quantity == Decimal(third)
        [sold_out] = match([*rows, sell(third, 30, "2024-03-02", account="B")], method).values()
        assert (sold_out.quantity, sold_out.lots, sold_out.cost.home) == (0, (), 0)


@pytest.mark.parametrize("method", CostMethod)
def test_a_split_holds_from_the_start_of_its_day(method):
    # sold on the day are new units, bought on the day are new units, bought later are not split
    rows = [
        buy(10, 100, "2024-01-01"),
        trade("SPLIT", 0, 0, "2024-02-01", ratio="2:1"),
        buy(4, 55, "2024-02-01"),
        sell(24, 60, "2024-02-01"),
        buy(1, 70, "2024-03-05"),  # more than 30 days later
    ]

    [book] = match(rows, method).values()

    # 24 × 60 − 1000 − 220 = 220
    assert (book.quantity, book.cost.home, book.realised) == (1, 70, 220)
    with pytest.raises(Oversold):
        match([*rows, sell(11, 100, "2024-01-31")], method)


def test_case_splits_keep_the_cost(shared):
    case = read_case(shared, "split_adjusts_quantity_not_cost")
    for step, expected in zip(case["inputs"]["steps"], case["expected"]["after"], strict=True):
        rows = [
            buy(*step["buy"]),
            trade("SPLIT", 0, 0, "2024-02-01", ratio=step["then"].removeprefix("reverse ").removeprefix("split ")),
        ]
        rows += [sell(*step["sell"], "2024-03-01")] if "sell" in step else []

        for method in CostMethod:
            [book] = match(rows, method).values()
            assert (book.quantity, book.cost.home) == (expected["quantity"], expected["cost"])
            assert book.cost.home / book.quantity == expected["avg"]
            assert book.realised == expected.get("realised", 0)


@given(ledgers(rates_known=True), st.sampled_from(CostMethod), st.sampled_from(["2:1", "1:3", "7:3", "1:1000000"]))
def test_invariant_4_a_split_leaves_the_cost_and_what_was_made(rows, method, ratio):
    before = match(rows, method)["p1", "INFY"]
    after = match([*rows, trade("SPLIT", 0, 0, "2025-01-01", ratio=ratio)], method)["p1", "INFY"]

    assert after.cost == before.cost
    assert (after.realised, after.sales, after.cash) == (before.realised, before.sales, before.cash)
    whole = dict.fromkeys((row.account for row in rows), Decimal(0))
    for row in rows:
        step = EXACT.subtract if row.type == "SELL" else EXACT.add
        whole[row.account] = step(whole[row.account], row.quantity)
    units = [after_split(held, ratio) for held in whole.values() if held]
    assert Fraction(after.quantity) == sum(map(Fraction, units))


@given(SIZES, st.sampled_from(["2:1", "10:1", "4:1"]), st.sampled_from(CostMethod))
def test_invariant_4_there_and_back_is_as_before(quantity, ratio, method):
    back = ":".join(reversed(ratio.split(":")))
    rows = [buy(quantity, 100), *(trade("SPLIT", 0, 0, f"2024-02-0{n}", ratio=r) for n, r in ((1, ratio), (2, back)))]

    [book], [plain] = match(rows, method).values(), match(rows[:1], method).values()

    assert book.lots == plain.lots


# --- Who says it -----------------------------------------------------------------------------------------------------


OWN, ROW = split("2:1", "2024-02-01"), trade("SPLIT", 0, 0, "2024-02-01", ratio="2:1")


@pytest.mark.parametrize(
    ("rows", "splits", "quantity"),
    [
        pytest.param([], [], 10, id="nobody"),
        pytest.param([], [OWN], 20, id="the instrument's own"),
        pytest.param([ROW], [], 20, id="a row"),
        pytest.param([ROW], [OWN], 20, id="both"),
        pytest.param([], [OWN, OWN], 20, id="two sources"),
        pytest.param([], [OWN, split("4:2", "2024-02-01")], 20, id="the same ratio in other words"),
        pytest.param([ROW, trade("BONUS", 0, 0, "2024-02-01", ratio="2:1")], [], 20, id="a bonus and a split"),
        pytest.param([ROW], [split("2:1", "2024-02-01", bonus=True)], 20, id="a bonus of the instrument's own"),
        pytest.param([ROW], [split("2:1", "2024-02-02")], 40, id="on two days"),
        pytest.param([ROW], [split("3:1", "2024-02-01")], 60, id="two ratios on one day"),
        pytest.param([], [split("2:1", "2024-02-01", "TCS")], 10, id="of another instrument"),
        pytest.param([], [split("2:1", "2023-12-31")], 10, id="before the purchase"),
        pytest.param([], [split("2:1", "2024-01-01")], 10, id="on the day of the purchase"),
        pytest.param([replace(ROW, account="A")], [], 20, id="in any account's name"),
    ],
)
def test_the_same_day_and_ratio_count_once(rows, splits, quantity):
    for method in CostMethod:
        assert match([buy(10, 100), *rows], method, splits)["p1", "INFY"].quantity == quantity


def test_a_row_holds_for_its_portfolio_and_the_instruments_own_for_all():
    rows = [buy(10, 100, portfolio="p1"), buy(10, 100, portfolio="p2"), ROW]

    assert {place: book.quantity for place, book in match(rows).items()} == {("p1", "INFY"): 20, ("p2", "INFY"): 10}
    assert {book.quantity for book in match(rows, splits=[OWN]).values()} == {20}


def test_the_instruments_own_holds_for_what_a_merger_brought():
    rows = [buy(10, 100, of="OLD"), trade("MERGER", 10, 0, "2024-01-15", of="OLD", into="INFY", to_quantity=4)]

    assert match(rows, splits=[OWN])["p1", "INFY"].quantity == 8


def test_splits_are_counted_once_in_the_order_of_their_days():
    later, same = split("3:1", "2024-03-01"), split("4:2", "2024-02-01")

    assert count_once([later, OWN, same]) == [OWN, later]
    assert splits_of([buy(1, 1), ROW], [later, same]) == [OWN, later]


def test_what_one_unit_has_become():
    splits = [OWN, split("1:3", "2024-03-01")]

    def after(day, until):
        return units_after(splits, date.fromisoformat(day), date.fromisoformat(until))

    assert after("2024-01-31", "2024-02-01") == 2
    assert after("2024-01-31", "2024-03-01") == Fraction(2, 3)
    assert after("2024-02-01", "2024-02-29") == 1


# --- Bonus issues ----------------------------------------------------------------------------------------------------


def test_a_bonus_spreads_the_cost_and_for_tax_is_a_lot_that_cost_nothing():
    # 10 for 1000, 1:1 → 20 at an average of 50; for tax 10 for 1000 and 10 of the day for nothing
    rows = [buy(10, 100), trade("BONUS", 0, 0, "2024-02-01", ratio="2:1")]

    for method in (FIFO, AVERAGE):
        assert lots(match(rows, method)["p1", "INFY"]) == numbers(("2024-01-01", 20, 1000))
        taxed = match(rows, method, for_tax=True)["p1", "INFY"]
        assert lots(taxed) == numbers(("2024-01-01", 10, 1000), ("2024-02-01", 10, 0))
    own = match(rows[:1], FIFO, [split("2:1", "2024-02-01", bonus=True)], for_tax=True)["p1", "INFY"]
    assert lots(own) == lots(taxed)


def test_case_a_bonus_after_2018(shared):
    case = read_case(shared, "in_bonus_after_2018")
    price = case["inputs"]["sale_price_each"]
    rows = [
        buy(1, case["inputs"]["original"]["cost"]),
        trade("BONUS", 0, 0, "2024-02-01", ratio="2:1"),
        sell(1, price, "2024-03-01"),
        sell(1, price, "2024-03-02"),
    ]

    [book] = match(rows, FIFO, for_tax=True).values()

    gains = [sale.realised for sale in book.sales]
    assert gains == [case["expected"]["original_gain"], case["expected"]["bonus_gain"]]
    for method in CostMethod:
        assert match(rows, method)["p1", "INFY"].realised == case["expected"]["total"]


def test_a_bonus_in_every_account_is_a_lot_in_each():
    rows = [buy(10, 100, account="A"), buy(4, 100, account="B"), trade("BONUS", 0, 0, "2024-02-01", ratio="3:2")]

    book = match(rows, FIFO, for_tax=True)["p1", "INFY"]

    assert [(lot.account, lot.quantity, lot.cost.home) for lot in book.lots] == [
        ("A", 10, 1000), ("A", 5, 0), ("B", 4, 400), ("B", 2, 0),
    ]  # fmt: skip


# --- Prices and values over a split ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("splits", "last", "previous"),
    [
        pytest.param([], "100", "98", id="none"),
        pytest.param([split("2:1", "2026-11-21")], "50", "49", id="after the price: both are of old units"),
        # the close before is nearer to the price when it is divided: 60 became 100 by ten, and 98 by one
        pytest.param([split("2:1", "2026-11-20")], "100", "98", id="today, and the source has divided it"),
        pytest.param([split("2:1", "2026-11-19")], "100", "98", id="before: both are of new units"),
        pytest.param([split("2:1", "2026-11-21"), split("1:4", "2026-11-23")], "200", "196", id="several"),
    ],
)
def test_a_price_is_of_the_units_of_now(splits, last, previous):
    price = price_of(INFY, 100, 98)

    assert in_units_of_now(price, "NSE", splits) == (Decimal(last), Decimal(previous))


def test_a_close_that_was_not_divided_is():
    # 196 before a split of 2:1 is 98 now
    assert in_units_of_now(price_of(INFY, 100, 196), "NSE", [split("2:1", "2026-11-20")]) == (100, 98)
    # 6 before one of 1:10 is 60 now, which is nearer to 59 than 6 is
    assert in_units_of_now(price_of(INFY, 59, 6), "NSE", [split("1:10", "2026-11-20")]) == (59, 60)


def test_the_day_of_a_split_is_that_of_the_exchange():
    # 22:00 UTC on the 20th is the 21st in Mumbai: the price is of new units
    price = price_of(INFY, 100, as_of="2026-11-20T22:00")

    assert in_units_of_now(price, "NSE", [split("2:1", "2026-11-21")]) == (100, None)
    assert in_units_of_now(price, "NYSE", [split("2:1", "2026-11-21")]) == (50, None)


@pytest.mark.parametrize(
    "name",
    ["wealthfolio_72_nvda_ten_for_one", "ghostfolio_6271_azn_reverse_split", "wealthfolio_816_bonus_is_not_a_buy"],
)
@pytest.mark.parametrize("own", [False, True], ids=["a row", "the instrument's own"])
def test_case_complaints_about_splits(shared, name, own):
    case = read_case(shared, f"complaints/{name}")
    inputs, expected = case["inputs"], case["expected"]
    rows, owner = case_ledger(inputs["transactions"]), instrument("X", "NYSE", inputs["portfolio_currency"])
    told = [split(row["ratio"], row["date"], "X") for row in inputs["transactions"] if "ratio" in row]
    last = inputs["prices"][-1]
    price = price_of(owner, last["price"], as_of=f"{last['date']}T20:00")

    result = value(
        position(owner, [row for row in rows if not (own and row.ratio)], price, splits=told),
        currency=inputs["portfolio_currency"],
    )

    [held] = result.holdings
    assert (held.holding.quantity, held.holding.invested) == (expected["quantity"], expected["invested"])
    assert held.holding.avg_buy_price == expected["avg_buy_price"]
    assert (result.current_value, result.profit_loss) == (expected["current_value"], expected["profit_loss"])
    assert abs(result.profit_loss_pct - expected["profit_loss_pct"]) <= case["tolerance"]["pct_abs"]


class TestDayChange:
    """The price's day is Friday 2026-11-20."""

    def change(self, rows, last, previous, *splits):
        result = value(position(INFY, rows, price_of(INFY, last, previous), splits=splits))
        return result.day_change, result.day_base

    def test_a_split_today_is_no_change(self):
        # ten at 196 became twenty at 98, which are worth 100 now: 20 × 2 on 1960
        for previous in (196, 98):
            assert self.change([buy(10, 90)], 100, previous, split("2:1", "2026-11-20")) == (40, 1960)

    def test_what_was_bought_today_is_of_new_units(self):
        # 20 × (100 − 98) and 5 × (100 − 99)
        rows = [buy(10, 90), buy(5, 99, "2026-11-20")]

        assert self.change(rows, 100, 196, split("2:1", "2026-11-20")) == (45, 1960)

    def test_a_price_from_before_the_split_values_what_it_was_before(self):
        # on Monday twenty, the price still Friday's 200, before it 196: 20 × (100 − 98) on 1960
        assert self.change([buy(10, 90)], 200, 196, split("2:1", "2026-11-23")) == (40, 1960)

    def test_what_was_bought_on_the_day_of_such_a_price_is_counted_in_units_of_now(self):
        # ten bought on Friday at 197 are twenty at 98.50 by Monday; 20 × (100 − 98.50) = 30; nothing was held before
        rows = [buy(10, 197, "2026-11-20")]
        assert self.change(rows, 200, 196, split("2:1", "2026-11-23")) == (30, 0)

        # beside ten of before: 20 × (100 − 98) more, on 1960; four sold on Friday at 201: −8 × (100 − 100.50)
        rows = [buy(10, 90), *rows, sell(4, 201, "2026-11-20")]
        assert self.change(rows, 200, 196, split("2:1", "2026-11-23")) == (74, 1960)


def test_the_value_does_not_change_over_a_split_while_its_price_is_still_the_old_one():
    rows = [buy(10, 90)]
    before = value(position(INFY, rows, price_of(INFY, 200)))
    after = value(position(INFY, rows, price_of(INFY, 200), splits=[split("2:1", "2026-11-23")]))

    assert before.current_value == after.current_value == 2000
    assert (after.holdings[0].last_price, after.holdings[0].holding.avg_buy_price) == (100, 45)
