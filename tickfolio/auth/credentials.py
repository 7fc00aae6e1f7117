"""What people prove who they are with: passwords, tokens and the e-mail that names the account."""

import base64
import hashlib
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from tickfolio.domain.errors import InvalidInput, TooMany

TOKEN_BYTES = 32
EMAIL_SIZE_MAX = 254
LOCAL_SIZE_MAX = 64
LABEL_SIZE_MAX = 63
LOCAL_SIGNS = frozenset("!#$%&'*+-/=?^_`{|}~.")


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password is right; `new_hash` is to be stored instead when the old one was made with older costs."""

    ok: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and verifies passwords with Argon2id (64 MB and about 0.1 s each), few at a time.

    Both calls block: for a thread, not for the event loop. `parallel` bounds the memory that a crowd of sign-ins takes.
    """

    def __init__(self, hasher: HasherProtocol | None = None, *, parallel: int = 2, wait_seconds: float = 5.0) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._places = threading.BoundedSemaphore(parallel)
        self._wait_seconds = wait_seconds
        # Verified in place of the hash of an account that does not exist; nobody can sign in by it, see `verify`.
        self._dummy = self._hash.hash("nobody")

    def hash(self, password: str) -> str:
        """The text to store for a password.

        Raises: TooMany when others keep all places taken for `wait_seconds`.
        """
        with self._place():
            return self._hash.hash(_bytes_of(password))

    def verify(self, password: str, stored: str | None) -> Verified:
        """Whether the password belongs to the stored hash; None, for an account that does not exist, takes as long.

        Raises: TooMany when others keep all places taken for `wait_seconds`.
        """
        with self._place():
            if stored is not None:
                try:
                    return Verified(*self._hash.verify_and_update(_bytes_of(password), stored))
                except UnknownHashError:
                    pass  # Not a hash at all: nobody can sign in by it, in the same time as by a wrong password.
            self._hash.verify(_bytes_of(password), self._dummy)
            return Verified(ok=False)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._wait_seconds):
            raise TooMany("Too many people are signing in at this moment.", retry_after_seconds=5)
        try:
            yield
        finally:
            self._places.release()


def _bytes_of(password: str) -> bytes:
    """The composed form (NFC): one person's keyboards may send an accent apart or together.

    Halves of surrogate pairs pass, because a wrong password is wrong, not an error.
    """
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def new_token(randomness: Callable[[int], bytes]) -> str:
    """A secret nobody can guess: 32 random bytes in 43 characters that are safe in URLs and cookies."""
    return base64.urlsafe_b64encode(randomness(TOKEN_BYTES)).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> str:
    """What is stored of a token (SHA-256, hex), so that a stolen database signs nobody in.

    No salt and no slow hash: 32 random bytes cannot be guessed. Any text is taken, since strangers send it.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def read_email(text: str) -> str:
    """The one form of an e-mail address in which it is stored and compared: trimmed, composed, in small letters.

    Raises: InvalidInput for the field `email`. Only what cannot be an address is refused; whether somebody reads mail
    there, no rule can tell.
    """
    trimmed = text.strip()
    if len(trimmed) > EMAIL_SIZE_MAX:
        raise InvalidInput("email", f"The e-mail has {len(trimmed)} characters; at most {EMAIL_SIZE_MAX} are allowed.")
    email = unicodedata.normalize("NFC", trimmed).lower()
    local, at, domain = email.rpartition("@")
    if not at or len(email) > EMAIL_SIZE_MAX or not _is_local(local) or not _is_domain(domain):
        raise InvalidInput("email", "This is not an e-mail address; it looks like name@example.org.")
    return email


def _is_local(local: str) -> bool:
    return (
        0 < len(local) <= LOCAL_SIZE_MAX
        and all(_is_word(character) or character in LOCAL_SIGNS for character in local)
        and "" not in local.split(".")
    )


def _is_domain(domain: str) -> bool:
    return all(
        0 < len(label) <= LABEL_SIZE_MAX
        and label[0] != "-" != label[-1]
        and all(_is_word(character) or character == "-" for character in label)
        for label in domain.split(".")
    )


def _is_word(character: str) -> bool:
    """Letters, their marks and digits of any script; so no space, control character or invisible one."""
    return unicodedata.category(character)[0] in "LMN"
