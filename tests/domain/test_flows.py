"""Flows: what each kind of row puts into an instrument or takes out, and what of it crosses the portfolio's border."""

from decimal import Decimal

import numpy as np
import pytest

from tests.domain.made import trade
from tickfolio.domain.flows import list_flows, tabulate


def flows_of(row, *, cash_tracked=False, inside=()):
    """(instrument, amount, crosses) of each flow."""
    return [
        (
            flow.instrument_id.removeprefix("i-"),
            flow.amount,
            flow.crosses,
        )
        for flow in list_flows([row], inside, cash_tracked=cash_tracked)
    ]


def row(kind, price="100", quantity="10", **more):
    """10 × 100 with fees of 3 and taxes of 2, at a rate of 2."""
    return trade(kind, quantity, price, **{"fees": 3, "taxes": 2, "fx": 2} | more)


@pytest.mark.parametrize(
    ("kind", "more", "untracked", "tracked"),
    [
        # (10 × 100 + 5) × 2 = 2010 is paid; (10 × 100 − 5) × 2 = 1990 comes back. Where cash is tracked, it was there.
        pytest.param("BUY", {}, [("INFY", 2010, True)], [("INFY", 2010, False)], id="buy"),
        pytest.param("RIGHTS", {}, [("INFY", 2010, True)], [("INFY", 2010, False)], id="rights"),
        pytest.param("FEE", {}, [("INFY", 2010, True)], [("INFY", 2010, False)], id="fee"),
        pytest.param("TAX", {}, [("INFY", 2010, True)], [("INFY", 2010, False)], id="tax"),
        pytest.param("SELL", {}, [("INFY", -1990, True)], [("INFY", -1990, False)], id="sell"),
        pytest.param("DIVIDEND", {}, [("INFY", -1990, True)], [("INFY", -1990, False)], id="dividend"),
        pytest.param("INTEREST", {}, [("INFY", -1990, True)], [("INFY", -1990, False)], id="interest"),
        # An opening comes from outside whatever is tracked: no cash paid for it. 10 × 100 × 2; or its cost of 900 × 2.
        pytest.param("OPENING", {"fees": 0, "taxes": 0}, [("INFY", 2000, True)], [("INFY", 2000, True)], id="opening"),
        pytest.param(
            "OPENING",
            {"price": 0, "fees": 0, "taxes": 0, "cost": 900},
            [("INFY", 1800, True)],
            [("INFY", 1800, True)],
            id="opening at a cost",
        ),
        # What is reinvested never left.
        pytest.param("REINVEST", {}, [("INFY", 0, False)], [("INFY", 0, False)], id="reinvest"),
        # Money of the portfolio itself: what arrived, 1000 − 5, and what left, 1000 + 5; nothing where it is not kept.
        pytest.param("DEPOSIT", {}, [], [("INFY", 1990, True)], id="deposit"),
        pytest.param("WITHDRAWAL", {}, [], [("INFY", -2010, True)], id="withdrawal"),
        pytest.param("SPLIT", {"quantity": 0, "price": 0, "ratio": "2:1"}, [], [], id="split"),
        pytest.param("BONUS", {"quantity": 0, "price": 0, "ratio": "2:1"}, [], [], id="bonus"),
        # Units in kind: 10 × 100 × 2, unless the market says better; without a price nobody knows.
        pytest.param("TRANSFER_IN", {}, [("INFY", 2000, True)], [("INFY", 2000, True)], id="transfer in"),
        pytest.param("TRANSFER_OUT", {}, [("INFY", -2000, True)], [("INFY", -2000, True)], id="transfer out"),
        pytest.param(
            "TRANSFER_IN", {"price": 0}, [("INFY", None, True)], [("INFY", None, True)], id="transfer without a price"
        ),
        # The proceeds, (10 × 100 − 3) × 2 = 1994, go from the one into the other.
        pytest.param(
            "SWITCH",
            {"into": "TCS", "to_quantity": 20, "taxes": 0},
            [("INFY", -1994, False), ("TCS", 1994, False)],
            [("INFY", -1994, False), ("TCS", 1994, False)],
            id="switch",
        ),
        # 20 new units × 50 × 2 = 2000.
        pytest.param(
            "MERGER",
            {"into": "TCS", "to_quantity": 20, "price": 50, "fees": 0, "taxes": 0},
            [("INFY", -2000, False), ("TCS", 2000, False)],
            [("INFY", -2000, False), ("TCS", 2000, False)],
            id="merger",
        ),
        pytest.param(
            "DEMERGER",
            {"into": "TCS", "to_quantity": 20, "quantity": 0, "price": 0, "fees": 0, "taxes": 0, "cost_pct": 5},
            [("INFY", None, False), ("TCS", None, False)],
            [("INFY", None, False), ("TCS", None, False)],
            id="demerger",
        ),
    ],
)
def test_what_a_row_puts_in_and_takes_out(kind, more, untracked, tracked):
    made = row(kind, **more)

    assert flows_of(made) == untracked
    assert flows_of(made, cash_tracked=True) == tracked


@pytest.mark.parametrize("kind", ["TRANSFER_IN", "TRANSFER_OUT"])
def test_a_transfer_whose_other_end_lies_in_the_portfolio_moves_nothing(kind):
    made = row(kind)

    assert flows_of(made, inside={made.id}) == []
    assert flows_of(made, inside={"another"}) != []


@pytest.mark.parametrize("kind", ["BUY", "SELL", "OPENING", "DIVIDEND", "TRANSFER_IN"])
def test_without_a_rate_nobody_knows_what_flowed(kind):
    [flow] = list_flows([row(kind, fx=None)], (), cash_tracked=False)

    assert flow.amount is None
    assert flow.price is None


def test_nothing_is_nothing_at_any_rate():
    [flow] = list_flows([trade("BUY", 10, 0, fx=None)], (), cash_tracked=False)

    assert flow.amount == 0


@pytest.mark.parametrize(
    ("kind", "more", "told"),
    [
        # 100 a unit at a rate of 2, charges apart
        pytest.param("BUY", {}, [("INFY", 10, 200)], id="buy"),
        pytest.param("SELL", {}, [("INFY", -10, 200)], id="sell"),
        pytest.param("REINVEST", {}, [("INFY", 10, 200)], id="reinvest"),
        # (1000 − 3) ÷ 20 × 2 = 99.7 for each of the new units
        pytest.param(
            "SWITCH",
            {"into": "TCS", "to_quantity": 20},
            [("INFY", -10, 200), ("TCS", 20, Decimal("99.7"))],
            id="switch",
        ),
        # a price of nothing says nothing about what the others are worth
        pytest.param("BUY", {"price": 0}, [], id="given away"),
        pytest.param("DIVIDEND", {}, [], id="dividend"),
        pytest.param("TRANSFER_IN", {}, [], id="transfer"),
        pytest.param("MERGER", {"into": "TCS", "to_quantity": 20}, [], id="merger"),
    ],
)
def test_which_rows_tell_a_price(kind, more, told):
    table = tabulate(list_flows([row(kind, **more)], (), cash_tracked=False))
    flows = [table.flows[number] for numbers in table.traded.values() for number in numbers]

    assert [(flow.instrument_id.removeprefix("i-"), flow.units, flow.price) for flow in flows] == told


def test_flows_beside_their_arrays():
    rows = [row("BUY", on="2024-01-02"), row("TRANSFER_IN", on="2024-01-03", of="TCS", price=0), row("REINVEST")]

    table = tabulate(list_flows(rows, (), cash_tracked=False))

    assert table.days.tolist() == [one.traded_on.toordinal() for one in rows]
    assert np.isnan(table.amounts).tolist() == [False, True, False]
    assert table.amounts[[0, 2]].tolist() == [2010.0, 0.0]
    assert table.crosses.tolist() == [True, True, False]
    assert table.by_instrument == {"i-INFY": [0, 2], "i-TCS": [1]}
    assert table.moved == [1]


def test_no_flows_are_a_table_too():
    table = tabulate([])

    assert (len(table.days), len(table.amounts), len(table.crosses)) == (0, 0, 0)
