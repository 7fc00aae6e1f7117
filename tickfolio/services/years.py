"""The financial years of a ledger: what was booked in each of them, and what was made in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from operator import itemgetter

import numpy as np

from tickfolio.domain.drawdown import measure_stretch
from tickfolio.domain.financial_year import financial_year
from tickfolio.domain.history import Series
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import Rules, TransactionType
from tickfolio.domain.lots import sum_known
from tickfolio.domain.money import exact
from tickfolio.domain.movements import Movements, count_movements
from tickfolio.reports.made import made_of, net_of, shown
from tickfolio.reports.performance import Period, YearMade, YearReturns
from tickfolio.services.compared import ratio_of_benchmark
from tickfolio.services.now import is_of_now, worth_now
from tickfolio.services.performance import Inputs, Past
from tickfolio.storage.portfolios import Portfolio

T = TransactionType
# The financial year of these currencies' countries begins in another month than January.
_YEAR_STARTS = {"INR": 4}
# What income and charges are made of; where charges of buying are outside cost, those as well.
_BOOKED = frozenset({T.DIVIDEND, T.INTEREST, T.FEE, T.TAX, T.REINVEST})
_CHARGED = frozenset({T.BUY, T.RIGHTS})
_SOLD_ON = itemgetter(2)


def year_of(portfolio: Portfolio, day: date) -> str:
    """The financial year of a day, as the country of the portfolio's currency counts them."""
    return financial_year(day, _YEAR_STARTS.get(portfolio.currency, 1))


def last_day(inputs: Inputs, today: date) -> date:
    """The end of the ledger: today, or its last row, which can be of tomorrow."""
    return max(today, inputs.rows[-1].traded_on) if inputs.rows else today


def days_of_years(inputs: Inputs, today: date) -> Mapping[str, Period]:
    """The days of each year by its label, newest first, cut to the first row and the end of the ledger.

    A year without a row in it is there when something was held or lay in cash.
    """
    if not inputs.rows:
        return {}
    end, days = last_day(inputs, today), [row.traded_on for row in inputs.rows]  # oldest first
    found: dict[str, Period] = {}
    since = days[0]
    while since <= end:
        label, last = year_of(inputs.portfolio, since), _last_of_year(inputs.portfolio, since)
        has_rows = bool(days[_within(days, Period(since, last))])
        if has_rows or _is_anything_there(inputs, since):
            found[label] = Period(since, min(last, end))
        since = last + timedelta(days=1)
    return dict(reversed(found.items()))


@exact
def years_of(inputs: Inputs, today: date, rules: Mapping[str, Rules] | None = None) -> list[YearMade]:
    """What was realised, received and charged in each financial year, newest first.

    `rules` are those of each portfolio, where the rows are of several.
    """
    portfolio = inputs.portfolio
    rules = {portfolio.id: portfolio.rules} if rules is None else rules
    kinds = _BOOKED if all(one.charges_in_cost for one in rules.values()) else _BOOKED | _CHARGED
    rows = [row for row in inputs.rows if row.type in kinds]  # oldest first
    sold = sorted(chain.from_iterable(book.sold for book in inputs.books.values()), key=_SOLD_ON)
    booked_on, sold_on = [row.traded_on for row in rows], list(map(_SOLD_ON, sold))
    return [
        _year(
            label,
            [one[8] for one in sold[_within(sold_on, days)]],
            list(count_movements(rows[_within(booked_on, days)], rules).values()),
        )
        for label, days in days_of_years(inputs, today).items()
    ]


def returns_of_year(inputs: Inputs, past: Past, period: Period, benchmark: Instrument | None) -> YearReturns:
    """What was made in a year; `past` reaches to the end of the ledger."""
    stretch = measure_stretch(past.history, past.whole, period.since, period.until)
    net = stretch.net
    put_in, taken_out = shown(net[net > 0].sum()), shown(-net[net < 0].sum())
    flow = None if np.isnan(net).any() else net_of(put_in, taken_out)
    end = shown(stretch.end)
    if end is not None and is_of_now(inputs, period):
        end = worth_now(inputs)
    return YearReturns(
        period=period,
        net_flow=flow,
        made=made_of(shown(stretch.start), end, flow),
        twr=stretch.twr,
        fall=stretch.fall,
        benchmark=None if benchmark is None else ratio_of_benchmark(inputs, past, benchmark, period),
    )


def _year(label: str, realised: Sequence[Decimal | None], movements: Sequence[Movements]) -> YearMade:
    return YearMade(
        label,
        sum_known(realised),
        sum_known(one.income for one in movements),
        sum_known(one.tax_withheld for one in movements),
        sum_known(one.charges for one in movements),
    )


def _within(days: Sequence[date], period: Period) -> slice:
    """Which of these days, which rise, lie in a period."""
    return slice(bisect_left(days, period.since), bisect_right(days, period.until))


def _last_of_year(portfolio: Portfolio, day: date) -> date:
    month = _YEAR_STARTS.get(portfolio.currency, 1)
    begun = day.year if day.month >= month else day.year - 1
    return date(begun + 1, month, 1) - timedelta(days=1)


def _is_anything_there(inputs: Inputs, day: date) -> bool:
    """Whether anything is held, or lies in cash, when a day begins."""
    kept = [track.held for track in inputs.tracks] + ([] if inputs.cash is None else [inputs.cash])
    return any(_before(series, day) != 0 for series in kept)


def _before(series: Series, day: date) -> float:
    days, numbers = series
    at = int(np.searchsorted(days, day.toordinal()))
    return float(numbers[at - 1]) if at else 0.0
