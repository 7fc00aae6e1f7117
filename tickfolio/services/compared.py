"""A portfolio beside a benchmark over a period: its closes, and the same flows in it."""

import numpy as np

from tickfolio.domain.benchmark import Compared, compare, ratio_of
from tickfolio.domain.history import Days, Floats, last_known, rate_series
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.performance import columns_of
from tickfolio.reports.performance import Period
from tickfolio.services.performance import Inputs, Past


def compare_with(inputs: Inputs, past: Past, benchmark: Instrument, period: Period) -> Compared:
    """What the benchmark did in a period, and what the same flows would have made in it."""
    first, last = columns_of(past.history, period.since, period.until)
    days = _days(past, period)
    prices = _prices(inputs, past, benchmark, period, days)
    return compare(prices, float(past.whole.values[first]), past.whole.net[first:last], days)


def ratio_of_benchmark(inputs: Inputs, past: Past, benchmark: Instrument, period: Period) -> float | None:
    """The benchmark's own return over a period; None where it has no price at one of its ends."""
    return ratio_of(_prices(inputs, past, benchmark, period, _days(past, period)))


def _days(past: Past, period: Period) -> Days:
    first, last = columns_of(past.history, period.since, period.until)
    days: Days = np.concatenate([[period.since.toordinal() - 1], past.history.days[first + 1 : last + 1]])
    return days


def _prices(inputs: Inputs, past: Past, benchmark: Instrument, period: Period, days: Days) -> Floats:
    """The benchmark's closes of these days, which begin with the one before the period."""
    first, last = columns_of(past.history, period.since, period.until)
    prices = _closes(inputs, benchmark, days)
    moved = np.flatnonzero(past.whole.net[first:last])
    if not past.whole.values[first] and len(moved) and np.isnan(prices[0]):
        prices[0] = prices[moved[0] + 1]  # nothing was there before: it begins with the first money
    return prices


def _closes(inputs: Inputs, benchmark: Instrument, days: Days) -> Floats:
    """The benchmark's closes in the portfolio's currency and in units of now."""
    on, closes = inputs.closes[benchmark.id]
    for split in inputs.splits.get(benchmark.id, ()):
        closes = np.where(on < split.on.toordinal(), closes / float(split.ratio.value), closes)
    rates = rate_series(benchmark.currency, inputs.portfolio.currency, inputs.pairs, days)
    return last_known((on, closes), days) * rates
