"""The closes of one instrument, day by day: as they were traded, and in units of now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.money import exact
from tickfolio.domain.split_prices import divide_price
from tickfolio.domain.splits import Split, count_once
from tickfolio.storage.database import Tx
from tickfolio.storage.prices import PricePoint


@dataclass(frozen=True, slots=True)
class DayClose:
    """A day's close of one unit in the instrument's currency; `adjusted` is that of a unit of now, to 28 digits."""

    on: date
    close: Decimal
    adjusted: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many closes in a row that one source told; None for what was recorded before anybody wrote that down."""

    source: str | None
    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class PastCloses:
    """Closes oldest first, the stretches of their sources in the same order, and the splits that `adjusted` counts."""

    instrument: Instrument
    closes: Sequence[DayClose]
    sources: Sequence[Stretch]
    splits: Sequence[Split]


def load_closes(tx: Tx, owner_id: str, instrument_id: str, since: date, until: date) -> PastCloses:
    """The closes of an instrument from one day to another. Raises: NotFound, also when it is somebody else's.

    The splits are those that the instrument declared and those that stand in the owner's own ledgers.
    """
    instrument = tx.instruments.load(owner_id, instrument_id)
    told = tx.closes.of_days(instrument, since, until)
    splits = _splits(tx, owner_id, instrument.id)
    return PastCloses(instrument, _adjust(told, splits), _stretches(told), splits)


def _splits(tx: Tx, owner_id: str, instrument_id: str) -> Sequence[Split]:
    portfolio_ids = [one.id for one in tx.portfolios.page(owner_id, after=None, limit=None)]
    entered = [
        Split(row.instrument_id, row.traded_on, row.ratio, row.type is TransactionType.BONUS)
        for row in tx.ledgers.split_rows(owner_id, portfolio_ids)
        if row.instrument_id == instrument_id and row.ratio is not None
    ]
    return count_once([*entered, *tx.corporate_actions.splits([instrument_id])])


@exact
def _adjust(told: Sequence[tuple[date, PricePoint]], splits: Sequence[Split]) -> Sequence[DayClose]:
    """From the newest on back, since every split that is passed counts for all days before it."""
    adjusted, later, factor = [], list(splits), Fraction(1)
    for day, point in reversed(told):
        while later and later[-1].on > day:
            factor *= later.pop().ratio.value
        adjusted.append(DayClose(day, point.price, divide_price(point.price, factor)))
    return adjusted[::-1]


def _stretches(told: Sequence[tuple[date, PricePoint]]) -> Sequence[Stretch]:
    stretches = []
    for source, group in groupby(told, key=lambda one: one[1].source):
        days = [day for day, _ in group]
        stretches.append(Stretch(source, days[0], days[-1], len(days)))
    return stretches
