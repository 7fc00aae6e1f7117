"""What a price proposes, and what the administrator does by hand: each event once, and some never again."""

from datetime import date

import pytest

from tests.builders import at, buy, named
from tests.services.desk import APPLIED, DISMISSED, LAPSED, OPEN, hotels, summary
from tests.services.statements import statements
from tickfolio.domain.errors import (
    ActionExists,
    CurrencyMismatch,
    InvalidInput,
    NotFound,
)
from tickfolio.domain.proposals import ProposalKind
from tickfolio.domain.splits import read_ratio
from tickfolio.services import action_desk
from tickfolio.services.held_prices import settle_held_price


def test_fault_11_a_price_like_a_split_is_held_and_proposes_it_once(floor):
    floor.tell("151")  # 1500 ÷ 10 = 150

    proposal = floor.the_one()
    assert (proposal.kind, proposal.state, proposal.ratio) == (ProposalKind.SPLIT, OPEN, read_ratio("10:1"))
    assert (proposal.ex_on, proposal.source) == (date(2026, 11, 20), "scripted")
    assert (proposal.price_before, proposal.price_after) == (1500, 151)
    floor.tell("149", run="r1")
    assert floor.proposals() == [proposal]
    assert floor.held()[floor.hers.id, "INFY"].quantity == 10


def test_a_price_that_another_run_confirms_leaves_the_split_proposed(floor):
    """The price is right by then and the units are not, so that the profit is provisional until it is settled."""
    floor.tell("151", run="r1")
    floor.tell("151", run="r2", as_of=at("2026-11-20T09:05"))

    assert floor.prices()[0].last_price == 151
    assert floor.the_one().state is OPEN
    assert summary(floor, floor.asha, floor.hers)["coverage"]["provisional"] == 1


def test_a_price_that_comes_back_lets_the_proposal_lapse_and_a_later_one_opens_it_again(floor):
    floor.tell("151")
    floor.tell("1510", as_of=at("2026-11-20T09:05"))

    assert (floor.the_one().state, floor.the_one().reason) == (LAPSED, "price_returned")
    assert summary(floor, floor.asha, floor.hers)["coverage"]["provisional"] == 0

    floor.tell("150", as_of=at("2026-11-20T09:09"), run="r3")
    assert floor.the_one().state is OPEN


def test_rejecting_the_price_lets_its_proposal_lapse(floor):
    floor.tell("151")
    with floor.given.database.transaction() as tx:
        settle_held_price(tx, floor.given.world, floor.admin, floor.infy.id, accept=False)

    assert (floor.the_one().state, floor.the_one().reason) == (LAPSED, "price_rejected")


def test_what_is_recorded_or_was_dismissed_is_not_proposed_again(floor):
    floor.tell("151")
    floor.act("dismiss", None, "a bad row of the source")
    floor.tell("150", run="r2", as_of=at("2026-11-20T09:02"))
    assert [row.state for row in floor.proposals()] == [DISMISSED]
    assert floor.the_one().reason == "a bad row of the source"

    floor.act("reopen")
    floor.act("apply")
    floor.tell("140", run="r3", as_of=at("2026-11-20T09:04"))
    assert [row.state for row in floor.proposals()] == [APPLIED]


def test_a_price_of_five_to_two_is_like_a_bonus(floor):
    floor.tell("600")  # 1500 × 2 ÷ 5

    assert (floor.the_one().kind, floor.the_one().ratio) == (ProposalKind.BONUS, read_ratio("5:2"))


def test_a_hundredfold_is_no_split(floor):
    floor.tell("15")

    assert floor.proposals() == []


def test_a_longer_desk_takes_no_more_statements(floor):
    def read(tx):
        return action_desk.list_proposals(tx, floor.admin)

    floor.propose("SPLIT", "2026-11-02", ratio="2:1")
    assert len(floor.proposals()) == 1
    few = statements(floor.given, read)
    for day in range(3, 9):
        floor.propose("SPLIT", f"2026-11-0{day}", ratio="2:1")

    assert len(floor.proposals()) == 7
    assert statements(floor.given, read) == few


def test_what_one_person_prices_is_not_on_the_desk(floor):
    given = floor.given
    [row] = given.record(floor.asha, floor.hers, buy(named("Flat", "MANUAL"), "1", "100"))
    with given.database.reading() as tx:
        flat = tx.instruments.load(floor.asha.id, row.instrument_id)

    with pytest.raises(NotFound):
        floor.propose("SPLIT", "2026-11-20", flat, ratio="2:1")


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("SPLIT", {}, "ratio"),
        ("SPLIT", {"ratio": "2:1", "to_symbol": "X"}, "to_symbol"),
        ("BONUS", {"ratio": "1:1"}, "ratio"),
        ("DEMERGER", {"ratio": "1:1", "cost_pct": "5"}, "to_instrument_id"),
        ("SYMBOL", {}, "to_symbol"),
        ("SYMBOL", {"to_symbol": "INFY"}, "to_symbol"),
        ("SYMBOL", {"to_symbol": "A B"}, "to_symbol"),
        ("SYMBOL", {"to_symbol": "NEW", "ratio": "2:1"}, "ratio"),
    ],
)
def test_a_proposal_by_hand_has_what_its_kind_needs(floor, kind, more, field):
    with pytest.raises(InvalidInput) as refused:
        floor.propose(kind, "2026-11-02", **more)

    assert refused.value.field == field


def test_a_demerger_gives_another_instrument_in_the_same_currency(floor):
    other = floor.given.record(floor.admin, floor.own, buy(named("VTI", "NYSE"), "1", "200"))[0].instrument_id
    for into, error in ((floor.infy.id, InvalidInput), (other, CurrencyMismatch)):
        with pytest.raises(error):
            floor.propose("DEMERGER", "2026-11-02", ratio="1:1", to_instrument_id=into, cost_pct="5")
    with pytest.raises(InvalidInput):
        floor.propose(
            "DEMERGER", "2026-11-02", ratio="1:1", to_instrument_id=floor.given.instrument("INFY").id, cost_pct="101"
        )


def test_the_same_by_hand_is_proposed_once(floor):
    floor.propose("SPLIT", "2026-11-02", ratio="2:1")

    with pytest.raises(ActionExists):
        floor.propose("BONUS", "2026-11-02", ratio="4:2")


def test_what_was_dismissed_can_be_proposed_anew_with_other_numbers(floor):
    first = hotels(floor)
    floor.act("dismiss", first, "a wrong part of cost")
    [(into, _)] = [(one.to_instrument_id, one) for one in floor.proposals()]

    again = floor.propose("DEMERGER", "2026-11-02", ratio="1:5", to_instrument_id=into, cost_pct="9")

    assert (again.id, again.state, again.cost_pct, again.reason) == (first.id, OPEN, 9, None)
