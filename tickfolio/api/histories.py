"""Routes of the closes of the past: how far their fetching is, and having a gap looked at now."""

from fastapi import APIRouter

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.histories import HistoryFill, HistoryProgress
from tickfolio.api.session import SignedIn
from tickfolio.reports.summary import write_instant
from tickfolio.services.history_fill import ask_for_history, load_progress
from tickfolio.storage.history_fills import Fill

router = APIRouter(tags=["histories"], route_class=ExactRoute)


@router.get("/prices/histories", responses=documented(401, 503))
def get_progress(principal: SignedIn, desk: DeskHere) -> HistoryProgress:
    """How far the fetching of all past closes is."""
    del principal
    with desk.database.reading() as tx:
        progress = load_progress(tx)
    return HistoryProgress(
        wanted=progress.wanted,
        done=progress.done,
        waiting=progress.waiting,
        running=progress.running,
        failed=progress.failed,
    )


@router.get("/instruments/{instrument_id}/history", responses=documented(401, 404, 503))
def get_fill(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> HistoryFill:
    """How the fetching of an instrument's closes stands."""
    with desk.database.reading() as tx:
        instrument = tx.instruments.load(principal.user.id, instrument_id)
        return _show(instrument.id, tx.history_fills.of([instrument.id]).get(instrument.id))


@router.post("/instruments/{instrument_id}/history", status_code=202, responses=documented(401, 404, 503))
def ask(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> HistoryFill:
    """Has the missing closes of an instrument looked for now; again within a minute, it says how that stands."""
    with desk.database.transaction() as tx:
        fill = ask_for_history(tx, desk.world, principal.user, instrument_id)
        if fill is not None:
            tx.after_commit(lambda: desk.world.ask_for_prices([instrument_id]))
    return _show(instrument_id, fill)


def _show(instrument_id: str, fill: Fill | None) -> HistoryFill:
    return HistoryFill(
        instrument_id=instrument_id,
        state="none" if fill is None else fill.state.value,
        wanted_from=None if fill is None else fill.wanted_from.isoformat(),
        source=None if fill is None else fill.source,
        closes=0 if fill is None else fill.closes,
        failure=None if fill is None else fill.failure,
        asked_at=write_instant(fill.asked_at) if fill else None,
        next_at=write_instant(fill.next_at) if fill else None,
    )
