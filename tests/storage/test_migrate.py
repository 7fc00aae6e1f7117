"""From nothing to the newest schema, once, whoever else tries; never backwards."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from tests.builders import Given
from tickfolio.services.projection import project_outdated
from tickfolio.services.verify import verify
from tickfolio.storage import tables
from tickfolio.storage.database import open_database
from tickfolio.storage.engine import make_engine
from tickfolio.storage.migrate import SchemaTooNew, _config, migrate

HEAD = "0007"
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


def schema_revision(url):
    """The revision that the database is at; None for an empty one."""
    return looked_at(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


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


# --- From the first schema -------------------------------------------------------------------------------------------

AT = datetime(2026, 1, 5, 9, 10, tzinfo=UTC)
# What Tickfolio wrote while it knew buys and sales alone: 10 INFY at 100 with fees of 20, 4 of them sold at 150 less 5;
# 5 of another in dollars whose rate nobody knew; and a gift that cost nothing.
WRITTEN = {
    "users": [
        {
            "id": "u",
            "name": "Asha",
            "email": "asha@example.org",
            "password_hash": "x",
            "administrator": True,
            "locale": "en-IN",
            "base_currency": "INR",
            "home_exchange": "NSE",
            "version": 7,
            "created_at": AT,
        },
    ],
    "sessions": [{"id": "s", "user_id": "u", "token_hash": "t", "address": "::1", "created_at": AT, "expires_at": AT}],
    "portfolios": [
        {
            "id": "p",
            "user_id": "u",
            "name": "Größe 🚀",
            "currency": "INR",
            "cost_method": "fifo",
            "version": 5,
            "created_at": AT,
        },
        {
            "id": "empty",
            "user_id": "u",
            "name": "Empty",
            "currency": "USD",
            "cost_method": "average",
            "version": 1,
            "created_at": AT,
        },
    ],
    "instruments": [
        {
            "id": key,
            "owner_id": None,
            "asset_type": "STOCK",
            "exchange": exchange,
            "symbol": key,
            "name": key,
            "currency": currency,
            "isin": None,
            "provider_symbol": None,
            "search_text": key.lower(),
        }
        for key, exchange, currency in (("INFY", "NSE", "INR"), ("VZ", "NYSE", "USD"), ("GIFT", "NSE", "INR"))
    ],
    "transactions": [
        {
            "id": str(number),
            "portfolio_id": "p",
            "instrument_id": instrument,
            "type": kind,
            "traded_on": date(2026, 1, number),
            "quantity": Decimal(quantity),
            "price": Decimal(price),
            "fees": Decimal(fees),
            "taxes": Decimal(0),
            "currency": currency,
            "fx_rate": None,
            "account": "demat",
            "external_id": None,
            "note": "a note",
            "version": 1,
            "created_at": AT,
        }
        for number, instrument, kind, quantity, price, fees, currency in (
            (1, "INFY", "BUY", "10", "100", "20", "INR"),
            (2, "INFY", "SELL", "4", "150", "5", "INR"),
            (3, "VZ", "BUY", "5", "40", "0", "USD"),
            (4, "GIFT", "OPENING", "99999999999999999999.999999999999999999", "0", "0", "INR"),
        )
    ],
    "holdings": [
        # cost 1020 × 6 ÷ 10 = 612, 102 each; 600 − 5 − 408 = 187
        {
            "id": "h1",
            "portfolio_id": "p",
            "instrument_id": "INFY",
            "quantity": Decimal(6),
            "invested": Decimal(612),
            "avg_buy_price": Decimal(102),
            "realised": Decimal(187),
            "income": Decimal(0),
            "plain": False,
            "version": 2,
        },
        {
            "id": "h2",
            "portfolio_id": "p",
            "instrument_id": "VZ",
            "quantity": Decimal(5),
            "invested": None,
            "avg_buy_price": Decimal(40),
            "realised": Decimal(0),
            "income": Decimal(0),
            "plain": False,
            "version": 1,
        },
        {
            "id": "h3",
            "portfolio_id": "p",
            "instrument_id": "GIFT",
            "quantity": Decimal("99999999999999999999.999999999999999999"),
            "invested": Decimal(0),
            "avg_buy_price": Decimal(0),
            "realised": Decimal(0),
            "income": Decimal(0),
            "plain": True,
            "version": 1,
        },
    ],
    "prices_latest": [
        {
            "instrument_id": "INFY",
            "last_price": Decimal("150.5"),
            "previous_close": None,
            "currency": "INR",
            "as_of": AT,
            "source": "demo",
            "status": "demo",
            "last_updated_at": AT,
        },
    ],
    "price_history": [{"instrument_id": "INFY", "kind": "close", "timestamp": AT, "price": Decimal("149.99")}],
}


@pytest.fixture
def old_url(empty_url):
    """A database as the first schema left it."""
    engine = make_engine(empty_url, pool_size=1)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, rows in WRITTEN.items():
            connection.execute(insert(tables.metadata.tables[table]), rows)
    engine.dispose()
    return empty_url


def written(connection):
    """The rows of every table, as far as the first schema had columns for them."""
    return {
        name: connection.execute(select(*(tables.metadata.tables[name].c[key] for key in rows[0]))).mappings().all()
        for name, rows in WRITTEN.items()
    }


def test_nothing_is_lost_on_the_way_from_the_first_schema(old_url):
    before = looked_at(old_url, written)
    assert {name: [dict(row) for row in rows] for name, rows in before.items()} == WRITTEN

    migrate(old_url)

    assert schema_revision(old_url) == HEAD
    assert looked_at(old_url, written) == before


def test_holdings_of_the_first_schema_are_worked_out_anew_and_once(old_url, clock, new_id):
    migrate(old_url)
    database = open_database(old_url)
    given = Given(database, clock, new_id)

    with database.transaction() as tx:
        assert project_outdated(tx, given.world) == 1  # the empty one lacks nothing

    with database.reading() as tx:
        rows = {row.holding.instrument_id: row for row in tx.holdings.all("u", ["p"])}
        portfolio = tx.portfolios.load("u", "p")
    # cash: −1020 + 595; of VZ nobody knows the rate, and of the gift nobody paid
    told = {
        key: (row.id, row.plain, row.holding.invested, row.holding.invested_local, row.holding.cash)
        for key, row in rows.items()
    }
    assert told == {
        "INFY": ("h1", False, 612, 612, -425), "VZ": ("h2", False, None, 200, None), "GIFT": ("h3", True, 0, 0, 0),
    }  # fmt: skip
    assert {(row.holding.tax_withheld, row.holding.charges, row.holding.income) for row in rows.values()} == {(0, 0, 0)}
    assert rows["INFY"].holding.realised == 187
    # It counts as before, and whoever has an old summary is told.
    assert (portfolio.cost_method, portfolio.cash_tracked, portfolio.charges_in_cost) == ("fifo", False, True)
    assert portfolio.version > 5
    assert verify(database) == (2, [])

    with database.transaction() as tx:
        assert project_outdated(tx, given.world) == 0
    database.close()


def test_what_belongs_to_a_portfolio_still_goes_with_it(old_url):
    """A table that a migration rebuilds would keep its rows and lose what they hang on."""
    migrate(old_url)
    database = open_database(old_url)

    with database.transaction() as tx:
        tx.portfolios.delete(tx.portfolios.load("u", "p"))

    database.close()
    left = looked_at(old_url, written)
    assert (left["transactions"], left["holdings"], len(left["portfolios"])) == ([], [], 1)
