"""Routes of prices: how fresh they are, a refresh by hand, and where they come from."""

from fastapi import APIRouter

from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.people import PriceSource, PriceSourceChange, PriceSources
from tickfolio.api.schemas.worth import PriceStatusAnswer, ProviderRun, RefreshAsked, RefreshRun
from tickfolio.api.session import Administrator, SignedIn
from tickfolio.reports.summary import write_instant
from tickfolio.services import sources
from tickfolio.services.refresh import HAND, SLOT, ask_for_refresh
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
        last_refresh=_show_run(last) if last else None, next_refresh_at=write_instant(timing.next_refresh_at) or ""
    )


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
    return PriceSources(
        items=[
            PriceSource(name=one.name, label=one.label, on=one.on, fixed=one.fixed, terms=one.terms)
            for one in sources.list_sources(tx, desk.sources)
        ]
    )


def _show_run(run: RefreshRow) -> RefreshRun:
    return RefreshRun(
        run_id=run.id,
        slot=write_instant(run.slot),
        started_at=write_instant(run.started_at) or "",
        finished_at=write_instant(run.finished_at),
        instruments=run.instruments,
        updated=run.updated,
        held=run.held,
        failed=run.failed,
        providers=[ProviderRun(name=one.name, ok=one.ok, failures=dict(one.failures)) for one in run.providers],
    )
