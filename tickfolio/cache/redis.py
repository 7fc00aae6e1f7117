"""The cache that all processes share: a Redis that may be down, slow, flushed, full of garbage or lying.

Whatever it does, an answer is the very body this program kept for that owner under that key, or a miss within the
guard's budget. Values are JSON text, never anything that could run code.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping

from redis.exceptions import ResponseError

from tickfolio.cache.guard import Guard, Unreachable

SIZE_MAX = 4 * 1024 * 1024
SCHEMA = "tickfolio-cache-1"
# No envelope, so that it is garbage like any other.
ANOTHER_TYPE = b"a value of another type"
FIELDS = frozenset({"schema", "key", "owner", "body", "mac"})


class RedisCache:
    """Bodies in Redis, each in an envelope that names its key and owner and is sealed with a secret.

    The seal (a keyed BLAKE2b over key, owner and body) tells what this program wrote from what somebody else did who
    can write to Redis. `on_event` hears "foreign" for a sealed body of another key or owner (a matter of security,
    the connections are dropped too) and "garbage" for anything that is no sealed envelope.
    """

    def __init__(self, guard: Guard, *, secret: bytes, prefix: str, on_event: Callable[[str], None]) -> None:
        if not secret:
            raise ValueError("The cache needs a secret to seal what it keeps.")
        self._guard = guard
        self._seal_key = hashlib.sha256(b"cache seal\0" + secret).digest()
        self._prefix = prefix
        self._on_event = on_event

    def find(self, key: str, owner_id: str) -> bytes | None:
        """The body kept for that owner under that key, or None; within the guard's budget."""
        try:
            text = self._guard.ask(lambda: self._fetch(key))
        except Unreachable:
            return None
        if not text:
            return None
        envelope = _read(text)
        if envelope is None or not hmac.compare_digest(envelope["mac"], self._seal(envelope)):
            self._on_event("garbage")
            return None
        if envelope["key"] != key or envelope["owner"] != owner_id:
            # One way to come by another's value is an answer to somebody else's question: read no more from there.
            self._guard.client.connection_pool.disconnect(inuse_connections=False)
            self._on_event("foreign")
            return None
        return envelope["body"].encode()

    def keep(self, key: str, owner_id: str, body: bytes, ttl_seconds: int) -> None:
        """Has the body kept when there is time; nobody waits for it."""
        envelope = {"schema": SCHEMA, "key": key, "owner": owner_id, "body": body.decode()}
        text = json.dumps({**envelope, "mac": self._seal(envelope)}).encode()
        if len(text) <= SIZE_MAX and ttl_seconds > 0:
            self._guard.tell(lambda: self._guard.client.set(self._prefix + key, text, ex=ttl_seconds))

    def close(self) -> None:
        """Closes the guard, and with it the connections."""
        self._guard.close()

    def _fetch(self, key: str) -> bytes:
        try:
            # A range bounds what an attacker's huge value could make us read; one byte more than the bound shows it.
            text: object = self._guard.client.getrange(self._prefix + key, 0, SIZE_MAX)
        except ResponseError as refusal:
            if str(refusal).startswith("WRONGTYPE"):
                return ANOTHER_TYPE
            raise
        return text if isinstance(text, bytes) else ANOTHER_TYPE

    def _seal(self, envelope: Mapping[str, str]) -> str:
        seal = hashlib.blake2b(key=self._seal_key, digest_size=32)
        for name in ("schema", "key", "owner", "body"):
            part = envelope[name].encode()
            # The lengths keep "ab" + "c" and "a" + "bc" apart.
            seal.update(len(part).to_bytes(8, "big"))
            seal.update(part)
        return seal.hexdigest()


def _read(text: bytes) -> Mapping[str, str] | None:
    """The envelope, when it is exactly that: these fields, all text, this schema."""
    if len(text) > SIZE_MAX:
        return None
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(envelope, dict) or envelope.keys() != FIELDS or envelope["schema"] != SCHEMA:
        return None
    if not all(isinstance(value, str) and _is_text(value) for value in envelope.values()):
        return None
    return envelope if envelope["mac"].isascii() else None


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON can spell halves of surrogate pairs, which cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
