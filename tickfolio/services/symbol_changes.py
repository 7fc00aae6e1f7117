"""A new symbol for an instrument: it keeps its id and its history, and the old symbol stays as a dated alias."""

import json
from dataclasses import replace

from tickfolio.domain.errors import LaterFacts, SymbolTaken
from tickfolio.domain.instruments import Instrument
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.database import Tx
from tickfolio.storage.instrument_aliases import Alias, AliasKind


def apply_symbol(tx: Tx, world: World, proposal: Proposal) -> str:
    """Gives the instrument its new symbol; says what undoing has to put back. Raises: SymbolTaken.

    An entry of a source's list that nobody ever named makes way: it is the same thing, listed anew.
    """
    instrument = tx.instruments.many([proposal.instrument_id])[proposal.instrument_id]
    assert proposal.to_symbol is not None  # noqa: S101  # every proposal of a symbol has one
    _make_way(tx, replace(instrument, symbol=proposal.to_symbol))
    alias = Alias(
        world.new_id(),
        instrument.id,
        AliasKind.SYMBOL,
        instrument.symbol,
        instrument.exchange,
        None,
        proposal.ex_on,
        proposal.source,
        world.now(),
    )
    is_new = tx.aliases.add(alias)
    name = proposal.to_symbol if instrument.name == instrument.symbol else instrument.name
    told = instrument.provider_symbol
    # A source's own name that was made of the old symbol goes with it; the sources make it of the new one.
    told = None if told is not None and instrument.symbol in told else told
    tx.instruments.rename(replace(instrument, symbol=proposal.to_symbol, name=name, provider_symbol=told))
    kept = {"symbol": instrument.symbol, "name": instrument.name, "provider_symbol": instrument.provider_symbol}
    return json.dumps(kept | {"alias_id": alias.id if is_new else None})


def undo_symbol(tx: Tx, proposal: Proposal) -> None:
    """Gives the old symbol back, and takes the alias away. Raises: LaterFacts."""
    instrument = tx.instruments.many([proposal.instrument_id])[proposal.instrument_id]
    kept = json.loads(proposal.kept or "{}")
    if instrument.symbol != proposal.to_symbol or "symbol" not in kept:
        raise LaterFacts(f"Its symbol has changed again: it is {instrument.symbol} now.")
    before = replace(instrument, symbol=kept["symbol"], provider_symbol=kept["provider_symbol"])
    if instrument.name == proposal.to_symbol:
        before = replace(before, name=kept["name"])
    try:
        _make_way(tx, before)
    except SymbolTaken as taken:
        raise LaterFacts(taken.message) from taken
    if any(one.id == kept["alias_id"] for one in tx.aliases.of([instrument.id])):
        tx.aliases.remove(instrument.id, kept["alias_id"])
    tx.instruments.rename(before)


def _make_way(tx: Tx, wanted: Instrument) -> None:
    """Nothing else has the identity that an instrument is about to take."""
    other = tx.instruments.find(None, wanted.asset_type, wanted.exchange, wanted.symbol, wanted.currency)
    if other is None or other.id == wanted.id:
        return
    tx.ledgers.portfolios_touching(other.id, to_change=True)  # nobody begins to hold it meanwhile
    if tx.action_proposals.is_named(other.id):
        raise SymbolTaken(
            f"{wanted.symbol} on {wanted.exchange} is another instrument that somebody has used already. Each holder "
            f"can book a merger of one for one into it, which keeps cost and dates."
        )
    tx.instruments.remove(other.id)
