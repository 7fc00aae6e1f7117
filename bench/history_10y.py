"""Every day of a portfolio's ten years: from the database to the answer, and warm, with all inputs in memory.

Goals, in ms of CPU, for 500 instruments and 20,000 transactions: at most 60 warm, at most 400 cold (rows, closes,
lots, history, figures, JSON). For a typical person with 30 instruments and 1,200 transactions: at most 3 warm.
"""

import random
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from bench.measure import Report, side_by_side, timed
from bench.write_20k import new_ids
from tests.builders import Given
from tests.infrastructure.clock import SettableClock
from tickfolio.cache.cache import MemoryCache
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.performance import figures_of
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.main import spare_collector
from tickfolio.services.performance import load_inputs, make_past
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.projection import project_all
from tickfolio.services.summaries import Summaries
from tickfolio.services.upkeep import make_blocks
from tickfolio.storage.columns import UtcInstant
from tickfolio.storage.database import Database
from tickfolio.storage.engine import make_engine
from tickfolio.storage.ledgers import LedgerRow, _values
from tickfolio.storage.migrate import migrate
from tickfolio.storage.tables import transactions

FIRST, LAST = date(2016, 11, 21), date(2026, 11, 20)
COUNT = 20
LARGE, TYPICAL = (500, 20_000), (30, 1_200)
CLOSED_AT = time_of_day(10)
SELLS, PAYS = 0.35, 0.10  # of a hundred rows with enough held, so many are sales; of all, so many dividends


def made(folder: str, instruments: int, rows: int):
    """A database with one portfolio of so many instruments and rows, and a close on every weekday."""
    url = f"sqlite:///{Path(folder) / f'{rows}.db'}"
    migrate(url)
    engine = make_engine(url, pool_size=2)
    given = Given(Database(engine), SettableClock(), new_ids())
    user = given.user()
    portfolio = given.portfolio(user)
    names = [f"MADE{number}" for number in range(instruments)]
    listed = [Instrument(given.new_id(), AssetType.STOCK, "NSE", name, name, "INR") for name in names]
    with given.database.transaction() as tx:
        tx.instruments.add_many_if_new(listed)
    with engine.begin() as connection:
        write_ledger(connection, given, portfolio, listed, rows)
        write_closes(connection, listed)
    make_blocks(given.database)
    with given.database.transaction() as tx:
        tx.prices.record([latest(one) for one in listed])
        project_all(tx, given.world, portfolio)
    return given, user, portfolio


def write_ledger(connection, given, portfolio, listed, rows):
    """Purchases, and now and then a part sold or a dividend, on any day of the ten years."""
    chance = random.Random(rows)
    held = dict.fromkeys((one.id for one in listed), 0)
    written = []
    for days in sorted(chance.randrange((LAST - FIRST).days) for _ in range(rows)):
        key, kind, size = chance.choice(listed).id, TransactionType.BUY, chance.randrange(1, 100)
        if held[key] and chance.random() < PAYS:
            kind, size = TransactionType.DIVIDEND, 1
        elif held[key] >= size and chance.random() < SELLS:
            kind, held[key] = TransactionType.SELL, held[key] - size
        else:
            held[key] += size
        row = LedgerRow(
            id=given.new_id(),
            portfolio_id=portfolio.id,
            instrument_id=key,
            type=kind,
            traded_on=FIRST + timedelta(days=days),
            quantity=Decimal(size),
            price=Decimal(chance.randrange(10_000, 20_000)).scaleb(-2),
            fees=Decimal("1.50"),
            taxes=Decimal(0),
            currency="INR",
            fx_rate=None,
            account=None,
            external_id=None,
            note=None,
            version=1,
            created_at=given.clock(),
        )
        written.append(_values(row))
    connection.execute(insert(transactions), written)


def write_closes(connection, listed):
    """Straight through the driver: a million rows."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    instant = UtcInstant()
    at = [datetime.combine(day, CLOSED_AT, UTC) for day in days if day.weekday() < 5]
    stamps = [instant.process_bind_param(one, connection.dialect) for one in at]
    chance = np.random.default_rng(len(listed))
    for one in listed:
        cents = np.rint(10_000 * np.exp(np.cumsum(chance.normal(0, 0.01, len(stamps))))).astype(int).tolist()
        closes = [
            (one.id, "close", stamp, f"{cent // 100}.{cent % 100:02}")
            for stamp, cent in zip(stamps, cents, strict=True)
        ]
        connection.exec_driver_sql(
            "INSERT INTO price_history (instrument_id, kind, timestamp, price) VALUES (?, ?, ?, ?)", closes
        )


def latest(instrument):
    """The latest price: of the last day."""
    at = datetime.combine(LAST, CLOSED_AT, UTC)
    return LatestPrice(
        instrument.id, Decimal("123.45"), Decimal(123), instrument.currency, at, "made", PriceStatus.CLOSE, at
    )


def cold(server):
    """The whole answer out of the database, and nothing kept."""
    given, user, portfolio = server
    bare = Summaries(given.database, MemoryCache(time.monotonic, size_max=0), 10, 590)

    def run():
        with given.database.reading() as tx:
            return load_performance(bare, tx, given.world, user, portfolio.id, Asked(), ())

    return run


def warm(server):
    """The history and its figures, with everything read before."""
    given, user, portfolio = server
    with given.database.reading() as tx:
        inputs = load_inputs(tx, tx.portfolios.load(user.id, portfolio.id), LAST)
    since = min(row.traded_on for row in inputs.rows)

    def run():
        past = make_past(inputs, LAST)
        return figures_of(past.history, past.whole, since, LAST)

    return run


def times(call):
    """The call, COUNT times."""

    def run():
        for _ in range(COUNT):
            call()

    return run


if __name__ == "__main__":
    told = Report()
    spare_collector()  # as `serve` does
    with tempfile.TemporaryDirectory(prefix="tickfolio-bench-") as place:
        large, typical = made(place, *LARGE), made(place, *TYPICAL)
        first = timed(cold(large))
        [large_warm] = side_by_side(warm(large), turns=15)
        [typical_warm] = side_by_side(times(warm(typical)), count=COUNT, turns=15)
        [large_cold] = side_by_side(cold(large), turns=7)
        [typical_cold] = side_by_side(times(cold(typical)), count=COUNT, turns=3)
    told.figure("500 instruments, 20,000 rows, warm", large_warm)
    told.figure("500 instruments, 20,000 rows, first of all", first)
    told.figure("500 instruments, 20,000 rows, cold", large_cold)
    told.figure("30 instruments, 1,200 rows, warm", typical_warm)
    told.figure("30 instruments, 1,200 rows, cold", typical_cold)
    told.ratio("large, warm, ms CPU", large_warm.cpu_seconds * 1e3, at_most=60)
    told.ratio("large, cold, ms CPU", large_cold.cpu_seconds * 1e3, at_most=400)
    told.ratio("typical, warm, ms CPU", typical_warm.cpu_seconds / COUNT * 1e3, at_most=3)
    told.end()
