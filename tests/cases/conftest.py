import itertools

import pytest

from tests.cases.stage import Stage
from tests.conftest import copy_of_sqlite


@pytest.fixture
def stage(sqlite_template, tmp_path):
    """Where a case is played; each product that it starts has a database of its own."""
    numbers = itertools.count(1)

    def database_url():
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return copy_of_sqlite(sqlite_template, folder)

    opened = Stage(database_url)
    yield opened
    opened.close()
