"""Sessions: where one is signed in, and ending them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from tickfolio.domain.errors import NotFound, Unavailable
from tickfolio.services.accounts import Principal
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.people import Session

# When a session was used is written down no more often than this: a page asks every few seconds.
NOTED_EVERY = timedelta(hours=1)


def list_sessions(tx: Tx, world: World, principal: Principal) -> Sequence[Session]:
    """One's sessions that are not over, the one that was used last first."""
    found = tx.people.sessions_of(principal.user.id, world.now())
    return sorted(found, key=lambda one: (one.last_used_at or one.created_at, one.id), reverse=True)


def end_session(tx: Tx, world: World, principal: Principal, session_id: str) -> None:
    """Ends one of one's sessions, also the one that asks. Raises: NotFound, also when it is somebody else's."""
    if all(one.id != session_id for one in tx.people.sessions_of(principal.user.id, world.now())):
        raise NotFound("session")
    tx.people.end_session(session_id)


def end_other_sessions(tx: Tx, principal: Principal) -> None:
    """Ends all of one's sessions but the one that asks; API tokens stay."""
    tx.people.end_sessions(principal.user.id, but=principal.session_id)


def note_use(database: Database, world: World, principal: Principal) -> None:
    """Writes down that a session is used, to the hour; where nothing can be written now, a later request does."""
    session, now = principal.session, world.now()
    if session is None or now - (session.last_used_at or session.created_at) < NOTED_EVERY:
        return
    with suppress(Unavailable), database.transaction() as tx:
        tx.people.note_use(session.id, now)
