"""A second opinion on a price that is held back: another source asked for the same instrument in the same run."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from tickfolio.domain.instruments import Instrument
from tickfolio.providers.provider import BatchResult, Provider
from tickfolio.services.price_batches import BatchCounts, Doubt, LostLease, Recorded
from tickfolio.services.world import World
from tickfolio.storage.database import Database

# When more prices than this are held in one run, it is their source that is wrong: nobody's quota is spent on it.
_ASKED_MAX = 50
log = structlog.get_logger()

Record = Callable[[str, Mapping[str, Sequence[str]], BatchResult], Recorded]


def ask_for_second_opinions(
    database: Database, world: World, on: Mapping[str, Provider], doubts: Sequence[Doubt], record: Record
) -> BatchCounts:
    """Asks for each doubt the first other source that is on and can price it; says by how much the counts change.

    What the second source says goes through the gate like any price, and agrees there or does not. Raises: LostLease.
    """
    settled = 0
    for name, asked in _ask_whom(database, on, doubts[:_ASKED_MAX]).items():
        try:
            for result in on[name].fetch(list(asked), world.now()):
                settled += record(name, asked, result).counts.updated
        except LostLease:
            raise
        except Exception:
            log.exception("source_broke", source=name)
    still = _held(database, doubts)
    done = sum(doubt.instrument_id not in still for doubt in doubts)
    log.info("second_opinions", held=len(doubts), settled=done, answered=settled)
    return BatchCounts(updated=done, held=-done)


def _ask_whom(
    database: Database, on: Mapping[str, Provider], doubts: Sequence[Doubt]
) -> Mapping[str, dict[str, list[str]]]:
    """By the second source, its own symbols and the instruments behind each."""
    with database.reading() as tx:
        instruments = tx.instruments.many({doubt.instrument_id for doubt in doubts})
    asked: dict[str, dict[str, list[str]]] = {}
    for doubt in doubts:
        instrument = instruments.get(doubt.instrument_id)
        found = None if instrument is None else _second(instrument, doubt.source, on)
        if found is not None:
            name, symbol = found
            asked.setdefault(name, {}).setdefault(symbol, []).append(doubt.instrument_id)
    return asked


def _second(instrument: Instrument, first: str, on: Mapping[str, Provider]) -> tuple[str, str] | None:
    for name, provider in on.items():
        symbol = None if name == first else provider.symbol_of(instrument)
        if symbol is not None:
            return name, symbol
    return None


def _held(database: Database, doubts: Sequence[Doubt]) -> set[str]:
    with database.reading() as tx:
        return set(tx.prices.held({doubt.instrument_id for doubt in doubts}))
