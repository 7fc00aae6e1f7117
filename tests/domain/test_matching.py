from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import (
    MOVES,
    buy,
    case_ledger,
    match,
    opening,
    read_case,
    sell,
    trade,
    whole_ledgers,
)
from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod, Rules
from tickfolio.domain.lots import UNKNOWN, Amount, Book
from tickfolio.domain.matching import match_ledger, match_lots

FIFO, AVERAGE, UK, US = CostMethod.FIFO, CostMethod.AVERAGE, CostMethod.UK_POOL, CostMethod.US_AVERAGE
METHODS = st.sampled_from(CostMethod)


def lots(book: Book):
    """What is left: day, units, cost."""
    return [(lot.acquired_on.isoformat(), lot.quantity, lot.cost.home) for lot in book.lots]


def numbers(*triples):
    return [(on, Decimal(quantity), Decimal(cost)) for on, quantity, cost in triples]


# --- All kinds together ----------------------------------------------------------------------------------------------


def paid(row, *, charges_in_cost=True):
    """What a purchase cost, in the portfolio's currency."""
    gross = Fraction(row.quantity) * Fraction(row.price)
    charges = Fraction(row.fees) + Fraction(row.taxes) if charges_in_cost else 0
    return (gross + charges if row.cost is None else Fraction(row.cost)) * Fraction(row.fx_rate)


def flow(row, whole, books):
    """The money that a row takes out of the portfolio (or brings, below zero), by figures.md; deposits are no gain."""
    gross = Fraction(row.quantity) * Fraction(row.price) * Fraction(row.fx_rate)
    charges = (Fraction(row.fees) + Fraction(row.taxes)) * Fraction(row.fx_rate)
    paired = {
        one.id
        for one in whole.rows
        for other in whole.rows
        if {one.type, other.type} == {"TRANSFER_IN", "TRANSFER_OUT"} and one.traded_on == other.traded_on
    }
    match row.type:
        case "BUY" | "RIGHTS" | "FEE" | "TAX":
            return -gross - charges
        case "SELL" | "DIVIDEND" | "INTEREST":
            return gross - charges
        case "OPENING":
            return -paid(row)
        case "TRANSFER_IN" if row.id not in paired:
            return -paid(row)
        case "TRANSFER_OUT" if row.id not in paired:
            book = books[row.portfolio_id, row.instrument_id.removeprefix("i-")]
            [gone] = [change.cost.home for change in book.changes if change.transaction_id == row.id]
            return -Fraction(gone)
    return Fraction(0)


@given(whole_ledgers(), METHODS, st.booleans(), st.booleans())
def test_what_was_made_is_all_money_out_less_all_money_in(whole, method, charges_in_cost, for_tax):
    """The whole-ledger identity without a price: −cost + realised + income − charges is what flowed, to the digit."""
    books = match(whole.rows, method, whole.splits, charges_in_cost=charges_in_cost, for_tax=for_tax)

    made = sum(
        Fraction(book.realised) + Fraction(book.income) - Fraction(book.charges) - Fraction(book.cost.home)
        for book in books.values()
    )
    assert made == sum(flow(row, whole, books) for row in whole.rows)


@given(whole_ledgers(), METHODS, st.booleans())
def test_no_unit_and_no_digit_of_cost_is_lost_whatever_becomes_of_them(whole, method, for_tax):
    books = match(whole.rows, method, whole.splits, for_tax=for_tax)

    held = defaultdict(Fraction)
    for (portfolio, symbol, _), quantity in whole.held.items():
        held[portfolio, symbol] += Fraction(quantity)
    assert {place: Fraction(book.quantity) for place, book in books.items() if book.quantity} == {
        place: quantity for place, quantity in held.items() if quantity
    }
    assert all(lot.quantity > 0 for book in books.values() for lot in book.lots)
    for book in books.values():
        assert sum(Fraction(lot.quantity) for lot in book.lots) == Fraction(book.quantity)
        assert sum(Fraction(lot.cost.home) for lot in book.lots) == Fraction(book.cost.home)
        assert sum(Fraction(change.quantity) for change in book.changes) == Fraction(book.quantity)
        for sale in book.sales:
            assert sum(Fraction(part.quantity) for part in sale.parts) == Fraction(sale.quantity)
            assert sum(Fraction(part.cost.home) for part in sale.parts) == Fraction(sale.cost.home)


@given(whole_ledgers(tuple(move for move in MOVES if move != "leave")), st.booleans())
def test_invariant_10_all_methods_have_made_the_same_once_all_is_sold(whole, charges_in_cost):
    """Of a transfer to nowhere the cost that leaves depends on the method, and so there is none here."""
    day = (whole.last_day + timedelta(days=1)).isoformat()
    exits = [
        sell(quantity, 7, day, of=symbol, portfolio=portfolio, account=account, sequence=10_000 + number)
        for number, ((portfolio, symbol, account), quantity) in enumerate(whole.held.items())
        if quantity
    ]

    made = set()
    for method in CostMethod:
        books = match([*whole.rows, *exits], method, whole.splits, charges_in_cost=charges_in_cost).values()
        assert {(book.quantity, book.lots) for book in books} == {(0, ())}
        made.add(sum(Fraction(book.realised) for book in books))

    assert len(made) == 1


@given(whole_ledgers(), METHODS)
def test_invariant_11_sold_out_and_bought_back_is_a_fresh_position(whole, method):
    """The purchase is 31 days after the sale: where the law looks 30 days ahead, it is no longer part of it."""
    out, back = (whole.last_day + timedelta(days=days) for days in (1, 32))
    exits = [
        sell(quantity, 7, out.isoformat(), of=symbol, portfolio=portfolio, account=account, sequence=10_000 + number)
        for number, ((portfolio, symbol, account), quantity) in enumerate(whole.held.items())
        if quantity
    ]
    again = buy(3, "33.33", back.isoformat(), fees="0.01", of="TCS", sequence=20_000)

    book = match([*whole.rows, *exits, again], method, whole.splits)["p1", "TCS"]

    [lot] = book.lots
    assert (lot.transaction_id, lot.acquired_on, lot.quantity, lot.cost.home) == (again.id, back, 3, Decimal("100.00"))


@given(whole_ledgers(), METHODS, st.booleans(), st.randoms(use_true_random=False))
def test_invariant_13_the_order_of_arrival_does_not_matter(whole, method, for_tax, randomness):
    rows, splits = list(whole.rows), list(whole.splits)
    randomness.shuffle(rows)
    randomness.shuffle(splits)

    assert match(rows, method, splits, for_tax=for_tax) == match(whole.rows, method, whole.splits, for_tax=for_tax)


@given(whole_ledgers(), st.sampled_from([FIFO, US]))
def test_lots_stand_by_their_day_wherever_they_come_from(whole, method):
    for book in match(whole.rows, method, whole.splits).values():
        for account in {lot.account for lot in book.lots}:
            days = [lot.acquired_on for lot in book.lots if lot.account == account]
            assert days == sorted(days)


@given(whole_ledgers(), METHODS)
def test_no_float_is_anywhere(whole, method):
    for book in match(whole.rows, method, whole.splits).values():
        amounts = [book.quantity, *book.cost, book.realised, book.income, book.tax_withheld, book.charges, book.cash]
        amounts += [amount for lot in book.lots for amount in (lot.quantity, *lot.cost)]
        assert {type(amount) for amount in amounts} == {Decimal}


# --- What comes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "quantity", "cost"),
    [
        # 3 × 80 + 1.50
        pytest.param([trade("RIGHTS", 3, 80, taxes="1.50")], 3, "241.50", id="by right"),
        # 10 × 20 + 0.01
        pytest.param([trade("REINVEST", 10, 20, taxes="0.01")], 10, "200.01", id="reinvested"),
        # what all of it cost: the quotient 158.3050359712230215827338129… × 139 would not come back to it
        pytest.param([opening(139, 0, cost="22004.40")], 139, "22004.40", id="an opening by its cost"),
        pytest.param([trade("TRANSFER_IN", 5, 0, cost=60)], 5, "60", id="from elsewhere at a known cost"),
        pytest.param([trade("TRANSFER_IN", 5, 30, cost=60)], 5, "60", id="the market's price is not the cost"),
        pytest.param([opening(139, 0, cost="22004.40", fx=80)], 139, "1760352.00", id="a cost in dollars"),
    ],
)
@pytest.mark.parametrize("method", CostMethod)
def test_what_comes_at_what_cost(rows, quantity, cost, method):
    [book] = match(rows, method).values()

    assert (book.quantity, book.cost.home, book.realised) == (quantity, Decimal(cost), 0)
    assert lots(book) == numbers(("2024-01-01", quantity, cost))


def test_a_part_of_an_opening_takes_its_share_of_the_cost():
    # 22004.40 × 39 ÷ 139 = 6173.896402877697841726618705 (28 digits); the rest stays
    rows = [opening(139, 0, cost="22004.40"), sell(39, 200, "2024-02-01")]

    [book] = match(rows, AVERAGE).values()

    # 22004.40 and 39 × 200, each less that
    assert book.sales[0].cost.home == Decimal("6173.896402877697841726618705")
    assert book.cost.home == Decimal("15830.503597122302158273381295")
    assert book.realised == Decimal("1626.103597122302158273381295")


@pytest.mark.parametrize("kind", ["BUY", "RIGHTS", "REINVEST"])
def test_charges_that_are_in_no_cost_stand_beside_it(kind):
    # 10 × 100 = 1000, and 12 + 3 = 15; sold: 4 × 150 − 5 = 595, less 4 × 100
    rows = [trade(kind, 10, 100, fees=12, taxes=3), sell(4, 150, "2024-02-01", fees=5)]

    [inside] = match(rows, AVERAGE).values()
    [beside] = match(rows, AVERAGE, charges_in_cost=False).values()

    assert (inside.cost.home, inside.realised, inside.charges) == (609, 189, 0)  # 1015 × 6 ÷ 10; 595 − 406
    assert (beside.cost.home, beside.realised, beside.charges) == (600, 195, 15)
    assert inside.cash == beside.cash == (595 if kind == "REINVEST" else 595 - 1015)


# --- Mergers, demergers, switches ------------------------------------------------------------------------------------


def test_case_hdfc_42_for_25(shared):
    case = read_case(shared, "in_merger_hdfc_hdfcbank")
    held, expected = case["inputs"]["holding"], case["expected"]["HDFCBANK"]
    new, old = case["inputs"]["action"]["ratio_new_per_old"]
    rows = [
        buy(held["quantity"], held["cost_per_share"], held["acquired"], of="HDFC"),
        trade("MERGER", old, 0, case["inputs"]["action"]["date"], of="HDFC", into="HDFCBANK", to_quantity=new),
    ]

    for method in CostMethod:
        books = match(rows, method)
        bank = books["p1", "HDFCBANK"]
        assert lots(bank) == [(expected["acquired"], expected["quantity"], expected["cost"])]
        assert abs(bank.cost.local / bank.quantity - expected["avg_cost_2dp"]) <= case["tolerance"]["abs"]
        assert (books["p1", "HDFC"].quantity, books["p1", "HDFC"].cost.home) == (0, 0)
        assert sum(book.realised for book in books.values()) == case["expected"]["realised"]


def test_case_casparser_49_cost_and_dates_survive_a_merger(shared):
    case = read_case(shared, "complaints/casparser_49_cost_and_dates_survive_a_scheme_merger")

    books = match(case_ledger(case["inputs"]["transactions"]), FIFO)

    for symbol, expected in case["expected"]["holdings"].items():
        book = books["p1", symbol]
        assert (book.quantity, book.realised) == (expected["quantity"], expected["realised"])
        assert book.cost.home == expected.get("invested", 0)
    [sale] = books["p1", "SCH-B"].sales
    assert [
        (part.quantity, part.acquired_on.isoformat(), part.cost.home) for part in sale.parts
    ] == [(lot["quantity"], lot["acquired"], lot["cost"]) for lot in case["expected"]["lots_sold"]]  # fmt: skip


def test_a_merger_carries_each_lot_and_a_part_stays():
    # 30 in two lots of 10 and 20 by 7:3; of the first 10 and 5 of the second, 15 become 35: 10 → 23.333333333333333333
    # (18 decimals), and the last one gets what is left
    rows = [
        buy(10, 100, "2024-01-01", of="OLD"),
        buy(20, 110, "2024-01-02", of="OLD"),
        trade("MERGER", 15, 0, "2024-03-01", of="OLD", into="NEW", to_quantity=35),
    ]

    books = match(rows, FIFO)

    assert lots(books["p1", "OLD"]) == numbers(("2024-01-02", 15, 1650))
    assert lots(books["p1", "NEW"]) == numbers(
        ("2024-01-01", "23.333333333333333333", 1000), ("2024-01-02", "11.666666666666666667", 550)
    )


def test_the_lots_of_a_merger_stand_before_younger_ones():
    # 5 of 2023 for 50 come to 10 of 2024 for 200: the oldest five leave first, 5 × 30 − 50
    rows = [
        buy(5, 10, "2023-01-01", of="OLD"),
        buy(10, 20, "2024-01-01", of="NEW"),
        trade("MERGER", 5, 0, "2024-03-01", of="OLD", into="NEW", to_quantity=5),
        sell(5, 30, "2024-04-01", of="NEW"),
    ]

    book = match(rows, FIFO)["p1", "NEW"]

    assert book.realised == 100
    assert lots(book) == numbers(("2024-01-01", 10, 200))


def test_a_lot_that_a_merger_leaves_no_unit_of_gives_its_cost_to_its_neighbour():
    # 0.000000000000000001 of two units becomes half of the smallest, which is none (half-even): its cost of 7 moves on
    rows = [
        opening("0.000000000000000001", 0, "2024-01-01", cost=7, of="OLD"),
        opening("0.000000000000000001", 0, "2024-01-02", cost=5, of="OLD"),
        trade(
            "MERGER", "0.000000000000000002", 0, "2024-03-01", of="OLD", into="NEW", to_quantity="0.000000000000000001"
        ),
    ]

    assert lots(match(rows, FIFO)["p1", "NEW"]) == numbers(("2024-01-02", "0.000000000000000001", 12))


def test_case_reliance_and_jio(shared):
    case = read_case(shared, "in_demerger_jio_financial")
    held, action, near = case["inputs"]["holding"], case["inputs"]["action"], case["tolerance"]["abs"]
    rows = [
        opening(held["quantity"], 0, held["acquired"], cost=held["cost"], of="RELIANCE"),
        trade(
            "DEMERGER", 0, 0, action["ex_date"], of="RELIANCE", into="JIOFIN", to_quantity=1,
            cost_pct=action["cost_percent_new"],
        ),
    ]  # fmt: skip

    for method in CostMethod:
        books = match(rows, method)
        for symbol in ("RELIANCE", "JIOFIN"):
            [lot] = books["p1", symbol].lots
            expected = case["expected"][symbol]
            assert (lot.quantity, lot.acquired_on.isoformat()) == (expected["quantity"], expected["acquired"])
            assert abs(lot.cost.home - expected["cost"]) <= near
        assert sum(book.cost.home for book in books.values()) == held["cost"]
        assert sum(book.realised for book in books.values()) == case["expected"]["realised"]
        assert sum(book.cash for book in books.values()) == 0


def test_a_demerger_parts_every_lot_of_its_account():
    # 10 % of 1000 and of 2200; 30 units give 15 new ones, 10 : 20
    rows = [
        buy(10, 100, "2024-01-01", account="A"),
        buy(20, 110, "2024-01-02", account="A"),
        buy(1, 500, "2024-01-03"),
        trade("DEMERGER", 0, 0, "2024-03-01", into="NEW", to_quantity=15, cost_pct=10, account="A"),
    ]

    books = match(rows, FIFO)

    assert lots(books["p1", "NEW"]) == numbers(("2024-01-01", 5, 100), ("2024-01-02", 10, 220))
    assert lots(books["p1", "INFY"]) == numbers(
        ("2024-01-01", 10, 900), ("2024-01-02", 20, 1980), ("2024-01-03", 1, 500)
    )
    assert {lot.account for lot in books["p1", "NEW"].lots} == {"A"}


def test_what_is_unknown_stays_so_through_a_merger_and_a_demerger():
    rows = [
        trade("TRANSFER_IN", 10, 0, "2024-01-01", of="OLD"),
        trade("DEMERGER", 0, 0, "2024-02-01", of="OLD", into="SIDE", to_quantity=1, cost_pct=10),
        trade("MERGER", 10, 0, "2024-03-01", of="OLD", into="NEW", to_quantity=4),
    ]

    books = match(rows, FIFO)

    assert [books["p1", symbol].cost for symbol in ("SIDE", "NEW")] == [UNKNOWN, UNKNOWN]
    assert (books["p1", "OLD"].quantity, books["p1", "OLD"].realised) == (0, 0)


@pytest.mark.parametrize("method", CostMethod)
def test_a_switch_sells_and_buys_with_the_proceeds(method):
    # 40 × 25 − 10 of exit load = 990, which cost 40 × 20 = 800: 190 made; 990 bought 49.5 of the other
    rows = [
        buy(100, 20, "2024-01-01", of="DEBT"),
        trade("SWITCH", 40, 25, "2024-06-01", fees=10, of="DEBT", into="EQUITY", to_quantity="49.5"),
    ]

    books = match(rows, method)

    assert (books["p1", "DEBT"].quantity, books["p1", "DEBT"].realised) == (60, 190)
    assert lots(books["p1", "EQUITY"]) == numbers(("2024-06-01", "49.5", 990))
    assert (books["p1", "DEBT"].cash, books["p1", "EQUITY"].cash) == (-2000, 0)  # the money never came out


def test_a_switch_at_its_own_rate():
    # 10 × 20 × 80 = 16000 for the units that went at 10 × 25 × 85 = 21250: 5250 made; 250 dollars of the other, 21250
    rows = [
        buy(10, 20, "2024-01-01", fx=80, of="ONE"),
        trade("SWITCH", 10, 25, "2024-06-01", fx=85, of="ONE", into="TWO", to_quantity=5),
    ]

    books = match(rows, FIFO)

    assert books["p1", "ONE"].realised == 5250
    assert books["p1", "TWO"].cost == Amount(Decimal(250), Decimal(21250))


# --- Too much, and the order of a day --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", CostMethod)
@pytest.mark.parametrize(
    "row",
    [
        trade("TRANSFER_OUT", "10.5", 0, "2024-02-01"),
        trade("MERGER", "10.5", 0, "2024-02-01", into="NEW", to_quantity=1),
        trade("SWITCH", "10.5", 1, "2024-02-01", into="NEW", to_quantity=1),
        trade("SELL", "10.5", 1, "2024-02-01"),
    ],
    ids=lambda row: row.type,
)
def test_fault_62_no_more_leaves_than_is_held_however_it_leaves(row, method):
    with pytest.raises(Oversold) as refused:
        match([buy(10, 1), buy(5, 1, account="A"), row], method)

    error = refused.value
    assert (error.symbol, error.sold, error.held) == ("INFY", Decimal("10.5"), 10)
    assert error.on == date(2024, 2, 1)


def test_fault_62_nothing_is_demerged_from_nothing():
    with pytest.raises(Oversold, match=r"^INFY: nothing held to demerge on 2024-02-01$") as refused:
        match([buy(5, 1, account="A"), trade("DEMERGER", 0, 0, "2024-02-01", into="NEW", to_quantity=1, cost_pct=5)])

    assert (refused.value.code, refused.value.sold, refused.value.held) == ("nothing_held", 0, 0)
    assert refused.value.message == str(refused.value)


def test_fault_62_what_a_merger_brought_can_be_sold_and_no_more():
    rows = [
        buy(25, 2500, of="HDFC"),
        trade("MERGER", 25, 0, "2024-02-01", of="HDFC", into="HDFCBANK", to_quantity=42),
    ]

    assert match([*rows, sell(42, 1600, "2024-02-01", of="HDFCBANK")])["p1", "HDFCBANK"].quantity == 0
    with pytest.raises(Oversold) as refused:
        match([*rows, sell(43, 1600, "2024-02-01", of="HDFCBANK")])
    assert (refused.value.symbol, refused.value.held) == ("HDFCBANK", 42)


def test_within_a_day_splits_then_what_comes_then_what_is_turned_then_sales():
    # 10 become 20 and 5 are bought: 25 become 50 of the other, and 50 are sold, in whatever order they were entered.
    # cost 10 × 100 + 5 × 50 = 1250; 50 × 30 − 1250 = 250
    rows = [
        sell(50, 30, "2024-02-01", of="NEW", sequence=1),
        trade("MERGER", 25, 0, "2024-02-01", into="NEW", to_quantity=50, sequence=2),
        buy(5, 50, "2024-02-01", sequence=3),
        trade("SPLIT", 0, 0, "2024-02-01", ratio="2:1", sequence=4),
        buy(10, 100, "2024-01-01", sequence=5),
    ]

    books = match(rows, FIFO)

    assert (books["p1", "NEW"].realised, books["p1", "NEW"].quantity, books["p1", "INFY"].quantity) == (250, 0, 0)


# --- Methods ---------------------------------------------------------------------------------------------------------


def test_the_us_average_takes_the_average_and_keeps_the_dates():
    # 10 × 40 + 10 × 60 = 1000, 50 each; 15 × 70 − 15 × 50 = 300; the oldest 10 left, and 5 of the younger
    rows = [buy(10, 40, "2023-01-01"), buy(10, 60, "2024-01-01"), sell(15, 70, "2024-06-01")]

    [book] = match(rows, US).values()

    assert book.realised == 300
    assert lots(book) == numbers(("2024-01-01", 5, 250))
    [sale] = book.sales
    assert [(part.acquired_on.isoformat(), part.quantity, part.cost.home) for part in sale.parts] == numbers(
        ("2023-01-01", 10, 500), ("2024-01-01", 5, 250)
    )


def test_an_average_is_worked_out_first_in_first_out_for_tax():
    rows = [buy(10, 40, "2023-01-01"), buy(10, 60, "2024-01-01"), sell(15, 70, "2024-06-01")]

    shown, taxed = match(rows, AVERAGE), match(rows, AVERAGE, for_tax=True)

    # 15 × 70 − 15 × 50 = 300; 15 × 70 − 10 × 40 − 5 × 60 = 350
    assert (shown["p1", "INFY"].realised, taxed["p1", "INFY"].realised) == (300, 350)
    assert taxed == match(rows, FIFO)


def test_every_portfolio_counts_by_its_own_rules():
    # oldest first: 1050 − 10 × 40 − 5 × 60 = 350, charges of 8 beside; at the average: 1050 − 15 × 1008 ÷ 20 = 294
    told = [(buy, 10, 40, "2023-01-01", 8), (buy, 10, 60, "2024-01-01", 0), (sell, 15, 70, "2024-06-01", 0)]
    rows = [make(*more, fees=fees, portfolio=one) for one in ("p1", "p2") for make, *more, fees in told]
    rules = {"p1": Rules(FIFO, charges_in_cost=False), "p2": Rules(AVERAGE)}

    books = match_ledger(rows, rules, {"i-INFY": "INFY"})

    assert [(books[one, "i-INFY"].realised, books[one, "i-INFY"].charges) for one in rules] == [(350, 8), (294, 0)]


# --- Our own mistakes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        trade("SPLIT", 0, 0, "2024-02-01"),
        trade("MERGER", 1, 0, "2024-02-01"),
        trade("MERGER", 1, 0, "2024-02-01", into="NEW"),
        trade("DEMERGER", 0, 0, "2024-02-01", into="NEW", to_quantity=1),
    ],
)
def test_a_row_without_what_its_kind_needs_is_wrong_code(row):
    with pytest.raises(ValueError, match="without what it needs"):
        match([buy(10, 1), row])


def test_several_instruments_want_the_whole_ledger():
    with pytest.raises(AssertionError):
        match_lots([buy(1, 1, of="INFY"), buy(1, 1, of="TCS")], FIFO, "X")


def test_money_alone_makes_a_book_without_units():
    [book] = match([trade("DIVIDEND", 1, 5)]).values()

    assert (book.quantity, book.lots, book.changes, book.income) == (0, (), (), 5)
