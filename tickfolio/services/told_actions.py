"""What prices and sources tell of an instrument's life, written down as proposals: nothing of it counts by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.gate_reasons import GateReason
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.likeness import LikenessKind, find_likeness
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import check_range, exact
from tickfolio.domain.price_gate import Accepted, Held, Verdict
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.domain.proposals import BY_RATIO, ProposalKind, ProposalState, is_same_split
from tickfolio.domain.splits import Ratio, read_ratio, write_ratio
from tickfolio.domain.witnesses import to_units_of
from tickfolio.providers.provider import HistoryResult, ToldDividend
from tickfolio.services.changes import today_at
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.corporate_actions import ActionKind, CorporateAction
from tickfolio.storage.database import Tx

_LIKE_A_SPLIT = frozenset({GateReason.SPLIT_SUSPICION.value, GateReason.REOPENED.value})
_NO_COMPANY = frozenset({AssetType.CASH, AssetType.CURRENCY, AssetType.INDEX})
# Two sources may name a dividend's day a little differently; the first to tell of it counts.
_ONE_DIVIDEND = timedelta(days=3)
PRICE_RETURNED, PRICE_REJECTED = "price_returned", "price_rejected"


def propose_from_prices(
    tx: Tx,
    world: World,
    verdicts: Iterable[Verdict],
    instruments: Mapping[str, Instrument],
    latest: Mapping[str, LatestPrice],
) -> None:
    """A price that is held as after a split proposes it; one that comes back as if there were none lets it lapse.

    `latest` are the last good prices from before these verdicts.
    """
    accepted: dict[str, LatestPrice] = {}
    for verdict in verdicts:
        if isinstance(verdict, Held) and verdict.price.reason in _LIKE_A_SPLIT:
            held = verdict.price
            if held.instrument_id in latest:
                _propose_held(tx, world, instruments[held.instrument_id], latest[held.instrument_id], held)
        elif isinstance(verdict, Accepted) and verdict.still_held is None:
            accepted[verdict.price.instrument_id] = verdict.price
    for proposal in tx.action_proposals.of(accepted, (ProposalState.OPEN,)):
        if _has_returned(proposal, accepted[proposal.instrument_id], instruments[proposal.instrument_id]):
            _lapse(tx, world, proposal, PRICE_RETURNED)


def lapse_with_price(tx: Tx, world: World, held: HeldPrice) -> None:
    """A person has rejected a held price: what was proposed for its sake lapses."""
    for proposal in tx.action_proposals.of([held.instrument_id], (ProposalState.OPEN,)):
        if proposal.price_after == held.price:
            _lapse(tx, world, proposal, PRICE_REJECTED)


def record_told_actions(tx: Tx, world: World, instrument: Instrument, result: HistoryResult, source: str) -> None:
    """What a source's history tells beside the closes: splits are proposed, dividends are written down as declared.

    What happened before anybody held the instrument is left out, and so is what is known already.
    """
    if not is_everybodys(instrument) or not (result.splits or result.dividends):
        return
    first_on = tx.history_fills.first_days([instrument.id]).get(instrument.id)
    if first_on is None:
        return
    for split in result.splits:
        if split.on > first_on and split.ratio.value != 1 and _is_ratio(split.ratio):
            _propose_split(tx, world, instrument, split.on, split.ratio, Told(source))
    for dividend in result.dividends:
        if dividend.on > first_on and _is_amount(dividend) and dividend.on <= today_at(instrument.exchange, world):
            _declare(tx, world, instrument, dividend, source)


def propose_symbol_change(
    tx: Tx, world: World, instrument: Instrument, to_symbol: str, ex_on: date, source: str
) -> Proposal | None:
    """A source calls the same ISIN by another symbol; None where that is known, or proposed already."""
    if not is_everybodys(instrument) or instrument.symbol == to_symbol:
        return None
    known = tx.action_proposals.of([instrument.id])
    if any(one.kind is ProposalKind.SYMBOL and one.to_symbol == to_symbol for one in known):
        return None
    told = (ProposalKind.SYMBOL, ex_on, source, world.now())
    return propose(tx, world, Proposal(world.new_id(), instrument.id, *told, to_symbol=to_symbol))


def propose(
    tx: Tx, world: World, proposal: Proposal, over: Sequence[ProposalState] = (ProposalState.LAPSED,)
) -> Proposal | None:
    """Stores a proposal, in place of one of that event in a state that it goes `over`; None when it is there."""
    if tx.action_proposals.add_if_new(proposal):
        tx.server.raise_version("prices")  # a profit is provisional from now on
        return proposal
    for one in tx.action_proposals.of([proposal.instrument_id], over):
        if one.event == proposal.event:
            again = replace(proposal, id=one.id, version=one.version + 1, proposed_at=world.now())
            tx.action_proposals.write(again)
            tx.server.raise_version("prices")
            return again
    return None


class Told:
    """Who tells of a split: a source that names its day, or one whose price looks like it."""

    def __init__(self, source: str, last: LatestPrice | None = None, held: HeldPrice | None = None) -> None:
        self.source = source
        self.price_before = None if last is None else last.last_price
        self.price_after = None if held is None else held.price

    @property
    def is_of_price(self) -> bool:
        """Whether a price alone says so."""
        return self.price_after is not None


def _propose_held(tx: Tx, world: World, instrument: Instrument, last: LatestPrice, held: HeldPrice) -> None:
    if not is_everybodys(instrument):
        return
    likeness = _likeness(tx, instrument, last, held)
    if likeness is None:
        return
    kind, ratio = likeness
    on = session_day(instrument.exchange, held.as_of)
    _propose_split(tx, world, instrument, on, ratio, Told(held.source, last, held), kind)


@exact
def _likeness(tx: Tx, instrument: Instrument, last: LatestPrice, held: HeldPrice) -> tuple[ProposalKind, Ratio] | None:
    splits = tx.corporate_actions.splits([instrument.id])
    found = find_likeness(*to_units_of(held, last, instrument.exchange, splits))
    if found is None or found.ratio is None:
        return None
    return ProposalKind.BONUS if found.kind is LikenessKind.BONUS else ProposalKind.SPLIT, found.ratio


def _propose_split(
    tx: Tx,
    world: World,
    instrument: Instrument,
    on: date,
    ratio: Ratio,
    told: Told,
    kind: ProposalKind = ProposalKind.SPLIT,
) -> None:
    recorded = tx.corporate_actions.splits([instrument.id])
    if any(is_same_split(on, ratio, one.on, one.ratio) for one in recorded):
        return
    for one in tx.action_proposals.of([instrument.id]):
        is_known = one.kind in BY_RATIO and one.ratio is not None and one.state is not ProposalState.LAPSED
        if is_known and one.ratio is not None and is_same_split(on, ratio, one.ex_on, one.ratio):
            if one.state is ProposalState.OPEN and one.price_after is not None and not told.is_of_price:
                _take_day(tx, one, on, told.source)
            return
    proposal = Proposal(
        world.new_id(),
        instrument.id,
        kind,
        on,
        told.source,
        world.now(),
        ratio,
        price_before=told.price_before,
        price_after=told.price_after,
    )
    propose(tx, world, proposal)


def _take_day(tx: Tx, proposal: Proposal, on: date, source: str) -> None:
    """A source names the day of what a price alone had said: its word counts."""
    named = replace(proposal, ex_on=on, source=source, version=proposal.version + 1)
    taken = {one.event for one in tx.action_proposals.of([proposal.instrument_id]) if one.id != proposal.id}
    if named.event not in taken and (named.ex_on, named.source) != (proposal.ex_on, proposal.source):
        tx.action_proposals.write(named)
        tx.server.raise_version("prices")


def _declare(tx: Tx, world: World, instrument: Instrument, dividend: ToldDividend, source: str) -> None:
    known = [one for one in tx.corporate_actions.of([instrument.id]) if one.amount is not None]
    if any(abs(one.ex_on - dividend.on) <= _ONE_DIVIDEND for one in known):
        return
    kind, now = ActionKind.DIVIDEND, world.now()
    tx.corporate_actions.add(
        CorporateAction(world.new_id(), instrument.id, kind, dividend.on, None, dividend.amount, source, now)
    )


@exact
def _has_returned(proposal: Proposal, price: LatestPrice, instrument: Instrument) -> bool:
    """Whether a price of that day or later is nearer to the one before the split than to the one after it."""
    before, after, now = proposal.price_before, proposal.price_after, price.last_price
    if before is None or after is None or session_day(instrument.exchange, price.as_of) < proposal.ex_on:
        return False
    # Between the two, nearer by ratio: now ÷ before against now ÷ after, by products, which are exact.
    return now * now > before * after if before > after else now * now < before * after


def _lapse(tx: Tx, world: World, proposal: Proposal, reason: str) -> None:
    lapsed = replace(proposal, state=ProposalState.LAPSED, reason=reason, settled_at=world.now())
    tx.action_proposals.write(replace(lapsed, version=proposal.version + 1))
    tx.server.raise_version("prices")


def is_everybodys(instrument: Instrument) -> bool:
    """Whether all share it, and it is no money and no index: only then what happens to it happens to everybody."""
    return instrument.owner_id is None and instrument.asset_type not in _NO_COMPANY


def _is_ratio(ratio: Ratio) -> bool:
    """Whether it can be written down, and read again."""
    try:
        read_ratio(write_ratio(ratio))
    except InvalidInput:
        return False
    return True


def _is_amount(dividend: ToldDividend) -> bool:
    try:
        check_range(dividend.amount, "amount")
    except InvalidInput:
        return False
    return dividend.amount > 0
