"""Random ledgers near every edge: the same number gives the same ledger."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from tests.oracle.ledger import SMALLEST, Fact, Place, Row, rounded

START = date(2024, 2, 26)
TINY = Decimal("0.000000000000000001")
SMALL = ("1", "10", "100", "7", "3", "0.5", "81.234", "0.080815", "0.123456789012345678", "1E-18", "3E-18", "1E-9")
LARGE = ("12345678901234567", "9999999999.999999999999999999")
QUANTITIES = tuple(map(Decimal, (*SMALL, *LARGE)))
PRICES = tuple(map(Decimal, ("100", "10", "0", "24.6190", "99.99", "0.0001", "1E-18", "1234567.89", "33.33", "1")))
CHARGES = tuple(map(Decimal, ("0", "0", "0", "0.05", "5", "0.000000000000000001", "13.37")))
RATES = (Decimal(1), Decimal(1), Decimal(1), Decimal("0.97783"), Decimal("83.123456"), Decimal("0.000001"))
RATIOS = ((2, 1), (10, 1), (1, 2), (1, 10), (3, 2), (7, 3), (3, 7), (1, 50), (1, 1000000), (5, 4))
BONUSES = ((2, 1), (3, 2), (6, 5), (11, 10))
PERCENTS = tuple(map(Decimal, ("4.68", "13.51", "0", "50", "33.333333", "100", "0.000000000000000001")))
LARGEST = Decimal("1E19")
OVERSOLD_ONE_IN = 40


@dataclass(frozen=True, slots=True)
class Made:
    rows: tuple[Row, ...]
    facts: tuple[Fact, ...]


def made_ledger(number: int) -> Made:
    """The ledger of a number; about one in ten sells more than it has."""
    return Maker(Random(number)).ledger()


class Maker:
    """Writes days in the order in which they are read, so that it knows what is held, then shuffles the numbers."""

    quantities, charges, rates, ratios, tiny = QUANTITIES, CHARGES, RATES, RATIOS, TINY

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.held: dict[Place, Fraction] = defaultdict(Fraction)
        self.rows: list[Row] = []
        self.facts: list[Fact] = []
        self.percents: dict[tuple[date, str, str], Decimal] = {}  # of each demerger, for every holder the same
        self.portfolios = "PQ"[: chance.choice((1, 1, 2))]
        self.instruments = "ABC"[: chance.choice((1, 2, 3))]
        self.accounts = ((None,), (None, "1"), ("1", "2"))[chance.randrange(3)]
        self.known_rates = chance.random() < 0.8
        self.number = 0

    def ledger(self) -> Made:
        on = START
        for _ in range(self.chance.randint(2, 9)):
            on += timedelta(self.chance.choice((1, 1, 2, 5, 29, 30, 31, 200)))
            self.day(on)
        self.chance.shuffle(self.rows)
        return Made(tuple(self.rows), tuple(self.facts))

    def day(self, on: date) -> None:
        """Splits, what comes, what moves, sales; their numbers rise in each group and are mixed among the groups."""
        chance = self.chance
        groups = [
            self.splits(on) if chance.random() < 0.25 else [],
            [self.arrival(on) for _ in range(chance.choice((0, 1, 1, 2, 3)))],
            [row for _ in range(chance.choice((0, 0, 0, 1, 2))) for row in self.movement(on)],
            [row for _ in range(chance.choice((0, 0, 1, 1, 2, 3))) for row in self.sale(on)],
            [self.money(on) for _ in range(chance.choice((0, 0, 1, 2)))],
        ]
        waiting = [rows for rows, length in ((iter(rows), len(rows)) for rows in groups) for _ in range(length)]
        chance.shuffle(waiting)
        for rows in waiting:
            self.number += 1
            self.rows.append(replace(next(rows), sequence=self.number))

    def place(self, *, holding: bool = False) -> Place | None:
        known = sorted((place for place, units in self.held.items() if units > 0), key=str)
        if holding:
            return self.chance.choice(known) if known else None
        choose = self.chance.choice
        return choose(self.portfolios), choose(self.instruments), choose(self.accounts)

    def some(self, units: Fraction) -> Decimal:
        """A part of what is held: often all, all but the smallest, or the smallest; now and then too much."""
        chance, all_of_it = self.chance, decimal(units)
        if chance.randrange(OVERSOLD_ONE_IN) == 0:
            return all_of_it + self.tiny
        part = decimal(max(SMALLEST, rounded(units * Fraction(chance.randint(1, 999), 1000))))
        fitting = [one for one in self.quantities if one <= all_of_it]
        less = max(all_of_it - self.tiny, self.tiny)
        return chance.choice((all_of_it, all_of_it, less, self.tiny, part, part, part, *fitting[-1:]))

    def row(self, kind: str, on: date, place: Place, quantity: Decimal, **fields: object) -> Row:
        choose = self.chance.choice
        rate = choose(self.rates) if self.known_rates else choose((*self.rates, None))
        portfolio, instrument, account = place
        price = choose(PRICES)
        return Row(portfolio, instrument, kind, on, quantity, price, fx=rate, account=account, **fields)  # type: ignore[arg-type]  # fields by name

    def arrival(self, on: date) -> Row:
        choose, place = self.chance.choice, self.place()
        assert place is not None
        kind = choose(("OPENING", "BUY", "BUY", "BUY", "BUY", "RIGHTS", "REINVEST", "TRANSFER_IN"))
        row = self.row(kind, on, place, choose(self.quantities))
        if kind == "TRANSFER_IN" or (kind == "OPENING" and self.chance.random() < 0.3):
            unknown = kind == "TRANSFER_IN" and self.chance.random() < 0.2
            row = replace(row, cost=None if unknown else choose(PRICES) * choose(self.quantities[:9]))
        else:
            row = replace(row, fees=choose(self.charges), taxes=choose(self.charges))
        self.held[place] += Fraction(row.quantity)
        return row

    def sale(self, on: date) -> list[Row]:
        place = self.place(holding=True)
        if place is None:
            return []
        row = self.row("SELL", on, place, self.some(self.held[place]))
        self.held[place] -= Fraction(row.quantity)
        return [replace(row, fees=self.chance.choice(self.charges), taxes=self.chance.choice(self.charges))]

    def movement(self, on: date) -> list[Row]:
        place = self.place(holding=True)
        if place is None:
            return []
        kind = self.chance.choice(("MERGER", "DEMERGER", "SWITCH", "TRANSFER_OUT", "TRANSFER_OUT"))
        quantity = self.some(self.held[place])
        if kind != "DEMERGER":
            self.held[place] -= Fraction(quantity)
        row = self.row(kind, on, place, quantity)
        if kind == "TRANSFER_OUT":
            return [row, *self.elsewhere(row, place)]
        return self.exchange(row, place)

    def elsewhere(self, row: Row, place: Place) -> list[Row]:
        """The arrival of a transfer, save now and then."""
        target = self.place()
        assert target is not None
        target = (target[0], place[1], target[2])
        if target == place or self.chance.random() < 0.2:
            return []
        self.held[target] += Fraction(row.quantity)
        return [replace(row, type="TRANSFER_IN", portfolio=target[0], account=target[2])]

    def exchange(self, row: Row, place: Place) -> list[Row]:
        others = [name for name in self.instruments if name != row.instrument]
        if not others:
            self.held[place] += Fraction(row.quantity) if row.type != "DEMERGER" else 0
            return []
        choose = self.chance.choice
        name, new = choose(others), choose(self.quantities)
        self.held[place[0], name, place[2]] += Fraction(new)
        row = replace(row, to_instrument=name, to_quantity=new)
        if row.type == "DEMERGER":
            percent = self.percents.setdefault((row.on, place[1], name), choose(PERCENTS))
            return [replace(row, quantity=Decimal(0), price=Decimal(0), cost_pct=percent)]
        if row.type == "SWITCH" and row.quantity * row.price >= 1:
            return [replace(row, fees=choose((Decimal(0), Decimal("0.05"), Decimal(1))))]
        return [row]

    def splits(self, on: date) -> list[Row]:
        """One ratio for one instrument: of the instrument itself, of one portfolio, or known to both."""
        choose = self.chance.choice
        name, kind = choose(self.instruments), choose(("SPLIT", "SPLIT", "BONUS"))
        ratio = choose(BONUSES if kind == "BONUS" else self.ratios)
        if any(units * Fraction(*ratio) > LARGEST for place, units in self.held.items() if place[1] == name):
            return []
        everybody, own = choose(((True, False), (False, True), (True, True)))
        if everybody:
            self.facts.append(Fact(name, on, ratio, kind))
        concerned = self.portfolios if everybody else choose(self.portfolios)
        for place, units in self.held.items():
            if place[1] == name and place[0] in concerned and units:
                self.held[place] = max(SMALLEST, rounded(units * Fraction(*ratio)))
        return [Row(concerned[0], name, kind, on, ratio=ratio)] if own else []

    def money(self, on: date) -> Row:
        choose, place = self.chance.choice, self.place()
        assert place is not None
        kind = choose(("DIVIDEND", "INTEREST", "FEE", "TAX", "DEPOSIT", "WITHDRAWAL"))
        return replace(
            self.row(kind, on, place, choose(self.quantities)), fees=choose(self.charges), taxes=choose(self.charges)
        )


def decimal(number: Fraction) -> Decimal:
    """A number of at most 18 decimals, exactly."""
    whole = number * 10**18
    assert whole.denominator == 1
    return Decimal(whole.numerator).scaleb(-18)
