"""Routes of the desk: what seems to have happened to an instrument, looked at, applied once, undone or dismissed."""

from typing import Any, cast

from fastapi import APIRouter, Request, Response

from tickfolio.api.answers import IdempotencyKey, show_instrument, write_once
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas import action_desk as shapes
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.worth import PortfolioName
from tickfolio.api.session import Administrator, SignedIn
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.money import read_decimal, write_decimal, write_known
from tickfolio.domain.proposals import ProposalKind
from tickfolio.domain.splits import read_ratio, write_ratio
from tickfolio.domain.valuation import HoldingValue
from tickfolio.reports.summary import write_instant
from tickfolio.services import action_desk
from tickfolio.services.action_preview import PortfolioPreview, preview_for_one
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.database import Tx

router = APIRouter(tags=["action desk"], route_class=ExactRoute)
_PROBLEMS = documented(400, 401, 403, 404, 409, 413, 415, 422, 503)


@router.get("/desk", responses=documented(401, 403, 503))
def list_proposals(principal: Administrator, desk: DeskHere) -> shapes.Proposals:
    """What seems to have happened, once for the whole server: what is open, and what was settled."""
    with desk.database.reading() as tx:
        return shapes.Proposals(items=[_show(*one) for one in action_desk.list_proposals(tx, principal.user)])


@router.post("/desk", status_code=201, response_model=shapes.Proposal, responses=_PROBLEMS)
def propose(
    body: shapes.ProposalInput,
    principal: Administrator,
    desk: DeskHere,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A proposal by hand; nothing changes until it is applied."""
    draft = action_desk.ProposalDraft(
        kind=ProposalKind(body.kind),
        instrument_id=body.instrument_id,
        ex_on=body.ex_on,
        ratio=None if body.ratio is None else read_ratio(body.ratio),
        to_instrument_id=body.to_instrument_id,
        to_symbol=body.to_symbol,
        cost_pct=None if body.cost_pct is None else read_decimal(body.cost_pct, "cost_pct"),
    )

    def write(tx: Tx) -> tuple[shapes.Proposal, None]:
        proposal = action_desk.propose_by_hand(tx, desk.world, principal.user, draft)
        return _show(*action_desk.load_proposal(tx, principal.user, proposal.id)), None

    return write_once(desk, principal, key, request, body, write)


@router.get("/desk/{proposal_id}/preview", responses=documented(401, 403, 404, 409, 503))
def preview(proposal_id: PathId, principal: Administrator, desk: DeskHere) -> shapes.ProposalPreview:
    """Before and after in one's own portfolios, and whether those of everybody else go through."""
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        found = action_desk.load_preview(tx, desk.world, user, proposal_id)
    return shapes.ProposalPreview(
        version=found.proposal.version,
        own=[_show_portfolio(one) for one in found.own],
        others=found.others,
        others_go_through=found.others_go_through,
        goes_through=found.goes_through,
    )


@router.post("/desk/{proposal_id}/apply", responses=documented(400, 401, 403, 404, 409, 412, 413, 415, 422, 503))
def apply(
    proposal_id: PathId, body: shapes.ProposalDecision, principal: Administrator, desk: DeskHere
) -> shapes.Proposal:
    """It is so, for everybody who holds the instrument; a second time is a conflict."""
    with desk.database.transaction() as tx:
        action_desk.apply_proposal(tx, desk.world, principal.user, proposal_id, body.version, as_bonus=body.as_bonus)
        return _show(*action_desk.load_proposal(tx, principal.user, proposal_id))


@router.post("/desk/{proposal_id}/undo", responses=documented(401, 403, 404, 409, 503))
def undo(proposal_id: PathId, principal: Administrator, desk: DeskHere) -> shapes.Proposal:
    """Takes back exactly what applying it did, unless what came later needs it."""
    with desk.database.transaction() as tx:
        action_desk.undo_proposal(tx, desk.world, principal.user, proposal_id)
        return _show(*action_desk.load_proposal(tx, principal.user, proposal_id))


@router.post("/desk/{proposal_id}/dismiss", responses=_PROBLEMS)
def dismiss(
    proposal_id: PathId, body: shapes.ProposalDismissal, principal: Administrator, desk: DeskHere
) -> shapes.Proposal:
    """It was not so: it is not proposed again, and may be opened again by hand."""
    with desk.database.transaction() as tx:
        action_desk.dismiss_proposal(tx, desk.world, principal.user, proposal_id, body.reason)
        return _show(*action_desk.load_proposal(tx, principal.user, proposal_id))


@router.post("/desk/{proposal_id}/reopen", responses=documented(401, 403, 404, 409, 503))
def reopen(proposal_id: PathId, principal: Administrator, desk: DeskHere) -> shapes.Proposal:
    """What was dismissed is looked at again."""
    with desk.database.transaction() as tx:
        action_desk.reopen_proposal(tx, desk.world, principal.user, proposal_id)
        return _show(*action_desk.load_proposal(tx, principal.user, proposal_id))


@router.get("/portfolios/{portfolio_id}/proposals", responses=documented(401, 404, 503))
def list_own_proposals(portfolio_id: PathId, principal: SignedIn, desk: DeskHere) -> shapes.OwnProposals:
    """The open proposals that would change something in a portfolio, each with what it would change there."""
    with desk.database.reading() as tx:
        found = preview_for_one(tx, desk.world, principal.user.id, portfolio_id)
        named = action_desk.with_instruments(tx, [row for row, _ in found])
    return shapes.OwnProposals(
        items=[
            shapes.OwnProposal(proposal=_show(*row), preview=_show_portfolio(one))
            for row, (_, one) in zip(named, found, strict=True)
        ]
    )


def _show(row: Proposal, instrument: Instrument, into: Instrument | None) -> shapes.Proposal:
    return shapes.Proposal(
        id=row.id,
        kind=cast("Any", row.kind.value),
        state=cast("Any", row.state.value),
        instrument=show_instrument(instrument),
        ex_on=row.ex_on,
        ratio=None if row.ratio is None else write_ratio(row.ratio),
        to_instrument=None if into is None else show_instrument(into),
        to_symbol=row.to_symbol,
        cost_pct=write_known(row.cost_pct),
        price_before=write_known(row.price_before),
        price_after=write_known(row.price_after),
        source=row.source,
        reason=row.reason,
        proposed_at=write_instant(row.proposed_at) or "",
        settled_at=write_instant(row.settled_at),
        version=row.version,
    )


def _show_portfolio(one: PortfolioPreview) -> shapes.PortfolioPreview:
    portfolio = one.portfolio
    return shapes.PortfolioPreview(
        portfolio=PortfolioName(id=portfolio.id, name=portfolio.name, currency=portfolio.currency),
        before=[_show_holding(value) for value in one.before],
        after=None if one.after is None else [_show_holding(value) for value in one.after],
        refused=None if one.refused is None else one.refused.message,
        cash_in_lieu_of=write_decimal(one.fraction),
    )


def _show_holding(value: HoldingValue) -> shapes.HoldingState:
    return shapes.HoldingState(
        instrument=show_instrument(value.instrument),
        quantity=write_decimal(value.holding.quantity),
        avg_buy_price=write_known(value.holding.avg_buy_price),
        invested=write_known(value.holding.invested),
        last_price=write_known(value.last_price),
        current_value=write_known(value.current_value),
        profit_loss=write_known(value.profit_loss),
    )
