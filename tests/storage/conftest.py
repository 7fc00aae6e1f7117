"""A database on each engine with a world around it, and the bare engine beside it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.builders import Given
from tickfolio.storage.engine import make_engine


@pytest.fixture
def given(database, clock, new_id) -> Given:
    """An empty database, and hands to put things into it."""
    return Given(database, clock, new_id)


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    """The engine behind the database, for looking at what is really there."""
    opened = make_engine(database_url)
    yield opened
    opened.dispose()
