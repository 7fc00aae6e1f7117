"""A write into a ledger of 20,000 rows, and what it costs when only the rows of other instruments grow.

Goal: at most 50 ms, and not growing with rows of other instruments. The instrument that is written has 40 rows in both.
"""

import itertools
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.measure import Report, side_by_side
from tests.builders import Given, buy
from tests.infrastructure.clock import SettableClock
from tickfolio.services.ledgers import record_transaction
from tickfolio.storage.database import Database
from tickfolio.storage.engine import make_engine
from tickfolio.storage.ledgers import _values
from tickfolio.storage.migrate import migrate
from tickfolio.storage.tables import transactions

ROWS = 20_000
OWN_ROWS = 40
COUNT = 20


def new_ids():
    numbers = itertools.count(1)
    return lambda: f"00000000-0000-7000-8000-{next(numbers):012x}"


def made(folder: str, rows: int):
    """A database with one ledger of so many rows: 40 of each instrument."""
    url = f"sqlite:///{Path(folder) / f'{rows}.db'}"
    migrate(url)
    engine = make_engine(url, pool_size=2)
    given = Given(Database(engine), SettableClock(), new_ids())
    user = given.user()
    portfolio = given.portfolio(user)
    given.record(user, portfolio, *(buy(f"S{number}", "1", "1") for number in range(rows // OWN_ROWS)))
    with given.database.reading() as tx:
        first = tx.ledgers.rows(user.id, portfolio.id)
    copies = []
    for row in first:
        for number in range(OWN_ROWS - 1):
            values = _values(row) | {"id": given.new_id(), "traded_on": row.traded_on + timedelta(days=number % 300)}
            copies.append(values)
    with engine.begin() as connection:
        connection.execute(insert(transactions), copies)
    return given, user, portfolio


if __name__ == "__main__":
    told = Report()
    with tempfile.TemporaryDirectory() as folder:
        large, small = made(folder, ROWS), made(folder, OWN_ROWS * 2)

        def write(where):
            given, user, portfolio = where

            def run():
                for _ in range(COUNT):
                    with given.database.transaction() as tx:
                        record_transaction(tx, given.world, user, portfolio.id, buy("S1", "1", "100", "2026-06-01"))

            return run

        in_large, in_small = side_by_side(write(large), write(small), count=COUNT, turns=3)
    told.figure("one write, 20,000 rows", in_large)
    told.figure("one write, 80 rows", in_small)
    told.ratio("ms of CPU for a write", in_large.cpu_seconds / COUNT * 1000, at_most=50)
    told.ratio("20,000 rows ÷ 80 rows", in_large.cpu_seconds / in_small.cpu_seconds, at_most=2)
    told.end()
