"""Failures of sources as they are stored: counted while they go on, begun anew for another reason."""

from datetime import timedelta

import pytest

from tickfolio.storage import upsert
from tickfolio.storage.source_failures import FAILED, SourceFailure


@pytest.fixture
def fail(given, infy):
    def record(reason):
        given.clock.advance(600)
        now = given.clock()
        with given.database.transaction() as tx:
            tx.source_failures.record([SourceFailure(infy.id, "yahoo", FAILED, reason, "r1", now, now)])
            [found] = tx.source_failures.of([infy.id])
        return found

    return record


def test_the_same_reason_again_keeps_its_beginning_and_another_begins_anew(fail):
    first = fail("not_found")
    again = fail("not_found")
    other = fail("no_data")

    assert (again.count, again.first_at, again.judged_at) == (
        2,
        first.first_at,
        first.judged_at + timedelta(minutes=10),
    )
    assert (other.count, other.reason, other.first_at) == (1, "no_data", again.first_at + timedelta(minutes=20))


def test_the_statement_is_made_once_and_kept(fail):
    fail("not_found")
    made = upsert._change.cache_info().misses

    fail("not_found")

    assert upsert._change.cache_info().misses == made
