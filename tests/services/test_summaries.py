"""What is it worth: through the whole service, exact to the last digit, on either database and from any cache."""

import json
import threading
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import Given, at, buy, named, sell, trade
from tests.infrastructure.clock import SettableClock, sequential_ids
from tickfolio.cache.cache import MemoryCache
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft
from tickfolio.services.holdings import PlainHolding, add_holding
from tickfolio.services.refresh import refresh_slot
from tickfolio.services.summaries import Summaries, load_summary, load_summary_of_all
from tickfolio.storage.database import open_database
from tickfolio.storage.prices import PricePoint

FUND = named("120503", asset_type=AssetType.MUTUAL_FUND)
IN_YORK = named("INFY", "NYSE")
YESTERDAY, TODAY = "2026-11-19", "2026-11-20"


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


def read(body):
    return json.loads(body)


def set_rate(given, currency, now, before=None, as_of="2026-11-19T15:00"):
    pair = given.pair(currency)
    given.price(pair, now, before, at(as_of), source="ecb", status=PriceStatus.CLOSE)
    return pair


def holding_of(answer, symbol):
    return next(one for one in answer["holdings"] if one["instrument"]["symbol"] == symbol)


def test_a_stock_and_a_fund_in_rupees(given, asha, portfolio, clock):
    given.record(asha, portfolio, buy("INFY", "10", "1400", "2026-01-05", fees="20"), buy(FUND, "100.5", "90"))
    infy = given.instrument("INFY")
    fund = given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)
    given.price(infy, "1512.60", "1500.00", at("2026-11-20T09:09"), source="yahoo")
    given.price(fund, "95.1234", "95.5000", at("2026-11-19T17:30"), source="amfi", status=PriceStatus.NAV)

    answer = read(given.summary(asha, portfolio))

    # INFY: 10 × 1512.60 = 15126.00; cost 10 × 1400 + 20 = 14020; +1106.00; day 10 × 12.60 = 126.00 on 15000.00
    # fund: 100.5 × 95.1234 = 9559.90170; cost 100.5 × 90 = 9045.0; +514.90170; day 100.5 × −0.3766 = −37.84830 on
    # 100.5 × 95.5 = 9597.75000
    # together: 24685.90170; 23065.0; +1620.90170, 7.0275…%; day 88.15170 on 24597.75000, 0.3583…%
    assert {key: answer[key] for key in list(answer)[1:20]} == {
        "current_value": "24685.90170",
        "invested": "23065.0",
        "priced_invested": "23065.0",
        "profit_loss": "1620.90170",
        # 162090.170 ÷ 23065 to 28 digits
        "profit_loss_pct": "7.027538261435074788640797746",
        "price_effect": "1620.90170",  # rupees in rupees: the rate has made nothing
        "currency_effect": "0.00000",
        "day_change": "88.15170",
        "day_change_pct": "0.3583730219227368356861908101",
        "realised": "0",
        "income": "0",
        "tax_withheld": "0",
        "charges": "0",
        "total_profit_loss": "1620.90170",
        "cash": None,  # none is tracked
        "coverage": {"held": 2, "priced": 2, "held_back": 0, "provisional": 0, "missing": []},
        "last_updated_at": "2026-11-20T09:10:00Z",
        "next_refresh_at": "2026-11-20T09:20:00Z",
        "holdings": answer["holdings"],
    }
    assert answer["portfolio"] == {"id": portfolio.id, "name": "Long term", "currency": "INR"}
    with given.database.reading() as tx:
        rows = {row.holding.instrument_id: row for row in tx.holdings.all(asha.id, [portfolio.id])}
    assert holding_of(answer, "INFY") == {
        "id": rows[infy.id].id,
        "portfolio_id": portfolio.id,
        "instrument": {
            "id": infy.id,
            "asset_type": "STOCK",
            "exchange": "NSE",
            "symbol": "INFY",
            "name": "INFY",
            "currency": "INR",
            "isin": None,
        },
        "quantity": "10",
        "avg_buy_price": "1402",
        "invested": "14020",
        "last_price": "1512.60",
        "price": {
            "currency": "INR",
            "as_of": "2026-11-20T09:09:00Z",
            "last_updated_at": "2026-11-20T09:10:00Z",
            "source": "yahoo",
            "status": "live",
            "stale_at": "2026-11-20T09:39:00Z",  # three refreshes of ten minutes may be missed
        },
        "fx_rate": "1",
        "fx_on": None,  # the same currency: no day's rate
        "current_value": "15126.00",
        "profit_loss": "1106.00",
        "profit_loss_pct": "7.888730385164051355206847361",  # 110600 ÷ 14020
        "price_effect": "1106.00",
        "currency_effect": "0.00",
        "realised": "0",
        "income": "0",
        "tax_withheld": "0",
        "charges": "0",
        "total_profit_loss": "1106.00",
        "day_change": "126.00",
        "day_change_pct": "0.84",
        # 1512600 ÷ 24685.9017
        "weight_pct": "61.27384036370848872010213020",
        "provisional": False,
    }
    held = holding_of(answer, "120503")
    assert (held["current_value"], held["profit_loss"], held["day_change"]) == ("9559.90170", "514.90170", "-37.84830")
    assert (held["price"]["status"], held["price"]["as_of"]) == ("nav", "2026-11-19T17:30:00Z")
    assert held["avg_buy_price"] == "90"


def test_the_quotients_above_are_right():
    """The long ones, from whole numbers: multiplied back they differ by less than half of the last digit."""
    for quotient, part, whole in (
        ("7.027538261435074788640797746", "162090.170", "23065"),
        ("0.3583730219227368356861908101", "8815.170", "24597.75"),
        ("7.888730385164051355206847361", "110600", "14020"),
        ("61.27384036370848872010213020", "1512600", "24685.9017"),
    ):
        last = Decimal(1).scaleb(Decimal(quotient).as_tuple().exponent)
        difference = abs(Decimal(quotient) * Decimal(whole) - Decimal(part))
        assert difference <= last / 2 * Decimal(whole) * Decimal("1.001"), quotient


def test_dollars_in_a_portfolio_of_rupees_move_with_both(given, asha, portfolio):
    given.record(asha, portfolio, buy(IN_YORK, "8", "16", "2026-01-05", fees="2", fx_rate="83.50"))
    infy = given.instrument("INFY", "NYSE")
    given.price(infy, "20.00", "19.00", at("2026-11-20T20:00"))
    # The European bank, on Friday: 105 rupees and 1.25 dollars for a euro, so 84 for a dollar; on Thursday 99 and 1.20,
    # so 82.50.
    set_rate(given, "INR", "105", "99", "2026-11-20T15:00")
    set_rate(given, "USD", "1.25", "1.20", "2026-11-20T15:00")

    answer = read(given.summary(asha, portfolio))

    # 8 × 20 × 84 = 13440; cost (8 × 16 + 2) × 83.50 = 10855; +2585
    # day: 8 × (20 × 84 − 19 × 82.50) = 8 × (1680 − 1567.5) = 900, on 8 × 1567.5 = 12540
    held = holding_of(answer, "INFY")
    assert Decimal(held["fx_rate"]) == 84
    assert Decimal(held["current_value"]) == 13440
    assert Decimal(held["invested"]) == 10855
    assert Decimal(held["profit_loss"]) == 2585
    assert Decimal(held["day_change"]) == 900
    assert held["day_change_pct"].startswith("7.17703349282296650717703349")  # 90000 ÷ 12540
    assert held["avg_buy_price"] == "16.25"  # 130 ÷ 8, in dollars
    assert answer["current_value"] == held["current_value"]


def test_fault_24_a_rate_of_friday_is_the_rate_of_the_weekend(given, asha, portfolio):
    """The pair has not moved since before the day of the price: then and now are the same rate."""
    given.record(asha, portfolio, buy(IN_YORK, "8", "16", "2026-01-05", fx_rate="83.50"))
    given.price(given.instrument("INFY", "NYSE"), "20.00", "19.00", at("2026-11-20T20:00"))
    set_rate(given, "INR", "105", "99")
    set_rate(given, "USD", "1.25", "1.20")

    held = holding_of(read(given.summary(asha, portfolio)), "INFY")

    assert Decimal(held["day_change"]) == 672  # 8 × (20 − 19) × 84


def test_fault_23_without_a_rate_the_holding_is_unpriced_and_named_and_the_rest_counts(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"), buy(IN_YORK, "8", "16", fx_rate="83.50"))
    given.price(given.instrument("INFY"), "110", "100")
    given.price(given.instrument("INFY", "NYSE"), "20", "19")

    answer = read(given.summary(asha, portfolio))

    unpriced = next(one for one in answer["holdings"] if one["instrument"]["exchange"] == "NYSE")
    assert (unpriced["fx_rate"], unpriced["current_value"], unpriced["profit_loss"]) == (None, None, None)
    assert (unpriced["day_change"], unpriced["weight_pct"], unpriced["last_price"]) == (None, None, "20")
    assert (answer["current_value"], answer["profit_loss"]) == ("1100", "100")
    assert (answer["invested"], answer["priced_invested"]) == ("11688.00", "1000")  # 1000 + 8 × 16 × 83.50 = 11688
    assert (answer["coverage"]["held"], answer["coverage"]["priced"]) == (2, 1)
    [gap] = answer["coverage"]["missing"]
    assert (gap["symbol"], gap["exchange"], gap["reason"]) == ("INFY", "NYSE", "no_fx_rate")
    assert gap["holding_id"] == unpriced["id"]
    assert "USD" in gap["remedy"]


def test_without_the_rate_of_the_purchase_the_value_counts_and_the_profit_does_not(given, asha, portfolio):
    given.record(asha, portfolio, buy(IN_YORK, "8", "16", "2015-01-05"))
    given.price(given.instrument("INFY", "NYSE"), "20", "19", at("2026-11-20T20:00"))
    set_rate(given, "INR", "105")
    set_rate(given, "USD", "1.25")

    answer = read(given.summary(asha, portfolio))

    assert Decimal(answer["current_value"]) == 13440
    assert (answer["invested"], answer["profit_loss"], answer["profit_loss_pct"]) == (None, None, None)
    assert answer["coverage"]["missing"][0]["reason"] == "no_cost"


def test_something_held_and_nothing_priced_is_unknown(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"))

    answer = read(given.summary(asha, portfolio))

    figures = ("current_value", "priced_invested", "profit_loss", "profit_loss_pct", "day_change", "day_change_pct")
    assert {key: answer[key] for key in figures} == dict.fromkeys(figures)
    assert answer["invested"] == "1000"
    assert answer["last_updated_at"] is None
    assert answer["coverage"]["missing"][0]["reason"] == "no_price"
    assert answer["holdings"][0]["price"] is None


def test_nothing_held_is_nothing(given, asha, portfolio):
    answer = read(given.summary(asha, portfolio))

    assert {key: answer[key] for key in ("current_value", "invested", "profit_loss", "day_change", "realised")} == (
        dict.fromkeys(("current_value", "invested", "profit_loss", "day_change", "realised"), "0")
    )
    assert (answer["profit_loss_pct"], answer["day_change_pct"]) == (None, None)
    assert answer["coverage"] == {"held": 0, "priced": 0, "held_back": 0, "provisional": 0, "missing": []}
    assert (answer["holdings"], answer["closed"]) == ([], [])


def test_fault_64_a_closed_holding_stands_apart_with_what_it_made(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"), sell("INFY", "10", "130", fees="5"), buy("TCS", "1", "100"))
    given.price(given.instrument("INFY"), "500", "400")
    given.price(given.instrument("TCS"), "120", "110")

    answer = read(given.summary(asha, portfolio))

    # 1300 − 5 − 1000
    assert [(one["instrument"]["symbol"], one["realised"]) for one in answer["closed"]] == [("INFY", "295")]
    assert [one["instrument"]["symbol"] for one in answer["holdings"]] == ["TCS"]
    assert (answer["current_value"], answer["realised"], answer["profit_loss"]) == ("120", "295", "20")
    assert answer["coverage"]["held"] == 1


def test_fault_65_what_cost_nothing_has_a_profit_and_no_percentage(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "0"))
    given.price(given.instrument("INFY"), "100", None)

    answer = read(given.summary(asha, portfolio))

    assert (answer["profit_loss"], answer["profit_loss_pct"]) == ("1000", None)
    assert (answer["day_change"], answer["day_change_pct"]) == (None, None)  # no close before: unknown


def test_what_was_bought_and_sold_today_counts_from_its_own_price(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "90", YESTERDAY),
        buy("INFY", "4", "102", TODAY),
        sell("INFY", "6", "108", TODAY),
    )
    given.price(given.instrument("INFY"), "110", "100", at("2026-11-20T09:09"))

    held = holding_of(read(given.summary(asha, portfolio)), "INFY")

    # 10 since yesterday: 10 × (110 − 100) = 100; bought 4 × (110 − 102) = 32; sold −6 × (110 − 108) = −12
    assert (held["day_change"], held["quantity"]) == ("120", "8")
    assert held["day_change_pct"] == "12"  # on 10 × 100


def test_two_accounts_are_one_holding_whose_costs_are_apart(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", account="demat 1"),
        buy("INFY", "10", "200", account="demat 2"),
        sell("INFY", "5", "300", account="demat 1"),
    )
    given.price(given.instrument("INFY"), "250", "240")

    answer = read(given.summary(asha, portfolio))

    # left: 5 × 100 and 10 × 200; made: 5 × (300 − 100); worth 15 × 250
    [held] = answer["holdings"]
    assert (held["quantity"], held["invested"], held["current_value"]) == ("15", "2500", "3750")
    assert (answer["realised"], answer["profit_loss"]) == ("1000", "1250")


def test_a_suspect_price_shows_as_held_with_the_good_one_in_its_place(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    infy = given.instrument("INFY")
    given.price(infy, "110", "100")
    with given.database.transaction() as tx:
        tx.prices.hold([HeldPrice(infy.id, Decimal(11000), "INR", given.clock(), "s", "unit_suspicion", "run")])

    held = read(given.summary(asha, portfolio))["holdings"][0]

    assert (held["price"]["status"], held["last_price"], held["current_value"]) == ("held", "110", "1100")


def test_the_worked_case_of_day_change_and_yield(given, asha, portfolio, shared):
    case = json.loads(
        (shared / "cases" / "day_change_and_yield.json").read_text(), parse_float=Decimal, parse_int=Decimal
    )
    for one in case["inputs"]["holdings"]:
        plain = PlainHolding(named(one["symbol"]), one["quantity"], one["avg_cost"])
        with given.database.transaction() as tx:
            add_holding(tx, given.world, asha, portfolio.id, plain)
        # Opened before the session, so that its units were held at the previous close.
        with given.database.transaction() as tx:
            [row] = tx.ledgers.rows(asha.id, portfolio.id, given.instrument(one["symbol"]).id)
            tx.ledgers.replace(replace(row, traded_on=row.traded_on.replace(month=1)))
        given.price(given.instrument(one["symbol"]), str(one["last"]), str(one["prev_close"]))

    answer = read(given.summary(asha, portfolio))

    expected, money, percent = case["expected"], case["tolerance"]["abs"], case["tolerance"]["percent_abs"]
    for number, one in enumerate(answer["holdings"]):
        for field, key in (
            ("current_value", "value"),
            ("day_change", "day_change"),
            ("invested", "invested"),
            ("profit_loss", "unrealised"),
        ):
            assert abs(Decimal(one[field]) - expected[key][number]) <= money, field
        assert abs(Decimal(one["profit_loss_pct"]) - expected["unrealised_percent"][number]) <= percent
    assert abs(Decimal(answer["current_value"]) - expected["total_value"]) <= money
    assert abs(Decimal(answer["day_change"]) - expected["total_day_change"]) <= money
    assert abs(Decimal(answer["day_change_pct"]) - expected["total_day_change_percent"]) <= percent


# --- All together ----------------------------------------------------------------------------------------------------


def test_two_portfolios_in_two_currencies_together(given, asha, portfolio):
    american = given.portfolio(asha, "USD", CostMethod.FIFO, name="American")
    given.record(asha, portfolio, buy("INFY", "10", "1000"))
    given.record(asha, american, buy(IN_YORK, "8", "16", "2026-11-19"), buy("INFY", "1", "1050", "2026-11-19"))
    given.price(given.instrument("INFY"), "1100", "1080", at("2026-11-20T09:09"))
    given.price(given.instrument("INFY", "NYSE"), "20.00", "19.00", at("2026-11-19T21:00"))
    for currency, rate in (("INR", "105"), ("USD", "1.25")):
        pair = set_rate(given, currency, rate)
        with given.database.transaction() as tx:
            tx.prices.remember([PricePoint(pair.id, "close", at("2026-11-19T15:00"), Decimal(rate))])

    answer = read(given.summary_of_all(asha))

    # 84 rupees for a dollar. Rupees: 10 × 1100 = 11000, cost 10000. American: 8 × 20 × 84 = 13440, cost 8 × 16 × 84 =
    # 10752; 1 × 1100, cost 1050. Together 25540, cost 21802, made 3738.
    assert answer["currency"] == "INR"
    assert (Decimal(answer["current_value"]), Decimal(answer["invested"])) == (25540, 21802)
    assert Decimal(answer["profit_loss"]) == 3738
    parts = {part["portfolio"]["name"]: part for part in answer["portfolios"]}
    assert (Decimal(parts["Long term"]["current_value"]), Decimal(parts["Long term"]["profit_loss"])) == (11000, 1000)
    assert (Decimal(parts["American"]["current_value"]), Decimal(parts["American"]["profit_loss"])) == (14540, 2738)
    assert parts["American"]["portfolio"]["currency"] == "USD"
    # The sum of the parts is the whole, to the last digit.
    for figure in ("current_value", "invested", "profit_loss", "day_change", "realised"):
        assert sum(Decimal(part[figure]) for part in answer["portfolios"]) == Decimal(answer[figure]), figure
        assert sum(Decimal(one.get(figure) or 0) for one in answer["holdings"]) in {Decimal(answer[figure]), 0}, figure
    assert [one["portfolio_id"] for one in answer["holdings"]] == [portfolio.id, american.id, american.id]
    assert sum(Decimal(one["weight_pct"]) for one in answer["holdings"]).quantize(Decimal("1E-20")) == 100


def test_a_rate_that_was_entered_counts_on_from_its_portfolios_currency(given, asha):
    """Dollars bought today at a rate into pounds, counted in rupees."""
    british = given.portfolio(asha, "GBP", name="British")
    given.record(asha, british, buy(IN_YORK, "10", "10", TODAY, fx_rate="0.75"))
    given.price(given.instrument("INFY", "NYSE"), "11", "9", at("2026-11-20T15:00"))
    for currency, rate in (("INR", "100"), ("GBP", "0.80"), ("USD", "1.25")):
        pair = set_rate(given, currency, rate, as_of="2026-11-20T15:00")
        with given.database.transaction() as tx:
            tx.prices.remember([PricePoint(pair.id, "close", at("2026-11-20T15:00"), Decimal(rate))])

    answer = read(given.summary_of_all(asha))

    # 80 rupees for a dollar, 125 for a pound: 10 × 11 × 80 = 8800; 10 × 10 × 0.75 × 125 = 9375
    assert (Decimal(answer["current_value"]), Decimal(answer["invested"])) == (8800, 9375)
    assert (Decimal(answer["profit_loss"]), Decimal(answer["day_change"])) == (-575, -575)


def test_a_gap_in_one_portfolio_is_named_with_its_holding(given, asha, portfolio):
    other = given.portfolio(asha, "USD", name="American")
    given.record(asha, portfolio, buy("INFY", "10", "1000"))
    given.record(asha, other, buy("INFY", "10", "1000"))

    answer = read(given.summary_of_all(asha))

    gaps = {gap["holding_id"]: gap["reason"] for gap in answer["coverage"]["missing"]}
    assert gaps == {one["id"]: "no_price" for one in answer["holdings"]}
    assert [len(part["coverage"]["missing"]) for part in answer["portfolios"]] == [1, 1]
    assert answer["current_value"] is None


# --- Both databases --------------------------------------------------------------------------------------------------


def operate(url):
    """A bit of everything, with the same clock and the same ids; gives every answer's bytes."""
    given = Given(open_database(url), SettableClock(), sequential_ids())
    asha = given.user()
    long_term = given.portfolio(asha, name="Größe – “long” 🚀")
    american = given.portfolio(asha, "USD", CostMethod.FIFO, name="a")
    given.record(
        asha,
        long_term,
        buy("INFY", "10.000000000000000001", "1400.10", "2026-01-05", fees="0.10", note="e\u0301"),
        buy("TCS", "99999999999999999999", "0.000000000000000003", "2026-01-05"),
        buy("infy", "1", "1500.00", "2026-01-05"),
        sell("INFY", "3", "1600", "2026-01-05"),
        buy(named("Flat", "MANUAL"), "1", "0"),
    )
    given.record(
        asha, american, buy(IN_YORK, "7", "16.33"), sell(IN_YORK, "3", "18"), trade("OPENING", "INFY", "1", "9", TODAY)
    )
    third = Decimal("0.333333333333333333")
    given.record(
        asha,
        long_term,
        trade("SPLIT", "INFY", "0", "0", "2026-01-06", ratio=read_ratio("7:3")),
        trade("DIVIDEND", "INFY", "1", "33.33", "2026-01-07", taxes="0.01", currency="USD", fx_rate="83.123456789"),
        trade("DEMERGER", "INFY", "0", "0", "2026-01-08", into=named("JIO"), to_quantity=third, cost_pct=Decimal(3)),
        trade("MERGER", named("JIO"), "0.1", "0", "2026-01-09", into=named("Zürich"), to_quantity=third),
        trade("TRANSFER_OUT", "INFY", "1.000000000000000001", "0", "2026-01-10"),
        Draft(TransactionType.DEPOSIT, date(2026, 1, 11), None, Decimal(1), Decimal("1000.10"), currency="EUR"),
    )
    given.record(asha, american, trade("TRANSFER_IN", "INFY", "1.000000000000000001", "0", "2026-01-10"))
    for symbol, exchange, last, previous in (("INFY", "NSE", "1512.60", "1500.00"), ("INFY", "NYSE", "19.1", "18")):
        given.price(given.instrument(symbol, exchange), last, previous, at("2026-11-20T09:09:59.123456"))
    set_rate(given, "INR", "104.5310", "104.1")
    set_rate(given, "USD", "1.1621", "1.16")
    bodies = [given.summary(asha, long_term), given.summary(asha, american), given.summary_of_all(asha)]
    refresh_slot(given.refresher(), given.clock())
    bodies += [given.summary(asha, long_term), given.summary_of_all(asha)]
    with given.database.reading() as tx:
        bodies.append(repr(tx.ledgers.page(asha.id, long_term.id, before=None, limit=9, instrument_id=None)).encode())
        bodies.append(repr(tx.instruments.search(asha.id, ["in"], 9)).encode())
        bodies.append(repr(tx.holdings.page(asha.id, long_term.id, after=None, limit=2)).encode())
        bodies.append(repr(tx.refreshes.last(("slot",), finished=True)).encode())
        bodies.append(repr(tx.portfolios.page(asha.id, after=None, limit=None)).encode())
    given.database.close()
    return bodies


def test_invariant_22_both_databases_answer_alike_to_the_byte(sqlite_url, postgres_url):
    assert operate(sqlite_url) == operate(postgres_url)


# --- Caches and tags -------------------------------------------------------------------------------------------------


def kept_summaries(given):
    return Summaries(given.database, MemoryCache(time.monotonic), 10, 590)


def load(given, summaries, user, portfolio, known=()):
    with given.database.reading() as tx:
        return load_summary(summaries, tx, user, portfolio.id, known)


def test_invariant_21_with_and_without_a_cache_the_answer_is_the_same(given, asha, portfolio):
    summaries = kept_summaries(given)
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    infy = given.instrument("INFY")
    for last in ("110", "111", "111", "112.5"):
        given.price(infy, last, "100")
        cold = given.summary(asha, portfolio)
        assert load(given, summaries, asha, portfolio).body == cold
        assert load(given, summaries, asha, portfolio).body == cold


def test_fault_40_a_write_is_seen_by_the_next_read(given, asha, portfolio):
    summaries = kept_summaries(given)
    first = load(given, summaries, asha, portfolio)

    given.record(asha, portfolio, buy("INFY", "10", "100"))
    second = load(given, summaries, asha, portfolio)
    given.price(given.instrument("INFY"), "110", "100")
    third = load(given, summaries, asha, portfolio)

    assert len({first.tag, second.tag, third.tag}) == 3
    assert [read(one.body)["current_value"] for one in (first, second, third)] == ["0", None, "1100"]


def test_whoever_has_the_answer_already_gets_no_body(given, asha, portfolio):
    summaries = kept_summaries(given)
    tag = load(given, summaries, asha, portfolio).tag

    assert load(given, summaries, asha, portfolio, ("other", tag)).body is None
    assert load(given, summaries, asha, portfolio, ("other",)).body is not None
    with given.database.reading() as tx:
        whole = load_summary_of_all(summaries, tx, asha, ())
        assert load_summary_of_all(summaries, tx, asha, (whole.tag,)).body is None


def test_a_tag_names_one_content_although_the_clock_goes_on(given, asha, portfolio, clock):
    refresh_slot(given.refresher(), clock())
    given.record(asha, portfolio, buy("INFY", "10", "100"))
    given.price(given.instrument("INFY"), "110", "100")
    first = load(given, kept_summaries(given), asha, portfolio)

    clock.advance(3 * 3600)

    assert load(given, kept_summaries(given), asha, portfolio) == first


class LyingCache:
    """A cache in which somebody else's answer lies under every key."""

    def __init__(self, body, owner_id):
        self.inner = MemoryCache(time.monotonic)
        self.body, self.owner_id = body, owner_id

    def find(self, key, owner_id):
        self.inner.keep(key, self.owner_id, self.body, 60)
        return self.inner.find(key, owner_id)

    def keep(self, key, owner_id, body, ttl_seconds):
        pass

    def close(self):
        pass


def test_fault_39_a_kept_answer_of_somebody_else_is_never_served(given, asha, portfolio):
    ravi = given.user("Ravi")
    secret = given.summary(ravi, given.portfolio(ravi, name="Secret"))
    summaries = Summaries(given.database, LyingCache(secret, ravi.id), 10, 590)

    assert b"Secret" not in load(given, summaries, asha, portfolio).body
    with given.database.reading() as tx:
        assert b"Secret" not in load_summary_of_all(summaries, tx, asha, ()).body


def test_fault_37_many_who_ask_at_once_have_it_worked_out_once(given, asha, portfolio):
    class CountingCache(MemoryCache):
        kept = 0

        def keep(self, *arguments):
            self.kept += 1
            super().keep(*arguments)

    cache = CountingCache(time.monotonic)
    summaries = Summaries(given.database, cache, 10, 590)
    together, bodies = threading.Barrier(6), []

    def act():
        together.wait()
        bodies.append(load(given, summaries, asha, portfolio).body)

    threads = [threading.Thread(target=act) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(set(bodies)) == 1
    assert len(bodies) == 6
    assert cache.kept == 1
