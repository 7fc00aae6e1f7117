"""A crowd signs in at once: how long it takes and how much memory, beside hashing the same passwords one by one.

At most two passwords are verified at a time, so the crowd must not take more memory than two, and an e-mail that
nobody has must take as long as one that somebody has.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

from bench.made import PASSWORD, MadeServer, made_server
from bench.measure import Report, side_by_side
from tickfolio.domain.errors import TooMany, WrongCredentials
from tickfolio.services.accounts import sign_in

CROWD = 8
HASH_MEGABYTES = 64
PARALLEL = 2


def crowd(server: MadeServer):
    """Everybody at once, each from an address of their own; says how many a busy machine told to come back."""
    reception = server.product.reception
    with ThreadPoolExecutor(CROWD) as threads:
        asked = [
            threads.submit(sign_in, reception, server.user.email, PASSWORD, f"192.0.2.{number}")
            for number in range(CROWD)
        ]
    errors = [done.exception() for done in asked]
    assert all(error is None or isinstance(error, TooMany) for error in errors), errors
    return sum(error is not None for error in errors)


def refused(server: MadeServer, email: str, turn: list[int]):
    """One wrong sign-in; from another address each time, so that no limit is met."""
    turn[0] += 1
    try:
        sign_in(server.product.reception, email, "not the password of anybody", f"198.51.100.{turn[0]}")
    except WrongCredentials:
        return
    raise AssertionError("a wrong password was taken")


class Watch:
    """The most memory that this process holds while it is watched."""

    def __init__(self):
        self.most = 0
        self._over = Event()
        self._thread = Thread(target=self._look)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_raised):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.002):
            self.most = max(self.most, resident())


def resident():
    """Megabytes that this process holds now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 // 1_000_000


if __name__ == "__main__":
    told = Report()
    with made_server(holdings=1) as made:
        passwords = made.product.reception.passwords
        before, turned_away = resident(), []
        with Watch() as watch:
            together, alone = side_by_side(
                lambda: turned_away.append(crowd(made)),
                lambda: [passwords.verify(PASSWORD, made.user.password_hash) for _ in range(CROWD)],
                count=CROWD,
                turns=2,
            )
        time.sleep(0.1)
        tries = [0]
        known, unknown = side_by_side(
            lambda: refused(made, made.user.email, tries),
            lambda: refused(made, "nobody@example.org", tries),
            turns=4,
        )
    told.figure(f"one of {CROWD} who sign in at once", together)
    told.figure("told to come back, over all turns", f"{sum(turned_away):9}")
    told.figure("one hash, one after another", alone)
    told.ratio("signing in at once ÷ one by one, wall", together.wall_seconds / alone.wall_seconds)
    told.ratio("the same, CPU", together.cpu_seconds / alone.cpu_seconds)
    told.figure("memory beyond the idle server, MB", f"{watch.most - before:9}")
    told.ratio("the same ÷ two hashes", (watch.most - before) / (PARALLEL * HASH_MEGABYTES), at_most=1.5)
    told.figure("a wrong password", known)
    told.figure("an e-mail that nobody has", unknown)
    told.ratio("unknown ÷ known, wall", unknown.wall_seconds / known.wall_seconds)
    told.end()
