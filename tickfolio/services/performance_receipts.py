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
from tickfolio.domain.performance import figures_of
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_benchmark import Against, days_priced, explain_benchmark
from tickfolio.reports.receipt_past import PastHolding, PastWorth
from tickfolio.reports.receipt_performance import ends, explain_performance, places_needed
from tickfolio.reports.receipt_period import Period
from tickfolio.services import evidence
from tickfolio.services.past_prices import PastPrices
from tickfolio.services.performance import Inputs, measure_each
from tickfolio.services.performance_answer import Asked, Made, is_of_now, work_out, worth_now
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
    key = None if holding_id is None else tx.holdings.load(user.id, holding_id).holding.instrument_id
    period = _period(made, portfolio, key)
    days = [period.day(at) for at in places_needed(period, figure)]
    worths = _worths(tx, made.inputs, days, today, key) if days else {}
    if worths is None:
        return explain_performance(period, figure, nested=False)
    return explain_performance(_period(made, portfolio, key, worths), figure)


def explain_of_benchmark(tx: Tx, user: User, portfolio: Portfolio, figure: str, asked: Asked, today: date) -> Receipt:
    """The receipt of a figure of the benchmark. Raises: as `work_out`; InvalidInput when none is named."""
    made = work_out(tx, user, portfolio, asked, today)
    if made.compared is None:
        raise InvalidInput("benchmark", "Name the benchmark.", code="required")
    instrument, compared = made.compared
    period = _period(made, portfolio, None)
    prices = PastPrices(tx, made.inputs, today)
    found = {day: prices.find(instrument, day) for day in days_priced(period)}
    worths = _worths(tx, made.inputs, [period.day(at) for at in ends(period)], today, None)
    known = {day: price for day, price in found.items() if price is not None}
    return explain_benchmark(Against(_period(made, portfolio, None, worths or {}), compared, known), figure)


def _period(
    made: Made, portfolio: Portfolio, key: str | None, worths: Mapping[date, PastWorth] | None = None
) -> Period:
    """The period of the portfolio, or of its holding of an instrument."""
    history, days = made.past.history, made.period
    measure, figures = made.past.whole, made.figures
    if key is not None:
        measure = measure_each(made.inputs, made.past)[key]
        figures = figures_of(history, measure, days.since, days.until)
    is_now = key is None and is_of_now(made.inputs, days)
    return Period(
        history=history,
        measure=measure,
        figures=figures,
        since=days.since,
        until=days.until,
        currency=portfolio.currency,
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
