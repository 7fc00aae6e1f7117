"""People, their sessions and their tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import api_tokens, audit_log, instruments, portfolios, sessions, users
from tickfolio.storage.upsert import insert_if_new


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. `version` rises with every change of anything that is theirs."""

    id: str
    name: str
    email: str
    password_hash: str
    administrator: bool
    locale: str
    base_currency: str
    home_exchange: str
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. Only the hash of its token is kept."""

    id: str
    user_id: str
    token_hash: str
    address: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


class People:
    """Reads and writes of accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any(self) -> bool:
        """Whether anybody has an account yet."""
        return bool(self._connection.execute(select(exists(select(users.c.id)))).scalar_one())

    def find_by_email(self, email: str, *, to_change: bool = False) -> User | None:
        """The account with this e-mail, in the form `read_email` gives.

        `to_change` makes others who want to change it wait until this transaction ends.
        """
        query = select(users).where(users.c.email == email)
        row = self._connection.execute(query.with_for_update() if to_change else query).one_or_none()
        return User(**row._asdict()) if row else None

    def load(self, user_id: str) -> User:
        """The account. Raises: NotFound."""
        row = self._connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        if row is None:
            raise NotFound("account")
        return User(**row._asdict())

    def all(self) -> Sequence[User]:
        """Every account, the oldest first; for the administrator's commands."""
        return [User(**row._asdict()) for row in self._connection.execute(select(users).order_by(users.c.id))]

    def add_if_new(self, user: User) -> bool:
        """A new account; False when its e-mail has one already."""
        return insert_if_new(self._connection, users, values_of(user))

    def change(self, user_id: str, **values: Any) -> None:
        """Changes columns of an account, and so its version."""
        changed = update(users).where(users.c.id == user_id)
        self._connection.execute(changed.values(version=users.c.version + 1, **values))

    def delete(self, user_id: str) -> None:
        """Deletes the account and all that is its; the audit log keeps what happened, without the person."""
        # Transactions point at instruments, so the portfolios go first.
        self._connection.execute(delete(portfolios).where(portfolios.c.user_id == user_id))
        self._connection.execute(delete(instruments).where(instruments.c.owner_id == user_id))
        self._connection.execute(update(audit_log).where(audit_log.c.user_id == user_id).values(user_id=None))
        self._connection.execute(delete(users).where(users.c.id == user_id))

    def keep_an_administrator(self) -> None:
        """Where no account is the administrator's any more, the oldest one becomes it."""
        u = users.c
        if self._connection.execute(select(exists(select(u.id).where(u.administrator)))).scalar_one():
            return
        oldest = select(u.id).order_by(u.created_at, u.id).limit(1).scalar_subquery()
        changed = update(users).where(u.id == oldest)
        self._connection.execute(changed.values(administrator=True, version=u.version + 1))

    def begin_session(self, session: Session) -> None:
        """A browser signs in."""
        self._connection.execute(insert(sessions), values_of(session))

    def find_by_session(self, token_hash: str, now: datetime) -> tuple[User, Session] | None:
        """Who is signed in with this token, and the session; None when nobody, or no longer."""
        query = (
            select(users, *(column.label(f"session_{column.name}") for column in sessions.c))
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        values = row._asdict()
        session = Session(**{column.name: values.pop(f"session_{column.name}") for column in sessions.c})
        return User(**values), session

    def find_by_api_token(self, token_hash: str) -> User | None:
        """Who owns this API token."""
        query = select(users).join(api_tokens, api_tokens.c.user_id == users.c.id)
        row = self._connection.execute(query.where(api_tokens.c.token_hash == token_hash)).one_or_none()
        return User(**row._asdict()) if row else None

    def add_api_token(self, token_id: str, user_id: str, name: str, token_hash: str, now: datetime) -> None:
        """A new API token; only its hash is kept."""
        row = {"id": token_id, "user_id": user_id, "name": name, "token_hash": token_hash, "created_at": now}
        self._connection.execute(insert(api_tokens), row)

    def end_session(self, session_id: str) -> None:
        """Signs one browser out."""
        self._connection.execute(delete(sessions).where(sessions.c.id == session_id))

    def sessions_of(self, user_id: str, now: datetime) -> Sequence[Session]:
        """A person's sessions that are not over."""
        s = sessions.c
        query = select(sessions).where(s.user_id == user_id, s.expires_at > now).order_by(s.id)
        return [Session(**row._asdict()) for row in self._connection.execute(query)]

    def note_use(self, session_id: str, at: datetime) -> None:
        """A session was used."""
        used = update(sessions).where(sessions.c.id == session_id)
        self._connection.execute(used.values(last_used_at=at))

    def last_seen(self) -> Mapping[str, datetime]:
        """When each account was used last, by its id: by a session that is still known, or by signing in."""
        s, a = sessions.c, audit_log.c
        used = select(s.user_id, func.max(s.last_used_at)).group_by(s.user_id)
        signed_in = select(a.user_id, func.max(a.at)).where(a.action == "signed_in", a.user_id.is_not(None))
        found: dict[str, datetime] = {}
        for query in (used, signed_in.group_by(a.user_id)):
            for user_id, at in self._connection.execute(query):
                if at is not None:
                    found[user_id] = max(at, found.get(user_id, at))
        return found

    def end_sessions(self, user_id: str, *, but: str | None = None) -> None:
        """Signs a person out everywhere, `but` in one session; API tokens stay."""
        ended = delete(sessions).where(sessions.c.user_id == user_id)
        self._connection.execute(ended.where(sessions.c.id != but) if but else ended)

    def end_api_tokens(self, user_id: str) -> None:
        """No API token of a person's is good any more."""
        self._connection.execute(delete(api_tokens).where(api_tokens.c.user_id == user_id))

    def is_familiar(self, user_id: str, address: str, now: datetime) -> bool:
        """Whether this person has a session from this address."""
        s = sessions.c
        query = select(exists().where(s.user_id == user_id, s.address == address, s.expires_at > now))
        return bool(self._connection.execute(query).scalar_one())

    def forget_expired_sessions(self, now: datetime) -> int:
        """Deletes sessions that are over; says how many."""
        return self._connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount
