"""Routes of other names of instruments: what they were called before, and what else they are called."""

from fastapi import APIRouter

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas import aliases as shapes
from tickfolio.api.schemas.common import PathId
from tickfolio.api.session import SignedIn
from tickfolio.reports.summary import write_instant
from tickfolio.services.aliases import AliasDraft, add_alias, list_aliases, remove_alias
from tickfolio.storage.instrument_aliases import Alias, AliasKind

router = APIRouter(tags=["instruments"], route_class=ExactRoute)


@router.get("/instruments/{instrument_id}/aliases", responses=documented(401, 404, 503))
def list_names(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> shapes.Aliases:
    """Every other name of an instrument, oldest first."""
    with desk.database.reading() as tx:
        _, found = list_aliases(tx, principal.user, instrument_id)
    return shapes.Aliases(items=[_show(alias) for alias in found])


@router.post(
    "/instruments/{instrument_id}/aliases",
    status_code=201,
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def add_name(instrument_id: PathId, body: shapes.AliasInput, principal: SignedIn, desk: DeskHere) -> shapes.Alias:
    """Writes another name down; the administrator's, but for one's own instrument."""
    draft = AliasDraft(AliasKind(body.kind), body.value, body.exchange, body.since, body.until)
    with desk.database.transaction() as tx:
        return _show(add_alias(tx, desk.world, principal.user, instrument_id, draft))


@router.delete(
    "/instruments/{instrument_id}/aliases/{alias_id}", status_code=204, responses=documented(401, 403, 404, 503)
)
def remove_name(instrument_id: PathId, alias_id: PathId, principal: SignedIn, desk: DeskHere) -> None:
    """Takes a name back."""
    with desk.database.transaction() as tx:
        remove_alias(tx, principal.user, instrument_id, alias_id)


def _show(alias: Alias) -> shapes.Alias:
    return shapes.Alias(
        id=alias.id,
        kind=alias.kind.value,
        value=alias.value,
        exchange=alias.exchange,
        since=alias.since.isoformat() if alias.since else None,
        until=alias.until.isoformat() if alias.until else None,
        source=alias.source,
        recorded_at=write_instant(alias.recorded_at) or "",
    )
