"""The yearly rate of 5,000 flows over twenty years, beside pyxirr, which is compiled, on the same flows.

Goal: at most 2 ms of CPU, from a list of dated flows to the rate, also where the search for further rates is needed.
"""

from datetime import date, timedelta

import numpy as np
import pyxirr

from bench.measure import Report, side_by_side
from tickfolio.domain.xirr import CashFlow, xirr

COUNT = 5_000
TIMES = 20
GOAL_MILLISECONDS = 2.0


def made_flows(sold: float):
    """Flows all over twenty years, of which a share comes back, and a value at the end."""
    made = np.random.default_rng(COUNT)
    days = np.sort(made.integers(0, 7300, COUNT))
    amounts = np.where(made.random(COUNT) < sold, 1, -1) * made.uniform(1_000, 50_000, COUNT)
    # The first is paid in, and the end is worth one and a half of all that stayed in.
    amounts[0] = -50_000
    amounts[-1] = 1.5 * abs(amounts[:-1].sum())
    return [
        CashFlow(date(2005, 1, 1) + timedelta(days=int(day)), float(amount))
        for day, amount in zip(days, amounts, strict=True)
    ]


def times(call):
    """The call, TIMES times."""

    def run():
        for _ in range(TIMES):
            call()

    return run


if __name__ == "__main__":
    told = Report()
    for name, sold in (("one in ten comes back", 0.1), ("nearly half comes back", 0.48)):
        flows = made_flows(sold)
        on, amounts = [flow.on for flow in flows], [flow.amount for flow in flows]
        own, theirs = side_by_side(
            times(lambda flows=flows: xirr(flows)),
            times(lambda on=on, amounts=amounts: pyxirr.xirr(on, amounts)),
            count=TIMES,
        )
        rate, other = xirr(flows), pyxirr.xirr(on, amounts)
        print(f"{COUNT:,} flows, {name}: {rate}, pyxirr {other}")
        told.figure("our own", own)
        told.figure("pyxirr", theirs)
        told.ratio("our own, ms CPU", own.cpu_seconds / own.count * 1e3, at_most=GOAL_MILLISECONDS)
        told.ratio("our own ÷ pyxirr, CPU", own.cpu_seconds / theirs.cpu_seconds)
    told.end()
