"""Accounts, sessions and the server's own state."""

from typing import Annotated, Literal

from pydantic import Field

from tickfolio.api.schemas.common import Currency, Identifier, Input, Instant, Output

Password = Annotated[str, Field(min_length=1, max_length=1000)]
Email = Annotated[str, Field(min_length=3, max_length=254, examples=["asha@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Asha"])]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", examples=["en-IN"])]


class SignUp(Input):
    """A new account. The first one is the administrator's."""

    name: Name
    email: Email
    password: Password


class SignIn(Input):
    """Who signs in."""

    email: Email
    password: Password


class MeChange(Input):
    """Settings of one's own; what is left out stays."""

    name: Name | None = None
    locale: Locale | None = None
    base_currency: Currency | None = None
    home_exchange: Annotated[str, Field(min_length=1, max_length=20)] | None = None


class PasswordChange(Input):
    """A new password; every other session ends."""

    current_password: Password
    new_password: Password


class AccountDeletion(Input):
    """Deleting one's account deletes all that is its; the password is asked once more."""

    password: Password


class User(Output):
    """A person with an account."""

    id: Identifier
    name: str
    email: str
    administrator: bool
    locale: str
    base_currency: Currency
    home_exchange: str
    created_at: Instant


class Session(Output):
    """A session that has begun; its token is in the cookie."""

    user: User
    expires_at: Instant


class OpenSession(Output):
    """A browser that is signed in. `last_used_at` is told to the hour; `current` is the one that asks."""

    id: Identifier
    created_at: Instant
    last_used_at: Instant | None
    expires_at: Instant
    current: bool


class OpenSessions(Output):
    """One's sessions, the one that was used last first."""

    items: list[OpenSession]


class ListedUser(Output):
    """An account as the administrator sees it: who it is, and nothing of what they own."""

    id: Identifier
    name: str
    email: str
    administrator: bool
    created_at: Instant
    last_seen_at: Instant | None


class ListedUsers(Output):
    """Every account, the oldest first."""

    items: list[ListedUser]


class Server(Output):
    """What the first page must know: whether the administrator exists, who may sign up, and who asks (null: nobody)."""

    version: str
    set_up: bool
    sign_up: Literal["closed", "open", "invite"]
    password_length_min: int
    user: User | None
