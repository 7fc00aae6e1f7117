import hashlib
import threading
import time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from tickfolio.auth.credentials import Passwords, Verified, new_token, read_email, token_hash
from tickfolio.domain.errors import InvalidInput, TooMany


class Watched(Argon2Hasher):
    """Argon2 with the least costs, which counts what it is asked and may take its time."""

    def __init__(self, pause_seconds=0.0, **costs) -> None:
        super().__init__(**{"time_cost": 1, "memory_cost": 8, "parallelism": 1} | costs)
        self.pause_seconds = pause_seconds
        self.verifications = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def verify(self, password, hash) -> bool:  # noqa: A002 (the library's name)
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.pause_seconds)
        ok = super().verify(password, hash)
        with self._lock:
            self.at_once -= 1
            self.verifications.append(hash)
        return ok


@pytest.fixture
def hasher():
    return Watched()


@pytest.fixture
def passwords(hasher):
    return Passwords(hasher)


def test_a_password_is_verified_by_its_hash(passwords):
    stored = passwords.hash("tulip-wagon-9-frost")

    assert passwords.verify("tulip-wagon-9-frost", stored) == Verified(ok=True)
    assert passwords.verify("tulip-wagon-9-frosT", stored) == Verified(ok=False)
    assert passwords.hash("tulip-wagon-9-frost") != stored


def test_the_ordinary_hash_is_argon2id_with_64_mb():
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=65536,")


def test_an_accent_may_be_typed_apart_or_together(passwords):
    stored = passwords.hash("Zwölf Boxkämpfer")

    assert passwords.verify("Zwo\u0308lf Boxka\u0308mpfer", stored).ok


@pytest.mark.parametrize("password", ["", "\ud800", "a\x00b", "x" * 100_000], ids=["empty", "half", "NUL", "long"])
def test_any_text_is_a_password_that_is_right_or_wrong(passwords, password):
    assert not passwords.verify(password, passwords.hash("a")).ok
    assert passwords.verify(password, passwords.hash(password)).ok


def test_fault_69_an_unknown_account_costs_the_same_verification(passwords, hasher):
    known = passwords.hash("right")

    def costs(stored):
        """How often was verified, and with which costs."""
        hasher.verifications.clear()
        assert passwords.verify("wrong", stored) == Verified(ok=False)
        return [hash_.split("$")[1:4] for hash_ in hasher.verifications]

    assert costs(known) == costs(None) == [["argon2id", "v=19", "m=8,t=1,p=1"]]
    assert costs("no hash at all") == costs(known)


def test_nobody_signs_in_to_an_unknown_account(passwords):
    for password in ("nobody", "", "dummy"):
        assert passwords.verify(password, None) == Verified(ok=False)


def test_a_hash_of_older_costs_is_made_anew_when_the_password_is_right(passwords):
    older = Passwords(Watched(memory_cost=16)).hash("right")

    verified = passwords.verify("right", older)

    assert verified.ok
    assert verified.new_hash is not None
    assert passwords.verify("right", verified.new_hash) == Verified(ok=True)
    assert passwords.verify("wrong", older) == Verified(ok=False)


def test_fault_69_at_most_two_at_once():
    hasher = Watched(pause_seconds=0.02)
    passwords = Passwords(hasher, parallel=2, wait_seconds=10)
    stored = passwords.hash("right")

    threads = [threading.Thread(target=passwords.verify, args=("right", stored)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert hasher.most_at_once == 2
    assert len(hasher.verifications) == 12


def test_who_waits_too_long_is_told_to_come_back():
    hasher = Watched(pause_seconds=0.5)
    passwords = Passwords(hasher, parallel=1, wait_seconds=0.05)
    busy = threading.Thread(target=passwords.verify, args=("x", None))
    busy.start()
    while not hasher.at_once:
        time.sleep(0.001)

    with pytest.raises(TooMany) as raised:
        passwords.verify("x", None)
    with pytest.raises(TooMany):
        passwords.hash("x")

    assert raised.value.retry_after_seconds > 0
    busy.join()
    assert passwords.verify("right", passwords.hash("right")).ok


def test_a_token_is_32_random_bytes_and_stored_as_its_hash():
    # 32 bytes are 256 bits, six to a character: 43 characters. 0xfb 0xff would be "+/" in ordinary base64.
    asked = []
    token = new_token(lambda size: asked.append(size) or b"\xfb\xff" * 16)

    assert asked == [32]
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token_hash(token) == hashlib.sha256(token.encode()).hexdigest()
    assert len(token_hash("\ud800")) == 64


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("asha@example.org", "asha@example.org"),
        ("  Asha.Menon+Shares@Example.ORG\n", "asha.menon+shares@example.org"),
        ("root@localhost", "root@localhost"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk"),
        ("JÖRG@BÜCHER.DE", "jörg@bücher.de"),
        ("jo\u0308rg@example.org", "jörg@example.org"),
        ("मेरा@उदाहरण.भारत", "मेरा@उदाहरण.भारत"),
        ("a" * 64 + "@" + ".".join(["b" * 62] * 3), "a" * 64 + "@" + ".".join(["b" * 62] * 3)),
    ],
)
def test_an_email_has_one_form(text, email):
    assert read_email(text) == email
    assert read_email(email) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "asha",
        "@example.org",
        "asha@",
        "asha@@example.org",
        "asha@home@example.org",
        "asha menon@example.org",
        "asha@exam ple.org",
        "asha\x00@example.org",
        "asha\r\nBcc: x@example.org",
        "asha@example.org\x7f",
        "asha\u200b@example.org",
        "asha\u202e@example.org",
        "asha\ud800@example.org",
        "asha@example..org",
        ".asha@example.org",
        "asha.@example.org",
        "as..ha@example.org",
        "asha@-example.org",
        "asha@example-.org",
        "asha@example.org.",
        "<asha@example.org>",
        "asha@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "asha@" + "b" * 64 + ".org",
        # 64 + 1 + 190 = 255 characters, one more than may be
        "a" * 64 + "@" + ".".join(["b" * 63] * 3)[:190],
        "a" * 1_000_000 + "@example.org",
    ],
)
def test_what_cannot_be_an_email_is_refused(text):
    with pytest.raises(InvalidInput) as raised:
        read_email(text)

    assert raised.value.field == "email"
