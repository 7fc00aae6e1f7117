"""What a suspect price is judged beside: what other sources said, what a person rejected, which splits are recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.domain.splits import Split, units_after

_AGREEMENT = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of one instrument beside its last good price.

    `words` are the newest suspect price of each source, `dismissed` those that a person has rejected. `order` are the
    sources as they are asked, the first one first: of two prices of one instant its own counts. A source that is not
    in it comes after all that are, by its name.
    """

    words: Sequence[HeldPrice] = ()
    dismissed: Sequence[HeldPrice] = ()
    splits: Sequence[Split] = ()
    order: Sequence[str] = ()
    calendar: Calendar = SHIPPED

    def place(self, source: str) -> tuple[int, str]:
        """Where a source stands; the least is the first."""
        return place_of(source, self.order)

    def with_held(self, held: HeldPrice | None) -> Sequence[HeldPrice]:
        """Every source's suspect price; of that which is held back, more is known."""
        if held is None:
            return self.words
        return [*(one for one in self.words if one.source != held.source), held]


ALONE = Beside()


def place_of(source: str, order: Sequence[str]) -> tuple[int, str]:
    """Where a source stands in the order in which they are asked."""
    return (order.index(source) if source in order else len(order), source)


def outdoes(word: HeldPrice, last: LatestPrice | None, order: Sequence[str]) -> bool:
    """Whether a price would count in place of the last good one: it is newer, or of a source that is asked first."""
    if last is None or word.as_of != last.as_of:
        return last is None or word.as_of > last.as_of
    return place_of(word.source, order) < place_of(last.source, order)


def newest_last(words: Iterable[HeldPrice], order: Sequence[str]) -> list[HeldPrice]:
    """By age; of one instant, that of the source which is asked first comes last."""
    by_place = sorted(words, key=lambda one: place_of(one.source, order), reverse=True)
    return sorted(by_place, key=lambda one: one.as_of)


def agree(word: HeldPrice, other: HeldPrice) -> bool:
    """Whether two say the same within 2 %: two sources, or one of them in two runs."""
    return (word.source != other.source or word.run_id != other.run_id) and is_near(word, other)


def is_near(word: HeldPrice, other: HeldPrice) -> bool:
    """Whether a price is another one within 2 %."""
    return word.currency == other.currency and abs(word.price - other.price) <= _AGREEMENT * other.price


def to_units_of(word: HeldPrice, last: LatestPrice, exchange: str, splits: Sequence[Split]) -> tuple[Decimal, Decimal]:
    """The new price and the last one, both multiplied so that they are of the same units: splits since are undone."""
    if not splits:
        return word.price, last.last_price
    factor = units_after(splits, _day(exchange, last), _day(exchange, word))
    return word.price * factor.numerator, last.last_price * factor.denominator


def _day(exchange: str, price: HeldPrice | LatestPrice) -> date:
    return session_day(exchange, price.as_of)
