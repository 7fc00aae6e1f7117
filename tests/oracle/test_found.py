"""Small ledgers for what the comparison on random ones has found, each asked of the product and of the oracle."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.ledger import FIFO, UK, US_AVERAGE, Row
from tests.oracle.product import Figures, oracle_says, product_says

START = date(2024, 1, 1)
BOTH = pytest.mark.parametrize("says", [product_says, oracle_says], ids=["product", "oracle"])


def row(kind: str, day: int, quantity: str = "0", price: str = "0", **fields: object) -> Row:
    decimals = ("fees", "taxes", "cost", "to_quantity", "cost_pct")
    given = {name: Decimal(str(value)) if name in decimals else value for name, value in fields.items()}
    fields = {"portfolio": "P", "instrument": "A"} | given
    return Row(type=kind, on=START + timedelta(day), quantity=Decimal(quantity), price=Decimal(price), **fields)


def numbered(*rows: Row) -> list[Row]:
    """The rows, entered in this order."""
    return [
        Row(**{name: getattr(one, name) for name in one.__slots__} | {"sequence": number})
        for number, one in enumerate(rows, 1)
    ]


def figure(figures: Figures, name: str, instrument: str = "A") -> object:
    return figures[f"{('P', instrument)} {name}"]


@BOTH
def test_lots_that_are_moved_stand_by_their_day(says):
    # account 2 has 10 of day 5 at 20; 10 of day 0 at 5 come on day 10: they are the oldest, and are sold first
    rows = numbered(
        row("BUY", 0, "10", "5", account="1"),
        row("BUY", 5, "10", "20", account="2"),
        row("TRANSFER_OUT", 10, "10", account="1"),
        row("TRANSFER_IN", 10, "10", account="2"),
        row("SELL", 20, "10", "30", account="2"),
    )

    assert figure(says(rows, [], FIFO, tax=False), "realised") == 300 - 50


@BOTH
def test_lots_that_a_merger_brings_stand_by_their_day(says):
    # B has 10 of day 5 at 20; 10 of day 0 at 5 come out of A: they are the oldest, and are sold first
    rows = numbered(
        row("BUY", 0, "10", "5"),
        row("BUY", 5, "10", "20", instrument="B"),
        row("MERGER", 10, "10", to_instrument="B", to_quantity="10"),
        row("SELL", 20, "10", "30", instrument="B"),
    )

    assert figure(says(rows, [], FIFO, tax=False), "realised", "B") == 300 - 50


@BOTH
def test_us_average_loses_nothing_when_costs_are_levelled(says):
    # 3 units cost 100; each sale of 1 rounds its share to 28 digits, and all three together still cost 100
    rows = numbered(
        row("OPENING", 0, "3", cost="100"),
        row("SELL", 1, "1", "50"),
        row("SELL", 2, "1", "50"),
        row("SELL", 3, "1", "50"),
    )

    assert figure(says(rows, [], US_AVERAGE, tax=False), "realised") == 50


@BOTH
def test_us_average_loses_nothing_of_a_cost_of_30_digits(says):
    # 3 × 0.123456789012345678 × 12345678.9 has more than 28 digits; nothing is shared when all is sold
    rows = numbered(
        row("BUY", 0, "0.123456789012345678", "1234567890.123456789012345678"),
        row("SELL", 1, "0.123456789012345678", "1234567890.123456789012345678"),
    )

    assert figure(says(rows, [], US_AVERAGE, tax=False), "realised") == 0


@BOTH
def test_uk_loses_nothing_of_a_purchase_that_a_sale_takes_whole(says):
    # bought and sold on one day at one price, with a cost of more than 28 digits
    rows = numbered(
        row("BUY", 0, "0.123456789012345678", "1234567890.123456789012345678"),
        row("SELL", 0, "0.123456789012345678", "1234567890.123456789012345678"),
    )

    assert figure(says(rows, [], UK, tax=False), "realised") == 0


@BOTH
def test_uk_units_bought_moved_and_sold_on_one_day(says):
    # bought in account 1, moved to 2 and sold there, all on one day: nothing is oversold
    rows = numbered(
        row("BUY", 0, "10", "100", account="1"),
        row("TRANSFER_OUT", 0, "10", account="1"),
        row("TRANSFER_IN", 0, "10", account="2"),
        row("SELL", 0, "10", "120", account="2"),
    )

    assert figure(says(rows, [], UK, tax=False), "realised") == 200


@BOTH
def test_uk_what_is_held_is_what_came_less_what_went(says):
    # 10 bought; 4 switched out and 6 sold the same day, after 3 came by a switch from B: 10 − 4 + 3 − 9 = 0
    rows = numbered(
        row("BUY", -60, "3", "10", instrument="B"),
        row("BUY", 0, "10", "100"),
        row("SWITCH", 0, "4", "100", to_instrument="C", to_quantity="4"),
        row("SWITCH", 0, "3", "100", instrument="B", to_instrument="A", to_quantity="3"),
        row("SELL", 0, "9", "100"),
    )
    figures = says(rows, [], UK, tax=False)

    assert figure(figures, "quantity") == 0
    # sold for 1300 in all what was bought that day for 1300
    assert figure(figures, "realised") == 0


@BOTH
def test_uk_a_switch_is_a_sale_and_what_it_buys_a_purchase(says):
    # a pool of 10 at 10; all switched at 20, and 10 bought back within 30 days at 15: the switch is matched with them.
    # What it buys of B on its day was sold before, on day −5, for 30 each at a pool cost of 1: 20 each
    rows = numbered(
        row("BUY", -60, "10", "10"),
        row("BUY", -60, "10", "1", instrument="B"),
        row("SELL", -5, "10", "30", instrument="B"),
        row("SWITCH", 0, "10", "20", to_instrument="B", to_quantity="10"),
        row("BUY", 10, "10", "15"),
    )
    figures = says(rows, [], UK, tax=False)

    assert figure(figures, "realised") == 200 - 150
    assert figure(figures, "realised", "B") == 300 - 200


@BOTH
def test_uk_a_split_rounds_the_units_of_every_account(says):
    # 1 and 1 by 1:3 are a third each, to 18 decimals: twice 0.333… and not 0.666…67
    rows = numbered(
        row("BUY", 0, "1", "9", account="1"),
        row("BUY", 0, "1", "9", account="2"),
        row("SPLIT", 5, ratio=(1, 3)),
    )

    assert figure(says(rows, [], UK, tax=False), "quantity") == 2 * Fraction("0.333333333333333333")


@BOTH
def test_uk_a_demerger_parts_the_cost_of_all_accounts_once(says):
    # 10 % of 1000 + 3000 goes along once: the second row only says how many new units the other account got
    rows = numbered(
        row("BUY", 0, "10", "100", account="1"),
        row("BUY", 0, "30", "100", account="2"),
        row("DEMERGER", 5, account="1", to_instrument="B", to_quantity="10", cost_pct="10"),
        row("DEMERGER", 5, account="2", to_instrument="B", to_quantity="30", cost_pct="10"),
    )
    figures = says(rows, [], UK, tax=False)

    assert [figure(figures, "invested", name) for name in "AB"] == [3600, 400]
    assert [figure(figures, "quantity", name) for name in "AB"] == [40, 40]


@BOTH
def test_us_average_levels_at_a_sale_and_not_at_a_move(says):
    # 10 at 10 and 10 at 30: the oldest ten move with their own cost of 100
    rows = numbered(
        row("BUY", 0, "10", "10", account="1"),
        row("BUY", 1, "10", "30", account="1"),
        row("TRANSFER_OUT", 5, "10", account="1"),
        row("TRANSFER_IN", 5, "10", account="2"),
    )
    lots = figure(says(rows, [], US_AVERAGE, tax=False), "lots of 2")

    assert lots == [(START, 10, 100, 100)]
