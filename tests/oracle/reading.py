"""The reader of the oracle: takes the rows one after the other and keeps what every place holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from tests.oracle import ledger
from tests.oracle.ledger import (
    AVERAGE,
    FIFO,
    NOTHING,
    PURCHASES,
    SMALLEST,
    UK,
    US_AVERAGE,
    WINDOW,
    Books,
    Fact,
    Holding,
    Lot,
    Oversold,
    Place,
    Row,
    Sold,
)


def read_ledger(
    rows: Iterable[Row], facts: Sequence[Fact] = (), method: str = AVERAGE, *, tax: bool = False, until: date = date.max
) -> Books:
    """What the rows and the facts up to a day come to; raises Oversold."""
    ordered = sorted((row for row in rows if row.on <= until), key=lambda row: row.sequence)
    method = FIFO if tax and method == AVERAGE else method
    return Reader(ordered, [fact for fact in facts if fact.on <= until], method, tax).books()


class Unsettled(Exception):
    """Nothing says what ought to come out."""


class Reader:
    def __init__(self, rows: list[Row], facts: Sequence[Fact], method: str, tax: bool) -> None:
        self.method, self.tax = method, tax
        self.lots: dict[Place, list[Lot]] = defaultdict(list)
        self.held: dict[Place, Fraction] = defaultdict(Fraction)
        self.result = Books()
        self.pairs = ledger.pairs_of(rows)
        arrivals = {into.sequence for into in self.pairs.values()}
        self.actions = ledger.actions_of(rows, facts)
        others = [row for row in rows if row.type not in ("SPLIT", "BONUS") and row.sequence not in arrivals]
        self.timeline = sorted(
            [*self.actions, *others], key=lambda row: (row.on, ledger.group_of(row, arrivals), row.sequence)
        )
        self.arrivals = [into for into in rows if into.sequence in arrivals]
        self.matches = Matches(self.timeline, self.actions) if method == UK else None
        self.demerged = {event_of(row): row.account for row in reversed(self.timeline) if row.type == "DEMERGER"}

    def books(self) -> Books:
        for row in [*self.timeline, *self.arrivals]:
            self.holding(row)
        for row in self.timeline:
            self.read(row)
        for (portfolio, instrument, _), units in self.held.items():
            self.result.holdings[portfolio, instrument].quantity += units
        for (portfolio, instrument, account), lots in self.lots.items():
            holding = self.result.holdings[portfolio, instrument]
            holding.add("invested", ledger.total(lot.home for lot in lots))
            holding.add("invested_local", ledger.total(lot.cost for lot in lots))
            holding.lots[account] = lots
        return self.result

    def holding(self, row: Row, instrument: str | None = None) -> Holding:
        return self.result.holdings[row.portfolio, instrument or row.instrument]

    def read(self, row: Row) -> None:
        steps = {
            "SPLIT": self.split,
            "BONUS": self.split,
            "SELL": self.sell,
            "SWITCH": self.switch,
            "MERGER": self.merge,
            "DEMERGER": self.demerge,
            "TRANSFER_OUT": self.move,
            "TRANSFER_IN": self.come,
        }
        step = self.come if row.type in PURCHASES else steps.get(row.type)
        if step is not None:
            step(row)
        self.money(row)

    # --- Places ---

    def place(self, row: Row, instrument: str | None = None) -> Place:
        name = instrument or row.instrument
        assert name is not None
        return row.portfolio, name, row.account

    def pool(self, place: Place) -> list[Lot]:
        """The lots of a place; a section 104 holding has one pool for all accounts."""
        return self.lots[(*place[:2], None) if self.method == UK else place]

    def leave(self, place: Place, quantity: Fraction, on: date) -> None:
        if quantity > self.held[place]:
            raise Oversold(place, on)
        self.held[place] -= quantity

    def taken(self, place: Place, quantity: Fraction) -> list[Lot]:
        taken = ledger.taken_from(self.pool(place), quantity)
        if ledger.units(taken) < quantity:
            raise Unsettled("a section 104 holding moves what a sale of the same day takes from a purchase of that day")
        return taken

    def put(self, place: Place, lot: Lot) -> None:
        """Lots stand in the order of their days, those of one day as they came; a pool is one lot."""
        lots = self.pool(place)
        if self.method in (AVERAGE, UK) and lots:
            pool = lots.pop()
            lot = replace(pool.joined(lot), acquired=min(pool.acquired, lot.acquired))
        lots.append(lot)
        lots.sort(key=lambda one: one.acquired)

    def arrive(self, place: Place, lots: Iterable[Lot]) -> None:
        for lot in lots:
            self.held[place] += lot.quantity
            self.put(place, lot)

    # --- Rows ---

    def come(self, row: Row) -> None:
        place = self.place(row, row.to_instrument if row.type == "SWITCH" else None)
        lot = ledger.purchase_of(row)
        self.held[place] += lot.quantity
        if self.matches is not None:
            lot = self.matches.rest.get(row.sequence, lot)
        if lot.quantity > 0:
            self.put(place, lot)

    def sell(self, row: Row) -> None:
        place, quantity = self.place(row), Fraction(row.quantity)
        self.leave(place, quantity, row.on)
        matched = self.matches.of_sale[row.sequence] if self.matches is not None else []
        if self.method == US_AVERAGE:
            self.pool(place)[:] = ledger.levelled(self.pool(place))
        lots = [*matched, *self.taken(place, quantity - ledger.units(matched))]
        self.result.sold += [Sold(*place, row.on, lot) for lot in lots]
        proceeds = ledger.in_home(ledger.less_charges(row), row.fx)
        self.holding(row).add("realised", ledger.minus(proceeds, ledger.total(lot.home for lot in lots)))

    def switch(self, row: Row) -> None:
        self.sell(row)
        self.come(row)

    def move(self, row: Row) -> None:
        into = self.pairs.get(row.sequence)
        source, quantity = self.place(row), Fraction(row.quantity)
        self.leave(source, quantity, row.on)
        if into is not None and self.pool(self.place(into)) is self.pool(source):
            self.held[self.place(into)] += quantity
            return
        lots = self.taken(source, quantity)
        if into is None:
            self.holding(row).add("left_at_cost", ledger.total(lot.home for lot in lots))
        else:
            self.arrive(self.place(into), lots)

    def merge(self, row: Row) -> None:
        source, quantity, new = self.place(row), Fraction(row.quantity), Fraction(row.to_quantity)
        self.leave(source, quantity, row.on)
        lots = ledger.spread(self.taken(source, quantity), new)
        self.arrive(self.place(row, row.to_instrument), lots)

    def demerge(self, row: Row) -> None:
        source, new, ratio = self.place(row), Fraction(row.to_quantity), Fraction(row.cost_pct) / 100
        if self.held[source] == 0:
            raise Oversold(source, row.on)
        if self.method == UK and self.demerged[event_of(row)] != row.account:
            # A section 104 holding is one asset (TCGA 1992 s. 104): the notice parts its cost once, with the first row,
            # and the other accounts' rows of the same demerger only say how many new units they got.
            ratio = NOTHING
        old = self.pool(source)
        if not old:
            raise Unsettled("a demerger on a day on which all units belong to a sale of that day")
        parts = [replace(lot, cost=lot.cost and lot.cost * ratio, home=lot.home and lot.home * ratio) for lot in old]
        old[:] = [
            replace(lot, cost=ledger.minus(lot.cost, part.cost), home=ledger.minus(lot.home, part.home))
            for lot, part in zip(old, parts, strict=True)
        ]
        self.arrive(self.place(row, row.to_instrument), ledger.spread(parts, new))

    def split(self, row: Row) -> None:
        ratio = ledger.ratio_of(row)
        more: dict[int, Fraction] = defaultdict(Fraction)
        for place, held in list(self.held.items()):
            if place[:2] == (row.portfolio, row.instrument) and held:
                self.held[place] = max(ledger.rounded(held * ratio), SMALLEST)
                more[id(self.pool(place))] += self.held[place] - held
                if self.method != UK:
                    self.resize(self.pool(place), row, self.held[place])
        if self.method == UK:
            # A section 104 pool may for up to 30 days hold units that are sold and not yet bought back.
            pool = self.pool(self.place(row))
            held = sum((units for place, units in self.held.items() if place[:2] == self.place(row)[:2]), NOTHING)
            before = held - more[id(pool)]
            self.resize(pool, row, held + (ledger.units(pool) - before) * ratio)

    def resize(self, lots: list[Lot], row: Row, new: Fraction) -> None:
        more = new - ledger.units(lots)
        if row.type == "BONUS" and self.tax and self.method != UK:
            lots.extend([Lot(row.on, more, NOTHING, NOTHING)] if more > 0 else [])
        elif lots:
            lots[:] = ledger.spread(lots, new)

    def money(self, row: Row) -> None:
        holding = self.holding(row)
        paid = ledger.in_home(ledger.purchase_of(row).cost, row.fx)
        received = ledger.in_home(ledger.less_charges(row), row.fx)
        match row.type:
            case "BUY" | "RIGHTS":
                holding.add("cash", ledger.minus(NOTHING, paid))
            case "REINVEST":
                holding.add("income", paid)
            case "SELL" | "DEPOSIT":
                holding.add("cash", received)
            case "WITHDRAWAL":
                holding.add("cash", ledger.minus(NOTHING, paid))
            case "DIVIDEND" | "INTEREST":
                holding.add("income", received)
                holding.add("cash", received)
                holding.add("tax_withheld", ledger.in_home(Fraction(row.taxes), row.fx))
            case "FEE" | "TAX":
                holding.add("charges", paid)
                holding.add("cash", ledger.minus(NOTHING, paid))


def event_of(row: Row) -> tuple[object, ...]:
    """Rows of one demerger, which each account that gets units has of its own."""
    return row.portfolio, row.instrument, row.to_instrument, row.on


class Matches:
    """Which purchases the sales of a section 104 holding are matched with, before the pool.

    Known from the rows alone: of the same day first (TCGA 1992 s. 105), then of the 30 days after (s. 106A).
    """

    def __init__(self, timeline: Sequence[Row], actions: Sequence[Row]) -> None:
        self.of_sale: dict[int, list[Lot]] = {}
        self.rest: dict[int, Lot] = {}
        self.actions = actions
        purchases = [row for row in timeline if row.type in (*PURCHASES, "SWITCH")]
        sales = [row for row in timeline if row.type in ("SELL", "SWITCH")]
        self.rest = {row.sequence: ledger.purchase_of(row) for row in purchases}
        self.of_sale = {row.sequence: [] for row in sales}
        for same_day in (True, False):
            for sale in sales:
                for purchase in purchases:
                    self.match(sale, purchase, same_day)

    def match(self, sale: Row, purchase: Row, same_day: bool) -> None:
        bought = purchase.to_instrument if purchase.type == "SWITCH" else purchase.instrument
        fits = purchase.on == sale.on if same_day else sale.on < purchase.on <= sale.on + WINDOW
        if not fits or (purchase.portfolio, bought) != (sale.portfolio, sale.instrument):
            return
        factor = self.factor(sale, purchase)
        rest, found = self.rest[purchase.sequence], self.of_sale[sale.sequence]
        quantity = min(Fraction(sale.quantity) - ledger.units(found), rest.quantity / factor)
        if quantity > 0:
            part = rest.part(quantity * factor)
            self.rest[purchase.sequence] = rest.without(part)
            found.append(replace(part, quantity=quantity))

    def factor(self, sale: Row, purchase: Row) -> Fraction:
        """What one unit of the day of the sale is on the day of the purchase."""
        factor = Fraction(1)
        for action in self.actions:
            same = (action.portfolio, action.instrument) == (sale.portfolio, sale.instrument)
            if same and sale.on < action.on <= purchase.on:
                factor *= ledger.ratio_of(action)
        return factor
