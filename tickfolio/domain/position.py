"""A position: a holding with what it takes to value it, and the price and rate that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import Holding
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.money import ZERO, convert
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.domain.split_prices import in_units_of_now
from tickfolio.domain.splits import Split


@dataclass(frozen=True, slots=True)
class Position:
    """A holding with what it takes to value it.

    `held` is a suspect price that waits beside `price`. `trades` are at least those of the day of `price`, in the
    zone of the instrument's exchange, and later. `splits` are all that hold for the instrument in its portfolio.
    `provisional`: something seems to have happened that would change what is held, and nobody has settled it.
    """

    holding: Holding
    instrument: Instrument
    price: LatestPrice | None
    held: HeldPrice | None
    trades: Sequence[Transaction]
    splits: Sequence[Split] = ()
    cash_tracked: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A position with the price that counts, in units of now, the rate into the portfolio's currency, and the value."""

    position: Position
    price: LatestPrice | None
    last: Decimal | None
    previous: Decimal | None
    fx_rate: Decimal | None
    value: Decimal | None


def quote_position(position: Position, rates: Rates, currency: str) -> Quote:
    """The price, rate and value of a position. Call it where arithmetic is exact."""
    quantity, price = position.holding.quantity, position.price
    fx_rate = rates.rate(position.instrument.currency, currency)
    if price is not None and price.currency != position.instrument.currency:
        price = None
    last = previous = None
    if price is not None:
        last, previous = in_units_of_now(price, position.instrument.exchange, position.splits)
    if not quantity:
        return Quote(position, price, last, previous, fx_rate, ZERO)
    value = None if last is None else convert(quantity * last, fx_rate)
    return Quote(position, price, last, previous, fx_rate, value)
