"""The ledger: what may be recorded, changed and removed, and that nothing half done stays."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import buy, named, sell, trade
from tickfolio.domain.errors import CurrencyMismatch, InvalidInput, NotFound, Oversold, VersionMismatch
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod
from tickfolio.providers.provider import Listing
from tickfolio.services.ledgers import change_transaction, record_transaction, remove_transaction
from tickfolio.services.listings import record_listings
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio, delete_portfolio
from tickfolio.services.verify import verify
from tickfolio.storage.database import open_database


def state(given, user, portfolio):
    """All that is stored of a portfolio: to be compared with what was stored before."""
    with given.database.reading() as tx:
        return (
            tx.portfolios.load(user.id, portfolio.id),
            tx.ledgers.rows(user.id, portfolio.id),
            tx.holdings.all(user.id, [portfolio.id]),
            tx.people.load(user.id).version,
        )


def holding_of(given, user, portfolio):
    [row] = state(given, user, portfolio)[2]
    return row.holding


def change(given, user, row, **values):
    with given.database.transaction() as tx:
        return change_transaction(tx, given.world, user.id, row.id, row.version, replace(row, **values))[0]


def remove(given, user, row):
    with given.database.transaction() as tx:
        remove_transaction(tx, given.world, user.id, row.id, row.version)


def test_the_holding_follows_the_ledger_in_the_same_transaction(given, asha, portfolio):
    bought, more = given.record(
        asha,
        portfolio,
        buy("INFY", "10", "1400", "2026-01-05", fees="20"),
        buy("INFY", "30", "1500", "2026-02-05", taxes="40"),
    )
    # 10 × 1400 + 20 = 14020; 30 × 1500 + 40 = 45040; together 59060 for 40 units, 1476.5 each
    held = holding_of(given, asha, portfolio)
    assert (held.quantity, held.invested, held.avg_buy_price) == (Decimal(40), Decimal(59060), Decimal("1476.5"))

    # 15 sold at 1600 less 30: 23970; they cost 15 × 1476.5 = 22147.5; 1822.5 made, 36912.5 left in 25 units
    given.record(asha, portfolio, sell("INFY", "15", "1600", "2026-03-05", fees="30"))
    held = holding_of(given, asha, portfolio)
    assert (held.quantity, held.invested, held.realised) == (Decimal(25), Decimal("36912.5"), Decimal("1822.5"))

    # The first buy at 1300 instead: 13020 + 45040 = 58060 ÷ 40 = 1451.5 each; 25 left: 36287.5; 23970 − 21772.5 made
    change(given, asha, bought, price=Decimal(1300))
    held = holding_of(given, asha, portfolio)
    assert (held.invested, held.realised) == (Decimal("36287.5"), Decimal("2197.5"))

    # Without the second buy only 10 were there to sell.
    with pytest.raises(Oversold):
        remove(given, asha, more)
    assert verify(given.database) == (1, [])


def test_the_cost_method_of_the_portfolio_counts(given, asha):
    portfolio = given.portfolio(asha, cost_method=CostMethod.FIFO)
    given.record(asha, portfolio, buy("INFY", "10", "100"), buy("INFY", "10", "200"), sell("INFY", "15", "300"))

    # oldest first: 10 × 100 and 5 × 200 leave, 5 × 200 stay; 4500 − 2000
    held = holding_of(given, asha, portfolio)
    assert (held.invested, held.realised) == (Decimal(1000), Decimal(2500))

    with given.database.transaction() as tx:
        before = tx.portfolios.load(asha.id, portfolio.id)
        change_portfolio(
            tx, given.world, asha.id, portfolio.id, before.version, PortfolioChanges(cost_method=CostMethod.AVERAGE)
        )

    # at the average of 150: 5 × 150 stay; 4500 − 2250
    held = holding_of(given, asha, portfolio)
    assert (held.invested, held.realised) == (Decimal(750), Decimal(2250))
    assert verify(given.database) == (1, [])


# --- Overselling -----------------------------------------------------------------------------------------------------


def oversold(given, asha, portfolio, act):
    """The message of the refusal; nothing whatever may have changed, and nobody been told."""
    before, told = state(given, asha, portfolio), list(given.events)
    with pytest.raises(Oversold) as refused:
        act()
    assert state(given, asha, portfolio) == before
    assert given.events == told
    return refused.value.message


@pytest.fixture
def traded(given, asha, portfolio):
    """10 bought, 6 sold, 5 bought, 9 sold: nothing left."""
    return given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2026-01-01"),
        sell("INFY", "6", "110", "2026-02-01"),
        buy("INFY", "5", "120", "2026-03-01"),
        sell("INFY", "9", "130", "2026-04-01"),
    )


def test_fault_62_a_sale_of_more_than_is_held_is_refused(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-01-01"))

    told = oversold(
        given,
        asha,
        portfolio,
        lambda: given.record(asha, portfolio, sell("INFY", "10.000000000000000001", "100", "2026-01-02")),
    )

    assert told == "INFY: sold 10.000000000000000001, held 10 on 2026-01-02"


def test_fault_62_a_back_dated_sale_names_the_first_day_it_would_break(given, asha, portfolio, traded):
    # 1 sold on the 15th of January: 9 − 6 = 3 on the 1st of February, 8 on the 1st of March, and 9 do not go in April
    told = oversold(
        given, asha, portfolio, lambda: given.record(asha, portfolio, sell("INFY", "1", "100", "2026-01-15"))
    )

    assert told == "INFY: sold 9, held 8 on 2026-04-01"


def test_fault_62_of_two_days_that_break_the_first_is_named(given, asha, portfolio, traded):
    # 5 sold in January leave 5: 6 do not go in February already
    told = oversold(
        given, asha, portfolio, lambda: given.record(asha, portfolio, sell("INFY", "5", "100", "2026-01-15"))
    )

    assert told == "INFY: sold 6, held 5 on 2026-02-01"


@pytest.mark.parametrize(
    ("row", "values", "message"),
    [
        (0, {"quantity": Decimal(9)}, "INFY: sold 9, held 8 on 2026-04-01"),
        (1, {"quantity": Decimal("6.5")}, "INFY: sold 9, held 8.5 on 2026-04-01"),
        (2, {"quantity": Decimal(1)}, "INFY: sold 9, held 5 on 2026-04-01"),
        (3, {"quantity": Decimal(10)}, "INFY: sold 10, held 9 on 2026-04-01"),
        (0, {"account": "demat 2"}, "INFY: sold 6, held 0 on 2026-02-01"),
    ],
)
def test_fault_62_a_changed_row_is_refused(given, asha, portfolio, traded, row, values, message):
    told = oversold(given, asha, portfolio, lambda: change(given, asha, traded[row], **values))

    assert told == message


def test_fault_62_a_moved_day_is_refused(given, asha, portfolio, traded):
    later = traded[0].traded_on.replace(month=2, day=2)

    told = oversold(given, asha, portfolio, lambda: change(given, asha, traded[0], traded_on=later))

    assert told == "INFY: sold 6, held 0 on 2026-02-01"


@pytest.mark.parametrize(
    ("row", "message"), [(0, "INFY: sold 6, held 0 on 2026-02-01"), (2, "INFY: sold 9, held 4 on 2026-04-01")]
)
def test_fault_62_a_removed_buy_is_refused(given, asha, portfolio, traded, row, message):
    told = oversold(given, asha, portfolio, lambda: remove(given, asha, traded[row]))

    assert told == message


def test_a_removed_sale_gives_back_what_it_took(given, asha, portfolio, traded):
    remove(given, asha, traded[3])

    # 10 − 6 + 5 are left: 4 × 100 + 5 × 120, and 6 × 10 were made
    held = holding_of(given, asha, portfolio)
    assert (held.quantity, held.invested, held.realised) == (Decimal(9), Decimal(1000), Decimal(60))


def test_units_of_one_account_are_not_another_accounts_to_sell(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", account="demat 1"))

    with pytest.raises(Oversold, match="sold 1, held 0"):
        given.record(asha, portfolio, sell("INFY", "1", "100", account="demat 2"))


# --- Versions --------------------------------------------------------------------------------------------------------


def test_fault_57_of_two_tabs_the_second_is_told(given, asha, portfolio):
    [row] = given.record(asha, portfolio, buy("INFY", "10", "100"))
    changed = change(given, asha, row, price=Decimal(101))
    before = state(given, asha, portfolio)

    with pytest.raises(VersionMismatch, match="version 2, not 1"):
        change(given, asha, row, price=Decimal(102))
    with pytest.raises(VersionMismatch):
        remove(given, asha, row)

    assert state(given, asha, portfolio) == before
    assert changed.version == 2
    remove(given, asha, changed)
    with given.database.reading() as tx:
        assert tx.holdings.all(asha.id, [portfolio.id]) == []  # a holding without a ledger is none


def test_fault_57_of_two_who_change_at_once_one_is_told(given, asha, portfolio):
    [row] = given.record(asha, portfolio, buy("INFY", "10", "100"))
    together, outcomes = threading.Barrier(2), []

    def act(price):
        together.wait()
        try:
            outcomes.append(change(given, asha, row, price=Decimal(price)).version)
        except VersionMismatch:
            outcomes.append("told")

    threads = [threading.Thread(target=act, args=(price,)) for price in (101, 102)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes, key=str) == [2, "told"]


def test_two_sales_at_once_do_not_sell_the_same_units(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-01-01"))
    together, outcomes = threading.Barrier(2), []

    def act():
        together.wait()
        try:
            given.record(asha, portfolio, sell("INFY", "10", "110", "2026-02-01"))
            outcomes.append("sold")
        except Oversold:
            outcomes.append("oversold")

    threads = [threading.Thread(target=act) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes) == ["oversold", "sold"]
    assert verify(given.database) == (1, [])


def test_a_change_that_changes_nothing_raises_no_version(given, asha, portfolio):
    [row] = given.record(asha, portfolio, buy("INFY", "10", "100"))
    before = state(given, asha, portfolio)

    assert change(given, asha, row) == row
    assert state(given, asha, portfolio) == before


def test_every_write_raises_the_versions_of_the_portfolio_and_the_person(given, asha, portfolio):
    """They name the summaries: a write that left them alone would leave a stale answer in every cache."""
    [row] = given.record(asha, portfolio, buy("INFY", "10", "100"))
    versions = []
    for act in (
        lambda: change(given, asha, row, note="a word"),
        lambda: change(given, asha, replace(row, version=2), price=Decimal(101)),
        lambda: given.record(asha, portfolio, buy("INFY", "1", "100")),
        lambda: remove(given, asha, replace(row, version=3)),
    ):
        stored = state(given, asha, portfolio)
        versions.append((stored[0].version, stored[3]))
        act()
    stored = state(given, asha, portfolio)
    versions.append((stored[0].version, stored[3]))

    assert versions == sorted(set(versions))
    assert len(given.events) == 6  # the portfolio's making and five writes, each told to its owner
    assert {event.user_id for event in given.events} == {asha.id}


def test_a_portfolio_is_changed_and_deleted_by_its_version(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"))

    with pytest.raises(VersionMismatch), given.database.transaction() as tx:
        change_portfolio(tx, given.world, asha.id, portfolio.id, 1, PortfolioChanges(name="Other"))
    with pytest.raises(VersionMismatch), given.database.transaction() as tx:
        delete_portfolio(tx, given.world, asha.id, portfolio.id, 1)
    with given.database.transaction() as tx:
        renamed = change_portfolio(tx, given.world, asha.id, portfolio.id, 2, PortfolioChanges(name="Other"))
        delete_portfolio(tx, given.world, asha.id, portfolio.id, renamed.version)

    with given.database.reading() as tx, pytest.raises(NotFound):
        tx.portfolios.load(asha.id, portfolio.id)


# --- What may not be recorded ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "error", "code"),
    [
        (buy("INFY", "1", "1", "1899-12-31"), InvalidInput, "too_early"),
        (buy("INFY", "1", "1", "2026-11-22"), InvalidInput, "in_the_future"),
        (trade("OPENING", "INFY", "1", "1", "2026-01-01", fees="1"), InvalidInput, "not_allowed"),
        (buy("INFY", "1", "1", fx_rate="2"), InvalidInput, "not_allowed"),
        (buy(named("INFY", "NSE", currency="USD"), "1", "1"), CurrencyMismatch, "currency_mismatch"),
        (buy("INFY", "1", "1", note="a\0b"), InvalidInput, None),
        (buy("INFY", "1", "1", account="A" * 61), InvalidInput, None),
        (buy(named("two words"), "1", "1"), InvalidInput, "not_a_symbol"),
        (buy(named("X", "ECB"), "1", "1"), InvalidInput, "unknown_exchange"),
        (buy(named("X", "NOWHERE"), "1", "1"), InvalidInput, "unknown_exchange"),
        (buy(named("X", "AMFI"), "1", "1"), InvalidInput, "wrong_exchange"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(given, asha, portfolio, draft, error, code):
    before = state(given, asha, portfolio)

    with pytest.raises(error) as refused:
        given.record(asha, portfolio, draft)

    assert code is None or refused.value.field_code == code
    assert state(given, asha, portfolio) == before
    with given.database.reading() as tx:
        assert tx.instruments.on_exchange("NSE") == []  # not even the instrument that it named


@pytest.mark.parametrize("field", ["account", "note", "external_id"])
def test_fault_66_a_changed_text_is_read_like_a_new_one(given, asha, portfolio, field):
    """A NUL that a change let through would be refused by one database and kept by the other."""
    [row] = given.record(asha, portfolio, buy("INFY", "10", "100"))

    with pytest.raises(InvalidInput) as refused:
        change(given, asha, row, **{field: "a\0b"})
    composed = change(given, asha, row, **{field: "  Cafe\u0301 "})

    assert refused.value.field == field
    assert getattr(composed, field) == "Caf\u00e9"
    assert getattr(change(given, asha, composed, **{field: ""}), field) is None


def test_a_trade_of_a_day_that_has_begun_somewhere_is_not_of_the_future(given, asha, portfolio, clock):
    clock.advance(60 * (10 * 60 - 10 + 1))  # 19:01 UTC on the 20th: 09:01 on the 21st in Kiribati

    given.record(asha, portfolio, buy("INFY", "1", "1", "2026-11-21"))


def test_infy_in_mumbai_and_infy_in_new_york_are_two_instruments(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400"), buy(named("INFY", "NYSE"), "5", "18", fx_rate="84"))

    with given.database.reading() as tx:
        held = {
            tx.instruments.load(asha.id, row.holding.instrument_id).exchange: row.holding.invested
            for row in tx.holdings.all(asha.id, [portfolio.id])
        }

    assert held == {"NSE": Decimal(14000), "NYSE": Decimal(7560)}  # 5 × 18 × 84


def test_an_instrument_is_found_by_any_of_its_names(given, asha, portfolio):
    [first] = given.record(asha, portfolio, buy(named("INFY", "NSE"), "1", "1"))
    with given.database.transaction() as tx:  # a source lists it, with its ISIN
        listing = Listing(AssetType.STOCK, "NSE", "INFY", "Infosys Limited", "INR", "INE009A01021")
        record_listings(tx, given.world, [listing])
    second, third = given.record(
        asha, portfolio, buy(named("INE009A01021", "NSE"), "1", "1"), buy(named(" infy "), "1", "1")
    )

    assert first.instrument_id == second.instrument_id == third.instrument_id
    assert set(given.asked) == {first.instrument_id}  # priced at once
    with pytest.raises(InvalidInput) as refused:
        given.record(asha, portfolio, buy(named("INFY", "NSE", isin="US0378331005"), "1", "1"))
    assert refused.value.field_code == "isin_mismatch"


def test_what_one_person_says_of_an_instrument_decides_nothing_for_another(given, asha, portfolio):
    """A mistyped ISIN or currency beside a symbol stays a matter of who typed it."""
    ravi = given.user("Ravi")
    his = given.portfolio(ravi)
    [evil] = given.record(asha, portfolio, buy(named("EVIL", "NSE", isin="INE009A01021"), "1", "1"))
    [euros] = given.record(asha, portfolio, buy(named("AAPL", "NASDAQ", currency="EUR"), "1", "1", fx_rate="100"))

    infosys, by_isin, dollars, said = given.record(
        ravi,
        his,
        buy(named("INFY", "NSE", isin="INE009A01021"), "1", "1"),
        buy(named("INE009A01021", "NSE"), "1", "1"),
        buy(named("AAPL", "NASDAQ"), "1", "1", fx_rate="84"),
        buy(named("AAPL", "NASDAQ", currency="USD"), "1", "1", fx_rate="84"),
    )

    assert evil.instrument_id not in {infosys.instrument_id, by_isin.instrument_id}
    assert euros.instrument_id != dollars.instrument_id == said.instrument_id
    assert (euros.currency, dollars.currency) == ("EUR", "USD")


def test_what_has_a_price_is_not_asked_for_again(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "1", "1"))
    given.price(given.instrument("INFY"), "100")
    given.asked.clear()

    given.record(asha, portfolio, buy("INFY", "1", "1"))

    assert given.asked == []


def test_nobody_is_asked_for_prices_when_the_recording_fails(given, asha, portfolio):
    with pytest.raises(Oversold):
        given.record(asha, portfolio, sell("INFY", "1", "1"))

    assert given.asked == []


def test_two_who_record_the_same_new_instrument_at_once_share_it(given, asha, portfolio, database_url):
    ravi = given.user("Ravi")
    other = given.portfolio(ravi)
    elsewhere = open_database(database_url)
    together = threading.Barrier(2)
    made = []

    def act(database, user, place):
        together.wait()
        with database.transaction() as tx:
            made.append(record_transaction(tx, given.world, user, place.id, buy("INFY", "1", "1"))[1].id)

    threads = [
        threading.Thread(target=act, args=arguments)
        for arguments in ((given.database, asha, portfolio), (elsewhere, ravi, other))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(made) == 2
    assert len(set(made)) == 1
    elsewhere.close()


def test_an_instrument_priced_by_hand_is_its_owners_alone(given, asha, portfolio):
    ravi = given.user("Ravi")
    flat = named("Flat", "MANUAL")
    [mine] = given.record(asha, portfolio, buy(flat, "1", "9000000"))
    [of_ravi] = given.record(ravi, given.portfolio(ravi), buy(flat, "1", "100"))

    assert mine.instrument_id != of_ravi.instrument_id
    with given.database.reading() as tx, pytest.raises(NotFound):
        tx.instruments.load(ravi.id, mine.instrument_id)
    with given.database.reading() as tx:
        assert [one.id for one in tx.instruments.search(ravi.id, ["flat"], 10)] == [of_ravi.instrument_id]


def test_a_rate_of_ones_own_does_not_survive_into_another_currency(given, asha, portfolio):
    """84 rupees for a dollar must not become 84 dollars for a dollar because the portfolio is kept in dollars now."""
    given.record(asha, portfolio, buy(named("INFY", "NYSE"), "5", "18", fx_rate="84"))
    before = state(given, asha, portfolio)

    with pytest.raises(InvalidInput) as refused, given.database.transaction() as tx:
        change_portfolio(tx, given.world, asha.id, portfolio.id, before[0].version, PortfolioChanges(currency="USD"))

    assert (refused.value.field, refused.value.field_code) == ("currency", "rates_entered")
    assert state(given, asha, portfolio) == before


def test_another_currency_projects_every_cost_anew(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("INFY", "NYSE"), "5", "18"), buy("INFY", "1", "1400"))

    with given.database.transaction() as tx:
        version = tx.portfolios.load(asha.id, portfolio.id).version
        change_portfolio(tx, given.world, asha.id, portfolio.id, version, PortfolioChanges(currency="USD"))

    rows = state(given, asha, portfolio)[2]
    assert [row.holding.invested for row in rows] == [Decimal(90), None]  # no rate for rupees: unknown, never 1
    assert verify(given.database) == (1, [])


def test_verify_names_a_holding_that_is_not_what_its_ledger_comes_to(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    with given.database.transaction() as tx:
        [row] = tx.holdings.all(asha.id, [portfolio.id])
        tx.holdings.write(replace(row, holding=replace(row.holding, invested=Decimal("1000.01"))))

    checked, wrong = verify(given.database)

    assert checked == 1
    assert len(wrong) == 1
    assert portfolio.id in wrong[0]
    assert "1000.01" in wrong[0]


def test_verify_names_a_ledger_that_cannot_be_and_goes_on(given, asha, portfolio):
    [bought, _] = given.record(asha, portfolio, buy("INFY", "10", "100"), sell("INFY", "10", "100"))
    other = given.portfolio(asha)
    given.record(asha, other, buy("INFY", "10", "100"))
    with given.database.transaction() as tx:
        tx.ledgers.delete(bought.id)  # as no use case would

    checked, wrong = verify(given.database)

    assert checked == 2
    assert len(wrong) == 1
    assert "sold 10, held 0" in wrong[0]
