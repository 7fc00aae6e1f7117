"""Receipts of performance: the history that the answer is made of, and the rows of prices below it."""

from collections.abc import Mapping
from datetime import date

from tickfolio.domain.errors import InvalidInput
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_benchmark import Against, days_priced, explain_benchmark
from tickfolio.reports.receipt_past import PastWorth
from tickfolio.reports.receipt_performance import ends, explain_performance, places_needed
from tickfolio.reports.receipt_period import Period
from tickfolio.reports.receipt_years import BENCHMARK_OF_YEAR, in_year
from tickfolio.services.cash_lines import figures_of_part
from tickfolio.services.now import is_of_now, worth_now
from tickfolio.services.past_prices import PastPrices
from tickfolio.services.past_worths import past_worths
from tickfolio.services.performance_answer import Made, made_in, measures_of
from tickfolio.services.years import days_of_years
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User


def explain_of_period(tx: Tx, user: User, made: Made, figure: str, holding_id: str | None, today: date) -> Receipt:
    """The receipt of a figure of performance, of the whole or of one holding. Raises: NotFound, InvalidInput."""
    return _explain(tx, made, figure, _part(tx, user, made, figure, holding_id), today)


def explain_of_benchmark(tx: Tx, made: Made, figure: str, today: date) -> Receipt:
    """The receipt of a figure of the benchmark. Raises: InvalidInput when none is named."""
    if made.compared is None:
        raise InvalidInput("benchmark", "Name the benchmark.", code="required")
    instrument, compared = made.compared
    period = _period(made, None)
    prices = PastPrices(tx, made.inputs, today)
    found = {day: prices.find(instrument, day) for day in days_priced(period)}
    worths = past_worths(tx, made, [period.day(at) for at in ends(period)], today, None)
    known = {day: price for day, price in found.items() if price is not None}
    return explain_benchmark(Against(_period(made, None, worths or {}), compared, known), figure)


def explain_of_year_made(
    tx: Tx, user: User, made: Made, named: tuple[str, str], holding_id: str | None, today: date
) -> Receipt:
    """The receipt of what was made in a year, `named` by its label and the field, with `made` over the whole ledger.

    Raises: NotFound; InvalidInput when nothing is of that year, or it is of a benchmark and none is named.
    """
    year, field = named
    period = days_of_years(made.inputs, today).get(year)
    if period is None:
        raise InvalidInput("figure", f"There is nothing of {year}.", code="unknown_year")
    of_year = made_in(made, period, today)
    if field == BENCHMARK_OF_YEAR and holding_id is None:
        return in_year(explain_of_benchmark(tx, of_year, "benchmark.twr_pct", today), year, field)
    return in_year(_explain(tx, of_year, field, _part(tx, user, made, field, holding_id), today), year, field)


def _part(tx: Tx, user: User, made: Made, figure: str, holding_id: str | None) -> str | None:
    """The part of the whole that a holding is; None for all of it."""
    if holding_id is None:
        return None
    tx.holdings.load(user.id, holding_id)
    key = next((key for key, one in made.inputs.now.holding_ids.items() if one == holding_id), None)
    if key is None or key not in measures_of(made) or figure == BENCHMARK_OF_YEAR:
        raise InvalidInput("figure", "There is no such figure of a holding.", code="unknown_figure")
    return key


def _explain(tx: Tx, made: Made, figure: str, key: str | None, today: date) -> Receipt:
    period = _period(made, key)
    days = [period.day(at) for at in places_needed(period, figure)]
    worths = past_worths(tx, made, days, today, key) if days else {}
    if worths is None:
        return explain_performance(period, figure, nested=False)
    return explain_performance(_period(made, key, worths), figure)


def _period(made: Made, key: str | None, worths: Mapping[date, PastWorth] | None = None) -> Period:
    """The period of the portfolio, or of its holding of an instrument."""
    days, measure, figures = made.period, made.past.whole, made.figures
    if key is not None:
        measure = measures_of(made)[key]
        figures = figures_of_part(made.inputs, made.past, key, measure, days)
    is_now = key is None and is_of_now(made.inputs, days)
    return Period(
        history=made.past.history,
        measure=measure,
        figures=figures,
        since=days.since,
        until=days.until,
        currency=made.inputs.portfolio.currency,
        worths=worths or {},
        is_now=is_now,
        now=worth_now(made.inputs) if is_now else None,
    )
