"""Routes of transactions, the rows of the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from tickfolio.api.answers import (
    Cursor,
    ExpectedVersion,
    IdempotencyKey,
    Limit,
    etag,
    read_cursor,
    show_transaction,
    write_cursor,
    write_once,
)
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Page, PathId
from tickfolio.api.schemas.ledger import Transaction, TransactionChange, TransactionInput
from tickfolio.api.session import SignedIn
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import MONEY_ONLY
from tickfolio.domain.money import ONE, ZERO, read_currency, read_decimal
from tickfolio.domain.splits import read_ratio
from tickfolio.services import ledgers
from tickfolio.services.drafts import Draft
from tickfolio.services.held import load_held
from tickfolio.services.instruments import Named
from tickfolio.services.projection import touched
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio

router = APIRouter(tags=["transactions"], route_class=ExactRoute)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 422, 503)
_CLEARABLE = frozenset({"fx_rate", "account", "note"})


@router.get("/portfolios/{portfolio_id}/transactions", responses=documented(401, 404, 422, 503))
def list_transactions(
    portfolio_id: PathId,
    principal: SignedIn,
    desk: DeskHere,
    limit: Limit = 100,
    cursor: Cursor = None,
    instrument_id: Annotated[str | None, Query(max_length=64, pattern="^[0-9a-zA-Z-]+$")] = None,
) -> Page[Transaction]:
    """The ledger, newest first."""
    before = _read_place(cursor) if cursor else None
    owner_id = principal.user.id
    with desk.database.reading() as tx:
        portfolio = tx.portfolios.load(owner_id, portfolio_id)
        rows = tx.ledgers.page(owner_id, portfolio_id, before=before, limit=limit + 1, instrument_id=instrument_id)
        items = _show(tx, portfolio, rows[:limit])
    more = None
    if len(rows) > limit:
        last = rows[limit - 1]
        more = write_cursor({"day": last.traded_on.isoformat(), "id": last.id})
    return Page(items=items, next_cursor=more)


@router.post(
    "/portfolios/{portfolio_id}/transactions",
    status_code=201,
    response_model=Transaction,
    responses=documented(*_WRITE),
)
def record_transaction(
    portfolio_id: PathId,
    body: TransactionInput,
    principal: SignedIn,
    desk: DeskHere,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A new row of the ledger. Selling more than is held, on that day or later, is a 409 that names the first day."""
    draft = _read_draft(body)

    def write(tx: Tx) -> tuple[Transaction, int]:
        row, _ = ledgers.record_transaction(tx, desk.world, principal.user, portfolio_id, draft)
        [shown] = _show(tx, tx.portfolios.load(principal.user.id, portfolio_id), [row])
        return shown, row.version

    return write_once(desk, principal, key, request, body, write)


@router.patch("/transactions/{transaction_id}", responses=documented(412, 428, *_WRITE))
def change_transaction(
    transaction_id: PathId,
    body: TransactionChange,
    expected: ExpectedVersion,
    principal: SignedIn,
    desk: DeskHere,
    response: Response,
) -> Transaction:
    """Changes a row; its instrument stays."""
    owner_id = principal.user.id
    with desk.database.transaction() as tx:
        changed = _changed(tx.ledgers.load(owner_id, transaction_id), body)
        row, _ = ledgers.change_transaction(tx, desk.world, owner_id, transaction_id, expected, changed)
        [shown] = _show(tx, tx.portfolios.load(owner_id, row.portfolio_id), [row])
    response.headers["ETag"] = etag(row.version)
    return shown


@router.delete(
    "/transactions/{transaction_id}", status_code=204, responses=documented(401, 403, 404, 409, 412, 428, 503)
)
def remove_transaction(transaction_id: PathId, expected: ExpectedVersion, principal: SignedIn, desk: DeskHere) -> None:
    """Takes a row out of the ledger, unless a later sale needs it."""
    with desk.database.transaction() as tx:
        ledgers.remove_transaction(tx, desk.world, principal.user.id, transaction_id, expected)


def _show(tx: Tx, portfolio: Portfolio, rows: Sequence[LedgerRow]) -> list[Transaction]:
    instruments = tx.instruments.many({key for row in rows for key in touched(row)})
    held = load_held(tx, portfolio, rows)
    return [show_transaction(row, instruments, held) for row in rows]


def _read_draft(body: TransactionInput) -> Draft:
    money = body.type in MONEY_ONLY
    return Draft(
        type=body.type,
        traded_on=body.traded_on,
        instrument=_named(body.asset_type, body.symbol, body.exchange, body.isin, body.currency),
        quantity=(ONE if money else ZERO)
        if body.quantity is None
        else read_decimal(body.quantity, "quantity", above=ZERO),
        price=_read_least(body.price, "price"),
        fees=read_decimal(body.fees, "fees", minimum=ZERO),
        taxes=read_decimal(body.taxes, "taxes", minimum=ZERO),
        fx_rate=None if body.fx_rate is None else read_decimal(body.fx_rate, "fx_rate", above=ZERO),
        account=body.account,
        external_id=body.external_id,
        note=body.note,
        currency=None if body.currency is None else read_currency(body.currency),
        cost=_read_least(body.cost, "cost"),
        ratio=None if body.ratio is None else read_ratio(body.ratio),
        into=_named(
            body.to_asset_type or body.asset_type,
            body.to_symbol,
            body.to_exchange or body.exchange,
            None,
            body.to_currency,
        ),
        to_quantity=None if body.to_quantity is None else read_decimal(body.to_quantity, "to_quantity", above=ZERO),
        cost_pct=_read_least(body.cost_pct, "cost_pct"),
    )


def _named(
    asset_type: str | None, symbol: str | None, exchange: str | None, isin: str | None, currency: str | None
) -> Named | None:
    if symbol is None:
        return None
    if asset_type is None:
        raise InvalidInput("asset_type", "asset_type is needed beside a symbol.", code="missing")
    return Named(AssetType(asset_type), symbol, exchange, isin, None if currency is None else read_currency(currency))


def _read_least(text: str | None, field: str) -> Decimal | None:
    return None if text is None else read_decimal(text, field, minimum=ZERO)


def _changed(row: LedgerRow, body: TransactionChange) -> LedgerRow:
    """The row with what the body names; null clears what may be empty, and elsewhere leaves things as they are."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    values = {name: value for name, value in given.items() if value is not None or name in _CLEARABLE}
    for name in ("quantity", "fx_rate", "to_quantity"):
        if values.get(name) is not None:
            values[name] = read_decimal(values[name], name, above=ZERO)
    for name in ("price", "fees", "taxes", "cost", "cost_pct"):
        if name in values:
            values[name] = read_decimal(values[name], name, minimum=ZERO)
    if "ratio" in values:
        values["ratio"] = read_ratio(values["ratio"])
    if "price" in values:  # either of the two says what was paid
        values.setdefault("cost", None)
    elif "cost" in values:
        values["price"] = ZERO
    return replace(row, **values)


def _read_place(cursor: str) -> tuple[date, str]:
    day, row_id = read_cursor(cursor, "day", "id")
    try:
        return date.fromisoformat(day), row_id
    except ValueError:
        raise InvalidInput("cursor", "cursor must be one that a list gave.", code="not_a_cursor") from None
