"""What a watcher hears of the prices: from the database, so that it does not matter which process fetched them."""

from datetime import timedelta

from tests.builders import ScriptedSource, buy, sell
from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.services.price_metrics import load_price_figures
from tickfolio.services.refresh import refresh_slot

SLOW_DOWN = Failure(FailureKind.RATE_LIMITED, "Too many requests")


def figures(given):
    with given.database.reading() as tx:
        return load_price_figures(tx, given.world)


def test_a_run_is_written_down_with_what_it_brought_to_how_many_portfolios(given, clock):
    source = ScriptedSource()
    source.say("INFY", "1500", clock() - timedelta(minutes=1))
    source.say("TCS", "NaN", clock() - timedelta(minutes=1))
    asha, ravi = given.user(), given.user("Ravi")
    # INFY alone gets a price. It is in two portfolios; in the third it was sold, and the fourth never had it.
    given.record(asha, given.portfolio(asha), buy("INFY", "10", "100"), buy("TCS", "1", "100"))
    given.record(ravi, given.portfolio(ravi), buy("INFY", "1", "100"))
    given.record(ravi, given.portfolio(ravi), buy("INFY", "1", "100"), sell("INFY", "1", "100"))
    given.record(ravi, given.portfolio(ravi), buy("TCS", "5", "100"))

    run = refresh_slot(given.refresher(source), clock())

    assert (run.instruments, run.updated, run.rejected, run.failed, run.portfolios) == (2, 1, 1, 1, 2)


def test_runs_and_failures_are_counted_for_good_and_the_oldest_price_has_an_age(given, clock):
    source = ScriptedSource()
    source.say("INFY", "1500", clock() - timedelta(minutes=1))
    asha = given.user()
    given.record(asha, given.portfolio(asha), buy("INFY", "10", "100"))
    refresher = given.refresher(source)
    refresh_slot(refresher, clock())
    source.failing = SLOW_DOWN
    for _ in range(2):
        clock.advance(600)
        refresh_slot(refresher, clock())

    told = figures(given)

    # One price, told a minute before the first of three slots that are ten minutes apart: 1 + 10 + 10 minutes.
    assert told.oldest == {source.name: timedelta(minutes=21)}
    assert told.runs == {("slot", "whole"): 1, ("slot", "partial"): 2}
    assert told.failures == {(source.name, "rate_limited"): 2}
    assert told.last.updated == 0
