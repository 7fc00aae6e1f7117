"""The JSON of performance: what a portfolio has made over a period, and day by day.

Rates and series are floats and are written as the shortest decimal that says the same; unknown is null.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from tickfolio.domain.benchmark import Compared
from tickfolio.domain.history import Days, Floats
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.money import write_decimal, write_known
from tickfolio.domain.performance import Figures
from tickfolio.reports.summary import describe_instrument

Json = dict[str, Any]
# Money of a series is drawn: a millionth is far below what can be seen.
_FORMAT = '"%.6f"'
_SHOWN_MIN = 0.0000005


@dataclass(frozen=True, slots=True)
class Period:
    """The days of an answer: both ends inside; it starts at the close of the day before `since`."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class SeriesOfDays:
    """The days of a period, each with what the portfolio was worth, what that had cost, and the index (100 before).

    `known` is the sum of what has a price where something has none. `now` are the exact value and cost of the last day,
    where that is the summary's.
    """

    days: Days
    values: Floats
    known: Floats
    invested: Floats
    index: Floats
    benchmark: Floats | None
    now: tuple[Decimal | None, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class YearMade:
    """What was booked in one financial year, in the portfolio's currency; None when a rate is unknown."""

    label: str
    realised: Decimal | None
    income: Decimal | None
    tax_withheld: Decimal | None
    charges: Decimal | None


@dataclass(frozen=True, slots=True)
class HoldingMade:
    """The figures of one holding over the period."""

    id: str
    instrument: Instrument
    figures: Figures


def write_performance(
    name: Json,
    period: Period,
    figures: Figures,
    series: SeriesOfDays,
    years: Sequence[YearMade],
    holdings: Sequence[HoldingMade] | None,
    benchmark: tuple[Instrument, Compared, Figures] | None,
) -> bytes:
    """The answer to `GET /portfolios/{id}/performance`, as UTF-8 JSON."""
    answer = {
        "portfolio": name,
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        **write_figures(figures),
        "risk_free_pct": "0",
        "benchmark": None if benchmark is None else _benchmark(*benchmark),
        "years": [_year(year) for year in years],
        "holdings": None if holdings is None else [_holding(one) for one in holdings],
    }
    if series.now is not None and answer["end_value"] is not None:
        answer["end_value"] = write_known(series.now[0])
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"series":{write_series(series)}}}'.encode()


def write_figures(figures: Figures) -> Json:
    """The figures, ratios as percentages."""
    drawdown = figures.drawdown
    return {
        "days": figures.days,
        "start_value": write_float(figures.start),
        "end_value": write_float(figures.end),
        "money_in": write_float(figures.money_in),
        "money_out": write_float(figures.money_out),
        "xirr_pct": write_pct(figures.xirr.ratio),
        "xirr_several": figures.xirr.several,
        "twr_pct": write_pct(figures.twr),
        "twr_annual_pct": write_pct(figures.twr_annual),
        "modified_dietz_pct": write_pct(figures.modified_dietz),
        "max_drawdown_pct": write_pct(None if drawdown is None else drawdown.depth),
        "volatility_pct": write_pct(figures.volatility),
        "sharpe": write_float(figures.sharpe),
        "sortino": write_float(figures.sortino),
        "reasons": dict(figures.reasons),
    }


def write_series(series: SeriesOfDays) -> str:
    """A point for each day, as JSON. `complete` is false where something held had no price: then the value is partial.

    Written as text at once: ten years of days as dictionaries take five times as long.
    """
    values, invested = _amounts(series.known), _amounts(series.invested)
    if values and series.now is not None:
        values[-1], invested[-1] = map(_quoted, series.now)
    columns = [
        [date.fromordinal(day).isoformat() for day in series.days.tolist()],
        values,
        ["false" if unknown else "true" for unknown in np.isnan(series.values).tolist()],
        invested,
        _amounts(series.index),
    ]
    point = '{"date":"%s","value":%s,"complete":%s,"invested":%s,"twr_index":%s}'
    if series.benchmark is not None:
        columns.append(_amounts(series.benchmark))
        point = point.replace("}", ',"benchmark_value":%s}')
    return f"[{','.join([point % day for day in zip(*columns, strict=True)])}]"


def write_float(value: float | None) -> str | None:
    """The shortest decimal that is this float; null for unknown."""
    if value is None or value != value:  # noqa: PLR0124  # what is not a number is not itself
        return None
    return write_decimal(Decimal(repr(float(value))))


def write_pct(ratio: float | None) -> str | None:
    """A ratio in percent; null for unknown."""
    return None if ratio is None else write_float(ratio * 100)


def _amounts(values: Floats) -> list[str]:
    """Each as JSON: a decimal between quotes, or null."""
    shown = np.where(np.abs(values) < _SHOWN_MIN, 0.0, values)  # and no minus before nothing
    texts = [_FORMAT % value for value in shown.tolist()]
    for unknown in np.flatnonzero(np.isnan(values)).tolist():
        texts[unknown] = "null"
    return texts


def _quoted(amount: Decimal | None) -> str:
    return "null" if amount is None else f'"{write_decimal(amount)}"'


def _benchmark(instrument: Instrument, compared: Compared, figures: Figures) -> Json:
    last = float(compared.values[-1]) if len(compared.values) else float("nan")
    return {
        "instrument": describe_instrument(instrument),
        "twr_pct": write_pct(compared.ratio),
        "same_flows_value": write_float(last),
        "same_flows_xirr_pct": write_pct(compared.rate.ratio),
        "same_flows_gain": write_float(last - figures.start - figures.money_in + figures.money_out),
    }


def _year(year: YearMade) -> Json:
    return {
        "year": year.label,
        "realised": write_known(year.realised),
        "income": write_known(year.income),
        "tax_withheld": write_known(year.tax_withheld),
        "charges": write_known(year.charges),
    }


def _holding(one: HoldingMade) -> Json:
    return {"id": one.id, "instrument": describe_instrument(one.instrument), **write_figures(one.figures)}
