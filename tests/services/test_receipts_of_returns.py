"""Receipts of the benchmark, of years, and the rows of prices below the values of a return.

The clock stands at Friday, 20 November 2026, 14:40 in Mumbai.
"""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named, sell, trade
from tests.reports.redo import faults
from tests.services.redone import redo, steps
from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.reports.receipt import write_receipt
from tickfolio.services import evidence, past_worths
from tickfolio.services.drafts import Draft
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio
from tickfolio.services.receipts import explain
from tickfolio.storage.prices import PricePoint

TODAY = date(2026, 11, 20)
IN_YORK = named("INFY", "NYSE")
# What an answer of performance says beside its figures: names, days, what was asked for, and what is only drawn.
NO_FIGURES = {
    *("portfolio", "from", "to", "days", "xirr_several", "reasons", "risk_free_pct", "series", "max_drawdown_on"),
    "held_back",
    *("id", "portfolio_id", "instrument", "year", "benchmark", "years", "holdings"),
}
# The same of a summary.
NO_AMOUNTS = {
    *("id", "portfolio_id", "instrument", "price", "fx_on", "portfolio", "currency", "coverage"),
    *("last_updated_at", "next_refresh_at", "holdings", "closed", "provisional"),
}


@pytest.fixture
def asha(given):
    return given.user(administrator=True)


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


def remember(given, instrument, **by_day):
    """Closes by day, as d2026_01_05="100": at noon by UTC, fetched two hours later from the scripted source."""
    days = {day[1:].replace("_", "-"): Decimal(price) for day, price in by_day.items()}
    points = [
        PricePoint(instrument.id, "close", at(f"{day}T12:00"), price, "scripted", at(f"{day}T14:00"))
        for day, price in days.items()
    ]
    with given.database.transaction() as tx:
        tx.prices.remember(points)


def track_cash(given, asha, portfolio):
    with given.database.transaction() as tx:
        changes = PortfolioChanges(cash_tracked=True)
        return change_portfolio(tx, given.world, asha.id, portfolio.id, portfolio.version, changes)


def receipt_of(given, user, portfolio, figure, holding=None, **asked):
    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        return json.loads(write_receipt(explain(tx, user, portfolio.id, figure, holding, Asked(**asked), TODAY)))


def answer_of(given, user, portfolio, **asked):
    with given.database.reading() as tx:
        user = tx.people.load(user.id)
        told = load_performance(given.summaries(), tx, given.world, user, portfolio.id, Asked(**asked), ())
    return json.loads(told.body)


def assert_comes_to(receipt, shown):
    """The receipt says what the answer does, and its own arithmetic does, at each of its steps."""
    assert receipt["value"] == shown
    for node in steps(receipt["working"]) if shown is not None else ():
        assert redo(node) == pytest.approx(float(node["value"]), rel=1e-9, abs=1e-9), node["label"]
    if shown is None:
        assert receipt["reason"]
    else:
        assert redo(receipt["working"]) == pytest.approx(float(shown), rel=1e-9, abs=1e-9)


@pytest.fixture
def everything(given, asha, portfolio):
    """Two years of dollars and rupees: charges, a split, a bonus, cash, a dividend, and an index in dollars."""
    pairs = {code: given.pair(code) for code in ("INR", "USD")}
    weekly = [date.fromordinal(day) for day in range(date(2025, 1, 1).toordinal(), TODAY.toordinal(), 5)]
    for step, day in enumerate(weekly):
        stamp = f"d{day:%Y_%m_%d}"
        remember(given, pairs["INR"], **{stamp: f"{90 + step * 0.11:.2f}"})
        remember(given, pairs["USD"], **{stamp: f"{1.05 + step * 0.001:.3f}"})
    portfolio = track_cash(given, asha, portfolio)
    given.record(
        asha,
        portfolio,
        Draft(trade("DEPOSIT", "X", "1", "1", "2025-01-06").type, date(2025, 1, 6), None, Decimal(1), Decimal(90000)),
        buy("INFY", "10", "1400.50", "2025-01-06", fees="20"),
        buy(IN_YORK, "8", "16", "2025-01-07", fees="2"),
        trade("SPLIT", "INFY", "0", "0", "2025-06-02", ratio=read_ratio("2:1")),
        sell("INFY", "6", "801", "2025-09-15", fees="11"),
        trade("DIVIDEND", "INFY", "14", "5", "2025-10-06", taxes="7"),
        trade("BONUS", "INFY", "0", "0", "2026-02-02", ratio=read_ratio("3:2")),
        Draft(trade("FEE", "X", "1", "1", "2026-03-02").type, date(2026, 3, 2), None, Decimal(1), Decimal(30)),
        sell(IN_YORK, "3", "21", "2026-06-01", fees="1"),
        Draft(trade("WITHDRAWAL", "X", "1", "1", "2026-06-08").type, date(2026, 6, 8), None, Decimal(1), Decimal(4000)),
    )
    with given.database.transaction() as tx:
        index = tx.instruments.add_if_new(
            replace(
                pairs["USD"], id=given.new_id(), asset_type=AssetType.INDEX, exchange="NYSE", symbol="SPX", name="SPX"
            )
        )
    days = [f"d{year}_{month:02}_05" for year in (2025, 2026) for month in range(1, 13)]
    days = ["d2025_01_03", *[day for day in days if day < "d2026_11_20"]]
    for step, day in enumerate(days):
        before = day < "d2025_06_02"
        bonus = day >= "d2026_02_02"
        remember(
            given,
            given.instrument("INFY"),
            **{day: str(1400 + 7 * step if before else 500 + step - step % 3 * 4 if bonus else 710)},
        )
        remember(given, given.instrument("INFY", "NYSE"), **{day: f"{16 + step * 0.23 - step % 3 * 0.5:.2f}"})
        remember(given, index, **{day: f"{5000 + step * 41.5:.1f}"})
    given.price(given.instrument("INFY"), "530.25", "528", at("2026-11-20T09:00"))
    given.price(given.instrument("INFY", "NYSE"), "22.50", "22", at("2026-11-19T20:00"), status=PriceStatus.CLOSE)
    given.price(pairs["INR"], "105.5", "105", at("2026-11-19T15:00"), source="ecb", status=PriceStatus.CLOSE)
    given.price(pairs["USD"], "1.17", "1.16", at("2026-11-19T15:00"), source="ecb", status=PriceStatus.CLOSE)
    return portfolio, index


def figures_in(answer):
    """(name of the figure, the holding or None, what is shown) of everything in an answer that is a figure."""
    yield from ((name, None, shown) for name, shown in answer.items() if name not in NO_FIGURES)
    yield from ((f"benchmark.{k}", None, shown) for k, shown in answer["benchmark"].items() if k not in NO_FIGURES)
    for year in answer["years"]:
        yield from ((f"years.{year['year']}.{k}", None, shown) for k, shown in year.items() if k not in NO_FIGURES)
    for one in answer["holdings"]:
        yield from ((name, one["id"], shown) for name, shown in one.items() if name not in NO_FIGURES)


@pytest.mark.parametrize("since", [None, date(2025, 9, 15)], ids=["from the first day", "from a Monday"])
def test_every_figure_of_performance_has_a_receipt_that_comes_to_it(given, asha, everything, since):
    portfolio, index = everything
    answer = answer_of(given, asha, portfolio, since=since, benchmark_id=index.id, holdings=True)

    shown = list(figures_in(answer))
    for name, holding, value in shown:
        assert_comes_to(receipt_of(given, asha, portfolio, name, holding, since=since, benchmark_id=index.id), value)

    # 13 of the whole, of each of two holdings and of the cash, 4 of the benchmark, 9 of each of three financial years
    assert len(shown) == 13 * 4 + 4 + 9 * 3
    # cash has 5 figures in money, and no return
    [cash] = [one["id"] for one in answer["holdings"] if one["instrument"]["asset_type"] == "CASH"]
    assert {holding for _, holding, value in shown if value is None} == {cash}
    assert [value is None for _, holding, value in shown if holding == cash].count(True) == 13 - 5


def test_what_the_parts_made_adds_up_to_the_whole(given, asha, everything):
    portfolio, _ = everything
    for since in (None, date(2025, 9, 15), date(2026, 3, 2)):
        answer = answer_of(given, asha, portfolio, since=since, holdings=True)
        parts = sum(float(one["made"]) for one in answer["holdings"])
        assert parts == pytest.approx(float(answer["made"]), rel=1e-9)


def test_a_year_of_a_holding_can_be_opened_too(given, asha, everything):
    portfolio, index = everything
    years = answer_of(given, asha, portfolio)["years"]
    for one in answer_of(given, asha, portfolio, holdings=True)["holdings"]:
        for year in years:
            name = f"years.{year['year']}.made"
            asked = {"since": date.fromisoformat(year["from"]), "until": date.fromisoformat(year["to"])}
            told = {each["id"]: each for each in answer_of(given, asha, portfolio, holdings=True, **asked)["holdings"]}
            receipt = receipt_of(given, asha, portfolio, name, one["id"])
            assert_comes_to(receipt, receipt["value"])
            assert float(receipt["value"]) == pytest.approx(float(told[one["id"]]["made"]), rel=1e-9)
        with pytest.raises(InvalidInput):
            receipt_of(given, asha, portfolio, "years.2025-26.benchmark_twr_pct", one["id"], benchmark_id=index.id)


def test_what_was_made_is_opened_down_to_the_closes(given, asha, portfolio, beside):
    receipt = receipt_of(given, asha, portfolio, "made", until=date(2026, 1, 15))

    # 15 × 120 − 0 − (1000 + 600 − 0)
    assert (receipt["value"], receipt["working"]["op"]) == ("200.0", "difference")
    assert [float(part["value"]) for part in receipt["working"]["parts"]] == [1800, 0, 1600]
    assert [value for value, _ in prices_in(receipt)] == ["120"]


def test_cash_without_a_line_of_its_own_has_no_receipt_of_performance(given, asha, portfolio):
    portfolio = track_cash(given, asha, portfolio)
    [row] = given.record(
        asha,
        portfolio,
        Draft(trade("DEPOSIT", "X", "1", "1", "2025-01-06").type, date(2025, 1, 6), None, Decimal(1), Decimal(90)),
    )
    with given.database.reading() as tx:
        cash = tx.holdings.find(asha.id, portfolio.id, row.instrument_id).id

    with pytest.raises(InvalidInput) as refused:
        receipt_of(given, asha, portfolio, "made", cash)

    assert refused.value.field == "figure"


def test_every_figure_of_the_summary_has_a_receipt(given, asha, everything):
    portfolio, _ = everything
    summary = json.loads(given.summary(asha, portfolio))

    for whose, said in [(None, summary), *((one["id"], one) for one in summary["holdings"] + summary["closed"])]:
        for name in said.keys() - NO_AMOUNTS:
            receipt = receipt_of(given, asha, portfolio, name, whose)
            assert (receipt["value"], faults(receipt)) == (said[name], []), name


def test_a_figure_that_has_no_receipt_is_noticed(given, asha, everything):
    portfolio, index = everything
    answer = answer_of(given, asha, portfolio, benchmark_id=index.id, holdings=True)
    answer["benchmark"]["luck_pct"] = "7"

    [(name, holding, _)] = [one for one in figures_in(answer) if "luck" in one[0]]
    with pytest.raises(InvalidInput):
        receipt_of(given, asha, portfolio, name, holding, benchmark_id=index.id)


# --- The benchmark ---------------------------------------------------------------------------------------------------


@pytest.fixture
def beside(given, asha, portfolio):
    """10 units for 1000 on the 5th, 5 for 600 on the 12th; the index at 200, then 240, then 300."""
    given.record(asha, portfolio, buy("INFY", "10", "100", "2026-01-05"), buy("INFY", "5", "120", "2026-01-12"))
    given.record(asha, given.portfolio(asha, name="Elsewhere"), buy("NIFTYBEES", "1", "1"))
    index = given.instrument("NIFTYBEES")
    remember(given, given.instrument("INFY"), d2026_01_05="100", d2026_01_12="120", d2026_01_16="130")
    remember(given, index, d2026_01_05="200", d2026_01_12="240", d2026_01_16="300")
    return index


def prices_in(receipt):
    """(the close, its fact) of every row of prices in a receipt, each once."""
    rows = [
        (one["value"], one["fact"]) for one in steps(receipt["working"]) if (one["fact"] or {}).get("kind") == "price"
    ]
    return [row for number, row in enumerate(rows) if row not in rows[:number]]


def test_the_same_flows_are_bought_at_the_closes_of_their_days(given, asha, portfolio, beside):
    asked = {"until": date(2026, 1, 16), "benchmark_id": beside.id}
    receipt = receipt_of(given, asha, portfolio, "benchmark.same_flows_value", **asked)

    # 1000 ÷ 200 + 600 ÷ 240 = 7.5 units, × 300 = 2250
    assert float(receipt["value"]) == 2250
    units, price = receipt["working"]["parts"]
    assert [float(one["value"]) for one in (units, price)] == [7.5, 300]
    assert [[float(part["value"]) for part in one["parts"]] for one in units["parts"]] == [[1000, 200], [600, 240]]
    assert prices_in(receipt)[0] == (
        "200",
        {
            "kind": "price",
            "source": "scripted",
            "as_of": "2026-01-05T12:00:00Z",
            "fetched_at": "2026-01-05T14:00:00Z",
            "status": "close",
        },
    )
    assert [value for value, _ in prices_in(receipt)] == ["200", "240", "300"]


def test_what_the_same_flows_gained_is_their_worth_less_what_went_in(given, asha, portfolio, beside):
    asked = {"until": date(2026, 1, 16), "benchmark_id": beside.id}
    gain = receipt_of(given, asha, portfolio, "benchmark.same_flows_gain", **asked)
    twr = receipt_of(given, asha, portfolio, "benchmark.twr_pct", **asked)

    assert (float(gain["value"]), gain["unit"]) == (650, "money")  # 2250 − 1600
    assert (float(twr["value"]), twr["unit"]) == (pytest.approx(50), "percent")  # from the first money on: 300 ÷ 200
    assert [value for value, _ in prices_in(twr)] == ["300", "200"]
    assert_comes_to(gain, gain["value"])
    assert_comes_to(twr, twr["value"])


def test_a_benchmark_without_a_price_is_unknown_and_says_so(given, asha, portfolio, beside):
    given.record(asha, portfolio, buy("UNPRICED", "1", "1", "2026-01-14"))
    nowhere = given.instrument("UNPRICED")

    for name in ("twr_pct", "same_flows_value", "same_flows_xirr_pct", "same_flows_gain"):
        receipt = receipt_of(given, asha, portfolio, f"benchmark.{name}", benchmark_id=nowhere.id)
        assert (receipt["value"], receipt["working"], receipt["reason"]) == (None, None, "no_close")


def test_a_figure_of_the_benchmark_wants_one_named(given, asha, portfolio, beside):
    with pytest.raises(InvalidInput) as refused:
        receipt_of(given, asha, portfolio, "benchmark.twr_pct")

    assert refused.value.field == "benchmark"


def test_a_benchmark_of_somebody_else_is_not_found(given, asha, portfolio, beside):
    ravi = given.user("Ravi")
    given.record(ravi, given.portfolio(ravi), buy(named("Flat", "MANUAL", currency="INR"), "1", "1"))
    with given.database.reading() as tx:
        his = tx.instruments.find(ravi.id, AssetType.STOCK, "MANUAL", "Flat")

    with pytest.raises(NotFound):
        receipt_of(given, asha, portfolio, "benchmark.twr_pct", benchmark_id=his.id)


# --- The prices below a value ----------------------------------------------------------------------------------------


def test_below_each_value_of_a_return_stand_the_closes_that_make_it(given, asha, portfolio, beside):
    receipt = receipt_of(given, asha, portfolio, "twr_pct", until=date(2026, 1, 16))

    # 10 units at 100 until the 12th, when they are worth 1200 and 600 come in; then 15 at 120 and 15 at 130
    values = [one for one in steps(receipt["working"]) if one["label"] == "Value" and one["parts"]]
    assert [one["value"] for one in values] == ["1000", "1800", "1000", "1950", "1800"]
    [line] = values[3]["parts"]
    assert (line["label"], [float(part["value"]) for part in line["parts"]]) == ("INFY", [15, 130])
    assert line["parts"][1]["fact"]["source"] == "scripted"
    assert values[3]["fact"] == {"kind": "day", "on": "2026-01-16"}
    assert {value for value, _ in prices_in(receipt)} == {"100", "120", "130"}


def test_a_close_from_before_a_split_is_divided_and_a_rate_has_its_legs(given, asha, everything):
    portfolio, _ = everything
    receipt = receipt_of(given, asha, portfolio, "start_value", since=date(2025, 6, 4))

    # on 3 June 20 units, split the day before, at a close of May: 1400 + 7 × 5 = 1435, for each old unit
    [infosys, in_york, cash] = receipt["working"]["parts"]
    units, price = infosys["parts"]
    assert (float(units["value"]), float(price["value"])) == (20, 717.5)
    assert "split" in {one["fact"]["kind"] for one in steps(price) if one["fact"]}
    rate = in_york["parts"][2]
    assert rate["fact"]["kind"] == "fx"
    assert [leg["source"] for leg in rate["fact"]["legs"]] == ["scripted", "scripted"]
    assert cash["label"] == "Cash, INR"


@pytest.mark.parametrize(("where", "limit"), [(evidence, "NESTED_ROWS_MAX"), (past_worths, "PRICE_ROWS_MAX")])
def test_where_it_would_be_too_much_a_value_stands_for_itself_and_that_is_said(
    given, asha, portfolio, beside, monkeypatch, where, limit
):
    nested = receipt_of(given, asha, portfolio, "twr_pct")
    monkeypatch.setattr(where, limit, 1)
    receipt = receipt_of(given, asha, portfolio, "twr_pct")

    assert_comes_to(receipt, nested["value"])
    assert prices_in(receipt) == []
    assert [note for note in receipt["notes"] if note not in nested["notes"]] == [
        "There is too much for one receipt: each value of a day stands as a fact, without the prices below it."
    ]


def test_what_has_no_value_of_a_day_in_it_is_never_too_much(given, asha, portfolio, beside, monkeypatch):
    monkeypatch.setattr(evidence, "NESTED_ROWS_MAX", 1)

    receipt = receipt_of(given, asha, portfolio, "money_in")

    assert receipt["notes"] == ["Reckoned in floating point: good to about twelve digits."]


def test_many_days_of_one_instrument_are_the_same_rows_as_few(given, asha, portfolio, monkeypatch):
    given.record(asha, portfolio, *(buy("INFY", "1", "100", f"2026-01-{day:02}") for day in range(5, 25)))
    remember(given, given.instrument("INFY"), **{f"d2026_01_{day:02}": str(100 + day) for day in range(5, 25)})

    one_by_one = receipt_of(given, asha, portfolio, "twr_pct")
    monkeypatch.setattr("tickfolio.services.past_prices._SINGLE_READS_MAX", 3)

    assert receipt_of(given, asha, portfolio, "twr_pct") == one_by_one
    assert len(prices_in(one_by_one)) == 20


# --- Financial years -------------------------------------------------------------------------------------------------


@pytest.fixture
def sold(given, asha, portfolio):
    """Of 10 at 100 and 10 at 200 sold: 4 in March 2026, 6 in April and 1 in May."""
    given.record(
        asha,
        portfolio,
        buy("INFY", "10", "100", "2025-05-05"),
        buy("INFY", "10", "200", "2025-06-02"),
        sell("INFY", "4", "250", "2026-03-30", fees="10"),
        sell("INFY", "6", "260", "2026-04-01"),
        sell("INFY", "1", "270", "2026-05-04"),
        buy("TCS", "1", "50", "2025-05-05"),
    )


def test_what_was_realised_in_a_year_is_its_sales_with_what_they_had_cost(given, asha, portfolio, sold):
    before = receipt_of(given, asha, portfolio, "years.2025-26.realised")
    after = receipt_of(given, asha, portfolio, "years.2026-27.realised")

    # An average of 150: 4 × 250 − 10 − 600 = 390; 6 × 260 − 900 = 660 and 270 − 150 = 120
    for receipt, value, sales in ((before, 390, [390]), (after, 780, [660, 120])):
        assert (float(receipt["value"]), faults(receipt)) == (value, [])
        [line] = receipt["working"]["parts"]
        assert (line["label"], [float(sale["value"]) for sale in line["parts"]]) == ("INFY", sales)
        assert {sale["fact"]["type"] for sale in line["parts"]} == {"SELL"}
    assert before["label"] == "Realised in 2025-26"


def test_a_line_of_a_year_can_be_opened_and_is_all_there_is_in_a_long_ledger(given, asha, portfolio, sold, monkeypatch):
    monkeypatch.setattr(evidence, "NESTED_ROWS_MAX", 1)
    receipt = receipt_of(given, asha, portfolio, "years.2026-27.realised")

    [line] = receipt["working"]["parts"]
    assert (line["parts"], line["fact"]["kind"], line["figure"]) == ([], "holding", "years.2026-27.realised")
    assert receipt["notes"] == ["The ledger is long: open a holding to see how its own line came about."]
    opened = receipt_of(given, asha, portfolio, line["figure"], line["holding_id"])
    assert (opened["value"], faults(opened), len(opened["working"]["parts"])) == (line["value"], [], 2)


def test_a_year_in_which_nothing_was_is_refused(given, asha, portfolio, sold):
    with pytest.raises(InvalidInput) as refused:
        receipt_of(given, asha, portfolio, "years.2019-20.realised")

    assert refused.value.field_code == "unknown_year"


# --- Words -----------------------------------------------------------------------------------------------------------


def test_a_bonus_is_called_one_and_cash_is_called_cash(given, asha, everything):
    portfolio, _ = everything
    held = json.loads(given.summary(asha, portfolio))["holdings"]
    infosys = next(one["id"] for one in held if one["instrument"]["exchange"] == "NSE")

    for figure in ("quantity", "invested"):
        said = [one["label"] for one in steps(receipt_of(given, asha, portfolio, figure, infosys)["working"])]
        assert next(label for label in said if label.startswith("Split of")).startswith("Split of 2025-06-02")
        assert next(label for label in said if label.startswith("Bonus of")).startswith("Bonus of 2026-02-02")
    cash = receipt_of(given, asha, portfolio, "cash")
    assert "Cash, INR" in {one["label"] for one in cash["working"]["parts"]}
