"""Corporate actions: written down once, true for everybody, and every holding follows in the same transaction."""

import threading
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, named, sell, trade
from tickfolio.domain.errors import ActionExists, Conflict, Forbidden, InvalidInput, NotFound, Oversold
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.splits import read_ratio
from tickfolio.services.corporate_actions import (
    ActionDraft,
    record_action,
    remove_action,
)
from tickfolio.services.drafts import Draft
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.suggested_dividends import load_suggested_dividends
from tickfolio.services.verify import verify
from tickfolio.storage.corporate_actions import ActionKind


class Town:
    """The administrator, and two people who hold INFY; Asha's flat is her own."""

    def __init__(self, given):
        self.given = given
        self.admin = given.user("Admin", administrator=True)
        self.asha, self.ravi = given.user("Asha"), given.user("Ravi")
        self.hers, self.second = given.portfolio(self.asha), given.portfolio(self.asha, name="Second")
        self.his = given.portfolio(self.ravi)
        given.record(self.asha, self.hers, buy("INFY", "10", "1400"), buy("TCS", "1", "3000"))
        given.record(self.ravi, self.his, buy("INFY", "4", "1500"))
        [flat] = given.record(self.asha, self.second, buy(named("Flat in Pune", "MANUAL"), "1", "100"))
        self.infy, self.flat_id = given.instrument("INFY"), flat.instrument_id
        given.events.clear()

    def act(self, kind, ex_on, what, by=None, instrument_id=None):
        said = {"amount": Decimal(what)} if kind == "DIVIDEND" else {"ratio": read_ratio(what)}
        draft = ActionDraft(ActionKind(kind), date.fromisoformat(ex_on), **said)
        return self.say(draft, by, instrument_id)

    def say(self, draft, by=None, instrument_id=None):
        with self.given.database.transaction() as tx:
            return record_action(tx, self.given.world, by or self.admin, instrument_id or self.infy.id, draft)

    def take_back(self, action, by=None):
        with self.given.database.transaction() as tx:
            remove_action(tx, self.given.world, by or self.admin, action.instrument_id, action.id)

    def held(self, user, portfolio, symbol="INFY"):
        with self.given.database.reading() as tx:
            rows = tx.holdings.all(user.id, [portfolio.id])
            names = {
                key: one.symbol for key, one in tx.instruments.many(row.holding.instrument_id for row in rows).items()
            }
        return {names[row.holding.instrument_id]: row.holding.quantity for row in rows}.get(symbol)

    def versions(self):
        with self.given.database.reading() as tx:
            owned = ((self.asha, self.hers), (self.asha, self.second), (self.ravi, self.his))
            own = [tx.portfolios.load(user.id, portfolio.id).version for user, portfolio in owned]
            return [*own, tx.server.version("prices")]

    def suggested(self, user=None, portfolio=None):
        with self.given.database.reading() as tx:
            found = load_suggested_dividends(tx, self.given.world, (user or self.asha).id, (portfolio or self.hers).id)
        told = [(one.instrument.symbol, one.dividend) for one in found]
        return [(symbol, one.ex_on.isoformat(), one.quantity, one.amount) for symbol, one in told]


@pytest.fixture
def town(given):
    return Town(given)


def test_a_split_is_everybodys(town):
    hers, second, his, prices = town.versions()

    action = town.act("SPLIT", "2026-06-01", "10:1")

    assert (town.held(town.asha, town.hers), town.held(town.ravi, town.his)) == (100, 40)
    assert town.held(town.asha, town.hers, "TCS") == 1
    assert town.versions() == [hers + 1, second, his + 1, prices + 1]
    told = {(one.name, one.user_id) for one in town.given.events}
    assert told == {
        ("portfolio.changed", town.asha.id),
        ("portfolio.changed", town.ravi.id),
        ("prices.updated", None),
    }
    assert (action.source, action.recorded_at) == ("manual", town.given.clock())
    assert verify(town.given.database) == (3, [])


def test_what_is_taken_back_never_was(town):
    action = town.act("BONUS", "2026-06-01", "2:1")
    assert town.held(town.asha, town.hers) == 20

    town.take_back(action)

    assert (town.held(town.asha, town.hers), town.held(town.ravi, town.his)) == (10, 4)
    assert verify(town.given.database) == (3, [])
    with pytest.raises(NotFound, match="corporate action"):
        town.take_back(action)


def test_units_that_went_into_another_portfolio_follow(town):
    given = town.given
    given.record(town.asha, town.hers, Draft(TransactionType.TRANSFER_OUT, date(2026, 2, 2), named("INFY"), Decimal(3)))
    given.record(
        town.asha, town.second, Draft(TransactionType.TRANSFER_IN, date(2026, 2, 2), named("INFY"), Decimal(3))
    )

    town.act("SPLIT", "2026-06-01", "2:1")

    assert (town.held(town.asha, town.hers), town.held(town.asha, town.second)) == (14, 6)
    assert verify(given.database) == (3, [])


def test_the_same_day_and_ratio_are_written_down_once(town):
    town.act("SPLIT", "2026-06-01", "2:1")
    town.act("DIVIDEND", "2026-06-01", "1.50")
    before = town.versions()

    for kind, what in (("SPLIT", "2:1"), ("SPLIT", "4:2"), ("BONUS", "2:1"), ("DIVIDEND", "1.5")):
        with pytest.raises(ActionExists):
            town.act(kind, "2026-06-01", what)

    assert town.versions() == before
    town.act("SPLIT", "2026-06-02", "2:1")
    town.act("SPLIT", "2026-06-01", "3:1")
    town.act("DIVIDEND", "2026-06-01", "1.51")
    assert town.held(town.asha, town.hers) == 10 * 2 * 2 * 3


def test_a_split_that_somebody_entered_counts_once(town):
    own = Draft(TransactionType.SPLIT, date(2026, 6, 1), named("INFY"), ratio=read_ratio("10:1"))
    town.given.record(town.asha, town.hers, own)

    town.act("SPLIT", "2026-06-01", "10:1")

    assert (town.held(town.asha, town.hers), town.held(town.ravi, town.his)) == (100, 40)


def test_who_may_write_what_happened(town):
    with pytest.raises(Forbidden):
        town.act("SPLIT", "2026-06-01", "2:1", by=town.asha)
    action = town.act("SPLIT", "2026-06-01", "2:1")
    with pytest.raises(Forbidden):
        town.take_back(action, by=town.ravi)

    mine = town.act("SPLIT", "2026-06-01", "4:1", by=town.asha, instrument_id=town.flat_id)
    assert town.held(town.asha, town.second, "Flat in Pune") == 4
    for stranger in (town.ravi, town.admin):
        with pytest.raises(NotFound):
            town.act("SPLIT", "2026-06-02", "4:1", by=stranger, instrument_id=town.flat_id)
        with pytest.raises(NotFound):
            town.take_back(mine, by=stranger)


def test_an_action_of_another_instrument_is_not_there(town):
    action = town.act("SPLIT", "2026-06-01", "2:1")

    with pytest.raises(NotFound), town.given.database.transaction() as tx:
        remove_action(tx, town.given.world, town.asha, town.flat_id, action.id)

    assert town.held(town.asha, town.hers) == 20


def test_ones_own_oversold_ledger_refuses_the_whole_and_says_why(town):
    own = town.given.portfolio(town.admin)
    town.given.record(town.admin, own, buy("INFY", "10", "1"), sell("INFY", "6", "1", "2026-07-01"))
    before = town.versions()

    # Ten become five by 1:2 on 1 June, and six are sold on 1 July.
    with pytest.raises(Oversold) as refused:
        town.act("SPLIT", "2026-06-01", "1:2")

    assert (refused.value.sold, refused.value.held, refused.value.on) == (6, 5, date(2026, 7, 1))
    assert town.versions() == before
    assert (town.held(town.asha, town.hers), town.held(town.ravi, town.his)) == (10, 4)


def test_anothers_oversold_ledger_refuses_the_whole_and_says_no_number(town):
    town.given.record(town.ravi, town.his, sell("INFY", "3", "1600", "2026-07-01"))
    before = town.versions()

    with pytest.raises(Conflict) as refused:
        town.act("SPLIT", "2026-06-01", "1:2")

    assert not isinstance(refused.value, Oversold)
    assert not any(character.isdigit() for character in refused.value.message)
    assert town.versions() == before
    assert town.held(town.asha, town.hers) == 10


def test_taking_back_what_a_sale_needs_is_refused(town):
    action = town.act("SPLIT", "2026-06-01", "10:1")
    town.given.record(town.asha, town.hers, sell("INFY", "50", "140", "2026-07-01"))

    with pytest.raises(Conflict):
        town.take_back(action)

    assert town.held(town.asha, town.hers) == 50
    assert verify(town.given.database) == (3, [])


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ActionDraft(ActionKind.SPLIT, date(2026, 6, 1)), "ratio"),
        (ActionDraft(ActionKind.BONUS, date(2026, 6, 1), read_ratio("1:1")), "ratio"),
        (ActionDraft(ActionKind.SPLIT, date(2026, 6, 1), read_ratio("2:1"), Decimal(1)), "amount"),
        (ActionDraft(ActionKind.DIVIDEND, date(2026, 6, 1)), "amount"),
        (ActionDraft(ActionKind.DIVIDEND, date(2026, 6, 1), read_ratio("2:1"), Decimal(1)), "ratio"),
        (ActionDraft(ActionKind.DIVIDEND, date(2026, 11, 21), None, Decimal(1)), "ex_on"),
        (ActionDraft(ActionKind.SPLIT, date(1899, 12, 31), read_ratio("2:1")), "ex_on"),
    ],
)
def test_an_action_has_what_its_kind_needs(town, draft, field):
    with pytest.raises(InvalidInput) as refused:
        town.say(draft)

    assert refused.value.field == field


def test_nothing_happens_to_money(town):
    with pytest.raises(InvalidInput):
        town.act("SPLIT", "2026-06-01", "2:1", instrument_id=town.given.pair("USD").id)


def test_a_dividend_changes_no_holding_and_is_proposed(town):
    before = [town.held(town.asha, town.hers), town.held(town.ravi, town.his)]

    town.act("DIVIDEND", "2026-06-09", "2.5")
    town.act("DIVIDEND", "2025-06-09", "2.5")  # before anybody held any

    assert [town.held(town.asha, town.hers), town.held(town.ravi, town.his)] == before
    # 10 × 2.50 and 4 × 2.50
    assert town.suggested() == [("INFY", "2026-06-09", 10, 25)]
    assert town.suggested(town.ravi, town.his) == [("INFY", "2026-06-09", 4, 10)]
    assert town.suggested(portfolio=town.second) == []


def test_a_proposal_is_of_the_units_of_its_day_and_goes_when_it_is_booked(town):
    town.act("SPLIT", "2026-07-01", "10:1")
    town.act("DIVIDEND", "2026-06-09", "2.5")
    town.act("DIVIDEND", "2026-08-31", "0.3")
    town.given.record(town.asha, town.hers, sell("INFY", "100", "1", "2026-09-01"))

    # 10 × 2.50 before the split, 100 × 0.30 after it; all are sold by now.
    assert town.suggested() == [("INFY", "2026-06-09", 10, 25), ("INFY", "2026-08-31", 100, 30)]

    town.given.record(town.asha, town.hers, trade("DIVIDEND", "TCS", "1", "9", "2026-06-20"))
    assert len(town.suggested()) == 2
    town.given.record(town.asha, town.hers, trade("DIVIDEND", "INFY", "10", "2.5", "2026-06-20"))
    assert town.suggested() == [("INFY", "2026-08-31", 100, 30)]


def test_dividends_that_came_as_units_are_booked_too(town):
    town.act("DIVIDEND", "2026-06-09", "2.5")

    town.given.record(town.asha, town.hers, trade("REINVEST", "INFY", "0.02", "1250", "2026-06-15"))

    assert town.suggested() == []


@pytest.mark.parametrize("first", ["holder", "action"])
def test_somebody_who_begins_to_hold_it_meanwhile_is_not_forgotten(town, first):
    """The one who comes second waits for the first, and then sees what it wrote."""
    given = town.given
    done = []

    def write(what):
        if what == "action":
            done.append(town.act("SPLIT", "2026-06-01", "10:1"))
        else:
            done.append(given.record(town.asha, town.second, buy("INFY", "5", "1400")))

    other = threading.Thread(target=write, args=("holder" if first == "action" else "action",))
    with given.database.transaction() as tx:
        if first == "action":
            draft = ActionDraft(ActionKind.SPLIT, date(2026, 6, 1), read_ratio("10:1"))
            record_action(tx, given.world, town.admin, town.infy.id, draft)
        else:
            record_transaction(tx, given.world, town.asha, town.second.id, buy("INFY", "5", "1400"))
        other.start()
        other.join(0.4)
    other.join(10)

    assert not other.is_alive()
    assert len(done) == 1
    assert town.held(town.asha, town.second) == 50
    assert verify(given.database) == (3, [])


def test_two_who_write_the_same_at_once_write_it_once(town):
    failed, together = [], threading.Barrier(2)

    def write():
        together.wait(5)
        try:
            town.act("SPLIT", "2026-06-01", "2:1")
        except ActionExists:
            failed.append(1)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)

    assert failed == [1]
    assert town.held(town.asha, town.hers) == 20
