"""Routes of accounts, sessions and the server's own state."""

from fastapi import APIRouter, Request, Response

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.people import (
    AccountDeletion,
    MeChange,
    PasswordChange,
    Server,
    Session,
    SignIn,
    SignUp,
    User,
)
from tickfolio.api.session import Address, SignedIn, clear_cookie, identify, set_cookie
from tickfolio.domain.errors import Unauthenticated
from tickfolio.reports.summary import write_instant
from tickfolio.services import accounts
from tickfolio.storage.people import User as UserRow

router = APIRouter(tags=["people"], route_class=ExactRoute)
_WRITE = (400, 403, 413, 415, 422, 503)


@router.get("/server", responses=documented(503))
def get_server(desk: DeskHere, request: Request) -> Server:
    """What the first page must know: is there an administrator, who may sign up, and who is it that asks."""
    with desk.database.reading() as tx:
        try:
            user = _show(identify(tx, desk.world, desk.options, request.headers).user)
        except Unauthenticated:
            user = None
        return Server(
            version=desk.options.version,
            set_up=tx.people.any(),
            sign_up=desk.reception.sign_up,
            password_length_min=desk.reception.password_length_min,
            user=user,
        )


@router.post("/users", status_code=201, responses=documented(409, 429, *_WRITE))
def sign_up(body: SignUp, desk: DeskHere, address: Address) -> User:
    """A new account. The first one is the administrator's; later ones only where the server allows them."""
    return _show(accounts.sign_up(desk.reception, body.name, body.email, body.password, address))


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
