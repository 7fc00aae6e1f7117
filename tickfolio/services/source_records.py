"""How each source of prices did when it was last asked, from the runs that are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tickfolio.providers.provider import OF_A_SYMBOL
from tickfolio.services.refresh_plan import count_served
from tickfolio.services.sources import Sources
from tickfolio.storage.database import Tx
from tickfolio.storage.refreshes import ProviderOutcome, RefreshRow

# These are one symbol's trouble, and none of the source's.
_OF_A_SYMBOL = frozenset(kind.value for kind in OF_A_SYMBOL)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """How a source did when it was last asked; `ok` is None when it never was.

    `last_failure` is a stable code, and with `failing_since` known only while it does not answer. `instruments` counts
    those that it is asked for.
    """

    ok: bool | None
    last_answer_at: datetime | None
    last_failure: str | None
    failing_since: datetime | None
    instruments: int


def load_source_records(tx: Tx, sources: Sources) -> Mapping[str, SourceRecord]:
    """The record of every source, by its name."""
    served = count_served(tx, sources)
    return {name: _record(tx, name, served.get(name, 0)) for name in sources.providers}


def _record(tx: Tx, name: str, instruments: int) -> SourceRecord:
    streak = tx.refreshes.streak(name)
    answered, failing = streak.answered, streak.last_failing
    return SourceRecord(
        ok=None if answered is None and failing is None else failing is None,
        last_answer_at=None if answered is None else answered.finished_at,
        last_failure=None if failing is None else _failure(failing, name),
        failing_since=None if streak.first_failing is None else streak.first_failing.started_at,
        instruments=instruments,
    )


def _failure(run: RefreshRow, name: str) -> str | None:
    """What kept the source from answering in that run: the kind that came most often."""
    outcome: ProviderOutcome = next(one for one in run.providers if one.name == name)
    counts = {kind: count for kind, count in outcome.failures.items() if kind not in _OF_A_SYMBOL}
    return max(counts, key=counts.__getitem__, default=None)
