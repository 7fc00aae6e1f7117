"""Rows of prices of past days, as facts of a receipt: the same ones that the history is made of."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tickfolio.domain.fx import CLOSE_AGE_MAX, pairs_needed
from tickfolio.domain.history import NO_CLOSES
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.reports.receipt import FxFact, Leg, PriceFact, SplitFact
from tickfolio.reports.receipt_evidence import name_of
from tickfolio.reports.receipt_past import PastPrice
from tickfolio.services.manual_prices import SOURCE
from tickfolio.services.performance import Inputs
from tickfolio.storage.database import Tx
from tickfolio.storage.prices import PricePoint

# Whoever asks for more days of an instrument gets all of its closes read at once.
_SINGLE_READS_MAX = 40


class PastPrices:
    """The last close on a day, and its rate, of the instruments of a history; each row is read once."""

    def __init__(self, tx: Tx, inputs: Inputs, today: date) -> None:
        self._tx = tx
        self._inputs = inputs
        self._today = today
        self._pairs = {pair.currency: pair for pair in tx.instruments.on_exchange("ECB")}
        self._latest = tx.prices.latest([*inputs.instruments, *(pair.id for pair in self._pairs.values())])
        self._entered = {
            (row.instrument_id, row.traded_on, row.ratio.value) for row in inputs.rows if row.ratio is not None
        }
        self._told: dict[tuple[str, date], PastPrice | None] = {}
        self._rates: dict[tuple[str, date], FxFact | None] = {}
        self._asked: Counter[str] = Counter()
        self._all: dict[str, tuple[Sequence[date], Sequence[PricePoint]]] = {}

    def find(self, instrument: Instrument, day: date) -> PastPrice | None:
        """The last close on a day, with the splits since it and the rate; None where one of them is not known."""
        told, home = self._close(instrument, day), self._inputs.portfolio.currency
        rate = None if instrument.currency == home else self._rate(instrument.currency, day)
        if told is None or (rate is None and instrument.currency != home):
            return None
        own = self._inputs.splits.get(instrument.id, ())
        splits = [
            SplitFact(
                one.on,
                one.ratio,
                "portfolio" if (instrument.id, one.on, one.ratio.value) in self._entered else "instrument",
                one.is_bonus,
            )
            for one in own
            if told.on < one.on <= day
        ]
        return replace(told, splits=splits, rate=rate)

    def _rate(self, currency: str, day: date) -> FxFact | None:
        """The rate of a day into the portfolio's currency, by the last pairs that are not too old."""
        if (currency, day) not in self._rates:
            home = self._inputs.portfolio.currency
            legs = [self._leg(one, day) for one in pairs_needed(currency, home)]
            known = tuple(leg for leg in legs if leg is not None)
            self._rates[currency, day] = FxFact(currency, home, known) if len(known) == len(legs) else None
        return self._rates[currency, day]

    def _leg(self, currency: str, day: date) -> Leg | None:
        pair = self._pairs.get(currency)
        told = None if pair is None else self._close(pair, day)
        if told is None or day - told.on > CLOSE_AGE_MAX:
            return None
        return Leg(currency, told.price, told.on, told.fact.as_of, told.fact.source)

    def _close(self, instrument: Instrument, day: date) -> PastPrice | None:
        key = (instrument.id, day)
        if key not in self._told:
            self._told[key] = self._as_of_latest(instrument, day) or self._stored(instrument, min(day, self._today))
        return self._told[key]

    def _as_of_latest(self, instrument: Instrument, day: date) -> PastPrice | None:
        """The latest price, where the history has it as that of its day and nothing is newer."""
        latest = self._latest.get(instrument.id)
        days = self._inputs.closes.get(instrument.id, NO_CLOSES)[0]
        if latest is None or latest.currency != instrument.currency or not len(days):
            return None
        on = min(session_day(instrument.exchange, latest.as_of), self._today)
        if not on.toordinal() == int(days[-1]) <= day.toordinal():
            return None
        return PastPrice(name_of(instrument), instrument.currency, latest.last_price, on, _fact_of(latest))

    def _stored(self, instrument: Instrument, day: date) -> PastPrice | None:
        point = self._point(instrument, day)
        if point is None:
            return None
        on = session_day(instrument.exchange, point.timestamp)
        fact = PriceFact(point.source, point.timestamp, point.fetched_at, _status(instrument, point))
        return PastPrice(name_of(instrument), instrument.currency, point.price, on, fact)

    def _point(self, instrument: Instrument, day: date) -> PricePoint | None:
        self._asked[instrument.id] += 1
        if self._asked[instrument.id] <= _SINGLE_READS_MAX:
            return self._tx.closes.close_on(instrument, day)
        if instrument.id not in self._all:
            points = self._tx.prices.closes_before(instrument.id, _soon_after(self._today))
            self._all[instrument.id] = [session_day(instrument.exchange, one.timestamp) for one in points], points
        days, points = self._all[instrument.id]
        at = bisect_right(days, day)
        return points[at - 1] if at else None


def _soon_after(day: date) -> datetime:
    """An instant after the end of a day in every zone."""
    return datetime.combine(day + timedelta(days=2), time(), UTC)


def _fact_of(latest: LatestPrice) -> PriceFact:
    return PriceFact(latest.source, latest.as_of, latest.last_updated_at, latest.status)


def _status(instrument: Instrument, point: PricePoint) -> PriceStatus:
    if point.source == SOURCE:
        return PriceStatus.MANUAL
    if instrument.exchange == "DEMO":
        return PriceStatus.DEMO
    return PriceStatus.NAV if instrument.asset_type is AssetType.MUTUAL_FUND else PriceStatus.CLOSE
