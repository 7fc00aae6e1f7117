"""Performance: what the money did, timing inside (XIRR), and what the holdings did, timing taken out (TWR).

Rates and series are floats, as ratios; what cannot be had is None, with its reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain import returns
from tickfolio.domain.day_split import Telling, Told, find_told, split_factors
from tickfolio.domain.flows import FlowTable
from tickfolio.domain.history import NO_CLOSES, Days, Floats, History, Series
from tickfolio.domain.xirr import NoRateReason, Rate, xirr_of

NO_CLOSE = "no_close"
NO_FLOW_AMOUNT = "no_fx_rate"
TOO_SHORT = "under_a_year"
NOTHING = "nothing_held"
NO_SPREAD = "no_volatility"


@dataclass(frozen=True, slots=True)
class Measure:
    """The values, flows and daily factors of a whole portfolio or one holding, a column a day of the history.

    `values[0]` is the close before the first day. `net` is what came in less what went out; `factors` has NaN where a
    value or a flow is unknown. `sessions` are the days on which anything of it was priced.
    """

    values: Floats
    net: Floats
    factors: Floats
    sessions: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period made; ratios. `start` and `end` are the values at its ends, `days` counts from its start.

    `peak_on` and `trough_on` are the days of the drawdown. `reasons` say why a figure is None, by its name.
    """

    start: float
    end: float
    days: int
    money_in: float
    money_out: float
    xirr: Rate
    twr: float | None
    twr_annual: float | None
    modified_dietz: float | None
    drawdown: returns.Drawdown | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    reasons: Mapping[str, str] = field(default_factory=dict)


def amounts_of(history: History, table: FlowTable) -> Floats:
    """What each flow came to: the market's word for what moved in kind, where there is one; NaN where nobody knows."""
    amounts = table.amounts
    if table.moved:
        amounts = amounts.copy()
    for number in table.moved:
        flow = table.flows[number]
        row = history.positions.get(flow.valued_by)
        if row is not None and flow.on.toordinal() <= history.days[-1]:
            column = history.column(flow.on)
            factor = history.factor(flow.valued_by, column)
            worth = float(flow.units) * factor * float(history.prices[row, column])
            amounts[number] = amounts[number] if np.isnan(worth) else worth
    return amounts


def measure_whole(
    history: History,
    closes: Mapping[str, Series],
    table: FlowTable,
    cash: Floats | None,
    every_day: frozenset[str] = frozenset(),
) -> Measure:
    """The portfolio: every holding together, and where it is tracked its cash (`cash`: the balance of each column)."""
    values = history.values.sum(axis=0) if len(history.positions) else np.zeros(len(history.days))
    if cash is not None:
        values = _unless_noise(values + cash, values + np.abs(cash))
    net = _by_column(history, table.days[table.crosses], amounts_of(history, table)[table.crosses])
    tellings = chain.from_iterable(find_told(history, closes, table, every_day).values())
    return _measure(values, net, _points(table, tellings, whole=True), history.sessions)


def measure_holdings(
    history: History, closes: Mapping[str, Series], table: FlowTable, every_day: frozenset[str] = frozenset()
) -> Mapping[str, Measure]:
    """Each holding by itself: what is turned from one into another goes out of the one and into the other."""
    amounts = amounts_of(history, table)
    told = find_told(history, closes, table, every_day)
    measured = {}
    for key, row in history.positions.items():
        own = list(table.by_instrument.get(key, ()))
        net = _by_column(history, table.days[own], amounts[own])
        sessions = history.sessions_of(key, closes.get(key, NO_CLOSES))
        points = _points(table, told.get(key, ()), whole=False)
        measured[key] = _measure(history.values[row], net, points, sessions)
    return measured


def figures_of(history: History, measure: Measure, since: date, until: date) -> Figures:
    """The figures of a period, which starts at the close of the day before `since`.

    Volatility is of days on which anything was priced.
    """
    first, last = columns_of(history, since, until)
    values, net, factors = measure.values[first : last + 1], measure.net[first:last], measure.factors[first:last]
    start_day = since.toordinal() - 1
    if not values[0] and np.any(net != 0):  # nothing was there before: the period begins with the first money
        start_day = int(history.days[first + 1 + int(np.flatnonzero(net != 0)[0])])
    days = until.toordinal() - start_day
    twr = returns.link(factors)
    index = returns.index_of(factors)
    at_work = measure.sessions[first + 1 : last + 1] & (values[:-1] + np.maximum(net, 0) != 0)
    of_sessions = factors[at_work] - 1
    annual = None if twr is None else returns.annualise(twr, days)
    rate = _rate(values, net, [since.toordinal() - 1, *history.days[first + 1 : last + 1], until.toordinal()])
    deviation = returns.volatility(of_sessions)
    return Figures(
        start=float(values[0]),
        end=float(values[-1]),
        days=days,
        money_in=float(net[net > 0].sum()) if not np.isnan(net).any() else float("nan"),
        money_out=float(-net[net < 0].sum()) if not np.isnan(net).any() else float("nan"),
        xirr=rate,
        twr=twr,
        twr_annual=annual,
        modified_dietz=_dietz(values, net, history.days[first + 1 : last + 1] - start_day, days),
        drawdown=returns.max_drawdown(index),
        volatility=deviation,
        sharpe=returns.sharpe(of_sessions) if deviation else None,
        sortino=returns.sortino(of_sessions) if deviation else None,
        reasons=_reasons(values, net, rate, twr, annual, deviation),
    )


def _measure(values: Floats, net: Floats, told: Mapping[int, Sequence[Told]], sessions: NDArray[np.bool_]) -> Measure:
    days_net = net[1:]
    factors = returns.daily_factors(values, np.maximum(days_net, 0), np.maximum(-days_net, 0))
    factors = split_factors(factors, values, days_net, told) if told else factors
    return Measure(values, days_net, factors, sessions)


def _points(table: FlowTable, tellings: Iterable[Telling], *, whole: bool) -> Mapping[int, Sequence[Told]]:
    """The points of each day that is split, by its position: of the whole portfolio, or of one holding alone."""
    found: dict[int, dict[int, Told]] = defaultdict(dict)
    for telling in sorted(tellings):
        flow = table.flows[telling.number]
        price = 0.0 if flow.price is None else float(flow.price)
        own = float("nan") if flow.amount is None else float(flow.amount)
        net = own if flow.crosses or not whole else 0.0
        points = found[telling.column - 1]
        gain, after, other = points.get(telling.point, (0.0, 0.0, 0.0))
        after += float(flow.units) * price - own + net
        points[telling.point] = Told(gain + telling.gain, after, other + net)
    return {position: list(points.values()) for position, points in found.items()}


def _by_column(history: History, days: Days, amounts: Floats) -> Floats:
    """The sum of each day's amounts, and nothing where they cancel out."""
    kept = days <= history.days[-1]
    columns, amounts, count = history.columns(days[kept]), amounts[kept], len(history.days)
    net, gross = (np.bincount(columns, one, minlength=count).astype(np.float64) for one in (amounts, np.abs(amounts)))
    return _unless_noise(net, gross)


def _unless_noise(sums: Floats, gross: Floats) -> Floats:
    """Sums, with nothing where what is left of what was added up is rounding: a day must not start with that."""
    return np.where(np.abs(sums) <= returns.NOISE * gross, 0.0, sums)


def columns_of(history: History, since: date, until: date) -> tuple[int, int]:
    """The column of the close before a period, and that of its end."""
    before = int(np.searchsorted(history.days, since.toordinal() - 1, side="right")) - 1
    end = int(np.searchsorted(history.days, until.toordinal(), side="right")) - 1
    return max(before, 0), max(end, 0)


def _rate(values: Floats, net: Floats, days: Sequence[int]) -> Rate:
    """The value before is paid in, every flow counts, the value at the end comes back: a day for each of them."""
    amounts = np.concatenate([[-values[0]], -net, [values[-1]]])
    if np.isnan(amounts).any():
        return Rate(None, NoRateReason.NO_FLOWS, several=False)
    used = amounts != 0
    return xirr_of(np.array(days, dtype=np.int64)[used], amounts[used])


def _dietz(values: Floats, net: Floats, days_in: Days, days: int) -> float | None:
    """`days_in` says on which day of the period each flow came."""
    if days <= 0 or np.isnan(values[[0, -1]]).any() or np.isnan(net).any():
        return None
    moved = net != 0
    flows = list(zip(days_in[moved].tolist(), net[moved].tolist(), strict=True))
    return returns.modified_dietz(float(values[0]), float(values[-1]), flows, days)


def _reasons(
    values: Floats, net: Floats, rate: Rate, twr: float | None, annual: float | None, deviation: float | None
) -> dict[str, str]:
    reasons: dict[str, str] = {}
    unknown = NO_FLOW_AMOUNT if np.isnan(net).any() else NO_CLOSE
    if rate.ratio is None and rate.reason is not None:
        at_ends = np.isnan(values[[0, -1]]).any() or np.isnan(net).any()
        reasons["xirr_pct"] = unknown if at_ends else rate.reason.value
    if twr is None:
        why = unknown if len(net) else NOTHING
        reasons |= dict.fromkeys(("twr_pct", "twr_annual_pct", "max_drawdown_pct", "volatility_pct"), why)
    elif annual is None:
        reasons["twr_annual_pct"] = TOO_SHORT
    if not deviation:
        reasons |= dict.fromkeys(("sharpe", "sortino"), reasons.get("volatility_pct", NO_SPREAD))
        if deviation is None:
            reasons.setdefault("volatility_pct", NO_SPREAD)
    return reasons
