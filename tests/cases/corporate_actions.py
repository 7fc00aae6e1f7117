"""Splits, mergers and demergers: entered as transactions, and read from holdings and lots."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.cases.played import Played
from tests.cases.runner import Case, Figures
from tests.cases.stage import Stage

_CURRENCY, _SYMBOL = "INR", "UNIT"
_BOUGHT_ON = date(2024, 1, 1)
_SPLIT = re.compile(r"(reverse )?split (\d+:\d+)")


def play_action(case: Case, stage: Stage) -> Figures:
    """What each instrument is after the action: its units, their cost, and since when they are held."""
    if "steps" in case.inputs:
        return {"after": lambda: [_after_step(step, stage) for step in case.inputs["steps"]]}
    unknown = case.inputs.keys() - {"holding", "action"}
    assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"
    held, action = case.inputs["holding"], case.inputs["action"]
    played = _play(stage, [_bought(held), _row_of(action, held)])
    found: dict[str, Any] = {"realised": lambda: played.totals()["realised"]}
    for symbol in played.play.ids:
        own = _held(played, symbol)
        found[symbol] = own
        found |= {f"{symbol}_{key}": value for key, value in own.items()}
    return found


def _play(stage: Stage, rows: list[dict[str, Any]]) -> Played:
    as_of = max(row["date"] for row in rows)
    return Played(stage, {"portfolio_currency": _CURRENCY, "transactions": rows, "prices": [], "as_of": as_of})


def _bought(held: Mapping[str, Any]) -> dict[str, Any]:
    cost = held["cost"] if "cost" in held else held["quantity"] * held["cost_per_share"]
    row = {"type": "OPENING", "date": held["acquired"], "symbol": held["symbol"]}
    return row | {"quantity": held["quantity"], "cost": cost}


def _row_of(action: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    kind = action["type"].upper()
    row = {"type": kind, "date": action.get("date") or action["ex_date"], "symbol": held["symbol"]}
    new, old = action["ratio_new_per_old"]
    if kind in {"SPLIT", "BONUS"}:
        return row | {"ratio": f"{new}:{old}"}
    row |= {"to_symbol": action.get("to_symbol") or action["new_symbol"], "to_quantity": held["quantity"] * new / old}
    if kind == "DEMERGER":
        return row | {"cost_pct": action["cost_percent_new"]}
    assert kind == "MERGER", f"no adapter knows the action {kind}"
    return row | {"quantity": held["quantity"]}


def _held(played: Played, symbol: str) -> dict[str, Any]:
    own = played.stored[symbol]
    lots = played.play.lots(own["id"])["lots"]
    return {
        "quantity": own["quantity"],
        "cost": own["invested"],
        "avg": own["avg_buy_price"],
        "avg_cost_2dp": own["avg_buy_price"],
        "acquired": min((lot["acquired_on"] for lot in lots), default=None),
        "realised": own["realised"],
    }


def _after_step(step: Mapping[str, Any], stage: Stage) -> Figures:
    unknown = step.keys() - {"buy", "then", "sell"}
    found = _SPLIT.fullmatch(step["then"])
    assert found is not None, f"no adapter knows the step {step['then']}"
    assert not unknown, f"no adapter knows {sorted(unknown)} of a step"
    rows = [_trade("BUY", step["buy"], 0), {"type": "SPLIT", "symbol": _SYMBOL, "ratio": found[2], "date": _day(1)}]
    if "sell" in step:
        rows.append(_trade("SELL", step["sell"], 2))
    return _held(_play(stage, rows), _SYMBOL)


def _trade(kind: str, parts: list[Decimal], number: int) -> dict[str, Any]:
    return {"type": kind, "symbol": _SYMBOL, "date": _day(number), "quantity": parts[0], "price": parts[1]}


def _day(number: int) -> str:
    return (_BOUGHT_ON + timedelta(days=number)).isoformat()
