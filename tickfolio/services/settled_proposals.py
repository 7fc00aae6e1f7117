"""What becomes of a proposal when the fact that it proposes is recorded or taken back, by whichever way."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tickfolio.domain.prices import HeldPrice, LatestPrice, PriceStatus
from tickfolio.domain.proposals import BY_RATIO, ProposalState, is_same_split
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.corporate_actions import CorporateAction
from tickfolio.storage.database import Tx
from tickfolio.storage.rows import values_of

_EXACT, _INSTANTS = ("last_price", "previous_close", "price"), ("as_of", "last_updated_at")


@dataclass(frozen=True, slots=True)
class KeptPrices:
    """The last good price of an instrument and the one that waited beside it, as they were."""

    latest: LatestPrice | None
    held: HeldPrice | None


def prices_kept(tx: Tx, instrument_id: str) -> KeptPrices:
    """The prices as they are; nobody else changes them until this transaction ends."""
    latest = tx.prices.latest([instrument_id], to_change=True).get(instrument_id)
    return KeptPrices(latest, tx.prices.held([instrument_id]).get(instrument_id))


def settle_with_action(tx: Tx, world: World, action: CorporateAction, kept: KeptPrices | None) -> None:
    """An open proposal of the same split is applied by it; `kept` are the prices before, where the fact settled one."""
    for proposal in tx.action_proposals.of([action.instrument_id], (ProposalState.OPEN,)):
        if _says_the_same(proposal, action):
            told = None if kept is None else write_kept(kept)
            applied = replace(proposal, state=ProposalState.APPLIED, action_id=action.id, kept=told)
            tx.action_proposals.write(replace(applied, settled_at=world.now(), version=proposal.version + 1))


def open_again(tx: Tx, action: CorporateAction) -> None:
    """The proposal that a fact came of is open again; a price that the fact settled is held again, if none is newer."""
    for proposal in tx.action_proposals.of([action.instrument_id], (ProposalState.APPLIED,)):
        if proposal.action_id == action.id:
            if proposal.kept is not None:
                _put_back(tx, read_kept(proposal.kept))
            tx.action_proposals.write(reopened(proposal))


def reopened(proposal: Proposal) -> Proposal:
    """The proposal as if it had never been settled."""
    opened = replace(proposal, state=ProposalState.OPEN, action_id=None, settled_at=None, reason=None, kept=None)
    return replace(opened, version=proposal.version + 1)


def write_kept(kept: KeptPrices) -> str:
    """Prices as text, to be read again by `read_kept`."""
    return json.dumps({"latest": _fields(kept.latest), "held": _fields(kept.held)}, default=_text)


def read_kept(text: str) -> KeptPrices:
    """The prices that `write_kept` wrote."""
    told = json.loads(text)
    latest, held = told["latest"], told["held"]
    return KeptPrices(
        None if latest is None else LatestPrice(**_values(latest)),
        None if held is None else HeldPrice(**_values(held)),
    )


def _says_the_same(proposal: Proposal, action: CorporateAction) -> bool:
    if proposal.kind not in BY_RATIO or proposal.ratio is None or action.ratio is None:
        return False
    return is_same_split(proposal.ex_on, proposal.ratio, action.ex_on, action.ratio)


def _put_back(tx: Tx, kept: KeptPrices) -> None:
    held, before = kept.held, kept.latest
    now = None if held is None else tx.prices.latest([held.instrument_id]).get(held.instrument_id)
    if held is None or before is None or now is None or (now.as_of, now.source) != (held.as_of, held.source):
        return  # a newer price is there: it stays, as any price does
    tx.prices.record([before])
    tx.prices.hold([held])
    tx.prices.forget_close(held.instrument_id, held.as_of)
    tx.prices.forget_tick(held.instrument_id, held.as_of)


def _fields(price: LatestPrice | HeldPrice | None) -> dict[str, Any] | None:
    return None if price is None else values_of(price)


def _text(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat()
        case _:
            raise TypeError(f"A price has no {type(value).__name__}.")


def _values(told: dict[str, Any]) -> dict[str, Any]:
    values = dict(told)
    for name in _EXACT:
        if values.get(name) is not None:
            values[name] = Decimal(values[name])
    for name in _INSTANTS:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if values.get("status") is not None:
        values["status"] = PriceStatus(values["status"])
    return values
