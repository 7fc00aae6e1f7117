"""Routes of prices: how fresh they are, a refresh by hand, and where they come from."""

from datetime import timedelta
from decimal import Decimal

from fastapi import APIRouter

from tickfolio.api.answers import Limit
from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.people import PriceSource, PriceSourceChange, PriceSources, PriceSourceState
from tickfolio.api.schemas.worth import (
    PastRefreshRun,
    PriceStatusAnswer,
    ProviderRun,
    RefreshAsked,
    RefreshRun,
    RefreshRuns,
)
from tickfolio.api.session import Administrator, SignedIn
from tickfolio.domain.money import write_decimal
from tickfolio.reports.summary import write_instant
from tickfolio.services import sources
from tickfolio.services.refresh import HAND, SLOT, ask_for_refresh
from tickfolio.services.source_records import SourceRecord, load_source_records
from tickfolio.services.summaries import load_timing
from tickfolio.storage.database import Tx
from tickfolio.storage.refreshes import RefreshRow

router = APIRouter(tags=["prices"], route_class=ExactRoute)


@router.get("/prices/status", responses=documented(401, 503))
def get_status(principal: SignedIn, desk: DeskHere) -> PriceStatusAnswer:
    """The last refresh, by schedule or by hand, and when the next one is due."""
    del principal
    with desk.database.reading() as tx:
        last = tx.refreshes.last((SLOT, HAND), finished=True)
        timing = load_timing(tx, desk.options.interval_minutes, desk.world.now())
    return PriceStatusAnswer(
        last_refresh=show_run(last) if last else None, next_refresh_at=write_instant(timing.next_refresh_at) or ""
    )


@router.get("/prices/runs", responses=documented(401, 422, 503))
def list_runs(principal: SignedIn, desk: DeskHere, limit: Limit = 24) -> RefreshRuns:
    """The last refreshes, by schedule and by hand, newest first; one that is still going on too."""
    del principal
    with desk.database.reading() as tx:
        return RefreshRuns(items=[_show_past(run) for run in tx.refreshes.recent((SLOT, HAND), limit)])


@router.post("/prices/refresh", status_code=202, responses=documented(401, 403, 429, 503))
def refresh(principal: Administrator, desk: DeskHere) -> RefreshAsked:
    """Refreshes every price now, its market open or closed; again only after a while."""
    del principal
    with desk.database.transaction() as tx:
        run = ask_for_refresh(tx, desk.world, desk.options.cooldown_seconds)
        tx.after_commit(lambda: desk.ask_for_refresh(run.id))
    return RefreshAsked(run_id=run.id)


@router.get("/providers", responses=documented(401, 503))
def list_sources(principal: SignedIn, desk: DeskHere) -> PriceSources:
    """Every source of prices, and whether it is on."""
    del principal
    with desk.database.reading() as tx:
        return _show_sources(tx, desk)


@router.patch("/providers/{name}", responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503))
def switch_source(name: PathId, body: PriceSourceChange, principal: SignedIn, desk: DeskHere) -> PriceSources:
    """Switches a source on or off, for everybody; the administrator's alone."""
    with desk.database.transaction() as tx:
        sources.switch_source(
            tx, desk.world, desk.sources, principal.user, name, on=body.on, accepted=body.terms_accepted
        )
        return _show_sources(tx, desk)


def _show_sources(tx: Tx, desk: Desk) -> PriceSources:
    records = load_source_records(tx, desk.sources)
    return PriceSources(
        items=[
            PriceSource(
                name=one.name,
                label=one.label,
                on=one.on,
                fixed=one.fixed,
                terms=one.terms,
                state=_show_record(records[one.name]),
            )
            for one in sources.list_sources(tx, desk.sources)
        ]
    )


def _show_record(record: SourceRecord) -> PriceSourceState:
    return PriceSourceState(
        ok=record.ok,
        last_answer_at=write_instant(record.last_answer_at),
        last_failure=record.last_failure,
        failing_since=write_instant(record.failing_since),
        instruments=record.instruments,
    )


def _show_past(run: RefreshRow) -> PastRefreshRun:
    seconds = None
    if run.finished_at is not None:
        milliseconds = (run.finished_at - run.started_at) // timedelta(milliseconds=1)
        seconds = write_decimal(Decimal(milliseconds).scaleb(-3))
    return PastRefreshRun(**show_run(run).model_dump(), seconds=seconds)


def show_run(run: RefreshRow) -> RefreshRun:
    """A run as the API shows it."""
    return RefreshRun(
        run_id=run.id,
        slot=write_instant(run.slot),
        started_at=write_instant(run.started_at) or "",
        finished_at=write_instant(run.finished_at),
        instruments=run.instruments,
        updated=run.updated,
        held=run.held,
        failed=run.failed,
        rejected=run.rejected,
        unchanged=run.unchanged,
        portfolios=run.portfolios,
        providers=[ProviderRun(name=one.name, ok=one.ok, failures=dict(one.failures)) for one in run.providers],
    )
