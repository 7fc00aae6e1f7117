"""Routes of prices: how fresh they are, a refresh by hand, and files that were refused."""

from datetime import timedelta
from decimal import Decimal

from fastapi import APIRouter

from tickfolio.api.answers import Limit
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.data_health import RefusedFile, RefusedFiles
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
from tickfolio.services.refresh import HAND, SLOT, ask_for_refresh
from tickfolio.services.source_files import accept_smaller_file, list_refused
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


@router.get("/prices/files", responses=documented(401, 403, 503))
def list_refused_files(principal: Administrator, desk: DeskHere) -> RefusedFiles:
    """The sources whose last file was refused because it had far fewer rows than the one before."""
    del principal
    with desk.database.reading() as tx:
        return _show_files(tx)


@router.post("/prices/files/{source}/accept", responses=documented(401, 403, 404, 503))
def accept_file(source: PathId, principal: Administrator, desk: DeskHere) -> RefusedFiles:
    """The next file of a source may have any number of rows, once: those after it are measured by that one."""
    with desk.database.transaction() as tx:
        accept_smaller_file(tx, desk.world, desk.sources, principal.user, source)
        return _show_files(tx)


def _show_files(tx: Tx) -> RefusedFiles:
    return RefusedFiles(
        items=[
            RefusedFile(
                source=one.source,
                rows=one.rows,
                rows_before=one.rows_before,
                refused_at=write_instant(one.refused_at) or "",
            )
            for one in list_refused(tx)
        ]
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
