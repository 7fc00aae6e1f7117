"""The database: opened once, and the only place that commits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine
from sqlalchemy import exc as sql_errors
from sqlalchemy.pool import PoolProxiedConnection

from tickfolio.domain.errors import Unavailable
from tickfolio.storage.action_proposals import ActionProposals
from tickfolio.storage.breakers import Breakers
from tickfolio.storage.corporate_actions import CorporateActions
from tickfolio.storage.dismissed_dividends import DismissedDividends
from tickfolio.storage.engine import BUSY_SECONDS, SqliteError, make_engine
from tickfolio.storage.history_fills import HistoryFills
from tickfolio.storage.holdings import Holdings
from tickfolio.storage.instrument_aliases import InstrumentAliases
from tickfolio.storage.instruments import Instruments
from tickfolio.storage.ledgers import Ledgers
from tickfolio.storage.markets import Markets
from tickfolio.storage.own_sources import OwnSources
from tickfolio.storage.people import People
from tickfolio.storage.portfolios import Portfolios
from tickfolio.storage.prices import Prices
from tickfolio.storage.quotas import Quotas
from tickfolio.storage.refreshes import Refreshes
from tickfolio.storage.server import Server
from tickfolio.storage.source_failures import SourceFailures
from tickfolio.storage.source_files import SourceFiles
from tickfolio.storage.source_limits import SourceLimits
from tickfolio.storage.source_orders import SourceOrders
from tickfolio.storage.turns import Turns
from tickfolio.storage.verdicts import Verdicts

if TYPE_CHECKING:
    from tickfolio.storage.closes import Closes


class Tx:
    """One open database transaction, seen as the rooms of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Runs once the transaction is in the database, and never when it is not."""
        self._after_commit.append(call)

    def committed(self) -> None:
        """Runs what waited for the commit; called by the database alone."""
        for call in self._after_commit:
            call()

    @cached_property
    def people(self) -> People:
        return People(self._connection)

    @cached_property
    def portfolios(self) -> Portfolios:
        return Portfolios(self._connection)

    @cached_property
    def ledgers(self) -> Ledgers:
        return Ledgers(self._connection)

    @cached_property
    def holdings(self) -> Holdings:
        return Holdings(self._connection)

    @cached_property
    def instruments(self) -> Instruments:
        return Instruments(self._connection)

    @cached_property
    def aliases(self) -> InstrumentAliases:
        return InstrumentAliases(self._connection)

    @cached_property
    def prices(self) -> Prices:
        return Prices(self._connection)

    @cached_property
    def closes(self) -> "Closes":
        from tickfolio.storage.closes import Closes  # noqa: PLC0415  # numpy is slow to load, and seldom needed

        return Closes(self._connection)

    @cached_property
    def corporate_actions(self) -> CorporateActions:
        return CorporateActions(self._connection)

    @cached_property
    def action_proposals(self) -> ActionProposals:
        return ActionProposals(self._connection)

    @cached_property
    def dismissed_dividends(self) -> DismissedDividends:
        return DismissedDividends(self._connection)

    @cached_property
    def markets(self) -> Markets:
        return Markets(self._connection)

    @cached_property
    def history_fills(self) -> HistoryFills:
        return HistoryFills(self._connection)

    @cached_property
    def refreshes(self) -> Refreshes:
        return Refreshes(self._connection)

    @cached_property
    def verdicts(self) -> Verdicts:
        return Verdicts(self._connection)

    @cached_property
    def source_files(self) -> SourceFiles:
        return SourceFiles(self._connection)

    @cached_property
    def source_orders(self) -> SourceOrders:
        return SourceOrders(self._connection)

    @cached_property
    def own_sources(self) -> OwnSources:
        return OwnSources(self._connection)

    @cached_property
    def source_failures(self) -> SourceFailures:
        return SourceFailures(self._connection)

    @cached_property
    def quotas(self) -> Quotas:
        return Quotas(self._connection)

    @cached_property
    def source_limits(self) -> SourceLimits:
        return SourceLimits(self._connection)

    @cached_property
    def breakers(self) -> Breakers:
        return Breakers(self._connection)

    @cached_property
    def server(self) -> Server:
        return Server(self._connection)


class Database:
    """SQLite or PostgreSQL behind one door.

    Raises: Unavailable from every transaction when the database is gone, busy too long, read-only or full.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.embedded = engine.dialect.name == "sqlite"
        # SQLite takes one writer: waiting here is fair and cheap, its own busy handler is neither.
        self._writer = Turns() if self.embedded else None
        self._watching = threading.Lock()
        self._watch: PoolProxiedConnection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Reads and writes that happen together or not at all."""
        stage = _Stage()
        with self._one_writer(), _told_plainly(stage), self._connect(writes=True) as connection, connection.begin():
            tx = Tx(connection)
            yield tx
            stage.outcome = "it is not known whether this was written"
        tx.committed()

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Reads of one moment: nothing that others write meanwhile is seen."""
        options: dict[str, Any] = {"writes": False}
        if not self.embedded:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _told_plainly(), self._connect(**options) as connection, connection.begin():
            yield Tx(connection)

    def changes(self) -> int | None:
        """A number that stays the same as long as nobody has written; None where there is no cheap way to tell.

        Read it before the content that it vouches for. Cheap enough for every request (a few microseconds).
        """
        if not self.embedded:
            return None
        with self._watching, _told_plainly():
            if self._watch is None:
                self._watch = self._engine.raw_connection()
                self._watch.detach()
            cursor = self._watch.cursor()
            cursor.execute("PRAGMA data_version")
            [[counted]] = cursor.fetchall()
            return int(counted)

    def close(self) -> None:
        """Ends every connection."""
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()

    def _connect(self, **options: Any) -> Connection:
        return self._engine.connect().execution_options(**options)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(BUSY_SECONDS):
            raise Unavailable("The database is busy; nothing was written. Try again in a moment.")
        try:
            yield
        finally:
            self._writer.release()


@dataclass(slots=True)
class _Stage:
    """What can be said of the outcome if the database goes away now: before the commit, nothing is there."""

    outcome: str = "nothing was written"


@contextmanager
def _told_plainly(stage: _Stage | None = None) -> Iterator[None]:
    """Turns a database that cannot serve into Unavailable; a mistake of ours (wrong SQL, a broken rule) stays one."""
    try:
        yield
    except (sql_errors.OperationalError, sql_errors.InterfaceError, sql_errors.InternalError) as error:
        raise Unavailable(f"The database cannot be used now; {(stage or _Stage()).outcome}.") from error
    except SqliteError as error:  # from `changes`, which speaks to the driver itself
        raise Unavailable("The database cannot be used now; nothing was written.") from error
    except sql_errors.TimeoutError as error:
        raise Unavailable("Too much is going on at once; nothing was written.") from error


def open_database(url: str, *, pool_size: int = 10) -> Database:
    """Opens `sqlite:////path/file.db` or `postgresql+psycopg://…`; the schema must be there (see `migrate`)."""
    return Database(make_engine(url, pool_size=pool_size))
