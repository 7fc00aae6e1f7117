"""Mutual funds, and the simple figures of a day: entered as a statement tells them, and read from the summary.

A registrar says on the statement how many units an amount bought: (amount − stamp duty) ÷ NAV, to three decimals.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.cases.played import Played
from tests.cases.runner import Case, Figures, as_number, rounded
from tests.cases.stage import Stage

_SYMBOL, _CURRENCY = "FUND", "INR"
_BOUGHT_ON, _SOLD_ON = "2024-01-01", "2024-06-03"
_STAMP_DUTY = Decimal("0.00005")
_UNITS = 3
_DAY_BEFORE, _DAY = "2026-09-16", "2026-09-17"  # a Wednesday and a Thursday
_PRICE_PLACES = Decimal("1E-18")


def play_fund(case: Case, stage: Stage) -> Figures:
    """A purchase with stamp duty, and its value or its sale."""
    inputs = case.inputs
    unknown = inputs.keys() - {"amount", "gross", "stamp_duty", "nav", "closing_nav", "later_sale_proceeds"}
    assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"
    paid = inputs["amount"] if "amount" in inputs else inputs["gross"]
    duty = inputs.get("stamp_duty", rounded(paid * _STAMP_DUTY, 2))
    bought = _Purchase(stage, paid, duty, inputs["nav"])
    found: dict[str, Any] = {
        "stamp_duty": bought.duty_shown,
        "net": bought.net_shown,
        "net_invested": bought.net_shown,
        "units": bought.units_shown,
        "units_3dp": bought.units_shown,
        "cost_of_acquisition": bought.cost_shown,
    }
    if "closing_nav" in inputs:
        found["closing_value"] = lambda: rounded(Decimal(bought.value_at(inputs["closing_nav"])), 2)
    if "later_sale_proceeds" in inputs:
        found["gain"] = lambda: bought.gain_of_sale(inputs["later_sale_proceeds"])
    return found


class _Purchase:
    """A purchase as its statement tells it: units, NAV and duty when they make up the amount, else the amount paid."""

    def __init__(self, stage: Stage, paid: Decimal, duty: Decimal, nav: Decimal) -> None:
        self.stage, self.duty = stage, duty
        self.units = rounded((paid - duty) / nav, _UNITS)
        row: dict[str, Any] = {"date": _BOUGHT_ON, "symbol": _SYMBOL, "quantity": self.units}
        if self.units * nav + duty == paid:
            self.row = row | {"type": "BUY", "price": nav, "taxes": duty}
        else:
            self.row = row | {"type": "OPENING", "cost": paid}
        self.played = self._play()

    def _play(self, *more: Mapping[str, Any], price: Decimal | None = None) -> Played:
        prices = [] if price is None else [{"symbol": _SYMBOL, "date": _SOLD_ON, "price": price}]
        told = {"portfolio_currency": _CURRENCY, "prices": prices, "as_of": _SOLD_ON}
        return Played(self.stage, told | {"transactions": [self.row, *more]})

    def duty_shown(self) -> Any:
        return self.played.play.transactions()[0]["taxes"]

    def cost_shown(self) -> Any:
        return self.played.totals()["invested"]

    def net_shown(self) -> Decimal:
        return Decimal(self.cost_shown()) - self.duty

    def units_shown(self) -> Any:
        return self.played.stored[_SYMBOL]["quantity"]

    def value_at(self, nav: Decimal) -> Any:
        return self._play(price=nav).totals()["current_value"]

    def gain_of_sale(self, proceeds: Decimal) -> Any:
        price = (proceeds / self.units).quantize(_PRICE_PLACES)
        sale = {"type": "SELL", "date": _SOLD_ON, "symbol": _SYMBOL, "quantity": self.units, "price": price}
        return self._play(sale).totals()["realised"]


def play_day(case: Case, stage: Stage) -> Figures:
    """Value, change and gain of a few holdings between two closes, and what their dividends of a year come to."""
    held = case.inputs["holdings"]
    rows, prices = [], []
    for one in held:
        symbol = one["symbol"]
        bought = {"type": "BUY", "date": _DAY_BEFORE, "symbol": symbol, "quantity": one["quantity"]}
        rows.append(bought | {"price": one["avg_cost"]})
        if one.get("dividends_12m_per_share"):
            paid = {"type": "DIVIDEND", "date": _DAY_BEFORE, "symbol": symbol, "quantity": one["quantity"]}
            rows.append(paid | {"price": one["dividends_12m_per_share"]})
        for on, key in ((_DAY_BEFORE, "prev_close"), (_DAY, "last")):
            prices.append({"symbol": symbol, "date": on, "price": one[key]})
    told = {"portfolio_currency": _CURRENCY, "transactions": rows, "prices": prices, "as_of": _DAY}
    played = Played(stage, told)
    totals = played.totals()
    each = [played.holding(one["symbol"]) for one in held]

    def column(name: str) -> list[Any]:
        return [own[name] for own in each]

    return {
        "value": column("current_value"),
        "day_change": column("day_change"),
        "invested": column("invested"),
        "unrealised": column("profit_loss"),
        "unrealised_percent": column("profit_loss_pct"),
        "dividend_yield_on_price_percent": [_yield(own, "current_value") for own in each],
        "yield_on_cost_percent": [_yield(own, "invested") for own in each],
        "total_value": totals["current_value"],
        "total_invested": totals["invested"],
        "total_unrealised": totals["profit_loss"],
        "total_day_change": totals["day_change"],
        "total_day_change_percent": totals["day_change_pct"],
    }


def _yield(own: Mapping[str, Any], of: str) -> Decimal:
    """Income beside what it is a part of: the product shows both, and leaves the quotient to the reader."""
    income, whole = as_number(own["income"]), as_number(own[of])
    assert income is not None, "the income is not known"
    assert whole, f"{of} is {own[of]}"
    return 100 * income / whole
