"""The oracle's rows as the product has them, and the product's books in the oracle's numbers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from tests.oracle import ledger
from tests.oracle.ledger import AVERAGE, UK, Amount, Fact, Oversold, Row
from tests.oracle.reading import read_ledger
from tickfolio.domain import errors
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import CostMethod, Rules, Transaction, TransactionType
from tickfolio.domain.lots import Book, Lot
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.splits import Ratio, Split

COMPARED = ("quantity", "realised", "income", "charges", "tax_withheld", "cash")
POOLED = (AVERAGE, UK)
Figures = dict[str, object]


def product_books(rows: Iterable[Row], facts: Sequence[Fact], method: str, *, tax: bool) -> dict[Place, Book]:
    """The product's answer to a ledger of the oracle."""
    transactions = [transaction(row) for row in rows]
    rules = Rules(CostMethod("uk_pool" if method == UK else method))
    splits = [Split(fact.instrument, fact.on, ratio(fact.ratio), fact.kind == "BONUS") for fact in facts]
    return match_ledger(
        transactions, dict.fromkeys("PQ", rules), dict(zip("ABC", "ABC", strict=True)), splits, for_tax=tax
    )


def transaction(row: Row) -> Transaction:
    """One row; without units it has no quantity either."""
    return Transaction(
        id=f"{row.sequence:06}",
        instrument_id=row.instrument or "",
        type=TransactionType(row.type),
        traded_on=row.on,
        quantity=row.quantity,
        price=row.price,
        sequence=row.sequence,
        fees=row.fees,
        taxes=row.taxes,
        fx_rate=row.fx,
        account=row.account,
        portfolio_id=row.portfolio,
        cost=row.cost,
        ratio=ratio(row.ratio),
        to_instrument_id=row.to_instrument,
        to_quantity=row.to_quantity if row.to_instrument else None,
        cost_pct=row.cost_pct if row.type == "DEMERGER" else None,
    )


def ratio(given: tuple[int, int] | None) -> Ratio | None:
    return None if given is None else Ratio(*map(Decimal, given))


def product_says(rows: Iterable[Row], facts: Sequence[Fact], method: str, *, tax: bool) -> Figures:
    """Every figure of every place, or the day of the first sale of too much."""
    try:
        books = product_books(rows, facts, method, tax=tax)
    except errors.Oversold as refused:
        return {"oversold": (refused.symbol, refused.on)}
    figures: Figures = {}
    for place, book in books.items():
        figures[f"{place} invested"] = fraction(book.cost.home)
        figures[f"{place} invested_local"] = fraction(book.cost.local)
        for name in COMPARED:
            figures[f"{place} {name}"] = fraction(getattr(book, name))
        parts = [(lot, sale) for sale in book.sales for lot in sale.parts]
        figures[f"{place} sold"] = [(sale.sold_on, *of_product(lot, method)) for lot, sale in parts]
        for account in {None if method == UK else lot.account for lot in book.lots}:
            lots = [lot for lot in book.lots if method == UK or lot.account == account]
            figures[f"{place} lots of {account}"] = [of_product(lot, method) for lot in lots]
    return figures


def oracle_says(rows: Iterable[Row], facts: Sequence[Fact], method: str, *, tax: bool) -> Figures:
    """The same from the oracle."""
    try:
        books = read_ledger(rows, facts, method, tax=tax)
    except Oversold as refused:
        return {"oversold": (refused.place[1], refused.on)}
    figures: Figures = {}
    for place, holding in books.holdings.items():
        for name in ("invested", "invested_local", *COMPARED):
            figures[f"{place} {name}"] = getattr(holding, name)
        sold = [one for one in books.sold if (one.portfolio, one.instrument) == place]
        figures[f"{place} sold"] = [(one.on, *of_oracle(one.lot, method)) for one in sold]
        for account, lots in holding.lots.items():
            if lots:
                figures[f"{place} lots of {account}"] = [of_oracle(lot, method) for lot in lots]
    return figures


def of_product(lot: Lot, method: str) -> tuple[object, ...]:
    day = None if method in POOLED else lot.acquired_on
    return (day, fraction(lot.quantity), fraction(lot.cost.local), fraction(lot.cost.home))


def of_oracle(lot: ledger.Lot, method: str) -> tuple[object, ...]:
    return (None if method in POOLED else lot.acquired, lot.quantity, lot.cost, lot.home)


def fraction(amount: Decimal | None) -> Amount:
    return None if amount is None else Fraction(amount)
