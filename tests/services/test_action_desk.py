"""The desk: proposed once, looked at, applied once for everybody, and taken back exactly."""

import json
import threading
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as over
from hypothesis import strategies as st

from tests.builders import at, buy, named, sell, trade
from tests.services.desk import THURSDAY, Floor
from tickfolio.domain.errors import (
    ActionExists,
    AdministratorOnly,
    Conflict,
    CurrencyMismatch,
    InvalidInput,
    LaterFacts,
    NotFound,
    ProposalSettled,
    SymbolTaken,
    VersionMismatch,
)
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.proposals import ProposalKind, ProposalState
from tickfolio.domain.splits import read_ratio
from tickfolio.services.corporate_actions import ActionDraft, record_action, remove_action
from tickfolio.services.drafts import Draft
from tickfolio.services.held_prices import settle_held_price
from tickfolio.services.verify import verify
from tickfolio.storage.corporate_actions import ActionKind

OPEN, APPLIED = ProposalState.OPEN, ProposalState.APPLIED
DISMISSED, LAPSED = ProposalState.DISMISSED, ProposalState.LAPSED


@pytest.fixture
def floor(given):
    return Floor(given)


def facts(value):
    """The figures of a holding that a preview shows."""
    holding = value.holding
    return (
        holding.quantity,
        holding.avg_buy_price,
        holding.invested,
        value.last_price,
        value.current_value,
        value.profit_loss,
    )


def shown(floor, user, portfolio, symbol="INFY"):
    """The same figures in the summary."""
    answer = json.loads(floor.given.summary(user, portfolio))
    one = next(one for one in answer["holdings"] if one["instrument"]["symbol"] == symbol)
    names = ("quantity", "avg_buy_price", "invested", "last_price", "current_value", "profit_loss")
    return tuple(None if one[name] is None else Decimal(one[name]) for name in names)


def summary(floor, user, portfolio):
    return json.loads(floor.given.summary(user, portfolio))


# --- Proposed ---------------------------------------------------------------------------------------------------------


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


def test_what_one_person_prices_is_not_on_the_desk(floor):
    given = floor.given
    [row] = given.record(floor.asha, floor.hers, buy(named("Flat", "MANUAL"), "1", "100"))
    with given.database.reading() as tx:
        flat = tx.instruments.load(floor.asha.id, row.instrument_id)

    with pytest.raises(NotFound):
        floor.propose("SPLIT", "2026-11-20", flat, ratio="2:1")


# --- Looked at --------------------------------------------------------------------------------------------------------


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


# --- Applied once, and taken back -------------------------------------------------------------------------------------


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


# --- Demergers --------------------------------------------------------------------------------------------------------


def hotels(floor):
    """ITC Hotels, one share for ten, with 13.51 % of the cost (the company's notice)."""
    [row] = floor.given.record(floor.admin, floor.own, buy("ITCHOTELS", "1", "1"))
    floor.given.price(floor.given.instrument("ITCHOTELS"), "200", as_of=THURSDAY)
    return floor.propose("DEMERGER", "2026-11-02", ratio="1:10", to_instrument_id=row.instrument_id, cost_pct="13.51")


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


# --- Symbols ----------------------------------------------------------------------------------------------------------


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


# --- All of it --------------------------------------------------------------------------------------------------------


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
