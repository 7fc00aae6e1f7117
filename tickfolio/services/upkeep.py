"""Keeping order: 10-minute prices become one close a day, closes become blocks; what is over is forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tickfolio.domain.market_hours import session_day, start_of_day
from tickfolio.services.quotas import forget_quotas
from tickfolio.storage.database import Database

TICKS_KEPT = timedelta(days=30)
KEYS_KEPT = timedelta(days=1)
RUNS_KEPT = timedelta(days=90)
# Days that ended within this are given a close; it runs every hour, and what it misses the roll-up finds.
CLOSED_WITHIN = timedelta(days=7)
_NIGHT = timedelta(hours=6)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was rolled up and forgotten, and the closes and blocks of closes that were made."""

    ticks: int
    sessions: int
    keys: int
    runs: int
    closes: int
    blocks: int


def keep_order(database: Database, now: datetime) -> Upkeep:
    """Closes days, rolls up and forgets; each piece in a short transaction of its own."""
    closes = close_days(database, now)
    ticks = roll_up(database, now - TICKS_KEPT)
    with database.transaction() as tx:
        sessions = tx.people.forget_expired_sessions(now)
        keys = tx.server.forget_keys(now - KEYS_KEPT)
        runs = tx.refreshes.forget(now - RUNS_KEPT)
        forget_quotas(tx, now)
    return Upkeep(ticks, sessions, keys, runs, closes, make_blocks(database))


def close_days(database: Database, now: datetime) -> int:
    """Writes the last 10-minute price of each day that has just ended as its close, where there is none.

    The 10-minute prices stay until the roll-up. Says how many closes were written.
    """
    with database.reading() as tx:
        instruments = tx.instruments.many(tx.prices.with_ticks_since(now - CLOSED_WITHIN))
    by_exchange: dict[str, list[str]] = {}
    for instrument in instruments.values():
        by_exchange.setdefault(instrument.exchange, []).append(instrument.id)
    written = 0
    for exchange, ids in sorted(by_exchange.items()):
        end = start_of_day(exchange, now)
        while end > now - CLOSED_WITHIN:
            start = start_of_day(exchange, end - _NIGHT)
            with database.reading() as tx:
                last = tx.prices.last_ticks_without_close(ids, start, end)
            if last:
                with database.transaction() as tx:
                    tx.prices.remember([replace(tick, kind="close") for tick in last])
            written, end = written + len(last), start
    return written


def make_blocks(database: Database) -> int:
    """Makes a block of every year of closes that has none, so that years can be read at once; says how many."""
    with database.reading() as tx:
        lacking = tx.closes.years_without_block()
        exchanges = {key: one.exchange for key, one in tx.instruments.many(lacking).items()}
    ids, made = sorted(exchanges), 0
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        with database.transaction() as tx:
            made += tx.closes.make_blocks({key: exchanges[key] for key in some}, {key: lacking[key] for key in some})
    return made


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
