"""10,000 prices through the gate and into SQLite: as one answer (a file of all funds) and as answers of 20.

Goal: stored in less than a second. The reference is the least that storing them can cost: the same rows written by the
driver alone, in transactions of the same size.
"""

from datetime import timedelta

from bench.made import NOW, MadeServer, made_server, observations
from bench.measure import Report, side_by_side
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.providers.provider import BatchResult
from tickfolio.services.price_batches import record_batch
from tickfolio.storage.engine import make_engine

COUNT = 10_000
SMALL = 20
TURNS = 2
GOAL_SECONDS = 1.0

LATEST = (
    "INSERT INTO bench_latest VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "price = excluded.price, as_of = excluded.as_of, updated_at = excluded.updated_at"
)
HISTORY = "INSERT INTO bench_history VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"


class Refreshed:
    """Each call stores one more price of every instrument, a little later and a little higher."""

    def __init__(self, server: MadeServer, ids: dict[str, str], size: int, first_step: int):
        self._database, self._world = server.product.database, server.product.world
        self._ids, self._size, self._step = ids, size, first_step
        # Made before the clock runs: reading an answer is measured elsewhere.
        self._answers = {step: observations(list(ids), step) for step in range(first_step + 1, first_step + TURNS + 1)}

    def __call__(self):
        self._step += 1
        symbols, seen = list(self._ids), self._answers[self._step]
        now = NOW + timedelta(seconds=self._step)
        updated = 0
        for start in range(0, len(symbols), self._size):
            part = symbols[start : start + self._size]
            result = BatchResult({symbol: seen[symbol] for symbol in part}, symbols=part)
            asked = {symbol: [self._ids[symbol]] for symbol in part}
            with self._database.transaction() as tx:
                updated += record_batch(tx, self._world, asked, result, now, f"run {self._step}").updated
        assert updated == COUNT, updated


class Written:
    """The same rows by the driver alone, into tables of the same shape."""

    def __init__(self, engine, ids: list[str], size: int):
        self._engine, self._ids, self._size, self._step = engine, ids, size, 0

    def __call__(self):
        self._step += 1
        raw = self._engine.raw_connection()
        cursor = raw.cursor()
        at = f"2026-11-20T09:{self._step // 60:02}:{self._step % 60:02}.{self._size:06}Z"
        for start in range(0, len(self._ids), self._size):
            part = self._ids[start : start + self._size]
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(LATEST, [(one, "100.05", "99", "INR", at, "made", "live", at) for one in part])
            cursor.executemany(HISTORY, [(one, "tick", at, "100.05") for one in part])
            cursor.execute("COMMIT")
        raw.close()


def make_tables(engine):
    """Tables like those of prices, for the reference."""
    raw = engine.raw_connection()
    raw.cursor().execute(
        "CREATE TABLE IF NOT EXISTS bench_latest (id TEXT PRIMARY KEY, price TEXT, previous TEXT, currency TEXT, "
        "as_of TEXT, source TEXT, status TEXT, updated_at TEXT)"
    )
    raw.cursor().execute(
        "CREATE TABLE IF NOT EXISTS bench_history (id TEXT, kind TEXT, at TEXT, price TEXT, PRIMARY KEY (id, kind, at))"
    )
    raw.close()


def made_instruments(server: MadeServer):
    """10,000 instruments, as (symbol, id)."""
    world = server.product.world
    made = [
        Instrument(world.new_id(), AssetType.STOCK, "NSE", f"ALSO{number}", f"Also {number}", "INR")
        for number in range(COUNT)
    ]
    with server.product.database.transaction() as tx:
        tx.instruments.add_many_if_new(made)
    return {one.symbol: one.id for one in made}


if __name__ == "__main__":
    told = Report()
    with made_server(holdings=1) as made:
        all_ids = made_instruments(made)
        own_engine = make_engine(made.product.settings.database())
        make_tables(own_engine)
        for name, size, first in (("one answer of 10,000", COUNT, 0), ("500 answers of 20", SMALL, 20)):
            refreshed = Refreshed(made, all_ids, size, first)
            stored, written = side_by_side(refreshed, Written(own_engine, list(all_ids.values()), size), turns=TURNS)
            print(name)
            told.figure("judged and stored", stored)
            told.figure("the rows alone, by the driver", written)
            told.ratio("judged and stored ÷ rows alone", stored.wall_seconds / written.wall_seconds)
            told.ratio("seconds", stored.wall_seconds, at_most=GOAL_SECONDS)
        own_engine.dispose()
    told.end()
