"""Rates of return and risk, by the functions that every report of performance uses."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tests.cases.played import Played
from tests.cases.runner import Case, Figures
from tests.cases.stage import Stage
from tests.infrastructure.source_tree import PROJECT
from tickfolio.domain import returns
from tickfolio.domain.xirr import CashFlow, xirr

_DAYS = 365
_FIRST_DAY = date(2021, 1, 1)


def _known(inputs: Mapping[str, Any], *keys: str) -> None:
    unknown = inputs.keys() - {*keys, "note", "day_count"}
    assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else ratio * 100


def _flows(rows: Sequence[Sequence[Any]]) -> list[CashFlow]:
    return [CashFlow(date.fromisoformat(on), float(amount)) for on, amount in rows]


def find_xirr(case: Case, stage: Stage) -> Figures:
    """The money-weighted rate of dated flows, written in the case or in a file beside the cases."""
    inputs = case.inputs
    _known(inputs, "cashflows", "cashflows_csv", "columns", "sets")
    if "sets" in inputs:
        return {name: xirr(_flows(rows)).ratio for name, rows in inputs["sets"].items()}
    if "cashflows_csv" in inputs:
        ratio = xirr(_flows(_read_flows(case.folder, inputs["cashflows_csv"], inputs["columns"]))).ratio
    else:
        ratio = xirr(_flows(inputs["cashflows"])).ratio
    percent = _percent(ratio)
    return {"xirr": ratio, "xirr_exact": ratio, "xirr_percent": percent, "xirr_percent_2dp": percent}


def _read_flows(folder: Path, name: str, columns: Sequence[str]) -> list[list[str]]:
    beside = [folder.parent / name, folder / name, PROJECT.parent / "shared" / name]
    path = next((path for path in beside if path.is_file()), None)
    assert path is not None, f"{name} is not beside the cases"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows[0][0][:1].isdigit():
        rows = rows[1:]
    assert list(columns) == ["date", "amount"], f"no adapter knows the columns {columns}"
    return rows


def find_twr(case: Case, stage: Stage) -> Figures:
    """The time-weighted return of periods with their flows, or of a share that was bought in two steps."""
    if "periods" in case.inputs:
        return _twr_of_periods(case.inputs)
    return _twr_of_years(case.inputs)


def _factor(begin: Any, end: Any, inflow: Any = 0, outflow: Any = 0) -> float:
    one = returns.daily_factors(*(np.array(part, float) for part in ([begin, end], [inflow], [outflow])))
    return float(one[0])


def _twr_of_periods(inputs: Mapping[str, Any]) -> Figures:
    _known(inputs, "periods")
    factors = []
    for period in inputs["periods"]:
        _known(period, "begin", "end", "inflow_at_start", "outflow_at_end")
        flows = (period.get("inflow_at_start", 0), period.get("outflow_at_end", 0))
        factors.append(_factor(period["begin"], period["end"], *flows))
    ratio = returns.link(np.array(factors))
    return {
        "period_returns_percent": [100 * (factor - 1) for factor in factors],
        "twr_percent": _percent(ratio),
        "twr_exact": ratio,
    }


def _twr_of_years(inputs: Mapping[str, Any]) -> Figures:
    """At each year's end the dividend goes out, then units are bought or sold at that day's price: two steps."""
    moments = [inputs[f"t{number}"] for number in range(len(inputs))]
    units, price = moments[0]["buy"], moments[0]["price"]
    flows = [CashFlow(_FIRST_DAY, -float(units * price))]
    years: list[float] = []
    for number, moment in enumerate(moments[1:], start=1):
        _known(moment, "price", "dividend_per_share", "shares_before", "buy", "sell")
        assert moment.get("shares_before", units) == units, f"{units} are held before year {number} ends"
        paid, worth = units * moment.get("dividend_per_share", 0), units * moment["price"]
        years.append(_factor(units * price, worth, 0, paid))
        price = moment["price"]
        bought, sold = moment.get("buy", 0), moment.get("sell", 0)
        years[-1] *= _factor(worth, worth + (bought - sold) * price, bought * price, sold * price)
        units += bought - sold
        on = _FIRST_DAY + timedelta(days=number * _DAYS)
        flows.append(CashFlow(on, float(paid + (sold - bought) * price)))
    ratio = returns.link(np.array(years))
    found: dict[str, Any] = {f"hpr_year{at}_percent": 100 * (factor - 1) for at, factor in enumerate(years, start=1)}
    annual = None if ratio is None else returns.annualise(ratio, _DAYS * len(years))
    return found | {
        "twr_percent": _percent(ratio),
        "twr_annual_percent": _percent(annual),
        "mwr_percent": _percent(xirr(flows).ratio),
    }


def find_cagr(case: Case, stage: Stage) -> Figures:
    """The growth a year between two values."""
    _known(case.inputs, "begin", "end", "years")
    begin, end, years = (float(case.inputs[key]) for key in ("begin", "end", "years"))
    ratio = returns.cagr(begin, end, years)
    return {"cagr": ratio, "cagr_exact": ratio, "cagr_percent": _percent(ratio)}


def find_modified_dietz(case: Case, stage: Stage) -> Figures:
    """The return of a period between two values, its flows weighted by the days that they were there."""
    inputs = case.inputs
    _known(inputs, "begin", "end", "days_in_period", "flows", "weight")
    begin, end, days = float(inputs["begin"]), float(inputs["end"]), int(inputs["days_in_period"])
    flows = [(int(flow["day"]), float(flow["amount"])) for flow in inputs["flows"]]
    ratio = returns.modified_dietz(begin, end, flows, days)
    gain = end - begin - sum(amount for _, amount in flows)
    return {
        "denominator": gain / ratio if ratio else None,
        "return_percent": _percent(ratio),
        "return_exact": ratio,
    }


def find_risk(case: Case, stage: Stage) -> Figures:
    """Drawdown, volatility and what was made for it, of daily returns."""
    inputs = case.inputs
    _known(inputs, "daily_returns", "risk_free", "periods_per_year", "ddof")
    assert inputs.get("periods_per_year", 252) == returns.SESSIONS_PER_YEAR, "a year has 252 sessions here"
    assert inputs.get("ddof", 1) == 1, "the deviation is that of a sample"
    daily = np.array(inputs["daily_returns"], float)
    risk_free = float(inputs.get("risk_free", 0))
    fall = returns.max_drawdown(returns.index_of(1 + daily))
    return {
        "max_drawdown": None if fall is None else fall.depth,
        "annual_volatility": returns.volatility(daily),
        "sharpe": returns.sharpe(daily, risk_free),
        "sortino": returns.sortino(daily, risk_free),
        "cumulative_return": returns.link(1 + daily),
    }


def find_roai(case: Case, stage: Stage) -> Figures:
    """Ghostfolio's return: gains from the summary, what was invested on each day from the series of performance."""
    inputs = case.inputs
    _known(inputs, "as_of", "market_price", "currency", "activities")
    rows = [
        {
            "type": one["type"],
            "date": one["date"],
            "symbol": "UNIT",
            "quantity": one["quantity"],
            "price": one["unit_price"],
            "fees": one.get("fee", Decimal(0)),
        }
        for one in inputs["activities"]
    ]
    price = {"symbol": "UNIT", "date": inputs["as_of"], "price": inputs["market_price"]}
    told = {"portfolio_currency": inputs["currency"], "transactions": rows, "prices": [price], "as_of": inputs["as_of"]}
    played = Played(stage, told | {"charges_in_cost": False})
    own = played.holding("UNIT")
    # Fees are in no cost here, and in no gain but that of all together.
    gross = float(Decimal(own["profit_loss"]) + Decimal(own["realised"]) + Decimal(own["income"]))
    net = float(own["total_profit_loss"])

    def of_the_average_day(gain: float) -> float | None:
        series = played.performance["series"]
        on = [date.fromisoformat(day["date"]) for day in series]
        steps = [
            (float(day["invested"]), (after - at).days) for day, (at, after) in zip(series, pairwise(on), strict=False)
        ]
        return returns.roai(gain, [step for step in steps if step[0] > 0])

    def invested() -> float | None:
        ratio = of_the_average_day(gross)
        return gross / ratio if ratio else None

    return {
        "gross_performance": gross,
        "net_performance": net,
        "gross_percent": lambda: of_the_average_day(gross),
        "net_percent": lambda: of_the_average_day(net),
        "time_weighted_investment": invested,
        "average_price": own["avg_buy_price"],
        "investment": own["invested"],
    }
