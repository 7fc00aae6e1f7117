"""The answer to "what has it made since then?", and the parts of it that a receipt is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from tickfolio.domain.benchmark import Compared
from tickfolio.domain.drawdown import falls_of
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.history import Floats
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import Rules
from tickfolio.domain.performance import Figures, Measure, columns_of, figures_of
from tickfolio.domain.returns import index_of
from tickfolio.reports.performance import (
    HoldingMade,
    Json,
    Period,
    PeriodMade,
    SeriesOfDays,
    YearMade,
    YearReturns,
    write_performance,
)
from tickfolio.reports.summary import count_held_back
from tickfolio.services.cash_lines import cash_lines, figures_of_part
from tickfolio.services.cash_of_all import Box, cash_lines_of
from tickfolio.services.changes import FIRST_DAY, today_at
from tickfolio.services.compared import compare_with
from tickfolio.services.now import is_of_now, worth_now
from tickfolio.services.performance import Inputs, Past, load_inputs, make_past, measure_each
from tickfolio.services.summaries import SHAPE, Summaries, Tagged, answer_by_tag, portfolio_tag
from tickfolio.services.world import World
from tickfolio.services.years import days_of_years, last_day, returns_of_year, years_of
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

_INDEX_START = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a period (None: from the first transaction, to today), a benchmark, each holding's part."""

    since: date | None = None
    until: date | None = None
    benchmark_id: str | None = None
    holdings: bool = False

    @property
    def tag(self) -> str:
        """What is asked for, as a part of the answer's tag."""
        return f"{self.since}-{self.until}-{self.benchmark_id}-{self.holdings}"


@dataclass(frozen=True, slots=True)
class Made:
    """The whole answer before it is written.

    `past` ends with the period. Where the answer is of several portfolios, `owners` are those of the holdings, and
    `rules` and `boxes` how they count and their cash.
    """

    inputs: Inputs
    past: Past
    period: Period
    figures: Figures
    compared: tuple[Instrument, Compared] | None
    owners: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rules] | None = None
    boxes: Sequence[Box] | None = None


def load_performance(
    summaries: Summaries, tx: Tx, world: World, user: User, portfolio_id: str, asked: Asked, known_tags: Sequence[str]
) -> Tagged:
    """What a portfolio has made over a period. Raises: NotFound, InvalidInput, Oversold."""
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    today = today_at(user.home_exchange, world)
    versions = portfolio_tag(portfolio.id, portfolio.version, tx.server.version("prices"))
    whose = {"portfolio": {"id": portfolio.id, "name": portfolio.name, "currency": portfolio.currency}}
    return answer_by_tag(
        summaries,
        user,
        f"{versions}-s{SHAPE}-{today}-{asked.tag}",
        known_tags,
        lambda: write_made(work_out(tx, user, portfolio, asked, today), whose, today, holdings=asked.holdings),
    )


def work_out(tx: Tx, user: User, portfolio: Portfolio, asked: Asked, today: date) -> Made:
    """Everything that the answer says, in floats and exact where it is. Raises: NotFound, InvalidInput, Oversold."""
    benchmark = None if asked.benchmark_id is None else tx.instruments.load(user.id, asked.benchmark_id)
    return make_made(load_inputs(tx, portfolio, today, benchmark), benchmark, asked, today)


def make_made(inputs: Inputs, benchmark: Instrument | None, asked: Asked, today: date) -> Made:
    """The answer from what was read. Raises: InvalidInput."""
    period = _period(inputs, asked, today)
    past = make_past(inputs, period.until)
    figures = figures_of(past.history, past.whole, period.since, period.until)
    compared = None if benchmark is None else (benchmark, compare_with(inputs, past, benchmark, period))
    return Made(inputs, past, period, figures, compared)


def write_made(made: Made, whose: Json, today: date, *, holdings: bool) -> bytes:
    """The answer as JSON; `whose` it is stands in front."""
    return write_performance(
        whose,
        made.period,
        _whole(made),
        _series(made),
        list_years(made, today),
        _holdings(made) if holdings else None,
        made.compared,
        count_held_back(made.inputs.now.value) if is_of_now(made.inputs, made.period) else 0,
    )


def list_years(made: Made, today: date) -> list[tuple[YearMade, YearReturns]]:
    """What was booked and what was made in each financial year of the whole ledger, newest first."""
    inputs, until = made.inputs, last_day(made.inputs, today)
    past = made.past if made.period.until == until else make_past(inputs, until)
    benchmark = None if made.compared is None else made.compared[0]
    periods = days_of_years(inputs, today)
    return [
        (booked, returns_of_year(inputs, past, periods[booked.label], benchmark))
        for booked in years_of(inputs, today, made.rules)
    ]


def made_in(made: Made, period: Period, today: date) -> Made:
    """The same of one of the years: as part of the whole ledger."""
    inputs, until = made.inputs, last_day(made.inputs, today)
    past = made.past if made.period.until == until else make_past(inputs, until)
    figures = figures_of(past.history, past.whole, period.since, period.until)
    compared = None
    if made.compared is not None:
        benchmark = made.compared[0]
        compared = benchmark, compare_with(inputs, past, benchmark, period)
    return replace(made, past=past, period=period, figures=figures, compared=compared)


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


def _whole(made: Made) -> PeriodMade:
    is_now = is_of_now(made.inputs, made.period)
    return PeriodMade(
        made.figures, _fell_on(made.past, made.figures, made.period), is_now, worth_now(made.inputs) if is_now else None
    )


def measures_of(made: Made) -> Mapping[str, Measure]:
    """What each part of the portfolio did: every holding, and its cash where something was booked on that."""
    inputs, past = made.inputs, made.past
    cash = cash_lines(inputs, past) if made.boxes is None else cash_lines_of(made.boxes, inputs, past)
    return {**measure_each(inputs, past), **cash}


def _holdings(made: Made) -> list[HoldingMade]:
    inputs, past, period = made.inputs, made.past, made.period
    found = []
    for key, measure in measures_of(made).items():
        figures = figures_of_part(inputs, past, key, measure, period)
        part = PeriodMade(figures, _fell_on(past, figures, period))
        owner = made.owners.get(key, inputs.portfolio.id)
        found.append(HoldingMade(inputs.now.holding_ids[key], owner, inputs.instruments[key], part))
    return found


def _fell_on(past: Past, figures: Figures, period: Period) -> date | None:
    """The day on which the index was lowest after its peak; None where it never fell."""
    found = figures.drawdown
    if found is None or not found.depth:
        return None
    first, _ = columns_of(past.history, period.since, period.until)
    return date.fromordinal(int(past.history.days[first + found.trough]))


def _series(made: Made) -> SeriesOfDays:
    inputs, past, period = made.inputs, made.past, made.period
    first, last = columns_of(past.history, period.since, period.until)
    shown = slice(first + 1, last + 1)
    is_now, value = is_of_now(inputs, period), inputs.now.value
    index = index_of(past.whole.factors[first:last])
    return SeriesOfDays(
        days=past.history.days[shown],
        values=past.whole.values[shown],
        known=_known(past, shown),
        invested=past.history.invested[shown],
        net=past.whole.net[first:last],
        index=index[1:] * _INDEX_START,
        falls=falls_of(index)[1:],
        benchmark=None if made.compared is None else made.compared[1].values[1:],
        now=(worth_now(inputs), value.invested) if is_now else None,
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
