from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import buy, ledgers, opening, sell
from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod, Transaction, TransactionType
from tickfolio.domain.lots import NOTHING, Amount, Book, add_amounts, share_amount, subtract_amounts
from tickfolio.domain.matching import match_lots
from tickfolio.domain.money import EXACT

FIFO, AVERAGE = CostMethod.FIFO, CostMethod.AVERAGE
METHODS = st.sampled_from([FIFO, AVERAGE])


def match(transactions: list[Transaction], method: CostMethod = FIFO) -> Book:
    return match_lots(transactions, method, "INFY")


@pytest.mark.parametrize(
    ("transactions", "method", "realised", "lots"),
    [
        # oldest first: 10 × 100 and 2 × 150 = 1300 leave; 2400 − 1300 = 1100; 8 × 150 = 1200 stay
        pytest.param(
            [buy(10, 100), buy(10, 150, "2024-01-02"), sell(12, 200, "2024-01-03")],
            FIFO, "1100", [("8", "1200")], id="over two lots",
        ),
        # pool 20 for 2500; 2500 × 12 ÷ 20 = 1500 leave; 2400 − 1500 = 900; 1000 stay
        pytest.param(
            [buy(10, 100), buy(10, 150, "2024-01-02"), sell(12, 200, "2024-01-03")],
            AVERAGE, "900", [("8", "1000")], id="one pool",
        ),
        # cost 10 × 100 + 20 + 5 = 1025; proceeds 4 × 120 − 7 − 3 = 470; 1025 × 4 ÷ 10 = 410; 470 − 410 = 60
        pytest.param(
            [buy(10, 100, fees=20, taxes=5), sell(4, 120, "2024-01-02", fees=7, taxes=3)],
            FIFO, "60", [("6", "615")], id="charges",
        ),
        # 3 for 10: a third is 3.333333333333333333333333333 (28 digits); half of the rest, 6.66…667,
        # ends on 5 in the 29th digit: half-even, up to …334; the last one gets what is left, …333
        pytest.param(
            [buy(3, "3.333333333333333333", fees="0.000000000000000001"),
             sell(1, 0, "2024-01-02"), sell(1, 0, "2024-01-03")],
            FIFO, "-6.666666666666666666666666667", [("1", "3.333333333333333333333333333")], id="remainder",
        ),
        # everything goes, then 10 come for 3000: 2000 made, and nothing of the old cost is left in the new
        pytest.param(
            [buy(10, 100), sell(10, 300, "2024-01-02"), buy(10, 300, "2024-01-03")],
            AVERAGE, "2000", [("10", "3000")], id="sold out and bought back",
        ),
        # opening 5 × 80 = 400 is older than the purchase of 5 × 100: 5 × 90 − 400 = 50
        pytest.param(
            [buy(5, 100, "2024-01-02"), opening(5, 80), sell(5, 90, "2024-01-03")],
            FIFO, "50", [("5", "500")], id="an opening is a purchase",
        ),
    ],
)  # fmt: skip
def test_what_is_left_and_what_was_made(transactions, method, realised, lots):
    book = match(transactions, method)

    assert book.realised == Decimal(realised)
    assert [(lot.quantity, lot.cost.home) for lot in book.lots] == [(Decimal(q), Decimal(c)) for q, c in lots]


@pytest.mark.parametrize("method", CostMethod)
def test_an_exact_sale_of_all_leaves_nothing_at_all(method):
    # 3 for 10.00 with an endless third: two thirds leave one by one, then the last with the remainder
    book = match([buy(3, "3.33", fees="0.01"), *(sell(1, 4, f"2024-01-0{day}") for day in (2, 3, 4))], method)

    assert book.lots == ()
    assert (book.quantity, book.cost) == (0, NOTHING)
    assert book.realised == Decimal(2)  # 3 × 4 − 10


def test_a_purchase_changes_the_average_and_a_sale_does_not():
    # (10 × 40 + 10 × 60) ÷ 20 = 50 before and after
    transactions = [buy(10, 40), buy(10, 60, "2024-01-02"), sell(10, 100, "2024-01-03")]

    before, after = match(transactions[:2], AVERAGE), match(transactions, AVERAGE)

    assert before.cost.local / before.quantity == after.cost.local / after.quantity == 50


def test_accounts_are_kept_apart_and_none_is_one_of_them():
    book = match([buy(1, 10), buy(2, 20, account="A"), sell(1, 50, "2024-01-02", account="A")])

    assert [(lot.account, lot.quantity, lot.cost.home) for lot in book.lots] == [(None, 1, 10), ("A", 1, 20)]
    assert book.realised == 30


@pytest.mark.parametrize("method", CostMethod)
@pytest.mark.parametrize(
    ("transactions", "sold", "held", "on"),
    [
        pytest.param([buy(10, 1), sell("10.001", 1, "2024-01-02")], "10.001", "10", "2024-01-02", id="a speck more"),
        pytest.param([sell(1, 1), buy(1, 1, "2024-01-02")], "1", "0", "2024-01-01", id="before the purchase"),
        pytest.param(
            [buy(10, 1), sell(8, 1, "2024-01-05"), sell(3, 1, "2024-01-03")],
            "8", "7", "2024-01-05", id="a back-dated sale breaks a later one",
        ),
        pytest.param(
            [buy(10, 1), sell(11, 1, "2024-02-01"), sell(12, 1, "2024-01-15", account="A")],
            "12", "0", "2024-01-15", id="the first day over all accounts",
        ),
    ],
)  # fmt: skip
def test_fault_62_selling_more_than_is_held_names_the_first_day(transactions, method, sold, held, on):
    with pytest.raises(Oversold) as raised:
        match(transactions, method)

    error = raised.value
    assert (error.symbol, error.sold, error.held, error.on) == (
        "INFY", Decimal(sold), Decimal(held), date.fromisoformat(on),
    )  # fmt: skip


def test_within_a_day_units_come_before_they_go():
    assert match([sell(10, 2, sequence=1), buy(10, 1, sequence=2)]).realised == 10


@pytest.mark.parametrize("wrong", [buy(0, 1), buy(-1, 1), sell(0, 1)])
def test_a_quantity_that_is_not_positive_is_wrong_code(wrong):
    with pytest.raises(ValueError, match="must be positive"):
        match([buy(1, 1, "2023-01-01"), wrong])


class TestTwoCurrencies:
    def test_each_purchase_at_its_own_rate_and_the_sale_at_its_own(self):
        # cost 10 × 100 = 1000 USD at 80 = 80000; 4 leave: 400 USD, 32000; proceeds 4 × 110 × 85 = 37400
        book = match([buy(10, 100, fx=80), sell(4, 110, "2024-01-02", fx=85)])

        assert book.cost == Amount(Decimal(600), Decimal(48000))
        assert book.realised == 5400

    def test_an_unknown_rate_spoils_only_the_lot_it_belongs_to(self):
        book = match([buy(10, 100, fx=None), buy(10, 100, "2024-01-02", fx=80), sell(10, 110, "2024-01-03", fx=85)])

        assert book.cost == Amount(Decimal(1000), Decimal(80000))
        assert book.realised is None

    def test_an_unknown_rate_spoils_the_pool_until_it_is_sold_out(self):
        transactions = [buy(10, 100, fx=None), buy(10, 100, "2024-01-02", fx=80)]
        assert match(transactions, AVERAGE).cost == Amount(Decimal(2000), None)

        transactions += [sell(20, 110, "2024-01-03", fx=85), buy(1, 100, "2024-01-04", fx=80)]
        assert match(transactions, AVERAGE).cost == Amount(Decimal(100), Decimal(8000))

    def test_an_unknown_rate_of_a_sale_spoils_what_it_made_and_no_cost(self):
        book = match([buy(10, 100, fx=80), sell(4, 110, "2024-01-02", fx=None)])

        assert book.cost == Amount(Decimal(600), Decimal(48000))
        assert book.realised is None
        assert book.sales[0].cost == Amount(Decimal(400), Decimal(32000))

    def test_what_cost_nothing_cost_nothing_at_any_rate(self):
        assert match([buy(10, 0, fx=None)]).cost == NOTHING


def test_a_pool_split_again_and_again_never_outgrows_its_digits():
    # Selling all but a speck, again and again, and buying for nothing in between can make a cost as small as one likes.
    # A third of 10^-190 has no more than 199 decimals, so that adding the largest cost, 10^60, needs less than 400.
    third = share_amount(Amount(Decimal("1E-190"), None), Decimal(1), Decimal(3))
    largest = Amount(Decimal("1E+60"), None)

    assert third.local == Decimal("3.33333333E-191")
    with localcontext(EXACT):
        assert subtract_amounts(add_amounts(largest, third), third).local == Decimal("1E+60")


def test_a_share_never_takes_more_than_there_is():
    # The cost, 1000000000000.000000000000000999, has 31 digits, and all but a speck of it, to 28, is more: …001
    book = match(
        [buy("1000000000000", 1, fees="0.000000000000000999"), sell("999999999999.999999999999999999", 1, "2024-01-02")]
    )

    assert (book.quantity, book.cost.local) == (Decimal("0.000000000000000001"), 0)


def test_within_a_day_the_entry_decides_which_units_are_the_oldest():
    late, early = replace(buy(1, 10), sequence=2, id="a"), replace(buy(1, 20), sequence=1, id="b")

    [sale] = match([late, early, sell(1, 50, "2024-01-02")]).sales

    assert sale.cost.home == 20


@given(ledgers(rates_known=True), METHODS)
def test_no_unit_and_no_digit_of_cost_is_lost(transactions, method):
    book = match(transactions, method)

    bought = [t for t in transactions if t.type is not TransactionType.SELL]
    sold = [t for t in transactions if t.type is TransactionType.SELL]
    units = sum(Fraction(t.quantity) for t in bought) - sum(Fraction(t.quantity) for t in sold)
    paid = [(Fraction(t.quantity) * Fraction(t.price) + Fraction(t.fees) + Fraction(t.taxes), t) for t in bought]
    assert sum(Fraction(lot.quantity) for lot in book.lots) == units == Fraction(book.quantity)
    for currency, cost_bought in (
        ("local", sum(amount for amount, _ in paid)),
        ("home", sum(amount * Fraction(t.fx_rate) for amount, t in paid)),
    ):
        held = sum(Fraction(getattr(lot.cost, currency)) for lot in book.lots)
        gone = sum(Fraction(getattr(sale.cost, currency)) for sale in book.sales)
        assert held + gone == cost_bought
        assert held == Fraction(getattr(book.cost, currency))


@given(ledgers(rates_known=True), METHODS)
def test_realised_is_proceeds_less_charges_less_cost(transactions, method):
    book = match(transactions, method)

    by_id = {t.id: t for t in transactions}
    expected = Fraction(0)
    for sale in book.sales:
        row = by_id[sale.transaction_id]
        received = Fraction(row.quantity) * Fraction(row.price) - Fraction(row.fees) - Fraction(row.taxes)
        expected += received * Fraction(row.fx_rate) - Fraction(sale.cost.home)
    assert Fraction(book.realised) == expected


@given(ledgers(), METHODS)
def test_lots_are_positive_per_account_and_oldest_first(transactions, method):
    book = match(transactions, method)

    assert all(lot.quantity > 0 and lot.cost.local >= 0 for lot in book.lots)
    for account in {lot.account for lot in book.lots}:
        days = [lot.acquired_on for lot in book.lots if lot.account == account]
        assert days == sorted(days)
        assert method is FIFO or len(days) == 1


@given(ledgers(), METHODS)
def test_both_methods_have_made_the_same_once_all_is_sold(transactions, method):
    book = match(transactions, method)
    days = iter(f"2024-02-{day:02}" for day in range(1, 29))
    rest = {}
    for lot in book.lots:
        rest[lot.account] = EXACT.add(rest.get(lot.account, Decimal(0)), lot.quantity)
    exits = [
        sell(quantity, 7, next(days), account=account, sequence=1000 + number)
        for number, (account, quantity) in enumerate(rest.items())
    ]
    known = [replace(t, fx_rate=Decimal(1)) for t in transactions]

    fifo, average = match(known + exits, FIFO), match(known + exits, AVERAGE)

    assert fifo.lots == average.lots == ()
    assert fifo.realised == average.realised


@given(ledgers(), METHODS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(transactions, method, randomness):
    shuffled = list(transactions)
    randomness.shuffle(shuffled)

    assert match(shuffled, method).sales == match(transactions, method).sales
    assert set(match(shuffled, method).lots) == set(match(transactions, method).lots)


def test_the_order_of_entry_within_a_day_does_not_matter_for_what_is_allowed():
    for order in permutations(range(3)):
        rows = [buy(5, 1, sequence=order[0]), sell(9, 3, sequence=order[1]), buy(5, 2, sequence=order[2])]
        assert match(rows).quantity == 1


@given(ledgers(), METHODS)
def test_no_float_is_anywhere(transactions, method):
    book = match(transactions, method)

    amounts = [book.quantity, book.cost.local, book.cost.home, book.realised]
    amounts += [amount for lot in book.lots for amount in (lot.quantity, lot.cost.local, lot.cost.home)]
    assert {type(amount) for amount in amounts} <= {Decimal, type(None)}


def test_a_share_is_taken_to_28_digits_half_even():
    # 2 ÷ 3 = 0.6666666666666666666666666667 to 28 digits
    context = Context(prec=28, rounding=ROUND_HALF_EVEN)

    third = share_amount(Amount(Decimal(2), None), Decimal(1), Decimal(3))

    assert third == Amount(context.divide(Decimal(2), Decimal(3)), None)
    assert third.local == Decimal("0.6666666666666666666666666667")
