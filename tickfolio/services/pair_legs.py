"""Rates of exchange of past days as facts of receipts: the closes of the pairs with the euro, read in one go a pair."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from tickfolio.domain.fx import CLOSE_AGE_MAX, pair_symbol, pairs_needed
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_hours import session_day
from tickfolio.reports.receipt import FxFact, Leg
from tickfolio.storage.database import Tx


class PairLegs:
    """What one euro cost on a day, with the row that says so: the last close that is not too old to count.

    A pair is read from the first day that is asked of it to `until`; a day outside makes it read all that there are,
    once. `with_latest`: the latest price counts as the close of its day, as it does in a history.
    """

    def __init__(self, tx: Tx, until: date, *, with_latest: bool = False) -> None:
        self._tx = tx
        self._until = until
        self._with_latest = with_latest
        self._pairs: dict[str, Instrument | None] = {}
        self._spans: dict[str, tuple[date, date]] = {}
        self._legs: dict[str, tuple[Sequence[date], Sequence[Leg]]] = {}

    def find(self, source: str, target: str, on: date) -> FxFact | None:
        """The rate of a day; None where a pair that it needs is not known, and where none is needed."""
        legs = [self._leg(currency, on) for currency in pairs_needed(source, target)]
        known = tuple(leg for leg in legs if leg is not None)
        return FxFact(source, target, known) if known and len(known) == len(legs) else None

    def _leg(self, currency: str, on: date) -> Leg | None:
        if currency not in self._spans:
            self._pairs[currency] = self._tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair_symbol(currency))
            self._load(currency, on, max(on, self._until))
        first, end = self._spans[currency]
        if not first <= on <= end:
            self._load(currency, date.min, date.max)
        days, legs = self._legs[currency]
        found = bisect_right(days, on) - 1
        return None if found < 0 or on - days[found] > CLOSE_AGE_MAX else legs[found]

    def _load(self, currency: str, first: date, end: date) -> None:
        pair = self._pairs[currency]
        since = max(first, date.min + CLOSE_AGE_MAX) - CLOSE_AGE_MAX
        points = self._tx.prices.close_points(pair.id, since, end) if pair else []
        legs = [Leg(currency, one.price, one.timestamp.date(), one.timestamp, one.source) for one in points]
        days = [one.timestamp.date() for one in points]
        latest = self._latest(pair) if pair and self._with_latest else None
        if latest is not None and (not days or latest[0] >= days[-1]):
            days, legs = [*days, latest[0]], [*legs, latest[1]]
        self._legs[currency] = days, legs
        self._spans[currency] = first, end

    def _latest(self, pair: Instrument) -> tuple[date, Leg] | None:
        price = self._tx.prices.latest([pair.id]).get(pair.id)
        if price is None or price.currency != pair.currency:
            return None
        day = session_day(pair.exchange, price.as_of)
        return day, Leg(pair.currency, price.last_price, day, price.as_of, price.source)
