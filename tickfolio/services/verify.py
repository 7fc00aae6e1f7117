"""Proof of the one projection that is stored: every holding is what its ledger comes to, to the last digit."""

from collections.abc import Sequence

from tickfolio.services.projection import computed_holdings
from tickfolio.storage.database import Database


def verify(database: Database) -> tuple[int, Sequence[str]]:
    """How many portfolios were checked, and a line for each holding that differs."""
    with database.reading() as tx:
        ids = tx.portfolios.every_id()
    wrong: list[str] = []
    for owner_id, portfolio_id in ids:
        with database.reading() as tx:
            portfolio = tx.portfolios.load(owner_id, portfolio_id)
            computed = computed_holdings(tx, portfolio, portfolio.currency)
            stored = {row.holding.instrument_id: row.holding for row in tx.holdings.all(owner_id, [portfolio_id])}
        wrong += [
            f"portfolio {portfolio_id}, instrument {key}: stored {stored.get(key)}, computed {computed.get(key)}"
            for key in sorted(stored.keys() | computed.keys())
            if stored.get(key) != computed.get(key)
        ]
    return len(ids), wrong
