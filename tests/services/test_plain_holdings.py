"""Plain holdings: one OPENING, edited as a holding until another transaction touches it."""

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, named, sell, trade
from tickfolio.domain.errors import HoldingExists, HoldingHasTransactions, InvalidInput, VersionMismatch
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft
from tickfolio.services.holdings import PlainChange, PlainHolding, add_holding, change_holding, remove_holding
from tickfolio.services.ledgers import remove_transaction
from tickfolio.services.verify import verify


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


def add(given, user, portfolio, symbol="INFY", quantity="10", price="1400.50", **more):
    plain = PlainHolding(
        named(symbol) if isinstance(symbol, str) else symbol, Decimal(quantity), Decimal(price), **more
    )
    with given.database.transaction() as tx:
        return add_holding(tx, given.world, user, portfolio.id, plain)[0]


def change(given, user, row, quantity=None, price=None, version=None, **more):
    values = {"fx_rate": None, "clear_fx_rate": False, "acquired_on": None} | more
    changes = PlainChange(quantity and Decimal(quantity), price and Decimal(price), **values)
    with given.database.transaction() as tx:
        return change_holding(tx, given.world, user.id, row.id, version or row.version, changes)[0]


def ledger(given, user, portfolio):
    with given.database.reading() as tx:
        return tx.ledgers.rows(user.id, portfolio.id)


def test_a_plain_holding_is_one_opening(given, asha, portfolio):
    row = add(given, asha, portfolio)

    # 10 × 1400.50
    assert row.plain
    assert (row.holding.quantity, row.holding.invested) == (Decimal(10), Decimal("14005.00"))
    assert row.holding.avg_buy_price == Decimal("1400.50")
    [opening] = ledger(given, asha, portfolio)
    assert (opening.type, opening.traded_on) == (TransactionType.OPENING, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("exchange", "today"), [("NSE", date(2026, 11, 21)), ("NYSE", date(2026, 11, 20)), ("ASX", date(2026, 11, 21))]
)
def test_without_a_day_it_is_opened_today_where_it_is_traded(given, asha, portfolio, clock, exchange, today):
    clock.advance(10 * 3600)  # 19:10 UTC on Friday: Saturday 00:40 in Mumbai, 06:10 in Sydney, 14:10 in New York

    add(given, asha, portfolio, named("INFY", exchange))

    assert ledger(given, asha, portfolio)[0].traded_on == today


def test_its_opening_changes_with_it(given, asha, portfolio):
    row = add(given, asha, portfolio)

    more = change(given, asha, row, quantity="20")
    cheaper = change(given, asha, more, price="1000", acquired_on=date(2020, 2, 29))

    assert (cheaper.id, cheaper.plain) == (row.id, True)
    assert cheaper.version > more.version > row.version
    assert (cheaper.holding.quantity, cheaper.holding.invested) == (Decimal(20), Decimal(20000))
    [opening] = ledger(given, asha, portfolio)
    assert opening.traded_on == date(2020, 2, 29)
    assert verify(given.database) == (1, [])


def test_a_day_alone_is_a_change_of_the_holding_too(given, asha, portfolio):
    """What a person may change of it is behind its ETag, also where the figures stay."""
    row = add(given, asha, portfolio)

    moved = change(given, asha, row, acquired_on=date(2020, 2, 29))

    assert moved.version > row.version
    with pytest.raises(VersionMismatch):
        change(given, asha, row, acquired_on=date(2021, 2, 28))


def test_a_rate_can_be_set_and_cleared(given, asha, portfolio):
    row = add(given, asha, portfolio, named("INFY", "NYSE"), "5", "18")
    assert row.holding.invested is None  # no rate of that day: unknown, never 1

    rated = change(given, asha, row, fx_rate=Decimal(84))
    assert rated.holding.invested == Decimal(7560)  # 5 × 18 × 84

    assert change(given, asha, rated, clear_fx_rate=True).holding.invested is None


def test_fault_57_a_stale_change_or_removal_is_refused(given, asha, portfolio):
    row = add(given, asha, portfolio)
    change(given, asha, row, quantity="20")

    with pytest.raises(VersionMismatch):
        change(given, asha, row, quantity="30")
    with pytest.raises(VersionMismatch), given.database.transaction() as tx:
        remove_holding(tx, given.world, asha.id, row.id, row.version)

    assert ledger(given, asha, portfolio)[0].quantity == 20


def test_removing_it_empties_the_ledger(given, asha, portfolio):
    row = add(given, asha, portfolio)

    with given.database.transaction() as tx:
        remove_holding(tx, given.world, asha.id, row.id, row.version)

    assert ledger(given, asha, portfolio) == []
    assert verify(given.database) == (1, [])


@pytest.mark.parametrize("draft", [buy("INFY", "1", "1400"), sell("INFY", "1", "1400", "2026-11-20")])
def test_once_a_transaction_touches_it_it_is_no_longer_plain(given, asha, portfolio, draft):
    add(given, asha, portfolio)
    given.record(asha, portfolio, draft)
    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [portfolio.id])

    assert not row.plain
    with pytest.raises(HoldingHasTransactions, match="2 transactions"):
        change(given, asha, row, quantity="20")
    with pytest.raises(HoldingHasTransactions), given.database.transaction() as tx:
        remove_holding(tx, given.world, asha.id, row.id, row.version)
    assert len(ledger(given, asha, portfolio)) == 2


def test_what_is_held_already_is_not_added_again(given, asha, portfolio):
    add(given, asha, portfolio)
    given.record(asha, portfolio, buy("TCS", "1", "3000"))

    for symbol in ("INFY", "TCS"):
        with pytest.raises(HoldingExists):
            add(given, asha, portfolio, symbol)

    assert len(ledger(given, asha, portfolio)) == 2
    add(given, asha, given.portfolio(asha))  # another portfolio may hold it, too


def test_what_was_sold_off_may_be_added_again(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"), sell("INFY", "10", "150"))

    row = add(given, asha, portfolio)

    assert not row.plain
    assert (row.holding.quantity, row.holding.realised) == (Decimal(10), Decimal(500))


def test_an_opening_has_a_day_that_can_be(given, asha, portfolio):
    with pytest.raises(InvalidInput) as refused:
        add(given, asha, portfolio, acquired_on=date(2026, 12, 1))

    assert refused.value.field_code == "in_the_future"


@pytest.mark.parametrize(
    "draft",
    [
        trade("DIVIDEND", "INFY", "1", "100", "2026-11-20"),
        trade("SPLIT", "INFY", "0", "0", "2026-11-20", ratio=read_ratio("2:1")),
        trade("MERGER", "INFY", "1", "0", "2026-11-20", into=named("TCS"), to_quantity=Decimal(1)),
        trade("TRANSFER_IN", "INFY", "1", "0", "2026-11-20"),
    ],
    ids=lambda draft: draft.type,
)
def test_whatever_the_row_is_that_touches_it(given, asha, portfolio, draft):
    add(given, asha, portfolio)
    [row] = given.record(asha, portfolio, draft)
    with given.database.reading() as tx:
        held, *_ = tx.holdings.all(asha.id, [portfolio.id])

    with pytest.raises(HoldingHasTransactions):
        change(given, asha, held, quantity="20")
    with given.database.transaction() as tx:
        remove_transaction(tx, given.world, asha.id, row.id, row.version)
    with given.database.reading() as tx:
        [held] = tx.holdings.all(asha.id, [portfolio.id])
    assert held.plain


def test_what_comes_of_a_merger_alone_is_not_plain(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100"),
        trade("MERGER", "INFY", "10", "0", "2026-02-01", into=named("TCS"), to_quantity=Decimal(5)),
    )

    with given.database.reading() as tx:
        assert [row.plain for row in tx.holdings.all(asha.id, [portfolio.id])] == [False, False]


def test_an_opening_by_its_cost_is_plain_until_its_price_is_said(given, asha, portfolio):
    opening = Draft(TransactionType.OPENING, date(2026, 1, 5), named("INFY"), Decimal(139), cost=Decimal("22004.40"))
    given.record(asha, portfolio, opening)
    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [portfolio.id])
    assert (row.plain, row.holding.invested) == (True, Decimal("22004.40"))

    # Another day leaves the cost; a price takes its place: 139 × 100
    moved = change(given, asha, row, acquired_on=date(2020, 2, 29))
    assert moved.holding.invested == Decimal("22004.40")
    assert change(given, asha, moved, price="100").holding.invested == 13900


def test_a_fund_is_looked_for_where_funds_are_priced(given, asha, portfolio):
    add(given, asha, portfolio, named("120503", asset_type=AssetType.MUTUAL_FUND), "100.123", "90.1234")

    assert given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND).currency == "INR"


def test_fault_63_the_largest_and_smallest_numbers_stay_exact(given, asha, portfolio):
    largest, smallest = Decimal("99999999999999999999.999999999999999999"), Decimal("0.000000000000000001")

    row = add(given, asha, portfolio, "INFY", largest, largest)
    tiny = add(given, asha, portfolio, "TCS", smallest, smallest)

    # (10^20 − 10^-18)² = 10^40 − 2·10² + 10^-36
    assert f"{row.holding.invested:f}" == "9" * 37 + "800." + "0" * 35 + "1"
    assert f"{tiny.holding.invested:f}" == "0." + "0" * 35 + "1"
    assert row.holding.avg_buy_price == Decimal("1E+20")  # a quotient, to 28 digits
    assert verify(given.database) == (1, [])


def test_fault_65_a_gift_costs_nothing(given, asha, portfolio):
    row = add(given, asha, portfolio, "INFY", "10", "0")

    assert (row.holding.invested, row.holding.avg_buy_price) == (Decimal(0), Decimal(0))
