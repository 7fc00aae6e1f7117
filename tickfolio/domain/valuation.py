"""Valuation: what the holdings of one portfolio are worth at the latest prices, and what they have made.

Everything is in the portfolio's currency and exact; a percentage is a quotient to 28 digits. What is unknown is None.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import Holding
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import ZERO, convert, exact, percent
from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus


class MissingReason(StrEnum):
    """Why a figure of a holding is unknown."""

    PRICE_CURRENCY = "price_currency"  # there is a price, but in another currency than the instrument's
    NO_PRICE = "no_price"
    NO_FX_RATE = "no_fx_rate"  # priced, but there is no rate into the portfolio's currency today
    NO_COST = "no_cost"  # valued, but the rate of a purchase or sale is unknown, and so is its cost or gain


@dataclass(frozen=True, slots=True)
class Position:
    """A holding with what it takes to value it.

    `held` is a suspect price that waits beside `price`. `trades` are at least those of the day of `price`, in the
    zone of the instrument's exchange, and later.
    """

    holding: Holding
    instrument: Instrument
    price: LatestPrice | None
    held: HeldPrice | None
    trades: Sequence[Transaction]


@dataclass(frozen=True, slots=True)
class HoldingValue:
    """What one holding is worth. `day_base` is its value at the previous close, the base of `day_change_pct`.

    `price` is the price that counts (None when its currency is not the instrument's), `status` its status, `held`
    while a suspect one waits beside it. `weight_pct` is the part of the portfolio's known value.
    """

    holding: Holding
    instrument: Instrument
    price: LatestPrice | None
    status: PriceStatus | None
    fx_rate: Decimal | None
    current_value: Decimal | None
    profit_loss: Decimal | None
    profit_loss_pct: Decimal | None
    day_change: Decimal | None
    day_base: Decimal | None
    day_change_pct: Decimal | None
    weight_pct: Decimal | None
    missing: MissingReason | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A holding of which something is unknown, why, and the one thing that would mend it."""

    instrument_id: str
    symbol: str
    reason: MissingReason
    mend: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what is held the totals cover: `priced` of `held` holdings have a value; `missing` says the rest.

    A holding that is priced but whose cost or gain is unknown is missing, too: its value counts, its profit does not.
    """

    held: int
    priced: int
    missing: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class PortfolioValue:
    """What a portfolio is worth: totals over what is known, None when something is held and none of it is known.

    `profit_loss` is over the holdings that have both a value and a cost; `priced_invested` is the cost of those.
    `day_change` counts what was sold off today, too. `closed` are the holdings of quantity 0.
    """

    currency: str
    current_value: Decimal | None
    invested: Decimal | None
    priced_invested: Decimal | None
    profit_loss: Decimal | None
    profit_loss_pct: Decimal | None
    day_change: Decimal | None
    day_change_pct: Decimal | None
    realised: Decimal | None
    income: Decimal
    coverage: Coverage
    holdings: tuple[HoldingValue, ...]
    closed: tuple[HoldingValue, ...]


@exact
def value_portfolio(positions: Sequence[Position], rates: Rates, currency: str) -> PortfolioValue:
    """The value of a portfolio kept in `currency`, its holdings in the order given."""
    quotes = [_quote(position, rates, currency) for position in positions]
    held = [quote for quote in quotes if quote.position.holding.quantity]
    total = _total_known((quote.value for quote in held), bool(held))
    values = [_value_holding(quote, rates, currency, total) for quote in quotes]
    holdings = tuple(value for value in values if value.holding.quantity)
    closed = tuple(value for value in values if not value.holding.quantity)
    profitable = [value for value in holdings if value.profit_loss is not None]
    priced_invested = _total_known((value.holding.invested for value in profitable), bool(holdings))
    profit_loss = _total_known((value.profit_loss for value in profitable), bool(holdings))
    day_change, day_base = _total_day(holdings, closed)
    return PortfolioValue(
        currency=currency,
        current_value=total,
        invested=_total_known((value.holding.invested for value in holdings), bool(holdings)),
        priced_invested=priced_invested,
        profit_loss=profit_loss,
        profit_loss_pct=None if profit_loss is None else percent(profit_loss, priced_invested),
        day_change=day_change,
        day_change_pct=None if day_change is None else percent(day_change, day_base),
        realised=_total_known((value.holding.realised for value in values), bool(values)),
        income=sum((value.holding.income for value in values), ZERO),
        coverage=_cover(values, currency),
        holdings=holdings,
        closed=closed,
    )


@dataclass(frozen=True, slots=True)
class _Quote:
    """A position with the price that counts, the rate into the portfolio's currency, and the value they come to."""

    position: Position
    price: LatestPrice | None
    fx_rate: Decimal | None
    value: Decimal | None


def _quote(position: Position, rates: Rates, currency: str) -> _Quote:
    quantity, price = position.holding.quantity, position.price
    fx_rate = rates.rate(position.instrument.currency, currency)
    if price is not None and price.currency != position.instrument.currency:
        price = None
    if not quantity:
        return _Quote(position, price, fx_rate, ZERO)
    return _Quote(position, price, fx_rate, None if price is None else convert(quantity * price.last_price, fx_rate))


def _value_holding(quote: _Quote, rates: Rates, currency: str, total: Decimal | None) -> HoldingValue:
    position, price, value = quote.position, quote.price, quote.value
    holding = position.holding
    profit = None if value is None or holding.invested is None else value - holding.invested
    day_change, day_base = _change_today(quote, rates, currency)
    return HoldingValue(
        holding=holding,
        instrument=position.instrument,
        price=price,
        status=None if price is None else PriceStatus.HELD if position.held else price.status,
        fx_rate=quote.fx_rate,
        current_value=value,
        profit_loss=profit,
        profit_loss_pct=None if profit is None else percent(profit, holding.invested),
        day_change=day_change,
        day_base=day_base,
        day_change_pct=None if day_change is None else percent(day_change, day_base),
        weight_pct=None if value is None or not holding.quantity else percent(value, total),
        missing=_missing(quote),
    )


def _change_today(quote: _Quote, rates: Rates, currency: str) -> tuple[Decimal | None, Decimal | None]:
    """What the last session changed, and the value at the close before it; both None when either cannot be told."""
    position, price = quote.position, quote.price
    if price is None:
        return None, None
    today = session_day(position.instrument.exchange, price.as_of)
    last = convert(price.last_price, quote.fx_rate)
    moved = _change_of_trades(position.trades, today, last)
    quantity = position.holding.quantity - _net_since(position.trades, today)
    if not quantity:
        return moved, None if moved is None else ZERO
    before = rates.rate_before(position.instrument.currency, currency, today)
    close = None if price.previous_close is None else convert(price.previous_close, before)
    if moved is None or last is None or close is None:
        return None, None
    return quantity * (last - close) + moved, quantity * close


def _change_of_trades(trades: Iterable[Transaction], today: date, last: Decimal | None) -> Decimal | None:
    change = ZERO
    for trade in trades:
        if trade.traded_on == today:
            paid = convert(trade.price, trade.fx_rate)
            if last is None or paid is None:
                return None
            change += _signed(trade) * (last - paid)
    return change


def _net_since(trades: Iterable[Transaction], today: date) -> Decimal:
    return sum((_signed(trade) for trade in trades if trade.traded_on >= today), ZERO)


def _signed(trade: Transaction) -> Decimal:
    return -trade.quantity if trade.type is TransactionType.SELL else trade.quantity


def _missing(quote: _Quote) -> MissingReason | None:
    """The reason that stands in front of all others: it is the first thing to mend."""
    holding = quote.position.holding
    if quote.value is None:
        if quote.position.price is None:
            return MissingReason.NO_PRICE
        return MissingReason.PRICE_CURRENCY if quote.price is None else MissingReason.NO_FX_RATE
    return MissingReason.NO_COST if holding.invested is None or holding.realised is None else None


def _cover(values: Sequence[HoldingValue], currency: str) -> Coverage:
    held = [value for value in values if value.holding.quantity]
    return Coverage(
        held=len(held),
        priced=sum(value.current_value is not None for value in held),
        missing=tuple(
            Gap(value.instrument.id, value.instrument.symbol, value.missing, _mend(value, value.missing, currency))
            for value in values
            if value.missing
        ),
    )


def _mend(value: HoldingValue, reason: MissingReason, currency: str) -> str:
    instrument = value.instrument
    pair = f"{instrument.currency} to {currency}"
    named = f"{instrument.symbol} on {instrument.exchange} in {instrument.currency}"
    return {
        MissingReason.PRICE_CURRENCY: f"Choose the line of {instrument.symbol} that trades in {instrument.currency}.",
        MissingReason.NO_PRICE: f"Switch on a source that knows {named}, or correct what it is called.",
        MissingReason.NO_FX_RATE: f"Switch on the reference rates: the rate from {pair} is not known.",
        MissingReason.NO_COST: f"Enter the rate from {pair} on the transactions of {instrument.symbol} that lack it.",
    }[reason]


def _total_known(amounts: Iterable[Decimal | None], something_is_held: bool) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known or not something_is_held else None


def _total_day(
    holdings: Sequence[HoldingValue], closed: Sequence[HoldingValue]
) -> tuple[Decimal | None, Decimal | None]:
    """What is held decides whether the change of the day is known at all; what was sold off today adds to it."""
    if holdings and all(value.day_change is None for value in holdings):
        return None, None
    values = (*holdings, *closed)
    return _total_known((value.day_change for value in values), False), _total_known(
        (value.day_base for value in values), False
    )
