"""A benchmark: what it did, and what the very same flows would have made in it."""

from dataclasses import dataclass

import numpy as np

from tickfolio.domain.history import Days, Floats
from tickfolio.domain.xirr import Rate, xirr_of


@dataclass(frozen=True, slots=True)
class Compared:
    """`ratio`: the benchmark's own return of the period. `values`: what the same flows were worth in it each day.

    `rate`: the money-weighted return of those flows. None and NaN where it had no price.
    """

    ratio: float | None
    values: Floats
    rate: Rate


def compare(prices: Floats, start: float, net: Floats, days: Days) -> Compared:
    """The benchmark over a period. `prices`, in the portfolio's currency, begin with the close before its first day.

    `start` is what the portfolio was worth then, `net` what came in less what went out on each day; every flow buys or
    sells the benchmark at its day's close. `days` are those of the prices.
    """
    flows = np.concatenate([[start], net])
    bought = np.divide(flows, prices, out=np.zeros(len(prices)), where=flows != 0)
    values = np.cumsum(bought) * prices
    amounts = np.concatenate([[-start], -net, [values[-1]]])
    on = np.append(days, days[-1])
    used = amounts != 0
    known = not np.isnan(amounts).any()
    return Compared(ratio_of(prices), values, xirr_of(on[used], amounts[used]) if known else Rate(None))


def ratio_of(prices: Floats) -> float | None:
    """The return from the first of these prices to the last; None where either is unknown, or the first is nothing."""
    first, last = prices[0], prices[-1]
    return None if np.isnan(first) or np.isnan(last) or not first else float(last / first) - 1
