"""The closes of the past: fetched back to the first transaction of an instrument, and again where days are missing.

Each instrument is one row of its own with a lease, so that several workers share the work and a killed one loses
nothing. No database transaction is open while a source is waited for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import structlog

from tickfolio.cache.events import Event
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.likeness import LikenessKind, find_likeness
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import next_session_day, session_day
from tickfolio.domain.money import check_range
from tickfolio.domain.prices import Close
from tickfolio.providers.provider import Failure, FailureKind, HistoryResult, Provider
from tickfolio.services.markets import load_calendar
from tickfolio.services.source_orders import candidates, load_orders
from tickfolio.services.sources import Sources, sources_on
from tickfolio.services.told_actions import record_told_actions
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.history_fills import Fill, FillState
from tickfolio.storage.people import User
from tickfolio.storage.prices import PricePoint

# A price from before the first day held tells what it was worth then; no market is closed for longer.
BEFORE = timedelta(days=14)
LEASE = timedelta(minutes=2)
# A day that no source had within this, none will have.
ASKED_AGAIN_FOR = timedelta(days=10)
LOOKED_AT_EVERY = timedelta(days=1)
TRIED_AGAIN_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
ASKED_BY_HAND_EVERY = timedelta(minutes=1)
# A price of a day stands at noon by UTC, which is the same day wherever there is an exchange.
_NOON = time(12)
_NEAR = timedelta(days=30)
_NO_HISTORY = frozenset({"MANUAL", "CASH", "ECB"})
_NO_SOURCE, _WRONG_CURRENCY, _WRONG_UNIT = "no_source", "wrong_currency", "unit_suspicion"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FillProgress:
    """How many histories are wanted, and how they stand; `running` counts those that somebody is at."""

    wanted: int
    done: int
    waiting: int
    running: int
    failed: int


def fill_histories(
    database: Database, world: World, sources: Sources, keeps_on: Callable[[], bool] = lambda: True
) -> int:
    """Fills every history that is due, one after the other, as long as `keeps_on` says so; says how many it looked at.

    What was wanted meanwhile is filled, too. Open pages hear that prices have changed once, at the end.
    """
    want_histories(database, world)
    looked_at, is_changed = 0, False
    while keeps_on():
        now = world.now()
        with database.transaction() as tx:
            fill = tx.history_fills.claim(now, now + LEASE)
        if fill is None:
            if not want_histories(database, world):
                break
            continue
        is_changed |= _fill(database, world, sources, fill)
        looked_at += 1
    if is_changed:
        with database.reading() as tx:
            version = tx.server.version("prices")
        world.publish(Event("prices.updated", None, {"version": str(version)}))
    return looked_at


def want_histories(database: Database, world: World) -> int:
    """Writes down whose closes are wanted since when: of all that any ledger names. Says of how many that is new."""
    with database.reading() as tx:
        if not _wanted(tx, world.now()):
            return 0
    with database.transaction() as tx:
        tx.server.raise_version("history fills")  # two who look at once do not write over what one of them began
        wanted = _wanted(tx, world.now())
        tx.history_fills.write(wanted)
    return len(wanted)


def _wanted(tx: Tx, now: datetime) -> Sequence[Fill]:
    """The histories that are not written down, or not from so early a day on."""
    first_days, known = tx.history_fills.first_days(), tx.history_fills.of()
    since = {key: _before(day) for key, day in first_days.items()}
    new = [key for key, day in since.items() if key not in known or day < known[key].wanted_from]
    return [
        Fill(key, since[key], FillState.WAITING, None, 0, None, 0, now, now)
        for key, one in sorted(tx.instruments.many(new).items())
        if one.exchange not in _NO_HISTORY
    ]


def ask_for_history(tx: Tx, world: World, user: User, instrument_id: str) -> Fill | None:
    """Has the gaps of an instrument looked at at once, and all of them, however old; None when no ledger names it.

    Asked twice within a minute, the second time changes nothing. Raises: NotFound.
    """
    instrument = tx.instruments.load(user.id, instrument_id)
    fill = tx.history_fills.of([instrument.id]).get(instrument.id)
    now = world.now()
    if fill is None or fill.state is FillState.RUNNING:  # somebody is at it, and their lease must not be cut short
        return fill
    if fill.state is not FillState.FAILED and now < fill.asked_at + ASKED_BY_HAND_EVERY:
        return fill
    asked = replace(fill, state=FillState.WAITING, tries=0, asked_at=now, next_at=now)
    tx.history_fills.write([asked])
    return asked


def load_progress(tx: Tx) -> FillProgress:
    """How far the filling of all histories is."""
    count = tx.history_fills.count_by_state()
    states = (FillState.DONE, FillState.WAITING, FillState.RUNNING, FillState.FAILED)
    return FillProgress(sum(count.values()), *(count.get(state, 0) for state in states))


def missing_days(exchange: str, days: Iterable[int], since: date, today: date, calendar: Calendar) -> Sequence[date]:
    """The sessions from a day to yesterday of which no close is known; `days` are ordinals of those that have one."""
    known, missing = frozenset(days), []
    day = next_session_day(exchange, since - timedelta(days=1), calendar)
    while day < today:
        if day.toordinal() not in known:
            missing.append(day)
        day = next_session_day(exchange, day, calendar)
    return missing


def _fill(database: Database, world: World, sources: Sources, fill: Fill) -> bool:
    """One history: what is missing is asked for and stored. Says whether any close is new."""
    now = world.now()
    with database.reading() as tx:
        instrument = tx.instruments.many([fill.instrument_id]).get(fill.instrument_id)
        on, orders = sources_on(tx, sources), load_orders(tx)
        missing = [] if instrument is None else _missing(tx, instrument, fill, now)
    if instrument is None or not missing:
        return _settle(database, replace(fill, state=FillState.DONE, tries=0, next_at=now + LOOKED_AT_EVERY))
    failure: str | None = _NO_SOURCE
    tried: str | None = None
    for name, symbol in candidates(instrument, on, orders):
        result = _ask(on[name], symbol, datetime.combine(missing[0], time(), UTC), now)
        failure, tried = _why_not(result, instrument, missing), name
        if failure is None:
            return _store(database, world, instrument, fill, name, result)
    later = TRIED_AGAIN_AFTER[min(fill.tries, len(TRIED_AGAIN_AFTER) - 1)]
    failed = replace(fill, state=FillState.FAILED, source=tried, failure=failure, tries=fill.tries + 1, asked_at=now)
    return _settle(database, replace(failed, next_at=now + later))


def _missing(tx: Tx, instrument: Instrument, fill: Fill, now: datetime) -> Sequence[date]:
    """The days to ask for: all of them when it is waited for, those of the last days once it is done."""
    today = session_day(instrument.exchange, now)
    since = fill.wanted_from
    if fill.state is FillState.DONE:
        since = max(since, today - ASKED_AGAIN_FOR)
    days, _ = tx.closes.load({instrument.id: instrument.exchange}, since, today)[instrument.id]
    return missing_days(instrument.exchange, (int(day) for day in days), since, today, load_calendar(tx))


def _ask(provider: Provider, symbol: str, since: datetime, now: datetime) -> HistoryResult:
    """What the source says; one that breaks is its own failure, and the next one is asked."""
    try:
        return provider.fetch_history(symbol, since, now)
    except Exception:
        log.exception("source_broke", source=provider.name)
        return HistoryResult(failure=Failure(FailureKind.TRANSIENT, "The source broke."))


def _why_not(result: HistoryResult, instrument: Instrument, missing: Sequence[date]) -> str | None:
    """Why an answer is not taken; a stable code."""
    if result.failure is not None:
        return result.failure.kind.value
    if result.currency is not None and result.currency != instrument.currency:
        return _WRONG_CURRENCY
    wanted = set(missing)
    return None if any(close.on in wanted for close in result.closes) else FailureKind.NO_DATA.value


def _store(
    database: Database, world: World, instrument: Instrument, fill: Fill, source: str, result: HistoryResult
) -> bool:
    """Adds the days that are not known, and what the source tells of splits and dividends beside them."""
    now = world.now()
    settled = replace(fill, source=source, asked_at=now, failure=None)
    with database.transaction() as tx:
        today = session_day(instrument.exchange, now)
        known, _ = tx.closes.load({instrument.id: instrument.exchange}, fill.wanted_from, today)[instrument.id]
        days = {int(day) for day in known}
        told = [one for one in result.closes if fill.wanted_from <= one.on < today and _is_price(one.price)]
        new = [one for one in told if one.on.toordinal() not in days]
        last = tx.prices.latest([instrument.id]).get(instrument.id)
        beside = None if last is None else Close(session_day(instrument.exchange, last.as_of), last.last_price)
        if _is_other_unit(told, beside):
            later = now + TRIED_AGAIN_AFTER[-1]
            doubted = replace(settled, state=FillState.FAILED, failure=_WRONG_UNIT, tries=fill.tries + 1, next_at=later)
            tx.history_fills.write([doubted])
            return False
        tx.prices.remember([_point(instrument, one, source, now) for one in new])
        record_told_actions(tx, world, instrument, result, source)
        done = replace(settled, state=FillState.DONE, closes=len(new), tries=0, next_at=now + LOOKED_AT_EVERY)
        tx.history_fills.write([done])
        if new:
            tx.server.raise_version("prices")
    return bool(new)


def _settle(database: Database, fill: Fill) -> bool:
    with database.transaction() as tx:
        tx.history_fills.write([fill])
    return False


def _is_other_unit(told: Sequence[Close], beside: Close | None) -> bool:
    """Whether the newest close told is about a hundred times the last price, or a hundredth of it: pence for pounds."""
    if not told or beside is None or abs(beside.on - told[-1].on) > _NEAR:
        return False
    likeness = find_likeness(told[-1].price, beside.price)
    return likeness is not None and likeness.kind is LikenessKind.HUNDREDFOLD


def _is_price(price: Decimal) -> bool:
    try:
        check_range(price, "price")
    except InvalidInput:
        return False
    return price > 0


def _point(instrument: Instrument, close: Close, source: str, fetched_at: datetime) -> PricePoint:
    return PricePoint(instrument.id, "close", datetime.combine(close.on, _NOON, UTC), close.price, source, fetched_at)


def _before(first_on: date) -> date:
    return max(first_on, date.min + BEFORE) - BEFORE
