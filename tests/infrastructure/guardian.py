"""Runs one server for the length of a test run, and ends it when the run is over, however the run ends.

The run's first process holds an exclusive lock on a file for as long as it lives. The system gives the lock back when
that process is gone: after its last test, after Ctrl-C and after SIGKILL alike. The guardian waits for that lock, then
ends the server and removes its folder. It sits in a session of its own, so that Ctrl-C does not reach it.

Called as: guardian.py LOCK_FILE FOLDER USER COMMAND [ARGUMENT ...]; USER is - for whoever calls.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

STOP_SECONDS = 5.0


def start_guarded(lock_file: Path, folder: Path, command: list[str], *, user: str | None = None) -> None:
    """Starts a server that lives no longer than the holder of the lock; its output goes to FOLDER/log.

    `user` is whose rights the server gets, where the caller is root and the server refuses to be.
    """
    with (folder / "log").open("ab") as log:
        guardian = subprocess.Popen(
            [sys.executable, __file__, str(lock_file), str(folder), user or "-", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # It outlives this process on purpose; without this, its Popen would warn of a running child when collected.
    guardian.returncode = 0


def rights_of(user: str | None) -> dict[str, Any]:
    """What Popen needs to start a command with another user's rights; nothing to start it with one's own."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _wait_for_the_end_of_the_run(lock_file: Path) -> None:
    with lock_file.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def _stop(server: "subprocess.Popen[bytes]", stop_signal: int) -> None:
    server.send_signal(stop_signal)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _remove(lock_file: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for lock in lock_file.parent.iterdir():
        if lock.is_file():
            lock.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another guardian's folder may still be there; the last one succeeds
        lock_file.parent.rmdir()


def main(arguments: list[str]) -> None:
    lock_file, folder, user = Path(arguments[0]), Path(arguments[1]), arguments[2]
    server = subprocess.Popen(arguments[3:], cwd=folder, **rights_of(None if user == "-" else user))
    ending = threading.Event()

    def watch() -> None:
        server.wait()
        if not ending.is_set():
            os._exit(1)  # the folder stays, with its log, for whoever started the server

    threading.Thread(target=watch, daemon=True).start()
    _wait_for_the_end_of_the_run(lock_file)
    ending.set()
    # SIGQUIT is PostgreSQL's "at once": its files are thrown away anyway.
    _stop(server, signal.SIGQUIT if Path(arguments[3]).name == "postgres" else signal.SIGTERM)
    _remove(lock_file, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
