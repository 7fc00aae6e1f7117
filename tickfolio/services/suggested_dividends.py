"""Dividends that a ledger may lack: suggested, and booked only when a person says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.domain.dividends import BOOKED_AS, DeclaredDividend, SuggestedDividend, suggest_dividends
from tickfolio.domain.errors import NotFound
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.money import ZERO
from tickfolio.services.changes import today_at
from tickfolio.services.drafts import Draft
from tickfolio.services.instruments import Named
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.projection import computed_books
from tickfolio.services.world import World
from tickfolio.storage.corporate_actions import CorporateAction
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A declared dividend of an instrument, and what was held for it."""

    instrument: Instrument
    action: CorporateAction
    dividend: SuggestedDividend


def load_suggested_dividends(tx: Tx, world: World, owner_id: str, portfolio_id: str) -> Sequence[Suggestion]:
    """The declared dividends that a portfolio seems to have missed, by instrument; nothing is booked.

    What was dismissed there is left out. Raises: NotFound.
    """
    portfolio = tx.portfolios.load(owner_id, portfolio_id)
    ids = [row.holding.instrument_id for row in tx.holdings.all(owner_id, [portfolio.id])]
    dismissed = tx.dismissed_dividends.of(owner_id, portfolio.id)
    declared: dict[str, dict[DeclaredDividend, CorporateAction]] = {}
    for action in tx.corporate_actions.of(ids):
        if action.amount is not None and action.id not in dismissed:
            declared.setdefault(action.instrument_id, {})[DeclaredDividend(action.ex_on, action.amount)] = action
    if not declared:
        return []
    books = computed_books(tx, portfolio, portfolio.currency)
    booked: dict[str, list[date]] = {}
    confirmed = set()  # whenever they were paid
    for row in tx.ledgers.rows(owner_id, portfolio.id):
        if row.type in BOOKED_AS:
            booked.setdefault(row.instrument_id, []).append(row.traded_on)
            confirmed.add(row.external_id)
    found = [
        Suggestion(instrument, declared[key][DeclaredDividend(one.ex_on, one.per_unit)], one)
        for key, instrument in tx.instruments.many(declared).items()
        for one in suggest_dividends(
            declared[key], books[key].changes, booked.get(key, ()), today_at(instrument.exchange, world)
        )
    ]
    return [one for one in found if _external_id(one.action) not in confirmed]


def confirm_dividend(
    tx: Tx,
    world: World,
    user: User,
    portfolio_id: str,
    action_id: str,
    paid_on: date | None = None,
    taxes: Decimal = ZERO,
) -> tuple[LedgerRow, Instrument]:
    """Books a suggested dividend: on its day unless another is said, with the tax that was withheld, else none.

    Raises: NotFound when it is not suggested (any more), InvalidInput.
    """
    tx.portfolios.load(user.id, portfolio_id, to_change=True)  # of two who confirm at once, one finds it booked
    found = _find(tx, world, user.id, portfolio_id, action_id)
    instrument, one = found.instrument, found.dividend
    draft = Draft(
        TransactionType.DIVIDEND,
        paid_on or one.ex_on,
        Named(instrument.asset_type, instrument.symbol, instrument.exchange, currency=instrument.currency),
        one.quantity,
        one.per_unit,
        taxes=taxes,
        currency=instrument.currency,
        external_id=_external_id(found.action),
    )
    return record_transaction(tx, world, user, portfolio_id, draft)


def dismiss_dividend(tx: Tx, world: World, owner_id: str, portfolio_id: str, action_id: str) -> None:
    """A suggested dividend is suggested to that portfolio no more. Raises: NotFound when it is not suggested."""
    found = _find(tx, world, owner_id, portfolio_id, action_id)
    tx.dismissed_dividends.add(portfolio_id, found.action.id, world.now())


def _find(tx: Tx, world: World, owner_id: str, portfolio_id: str, action_id: str) -> Suggestion:
    for one in load_suggested_dividends(tx, world, owner_id, portfolio_id):
        if one.action.id == action_id:
            return one
    raise NotFound("suggested dividend")


def _external_id(action: CorporateAction) -> str:
    """By what the row that came of a suggestion is found again."""
    return f"dividend:{action.id}"
