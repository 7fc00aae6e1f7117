"""From nothing to the newest schema, once, whoever else tries; never backwards."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from tickfolio.storage import tables
from tickfolio.storage.database import make_engine, open_database
from tickfolio.storage.migrate import SchemaTooNew, migrate, schema_revision

HEAD = "0002"
# SQLite's reflection passes over the one index on an expression; a test of its own shows what that index does.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return request.getfixturevalue("empty_postgres_url")


def looked_at(url, look):
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def shape(connection):
    """Everything that a reader of the schema could tell apart."""
    seen = inspect(connection)
    return {
        table: (
            {(one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(table)},
            tuple(seen.get_pk_constraint(table)["constrained_columns"]),
            {(one["name"], tuple(one["column_names"]), one["unique"]) for one in seen.get_indexes(table)},
            {tuple(one["column_names"]) for one in seen.get_unique_constraints(table)},
            {
                (tuple(one["constrained_columns"]), one["referred_table"], one["options"].get("ondelete"))
                for one in seen.get_foreign_keys(table)
            },
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_nothing_becomes_the_newest_schema(empty_url):
    assert schema_revision(empty_url) is None

    migrate(empty_url)

    assert schema_revision(empty_url) == HEAD
    assert set(looked_at(empty_url, shape)) == set(tables.metadata.tables)


def test_migrating_again_changes_nothing(given):
    user = given.user()
    url = given.database._engine.url.render_as_string(hide_password=False)
    before = looked_at(url, shape)

    migrate(url)

    assert looked_at(url, shape) == before
    with given.database.reading() as tx:
        assert tx.people.load(user.id) == user


def test_two_servers_that_start_at_once_migrate_once(empty_url):
    failed = []
    together = threading.Barrier(2)

    def start():
        together.wait()
        try:
            migrate(empty_url)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread must fail the test
            failed.append(error)

    starting = [threading.Thread(target=start) for _ in range(2)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()

    assert failed == []
    assert schema_revision(empty_url) == HEAD


def test_fault_53_a_newer_schema_is_refused_and_left_alone(empty_url):
    migrate(empty_url)
    engine = make_engine(empty_url, pool_size=1)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("CREATE TABLE of_tomorrow (id INTEGER PRIMARY KEY)"))
    engine.dispose()
    before = looked_at(empty_url, shape)

    with pytest.raises(SchemaTooNew, match=r"schema 9999.*newer Tickfolio"):
        migrate(empty_url)

    assert looked_at(empty_url, shape) == before
    assert schema_revision(empty_url) == "9999"


def test_a_migration_that_fails_leaves_nothing(empty_url):
    engine = make_engine(empty_url, pool_size=1)
    with engine.connect() as connection, connection.begin():
        # The first migration makes this table last but one, so that most others are there when it fails.
        connection.execute(text("CREATE TABLE transactions (id INTEGER PRIMARY KEY)"))
    engine.dispose()

    with pytest.raises(Exception, match=r"transactions|cannot be reached"):
        migrate(empty_url)

    assert schema_revision(empty_url) is None
    assert set(looked_at(empty_url, shape)) == {"transactions"}


def test_the_migrations_make_the_tables_that_the_code_names(database_url):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), tables.metadata)

    assert looked_at(database_url, differences) == []


def test_the_migrations_make_every_column_index_and_key_that_the_code_names(empty_url, request):
    """Alembic compares no ON DELETE and no expression of an index: made from the code, both must look the same."""
    engine = make_engine(empty_url, pool_size=1)
    with engine.connect() as connection, connection.begin():
        tables.metadata.create_all(connection)
    made_from_code = looked_at(empty_url, shape)
    with engine.connect() as connection, connection.begin():
        tables.metadata.drop_all(connection)
    engine.dispose()

    migrate(empty_url)

    assert looked_at(empty_url, shape) == made_from_code


def test_a_shared_instrument_stands_once_and_everybody_may_have_one_of_their_own(given):
    """The one unique index over an expression: no owner counts as an owner."""
    asha, ravi = given.user("Asha"), given.user("Ravi")
    insert = text(
        "INSERT INTO instruments (id, owner_id, asset_type, exchange, symbol, name, currency, search_text)"
        " VALUES (:id, :owner, 'STOCK', 'MANUAL', 'FLAT', 'Flat', 'INR', '')"
    )
    engine = make_engine(given.database._engine.url.render_as_string(hide_password=False), pool_size=1)
    with engine.connect() as connection:
        for number, owner in enumerate((None, asha.id, ravi.id)):
            connection.execute(insert, {"id": f"i{number}", "owner": owner})
        connection.commit()
        for owner in (None, asha.id):
            with pytest.raises(Exception, match=r"(?i)unique"):
                connection.execute(insert, {"id": "again", "owner": owner})
            connection.rollback()
    engine.dispose()


def test_an_opened_database_works_right_after_the_migration(empty_url):
    migrate(empty_url)
    database = open_database(empty_url)
    with database.transaction() as tx:
        assert tx.server.raise_version("prices") == 1
    database.close()
