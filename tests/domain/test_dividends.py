"""Declared dividends that a ledger lacks."""

from datetime import date
from decimal import Decimal

import pytest

from tests.domain.made import buy, case_ledger, read_case, sell
from tickfolio.domain.dividends import DeclaredDividend, suggest_dividends
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.matching import match_lots
from tickfolio.domain.splits import Ratio, Split

TODAY = date(2026, 11, 20)


def declared(ex_on, per_unit="2"):
    return DeclaredDividend(date.fromisoformat(ex_on), Decimal(per_unit))


def suggested(rows, *facts, booked=(), splits=(), today=TODAY):
    changes = match_lots(rows, CostMethod.AVERAGE, "X", splits).changes
    found = suggest_dividends(facts, changes, [date.fromisoformat(day) for day in booked], today)
    return [(one.ex_on.isoformat(), one.quantity, one.amount) for one in found]


def test_case_no_dividend_on_shares_that_were_not_held_yet(shared):
    case = read_case(shared, "complaints/investbrain_113_dividends_before_the_first_purchase")
    facts = [declared(one["ex_date"], one["per_share"]) for one in case["inputs"]["declared_dividends"]]

    found = suggested(case_ledger(case["inputs"]["transactions"]), *facts, today=date(2025, 9, 1))

    expected = [(one["ex_date"], one["quantity"], one["amount"]) for one in case["expected"]["suggested_dividends"]]
    assert found == expected


@pytest.mark.parametrize(("bought_on", "quantity"), [("2026-06-09", None), ("2026-06-10", None), ("2026-06-08", 10)])
def test_what_counts_is_held_at_the_close_before(bought_on, quantity):
    found = suggested([buy(10, 100, bought_on)], declared("2026-06-09"))

    assert [units for _, units, _ in found] == ([] if quantity is None else [quantity])


def test_what_is_sold_on_the_day_itself_is_paid_still():
    rows = [buy(10, 100, "2026-01-05"), sell(10, 120, "2026-06-09")]

    # 10 held on the 8th: 10 × 2 = 20; none on the 9th any more.
    assert suggested(rows, declared("2026-06-09"), declared("2026-06-10")) == [("2026-06-09", 10, 20)]


def test_units_are_counted_as_they_were_then():
    """10 became 100 on 1 July; before it a unit was paid 2, after it 0.25, and on its day the old units count."""
    rows = [buy(10, 100, "2026-01-05")]
    split = Split(rows[0].instrument_id, date(2026, 7, 1), Ratio(Decimal(10), Decimal(1)))

    found = suggested(
        rows,
        declared("2026-09-09", "0.25"),
        declared("2026-07-01"),
        declared("2026-03-09"),
        splits=[split],
    )

    assert found == [("2026-03-09", 10, 20), ("2026-07-01", 10, 20), ("2026-09-09", 100, 25)]


@pytest.mark.parametrize(
    ("booked_on", "is_left_out"),
    [
        ("2026-06-03", False),  # 6 days before
        ("2026-06-04", True),
        ("2026-06-09", True),
        ("2026-07-19", True),  # 40 days after: 21 of June, 19 of July
        ("2026-07-20", False),
    ],
)
def test_one_that_is_booked_is_not_proposed_again(booked_on, is_left_out):
    found = suggested([buy(10, 100, "2026-01-05")], declared("2026-06-09"), booked=[booked_on])

    assert (found == []) is is_left_out


def test_a_day_that_has_not_come_pays_nothing_yet():
    rows = [buy(10, 100, "2026-01-05")]

    assert suggested(rows, declared("2026-11-21")) == []
    assert suggested(rows, declared("2026-11-20")) == [("2026-11-20", 10, 20)]


def test_the_amount_is_exact():
    rows = [buy("0.333333333333333333", 100, "2026-01-05")]

    [(_, _, amount)] = suggested(rows, declared("2026-06-09", "0.333333333333333333"))

    # 333333333333333333² = 111111111111111110888888888888888889, 36 decimals
    assert amount == Decimal("0.111111111111111110888888888888888889")
