"""The product as real processes: a server on a port of its own, and commands that end by themselves."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.infrastructure.run import find_free_port

TICKFOLIO = str(Path(sys.executable).with_name("tickfolio"))
READY_SECONDS = 30


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Nothing of ours, and only these settings; the folder has no `.env` either."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKFOLIO_")}
    own = {"TICKFOLIO_DATA_DIR": str(folder / "data"), "TICKFOLIO_PROVIDERS": "demo", "COLUMNS": "200"}
    return kept | own | {f"TICKFOLIO_{name.upper()}": value for name, value in settings.items()}


def command(folder: Path, *arguments: str, typed: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """One command to its end; `typed` is what a person types."""
    return subprocess.run(
        [TICKFOLIO, *arguments],
        cwd=folder,
        env=environment(folder, **settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,  # without a terminal, passwords are read from what is typed
    )


class Served:
    """A server process; `log` is what it wrote."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port, self.url = process, port, f"http://127.0.0.1:{port}"
        self._log = folder / f"log-{port}"

    @property
    def log(self) -> str:
        return self._log.read_text()

    def browser(self, **headers: str) -> httpx2.Client:
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers={"Origin": self.url} | headers, timeout=20)

    def terminate(self) -> float:
        """Asks it to end; says how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """`tickfolio serve` until the end of the block."""
    port = find_free_port()
    with (folder / f"log-{port}").open("wb") as log:
        process = subprocess.Popen(
            [TICKFOLIO, "serve", "--port", str(port), *arguments],
            cwd=folder,
            env=environment(folder, **settings),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    served = Served(folder, process, port)
    try:
        _wait_until_ready(served)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{served.url}/readyz").status_code == 200:
                return
        assert served.process.poll() is None, served.log
        assert time.monotonic() < deadline, served.log
        time.sleep(0.05)
