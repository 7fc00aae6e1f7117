"""Short words for what the tests of the domain start from: ledgers, instruments, prices, rates."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tickfolio.domain.fx import EuroRate, Rates
from tickfolio.domain.holdings import Holding, hold
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod, Rules, Transaction, TransactionType
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger, match_lots
from tickfolio.domain.money import EXACT
from tickfolio.domain.position import Position
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.domain.splits import Split, read_ratio
from tickfolio.domain.valuation import PortfolioValue, value_portfolio

NO_RATES = Rates({})
_sequence = count(1)


def trade(
    kind: str,
    quantity: Any,
    price: Any,
    on: str = "2024-01-01",
    *,
    fees: Any = 0,
    taxes: Any = 0,
    fx: Any = 1,
    account: str | None = None,
    sequence: int | None = None,
    of: str = "INFY",
    portfolio: str = "p1",
    cost: Any = None,
    ratio: str | None = None,
    into: str | None = None,
    to_quantity: Any = None,
    cost_pct: Any = None,
) -> Transaction:
    number = next(_sequence) if sequence is None else sequence
    return Transaction(
        id=f"t{number:09}",
        instrument_id=f"i-{of}",
        type=TransactionType(kind),
        traded_on=date.fromisoformat(on),
        quantity=Decimal(quantity),
        price=Decimal(price),
        sequence=number,
        fees=Decimal(fees),
        taxes=Decimal(taxes),
        fx_rate=None if fx is None else Decimal(fx),
        account=account,
        portfolio_id=portfolio,
        cost=None if cost is None else Decimal(cost),
        ratio=None if ratio is None else read_ratio(ratio),
        to_instrument_id=None if into is None else f"i-{into}",
        to_quantity=None if to_quantity is None else Decimal(to_quantity),
        cost_pct=None if cost_pct is None else Decimal(cost_pct),
    )


def buy(quantity: Any, price: Any, on: str = "2024-01-01", **more: Any) -> Transaction:
    return trade("BUY", quantity, price, on, **more)


def sell(quantity: Any, price: Any, on: str = "2024-01-01", **more: Any) -> Transaction:
    return trade("SELL", quantity, price, on, **more)


def opening(quantity: Any, price: Any, on: str = "2024-01-01", **more: Any) -> Transaction:
    return trade("OPENING", quantity, price, on, **more)


def instrument(symbol: str = "INFY", exchange: str = "NSE", currency: str = "INR") -> Instrument:
    kind = {"AMFI": AssetType.MUTUAL_FUND, "ECB": AssetType.CURRENCY}.get(exchange, AssetType.STOCK)
    return Instrument(f"i-{symbol}", kind, exchange, symbol, symbol, currency)


def at(text: str) -> datetime:
    """An instant, UTC where the text names no offset."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def price_of(
    owner: Instrument, last: Any, previous: Any = None, as_of: str = "2026-11-20T10:00", **more: Any
) -> LatestPrice:
    return LatestPrice(
        instrument_id=owner.id,
        last_price=Decimal(last),
        previous_close=None if previous is None else Decimal(previous),
        currency=more.get("currency", owner.currency),
        as_of=at(as_of),
        source=more.get("source", "yahoo"),
        status=more.get("status", PriceStatus.LIVE),
        last_updated_at=at(as_of),
    )


def rates(on: str = "2026-11-20", **pairs: Any) -> Rates:
    """Rates by currency: what one EUR costs now, or (now, the time before)."""
    made = {}
    for currency, told in pairs.items():
        now, before = told if isinstance(told, tuple) else (told, None)
        made[currency] = EuroRate(
            currency,
            Decimal(now),
            None if before is None else Decimal(before),
            date.fromisoformat(on),
            at(f"{on}T15:00"),
        )
    return Rates(made)


def split(ratio: str, on: str, of: str = "INFY", *, bonus: bool = False) -> Split:
    """The instrument's own, which holds for everybody."""
    return Split(f"i-{of}", date.fromisoformat(on), read_ratio(ratio), is_bonus=bonus)


def match(
    rows: Iterable[Transaction],
    method: CostMethod = CostMethod.FIFO,
    splits: Sequence[Split] = (),
    *,
    charges_in_cost: bool = True,
    for_tax: bool = False,
) -> dict[tuple[str, str], Book]:
    """The books of all places by portfolio and symbol, every portfolio by the same rules."""
    rows = list(rows)
    ids = {key for row in rows for key in (row.instrument_id, row.to_instrument_id) if key}
    rules = dict.fromkeys((row.portfolio_id for row in rows), Rules(method, charges_in_cost))
    books = match_ledger(rows, rules, {key: key.removeprefix("i-") for key in ids}, splits, for_tax=for_tax)
    return {(portfolio, key.removeprefix("i-")): book for (portfolio, key), book in books.items()}


def holding_of(rows: Sequence[Transaction], method: CostMethod, splits: Sequence[Split] = ()) -> Holding:
    """The holding that the rows of one instrument come to, where none ties it to another."""
    [key] = {row.instrument_id for row in rows}
    return hold(key, match_lots(rows, method, key.removeprefix("i-"), splits))


def position(owner, rows, price=None, held=None, method=CostMethod.AVERAGE, splits=(), cash_tracked=False) -> Position:
    """The position of one instrument; the rows are taken for its own, whichever instrument they were made for."""
    own = [replace(row, instrument_id=owner.id) for row in rows]
    return Position(holding_of(own, method, splits), owner, price, held, own, splits, cash_tracked=cash_tracked)


def value(*positions, known=NO_RATES, currency="INR") -> PortfolioValue:
    return value_portfolio(positions, known, currency)


def read_case(shared: Path, name: str) -> Any:
    """A worked case, its numbers exact."""
    text = (shared / "cases" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def case_ledger(rows: Sequence[Any]) -> list[Transaction]:
    """The transactions of a complaint case."""
    return [
        trade(
            row["type"],
            row.get("quantity", 0),
            row.get("price", 0),
            row["date"],
            fees=row.get("fees", 0),
            taxes=row.get("taxes", 0),
            fx=row.get("fx_rate", 1),
            account=row.get("account"),
            of=row.get("symbol", "INFY"),
            ratio=row.get("ratio"),
            into=row.get("to_symbol"),
            to_quantity=row.get("to_quantity"),
        )
        for row in rows
    ]


SIZES = st.sampled_from(["1", "3", "7", "10", "0.333", "0.000000000000000001", "99999999999999999999"]).map(Decimal) | (
    st.decimals("0.001", "1000", places=3)
)
AMOUNTS = st.sampled_from(["0", "100", "0.07", "33.333333333333333333"]).map(Decimal) | st.decimals(
    "0", "5000", places=4
)
RATES = st.sampled_from([None, Decimal(1), Decimal("83.123456789"), Decimal("0.011987")])


@st.composite
def ledgers(
    draw: st.DrawFn, rates_known: bool = False, accounts: Sequence[str | None] = (None, "A")
) -> list[Transaction]:
    """A ledger that can be: each sale takes some, all, or all but a speck of what its account holds."""
    held = dict.fromkeys(accounts, Decimal(0))
    rows = []
    for sequence in range(draw(st.integers(1, 12))):
        account = draw(st.sampled_from(accounts))
        on = date(2024, 1, 1 + sequence).isoformat()
        fx = draw(RATES.filter(bool) if rates_known else RATES)
        charges = {"fees": draw(AMOUNTS), "taxes": draw(AMOUNTS), "fx": fx, "account": account, "sequence": sequence}
        if held[account] and draw(st.booleans()):
            speck = Decimal("0.000000000000000001")
            part = draw(st.sampled_from(["all", "all but a speck", "a speck", "a third"]))
            size = {
                "all": held[account],
                "all but a speck": max(EXACT.subtract(held[account], speck), speck),
                "a speck": speck,
                "a third": max(Decimal(int(held[account]) // 3), speck),
            }[part]
            held[account] = EXACT.subtract(held[account], size)
            rows.append(sell(size, draw(AMOUNTS), on, **charges))
        else:
            size = draw(SIZES)
            held[account] = EXACT.add(held[account], size)
            rows.append(trade(draw(st.sampled_from(["BUY", "OPENING"])), size, draw(AMOUNTS), on, **charges))
    return rows


@dataclass(slots=True)
class Whole:
    """A ledger of every kind, the instruments' own splits, and what it leaves by portfolio, symbol and account."""

    rows: list[Transaction] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    held: dict[tuple[str, str, str | None], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def last_day(self) -> date:
        return max([*(row.traded_on for row in self.rows), *(one.on for one in self.splits)])


INSTRUMENTS = ("INFY", "TCS", "JIO")
RATIOS = ("2:1", "1:3", "3:2", "10:1", "1:1000000", "7:3")
MOVES = (
    *("come", "come", "come", "come", "sell", "sell", "split", "merge", "demerge", "switch", "move", "move"),
    *("pay", "leave"),
)


class Teller:
    """Writes one row after the other, each on a day of its own, and keeps in mind what every place holds."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.whole = draw, Whole()
        self.portfolios = draw(st.sampled_from([("p1",), ("p1", "p2")]))
        self.accounts = draw(st.sampled_from([(None,), (None, "A")]))
        self.day, self.number = date(2020, 1, 1), 0

    def choose(self, choices: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(choices))

    def any_place(self) -> tuple[str, str, str | None]:
        return self.choose(self.portfolios), self.choose(INSTRUMENTS), self.choose(self.accounts)

    def add(
        self, kind: str, place: tuple[str, str, str | None], quantity: Any = 0, price: Any = 0, **more: Any
    ) -> None:
        portfolio, symbol, account = place
        fx = self.draw(RATES.filter(bool))
        told = {"fx": fx, "of": symbol, "portfolio": portfolio, "account": account, "sequence": self.number} | more
        self.whole.rows.append(trade(kind, quantity, price, self.day.isoformat(), **told))
        self.number += 1

    def charges(self) -> dict[str, Decimal]:
        return {"fees": self.draw(AMOUNTS), "taxes": self.draw(AMOUNTS)}

    def some_of(self, place: tuple[str, str, str | None]) -> Decimal:
        """Takes all, all but a speck, a speck or a third of what a place holds."""
        held, speck = self.whole.held[place], Decimal("0.000000000000000001")
        less = max(EXACT.subtract(held, speck), speck)
        quantity = self.choose((held, held, less, speck, max(Decimal(int(held) // 3), speck)))
        self.whole.held[place] = EXACT.subtract(held, quantity)
        return quantity

    def put(self, place: tuple[str, str, str | None], quantity: Decimal) -> None:
        self.whole.held[place] = EXACT.add(self.whole.held[place], quantity)

    def step(self, moves: Sequence[str]) -> None:
        self.day += timedelta(self.choose((1, 1, 20, 31)))
        full = [place for place, held in self.whole.held.items() if held]
        move = self.choose(moves)
        if move in {"come", "split", "pay"} or not full:
            getattr(self, move if move in {"split", "pay"} else "come")()
        else:
            getattr(self, move)(self.choose(full))

    def come(self) -> None:
        place, size = self.any_place(), self.draw(SIZES)
        kind = self.choose(("BUY", "BUY", "OPENING", "RIGHTS", "REINVEST", "TRANSFER_IN"))
        self.put(place, size)
        if kind == "TRANSFER_IN":
            self.add(kind, place, size, cost=self.draw(AMOUNTS))
        elif kind == "OPENING":
            self.add(kind, place, size, self.draw(AMOUNTS), cost=self.draw(st.none() | AMOUNTS))
        else:
            self.add(kind, place, size, self.draw(AMOUNTS), **self.charges())

    def sell(self, place: tuple[str, str, str | None]) -> None:
        self.add("SELL", place, self.some_of(place), self.draw(AMOUNTS), **self.charges())

    def leave(self, place: tuple[str, str, str | None]) -> None:
        self.add("TRANSFER_OUT", place, self.some_of(place))

    def move(self, place: tuple[str, str, str | None]) -> None:
        others = [(one, place[1], account) for one in self.portfolios for account in self.accounts]
        others.remove(place)
        if others:
            other, quantity = self.choose(others), self.some_of(place)
            self.put(other, quantity)
            ends = [("TRANSFER_OUT", place), ("TRANSFER_IN", other)]
            for kind, end in ends if self.draw(st.booleans()) else reversed(ends):
                self.add(kind, end, quantity)

    def turned(self, kind: str, place: tuple[str, str, str | None], quantity: Decimal, **more: Any) -> None:
        into = self.choose([symbol for symbol in INSTRUMENTS if symbol != place[1]])
        size = self.draw(SIZES)
        self.put((place[0], into, place[2]), size)
        self.add(kind, place, quantity, more.pop("price", 0), into=into, to_quantity=size, **more)

    def merge(self, place: tuple[str, str, str | None]) -> None:
        self.turned("MERGER", place, self.some_of(place))

    def demerge(self, place: tuple[str, str, str | None]) -> None:
        self.turned("DEMERGER", place, Decimal(0), cost_pct=self.choose(("4.68", "13.51", "0", "100", "33.333333")))

    def switch(self, place: tuple[str, str, str | None]) -> None:
        quantity, price = self.some_of(place), self.draw(AMOUNTS)
        fees = min(self.draw(AMOUNTS), EXACT.multiply(quantity, price))
        self.turned("SWITCH", place, quantity, price=price, fees=fees)

    def split(self) -> None:
        symbol, ratio = self.choose(INSTRUMENTS), self.choose(RATIOS)
        bonus = read_ratio(ratio).value > 1 and self.draw(st.booleans())
        whose, portfolio = self.choose(("everybody", "portfolio", "both")), self.choose(self.portfolios)
        if whose != "portfolio":
            self.whole.splits.append(split(ratio, self.day.isoformat(), symbol, bonus=bonus))
        if whose != "everybody":
            self.add("BONUS" if bonus else "SPLIT", (portfolio, symbol, None), ratio=ratio)
        for place, held in self.whole.held.items():
            if held and place[1] == symbol and (whose != "portfolio" or place[0] == portfolio):
                self.whole.held[place] = after_split(held, ratio)

    def pay(self) -> None:
        kind = self.choose(("DIVIDEND", "INTEREST", "FEE", "TAX", "DEPOSIT", "WITHDRAWAL"))
        self.add(kind, self.any_place(), 1, self.draw(AMOUNTS), **self.charges())


def after_split(held: Decimal, ratio: str) -> Decimal:
    """Units after a split, to 18 decimals, a half to the even one, and never none."""
    units = Fraction(held) * read_ratio(ratio).value
    return max(Decimal(round(units * 10**18)).scaleb(-18, EXACT), Decimal("0.000000000000000001"))


@st.composite
def whole_ledgers(draw: st.DrawFn, moves: Sequence[str] = MOVES) -> Whole:
    """A ledger of every kind that can be, with all rates and costs known; each row on a day of its own."""
    teller = Teller(draw)
    teller.come()
    for _ in range(draw(st.integers(0, 12))):
        teller.step(moves)
    return teller.whole
