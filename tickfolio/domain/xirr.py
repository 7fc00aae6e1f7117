"""The money-weighted return: the yearly rate at which dated flows of money are worth nothing together.

Rates are searched as u = ln(1 + rate), where worth(u) = Σ amount × e^(−u × years) neither overflows nor has a corner.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DAYS_PER_YEAR = 365.0
LOWEST = math.log(0.0001)  # −99.99 %
HIGHEST = math.log(1001.0)  # 100 000 %
USUAL = 0.10  # of several rates, the one nearest to this is told

# A scan of BLOCKS × STEPS rates on each side of 0 %: 0.03 to 0.04 apart, as ln(1 + rate).
BLOCKS = STEPS = 16
PART = 500
ROUNDS_MAX = 100
ULP = math.ulp(1.0)
# What floats cannot tell from nothing, as a share of the money that was added up.
NOISE = 1e-13
DAY_NOISE = 1e-14
# Zeros of ln(1 + rate) that are nearer to each other than this are one: a double root is known to √(2⁻⁵²) only.
SAME = 1e-6
DIGITS = 12


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money that moved on a day: negative what the person paid in, positive what came back (or is there at the end)."""

    on: date
    amount: float


class NoRateReason(StrEnum):
    """Why flows have no rate: nothing flowed, or one way only, or all on one day, or no rate in the range fits."""

    NO_FLOWS = "no_flows"
    ONE_SIGN = "one_sign"
    ONE_DAY = "one_day"
    NO_ROOT = "no_root"


@dataclass(frozen=True, slots=True)
class Rate:
    """What the search came to. `ratio` 0.05 is 5 % per 365 days, None has a reason; `several`: others fit as well."""

    ratio: float | None
    reason: NoRateReason | None = None
    several: bool = False


def xirr(flows: Sequence[CashFlow]) -> Rate:
    """The yearly rate at which the flows, in any order, are worth nothing together; see `xirr_of`."""
    days = np.fromiter((flow.on.toordinal() for flow in flows), np.int64, len(flows))
    return xirr_of(days, np.fromiter((flow.amount for flow in flows), np.float64, len(flows)))


def xirr_of(days: Integers, amounts: Floats) -> Rate:
    """The yearly rate of flows that are given as day numbers and amounts, in any order.

    Unit: a ratio per 365 days, from −0.9999 to 1000; of several the one nearest to 10 %, flagged.
    Raises: ValueError when an amount is not finite, or when there are not as many days as amounts.
    Source: the XIRR function of spreadsheets (actual/365, the first flow is day 0).
    """
    if days.shape != amounts.shape or not np.isfinite(amounts).all():
        raise ValueError(f"{days.shape} days and {amounts.shape} amounts, all finite: {np.isfinite(amounts).all()}")
    moved = amounts != 0
    days, amounts = days[moved], amounts[moved]
    if reason := _nothing_to_search(amounts):
        return Rate(None, reason)
    if days.min() == days.max():
        return Rate(None, NoRateReason.ONE_DAY)
    days, amounts = _net_of_days(days, amounts)
    if reason := _nothing_to_search(amounts):
        return Rate(None, reason)
    return _search(_Flows.of((days - days[0]) / DAYS_PER_YEAR, amounts))


def _nothing_to_search(amounts: Floats) -> NoRateReason | None:
    if not amounts.size:
        return NoRateReason.NO_FLOWS
    return NoRateReason.ONE_SIGN if bool(amounts.min() > 0 or amounts.max() < 0) else None


def _net_of_days(days: Integers, amounts: Floats) -> tuple[Integers, Floats]:
    """One flow a day, oldest first, in parts of the largest; what is left of 0.1 + 0.2 − 0.3 is no flow."""
    amounts = amounts / np.abs(amounts).max()
    order = np.argsort(days, kind="stable")
    days, amounts = days[order], amounts[order]
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    net = np.add.reduceat(amounts, starts)
    flows = np.abs(net) > DAY_NOISE * np.add.reduceat(np.abs(amounts), starts)
    return days[starts][flows], net[flows]


@dataclass(frozen=True, slots=True)
class _Flows:
    """Flows of both signs, one a day, oldest first; years are counted from the first."""

    years: Floats
    amounts: Floats
    paid: tuple[Floats, Floats]
    returned: tuple[Floats, Floats]

    @staticmethod
    def of(years: Floats, amounts: Floats) -> "_Flows":
        paid = amounts < 0
        return _Flows(years, amounts, (years[paid], -amounts[paid]), (years[~paid], amounts[~paid]))

    def log_ratio(self, u: float) -> float:
        """ln(worth of what was returned ÷ worth of what was paid): zero where worth is, but all but straight in u."""
        returned_year, returned = _worth(*self.returned, u)
        paid_year, paid = _worth(*self.paid, u)
        return math.log(returned / paid) + u * (paid_year - returned_year)

    def is_only_zero(self, u: float) -> bool:
        """Whether the zero `u` is proved to be the only one: at that rate the balance has one sign to the end.

        With b(k) the sum of the first k flows discounted at u, the worth at u + d is
        Σ b(k) × (e^(−d × t(k)) − e^(−d × t(k+1))). For a d > 0 all those factors are positive, for a d < 0 negative:
        when all b have one sign, that sum is nowhere zero.
        """
        discounted = self.amounts * np.exp(u * (_heaviest(self.years, u) - self.years))
        balance, added_up = np.cumsum(discounted)[:-1], np.cumsum(np.abs(discounted))[:-1]
        return bool((balance * np.sign(self.amounts[0]) > NOISE * added_up).all())


def _worth(years: Floats, amounts: Floats, u: float) -> tuple[float, float]:
    """The year where amounts weigh most at `u`, and what all of them are worth there: neither infinite nor nothing."""
    year = _heaviest(years, u)
    return year, float(amounts @ np.exp(u * (year - years)))


def _heaviest(years: Floats, u: float) -> float:
    return float(years[0] if u >= 0 else years[-1])


def _search(flows: _Flows) -> Rate:
    zeros = []
    if flows.log_ratio(LOWEST) * flows.log_ratio(HIGHEST) <= 0:
        zeros = [_zero(flows.log_ratio, LOWEST, HIGHEST)]
        if flows.is_only_zero(zeros[0]):
            return Rate(math.expm1(zeros[0]))
    zeros += [_zero(flows.log_ratio, *sorted(bracket)) for bracket in _brackets(flows)]
    if not zeros:
        return Rate(None, NoRateReason.NO_ROOT)
    zeros.sort()
    apart = zeros[:1] + [zero for last, zero in pairwise(zeros) if zero - last > SAME]
    # As far above as below: the lower one, whatever the last digits say.
    ratio = min(map(math.expm1, apart), key=lambda ratio: (round(abs(ratio - USUAL), DIGITS), ratio))
    return Rate(ratio, several=len(apart) > 1)


def _brackets(flows: _Flows) -> list[tuple[float, float]]:
    """Pairs of u with a zero between them, from below 0 % and from above; at a double root both are the same."""
    above = _Side(flows.years, flows.amounts).brackets(HIGHEST)
    below = _Side(flows.years[-1] - flows.years, flows.amounts).brackets(-LOWEST)
    return above + [(-a, -b) for a, b in below]


@dataclass(frozen=True, slots=True)
class _Side:
    """The rates on one side of 0 %, as v = |u|: seen from that end of time, no flow weighs more than it is."""

    ages: Floats
    amounts: Floats

    def worth(self, v: float) -> float:
        """Worth at v."""
        return float(self.amounts @ np.exp(-v * self.ages))

    def slope(self, v: float) -> float:
        """How worth changes with v."""
        return -float((self.amounts * self.ages) @ np.exp(-v * self.ages))

    def brackets(self, v_max: float) -> list[tuple[float, float]]:
        """The stretches up to v_max where worth changes its sign, or touches zero."""
        v, worth, slope = self._scan(v_max)
        crosses = (worth[:-1] < 0) != (worth[1:] < 0)
        # Both ends fall towards zero inside: two zeros may lie between them.
        dips = ~crosses & (worth[:-1] * slope[:-1] <= 0) & (worth[1:] * slope[1:] >= 0)
        found = [(float(v[k]), float(v[k + 1])) for k in np.flatnonzero(crosses)]
        for k in np.flatnonzero(dips):
            found += self._brackets_of_dip(float(v[k]), float(v[k + 1]))
        return found

    def _scan(self, v_max: float) -> tuple[Floats, Floats, Floats]:
        """Worth and its slope at equal steps; e^(a + b) = e^a × e^b makes one product of two small tables of it."""
        step = v_max / (BLOCKS * STEPS - 2)
        # From one step beyond 0 %: a zero just there would be lost between the two sides.
        coarse_v, fine_v = np.arange(BLOCKS) * (STEPS * step) - step, np.arange(STEPS) * step
        worth, slope = np.zeros((2, BLOCKS, STEPS))
        # In parts that stay in the processor's cache.
        for start in range(0, self.ages.size, PART):
            ages, amounts = self.ages[start : start + PART], self.amounts[start : start + PART]
            coarse = np.exp(np.outer(-coarse_v, ages)) * amounts
            fine = np.exp(np.outer(ages, -fine_v))
            worth += coarse @ fine
            slope -= (coarse * ages) @ fine
        return np.add.outer(coarse_v, fine_v).ravel(), worth.ravel(), slope.ravel()

    def _brackets_of_dip(self, low: float, high: float) -> list[tuple[float, float]]:
        bottom = _zero(self.slope, low, high)
        worth = self.worth(bottom)
        if abs(worth) <= NOISE * float(np.abs(self.amounts) @ np.exp(-bottom * self.ages)):
            return [(bottom, bottom)]
        if (worth < 0) == (self.worth(low) < 0):
            return []
        return [(low, bottom), (bottom, high)]


def _zero(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is zero between two values of opposite sign, to the last digits (Ridders' method).

    When rounding gives both ends one sign, the end that is nearer to zero.
    """
    at_low, at_high = of(low), of(high)
    best, at_best = min((low, at_low), (high, at_high), key=lambda pair: abs(pair[1]))
    if at_low * at_high >= 0:
        return best
    point = best
    for _ in range(ROUNDS_MAX):
        middle, last = (low + high) / 2, point
        at_middle = of(middle)
        bend = math.sqrt(at_middle * at_middle - at_low * at_high)
        point = middle + (middle - low) * math.copysign(at_middle / bend, at_middle * (at_low - at_high))
        at_point = of(point)
        best, at_best = min((best, at_best), (middle, at_middle), (point, at_point), key=lambda pair: abs(pair[1]))
        if at_best == 0 or math.isclose(point, last, rel_tol=ULP, abs_tol=ULP * ULP):
            break
        ends = sorted([(low, at_low), (middle, at_middle), (point, at_point), (high, at_high)])
        (low, at_low), (high, at_high) = next(pair for pair in pairwise(ends) if (pair[0][1] < 0) != (pair[1][1] < 0))
    return best
