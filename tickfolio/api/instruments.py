"""Routes of instruments: search as one types, one in detail, its price history."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from tickfolio.api.answers import Cursor, Limit, read_cursor, show_instrument, write_cursor
from tickfolio.api.desk import DeskHere
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Page, PathId
from tickfolio.api.schemas.ledger import InstrumentDetail, InstrumentFound, InstrumentsFound, Price, PricePoint
from tickfolio.api.session import SignedIn
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.money import write_decimal
from tickfolio.domain.prices import PriceStatus
from tickfolio.reports.summary import describe_price, write_instant
from tickfolio.services.search import Found, search_instruments

router = APIRouter(tags=["instruments"])


@router.get("/instruments", responses=documented(401, 422, 503))
def search(
    principal: SignedIn,
    desk: DeskHere,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> InstrumentsFound:
    """Instruments by symbol, name, ISIN or AMFI code, best first."""
    found, unreachable = search_instruments(desk.database, desk.sources, principal.user.id, q, limit)
    return InstrumentsFound(items=[_show_found(one) for one in found], unreachable=list(unreachable))


@router.get("/instruments/{instrument_id}", responses=documented(401, 404, 503))
def get_instrument(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> InstrumentDetail:
    """One instrument with its last good price."""
    with desk.database.reading() as tx:
        instrument = tx.instruments.load(principal.user.id, instrument_id)
        price = tx.prices.latest([instrument.id]).get(instrument.id)
        suspect = tx.prices.held([instrument.id])
    shown = show_instrument(instrument).model_dump()
    if price is None:
        return InstrumentDetail(**shown, last_price=None, previous_close=None, price=None)
    status = PriceStatus.HELD if suspect else price.status
    return InstrumentDetail(
        **shown,
        last_price=write_decimal(price.last_price),
        previous_close=None if price.previous_close is None else write_decimal(price.previous_close),
        price=Price(**describe_price(instrument.exchange, price, status, desk.options.interval_minutes)),
    )


@router.get("/instruments/{instrument_id}/prices", responses=documented(401, 404, 422, 503))
def list_prices(
    instrument_id: PathId, principal: SignedIn, desk: DeskHere, limit: Limit = 100, cursor: Cursor = None
) -> Page[PricePoint]:
    """Stored prices, newest first: 10-minute prices of the last 30 days, and a close for each day."""
    before = _read_place(cursor) if cursor else None
    with desk.database.reading() as tx:
        instrument = tx.instruments.load(principal.user.id, instrument_id)
        points = tx.prices.history(instrument.id, before=before, limit=limit + 1)
    more = None
    if len(points) > limit:
        last = points[limit - 1]
        more = write_cursor({"at": last.timestamp.isoformat(), "kind": last.kind})
    items = [
        PricePoint.model_validate(
            {"timestamp": write_instant(one.timestamp), "price": write_decimal(one.price), "kind": one.kind}
        )
        for one in points[:limit]
    ]
    return Page(items=items, next_cursor=more)


def _show_found(found: Found) -> InstrumentFound:
    one = found.instrument
    return InstrumentFound(
        id=one.id if found.stored else None,
        asset_type=one.asset_type,
        exchange=one.exchange,
        symbol=one.symbol,
        name=one.name,
        currency=one.currency or None,
        isin=one.isin,
        source=found.source,
        last_price=None if found.last_price is None else write_decimal(found.last_price),
        as_of=write_instant(found.as_of),
    )


def _read_place(cursor: str) -> tuple[datetime, str]:
    at, kind = read_cursor(cursor, "at", "kind")
    try:
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC), kind
    except (ValueError, OverflowError):  # the first and the last day of all have no place in other zones
        pass
    raise InvalidInput("cursor", "cursor must be one that a list gave.", code="not_a_cursor")
