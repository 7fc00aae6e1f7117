"""The desk: applied once for everybody, and taken back exactly."""

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as over
from hypothesis import strategies as st

from tests.builders import at, buy, sell, trade
from tests.services.desk import APPLIED, OPEN, shown, summary
from tickfolio.domain.errors import (
    AdministratorOnly,
    Conflict,
    LaterFacts,
    ProposalSettled,
    VersionMismatch,
)
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.proposals import ProposalKind
from tickfolio.domain.splits import read_ratio
from tickfolio.services.corporate_actions import ActionDraft, record_action, remove_action
from tickfolio.services.verify import verify
from tickfolio.storage.corporate_actions import ActionKind


def test_applying_settles_units_and_price_at_once_and_value_goes_on(floor):
    floor.tell("151")
    worth = shown(floor, floor.asha, floor.hers)[4]

    applied = floor.act("apply")

    assert applied.state is APPLIED
    latest, held, _ = floor.prices()
    assert (latest.last_price, held) == (151, None)
    # 100 × 151 = 15,100 after 10 × 1500 = 15,000: a day's 0.67 %, and not a tenth
    assert (worth, shown(floor, floor.asha, floor.hers)[4]) == (15000, 15100)
    assert floor.held()[floor.his.id, "INFY"].quantity == 40
    assert verify(floor.given.database) == (3, [])
    told = {(one.name, one.user_id) for one in floor.given.events}
    assert {
        ("portfolio.changed", floor.asha.id),
        ("portfolio.changed", floor.ravi.id),
        ("prices.updated", None),
    } <= told


def test_applying_twice_is_refused(floor):
    floor.tell("150")
    proposal = floor.the_one()
    floor.act("apply")
    before = floor.everything()

    with pytest.raises(ProposalSettled):
        floor.act("apply", proposal)

    assert floor.everything() == before


def test_two_who_apply_at_once_apply_once(floor):
    floor.tell("150")
    proposal, failed, together = floor.the_one(), [], threading.Barrier(2)

    def apply():
        together.wait(5)
        try:
            floor.act("apply", proposal)
        except ProposalSettled:
            failed.append(1)

    threads = [threading.Thread(target=apply) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)

    assert failed == [1]
    assert floor.held()[floor.hers.id, "INFY"].quantity == 100
    with floor.given.database.reading() as tx:
        assert len(tx.corporate_actions.of([floor.infy.id])) == 1


def test_what_was_not_seen_is_not_applied(floor):
    floor.tell("150")

    with pytest.raises(VersionMismatch):
        floor.act("apply", None, 7)

    assert floor.the_one().state is OPEN


def test_undoing_a_split_takes_back_exactly_that(floor):
    floor.tell("151")
    before, proposal = floor.everything(), floor.the_one()
    floor.act("apply")

    undone = floor.act("undo")

    assert floor.everything() == before
    assert (undone.state, undone.action_id, undone.kept) == (OPEN, None, None)
    assert undone.event == proposal.event
    assert summary(floor, floor.asha, floor.hers)["holdings"][0]["provisional"] is True
    assert verify(floor.given.database) == (3, [])


def test_a_newer_price_stays_when_a_split_is_undone(floor):
    floor.tell("151")
    floor.act("apply")
    floor.tell("152", as_of=at("2026-11-20T09:05"), run="r2")

    floor.act("undo")

    latest, held, _ = floor.prices()
    assert (latest.last_price, held) == (152, None)
    assert floor.held()[floor.hers.id, "INFY"].quantity == 10


def test_undoing_what_a_later_sale_needs_is_refused_and_says_no_number_of_others(floor):
    floor.tell("150")
    floor.act("apply")
    floor.given.record(floor.asha, floor.hers, sell("INFY", "50", "150", "2026-11-20"))
    before = floor.everything()

    with pytest.raises(LaterFacts) as refused:
        floor.act("undo")

    assert not any(letter.isdigit() for letter in refused.value.message)
    assert floor.everything() == before
    assert floor.the_one().state is APPLIED


def test_recording_the_split_by_hand_settles_the_proposal_and_removing_it_opens_it_again(floor):
    floor.tell("150")
    before = floor.everything()
    with floor.given.database.transaction() as tx:
        draft = ActionDraft(ActionKind.BONUS, date(2026, 11, 20), read_ratio("10:1"))
        action = record_action(tx, floor.given.world, floor.admin, floor.infy.id, draft)

    assert (floor.the_one().state, floor.the_one().action_id) == (APPLIED, action.id)
    assert floor.prices()[0].last_price == 150

    with floor.given.database.transaction() as tx:
        remove_action(tx, floor.given.world, floor.admin, floor.infy.id, action.id)
    assert floor.the_one().state is OPEN
    assert floor.everything() == before


def test_a_split_may_be_said_to_have_been_a_bonus(floor):
    floor.tell("750")  # 1500 ÷ 2: a split of 2:1, or a bonus of 1:1

    floor.act("apply", as_bonus=True)

    assert floor.the_one().kind is ProposalKind.BONUS
    with floor.given.database.reading() as tx:
        assert [one.kind for one in tx.corporate_actions.of([floor.infy.id])] == [ActionKind.BONUS]


def test_only_the_administrator_settles_anything(floor):
    floor.tell("150")
    for what, more in (("apply", ()), ("undo", ()), ("dismiss", ("no",)), ("reopen", ())):
        with pytest.raises(AdministratorOnly):
            floor.act(what, None, *more, by=floor.asha)
    with pytest.raises(AdministratorOnly):
        floor.propose("SPLIT", "2026-11-20", ratio="3:1", by=floor.ravi)


@pytest.mark.parametrize("what", ["undo", "reopen"])
def test_what_is_open_can_be_neither_undone_nor_opened(floor, what):
    floor.tell("150")

    with pytest.raises(ProposalSettled):
        floor.act(what)


def test_what_is_dismissed_is_not_applied(floor):
    floor.tell("150")
    floor.act("dismiss", None, "")

    assert floor.the_one().reason is None
    assert summary(floor, floor.asha, floor.hers)["coverage"]["provisional"] == 0
    with pytest.raises(ProposalSettled):
        floor.act("apply")


RATIOS = ("2:1", "10:1", "1:2", "3:2", "1:10", "7:3", "1:1000")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["BUY", "SELL"]),
        st.sampled_from(["1", "3", "10", "0.5"]),
        st.sampled_from(["2026-10-01", "2026-11-01", "2026-11-02", "2026-11-03"]),
        st.sampled_from([None, "groww"]),
    ),
    max_size=6,
)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the floor keeps what an example left: nothing shrinks
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@over(rows=ROWS, ratio=st.sampled_from(RATIOS), kind=st.sampled_from(["SPLIT", "DEMERGER"]), fifo=st.booleans())
def test_undo_of_apply_changes_nothing_at_all(floor, rows, ratio, kind, fifo):
    given = floor.given
    method = CostMethod.FIFO if fifo else CostMethod.AVERAGE
    portfolio = given.portfolio(floor.asha, cost_method=method)
    for what, units, day, account in rows:
        try:
            given.record(floor.asha, portfolio, trade(what, "INFY", units, "1000", day, account=account))
        except Conflict:
            continue  # more than is held
    more = {"ratio": ratio}
    if kind == "DEMERGER":
        [new] = given.record(floor.admin, floor.own, buy("ITCHOTELS", "1", "1"))
        more |= {"to_instrument_id": new.instrument_id, "cost_pct": "13.51"}
    proposal = floor.propose(kind, "2026-11-02", **more)  # over the one that an example before this dismissed
    before = floor.everything()
    seen = floor.own_preview(floor.asha, portfolio)

    try:
        floor.act("apply", proposal)
    except Conflict:
        assert not floor.preview(proposal).goes_through
        assert floor.everything() == before
        floor.act("dismiss", proposal, "")
        return
    for one, preview in seen:
        if one.id == proposal.id:
            held = floor.held()
            assert all(held[portfolio.id, value.instrument.symbol] == value.holding for value in preview.after)
    assert verify(given.database)[1] == []
    floor.act("undo", proposal)

    assert floor.everything() == before
    floor.act("dismiss", proposal, "")
