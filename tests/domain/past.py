"""A portfolio's past, from rows and closes as a test writes them, through the whole engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np

from tests.domain.made import NO_RATES, instrument, value
from tickfolio.domain.history import Series
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import CostMethod, Rules, Transaction
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.performance import Figures, Measure, figures_of
from tickfolio.domain.returns import index_of
from tickfolio.domain.splits import Split
from tickfolio.reports.summary import ValuedPortfolio
from tickfolio.services.performance import Inputs, Past, make_inputs, make_past, measure_each
from tickfolio.storage.portfolios import Portfolio

Closes = Mapping[str, Any]  # by day as 2024-01-01


def day(text: str) -> date:
    return date.fromisoformat(text)


def series(closes: Closes) -> Series:
    days = sorted(closes)
    on = np.array([day(text).toordinal() for text in days], dtype=np.int64)
    return on, np.array([float(closes[text]) for text in days])


@dataclass
class Story:
    """A portfolio of INR from its rows, the closes by symbol and the pairs with the euro by currency."""

    rows: Sequence[Transaction]
    closes: Mapping[str, Closes] = field(default_factory=dict)
    until: str = "2024-12-31"
    currencies: Mapping[str, str] = field(default_factory=dict)
    exchanges: Mapping[str, str] = field(default_factory=dict)
    pairs: Mapping[str, Closes] = field(default_factory=dict)
    splits: Sequence[Split] = ()
    cash_tracked: bool = False
    method: CostMethod = CostMethod.AVERAGE

    @cached_property
    def inputs(self) -> Inputs:
        ids = {key for row in self.rows for key in (row.instrument_id, row.to_instrument_id) if key}
        instruments = {key: self.instrument(key.removeprefix("i-")) for key in ids}
        rules = {row.portfolio_id: Rules(self.method) for row in self.rows} | {"p1": Rules(self.method)}
        books = match_ledger(self.rows, rules, {key: one.symbol for key, one in instruments.items()}, self.splits)
        kept = Portfolio(
            "p1", "u1", "Long term", "INR", self.method, 1, datetime(2024, 1, 1, tzinfo=UTC), self.cash_tracked
        )
        return make_inputs(
            kept,
            instruments,
            sorted(self.rows, key=lambda row: row.traded_on),
            {key: book for (place, key), book in books.items() if place == "p1"},
            self.splits,
            {key: series(self.closes.get(one.symbol, {})) for key, one in instruments.items()},
            {code: series(closes) for code, closes in self.pairs.items()},
            ValuedPortfolio("p1", "Long term", "INR", value(known=NO_RATES), {}),
        )

    def instrument(self, symbol: str) -> Instrument:
        return instrument(symbol, self.exchanges.get(symbol, "NSE"), self.currencies.get(symbol, "INR"))

    def past(self, until: str | None = None) -> Past:
        return make_past(self.inputs, day(until or self.until))

    def measure(self, symbol: str | None = None, until: str | None = None) -> tuple[Past, Measure]:
        past = self.past(until)
        return past, past.whole if symbol is None else measure_each(self.inputs, past)[f"i-{symbol}"]

    def figures(self, since: str | None = None, until: str | None = None, of: str | None = None) -> Figures:
        """Those of a period; from the first row unless a day is given."""
        past, measure = self.measure(of, until)
        first = day(since) if since else min(row.traded_on for row in self.rows)
        return figures_of(past.history, measure, first, day(until or self.until))

    def twr(self, **period: Any) -> float | None:
        return self.figures(**period).twr

    def on(self, text: str, what: str = "values", of: str | None = None) -> float:
        """The value at the end of a day; or what had been invested, or (`index`) what 1 has become, by then."""
        past, measure = self.measure(of)
        column = int(np.searchsorted(past.history.days, day(text).toordinal(), side="right")) - 1
        series_of = {
            "values": measure.values,
            "invested": past.history.invested,
            "index": index_of(measure.factors),
            "net": np.concatenate([[0.0], measure.net]),
        }
        return float(series_of[what][column])

    def with_(self, **changes: Any) -> "Story":
        return replace(self, **changes)
