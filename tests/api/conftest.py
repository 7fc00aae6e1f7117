import pytest

from tests.api.running import running


@pytest.fixture
def server(database_url):
    """The product, running on each engine."""
    with running(database_url) as served:
        yield served


@pytest.fixture
def embedded(sqlite_url):
    """The product, running on SQLite: for what has nothing to do with the database."""
    with running(sqlite_url) as served:
        yield served


@pytest.fixture
def asha(server):
    """Somebody signed in; the first account, so the administrator's."""
    return server.person("Asha")
