"""The preview of a proposal: what applying it would give, and nothing of anybody else."""

from datetime import date

import pytest

from tests.builders import buy, named, sell
from tests.services.desk import facts, shown, summary
from tickfolio.domain.errors import (
    Conflict,
    NotFound,
)
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft


def test_i4_a_split_leaves_cost_and_value_as_they_are(floor):
    floor.tell("150")

    [(proposal, preview)] = floor.own_preview(floor.asha, floor.hers)
    [before], [after] = preview.before, preview.after

    # 10 × 1400 = 14,000 invested, worth 10 × 1500 = 15,000; then 100 at 140 each, worth 100 × 150 = 15,000
    assert proposal == floor.the_one()
    assert facts(before) == (10, 1400, 14000, 1500, 15000, 1000)
    assert facts(after) == (100, 140, 14000, 150, 15000, 1000)
    assert (preview.refused, preview.fraction) == (None, 0)


def test_the_preview_is_what_applying_gives(floor):
    floor.given.record(floor.asha, floor.hers, sell("INFY", "3", "1450", "2026-03-02"))
    floor.tell("151")
    people = ((floor.asha, floor.hers), (floor.ravi, floor.his))
    seen = [facts(floor.own_preview(*one)[0][1].after[0]) for one in people]

    floor.act("apply")

    assert [shown(floor, *one) for one in people] == seen
    assert seen[0][0] == 70


def test_the_administrator_sees_how_many_others_and_nothing_of_them(floor):
    floor.given.record(floor.admin, floor.own, buy("INFY", "2", "1000"))
    floor.tell("150")

    preview = floor.preview()

    assert [one.portfolio.id for one in preview.own] == [floor.own.id]
    # 2 × 1000 = 2000 paid
    assert facts(preview.own[0].after[0])[:3] == (20, 100, 2000)
    assert (preview.others, preview.others_go_through, preview.goes_through) == (2, True, True)
    assert floor.own_preview(floor.asha, floor.hers)[0][1].portfolio.id == floor.hers.id
    with pytest.raises(NotFound):
        floor.own_preview(floor.ravi, floor.hers)


def test_a_ledger_that_refuses_it_is_counted_and_stops_it(floor):
    """Ten become five by a merger of shares on 1 June, and six were sold on 1 July."""
    floor.given.record(floor.asha, floor.hers, sell("INFY", "6", "1500", "2026-07-01"))
    proposal = floor.propose("SPLIT", "2026-06-01", ratio="1:2")
    before = floor.everything()

    preview = floor.preview()
    assert (preview.others, preview.others_go_through, preview.goes_through) == (2, False, False)
    [(_, own)] = floor.own_preview(floor.asha, floor.hers)
    assert own.after is None
    assert (own.refused.sold, own.refused.held) == (6, 5)
    with pytest.raises(Conflict) as refused:
        floor.act("apply")

    assert not any(letter.isdigit() for letter in refused.value.message)
    assert floor.everything() == before
    assert floor.the_one() == proposal


def test_who_had_nothing_before_the_day_is_not_in_it(floor):
    floor.propose("SPLIT", "2025-06-01", ratio="2:1")

    assert floor.preview().others == 0
    assert floor.own_preview(floor.asha, floor.hers) == []
    assert summary(floor, floor.asha, floor.hers)["coverage"]["provisional"] == 0


def test_who_entered_the_split_already_is_not_in_it(floor):
    own = Draft(TransactionType.SPLIT, date(2026, 11, 20), named("INFY"), ratio=read_ratio("10:1"))
    floor.given.record(floor.asha, floor.hers, own)
    floor.tell("150")

    assert floor.preview().others == 1  # Ravi's
    assert floor.own_preview(floor.asha, floor.hers) == []
