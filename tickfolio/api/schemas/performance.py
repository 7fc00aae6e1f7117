"""What a portfolio has made over time."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tickfolio.api.schemas.common import Currency, DecimalOut, Identifier, Output
from tickfolio.api.schemas.ledger import Instrument
from tickfolio.api.schemas.worth import PortfolioName


class Made(Output):
    """The figures of a period. What cannot be had is null, with its reason by the figure's name.

    `xirr_pct` is what the money did a year, timing inside; `xirr_several`: other rates fit the flows as well. `twr_pct`
    is what the holdings did, timing taken out; `twr_annual_pct` is null under a year. `days` counts from the start.
    `made` is end_value − start_value − (money_in − money_out). `max_drawdown_on` is the day of the lowest index after
    its peak, null where it never fell.
    """

    days: int
    start_value: DecimalOut | None
    end_value: DecimalOut | None
    money_in: DecimalOut | None
    money_out: DecimalOut | None
    made: DecimalOut | None
    xirr_pct: DecimalOut | None
    xirr_several: bool
    twr_pct: DecimalOut | None
    twr_annual_pct: DecimalOut | None
    modified_dietz_pct: DecimalOut | None
    max_drawdown_pct: DecimalOut | None
    max_drawdown_on: date | None
    volatility_pct: DecimalOut | None
    sharpe: DecimalOut | None
    sortino: DecimalOut | None
    reasons: dict[str, str]


class HoldingPerformance(Made):
    """What one holding has made; closed ones, too. What all have made adds up to what the portfolio has.

    Cash has a line where something was booked on it by itself, as interest or fees; it has no returns.
    """

    id: Identifier
    portfolio_id: Identifier
    instrument: Instrument


class BenchmarkPerformance(Output):
    """What a benchmark did, and what the very same flows would have made in it."""

    instrument: Instrument
    twr_pct: DecimalOut | None
    same_flows_value: DecimalOut | None
    same_flows_xirr_pct: DecimalOut | None
    same_flows_gain: DecimalOut | None


class FinancialYear(Output):
    """What was booked in one financial year of the whole ledger, and what was made in it.

    `from` and `to` are its days, cut to the first row and today. `net_flow` is what was put in less what was taken out;
    `made` is the value at its end less that before it and less `net_flow`.
    """

    year: str
    since: Annotated[date, Field(alias="from")]
    until: Annotated[date, Field(alias="to")]
    realised: DecimalOut | None
    income: DecimalOut | None
    tax_withheld: DecimalOut | None
    charges: DecimalOut | None
    net_flow: DecimalOut | None
    made: DecimalOut | None
    twr_pct: DecimalOut | None
    max_drawdown_pct: DecimalOut | None
    benchmark_twr_pct: DecimalOut | None


class PerformanceDay(Output):
    """One day. `complete` is false where something held had no price. `twr_index` was 100 before the first day.

    `net_flow` is what came in less what went out on it; `drawdown_pct` how far the index is below its highest so far.
    """

    date: date
    value: DecimalOut | None
    complete: bool
    invested: DecimalOut | None
    net_flow: DecimalOut | None
    twr_index: DecimalOut | None
    drawdown_pct: DecimalOut | None
    benchmark_value: DecimalOut | None = None


class PerformanceOfPeriod(Made):
    """What was made over a period, and day by day where that is asked for.

    The risk-free rate is that of Sharpe and Sortino. `held_back` counts the holdings of which a newer price is held
    back on the last day, so that the last good one counts.
    """

    since: Annotated[date, Field(alias="from")]
    until: Annotated[date, Field(alias="to")]
    held_back: int
    risk_free_pct: DecimalOut
    benchmark: BenchmarkPerformance | None
    years: list[FinancialYear]
    holdings: list[HoldingPerformance] | None
    series: list[PerformanceDay] | None


class Performance(PerformanceOfPeriod):
    """What a portfolio has made over a period."""

    portfolio: PortfolioName


class PerformanceOfAll(PerformanceOfPeriod):
    """What all of a user's portfolios have made together, in the base currency."""

    currency: Currency
