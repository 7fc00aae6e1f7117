"""Rates of exchange, all of them worked out of pairs with the euro (`EURINR`: what one EUR costs in INR).

A rate is 1 only between a currency and itself. A rate that cannot be had is None and makes what depends on it unknown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import quotient
from tickfolio.domain.prices import Close, LatestPrice

EURO = "EUR"
ONE = Decimal(1)
CLOSE_AGE_MAX = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class EuroRate:
    """What one EUR costs in a currency, on which day, and what it cost the time before (None: nobody said)."""

    currency: str
    rate: Decimal
    previous: Decimal | None
    on: date
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Rates:
    """The latest rates between all currencies that have a pair with the euro. Source: the pairs' latest prices."""

    pairs: Mapping[str, EuroRate]

    def rate(self, source: str, target: str) -> Decimal | None:
        """What one unit of `source` costs in `target`; out of EUR exact, else to 28 digits."""
        return _cross(source, target, self._cost_now)

    def rate_before(self, source: str, target: str, day: date) -> Decimal | None:
        """The rate at the close before `day`: a pair that has not moved since an earlier day still has that rate."""
        return _cross(source, target, lambda currency: self._cost_before(currency, day))

    def as_of(self, source: str, target: str) -> datetime | None:
        """Since when the rate is true: the older of its two pairs; None when it is 1 for ever, or unknown."""
        return min((pair.as_of for pair in self._known_legs(source, target)), default=None)

    def on(self, source: str, target: str) -> date | None:
        """The day of the rate: the older of its two pairs; None when it is 1 for ever, or unknown."""
        return min((pair.on for pair in self._known_legs(source, target)), default=None)

    def _known_legs(self, source: str, target: str) -> list[EuroRate]:
        if source == target or self.rate(source, target) is None:
            return []
        return [self.pairs[currency] for currency in pairs_needed(source, target)]

    def _cost_now(self, currency: str) -> Decimal | None:
        pair = self.pairs.get(currency)
        return pair.rate if pair else None

    def _cost_before(self, currency: str, day: date) -> Decimal | None:
        pair = self.pairs.get(currency)
        if pair is None:
            return None
        if pair.on > day:  # two rates or more have come since: the one before that day is not here
            return None
        return pair.previous if pair.on == day else pair.rate


def read_rates(prices: Iterable[tuple[Instrument, LatestPrice]]) -> Rates:
    """The rates that the latest prices of currency pairs come to; what is no pair with the euro is passed over."""
    return Rates(
        {
            instrument.currency: EuroRate(
                instrument.currency,
                price.last_price,
                price.previous_close,
                session_day(instrument.exchange, price.as_of),
                price.as_of,
            )
            for instrument, price in prices
            if instrument.symbol == pair_symbol(instrument.currency) and price.currency == instrument.currency
        }
    )


def pair_symbol(currency: str) -> str:
    """The symbol of a currency's pair with the euro: `EURINR` for INR."""
    return EURO + currency


def pairs_needed(source: str, target: str) -> tuple[str, ...]:
    """The currencies whose pairs with the euro a rate is made of; none between a currency and itself."""
    return () if source == target else tuple(currency for currency in (source, target) if currency != EURO)


def find_rate_on(source: str, target: str, on: date, closes: Mapping[str, Sequence[Close]]) -> Decimal | None:
    """The rate of a past day, or None when a pair has no close on it or in the ten days before.

    `closes` are the daily closes of the pairs with the euro, by currency, in any order.
    """
    return _cross(source, target, lambda currency: _last_close(closes.get(currency, ()), on))


def _cross(source: str, target: str, cost_of_euro: Callable[[str], Decimal | None]) -> Decimal | None:
    if source == target:
        return ONE
    source_cost = ONE if source == EURO else cost_of_euro(source)
    target_cost = ONE if target == EURO else cost_of_euro(target)
    if not source_cost or not target_cost:
        return None
    return target_cost if source == EURO else quotient(target_cost, source_cost)


def _last_close(closes: Iterable[Close], on: date) -> Decimal | None:
    near = (close for close in closes if on - CLOSE_AGE_MAX <= close.on <= on)
    last = max(near, key=lambda close: close.on, default=None)
    return None if last is None else last.price
