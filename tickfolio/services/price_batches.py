"""Answers of sources, through the price gate, into the database: each a short transaction of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from tickfolio.domain.price_gate import Accepted, Held, Rejected, Unchanged, Verdict, judge
from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus
from tickfolio.domain.splits import Split
from tickfolio.domain.witnesses import Beside, outdoes
from tickfolio.providers.provider import BatchResult
from tickfolio.services.instruments import name_instruments
from tickfolio.services.listings import ListingChanges, compare_listings, record_listings, store_listings
from tickfolio.services.markets import load_calendar
from tickfolio.services.source_files import check_file, keep_size
from tickfolio.services.told_actions import propose_from_prices
from tickfolio.services.verdicts import NO_WORDS, Judged, load_words, write_down
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.prices import PricePoint

_DAILY = frozenset({PriceStatus.CLOSE, PriceStatus.NAV})
# So many symbols go into one transaction: while it lasts, nobody else can write.
_PART = 100
log = structlog.get_logger()


class LostLease(Exception):
    """The run has changed hands: whoever held it before may write nothing more."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A price that a source told in this run is held back, and wants a second opinion."""

    instrument_id: str
    source: str


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many instruments got a price, have a suspect one waiting, had a newer one already, or were refused.

    `to_confirm` are those that have a suspect one waiting.
    """

    updated: int = 0
    held: int = 0
    unchanged: int = 0
    rejected: int = 0
    to_confirm: tuple[Doubt, ...] = ()

    def plus(self, other: "BatchCounts") -> "BatchCounts":
        """The sum."""
        return BatchCounts(
            self.updated + other.updated,
            self.held + other.held,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            (*self.to_confirm, *other.to_confirm),
        )


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where a run's answers go. `renew` holds on to the run within a transaction; it raises LostLease when it is lost.

    `order` are the sources as they are asked, the first one first. `rest` is called between two parts of an answer,
    so that what people ask of this process meanwhile has the interpreter and the database to itself.
    """

    database: Database
    world: World
    run_id: str
    renew: Callable[[Tx], datetime]
    order: Sequence[str] = ()
    rest: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an answer: as it was used, and in how many parts it could not be stored."""

    result: BatchResult
    counts: BatchCounts
    lost: int = 0


def record_answer(recorder: Recorder, source: str, asked: Mapping[str, Iterable[str]], result: BatchResult) -> Recorded:
    """Stores an answer in parts, so that nobody waits long to write meanwhile; a file that broke off is refused whole.

    Raises: LostLease. What else keeps a part from being stored is logged, and costs the others nothing.
    """
    steps = _Steps(recorder, result)
    if result.rows is not None:
        steps.take(lambda tx, now: steps.use(check_file(tx, source, steps.result, now)))
    if steps.lost:  # without its size known nothing of a file is used
        return Recorded(steps.result, BatchCounts(), steps.lost)
    for listings in _compared(recorder, steps):
        steps.take(listings)
    for number, part in enumerate(_parts(replace(steps.result, listings=()))):
        if number:
            recorder.rest()
        steps.take(partial(_record, recorder, steps, asked, part))
    if result.rows is not None and not steps.lost:
        steps.take(lambda tx, now: keep_size(tx, source, steps.result, now))
    return Recorded(steps.result, steps.counts, steps.lost)


def record_batch(
    tx: Tx,
    world: World,
    asked: Mapping[str, Iterable[str]],
    result: BatchResult,
    now: datetime,
    run_id: str,
    order: Sequence[str] = (),
) -> BatchCounts:
    """Judges each price of an answer and stores what the gate lets through, and every verdict.

    `asked` are the instruments behind each of the source's symbols, `order` the sources as they are asked. The price
    version rises in this transaction when anything that a summary shows has changed, so that no tag ever names two
    contents.
    """
    changed = record_listings(tx, world, result.listings)
    ids = [key for symbol in result.observations for key in asked.get(symbol, ())]
    instruments, latest, held = tx.instruments.many(ids), tx.prices.latest(ids), tx.prices.held(ids)
    for symbol, name in result.names.items():
        changed += name_instruments(tx, (instruments[key] for key in asked.get(symbol, ()) if key in instruments), name)
    words, splits = load_words(tx, ids), _splits(tx, ids)
    common = Beside(order=order, calendar=load_calendar(tx))

    def beside(key: str) -> Beside:
        if key not in words and key not in splits:
            return common
        told = words.get(key, NO_WORDS)
        return replace(common, words=told.held, dismissed=told.dismissed, splits=splits.get(key, ()))

    judged = [
        Judged(
            key,
            observation,
            judge(observation, instruments[key], latest.get(key), held.get(key), now, run_id, beside(key)),
        )
        for symbol, observation in result.observations.items()
        for key in asked.get(symbol, ())
        if key in instruments
    ]
    write_down(tx, judged, words, now, run_id)
    propose_from_prices(tx, world, [one.verdict for one in judged], instruments, latest)
    kept = {key: one for key, one in held.items() if outdoes(one, latest.get(key), order)}
    return store_verdicts(tx, [one.verdict for one in judged], is_changed=bool(changed), held=kept)


def store_verdicts(
    tx: Tx, verdicts: Iterable[Verdict], *, is_changed: bool, held: Mapping[str, HeldPrice] | None = None
) -> BatchCounts:
    """Stores what was accepted or is held; `is_changed` when something else that summaries show has changed.

    `held` are those that wait already: of two suspect prices the newer one is shown.
    """
    accepted: list[LatestPrice] = []
    suspects: list[HeldPrice] = []
    found = list(verdicts)
    for verdict in found:
        if isinstance(verdict, Accepted):
            accepted.append(verdict.price)
            if verdict.still_held is not None:
                suspects.append(verdict.still_held)
        elif isinstance(verdict, Held):
            waiting = (held or {}).get(verdict.price.instrument_id)
            if waiting is None or waiting.as_of <= verdict.price.as_of:
                suspects.append(verdict.price)
    if accepted or suspects:
        # Everybody takes the rows in one order, so that two runs at once never wait for each other in a circle.
        accepted.sort(key=lambda price: price.instrument_id)
        suspects.sort(key=lambda suspect: suspect.instrument_id)
        tx.prices.record(accepted)
        tx.prices.remember([_point(price) for price in accepted])
        tx.prices.hold(suspects)
    if accepted or suspects or is_changed:
        tx.server.raise_version("prices")
    doubts = [verdict.price for verdict in found if isinstance(verdict, Held)]
    return BatchCounts(
        updated=len(accepted),
        held=len(doubts),
        unchanged=sum(isinstance(verdict, Unchanged) for verdict in found),
        rejected=sum(isinstance(verdict, Rejected) for verdict in found),
        to_confirm=tuple(Doubt(one.instrument_id, one.source) for one in doubts),
    )


class _Steps:
    """The transactions of one answer: what they came to so far."""

    def __init__(self, recorder: Recorder, result: BatchResult) -> None:
        self._recorder = recorder
        self.result, self.counts, self.lost = result, BatchCounts(), 0

    def take(self, step: Callable[[Tx, datetime], object]) -> None:
        """A transaction of its own; when it cannot be done the next one may."""
        before = self.counts
        try:
            with self._recorder.database.transaction() as tx:
                step(tx, self._recorder.renew(tx))
        except LostLease:
            raise
        except Exception:
            log.exception("batch_not_stored", symbols=list(self.result.symbols)[:_PART])
            self.counts, self.lost = before, self.lost + 1

    def use(self, result: BatchResult) -> None:
        """From now on this is the answer."""
        self.result = result

    def add(self, counts: BatchCounts) -> None:
        """Counts a part."""
        self.counts = self.counts.plus(counts)


def _record(
    recorder: Recorder, steps: _Steps, asked: Mapping[str, Iterable[str]], part: BatchResult, tx: Tx, now: datetime
) -> None:
    steps.add(record_batch(tx, recorder.world, asked, part, now, recorder.run_id, recorder.order))


def _compared(recorder: Recorder, steps: _Steps) -> Iterator[Callable[[Tx, datetime], object]]:
    """A step for each part of what is new in a list; nothing is written of what is known already."""
    if not steps.result.listings:
        return
    with recorder.database.reading() as tx:
        changes = compare_listings(tx, recorder.world, steps.result.listings)
    for part in changes.parts(_PART):
        yield partial(_store_listings, recorder.world, part)


def _store_listings(world: World, part: ListingChanges, tx: Tx, _now: datetime) -> None:
    store_listings(tx, world, part)


def _parts(result: BatchResult) -> Iterator[BatchResult]:
    """The answer in parts of so many symbols; one that has nothing to be stored is a part all the same."""
    symbols = sorted({*result.observations, *result.names})
    for start in range(0, max(1, len(symbols)), _PART):
        part = symbols[start : start + _PART]
        yield replace(
            result,
            observations={one: result.observations[one] for one in part if one in result.observations},
            names={one: result.names[one] for one in part if one in result.names},
        )


def _splits(tx: Tx, instrument_ids: Sequence[str]) -> Mapping[str, Sequence[Split]]:
    found: dict[str, list[Split]] = {}
    for split in tx.corporate_actions.splits(instrument_ids):
        found.setdefault(split.instrument_id, []).append(split)
    return found


def _point(price: LatestPrice) -> PricePoint:
    kind = "close" if price.status in _DAILY else "tick"
    return PricePoint(price.instrument_id, kind, price.as_of, price.last_price, price.source, price.last_updated_at)
