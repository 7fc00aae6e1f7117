"""The oracle itself: small ledgers with the arithmetic above them, from figures.md and not from any code."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.ledger import AVERAGE, FIFO, METHODS, SMALLEST, UK, US_AVERAGE, Fact, Oversold, Row, share
from tests.oracle.reading import read_ledger
from tests.oracle.returns import History, Market, drawdown, xirr

START = date(2024, 1, 1)  # a Monday


def row(kind, day, quantity="0", price="0", **fields):
    decimals = ("fees", "taxes", "cost", "to_quantity", "cost_pct", "fx")
    given = {
        name: Decimal(value) if name in decimals and value is not None else value for name, value in fields.items()
    }
    row.number += 1
    fields = {"portfolio": "P", "instrument": "A", "sequence": row.number} | given
    return Row(type=kind, on=START + timedelta(day), quantity=Decimal(quantity), price=Decimal(price), **fields)


row.number = 0


def held(rows, method=AVERAGE, instrument="A", facts=(), portfolio="P", **how):
    return read_ledger(rows, facts, method, **how).holdings[portfolio, instrument]


def lots(holding, account=None):
    return [(lot.quantity, lot.home, (lot.acquired - START).days) for lot in holding.lots.get(account, [])]


# --- Cost methods ----------------------------------------------------------------------------------------------------


BOUGHT_TWICE = [row("BUY", 0, "10", "100"), row("BUY", 40, "10", "150"), row("SELL", 80, "12", "200")]


@pytest.mark.parametrize(
    ("method", "cost_sold", "left"),
    [
        # the pool of 2500 gives 12/20: 1500
        pytest.param(AVERAGE, 1500, [(8, 1000, 0)], id="average"),
        # oldest first: 10 × 100 and 2 × 150
        pytest.param(FIFO, 1300, [(8, 1200, 40)], id="fifo"),
        # both lots are levelled to 1250: 1250 and 2/10 of 1250
        pytest.param(US_AVERAGE, 1500, [(8, 1000, 40)], id="us_average"),
        # nothing on that day or after it: the pool, as average
        pytest.param(UK, 1500, [(8, 1000, 0)], id="uk_section_104"),
    ],
)
def test_a_sale_takes_cost_by_the_method(method, cost_sold, left):
    holding = held(BOUGHT_TWICE, method)

    assert holding.realised == 2400 - cost_sold
    assert lots(holding) == left


def test_a_share_has_28_digits_and_what_is_left_gets_the_rest():
    # 100 × 1/3 to 28 digits; the other two thirds are what is left, not twice the share
    third = Fraction("33.33333333333333333333333333")
    holding = held([row("BUY", 0, "3", price="0", cost="100"), row("SELL", 1, "1", "50")])

    assert share(Fraction(100), Fraction(1), Fraction(3)) == third
    assert holding.realised == 50 - third
    assert holding.invested == 100 - third


def test_a_share_that_rounds_up_is_never_more_than_the_amount():
    # 30 digits of 9: all but 1e-18 of the units would cost 1e30 to 28 digits
    amount = Fraction(10**30 - 1)

    assert share(amount, Fraction(10**18 - 1, 10**18), Fraction(1)) <= amount
    assert share(amount, Fraction(1), Fraction(1)) == amount


def test_a_sale_on_a_day_takes_what_is_bought_that_day_even_when_it_was_entered_first():
    holding = held([row("SELL", 0, "10", "120"), row("BUY", 0, "10", "100")])

    assert (holding.quantity, holding.realised) == (0, 200)


def test_uk_same_day_then_thirty_days_then_the_pool():
    # pool 100 × 1; sale of 60 at 5: 10 bought the same day at 4, 20 on day 130 (30 days later) at 3,
    # and 30 of the pool; the purchase on day 131 comes too late
    rows = [
        row("BUY", 0, "100", "1"),
        row("SELL", 100, "60", "5"),
        row("BUY", 100, "10", "4"),
        row("BUY", 130, "20", "3"),
        row("BUY", 131, "5", "2"),
    ]
    holding = held(rows, UK)

    assert holding.realised == 300 - (40 + 60 + 30)
    assert lots(holding) == [(75, 80, 0)]


def test_uk_a_purchase_belongs_first_to_the_sale_of_its_own_day():
    # the 10 of day 10 at 4 go to the sale of day 10 (s. 105), not to that of day 1, which takes the pool at 1
    rows = [
        row("BUY", -50, "50", "1"),
        row("SELL", 1, "10", "5"),
        row("BUY", 10, "10", "4"),
        row("SELL", 10, "10", "6"),
    ]
    holding = held(rows, UK)

    assert holding.realised == (50 - 10) + (60 - 40)
    assert lots(holding) == [(40, 40, -50)]


def test_uk_a_split_in_the_thirty_days_is_taken_into_account():
    # sold 10; after 2:1 bought 10, which are 5 of the day of the sale, at 3: 30; and 5 of the pool at 1
    rows = [
        row("BUY", -50, "50", "1"),
        row("SELL", 1, "10", "5"),
        row("SPLIT", 5, ratio=(2, 1)),
        row("BUY", 10, "10", "3"),
    ]
    holding = held(rows, UK)

    assert holding.realised == 50 - (30 + 5)
    assert (holding.quantity, holding.invested) == (90, 45)


def test_uk_everything_sold_and_bought_back_keeps_the_pools_cost():
    rows = [row("BUY", 0, "10", "100"), row("SELL", 50, "10", "150"), row("BUY", 60, "10", "140")]
    holding = held(rows, UK)

    # matched with the purchase: 1500 − 1400; the pool of 1000 is as it was
    assert holding.realised == 100
    assert lots(holding) == [(10, 1000, 0)]


# --- Places ----------------------------------------------------------------------------------------------------------


def test_lots_do_not_mix_between_accounts():
    rows = [
        row("BUY", 0, "100", "10", account="A"),
        row("BUY", 1, "100", "20", account="B"),
        row("SELL", 2, "50", "30", account="B"),
    ]

    assert held(rows, FIFO).realised == held(rows).realised == 500
    assert held(rows, UK).realised == 1500 - 50 * 15  # one pool: 3000 for 200


def test_selling_more_than_a_place_holds_is_refused_with_its_day():
    rows = [
        row("BUY", 0, "10", "1", account="A"),
        row("BUY", 0, "10", "1", account="B"),
        row("SELL", 3, "10.000000000000000001", "1", account="B"),
        row("SELL", 5, "11", "1", account="A"),
    ]
    with pytest.raises(Oversold) as refused:
        read_ledger(rows)

    assert (refused.value.place, refused.value.on) == (("P", "A", "B"), START + timedelta(3))


def test_a_transfer_moves_the_oldest_lots_with_cost_and_dates():
    rows = [
        row("BUY", 0, "100", "10", account="A"),
        row("BUY", 10, "100", "20", account="A"),
        row("BUY", 5, "1", "5", account="B"),
        row("TRANSFER_IN", 20, "150", "30", account="B"),
        row("TRANSFER_OUT", 20, "150", "30", account="A"),
    ]

    assert lots(held(rows, FIFO), "A") == [(50, 1000, 10)]
    assert lots(held(rows, FIFO), "B") == [(100, 1000, 0), (1, 5, 5), (50, 1000, 10)]
    # 150 of the pool of 3000 for 200, to the 5 for 1 that are there
    assert lots(held(rows), "B") == [(151, 2255, 0)]


def test_units_from_elsewhere_have_no_cost_until_it_is_said():
    unknown = held([row("TRANSFER_IN", 0, "10", "30")])
    known = held([row("TRANSFER_IN", 0, "10", "30", cost="70")])

    assert (unknown.quantity, unknown.invested, unknown.invested_local) == (10, None, None)
    assert (known.invested, known.cash) == (70, 0)


def test_units_that_leave_for_elsewhere_realise_nothing():
    holding = held([row("BUY", 0, "10", "7"), row("TRANSFER_OUT", 1, "4", "30")])

    assert (holding.quantity, holding.invested, holding.realised, holding.left_at_cost) == (6, 42, 0, 28)


# --- Splits and bonuses ----------------------------------------------------------------------------------------------


def test_a_split_comes_before_the_trades_of_its_day():
    # 10 become 20 of 50; 5 sold at 60
    holding = held([row("BUY", 0, "10", "100"), row("SELL", 5, "5", "60"), row("SPLIT", 5, ratio=(2, 1))])

    assert (holding.quantity, holding.invested, holding.realised) == (15, 750, 50)


def test_the_same_split_known_twice_counts_once():
    rows = [row("BUY", 0, "10", "100"), row("SPLIT", 5, ratio=(2, 1)), row("BUY", 0, "1", "1", portfolio="Q")]
    fact = Fact("A", START + timedelta(5), (2, 1))

    assert held(rows, facts=[fact]).quantity == 20
    assert held(rows, facts=[fact], portfolio="Q").quantity == 2
    assert held(rows, portfolio="Q").quantity == 1


def test_a_split_rounds_each_lot_and_the_last_gets_the_remainder():
    # 3e-18 by 1:2 are 1.5e-18, to even 2e-18: a third of that is 0.67e-18, so 1e-18 for the first, and so the rest
    tiny = [row("BUY", 0, "0.000000000000000001", cost="5"), row("BUY", 1, "0.000000000000000002", cost="7")]
    halved = [(SMALLEST, 5, 0), (SMALLEST, 7, 1)]

    assert lots(held([*tiny, row("SPLIT", 2, ratio=(1, 2))], FIFO)) == halved


def test_a_lot_that_a_split_leaves_without_units_gives_its_cost_to_its_neighbour():
    # 10e-18 by 1:10 are 1e-18: of that the first lot has a tenth, which is nothing
    tiny = [row("BUY", 0, "0.000000000000000001", cost="5"), row("BUY", 1, "0.000000000000000009", cost="7")]

    assert lots(held([*tiny, row("SPLIT", 2, ratio=(1, 10))], FIFO)) == [(SMALLEST, 12, 1)]


def test_a_split_never_leaves_nothing():
    holding = held([row("BUY", 0, "0.000000000000000001", cost="5"), row("SPLIT", 2, ratio=(1, 100))])

    assert (holding.quantity, holding.invested) == (Fraction(1, 10**18), 5)


def test_a_bonus_spreads_the_cost_on_screen_and_costs_nothing_for_the_tax():
    rows = [row("BUY", 0, "10", "100"), row("BONUS", 5, ratio=(2, 1)), row("SELL", 9, "10", "75")]

    # shown: half of the cost goes; tax: the ten of 100 are the oldest
    assert (held(rows).realised, held(rows).invested) == (250, 500)
    assert (held(rows, tax=True).realised, lots(held(rows, tax=True))) == (-250, [(10, 0, 5)])


# --- Mergers, demergers, switches ------------------------------------------------------------------------------------


def test_a_merger_carries_cost_and_dates():
    # 25 become 42; the last of the two lots gets the remainder: 16.8 and 25.2
    rows = [
        row("BUY", 0, "10", "2500"),
        row("BUY", 1, "20", "2600"),
        row("MERGER", 9, "25", to_instrument="B", to_quantity="42"),
    ]

    assert lots(held(rows, FIFO)) == [(5, 13000, 1)]
    assert lots(held(rows, FIFO, "B")) == [(Fraction("16.8"), 25000, 0), (Fraction("25.2"), 39000, 1)]


def test_a_demerger_takes_its_percentage_of_each_lot():
    # 4.68 % of 2340 is 109.512; two lots by their quantity
    rows = [
        row("BUY", 0, "1", "2340"),
        row("BUY", 1, "2", "1000"),
        row("DEMERGER", 9, to_instrument="B", to_quantity="3", cost_pct="4.68"),
    ]

    assert lots(held(rows, FIFO)) == [(1, Fraction("2230.488"), 0), (2, Fraction("1906.4"), 1)]
    assert lots(held(rows, FIFO, "B")) == [(1, Fraction("109.512"), 0), (2, Fraction("93.6"), 1)]


@pytest.mark.parametrize("method", METHODS)
def test_a_switch_is_a_sale_and_a_purchase_without_cash(method):
    # 50 × 12 − 6 exit load = 594, of 500 cost; the new units cost 594
    rows = [
        row("BUY", 0, "100", "10"),
        row("SWITCH", 9, "50", "12", fees="6", to_instrument="B", to_quantity="33"),
        row("SELL", 9, "33", "20", instrument="B"),
    ]

    assert (held(rows, method).realised, held(rows, method).cash) == (94, -1000)
    assert held(rows, method, "B").realised == 660 - 594


# --- Money -----------------------------------------------------------------------------------------------------------


def test_income_charges_and_cash():
    rows = [
        row("BUY", 0, "10", "100", fees="5", taxes="1", fx="2"),  # −2012
        row("DIVIDEND", 1, "10", "3", taxes="4", fees="1", fx="3"),  # 25 × 3
        row("FEE", 2, "1", "7"),
        row("TAX", 2, "1", "2", fees="1"),
        row("REINVEST", 3, "1", "90", fx="2"),  # 180 of income, no cash
        row("SELL", 4, "11", "100", fees="10", fx="2"),  # 2180, of 2192 cost
        row("DEPOSIT", 5, "1", "1000", fees="1"),
        row("WITHDRAWAL", 6, "1", "500", fees="1"),
    ]
    holding = held(rows)

    assert (holding.income, holding.charges, holding.tax_withheld) == (75 + 180, 10, 12)
    assert holding.realised == 2180 - 2192
    assert holding.cash == -2012 + 75 - 10 + 2180 + 999 - 501


def test_an_unknown_rate_makes_the_cost_unknown_save_of_nothing():
    rows = [row("BUY", 0, "10", "1", fx=None), row("BUY", 1, "5", "0", fx=None, account="2")]
    holding = held([*rows, row("SELL", 2, "5", "2"), row("SELL", 2, "5", "2", account="2")])

    assert (held(rows).invested, held(rows).invested_local) == (None, 10)
    assert holding.realised is None
    assert lots(holding, None) == [(5, None, 0)]
    assert held(rows[1:]).invested == 0


# --- Returns ---------------------------------------------------------------------------------------------------------


def market(**closes):
    return Market(
        {name: {START + timedelta(day): Decimal(price) for day, price in of.items()} for name, of in closes.items()}
    )


def indices(rows, closes, days, **how):
    return [day.index for day in History(rows, closes, **how).days(START, START + timedelta(days))]


def test_twr_a_day_is_split_at_a_trade_when_the_close_is_stale():
    # close 100 on Monday, nothing until Friday: 10 bought at 110 on Friday. 1000 → 1100, then 2000 ÷ (1100 + 1100),
    # and 2200 ÷ 2000 at the close of 110 the day after: 1.1 in all
    rows = [row("BUY", 0, "10", "100"), row("BUY", 4, "10", "110")]

    assert indices(rows, market(A={0: 100, 5: 110}), 5)[3:] == [1, Fraction(1), Fraction(11, 10)]
    # a close of Thursday is not stale on Friday: (2000 + 0) ÷ (1000 + 1100)
    assert indices(rows, market(A={0: 100, 3: 100, 5: 110}), 4)[4] == Fraction(2000, 2100)


def test_twr_a_stale_close_is_carried_over_a_split():
    rows = [row("BUY", 0, "10", "100"), row("SPLIT", 3, ratio=(10, 1))]

    assert indices(rows, market(A={0: 100, 5: 11}), 5) == [1, 1, 1, 1, 1, Fraction(11, 10)]


def test_twr_is_unknown_before_the_first_close():
    assert indices([row("BUY", 1, "10", "100")], market(A={2: 100}), 2) == [1, None, None]


def test_drawdown_is_of_the_index_and_not_of_the_value():
    # 100 → 120 → 90, and a purchase the day after that hides the fall in the value
    rows = [row("BUY", 0, "1", "100"), row("BUY", 3, "1", "90")]
    days = History(rows, market(A={0: 100, 1: 120, 2: 90})).days(START, START + timedelta(3))

    assert [day.value for day in days] == [100, 120, 90, 180]
    assert [day.invested for day in days] == [100, 100, 100, 190]
    assert drawdown(days) == Fraction(-1, 4)


def test_xirr_of_one_year_is_the_plain_return():
    found = xirr([(START, Decimal(-100)), (START + timedelta(365), Decimal(110))])

    assert abs(found.value - Decimal("0.1")) < Decimal("1e-50")


def test_xirr_with_several_rates_takes_the_one_nearest_ten_per_cent():
    # −100 + 230 ÷ (1+r) − 132 ÷ (1+r)²: 10 % and 20 %
    year = timedelta(365)
    found = xirr([(START, Decimal(-100)), (START + year, Decimal(230)), (START + 2 * year, Decimal(-132))])

    assert found.several
    assert abs(found.value - Decimal("0.1")) < Decimal("1e-40")
