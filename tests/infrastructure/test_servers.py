"""The servers of the tests answer, are isolated from test to test, and do not outlive their run."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.infrastructure.guardian import start_guarded
from tests.infrastructure.postgres import PostgresServer, create_database, database_name, new_database
from tests.infrastructure.run import find_free_port

PROJECT = Path(__file__).resolve().parents[2]
GONE_SECONDS = 10.0


def rows(url: str) -> list[tuple]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT word FROM words").fetchall()


def test_each_test_has_a_copy_of_the_template_to_itself(postgres_server: PostgresServer, worker):
    template = database_name(worker)
    create_database(postgres_server, template)
    with postgres_server.connect(template) as connection:
        connection.execute("CREATE TABLE words (word text)")
        connection.execute("INSERT INTO words VALUES ('from the template')")

    with new_database(postgres_server, database_name(worker), template=template) as first:
        with psycopg.connect(first.replace("+psycopg", "")) as connection:
            connection.execute("INSERT INTO words VALUES ('of the first test')")
        with new_database(postgres_server, database_name(worker), template=template) as second:
            assert rows(second) == [("from the template",)]
            assert rows(first) == [("from the template",), ("of the first test",)]


def test_a_database_is_dropped_even_when_a_test_left_a_connection_open(postgres_server: PostgresServer, worker):
    name = database_name(worker)
    with new_database(postgres_server, name) as url:
        forgotten = psycopg.connect(url.replace("+psycopg", ""))

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgres_server.connect(name)
    forgotten.close()


def test_redis_is_empty_at_the_start_of_a_test(redis_server, redis_url):
    with redis.Redis.from_url(redis_url) as client:
        client.set("left", "behind")
        redis_server.flush()

        assert client.dbsize() == 0


RUN_AND_WAIT = """
import subprocess, sys, time
from pathlib import Path
from tests.infrastructure.run import TestRun, lock_file
from tests.infrastructure.guardian import start_guarded
run = TestRun()
folder = run.folder / "server"
folder.mkdir()
start_guarded(lock_file(run.folder), folder, [sys.executable, "-m", "http.server", sys.argv[1], "--bind", "127.0.0.1"])
print(run.folder, flush=True)
time.sleep(60)
"""


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def within_seconds(what) -> bool:
    deadline = time.monotonic() + GONE_SECONDS
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_server_and_no_folder_outlives_its_run(end):
    port = find_free_port()
    run = subprocess.Popen(
        [sys.executable, "-c", RUN_AND_WAIT, str(port)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with run:
        folder = Path(run.stdout.readline().strip())
        assert within_seconds(lambda: answers(port))

        run.send_signal(end)

    assert within_seconds(lambda: not answers(port))
    assert within_seconds(lambda: not folder.exists())


def test_a_server_that_cannot_start_leaves_its_log(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    with (tmp_path / "alive").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start_guarded(tmp_path / "alive", folder, [sys.executable, "-c", "raise SystemExit('the port is taken')"])

        assert within_seconds(lambda: "the port is taken" in (folder / "log").read_text())
