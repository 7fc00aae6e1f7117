"""A clock and a source of ids that tests can foresee."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)  # a Friday, 14:40 in Mumbai, 09:10 in London: both markets are open


class SettableClock:
    """Says the same instant until it is told another."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Moves on, or back when negative, and says the new instant."""
        self.now += timedelta(seconds=seconds)
        return self.now


def sequential_ids() -> Callable[[], str]:
    """Ids in the shape of the real ones (UUIDv7), counting up from 1."""
    numbers = itertools.count(1)
    return lambda: f"00000000-0000-7000-8000-{next(numbers):012x}"
