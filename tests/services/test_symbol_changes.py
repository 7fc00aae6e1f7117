"""A new symbol on the desk: the id and the history stay, and the old symbol becomes an alias."""

from datetime import date

import pytest

from tests.builders import buy
from tests.services.desk import OPEN, summary
from tickfolio.domain.errors import (
    LaterFacts,
    SymbolTaken,
)
from tickfolio.domain.instruments import AssetType, Instrument


def test_fault_19_a_new_symbol_keeps_the_id_and_the_history_and_the_old_one_stays_as_an_alias(floor):
    held, history = floor.held()[floor.hers.id, "INFY"], floor.prices()
    before = floor.everything()
    floor.propose("SYMBOL", "2026-11-02", to_symbol="infosys")

    floor.act("apply")

    assert floor.held()[floor.hers.id, "INFOSYS"] == held
    assert floor.prices() == history
    with floor.given.database.reading() as tx:
        [alias] = tx.aliases.of([floor.infy.id])
        assert tx.instruments.find(None, AssetType.STOCK, "NSE", "INFOSYS").id == floor.infy.id
        assert tx.instruments.find(None, AssetType.STOCK, "NSE", "INFY") is None
    assert (alias.value, alias.exchange, alias.until) == ("INFY", "NSE", date(2026, 11, 2))
    # Who buys by the old symbol buys the same thing.
    [row] = floor.given.record(floor.ravi, floor.his, buy("INFY", "1", "1500"))
    assert row.instrument_id == floor.infy.id
    with floor.given.database.transaction() as tx:
        tx.ledgers.delete(row.id)

    floor.act("undo")

    assert floor.everything()[4:] == before[4:]


def test_an_entry_of_a_list_that_nobody_uses_makes_way_and_one_that_is_used_does_not(floor):
    given = floor.given
    listed = Instrument(given.new_id(), AssetType.STOCK, "NSE", "INFOSYS", "Infosys Limited", "INR")
    with given.database.transaction() as tx:
        tx.instruments.add_if_new(listed)
    given.price(listed, "1501")
    proposal = floor.propose("SYMBOL", "2026-11-02", to_symbol="INFOSYS")

    floor.act("apply")
    with given.database.reading() as tx:
        assert tx.instruments.many([listed.id]) == {}
    floor.act("undo")

    given.record(floor.ravi, floor.his, buy("INFOSYS", "1", "1500"))
    with pytest.raises(SymbolTaken):
        floor.act("apply", proposal)
    assert floor.the_one().state is OPEN


def test_a_symbol_that_changed_again_is_not_undone(floor):
    first = floor.propose("SYMBOL", "2026-11-02", to_symbol="INFOSYS")
    floor.act("apply", first)
    second = floor.propose("SYMBOL", "2026-11-03", to_symbol="ETERNAL")
    floor.act("apply", second)

    with pytest.raises(LaterFacts):
        floor.act("undo", first)


def test_a_symbol_makes_no_profit_provisional(floor):
    floor.propose("SYMBOL", "2026-11-02", to_symbol="INFOSYS")

    assert summary(floor, floor.asha, floor.hers)["coverage"]["provisional"] == 0
    assert floor.preview().others == 2
