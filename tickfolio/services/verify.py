"""Proof of the one projection that is stored: every holding is what its ledger comes to, to the last digit."""

from collections.abc import Sequence

from tickfolio.domain.errors import NotFound, Oversold
from tickfolio.services.projection import computed_holdings
from tickfolio.storage.database import Database, Tx


def verify(database: Database) -> tuple[int, Sequence[str]]:
    """How many portfolios were checked, and a line for each holding that differs."""
    with database.reading() as tx:
        ids = tx.portfolios.every_id()
    wrong: list[str] = []
    for owner_id, portfolio_id in ids:
        with database.reading() as tx:
            wrong += [f"portfolio {portfolio_id}, {what}" for what in _differences(tx, owner_id, portfolio_id)]
    return len(ids), wrong


def _differences(tx: Tx, owner_id: str, portfolio_id: str) -> Sequence[str]:
    try:
        portfolio = tx.portfolios.load(owner_id, portfolio_id)
        computed = computed_holdings(tx, portfolio, portfolio.currency)
    except NotFound:  # deleted a moment ago, with all its holdings
        return []
    except Oversold as impossible:
        return [f"ledger: {impossible.message}"]
    stored = {row.holding.instrument_id: row.holding for row in tx.holdings.all(owner_id, [portfolio_id])}
    return [
        f"instrument {key}: stored {stored.get(key)}, computed {computed.get(key)}"
        for key in sorted(stored.keys() | computed.keys())
        if stored.get(key) != computed.get(key)
    ]
