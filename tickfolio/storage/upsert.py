"""INSERT … ON CONFLICT, spelt alike by both databases but found in two places."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_update(connection: Connection, table: Table, rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Inserts the rows; one whose key is there already is overwritten."""
    if not rows:
        return
    insert = _insert(connection, table)
    rest = {name: insert.excluded[name] for name in rows[0] if name not in key}
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=rest), rows)


def insert_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Inserts the row unless a unique key of it is there already; says whether it did."""
    insert = _insert(connection, table).values(**row).on_conflict_do_nothing()
    # Of an INSERT the count is kept only on demand; on PostgreSQL it is -1 otherwise.
    return connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount == 1


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts those of the rows none of whose unique keys is there already."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
