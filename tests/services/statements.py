"""Counts what is asked of the database, so that a test sees a query in a loop."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from tests.builders import Given
from tickfolio.storage.database import Tx


def statements(given: Given, read: Callable[[Tx], Any]) -> int:
    """How many statements it takes to read something."""
    told = []

    def count(*_told: Any) -> None:
        told.append(1)

    engine = given.database._engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        with given.database.reading() as tx:
            read(tx)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(told)
