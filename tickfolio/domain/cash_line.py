"""Cash as a part of what was made: what was booked on it by itself, as interest and fees, beside the holdings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from tickfolio.domain.flows import FlowTable
from tickfolio.domain.history import Floats, History
from tickfolio.domain.performance import NOTHING, Figures, Measure, figures_of
from tickfolio.domain.xirr import Rate

_RETURNS = (
    *("xirr_pct", "twr_pct", "twr_annual_pct", "modified_dietz_pct", "max_drawdown_pct"),
    *("volatility_pct", "sharpe", "sortino"),
)


def measure_cash(history: History, table: FlowTable, booked: Sequence[int], moved: Floats, balance: Floats) -> Measure:
    """The cash of a portfolio. `booked` are the numbers of the flows of what it earned or cost by itself.

    `balance` is what was there on each column, nothing where no cash is tracked, and `moved` by how much rows have
    changed it. A fee is money that went into cash and is gone, interest came out of it.
    """
    own = list(booked)
    days, amounts = table.days[own], table.amounts[own]
    kept = days <= history.days[-1]
    columns = history.columns(days[kept])
    flows = np.bincount(columns, amounts[kept], minlength=len(history.days)).astype(np.float64)
    none = np.zeros(len(history.days), dtype=bool)
    return Measure(balance, moved[1:] + flows[1:], np.ones(len(history.days) - 1), none)


def figures_of_cash(history: History, measure: Measure, since: date, until: date) -> Figures:
    """What was there, what moved, and no return: how much lies in cash says nothing of what it earns."""
    figures = figures_of(history, measure, since, until)
    return replace(
        figures,
        xirr=Rate(None),
        twr=None,
        twr_annual=None,
        modified_dietz=None,
        drawdown=None,
        volatility=None,
        sharpe=None,
        sortino=None,
        reasons=dict.fromkeys(_RETURNS, NOTHING),
    )
