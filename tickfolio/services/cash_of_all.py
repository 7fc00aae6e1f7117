"""The cash of several portfolios together: each is kept in its portfolio's currency, and worth what its rate says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tickfolio.domain.cash_line import measure_cash
from tickfolio.domain.flows import Flow
from tickfolio.domain.fx import CLOSE_AGE_MAX, pairs_needed
from tickfolio.domain.history import NO_CLOSES, Days, Floats, Series, rate_series
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.performance import Measure
from tickfolio.services.performance import Inputs, Past, balances, cash_on, rate_finder
from tickfolio.storage.database import Tx
from tickfolio.storage.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class Box:
    """The cash of one portfolio, in its own currency. `key` is the holding that stands for it, None where none does.

    `booked` are the numbers of the flows of what was booked on cash by itself. `balance` is what was there after each
    day that moved it, nothing where it is not tracked or never was any; `rows` are those of the portfolio, at rates
    into its own currency.
    """

    key: str | None
    name: str
    currency: str
    tracked: bool
    booked: Sequence[int]
    balance: Series
    rows: Sequence[Transaction]


def load_boxes(
    tx: Tx,
    portfolios: Collection[Portfolio],
    currency: str,
    rows: Sequence[Transaction],
    flows: Sequence[Flow],
    keys: Mapping[str, Place],
    instruments: Mapping[str, Instrument],
) -> list[Box]:
    """The cash of each portfolio. `rows` are at rates into `currency`, `flows` and `keys` name holdings by place."""
    boxes = []
    for portfolio in portfolios:
        own = [row for row in rows if row.portfolio_id == portfolio.id]
        if portfolio.cash_tracked and portfolio.currency != currency:
            own = tx.ledgers.transactions(
                portfolio.user_id, portfolio.id, rate_finder(tx, {portfolio.id: portfolio}, portfolio.currency)
            )
        cash = {
            key: instruments[one].currency
            for key, (place, one) in keys.items()
            if place == portfolio.id and instruments[one].asset_type is AssetType.CASH
        }
        booked = [
            number
            for number, flow in enumerate(flows)
            if flow.instrument_id in cash and flow.crosses != portfolio.cash_tracked
        ]
        stands = next((key for key, code in cash.items() if code == portfolio.currency), next(iter(cash), None))
        tracked = portfolio.cash_tracked and bool(own)
        balance = balances(own) if tracked else NO_CLOSES
        boxes.append(Box(stands, portfolio.name, portfolio.currency, tracked, booked, balance, own))
    return boxes


def value_of_boxes(boxes: Sequence[Box], pairs: Mapping[str, Series], currency: str, until: date) -> Series | None:
    """What all cash was worth in `currency` after each day that moved it or a rate; None where none is tracked."""
    tracked = [box for box in boxes if box.tracked]
    if not tracked:
        return None
    days = np.unique(np.concatenate([_days(box, pairs, currency, until) for box in tracked]))
    total = np.zeros(len(days))
    for box in tracked:
        total += _worth(box, pairs, currency, days)
    return days, total


def cash_lines_of(boxes: Sequence[Box], inputs: Inputs, past: Past) -> Mapping[str, Measure]:
    """Each portfolio's cash as a part of the whole: where something was booked on it, or a rate moves its worth."""
    home, days = inputs.portfolio.currency, past.history.days
    lines = {}
    for box in boxes:
        if box.key is not None and (box.booked or (box.tracked and box.currency != home)):
            moved = np.diff(cash_on(days, box.balance), prepend=0.0)
            rates = rate_series(box.currency, home, inputs.pairs, days)
            moved = np.where(moved == 0, 0.0, moved * rates)
            balance = _worth(box, inputs.pairs, home, days)
            lines[box.key] = measure_cash(past.history, inputs.flows, box.booked, moved, balance)
    return lines


def _worth(box: Box, pairs: Mapping[str, Series], currency: str, days: Days) -> Floats:
    """What was in the box at the end of each day; nothing is nothing at any rate."""
    there = cash_on(days, box.balance)
    return np.where(there == 0, 0.0, there * rate_series(box.currency, currency, pairs, days))


def _days(box: Box, pairs: Mapping[str, Series], currency: str, until: date) -> Days:
    """The days on which its worth may change: a row's, a rate's, and that on which a rate becomes too old."""
    own = box.balance[0]
    if box.currency == currency or not len(own):
        return own
    rated = [pairs.get(code, NO_CLOSES)[0] for code in pairs_needed(box.currency, currency)]
    days: Days = np.concatenate([own, *rated, *map(_too_old, rated)])
    kept: Days = days[(days >= own[0]) & (days <= until.toordinal())]
    return kept


def _too_old(rated: Days) -> Days:
    """The days on which the rate of another day is too old, since none has come."""
    ends = rated + CLOSE_AGE_MAX.days + 1
    last: Days = ends[np.append(rated[1:] > ends[:-1], np.ones(min(len(rated), 1), dtype=bool))]
    return last
