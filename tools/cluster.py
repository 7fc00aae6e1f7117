"""The same program scaled out, on this machine: PostgreSQL, Redis, two API processes, two workers and a proxy.

Everything listens on 127.0.0.1, keeps its data in a temporary folder, and ends with Ctrl-C.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tests.infrastructure.postgres import create_database, find_binaries, shared_server  # noqa: E402 - needs the path
from tests.infrastructure.redis_server import start_redis  # noqa: E402 - needs the path above
from tests.infrastructure.run import TestRun, find_free_port  # noqa: E402 - needs the path above

TICKFOLIO = str(Path(sys.executable).with_name("tickfolio"))
READY_SECONDS = 30.0
STOP_SECONDS = 25.0
CHUNK_BYTES = 65536


class Stopped(Exception):
    """One of the processes ended by itself, or somebody asked the cluster to end."""


def settings(folder: Path, database_url: str, redis_url: str, port: int) -> dict[str, str]:
    """The environment that makes one program out of several processes."""
    data = folder / "data"
    data.mkdir()
    return {
        **os.environ,
        "TICKFOLIO_DATA_DIR": str(data),
        "TICKFOLIO_DATABASE_URL": database_url,
        "TICKFOLIO_REDIS_URL": f"{redis_url}/0",
        "TICKFOLIO_JOBS_URL": f"{redis_url}/1",
        "TICKFOLIO_SECRET_KEY": secrets.token_urlsafe(32),
        "TICKFOLIO_BASE_URL": f"http://localhost:{port}",
    }


@contextlib.contextmanager
def started(
    commands: dict[str, list[str]], environment: dict[str, str]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The processes, each in a session of its own so that Ctrl-C ends them in order: together, but after the proxy."""
    processes = {
        name: subprocess.Popen([TICKFOLIO, *command], env=environment, cwd=PROJECT, start_new_session=True)
        for name, command in commands.items()
    }
    try:
        yield processes
    finally:
        for process in processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, process in processes.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"cluster: {name} does not end; killed")
                process.kill()
                process.wait()


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits for an API process; raises Stopped when it ends or takes longer than READY_SECONDS."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise Stopped(f"the API process on port {port} did not become ready")


class Proxy:
    """Hands each connection to the next API process; to the one after it when that one is gone."""

    def __init__(self, ports: list[int]) -> None:
        self._next = itertools.cycle(ports)
        self._tries = len(ports)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection, both ways, until both sides are done; streams are passed on as they come."""
        for _ in range(self._tries):
            try:
                to_reader, to_writer = await asyncio.open_connection("127.0.0.1", next(self._next))
            except OSError:
                continue
            await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))
            return
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def serve(port: int, ports: list[int], processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Runs the proxy until a signal comes or a process ends."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = await asyncio.start_server(Proxy(ports).connect, "127.0.0.1", port)
    print(
        f"cluster: http://localhost:{port} (Ctrl-C ends it and forgets its data); API processes on {ports}", flush=True
    )
    while not ended.is_set():
        gone = [name for name, process in processes.items() if process.poll() is not None]
        if gone:
            raise Stopped(f"{', '.join(gone)} ended by itself")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 1)
    server.close()
    print("cluster: ending", flush=True)


def run(run_folder: Path, port: int) -> None:
    """Starts everything in its order, and returns when it has ended."""
    postgres = shared_server(run_folder)
    create_database(postgres, "tickfolio")
    redis_url = start_redis(run_folder, "cluster").url.rsplit("/", 1)[0]
    environment = settings(run_folder, postgres.url("tickfolio"), redis_url, port)
    subprocess.run([TICKFOLIO, "migrate"], env=environment, cwd=PROJECT, check=True)
    ports = [find_free_port(), find_free_port()]
    commands = {
        **{f"API process {n}": ["serve", "--port", str(p), "--no-worker"] for n, p in enumerate(ports, 1)},
        **{f"worker {number}": ["worker"] for number in (1, 2)},
    }
    with started(commands, environment) as processes:
        for number, api_port in enumerate(ports, 1):
            wait_until_ready(api_port, processes[f"API process {number}"])
        asyncio.run(serve(port, ports, processes))


def main() -> None:
    """Reads the command line, and leaves nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where the proxy listens, on 127.0.0.1")
    port = parser.parse_args().port
    if find_binaries() is None or not (shutil.which("redis-server") or shutil.which("valkey-server")):
        sys.exit("cluster: PostgreSQL and redis-server are needed (apt-get install postgresql redis-server)")
    test_run = TestRun()
    try:
        run(test_run.folder, port)
    except Stopped as stopped:
        sys.exit(f"cluster: {stopped}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(test_run.folder / "data", ignore_errors=True)
        test_run.close()


if __name__ == "__main__":
    main()
