"""The summary of 50 holdings when nothing is kept: load, value and write, beside the SQL that it needs.

Goal: at most 3 times the time of its own SQL. That is the statements of one summary, run again through the same library
in one transaction and read to the last row; neither building them nor making values of the rows is counted in.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, event

from bench.made import MadeServer, made_server
from bench.measure import Report, side_by_side
from tickfolio.cache.cache import MemoryCache
from tickfolio.services.summaries import Summaries, load_summary
from tickfolio.storage.database import Database
from tickfolio.storage.engine import make_engine

COUNT = 50


@dataclass(frozen=True, slots=True)
class Statements:
    """What one summary asks of the database: as the library's own objects, and as text for the driver."""

    expressions: list[tuple[Any, Any]]
    texts: list[tuple[str, Any]]


def watch(engine: Engine, call: Callable[[], object]):
    """The statements that a call runs."""
    found = Statements([], [])

    def before_execute(_connection, clause, many, one, _options):
        found.expressions.append((clause, many or one))

    def before_cursor(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            found.texts.append((statement, parameters))

    event.listen(engine, "before_execute", before_execute)
    event.listen(engine, "before_cursor_execute", before_cursor)
    call()
    event.remove(engine, "before_execute", before_execute)
    event.remove(engine, "before_cursor_execute", before_cursor)
    return found


def times(call: Callable[[], object]):
    """The call, COUNT times."""

    def run():
        for _ in range(COUNT):
            call()

    return run


def by_library(engine: Engine, statements: Statements):
    """The statements again, through SQLAlchemy Core."""
    with engine.connect().execution_options(writes=False) as connection, connection.begin():
        for clause, parameters in statements.expressions:
            connection.execute(clause, parameters).all()


def by_driver(engine: Engine, statements: Statements):
    """The statements again, without the library."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("BEGIN")
    for statement, parameters in statements.texts:
        cursor.execute(statement, parameters).fetchall()
    cursor.execute("COMMIT")
    raw.close()


def measure(engine: Engine, server: MadeServer, report: Report):
    """The summary from nothing and from the cache, and its parts."""
    # A cache without room keeps nothing.
    bare = Summaries(Database(engine), MemoryCache(lambda: 0.0, size_max=0), 10, 590)
    warm = replace(bare, cache=MemoryCache(lambda: 0.0))

    def load(summaries: Summaries):
        with summaries.database.reading() as tx:
            return load_summary(summaries, tx, server.user, server.portfolio_id, [])

    statements = watch(engine, lambda: load(bare))
    decoded = json.loads(load(warm).body)
    whole, cached, library, driver, dumps = side_by_side(
        times(lambda: load(bare)),
        times(lambda: load(warm)),
        times(lambda: by_library(engine, statements)),
        times(lambda: by_driver(engine, statements)),
        times(lambda: json.dumps(decoded)),
        count=COUNT,
    )
    report.figure("summary: load, value, write", whole)
    report.figure("summary: two versions, then the cache", cached)
    report.figure(f"the {len(statements.texts)} statements, SQLAlchemy Core", library)
    report.figure("the same by SQLite's driver alone", driver)
    report.figure("json.dumps of the same answer", dumps)
    report.ratio("summary ÷ its SQL, wall", whole.wall_seconds / library.wall_seconds, at_most=3.0)
    report.ratio("summary ÷ its SQL, CPU", whole.cpu_seconds / library.cpu_seconds)
    report.ratio("summary ÷ its SQL by the driver, CPU", whole.cpu_seconds / driver.cpu_seconds)
    report.ratio("from the cache ÷ from nothing, CPU", cached.cpu_seconds / whole.cpu_seconds)


if __name__ == "__main__":
    told = Report()
    with made_server() as made:
        own_engine = make_engine(made.product.settings.database())
        measure(own_engine, made, told)
        own_engine.dispose()
    told.end()
