"""Routes of accounts, sessions and the server's own state."""

from fastapi import APIRouter, Request, Response

from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.people import (
    AccountDeletion,
    ListedUser,
    ListedUsers,
    MeChange,
    PasswordChange,
    Server,
    Session,
    SignIn,
    SignUp,
    User,
)
from tickfolio.api.session import Address, Administrator, SignedIn, clear_cookie, identify, set_cookie
from tickfolio.domain.errors import Unauthenticated
from tickfolio.reports.summary import write_instant
from tickfolio.services import accounts
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User as UserRow

router = APIRouter(tags=["people"], route_class=ExactRoute)
_WRITE = (400, 403, 413, 415, 422, 503)


@router.get("/server", responses=documented(503))
def get_server(desk: DeskHere, request: Request) -> Server:
    """What the first page must know: is there an administrator, who may sign up, and who is it that asks."""
    with desk.database.reading() as tx:
        user = _find_user(tx, desk, request)
        return Server(
            version=desk.options.version,
            set_up=tx.people.any(),
            sign_up=desk.reception.sign_up,
            password_length_min=desk.reception.password_length_min,
            user=None if user is None else _show(user),
        )


@router.post("/users", status_code=201, responses=documented(409, 429, *_WRITE))
def sign_up(body: SignUp, desk: DeskHere, address: Address, request: Request) -> User:
    """A new account. The first one is the administrator's; later ones where the server allows them, or by them.

    Nobody is signed in by it: who asks goes on as who they are.
    """
    with desk.database.reading() as tx:
        user = _find_user(tx, desk, request)
    invited = user is not None and user.administrator
    return _show(accounts.sign_up(desk.reception, body.name, body.email, body.password, address, invited=invited))


@router.get("/users", responses=documented(401, 403, 503))
def list_users(principal: Administrator, desk: DeskHere) -> ListedUsers:
    """Every account: who it is and when it was last used, and nothing of what they own. The administrator's alone."""
    del principal
    with desk.database.reading() as tx:
        found = accounts.list_users(tx)
    return ListedUsers(
        items=[
            ListedUser(
                id=user.id,
                name=user.name,
                email=user.email,
                administrator=user.administrator,
                created_at=write_instant(user.created_at) or "",
                last_seen_at=write_instant(seen_at),
            )
            for user, seen_at in found
        ]
    )


@router.delete("/users/{user_id}", status_code=204, responses=documented(401, 404, 409, 429, *_WRITE))
def remove_user(
    user_id: PathId, body: AccountDeletion, principal: Administrator, desk: DeskHere, address: Address
) -> None:
    """Removes somebody's account and all that is its, for good; with the administrator's own password."""
    accounts.remove_user(desk.reception, principal.user, user_id, body.password, address)


@router.post("/session", status_code=201, responses=documented(401, 429, *_WRITE))
def sign_in(body: SignIn, desk: DeskHere, address: Address, response: Response) -> Session:
    """Begins a session; its token comes in a cookie. One answer for a wrong e-mail and a wrong password."""
    user, token, expires_at = accounts.sign_in(desk.reception, body.email, body.password, address)
    set_cookie(response, desk.options, token, desk.reception.session_days * 86_400)
    return Session(user=_show(user), expires_at=write_instant(expires_at) or "")


@router.delete("/session", status_code=204, responses=documented(401, 403, 503))
def sign_out(principal: SignedIn, desk: DeskHere, response: Response) -> None:
    """Ends this session."""
    with desk.database.transaction() as tx:
        accounts.sign_out(tx, principal)
    clear_cookie(response, desk.options)


@router.get("/me", responses=documented(401, 503))
def get_me(principal: SignedIn) -> User:
    """Who is signed in."""
    return _show(principal.user)


@router.patch("/me", responses=documented(401, *_WRITE))
def change_me(body: MeChange, principal: SignedIn, desk: DeskHere) -> User:
    """Changes one's own settings; what is left out stays."""
    with desk.database.transaction() as tx:
        return _show(accounts.change_me(tx, principal.user, body.model_dump(exclude_none=True)))


@router.post("/me/password", status_code=204, responses=documented(401, 429, *_WRITE))
def change_password(body: PasswordChange, principal: SignedIn, desk: DeskHere, address: Address) -> None:
    """A new password; every other session and every API token ends."""
    accounts.change_password(desk.reception, principal, body.current_password, body.new_password, address)


@router.delete("/me", status_code=204, responses=documented(401, 429, *_WRITE))
def delete_me(body: AccountDeletion, principal: SignedIn, desk: DeskHere, address: Address, response: Response) -> None:
    """Deletes the account and all that is its, for good."""
    accounts.delete_account(desk.reception, principal.user, body.password, address)
    clear_cookie(response, desk.options)


def _find_user(tx: Tx, desk: Desk, request: Request) -> UserRow | None:
    """Who asks, where anybody may."""
    try:
        return identify(tx, desk.world, desk.options, request.headers).user
    except Unauthenticated:
        return None


def _show(user: UserRow) -> User:
    return User(
        id=user.id,
        name=user.name,
        email=user.email,
        administrator=user.administrator,
        locale=user.locale,
        base_currency=user.base_currency,
        home_exchange=user.home_exchange,
        created_at=write_instant(user.created_at) or "",
    )
