"""Routes of instruments: search as one types, one in detail, its price history, prices by hand."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from tickfolio.api.answers import Cursor, Limit, read_cursor, show_instrument, write_cursor
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.actions import PriceInput
from tickfolio.api.schemas.common import Day, Page, PathId
from tickfolio.api.schemas.ledger import (
    Closes,
    CloseSource,
    InstrumentDetail,
    InstrumentFound,
    InstrumentsFound,
    Price,
    PricePoint,
    SplitDay,
)
from tickfolio.api.session import SignedIn
from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.money import ZERO, read_decimal, write_decimal
from tickfolio.domain.prices import PriceStatus
from tickfolio.domain.splits import write_ratio
from tickfolio.reports.summary import describe_price, write_instant
from tickfolio.services.closes import load_closes
from tickfolio.services.manual_prices import remove_price, set_price
from tickfolio.services.markets import load_calendar
from tickfolio.services.search import Found, search_instruments
from tickfolio.storage import prices
from tickfolio.storage.database import Tx

router = APIRouter(tags=["instruments"], route_class=ExactRoute)


@router.get("/instruments", responses=documented(401, 422, 503))
def search(
    principal: SignedIn,
    desk: DeskHere,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> InstrumentsFound:
    """Instruments by symbol, name, ISIN or AMFI code, best first."""
    told = search_instruments(desk.database, desk.sources, principal.user.id, q, limit)
    return InstrumentsFound(
        items=[_show_found(one) for one in told.found],
        unreachable=list(told.unreachable),
        fund_house=told.fund_house,
    )


@router.get("/instruments/{instrument_id}", responses=documented(401, 404, 503))
def get_instrument(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> InstrumentDetail:
    """One instrument with its last good price."""
    with desk.database.reading() as tx:
        instrument = tx.instruments.load(principal.user.id, instrument_id)
        return load_detail(tx, instrument, desk.options.interval_minutes)


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
    return Page(items=[_show_point(one) for one in points[:limit]], next_cursor=more)


@router.get("/instruments/{instrument_id}/closes", responses=documented(401, 404, 422, 503))
def get_closes(
    instrument_id: PathId,
    principal: SignedIn,
    desk: DeskHere,
    since: Annotated[Day, Query(alias="from")] = date.min,
    until: Annotated[Day, Query(alias="to")] = date.max,
) -> Closes:
    """Every day's close in a span, oldest first, for a chart: as traded, and in units of now."""
    with desk.database.reading() as tx:
        found = load_closes(tx, principal.user.id, instrument_id, since, until)
    return Closes(
        currency=found.instrument.currency,
        days=[one.on for one in found.closes],
        closes=[write_decimal(one.close) for one in found.closes],
        adjusted=[write_decimal(one.adjusted) for one in found.closes],
        sources=[
            CloseSource(source=one.source, first=one.first, last=one.last, count=one.count) for one in found.sources
        ],
        splits=[SplitDay(date=one.on, ratio=write_ratio(one.ratio), bonus=one.is_bonus) for one in found.splits],
    )


@router.put("/instruments/{instrument_id}/prices/{date}", responses=documented(400, 401, 403, 404, 413, 415, 422, 503))
def put_price(instrument_id: PathId, date: Day, body: PriceInput, principal: SignedIn, desk: DeskHere) -> PricePoint:
    """A day's price by hand, of an instrument of one's own on exchange MANUAL; the newest is the latest price."""
    price = read_decimal(body.price, "price", above=ZERO)
    with desk.database.transaction() as tx:
        return _show_point(set_price(tx, desk.world, principal.user.id, instrument_id, date, price))


@router.delete("/instruments/{instrument_id}/prices/{date}", status_code=204, responses=documented(401, 403, 404, 503))
def delete_price(instrument_id: PathId, date: Day, principal: SignedIn, desk: DeskHere) -> None:
    """Takes a price by hand back; the one before it counts again."""
    with desk.database.transaction() as tx:
        remove_price(tx, desk.world, principal.user.id, instrument_id, date)


def load_detail(tx: Tx, instrument: Instrument, interval_minutes: int) -> InstrumentDetail:
    """An instrument that whoever asks may see, with its last good price."""
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
        price=Price(**describe_price(instrument.exchange, price, status, interval_minutes, load_calendar(tx))),
    )


def _show_point(point: prices.PricePoint) -> PricePoint:
    return PricePoint.model_validate(
        {
            "timestamp": write_instant(point.timestamp),
            "price": write_decimal(point.price),
            "kind": point.kind,
            "source": point.source,
            "fetched_at": write_instant(point.fetched_at),
        }
    )


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
        known_as=found.known_as.value if found.known_as else None,
        known_until=found.known_as.until.isoformat() if found.known_as and found.known_as.until else None,
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
