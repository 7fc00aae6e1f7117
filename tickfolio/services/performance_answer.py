"""The answer to "what has it made since then?", and the parts of it that a receipt is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from tickfolio.domain.benchmark import Compared, compare
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.financial_year import financial_year
from tickfolio.domain.history import Days, Floats, last_known, rate_series
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import Rules, Transaction, TransactionType
from tickfolio.domain.lots import sum_known
from tickfolio.domain.money import exact
from tickfolio.domain.movements import Movements, count_movements
from tickfolio.domain.performance import Figures, Measure, columns_of, figures_of
from tickfolio.domain.returns import index_of
from tickfolio.reports.performance import HoldingMade, Period, SeriesOfDays, YearMade, write_performance
from tickfolio.services.changes import FIRST_DAY, today_at
from tickfolio.services.performance import Inputs, Past, load_inputs, make_past, measure_each
from tickfolio.services.summaries import Summaries, Tagged, answer_by_tag, portfolio_tag
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

T = TransactionType
# The financial year of these currencies' countries begins in another month than January.
_YEAR_STARTS = {"INR": 4}
_INDEX_START = 100
# What income and charges are made of; where charges of buying are outside cost, those as well.
_BOOKED = frozenset({T.DIVIDEND, T.INTEREST, T.FEE, T.TAX, T.REINVEST})
_CHARGED = frozenset({T.BUY, T.RIGHTS})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a period (None: from the first transaction, to today), a benchmark, each holding's part."""

    since: date | None = None
    until: date | None = None
    benchmark_id: str | None = None
    holdings: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The whole answer before it is written."""

    inputs: Inputs
    past: Past
    period: Period
    figures: Figures
    compared: tuple[Instrument, Compared] | None


def load_performance(
    summaries: Summaries, tx: Tx, world: World, user: User, portfolio_id: str, asked: Asked, known_tags: Sequence[str]
) -> Tagged:
    """What a portfolio has made over a period. Raises: NotFound, InvalidInput, Oversold."""
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    today = today_at(user.home_exchange, world)
    versions = portfolio_tag(portfolio.id, portfolio.version, tx.server.version("prices"))
    tag = f"{versions}-{today}-{asked.since}-{asked.until}-{asked.benchmark_id}-{asked.holdings}"
    return answer_by_tag(
        summaries, user, tag, known_tags, lambda: _write(work_out(tx, user, portfolio, asked, today), asked)
    )


def work_out(tx: Tx, user: User, portfolio: Portfolio, asked: Asked, today: date) -> Made:
    """Everything that the answer says, in floats and exact where it is. Raises: NotFound, InvalidInput, Oversold."""
    benchmark = None if asked.benchmark_id is None else tx.instruments.load(user.id, asked.benchmark_id)
    inputs = load_inputs(tx, portfolio, today, benchmark)
    period = _period(inputs, asked, today)
    past = make_past(inputs, period.until)
    figures = figures_of(past.history, past.whole, period.since, period.until)
    compared = None if benchmark is None else (benchmark, _compare(inputs, past, benchmark, period))
    return Made(inputs, past, period, figures, compared)


def _write(made: Made, asked: Asked) -> bytes:
    inputs, past, period = made.inputs, made.past, made.period
    portfolio = inputs.portfolio
    return write_performance(
        {"id": portfolio.id, "name": portfolio.name, "currency": portfolio.currency},
        period,
        made.figures,
        _series(made),
        _years(inputs),
        _holdings(inputs, past, period) if asked.holdings else None,
        None if made.compared is None else (*made.compared, made.figures),
    )


def _period(inputs: Inputs, asked: Asked, today: date) -> Period:
    first = inputs.rows[0].traded_on if inputs.rows else today
    last = inputs.rows[-1].traded_on if inputs.rows else today
    until = asked.until or max(today, last)
    since = asked.since or min(first, until)
    for name, day in (("to", until), ("from", since)):
        if day < FIRST_DAY:
            raise InvalidInput(name, f"{name} must not be before {FIRST_DAY.isoformat()}.", code="too_early")
        if day > max(today, last) + timedelta(days=1):
            raise InvalidInput(name, f"{name} must not be in the future.", code="in_the_future")
    if since > until:
        raise InvalidInput("from", "from must not be after to.", code="too_late")
    return Period(max(since, first) if first <= until else since, until)


def _holdings(inputs: Inputs, past: Past, period: Period) -> list[HoldingMade]:
    measured = measure_each(inputs, past)
    return [
        HoldingMade(inputs.now.holding_ids[key], inputs.instruments[key], _own_figures(past, measure, period))
        for key, measure in measured.items()
    ]


def _own_figures(past: Past, measure: Measure, period: Period) -> Figures:
    return figures_of(past.history, measure, period.since, period.until)


def _series(made: Made) -> SeriesOfDays:
    inputs, past, period = made.inputs, made.past, made.period
    first, last = columns_of(past.history, period.since, period.until)
    shown = slice(first + 1, last + 1)
    is_now, value = _is_now(inputs, period), inputs.now.value
    return SeriesOfDays(
        days=past.history.days[shown],
        values=past.whole.values[shown],
        known=_known(past, shown),
        invested=past.history.invested[shown],
        index=index_of(past.whole.factors[first:last])[1:] * _INDEX_START,
        benchmark=None if made.compared is None else made.compared[1].values[1:],
        now=(_worth(inputs), value.invested) if is_now else None,
    )


def _known(past: Past, shown: slice) -> Floats:
    """What was worth what is known of each day: where something has no price, the sum of the rest."""
    values = past.whole.values[shown].copy()
    partial = np.flatnonzero(np.isnan(values))
    parts = past.history.values[:, shown][:, partial]
    priced = ~np.isnan(parts) & (past.history.units[:, shown][:, partial] != 0)
    values[partial] = np.where(priced.any(axis=0), np.nansum(parts, axis=0), np.nan)
    if past.cash is not None:
        values[partial] += past.cash[shown][partial]
    return values


def _is_now(inputs: Inputs, period: Period) -> bool:
    """Whether no row, price or rate is newer than the end of the period: then its last value is the summary's."""
    until = period.until.toordinal()
    newest = max((int(series[0][-1]) for series in inputs.closes.values() if len(series[0])), default=until)
    return newest <= until and (not inputs.rows or inputs.rows[-1].traded_on <= period.until)


@exact
def _worth(inputs: Inputs) -> Decimal | None:
    """The summary's value, with the cash where it is tracked; None when either is unknown."""
    value, cash = inputs.now.value.current_value, inputs.now.value.cash
    if inputs.cash is None or not inputs.rows:
        return value
    return None if value is None or cash is None else value + cash


def _compare(inputs: Inputs, past: Past, benchmark: Instrument, period: Period) -> Compared:
    history = past.history
    first, last = columns_of(history, period.since, period.until)
    days: Days = np.concatenate([[period.since.toordinal() - 1], history.days[first + 1 : last + 1]])
    prices = _benchmark_prices(inputs, benchmark, days)
    start, net = float(past.whole.values[first]), past.whole.net[first:last]
    moved = np.flatnonzero(net)
    if not start and len(moved) and np.isnan(prices[0]):  # nothing was there before: it begins with the first money
        prices[0] = prices[moved[0] + 1]
    return compare(prices, start, net, days)


def _benchmark_prices(inputs: Inputs, benchmark: Instrument, days: Days) -> Floats:
    """The benchmark's closes in the portfolio's currency and in units of now."""
    on, closes = inputs.closes[benchmark.id]
    for split in inputs.splits.get(benchmark.id, ()):
        closes = np.where(on < split.on.toordinal(), closes / float(split.ratio.value), closes)
    rates = rate_series(benchmark.currency, inputs.portfolio.currency, inputs.pairs, days)
    return last_known((on, closes), days) * rates


@exact
def _years(inputs: Inputs) -> list[YearMade]:
    """What was realised, received and charged in each financial year, newest first."""
    starts = _YEAR_STARTS.get(inputs.portfolio.currency, 1)
    booked: dict[str, list[Transaction]] = {
        financial_year(day, starts): [] for day in {row.traded_on for row in inputs.rows}
    }
    realised: dict[str, list[Decimal | None]] = {}
    kinds = _BOOKED if inputs.portfolio.charges_in_cost else _BOOKED | _CHARGED
    for row in inputs.rows:
        if row.type in kinds:
            booked[financial_year(row.traded_on, starts)].append(row)
    for book in inputs.books.values():
        for sale in book.sales:
            realised.setdefault(financial_year(sale.sold_on, starts), []).append(sale.realised)
    return [
        _year(label, realised.get(label, []), list(count_movements(booked[label], _rules(inputs)).values()))
        for label in sorted(booked, reverse=True)
    ]


def _year(label: str, realised: Sequence[Decimal | None], movements: Sequence[Movements]) -> YearMade:
    return YearMade(
        label,
        sum_known(realised),
        sum_known(one.income for one in movements),
        sum_known(one.tax_withheld for one in movements),
        sum_known(one.charges for one in movements),
    )


def _rules(inputs: Inputs) -> dict[str, Rules]:
    return {inputs.portfolio.id: inputs.portfolio.rules}
