"""Routes of holdings: plain ones can be entered and changed as they are."""

from fastapi import APIRouter, Request, Response

from tickfolio.api.answers import (
    Cursor,
    ExpectedVersion,
    IdempotencyKey,
    Limit,
    etag,
    read_cursor,
    show_holding,
    write_cursor,
    write_once,
)
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Page, PathId
from tickfolio.api.schemas.ledger import Holding, HoldingChange, HoldingInput
from tickfolio.api.session import SignedIn
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.money import ZERO, read_currency, read_decimal
from tickfolio.services import holdings
from tickfolio.services.instruments import Named
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow

router = APIRouter(tags=["holdings"], route_class=ExactRoute)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 422, 503)


@router.get("/portfolios/{portfolio_id}/holdings", responses=documented(401, 404, 422, 503))
def list_holdings(
    portfolio_id: PathId, principal: SignedIn, desk: DeskHere, limit: Limit = 100, cursor: Cursor = None
) -> Page[Holding]:
    """What is held, closed holdings (quantity 0) too, in the order they began."""
    after = read_cursor(cursor, "after")[0] if cursor else None
    with desk.database.reading() as tx:
        tx.portfolios.load(principal.user.id, portfolio_id)
        rows = tx.holdings.page(principal.user.id, portfolio_id, after=after, limit=limit + 1)
        instruments = tx.instruments.many(row.holding.instrument_id for row in rows)
        items = [_show(tx, principal.user.id, row, instruments[row.holding.instrument_id]) for row in rows[:limit]]
    more = write_cursor({"after": rows[limit - 1].id}) if len(rows) > limit else None
    return Page(items=items, next_cursor=more)


@router.post(
    "/portfolios/{portfolio_id}/holdings", status_code=201, response_model=Holding, responses=documented(*_WRITE)
)
def add_holding(
    portfolio_id: PathId,
    body: HoldingInput,
    principal: SignedIn,
    desk: DeskHere,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A plain holding: symbol, quantity and average price. It becomes one OPENING transaction."""
    named = Named(
        AssetType(body.asset_type),
        body.symbol,
        body.exchange,
        currency=None if body.currency is None else read_currency(body.currency),
    )
    plain = holdings.PlainHolding(
        instrument=named,
        quantity=read_decimal(body.quantity, "quantity", above=ZERO),
        avg_buy_price=read_decimal(body.avg_buy_price, "avg_buy_price", minimum=ZERO),
        fx_rate=None if body.fx_rate is None else read_decimal(body.fx_rate, "fx_rate", above=ZERO),
        acquired_on=body.acquired_on,
    )

    def write(tx: Tx) -> tuple[Holding, int]:
        row, instrument = holdings.add_holding(tx, desk.world, principal.user, portfolio_id, plain)
        return _show(tx, principal.user.id, row, instrument), row.version

    return write_once(desk, principal, key, request, body, write)


@router.patch("/holdings/{holding_id}", responses=documented(412, 428, *_WRITE))
def change_holding(
    holding_id: PathId,
    body: HoldingChange,
    expected: ExpectedVersion,
    principal: SignedIn,
    desk: DeskHere,
    response: Response,
) -> Holding:
    """Changes a plain holding; what is left out stays, and a null `fx_rate` clears it."""
    changes = holdings.PlainChange(
        quantity=None if body.quantity is None else read_decimal(body.quantity, "quantity", above=ZERO),
        avg_buy_price=None
        if body.avg_buy_price is None
        else read_decimal(body.avg_buy_price, "avg_buy_price", minimum=ZERO),
        fx_rate=None if body.fx_rate is None else read_decimal(body.fx_rate, "fx_rate", above=ZERO),
        clear_fx_rate=body.fx_rate is None and "fx_rate" in body.model_fields_set,
        acquired_on=body.acquired_on,
    )
    with desk.database.transaction() as tx:
        row, instrument = holdings.change_holding(tx, desk.world, principal.user.id, holding_id, expected, changes)
        shown = _show(tx, principal.user.id, row, instrument)
    response.headers["ETag"] = etag(row.version)
    return shown


@router.delete("/holdings/{holding_id}", status_code=204, responses=documented(401, 403, 404, 409, 412, 428, 503))
def remove_holding(holding_id: PathId, expected: ExpectedVersion, principal: SignedIn, desk: DeskHere) -> None:
    """Removes a plain holding."""
    with desk.database.transaction() as tx:
        holdings.remove_holding(tx, desk.world, principal.user.id, holding_id, expected)


def _show(tx: Tx, owner_id: str, row: HoldingRow, instrument: Instrument) -> Holding:
    ledger = tx.ledgers.rows(owner_id, row.portfolio_id, instrument.id) if row.plain else []
    return show_holding(row, instrument, list(ledger))
