"""A second opinion on a price that is held back: another source asked for the same instrument in the same run."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from tickfolio.providers.provider import BatchResult, Provider
from tickfolio.services.price_batches import BatchCounts, Doubt, LostLease, Recorded
from tickfolio.services.source_orders import Orders, candidates
from tickfolio.services.world import World
from tickfolio.storage.database import Database

# When more prices than this are held in one run, it is their source that is wrong: nobody's quota is spent on it.
_ASKED_MAX = 50
log = structlog.get_logger()

Record = Callable[[str, Mapping[str, Sequence[str]], BatchResult], Recorded]


def ask_for_second_opinions(
    database: Database,
    world: World,
    on: Mapping[str, Provider],
    orders: Orders,
    doubts: Sequence[Doubt],
    record: Record,
) -> BatchCounts:
    """Asks for each doubt the next source that is on and can price it; says by how much the counts change.

    What the second source says goes through the gate like any price, and agrees there or does not. Raises: LostLease.
    """
    answered = 0
    for name, asked in _ask_whom(database, on, orders, doubts[:_ASKED_MAX]).items():
        try:
            for result in on[name].fetch(list(asked), world.now()):
                answered += record(name, asked, result).counts.updated
        except LostLease:
            raise
        except Exception:
            log.exception("source_broke", source=name)
    still = _held(database, doubts)
    settled = sum(doubt.instrument_id not in still for doubt in doubts)
    log.info("second_opinions", held=len(doubts), settled=settled, answered=answered)
    return BatchCounts(updated=settled, held=-settled)


def _ask_whom(
    database: Database, on: Mapping[str, Provider], orders: Orders, doubts: Sequence[Doubt]
) -> Mapping[str, dict[str, list[str]]]:
    """By the second source, its own symbols and the instruments behind each."""
    with database.reading() as tx:
        instruments = tx.instruments.many({doubt.instrument_id for doubt in doubts})
    asked: dict[str, dict[str, list[str]]] = {}
    for doubt in doubts:
        instrument = instruments.get(doubt.instrument_id)
        others = () if instrument is None else candidates(instrument, on, orders)
        found = next(((name, symbol) for name, symbol in others if name != doubt.source), None)
        if found is not None:
            name, symbol = found
            asked.setdefault(name, {}).setdefault(symbol, []).append(doubt.instrument_id)
    return asked


def _held(database: Database, doubts: Sequence[Doubt]) -> set[str]:
    with database.reading() as tx:
        return set(tx.prices.held({doubt.instrument_id for doubt in doubts}))
