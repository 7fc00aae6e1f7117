"""The product's books beside the oracle's, on random ledgers: every figure, every lot and every part sold, exactly.

The usual run reads 1,000 ledgers with each of the four cost methods; `TICKFOLIO_ORACLE=10000` reads 10,000.
"""

import os
from collections.abc import Iterator
from fractions import Fraction
from itertools import product as every

import pytest

from tests.oracle.ledger import METHODS, PURCHASES, UK, WINDOW, Row
from tests.oracle.made import Made, made_ledger
from tests.oracle.product import Figures, oracle_says, product_books, product_says
from tests.oracle.reading import Unsettled
from tickfolio.domain.errors import Oversold

BLOCKS = 2
LEDGERS = int(os.environ.get("TICKFOLIO_ORACLE", "1000"))


def numbers(method: str, block: int) -> range:
    """Other ledgers for every method, so that the usual run reads as many different ones as it can."""
    first = METHODS.index(method) * LEDGERS
    return range(first + block, first + LEDGERS, BLOCKS)


def differences(made: Made, method: str, *, tax: bool) -> list[str]:
    """What the two say otherwise, each with both answers."""
    try:
        ours = oracle_says(made.rows, made.facts, method, tax=tax)
    except Unsettled:
        return []
    theirs = product_says(made.rows, made.facts, method, tax=tax)
    if method == UK and has_split_in_window(made):
        ours, theirs = (without_matched_units(figures) for figures in (ours, theirs))
    names = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name, "-") != theirs.get(name, "-"))
    return [
        f"{name}: oracle {readable(ours.get(name, '-'))}, product {readable(theirs.get(name, '-'))}" for name in names
    ]


def has_split_in_window(made: Made) -> bool:
    """Whether units of a sale are counted otherwise by the day on which they are bought back.

    They then need not have 18 decimals, and nothing says how they are rounded.
    """
    sales = [row for row in made.rows if row.type in ("SELL", "SWITCH")]
    splits = [*made.facts, *(row for row in made.rows if row.type in ("SPLIT", "BONUS"))]
    bought = [(row.instrument, row.on) for row in made.rows if row.type in PURCHASES]
    bought += [(row.to_instrument, row.on) for row in made.rows if row.type == "SWITCH"]
    return any(
        sale.instrument == split.instrument == name and sale.on < split.on <= on <= sale.on + WINDOW
        for sale, split, (name, on) in every(sales, splits, bought)
    )


def without_matched_units(figures: Figures) -> Figures:
    """What does not depend on how units matched over a split are rounded."""
    return {
        name: value
        for name, value in figures.items()
        if name.endswith(("quantity", "income", "charges", "tax_withheld", "cash")) or name == "oversold"
    }


def readable(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.17g} ({value})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(readable, value))}]"
    return str(value)


def written(made: Made) -> Iterator[str]:
    """A ledger as a person reads it."""
    for row in sorted(made.rows, key=lambda row: (row.on, row.sequence)):
        yield " ".join(f"{name}={value}" for name, value in fields_of(row) if value not in (None, 0, ""))
    yield from map(str, made.facts)


def fields_of(row: Row) -> list[tuple[str, object]]:
    return [(name, getattr(row, name)) for name in row.__slots__]


@pytest.mark.parametrize("block", range(BLOCKS), ids=["shown", "tax"])
@pytest.mark.parametrize("method", METHODS)
def test_product_and_oracle_agree_on_random_ledgers(method, block):
    wrong = [
        (len(made.rows), number, told)
        for number in numbers(method, block)
        if (told := differences(made := made_ledger(number), method, tax=bool(block)))
    ]
    if wrong:
        _, number, told = min(wrong)
        ledger = "\n".join(written(made_ledger(number)))
        pytest.fail(
            f"{len(wrong)} of {LEDGERS // BLOCKS} ledgers; the shortest is {number}:\n{ledger}\n" + "\n".join(told)
        )


@pytest.mark.parametrize("method", METHODS)
def test_the_changes_of_a_book_add_up_to_what_is_left(method):
    for number in numbers(method, 0)[:200]:
        made = made_ledger(number)
        try:
            books = product_books(made.rows, made.facts, method, tax=False)
        except Oversold:
            continue
        for place, book in books.items():
            assert sum(Fraction(change.quantity) for change in book.changes) == Fraction(book.quantity), (number, place)
            costs = [Fraction(change.cost.home) for change in book.changes if change.cost.home is not None]
            if len(costs) == len(book.changes) and method != UK:
                assert sum(costs) == Fraction(book.cost.home), (number, place)


def test_every_method_accepts_the_same_ledgers_and_holds_the_same_units():
    """The United Kingdom's, too, on days of which the oracle says that nothing is settled about the cost."""
    for number in range(LEDGERS):
        made = made_ledger(number)
        told = {method: units_of(made, method) for method in METHODS}
        assert all(units == told[METHODS[0]] for units in told.values()), (number, told)


def units_of(made: Made, method: str) -> object:
    """The units of each place by its lots, which are those of its changes; or what is oversold, and when."""
    try:
        books = product_books(made.rows, made.facts, method, tax=False)
    except Oversold as refused:
        return refused.symbol, refused.on
    for book in books.values():
        assert sum(Fraction(change.quantity) for change in book.changes) == Fraction(book.quantity)
        assert all(sum(Fraction(part.quantity) for part in sale.parts) == sale.quantity for sale in book.sales)
    return {place: Fraction(book.quantity) for place, book in books.items()}
