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
from tickfolio.domain.performance import NO_CLOSE, NO_FLOW_AMOUNT, Figures
from tickfolio.reports.made import made_of, net_of, shown
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

    `net` is what came in less what went out on each, `falls` how far below its highest so far the index is (a ratio).
    `known` is the sum of what has a price where something has none. `now` are the exact value and cost of the last day,
    where that is the summary's.
    """

    days: Days
    values: Floats
    known: Floats
    invested: Floats
    net: Floats
    index: Floats
    falls: Floats
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
class YearReturns:
    """What was made in one financial year, over its days inside the ledger; ratios, and None for what is unknown."""

    period: Period
    net_flow: Decimal | None
    made: Decimal | None
    twr: float | None
    fall: float | None
    benchmark: float | None


@dataclass(frozen=True, slots=True)
class PeriodMade:
    """The figures of the period, and the day on which the index was lowest after its peak.

    Where the summary tells the value of the last day (`is_now`), that is `now`, exact.
    """

    figures: Figures
    fell_on: date | None = None
    is_now: bool = False
    now: Decimal | None = None

    @property
    def end(self) -> Decimal | None:
        """The value at the end: the summary's where it tells one, save that what is partial is unknown."""
        end = shown(self.figures.end)
        return self.now if end is not None and self.is_now else end

    @property
    def net(self) -> Decimal | None:
        """What was put in less what was taken out."""
        return net_of(shown(self.figures.money_in), shown(self.figures.money_out))

    @property
    def made(self) -> Decimal | None:
        """What was made."""
        return made_of(shown(self.figures.start), self.end, self.net)


@dataclass(frozen=True, slots=True)
class HoldingMade:
    """What one holding made over the period."""

    id: str
    portfolio_id: str
    instrument: Instrument
    made: PeriodMade


def write_performance(
    whose: Json,
    period: Period,
    made: PeriodMade,
    series: SeriesOfDays,
    years: Sequence[tuple[YearMade, YearReturns]],
    holdings: Sequence[HoldingMade] | None,
    benchmark: tuple[Instrument, Compared] | None,
    held_back: int = 0,
) -> bytes:
    """The answer to `GET /portfolios/{id}/performance`, as UTF-8 JSON. `whose` names the portfolio, or a currency.

    `held_back` counts holdings whose last day stands at the last good price, because a newer one is held back.
    """
    answer = {
        **whose,
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        **write_figures(made),
        "held_back": held_back,
        "risk_free_pct": "0",
        "benchmark": None if benchmark is None else _benchmark(*benchmark, made.figures),
        "years": [_year(*year) for year in years],
        "holdings": None if holdings is None else [_holding(one) for one in holdings],
    }
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"series":{write_series(series)}}}'.encode()


def write_figures(made: PeriodMade) -> Json:
    """The figures, ratios as percentages."""
    figures, gain = made.figures, made.made
    drawdown = figures.drawdown
    return {
        "days": figures.days,
        "start_value": write_float(figures.start),
        "end_value": write_known(made.end),
        "money_in": write_float(figures.money_in),
        "money_out": write_float(figures.money_out),
        "made": write_known(gain),
        "xirr_pct": write_pct(figures.xirr.ratio),
        "xirr_several": figures.xirr.several,
        "twr_pct": write_pct(figures.twr),
        "twr_annual_pct": write_pct(figures.twr_annual),
        "modified_dietz_pct": write_pct(figures.modified_dietz),
        "max_drawdown_pct": write_pct(None if drawdown is None else drawdown.depth),
        "max_drawdown_on": None if made.fell_on is None else made.fell_on.isoformat(),
        "volatility_pct": write_pct(figures.volatility),
        "sharpe": write_float(figures.sharpe),
        "sortino": write_float(figures.sortino),
        "reasons": dict(figures.reasons) | ({} if gain is not None else {"made": reason_of_made(figures)}),
    }


def reason_of_made(figures: Figures) -> str:
    """Why nobody knows what was made."""
    return NO_CLOSE if shown(figures.money_in) is not None else NO_FLOW_AMOUNT


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
        _amounts(series.net),
        _amounts(series.index),
        _amounts(series.falls * 100),
    ]
    point = '{"date":"%s","value":%s,"complete":%s,"invested":%s,"net_flow":%s,"twr_index":%s,"drawdown_pct":%s}'
    if series.benchmark is not None:
        columns.append(_amounts(series.benchmark))
        point = point.replace("}", ',"benchmark_value":%s}')
    return f"[{','.join([point % day for day in zip(*columns, strict=True)])}]"


def write_float(value: float | None) -> str | None:
    """The shortest decimal that is this float; null for unknown."""
    return write_known(shown(value))


def write_pct(ratio: float | None) -> str | None:
    """A ratio in percent; null for unknown."""
    return None if ratio is None else write_float(ratio * 100)


def value_of_same_flows(compared: Compared) -> float:
    """What the same flows would be worth in a benchmark at the end; NaN where nobody knows."""
    return float(compared.values[-1]) if len(compared.values) else float("nan")


def gain_of_same_flows(compared: Compared, figures: Figures) -> float:
    """What the same flows would have gained in a benchmark by then."""
    return value_of_same_flows(compared) - figures.start - figures.money_in + figures.money_out


def _amounts(values: Floats) -> list[str]:
    """Each as JSON: a decimal between quotes, or null."""
    shown = np.where(np.abs(values) < _SHOWN_MIN, 0.0, values)  # and no minus before nothing
    places = np.flatnonzero(shown)
    texts = [_FORMAT % 0] * len(values)  # most days have no flow
    for place, value in zip(places.tolist(), shown[places].tolist(), strict=True):
        texts[place] = _FORMAT % value
    for unknown in np.flatnonzero(np.isnan(values)).tolist():
        texts[unknown] = "null"
    return texts


def _quoted(amount: Decimal | None) -> str:
    return "null" if amount is None else f'"{write_decimal(amount)}"'


def _benchmark(instrument: Instrument, compared: Compared, figures: Figures) -> Json:
    return {
        "instrument": describe_instrument(instrument),
        "twr_pct": write_pct(compared.ratio),
        "same_flows_value": write_float(value_of_same_flows(compared)),
        "same_flows_xirr_pct": write_pct(compared.rate.ratio),
        "same_flows_gain": write_float(gain_of_same_flows(compared, figures)),
    }


def _year(booked: YearMade, returns: YearReturns) -> Json:
    return {
        "year": booked.label,
        "from": returns.period.since.isoformat(),
        "to": returns.period.until.isoformat(),
        "realised": write_known(booked.realised),
        "income": write_known(booked.income),
        "tax_withheld": write_known(booked.tax_withheld),
        "charges": write_known(booked.charges),
        "net_flow": write_known(returns.net_flow),
        "made": write_known(returns.made),
        "twr_pct": write_pct(returns.twr),
        "max_drawdown_pct": write_pct(returns.fall),
        "benchmark_twr_pct": write_pct(returns.benchmark),
    }


def _holding(one: HoldingMade) -> Json:
    return {
        "id": one.id,
        "portfolio_id": one.portfolio_id,
        "instrument": describe_instrument(one.instrument),
        **write_figures(one.made),
    }
