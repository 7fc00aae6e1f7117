"""Returns and risk of a daily series: time-weighted return, growth a year, drawdown, volatility.

Arrays of numbers come in and plain numbers go out, as ratios (0.05 is 5 %). A day that is unknown is NaN, and what
depends on it is unknown as well: NaN in an array, None in a figure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365
SESSIONS_PER_YEAR = 252
RETURNS_MIN = 2
# A spread this much smaller than the returns themselves is rounding.
NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of an index: `depth` as a ratio, at most 0; `peak` and `trough` are positions in the index."""

    depth: float
    peak: int
    trough: int


def daily_factors(values: Floats, inflows: Floats, outflows: Floats) -> Floats:
    """What one unit of money became on each day, flows taken out: 1.05 is a gain of 5 %.

    `values` begins with the close before the first day, then has each day's end; flows are gross, in one currency with
    the values. A day's flows are netted: a net inflow counts from the start of the day, a net outflow until its end. A
    day that starts with nothing, or with debts, counts as 1; no factor is below 0; NaN in, NaN out.
    Raises: ValueError when there is not one value more than there are days of flows.
    """
    if not values.size == inflows.size + 1 == outflows.size + 1:
        raise ValueError(f"{values.size} values, {inflows.size} inflows, {outflows.size} outflows")
    net = inflows - outflows
    start = values[:-1] + np.maximum(net, 0)
    end = values[1:] + np.maximum(-net, 0)
    # Unknown ends stay unknown on days without a start, too.
    factors = np.where(np.isnan(start + end), np.nan, 1.0)
    np.divide(end, start, out=factors, where=start > 0)
    return np.maximum(factors, 0)


def link(factors: Floats) -> float | None:
    """The return over all the days; None when a day is unknown, or there are none."""
    if not factors.size or np.isnan(factors).any():
        return None
    return float(np.prod(factors)) - 1


def index_of(factors: Floats) -> Floats:
    """What 1.0 became by the end of each day, with the 1.0 before them; NaN from the first unknown day on."""
    return np.concatenate([np.ones(1), np.cumprod(factors)])


def annualise(ratio: float, days: int) -> float | None:
    """A return over some days as one a year; None under 365 days, which would be a forecast.

    Raises: ValueError when more than all was lost.
    """
    if ratio < -1:
        raise ValueError(f"a return of {ratio} is below -100 %")
    return None if days < DAYS_PER_YEAR else float((1 + ratio) ** (DAYS_PER_YEAR / days)) - 1


def cagr(begin: float, end: float, years: float) -> float | None:
    """The growth a year that leads from one value to another; None from nothing, in no time or to debts."""
    if begin <= 0 or end < 0 or years <= 0:
        return None
    return float((end / begin) ** (1 / years)) - 1


def modified_dietz(begin: float, end: float, flows: Sequence[tuple[int, float]], days: int) -> float | None:
    """The return of a period whose values are known at its ends only; None when no money was at work.

    Flows are (day of the period, amount), positive when money came in at the end of that day.
    Raises: ValueError when the period has no day.
    """
    if days <= 0:
        raise ValueError(f"a period of {days} days")
    at_work = begin + math.fsum((days - day) / days * amount for day, amount in flows)
    if at_work <= 0:
        return None
    return (end - begin - math.fsum(amount for _, amount in flows)) / at_work


def max_drawdown(index: Floats) -> Drawdown | None:
    """The deepest fall from a running peak of a time-weighted index; None when it is empty or a day of it is unknown.

    Of equal peaks the last, of equal troughs the first: the fall itself, not the wait before it.
    """
    if not index.size or np.isnan(index).any():
        return None
    peaks = np.maximum.accumulate(index)
    falls = index / peaks - 1
    trough = int(np.argmin(falls))
    peak = int(np.flatnonzero(index[: trough + 1] == peaks[trough])[-1])
    return Drawdown(float(falls[trough]), peak, trough)


def volatility(returns: Floats) -> float | None:
    """The standard deviation (ddof = 1) of the returns of sessions × √252; None with fewer than two or an unknown."""
    if returns.size < RETURNS_MIN or np.isnan(returns).any():
        return None
    deviation = float(np.std(returns, ddof=1))
    if deviation <= NOISE * float(np.abs(returns).max()):
        return 0.0
    return deviation * math.sqrt(SESSIONS_PER_YEAR)


def sharpe(returns: Floats, risk_free_per_year: float = 0.0) -> float | None:
    """The return a year above the risk-free rate, for each unit of volatility; None without volatility.

    The mean of the sessions × 252, not compounded; the rate is a ratio a year, the 252nd part of it a session.
    """
    deviation = volatility(returns)
    return _excess_per_year(returns, risk_free_per_year) / deviation if deviation else None


def sortino(returns: Floats, risk_free_per_year: float = 0.0) -> float | None:
    """As `sharpe`, for each unit of downside deviation: the root of the mean square of what fell short, × √252."""
    if volatility(returns) is None:
        return None
    short = np.minimum(returns - risk_free_per_year / SESSIONS_PER_YEAR, 0)
    deviation = math.sqrt(float(np.mean(short * short)) * SESSIONS_PER_YEAR)
    return _excess_per_year(returns, risk_free_per_year) / deviation if deviation else None


def roai(gain: float, invested_days: Sequence[tuple[float, int]]) -> float | None:
    """Ghostfolio's return, to explain a difference on import: gain ÷ the amount invested on an average day.

    Each step is (amount invested, days it stayed so); None when nothing was invested.
    """
    days = sum(count for _, count in invested_days)
    invested = math.fsum(amount * count for amount, count in invested_days)
    return gain / (invested / days) if days > 0 and invested > 0 else None


def _excess_per_year(returns: Floats, risk_free_per_year: float) -> float:
    return float(np.mean(returns)) * SESSIONS_PER_YEAR - risk_free_per_year
