"""What is wrong with the data behind a value, so that each thing of it can be mended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tickfolio.domain.gate_reasons import GateReason
from tickfolio.domain.history_gaps import HistoryGap, find_gaps, first_close_since, with_day
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.likeness import Likeness, find_likeness
from tickfolio.domain.market_hours import session_day, stale_at
from tickfolio.domain.money import ZERO, exact, percent, quotient
from tickfolio.domain.prices import HeldPrice
from tickfolio.domain.valuation import Gap, HoldingValue, PortfolioValue
from tickfolio.reports.summary import Timing, ValuedPortfolio
from tickfolio.services.changes import today_at
from tickfolio.services.held_prices import may_settle
from tickfolio.services.refresh import HAND, SLOT
from tickfolio.services.source_failures import load_failures
from tickfolio.services.summaries import load_timing, value_all, value_of
from tickfolio.services.verdicts import load_refusals
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.refreshes import RefreshRow
from tickfolio.storage.source_failures import SourceFailure
from tickfolio.storage.verdicts import VerdictRow

# A close from before the first day held tells its value; no market is closed for longer.
_EARLIER = timedelta(days=14)
_NO_HISTORY = frozenset({"MANUAL", "CASH"})


@dataclass(frozen=True, slots=True)
class Item:
    """A holding that something is to be said of."""

    holding_id: str
    portfolio_id: str
    value: HoldingValue


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A suspect price waits beside the last good one. `ratio` is held ÷ last good, in units of now."""

    item: Item
    held: HeldPrice
    ratio: Decimal | None
    likeness: Likeness | None
    may_settle: bool


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """What a source says now is rejected. `may_accept` what a person has rejected, who changes their mind."""

    item: Item
    verdict: VerdictRow
    may_accept: bool


@dataclass(frozen=True, slots=True)
class StaleItem:
    """The price counts as old since `stale_at`."""

    item: Item
    stale_at: datetime


@dataclass(frozen=True, slots=True)
class IncompleteItem:
    """The value or the cost is unknown, and what would mend it."""

    item: Item
    gap: Gap


@dataclass(frozen=True, slots=True)
class MissingHistoryItem:
    """Closes are missing since the first day held."""

    item: Item
    since: date
    first_close_on: date | None
    gaps: Sequence[HistoryGap]


@dataclass(frozen=True, slots=True)
class DataHealth:
    """How much of the value, in `currency`, stands at a fresh price, and what is to be mended.

    A holding is in at most one of `held`, `stale` and `unpriced`, and in `refused` for each source; `without_cost` lack
    a cost and nothing else. `failures` say by instrument what the sources of an old or a missing price gave instead.
    """

    currency: str
    value: Decimal | None
    fresh_value: Decimal | None
    fresh_pct: Decimal | None
    held: Sequence[HeldItem]
    refused: Sequence[RefusedItem]
    stale: Sequence[StaleItem]
    unpriced: Sequence[IncompleteItem]
    without_cost: Sequence[IncompleteItem]
    missing_history: Sequence[MissingHistoryItem]
    last_run: RefreshRow | None
    timing: Timing
    failures: Mapping[str, Sequence[SourceFailure]]


def load_health(tx: Tx, world: World, user: User, portfolio_id: str, interval_minutes: int) -> DataHealth:
    """The health of one portfolio's data, in its currency. `tx` must read one moment. Raises: NotFound."""
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    valued = value_of(tx, portfolio)
    timing = load_timing(tx, interval_minutes, portfolio.created_at)
    return _examine(tx, world, user, valued.value, [valued], timing)


def load_health_of_all(tx: Tx, world: World, user: User, interval_minutes: int) -> DataHealth:
    """The same of all of a person's portfolios, in the base currency."""
    whole, parts = value_all(tx, user)
    return _examine(tx, world, user, whole, parts, load_timing(tx, interval_minutes, user.created_at))


def _examine(
    tx: Tx, world: World, user: User, whole: PortfolioValue, parts: Sequence[ValuedPortfolio], timing: Timing
) -> DataHealth:
    items = [_item(part, value) for part in parts for value in part.value.holdings]
    held = _held(tx, user, items)
    waiting = {one.item.holding_id for one in held}
    stale = _stale((item for item in items if item.holding_id not in waiting), timing, world.now())
    suspect = waiting | {one.item.holding_id for one in stale}
    fresh = None
    if whole.current_value is not None:
        values = (item.value.current_value for item in items if item.holding_id not in suspect)
        fresh = _total(value for value in values if value is not None)
    incomplete = [one for part in parts for one in _incomplete(part)]
    unknown = [one for one in incomplete if one.item.value.current_value is None]
    return DataHealth(
        currency=whole.currency,
        value=whole.current_value,
        fresh_value=fresh,
        fresh_pct=None if fresh is None else percent(fresh, whole.current_value),
        held=held,
        refused=_refused(tx, user, items),
        stale=stale,
        unpriced=unknown,
        without_cost=[one for one in incomplete if one.item.value.current_value is not None],
        missing_history=_missing_history(tx, world, user, items),
        last_run=tx.refreshes.last((SLOT, HAND), finished=True),
        timing=timing,
        failures=load_failures(tx, [one.item.value.instrument.id for some in (stale, unknown) for one in some]),
    )


def _item(part: ValuedPortfolio, value: HoldingValue) -> Item:
    return Item(part.holding_ids[value.instrument.id], part.id, value)


def _held(tx: Tx, user: User, items: Sequence[Item]) -> list[HeldItem]:
    suspects = tx.prices.held({item.value.instrument.id for item in items})
    found = []
    for item in items:
        suspect, last = suspects.get(item.value.instrument.id), item.value.last_price
        if suspect is None or item.value.current_value is None:
            continue
        ratio = quotient(suspect.price, last) if last else None
        likeness = find_likeness(suspect.price, last) if last else None
        found.append(HeldItem(item, suspect, ratio, likeness, may_settle(user, item.value.instrument)))
    return found


def _refused(tx: Tx, user: User, items: Sequence[Item]) -> list[RefusedItem]:
    refusals = load_refusals(tx, {item.value.instrument.id for item in items})
    return [
        RefusedItem(item, said, _may_accept(user, item.value, said))
        for item in items
        for said in refusals.get(item.value.instrument.id, ())
    ]


def _may_accept(user: User, value: HoldingValue, said: VerdictRow) -> bool:
    """What a person has rejected, while nothing newer has come."""
    is_newer = value.price is None or said.as_of is None or said.as_of > value.price.as_of
    return said.reason == GateReason.DISMISSED.value and is_newer and may_settle(user, value.instrument)


def _stale(items: Iterable[Item], timing: Timing, now: datetime) -> list[StaleItem]:
    found = []
    for item in items:
        price = item.value.price
        if price is None or item.value.current_value is None:
            continue
        due = stale_at(
            item.value.instrument.exchange, price.as_of, price.status, timing.interval_minutes, timing.calendar
        )
        if due is not None and due <= now:
            found.append(StaleItem(item, due))
    return found


def _incomplete(part: ValuedPortfolio) -> Iterable[IncompleteItem]:
    values = {value.instrument.id: value for value in (*part.value.holdings, *part.value.closed)}
    return (IncompleteItem(_item(part, values[gap.instrument_id]), gap) for gap in part.value.coverage.missing)


def _missing_history(tx: Tx, world: World, user: User, items: Sequence[Item]) -> list[MissingHistoryItem]:
    """Every instrument's closes are read once, and all of them together."""
    portfolio_ids = sorted({item.portfolio_id for item in items})
    first_days = tx.ledgers.first_days(user.id, portfolio_ids) if items else {}
    wanted = [(item, first_days.get((item.portfolio_id, item.value.instrument.id))) for item in items]
    dated = [(item, day) for item, day in wanted if day is not None and _has_history(item.value.instrument)]
    if not dated:
        return []
    exchanges = {item.value.instrument.id: item.value.instrument.exchange for item, _ in dated}
    today = {exchange: today_at(exchange, world) for exchange in exchanges.values()}
    since = min(day for _, day in dated)
    closes = tx.closes.load(exchanges, max(since, date.min + _EARLIER) - _EARLIER, max(today.values()))
    found = []
    for item, day in dated:
        days = with_day(closes[item.value.instrument.id][0], _priced_on(item.value))
        gaps = find_gaps(days, day, today[item.value.instrument.exchange])
        if gaps:
            found.append(MissingHistoryItem(item, day, first_close_since(days, day), gaps))
    return found


def _has_history(instrument: Instrument) -> bool:
    """Nobody promises a price a day of what is priced by hand, and money has none."""
    return instrument.exchange not in _NO_HISTORY and instrument.asset_type is not AssetType.CASH


def _priced_on(value: HoldingValue) -> date | None:
    """The day of the latest price: it is that day's close, until there is another."""
    return None if value.price is None else session_day(value.instrument.exchange, value.price.as_of)


@exact
def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
