"""Files for all that broke off are refused whole, until a person says that the smaller one is right."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ScriptedSource, buy
from tickfolio.domain.errors import AdministratorOnly, NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.providers.provider import Listing
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.source_files import accept_smaller_file, list_refused
from tickfolio.services.sources import Sources


class FileSource(ScriptedSource):
    """A source whose every answer is a file of so many rows."""

    rows = 1000

    def _answer(self, symbols, number):
        return replace(super()._answer(symbols, number), rows=self.rows)


@pytest.fixture
def source(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "90"))
    return FileSource("amfi")


def read(given, source, price, rows, listed="NEW"):
    given.clock.advance(600)
    source.rows = rows
    source.listings = [Listing(AssetType.STOCK, "NSE", listed, f"{listed} Limited", "INR")]
    source.say("INFY", price, given.clock() - timedelta(minutes=1))
    return refresh_slot(given.refresher(source), given.clock())


def is_listed(given, symbol):
    with given.database.reading() as tx:
        return tx.instruments.find(None, AssetType.STOCK, "NSE", symbol) is not None


# 80 % of 1,000 rows is 800.
@pytest.mark.parametrize(("rows", "used"), [(800, True), (799, False), (1, False), (5000, True)])
def test_a_file_with_under_80_percent_of_the_rows_is_refused_whole(given, source, rows, used):
    read(given, source, "100", 1000, "FIRST")

    run = read(given, source, "101", rows, "SECOND")

    infy = given.instrument("INFY")
    assert given.latest(infy).last_price == (101 if used else 100)
    assert is_listed(given, "SECOND") is used
    [outcome] = run.providers
    assert (outcome.ok, outcome.failures) == ((True, {}) if used else (False, {"contract_changed": 1}))
    with given.database.reading() as tx:
        assert [(one.source, one.rows, one.rows_before) for one in list_refused(tx)] == (
            [] if used else [("amfi", rows, 1000)]
        )


def test_a_refused_file_does_not_become_the_measure_of_the_next(given, source):
    for rows in (1000, 700, 600, 700):
        read(given, source, "100", rows)

    read(given, source, "101", 790)
    assert given.latest(given.instrument("INFY")).last_price == 100
    read(given, source, "102", 900)
    assert given.latest(given.instrument("INFY")).last_price == 102
    with given.database.reading() as tx:
        assert list_refused(tx) == []


def test_a_smaller_file_that_the_administrator_accepts_is_the_measure_from_then_on(given, source, asha):
    read(given, source, "100", 1000)
    read(given, source, "101", 500)
    chief = given.user("Chief", administrator=True)
    known = Sources({"amfi": source})
    with given.database.transaction() as tx:
        with pytest.raises(AdministratorOnly):
            accept_smaller_file(tx, given.world, known, asha, "amfi")
        with pytest.raises(NotFound):
            accept_smaller_file(tx, given.world, known, chief, "nobody")
        accept_smaller_file(tx, given.world, known, chief, "amfi")
        assert list_refused(tx) == []

    read(given, source, "102", 500)
    assert given.latest(given.instrument("INFY")).last_price == 102
    read(given, source, "103", 399)  # 80 % of 500 is 400
    assert given.latest(given.instrument("INFY")).last_price == 102


def test_an_answer_that_is_no_file_has_no_size(given, source):
    read(given, source, "100", 1000)

    run = read(given, source, "101", None)

    assert run.updated == 1
