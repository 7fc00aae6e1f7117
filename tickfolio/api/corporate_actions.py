"""Routes of corporate actions: what happened to an instrument."""

from fastapi import APIRouter, Request, Response

from tickfolio.api.answers import IdempotencyKey, write_once
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.actions import Action, ActionInput, Actions
from tickfolio.api.schemas.common import PathId
from tickfolio.api.session import SignedIn
from tickfolio.domain.money import ZERO, read_decimal, write_known
from tickfolio.domain.splits import read_ratio, write_ratio
from tickfolio.reports.summary import write_instant
from tickfolio.services import corporate_actions
from tickfolio.storage.corporate_actions import ActionKind, CorporateAction
from tickfolio.storage.database import Tx

router = APIRouter(tags=["corporate actions"], route_class=ExactRoute)


@router.get("/instruments/{instrument_id}/actions", responses=documented(401, 404, 503))
def list_actions(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> Actions:
    """The splits, bonus issues and dividends of an instrument, oldest first."""
    with desk.database.reading() as tx:
        instrument = tx.instruments.load(principal.user.id, instrument_id)
        return Actions(items=[_show(one) for one in tx.corporate_actions.of([instrument.id])])


@router.post(
    "/instruments/{instrument_id}/actions",
    status_code=201,
    response_model=Action,
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def record_action(
    instrument_id: PathId,
    body: ActionInput,
    principal: SignedIn,
    desk: DeskHere,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A new fact: the administrator's about what all share, anybody's about their own. Every holding follows."""
    draft = corporate_actions.ActionDraft(
        kind=ActionKind(body.kind),
        ex_on=body.ex_on,
        ratio=None if body.ratio is None else read_ratio(body.ratio),
        amount=None if body.amount is None else read_decimal(body.amount, "amount", above=ZERO),
    )

    def write(tx: Tx) -> tuple[Action, None]:
        return _show(corporate_actions.record_action(tx, desk.world, principal.user, instrument_id, draft)), None

    return write_once(desk, principal, key, request, body, write)


@router.delete(
    "/instruments/{instrument_id}/actions/{action_id}",
    status_code=204,
    responses=documented(401, 403, 404, 409, 503),
)
def remove_action(instrument_id: PathId, action_id: PathId, principal: SignedIn, desk: DeskHere) -> None:
    """Takes a fact back, unless a sale needs the units that came of it."""
    with desk.database.transaction() as tx:
        corporate_actions.remove_action(tx, desk.world, principal.user, instrument_id, action_id)


def _show(action: CorporateAction) -> Action:
    return Action(
        id=action.id,
        instrument_id=action.instrument_id,
        kind=action.kind.value,
        ex_on=action.ex_on,
        ratio=None if action.ratio is None else write_ratio(action.ratio),
        amount=write_known(action.amount),
        source=action.source,
        recorded_at=write_instant(action.recorded_at) or "",
    )
