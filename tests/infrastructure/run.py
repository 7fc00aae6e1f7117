"""One test run: its folder, the lock that says it is alive, and what to do when a server is missing."""

import contextlib
import fcntl
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NoReturn

import pytest

START_SECONDS = 30.0


class TestRun:
    """The first process of a run: owns the folder of its servers and holds the lock that keeps them alive."""

    __test__ = False  # pytest collects by name, and this is not a test

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tickfolio-tests-"))
        self.folder.chmod(0o711)  # PostgreSQL's own user has to reach its folder inside
        self._lock: IO[bytes] = lock_file(self.folder).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Lets the guardians end their servers; removes the folder at once where there are none."""
        guarded = any(path.is_dir() for path in self.folder.iterdir())
        self._lock.close()
        if not guarded:
            shutil.rmtree(self.folder, ignore_errors=True)


def lock_file(folder: Path) -> Path:
    """The file that is locked for as long as the run lives."""
    return folder / "alive"


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Holds a lock that the run's other processes wait for."""
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, log: Path) -> None:
    """Waits until a server answers; raises with the end of its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.02)
    told = log.read_text(errors="replace")[-2000:] if log.exists() else "nothing"
    raise RuntimeError(f"{what} did not answer within {START_SECONDS:.0f} s; its log says:\n{told}")


def say_missing(what: str) -> NoReturn:
    """Skips a test whose server is not installed; under CI, where nothing may be left out, fails it."""
    sentence = f"{what} is not installed; `make test` as root installs it from Debian's packages"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
