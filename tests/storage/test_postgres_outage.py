"""A PostgreSQL that goes away and comes back, under a database that stays open."""

import os
import shutil
import subprocess
import time

import psycopg
import pytest

from tests.infrastructure.guardian import rights_of
from tests.infrastructure.postgres import USER, find_binaries
from tests.infrastructure.run import find_free_port, say_missing
from tests.patience import HANGS_SECONDS
from tickfolio.domain.errors import Unavailable
from tickfolio.storage.database import open_database
from tickfolio.storage.migrate import migrate


class OwnPostgres:
    """A server of this test's own, in a folder of its own, that may be stopped the hard way."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries, self.port = folder, binaries, find_free_port()
        self.owner = USER if os.geteuid() == 0 else None
        self.process = None

    @property
    def url(self):
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/postgres"

    def make(self):
        if self.owner:
            shutil.chown(self.folder, self.owner)
        command = [self.binaries / "initdb", "-D", self.folder / "data", "-U", USER, "-A", "trust", "-N"]
        options = ["-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [*command, *options], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **rights_of(self.owner)
        )

    def start(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off"}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.folder / "data", *words],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **rights_of(self.owner),
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.05)

    def stop(self):
        """At once, as a power cut does it."""
        if self.process is not None:
            self.process.send_signal(3)
            self.process.wait(20)
            self.process = None

    def _answers(self):
        try:
            psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def own_postgres(tmp_path_factory):
    binaries = find_binaries()
    if binaries is None:
        say_missing("PostgreSQL")
    folder = tmp_path_factory.mktemp("postgres")
    for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o711)  # the server's own user has to reach its folder inside
    server = OwnPostgres(folder, binaries)
    server.make()
    server.start()
    yield server
    server.stop()


def versions(database):
    with database.reading() as tx:
        return tx.server.version("prices")


def raise_version(database):
    with database.transaction() as tx:
        tx.server.raise_version("prices")


def test_fault_43_while_it_is_away_nothing_is_half_done_and_when_it_is_back_all_goes_on(own_postgres):
    migrate(own_postgres.url)
    database = open_database(own_postgres.url)
    raise_version(database)
    told = []

    def stop_in_the_middle():
        with database.transaction() as tx:
            tx.server.raise_version("prices")
            tx.after_commit(lambda: told.append("committed"))
            own_postgres.stop()

    with pytest.raises(Unavailable):
        stop_in_the_middle()
    began = time.monotonic()
    for attempt in (versions, raise_version):
        with pytest.raises(Unavailable):
            attempt(database)
    assert time.monotonic() - began < HANGS_SECONDS
    assert told == []

    own_postgres.start()

    assert versions(database) == 1
    raise_version(database)
    assert versions(database) == 2
    database.close()


def test_fault_43_a_pool_of_dead_connections_costs_one_request_at_most(own_postgres):
    """It came back before anybody asked: the first to ask finds out, for all of them."""
    migrate(own_postgres.url)
    database = open_database(own_postgres.url, pool_size=4)
    with database.reading(), database.reading(), database.reading(), database.reading():
        pass
    own_postgres.stop()
    own_postgres.start()

    refused = 0
    for _ in range(8):
        try:
            versions(database)
        except Unavailable:
            refused += 1

    assert refused <= 1
    database.close()
