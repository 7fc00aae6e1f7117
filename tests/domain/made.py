"""Short words for what the tests of the domain start from: ledgers, instruments, prices, rates."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tickfolio.domain.fx import EuroRate, Rates
from tickfolio.domain.holdings import project
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod, Transaction, TransactionType
from tickfolio.domain.money import EXACT
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.domain.valuation import PortfolioValue, Position, value_portfolio

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
) -> Transaction:
    number = next(_sequence) if sequence is None else sequence
    return Transaction(
        id=f"t{number:09}",
        instrument_id="i1",
        type=TransactionType(kind),
        traded_on=date.fromisoformat(on),
        quantity=Decimal(quantity),
        price=Decimal(price),
        sequence=number,
        fees=Decimal(fees),
        taxes=Decimal(taxes),
        fx_rate=None if fx is None else Decimal(fx),
        account=account,
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


def position(owner, rows, price=None, held=None, method=CostMethod.AVERAGE) -> Position:
    return Position(project(rows, method, owner.symbol), owner, price, held, rows)


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
            row["quantity"],
            row["price"],
            row["date"],
            fees=row.get("fees", 0),
            taxes=row.get("taxes", 0),
            fx=row.get("fx_rate", 1),
            account=row.get("account"),
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
