"""The asking of one run: every source to its end, and the next in order for what a source as a whole did not give."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from tickfolio.providers.provider import OF_A_SYMBOL, BatchResult
from tickfolio.services.breakers import SharedBreakers
from tickfolio.services.price_batches import BatchCounts, LostLease, Recorder, record_answer
from tickfolio.services.refresh_plan import Asked, Plan
from tickfolio.storage.refreshes import ProviderOutcome
from tickfolio.storage.source_failures import FAILED, UNREACHED, SourceFailure

BROKE, NOT_STORED, OUT_OF_TIME = "broke", "not_stored", "out_of_time"
# So many go into one transaction: while it lasts, nobody else can write.
_PART = 200
log = structlog.get_logger()


@dataclass(slots=True)
class _Tally:
    """What asking one source once came to. `without` says by instrument why the source gave no price of it."""

    is_whole: bool = True
    is_late: bool = False
    failures: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    without: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, asked: Asked, result: BatchResult) -> None:
        """Counts an answer as it was used."""
        for symbol in result.observations:
            self.answered.update(asked.get(symbol, ()))
        told = {symbol: (FAILED, failure.kind.value) for symbol, failure in result.failures.items()}
        self.failures.update(reason for _, reason in told.values())
        whole = result.provider_failure
        if whole is not None:
            self.is_whole = False
            self.failures[whole.kind.value] += 1
            verdict = FAILED if whole.kind in OF_A_SYMBOL else UNREACHED
            told |= dict.fromkeys(result.symbols, (verdict, whole.kind.value))
        self.without |= {key: why for symbol, why in told.items() for key in asked.get(symbol, ())}

    def end(self, asked: Asked, reason: str) -> None:
        """The source is asked no further: nothing came of the rest."""
        self.is_whole = False
        self.failures[reason] += 1
        rest = {key for keys in asked.values() for key in keys} - self.answered - self.without.keys()
        self.without |= dict.fromkeys(rest, (UNREACHED, reason))

    @property
    def unreached(self) -> list[str]:
        """The instruments that another source may have a price of; none once the time is over."""
        if self.is_late:
            return []
        return [key for key, (verdict, _) in self.without.items() if verdict == UNREACHED]


class Asking:
    """One run's asking. Several threads ask at once, each its source. Nobody is asked any more after `until`.

    `report` hears (done, of how many) after each answer.
    """

    def __init__(
        self,
        recorder: Recorder,
        plan: Plan,
        breakers: SharedBreakers,
        *,
        until: datetime,
        probe: bool,
        report: Callable[[int, int], None],
    ) -> None:
        self._recorder, self._plan, self._breakers = recorder, plan, breakers
        self._until, self._probe, self._report = until, probe, report
        self._lock = threading.Lock()
        self._outcomes: dict[str, ProviderOutcome] = {}
        self._failed: set[str] = set()
        self.counts = BatchCounts()

    @property
    def outcomes(self) -> tuple[ProviderOutcome, ...]:
        """How each source did, by name."""
        return tuple(self._outcomes[name] for name in sorted(self._outcomes))

    def ask(self, name: str, asked: Asked) -> Mapping[str, Asked]:
        """Asks one source to its end; says whom to ask next for what it as a whole did not give. Raises: LostLease.

        A source that breaks is its own failure, and costs the others nothing.
        """
        tally = _Tally()
        try:
            self._ask(name, asked, tally)
        except LostLease:
            raise
        except Exception:
            log.exception("source_broke", source=name)
            tally.end(asked, BROKE)
        self._write_down(name, tally)
        with self._lock:
            before = self._outcomes.get(name, ProviderOutcome(name, True, {}))
            failures = dict(Counter(before.failures) + tally.failures)
            self._outcomes[name] = ProviderOutcome(name, before.ok and tally.is_whole, failures)
            if tally.unreached:  # who has failed once in a run is not asked again in its stead
                self._failed.add(name)
            return self._plan.ask_whom(tally.unreached, without=self._failed)

    def _ask(self, name: str, asked: Asked, tally: _Tally) -> None:
        with self._lock:  # one probe a run
            probe = self._probe and name not in self._outcomes
        world = self._recorder.world
        for result in self._plan.on[name].fetch(list(asked), world.now(), probe=probe):
            recorded = record_answer(self._recorder, name, asked, result)
            if recorded.lost:
                tally.is_whole = False
                tally.failures[NOT_STORED] += recorded.lost
            tally.add(asked, recorded.result)
            with self._lock:
                self.counts = self.counts.plus(recorded.counts)
                self._report(self.counts.updated + self.counts.held, self._plan.size)
            is_all_told = len(tally.answered) + len(tally.without) >= sum(map(len, asked.values()))
            if world.now() >= self._until and not is_all_told:
                tally.is_late = True
                tally.end(asked, OUT_OF_TIME)
                return

    def _write_down(self, name: str, tally: _Tally) -> None:
        """Keeps why there is no price, and how the source's host is; prices do not hang on it. Raises: LostLease."""
        recovered = [key for key in sorted(tally.answered) if (name, key) in self._plan.failing]
        failures = sorted((key, *why) for key, why in tally.without.items())
        try:
            for start in range(0, max(len(recovered), len(failures), 1), _PART):
                part = failures[start : start + _PART]
                self._write_part(name, recovered[start : start + _PART], part)
        except LostLease:
            raise
        except Exception:
            log.exception("failures_not_stored", source=name)

    def _write_part(self, name: str, recovered: Iterable[str], failures: Iterable[tuple[str, str, str]]) -> None:
        with self._recorder.database.transaction() as tx:
            now = self._recorder.renew(tx)
            there = tx.instruments.many(key for key, _, _ in failures)
            found = SourceFailure("", name, "", "", self._recorder.run_id, now, now)
            tx.source_failures.forget(name, recovered)
            tx.source_failures.record(
                replace(found, instrument_id=key, verdict=verdict, reason=reason)
                for key, verdict, reason in failures
                if key in there
            )
            self._breakers.write_down(tx, {name: self._plan.on[name]}, now)
