"""A database on each engine with a world around it."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.builders import Given, ScriptedSource, buy
from tests.infrastructure.clock import SettableClock
from tests.infrastructure.postgres import database_name, new_database
from tests.providers.market import Market
from tests.services.desk import Floor
from tests.services.runs import make_source
from tickfolio.domain.instruments import Instrument
from tickfolio.storage.database import Database
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio
from tickfolio.storage.tables import metadata


@pytest.fixture(scope="session")
def kept_postgres_url(postgres_server: Any, postgres_template: str, worker: str) -> Iterator[str]:
    """One database for all tests of this room: the use cases leave rows, and rows are quickly deleted."""
    with new_database(postgres_server, database_name(worker), template=postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each engine."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    url = str(request.getfixturevalue("kept_postgres_url"))
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        # A test that went wrong may have left a transaction open, which would make this one wait.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for table in reversed(metadata.sorted_tables):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
    return url


@pytest.fixture
def given(database: Database, clock: SettableClock, new_id: Callable[[], str]) -> Given:
    """An empty database, and hands to put things into it."""
    return Given(database, clock, new_id)


@pytest.fixture
def asha(given: Given) -> User:
    """Somebody who counts in rupees."""
    return given.user()


@pytest.fixture
def portfolio(given: Given, asha: User) -> Portfolio:
    """An empty portfolio of hers."""
    return given.portfolio(asha)


@pytest.fixture
def infy(given: Given, asha: User, portfolio: Portfolio) -> Instrument:
    """INFY, of which she has 10."""
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    return given.instrument("INFY")


@pytest.fixture
def source(clock: SettableClock) -> ScriptedSource:
    """A source that says 100 of everything it knows."""
    return make_source(clock)


@pytest.fixture
def floor(given: Given) -> Floor:
    """The desk, and three people around it."""
    return Floor(given)


@pytest.fixture
def market(clock: SettableClock) -> Iterator[Market]:
    """A market on this machine whose clock is the test's."""
    with Market(now=clock) as running:
        yield running
