"""What many routes answer with: shapes, ETags, cursors, and the same answer to the same request."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from tickfolio.api.desk import Desk
from tickfolio.api.schemas.ledger import Holding, Instrument, Portfolio, Transaction
from tickfolio.domain import instruments as domain
from tickfolio.domain.errors import InvalidInput, VersionRequired
from tickfolio.domain.money import write_decimal, write_known
from tickfolio.domain.splits import write_ratio
from tickfolio.reports.summary import describe_instrument, write_instant
from tickfolio.services.accounts import Principal
from tickfolio.services.idempotency import Answer, answer_once
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio as PortfolioRow

_TAG_SIZE_MAX = 100
_VERSION = re.compile(r'"([0-9]{1,18})"', re.ASCII)

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[!-~]+$")
]


def _read_if_match(if_match: Annotated[str | None, Header(alias="If-Match")] = None) -> int:
    if if_match is None:
        raise VersionRequired('Say which version you change: If-Match: "<version>".')
    found = _VERSION.fullmatch(if_match[:_TAG_SIZE_MAX].strip())
    return int(found[1]) if found else -1  # a tag that nothing here ever had matches nothing


ExpectedVersion = Annotated[int, Depends(_read_if_match)]


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def write_once(
    desk: Desk,
    principal: Principal,
    key: str | None,
    request: Request,
    payload: BaseModel,
    write: Callable[[Tx], tuple[BaseModel, int | None]],
) -> Response:
    """Runs a POST in one database transaction and answers 201; the same key gets the same answer again.

    `write` gives the body and, for what can be changed later, its version.
    """

    def run(tx: Tx) -> Answer:
        body, version = write(tx)
        return Answer(201, None if version is None else etag(version), body.model_dump_json())

    same = f"{request.method} {request.url.path} {payload.model_dump_json()}".encode()
    answer = answer_once(desk.database, desk.world, principal.user.id, key, same, run)
    headers = {"ETag": answer.etag} if answer.etag else None
    return Response(answer.body, answer.status, headers, "application/json")


def write_cursor(values: Mapping[str, str]) -> str:
    """Where a list goes on, opaque to the caller."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *names: str) -> tuple[str, ...]:
    """The values that `write_cursor` wrote. Raises: InvalidInput."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        found = tuple(values[name] for name in names)
    except (ValueError, binascii.Error, KeyError, TypeError, RecursionError):
        found = ()
    if not found or not all(isinstance(one, str) and one.isprintable() and len(one) <= 64 for one in found):  # noqa: PLR2004  # longer than any id
        raise InvalidInput("cursor", "cursor must be one that a list gave.", code="not_a_cursor")
    return found


def show_portfolio(row: PortfolioRow) -> Portfolio:
    """A portfolio as the API shows it."""
    return Portfolio(
        id=row.id,
        name=row.name,
        currency=row.currency,
        cost_method=row.cost_method,
        cash_tracked=row.cash_tracked,
        charges_in_cost=row.charges_in_cost,
        version=row.version,
        created_at=write_instant(row.created_at) or "",
    )


def show_instrument(instrument: domain.Instrument) -> Instrument:
    """An instrument as the API shows it."""
    return Instrument(**describe_instrument(instrument))


def show_holding(row: HoldingRow, instrument: domain.Instrument, ledger: list[LedgerRow]) -> Holding:
    """A holding as the API shows it; `ledger` is needed only of a plain one, for its day."""
    holding = row.holding
    return Holding(
        id=row.id,
        portfolio_id=row.portfolio_id,
        instrument=show_instrument(instrument),
        quantity=write_decimal(holding.quantity),
        avg_buy_price=write_known(holding.avg_buy_price),
        invested=write_known(holding.invested),
        realised=write_known(holding.realised),
        income=write_known(holding.income),
        tax_withheld=write_known(holding.tax_withheld),
        charges=write_known(holding.charges),
        plain=row.plain,
        acquired_on=ledger[0].traded_on if row.plain and ledger else None,
        version=row.version,
    )


def show_transaction(
    row: LedgerRow, instruments: Mapping[str, domain.Instrument], held: Mapping[str, Decimal]
) -> Transaction:
    """A row of the ledger as the API shows it.

    `instruments` are those that it touches, at least; `held` are the units after each row, by its id.
    """
    return Transaction(
        id=row.id,
        portfolio_id=row.portfolio_id,
        type=row.type,
        traded_on=row.traded_on,
        instrument=show_instrument(instruments[row.instrument_id]),
        quantity=write_decimal(row.quantity),
        price=write_decimal(row.price),
        fees=write_decimal(row.fees),
        taxes=write_decimal(row.taxes),
        currency=row.currency,
        fx_rate=write_known(row.fx_rate),
        cost=write_known(row.cost),
        ratio=None if row.ratio is None else write_ratio(row.ratio),
        to_instrument=None if row.to_instrument_id is None else show_instrument(instruments[row.to_instrument_id]),
        to_quantity=write_known(row.to_quantity),
        cost_pct=write_known(row.cost_pct),
        account=row.account,
        external_id=row.external_id,
        note=row.note,
        held_after=write_known(held.get(row.id)),
        version=row.version,
        created_at=write_instant(row.created_at) or "",
    )
