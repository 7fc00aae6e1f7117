"""What must hold for every ledger, asked of the oracle on random ones."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracle.ledger import METHODS, NOTHING, Books, Oversold, gross, less_charges, pairs_of, purchase_of, total
from tests.oracle.made import Made, made_ledger
from tests.oracle.reading import Unsettled, read_ledger

LEDGERS = 300


def books_of(made: Made, method: str, *, tax: bool = False) -> Books | None:
    try:
        return read_ledger(made.rows, made.facts, method, tax=tax)
    except (Oversold, Unsettled):
        return None


def money_out_less_in(made: Made) -> Fraction | None:
    """What came back less what was put in, from the rows alone; None where a rate or a cost is not known."""
    ordered = sorted(made.rows, key=lambda row: row.sequence)
    arrived = {into.sequence for into in pairs_of(ordered).values()}
    amounts: list[Fraction | None] = []
    for row in ordered:
        if row.type in ("OPENING", "BUY", "RIGHTS", "FEE", "TAX") or (
            row.type == "TRANSFER_IN" and row.sequence not in arrived
        ):
            home = purchase_of(row).home
            amounts.append(None if home is None else -home)
        elif row.type in ("SELL", "DIVIDEND", "INTEREST"):
            amount = less_charges(row)
            amounts.append(None if row.fx is None and amount else amount * Fraction(row.fx or 0))
        elif row.type == "SWITCH" and row.fx is None:
            amounts.append(None)
    return total(amounts)


@pytest.mark.parametrize("tax", [False, True], ids=["shown", "tax"])
@pytest.mark.parametrize("method", METHODS)
def test_the_whole_ledger_adds_up_to_the_last_digit(method, tax):
    # realised + income − charges + (value − invested) = value + out − in; the value falls out on both sides
    seen = 0
    for number in range(LEDGERS):
        made = made_ledger(number)
        books, moved = books_of(made, method, tax=tax), money_out_less_in(made)
        if books is None or moved is None:
            continue
        for one in books.holdings.values():
            moved += one.left_at_cost
        made_all = sum(
            (one.realised + one.income - one.charges - one.invested for one in books.holdings.values()), NOTHING
        )
        assert made_all == moved, number
        seen += 1
    assert seen > LEDGERS / 3


@pytest.mark.parametrize("method", METHODS)
def test_quantities_do_not_depend_on_the_method_and_lots_add_up_to_them(method):
    for number in range(LEDGERS):
        made = made_ledger(number)
        books, plain = books_of(made, method), books_of(made, "average")
        if books is None or plain is None:
            continue
        for pair, one in books.holdings.items():
            lots = [lot for of_account in one.lots.values() for lot in of_account]
            assert one.quantity == sum((lot.quantity for lot in lots), NOTHING), (number, pair)
            assert all(lot.quantity > 0 for lot in lots), (number, pair)
            assert all(lot.home is None or lot.home >= 0 for lot in lots), (number, pair)
            if method != "uk_section_104":
                assert one.quantity == plain.holdings[pair].quantity, (number, pair)


def test_the_random_ledgers_reach_every_kind_of_row_and_every_edge():
    kinds: Counter[str] = Counter()
    for number in range(LEDGERS):
        made = made_ledger(number)
        assert made == made_ledger(number)
        kinds.update(row.type for row in made.rows)
        kinds.update(f"fact {fact.kind}" for fact in made.facts)
        kinds["oversold"] += books_of(made, "fifo") is None
        kinds["unknown rate"] += any(row.fx is None for row in made.rows)
        kinds["price 0"] += any(row.type == "SELL" and gross(row) == 0 for row in made.rows)
        kinds["smallest"] += any(row.type == "SELL" and row.quantity == Decimal("1e-18") for row in made.rows)
    assert min(kinds.values()) > 10, kinds
    assert len(kinds) == 18 + 2 + 4
    assert kinds["oversold"] < LEDGERS / 3
