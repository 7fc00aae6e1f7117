"""What is stored by day of the currencies' pairs with the euro, read in one go a pair."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from typing import Generic, TypeVar

from tickfolio.domain.fx import CLOSE_AGE_MAX, pair_symbol
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.storage.database import Tx

T = TypeVar("T")

# (pair, first day, last day): the days that have one, oldest first, and what stands at each.
ReadPair = Callable[[Instrument, date, date], tuple[Sequence[date], Sequence[T]]]


class PairSeries(Generic[T]):
    """The closes of each pair, or whatever stands for them.

    A pair is read from the first day that is asked of it to `until`; a day outside makes it read all that there are,
    once.
    """

    def __init__(self, tx: Tx, until: date, read: ReadPair[T]) -> None:
        self._tx = tx
        self._until = until
        self._read = read
        self._pairs: dict[str, Instrument | None] = {}
        self._spans: dict[str, tuple[date, date]] = {}
        self._series: dict[str, tuple[Sequence[date], Sequence[T]]] = {}

    def last(self, currency: str, on: date) -> tuple[date, T] | None:
        """The last of a currency's pair by the end of a day, and its day, unless it is too old to count."""
        if currency not in self._spans:
            self._pairs[currency] = self._tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(currency))
            self._load(currency, on, max(on, self._until))
        first, end = self._spans[currency]
        if not first <= on <= end:
            self._load(currency, date.min, date.max)
        days, values = self._series[currency]
        found = bisect_right(days, on) - 1
        return None if found < 0 or on - days[found] > CLOSE_AGE_MAX else (days[found], values[found])

    def _load(self, currency: str, first: date, end: date) -> None:
        pair = self._pairs[currency]
        since = max(first, date.min + CLOSE_AGE_MAX) - CLOSE_AGE_MAX
        self._series[currency] = self._read(pair, since, end) if pair else ((), ())
        self._spans[currency] = first, end
