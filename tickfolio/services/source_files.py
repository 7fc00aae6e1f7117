"""Files for all: one that has far fewer rows than the last good one broke off, and is refused whole."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from tickfolio.domain.errors import AdministratorOnly, NotFound
from tickfolio.providers.provider import BatchResult, Failure, FailureKind
from tickfolio.services.sources import Sources
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.source_files import RefusedFile

_PERCENT_MIN = 80
log = structlog.get_logger()


def check_file(tx: Tx, source: str, result: BatchResult, now: datetime) -> BatchResult:
    """The answer, or in its place the failure of all of it when it has under 80 % of the rows of the last good file."""
    last = None if result.rows is None else tx.source_files.rows(source)
    if result.rows is None or last is None or result.rows * 100 >= last * _PERCENT_MIN:
        return result
    tx.source_files.refuse(source, result.rows, now)
    message = f"The file has {result.rows:,} rows, the last good one had {last:,}: all of it is refused."
    log.warning("file_refused", source=source, rows=result.rows, rows_before=last)
    failure = Failure(FailureKind.CONTRACT_CHANGED, message)
    return BatchResult(provider_failure=failure, symbols=result.symbols, rows=result.rows)


def keep_size(tx: Tx, source: str, result: BatchResult, now: datetime) -> None:
    """Measures the next file by this one, which is stored."""
    if result.rows and result.provider_failure is None:
        tx.source_files.keep(source, result.rows, now)


def list_refused(tx: Tx) -> Sequence[RefusedFile]:
    """The sources whose last file was refused for its size."""
    return tx.source_files.refused()


def accept_smaller_file(tx: Tx, world: World, sources: Sources, user: User, source: str) -> None:
    """The next file of a source may have any number of rows, and those after it are measured by that one.

    Raises: AdministratorOnly, NotFound.
    """
    if not user.administrator:
        raise AdministratorOnly("Only the administrator says that a smaller file is right.")
    if source not in sources.providers:
        raise NotFound("source of prices")
    if tx.source_files.forget(source):
        tx.server.note(world.new_id(), user.id, f"smaller_file_{source}_accepted", None, world.now())
