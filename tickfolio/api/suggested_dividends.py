"""Routes of the dividends that a ledger may lack: listed, booked on a person's word, or dismissed."""

from fastapi import APIRouter, Request, Response

from tickfolio.api.answers import IdempotencyKey, show_instrument, show_transaction, write_once
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.actions import DividendConfirmation, SuggestedDividend, SuggestedDividends
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.ledger import Transaction
from tickfolio.api.session import SignedIn
from tickfolio.domain.money import ZERO, read_decimal, write_decimal
from tickfolio.services import suggested_dividends
from tickfolio.storage.database import Tx

router = APIRouter(tags=["corporate actions"], route_class=ExactRoute)


@router.get("/portfolios/{portfolio_id}/suggested-dividends", responses=documented(401, 404, 503))
def list_suggested_dividends(portfolio_id: PathId, principal: SignedIn, desk: DeskHere) -> SuggestedDividends:
    """Declared dividends that do not stand in the ledger, with what was held for them. Nothing is ever booked by it."""
    with desk.database.reading() as tx:
        found = suggested_dividends.load_suggested_dividends(tx, desk.world, principal.user.id, portfolio_id)
    return SuggestedDividends(
        items=[
            SuggestedDividend(
                action_id=one.action.id,
                instrument=show_instrument(one.instrument),
                ex_on=one.dividend.ex_on,
                per_unit=write_decimal(one.dividend.per_unit),
                quantity=write_decimal(one.dividend.quantity),
                amount=write_decimal(one.dividend.amount),
                currency=one.instrument.currency,
                source=one.action.source,
            )
            for one in found
        ]
    )


@router.post(
    "/portfolios/{portfolio_id}/suggested-dividends/{action_id}",
    status_code=201,
    response_model=Transaction,
    responses=documented(400, 401, 403, 404, 413, 415, 422, 503),
)
def confirm_suggested_dividend(
    portfolio_id: PathId,
    action_id: PathId,
    body: DividendConfirmation,
    principal: SignedIn,
    desk: DeskHere,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """Books it as a DIVIDEND on the units that were held for it."""
    taxes = ZERO if body.taxes is None else read_decimal(body.taxes, "taxes", minimum=ZERO)

    def write(tx: Tx) -> tuple[Transaction, int]:
        row, instrument = suggested_dividends.confirm_dividend(
            tx, desk.world, principal.user, portfolio_id, action_id, body.paid_on, taxes
        )
        return show_transaction(row, {instrument.id: instrument}, {}), row.version

    return write_once(desk, principal, key, request, body, write)


@router.delete(
    "/portfolios/{portfolio_id}/suggested-dividends/{action_id}",
    status_code=204,
    responses=documented(401, 403, 404, 503),
)
def dismiss_suggested_dividend(portfolio_id: PathId, action_id: PathId, principal: SignedIn, desk: DeskHere) -> None:
    """It is suggested to this portfolio no more; nothing is booked."""
    with desk.database.transaction() as tx:
        suggested_dividends.dismiss_dividend(tx, desk.world, principal.user.id, portfolio_id, action_id)
