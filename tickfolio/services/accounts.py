"""Accounts: signing up, in and out, changing what is one's own, and leaving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tickfolio.auth.attempts import Attempts, network_of
from tickfolio.auth.credentials import Passwords, Verified, new_token, read_email, token_hash
from tickfolio.auth.password_strength import check_strength
from tickfolio.domain.errors import (
    AdministratorOnly,
    EmailTaken,
    InvalidInput,
    OwnAccount,
    SignUpClosed,
    TooMany,
    WeakPassword,
    WrongCredentials,
)
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.text import read_text
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.people import Session, User

NAME_SIZE_MAX = 100
HOME_EXCHANGES = frozenset(EXCHANGES) - {"AMFI", "ECB", "MANUAL", "DEMO", "CRYPTO"}


@dataclass(frozen=True, slots=True)
class Reception:
    """What signing up and in needs. Passwords are hashed before a database transaction begins: they take a while."""

    database: Database
    world: World
    passwords: Passwords
    attempts: Attempts
    sign_up: Literal["closed", "open", "invite"]
    password_length_min: int
    session_days: int


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. An API token has no session and no end."""

    user: User
    session: Session | None

    @property
    def session_id(self) -> str | None:
        """The session by which they ask."""
        return None if self.session is None else self.session.id

    @property
    def expires_at(self) -> datetime | None:
        """When that ends."""
        return None if self.session is None else self.session.expires_at


def sign_up(reception: Reception, name: str, email: str, password: str, address: str, *, invited: bool = False) -> User:
    """A new account; the first one is the administrator's, later ones only where the server allows them.

    Whoever the administrator adds is `invited`: the door may be closed, and nobody counts how many there are.
    Raises: InvalidInput, WeakPassword, SignUpClosed, EmailTaken, TooMany.
    """
    clean_name, clean_email = read_text(name, "name", NAME_SIZE_MAX), read_email(email)
    if not invited:
        with reception.database.reading() as tx:
            _refuse_closed(tx, reception)
    check_strength(password, clean_email, clean_name, reception.password_length_min)
    if not invited:
        reception.attempts.allow(f"sign-up {network_of(address)}")
    return add_user(reception, clean_name, clean_email, password, address, invited=invited)


def add_user(reception: Reception, name: str, email: str, password: str, address: str | None, *, invited: bool) -> User:
    """The account itself; `invited` ones need no open door (the operator adds them from the command line).

    Raises: SignUpClosed, EmailTaken.
    """
    password_hash = reception.passwords.hash(password)
    world = reception.world
    with reception.database.transaction() as tx:
        # Whoever raises this counter makes others wait, so that only one of two first sign-ups is the first.
        tx.server.raise_version("accounts")
        first = not tx.people.any()
        if not invited:
            _refuse_closed(tx, reception)
        user = User(
            id=world.new_id(),
            name=name,
            email=email,
            password_hash=password_hash,
            administrator=first,
            locale="en-IN",
            base_currency="INR",
            home_exchange="NSE",
            version=1,
            created_at=world.now(),
        )
        if not tx.people.add_if_new(user):
            raise EmailTaken("There is an account with this e-mail already.")
        tx.server.note(world.new_id(), user.id, "signed_up", address, world.now())
    return user


def sign_in(reception: Reception, email: str, password: str, address: str) -> tuple[User, str, datetime]:
    """Begins a session: the person, the token for the cookie, and when it ends.

    An unknown e-mail takes as long and is answered as a wrong password is.
    Raises: WrongCredentials, TooMany.
    """
    now = reception.world.now()
    try:
        account = read_email(email)
    except InvalidInput:
        account = "nobody"  # no address can be this: it is looked for, hashed and refused like any other
    with reception.database.reading() as tx:
        user = tx.people.find_by_email(account)
        familiar = user is not None and tx.people.is_familiar(user.id, network_of(address), now)
    verified = _try_password(reception, account, user, password, address, familiar=familiar)
    if user is None or not verified.ok:
        raise WrongCredentials("The e-mail or the password is wrong.")
    token, expires_at = _begin_session(reception, user, verified.new_hash, address, now)
    return user, token, expires_at


def find_principal(tx: Tx, now: datetime, *, session_token: str | None, api_token: str | None) -> Principal | None:
    """Who asks with this token; None when nobody. The one way in, for every route."""
    if api_token is not None:
        owner = tx.people.find_by_api_token(token_hash(api_token))
        return Principal(owner, None) if owner else None
    if session_token is not None:
        found = tx.people.find_by_session(token_hash(session_token), now)
        return Principal(*found) if found else None
    return None


def sign_out(tx: Tx, principal: Principal) -> None:
    """Ends this session; an API token has none to end."""
    if principal.session_id is not None:
        tx.people.end_session(principal.session_id)


def change_me(tx: Tx, user: User, changes: Mapping[str, str]) -> User:
    """Changes one's name, locale, base currency or home exchange. Raises: InvalidInput."""
    values = dict(changes)
    if "name" in values:
        values["name"] = read_text(values["name"], "name", NAME_SIZE_MAX)
    if values.get("home_exchange", "NSE") not in HOME_EXCHANGES:
        raise InvalidInput("home_exchange", f"home_exchange must be one of {', '.join(sorted(HOME_EXCHANGES))}.")
    if values:
        tx.people.change(user.id, **values)
    return tx.people.load(user.id)


def change_password(reception: Reception, principal: Principal, current: str, new: str, address: str) -> None:
    """A new password; every other session and every API token ends.

    Raises: WrongCredentials, WeakPassword, TooMany.
    """
    user = principal.user
    _prove(reception, user, current, address)
    try:
        check_strength(new, user.email, user.name, reception.password_length_min)
    except WeakPassword as weak:
        raise WeakPassword("new_password", weak.message) from None
    _set_password(reception, user, new, keep_session=principal.session_id, address=address)


def reset_password(reception: Reception, email: str, new: str) -> User:
    """A new password by the operator, who needs no old one; every session ends. Raises: InvalidInput, WeakPassword."""
    with reception.database.reading() as tx:
        user = tx.people.find_by_email(read_email(email))
    if user is None:
        raise InvalidInput("email", f"There is no account with the e-mail {email}.")
    check_strength(new, user.email, user.name, reception.password_length_min)
    _set_password(reception, user, new, keep_session=None, address=None)
    return user


def delete_account(reception: Reception, user: User, password: str, address: str) -> None:
    """Deletes the account and all that is its; after the administrator, the oldest account that is left is theirs.

    Raises: WrongCredentials, TooMany.
    """
    _prove(reception, user, password, address)
    with reception.database.transaction() as tx:
        tx.server.raise_version("accounts")  # as in `add_user`: who comes and who goes do so one after the other
        tx.people.delete(user.id)
        tx.people.keep_an_administrator()
        tx.server.note(reception.world.new_id(), None, "account_deleted", None, reception.world.now())


def list_users(tx: Tx) -> Sequence[tuple[User, datetime | None]]:
    """Every account with the instant of its last use, the oldest first; for the administrator."""
    seen = tx.people.last_seen()
    return [(user, seen.get(user.id)) for user in tx.people.all()]


def remove_user(reception: Reception, administrator: User, user_id: str, password: str, address: str) -> None:
    """The administrator, who proves it by their own password, removes another's account and all that is its.

    Raises: AdministratorOnly, OwnAccount, NotFound, WrongCredentials, TooMany.
    """
    if not administrator.administrator:
        raise AdministratorOnly("Only the administrator removes accounts.")
    if user_id == administrator.id:
        raise OwnAccount("Your own account is deleted in your settings.")
    with reception.database.reading() as tx:
        tx.people.load(user_id)
    _prove(reception, administrator, password, address)
    world = reception.world
    with reception.database.transaction() as tx:
        tx.server.raise_version("accounts")
        tx.people.load(user_id)
        tx.people.delete(user_id)
        tx.people.keep_an_administrator()
        tx.server.note(world.new_id(), administrator.id, "account_removed", address, world.now())


def _refuse_closed(tx: Tx, reception: Reception) -> None:
    if reception.sign_up != "open" and tx.people.any():
        raise SignUpClosed("This server takes no new accounts; ask its administrator for one.")


def _try_password(
    reception: Reception, account: str, user: User | None, password: str, address: str, *, familiar: bool
) -> Verified:
    """One counted try, counted before the slow part; an account that does not exist takes as long. Raises: TooMany."""
    reception.attempts.check(account, address, familiar)
    try:
        verified = reception.passwords.verify(password, user.password_hash if user else None)
    except TooMany:
        reception.attempts.withdrawn(account, address, familiar)
        raise
    if user is None or not verified.ok:
        reception.attempts.failed(account, address)
    else:
        reception.attempts.succeeded(account, address, familiar)
    return verified


def _prove(reception: Reception, user: User, password: str, address: str) -> None:
    """The person at the keyboard knows the password, and not only found a browser that is signed in."""
    if not _try_password(reception, user.email, user, password, address, familiar=True).ok:
        raise WrongCredentials("The current password is wrong.")


def _begin_session(
    reception: Reception, user: User, new_hash: str | None, address: str, now: datetime
) -> tuple[str, datetime]:
    token, world = new_token(reception.world.randomness), reception.world
    expires_at = now + timedelta(days=reception.session_days)
    session = Session(world.new_id(), user.id, token_hash(token), network_of(address), now, expires_at, now)
    with reception.database.transaction() as tx:
        # The password may have been changed while it was verified; then this sign-in came too late.
        current = tx.people.find_by_email(user.email, to_change=True)
        if current is None or current.password_hash != user.password_hash:
            raise WrongCredentials("The e-mail or the password is wrong.")
        if new_hash is not None:
            tx.people.change(user.id, password_hash=new_hash)
        tx.people.begin_session(session)
        tx.server.note(world.new_id(), user.id, "signed_in", address, now)
    return token, expires_at


def _set_password(
    reception: Reception, user: User, password: str, *, keep_session: str | None, address: str | None
) -> None:
    password_hash = reception.passwords.hash(password)
    with reception.database.transaction() as tx:
        tx.people.change(user.id, password_hash=password_hash)
        tx.people.end_sessions(user.id, but=keep_session)
        tx.people.end_api_tokens(user.id)
        tx.server.note(reception.world.new_id(), user.id, "password_changed", address, reception.world.now())
