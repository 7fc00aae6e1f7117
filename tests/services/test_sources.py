"""Sources of prices: what is on, who may switch, and what they know when somebody types."""

import json
import threading

import pytest

from tests.builders import ScriptedSource, buy, named
from tickfolio.domain.errors import Forbidden, NotFound, SettingFixed, TermsNotAccepted
from tickfolio.domain.instruments import AssetType
from tickfolio.providers.demo import DEMO_INSTRUMENTS, DemoProvider
from tickfolio.providers.provider import Listing
from tickfolio.services import search
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.sample import create_sample
from tickfolio.services.search import search_instruments
from tickfolio.services.sources import Sources, list_sources, sources_on, switch_source
from tickfolio.services.verify import verify

TATA = Listing(AssetType.STOCK, "NSE", "TCS", "Tata Consultancy Services", "INR", "INE467B01029", "TCS.NS")


@pytest.fixture
def chief(given):
    return given.user(administrator=True)


@pytest.fixture
def sources():
    strict = ScriptedSource("strict")
    strict.terms = "You must not."
    return Sources({"ecb": ScriptedSource("ecb", ["ECB"]), "strict": strict})


def on(given, sources):
    with given.database.reading() as tx:
        return list(sources_on(tx, sources))


def switch(given, sources, user, name, *, to=True, accepted=False):
    with given.database.transaction() as tx:
        switch_source(tx, given.world, sources, user, name, on=to, accepted=accepted)


def test_at_first_the_free_ones_are_on(given, sources):
    assert on(given, sources) == ["ecb"]


def test_one_with_terms_is_switched_on_by_who_accepts_them(given, sources, chief):
    with pytest.raises(TermsNotAccepted):
        switch(given, sources, chief, "strict")
    switch(given, sources, chief, "strict", accepted=True)
    switch(given, sources, chief, "ecb", to=False)

    assert on(given, sources) == ["strict"]
    with given.database.reading() as tx:
        assert [(one.name, one.on, one.fixed) for one in list_sources(tx, sources)] == [
            ("ecb", False, False),
            ("strict", True, False),
        ]


def test_only_the_administrator_switches(given, sources):
    with pytest.raises(Forbidden):
        switch(given, sources, given.user("Ravi"), "ecb", to=False)

    assert on(given, sources) == ["ecb"]


def test_what_the_environment_decides_cannot_be_switched(given, sources, chief):
    fixed = Sources(sources.providers, frozenset({"strict"}))

    assert on(given, fixed) == ["strict"]
    with pytest.raises(SettingFixed):
        switch(given, fixed, chief, "ecb")
    with pytest.raises(NotFound):
        switch(given, sources, chief, "nobody")


def looked_for(*asked):
    told = search_instruments(*asked)
    return told.found, told.unreachable


def test_what_is_stored_and_what_sources_know_are_found_once_best_first(given, chief):
    source = ScriptedSource()
    source.listings = [TATA, Listing(AssetType.STOCK, "NSE", "TATASTEEL", "Tata Steel", "INR")]
    given.record(chief, given.portfolio(chief), buy("TCS", "1", "1"))
    given.price(given.instrument("TCS"), "3000")

    found, unreachable = looked_for(
        given.database, Sources({"scripted": source}, frozenset({"scripted"})), chief.id, "t", 10
    )
    by_name, _ = looked_for(
        given.database, Sources({"scripted": source}, frozenset({"scripted"})), chief.id, "tata", 10
    )

    assert unreachable == []
    assert [(one.instrument.symbol, one.stored) for one in found] == [("TCS", True), ("TATASTEEL", False)]
    assert (found[0].last_price, found[0].source) == (3000, "scripted")
    assert "TATASTEEL" in [one.instrument.symbol for one in by_name]


def test_a_source_that_does_not_answer_in_time_is_named_and_the_others_count(given, chief, monkeypatch):
    monkeypatch.setattr(search, "_WAIT_SECONDS", 0.2)
    slow, quick, go_on = ScriptedSource("slow"), ScriptedSource("quick"), threading.Event()
    slow.search = lambda _query: go_on.wait(5) and []
    quick.listings = [TATA]
    both = Sources({"slow": slow, "quick": quick}, frozenset({"slow", "quick"}))

    found, unreachable = looked_for(given.database, both, chief.id, "tata", 10)
    go_on.set()

    assert [one.instrument.symbol for one in found] == ["TCS"]
    assert unreachable == ["slow"]


def test_a_source_that_breaks_while_it_searches_is_named_and_the_others_count(given, chief):
    broken, quick = ScriptedSource("broken"), ScriptedSource("quick")
    broken.search = lambda _query: 1 / 0
    quick.listings = [TATA]
    both = Sources({"broken": broken, "quick": quick}, frozenset({"broken", "quick"}))

    found, unreachable = looked_for(given.database, both, chief.id, "tata", 10)

    assert [one.instrument.symbol for one in found] == ["TCS"]
    assert unreachable == ["broken"]


def test_the_sample_is_a_portfolio_of_the_simulated_market_that_adds_up(given, chief):
    demo = DemoProvider(slot_minutes=10)
    with given.database.transaction() as tx:
        portfolio = create_sample(tx, given.world, chief, demo, DEMO_INSTRUMENTS)

    with given.database.reading() as tx:
        rows = tx.holdings.all(chief.id, [portfolio.id])
    assert rows
    assert all(row.holding.quantity > 0 for row in rows)
    assert verify(given.database) == (1, [])
    assert len(given.asked) == len(rows)  # each is priced at once


def test_the_sample_has_a_past_at_once(given, chief):
    with given.database.transaction() as tx:
        portfolio = create_sample(tx, given.world, chief, DemoProvider(slot_minutes=10), DEMO_INSTRUMENTS)

    with given.database.reading() as tx:
        user = tx.people.load(chief.id)
        answer = load_performance(given.summaries(), tx, given.world, user, portfolio.id, Asked(), ()).body
    told = json.loads(answer)

    # Nobody has asked for a price of now yet, so what it has made until now is unknown; all of the past is known.
    assert told["reasons"] == {"made": "no_close"}
    assert told["twr_pct"] is not None
    assert all(day["complete"] for day in told["series"])


def test_an_instrument_by_hand_is_no_ones_to_price(given, chief):
    given.record(chief, given.portfolio(chief), buy(named("Flat", "MANUAL"), "1", "1"))

    found, _ = looked_for(given.database, Sources({}), chief.id, "flat", 10)

    assert [(one.instrument.exchange, one.source) for one in found] == [("MANUAL", None)]
