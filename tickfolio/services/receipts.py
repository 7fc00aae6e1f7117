"""How did a figure come about: its receipt, from the same positions as the summary and from the ledger below them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tickfolio.domain.errors import InvalidInput, NotFound
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_benchmark import BENCHMARK_FIGURES
from tickfolio.reports.receipt_evidence import Evidence, Worth
from tickfolio.reports.receipt_holding import HOLDING_FIGURES, explain_holding
from tickfolio.reports.receipt_performance import PERFORMANCE_FIGURES
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio
from tickfolio.reports.receipt_years import MADE_IN_YEAR, read_year_figure
from tickfolio.services import evidence
from tickfolio.services.evidence import Read, Valued, evidence_of, read_ledger, value_now
from tickfolio.services.performance_answer import Asked, Made, work_out
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


@dataclass(frozen=True, slots=True)
class Grounds:
    """What receipts of returns stand on, each worked out when a figure wants it.

    `work_out` is the answer of performance; `list_holdings` the evidence of every holding, and whether the ledger is
    short enough to stand below their lines.
    """

    work_out: Callable[[Asked], Made]
    list_holdings: Callable[[], tuple[Sequence[Evidence], bool]]


def explain(
    tx: Tx, user: User, portfolio_id: str, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    """The receipt of a figure of the portfolio, or of one of its holdings; of performance, over the period asked for.

    `tx` must read one moment, so that the figure is the summary's. Raises: NotFound; InvalidInput, when there is no
    such figure; Oversold.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    if holding_id is not None and tx.holdings.load(user.id, holding_id).portfolio_id != portfolio.id:
        raise NotFound("holding")
    grounds = Grounds(
        lambda wanted: work_out(tx, user, portfolio, wanted, today), lambda: _list_holdings(tx, portfolio)
    )
    found = explain_returns(tx, user, grounds, figure, holding_id, asked, today)
    if found is not None:
        return found
    if holding_id is not None and figure in HOLDING_FIGURES:
        return explain_one(tx, portfolio, value_now(tx, portfolio), holding_id, figure)
    if holding_id is None and figure in PORTFOLIO_FIGURES:
        return explain_whole(tx, portfolio, figure)
    raise no_such_figure(holding_id)


def no_such_figure(holding_id: str | None) -> InvalidInput:
    """What is raised for a figure that there is not."""
    of = "a portfolio" if holding_id is None else "a holding"
    return InvalidInput("figure", f"There is no such figure of {of}.", code="unknown_figure")


def explain_returns(
    tx: Tx, user: User, grounds: Grounds, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt | None:
    """The receipt of a figure of performance; None for another one. Raises: as `explain`."""
    # Each kind of figure is explained from what it is made of; a new kind is one more line here.
    if figure in PERFORMANCE_FIGURES:
        return explain_of_period(tx, user, grounds.work_out(asked), figure, holding_id, today)
    if (named := read_year_figure(figure)) is not None:
        made = grounds.work_out(Asked(benchmark_id=asked.benchmark_id))
        if named[1] in MADE_IN_YEAR:
            return explain_of_year_made(tx, user, made, named, holding_id, today)
        holdings, nested = grounds.list_holdings()
        return explain_of_year(made, holdings, named, holding_id, today, nested=nested)
    if holding_id is None and figure in BENCHMARK_FIGURES:
        return explain_of_benchmark(tx, grounds.work_out(asked), figure, today)
    return None


def explain_one(tx: Tx, portfolio: Portfolio, valued: Valued, holding_id: str, figure: str) -> Receipt:
    """The receipt of a figure of a holding of the portfolio, among all that are valued."""
    pairs = list(zip(valued.rows, valued.positions, strict=True))
    [(row, position)] = [(row, position) for row, position in pairs if row.id == holding_id]
    knot = load_knot(tx, portfolio, [row.holding.instrument_id])
    found = evidence_of(portfolio, valued, read_ledger(tx, valued.value.currency, knot), row, position)
    held = [(other.id, it.instrument.symbol) for other, it in pairs if other.holding.quantity]
    beside = [Worth(*named, one.current_value) for named, one in zip(held, valued.value.holdings, strict=True)]
    return explain_holding(replace(found, beside=beside), figure)


def _list_holdings(tx: Tx, portfolio: Portfolio) -> tuple[Sequence[Evidence], bool]:
    valued, knot = value_now(tx, portfolio), load_whole(tx, portfolio)
    read = read_ledger(tx, portfolio.currency, knot)
    return list_evidence(portfolio, valued, read), len(knot.rows) <= evidence.NESTED_ROWS_MAX


def list_evidence(portfolio: Portfolio, valued: Valued, read: Read) -> list[Evidence]:
    """The evidence of every holding of a portfolio."""
    pairs = zip(valued.rows, valued.positions, strict=True)
    return [evidence_of(portfolio, valued, read, row, position) for row, position in pairs]


def explain_whole(tx: Tx, portfolio: Portfolio, figure: str) -> Receipt:
    """The receipt of a figure of all of a portfolio, in its own currency."""
    valued = value_now(tx, portfolio)
    knot = load_whole(tx, portfolio)
    nested = len(knot.rows) <= evidence.NESTED_ROWS_MAX
    # Where nothing below the lines is shown, nothing is read.
    read = read_ledger(tx, portfolio.currency, knot) if nested else Read()
    holdings = list_evidence(portfolio, valued, read)
    whole = PortfolioEvidence(portfolio.currency, portfolio.cash_tracked, valued.value, holdings, nested)
    return explain_portfolio(whole, figure)
