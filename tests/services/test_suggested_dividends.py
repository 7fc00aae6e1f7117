"""Dividends that a ledger may lack: confirmed they are booked once, dismissed they stay away, by portfolio."""

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import sell
from tests.services.desk import Floor
from tickfolio.domain.errors import NotFound
from tickfolio.domain.ledger import TransactionType
from tickfolio.services.suggested_dividends import confirm_dividend, dismiss_dividend, load_suggested_dividends
from tickfolio.services.verify import verify
from tickfolio.storage.corporate_actions import ActionKind, CorporateAction


@pytest.fixture
def floor(given):
    made = Floor(given)
    with given.database.transaction() as tx:
        for day, amount in ((date(2026, 6, 10), Decimal("2.5")), (date(2026, 10, 20), Decimal(3))):
            told = (given.new_id(), made.infy.id, ActionKind.DIVIDEND, day, None, amount, "yahoo", given.clock())
            tx.corporate_actions.add(CorporateAction(*told))
    return made


def suggested(floor, user, portfolio):
    with floor.given.database.reading() as tx:
        return load_suggested_dividends(tx, floor.given.world, user.id, portfolio.id)


def confirm(floor, action_id, user=None, portfolio=None, *more):
    with floor.given.database.transaction() as tx:
        return confirm_dividend(
            tx, floor.given.world, user or floor.asha, (portfolio or floor.hers).id, action_id, *more
        )


def test_a_suggestion_is_of_the_shares_of_its_day_and_names_its_source(floor):
    floor.given.record(floor.asha, floor.hers, sell("INFY", "4", "1500", "2026-08-01"))

    first, second = suggested(floor, floor.asha, floor.hers)

    # 10 × 2.50, and 6 × 3 after four were sold
    assert (first.dividend.quantity, first.dividend.amount, first.action.source) == (10, 25, "yahoo")
    assert (second.dividend.quantity, second.dividend.amount) == (6, 18)


def test_confirming_books_it_once_and_for_that_portfolio(floor):
    first, _ = suggested(floor, floor.asha, floor.hers)

    row, instrument = confirm(floor, first.action.id)

    assert (row.type, row.traded_on, row.quantity, row.price) == (
        TransactionType.DIVIDEND,
        date(2026, 6, 10),
        10,
        Decimal("2.5"),
    )
    assert instrument == floor.infy
    assert floor.held()[floor.hers.id, "INFY"].income == 25
    assert len(suggested(floor, floor.asha, floor.hers)) == 1
    assert len(suggested(floor, floor.ravi, floor.his)) == 2
    with pytest.raises(NotFound):
        confirm(floor, first.action.id)
    assert verify(floor.given.database) == (3, [])


def test_paid_long_after_its_day_it_is_booked_all_the_same(floor):
    first, _ = suggested(floor, floor.asha, floor.hers)

    row, _ = confirm(floor, first.action.id, None, None, date(2026, 9, 1), Decimal("2.50"))

    assert (row.traded_on, row.taxes) == (date(2026, 9, 1), Decimal("2.50"))
    # 25 less 2.50 withheld
    assert floor.held()[floor.hers.id, "INFY"].income == Decimal("22.50")
    assert first.action.id not in {one.action.id for one in suggested(floor, floor.asha, floor.hers)}


def test_dismissed_it_stays_away_from_that_portfolio_alone(floor):
    first, second = suggested(floor, floor.asha, floor.hers)
    with floor.given.database.transaction() as tx:
        dismiss_dividend(tx, floor.given.world, floor.asha.id, floor.hers.id, first.action.id)

    assert [one.action.id for one in suggested(floor, floor.asha, floor.hers)] == [second.action.id]
    assert len(suggested(floor, floor.ravi, floor.his)) == 2
    for again in (confirm, lambda floor, key: confirm(floor, key, floor.ravi, floor.hers)):
        with pytest.raises(NotFound):
            again(floor, first.action.id)
