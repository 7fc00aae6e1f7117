"""Prices across splits: a price is never multiplied by units that are counted otherwise than when it was made."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import quotient
from tickfolio.domain.prices import LatestPrice
from tickfolio.domain.splits import Split


def in_units_of_now(price: LatestPrice, exchange: str, splits: Sequence[Split]) -> tuple[Decimal, Decimal | None]:
    """The last price and the close before it, each divided by the splits since. Call it where arithmetic is exact."""
    if not splits:
        return price.last_price, price.previous_close
    today = session_day(exchange, price.as_of)
    later = _product(splits, lambda split: split.on > today)
    last = divide_price(price.last_price, later)
    if price.previous_close is None:
        return last, None
    of_today = _product(splits, lambda split: split.on == today)
    return last, divide_price(_before(price.last_price, price.previous_close, of_today), later)


def divide_price(price: Decimal, factor: Fraction) -> Decimal:
    """The price of one unit where there were `factor` times fewer; to 28 digits where it does not end."""
    if factor == 1:
        return price
    return quotient(price * factor.denominator, Decimal(factor.numerator))


def _before(last: Decimal, close: Decimal, factor: Fraction) -> Decimal:
    """The close before, in units of the split's day. Some sources divide it already: what is nearer to now is right."""
    divided = divide_price(close, factor)
    if factor == 1 or not last or not close:
        return divided
    return min(close, divided, key=lambda one: max(quotient(one, last), quotient(last, one)))


def _product(splits: Sequence[Split], counts: Callable[[Split], bool]) -> Fraction:
    factor = Fraction(1)
    for split in splits:
        if counts(split):
            factor *= split.ratio.value
    return factor
