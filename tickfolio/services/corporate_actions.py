"""Corporate actions: what happened to an instrument, for everybody who holds it."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.cache.events import Event
from tickfolio.domain.errors import ActionExists, AdministratorOnly, Conflict, InvalidInput, NotFound, Oversold
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.splits import Ratio
from tickfolio.services.changes import check_day, raise_version
from tickfolio.services.held_prices import reconsider_held_price
from tickfolio.services.projection import project_holdings
from tickfolio.services.settled_proposals import open_again, prices_kept, settle_with_action
from tickfolio.services.world import World
from tickfolio.storage.corporate_actions import ActionKind, CorporateAction
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

SOURCE = "manual"
_NO_COMPANY = frozenset({AssetType.CASH, AssetType.CURRENCY})


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """A corporate action before it is one: a split or bonus has a ratio, a dividend what one unit is paid."""

    kind: ActionKind
    ex_on: date
    ratio: Ratio | None = None
    amount: Decimal | None = None


def record_action(tx: Tx, world: World, user: User, instrument_id: str, draft: ActionDraft) -> CorporateAction:
    """A new fact; every holding of the instrument, whosever it is, follows in the same transaction.

    So does a price that is held back and that a split explains, and a proposal that says the same is settled.
    Raises: NotFound, AdministratorOnly, InvalidInput, ActionExists; Oversold when one has sold more than there then
    was, and Conflict in its place when that is in another person's ledger.
    """
    instrument = _load_to_change(tx, user, instrument_id)
    _check(instrument, draft, world)
    kept = prices_kept(tx, instrument.id)
    portfolios = hold_portfolios(tx, instrument.id)
    if any(_is_same(one, draft) for one in tx.corporate_actions.of([instrument.id])):
        raise ActionExists(f"{instrument.symbol}: the same is written down for {draft.ex_on.isoformat()} already.")
    action = CorporateAction(
        world.new_id(), instrument.id, draft.kind, draft.ex_on, draft.ratio, draft.amount, SOURCE, world.now()
    )
    tx.corporate_actions.add(action)
    _follow(tx, world, user, portfolios, action)
    if action.ratio is not None:
        is_explained = reconsider_held_price(tx, world, instrument.id)
        settle_with_action(tx, world, action, kept if is_explained else None)
    return action


def remove_action(tx: Tx, world: World, user: User, instrument_id: str, action_id: str) -> None:
    """Takes a fact back; the holdings follow, and what was proposed is a proposal again, its price held as it was.

    Raises: NotFound, AdministratorOnly, Oversold or Conflict as above.
    """
    instrument = _load_to_change(tx, user, instrument_id)
    prices_kept(tx, instrument.id)  # held in the order of the price job, so that neither waits for the other
    portfolios = hold_portfolios(tx, instrument.id)
    action = next((one for one in tx.corporate_actions.of([instrument.id]) if one.id == action_id), None)
    if action is None:
        raise NotFound("corporate action")
    tx.corporate_actions.remove(instrument.id, action.id)
    _follow(tx, world, user, portfolios, action)
    open_again(tx, action)


def _load_to_change(tx: Tx, user: User, instrument_id: str) -> Instrument:
    instrument = tx.instruments.load(user.id, instrument_id)
    if instrument.owner_id is None and not user.administrator:
        raise AdministratorOnly(
            f"{instrument.symbol} is everybody's: only the administrator may write what happened to it."
        )
    return instrument


def _check(instrument: Instrument, draft: ActionDraft, world: World) -> None:
    if instrument.asset_type in _NO_COMPANY:
        raise InvalidInput("kind", "Nothing of this kind happens to money.", code="not_allowed")
    check_day(draft.ex_on, "ex_on", world)
    pays = draft.kind is ActionKind.DIVIDEND
    if (draft.amount is not None) != pays:
        message = f"A {draft.kind} needs what one unit is paid." if pays else f"A {draft.kind} pays nothing."
        raise InvalidInput("amount", message, code="missing" if pays else "not_allowed")
    if (draft.ratio is None) != pays:
        message = f"A {draft.kind} has no ratio." if pays else f"A {draft.kind} needs a ratio, as 10:1."
        raise InvalidInput("ratio", message, code="not_allowed" if pays else "missing")
    if draft.kind is ActionKind.BONUS and draft.ratio is not None and draft.ratio.value <= 1:
        message = "The ratio of a bonus is of all units after it to those before: a 1:1 bonus is 2:1."
        raise InvalidInput("ratio", message, code="not_allowed")


def _is_same(action: CorporateAction, draft: ActionDraft) -> bool:
    """A split and a bonus of one ratio are one fact, by whatever numbers: 2:1 is 4:2."""
    ratio, other = action.ratio, draft.ratio
    if action.ex_on != draft.ex_on or (ratio is None) != (other is None):
        return False
    return action.amount == draft.amount if ratio is None or other is None else ratio.value == other.value


def hold_portfolios(tx: Tx, instrument_id: str) -> Sequence[Portfolio]:
    """The portfolios of everybody that touch an instrument; none of them changes now, and no other joins them.

    Portfolios are held in one order and before the instrument, as those do who record a transaction. Whoever began to
    hold it before that is found by the second look.
    """
    held: dict[str, Portfolio] = {}
    for is_last in (False, True):
        for owner_id, portfolio_id in tx.ledgers.portfolios_touching(instrument_id, to_change=is_last):
            if portfolio_id not in held:
                with suppress(NotFound):  # deleted a moment ago
                    held[portfolio_id] = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    return list(held.values())


def _follow(tx: Tx, world: World, user: User, portfolios: Sequence[Portfolio], action: CorporateAction) -> None:
    for portfolio in portfolios:
        if action.ratio is not None:
            project_for(tx, world, user, portfolio, [action.instrument_id])
        raise_version(tx, world, portfolio)
    tell_everybody(tx, world)  # a price from before a split counts otherwise now


def tell_everybody(tx: Tx, world: World) -> None:
    """What everybody's summaries show has changed: the price version rises, and every open page hears of it."""
    version = tx.server.raise_version("prices")
    tx.after_commit(lambda: world.publish(Event("prices.updated", None, {"version": str(version)})))


def project_for(tx: Tx, world: World, user: User, portfolio: Portfolio, instrument_ids: Collection[str]) -> None:
    """Rewrites the holdings of these instruments in anybody's portfolio, for what one user does to all.

    Raises: Oversold where it is the user's own, Conflict where it is somebody else's.
    """
    try:
        project_holdings(tx, world, portfolio, instrument_ids)
    except Oversold as refused:
        if portfolio.user_id == user.id:
            raise
        # What others hold and sold is nobody's business, not even the administrator's.
        raise Conflict("With that, somebody else would have sold more than they held.") from refused
