"""One answer of a source, through the price gate, into the database: a short transaction of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from tickfolio.domain.price_gate import Accepted, Held, Rejected, Unchanged, Verdict, judge
from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus
from tickfolio.providers.provider import BatchResult
from tickfolio.services.instruments import name_instruments, record_listings
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.prices import PricePoint

_DAILY = frozenset({PriceStatus.CLOSE, PriceStatus.NAV})


class LostLease(Exception):
    """The run has changed hands: whoever held it before may write nothing more."""


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many instruments got a price, have a suspect one waiting, had a newer one already, or were refused."""

    updated: int = 0
    held: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plus(self, other: "BatchCounts") -> "BatchCounts":
        """The sum."""
        return BatchCounts(
            self.updated + other.updated,
            self.held + other.held,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )


def record_batch(
    tx: Tx, world: World, asked: Mapping[str, Iterable[str]], result: BatchResult, now: datetime, run_id: str
) -> BatchCounts:
    """Judges each price of an answer and stores what the gate lets through.

    `asked` are the instruments behind each of the source's symbols. The price version rises in this transaction when
    anything that a summary shows has changed, so that no tag ever names two contents.
    """
    changed = record_listings(tx, world, result.listings)
    ids = [key for symbol in result.observations for key in asked.get(symbol, ())]
    instruments, latest, held = tx.instruments.many(ids), tx.prices.latest(ids), tx.prices.held(ids)
    for symbol, name in result.names.items():
        changed += name_instruments(tx, (instruments[key] for key in asked.get(symbol, ()) if key in instruments), name)
    return store_verdicts(
        tx,
        [
            judge(observation, instruments[key], latest.get(key), held.get(key), now, run_id)
            for symbol, observation in result.observations.items()
            for key in asked.get(symbol, ())
        ],
        is_changed=bool(changed),
    )


def store_verdicts(tx: Tx, verdicts: Iterable[Verdict], *, is_changed: bool) -> BatchCounts:
    """Stores what was accepted or is held; `is_changed` when something else that summaries show has changed."""
    accepted: list[LatestPrice] = []
    suspects: list[HeldPrice] = []
    counts = BatchCounts()
    for verdict in verdicts:
        match verdict:
            case Accepted(price=price):
                accepted.append(price)
                counts = replace(counts, updated=counts.updated + 1)
            case Held(price=suspect):
                suspects.append(suspect)
                counts = replace(counts, held=counts.held + 1)
            case Unchanged():
                counts = replace(counts, unchanged=counts.unchanged + 1)
            case Rejected():
                counts = replace(counts, rejected=counts.rejected + 1)
            case _:
                assert_never(verdict)
    if accepted or suspects:
        # Everybody takes the rows in one order, so that two runs at once never wait for each other in a circle.
        accepted.sort(key=lambda price: price.instrument_id)
        suspects.sort(key=lambda suspect: suspect.instrument_id)
        tx.prices.record(accepted)
        tx.prices.remember([_point(price) for price in accepted])
        tx.prices.hold(suspects)
    if accepted or suspects or is_changed:
        tx.server.raise_version("prices")
    return counts


def _point(price: LatestPrice) -> PricePoint:
    kind = "close" if price.status in _DAILY else "tick"
    return PricePoint(price.instrument_id, kind, price.as_of, price.last_price, price.source, price.last_updated_at)
