"""A copy of the embedded database, whole and of one moment, while others go on writing."""

from contextlib import closing
from pathlib import Path

from tickfolio.storage.engine import make_engine


def copy_database(url: str, target: Path) -> None:
    """Writes the copy; the target must not exist. To restore it, stop the server and put it in the data folder."""
    engine = make_engine(url, pool_size=1)
    try:
        # The bare connection: a copy is made outside of any transaction, and no writer is kept waiting.
        with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("VACUUM INTO ?", (str(target),))
    finally:
        engine.dispose()
