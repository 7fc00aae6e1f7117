"""A demerger on the desk: whole shares and a part of the cost for everybody, and taken back exactly."""

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, sell, trade
from tests.services.desk import APPLIED, facts, hotels, shown, summary
from tickfolio.domain.errors import (
    LaterFacts,
)
from tickfolio.domain.ledger import TransactionType
from tickfolio.services.verify import verify


def test_a_demerger_gives_everybody_whole_shares_and_their_part_of_cost(floor):
    floor.given.record(floor.asha, floor.hers, buy("INFY", "15", "1000", account="groww"))
    proposal = hotels(floor)

    [(_, preview)] = floor.own_preview(floor.asha, floor.hers)
    applied = floor.act("apply", proposal)

    # 10 without an account give 1, 15 at groww give 1 and half a share in cash, which nothing books.
    assert preview.fraction == Decimal("0.5")
    held = floor.held()
    given_units, stayed = held[floor.hers.id, "ITCHOTELS"], held[floor.hers.id, "INFY"]
    # 10 × 1400 + 15 × 1000 = 29,000; 13.51 % of it is 3,917.90
    assert (given_units.quantity, given_units.invested) == (2, Decimal("3917.90"))
    assert (stayed.quantity, stayed.invested) == (25, Decimal("25082.10"))
    assert (floor.his.id, "ITCHOTELS") not in held  # 4 shares give 0.4: no whole one
    assert applied.state is APPLIED
    with floor.given.database.reading() as tx:
        rows = [row for row in tx.ledgers.rows(floor.asha.id, floor.hers.id) if row.type is TransactionType.DEMERGER]
    assert {(row.external_id, row.traded_on, row.account) for row in rows} == {
        (f"desk:{proposal.id}", date(2026, 11, 2), account) for account in (None, "groww")
    }
    assert [facts(one) for one in preview.after] == [
        shown(floor, floor.asha, floor.hers),
        shown(floor, floor.asha, floor.hers, "ITCHOTELS"),
    ]
    assert verify(floor.given.database) == (3, [])


def test_undoing_a_demerger_takes_its_rows_out_unless_what_they_gave_was_sold(floor):
    hotels(floor)
    before = floor.everything()
    floor.act("apply")
    [sold] = floor.given.record(floor.asha, floor.hers, sell("ITCHOTELS", "1", "210", "2026-11-10"))
    with pytest.raises(LaterFacts):
        floor.act("undo")
    with floor.given.database.transaction() as tx:
        tx.ledgers.delete(sold.id)

    floor.act("undo")

    assert floor.everything() == before
    assert verify(floor.given.database) == (3, [])


def test_anothers_row_with_that_external_id_is_not_taken_out(floor):
    proposal = hotels(floor)
    mine = trade("BUY", "TCS", "1", "10", "2026-02-02", external_id=f"desk:{proposal.id}")
    [row] = floor.given.record(floor.ravi, floor.his, mine)
    floor.act("apply")

    floor.act("undo")

    with floor.given.database.reading() as tx:
        assert tx.ledgers.load(floor.ravi.id, row.id) == row


def test_until_it_is_applied_a_demerged_companys_profit_is_provisional(floor):
    hotels(floor)

    marks = {
        one["instrument"]["symbol"]: one["provisional"] for one in summary(floor, floor.asha, floor.hers)["holdings"]
    }

    assert marks == {"INFY": True, "TCS": False}
