"""Symbols in batches on their way to a source, and what was read of them on the way back."""

from collections.abc import Mapping, Sequence

from tickfolio.domain.prices import Observation
from tickfolio.providers.provider import OF_A_SYMBOL, BatchResult, Failure, FailureKind


def in_batches(symbols: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """The symbols in their order, at most so many in each batch."""
    return [tuple(symbols[start : start + size]) for start in range(0, len(symbols), size)]


def only_outcome(
    symbol: str, read: Sequence[Observation | Failure], label: str, unknown: Failure
) -> Observation | Failure:
    """What an answer says of a symbol; `unknown` where it says nothing, and a failure where it contradicts itself."""
    if not read:
        return unknown
    if any(outcome != read[0] for outcome in read):
        return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: {label} answers twice, and differently.")
    return read[0]


def batch_of(outcomes: Mapping[str, Observation | Failure], names: Mapping[str, str] | None = None) -> BatchResult:
    """The outcomes by symbol, as prices and failures; `names` are kept of those that have a price."""
    seen = {symbol: one for symbol, one in outcomes.items() if isinstance(one, Observation)}
    return BatchResult(
        seen,
        {symbol: one for symbol, one in outcomes.items() if isinstance(one, Failure)},
        names={symbol: name for symbol, name in (names or {}).items() if symbol in seen},
    )


def failed_batch(failure: Failure, symbols: Sequence[str]) -> BatchResult:
    """One failure in place of an answer: of each symbol where it is theirs, else of the source."""
    if failure.kind in OF_A_SYMBOL:
        return BatchResult(failures=dict.fromkeys(symbols, failure))
    return BatchResult(provider_failure=failure)
