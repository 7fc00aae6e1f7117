"""Closes of many years at once, for what is drawn and measured; in blocks of one instrument and one year.

A block is made from the price history and forgotten in the transaction that writes a close of its year (`Prices`), so
that it is never wrong; what has no block is read row by row. A block is one byte that names the format, the days of
the year (uint16, 1 is 1 January) and their closes (float64), all little-endian.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, LargeBinary, Text, func, literal, select, type_coerce, union_all

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import session_day, start_of_day
from tickfolio.storage.columns import UtcInstant
from tickfolio.storage.parts import in_parts
from tickfolio.storage.prices import PricePoint, hold_closes
from tickfolio.storage.tables import close_blocks, instruments, price_history
from tickfolio.storage.upsert import insert_or_update

Series = tuple[NDArray[np.int64], NDArray[np.float64]]
Years = tuple[int, int]  # the first and the last

_FORMAT = b"\x01"
_DAY, _CLOSE = np.dtype("<u2"), np.dtype("<f8")
_START, _DAY_SIZE, _ENTRY_SIZE = len(_FORMAT), _DAY.itemsize, _DAY.itemsize + _CLOSE.itemsize
_INSTANT = UtcInstant()


class Closes:
    """Reads of closes, and the blocks that make them fast. They belong to nobody, as prices do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, exchanges: Mapping[str, str], since: date, until: date) -> Mapping[str, Series]:
        """The closes of these instruments from `since` to `until`: their days as ordinals, rising, and the prices.

        `exchanges` are the instruments' by id: a close belongs to the day of its exchange, and the last one of a day
        counts. As traded, in the instrument's currency; rounded to 15 digits, so never to be booked.
        """
        pieces: dict[str, list[Series]] = {key: [] for key in exchanges}
        blocked: dict[str, Sequence[int]] = dict.fromkeys(exchanges, ())
        for key, years, closes in _unpack(self._blocks(exchanges, (since.year, until.year))):
            pieces[key].append(closes)
            blocked[key] = years
        bare = {key: _gaps(years, since.year, until.year) for key, years in blocked.items()}
        for key, found in self._rows(exchanges, bare).items():
            pieces[key].append(_series(found))
        return {key: _cut(_join(own), since, until) for key, own in pieces.items()}

    def close_on(self, instrument: Instrument, day: date) -> PricePoint | None:
        """The last close on or before a day of the instrument's exchange: exact, with its source, for receipts."""
        # Noon by UTC lies in the same day everywhere that an exchange is.
        end = start_of_day(instrument.exchange, datetime.combine(day + timedelta(days=1), time(12), UTC))
        h = price_history.c
        query = select(price_history).where(h.instrument_id == instrument.id, h.kind == "close", h.timestamp < end)
        row = self._connection.execute(query.order_by(h.timestamp.desc()).limit(1)).one_or_none()
        return PricePoint(**row._asdict()) if row else None

    def of_days(self, instrument: Instrument, since: date, until: date) -> Sequence[tuple[date, PricePoint]]:
        """Each day of its exchange with its close, the last one of the day, oldest first: exact, with its source."""
        h = price_history.c
        query = select(price_history).where(h.instrument_id == instrument.id, h.kind == "close")
        rows = self._connection.execute(query.where(*_between((since.year, until.year))).order_by(h.timestamp))
        found = {session_day(instrument.exchange, row.timestamp): row for row in rows}
        return [(day, PricePoint(**row._asdict())) for day, row in found.items() if since <= day <= until]

    def years_without_block(self) -> Mapping[str, Sequence[int]]:
        """By instrument, the years from its first close to its last that are still to be made a block of."""
        h, key = price_history.c, instruments.c.id
        first, last = (
            select(end(h.timestamp)).where(h.instrument_id == key, h.kind == "close").scalar_subquery()
            for end in (func.min, func.max)
        )
        spans = self._connection.execute(select(key, first, last).order_by(key))
        b = close_blocks.c
        known = func.substr(b.body, 1, 1) == literal(_FORMAT, LargeBinary())
        made = {(row.instrument_id, row.year) for row in self._connection.execute(_block_keys().where(known))}
        lacking = {
            key: [year for year in range(begin.year, end.year + 1) if (key, year) not in made]
            for key, begin, end in spans
            if begin is not None
        }
        return {key: years for key, years in lacking.items() if years}

    def make_blocks(self, exchanges: Mapping[str, str], years: Mapping[str, Sequence[int]]) -> int:
        """Makes blocks of these years of these instruments; says how many. A year without a close gets an empty one."""
        hold_closes(self._connection)
        found = self._rows(exchanges, {key: _runs(own) for key, own in years.items()})
        rows = [
            {"instrument_id": key, "year": year, "body": _pack(year, found.get(key, {}))}
            for key, own in years.items()
            for year in own
        ]
        insert_or_update(self._connection, close_blocks, rows, ("instrument_id", "year"))
        return len(rows)

    def _blocks(self, ids: Iterable[str], years: Years) -> Iterable[Any]:
        b = close_blocks.c
        for part in in_parts(ids):
            query = select(close_blocks).where(b.instrument_id.in_(part), b.year.between(*years))
            yield from self._connection.execute(query.order_by(b.instrument_id, b.year)).all()

    def _rows(
        self, exchanges: Mapping[str, str], wanted: Mapping[str, Sequence[Years]]
    ) -> Mapping[str, dict[int, float]]:
        """The closes of these years as they are stored, by instrument and ordinal of the day."""
        find_day = _day_finder(lambda raw: _INSTANT.process_result_value(raw, self._connection.dialect))
        found: dict[str, dict[int, float]] = {}
        for part in in_parts(key for key, spans in wanted.items() if spans):
            for key, raw, price in self._connection.execute(_raw(part, wanted)):
                day, year = find_day(exchanges[key], raw)
                if any(first <= year <= last for first, last in wanted[key]):
                    found.setdefault(key, {})[day] = float(price)
        return found


def _raw(ids: Iterable[str], wanted: Mapping[str, Sequence[Years]]) -> Any:
    """Plain rows, as the driver gives them: to make values of a million of them would take seconds."""
    h = price_history.c
    together: dict[Years, list[str]] = {}
    for key in ids:
        for span in wanted[key]:
            together.setdefault(span, []).append(key)
    # One SELECT a span, since out of a single one with OR both databases would read every close there is.
    plain = select(h.instrument_id, type_coerce(h.timestamp, Text()).label("at"), type_coerce(h.price, Text()))
    plain = plain.where(h.kind == "close")
    spans = [plain.where(h.instrument_id.in_(own), *_between(span)) for span, own in together.items()]
    return union_all(*spans).order_by("instrument_id", "at")


def _between(years: Years) -> Iterable[Any]:
    """Every instant of these years in any zone; the ends of the calendar stay open."""
    first, last = years
    stamp = price_history.c.timestamp
    if first > date.min.year:
        yield stamp >= datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=1)
    if last < date.max.year:
        yield stamp < datetime(last + 1, 1, 1, tzinfo=UTC) + timedelta(days=1)


def _day_finder(read: Callable[[Any], datetime | None]) -> Callable[[str, Any], tuple[int, int]]:
    """From an exchange and a raw timestamp to its day and year; most closes of an exchange share their instants."""
    known: dict[tuple[str, Any], tuple[int, int]] = {}

    def find(exchange: str, raw: Any) -> tuple[int, int]:
        key = (exchange, raw)
        found = known.get(key)
        if found is None:
            instant = read(raw)
            assert instant is not None, "the column is never empty"  # noqa: S101  # our own mistake, never a caller's
            day = session_day(exchange, instant)
            found = known[key] = day.toordinal(), day.year
        return found

    return find


def _gaps(years: Sequence[int], first: int, last: int) -> list[Years]:
    """What is left of first to last without these years, which rise."""
    edges = [first - 1, *years, last + 1]
    return [(a + 1, b - 1) for a, b in pairwise(edges) if b - a > 1]


def _runs(years: Sequence[int]) -> list[Years]:
    """These years, which rise, with neighbours together."""
    runs: list[Years] = []
    for year in years:
        if runs and runs[-1][1] == year - 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def _pack(year: int, closes: Mapping[int, float]) -> bytes:
    start, end = _day_before(year), _day_before(year + 1)
    days = sorted(day for day in closes if start < day <= end)
    of_year = np.array([day - start for day in days], _DAY)
    return _FORMAT + of_year.tobytes() + np.array([closes[day] for day in days], _CLOSE).tobytes()


def _unpack(blocks: Iterable[Any]) -> Iterable[tuple[str, Sequence[int], Series]]:
    """Of each instrument that has blocks, which are in order by instrument and year: their years and the series.

    A block of another format is left out: its year is read row by row. Most instruments of an exchange are traded on
    the same days: these are reckoned once, and kept in memory once.
    """
    known: dict[tuple[tuple[int, ...], tuple[bytes, ...]], NDArray[np.int64]] = {}
    for key, own in groupby(blocks, itemgetter(0)):
        years, of_year, prices = [], [], []
        for _, year, body in own:
            if body.startswith(_FORMAT):
                edge = _START + (len(body) - _START) // _ENTRY_SIZE * _DAY_SIZE
                years.append(year)
                of_year.append(body[_START:edge])
                prices.append(body[edge:])
        told = (tuple(years), tuple(of_year))
        days = known.get(told)
        if days is None:
            days = known[told] = _days(*told)
        yield key, years, (days, np.frombuffer(b"".join(prices), _CLOSE))


def _days(years: Sequence[int], of_year: Sequence[bytes]) -> NDArray[np.int64]:
    """Ordinals of days from the days of each of these years."""
    starts = np.array([_day_before(year) for year in years], np.int64)
    counts = np.array([len(days) // _DAY_SIZE for days in of_year], np.int64)
    days = np.frombuffer(b"".join(of_year), _DAY).astype(np.int64) + np.repeat(starts, counts)
    days.setflags(write=False)  # it belongs to several
    return days


def _day_before(year: int) -> int:
    """The ordinal of the last day before a year."""
    return date(year, 1, 1).toordinal() - 1


def _series(closes: Mapping[int, float]) -> Series:
    return np.fromiter(closes.keys(), np.int64, len(closes)), np.fromiter(closes.values(), np.float64, len(closes))


def _join(pieces: Sequence[Series]) -> Series:
    """The pieces in one, by day; no two of them have the same day."""
    if not pieces:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    if len(pieces) == 1:
        return pieces[0]
    days = np.concatenate([days for days, _ in pieces])
    closes = np.concatenate([closes for _, closes in pieces])
    if np.any(days[1:] < days[:-1]):
        order = np.argsort(days)
        return days[order], closes[order]
    return days, closes


def _cut(series: Series, since: date, until: date) -> Series:
    days, closes = series
    start, end = days.searchsorted(since.toordinal()), days.searchsorted(until.toordinal(), side="right")
    if end - start == len(days):  # then the days stay the array that several instruments share
        return series
    return days[start:end], closes[start:end]


def _block_keys() -> Any:
    return select(close_blocks.c.instrument_id, close_blocks.c.year)
