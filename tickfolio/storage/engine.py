"""How a database is opened: the driver, its connections, and what SQLite is told on each of them."""

import threading
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

try:
    import pysqlite3.dbapi2 as sqlite_driver
except ImportError:  # no wheel for this platform: the standard library's SQLite, without WAL when it is an old one
    import sqlite3 as sqlite_driver

# What the driver of SQLite itself raises, where it is spoken to without the library around it.
SqliteError: type[Exception] = sqlite_driver.Error

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset at once.
_WAL_SAFE = (3, 51, 3)
BUSY_SECONDS = 5.0
_POOL_WAIT_SECONDS = 2.0
_JOURNAL_TRIES = 50
_JOURNAL_PAUSE_SECONDS = 0.1


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """The engine behind a database; only the migrations use it without one."""
    parsed = make_url(url)
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": _POOL_WAIT_SECONDS}
    pool["hide_parameters"] = True  # an error is logged, and what somebody owns or is called must not be
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, pool)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={"options": "-c timezone=utc", "connect_timeout": 5},
        **pool,
    )


def _choose_journal(cursor: Any, journal: str) -> None:
    """Two that open a new file at once refuse each other this, and SQLite does not wait here as it does elsewhere."""
    pause = threading.Event()
    for _ in range(_JOURNAL_TRIES):
        with suppress(sqlite_driver.OperationalError):
            cursor.execute(f"PRAGMA journal_mode={journal}")
            return
        pause.wait(_JOURNAL_PAUSE_SECONDS)
    cursor.execute(f"PRAGMA journal_mode={journal}")


def _sqlite_engine(url: URL, pool: dict[str, Any]) -> Engine:
    engine = create_engine(
        url, module=sqlite_driver, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **pool
    )
    journal = "WAL" if sqlite_driver.sqlite_version_info >= _WAL_SAFE else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy and we say when a transaction begins, not the driver
        cursor = connection.cursor()
        _choose_journal(cursor, journal)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        if connection.info.get("writes", True) != writes:  # said only when it changes: most connections go on reading
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
