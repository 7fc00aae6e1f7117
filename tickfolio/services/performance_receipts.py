"""Receipts of performance: the history that the answer is made of, and the rows of prices below it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import accumulate

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.money import ZERO, convert, exact
from tickfolio.domain.movements import cash_moved
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_benchmark import Against, days_priced, explain_benchmark
from tickfolio.reports.receipt_past import PastHolding, PastWorth
from tickfolio.reports.receipt_performance import ends, explain_performance, places_needed
from tickfolio.reports.receipt_period import Period
from tickfolio.reports.receipt_years import BENCHMARK_OF_YEAR, in_year
from tickfolio.services import evidence
from tickfolio.services.cash_lines import figures_of_part
from tickfolio.services.now import is_of_now, worth_now
from tickfolio.services.past_prices import PastPrices
from tickfolio.services.performance import Inputs
from tickfolio.services.performance_answer import Asked, Made, made_in, measures_of, work_out
from tickfolio.services.years import days_of_years
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

# So many rows of prices are more than anybody reads: a value stands for itself then.
PRICE_ROWS_MAX = 2000


def explain_of_period(
    tx: Tx, user: User, portfolio: Portfolio, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    """The receipt of a figure of performance, of the portfolio or of one holding. Raises: as `work_out`."""
    made = work_out(tx, user, portfolio, asked, today)
    return _explain(tx, made, figure, _part(tx, user, made, figure, holding_id), today)


def explain_of_benchmark(tx: Tx, user: User, portfolio: Portfolio, figure: str, asked: Asked, today: date) -> Receipt:
    """The receipt of a figure of the benchmark. Raises: as `work_out`; InvalidInput when none is named."""
    return _explain_against(tx, work_out(tx, user, portfolio, asked, today), figure, today)


def explain_of_year_made(
    tx: Tx,
    user: User,
    portfolio: Portfolio,
    named: tuple[str, str],
    holding_id: str | None,
    benchmark_id: str | None,
    today: date,
) -> Receipt:
    """The receipt of what was made in a year, `named` by its label and the field. Raises: as `explain_of_benchmark`."""
    year, field = named
    made = work_out(tx, user, portfolio, Asked(benchmark_id=benchmark_id), today)
    period = days_of_years(made.inputs, today).get(year)
    if period is None:
        raise InvalidInput("figure", f"There is nothing of {year}.", code="unknown_year")
    of_year = made_in(made, period, today)
    if field == BENCHMARK_OF_YEAR and holding_id is None:
        return in_year(_explain_against(tx, of_year, "benchmark.twr_pct", today), year, field)
    return in_year(_explain(tx, of_year, field, _part(tx, user, made, field, holding_id), today), year, field)


def _part(tx: Tx, user: User, made: Made, figure: str, holding_id: str | None) -> str | None:
    """The part of the portfolio that a holding is; None for all of it."""
    if holding_id is None:
        return None
    key = tx.holdings.load(user.id, holding_id).holding.instrument_id
    if key not in measures_of(made) or figure == BENCHMARK_OF_YEAR:
        raise InvalidInput("figure", "There is no such figure of a holding.", code="unknown_figure")
    return key


def _explain(tx: Tx, made: Made, figure: str, key: str | None, today: date) -> Receipt:
    period = _period(made, key)
    days = [period.day(at) for at in places_needed(period, figure)]
    worths = _worths(tx, made.inputs, days, today, key) if days else {}
    if worths is None:
        return explain_performance(period, figure, nested=False)
    return explain_performance(_period(made, key, worths), figure)


def _explain_against(tx: Tx, made: Made, figure: str, today: date) -> Receipt:
    if made.compared is None:
        raise InvalidInput("benchmark", "Name the benchmark.", code="required")
    instrument, compared = made.compared
    period = _period(made, None)
    prices = PastPrices(tx, made.inputs, today)
    found = {day: prices.find(instrument, day) for day in days_priced(period)}
    worths = _worths(tx, made.inputs, [period.day(at) for at in ends(period)], today, None)
    known = {day: price for day, price in found.items() if price is not None}
    return explain_benchmark(Against(_period(made, None, worths or {}), compared, known), figure)


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


@exact
def _worths(
    tx: Tx, inputs: Inputs, days: Iterable[date], today: date, key: str | None
) -> Mapping[date, PastWorth] | None:
    """What was there at the end of each of these days, with its prices; None where that is too much for a receipt.

    A day of which a price, a rate or the cash is not known is left out.
    """
    if len(inputs.rows) > evidence.NESTED_ROWS_MAX:
        return None
    units = {one: _after_each_day(inputs, one) for one in inputs.books if key in (None, one)}
    held = {day: {one: count for one, after in units.items() if (count := _by(after, day))} for day in days}
    if sum(map(len, held.values())) > PRICE_ROWS_MAX:
        return None
    prices = PastPrices(tx, inputs, today)
    cash = _balances(inputs) if key is None and inputs.cash is not None else None
    found = {}
    for day, counts in held.items():
        balance = None if cash is None else _by(cash, day)
        lines = {one: prices.find(inputs.instruments[one], day) for one in counts}
        holdings = [PastHolding(counts[one], price) for one, price in lines.items() if price is not None]
        complete = len(holdings) == len(counts) and (cash is None or balance is not None)
        if complete and (holdings or balance):
            found[day] = PastWorth(day, inputs.portfolio.currency, holdings, balance)
    return found


Steps = tuple[list[date], list[Decimal | None]]  # days, oldest first, and what there was after each


def _after_each_day(inputs: Inputs, key: str) -> Steps:
    """The units of an instrument, exact, after each day on which they changed; money has none."""
    if inputs.instruments[key].asset_type is AssetType.CASH:
        return [], []
    changes = inputs.books[key].changes
    return [change.on for change in changes], list(accumulate(change.quantity for change in changes))


def _balances(inputs: Inputs) -> Steps:
    """The cash after each row, exact; unknown from the first unknown rate on."""
    after: list[Decimal | None] = []
    balance: Decimal | None = ZERO
    for row in inputs.rows:
        moved = convert(cash_moved(row), row.fx_rate)
        balance = None if balance is None or moved is None else balance + moved
        after.append(balance)
    return [row.traded_on for row in inputs.rows], after


def _by(steps: Steps, day: date) -> Decimal | None:
    """What there was at the end of a day."""
    days, after = steps
    at = bisect_right(days, day)
    return after[at - 1] if at else ZERO
