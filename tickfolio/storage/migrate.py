"""Brings a database to the schema of this program; refuses one that is newer."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from tickfolio.domain.errors import Unavailable
from tickfolio.storage.engine import make_engine

_LOCK = 7_421_893_001  # any number that nobody else locks in this database


class SchemaTooNew(RuntimeError):
    """The database was written by a newer Tickfolio than this one."""


def migrate(url: str) -> None:
    """Creates or upgrades the schema, one process at a time, in one database transaction.

    Raises: SchemaTooNew, or Unavailable when there is no database to be reached; and changes nothing.
    """
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _refuse_newer(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError:
        # What the driver says may name the password; where the database should be is in the settings.
        raise Unavailable("The database cannot be reached, or not written to: see TICKFOLIO_DATABASE_URL.") from None
    finally:
        engine.dispose()


def _refuse_newer(connection: Connection) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNew(
            f"The database is at schema {revision}, which this Tickfolio does not know. "
            "Run the newer Tickfolio that wrote it, or restore the backup from before."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
