"""What a source's history tells beside its closes: splits are proposed, dividends declared, and nothing counts."""

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, named
from tickfolio.domain.proposals import ProposalKind, ProposalState
from tickfolio.domain.splits import Ratio, read_ratio
from tickfolio.providers.provider import HistoryResult, ToldDividend, ToldSplit
from tickfolio.services.told_actions import propose_symbol_change, record_told_actions
from tickfolio.storage.corporate_actions import ActionKind

OPEN = ProposalState.OPEN


def hear(floor, splits=(), dividends=(), instrument=None, source="yahoo"):
    result = HistoryResult(
        (),
        "INR",
        splits=[ToldSplit(date.fromisoformat(day), read_ratio(ratio)) for day, ratio in splits],
        dividends=[ToldDividend(date.fromisoformat(day), Decimal(amount)) for day, amount in dividends],
    )
    with floor.given.database.transaction() as tx:
        record_told_actions(tx, floor.given.world, instrument or floor.infy, result, source)


def declared(floor):
    with floor.given.database.reading() as tx:
        return [(one.ex_on.isoformat(), one.amount, one.source) for one in tx.corporate_actions.of([floor.infy.id])]


def test_a_split_of_a_source_is_proposed_once(floor):
    hear(floor, [("2026-06-10", "2:1")])
    hear(floor, [("2026-06-10", "2:1")])
    hear(floor, [("2026-06-11", "4:2")], source="other")

    proposal = floor.the_one()
    assert (proposal.kind, proposal.ex_on, proposal.ratio) == (ProposalKind.SPLIT, date(2026, 6, 10), read_ratio("2:1"))
    assert (proposal.source, proposal.state, proposal.price_after) == ("yahoo", OPEN, None)
    assert floor.held()[floor.hers.id, "INFY"].quantity == 10


def test_what_happened_before_anybody_held_it_is_nobodys_business(floor):
    hear(floor, [("2026-01-05", "2:1"), ("2020-01-01", "5:1")], [("2026-01-05", "3"), ("2025-01-01", "3")])

    assert floor.proposals() == []
    assert declared(floor) == []


def test_what_is_recorded_dismissed_or_applied_is_not_proposed_again(floor):
    hear(floor, [("2026-06-10", "2:1")])
    floor.act("dismiss", None, "no")
    hear(floor, [("2026-06-12", "2:1")])
    assert [one.state for one in floor.proposals()] == [ProposalState.DISMISSED]

    floor.act("reopen")
    floor.act("apply")
    hear(floor, [("2026-06-10", "2:1")])
    assert [one.state for one in floor.proposals()] == [ProposalState.APPLIED]
    hear(floor, [("2026-08-10", "2:1")])
    assert {one.ex_on for one in floor.proposals(OPEN)} == {date(2026, 8, 10)}


def test_a_source_that_names_the_day_says_more_than_a_price(floor):
    floor.tell("150")  # held on 20 November
    hear(floor, [("2026-11-18", "10:1")])

    proposal = floor.the_one()
    assert (proposal.ex_on, proposal.source, proposal.version) == (date(2026, 11, 18), "yahoo", 2)
    assert proposal.price_after == 150
    hear(floor, [("2026-11-19", "10:1")], source="other")
    assert floor.the_one() == proposal or floor.the_one().ex_on in {date(2026, 11, 18), date(2026, 11, 19)}


def test_a_price_after_a_source_adds_nothing(floor):
    hear(floor, [("2026-11-18", "10:1")])
    floor.tell("150")

    assert floor.the_one().source == "yahoo"


def test_fault_11_one_new_share_for_two_is_no_jump_of_40_percent_and_is_proposed_all_the_same(floor):
    # 3 for 2 makes 1500 into 1000, and the market was 1 % up that day
    floor.tell("1010")

    proposal = floor.the_one()
    assert (proposal.kind, proposal.ratio, proposal.state) == (ProposalKind.BONUS, read_ratio("3:2"), OPEN)
    last, waiting, _ = floor.prices()
    assert (last.last_price, waiting.price) == (1500, 1010)


@pytest.mark.parametrize(
    "ratio",
    [
        Ratio(Decimal(1), Decimal(1)),
        Ratio(Decimal("1.234567890123456789"), Decimal("1e-12")),
        Ratio(Decimal(10**7), Decimal(1)),
    ],
)
def test_a_ratio_that_cannot_be_written_down_is_left(floor, ratio):
    result = HistoryResult((), "INR", splits=[ToldSplit(date(2026, 6, 1), ratio)])
    with floor.given.database.transaction() as tx:
        record_told_actions(tx, floor.given.world, floor.infy, result, "yahoo")

    assert floor.proposals() == []


def test_dividends_of_a_source_are_declared_once_and_name_it(floor):
    hear(floor, dividends=[("2026-06-10", "2.5"), ("2026-10-20", "3")])
    hear(floor, dividends=[("2026-06-11", "2.51"), ("2026-10-20", "3")], source="other")

    assert declared(floor) == [("2026-06-10", Decimal("2.5"), "yahoo"), ("2026-10-20", Decimal(3), "yahoo")]
    with floor.given.database.reading() as tx:
        assert {one.kind for one in tx.corporate_actions.of([floor.infy.id])} == {ActionKind.DIVIDEND}


def test_what_cannot_be_a_dividend_is_left(floor):
    hear(floor, dividends=[("2026-06-10", "0"), ("2026-07-10", "-1"), ("2027-01-01", "5")])

    assert declared(floor) == []


def test_i37_nothing_that_a_source_tells_changes_a_holding(floor):
    before = floor.held()
    hear(floor, [("2026-06-10", "2:1"), ("2026-11-20", "10:1")], [("2026-06-10", "2.5")])
    floor.tell("150")

    assert floor.held() == before


def test_what_one_person_prices_is_neither_proposed_nor_declared(floor):
    [row] = floor.given.record(floor.asha, floor.hers, buy(named("Flat", "MANUAL"), "1", "100"))
    with floor.given.database.reading() as tx:
        flat = tx.instruments.load(floor.asha.id, row.instrument_id)
    hear(floor, [("2026-06-10", "2:1")], [("2026-06-10", "1")], flat)

    with floor.given.database.reading() as tx:
        assert tx.corporate_actions.of([flat.id]) == []
    assert floor.proposals() == []


def test_a_new_symbol_of_the_same_isin_is_proposed_once(floor):
    for _ in range(2):
        with floor.given.database.transaction() as tx:
            propose_symbol_change(tx, floor.given.world, floor.infy, "INFOSYS", date(2026, 11, 2), "nse")
            propose_symbol_change(tx, floor.given.world, floor.infy, "INFY", date(2026, 11, 2), "nse")

    assert (floor.the_one().kind, floor.the_one().to_symbol) == (ProposalKind.SYMBOL, "INFOSYS")
