"""The day's change: what the last session has changed. Units bought in it count from their own price."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tickfolio.domain.fx import Rates
from tickfolio.domain.ledger import TRADED, price_of_units, units_moved
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import ZERO, convert, whole_units
from tickfolio.domain.position import Position, Quote
from tickfolio.domain.split_prices import divide_price
from tickfolio.domain.splits import units_after


class _Move(NamedTuple):
    """Units that came (or went, below zero), and what one cost or brought where they were bought or sold."""

    on: date
    units: Decimal
    price: Decimal | None
    fx_rate: Decimal | None


def change_today(quote: Quote, rates: Rates, currency: str) -> tuple[Decimal | None, Decimal | None]:
    """What the last session changed, and the value at the close before it; both None when either cannot be told."""
    position, price = quote.position, quote.price
    if price is None:
        return None, None
    today = session_day(position.instrument.exchange, price.as_of)
    last = None if quote.last is None else convert(quote.last, quote.fx_rate)
    moves = [move for move in _moves(position) if move.on >= today]
    moved = _change_of_trades(moves, today, last)
    since = sum((move.units for move in moves), ZERO)
    quantity = position.holding.quantity - since
    if not quantity:
        return moved, None if moved is None else ZERO
    before = rates.rate_before(position.instrument.currency, currency, today)
    close = None if quote.previous is None else convert(quote.previous, before)
    if moved is None or last is None or close is None:
        return None, None
    return quantity * (last - close) + moved, quantity * close


def _moves(position: Position) -> Iterator[_Move]:
    """What the trades moved, in units of now: those of a price from before a split are counted otherwise."""
    key = position.instrument.id
    for trade in position.trades:
        units = units_moved(trade, key)
        price = price_of_units(trade, key) if trade.type in TRADED else None
        grown = units_after(position.splits, trade.traded_on, date.max)
        if grown != 1:
            after = whole_units(abs(units), Decimal(grown.numerator), Decimal(grown.denominator))
            units = after.copy_sign(units)
            price = None if price is None else divide_price(price, grown)
        yield _Move(trade.traded_on, units, price, trade.fx_rate)


def _change_of_trades(moves: Iterable[_Move], today: date, last: Decimal | None) -> Decimal | None:
    """Units that were bought or sold count from their price; those that came or went otherwise have changed nothing."""
    change = ZERO
    for move in moves:
        if move.on == today and move.units and move.price is not None:
            paid = convert(move.price, move.fx_rate)
            if last is None or paid is None:
                return None
            change += move.units * (last - paid)
    return change
