"""Rows that tie instruments and portfolios together: whichever of them changes, all that hangs on it follows."""

import json
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell
from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.prices import PriceStatus
from tickfolio.services.drafts import Draft
from tickfolio.services.ledgers import change_transaction, record_transaction, remove_transaction
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio, delete_portfolio
from tickfolio.services.projection import load_knot
from tickfolio.services.verify import verify
from tickfolio.storage.prices import PricePoint

OLD, NEW, NEWER = named("HDFC"), named("HDFCBANK"), named("NEWER")


def turned(kind, quantity, into, to_quantity, on="2026-03-01", instrument=OLD, **more):
    return Draft(
        TransactionType(kind),
        date.fromisoformat(on),
        instrument,
        Decimal(quantity),
        into=into,
        to_quantity=Decimal(to_quantity),
        **more,
    )


def moved(kind, quantity, on="2026-03-01", instrument=OLD, **more):
    return Draft(TransactionType(kind), date.fromisoformat(on), instrument, Decimal(quantity), **more)


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def one(given, asha):
    return given.portfolio(asha, cost_method=CostMethod.FIFO, name="One")


@pytest.fixture
def two(given, asha):
    return given.portfolio(asha, cost_method=CostMethod.FIFO, name="Two")


def held(given, user, portfolio):
    """Quantity and cost by symbol."""
    with given.database.reading() as tx:
        rows = [row.holding for row in tx.holdings.all(user.id, [portfolio.id])]
        symbols = {key: found.symbol for key, found in tx.instruments.many([row.instrument_id for row in rows]).items()}
    return {symbols[row.instrument_id]: (row.quantity, row.invested) for row in rows}


def version(given, user, portfolio):
    with given.database.reading() as tx:
        return tx.portfolios.load(user.id, portfolio.id).version


def everything(given, user, *portfolios):
    with given.database.reading() as tx:
        return [
            (
                tx.portfolios.load(user.id, portfolio.id),
                tx.ledgers.rows(user.id, portfolio.id),
                tx.holdings.all(user.id, [portfolio.id]),
            )
            for portfolio in portfolios
        ]


def change(given, user, row, **values):
    with given.database.transaction() as tx:
        return change_transaction(tx, given.world, user.id, row.id, row.version, replace(row, **values))[0]


def remove(given, user, row):
    with given.database.transaction() as tx:
        remove_transaction(tx, given.world, user.id, row.id, row.version)


def right(given):
    """Every stored holding is what its ledger comes to."""
    return verify(given.database)[1] == []


# --- Instruments -----------------------------------------------------------------------------------------------------


def test_a_merger_that_is_removed_gives_both_holdings_back(given, asha, one):
    given.record(asha, one, buy(OLD, "25", "2500"), buy(NEW, "2", "1500"))
    before = held(given, asha, one)
    [row] = given.record(asha, one, turned("MERGER", 25, NEW, 42))
    assert held(given, asha, one) == {"HDFC": (0, 0), "HDFCBANK": (44, 65500)}

    remove(given, asha, row)

    assert held(given, asha, one) == before
    assert right(given)


def test_the_only_row_of_an_instrument_takes_its_holding_along(given, asha, one):
    [_, row] = given.record(asha, one, buy(OLD, "25", "2500"), turned("MERGER", 25, NEW, 42))

    remove(given, asha, row)

    assert held(given, asha, one) == {"HDFC": (25, 62500)}


def test_a_change_reaches_what_came_of_it_at_the_end_of_a_chain(given, asha, one):
    bought, *_ = given.record(
        asha,
        one,
        buy(OLD, "25", "2500"),
        turned("MERGER", 25, NEW, 42),
        turned("DEMERGER", 0, NEWER, 21, "2026-04-01", instrument=NEW, cost_pct=Decimal(10)),
        buy("TCS", "1", "3000"),
    )
    untouched = everything(given, asha, one)[0][2][-1]

    change(given, asha, bought, price=Decimal(2000))

    # 25 × 2000 = 50000, of which a tenth went on
    assert held(given, asha, one) == {
        "HDFC": (0, 0), "HDFCBANK": (42, 45000), "NEWER": (21, 5000), "TCS": (1, 3000),
    }  # fmt: skip
    assert everything(given, asha, one)[0][2][-1] == untouched  # its version, too
    assert right(given)


def test_fault_62_what_was_sold_after_a_merger_holds_the_merger_and_the_purchase(given, asha, one):
    bought, merged, _ = given.record(
        asha,
        one,
        buy(OLD, "25", "2500"),
        turned("MERGER", 25, NEW, 42),
        sell(NEW, "40", "1600", "2026-04-01"),
    )
    before = everything(given, asha, one)

    with pytest.raises(Oversold, match="HDFC: sold 25, held 20 on 2026-03-01"):
        change(given, asha, bought, quantity=Decimal(20))
    with pytest.raises(Oversold, match="HDFCBANK: sold 40, held 30 on 2026-04-01"):
        change(given, asha, merged, to_quantity=Decimal(30))
    with pytest.raises(Oversold, match="HDFCBANK: sold 40, held 0"):
        remove(given, asha, merged)

    assert everything(given, asha, one) == before


def test_a_knot_is_no_larger_than_it_must_be(given, asha, one, two):
    given.record(
        asha,
        one,
        buy(OLD, "25", "2500"),
        turned("MERGER", 25, NEW, 42),
        buy("TCS", "1", "3000"),
        buy(NEWER, "1", "1"),
        moved("TRANSFER_OUT", 1, instrument=NEWER),
    )
    given.record(asha, two, moved("TRANSFER_IN", 1, instrument=NEWER), buy(OLD, "1", "1"), buy("TCS", "1", "1"))

    def symbols(exchange_symbol):
        with given.database.reading() as tx:
            knot = load_knot(tx, tx.portfolios.load(asha.id, one.id), [given.instrument(exchange_symbol).id])
            names = {key: found.symbol for key, found in tx.instruments.many(knot.instrument_ids).items()}
            return {(knot.portfolios[row.portfolio_id].name, names[row.instrument_id]) for row in knot.rows}

    assert symbols("TCS") == {("One", "TCS")}
    assert symbols("HDFC") == symbols("HDFCBANK") == {("One", "HDFC")}
    assert symbols("NEWER") == {("One", "NEWER"), ("Two", "NEWER")}


# --- Portfolios ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["out", "into"])
def test_a_transfer_moves_cost_and_raises_both_versions(given, asha, one, two, first):
    given.record(asha, one, buy(OLD, "10", "100", "2026-01-01"), buy(OLD, "10", "200", "2026-01-02"))
    rows = [(one, moved("TRANSFER_OUT", 15)), (two, moved("TRANSFER_IN", 15))]
    (place, draft), (other, second) = rows if first == "out" else rows[::-1]
    given.record(asha, place, draft)
    before = [version(given, asha, portfolio) for portfolio in (one, two)]
    given.events.clear()

    given.record(asha, other, second)

    # the oldest 10 × 100 and 5 × 200
    assert held(given, asha, one) == {"HDFC": (5, 1000)}
    assert held(given, asha, two) == {"HDFC": (15, 2000)}
    after = [version(given, asha, portfolio) for portfolio in (one, two)]
    # Where the one that came was there before, the other's row changes its cost; where it was not, nothing of it.
    assert after[1] > before[1]
    assert (after[0] > before[0]) is (first == "into")
    told = {event.data["portfolio_id"] for event in given.events}
    assert told == ({one.id, two.id} if first == "into" else {two.id})
    assert right(given)


@pytest.mark.parametrize("gone", ["out", "into"])
def test_either_row_of_a_pair_that_is_removed_mends_the_other(given, asha, one, two, gone):
    given.record(asha, one, buy(OLD, "10", "100"))
    [out] = given.record(asha, one, moved("TRANSFER_OUT", 10))
    [into] = given.record(asha, two, moved("TRANSFER_IN", 10, cost=Decimal(777)))
    assert held(given, asha, two) == {"HDFC": (10, 1000)}
    before = version(given, asha, two)

    remove(given, asha, out if gone == "out" else into)

    if gone == "out":
        assert held(given, asha, one) == {"HDFC": (10, 1000)}
        assert held(given, asha, two) == {"HDFC": (10, 777)}  # what somebody said that they cost
        assert version(given, asha, two) > before
    else:
        assert held(given, asha, one) == {"HDFC": (0, 0)}
        assert held(given, asha, two) == {}
    assert right(given)


def test_a_changed_quantity_parts_a_pair_and_brings_it_together_again(given, asha, one, two):
    given.record(asha, one, buy(OLD, "10", "100"))
    [out] = given.record(asha, one, moved("TRANSFER_OUT", 10))
    given.record(asha, two, moved("TRANSFER_IN", 8))
    assert held(given, asha, two) == {"HDFC": (8, None)}

    changed = change(given, asha, out, quantity=Decimal(8))
    assert (held(given, asha, one), held(given, asha, two)) == ({"HDFC": (2, 200)}, {"HDFC": (8, 800)})

    change(given, asha, changed, traded_on=date(2026, 3, 2))
    assert held(given, asha, two) == {"HDFC": (8, None)}
    assert right(given)


def test_a_purchase_is_changed_where_its_units_are_now(given, asha, one, two):
    [bought] = given.record(asha, one, buy(OLD, "10", "100"))
    given.record(asha, one, moved("TRANSFER_OUT", 10))
    given.record(asha, two, moved("TRANSFER_IN", 10), turned("MERGER", 10, NEW, 4, "2026-04-01"))
    before = version(given, asha, two)

    change(given, asha, bought, price=Decimal(150))

    assert held(given, asha, two) == {"HDFC": (0, 0), "HDFCBANK": (4, 1500)}
    assert version(given, asha, two) > before
    assert right(given)


def test_fault_62_no_portfolio_gives_what_another_has_passed_on(given, asha, one, two):
    [bought] = given.record(asha, one, buy(OLD, "10", "100"))
    given.record(asha, one, moved("TRANSFER_OUT", 10))
    [into] = given.record(asha, two, moved("TRANSFER_IN", 10))
    given.record(asha, two, sell(OLD, "10", "120", "2026-04-01"))
    before = everything(given, asha, one, two)

    with pytest.raises(Oversold, match="sold 10, held 9 on 2026-03-01"):
        change(given, asha, bought, quantity=Decimal(9))
    with pytest.raises(Oversold, match="sold 10, held 0 on 2026-03-01"):
        remove(given, asha, bought)
    with pytest.raises(Oversold, match="sold 10, held 0 on 2026-04-01"):
        remove(given, asha, into)
    with pytest.raises(Oversold):
        given.record(asha, one, sell(OLD, "1", "120", "2026-05-01"))

    assert everything(given, asha, one, two) == before


def test_another_persons_rows_never_pair(given, asha, one):
    ravi = given.user("Ravi")
    his = given.portfolio(ravi)
    given.record(ravi, his, moved("TRANSFER_IN", 10))
    given.record(asha, one, buy(OLD, "10", "100"))
    before = everything(given, ravi, his)

    [out] = given.record(asha, one, moved("TRANSFER_OUT", 10))

    assert everything(given, ravi, his) == before
    assert held(given, ravi, his) == {"HDFC": (10, None)}
    assert held(given, asha, one) == {"HDFC": (0, 0)}
    remove(given, asha, out)
    assert everything(given, ravi, his) == before
    assert right(given)


def test_between_two_accounts_of_a_portfolio(given, asha, one):
    given.record(
        asha,
        one,
        buy(OLD, "10", "100", account="demat 1"),
        moved("TRANSFER_OUT", 4, account="demat 1"),
        moved("TRANSFER_IN", 4, account="demat 2"),
        sell(OLD, "4", "150", "2026-04-01", account="demat 2"),
    )

    assert held(given, asha, one) == {"HDFC": (6, 600)}
    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [one.id])
    assert row.holding.realised == 200
    assert right(given)


def test_the_rules_of_one_portfolio_decide_what_another_gets(given, asha, one, two):
    given.record(asha, one, buy(OLD, "10", "100", "2026-01-01"), buy(OLD, "10", "200", "2026-01-02", fees="20"))
    given.record(asha, one, moved("TRANSFER_OUT", 10))
    given.record(asha, two, moved("TRANSFER_IN", 10))
    assert held(given, asha, two) == {"HDFC": (10, 1000)}
    before = version(given, asha, two)

    with given.database.transaction() as tx:
        now = tx.portfolios.load(asha.id, one.id).version
        change_portfolio(tx, given.world, asha.id, one.id, now, PortfolioChanges(cost_method=CostMethod.AVERAGE))

    assert held(given, asha, two) == {"HDFC": (10, 1510)}  # half of 1000 + 2020
    assert version(given, asha, two) > before
    assert right(given)


def test_a_portfolio_that_is_deleted_takes_its_rows_out_of_the_knot(given, asha, one, two):
    """What came from it has come from nowhere; nobody may go on showing a cost that no row says."""
    given.record(asha, one, buy(OLD, "10", "100"), moved("TRANSFER_OUT", 10))
    given.record(asha, two, moved("TRANSFER_IN", 10))
    before = version(given, asha, two)

    with given.database.transaction() as tx:
        delete_portfolio(tx, given.world, asha.id, one.id, tx.portfolios.load(asha.id, one.id).version)

    assert held(given, asha, two) == {"HDFC": (10, None)}
    assert version(given, asha, two) > before
    assert right(given)


def test_a_cost_comes_into_another_currency_at_the_rate_of_its_purchase(given, asha, one):
    """Bought for dollars in a portfolio of dollars, at 80 rupees for one; moved to one of rupees when it was 90."""
    american = given.portfolio(asha, "USD", CostMethod.FIFO, name="American")
    york = named("INFY", "NYSE")
    for currency, rates in (("INR", ("100", "117")), ("USD", ("1.25", "1.30"))):
        pair = given.pair(currency)
        given.price(pair, rates[1], None, at("2026-11-20T15:00"), status=PriceStatus.CLOSE)
        with given.database.transaction() as tx:
            for day, rate in zip(("2026-01-05", "2026-03-02"), rates, strict=True):
                tx.prices.remember([PricePoint(pair.id, "close", at(f"{day}T15:00"), Decimal(rate))])

    given.record(asha, american, buy(york, "10", "18", "2026-01-05"), moved("TRANSFER_OUT", 4, "2026-03-02", york))
    given.record(asha, one, moved("TRANSFER_IN", 4, "2026-03-02", york))

    assert held(given, asha, american) == {"INFY": (6, 108)}
    assert held(given, asha, one) == {"INFY": (4, 5760)}  # 4 × 18 × 80
    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [one.id])
    assert (row.holding.invested_local, row.holding.avg_buy_price) == (72, 18)
    given.price(given.instrument("INFY", "NYSE"), "20", None, at("2026-11-20T20:00"))
    answer = json.loads(given.summary_of_all(asha))
    assert Decimal(answer["invested"]) == 180 * 80
    assert right(given)


def test_both_ends_of_a_transfer_entered_at_once_find_each_other(given, asha, one, two):
    """One is in its transaction, not yet committed, when the other is entered: that one must wait for it."""
    given.record(asha, one, buy(OLD, "10", "100"))
    coming = threading.Thread(target=given.record, args=(asha, two, moved("TRANSFER_IN", 10)))

    with given.database.transaction() as tx:
        record_transaction(tx, given.world, asha, one.id, moved("TRANSFER_OUT", 10))
        coming.start()
        coming.join(timeout=0.7)  # long enough to be written, if nothing held it
    coming.join(timeout=20)

    assert held(given, asha, two) == {"HDFC": (10, 1000)}
    assert right(given)


def test_two_portfolios_of_a_pair_may_be_changed_at_once(given, asha, one, two):
    """Each write projects the other's holding, too: whichever comes second must see what the first one wrote."""
    given.record(asha, one, buy(OLD, "100", "10"), moved("TRANSFER_OUT", 50))
    given.record(asha, two, moved("TRANSFER_IN", 50))
    together = threading.Barrier(2)
    wrong = []

    def act(portfolio, draft):
        together.wait()
        try:
            for _ in range(5):
                given.record(asha, portfolio, draft)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread must fail the test
            wrong.append(error)

    threads = [
        threading.Thread(target=act, args=arguments)
        for arguments in ((one, buy(OLD, "1", "10", "2025-01-01")), (two, sell(OLD, "1", "12", "2026-04-01")))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert right(given)
    assert held(given, asha, two)["HDFC"][0] == 45
