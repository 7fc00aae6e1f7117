"""One real PostgreSQL for a test run, and in it one database for each test that asks."""

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.infrastructure.guardian import rights_of, start_guarded
from tests.infrastructure.run import find_free_port, lock_file, one_at_a_time, say_missing, wait_until

USER = "postgres"
# The tests lose nothing that matters when the machine dies, so nothing waits for the disk.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running PostgreSQL: where it listens, for its one user, without a password."""

    port: int

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True)


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, or None: from the PATH, else Debian's newest."""
    on_path = shutil.which("initdb")
    if on_path is not None and shutil.which("postgres"):
        return Path(on_path).parent
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(installed, key=lambda folder: int(folder.parent.name), default=None)


def shared_server(run_folder: Path) -> PostgresServer:
    """The run's one PostgreSQL: the first process that asks starts it, the others find it there."""
    with one_at_a_time(run_folder / "postgres-lock"):
        port_file = run_folder / "postgres" / "port"
        if not port_file.exists():
            binaries = find_binaries()
            if binaries is None:
                say_missing("PostgreSQL")
            port_file.write_text(str(_start(run_folder, binaries).port))
        return PostgresServer(int(port_file.read_text()))


@contextlib.contextmanager
def new_database(server: PostgresServer, name: str, *, template: str | None = None) -> Iterator[str]:
    """A database of its own for one test, dropped afterwards; gives its URL.

    Copying the template's files takes 35 ms on 2 cores; truncating 25 tables takes as long, and forgets the rows that
    the migrations put there.
    """
    create_database(server, name, template=template)
    try:
        yield server.url(name)
    finally:
        with server.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def create_database(server: PostgresServer, name: str, *, template: str | None = None) -> None:
    """Creates a database that stays until the end of the run."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
    with server.connect() as connection:
        connection.execute(statement)


_numbers = itertools.count(1)


def database_name(worker: str) -> str:
    """A name that no other test of this run uses."""
    return f"test_{worker}_{next(_numbers)}"


def _start(run_folder: Path, binaries: Path) -> PostgresServer:
    folder = run_folder / "postgres"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    owner = USER if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if owner is not None:
        shutil.chown(folder, owner)
    data = folder / "data"
    subprocess.run(
        [str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        **rights_of(owner),
    )
    server = PostgresServer(find_free_port())
    options = {**OPTIONS, "unix_socket_directories": str(folder), "port": str(server.port)}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    start_guarded(lock_file(run_folder), folder, [str(binaries / "postgres"), "-D", str(data), *settings], user=owner)
    wait_until(lambda: _answers(server), "PostgreSQL", folder / "log")
    return server


def _answers(server: PostgresServer) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True
