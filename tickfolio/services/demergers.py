"""A demerger, written into everybody's ledger once: a row for each account that held something before its day."""

from collections.abc import Sequence
from dataclasses import replace

from tickfolio.services.changes import raise_version
from tickfolio.services.corporate_actions import hold_portfolios, project_for
from tickfolio.services.drafts import check_row
from tickfolio.services.foreseen import draft_rows, external_id_of, instruments_of
from tickfolio.services.projection import load_knot, match_knot
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio


def apply_demerger(tx: Tx, world: World, user: User, proposal: Proposal) -> None:
    """Adds the rows to every portfolio that held the instrument; its holdings follow. Fractions are booked nowhere.

    Raises: Oversold, or Conflict where it is in somebody else's ledger.
    """
    ids = instruments_of(proposal)
    portfolios = hold_portfolios(tx, proposal.instrument_id)
    drafted = {portfolio.id: _rows_for(tx, proposal, portfolio) for portfolio in portfolios}
    # All of them stand in the ledgers before any holding is worked out: units may have gone from one to another since.
    for portfolio in portfolios:
        for row in drafted[portfolio.id]:
            written = replace(row, id=world.new_id(), created_at=world.now())
            check_row(written, portfolio, world)
            tx.ledgers.add(written)
    _follow(tx, world, user, [one for one in portfolios if drafted[one.id]], ids)
    priced = tx.prices.latest(ids)
    new = [key for key in ids if key != proposal.instrument_id and key not in priced]
    if new:
        tx.after_commit(lambda: world.ask_for_prices(new))


def undo_demerger(tx: Tx, world: World, user: User, proposal: Proposal) -> None:
    """Takes those rows out again. Raises: Oversold or Conflict when what they gave has been sold."""
    portfolios = {one.id: one for one in hold_portfolios(tx, proposal.instrument_id)}
    rows: dict[str, list[str]] = {}
    for portfolio_id, row_id in tx.action_proposals.rows_of(external_id_of(proposal)):
        rows.setdefault(portfolio_id, []).append(row_id)
    touched = [one for key, one in portfolios.items() if key in rows]
    for portfolio in touched:
        for row_id in rows[portfolio.id]:
            tx.ledgers.delete(row_id)
    _follow(tx, world, user, touched, instruments_of(proposal))


def _rows_for(tx: Tx, proposal: Proposal, portfolio: Portfolio) -> list[LedgerRow]:
    knot = load_knot(tx, portfolio, instruments_of(proposal))
    rows = draft_rows(tx, proposal, knot, match_knot(tx, knot, portfolio.currency)).rows
    return [row for row in rows if row.portfolio_id == portfolio.id]


def _follow(tx: Tx, world: World, user: User, portfolios: Sequence[Portfolio], ids: Sequence[str]) -> None:
    for portfolio in portfolios:
        project_for(tx, world, user, portfolio, ids)
        raise_version(tx, world, portfolio)
