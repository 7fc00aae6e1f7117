"""Cash as a part of what a portfolio has made, beside its holdings, so that all parts add up to the whole."""

from collections.abc import Mapping

import numpy as np

from tickfolio.domain.cash_line import figures_of_cash, measure_cash
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.performance import Figures, Measure, figures_of
from tickfolio.reports.performance import Period
from tickfolio.services.performance import Inputs, Past


def cash_lines(inputs: Inputs, past: Past) -> Mapping[str, Measure]:
    """The cash of the portfolio by the instrument it stands for, where interest or a charge was booked on cash itself.

    Cash of several currencies is one line: it is counted in the portfolio's.
    """
    keys = [key for key in inputs.books if inputs.instruments[key].asset_type is AssetType.CASH]
    tracked, table = past.cash is not None, inputs.flows
    # Of a portfolio that tracks cash, deposits and withdrawals cross its border, and nothing else that is cash does.
    booked = [number for key in keys for number in table.by_instrument.get(key, ()) if table.crosses[number] != tracked]
    if not booked:
        return {}
    own = next((key for key in keys if inputs.instruments[key].currency == inputs.portfolio.currency), keys[0])
    balance = np.zeros(len(past.history.days)) if past.cash is None else past.cash
    moved = np.diff(balance, prepend=0.0)
    return {own: measure_cash(past.history, table, booked, moved, balance)}


def figures_of_part(inputs: Inputs, past: Past, key: str, measure: Measure, period: Period) -> Figures:
    """The figures of a holding over a period, or of the cash, which has no returns."""
    is_cash = inputs.instruments[key].asset_type is AssetType.CASH
    reckon = figures_of_cash if is_cash else figures_of
    return reckon(past.history, measure, period.since, period.until)
