"""Receipts of what was booked in a financial year, from the rows and books of the portfolio's holdings."""

from datetime import date

from tickfolio.domain.errors import InvalidInput
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_years import YearEvidence, explain_year, explain_year_of_holding
from tickfolio.services import evidence
from tickfolio.services.evidence import evidence_of, read_ledger, value_now
from tickfolio.services.performance import load_inputs
from tickfolio.services.projection import load_whole
from tickfolio.services.years import year_of, years_of
from tickfolio.storage.database import Tx
from tickfolio.storage.portfolios import Portfolio


def explain_of_year(
    tx: Tx, portfolio: Portfolio, year: str, field: str, holding_id: str | None, today: date
) -> Receipt:
    """The receipt of a field of the year by that label, of the portfolio or of one holding's part in it.

    Raises: InvalidInput when nothing is of that year; Oversold.
    """
    made = {one.label: one for one in years_of(load_inputs(tx, portfolio, today), today)}.get(year)
    if made is None:
        raise InvalidInput("figure", f"There is nothing of {year}.", code="unknown_year")
    valued = value_now(tx, portfolio)
    knot = load_whole(tx, portfolio)
    read = read_ledger(tx, portfolio, knot)
    holdings = [
        evidence_of(portfolio, valued, read, row, position)
        for row, position in zip(valued.rows, valued.positions, strict=True)
        if holding_id in (None, row.id)
    ]
    nested = len(knot.rows) <= evidence.NESTED_ROWS_MAX
    found = YearEvidence(made, portfolio.currency, holdings, lambda day: year_of(portfolio, day) == year, nested)
    return explain_year(found, field) if holding_id is None else explain_year_of_holding(found, field)
