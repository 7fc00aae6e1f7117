"""A real Redis for each process of a test run: on a free port, in a temporary folder, keeping nothing on disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.infrastructure.guardian import start_guarded
from tests.infrastructure.run import find_free_port, lock_file, say_missing, wait_until


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running Redis; each process of the run has its own, because channels know no database numbers."""

    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()


def start_redis(run_folder: Path, worker: str) -> RedisServer:
    """Starts a Redis that lives no longer than the run."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        say_missing("Redis")
    server = RedisServer(find_free_port())
    folder = run_folder / f"redis-{worker}-{server.port}"
    folder.mkdir()
    options = [
        "--bind",
        "127.0.0.1",
        "--port",
        str(server.port),
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    start_guarded(lock_file(run_folder), folder, [binary, *options])
    wait_until(lambda: _answers(server), "Redis", folder / "log")
    return server


def _answers(server: RedisServer) -> bool:
    try:
        with redis.Redis(port=server.port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
