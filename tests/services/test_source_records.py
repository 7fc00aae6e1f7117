"""How each source did when it was last asked, and how many instruments it is asked for."""

from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, buy, named
from tickfolio.domain.instruments import AssetType
from tickfolio.services.source_records import SourceRecord, load_source_records
from tickfolio.services.sources import Sources
from tickfolio.storage.refreshes import ProviderOutcome, RefreshRow


class Runs:
    """A server with three sources, and the runs that somebody writes down, ten minutes apart."""

    def __init__(self, given):
        self.given = given
        providers = [ScriptedSource("nse", ["NSE"]), ScriptedSource("nse_2", ["NYSE"]), ScriptedSource("ecb", ["ECB"])]
        self.sources = Sources({one.name: one for one in providers}, frozenset({"nse", "ecb"}))

    def ran(self, *, finished=True, kind="slot", **outcomes):
        """A run of one minute in which these sources were asked: nothing went wrong, or so many failures of a kind."""
        self.given.clock.now += timedelta(minutes=10)
        now = self.given.clock()
        told = tuple(ProviderOutcome(name, ok, failures) for name, (ok, failures) in outcomes.items())
        row = RefreshRow(
            id=self.given.new_id(),
            kind=kind,
            slot=now if kind == "slot" else None,
            fence=1,
            lease_until=now,
            started_at=now,
            finished_at=now + timedelta(minutes=1) if finished else None,
            providers=told,
        )
        with self.given.database.transaction() as tx:
            assert tx.refreshes.begin(row)
        return row

    def record(self, name="nse"):
        with self.given.database.reading() as tx:
            return load_source_records(tx, self.sources)[name]


@pytest.fixture
def runs(given):
    return Runs(given)


def test_a_source_that_was_never_asked_is_neither_well_nor_ill(runs):
    runs.ran(ecb=(True, {}))

    assert runs.record() == SourceRecord(None, None, None, None, 0)


def test_one_that_answers_is_well_whatever_single_symbols_it_lacks(runs):
    runs.ran(nse=(False, {"transient": 1}))
    last = runs.ran(nse=(True, {"not_found": 3}))
    runs.ran(ecb=(True, {}))

    assert runs.record() == SourceRecord(True, last.finished_at, None, None, 0)


def test_one_that_does_not_has_its_last_failure_and_the_first_of_them_in_a_row(runs):
    runs.ran(nse=(False, {"auth": 1}))
    answered = runs.ran(nse=(True, {}))
    first = runs.ran(nse=(False, {"transient": 2}))
    runs.ran(ecb=(True, {}))
    runs.ran(kind="new", nse=(False, {"not_found": 9, "no_data": 8, "rate_limited": 2, "transient": 1}))
    runs.ran(finished=False, nse=(True, {}))

    expected = SourceRecord(False, answered.finished_at, "rate_limited", first.started_at, 0)
    assert runs.record() == expected


def test_one_that_never_answered_has_no_answer(runs):
    first = runs.ran(nse=(False, {"broke": 1}))
    runs.ran(nse=(False, {"broke": 1}))

    assert runs.record() == SourceRecord(False, None, "broke", first.started_at, 0)


def test_one_whose_name_begins_like_anothers_is_another(runs):
    runs.ran(nse_2=(False, {"auth": 1}))
    last = runs.ran(nse=(True, {}))

    assert runs.record("nse").last_answer_at == last.finished_at
    assert runs.record("nse_2").last_failure == "auth"
    assert runs.record("ecb").ok is None


def test_it_is_asked_for_what_anybody_holds_and_for_the_rates_that_this_needs(runs, given, asha, portfolio):
    ravi = given.user("Ravi")
    given.record(asha, portfolio, buy("INFY", "1", "1"), buy("TCS", "1", "1"), buy(named("Flat", "MANUAL"), "1", "1"))
    given.record(ravi, given.portfolio(ravi), buy("INFY", "1", "1"), buy("SBIN", "1", "1"))

    assert (runs.record("nse").instruments, runs.record("ecb").instruments) == (3, 0)

    # Dollars need two pairs, of which one is known so far; the source of New York is off.
    given.record(asha, portfolio, buy(named("VTI", "NYSE", AssetType.ETF), "1", "1"))
    given.pair("USD")
    assert (runs.record("nse_2").instruments, runs.record("ecb").instruments) == (0, 1)
    given.pair("INR")
    given.pair("JPY")  # nobody needs it
    assert runs.record("ecb").instruments == 2
