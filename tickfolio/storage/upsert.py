"""INSERT … ON CONFLICT, spelt alike by both databases but found in two places.

A statement is made once and kept: making one costs more than running it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Change = Callable[[Any], dict[str, Any]]


def insert_or_update(connection: Connection, table: Table, rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Inserts the rows; one whose key is there already is overwritten."""
    if rows:
        connection.execute(_overwrite(connection.dialect.name, table, key, tuple(rows[0])), rows)


def insert_or_change(
    connection: Connection, table: Table, rows: list[dict[str, Any]], key: tuple[str, ...], change: Change
) -> None:
    """Inserts the rows; of one whose key is there already, `change` says from the new row what becomes of it.

    `change` is a plain function, called once for each database.
    """
    if rows:
        connection.execute(_change(connection.dialect.name, table, key, change), rows)


def insert_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Inserts the row unless a unique key of it is there already; says whether it did."""
    insert = _insert(connection.dialect.name, table).values(**row).on_conflict_do_nothing()
    # Of an INSERT the count is kept only on demand; on PostgreSQL it is -1 otherwise.
    return connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount == 1


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts those of the rows none of whose unique keys is there already."""
    if rows:
        connection.execute(_insert(connection.dialect.name, table).on_conflict_do_nothing(), rows)


@lru_cache(maxsize=128)
def _overwrite(dialect: str, table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> Any:
    insert = _insert(dialect, table)
    rest = {name: insert.excluded[name] for name in names if name not in key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=rest)


@lru_cache(maxsize=16)
def _change(dialect: str, table: Table, key: tuple[str, ...], change: Change) -> Any:
    insert = _insert(dialect, table)
    return insert.on_conflict_do_update(index_elements=list(key), set_=change(insert.excluded))


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
