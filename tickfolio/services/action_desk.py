"""The desk: what seems to have happened to an instrument is applied once, for everybody, taken back, or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tickfolio.domain.errors import (
    ActionExists,
    AdministratorOnly,
    Conflict,
    CurrencyMismatch,
    InvalidInput,
    LaterFacts,
    Oversold,
    ProposalSettled,
)
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.money import HUNDRED
from tickfolio.domain.proposals import BY_RATIO, ProposalKind, ProposalState
from tickfolio.domain.splits import Ratio
from tickfolio.domain.text import read_text
from tickfolio.services.action_preview import Preview, preview_for_all
from tickfolio.services.changes import check_day, require_version
from tickfolio.services.corporate_actions import ActionDraft, record_action, remove_action, tell_everybody
from tickfolio.services.demergers import apply_demerger, undo_demerger
from tickfolio.services.foreseen import instruments_of
from tickfolio.services.settled_proposals import prices_kept, reopened
from tickfolio.services.symbol_changes import apply_symbol, undo_symbol
from tickfolio.services.told_actions import is_everybodys, propose
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.corporate_actions import ActionKind
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User

BY_HAND = "manual"
_REASON_SIZE_MAX, _SYMBOL_SIZE_MAX = 200, 40
_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """A proposal by hand. A split, bonus or demerger has a ratio; a demerger what it gives, and its part of cost."""

    kind: ProposalKind
    instrument_id: str
    ex_on: date
    ratio: Ratio | None = None
    to_instrument_id: str | None = None
    to_symbol: str | None = None
    cost_pct: Decimal | None = None


def list_proposals(tx: Tx, user: User) -> Sequence[tuple[Proposal, Instrument, Instrument | None]]:
    """Every open proposal, and the newest of those that are settled, with their instruments; the newest first.

    Raises: AdministratorOnly.
    """
    _require_administrator(user)
    rows = list(tx.action_proposals.newest((ProposalState.OPEN,), _SHOWN_MAX))
    rows += tx.action_proposals.newest([one for one in ProposalState if one is not ProposalState.OPEN], _SHOWN_MAX)
    return with_instruments(tx, rows)


def load_proposal(tx: Tx, user: User, proposal_id: str) -> tuple[Proposal, Instrument, Instrument | None]:
    """One of them. Raises: AdministratorOnly, NotFound."""
    _require_administrator(user)
    [found] = with_instruments(tx, [tx.action_proposals.load(proposal_id)])
    return found


def with_instruments(tx: Tx, rows: Sequence[Proposal]) -> list[tuple[Proposal, Instrument, Instrument | None]]:
    """Each proposal with its instrument, and with the one that a demerger gives."""
    named = tx.instruments.many(key for row in rows for key in instruments_of(row))
    return [(row, named[row.instrument_id], named.get(row.to_instrument_id or "")) for row in rows]


def load_preview(tx: Tx, world: World, user: User, proposal_id: str) -> Preview:
    """What a proposal would change. Raises: AdministratorOnly, NotFound, ProposalSettled."""
    _require_administrator(user)
    proposal = tx.action_proposals.load(proposal_id)
    _require_state(proposal, ProposalState.OPEN)
    return preview_for_all(tx, world, user, proposal)


def propose_by_hand(tx: Tx, world: World, user: User, draft: ProposalDraft) -> Proposal:
    """A proposal of the administrator's own, to be looked at before it is applied; over one that was dismissed.

    Raises: AdministratorOnly, NotFound, InvalidInput, CurrencyMismatch, ActionExists when it is proposed already.
    """
    _require_administrator(user)
    instrument = tx.instruments.load(user.id, draft.instrument_id)
    _check(tx, world, user, instrument, draft)
    proposal = Proposal(
        world.new_id(),
        instrument.id,
        draft.kind,
        draft.ex_on,
        BY_HAND,
        world.now(),
        draft.ratio,
        draft.to_instrument_id,
        None if draft.to_symbol is None else _read_symbol(draft.to_symbol, instrument),
        draft.cost_pct,
    )
    stored = propose(tx, world, proposal, (ProposalState.LAPSED, ProposalState.DISMISSED))
    if stored is None:
        raise ActionExists(f"{instrument.symbol}: the same is on the desk already.")
    tell_everybody(tx, world)
    return stored


def apply_proposal(
    tx: Tx, world: World, user: User, proposal_id: str, version: int | None = None, *, as_bonus: bool | None = None
) -> Proposal:
    """What was proposed is so, for everybody who holds the instrument, in this one transaction.

    `version` is that of the proposal whose preview was seen; `as_bonus` says of a ratio above 1 whether it was a bonus
    issue. Raises: AdministratorOnly, NotFound, ProposalSettled, VersionMismatch, Oversold or Conflict when somebody
    has sold more than there then was; then nothing is changed.
    """
    proposal = _load_to_change(tx, user, proposal_id, ProposalState.OPEN)
    if version is not None:
        require_version("proposal", proposal.version, version)
    if proposal.kind in BY_RATIO:
        _apply_split(tx, world, user, proposal, as_bonus=as_bonus)
    elif proposal.kind is ProposalKind.DEMERGER:
        apply_demerger(tx, world, user, proposal)
        _settle(tx, world, proposal, ProposalState.APPLIED)
    else:
        kept = apply_symbol(tx, world, proposal)
        _settle(tx, world, replace(proposal, kept=kept), ProposalState.APPLIED)
    _note(tx, world, user, "applied")
    return tx.action_proposals.load(proposal.id)


def undo_proposal(tx: Tx, world: World, user: User, proposal_id: str) -> Proposal:
    """Takes back exactly what applying it did; it is open again.

    Raises: AdministratorOnly, NotFound, ProposalSettled when it was not applied, LaterFacts when what came after it
    needs it; then nothing is changed.
    """
    proposal = _load_to_change(tx, user, proposal_id, ProposalState.APPLIED)
    try:
        if proposal.action_id is not None:
            remove_action(tx, world, user, proposal.instrument_id, proposal.action_id)
        else:
            if proposal.kind is ProposalKind.DEMERGER:
                undo_demerger(tx, world, user, proposal)
            else:
                undo_symbol(tx, proposal)
            tx.action_proposals.write(reopened(proposal))
            tell_everybody(tx, world)
    except LaterFacts:
        raise
    except Oversold as refused:
        raise LaterFacts(f"What came later needs it: {refused.message}.") from refused
    except Conflict as refused:
        raise LaterFacts("What somebody else wrote down later needs it.") from refused
    _note(tx, world, user, "undone")
    return tx.action_proposals.load(proposal.id)


def dismiss_proposal(tx: Tx, world: World, user: User, proposal_id: str, reason: str) -> Proposal:
    """It was not so: it is not proposed again. Raises: AdministratorOnly, NotFound, ProposalSettled, InvalidInput."""
    proposal = _load_to_change(tx, user, proposal_id, ProposalState.OPEN)
    told = read_text(reason, "reason", _REASON_SIZE_MAX) if reason.strip() else None
    _settle(tx, world, replace(proposal, reason=told), ProposalState.DISMISSED)
    _note(tx, world, user, "dismissed")
    return tx.action_proposals.load(proposal.id)


def reopen_proposal(tx: Tx, world: World, user: User, proposal_id: str) -> Proposal:
    """What was dismissed, or had lapsed, is open again. Raises: AdministratorOnly, NotFound, ProposalSettled."""
    proposal = _load_to_change(tx, user, proposal_id, ProposalState.DISMISSED, ProposalState.LAPSED)
    tx.action_proposals.write(reopened(proposal))
    tell_everybody(tx, world)
    _note(tx, world, user, "reopened")
    return tx.action_proposals.load(proposal.id)


def _apply_split(tx: Tx, world: World, user: User, proposal: Proposal, *, as_bonus: bool | None) -> None:
    """The fact is recorded as by hand, which settles the proposal and the price that waited for it."""
    assert proposal.ratio is not None  # noqa: S101  # every proposal by ratio has one
    is_bonus = proposal.kind is ProposalKind.BONUS if as_bonus is None else as_bonus
    kind = ActionKind.BONUS if is_bonus else ActionKind.SPLIT
    if ProposalKind(kind.value) is not proposal.kind:
        tx.action_proposals.write(replace(proposal, kind=ProposalKind(kind.value)))
    record_action(tx, world, user, proposal.instrument_id, ActionDraft(kind, proposal.ex_on, proposal.ratio))


def _settle(tx: Tx, world: World, proposal: Proposal, state: ProposalState) -> None:
    settled = replace(proposal, state=state, settled_at=world.now(), version=proposal.version + 1)
    tx.action_proposals.write(settled)
    tell_everybody(tx, world)


def _load_to_change(tx: Tx, user: User, proposal_id: str, *states: ProposalState) -> Proposal:
    """The proposal, which nobody else settles meanwhile: of two at once, the second finds it settled."""
    _require_administrator(user)
    # In the order of the price job, which proposes while it holds the prices.
    prices_kept(tx, tx.action_proposals.load(proposal_id).instrument_id)
    proposal = tx.action_proposals.load(proposal_id, to_change=True)
    _require_state(proposal, *states)
    return proposal


def _require_state(proposal: Proposal, *states: ProposalState) -> None:
    if proposal.state not in states:
        raise ProposalSettled(f"This proposal is {proposal.state.value}.")


def _require_administrator(user: User) -> None:
    if not user.administrator:
        raise AdministratorOnly("Only the administrator settles what happened to what all share.")


def _note(tx: Tx, world: World, user: User, done: str) -> None:
    tx.server.note(world.new_id(), user.id, f"proposal_{done}", None, world.now())


def _check(tx: Tx, world: World, user: User, instrument: Instrument, draft: ProposalDraft) -> None:
    if not is_everybodys(instrument):
        raise InvalidInput("instrument_id", "Only what all share, and no money, is settled here.", code="not_allowed")
    check_day(draft.ex_on, "ex_on", world)
    is_demerger, is_symbol = draft.kind is ProposalKind.DEMERGER, draft.kind is ProposalKind.SYMBOL
    for name, value, wanted in (
        ("ratio", draft.ratio, not is_symbol),
        ("to_instrument_id", draft.to_instrument_id, is_demerger),
        ("cost_pct", draft.cost_pct, is_demerger),
        ("to_symbol", draft.to_symbol, is_symbol),
    ):
        if (value is not None) != wanted:
            what = f"needs {name}" if wanted else f"has no {name}"
            raise InvalidInput(name, f"A {draft.kind} {what}.", code="missing" if wanted else "not_allowed")
    if draft.cost_pct is not None and not 0 <= draft.cost_pct <= HUNDRED:
        raise InvalidInput("cost_pct", "cost_pct must be between 0 and 100.", code="too_large")
    if draft.kind is ProposalKind.BONUS and draft.ratio is not None and draft.ratio.value <= 1:
        message = "The ratio of a bonus is of all units after it to those before: a 1:1 bonus is 2:1."
        raise InvalidInput("ratio", message, code="not_allowed")
    if draft.to_instrument_id is not None:
        _check_other(instrument, tx.instruments.load(user.id, draft.to_instrument_id))


def _read_symbol(text: str, instrument: Instrument) -> str:
    """The new symbol of an instrument. Raises: InvalidInput."""
    symbol = read_text(text, "to_symbol", _SYMBOL_SIZE_MAX).upper()
    if symbol == instrument.symbol or any(character.isspace() for character in symbol):
        raise InvalidInput("to_symbol", "It must be another symbol, without spaces.", code="not_allowed")
    return symbol


def _check_other(instrument: Instrument, into: Instrument) -> None:
    if into.id == instrument.id or not is_everybodys(into):
        raise InvalidInput("to_instrument_id", "It must be another instrument that all share.", code="not_allowed")
    if into.currency != instrument.currency:
        told = f"{into.symbol} trades in {into.currency} and {instrument.symbol} in {instrument.currency}."
        raise CurrencyMismatch("to_instrument_id", told)
