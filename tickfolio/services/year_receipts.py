"""Receipts of what was booked in a financial year, from the rows and books of the holdings."""

from collections.abc import Sequence
from datetime import date

from tickfolio.domain.errors import InvalidInput
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_years import YearEvidence, explain_year, explain_year_of_holding
from tickfolio.services.performance_answer import Made
from tickfolio.services.years import year_of, years_of


def explain_of_year(
    made: Made,
    holdings: Sequence[Evidence],
    named: tuple[str, str],
    holding_id: str | None,
    today: date,
    *,
    nested: bool,
) -> Receipt:
    """The receipt of a field of the year, `named` by its label and the field, of all holdings or of one's part in it.

    Raises: InvalidInput when nothing is of that year.
    """
    year, field = named
    inputs = made.inputs
    booked = {one.label: one for one in years_of(inputs, today, made.rules)}.get(year)
    if booked is None:
        raise InvalidInput("figure", f"There is nothing of {year}.", code="unknown_year")
    counted = [one for one in holdings if holding_id in (None, one.holding_id)]
    portfolio = inputs.portfolio
    found = YearEvidence(booked, portfolio.currency, counted, lambda day: year_of(portfolio, day) == year, nested)
    return explain_year(found, field) if holding_id is None else explain_year_of_holding(found, field)
