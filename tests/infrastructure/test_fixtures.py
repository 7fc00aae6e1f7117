"""What the fixtures promise to every other test."""

import sqlite3
from datetime import UTC, datetime

import psycopg
import pytest

from tests.infrastructure.source_tree import PROJECT


def tables(url: str) -> set[str]:
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        connection.close()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in found}


@pytest.mark.parametrize("_round", [1, 2])
def test_each_test_has_a_migrated_database_of_its_own_on_both_engines(database_url, _round):
    assert {"users", "portfolios", "transactions", "holdings", "instruments", "prices_latest"} <= tables(database_url)
    assert "left_behind" not in tables(database_url)

    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("CREATE TABLE left_behind (word text)")
        connection.close()
    else:
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE left_behind (word text)")

    assert "left_behind" in tables(database_url)


def test_the_database_is_open(database):
    with database.transaction() as transaction:
        assert transaction is not None


def test_the_clock_stands_until_it_is_told_to_move(clock):
    assert clock() == clock() == datetime(2026, 11, 20, 9, 10, tzinfo=UTC)

    clock.advance(seconds=90)

    assert clock() == datetime(2026, 11, 20, 9, 11, 30, tzinfo=UTC)


def test_ids_count_up(new_id):
    assert [new_id(), new_id()] == ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"]


def test_the_shared_cases_lie_beside_the_checkout(shared):
    assert shared == PROJECT.parent / "shared"
