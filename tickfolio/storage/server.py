"""Facts about the server itself: who it is, its counters, its sources of prices, keys of repeated requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from tickfolio.storage.server_tables import price_sources, server_facts, versions
from tickfolio.storage.tables import audit_log, idempotency_keys
from tickfolio.storage.upsert import insert_if_new, insert_or_update


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request that carried an Idempotency-Key."""

    fingerprint: str
    status: int
    etag: str | None
    body: str


class Server:
    """Reads and writes of the server's own tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fact(self, key: str, value_if_new: str) -> str:
        """The fact under this key; `value_if_new` becomes it where there is none."""
        insert_if_new(self._connection, server_facts, {"key": key, "value": value_if_new})
        query = select(server_facts.c.value).where(server_facts.c.key == key)
        return str(self._connection.execute(query).scalar_one())

    def version(self, name: str) -> int:
        """A counter's value; 0 before anything was counted."""
        found = self._connection.execute(select(versions.c.value).where(versions.c.name == name)).scalar_one_or_none()
        return found or 0

    def versions_of(self, beginning: str) -> Mapping[str, int]:
        """The counters whose names begin so, and their values."""
        query = select(versions.c.name, versions.c.value).where(versions.c.name.startswith(beginning, autoescape=True))
        return {row.name: row.value for row in self._connection.execute(query)}

    def raise_version(self, name: str, by: int = 1) -> int:
        """Counts up; whoever else counts waits until this transaction ends."""
        insert_if_new(self._connection, versions, {"name": name, "value": 0})
        raised = (
            update(versions)
            .where(versions.c.name == name)
            .values(value=versions.c.value + by)
            .returning(versions.c.value)
        )
        return int(self._connection.execute(raised).scalar_one())

    def switches(self) -> Mapping[str, bool]:
        """Which sources of prices a person switched on or off, by name; one that nobody touched is not in it."""
        rows = self._connection.execute(select(price_sources.c.name, price_sources.c.switched_on))
        return {row.name: row.switched_on for row in rows}

    def switch_source(self, name: str, *, on: bool, terms_accepted_at: datetime | None) -> None:
        """Records that a source was switched, and when its terms were accepted."""
        row = {"name": name, "switched_on": on, "terms_accepted_at": terms_accepted_at}
        insert_or_update(self._connection, price_sources, [row], ("name",))

    def claim_key(self, user_id: str, key: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
        """None when the key is new and now ours; else the answer that was kept (after a parallel one is through)."""
        row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "status": 0, "etag": None, "body": ""}
        if insert_if_new(self._connection, idempotency_keys, row | {"created_at": now}):
            return None
        k = idempotency_keys.c
        query = select(k.fingerprint, k.status, k.etag, k.body).where(k.user_id == user_id, k.key == key)
        return KeptAnswer(*self._connection.execute(query).one())

    def keep_answer(self, user_id: str, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer to a claimed key, in the transaction of what it answers."""
        k = idempotency_keys.c
        kept = update(idempotency_keys).where(k.user_id == user_id, k.key == key)
        self._connection.execute(kept.values(status=answer.status, etag=answer.etag, body=answer.body))

    def forget_keys(self, before: datetime) -> int:
        """Forgets keys older than this; says how many."""
        return self._connection.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before)).rowcount

    def note(self, entry_id: str, user_id: str | None, action: str, address: str | None, at: datetime) -> None:
        """Writes down who did what."""
        row = {"id": entry_id, "user_id": user_id, "action": action, "address": address, "at": at}
        self._connection.execute(insert(audit_log), row)

    def reachable(self) -> bool:
        """True when the database answers at all."""
        return bool(self._connection.execute(select(1)).scalar_one())
