"""Rates of exchange of past days as facts of receipts: the closes of the pairs with the euro, read in one go a pair."""

from collections.abc import Sequence
from datetime import date

from tickfolio.domain.fx import pairs_needed
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import session_day
from tickfolio.reports.receipt import FxFact, Leg
from tickfolio.services.pair_series import PairSeries
from tickfolio.storage.database import Tx


class PairLegs:
    """What one euro cost on a day, with the row that says so: the last close that is not too old to count.

    They are read from the first day that is asked for to `until`. `with_latest`: the latest price counts as the close
    of its day, as it does in a history.
    """

    def __init__(self, tx: Tx, until: date, *, with_latest: bool = False) -> None:
        self._tx = tx
        self._with_latest = with_latest
        self._series = PairSeries(tx, until, self._read)

    def find(self, source: str, target: str, on: date) -> FxFact | None:
        """The rate of a day; None where a pair that it needs is not known, and where none is needed."""
        legs = [self._series.last(currency, on) for currency in pairs_needed(source, target)]
        known = tuple(leg[1] for leg in legs if leg is not None)
        return FxFact(source, target, known) if known and len(known) == len(legs) else None

    def _read(self, pair: Instrument, since: date, end: date) -> tuple[Sequence[date], Sequence[Leg]]:
        points = self._tx.prices.close_points(pair.id, since, end)
        days = [one.timestamp.date() for one in points]
        legs = [Leg(pair.currency, one.price, one.timestamp.date(), one.timestamp, one.source) for one in points]
        latest = self._latest(pair) if self._with_latest else None
        if latest is not None and (not days or latest[0] >= days[-1]):
            days, legs = [*days, latest[0]], [*legs, latest[1]]
        return days, legs

    def _latest(self, pair: Instrument) -> tuple[date, Leg] | None:
        price = self._tx.prices.latest([pair.id]).get(pair.id)
        if price is None or price.currency != pair.currency:
            return None
        day = session_day(pair.exchange, price.as_of)
        return day, Leg(pair.currency, price.last_price, day, price.as_of, price.source)
