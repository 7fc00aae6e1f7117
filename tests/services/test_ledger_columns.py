"""A ledger that is read column by column is the one that is read row by row."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import buy, named, sell, trade
from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.splits import read_ratio
from tickfolio.services.drafts import Draft

T = TransactionType
RATE = Decimal("83.5")


def draft(kind, quantity, on="2026-03-01", instrument=None, **more):
    return Draft(kind, date.fromisoformat(on), instrument or named("HDFC"), Decimal(quantity), **more)


def both_ways(given, user, portfolio):
    """The transactions as they are read column by column, and as they are made of the rows."""
    with given.database.reading() as tx:
        at_once = tx.ledgers.transactions(user.id, portfolio.id, lambda *_told: RATE)
        rows = tx.ledgers.rows(user.id, portfolio.id)
    return at_once, [row.as_transaction(number, RATE) for number, row in enumerate(rows)]


@pytest.mark.parametrize("rows_at_once", [1, 2, 1_000])
def test_every_kind_of_column_is_read_alike(given, asha, portfolio, monkeypatch, rows_at_once):
    monkeypatch.setattr("tickfolio.storage.ledgers._PART", rows_at_once)
    new = named("HDFCBANK")
    given.record(
        asha,
        portfolio,
        draft(T.OPENING, "10.000000000000000001", "2025-12-01", cost=Decimal("1234.500000000000000007")),
        buy("HDFC", "40", "100.10", account="Zerodha", fees="1.50"),
        sell("HDFC", "5", "110", account="Zerodha"),
        draft(T.SPLIT, "0", "2026-02-01", ratio=read_ratio("5:2")),
        draft(T.DEMERGER, "0", into=new, to_quantity=Decimal("2.5"), cost_pct=Decimal("12.345")),
        trade("DIVIDEND", "TCS", "1", "12.00", "2026-03-02", taxes="1.20"),
    )

    at_once, one_by_one = both_ways(given, asha, portfolio)

    assert at_once == one_by_one
    told = {one.name: [getattr(row, one.name) for row in at_once] for one in fields(Transaction)}
    for name in ("account", "cost", "ratio", "to_instrument_id", "to_quantity", "cost_pct"):
        assert any(value is not None for value in told[name])  # else nothing was compared
        assert any(value is None for value in told[name])


def test_a_ledger_without_rows_is_empty(given, asha, portfolio):
    assert both_ways(given, asha, portfolio) == ([], [])


def test_the_rate_is_asked_for_with_what_the_row_says(given, asha, portfolio):
    given.record(
        asha,
        portfolio,
        buy(named("INFY", "NYSE"), "1", "10", "2026-01-05"),
        buy(named("INFY", "NYSE"), "1", "10", "2026-01-06", fx_rate="80.25"),
    )
    asked = []

    with given.database.reading() as tx:
        tx.ledgers.transactions(asha.id, portfolio.id, lambda *told: asked.append(told))

    first, second = date(2026, 1, 5), date(2026, 1, 6)
    assert asked == [(portfolio.id, "USD", first, None), (portfolio.id, "USD", second, Decimal("80.25"))]
