"""Every kind of row: what it needs, what it has no use for, and what it makes of the holdings and of the cash."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell
from tickfolio.domain.errors import CurrencyMismatch, InvalidInput, Oversold
from tickfolio.domain.flows import list_flows
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft
from tickfolio.services.holdings import PlainChange, PlainHolding, add_holding, change_holding
from tickfolio.services.ledgers import change_transaction, remove_transaction
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio
from tickfolio.services.projection import project_all
from tickfolio.services.verify import verify
from tickfolio.storage.corporate_actions import ActionKind, CorporateAction
from tickfolio.storage.prices import PricePoint

EXACT_FIELDS = {"quantity", "price", "fees", "taxes", "fx_rate", "cost", "to_quantity", "cost_pct"}
INFY, TCS, YORK = named("INFY"), named("TCS"), named("INFY", "NYSE")


def draft(kind, instrument=INFY, on="2026-02-01", **more):
    values = {
        key: Decimal(value) if key in EXACT_FIELDS and value is not None else value for key, value in more.items()
    }
    values = {key: read_ratio(value) if key == "ratio" and value else value for key, value in values.items()}
    return Draft(TransactionType(kind), date.fromisoformat(on), instrument, **values)


def holdings(given, user, portfolio):
    """By symbol, with its exchange where that is not NSE."""
    with given.database.reading() as tx:
        rows = tx.holdings.all(user.id, [portfolio.id])
        instruments = tx.instruments.many([row.holding.instrument_id for row in rows])
    found = {}
    for row in rows:
        one = instruments[row.holding.instrument_id]
        found[one.symbol if one.exchange == "NSE" else f"{one.symbol} {one.exchange}"] = row.holding
    return found


def figures(holding):
    """Quantity, cost, made, income, tax withheld, charges, cash."""
    return (
        holding.quantity, holding.invested, holding.realised,
        holding.income, holding.tax_withheld, holding.charges, holding.cash,
    )  # fmt: skip


def decimals(*texts):
    return tuple(None if text is None else Decimal(text) for text in texts)


def stored(given, user, portfolio):
    with given.database.reading() as tx:
        return (
            tx.portfolios.load(user.id, portfolio.id),
            tx.ledgers.rows(user.id, portfolio.id),
            tx.holdings.all(user.id, [portfolio.id]),
        )


def change(given, user, row, **values):
    with given.database.transaction() as tx:
        return change_transaction(tx, given.world, user.id, row.id, row.version, replace(row, **values))[0]


def settle(given, user, portfolio, **changes):
    with given.database.transaction() as tx:
        version = tx.portfolios.load(user.id, portfolio.id).version
        return change_portfolio(tx, given.world, user.id, portfolio.id, version, PortfolioChanges(**changes))


# --- What each kind needs --------------------------------------------------------------------------------------------

# Of each kind one that may be recorded when 10 INFY are held.
VALID = {
    "OPENING": draft("OPENING", quantity=1, price=10),
    "BUY": draft("BUY", quantity=1, price=10),
    "SELL": draft("SELL", quantity=1, price=10),
    "RIGHTS": draft("RIGHTS", quantity=1, price=10),
    "REINVEST": draft("REINVEST", quantity=1, price=10),
    "DIVIDEND": draft("DIVIDEND", quantity=1, price=10),
    "INTEREST": draft("INTEREST", quantity=1, price=10),
    "FEE": draft("FEE", quantity=1, price=10),
    "TAX": draft("TAX", quantity=1, price=10),
    "DEPOSIT": draft("DEPOSIT", None, quantity=1, price=10),
    "WITHDRAWAL": draft("WITHDRAWAL", None, quantity=1, price=10),
    "TRANSFER_IN": draft("TRANSFER_IN", quantity=1),
    "TRANSFER_OUT": draft("TRANSFER_OUT", quantity=1),
    "SPLIT": draft("SPLIT", ratio="2:1"),
    "BONUS": draft("BONUS", ratio="2:1"),
    "MERGER": draft("MERGER", quantity=1, into=TCS, to_quantity=2),
    "DEMERGER": draft("DEMERGER", into=TCS, to_quantity=2, cost_pct=5),
    "SWITCH": draft("SWITCH", quantity=1, price=10, into=TCS, to_quantity=2),
}
TRADES = {"BUY", "SELL", "RIGHTS", "REINVEST"}
MONEY = {"DIVIDEND", "INTEREST", "FEE", "TAX", "DEPOSIT", "WITHDRAWAL"}
TURNED = {"MERGER", "DEMERGER", "SWITCH"}
ALL = set(VALID)
# field: (what it may be, the kinds that need it, the kinds that may have it, its name in the answer)
FIELDS = {
    "quantity": (Decimal(1), ALL - {"SPLIT", "BONUS", "DEMERGER"}, set(), "quantity"),
    "price": (Decimal(1), TRADES | MONEY | {"OPENING", "SWITCH"}, {"TRANSFER_IN", "TRANSFER_OUT", "MERGER"}, "price"),
    "fees": (Decimal(1), set(), TRADES | MONEY | {"SWITCH"}, "fees"),
    "taxes": (Decimal(1), set(), TRADES | MONEY, "taxes"),
    "cost": (Decimal(1), set(), {"TRANSFER_IN"}, "cost"),  # an OPENING has it in place of its price
    "ratio": (read_ratio("3:1"), {"SPLIT", "BONUS"}, set(), "ratio"),
    "into": (named("WIPRO"), TURNED, set(), "to_symbol"),
    "to_quantity": (Decimal(3), TURNED, set(), "to_quantity"),
    "cost_pct": (Decimal(3), {"DEMERGER"}, set(), "cost_pct"),
}
NONE = {"quantity": Decimal(0), "fees": Decimal(0), "taxes": Decimal(0)}


def test_every_kind_is_among_them():
    assert set(VALID) == {kind.value for kind in TransactionType}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", VALID)
def test_a_kind_has_what_it_needs_and_nothing_else(given, asha, portfolio, kind, field):
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    before = stored(given, asha, portfolio)
    some, needed_by, possible_for, name = FIELDS[field]
    expected = None
    if kind in needed_by:
        wrong, expected = replace(VALID[kind], **{field: NONE.get(field)}), "missing"
    else:
        wrong = replace(VALID[kind], **{field: some})
        expected = None if kind in possible_for else "not_allowed"

    if expected is None:
        given.record(asha, portfolio, wrong)
        assert verify(given.database) == (1, [])
        return
    with pytest.raises(InvalidInput) as refused:
        given.record(asha, portfolio, wrong)

    assert (refused.value.field, refused.value.field_code) == (name, expected)
    assert stored(given, asha, portfolio) == before


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (draft("BUY", None, quantity=1, price=1), "symbol", "missing"),
        (draft("SPLIT", None, ratio="2:1"), "symbol", "missing"),
        (draft("DEPOSIT", INFY, quantity=1, price=1), "symbol", "not_allowed"),
        (draft("WITHDRAWAL", INFY, quantity=1, price=1), "symbol", "not_allowed"),
        (draft("OPENING", quantity=1), "price", "missing"),
        (draft("OPENING", quantity=1, price=1, cost=1), "cost", "not_allowed"),
        (draft("SWITCH", quantity=2, price=10, fees="20.01", into=TCS, to_quantity=1), "fees", "too_large"),
        (draft("BONUS", ratio="1:2"), "ratio", "not_allowed"),
        (draft("BONUS", ratio="1:1"), "ratio", "not_allowed"),
        (draft("DEMERGER", into=TCS, to_quantity=1, cost_pct="100.01"), "cost_pct", "too_large"),
        (draft("DEMERGER", into=TCS, to_quantity=1, cost_pct="-1"), "cost_pct", "too_large"),
        (draft("MERGER", quantity=1, into=named(" infy "), to_quantity=1), "to_symbol", "not_allowed"),
        (draft("MERGER", quantity=1, into=named("X", "NOWHERE"), to_quantity=1), "to_currency", "unknown_exchange"),
        (draft("DIVIDEND", quantity=1, price=1, fx_rate=2), "fx_rate", "not_allowed"),
        (draft("SPLIT", on="2026-11-22", ratio="2:1"), "traded_on", "in_the_future"),
    ],
)
def test_what_cannot_be_is_refused(given, asha, portfolio, wrong, field, code):
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    before = stored(given, asha, portfolio)

    with pytest.raises(InvalidInput) as refused:
        given.record(asha, portfolio, wrong)

    assert (refused.value.field, refused.value.field_code) == (field, code)
    assert stored(given, asha, portfolio) == before


def test_a_switch_may_spend_all_that_it_brings_on_fees_and_no_more(given, asha, portfolio):
    # 2 × 10 − 20 is nothing, which is what the units cost; they never cost less
    _, row = given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100"),
        draft("SWITCH", quantity=2, price=10, fees=20, into=TCS, to_quantity=1),
    )
    assert holdings(given, asha, portfolio)["TCS"].invested == 0

    with pytest.raises(InvalidInput) as refused:
        change(given, asha, row, price=Decimal("9.99"))

    assert (refused.value.field, refused.value.field_code) == ("fees", "too_large")
    assert holdings(given, asha, portfolio)["TCS"].invested == 0


def test_what_is_transferred_in_may_say_its_cost_and_what_it_was_worth(given, asha, portfolio):
    # it cost 300 once, and came into the portfolio at 5 × 90
    [row] = given.record(asha, portfolio, draft("TRANSFER_IN", quantity=5, cost=300, price=90))

    assert holdings(given, asha, portfolio)["INFY"].invested == 300
    [flow] = list_flows([row.as_transaction(0, Decimal(1))], (), cash_tracked=False)
    assert flow.amount == 450
    with pytest.raises(InvalidInput) as refused:
        change(given, asha, row, type=TransactionType.OPENING)
    assert (refused.value.field, refused.value.field_code) == ("cost", "not_allowed")


@pytest.mark.parametrize("kind", ["MERGER", "DEMERGER", "SWITCH"])
def test_a_cost_does_not_pass_into_another_currency(given, asha, portfolio, kind):
    """It would count as so many rupees what was paid in dollars."""
    given.record(asha, portfolio, buy(YORK, "10", "18", fx_rate="84"))
    before = stored(given, asha, portfolio)
    wrong = replace(VALID[kind], instrument=YORK, into=INFY)

    with pytest.raises(CurrencyMismatch) as refused:
        given.record(asha, portfolio, wrong)

    assert refused.value.field == "to_currency"
    assert stored(given, asha, portfolio) == before


@pytest.mark.parametrize("kind", ["SELL", "TRANSFER_OUT", "MERGER", "SWITCH"])
def test_fault_62_no_more_leaves_than_is_held(given, asha, portfolio, kind):
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    before = stored(given, asha, portfolio)

    with pytest.raises(Oversold):
        given.record(asha, portfolio, replace(VALID[kind], quantity=Decimal(11)))

    assert stored(given, asha, portfolio) == before


@pytest.mark.parametrize("kind", VALID)
def test_invariant_14_adding_and_removing_is_as_if_nothing_had_been(given, asha, portfolio, kind):
    given.record(asha, portfolio, buy("INFY", "10", "100", fees="5"), sell("INFY", "2", "110"))
    before = holdings(given, asha, portfolio)

    [row] = given.record(asha, portfolio, VALID[kind])
    assert verify(given.database) == (1, [])
    with given.database.transaction() as tx:
        remove_transaction(tx, given.world, asha.id, row.id, row.version)

    assert holdings(given, asha, portfolio) == before
    assert verify(given.database) == (1, [])


# --- What each kind makes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # held before: 10 for 1000, so that −1000 went through its cash
        (draft("OPENING", quantity=139, cost="22004.40"), (149, "23004.40", 0, 0, 0, 0, -1000)),
        (draft("RIGHTS", quantity=3, price=80, taxes="1.50"), (13, "1241.50", 0, 0, 0, 0, "-1241.50")),
        (draft("REINVEST", quantity=2, price=120, taxes="0.01"), (12, "1240.01", 0, "240.01", 0, 0, -1000)),
        # 10 × 12 less 12 of tax and 1 of a fee
        (draft("DIVIDEND", quantity=10, price=12, fees=1, taxes=12), (10, 1000, 0, 107, 12, 0, -893)),
        (draft("INTEREST", quantity=1, price=120, taxes=12), (10, 1000, 0, 108, 12, 0, -892)),
        (draft("FEE", quantity=1, price=20, taxes="3.60"), (10, 1000, 0, 0, 0, "23.60", "-1023.60")),
        (draft("TAX", quantity=1, price=20), (10, 1000, 0, 0, 0, 20, -1020)),
        (draft("TRANSFER_IN", quantity=5), (15, None, 0, 0, 0, 0, -1000)),
        (draft("TRANSFER_IN", quantity=5, cost=300), (15, 1300, 0, 0, 0, 0, -1000)),
        (draft("TRANSFER_OUT", quantity=4), (6, 600, 0, 0, 0, 0, -1000)),
        (draft("SPLIT", ratio="10:1"), (100, 1000, 0, 0, 0, 0, -1000)),
        (draft("BONUS", ratio="3:2"), (15, 1000, 0, 0, 0, 0, -1000)),
        (draft("MERGER", quantity=4, into=TCS, to_quantity=7), (6, 600, 0, 0, 0, 0, -1000)),
        (draft("DEMERGER", into=TCS, to_quantity=10, cost_pct="4.68"), (10, "953.2", 0, 0, 0, 0, -1000)),
        # 4 × 150 − 8 − 400
        (draft("SWITCH", quantity=4, price=150, fees=8, into=TCS, to_quantity=7), (6, 600, 192, 0, 0, 0, -1000)),
    ],
    ids=lambda one: one.type if isinstance(one, Draft) else "",
)  # fmt: skip
def test_what_a_row_makes_of_what_is_held(given, asha, portfolio, row, expected):
    given.record(asha, portfolio, buy("INFY", "10", "100"), row)

    assert figures(holdings(given, asha, portfolio)["INFY"]) == decimals(*expected)
    assert verify(given.database) == (1, [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (draft("MERGER", quantity=4, into=TCS, to_quantity=7), (7, 400, 0, 0, 0, 0, 0)),
        (draft("DEMERGER", into=TCS, to_quantity=10, cost_pct="4.68"), (10, "46.8", 0, 0, 0, 0, 0)),
        (draft("SWITCH", quantity=4, price=150, fees=8, into=TCS, to_quantity=7), (7, 592, 0, 0, 0, 0, 0)),
    ],
)
def test_what_a_row_makes_of_the_other_instrument(given, asha, portfolio, row, expected):
    given.record(asha, portfolio, buy("INFY", "10", "100"), row)

    assert figures(holdings(given, asha, portfolio)["TCS"]) == decimals(*expected)
    # Both are priced at once: nobody held them before.
    assert set(given.asked) == {given.instrument("INFY").id, given.instrument("TCS").id}


def test_a_dividend_may_be_paid_in_another_currency_than_the_shares_are_traded_in(given, asha, portfolio):
    # 10 dollars at 84 less 1.50 of tax: 714 and 126
    [_, row] = given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100"),
        draft("DIVIDEND", quantity=1, price=10, taxes="1.50", currency="USD", fx_rate=84),
    )

    held = holdings(given, asha, portfolio)["INFY"]
    assert (row.currency, held.income, held.tax_withheld) == ("USD", 714, 126)
    assert list(holdings(given, asha, portfolio)) == ["INFY"]  # and no other line of it was made


def test_a_dividend_of_unknown_worth_leaves_the_cost_known(given, asha, portfolio):
    given.record(
        asha, portfolio, buy("INFY", "10", "100"), draft("DIVIDEND", quantity=1, price=10, taxes=1, currency="USD")
    )

    held = holdings(given, asha, portfolio)["INFY"]
    assert figures(held) == decimals(10, 1000, 0, None, None, 0, None)


def test_the_rate_of_its_day_counts_where_a_row_names_none(given, asha, portfolio):
    for currency, rate in (("INR", "105"), ("USD", "1.25")):
        pair = given.pair(currency)
        given.price(pair, rate, None, at("2026-11-20T15:00"), status=PriceStatus.CLOSE)
        with given.database.transaction() as tx:
            tx.prices.remember([PricePoint(pair.id, "close", at("2026-02-02T15:00"), Decimal(rate) - 1)])

    given.record(
        asha,
        portfolio,
        draft("TRANSFER_IN", YORK, "2026-02-02", quantity=10, cost=100),
        draft("DIVIDEND", YORK, "2026-02-02", quantity=1, price=10),
        draft("DIVIDEND", YORK, "2026-02-02", quantity=1, price=10, fx_rate=80),
    )

    # 104 ÷ 0.25 = 416 rupees for a dollar on that day: 41600; 4160 and 800 of income
    held = holdings(given, asha, portfolio)["INFY NYSE"]
    assert (held.invested, held.invested_local, held.income) == (41600, 100, 4960)
    assert verify(given.database) == (1, [])


def test_charges_leave_the_cost_when_the_portfolio_says_so(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", fees="15", taxes="5"), sell("INFY", "5", "120", fees="10"))

    settle(given, asha, portfolio, charges_in_cost=False)

    # 500 left; 600 − 10 − 500; 20 beside; −1020 + 590
    assert figures(holdings(given, asha, portfolio)["INFY"]) == decimals(5, 500, 90, 0, 0, 20, -430)
    settle(given, asha, portfolio, charges_in_cost=True)
    # 1020 ÷ 2 left; 590 − 510
    assert figures(holdings(given, asha, portfolio)["INFY"]) == decimals(5, 510, 80, 0, 0, 0, -430)
    assert verify(given.database) == (1, [])


def test_every_cost_method_is_projected_anew(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2026-01-01"),
        buy("INFY", "10", "200", "2026-01-02"),
        sell("INFY", "10", "300", "2026-03-01"),
        buy("INFY", "10", "250", "2026-03-10"),
    )

    made = {}
    for method in CostMethod:
        settle(given, asha, portfolio, cost_method=method)
        made[method.value] = holdings(given, asha, portfolio)["INFY"].realised
        assert verify(given.database) == (1, [])

    # oldest first 3000 − 1000; at the average of 150; bought back within 30 days for 2500
    assert made == {"fifo": 2000, "average": 1500, "us_average": 1500, "uk_pool": 500}


# --- Changing --------------------------------------------------------------------------------------------------------


def test_a_cost_gives_way_to_a_price_and_back(given, asha, portfolio):
    [row] = given.record(asha, portfolio, draft("OPENING", quantity=10, cost="1234.50"))
    assert row.price == 0

    priced = change(given, asha, row, price=Decimal(100), cost=None)

    assert holdings(given, asha, portfolio)["INFY"].invested == 1000
    change(given, asha, priced, price=Decimal(0), cost=Decimal(7))
    assert holdings(given, asha, portfolio)["INFY"].invested == 7


def test_a_merger_is_changed_in_both_holdings(given, asha, portfolio):
    [_, row] = given.record(
        asha, portfolio, buy("INFY", "10", "100"), draft("MERGER", quantity=10, into=TCS, to_quantity=5)
    )

    change(given, asha, row, quantity=Decimal(4), to_quantity=Decimal(2))

    held = holdings(given, asha, portfolio)
    assert {symbol: (one.quantity, one.invested) for symbol, one in held.items()} == {
        "INFY": (6, 600), "TCS": (2, 400),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        ("MERGER", "SELL"), ("SELL", "MERGER"), ("SPLIT", "BUY"), ("BUY", "SPLIT"), ("DIVIDEND", "SELL"),
        ("BUY", "DIVIDEND"), ("DEPOSIT", "BUY"), ("SPLIT", "DEMERGER"),
    ],
)  # fmt: skip
def test_a_row_keeps_its_instruments_and_so_its_sort_of_kind(given, asha, portfolio, kind, to):
    _, row = given.record(asha, portfolio, buy("INFY", "10", "100"), VALID[kind])
    before = stored(given, asha, portfolio)

    with pytest.raises(InvalidInput) as refused:
        change(given, asha, row, type=TransactionType(to))

    assert (refused.value.field, refused.value.field_code) == ("type", "not_allowed")
    assert stored(given, asha, portfolio) == before


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        ("TRANSFER_OUT", "SELL"), ("TRANSFER_IN", "BUY"), ("TRANSFER_IN", "OPENING"), ("TRANSFER_IN", "RIGHTS"),
        ("MERGER", "SWITCH"),
    ],
)  # fmt: skip
def test_what_had_no_price_is_not_turned_into_a_trade_for_nothing(given, asha, portfolio, kind, to):
    """Its cost was unknown, and unknown is never zero."""
    _, row = given.record(asha, portfolio, buy("INFY", "10", "100"), VALID[kind])
    before = stored(given, asha, portfolio)

    with pytest.raises(InvalidInput) as refused:
        change(given, asha, row, type=TransactionType(to))

    assert (refused.value.field, refused.value.field_code) == ("price", "missing")
    assert stored(given, asha, portfolio) == before
    change(given, asha, row, type=TransactionType(to), price=Decimal(12))
    assert verify(given.database) == (1, [])


def test_a_dividend_becomes_interest(given, asha, portfolio):
    [row] = given.record(asha, portfolio, VALID["DIVIDEND"])

    assert change(given, asha, row, type=TransactionType.INTEREST).type is TransactionType.INTEREST
    with pytest.raises(InvalidInput) as refused:
        change(given, asha, replace(row, version=2), type=TransactionType.INTEREST, quantity=Decimal(0))
    assert (refused.value.field, refused.value.field_code) == ("quantity", "missing")


# --- Splits that the instrument has ----------------------------------------------------------------------------------


def declare(given, instrument, ratio, on="2026-02-01", kind=ActionKind.SPLIT):
    """A fact about an instrument, and everybody's holdings of it anew."""
    action = CorporateAction(
        given.new_id(), instrument.id, kind, date.fromisoformat(on), read_ratio(ratio), None, "test", given.clock()
    )
    with given.database.transaction() as tx:
        tx.corporate_actions.add(action)
    with given.database.reading() as tx:
        ids = tx.portfolios.every_id()
    for owner_id, portfolio_id in ids:
        with given.database.transaction() as tx:
            project_all(tx, given.world, tx.portfolios.load(owner_id, portfolio_id, to_change=True))
    return action


def test_the_instruments_own_split_holds_for_everybody_and_counts_once(given, asha, portfolio):
    ravi = given.user("Ravi")
    his = given.portfolio(ravi)
    given.record(asha, portfolio, buy("INFY", "10", "100"), draft("SPLIT", ratio="2:1"))
    given.record(ravi, his, buy("INFY", "5", "100"))

    action = declare(given, given.instrument("INFY"), "2:1")

    assert holdings(given, asha, portfolio)["INFY"].quantity == 20
    assert holdings(given, ravi, his)["INFY"].quantity == 10
    assert verify(given.database) == (2, [])
    # bought and sold on the day and later: units of now
    given.record(ravi, his, sell("INFY", "10", "60", "2026-02-01"))
    with given.database.transaction() as tx:
        tx.corporate_actions.remove(action.instrument_id, action.id)
    assert verify(given.database)[1] != []


def test_a_row_of_ones_own_holds_for_that_portfolio_alone(given, asha, portfolio):
    other = given.portfolio(asha, name="Other")
    given.record(asha, portfolio, buy("INFY", "10", "100"), draft("SPLIT", ratio="2:1"))
    given.record(asha, other, buy("INFY", "10", "100"))

    assert holdings(given, asha, portfolio)["INFY"].quantity == 20
    assert holdings(given, asha, other)["INFY"].quantity == 10


def test_a_price_of_old_units_is_not_multiplied_by_new_ones(given, asha, portfolio):
    """A split of Monday while the price is still Friday's; both its own and a row of the portfolio."""
    given.record(asha, portfolio, buy("INFY", "10", "100"), buy("TCS", "10", "100"))
    for symbol in ("INFY", "TCS"):
        given.price(given.instrument(symbol), "200", "196", at("2026-11-13T10:00"))

    declare(given, given.instrument("INFY"), "2:1", "2026-11-16")
    given.record(asha, portfolio, draft("SPLIT", TCS, "2026-11-16", ratio="4:1"))

    answer = json.loads(given.summary(asha, portfolio))
    assert Decimal(answer["current_value"]) == 4000
    shown = {one["instrument"]["symbol"]: one for one in answer["holdings"]}
    assert [Decimal(shown["INFY"][name]) for name in ("quantity", "last_price", "day_change")] == [20, 100, 40]
    assert [Decimal(shown["TCS"][name]) for name in ("quantity", "last_price", "day_change")] == [40, 50, 40]


def test_a_holding_that_was_split_is_not_edited_as_if_it_had_not_been(given, asha, portfolio):
    """Its OPENING counts old units: whoever corrects the 20 that are shown to 25 must not hold 50."""
    with given.database.transaction() as tx:
        plain = PlainHolding(INFY, Decimal(10), Decimal(100), acquired_on=date(2026, 1, 5))
        row, _ = add_holding(tx, given.world, asha, portfolio.id, plain)
    assert row.plain

    declare(given, given.instrument("INFY"), "2:1")

    with given.database.reading() as tx:
        [row] = tx.holdings.all(asha.id, [portfolio.id])
    assert (row.holding.quantity, row.plain) == (20, False)
    with pytest.raises(Exception, match="transactions"), given.database.transaction() as tx:
        change_holding(tx, given.world, asha.id, row.id, row.version, PlainChange(Decimal(25), None, None, False, None))


# --- Cash ------------------------------------------------------------------------------------------------------------


def test_a_deposit_shows_as_cash_and_never_as_gain(given, asha, portfolio):
    given.record(asha, portfolio, draft("DEPOSIT", None, "2026-01-01", quantity=1, price=5000))
    before = json.loads(given.summary(asha, portfolio))
    assert before["cash"] is None  # none is tracked yet

    settle(given, asha, portfolio, cash_tracked=True)
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", fees="20"),
        draft("DIVIDEND", quantity=10, price=12, taxes=12),
        draft("FEE", None, quantity=1, price=30),
        draft("WITHDRAWAL", None, quantity=1, price=500),
    )
    given.price(given.instrument("INFY"), "110", "100")

    # 5000 − 1020 + 108 − 30 − 500 = 3558; 1100 − 1020 = 80, + 108 − 30 = 158; and 3558 + 1100 = 5000 − 500 + 158
    answer = json.loads(given.summary(asha, portfolio))
    names = (
        "cash",
        "current_value",
        "invested",
        "profit_loss",
        "income",
        "tax_withheld",
        "charges",
        "total_profit_loss",
    )
    assert [Decimal(answer[name]) for name in names] == [3558, 1100, 1020, 80, 108, 12, 30, 158]
    assert [one["instrument"]["symbol"] for one in answer["holdings"]] == ["INFY"]  # cash is no holding
    assert (answer["closed"], answer["coverage"]["missing"]) == ([], [])
    together = json.loads(given.summary_of_all(asha))
    assert [Decimal(together[name]) for name in names] == [3558, 1100, 1020, 80, 108, 12, 30, 158]
    assert set(given.asked) == {given.instrument("INFY").id}  # nobody is asked what a rupee costs


def test_charges_in_dollars_at_an_unknown_rate_are_named_and_break_nothing(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"), draft("FEE", None, quantity=1, price=30, currency="USD"))
    given.price(given.instrument("INFY"), "110", "100")

    for body in (given.summary(asha, portfolio), given.summary_of_all(asha)):
        answer = json.loads(body)
        [gap] = answer["coverage"]["missing"]
        assert (gap["symbol"], gap["exchange"], gap["reason"]) == ("USD", "CASH", "no_cost")
        assert "USD to INR" in gap["remedy"]


def test_cash_of_a_currency_is_one_whoever_holds_it(given, asha, portfolio):
    ravi = given.user("Ravi")
    [mine] = given.record(asha, portfolio, VALID["DEPOSIT"])
    [other] = given.record(asha, portfolio, replace(VALID["DEPOSIT"], currency="USD", fx_rate=Decimal(84)))
    [his] = given.record(ravi, given.portfolio(ravi), VALID["DEPOSIT"])

    assert mine.instrument_id == his.instrument_id != other.instrument_id
    assert given.instrument("INR", "CASH", AssetType.CASH).id == mine.instrument_id
    assert given.asked == []


# --- The identity ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", CostMethod)
@pytest.mark.parametrize("charges_in_cost", [True, False])
def test_what_was_made_is_the_value_and_all_money_out_less_all_money_in(given, asha, method, charges_in_cost):
    portfolio = given.portfolio(asha, cost_method=method)
    settle(given, asha, portfolio, charges_in_cost=charges_in_cost)
    given.record(
        asha,
        portfolio,
        draft("OPENING", on="2025-01-01", quantity=139, cost="22004.40"),  # in 22004.40
        buy("INFY", "7", "150.07", "2025-01-02", fees="0.33", taxes="0.10"),  # in 1050.49 + 0.43
        draft("SPLIT", on="2025-02-01", ratio="3:1"),
        draft("DIVIDEND", on="2025-03-01", quantity=438, price="1.07", taxes="46.86"),  # out 468.66 − 46.86
        draft("REINVEST", on="2025-03-02", quantity="2.5", price="51", taxes="0.01"),
        draft("DEMERGER", on="2025-04-01", into=TCS, to_quantity=44, cost_pct="13.51"),
        draft("SWITCH", TCS, "2025-05-01", quantity=40, price="90.5", fees="36.20", into=named("WIPRO"), to_quantity=7),
        draft("MERGER", named("WIPRO"), "2025-06-01", quantity=7, into=named("HCL"), to_quantity="3.333"),
        sell("INFY", "100.1", "60.03", "2025-07-01", fees="20"),  # out 6009.003 − 20
        draft("FEE", None, "2025-08-01", quantity=1, price="99.99"),  # in 99.99
        draft("TRANSFER_IN", TCS, "2025-09-01", quantity=3, cost=200),  # in 200
    )
    for symbol, last in (("INFY", "61.5"), ("TCS", "95"), ("HCL", "1100.01")):
        given.price(given.instrument(symbol), last)

    answer = json.loads(given.summary(asha, portfolio))

    # INFY: (139 + 7) × 3 + 2.5 − 100.1 = 340.4 at 61.5; TCS: 44 − 40 + 3 = 7 at 95; HCL 3.333 at 1100.01
    worth = Decimal("340.4") * Decimal("61.5") + 7 * 95 + Decimal("3.333") * Decimal("1100.01")
    out = Decimal("468.66") - Decimal("46.86") + Decimal("6009.003") - 20
    paid = Decimal("22004.40") + Decimal("1050.49") + Decimal("0.43") + Decimal("99.99") + 200
    assert Decimal(answer["current_value"]) == worth
    assert Decimal(answer["total_profit_loss"]) == worth + out - paid
    assert Decimal(answer["charges"]) == Decimal("99.99") + (0 if charges_in_cost else Decimal("0.44"))
    parts = [*answer["holdings"], *answer["closed"]]
    assert sum(Decimal(one["total_profit_loss"]) for one in parts) - Decimal("99.99") == worth + out - paid
    assert Decimal(answer["price_effect"]) + Decimal(answer["currency_effect"]) == Decimal(answer["profit_loss"])
    assert verify(given.database) == (1, [])
