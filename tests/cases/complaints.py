"""Complaints about other trackers: the ledger is entered, priced and read as users do it."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.cases.played import Played
from tests.cases.rows import symbol_of_plan
from tests.cases.runner import Case, Figures, as_number
from tests.cases.stage import Stage

_TWR_OF_ACCOUNTS = "twr_pct_accounts_"
_LAST_DIGITS = Decimal("1E-9")
_METHODS = ("average", "fifo", "uk_pool", "us_average")
NOTHING_HELD = {"quantity": "0", "invested": "0", "current_value": "0", "profit_loss": "0", "realised": "0"}


def play_complaint(case: Case, stage: Stage) -> Figures:
    """Every figure that a complaint can name; what costs a request, or changes the portfolio, waits to be asked for."""
    expected = case.expected
    inputs = case.inputs
    played = Played(stage, inputs, source=_source(expected))
    found: dict[str, Any] = dict(played.totals())
    found["holdings"] = _Holdings(played, inputs)
    found["accounts"] = played.accounts
    found["lots_sold"] = played.lots_sold
    found["value_on"] = lambda: played.values_on(expected["value_on"])
    found["transactions"] = lambda: len(played.play.transactions())
    found["suggested_dividends"] = lambda: _suggested(played)
    found["income_if_all_accepted"] = lambda: _accepted(stage, inputs, "income")
    found["total_profit_loss_if_all_accepted"] = lambda: _accepted(stage, inputs, "total_profit_loss")
    for key in expected:
        if key.startswith(_TWR_OF_ACCOUNTS):
            found[key] = lambda key=key: Played(stage, inputs, accounts=_accounts_in(key)).performance["twr_pct"]
    if len(played.stored) == 1 and not played.has_money_of_its_own():
        found |= _of_both(played, dict(found), expected)
    found["missing"] = _in_the_order_of(expected.get("missing", []), found["missing"])
    by_method = expected.get("by_method", {})
    found["by_method"] = {
        name: lambda name=name: _by_method(played, name, by_method[name]) for name in _METHODS if name in by_method
    }
    found["next_day"] = lambda: _next_day(stage, case)
    return found


def _source(expected: Mapping[str, Any]) -> str | None:
    """The kind of source that a case needs; without one, prices are entered by hand."""
    status = expected.get("price_status") or next(
        (one["price_status"] for one in expected.get("holdings", {}).values() if "price_status" in one), None
    )
    if status is None or status == "manual":
        return None
    return status if status in {"nav", "close", "live", "delayed"} else "close"


class _Holdings(dict[str, Any]):
    """The holdings by what a case calls them; a plan of which nothing ever came is one of nothing."""

    def __init__(self, played: Played, inputs: Mapping[str, Any]) -> None:
        super().__init__()
        self._played = played
        self._plans = [symbol_of_plan(row["plan"]) for row in inputs.get("rows", ()) if "plan" in row]

    def __contains__(self, word: object) -> bool:
        return self._symbol(str(word)) is not None or self._plan(str(word)) is not None

    def __missing__(self, word: str) -> Any:
        symbol = self._symbol(word)
        if symbol is None:
            return NOTHING_HELD
        return self._played.holding(symbol)

    def _symbol(self, word: str) -> str | None:
        return self._played.symbol_of(word)

    def _plan(self, word: str) -> str | None:
        return next((plan for plan in self._plans if plan.casefold().endswith(word.casefold())), None)


def _of_both(played: Played, totals: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Of one instrument a figure is the holding's and the portfolio's alike: it is shown when both say the same."""
    [symbol] = played.stored
    own = played.holding(symbol)
    both = {}
    for key in expected.keys() & own.keys() & totals.keys():
        both[key] = lambda key=key: _same(key, _value(totals[key]), _value(own[key]))
    return both


def _same(key: str, whole: Any, part: Any) -> Any:
    one, other = as_number(whole), as_number(part)
    # Rates are floats, and are worked out of sums in another order.
    is_same = whole == part if one is None or other is None else abs(one - other) <= _LAST_DIGITS * key.endswith("_pct")
    assert is_same, f"the portfolio's {key} is {whole}, its one holding's {part}"
    return whole


def _value(figure: Any) -> Any:
    return figure() if callable(figure) else figure


def _by_method(played: Played, name: str, wanted: Mapping[str, Any]) -> Figures:
    """The figures, and what each account has, by another cost method; then the first one is put back."""
    before = played.play.portfolio["cost_method"]
    played.change_method(name)
    try:
        found = {**played.totals(), "lots_sold": played.lots_sold, **played.accounts()}
        return {key: _value(found[key]) for key in wanted if key in found}
    finally:
        played.change_method(before)


def _next_day(stage: Stage, case: Case) -> Figures:
    """A later day, on a product of its own, so that what is asked of the first day stays as it is."""
    day = case.expected["next_day"]["date"]
    played = Played(stage.another(), case.inputs, source=_source(case.expected))
    played.go_on_to(date.fromisoformat(day))
    return {"date": day, **played.totals(), "holdings": _Holdings(played, played.inputs)}


def _in_the_order_of(told: list[str], found: list[str]) -> list[str]:
    return sorted(found, key=lambda symbol: told.index(symbol) if symbol in told else len(told))


def _accounts_in(key: str) -> list[str]:
    return re.split(r"_and_|_", key.removeprefix(_TWR_OF_ACCOUNTS))


def _suggested(played: Played) -> list[dict[str, Any]]:
    return [
        {
            "symbol": one["instrument"]["symbol"],
            "ex_date": one["ex_on"],
            "quantity": one["quantity"],
            "per_share": one["per_unit"],
            "amount": one["amount"],
        }
        for one in played.play.suggested_dividends()
    ]


def _accepted(stage: Stage, inputs: Mapping[str, Any], figure: str) -> Any:
    """What a figure is when every suggestion is recorded as it was proposed, after nothing was booked unasked."""
    played = Played(stage, inputs)
    before = len(played.play.transactions())
    assert before == len(played.rows), f"{before} transactions, {len(played.rows)} were entered"
    for one in _suggested(played):
        row = {"type": "DIVIDEND", "date": one["ex_date"], "symbol": one["symbol"]}
        played.play.record(row | {"quantity": Decimal(one["quantity"]), "price": Decimal(one["per_share"])})
    left = _suggested(played)
    assert not left, f"suggested again once they are recorded: {left}"
    played.forget()
    return played.totals()[figure]
