"""A database on each engine with a world around it."""

from collections.abc import Iterator

import pytest

from tests.builders import Given
from tests.providers.market import Market


@pytest.fixture
def given(database, clock, new_id) -> Given:
    """An empty database, and hands to put things into it."""
    return Given(database, clock, new_id)


@pytest.fixture
def market(clock) -> Iterator[Market]:
    """A market on this machine whose clock is the test's."""
    with Market(now=clock) as running:
        yield running
