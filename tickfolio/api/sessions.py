"""Routes of sessions: where one is signed in, and ending them from afar."""

from fastapi import APIRouter, Response

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.people import OpenSession, OpenSessions
from tickfolio.api.session import SignedIn, clear_cookie
from tickfolio.reports.summary import write_instant
from tickfolio.services import sessions

router = APIRouter(tags=["people"], route_class=ExactRoute)


@router.get("/sessions", responses=documented(401, 503))
def list_sessions(principal: SignedIn, desk: DeskHere) -> OpenSessions:
    """One's sessions, the one that was used last first. API tokens are none."""
    with desk.database.reading() as tx:
        found = sessions.list_sessions(tx, desk.world, principal)
    return OpenSessions(
        items=[
            OpenSession(
                id=one.id,
                created_at=write_instant(one.created_at) or "",
                last_used_at=write_instant(one.last_used_at),
                expires_at=write_instant(one.expires_at) or "",
                current=one.id == principal.session_id,
            )
            for one in found
        ]
    )


@router.delete("/sessions", status_code=204, responses=documented(401, 403, 503))
def end_other_sessions(principal: SignedIn, desk: DeskHere) -> None:
    """Signs out every other browser of one's own; API tokens stay."""
    with desk.database.transaction() as tx:
        sessions.end_other_sessions(tx, principal)


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(401, 403, 404, 503))
def end_session(session_id: PathId, principal: SignedIn, desk: DeskHere, response: Response) -> None:
    """Signs out one browser of one's own, also this one."""
    with desk.database.transaction() as tx:
        sessions.end_session(tx, desk.world, principal, session_id)
    if session_id == principal.session_id:
        clear_cookie(response, desk.options)
