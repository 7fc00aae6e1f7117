"""Keeping order: old 10-minute prices become one close a day; what is over is forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tickfolio.domain.market_hours import session_day, start_of_day
from tickfolio.storage.database import Database

TICKS_KEPT = timedelta(days=30)
KEYS_KEPT = timedelta(days=1)
RUNS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was rolled up and forgotten."""

    ticks: int
    sessions: int
    keys: int
    runs: int


def keep_order(database: Database, now: datetime) -> Upkeep:
    """Rolls up and forgets; each piece in a short transaction of its own."""
    ticks = roll_up(database, now - TICKS_KEPT)
    with database.transaction() as tx:
        sessions = tx.people.forget_expired_sessions(now)
        keys = tx.server.forget_keys(now - KEYS_KEPT)
        runs = tx.refreshes.forget(now - RUNS_KEPT)
    return Upkeep(ticks, sessions, keys, runs)


def roll_up(database: Database, before: datetime) -> int:
    """Keeps the last 10-minute price of each whole day as its close, where there is none, and drops the others.

    Days are those of the instrument's exchange; one that `before` cuts in two stays as it is until it is over.
    Says how many 10-minute prices went.
    """
    gone = 0
    with database.reading() as tx:
        instruments = tx.instruments.many(tx.prices.with_ticks_before(before))
    for instrument in instruments.values():
        cut = start_of_day(instrument.exchange, before)
        with database.transaction() as tx:
            closes = tx.prices.closes_before(instrument.id, cut)
            days = {session_day(instrument.exchange, close.timestamp) for close in closes}
            ticks = tx.prices.ticks_before(instrument.id, cut)
            last = {session_day(instrument.exchange, tick.timestamp): tick for tick in ticks}
            tx.prices.remember([replace(tick, kind="close") for day, tick in last.items() if day not in days])
            gone += tx.prices.forget_ticks(instrument.id, cut)
    return gone
