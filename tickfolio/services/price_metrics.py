"""What a watcher of this server wants to know of its prices: how old they are, and how the runs went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.refreshes import RefreshRow

_RUNS, _FAILURES = "runs", "failures"
_SLOT, _HAND = "slot", "hand"
WHOLE, PARTIAL = "whole", "partial"


@dataclass(frozen=True, slots=True)
class PriceFigures:
    """`oldest` is the age of the oldest price of what is held, by its source.

    `runs` counts by (kind, outcome) and `failures` by (source, class) since the database was made: they only rise.
    """

    oldest: Mapping[str, timedelta]
    runs: Mapping[tuple[str, str], int]
    failures: Mapping[tuple[str, str], int]
    last: RefreshRow | None


def count_run(tx: Tx, run: RefreshRow) -> None:
    """Counts a run that has ended, in the transaction that writes its outcome."""
    outcome = WHOLE if all(one.ok for one in run.providers) else PARTIAL
    tx.server.raise_version(f"{_RUNS} {run.kind} {outcome}")
    for one in sorted(run.providers, key=lambda provider: provider.name):
        for kind, count in sorted(one.failures.items()):
            tx.server.raise_version(f"{_FAILURES} {one.name} {kind}", by=count)


def load_price_figures(tx: Tx, world: World) -> PriceFigures:
    """The figures as they are now."""
    now = world.now()
    return PriceFigures(
        oldest={source: now - as_of for source, as_of in tx.holdings.oldest_prices().items()},
        runs=_counted(tx, _RUNS),
        failures=_counted(tx, _FAILURES),
        last=tx.refreshes.last((_SLOT, _HAND), finished=True),
    )


def _counted(tx: Tx, what: str) -> Mapping[tuple[str, str], int]:
    found = tx.server.versions_of(f"{what} ")
    return {(first, second): value for (_, first, second), value in ((name.split(" "), n) for name, n in found.items())}
