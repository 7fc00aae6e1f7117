"""Making, changing and deleting portfolios."""

from dataclasses import dataclass, replace

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.text import read_text
from tickfolio.services.changes import raise_version, require_version, tell_owner
from tickfolio.services.projection import load_whole, project_all
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.portfolios import Portfolio
from tickfolio.storage.rows import values_of

NAME_SIZE_MAX = 100


def create_portfolio(
    tx: Tx,
    world: World,
    owner_id: str,
    name: str,
    currency: str,
    cost_method: CostMethod = CostMethod.AVERAGE,
    *,
    cash_tracked: bool = False,
    charges_in_cost: bool = True,
) -> Portfolio:
    """A new, empty portfolio. Raises: InvalidInput."""
    portfolio = Portfolio(
        id=world.new_id(),
        user_id=owner_id,
        name=read_text(name, "name", NAME_SIZE_MAX),
        currency=currency,
        cost_method=cost_method,
        version=1,
        created_at=world.now(),
        cash_tracked=cash_tracked,
        charges_in_cost=charges_in_cost,
    )
    tx.portfolios.add(portfolio)
    tell_owner(tx, world, portfolio)
    return portfolio


@dataclass(frozen=True, slots=True)
class PortfolioChanges:
    """What changes of a portfolio; None stays."""

    name: str | None = None
    currency: str | None = None
    cost_method: CostMethod | None = None
    cash_tracked: bool | None = None
    charges_in_cost: bool | None = None


def change_portfolio(
    tx: Tx, world: World, owner_id: str, portfolio_id: str, expected_version: int, changes: PortfolioChanges
) -> Portfolio:
    """Changes what is given. What counts otherwise then is projected anew, in the same transaction.

    Raises: NotFound, VersionMismatch, InvalidInput.
    """
    before = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    require_version("portfolio", before.version, expected_version)
    values = {key: value for key, value in values_of(changes).items() if value is not None}
    if changes.name is not None:
        values["name"] = read_text(changes.name, "name", NAME_SIZE_MAX)
    after = replace(before, **values)
    if after == before:
        return before
    if after.currency != before.currency:
        _refuse_entered_rates(tx, before)
    version = tx.portfolios.change(before, **values)
    after = replace(after, version=version)
    if (after.currency, after.rules) != (before.currency, before.rules):
        project_all(tx, world, after)
    tell_owner(tx, world, after)
    return after


def delete_portfolio(tx: Tx, world: World, owner_id: str, portfolio_id: str, expected_version: int) -> None:
    """Deletes the portfolio with its ledger and holdings; where transfers tied it to others, those are counted anew.

    Raises: NotFound, VersionMismatch.
    """
    portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    require_version("portfolio", portfolio.version, expected_version)
    tied = sorted(load_whole(tx, portfolio).portfolios.keys() - {portfolio.id})
    tx.portfolios.delete(portfolio)
    for other_id in tied:
        other = tx.portfolios.load(owner_id, other_id, to_change=True)
        project_all(tx, world, other)
        raise_version(tx, world, other)
    tell_owner(tx, world, portfolio)


def _refuse_entered_rates(tx: Tx, portfolio: Portfolio) -> None:
    """A rate that somebody entered is into the portfolio's currency, and means nothing into another one."""
    entered = sum(row.fx_rate is not None for row in tx.ledgers.rows(portfolio.user_id, portfolio.id))
    if entered:
        raise InvalidInput(
            "currency",
            f"{entered} transactions have a rate into {portfolio.currency} of their own: clear those rates first.",
            code="rates_entered",
        )
