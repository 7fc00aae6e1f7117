"""What seems to have happened to instruments: proposals, and what each would change."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from tickfolio.api.schemas.common import Day, DecimalIn, DecimalOut, Identifier, Input, Instant, Output
from tickfolio.api.schemas.ledger import Instrument, RatioText
from tickfolio.api.schemas.worth import PortfolioName

ProposalType = Literal["SPLIT", "BONUS", "DEMERGER", "SYMBOL"]


class Proposal(Output):
    """Something that seems to have happened to an instrument from the start of `ex_on`; it counts once it is applied.

    `ratio` is of units after to units before, as `10:1`; of a demerger, of new units to units held. `price_before` and
    `price_after` made it look so. A `lapsed` one was a price's alone, and the price came back. `source` is `manual`
    where the administrator proposed it. `reason` is why it was dismissed, or a stable code of why it lapsed.
    """

    id: Identifier
    kind: ProposalType
    state: Literal["open", "applied", "dismissed", "lapsed"]
    instrument: Instrument
    ex_on: date
    ratio: str | None
    to_instrument: Instrument | None
    to_symbol: str | None
    cost_pct: DecimalOut | None
    price_before: DecimalOut | None
    price_after: DecimalOut | None
    source: str
    reason: str | None
    proposed_at: Instant
    settled_at: Instant | None
    version: int


class Proposals(Output):
    """Every open proposal and the newest of those that are settled, the newest first of each."""

    items: list[Proposal]


class ProposalInput(Input):
    """A proposal by hand.

    SPLIT and BONUS have a `ratio` of units after to units before (a 1:1 bonus is `2:1`), a DEMERGER a `ratio` of new
    units to units held, what it gives (`to_instrument_id`) and `cost_pct`, the part of cost that goes along.
    A SYMBOL has the new symbol.
    """

    kind: ProposalType
    instrument_id: Identifier
    ex_on: Day
    ratio: RatioText | None = None
    to_instrument_id: Identifier | None = None
    to_symbol: Annotated[str, Field(max_length=40)] | None = None
    cost_pct: DecimalIn | None = None


class HoldingState(Output):
    """A holding before or after. Amounts are in the portfolio's currency, prices in the instrument's."""

    instrument: Instrument
    quantity: DecimalOut
    avg_buy_price: DecimalOut | None
    invested: DecimalOut | None
    last_price: DecimalOut | None
    current_value: DecimalOut | None
    profit_loss: DecimalOut | None


class PortfolioPreview(Output):
    """One portfolio before and after. `after` is null where its ledger refuses it; `refused` says why.

    `cash_in_lieu_of` is the fraction of a new unit for which the company pays cash, which nothing books.
    """

    portfolio: PortfolioName
    before: list[HoldingState]
    after: list[HoldingState] | None
    refused: str | None
    cash_in_lieu_of: DecimalOut


class ProposalPreview(Output):
    """What a proposal would change: one's own portfolios in full; of other people's, in how many something changes.

    `version` is that of the proposal, to be sent with it when it is applied.
    """

    version: int
    own: list[PortfolioPreview]
    others: int
    others_go_through: bool
    goes_through: bool


class OwnProposal(Output):
    """A proposal, and what it would change in the portfolio that was asked for."""

    proposal: Proposal
    preview: PortfolioPreview


class OwnProposals(Output):
    """The open proposals that would change a portfolio: until they are settled its profit is provisional."""

    items: list[OwnProposal]


class ProposalDecision(Input):
    """Apply it. `version` is that of the preview; `as_bonus` says of a ratio above 1 whether it was a bonus issue."""

    version: StrictInt | None = None
    as_bonus: StrictBool | None = None


class ProposalDismissal(Input):
    """It was not so, and why, in a line that may be empty."""

    reason: Annotated[str, Field(max_length=200)] = ""
