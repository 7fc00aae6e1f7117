"""What the adapter of complaints has to understand, in made cases: every kind of row, price, rate and figure."""

import json
from decimal import Decimal

import pytest

from tests.cases.adapters import check
from tests.cases.runner import read_case

NEAR = {"abs": 1e-9, "pct_abs": 1e-6}


def buy(symbol, on, quantity, price, **more):
    return {"type": "BUY", "date": on, "symbol": symbol, "quantity": quantity, "price": price} | more


def row(kind, on, symbol=None, **more):
    return {"type": kind, "date": on} | ({} if symbol is None else {"symbol": symbol}) | more


def close(symbol, on, price, **more):
    return {"symbol": symbol, "date": on, "price": price} | more


def rate(source, target, on, told):
    return {"from": source, "to": target, "date": on, "rate": told}


def wrong_about(tmp_path, stage, inputs, expected, **more):
    """What the runner says of a case that is read from a file, as the shared ones are."""
    told = {"portfolio_currency": "USD", "cost_method": "average", "prices": [], "as_of": "2025-06-30"} | inputs
    path = tmp_path / "made.json"
    case = {"id": "made", "area": "complaint", "inputs": told, "expected": expected, "tolerance": NEAR} | more
    path.write_text(json.dumps(case), encoding="utf-8")
    return check(read_case(path, tmp_path), stage)


CASES = {
    # cost 10 × 10, 5 × 8 + 1, 1 × 12 = 153; income 12 + 3 − 1; charges 2 + 4; 320 − 153 + 14 − 6 = 175
    "every kind of income and charge": (
        {
            "transactions": [
                row("OPENING", "2024-01-02", "A", quantity=10, price=10),
                row("RIGHTS", "2024-02-01", "A", quantity=5, price=8, fees=1),
                row("REINVEST", "2024-03-01", "A", quantity=1, price=12),
                row("INTEREST", "2024-04-01", "A", quantity=1, price=3, taxes=1),
                row("TAX", "2024-04-02", "A", quantity=1, price=2),
                row("FEE", "2024-04-03", quantity=1, price=4),
            ],
            "prices": [close("A", "2025-06-30", 20)],
        },
        {
            "quantity": 16,
            "invested": 153,
            "current_value": 320,
            "profit_loss": 167,
            "income": 14,
            "charges": 6,
            "tax_withheld": 1,
            "total_profit_loss": 175,
            "realised": 0,
        },
    ),
    # 1000 − 500 − 100 = 400 in cash; what was worth 1000 became 1100 before 100 went out
    "cash that comes and goes": (
        {
            "transactions": [
                row("DEPOSIT", "2024-06-30", quantity=1, price=1000),
                buy("A", "2024-07-01", 10, 50),
                row("WITHDRAWAL", "2025-06-30", quantity=1, price=100),
            ],
            "prices": [close("A", "2024-07-01", 50), close("A", "2025-06-30", 60)],
        },
        {"quantity": 10, "cash": 400, "current_value": 600, "profit_loss": 100, "twr_pct": 10},
    ),
    # 4 of 10 that cost 100 are switched for 60: 20 realised; of the 60 left a quarter, 15, goes to C
    "units that become others": (
        {
            "transactions": [
                buy("A", "2024-01-02", 10, 10),
                row("SWITCH", "2024-02-01", "A", quantity=4, price=15, to_symbol="B", to_quantity=6),
                row("DEMERGER", "2024-03-01", "A", to_symbol="C", to_quantity=6, cost_pct=25),
            ],
            "prices": [close(symbol, "2025-06-30", price) for symbol, price in (("A", 20), ("B", 10), ("C", 5))],
        },
        {
            "realised": 20,
            "holdings": {
                "A": {"quantity": 6, "invested": 45, "realised": 20},
                "B": {"quantity": 6, "invested": 60, "current_value": 60},
                "C": {"quantity": 6, "invested": 15, "current_value": 30},
            },
            "total_profit_loss": 110,
        },
    ),
    # 2 × 100 USD × 80 + 3 × 10 GBP × 100 = 19000 INR; 2 × 110 × 85 + 3 × 11 × 110 = 22330
    "rates without the euro, and pence": (
        {
            "portfolio_currency": "INR",
            "instruments": {"U": {"currency": "USD"}, "G": {"currency": "GBX"}},
            "transactions": [buy("U", "2025-06-02", 2, 100), buy("G", "2025-06-02", 3, 1000, currency="GBp")],
            "fx": [
                *(rate("USD", "INR", "2025-06-02", 80), rate("GBP", "INR", "2025-06-02", 100)),
                *(rate("USD", "INR", "2025-06-30", 85), rate("GBP", "INR", "2025-06-30", 110)),
            ],
            "prices": [close("U", "2025-06-30", 110), close("G", "2025-06-30", 1100, currency="GBX")],
        },
        {
            "invested": 19000,
            "current_value": 22330,
            "priced": "2 of 2",
            "missing": [],
            "holdings": {
                "U": {"avg_buy_price": 100, "current_value": 18700},
                "G": {"avg_buy_price": 10, "current_value": 3630},
            },
        },
    ),
    # bought at 0.9 EUR a dollar; now a euro is 1.25 dollars, so a dollar 0.8: 180 became 2 × 110 × 0.8 = 176
    "rates into and out of the euro": (
        {
            "portfolio_currency": "EUR",
            "transactions": [buy("U", "2025-06-02", 2, 100, currency="USD")],
            "fx": [rate("USD", "EUR", "2025-06-02", 0.9), rate("EUR", "USD", "2025-06-30", 1.25)],
            "prices": [close("U", "2025-06-30", 110)],
        },
        {"invested": 180, "current_value": 176, "profit_loss": -4},
    ),
    # 10 bought at 100 are 50 after the split; 22 adjusted were 110 as traded; 50 × 23 = 1150
    "an instrument's own split, adjusted closes in pence, and a day without one": (
        {
            "portfolio_currency": "GBP",
            "price_basis": "split_adjusted",
            "transactions": [buy("A", "2025-01-02", 10, 100)],
            "instrument_actions": [{"symbol": "A", "type": "SPLIT", "date": "2025-03-03", "ratio": "5:1"}],
            "prices": [
                *(close("A", "2025-01-02", 2000, currency="GBp"), close("A", "2025-02-28", 2200, currency="GBp")),
                *(close("A", "2025-03-03", 2300, currency="GBp"), close("A", "2025-06-30", None)),
            ],
        },
        {
            "quantity": 50,
            "invested": 1000,
            "current_value": 1150,
            "twr_pct": 15,
            "value_on": {"2025-02-01": 1000, "2025-02-28": 1100, "2025-03-03": 1150},
        },
    ),
    # 10 × (310 − 300), of 3000
    "a close that a source tells": (
        {
            "transactions": [buy("A", "2025-06-26", 10, 100)],
            "prices": [close("A", "2025-06-27", 300), close("A", "2025-06-30", 310), close("A", "2025-06-30", 0)],
        },
        {
            "current_value": 3100,
            "price_status": "close",
            "price_as_of": "2025-06-30",
            "day_change": 100,
            "day_change_base": 3000,
            "day_change_pct": 3.333333333333,
        },
    ),
    # first in, first out of account Y alone: 5 × 30 − 5 × 20 = 50
    "lots and accounts, and what has no price": (
        {
            "cost_method": "fifo",
            "transactions": [
                buy("A", "2024-01-02", 10, 10, account="X"),
                buy("A", "2024-02-02", 10, 20, account="Y"),
                row("SELL", "2024-05-02", "A", quantity=5, price=30, account="Y"),
            ],
        },
        {
            "lots_sold": [{"quantity": 5, "acquired": "2024-02-02", "cost": 100, "gain": 50}],
            "accounts": {"X": {"quantity": 10}, "Y": {"quantity": 5, "invested": 100, "avg_buy_price": 20}},
            "current_value": None,
            "profit_loss": None,
            "priced": "0 of 1",
            "missing": ["A"],
            "by_method": {"average": {"realised": 50, "X": {"invested": 100, "acquired": "2024-01-02"}}},
        },
    ),
    # from the close of 2024-12-31: 20 became 22
    "a period that begins later": (
        {
            "from": "2025-01-01",
            "transactions": [buy("A", "2024-01-02", 10, 10)],
            "prices": [close("A", "2024-12-31", 20), close("A", "2025-06-30", 22)],
        },
        {"twr_pct": 10, "profit_loss": 120},
    ),
    # the next day has its own close: 10 × 12 − 100
    "a day later": (
        {
            "transactions": [buy("A", "2025-06-30", 10, 10)],
            "prices": [close("A", "2025-06-30", 11), close("A", "2025-07-01", 12)],
        },
        {
            "next_day": {"date": "2025-07-01", "current_value": 120, "profit_loss": 20},
            "current_value": 110,
            "twr_pct": 10,
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_of(tmp_path, stage, name):
    inputs, expected = CASES[name]

    assert wrong_about(tmp_path, stage, inputs, expected) == []


def test_every_wrong_figure_of_a_case_is_told(tmp_path, stage):
    inputs = {"transactions": [buy("A", "2025-06-26", 10, 100)], "prices": [close("A", "2025-06-27", 300)]}
    expected = {"nonsense": 1, "quantity": 11, "holdings": {"Z": {"quantity": 1}, "A": {"foo": 1, "invested": 999}}}

    wrong = wrong_about(tmp_path, stage, inputs, expected, shown_wrongly={"invested": 1000, "why": "three reasons"})

    assert wrong == [
        "nonsense: no adapter knows this expected key",
        "quantity: shown 10, expected 11",
        "holdings.Z: no adapter knows this expected key",
        "holdings.A.foo: no adapter knows this expected key",
        "holdings.A.invested: shown 1000, expected 999",
        "invested: shown 1000, which is the wrong figure of the complaint",
    ]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"transactions": [], "weather": "fair"}, "no adapter knows the inputs ['weather']"),
        ({"transactions": [buy("A", "2025-01-02", 1, 1, mood="good")]}, "no adapter knows ['mood'] of a transaction"),
        ({"transactions": [], "price_basis": "guessed"}, "no adapter knows the price basis guessed"),
        ({"transactions": [], "rows": [{"line": 1, "text": "?"}]}, "rows of ['line', 'text'] want an importer"),
    ],
)
def test_an_input_that_the_adapter_does_not_know_fails(tmp_path, stage, inputs, told):
    assert wrong_about(tmp_path, stage, inputs, {}) == [told]


def test_a_position_with_the_cost_of_all_of_it_is_not_multiplied_back(tmp_path, stage):
    held = {"shares": 3, "symbol": "A", "cost_basis": 100}
    expected = {"quantity": 3, "invested": 100, "avg_buy_price": float(Decimal(100) / 3)}

    assert wrong_about(tmp_path, stage, {"rows": [held]}, expected) == []
