"""What every test may ask for: a database on each engine, a Redis, a clock, ids, and the shared cases."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.infrastructure.clock import SettableClock, sequential_ids
from tests.infrastructure.run import TestRun, one_at_a_time

RUN = pytest.StashKey[TestRun]()
PROJECT = Path(__file__).resolve().parents[1]
# A shared machine is slow now and then, and no test here is about time, nor about how examples are found.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
# A change is judged by the same examples each time; whoever works on it tries others with every run.
settings.register_profile("suite", **PATIENT, derandomize="CI" in os.environ)
settings.load_profile("suite")
# `tools/mutants.sh` asks for it: the same few examples every time, however slow the mutant makes them.
settings.register_profile("mutants", **PATIENT, max_examples=25, derandomize=True, database=None)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = TestRun()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells each xdist worker where the run's servers are."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """The folder of this run's servers, one for all its processes."""
    worker_input = getattr(request.config, "workerinput", None)
    return Path(worker_input["run_folder"]) if worker_input else request.config.stash[RUN].folder


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this process among those of the run."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Any:
    """The run's one PostgreSQL; started by the first test that asks."""
    from tests.infrastructure.postgres import shared_server

    return shared_server(run_folder)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Any, run_folder: Path) -> str:
    """The name of a database at the newest schema, to be copied; nobody connects to it."""
    from tests.infrastructure.postgres import create_database
    from tickfolio.storage.migrate import migrate

    name, migrated = "migrated", run_folder / "postgres" / "migrated"
    with one_at_a_time(run_folder / "postgres" / "template-lock"):
        if not migrated.exists():
            create_database(postgres_server, name)
            migrate(postgres_server.url(name))
            migrated.touch()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema, to be copied."""
    from tickfolio.storage.migrate import migrate

    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def empty_postgres_url(postgres_server: Any, worker: str) -> Iterator[str]:
    """A PostgreSQL database without any table, for tests of the migrations themselves."""
    from tests.infrastructure.postgres import database_name, new_database

    with new_database(postgres_server, database_name(worker)) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, worker: str) -> Iterator[str]:
    """A migrated, empty database of the test's own; the test runs once on each engine."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            yield copy_of_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        else:
            from tests.infrastructure.postgres import database_name, new_database

            template = request.getfixturevalue("postgres_template")
            server = request.getfixturevalue("postgres_server")
            yield stack.enter_context(new_database(server, database_name(worker), template=template))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database, for tests that are about SQLite."""
    return copy_of_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def postgres_url(postgres_server: Any, postgres_template: str, worker: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database, for tests that are about PostgreSQL."""
    from tests.infrastructure.postgres import database_name, new_database

    with new_database(postgres_server, database_name(worker), template=postgres_template) as url:
        yield url


def copy_of_sqlite(template: Path, folder: Path) -> str:
    """The URL of a fresh copy of the migrated file."""
    path = folder / "tickfolio.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Any]:
    """An open `Database` on each engine, closed after the test."""
    from tickfolio.storage.database import open_database

    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def redis_server(run_folder: Path, worker: str) -> Any:
    """This process's own Redis."""
    from tests.infrastructure.redis_server import start_redis

    return start_redis(run_folder, worker)


@pytest.fixture
def redis_url(redis_server: Any) -> str:
    """The address of a real Redis that holds nothing."""
    redis_server.flush()
    return redis_server.url


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands at 2026-11-20T09:10:00Z until it is told to advance."""
    return SettableClock()


@pytest.fixture
def new_id() -> Callable[[], str]:
    """Ids that count up from 1, in the shape of the real ones."""
    return sequential_ids()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded answers and worked cases beside the checkout."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the folder of shared cases is not there: {folder}")
    return folder
