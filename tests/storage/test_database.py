"""The one door to the database: together or not at all, one moment, told plainly when it cannot serve."""

import ast
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.builders import Given
from tests.infrastructure.source_tree import PACKAGE, name_of, parsed
from tests.patience import HANGS_SECONDS
from tickfolio.domain.errors import Unavailable
from tickfolio.storage import database as database_module
from tickfolio.storage import engine as module
from tickfolio.storage.backup import copy_database
from tickfolio.storage.database import open_database
from tickfolio.storage.migrate import migrate
from tickfolio.storage.people import Session

LATER = datetime(2027, 1, 1, tzinfo=UTC)
COMMITTERS = {"commit", "begin", "begin_nested", "rollback"}


def committing_calls(tree):
    """Lines that call for a transaction: `.commit()`, `.begin()`, `.connect()` and the like."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COMMITTERS
        # `tx.refreshes.begin(row)` writes a run down; a transaction begins without being told anything.
        and not node.args
    ]


def test_only_the_database_begins_and_commits():
    exempt = {"tickfolio/storage/database.py", "tickfolio/storage/migrate.py"}  # the schema is no use case's business
    files = [path for path in PACKAGE.rglob("*.py") if name_of(path) not in exempt]

    assert {name_of(path): lines for path in files if (lines := committing_calls(parsed(path)))} == {}


@pytest.mark.parametrize("planted", ["tx.commit()", "with connection.begin(): ...", "self._connection.rollback()"])
def test_a_planted_commit_is_seen(planted):
    assert committing_calls(ast.parse(planted)) == [1]


def versions(database):
    with database.reading() as tx:
        return tx.server.version("prices")


def test_a_transaction_that_fails_leaves_nothing(database):
    told = []

    def stop_halfway():
        with database.transaction() as tx:
            tx.server.raise_version("prices")
            tx.after_commit(lambda: told.append("committed"))
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        stop_halfway()

    assert versions(database) == 0
    assert told == []


def test_what_waits_for_the_commit_runs_after_it_and_sees_it(database):
    seen = []

    with database.transaction() as tx:
        tx.server.raise_version("prices")
        tx.after_commit(lambda: seen.append(versions(database)))
        tx.after_commit(lambda: seen.append("second"))
        assert seen == []

    assert seen == [1, "second"]


def test_fault_33_nothing_is_told_when_the_commit_itself_fails(postgres_url):
    database = open_database(postgres_url)
    told = []

    def lose_the_connection_before_the_commit():
        with database.transaction() as tx:
            tx.server.raise_version("prices")
            tx.after_commit(lambda: told.append("committed"))
            mine = tx._connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.transaction() as other:
                other._connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})

    with pytest.raises(Unavailable):
        lose_the_connection_before_the_commit()

    assert told == []
    assert versions(database) == 0
    database.close()


def test_reading_sees_one_moment(database):
    with database.reading() as tx:
        before = tx.server.version("prices")
        writer = threading.Thread(target=lambda: raise_prices(database))
        writer.start()
        writer.join()
        assert tx.server.version("prices") == before

    assert versions(database) == before + 1


def raise_prices(database):
    with database.transaction() as tx:
        tx.server.raise_version("prices")


def test_reading_does_not_write(database):
    with pytest.raises(Unavailable), database.reading() as tx:
        tx.server.raise_version("prices")

    assert versions(database) == 0
    raise_prices(database)
    assert versions(database) == 1


def test_twenty_writers_at_once_lose_nothing(database):
    together = threading.Barrier(20)

    def write():
        together.wait()
        raise_prices(database)

    writers = [threading.Thread(target=write) for _ in range(20)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()

    assert versions(database) == 20


def test_fault_45_a_pool_that_is_used_up_says_so_within_seconds(database_url):
    database = open_database(database_url, pool_size=1)
    began = time.monotonic()

    with database.reading(), pytest.raises(Unavailable, match="Too much"), database.reading():
        pass

    assert 1 < time.monotonic() - began < HANGS_SECONDS
    assert versions(database) == 0  # and the connection is back
    database.close()


def test_fault_50_a_long_writer_makes_others_wait_no_longer_than_they_must(sqlite_url, monkeypatch):
    for part in (module, database_module):  # what a connection waits for a file, and a thread for its turn
        monkeypatch.setattr(part, "BUSY_SECONDS", 0.3)
    first, second = open_database(sqlite_url), open_database(sqlite_url)
    began = time.monotonic()

    with first.transaction() as tx:
        tx.server.raise_version("prices")
        with pytest.raises(Unavailable), second.transaction():
            pass
        thread = threading.Thread(target=lambda: refused.append(is_refused(first)))
        refused = []
        thread.start()
        thread.join()
        assert versions(second) == 0  # readers are never kept waiting by a writer

    assert refused == [True]
    assert time.monotonic() - began < HANGS_SECONDS
    assert versions(second) == 1
    first.close()
    second.close()


def is_refused(database):
    try:
        with database.transaction():
            return False
    except Unavailable:
        return True


def test_sqlite_keeps_a_write_ahead_log_only_where_that_is_safe(sqlite_url):
    database = open_database(sqlite_url)

    with database.reading() as tx:
        pragma = {
            name: tx._connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    safe = module.sqlite_driver.sqlite_version_info >= (3, 51, 3)
    assert pragma == {"journal_mode": "wal" if safe else "truncate", "synchronous": 2, "foreign_keys": 1}
    database.close()


def test_an_old_sqlite_gets_no_write_ahead_log(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_WAL_SAFE", (99, 0, 0))
    url = f"sqlite:///{tmp_path}/old.db"
    migrate(url)
    database = open_database(url)

    raise_prices(database)

    with database.reading() as tx:
        assert tx._connection.execute(text("PRAGMA journal_mode")).scalar_one() == "truncate"
    assert versions(database) == 1
    database.close()


def test_a_mistake_of_ours_is_not_taken_for_a_database_that_is_gone(database):
    with pytest.raises(Exception, match=r"(?i)foreign") as caught, database.transaction() as tx:
        tx._connection.execute(
            text("INSERT INTO idempotency_keys VALUES ('nobody', 'k', 'f', 201, NULL, '', '2026-11-20T00:00:00Z')")
        )

    assert not isinstance(caught.value, Unavailable)


def test_an_error_that_is_logged_holds_no_values(database):
    with pytest.raises(IntegrityError) as caught, database.transaction() as tx:
        tx.people.begin_session(
            Session("s", "nobody", "the hash of a token", "198.51.100.7", datetime(2026, 1, 1, tzinfo=UTC), LATER)
        )

    assert "198.51.100.7" not in str(caught.value)


def test_a_backup_is_of_one_moment_and_whole_while_others_write(sqlite_url, tmp_path, clock, new_id):
    given = Given(open_database(sqlite_url), clock, new_id)
    given.user("Asha")
    target = tmp_path / "copy.db"

    with given.database.transaction() as tx:
        tx.server.raise_version("prices")
        copy_database(sqlite_url, target)

    copied = open_database(f"sqlite:///{target}")
    with copied.reading() as tx:
        assert [user.name for user in tx.people.all()] == ["Asha"]
        assert tx.server.version("prices") == 0
        assert tx._connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    copied.close()
    given.database.close()


def test_changes_stay_the_same_until_somebody_writes(sqlite_url):
    ours, theirs = open_database(sqlite_url), open_database(sqlite_url)
    before = ours.changes()
    with ours.reading() as tx:
        tx.people.any()
    assert ours.changes() == before

    with ours.transaction() as tx:
        tx.server.raise_version("prices")
    after_ours = ours.changes()
    with theirs.transaction() as tx:
        tx.server.raise_version("prices")
    after_theirs = ours.changes()

    assert len({before, after_ours, after_theirs}) == 3
    ours.close()
    theirs.close()


def test_changes_cannot_be_told_cheaply_on_postgresql(postgres_url):
    database = open_database(postgres_url)
    assert database.changes() is None
    database.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / "broken.db").write_bytes(b"this is no database at all" * 100)
    database = open_database(f"sqlite:///{tmp_path / 'broken.db'}")

    with pytest.raises(Unavailable):
        database.changes()
    database.close()


def test_a_database_lost_during_the_commit_does_not_say_that_nothing_was_written(database):
    """The driver's own failure, at the one moment after which nobody knows."""

    def fail(_connection):
        raise OperationalError("COMMIT", None, Exception("connection lost"))

    event.listen(database._engine, "commit", fail)
    with pytest.raises(Unavailable) as lost, database.transaction() as tx:
        tx.server.raise_version("prices")
    event.remove(database._engine, "commit", fail)

    assert "not known whether" in lost.value.message
