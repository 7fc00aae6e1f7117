"""Valuation: what the holdings of one portfolio are worth at the latest prices, and what they have made.

Everything is in the portfolio's currency and exact; a percentage is a quotient to 28 digits. What is unknown is None.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.day_change import change_today
from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import Holding
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.lots import sum_known
from tickfolio.domain.money import ZERO, convert, exact, percent
from tickfolio.domain.position import Position, Quote, quote_position
from tickfolio.domain.prices import LatestPrice, PriceStatus


class MissingReason(StrEnum):
    """Why a figure of a holding is unknown."""

    PRICE_CURRENCY = "price_currency"  # there is a price, but in another currency than the instrument's
    NO_PRICE = "no_price"
    NO_FX_RATE = "no_fx_rate"  # priced, but there is no rate into the portfolio's currency today
    NO_COST = "no_cost"  # valued, but the rate of a purchase or sale is unknown, and so is its cost or gain


@dataclass(frozen=True, slots=True)
class HoldingValue:
    """What one holding is worth. `day_base` is its value at the previous close, the base of `day_change_pct`.

    `price` is the price that counts (None when its currency is not the instrument's), `status` its status, `held`
    while a suspect one waits beside it. `last_price` and `previous_close` are in units of now: divided by the splits
    since. `price_effect` is what the instrument's price has made, at today's rate, `currency_effect` what the rate has
    made; they add up to `profit_loss`. `fx_on` is the day of the rate, None where it is 1 for ever. `weight_pct` is the
    part of the portfolio's known value. `provisional`: a split or the like seems to have happened and is not settled,
    so that value and cost may not be of the same units.
    """

    holding: Holding
    instrument: Instrument
    price: LatestPrice | None
    status: PriceStatus | None
    last_price: Decimal | None
    previous_close: Decimal | None
    fx_rate: Decimal | None
    fx_on: date | None
    current_value: Decimal | None
    profit_loss: Decimal | None
    profit_loss_pct: Decimal | None
    price_effect: Decimal | None
    currency_effect: Decimal | None
    total_profit_loss: Decimal | None
    day_change: Decimal | None
    day_base: Decimal | None
    day_change_pct: Decimal | None
    weight_pct: Decimal | None
    missing: MissingReason | None
    provisional: bool = False


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
    `day_change` counts what was sold off today, too. `total_profit_loss` is profit_loss + realised + income − charges.
    `cash` is None where no cash is tracked, or some of it is unknown; of several portfolios together see `value_cash`.
    `closed` are the holdings of quantity 0.
    """

    currency: str
    current_value: Decimal | None
    invested: Decimal | None
    priced_invested: Decimal | None
    profit_loss: Decimal | None
    profit_loss_pct: Decimal | None
    price_effect: Decimal | None
    currency_effect: Decimal | None
    day_change: Decimal | None
    day_base: Decimal | None
    day_change_pct: Decimal | None
    realised: Decimal | None
    income: Decimal | None
    tax_withheld: Decimal | None
    charges: Decimal | None
    total_profit_loss: Decimal | None
    cash: Decimal | None
    coverage: Coverage
    holdings: tuple[HoldingValue, ...]
    closed: tuple[HoldingValue, ...]


@exact
def value_portfolio(positions: Sequence[Position], rates: Rates, currency: str) -> PortfolioValue:
    """The value of a portfolio kept in `currency`, its holdings in the order given."""
    quotes = [quote_position(position, rates, currency) for position in positions]
    held = [quote for quote in quotes if quote.position.holding.quantity]
    total = _total_known((quote.value for quote in held), bool(held))
    values = [_value_holding(quote, rates, currency, total) for quote in quotes]
    holdings = tuple(value for value in values if value.holding.quantity)
    closed = tuple(value for value in values if not value.holding.quantity)
    profitable = [value for value in holdings if value.profit_loss is not None]
    held_any, any_at_all = bool(holdings), bool(values)
    priced_invested = _total_known((value.holding.invested for value in profitable), held_any)
    profit_loss = _total_known((value.profit_loss for value in profitable), held_any)
    realised = _total_known((value.holding.realised for value in values), any_at_all)
    income = _total_known((value.holding.income for value in values), any_at_all)
    charges = _total_known((value.holding.charges for value in values), any_at_all)
    day_change, day_base = _total_day(holdings, closed)
    return PortfolioValue(
        currency=currency,
        current_value=total,
        invested=_total_known((value.holding.invested for value in holdings), held_any),
        priced_invested=priced_invested,
        profit_loss=profit_loss,
        profit_loss_pct=None if profit_loss is None else percent(profit_loss, priced_invested),
        price_effect=_total_known((value.price_effect for value in profitable), held_any),
        currency_effect=_total_known((value.currency_effect for value in profitable), held_any),
        day_change=day_change,
        day_base=day_base,
        day_change_pct=None if day_change is None else percent(day_change, day_base),
        realised=realised,
        income=income,
        tax_withheld=_total_known((value.holding.tax_withheld for value in values), any_at_all),
        charges=charges,
        total_profit_loss=_total_made(profit_loss, realised, income, charges),
        cash=_cash(positions),
        coverage=_cover(values, currency),
        holdings=holdings,
        closed=tuple(value for value in closed if value.instrument.asset_type is not AssetType.CASH or value.missing),
    )


@exact
def value_cash(moved: Iterable[Decimal | None], rate: Decimal | None) -> Decimal | None:
    """What the cash of a portfolio is worth in another currency than its own: the balance at the latest rate.

    `moved` is what each holding's rows brought to it, in the portfolio's currency. It lies there in that currency, and
    so it is worth what today's rate says, not what the rates of the days said on which it came; None without a rate.
    """
    balance = sum_known(moved)
    return None if balance is None else convert(balance, rate)


def _value_holding(quote: Quote, rates: Rates, currency: str, total: Decimal | None) -> HoldingValue:
    position, price, value = quote.position, quote.price, quote.value
    holding = position.holding
    profit = None if value is None or holding.invested is None else value - holding.invested
    price_effect, currency_effect = _effects(quote, profit)
    day_change, day_base = change_today(quote, rates, currency)
    return HoldingValue(
        holding=holding,
        instrument=position.instrument,
        price=price,
        status=None if price is None else PriceStatus.HELD if position.held else price.status,
        last_price=quote.last,
        previous_close=quote.previous,
        fx_rate=quote.fx_rate,
        fx_on=rates.on(position.instrument.currency, currency),
        current_value=value,
        profit_loss=profit,
        profit_loss_pct=None if profit is None else percent(profit, holding.invested),
        price_effect=price_effect,
        currency_effect=currency_effect,
        total_profit_loss=_total_made(profit, holding.realised, holding.income, holding.charges),
        day_change=day_change,
        day_base=day_base,
        day_change_pct=None if day_change is None else percent(day_change, day_base),
        weight_pct=None if value is None or not holding.quantity else percent(value, total),
        missing=_missing(quote),
        provisional=position.provisional,
    )


def _effects(quote: Quote, profit: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The profit in two: what the price has made, at today's rate, and what the rate has made on the cost."""
    cost = quote.position.holding.invested_local
    if profit is None or cost is None:
        return None, None
    then_at_now = convert(cost, quote.fx_rate)
    if quote.value is None or then_at_now is None:
        return None, None
    by_price = quote.value - then_at_now
    return by_price, profit - by_price


def _total_made(*parts: Decimal | None) -> Decimal | None:
    """profit_loss + realised + income − charges, where all are known."""
    profit, realised, income, charges = parts
    if profit is None or realised is None or income is None or charges is None:
        return None
    return profit + realised + income - charges


def _cash(positions: Iterable[Position]) -> Decimal | None:
    tracked = [position.holding.cash for position in positions if position.cash_tracked]
    return sum_known(tracked) if tracked else None


def _missing(quote: Quote) -> MissingReason | None:
    """The reason that stands in front of all others: it is the first thing to mend."""
    holding = quote.position.holding
    if quote.value is None:
        if quote.position.price is None:
            return MissingReason.NO_PRICE
        return MissingReason.PRICE_CURRENCY if quote.price is None else MissingReason.NO_FX_RATE
    unknown = (holding.invested, holding.realised, holding.income, holding.charges)
    return MissingReason.NO_COST if None in unknown else None


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
        MissingReason.NO_PRICE: f"Enter a price of {instrument.symbol}: no source has one."
        if instrument.exchange == "MANUAL"
        else f"Switch on a source that knows {named}, or correct what it is called.",
        MissingReason.NO_FX_RATE: f"Switch on the reference rates: the rate from {pair} is not known.",
        MissingReason.NO_COST: f"Enter the rate from {pair} on the transactions of {instrument.symbol} that lack it."
        if value.holding.invested_local is not None
        else f"Say what the units of {instrument.symbol} that came by transfer cost.",
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
