"""A copy of the embedded database, whole and of one moment, while others go on writing."""

from pathlib import Path

from sqlalchemy import text

from tickfolio.storage.database import make_engine


def copy_database(url: str, target: Path) -> None:
    """Writes the copy; the target must not exist. To restore it, stop the server and put it in the data folder."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT", writes=False) as connection:
            connection.execute(text("COMMIT"))
            connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
    finally:
        engine.dispose()
