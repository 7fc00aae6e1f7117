"""Ten years of closes of 500 instruments out of SQLite: as blocks, and the same closes row by row.

Goal: at most 120 ms of CPU with blocks, from the file to the arrays that a history is made of.
"""

import tempfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from bench.measure import Report, side_by_side
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.services.upkeep import make_blocks
from tickfolio.storage.database import Database, open_database
from tickfolio.storage.migrate import migrate
from tickfolio.storage.prices import PricePoint

INSTRUMENTS, FIRST, LAST = 500, date(2016, 11, 21), date(2026, 11, 20)
GOAL_MILLISECONDS = 120.0


def fill(database: Database):
    """A made close of every instrument on every weekday, at the end of the session in Mumbai."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    closed_at = [datetime.combine(day, time(10), UTC) for day in days if day.weekday() < 5]
    made = np.random.default_rng(INSTRUMENTS)
    exchanges = {}
    for number in range(INSTRUMENTS):
        one = Instrument(f"made-{number:04}", AssetType.STOCK, "NSE", f"MADE{number}", f"Made {number}", "INR")
        exchanges[one.id] = one.exchange
        cents = made.integers(10_000, 500_000, len(closed_at))
        with database.transaction() as tx:
            tx.instruments.add_if_new(one)
            tx.prices.remember(
                [
                    PricePoint(one.id, "close", at, Decimal(int(cent)).scaleb(-2), "made", at)
                    for at, cent in zip(closed_at, cents, strict=True)
                ]
            )
    return exchanges


def load(database: Database, exchanges: dict[str, str]):
    """All closes of the ten years."""
    with database.reading() as tx:
        return tx.closes.load(exchanges, FIRST, LAST)


if __name__ == "__main__":
    told = Report()
    with tempfile.TemporaryDirectory(prefix="tickfolio-bench-") as name:
        url = f"sqlite:///{Path(name) / 'closes.db'}"
        migrate(url)
        opened = open_database(url)
        ids = fill(opened)
        by_rows = load(opened, ids)
        [rows] = side_by_side(lambda: load(opened, ids), turns=2)
        [making] = side_by_side(lambda: make_blocks(opened), turns=1)
        by_blocks = load(opened, ids)
        [blocks] = side_by_side(lambda: load(opened, ids), turns=9)
        opened.close()
    assert all((by_rows[key][0] == by_blocks[key][0]).all() for key in ids)
    assert all((by_rows[key][1] == by_blocks[key][1]).all() for key in ids)
    told.figure(f"{sum(len(days) for days, _ in by_rows.values()):,} closes, row by row", rows)
    told.figure("making the blocks", making)
    told.figure("the same closes from blocks", blocks)
    told.ratio("from blocks, ms CPU", blocks.cpu_seconds * 1e3, at_most=GOAL_MILLISECONDS)
    told.ratio("row by row ÷ from blocks, CPU", rows.cpu_seconds / blocks.cpu_seconds)
    told.end()
