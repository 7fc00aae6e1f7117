"""History: what a portfolio was worth on every day, in arrays of one row an instrument and one column a day.

A daily series may be of floats: they are drawn, not booked. Days are ordinals (`date.toordinal`). A value that is
unknown is NaN. Units and prices are counted in units of the last day: a close is divided by the splits since, and what
was held is multiplied by them, so that a close from before a split never meets units from after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain.fx import CLOSE_AGE_MAX, EURO, pairs_needed
from tickfolio.domain.lots import Book
from tickfolio.domain.money import ZERO, exact
from tickfolio.domain.splits import Split

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Series = tuple[Days, Floats]  # days, oldest first, and a number for each
NO_CLOSES: Series = (np.empty(0, np.int64), np.empty(0))
_HALF = 0.5  # counts are added up as floats


@dataclass(frozen=True, slots=True)
class Track:
    """What is needed to value one instrument of a portfolio through time.

    `closes` are as traded, in the instrument's currency. `held` are the units after each day on which they changed,
    `costs` what they had cost by then, in the portfolio's currency.
    """

    instrument_id: str
    currency: str
    closes: Series
    held: Series
    costs: Series
    splits: Sequence[Split] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Units (of the last day) and prices (of such a unit, in one currency) by instrument and day.

    `days` are all on which anything happened, with the day before the first. `positions` finds an instrument's row.
    `sessions` says on which days anything that was held was priced, a rate of exchange that it needs inside; `rated`
    are the days of those rates by instrument. `invested` is what was held had cost by each day's end, as far as known.
    """

    days: Days
    positions: Mapping[str, int]
    units: Floats
    prices: Floats
    values: Floats
    sessions: NDArray[np.bool_]
    rated: Mapping[str, Days]
    invested: Floats
    factors: Mapping[str, Floats]  # by how many a unit of that day has become, where there were splits
    lookup: Days

    def columns(self, days: Days) -> Days:
        """The columns of days; of a day on which nothing happened, that of the next."""
        found: Days = self.lookup[days - self.days[0]]
        return found

    def column(self, day: date) -> int:
        """The column of a day; of one on which nothing happened, that of the next."""
        return int(self.lookup[day.toordinal() - int(self.days[0])])

    def sessions_of(self, instrument_id: str, closes: Series) -> NDArray[np.bool_]:
        """On which days one instrument was priced."""
        first, last = int(self.days[0]), int(self.days[-1])
        priced = _marked(closes[0], first, last)
        if instrument_id in self.rated:
            priced |= _marked(self.rated[instrument_id], first, last)
        return priced[self.days - first]

    def factor(self, instrument_id: str, column: int) -> float:
        """By how many a unit of that day has become since."""
        factors = self.factors.get(instrument_id)
        return 1.0 if factors is None else float(factors[column])


@exact
def make_track(instrument_id: str, currency: str, book: Book, closes: Series, splits: Sequence[Split] = ()) -> Track:
    """The track of a book's changes.

    Both are summed exactly, so that nothing is left of what was sold off; a cost that is unknown is so until then.
    """
    held, cost = ZERO, ZERO
    known, unknown = True, Decimal("NaN")
    units_after: dict[date, Decimal] = {}
    cost_after: dict[date, Decimal] = {}
    sales = iter(book.sold)
    for piece in book.pieces:  # a value with names for each of them would take twice as long
        if piece is None:
            _, _, on, quantity, _, _, _, home, _, _ = next(sales)
            quantity, home = -quantity, None if home is None else -home
        else:
            _, _, on, quantity, _, home = piece
        held += quantity
        if home is None:
            known = False
        else:
            cost += home
        if not known and not held:
            known, cost = True, ZERO
        units_after[on] = held
        cost_after[on] = cost if known else unknown
    days = np.fromiter(map(date.toordinal, units_after), np.int64, len(units_after))
    units, costs = (np.fromiter(map(float, one.values()), np.float64, len(days)) for one in (units_after, cost_after))
    return Track(instrument_id, currency, closes, (days, units), (days, costs), splits)


def make_history(
    tracks: Sequence[Track], pairs: Mapping[str, Series], currency: str, until: date, more_days: Days
) -> History:
    """The history of these instruments in `currency`, up to a day.

    `pairs` are the closes of currency pairs with the euro by currency. `more_days` are days of other events.
    """
    changing = {code: _rate_days(code, currency, pairs) for code in {track.currency for track in tracks}}
    rated = {track.instrument_id: changing[track.currency] for track in tracks if track.currency != currency}
    days, lookup, sessions = _all_days(tracks, rated, more_days, until.toordinal())
    positions = {track.instrument_id: number for number, track in enumerate(tracks)}
    split = [track for track in tracks if track.splits]
    factors = {track.instrument_id: _grown(track.splits, days, until) for track in split}
    units = _steps([_in_last_units(t, t.held, until, divide=False) for t in tracks], days, lookup, 0.0)
    prices = _steps([_in_last_units(t, t.closes, until, divide=True) for t in tracks], days, lookup, np.nan)
    rates = {code: rate_series(code, currency, pairs, days) for code in {track.currency for track in tracks}}
    for number, track in enumerate(tracks):
        if track.currency != currency:
            prices[number] *= rates[track.currency]
    values = units * prices
    values[units == 0] = 0.0
    invested = _invested(tracks, days, lookup)
    return History(days, positions, units, prices, values, sessions, rated, invested, factors, lookup)


def rate_series(source: str, target: str, pairs: Mapping[str, Series], days: Days) -> Floats:
    """What one unit of `source` cost in `target` on each day: by the last rate, NaN when it is over ten days old."""
    rates = np.ones(len(days))
    for code in pairs_needed(source, target):
        cost = last_known(pairs.get(code, NO_CLOSES), days, CLOSE_AGE_MAX.days)
        rates = rates / cost if code == source and source != EURO else rates * cost
    return rates


def last_known(series: Series, days: Days, days_old_max: int | None = None) -> Floats:
    """The last close on or before each day; NaN before the first, and when it is older than so many days."""
    on, closes = series
    if not len(on):
        return np.full(len(days), np.nan)
    found = np.searchsorted(on, days, side="right") - 1
    values = np.where(found >= 0, closes[found], np.nan)
    if days_old_max is not None:
        values = np.where(days - on[found] <= days_old_max, values, np.nan)
    return values


def _in_last_units(track: Track, series: Series, until: date, *, divide: bool) -> Series:
    on, numbers = series
    if not track.splits:
        return series
    factor = _grown(track.splits, on, until)
    return on, numbers / factor if divide else numbers * factor


def _grown(splits: Sequence[Split], days: Days, until: date) -> Floats:
    """By how many a unit of each day has become by the last one."""
    factors = np.ones(len(days))
    for split in splits:
        if split.on <= until:
            factors[days < split.on.toordinal()] *= float(split.ratio.value)
    return factors


def _rate_days(source: str, target: str, pairs: Mapping[str, Series]) -> Days:
    """The days on which the rate between two currencies may have changed."""
    return np.unique(
        np.concatenate([NO_CLOSES[0], *(pairs[code][0] for code in pairs_needed(source, target) if code in pairs)])
    )


def _all_days(
    tracks: Sequence[Track], rated: Mapping[str, Days], more_days: Days, until: int
) -> tuple[Days, Days, NDArray[np.bool_]]:
    """All days of the history, for each calendar day the column that it or the next of them has, and the sessions."""
    events = np.concatenate([more_days, *(track.held[0] for track in tracks)])
    events = events[events <= until]
    first = int(events.min(initial=until)) - 1
    priced = np.zeros(until - first + 1, dtype=bool)
    shared: dict[int, NDArray[np.bool_]] = {}  # by whose days they are, as in `_steps`
    for track in tracks:
        for on in (track.closes[0], rated.get(track.instrument_id, NO_CLOSES[0])):
            if id(on) not in shared:
                shared[id(on)] = _marked(on, first, until)
            for begin, end in _stretches(track, until):
                held = slice(begin - first, end - first + 1)
                priced[held] |= shared[id(on)][held]
    marked = priced.copy()
    marked[events - first] = True
    marked[[0, -1]] = True
    days = np.flatnonzero(marked)
    return days + first, np.cumsum(marked) - marked, priced[days]


def _stretches(track: Track, until: int) -> Iterable[tuple[int, int]]:
    """From when to when units were held, both days inside."""
    on, units = track.held
    if units.all():
        return [(int(on[0]), until)] if len(on) and on[0] <= until else []
    held = (units != 0).astype(np.int8)
    edges = on[np.flatnonzero(np.diff(held, prepend=0))].tolist()
    edges = [day for day in edges if day <= until]
    return zip(edges[::2], [*edges[1::2], until], strict=False)


def _marked(on: Days, first: int, last: int) -> NDArray[np.bool_]:
    """Of each calendar day from the first to the last, whether it is one of these, which rise."""
    marks = np.zeros(last - first + 1, dtype=bool)
    marks[on[on.searchsorted(first) : on.searchsorted(last, side="right")] - first] = True
    return marks


def _invested(tracks: Sequence[Track], days: Days, lookup: Days) -> Floats:
    """What was held had cost by each day's end: the sum of what is known, and unknown where none of it is."""
    counts = np.array([len(track.costs[0]) for track in tracks], dtype=np.int64)
    on = np.concatenate([NO_CLOSES[0], *(track.costs[0] for track in tracks)])
    costs = np.concatenate([NO_CLOSES[1], *(track.costs[1] for track in tracks)])
    units = np.concatenate([NO_CLOSES[1], *(track.held[1] for track in tracks)])
    starts = (np.cumsum(counts) - counts)[counts > 0]
    kept = on <= days[-1]
    columns = lookup[on[kept] - days[0]]

    def total(after: Floats) -> Floats:
        """The sum over all instruments, of each what it came to by its last change."""
        added = np.diff(after, prepend=0.0)
        added[starts] = after[starts]
        return np.cumsum(np.bincount(columns, added[kept], minlength=len(days)), dtype=np.float64)

    invested = total(np.nan_to_num(costs))
    held, known = total((units != 0) * 1.0), total((units != 0) * 1.0 - np.isnan(costs))
    invested[(held > _HALF) & (known < _HALF)] = np.nan
    return invested


def _steps(series: Sequence[Series], days: Days, lookup: Days, before: float) -> Floats:
    """A row for each series: its last number on each day, and `before` ahead of the first."""
    steps = np.full((len(series), len(days)), before)
    # By whose days they are: most instruments are traded on the same ones, and these are one array.
    shared: dict[int, tuple[int, Days]] = {}
    for row, (on, numbers) in zip(steps, series, strict=True):
        if id(on) not in shared:
            shared[id(on)] = _lasts(on, days, lookup)
        start, lasts = shared[id(on)]
        row[start:] = numbers[lasts]
    return steps


def _lasts(on: Days, days: Days, lookup: Days) -> tuple[int, Days]:
    """The column in which a series begins, and from there on for each column the place of its last number."""
    # What is older than the first day holds from the first day on: of several the last one counts.
    begin = max(int(on.searchsorted(days[0], side="right")) - 1, 0)
    end = int(on.searchsorted(days[-1], side="right"))
    if begin >= end:
        return len(days), np.empty(0, np.int64)
    columns = lookup[np.maximum(on[begin:end] - days[0], 0)]
    counts = np.empty_like(columns)
    counts[:-1], counts[-1] = columns[1:] - columns[:-1], len(days) - columns[-1]
    return int(columns[0]), np.arange(begin, end).repeat(counts)
