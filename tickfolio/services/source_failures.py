"""Why there is no newer price: what each source last gave in its place, of one instrument or as a whole."""

from collections.abc import Iterable, Mapping, Sequence

from tickfolio.storage.database import Tx
from tickfolio.storage.source_failures import SourceFailure


def load_failures(tx: Tx, instrument_ids: Iterable[str]) -> Mapping[str, Sequence[SourceFailure]]:
    """By instrument, the newest failure of each source that gave no price when it was last asked, the newest first."""
    newest: dict[tuple[str, str], SourceFailure] = {}
    for one in tx.source_failures.of(instrument_ids):
        newest.setdefault((one.instrument_id, one.source), one)
    found: dict[str, list[SourceFailure]] = {}
    for one in newest.values():
        found.setdefault(one.instrument_id, []).append(one)
    return found
