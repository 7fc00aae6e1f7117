"""Prices: the last good one of each instrument, a suspect one beside it, and what they were before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select

from tickfolio.domain.money import ZERO
from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.server import Server
from tickfolio.storage.tables import close_blocks, price_history, prices_held, prices_latest
from tickfolio.storage.upsert import insert_or_update

# A day of an exchange may begin 14 hours before that of UTC, and end 12 hours after it.
_ZONE_MAX = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A price that was: `tick` is a 10-minute price, `close` a day's close as traded.

    `source` said so at `fetched_at`; both are None for what was recorded before anybody wrote that down.
    """

    instrument_id: str
    kind: str
    timestamp: datetime
    price: Decimal
    source: str | None = None
    fetched_at: datetime | None = None


class Prices:
    """Reads and writes of prices. They belong to nobody: whoever may see an instrument may see its price."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, ids: Iterable[str], *, to_change: bool = False) -> Mapping[str, LatestPrice]:
        """The last good price of each of these instruments that has one.

        `to_change` makes others who want to change them wait until this transaction ends.
        """
        found = {}
        for part in in_parts(ids):
            query = select(prices_latest).where(prices_latest.c.instrument_id.in_(part))
            for row in self._connection.execute(query.with_for_update() if to_change else query).all():
                found[row.instrument_id] = LatestPrice(**row._asdict() | {"status": PriceStatus(row.status)})
        return found

    def held(self, ids: Iterable[str]) -> Mapping[str, HeldPrice]:
        """The suspect price of each of these instruments that has one waiting."""
        found = {}
        for part in in_parts(ids):
            for row in self._connection.execute(select(prices_held).where(prices_held.c.instrument_id.in_(part))):
                status = None if row.status is None else PriceStatus(row.status)
                found[row.instrument_id] = HeldPrice(**row._asdict() | {"status": status})
        return found

    def record(self, latest: Sequence[LatestPrice]) -> None:
        """Stores these as the prices that we stand behind; what was suspect about them is settled."""
        insert_or_update(self._connection, prices_latest, [values_of(one) for one in latest], ("instrument_id",))
        for part in in_parts(one.instrument_id for one in latest):
            self._connection.execute(delete(prices_held).where(prices_held.c.instrument_id.in_(part)))

    def hold(self, suspects: Sequence[HeldPrice]) -> None:
        """Puts suspect prices beside the good ones, where they wait for a second opinion."""
        insert_or_update(self._connection, prices_held, [values_of(one) for one in suspects], ("instrument_id",))

    def remember(self, points: Sequence[PricePoint]) -> None:
        """Adds to the history; a correction of the same instant overwrites."""
        key = ("instrument_id", "kind", "timestamp")
        insert_or_update(self._connection, price_history, [values_of(one) for one in points], key)
        self._forget_blocks([one for one in points if one.kind == "close"])

    def drop_held(self, instrument_id: str) -> None:
        """Forgets the suspect price of an instrument; the good one stays as it is."""
        self._connection.execute(delete(prices_held).where(prices_held.c.instrument_id == instrument_id))

    def forget_close(self, instrument_id: str, at: datetime) -> bool:
        """Takes a close out of the history; says whether there was one."""
        h = price_history.c
        gone = delete(price_history).where(h.instrument_id == instrument_id, h.kind == "close", h.timestamp == at)
        if self._connection.execute(gone).rowcount == 0:
            return False
        self._forget_blocks([PricePoint(instrument_id, "close", at, ZERO)])
        return True

    def forget_tick(self, instrument_id: str, at: datetime) -> None:
        """Takes a 10-minute price out of the history."""
        h = price_history.c
        gone = delete(price_history).where(h.instrument_id == instrument_id, h.kind == "tick", h.timestamp == at)
        self._connection.execute(gone)

    def forget_latest(self, instrument_id: str) -> None:
        """From now on we stand behind no price of this instrument."""
        self._connection.execute(delete(prices_latest).where(prices_latest.c.instrument_id == instrument_id))

    def history(self, instrument_id: str, *, before: tuple[datetime, str] | None, limit: int) -> Sequence[PricePoint]:
        """Stored prices of one instrument, newest first, those before a given (instant, kind)."""
        h = price_history.c
        query = select(price_history).where(h.instrument_id == instrument_id)
        if before is not None:
            at, kind = before
            query = query.where(or_(h.timestamp < at, and_(h.timestamp == at, h.kind > kind)))
        query = query.order_by(h.timestamp.desc(), h.kind).limit(limit)
        return [PricePoint(**row._asdict()) for row in self._connection.execute(query)]

    def closes_between(self, instrument_id: str, since: date, until: date) -> tuple[Sequence[date], Sequence[Decimal]]:
        """The days, by UTC, of an instrument's closes from one day to another, oldest first, and the closes, exact."""
        h = price_history.c
        query = select(h.timestamp, h.price).where(*_closes_of(instrument_id, since, until))
        found = self._connection.execute(query.order_by(h.timestamp)).all()
        return [at.date() for at, _ in found], [price for _, price in found]

    def close_points(self, instrument_id: str, since: date, until: date) -> Sequence[PricePoint]:
        """The same closes with all that is known of each, for receipts."""
        query = select(price_history).where(*_closes_of(instrument_id, since, until))
        found = self._connection.execute(query.order_by(price_history.c.timestamp))
        return [PricePoint(**row._asdict()) for row in found]

    def newest_closes(self, instrument_id: str, count: int) -> Sequence[PricePoint]:
        """The last closes of an instrument, newest first."""
        h = price_history.c
        query = select(price_history).where(h.instrument_id == instrument_id, h.kind == "close")
        query = query.order_by(h.timestamp.desc()).limit(count)
        return [PricePoint(**row._asdict()) for row in self._connection.execute(query)]

    def days_with_close(self, instrument_id: str) -> set[date]:
        """The days, by UTC, of which a close is stored."""
        h = price_history.c
        query = select(h.timestamp).where(h.instrument_id == instrument_id, h.kind == "close")
        return {timestamp.date() for timestamp in self._connection.execute(query).scalars()}

    def with_ticks_before(self, before: datetime) -> Sequence[str]:
        """The instruments that have 10-minute prices from before an instant."""
        h = price_history.c
        query = select(h.instrument_id).where(h.kind == "tick", h.timestamp < before).distinct()
        return list(self._connection.execute(query).scalars())

    def with_ticks_since(self, since: datetime) -> Sequence[str]:
        """The instruments that have 10-minute prices from an instant on."""
        h = price_history.c
        query = select(h.instrument_id).where(h.kind == "tick", h.timestamp >= since).distinct()
        return list(self._connection.execute(query).scalars())

    def last_ticks_without_close(
        self, instrument_ids: Iterable[str], start: datetime, end: datetime
    ) -> Sequence[PricePoint]:
        """The last 10-minute price before `end` of each of these instruments that has no close since `start`."""
        h, found = price_history.c, []
        last, close = price_history.alias(), price_history.alias()
        for part in in_parts(instrument_ids):
            later = exists().where(last.c.instrument_id == h.instrument_id, last.c.kind == "tick")
            later = later.where(last.c.timestamp > h.timestamp, last.c.timestamp < end)
            closed = exists().where(close.c.instrument_id == h.instrument_id, close.c.kind == "close")
            closed = closed.where(close.c.timestamp >= start, close.c.timestamp < end)
            query = select(price_history).where(h.instrument_id.in_(part), h.kind == "tick", ~later, ~closed)
            rows = self._connection.execute(query.where(h.timestamp >= start, h.timestamp < end))
            found += [PricePoint(**row._asdict()) for row in rows]
        return found

    def ticks_before(self, instrument_id: str, before: datetime) -> Sequence[PricePoint]:
        """An instrument's 10-minute prices before an instant, oldest first."""
        return self._before(instrument_id, "tick", before)

    def closes_before(self, instrument_id: str, before: datetime) -> Sequence[PricePoint]:
        """An instrument's closes before an instant, oldest first."""
        return self._before(instrument_id, "close", before)

    def _before(self, instrument_id: str, kind: str, before: datetime) -> Sequence[PricePoint]:
        h = price_history.c
        query = select(price_history).where(h.instrument_id == instrument_id, h.kind == kind, h.timestamp < before)
        return [PricePoint(**row._asdict()) for row in self._connection.execute(query.order_by(h.timestamp))]

    def forget_ticks(self, instrument_id: str, before: datetime) -> int:
        """Deletes 10-minute prices of an instrument; says how many."""
        h = price_history.c
        gone = delete(price_history).where(h.instrument_id == instrument_id, h.kind == "tick", h.timestamp < before)
        return self._connection.execute(gone).rowcount

    def _forget_blocks(self, closes: Iterable[PricePoint]) -> None:
        """The blocks of years with these closes are no longer right."""
        by_year: dict[int, set[str]] = {}
        for one in closes:
            for year in {(one.timestamp - _ZONE_MAX).year, (one.timestamp + _ZONE_MAX).year}:
                by_year.setdefault(year, set()).add(one.instrument_id)
        if by_year:
            hold_closes(self._connection)
        b = close_blocks.c
        for year, ids in sorted(by_year.items()):
            for part in in_parts(ids):
                self._connection.execute(delete(close_blocks).where(b.year == year, b.instrument_id.in_(part)))


def hold_closes(connection: Connection) -> None:
    """Whoever writes closes or makes blocks of them comes one after the other, so that no block misses a close.

    A writer calls it after it has written and before it forgets the blocks, a maker before it reads.
    """
    Server(connection).raise_version("closes")


def _closes_of(instrument_id: str, since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    h = price_history.c
    begin, end = datetime.combine(since, time.min, UTC), datetime.combine(until, time.max, UTC)
    return h.instrument_id == instrument_id, h.kind == "close", h.timestamp >= begin, h.timestamp <= end
