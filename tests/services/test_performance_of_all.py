"""All portfolios of a person together: one history, in the base currency, of several ledgers.

The clock stands at Friday, 20 November 2026, 14:40 in Mumbai.
"""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell, trade
from tests.services.test_performance import closes, index, made, money, points, track_cash
from tickfolio.domain.errors import NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.services.performance_answer import Asked
from tickfolio.services.performance_of_all import load_performance_of_all
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio


@pytest.fixture
def other(given, asha):
    return given.portfolio(asha, name="Other")


def tagged(given, user, known=(), **asked):
    asked = {key: date.fromisoformat(one) if key in ("since", "until") else one for key, one in asked.items()}
    with given.database.reading() as tx:
        person = tx.people.load(user.id)
        return load_performance_of_all(given.summaries(), tx, given.world, person, Asked(**asked), known)


def together(given, user, **asked):
    return json.loads(tagged(given, user, **asked).body)


def set_rates(given):
    """One USD is 90 ÷ 1.2 = 75 INR on the 17th, and 99 ÷ 1.1 = 90 from the 19th on."""
    for currency, old, new in (("INR", "90", "99"), ("USD", "1.2", "1.1")):
        pair = given.pair(currency)
        closes(given, pair, d2026_11_17=old, d2026_11_19=new)
        given.price(pair, new, as_of=at("2026-11-19T15:00"), source="ecb", status=PriceStatus.CLOSE)


def made_by(answer):
    return {(one["portfolio_id"], one["instrument"]["symbol"]): float(one["made"]) for one in answer["holdings"]}


def test_units_that_go_from_one_into_another_are_no_flow(given, asha, portfolio, other):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"))
    given.record(asha, portfolio, trade("TRANSFER_OUT", "INFY", "4", "0", "2026-11-18"))
    given.record(asha, other, trade("TRANSFER_IN", "INFY", "4", "0", "2026-11-18"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100, d2026_11_18=110)
    given.price(infy, "121")

    answer = together(given, asha, holdings=True)

    assert answer["currency"] == "INR"
    assert (answer["money_in"], answer["money_out"], answer["end_value"]) == ("1000.0", "0.0", "1210")
    assert (float(answer["twr_pct"]), float(answer["made"])) == (pytest.approx(21), 210)
    assert {point["net_flow"] for point in answer["series"][1:]} == {"0.000000"}
    # 6 × 121 + 4 × 110 − 1000, and 4 × 121 − 4 × 110
    assert made_by(answer) == {(portfolio.id, "INFY"): 166, (other.id, "INFY"): 44}
    assert float(made(given, asha, other)["money_in"]) == 440  # by itself, they came from outside


def test_they_are_none_either_where_nobody_knows_what_they_are_worth(given, asha, portfolio, other):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"))
    given.record(asha, portfolio, trade("TRANSFER_OUT", "INFY", "4", "0", "2026-11-18"))
    given.record(asha, other, trade("TRANSFER_IN", "INFY", "4", "0", "2026-11-18"))

    answer = together(given, asha)

    assert (answer["money_in"], answer["end_value"]) == ("1000.0", None)


def test_the_last_day_is_the_summary_of_all(given, asha, portfolio, other):
    given.record(asha, portfolio, buy("INFY", "3.123456789012345678", "1400.07", "2026-11-16", fees="0.01"))
    given.record(asha, other, buy("INFY", "2", "1400.01", "2026-11-17"), buy("TCS", "1", "9", "2026-11-17"))
    given.price(given.instrument("INFY"), "1512.610000000000000001")
    given.price(given.instrument("TCS"), "10")

    answer, summary = together(given, asha, holdings=True), json.loads(given.summary_of_all(asha))

    last = answer["series"][-1]
    assert last["value"] == answer["end_value"] == summary["current_value"]
    assert last["invested"] == summary["invested"]
    assert {one["id"] for one in answer["holdings"]} == {one["id"] for one in summary["holdings"]}


def test_money_that_goes_from_one_into_another_is_no_flow(given, asha, portfolio, other):
    portfolio, other = track_cash(given, portfolio), track_cash(given, other)
    given.record(asha, portfolio, money("DEPOSIT", "1000", "2026-11-16"), money("WITHDRAWAL", "400", "2026-11-17"))
    given.record(asha, other, money("DEPOSIT", "400", "2026-11-17"))

    answer = together(given, asha)

    assert (answer["money_in"], answer["money_out"], answer["end_value"]) == ("1000.0", "0.0", "1000")
    assert (float(answer["twr_pct"]), float(answer["made"])) == (0, 0)


def test_each_counts_cash_or_not_as_it_does_by_itself(given, asha, portfolio, other):
    portfolio = track_cash(given, portfolio)
    given.record(asha, portfolio, money("DEPOSIT", "1000", "2026-11-16"))
    given.record(asha, other, buy("INFY", "5", "100", "2026-11-16"), money("DEPOSIT", "50", "2026-11-17"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100)
    given.price(infy, "120")

    answer = together(given, asha)

    # 1000 deposited here, 500 bought there (where a deposit counts for nothing): 1500 → 1600
    assert (answer["money_in"], answer["end_value"], float(answer["made"])) == ("1500.0", "1600", 100)
    assert float(answer["twr_pct"]) == pytest.approx(100 / 15)


def test_values_and_flows_are_at_the_rates_of_their_days(given, asha, portfolio):
    set_rates(given)
    dollars = given.portfolio(asha, "USD", name="Dollars")
    given.record(asha, portfolio, buy("INFY", "10", "3000", "2026-11-17"))
    given.record(asha, dollars, buy(named("VZ", "NYSE"), "10", "40", "2026-11-17"))
    infy, verizon = given.instrument("INFY"), given.instrument("VZ", "NYSE")
    closes(given, infy, d2026_11_17=3000)
    closes(given, verizon, d2026_11_17=40)
    given.price(infy, "3000")
    given.price(verizon, "40", as_of=at("2026-11-17T21:00"))

    answer = together(given, asha)

    # 30 000 in rupees; 400 × 75 = 30 000, then 400 × 90 = 36 000
    assert points(answer) == {"2026-11-17": "60000.000000", "2026-11-19": "66000.000000", "2026-11-20": "66000"}
    assert (float(answer["twr_pct"]), float(answer["made"])) == (pytest.approx(10), pytest.approx(6000))


def test_cash_in_another_currency_is_worth_what_its_rate_says(given, asha):
    set_rates(given)
    dollars = track_cash(given, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, dollars, money("DEPOSIT", "100", "2026-11-17"), money("FEE", "10", "2026-11-20"))

    answer = together(given, asha, holdings=True)

    # 100 × 75, then 100 × 90, then 90 × 90; a fee is cost
    assert points(answer) == {"2026-11-17": "7500.000000", "2026-11-19": "9000.000000", "2026-11-20": "8100"}
    assert (answer["money_in"], float(answer["made"])) == ("7500.0", 600)
    assert made_by(answer) == {(dollars.id, "USD"): pytest.approx(600)}
    assert float(answer["twr_pct"]) == pytest.approx(8)  # 1.2 × 0.9


def test_cash_in_another_currency_is_in_the_summary_what_it_is_in_performance(given, asha, portfolio):
    set_rates(given)
    portfolio = track_cash(given, portfolio)
    dollars = track_cash(given, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, portfolio, money("DEPOSIT", "1000", "2026-11-17"))
    given.record(
        asha,
        dollars,
        money("DEPOSIT", "500", "2026-11-17"),
        buy(named("VZ", "NYSE"), "10", "40", "2026-11-17"),
        money("FEE", "10", "2026-11-20"),
    )
    verizon = given.instrument("VZ", "NYSE")
    closes(given, verizon, d2026_11_17=40)
    given.price(verizon, "40", as_of=at("2026-11-17T21:00"))

    summary, answer = json.loads(given.summary_of_all(asha)), together(given, asha)

    # 500 − 400 − 10 = 90 dollars are there, at today's 90 rupees, beside 1000 rupees: 8100 + 1000. Counted at the
    # 75 of the day on which they came, it would be 100 × 75 − 10 × 90 + 1000 = 7600. The shares are 400 × 90 = 36 000.
    assert {one["portfolio"]["name"]: Decimal(one["cash"]) for one in summary["portfolios"]} == {
        "Dollars": 8100,
        portfolio.name: 1000,
    }
    assert (Decimal(summary["cash"]), Decimal(summary["current_value"])) == (9100, 36000)
    assert Decimal(answer["end_value"]) == Decimal(summary["cash"]) + Decimal(summary["current_value"])
    # What was paid for the shares stays what it was on that day.
    assert Decimal(summary["invested"]) == 400 * 75


def test_cash_of_which_the_rate_is_not_known_is_unknown_and_never_counted_one_to_one(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    dollars = track_cash(given, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, portfolio, money("DEPOSIT", "1000", "2026-11-17"))
    given.record(asha, dollars, money("DEPOSIT", "500", "2026-11-17"))

    summary, answer = json.loads(given.summary_of_all(asha)), together(given, asha)

    assert {one["portfolio"]["name"]: one["cash"] for one in summary["portfolios"]} == {
        "Dollars": None,
        portfolio.name: "1000",
    }
    assert (summary["cash"], answer["end_value"]) == (None, None)


def test_a_portfolio_that_tracks_cash_and_never_had_any_changes_nothing(given, asha, portfolio):
    track_cash(given, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"))
    given.price(given.instrument("INFY"), "120")

    # there is not even a rate for it: 10 × 120 are there all the same
    assert (json.loads(given.summary_of_all(asha))["cash"], together(given, asha)["end_value"]) == (None, "1200")


def test_cash_is_unknown_when_its_rate_is_too_old(given, asha):
    set_rates(given)
    dollars = track_cash(given, given.portfolio(asha, "USD", name="Dollars"))
    given.record(asha, dollars, money("DEPOSIT", "100", "2026-11-17"))
    given.clock.now = at("2026-12-04T09:10")

    answer = together(given, asha, until="2026-11-30")

    # the last rate is of the 19th, and ten days old on the 29th: the summary still counts it, and it is not complete
    assert [(point["date"], point["complete"]) for point in answer["series"]] == [
        *(("2026-11-17", True), ("2026-11-19", True), ("2026-11-30", False)),
    ]
    assert (answer["end_value"], answer["made"], answer["reasons"]["made"]) == (None, None, "no_close")


def test_of_a_single_portfolio_it_is_the_same_answer(given, asha, portfolio):
    portfolio = track_cash(given, portfolio)
    fund = named("120503", asset_type=AssetType.MUTUAL_FUND)
    given.record(
        asha,
        portfolio,
        money("DEPOSIT", "50000", "2025-03-03"),
        buy("INFY", "10", "1400.50", "2025-03-04", fees="20"),
        buy(fund, "100", "91.25", "2025-03-05"),
        trade("SPLIT", "INFY", "0", "0", "2025-06-02", ratio=read_ratio("2:1")),
        sell("INFY", "6", "801", "2025-09-15", fees="11"),
        trade("DIVIDEND", "INFY", "14", "5", "2025-10-06", taxes="7"),
        money("FEE", "30", "2026-03-02"),
        money("WITHDRAWAL", "4000", "2026-06-08"),
    )
    infy, units = given.instrument("INFY"), given.instrument("120503", "AMFI", AssetType.MUTUAL_FUND)
    closes(given, infy, d2025_03_04=1400, d2025_03_31=1500, d2025_09_15=790, d2026_03_31=777)
    closes(given, units, d2025_03_05="91.25", d2026_03_31=99)
    given.price(infy, "812.25")
    nifty = index(given, d2025_03_03=50, d2025_03_31=55, d2026_03_31=66, d2026_11_20="79.2")

    for asked in ({}, {"since": "2025-06-03", "until": "2026-06-08"}, {"since": "2026-01-01"}):
        asked |= {"holdings": True, "benchmark_id": nifty.id}
        own, all_of_it = made(given, asha, portfolio, **asked), together(given, asha, **asked)
        assert own.pop("portfolio")["currency"] == all_of_it.pop("currency")
        assert all_of_it == own


def test_a_split_that_one_portfolio_says_holds_there_alone(given, asha, portfolio, other):
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2026-11-16"),
        trade("SPLIT", "INFY", "0", "0", "2026-11-18", ratio=read_ratio("2:1")),
    )
    given.record(asha, other, buy("INFY", "4", "50", "2026-11-18"))
    infy = given.instrument("INFY")
    closes(given, infy, d2026_11_16=100, d2026_11_18=50)
    given.price(infy, "60")

    answer = together(given, asha, holdings=True)

    # 10 × 100; 20 × 50 + 4 × 50; 24 × 60
    assert points(answer) == {"2026-11-16": "1000.000000", "2026-11-18": "1200.000000", "2026-11-20": "1440"}
    assert made_by(answer) == {(portfolio.id, "INFY"): 200, (other.id, "INFY"): 40}


def test_years_have_what_was_booked_in_any_of_them_by_its_own_rules(given, asha, portfolio, other):
    with given.database.transaction() as tx:
        changes = PortfolioChanges(charges_in_cost=False)
        change_portfolio(tx, given.world, asha.id, portfolio.id, portfolio.version, changes)
    given.record(
        asha, portfolio, buy("INFY", "10", "100", "2025-03-03", fees="5"), sell("INFY", "5", "130", "2025-04-02")
    )
    given.record(asha, other, buy("TCS", "1", "100", "2026-01-05", fees="7"), sell("TCS", "1", "90", "2026-01-06"))
    given.record(asha, other, buy("TCS", "2", "100", "2026-01-07"), trade("DIVIDEND", "TCS", "2", "4", "2026-05-04"))
    given.price(given.instrument("INFY"), "130")
    given.price(given.instrument("TCS"), "100")

    years = together(given, asha)["years"]

    # 5 × 30 and 90 − 100 − 7 in the year to March 2026, 8 of income in that after it; the other 5 are in no cost
    assert [(year["year"], *(float(year[name]) for name in ("realised", "income", "charges"))) for year in years] == [
        *(("2026-27", 0, 8, 0), ("2025-26", 133, 0, 0), ("2024-25", 0, 0, 5)),
    ]


def test_who_has_nothing_has_made_nothing(given, asha):
    answer = together(given, asha, holdings=True)

    assert (answer["currency"], answer["from"], answer["to"]) == ("INR", "2026-11-20", "2026-11-20")
    assert (answer["end_value"], answer["made"], answer["years"], answer["holdings"]) == ("0", "0.0", [], [])


def test_what_is_anothers_is_in_it_nowhere(given, asha, portfolio):
    ravi = given.user("Ravi")
    his = given.portfolio(ravi)
    house = named("HOUSE", "MANUAL", AssetType.BOND, currency="INR")
    given.record(ravi, his, trade("OPENING", house, "1", "100", "2026-11-18"))
    with given.database.reading() as tx:
        [row] = tx.ledgers.rows_of_all(ravi.id)

    assert his.id.encode() not in tagged(given, asha, holdings=True).body
    assert his.id.encode() in tagged(given, ravi, holdings=True).body
    with pytest.raises(NotFound):
        tagged(given, asha, benchmark_id=row.instrument_id)


def test_who_has_the_answer_gets_none_and_every_change_is_another_tag(given, asha, portfolio, other):
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-11-16"))
    first = tagged(given, asha)

    assert tagged(given, asha, known=[first.tag]).body is None
    tags = [first.tag, *(tagged(given, asha, **one).tag for one in ({"since": "2026-11-17"}, {"holdings": True}))]
    given.record(asha, other, buy("INFY", "1", "100", "2026-11-16"))
    tags.append(tagged(given, asha).tag)
    given.price(given.instrument("INFY"), "120")
    tags.append(tagged(given, asha).tag)
    given.clock.now = at("2026-11-21T09:00")
    tags.append(tagged(given, asha).tag)
    assert len(set(tags)) == len(tags) == 6


def test_an_answer_is_json_with_decimals_as_texts(given, asha, portfolio):
    given.record(asha, portfolio, buy("INFY", "10", "100.10", "2026-11-16"))
    given.price(given.instrument("INFY"), "100.10")

    assert Decimal(together(given, asha)["made"]) == 0
