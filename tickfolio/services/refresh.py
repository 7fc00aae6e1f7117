"""One run of the price job: who holds it, what it asks for, and what it came to."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil

import structlog

from tickfolio.cache.events import Event
from tickfolio.domain.errors import RefreshCoolingDown, Unavailable
from tickfolio.services.asking import Asking
from tickfolio.services.breakers import SharedBreakers
from tickfolio.services.fx_history import Asked, fill_missing_rates
from tickfolio.services.price_batches import LostLease, Recorder, record_answer
from tickfolio.services.price_metrics import count_run
from tickfolio.services.refresh_plan import OWN, Plan, plan_refresh
from tickfolio.services.second_opinion import Record, ask_for_second_opinions
from tickfolio.services.slots import slot_of
from tickfolio.services.source_orders import order_of_all
from tickfolio.services.sources import Sources
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.refreshes import RefreshRow

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 20
log = structlog.get_logger()

SLOT, HAND, NEW = "slot", "hand", "new"


@dataclass(frozen=True, slots=True)
class Refresher:
    """What the price job needs. `report` hears (done, of how many) after each batch.

    `rates_asked` remembers which past rates of exchange were asked for in vain. `rest` is called between two parts of
    an answer.
    """

    database: Database
    world: World
    sources: Sources
    interval_minutes: int
    report: Callable[[int, int], None] = lambda _done, _of: None
    rates_asked: Asked = field(default_factory=dict)
    breakers: SharedBreakers = field(default_factory=SharedBreakers)
    rest: Callable[[], None] = lambda: None


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
    """Prices new instruments at once; those that have a price by now are left alone, and None when all have.

    A price by hand is none that an address of one's own gave.
    """
    with refresher.database.reading() as tx:
        latest, own = tx.prices.latest(instrument_ids), tx.own_sources.ids()
        priced = {key for key, one in latest.items() if key not in own or one.source == OWN}
        unpriced = sorted(set(instrument_ids) - priced)
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
    renew = partial(_renew, refresher=refresher, run=run)
    order = order_of_all(plan.orders, plan.on)
    recorder = Recorder(refresher.database, refresher.world, run.id, renew, order, refresher.rest)
    # A run is over before the next one is due, lest that be left out.
    until = run.started_at + timedelta(minutes=refresher.interval_minutes) * 9 // 10
    asking = Asking(recorder, plan, refresher.breakers, until=until, probe=probe, report=refresher.report)
    try:
        with refresher.database.transaction() as tx:
            refresher.breakers.share(tx, plan.on, renew(tx))
        _ask_all(refresher, plan, asking, renew)
        _confirm(refresher, plan, asking, partial(record_answer, recorder))
    except LostLease:
        return None
    fill_missing_rates(refresher.database, refresher.world, refresher.sources, refresher.rates_asked)
    return _finish(refresher, run, plan, asking)


def _ask_all(refresher: Refresher, plan: Plan, asking: Asking, renew: Callable[[Tx], datetime]) -> None:
    """Asks the first source of each instrument and, when that fails as a whole, the next one. Raises: LostLease."""
    with ThreadPoolExecutor(2 * len(plan.on) + 1) as threads:
        under_way = {threads.submit(asking.ask, name, asked) for name, asked in plan.first().items()}
        while under_way:
            done, under_way = wait(under_way, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
            for one in done:
                under_way |= {threads.submit(asking.ask, name, asked) for name, asked in one.result().items()}
            # A database that is busy now may have time before the lease is over.
            with suppress(Unavailable), refresher.database.transaction() as tx:
                renew(tx)


def _confirm(refresher: Refresher, plan: Plan, asking: Asking, record: Record) -> None:
    """Asks other sources about what is held back. Raises: LostLease."""
    doubts = asking.counts.to_confirm
    if doubts:
        change = ask_for_second_opinions(refresher.database, refresher.world, plan.on, plan.orders, doubts, record)
        asking.counts = asking.counts.plus(change)


def _renew(tx: Tx, refresher: Refresher, run: RefreshRow) -> datetime:
    """Holds on to the run in this transaction, or gives up all that it would write. Raises: LostLease."""
    now = refresher.world.now()
    if not tx.refreshes.renew(run.id, run.fence, now + LEASE):
        raise LostLease
    return now


def _finish(refresher: Refresher, run: RefreshRow, plan: Plan, asking: Asking) -> RefreshRow | None:
    counts = asking.counts
    row = replace(
        run,
        finished_at=refresher.world.now(),
        instruments=plan.size,
        updated=counts.updated,
        held=counts.held,
        failed=max(0, plan.size - counts.updated - counts.held - counts.unchanged),
        providers=asking.outcomes,
        rejected=counts.rejected,
        unchanged=counts.unchanged,
    )
    with refresher.database.transaction() as tx:
        row = replace(row, portfolios=tx.holdings.count_portfolios_priced(run.started_at))
        if not tx.refreshes.finish(row):
            return None
        refresher.breakers.write_down(tx, plan.on, row.finished_at or row.started_at)
        count_run(tx, row)
        # The time of the next refresh stands in every summary.
        version = tx.server.raise_version("prices")
        tx.after_commit(lambda: refresher.world.publish(Event("prices.updated", None, {"version": str(version)})))
    return row
