"""One request, one effect: a repeated Idempotency-Key gets the first answer again, whatever happened in between."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from tickfolio.domain.errors import IdempotencyKeyReused
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.server import KeptAnswer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: status, ETag and the JSON text."""

    status: int
    etag: str | None
    body: str


def answer_once(
    database: Database, world: World, user_id: str, key: str | None, request: bytes, write: Callable[[Tx], Answer]
) -> Answer:
    """Runs `write` in a transaction of its own, and keeps its answer there under the key, if there is one.

    A parallel request with the same key waits for the first and then gets its answer; a failed one leaves no trace,
    so that it can be tried again. `request` is everything that makes two requests the same.
    Raises: IdempotencyKeyReused when the key came with another request, and whatever `write` raises.
    """
    with database.transaction() as tx:
        if key is None:
            return write(tx)
        fingerprint = hashlib.sha256(request).hexdigest()
        kept = tx.server.claim_key(user_id, key, fingerprint, world.now())
        if kept is None:
            answer = write(tx)
            tx.server.keep_answer(user_id, key, KeptAnswer(fingerprint, answer.status, answer.etag, answer.body))
            return answer
        if kept.fingerprint != fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key came before, with another request.")
        return Answer(kept.status, kept.etag, kept.body)
