"""Receipts: whatever was bought, sold, split and turned, the figure can be worked out again from its receipt alone."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.domain.made import instrument, price_of, rates, whole_ledgers
from tests.reports.redo import faults, nodes, redo
from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import hold
from tickfolio.domain.ledger import CostMethod, Rules, TransactionType
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.money import EXACT, exact, write_known
from tickfolio.domain.position import Position, quote_position
from tickfolio.domain.split_rows import splits_of
from tickfolio.domain.valuation import value_portfolio
from tickfolio.reports.receipt import write_receipt
from tickfolio.reports.receipt_evidence import Entry, Evidence, Worth
from tickfolio.reports.receipt_holding import HOLDING_FIGURES, explain_holding, figure_of
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio

LISTED = {
    "i-INFY": instrument("INFY", "NYSE", "USD"),
    "i-TCS": instrument("TCS", "NSE", "INR"),
    "i-JIO": instrument("JIO", "XETRA", "EUR"),
}
KNOWN = rates("2026-11-20", INR=("105.0123", "99"), USD=("1.25", "1.21"))
SYMBOLS = {key: one.symbol for key, one in LISTED.items()}
PRICES = ["0", "1512.60", "0.000000000000000007", "33.333333333333333333"]
TRANSFER_IN = TransactionType.TRANSFER_IN


def read(body):
    return json.loads(body)


def touches(row, key):
    return key in (row.instrument_id, row.to_instrument_id)


@exact
def portfolio_of(rows, splits, rules, prices, known=KNOWN, currency="INR", cash_tracked=True):
    """The evidence of portfolio p1, put together as the service does it, without a database."""
    books = match_ledger(rows, {"p1": rules, "p2": rules}, SYMBOLS, splits)
    entries = {row.id: Entry(row, LISTED[row.instrument_id].currency) for row in rows}
    positions = []
    for (portfolio, key), book in sorted(books.items()):
        if portfolio != "p1":
            continue
        own = [row for row in rows if row.portfolio_id == "p1" and touches(row, key)]
        price = prices.get(key)
        since = [] if price is None else session_day(LISTED[key].exchange, price.as_of)
        recent = [row for row in own if price is not None and row.traded_on >= since]
        said = [row for row in own if row.instrument_id == key]
        held_splits = [one for one in splits_of(said, splits) if one.instrument_id == key]
        position = Position(
            hold(key, book), LISTED[key], price, None, recent, held_splits, cash_tracked=cash_tracked
        )
        positions.append((position, book))
    value = value_portfolio([position for position, _ in positions], known, currency)
    by_key = {one.instrument.id: one for one in (*value.holdings, *value.closed)}
    beside = [Worth(f"h-{one.instrument.id}", one.instrument.symbol, one.current_value) for one in value.holdings]
    holdings = [
        Evidence(
            holding_id=f"h-{position.instrument.id}",
            portfolio_id="p1",
            currency=currency,
            rules=rules,
            value=by_key[position.instrument.id],
            quote=quote_position(position, known, currency),
            rates=known,
            rate_sources={"INR": "ecb", "USD": "ecb"},
            book=book,
            entries=entries,
            splits=[one for one in splits if one.instrument_id == position.instrument.id],
            symbols=SYMBOLS,
            beside=beside,
        )
        for position, book in positions
    ]
    return PortfolioEvidence(currency, cash_tracked, value, holdings)


def every_receipt(evidence):
    """(figure, what the valuation says, its receipt as JSON) of every figure of the portfolio and of its holdings."""
    for figure in PORTFOLIO_FIGURES:
        receipt = explain_portfolio(evidence, figure)
        yield figure, write_known(getattr(evidence.value, figure)), read(write_receipt(receipt))
    for one in evidence.holdings:
        for figure in HOLDING_FIGURES:
            receipt = read(write_receipt(explain_holding(one, figure)))
            yield f"{figure} of {one.symbol}", write_known(figure_of(one, figure)), receipt


@st.composite
def portfolios(draw):
    """A ledger of every kind, now and then without a rate or a cost, at prices that may lack or be older than a split."""
    whole = draw(whole_ledgers())
    rows = list(whole.rows)
    if draw(st.booleans()):
        unknown = draw(st.sets(st.integers(0, len(rows) - 1), max_size=3))
        for number in unknown:
            row = rows[number]
            blank = {"cost": None} if row.type is TRANSFER_IN and draw(st.booleans()) else {"fx_rate": None}
            rows[number] = replace(row, **blank)
    prices = {}
    for key, listed in LISTED.items():
        if draw(st.integers(0, 3)):
            row = draw(st.sampled_from([*rows, None]))
            day = max(one.traded_on for one in rows) + timedelta(1) if row is None else row.traded_on
            as_of = datetime.combine(day, time(12), UTC).isoformat()
            previous = draw(st.none() | st.sampled_from(PRICES))
            prices[key] = price_of(listed, draw(st.sampled_from(PRICES)), previous, as_of)
    rules = Rules(draw(st.sampled_from(list(CostMethod))), charges_in_cost=draw(st.booleans()))
    known = draw(st.sampled_from([KNOWN, rates(INR=("105.0123", None)), Rates({})]))
    currency = draw(st.sampled_from(["INR", "EUR", "USD"]))
    return portfolio_of(rows, whole.splits, rules, prices, known, currency, draw(st.booleans()))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(portfolios())
def test_every_figure_can_be_worked_out_again_from_its_receipt(evidence):
    for name, value, receipt in every_receipt(evidence):
        assert faults(receipt) == [], name
        assert receipt["value"] == value, name
        assert not any("By the ledger" in note for note in receipt["notes"]), name
