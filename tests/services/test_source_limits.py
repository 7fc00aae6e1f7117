"""What a source allows, as the administrator says: in every process from the next request on, and as shipped again."""

import pytest
from sqlalchemy import select

from tests.builders import at
from tickfolio.domain.errors import AdministratorOnly, InvalidInput, NotFound
from tickfolio.providers.alphavantage import AlphaVantageAdapter
from tickfolio.providers.demo import DemoProvider
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import Overdrawn, Quota
from tickfolio.providers.twelvedata import TwelveDataAdapter
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.services.quotas import CountedAllowance, load_quotas
from tickfolio.services.source_limits import ALLOWED_MAX, Limit, load_limits, set_limits
from tickfolio.services.sources import Sources
from tickfolio.storage.database import open_database
from tickfolio.storage.tables import metadata

# What Twelve Data comes with: its free plan.
TWELVE = Quota(minute=8, day=800)


@pytest.fixture
def sources(clock):
    adapters = (
        TwelveDataAdapter("http://prices.invalid"),
        AlphaVantageAdapter("http://prices.invalid"),
        YahooAdapter(),
    )
    asked = [HttpProvider(one, lambda: clock().timestamp(), clock.advance) for one in adapters]
    yield Sources({one.name: one for one in (DemoProvider(), *asked)})
    for one in asked:
        one.close()


@pytest.fixture
def chief(given):
    return given.user("Chief", administrator=True)


@pytest.fixture
def let(given, sources, chief):
    """Says what one's plan allows."""

    def let(name="twelvedata", user=chief, **limits):
        with given.database.transaction() as tx:
            set_limits(tx, given.world, user, sources, name, limits)

    return let


def limits(given, sources, name="twelvedata"):
    with given.database.reading() as tx:
        return load_limits(tx, sources)[name]


def test_what_is_set_counts_in_place_of_what_we_ship_and_what_is_not_set_stays(given, sources, let):
    let(minute=55, day=None)

    assert limits(given, sources) == [
        Limit("month", None, None, is_own=False),
        Limit("day", None, 800, is_own=True),
        Limit("minute", 55, 8, is_own=True),
    ]
    with given.database.reading() as tx:
        assert set(load_limits(tx, sources)) == {"twelvedata", "alphavantage"}
        [use] = load_quotas(tx, sources, given.clock())["twelvedata"]
    assert (use.window.span, use.window.allowed, use.used) == ("minute", 55, 0)
    assert [one.is_own for one in limits(given, sources, "alphavantage")] == [False, False, False]


def test_a_process_that_runs_goes_by_a_change_with_its_next_request(given, let, database_url):
    """Eight of the free plan are spent; with 55 a minute 47 are left; with 10 none is, whatever was spent before."""
    given.clock.now = at("2026-11-20T09:10:30")
    running = open_database(database_url)
    allowance = CountedAllowance(running, given.clock)
    try:
        assert allowance.take("twelvedata", TWELVE, 8) is None
        assert allowance.take("twelvedata", TWELVE, 1) == Overdrawn(left=0, seconds=30)

        let(minute=55)
        assert allowance.take("twelvedata", TWELVE, 48) == Overdrawn(left=47, seconds=30)
        assert allowance.take("twelvedata", TWELVE, 40) is None

        let(minute=10)
        assert allowance.take("twelvedata", TWELVE, 1) == Overdrawn(left=0, seconds=30)
        let(minute=None, day=None)
        assert allowance.take("twelvedata", TWELVE, 10_000) is None
        let()
        assert allowance.take("twelvedata", TWELVE, 1) == Overdrawn(left=0, seconds=30)
    finally:
        running.close()


def test_a_span_that_the_free_plan_does_not_limit_may_be_limited(given, let):
    allowance = CountedAllowance(given.database, given.clock)
    let(month=2, minute=None)

    assert [allowance.take("twelvedata", TWELVE, 1) for _ in range(2)] == [None, None]
    # From 09:10 of 20 November to the first of December: 10 days, 14 h, 50 min.
    assert allowance.take("twelvedata", TWELVE, 1) == Overdrawn(0, (10 * 24 * 60 + 14 * 60 + 50) * 60)


def test_each_change_says_all_of_it_and_stands_in_the_log(given, sources, let, chief):
    let(minute=55, day=5_000)
    let(day=6_000)

    assert [(one.span, one.allowed) for one in limits(given, sources) if one.is_own] == [("day", 6_000)]
    with given.database.reading() as tx:
        assert tx.source_limits.all() == {"twelvedata": {"day": 6_000}}
    let()
    assert limits(given, sources)[1] == Limit("day", 800, 800, is_own=False)
    with given.database.reading() as tx:
        audit = metadata.tables["audit_log"].c
        noted = tx._connection.execute(select(audit.action, audit.user_id, audit.at)).all()
    assert [tuple(one) for one in noted] == [("source_quota_twelvedata", chief.id, given.clock())] * 3


@pytest.mark.parametrize(("allowed", "code"), [(0, "too_small"), (-1, "too_small"), (ALLOWED_MAX + 1, "too_large")])
def test_a_number_that_cannot_be_is_refused_by_its_span_and_nothing_changes(given, sources, let, allowed, code):
    with pytest.raises(InvalidInput) as refused:
        let(day=900, minute=allowed)

    assert (refused.value.field, refused.value.field_code) == ("minute", code)
    assert not any(one.is_own for one in limits(given, sources))
    let(minute=ALLOWED_MAX)


@pytest.mark.parametrize("name", ["demo", "yahoo", "nobody"])
def test_a_source_that_comes_without_a_quota_has_none_to_set(let, name):
    with pytest.raises(NotFound):
        let(name, day=5)


def test_nobody_but_the_administrator_sets_a_quota(given, sources, let):
    with pytest.raises(AdministratorOnly):
        let(user=given.user("Other"), day=5_000)

    assert not any(one.is_own for one in limits(given, sources))
