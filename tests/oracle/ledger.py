"""A second, slow reading of the ledger, to be compared with the product's own.

Written from figures.md alone and in another way: every number is a Fraction, every lot a small object in a plain list,
every row is read one after the other. Nothing is imported from the product. Only what is a rule is rounded: a share
of an amount has 28 digits, a quantity 18 decimals.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

Amount = Fraction | None
Place = tuple[str, str, str | None]
Pair = tuple[str, str | None]

AVERAGE, FIFO, US_AVERAGE, UK = "average", "fifo", "us_average", "uk_section_104"
METHODS = (AVERAGE, FIFO, US_AVERAGE, UK)
PURCHASES = ("OPENING", "BUY", "RIGHTS", "REINVEST")
SHARE = Context(prec=28, rounding=ROUND_HALF_EVEN)
SMALLEST = Fraction(1, 10**18)
WINDOW = timedelta(days=30)
NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger; the price, the charges and the cost are in the row's own currency."""

    portfolio: str
    instrument: str | None
    type: str
    on: date
    quantity: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    taxes: Decimal = Decimal(0)
    fx: Decimal | None = Decimal(1)
    account: str | None = None
    sequence: int = 0
    cost: Decimal | None = None
    ratio: tuple[int, int] | None = None
    to_instrument: str | None = None
    to_quantity: Decimal = Decimal(0)
    cost_pct: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fact:
    """A split or bonus of the instrument itself, for everybody; new : old."""

    instrument: str
    on: date
    ratio: tuple[int, int]
    kind: str = "SPLIT"


@dataclass(frozen=True, slots=True)
class Lot:
    acquired: date
    quantity: Fraction
    cost: Amount
    home: Amount

    def part(self, quantity: Fraction) -> "Lot":
        cost, home = (share(amount, quantity, self.quantity) for amount in (self.cost, self.home))
        return replace(self, quantity=quantity, cost=cost, home=home)

    def without(self, other: "Lot") -> "Lot":
        left = self.quantity - other.quantity
        return replace(self, quantity=left, cost=minus(self.cost, other.cost), home=minus(self.home, other.home))

    def joined(self, other: "Lot") -> "Lot":
        return replace(self, quantity=self.quantity + other.quantity).plus(other.cost, other.home)

    def plus(self, cost: Amount, home: Amount) -> "Lot":
        return replace(self, cost=plus(self.cost, cost), home=plus(self.home, home))


@dataclass(frozen=True, slots=True)
class Sold:
    """What one sale took out of one lot."""

    portfolio: str
    instrument: str
    account: str | None
    on: date
    lot: Lot


@dataclass(slots=True)
class Holding:
    """The figures of one instrument in one portfolio, all in the portfolio's currency but `invested_local`."""

    quantity: Fraction = NOTHING
    invested: Amount = NOTHING
    invested_local: Amount = NOTHING
    realised: Amount = NOTHING
    income: Amount = NOTHING
    charges: Amount = NOTHING
    tax_withheld: Amount = NOTHING
    cash: Amount = NOTHING
    left_at_cost: Amount = NOTHING  # what went out by a transfer to somewhere unknown
    lots: dict[str | None, list[Lot]] = field(default_factory=dict)

    def add(self, figure: str, amount: Amount) -> None:
        setattr(self, figure, plus(getattr(self, figure), amount))


@dataclass(slots=True)
class Books:
    holdings: dict[Pair, Holding] = field(default_factory=lambda: defaultdict(Holding))
    sold: list[Sold] = field(default_factory=list)


class Oversold(Exception):
    """More leaves a place than it holds."""

    def __init__(self, place: Place, on: date) -> None:
        super().__init__(f"{place} on {on}")
        self.place, self.on = place, on


# --- Amounts ---------------------------------------------------------------------------------------------------------


def plus(one: Amount, other: Amount) -> Amount:
    return None if one is None or other is None else one + other


def minus(one: Amount, other: Amount) -> Amount:
    return None if one is None or other is None else one - other


def share(amount: Amount, part: Fraction, whole: Fraction) -> Amount:
    """The part's share of an amount, to 28 digits and never more than the amount."""
    if amount is None or part == whole:
        return amount
    exact = amount * part / whole
    return min(amount, Fraction(SHARE.divide(Decimal(exact.numerator), Decimal(exact.denominator))))


def rounded(quantity: Fraction) -> Fraction:
    """A quantity of 18 decimals; a tie goes to the even one."""
    return Fraction(round(quantity * 10**18), 10**18)


def in_home(amount: Amount, fx: Decimal | None) -> Amount:
    """An amount in the portfolio's currency; nothing is nothing at any rate."""
    if amount == 0:
        return NOTHING
    return None if amount is None or fx is None else amount * Fraction(fx)


def gross(row: Row) -> Fraction:
    return Fraction(row.quantity) * Fraction(row.price)


def with_charges(row: Row) -> Fraction:
    """What is paid in all."""
    return gross(row) + Fraction(row.fees) + Fraction(row.taxes)


def less_charges(row: Row) -> Fraction:
    """What is received in the end; a switch has no taxes of its own."""
    return gross(row) - Fraction(row.fees) - (0 if row.type == "SWITCH" else Fraction(row.taxes))


def purchase_of(row: Row) -> Lot:
    """The lot that a row brings in from outside."""
    cost: Amount = with_charges(row) if row.cost is None else Fraction(row.cost)
    if row.type == "TRANSFER_IN" and row.cost is None:
        cost = None
    if row.type == "SWITCH":
        cost = less_charges(row)
    quantity = Fraction(row.to_quantity if row.type == "SWITCH" else row.quantity)
    return Lot(row.on, quantity, cost, in_home(cost, row.fx))


# --- Lots ------------------------------------------------------------------------------------------------------------


def taken_from(lots: list[Lot], quantity: Fraction) -> list[Lot]:
    """The oldest units, taken out of the list."""
    taken = []
    while quantity > 0 and lots:
        first = lots.pop(0)
        if first.quantity > quantity:
            part = first.part(quantity)
            lots.insert(0, first.without(part))
            first = part
        taken.append(first)
        quantity -= first.quantity
    return taken


def spread(lots: Sequence[Lot], total: Fraction) -> list[Lot]:
    """The same lots with `total` units; one that is left without units gives its cost to its neighbour."""
    whole, left = units(lots), total
    quantities = []
    for lot in lots[:-1]:
        quantities.append(min(left, rounded(lot.quantity * total / whole)))
        left -= quantities[-1]
    new: list[Lot] = []
    cost: Amount = NOTHING
    home: Amount = NOTHING
    for lot, quantity in zip(lots, [*quantities, left], strict=True):
        if quantity > 0:
            new.append(replace(lot, quantity=quantity).plus(cost, home))
            cost = home = NOTHING
        else:
            cost, home = plus(cost, lot.cost), plus(home, lot.home)
    if (cost, home) != (0, 0):
        new[-1] = new[-1].plus(cost, home)
    return new


def levelled(lots: list[Lot]) -> list[Lot]:
    """The same lots, each with the average cost of all; each takes its share of what is left."""
    left, new = replace(lots[0], quantity=NOTHING, cost=NOTHING, home=NOTHING), []
    for lot in lots:
        left = left.joined(lot)
    for lot in lots:
        part = left.part(lot.quantity)
        left = left.without(part)
        new.append(replace(lot, cost=part.cost, home=part.home))
    return new


def units(lots: Iterable[Lot]) -> Fraction:
    return sum((lot.quantity for lot in lots), NOTHING)


def total(amounts: Iterable[Amount]) -> Amount:
    whole: Amount = NOTHING
    for amount in amounts:
        whole = plus(whole, amount)
    return whole


# --- The order of things ---------------------------------------------------------------------------------------------


def group_of(row: Row, paired: Iterable[int]) -> int:
    """Splits, then what comes, then what moves, then sales; money without units last."""
    if row.type in ("SPLIT", "BONUS"):
        return 1
    if row.type in PURCHASES or (row.type == "TRANSFER_IN" and row.sequence not in paired):
        return 2
    return {"SELL": 4}.get(row.type, 3 if row.type in ("MERGER", "DEMERGER", "SWITCH", "TRANSFER_OUT") else 5)


def pairs_of(rows: Sequence[Row]) -> dict[int, Row]:
    """The arrival of each departure, by the departure's sequence."""
    pairs: dict[int, Row] = {}
    arrivals = [row for row in rows if row.type == "TRANSFER_IN"]
    for out in (row for row in rows if row.type == "TRANSFER_OUT"):
        same = (out.instrument, out.on, out.quantity)
        for into in arrivals:
            elsewhere = (into.portfolio, into.account) != (out.portfolio, out.account)
            if elsewhere and (into.instrument, into.on, into.quantity) == same:
                pairs[out.sequence] = into
                arrivals.remove(into)
                break
    return pairs


def actions_of(rows: Sequence[Row], facts: Sequence[Fact]) -> list[Row]:
    """The splits and bonuses of every portfolio, its own and the instrument's; the same day and ratio once."""
    held = sorted({(row.portfolio, name) for row in rows for name in (row.instrument, row.to_instrument) if name})
    public = [
        Row(portfolio, fact.instrument, fact.kind, fact.on, ratio=fact.ratio, sequence=-1)
        for fact in facts
        for portfolio, instrument in held
        if instrument == fact.instrument
    ]
    once: dict[tuple[object, ...], Row] = {}
    for row in [*public, *(row for row in rows if row.type in ("SPLIT", "BONUS"))]:
        once.setdefault((row.portfolio, row.instrument, row.on, ratio_of(row)), row)
    return list(once.values())


def ratio_of(row: Row) -> Fraction:
    assert row.ratio is not None
    return Fraction(*row.ratio)
