"""What a proposal would change, before and after, valued as the summary values it: nobody sees another's portfolio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tickfolio.domain.errors import Oversold
from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import Holding
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.position import Position
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.domain.proposals import ProposalKind, ProposalState
from tickfolio.domain.splits import Split, count_once
from tickfolio.domain.valuation import HoldingValue, value_portfolio
from tickfolio.services.foreseen import Foreseen, foresee, instruments_of, split_of
from tickfolio.services.held_prices import explain_held_price
from tickfolio.services.summaries import load_positions
from tickfolio.services.world import World
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class PortfolioPreview:
    """The holdings of a proposal's instruments in one portfolio, in its currency; `after` is None where it is refused.

    `fraction` of a new unit is paid in cash by the company, which nothing books.
    """

    portfolio: Portfolio
    before: Sequence[HoldingValue]
    after: Sequence[HoldingValue] | None
    refused: Oversold | None
    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """A proposal's effect: one's own portfolios in full, how many of others, and whether all of those go through."""

    proposal: Proposal
    own: Sequence[PortfolioPreview]
    others: int
    others_go_through: bool

    @property
    def goes_through(self) -> bool:
        """Whether applying it is refused by nobody's ledger."""
        return self.others_go_through and all(one.refused is None for one in self.own)


def preview_for_all(tx: Tx, world: World, user: User, proposal: Proposal) -> Preview:
    """What the administrator sees of a proposal."""
    own: list[PortfolioPreview] = []
    others = refused = 0
    for owner_id, portfolio_id in tx.ledgers.portfolios_touching(proposal.instrument_id):
        foreseen = foresee(tx, proposal, tx.portfolios.load(owner_id, portfolio_id))
        if foreseen is None:
            continue
        if owner_id == user.id:
            own.append(_value(tx, world, proposal, foreseen, _load_now(tx, foreseen.portfolio)))
        else:
            others += 1
            refused += foreseen.refused is not None
    return Preview(proposal, own, others, others_go_through=not refused)


def preview_for_one(
    tx: Tx, world: World, owner_id: str, portfolio_id: str
) -> Sequence[tuple[Proposal, PortfolioPreview]]:
    """What the open proposals would change in a person's own portfolio. Raises: NotFound."""
    portfolio = tx.portfolios.load(owner_id, portfolio_id)
    ids = [row.holding.instrument_id for row in tx.holdings.all(owner_id, [portfolio.id])]
    proposals = tx.action_proposals.of(ids, (ProposalState.OPEN,))
    foreseen = [(proposal, foresee(tx, proposal, portfolio)) for proposal in proposals]
    affecting = [(proposal, one) for proposal, one in foreseen if one is not None]
    if not affecting:
        return []
    now = _load_now(tx, portfolio)
    return [(proposal, _value(tx, world, proposal, one, now)) for proposal, one in affecting]


@dataclass(frozen=True, slots=True)
class _Now:
    """A portfolio's positions as they are, by instrument, and the rates."""

    positions: Mapping[str, Position]
    rates: Rates


def _load_now(tx: Tx, portfolio: Portfolio) -> _Now:
    _, positions, rates = load_positions(tx, portfolio)
    return _Now({position.instrument.id: position for position in positions}, rates)


def _value(tx: Tx, world: World, proposal: Proposal, foreseen: Foreseen, as_is: _Now) -> PortfolioPreview:
    portfolio, now, rates = foreseen.portfolio, as_is.positions, as_is.rates
    ids = instruments_of(proposal)
    before = [replace(now[key], holding=foreseen.before[key]) for key in ids if key in now and key in foreseen.before]
    after = None if foreseen.after is None else _positions(tx, world, proposal, portfolio, foreseen.after, now)
    return PortfolioPreview(
        portfolio,
        _values(before, rates, portfolio),
        None if after is None else _values(after, rates, portfolio),
        foreseen.refused,
        foreseen.fraction,
    )


def _positions(
    tx: Tx,
    world: World,
    proposal: Proposal,
    portfolio: Portfolio,
    after: Mapping[str, Holding],
    now: Mapping[str, Position],
) -> list[Position]:
    """The positions as they would be: other units, and a held price that the split explains."""
    instruments = tx.instruments.many(after)
    latest, held = tx.prices.latest(after), tx.prices.held(after)
    split = split_of(proposal)
    made = []
    for key, holding in after.items():
        position = now.get(key) or _new(holding, instruments[key], latest.get(key), held.get(key), portfolio)
        position = replace(position, holding=holding, trades=(), provisional=False)
        if key == proposal.instrument_id:
            position = _settled(tx, world, proposal, position, split)
        made.append(position)
    return made


def _new(
    holding: Holding, instrument: Instrument, price: LatestPrice | None, held: HeldPrice | None, portfolio: Portfolio
) -> Position:
    """What is not held yet."""
    return Position(holding, instrument, price, held, (), cash_tracked=portfolio.cash_tracked)


def _settled(tx: Tx, world: World, proposal: Proposal, position: Position, split: Split | None) -> Position:
    if proposal.kind is ProposalKind.SYMBOL and proposal.to_symbol is not None:
        return replace(position, instrument=replace(position.instrument, symbol=proposal.to_symbol))
    if split is None:
        return position
    position = replace(position, splits=count_once([*position.splits, split]))
    explained = explain_held_price(tx, world, position.instrument, position.price, [split])
    return position if explained is None else replace(position, price=explained.price, held=explained.still_held)


def _values(positions: Sequence[Position], rates: Rates, portfolio: Portfolio) -> Sequence[HoldingValue]:
    value = value_portfolio(positions, rates, portfolio.currency)
    found = {one.instrument.id: one for one in (*value.holdings, *value.closed)}
    return [found[one.instrument.id] for one in positions if one.instrument.id in found]
