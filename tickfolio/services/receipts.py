"""How did a figure come about: its receipt, from the same positions as the summary and from the ledger below them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_benchmark import BENCHMARK_FIGURES
from tickfolio.reports.receipt_evidence import Worth
from tickfolio.reports.receipt_holding import HOLDING_FIGURES, explain_holding
from tickfolio.reports.receipt_performance import PERFORMANCE_FIGURES
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio
from tickfolio.reports.receipt_years import MADE_IN_YEAR, read_year_figure
from tickfolio.services import evidence
from tickfolio.services.evidence import Read, evidence_of, read_ledger, value_now
from tickfolio.services.performance_answer import Asked
from tickfolio.services.performance_receipts import explain_of_benchmark, explain_of_period, explain_of_year_made
from tickfolio.services.projection import load_knot, load_whole
from tickfolio.services.year_receipts import explain_of_year
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

# Those of years are named by their year, too, as `years.2025-26.realised`.
FIGURES: Sequence[str] = tuple(
    dict.fromkeys([*PORTFOLIO_FIGURES, *HOLDING_FIGURES, *PERFORMANCE_FIGURES, *BENCHMARK_FIGURES])
)


def explain(
    tx: Tx, user: User, portfolio_id: str, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    """The receipt of a figure of the portfolio, or of one of its holdings; of performance, over the period asked for.

    `tx` must read one moment, so that the figure is the summary's. Raises: NotFound; InvalidInput, when there is no
    such figure.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    if holding_id is not None and tx.holdings.load(user.id, holding_id).portfolio_id != portfolio.id:
        raise NotFound("holding")
    # Each kind of figure is explained from what it is made of; a new kind is one more line here.
    if figure in PERFORMANCE_FIGURES:
        return explain_of_period(tx, user, portfolio, figure, holding_id, asked, today)
    if (named := read_year_figure(figure)) is not None:
        if named[1] in MADE_IN_YEAR:
            return explain_of_year_made(tx, user, portfolio, named, holding_id, asked.benchmark_id, today)
        return explain_of_year(tx, portfolio, *named, holding_id, today)
    if holding_id is None and figure in BENCHMARK_FIGURES:
        return explain_of_benchmark(tx, user, portfolio, figure, asked, today)
    if holding_id is not None and figure in HOLDING_FIGURES:
        return _explain_holding(tx, portfolio, figure, holding_id)
    if holding_id is None and figure in PORTFOLIO_FIGURES:
        return _explain_portfolio(tx, portfolio, figure)
    of = "a portfolio" if holding_id is None else "a holding"
    raise InvalidInput("figure", f"There is no such figure of {of}.", code="unknown_figure")


def _explain_holding(tx: Tx, portfolio: Portfolio, figure: str, holding_id: str) -> Receipt:
    valued = value_now(tx, portfolio)
    pairs = list(zip(valued.rows, valued.positions, strict=True))
    [(row, position)] = [(row, position) for row, position in pairs if row.id == holding_id]
    read = read_ledger(tx, portfolio, load_knot(tx, portfolio, [row.holding.instrument_id]))
    values = {one.instrument.id: one.current_value for one in valued.value.holdings}
    beside = [
        Worth(other.id, it.instrument.symbol, values[it.instrument.id]) for other, it in pairs if other.holding.quantity
    ]
    return explain_holding(replace(evidence_of(portfolio, valued, read, row, position), beside=beside), figure)


def _explain_portfolio(tx: Tx, portfolio: Portfolio, figure: str) -> Receipt:
    valued = value_now(tx, portfolio)
    knot = load_whole(tx, portfolio)
    nested = len(knot.rows) <= evidence.NESTED_ROWS_MAX
    read = read_ledger(tx, portfolio, knot) if nested else Read()  # nothing below the lines is shown
    holdings = [
        evidence_of(portfolio, valued, read, row, position)
        for row, position in zip(valued.rows, valued.positions, strict=True)
    ]
    whole = PortfolioEvidence(portfolio.currency, portfolio.cash_tracked, valued.value, holdings, nested)
    return explain_portfolio(whole, figure)
