"""Routes of markets: when each is open, and what the administrator knows better than the calendar we ship."""

from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Path

from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas import markets as shapes
from tickfolio.api.schemas.common import Day
from tickfolio.api.session import Administrator, SignedIn
from tickfolio.domain.market_calendar import DayKind, Hours, SpecialDay
from tickfolio.reports.summary import write_instant
from tickfolio.services import markets
from tickfolio.storage.database import Tx

router = APIRouter(tags=["markets"], route_class=ExactRoute)
ExchangeCode = Annotated[str, Path(pattern="^[A-Z_]{1,20}$")]
_WRITE = (400, 401, 403, 404, 413, 415, 422, 503)


@router.get("/markets", responses=documented(401, 503))
def list_markets(principal: SignedIn, desk: DeskHere) -> shapes.Markets:
    """Every market that has a clock: open or not, its hours, and the special days to come."""
    del principal
    with desk.database.reading() as tx:
        return _show_all(tx, desk)


@router.put("/markets/{exchange}/days/{day}", responses=documented(*_WRITE))
def put_day(
    exchange: ExchangeCode, day: Day, body: shapes.MarketDayInput, principal: Administrator, desk: DeskHere
) -> shapes.Markets:
    """Writes down what a day of a market is, in place of what the calendar has. The administrator's alone."""
    special = SpecialDay(day, DayKind(body.kind), body.name, _read_time(body.opens), _read_time(body.closes))
    with desk.database.transaction() as tx:
        markets.set_day(tx, desk.world, principal.user, exchange, special)
        return _show_all(tx, desk)


@router.delete("/markets/{exchange}/days/{day}", responses=documented(401, 403, 404, 503))
def delete_day(exchange: ExchangeCode, day: Day, principal: Administrator, desk: DeskHere) -> shapes.Markets:
    """Takes back what was written down of a day; the calendar we ship counts again."""
    with desk.database.transaction() as tx:
        markets.remove_day(tx, desk.world, principal.user, exchange, day)
        return _show_all(tx, desk)


@router.put("/markets/{exchange}/hours", responses=documented(*_WRITE))
def put_hours(
    exchange: ExchangeCode, body: shapes.MarketHoursInput, principal: Administrator, desk: DeskHere
) -> shapes.Markets:
    """The ordinary hours of a market from a day on."""
    hours = Hours(body.since, time.fromisoformat(body.opens), time.fromisoformat(body.closes))
    with desk.database.transaction() as tx:
        markets.set_hours(tx, desk.world, principal.user, exchange, hours)
        return _show_all(tx, desk)


@router.delete("/markets/{exchange}/hours/{since}", responses=documented(401, 403, 404, 503))
def delete_hours(exchange: ExchangeCode, since: Day, principal: Administrator, desk: DeskHere) -> shapes.Markets:
    """Takes back hours that were written down from a day on."""
    with desk.database.transaction() as tx:
        markets.remove_hours(tx, desk.world, principal.user, exchange, since)
        return _show_all(tx, desk)


def _show_all(tx: Tx, desk: Desk) -> shapes.Markets:
    return shapes.Markets(items=[_show(one) for one in markets.list_markets(tx, desk.world.now())])


def _show(market: markets.Market) -> shapes.Market:
    return shapes.Market(
        exchange=market.exchange.code,
        name=market.exchange.name,
        zone=market.exchange.zone,
        today=market.today,
        open=market.open,
        opens_at=write_instant(market.opens_at),
        closes_at=write_instant(market.closes_at),
        last_close_at=write_instant(market.last_close_at),
        hours=[
            shapes.MarketHours(
                since=None if one.hours.since == date.min else one.hours.since,
                opens=f"{one.hours.opens:%H:%M}",
                closes=f"{one.hours.closes:%H:%M}",
                own=one.is_own,
            )
            for one in market.hours
        ],
        days=[_show_day(one) for one in market.days],
        known_until=market.known_until,
    )


def _show_day(one: markets.ListedDay) -> shapes.MarketDay:
    return shapes.MarketDay(
        day=one.day.day,
        kind=one.day.kind.value,
        name=one.day.name,
        opens=_write_time(one.day.opens),
        closes=_write_time(one.day.closes),
        own=one.is_own,
    )


def _read_time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _write_time(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
