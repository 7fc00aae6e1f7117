"""Routes of sources of one's own: an address for the price of what is one's own and no source prices."""

from fastapi import APIRouter

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas import own_sources as shapes
from tickfolio.api.schemas.common import PathId
from tickfolio.api.session import SignedIn
from tickfolio.domain.money import write_decimal
from tickfolio.providers.own_answer import OwnFailure
from tickfolio.reports.summary import write_instant
from tickfolio.services import own_sources
from tickfolio.services.own_sources import OwnSourceDraft, OwnSourceState
from tickfolio.storage.own_sources import OwnSource

router = APIRouter(tags=["instruments"], route_class=ExactRoute)
_CHANGES = documented(400, 401, 403, 404, 413, 415, 422, 503)


@router.get("/instruments/{instrument_id}/own-source", responses=documented(401, 403, 404, 503))
def get_own_source(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> shapes.OwnSourceState:
    """Where the price of an instrument of one's own on exchange MANUAL is asked for, if anywhere."""
    with desk.database.reading() as tx:
        return _show(own_sources.load_own_source(tx, desk.sources, principal.user.id, instrument_id))


@router.put("/instruments/{instrument_id}/own-source", responses=_CHANGES)
def put_own_source(
    instrument_id: PathId, body: shapes.OwnSourceInput, principal: SignedIn, desk: DeskHere
) -> shapes.OwnSourceState:
    """From now on the price is asked for there, at every refresh; at most 50 addresses a person."""
    with desk.database.transaction() as tx:
        user_id = principal.user.id
        stored = own_sources.store_own_source(tx, desk.world, desk.sources, user_id, instrument_id, _draft(body))
    return _show(stored)


@router.delete("/instruments/{instrument_id}/own-source", status_code=204, responses=documented(401, 403, 404, 503))
def delete_own_source(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> None:
    """The price is not asked for any more; the last one stays."""
    with desk.database.transaction() as tx:
        own_sources.remove_own_source(tx, principal.user.id, instrument_id)


@router.post("/instruments/{instrument_id}/own-source/try", responses=_CHANGES | documented(429))
def try_own_source(
    instrument_id: PathId, body: shapes.OwnSourceInput, principal: SignedIn, desk: DeskHere
) -> shapes.OwnSourceTried:
    """Asks an address once, now, and stores nothing: the price that stands there, or precisely why there is none."""
    told = own_sources.try_own_source(
        desk.database, desk.world, desk.sources, principal.user.id, instrument_id, _draft(body)
    )
    with desk.database.reading() as tx:
        currency = tx.instruments.load(principal.user.id, instrument_id).currency
    if isinstance(told, OwnFailure):
        failure = shapes.OwnSourceFailure(
            code=told.code, message=told.message, where=told.where, found=told.found, status=told.status
        )
        return shapes.OwnSourceTried(price=None, currency=currency, date=None, at=None, failure=failure)
    price, at = write_decimal(told.price), write_instant(told.at)
    return shapes.OwnSourceTried(price=price, currency=currency, date=told.day, at=at, failure=None)


def _draft(body: shapes.OwnSourceInput) -> OwnSourceDraft:
    return OwnSourceDraft(body.url, body.format, body.price_path, body.date_path, body.currency)


def _show(state: OwnSourceState) -> shapes.OwnSourceState:
    return shapes.OwnSourceState(
        source=None if state.source is None else _show_source(state.source),
        on=state.is_on,
        failure=state.failure,
        failing_since=write_instant(state.failing_since),
    )


def _show_source(one: OwnSource) -> shapes.OwnSource:
    return shapes.OwnSource(
        url=one.url,
        format=one.format,
        price_path=one.price_path,
        date_path=one.date_path,
        currency=one.currency,
        created_at=write_instant(one.created_at) or "",
    )
