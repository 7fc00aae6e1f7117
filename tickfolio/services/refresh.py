"""One run of the price job: who holds it, what it asks for, and what it came to."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

import structlog

from tickfolio.cache.events import Event
from tickfolio.domain.errors import RefreshCoolingDown, Unavailable
from tickfolio.providers.provider import BatchResult
from tickfolio.services.fx_history import Asked, fill_missing_rates
from tickfolio.services.price_batches import BatchCounts, LostLease, record_batch
from tickfolio.services.price_metrics import count_run
from tickfolio.services.refresh_plan import Plan, plan_refresh
from tickfolio.services.slots import slot_of
from tickfolio.services.sources import Sources
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.refreshes import ProviderOutcome, RefreshRow

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 20
log = structlog.get_logger()

SLOT, HAND, NEW = "slot", "hand", "new"


@dataclass(frozen=True, slots=True)
class Refresher:
    """What the price job needs. `report` hears (done, of how many) after each batch.

    `rates_asked` remembers which past rates of exchange were asked for in vain.
    """

    database: Database
    world: World
    sources: Sources
    interval_minutes: int
    report: Callable[[int, int], None] = lambda _done, _of: None
    rates_asked: Asked = field(default_factory=dict)


@dataclass(slots=True)
class _Progress:
    """What a run has come to so far; several sources add to it at once."""

    counts: BatchCounts = field(default_factory=BatchCounts)
    outcomes: list[ProviderOutcome] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def refresh_slot(refresher: Refresher, at: datetime) -> RefreshRow | None:
    """Refreshes what is due in the slot of this instant; None when another worker has done it or is at it.

    A run whose worker died is taken over once its lease is over.
    """
    slot = slot_of(at, refresher.interval_minutes)
    run = _begin(refresher, SLOT, slot=slot)
    return None if run is None else _run(refresher, run, only=None, probe=False)


def refresh_by_hand(refresher: Refresher, run_id: str) -> RefreshRow | None:
    """Does the run that somebody asked for: every instrument, its market open or closed."""
    run = _begin(refresher, HAND, run_id=run_id)
    return None if run is None else _run(refresher, run, only=None, probe=True)


def price_new(refresher: Refresher, instrument_ids: Sequence[str]) -> RefreshRow | None:
    """Prices new instruments at once; those that have a price by now are left alone, and None when all have."""
    with refresher.database.reading() as tx:
        unpriced = sorted(set(instrument_ids) - tx.prices.latest(instrument_ids).keys())
    run = _begin(refresher, NEW) if unpriced else None
    return None if run is None else _run(refresher, run, only=unpriced, probe=False)


def ask_for_refresh(tx: Tx, world: World, cooldown_seconds: int) -> RefreshRow:
    """Writes down that somebody wants a refresh: the row is the intent, whatever happens to the queue.

    One run may wait behind a running one; who asks meanwhile gets that one. Raises: RefreshCoolingDown.
    """
    tx.server.raise_version("refreshes by hand")  # two who ask at once get one run
    waiting = [run for run in tx.refreshes.unfinished(HAND) if run.fence == 0]
    if waiting:
        return waiting[0]
    now = world.now()
    last = tx.refreshes.last((HAND,), finished=False)
    rest = timedelta(0) if last is None else last.started_at + timedelta(seconds=cooldown_seconds) - now
    if rest > timedelta(0):
        raise RefreshCoolingDown("Prices were asked for a moment ago.", ceil(rest.total_seconds()))
    row = RefreshRow(world.new_id(), HAND, None, 0, now - LEASE, now, None)
    tx.refreshes.begin(row)
    return row


def waiting_by_hand(refresher: Refresher) -> Sequence[str]:
    """Runs that somebody asked for and nobody has done: the queue may have lost them."""
    with refresher.database.reading() as tx:
        return [run.id for run in tx.refreshes.unfinished(HAND)]


def _begin(
    refresher: Refresher, kind: str, *, slot: datetime | None = None, run_id: str | None = None
) -> RefreshRow | None:
    """The run that is ours from now on; None when it is done, somebody's already, or one of its kind is still at it."""
    now = refresher.world.now()
    with refresher.database.transaction() as tx:
        if kind != NEW and tx.refreshes.is_under_way(kind, now):
            log.info("refresh_still_under_way", kind=kind)
            return None
        if run_id is None:
            row = RefreshRow(refresher.world.new_id(), kind, slot, 1, now + LEASE, now, None)
            if tx.refreshes.begin(row):
                return row
        return tx.refreshes.take_over(slot=slot, run_id=run_id, lease_until=now + LEASE, now=now)


def _run(refresher: Refresher, run: RefreshRow, *, only: Sequence[str] | None, probe: bool) -> RefreshRow | None:
    """Asks every source in a thread of its own; no database transaction is open while anybody waits for the network."""
    plan = plan_refresh(refresher.database, refresher.world, refresher.sources, only=only, everything=probe)
    progress = _Progress()
    try:
        with ThreadPoolExecutor(max(1, len(plan.by_provider))) as threads:
            asking = [threads.submit(_ask, refresher, run, plan, name, progress, probe) for name in plan.by_provider]
            while wait(asking, timeout=BEAT_SECONDS).not_done:
                # A database that is busy now may have time before the lease is over.
                with suppress(Unavailable), refresher.database.transaction() as tx:
                    _renew(tx, refresher, run)
            for done in asking:
                done.result()
    except LostLease:
        return None
    fill_missing_rates(refresher.database, refresher.world, refresher.sources, refresher.rates_asked)
    return _finish(refresher, run, plan, progress)


def _ask(refresher: Refresher, run: RefreshRow, plan: Plan, name: str, progress: _Progress, probe: bool) -> None:
    """Asks one source to its end. A source that breaks is its own failure, and costs the others nothing."""
    failures: Counter[str] = Counter()
    try:
        is_whole = _ask_all(refresher, run, plan, name, progress, failures, probe)
    except LostLease:
        raise
    except Exception:
        log.exception("source_broke", source=name)
        is_whole, failures["broke"] = False, 1
    with progress.lock:
        progress.outcomes.append(ProviderOutcome(name, is_whole, dict(failures)))


def _ask_all(
    refresher: Refresher,
    run: RefreshRow,
    plan: Plan,
    name: str,
    progress: _Progress,
    failures: Counter[str],
    probe: bool,
) -> bool:
    """Stores each answer as it comes and counts its failures; says whether the source answered every time."""
    is_whole, asked = True, plan.by_provider[name]
    for result in plan.on[name].fetch(list(asked), refresher.world.now(), probe=probe):
        counts = _record(refresher, run, asked, result)
        if counts is None:
            is_whole = False
            failures["not_stored"] += 1
            continue
        failures.update(failure.kind.value for failure in result.failures.values())
        if result.provider_failure is not None:
            is_whole = False
            failures[result.provider_failure.kind.value] += 1
        with progress.lock:
            progress.counts = progress.counts.plus(counts)
            refresher.report(progress.counts.updated + progress.counts.held, plan.size)
    return is_whole


def _record(
    refresher: Refresher, run: RefreshRow, asked: dict[str, list[str]], result: BatchResult
) -> BatchCounts | None:
    """Stores one answer in a transaction of its own; None when that cannot be done, which the next one may survive."""
    try:
        with refresher.database.transaction() as tx:
            now = _renew(tx, refresher, run)
            return record_batch(tx, refresher.world, asked, result, now, run.id)
    except LostLease:
        raise
    except Exception:
        log.exception("batch_not_stored", symbols=list(result.symbols))
        return None


def _renew(tx: Tx, refresher: Refresher, run: RefreshRow) -> datetime:
    """Holds on to the run in this transaction, or gives up all that it would write. Raises: LostLease."""
    now = refresher.world.now()
    if not tx.refreshes.renew(run.id, run.fence, now + LEASE):
        raise LostLease
    return now


def _finish(refresher: Refresher, run: RefreshRow, plan: Plan, progress: _Progress) -> RefreshRow | None:
    counts = progress.counts
    row = replace(
        run,
        finished_at=refresher.world.now(),
        instruments=plan.size,
        updated=counts.updated,
        held=counts.held,
        failed=max(0, plan.size - counts.updated - counts.held - counts.unchanged),
        providers=tuple(sorted(progress.outcomes, key=lambda outcome: outcome.name)),
        rejected=counts.rejected,
        unchanged=counts.unchanged,
    )
    with refresher.database.transaction() as tx:
        row = replace(row, portfolios=tx.holdings.count_portfolios_priced(run.started_at))
        if not tx.refreshes.finish(row):
            return None
        count_run(tx, row)
        # The time of the next refresh stands in every summary.
        version = tx.server.raise_version("prices")
        tx.after_commit(lambda: refresher.world.publish(Event("prices.updated", None, {"version": str(version)})))
    return row
