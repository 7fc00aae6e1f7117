"""Prices by hand, of what no source prices: a flat, a private loan, a pension plan that sends a letter a year.

An address of one's own may price it beside: of a day the price by hand counts, and of all the newest.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from tickfolio.cache.events import Event
from tickfolio.domain.errors import NotFound, NotPricedByHand
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.services.changes import check_day
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.prices import PricePoint

SOURCE = "manual"
_OF_A_MOMENT = frozenset({PriceStatus.LIVE, PriceStatus.DELAYED})


def set_price(tx: Tx, world: World, owner_id: str, instrument_id: str, day: date, price: Decimal) -> PricePoint:
    """The close of a day, new or instead of the one before, in the instrument's currency; it may jump.

    Raises: NotFound; NotPricedByHand for what a source prices; InvalidInput for a day that cannot be.
    """
    instrument = _load(tx, owner_id, instrument_id)
    check_day(day, "date", world)
    point = PricePoint(instrument.id, "close", _noon(day), price, SOURCE, world.now())
    _forget_closes(tx, instrument, day)
    tx.prices.remember([point])
    _follow(tx, world, owner_id, instrument)
    return point


def remove_price(tx: Tx, world: World, owner_id: str, instrument_id: str, day: date) -> None:
    """Takes a day's price back; the one before it counts again, where there is one.

    Raises: NotFound, also when the day has no price; NotPricedByHand.
    """
    instrument = _load(tx, owner_id, instrument_id)
    if not _forget_closes(tx, instrument, day):
        raise NotFound("price")
    _follow(tx, world, owner_id, instrument)


def _load(tx: Tx, owner_id: str, instrument_id: str) -> Instrument:
    instrument = tx.instruments.load(owner_id, instrument_id)
    if instrument.exchange != "MANUAL":
        raise NotPricedByHand(
            f"{instrument.symbol} on {instrument.exchange} is priced by a source; only your own on MANUAL are by hand."
        )
    return instrument


def _noon(day: date) -> datetime:
    """No zone that matters has another day at this instant."""
    return datetime.combine(day, time(12), UTC)


def _forget_closes(tx: Tx, instrument: Instrument, day: date) -> bool:
    """Takes a day's close out, be it by hand or of an address of one's own; says whether there was one."""
    points = tx.prices.close_points(instrument.id, day, day)
    for point in points:
        tx.prices.forget_close(instrument.id, point.timestamp)
    return bool(points)


def _follow(tx: Tx, world: World, owner_id: str, instrument: Instrument) -> None:
    """The newest close is the price that we stand behind, unless a later day has a price; none is left, none is."""
    known = tx.prices.latest([instrument.id]).get(instrument.id)
    closes = tx.prices.newest_closes(instrument.id, 2)
    newest_on = closes[0].timestamp.date() if closes else date.min
    if known is None or known.status not in _OF_A_MOMENT or known.as_of.date() <= newest_on:
        if closes:
            _stand_behind(tx, world, instrument, closes)
        else:
            tx.prices.forget_latest(instrument.id)
    version = tx.server.raise_version("prices")
    # Nobody else can see the instrument, so nobody else's pages are told.
    tx.after_commit(lambda: world.publish(Event("prices.updated", owner_id, {"version": str(version)})))


def _stand_behind(tx: Tx, world: World, instrument: Instrument, closes: Sequence[PricePoint]) -> None:
    """The newest of these closes counts. A price by hand settles what is doubtful beside it, a source's does not."""
    newest = closes[0]
    source = newest.source or SOURCE
    latest = LatestPrice(
        instrument_id=instrument.id,
        last_price=newest.price,
        previous_close=closes[1].price if len(closes) > 1 else None,
        currency=instrument.currency,
        as_of=newest.timestamp,
        source=source,
        status=PriceStatus.MANUAL if source == SOURCE else PriceStatus.CLOSE,
        last_updated_at=newest.fetched_at or world.now(),
    )
    held = [] if source == SOURCE else list(tx.prices.held([instrument.id]).values())
    tx.prices.record([latest])
    tx.prices.hold(held)
