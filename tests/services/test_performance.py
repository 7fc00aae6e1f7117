"""What has it made since then: from the database to the answer, on either engine.

The clock stands at Friday, 20 November 2026, 14:40 in Mumbai.
"""

import json
from datetime import date
from decimal import Decimal, localcontext

import pytest
from sqlalchemy import update

from tests.builders import at, buy, named, sell, trade
from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft
from tickfolio.services.performance import load_inputs
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.projection import load_whole, read_knot
from tickfolio.services.upkeep import make_blocks
from tickfolio.storage.prices import PricePoint
from tickfolio.storage.tables import corporate_actions, portfolios

TODAY = date(2026, 11, 20)
FUND = named("120503", asset_type=AssetType.MUTUAL_FUND)


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


def closes(given, instrument, **by_day):
    """Closes by day, as d2026_01_05=100; at noon by UTC."""
    points = [
        PricePoint(instrument.id, "close", at(f"{day[1:].replace('_', '-')}T12:00"), Decimal(price))
        for day, price in by_day.items()
    ]
    with given.database.transaction() as tx:
        tx.prices.remember(points)


def tagged(given, user, portfolio, known=(), **asked):
    asked = {key: date.fromisoformat(one) if key in ("since", "until") else one for key, one in asked.items()}
    with given.database.reading() as tx:
        return load_performance(given.summaries(), tx, given.world, user, portfolio.id, Asked(**asked), known)


def made(given, user, portfolio, **asked):
    return json.loads(tagged(given, user, portfolio, **asked).body)


def track_cash(given, portfolio):
    with given.database.transaction() as tx:
        tx._connection.execute(update(portfolios).where(portfolios.c.id == portfolio.id).values(cash_tracked=True))
    with given.database.reading() as tx:
        return tx.portfolios.load(portfolio.user_id, portfolio.id)


def money(kind, amount, on, **more):
    return Draft(TransactionType(kind), date.fromisoformat(on), None, Decimal(1), Decimal(amount), **more)


def points(answer):
    return {point["date"]: point["value"] for point in answer["series"]}


def values_of(given, asha, portfolio):
    return json.loads(given.summary(asha, portfolio))


# --- The last day ----------------------------------------------------------------------------------------------------


def test_the_last_day_is_the_summary_to_the_last_digit(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "3.123456789012345678", "1400.07", "2026-11-18", fees="0.01"))
    given.record(asha, portfolio, buy(FUND, "0.1", "33.333333333333333333", "2026-11-18"))
    given.price(given.instrument("INFY"), "1512.610000000000000001")
    fund = given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)
    given.price(fund, "95.1234", as_of=at("2026-11-19T17:30"), status=PriceStatus.NAV)

    answer, summary = made(given, asha, portfolio), values_of(given, asha, portfolio)

    last = answer["series"][-1]
    assert (last["date"], last["complete"]) == ("2026-11-20", True)
    assert last["value"] == answer["end_value"] == summary["current_value"]
    assert last["invested"] == summary["invested"]


def test_of_two_with_the_same_days_of_closes_each_has_its_own_last_price(given, asha, portfolio):
    # One of each: 100 + 200 by the closes; then 110 + 200, since TCS has its new price a day later; then 110 + 230.
    given.record(asha, portfolio, buy("INFY", "1", "100", "2026-11-16"), buy("TCS", "1", "200", "2026-11-16"))
    infy, tcs = given.instrument("INFY"), given.instrument("TCS")
    closes(given, infy, d2026_11_16="100", d2026_11_17="100")
    closes(given, tcs, d2026_11_16="200", d2026_11_17="200")
    make_blocks(given.database)
    given.price(infy, "110", as_of=at("2026-11-18T08:00"))
    given.price(tcs, "230", as_of=at("2026-11-19T08:00"))

    told = points(made(given, asha, portfolio))

    expected = {"2026-11-16": 300, "2026-11-17": 300, "2026-11-18": 310, "2026-11-19": 340, "2026-11-20": 340}
    assert {day: Decimal(value) for day, value in told.items()} == expected


def test_where_cash_is_tracked_the_last_day_has_it(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    given.record(asha, portfolio, money("DEPOSIT", "5000.07", "2026-11-17"), buy("INFY", "3", "1400.01", "2026-11-18"))
    given.price(given.instrument("INFY"), "1512.600000000000000001")

    answer, summary = made(given, asha, portfolio), values_of(given, asha, portfolio)

    # 5000.07 − 3 × 1400.01 = 800.04; with 3 × 1512.600000000000000001 they are 5337.840000000000000003
    assert summary["cash"] == "800.04"
    assert answer["series"][-1]["value"] == answer["end_value"] == "5337.840000000000000003"


def test_what_has_no_price_leaves_the_last_day_partial_as_the_summary(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"), buy("TCS", "1", "3000", "2026-11-18"))
    given.price(given.instrument("INFY"), "1512.60")

    answer, summary = made(given, asha, portfolio), values_of(given, asha, portfolio)

    assert answer["series"][-1] == {
        "date": "2026-11-20",
        "value": summary["current_value"],
        "complete": False,
        "invested": summary["invested"],
        "net_flow": "0.000000",
        "twr_index": None,
        "drawdown_pct": None,
    }
    assert answer["end_value"] is None
    assert answer["reasons"]["twr_pct"] == "no_close"


def test_when_nothing_has_a_price_the_value_is_unknown_and_not_nothing(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))

    answer = made(given, asha, portfolio)

    assert {point["value"] for point in answer["series"]} == {None}


def test_a_day_of_the_past_is_not_the_summarys(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-16"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=1400, d2026_11_17=1410)
    given.price(infy, "1500")

    answer = made(given, asha, portfolio, until="2026-11-17")

    assert points(answer) == {"2026-11-16": "14000.000000", "2026-11-17": "14100.000000"}


def test_a_price_of_an_exchange_that_is_a_day_ahead_counts_today(given, portfolio):
    """In New York it is still the 20th when Mumbai trades on the 21st: that price is known, and in the summary."""
    given.clock.now = at("2026-11-24T04:30")  # Monday, 23:30 in New York; Tuesday, 10:00 in Mumbai
    bob = given.user("Bob")
    with given.database.transaction() as tx:
        tx.people.change(bob.id, home_exchange="NYSE")
    with given.database.reading() as tx:
        bob = tx.people.load(bob.id)
    own = given.portfolio(bob)
    given.record(bob, own, buy(named("INFY", "NSE"), "10", "1400", "2026-11-20"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_20=1400, d2026_11_23=1450)
    given.price(infy, "1500")

    answer = made(given, bob, own)

    assert answer["to"] == "2026-11-23"
    assert answer["series"][-1]["value"] == values_of(given, bob, own)["current_value"] == "15000"
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(100) / 14)


def test_a_transaction_of_tomorrow_is_in_the_last_day(given, asha, portfolio):
    """Somewhere on earth tomorrow has begun: a day up to 14 hours ahead may be entered."""
    given.clock.now = at("2026-11-20T15:00")
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-19"), buy("INFY", "1", "1500", "2026-11-21"))
    given.price(given.instrument("INFY"), "1500", as_of=at("2026-11-20T09:59"))

    answer = made(given, asha, portfolio)

    assert answer["to"] == "2026-11-21"
    assert answer["series"][-1]["value"] == values_of(given, asha, portfolio)["current_value"] == "16500"
    # 10 × 1500 on the 20th, one more for 1500 on the 21st
    assert (answer["money_in"], points(answer)["2026-11-20"]) == ("15500.0", "15000.000000")


# --- Cash ------------------------------------------------------------------------------------------------------------


def test_with_cash_tracked_deposits_are_the_flows_and_no_gain(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    given.record(
        asha,
        portfolio,
        money("DEPOSIT", "10000", "2025-11-20"),
        buy("INFY", "10", "500", "2025-11-21"),
        money("DEPOSIT", "5000", "2026-11-18"),
        trade("DIVIDEND", "INFY", "10", "20", "2026-11-19"),
    )
    infy = given.instrument("INFY")
    closes(given, infy, d2025_11_21=500, d2026_11_18=500)
    given.price(infy, "600")

    answer = made(given, asha, portfolio)

    # 10 000, bought for 5000; 15 000 with the second deposit; 200 of dividend, and 10 × 100 more: 16 200
    assert (answer["money_in"], answer["money_out"], answer["end_value"]) == ("15000.0", "0.0", "16200")
    assert points(answer)["2026-11-18"] == "15000.000000"
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(8))


def test_without_it_money_that_is_deposited_is_not_there(given, asha, portfolio):
    given.record(asha, portfolio, money("DEPOSIT", "10000", "2026-11-18"), buy("INFY", "10", "500", "2026-11-19"))
    given.price(given.instrument("INFY"), "500")

    answer = made(given, asha, portfolio)

    assert (answer["money_in"], answer["end_value"]) == ("5000.0", "5000")


# --- Currencies ------------------------------------------------------------------------------------------------------


def test_a_foreign_holding_is_worth_what_its_rate_made_of_it(given, asha, portfolio):
    for currency, old, new in (("INR", "90", "99"), ("USD", "1.2", "1.1")):
        pair = given.pair(currency)
        closes(given, pair, d2026_11_17=old, d2026_11_19=new)
        given.price(pair, new, as_of=at("2026-11-19T15:00"), source="ecb", status=PriceStatus.CLOSE)
    given.record(asha, portfolio, buy(named("VZ", "NYSE"), "10", "40", "2026-11-17"))
    verizon = given.instrument("VZ", "NYSE")
    closes(given, verizon, d2026_11_17=40)
    given.price(verizon, "40", as_of=at("2026-11-17T21:00"))

    answer = made(given, asha, portfolio)

    # one USD is 90 ÷ 1.2 = 75 on the 17th, and 99 ÷ 1.1 = 90 from the 19th on: 30 000 → 36 000, and no price moved
    assert points(answer) == {"2026-11-17": "30000.000000", "2026-11-19": "36000.000000", "2026-11-20": "36000"}
    assert Decimal(answer["twr_pct"]) == pytest.approx(Decimal(20))


# --- A period --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"since": "2026-11-20", "until": "2026-11-19"}, "from", "too_late"),
        ({"until": "2026-11-22"}, "to", "in_the_future"),
        ({"since": "2027-01-01"}, "from", "in_the_future"),
        ({"since": "1899-12-31"}, "from", "too_early"),
        ({"until": "1899-12-31"}, "to", "too_early"),
    ],
)
def test_a_period_that_cannot_be_is_refused(given, asha, portfolio, asked, field, code):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))

    with pytest.raises(InvalidInput) as refused:
        tagged(given, asha, portfolio, **asked)

    assert (refused.value.field, refused.value.field_code) == (field, code)


def test_a_period_before_the_first_transaction_starts_with_it(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))
    given.price(given.instrument("INFY"), "1400", as_of=at("2026-11-18T09:00"))

    whole, early = made(given, asha, portfolio), made(given, asha, portfolio, since="2020-01-01")

    assert (early["from"], early["to"]) == ("2026-11-18", "2026-11-20")
    assert early == whole


def test_a_period_that_ended_before_the_first_transaction_has_nothing(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))

    answer = made(given, asha, portfolio, since="2026-11-01", until="2026-11-10")

    assert (answer["from"], answer["to"]) == ("2026-11-01", "2026-11-10")
    assert {point["value"] for point in answer["series"]} == {"0.000000"}


def test_parts_of_a_period_link_to_the_whole(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-02"), buy("INFY", "5", "121", "2026-11-04"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_02=100, d2026_11_03=110, d2026_11_04=121, d2026_11_09=90)
    given.price(infy, "100")

    def factor(**period):
        return 1 + Decimal(made(given, asha, portfolio, **period)["twr_pct"]) / 100

    # Sunday the 8th has no close: the second part starts from Friday's
    linked = factor(until="2026-11-08") * factor(since="2026-11-09", until="2026-11-15") * factor(since="2026-11-16")
    assert linked == pytest.approx(factor(), rel=Decimal("1e-12"))


def test_an_empty_portfolio_has_made_nothing(given, asha, portfolio):
    answer = made(given, asha, portfolio, holdings=True)

    assert (answer["from"], answer["to"], answer["end_value"]) == ("2026-11-20", "2026-11-20", "0")
    assert (answer["xirr_pct"], answer["reasons"]["xirr_pct"]) == (None, "no_flows")
    assert (answer["years"], answer["holdings"]) == ([], [])
    assert [point["value"] for point in answer["series"]] == ["0"]


# --- A benchmark -----------------------------------------------------------------------------------------------------


def index(given, name="NIFTY", **by_day):
    made_one = Instrument(given.new_id(), AssetType.ETF, "NSE", name, name, "INR")
    with given.database.transaction() as tx:
        added = tx.instruments.add_if_new(made_one)
    closes(given, added, **by_day)
    return added


def test_the_same_flows_in_a_benchmark(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"), buy("INFY", "10", "60", "2026-11-18"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100, d2026_11_18=60)
    given.price(infy, "100")
    nifty = index(given, d2026_11_16=50, d2026_11_18=60, d2026_11_20=66)

    told = made(given, asha, portfolio, benchmark_id=nifty.id)

    # 1000 ÷ 50 + 600 ÷ 60 = 30 units: 1000, 30 × 60, 30 × 66; and 66 ÷ 50
    assert [point["benchmark_value"] for point in told["series"]] == ["1000.000000", "1800.000000", "1980.000000"]
    assert Decimal(told["benchmark"]["twr_pct"]) == pytest.approx(Decimal(32))
    assert Decimal(told["benchmark"]["same_flows_value"]) == pytest.approx(Decimal(1980))
    assert Decimal(told["benchmark"]["same_flows_gain"]) == pytest.approx(Decimal(380))


def test_a_split_of_the_benchmark_changes_nothing(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"))
    given.price(given.instrument("INFY"), "100", as_of=at("2026-11-16T09:00"))
    nifty = index(given, d2026_11_16=50, d2026_11_20="6.6")
    with given.database.transaction() as tx:
        tx._connection.execute(
            corporate_actions.insert().values(
                id=given.new_id(),
                instrument_id=nifty.id,
                kind="SPLIT",
                ex_on=date(2026, 11, 18),
                ratio="10:1",
                source="made",
                recorded_at=given.clock(),
            )
        )

    told = made(given, asha, portfolio, benchmark_id=nifty.id)

    assert Decimal(told["benchmark"]["twr_pct"]) == pytest.approx(Decimal(32))
    assert [point["benchmark_value"] for point in told["series"]] == ["1000.000000", "1320.000000"]


def test_a_benchmark_that_begins_later_is_unknown_and_not_guessed(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "9", "100", "2026-11-16"), buy("INFY", "1", "100", "2026-11-18"))
    given.price(given.instrument("INFY"), "100", as_of=at("2026-11-16T09:00"))
    nifty = index(given, d2026_11_18=60, d2026_11_20=66)

    told = made(given, asha, portfolio, benchmark_id=nifty.id)
    inside = made(given, asha, portfolio, benchmark_id=nifty.id, since="2026-11-17")
    later = made(given, asha, portfolio, benchmark_id=nifty.id, since="2026-11-19")

    names = ("twr_pct", "same_flows_value", "same_flows_xirr_pct", "same_flows_gain")
    assert {told["benchmark"][name] for name in names} == {None}
    assert {inside["benchmark"][name] for name in names} == {None}
    assert {point["benchmark_value"] for point in told["series"]} == {None}
    # from the 18th on it has a close: 1000 ÷ 60 × 66
    assert Decimal(later["benchmark"]["same_flows_value"]) == pytest.approx(Decimal(1100))


def test_a_benchmark_that_nobody_knows_is_not_found(given, asha, portfolio):
    with pytest.raises(NotFound):
        tagged(given, asha, portfolio, benchmark_id=given.new_id())


def test_anothers_own_instrument_is_no_benchmark(given, asha, portfolio):
    ravi = given.user("Ravi")
    house = named("HOUSE", "MANUAL", AssetType.BOND, currency="INR")
    given.record(ravi, given.portfolio(ravi), trade("OPENING", house, "1", "100", "2026-11-18"))
    [row] = ledger_of(given, ravi)

    with pytest.raises(NotFound):
        tagged(given, asha, portfolio, benchmark_id=row.instrument_id)


def ledger_of(given, user):
    with given.database.reading() as tx:
        return tx.ledgers.rows_of_all(user.id)


# --- Holdings and years ----------------------------------------------------------------------------------------------


def test_each_holding_has_its_own_figures(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2026-11-16"),
        buy("TCS", "1", "1000", "2026-11-16"),
        sell("TCS", "1", "900", "2026-11-18"),
    )
    infy, tcs = given.instrument("INFY"), given.instrument("TCS")
    closes(given, infy, d2026_11_16=100)
    closes(given, tcs, d2026_11_16=1000, d2026_11_18=900)
    given.price(infy, "120")

    answer, summary = made(given, asha, portfolio, holdings=True), values_of(given, asha, portfolio)

    told = {one["instrument"]["symbol"]: one for one in answer["holdings"]}
    ids = {one["instrument"]["symbol"]: one["id"] for one in (*summary["holdings"], *summary["closed"])}
    assert {symbol: one["id"] for symbol, one in told.items()} == ids
    assert [Decimal(told[symbol]["twr_pct"]) for symbol in ("INFY", "TCS")] == [
        pytest.approx(Decimal(20)),
        pytest.approx(Decimal(-10)),
    ]
    assert made(given, asha, portfolio)["holdings"] is None


@pytest.mark.parametrize(
    ("currency", "labels"),
    [("INR", ["2026-27", "2025-26", "2024-25"]), ("EUR", ["2026", "2025"])],
)
def test_what_was_booked_by_financial_year_adds_up_to_the_summary(given, asha, currency, labels):
    kept = given.portfolio(asha, currency)
    exchange = {"INR": "NSE", "EUR": "XETRA"}[currency]
    sap = named("SAP", exchange)
    given.record(
        asha,
        kept,
        buy(sap, "30", "100", "2025-01-01"),
        sell(sap, "10", "110.01", "2025-03-31"),
        sell(sap, "5", "120", "2025-04-01", fees="1.10"),
        trade("DIVIDEND", sap, "1", "7.50", "2025-12-31", taxes="0.75"),
        sell(sap, "5", "90", "2026-01-01"),
        trade("FEE", sap, "1", "3", "2026-04-01"),
    )

    years, summary = made(given, asha, kept)["years"], values_of(given, asha, kept)

    assert [year["year"] for year in years] == labels
    for name in ("realised", "income", "tax_withheld", "charges"):
        with localcontext(prec=60):
            assert sum(Decimal(year[name]) for year in years) == Decimal(summary[name])
    # 10 × 10.01; 5 × 20 − 1.10; 5 × −10: by the calendar's year the first two fall together
    realised = {"INR": ["0", "48.90", "100.10"], "EUR": ["-50", "199.00"]}[currency]
    assert [Decimal(year["realised"]) for year in years] == [Decimal(one) for one in realised]


# --- Tags ------------------------------------------------------------------------------------------------------------


def test_who_has_the_answer_gets_none(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))
    first = tagged(given, asha, portfolio)

    assert tagged(given, asha, portfolio, known=[first.tag]).body is None


def test_every_change_is_another_tag(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-11-18"))
    seen = {tagged(given, asha, portfolio).tag}
    nifty = index(given, d2026_11_16=50)

    for change in (
        lambda: given.record(asha, portfolio, buy("INFY", "1", "1400", "2026-11-19")),
        lambda: given.price(given.instrument("INFY"), "1500"),
        lambda: given.clock.advance(24 * 3600),
    ):
        change()
        tag = tagged(given, asha, portfolio).tag
        assert tag not in seen
        seen.add(tag)
    for asked in (
        {"since": "2026-11-19"},
        {"until": "2026-11-19"},
        {"benchmark_id": nifty.id},
        {"holdings": True},
    ):
        tag = tagged(given, asha, portfolio, **asked).tag
        assert tag not in seen
        seen.add(tag)


# --- Transfers, and the fast reader of rows --------------------------------------------------------------------------


def test_units_that_moved_from_another_portfolio_came_in_at_the_market(given, asha, portfolio):
    other = given.portfolio(asha, name="Old broker")
    given.record(asha, other, buy("INFY", "10", "100", "2026-11-10"))
    given.record(asha, other, trade("TRANSFER_OUT", "INFY", "10", "0", "2026-11-17"))
    given.record(asha, portfolio, trade("TRANSFER_IN", "INFY", "10", "0", "2026-11-17"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_10=100, d2026_11_17=110)
    given.price(infy, "121")

    into, out_of = made(given, asha, portfolio), made(given, asha, other)

    assert (into["money_in"], out_of["money_out"]) == ("1100.0", "1100.0")
    assert Decimal(into["twr_pct"]) == pytest.approx(Decimal(10)) == Decimal(out_of["twr_pct"])
    # the cost came along: 10 × 100
    assert into["series"][-1]["invested"] == values_of(given, asha, portfolio)["invested"] == "1000"


@pytest.mark.parametrize("transfers", [False, True])
def test_rows_read_to_be_reckoned_with_are_those_of_the_ledger(given, asha, portfolio, transfers):
    other = given.portfolio(asha, "EUR", name="Old broker")
    given.record(
        asha,
        portfolio,
        buy("INFY", "10.000000000000000001", "1400.07", "2026-11-10", fees="1.50", taxes="0.1", account="A"),
        trade("SPLIT", "INFY", "0", "0", "2026-11-11", ratio=read_ratio("3:2")),
        buy(named("VZ", "NYSE"), "1", "40", "2026-11-12", fx_rate="83.25"),
        buy(named("VZ", "NYSE"), "1", "40", "2026-11-12"),
        trade(
            "DEMERGER",
            "INFY",
            "0",
            "0",
            "2026-11-13",
            account="A",
            into=named("TCS"),
            to_quantity=Decimal(3),
            cost_pct=Decimal(4),
        ),
        money("DEPOSIT", "100", "2026-11-13"),
        Draft(TransactionType.OPENING, date(2026, 11, 14), named("TCS"), Decimal(2), cost=Decimal("7.77")),
    )
    given.record(asha, other, buy(named("SAP", "XETRA"), "1", "100", "2026-11-15"))
    if transfers:
        given.record(asha, portfolio, trade("TRANSFER_OUT", "TCS", "1", "0", "2026-11-16"))

    with given.database.reading() as tx:
        inputs = load_inputs(tx, portfolio, TODAY)
        knot = load_whole(tx, portfolio)
        rows = [row for row in read_knot(tx, knot, "INR") if row.portfolio_id == portfolio.id]

    assert list(inputs.rows) == rows
    assert [type(row.type) for row in inputs.rows] == [type(row.type) for row in rows]
