"""The breakers of sources, in the database: a new start or another worker leaves alone whom this one found failing."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.limits import BreakerState, CircuitBreaker
from tickfolio.providers.provider import FailureKind, Provider
from tickfolio.storage.breakers import BreakerRow
from tickfolio.storage.database import Tx

_MESSAGE_SIZE_MAX = 200
_KINDS = frozenset(kind.value for kind in FailureKind)


@dataclass(frozen=True, slots=True)
class BreakerView:
    """A source's breaker as the page shows it: left alone `until` then, because of a `failure` of this kind.

    `half_open`: the time is over, and the next request tries. Before `bound_until` nobody may ask.
    """

    state: Literal["closed", "open", "half_open"] = "closed"
    until: datetime | None = None
    bound_until: datetime | None = None
    failure: str | None = None


class SharedBreakers:
    """What this process knows of what is written down of each source's breaker. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[int, datetime | None]] = {}

    def share(self, tx: Tx, providers: Mapping[str, Provider], now: datetime) -> None:
        """Goes by what others have written down, and writes down what only this process knows."""
        rows = tx.breakers.all()
        for name, breaker in _breakers(providers):
            row = rows.get(name)
            with self._lock:
                revision, changed_at = self._seen.get(name, (0, None))
                is_own, is_other = breaker.revision != revision, row is not None and row.changed_at != changed_at
                # What binds us longer counts.
                if row is not None and is_other and not (is_own and _ends(breaker, now) > _end(row, now)):
                    breaker.restore(_state(row, now))
                    self._seen[name] = (breaker.revision, row.changed_at)
                elif is_own:
                    self._write(tx, name, breaker, now)

    def write_down(self, tx: Tx, providers: Mapping[str, Provider], now: datetime) -> None:
        """Writes down what has changed since; a wait that a source asked another process for is kept."""
        rows: Mapping[str, BreakerRow] | None = None
        for name, breaker in _breakers(providers):
            with self._lock:
                if breaker.revision == self._seen.get(name, (0, None))[0]:
                    continue
                rows = tx.breakers.all() if rows is None else rows
                row = rows.get(name)
                if row is None or row.bound_until is None or row.bound_until <= _bound(breaker, now):
                    self._write(tx, name, breaker, now)

    def _write(self, tx: Tx, name: str, breaker: CircuitBreaker, now: datetime) -> None:
        revision, state = breaker.revision, breaker.state()
        tx.breakers.store(
            BreakerRow(
                source=name,
                failures=state.failures,
                failure=None if state.failure is None else state.failure.value,
                message=None if state.message is None else state.message[:_MESSAGE_SIZE_MAX],
                open_until=None if state.open_seconds is None else now + timedelta(seconds=ceil(state.open_seconds)),
                bound_until=now + timedelta(seconds=ceil(state.bound_seconds)) if state.bound_seconds else None,
                changed_at=now,
            )
        )
        tx.after_commit(lambda: self._remember(name, revision, now))

    def _remember(self, name: str, revision: int, changed_at: datetime) -> None:
        with self._lock:
            self._seen[name] = (revision, changed_at)


def load_breakers(tx: Tx, providers: Mapping[str, Provider], now: datetime) -> Mapping[str, BreakerView]:
    """The breaker of every source, as the process that asks last wrote it down."""
    rows = tx.breakers.all()
    return {name: _view(rows.get(name), now) for name in providers}


def _view(row: BreakerRow | None, now: datetime) -> BreakerView:
    if row is None or row.open_until is None:
        return BreakerView()
    if row.open_until <= now:
        return BreakerView("half_open", failure=row.failure)
    is_bound = row.bound_until is not None and row.bound_until > now
    return BreakerView("open", row.open_until, row.bound_until if is_bound else None, row.failure)


def _breakers(providers: Mapping[str, Provider]) -> list[tuple[str, CircuitBreaker]]:
    return [(name, one.breaker) for name, one in sorted(providers.items()) if isinstance(one, HttpProvider)]


def _state(row: BreakerRow, now: datetime) -> BreakerState:
    return BreakerState(
        row.failures,
        FailureKind(row.failure) if row.failure in _KINDS else None,
        row.message,
        None if row.open_until is None else _seconds(row.open_until, now),
        0 if row.bound_until is None else _seconds(row.bound_until, now),
    )


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, round((until - now).total_seconds()))


def _end(row: BreakerRow, now: datetime) -> datetime:
    return row.open_until or now


def _ends(breaker: CircuitBreaker, now: datetime) -> datetime:
    return now + timedelta(seconds=breaker.state().open_seconds or 0)


def _bound(breaker: CircuitBreaker, now: datetime) -> datetime:
    return now + timedelta(seconds=breaker.state().bound_seconds)
