"""Routes of data health: what is wrong with the prices behind a value, and settling a price that is held back."""

from typing import Any

from fastapi import APIRouter

from tickfolio.api.answers import show_instrument
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.instruments import load_detail
from tickfolio.api.prices import show_run
from tickfolio.api.problems import documented
from tickfolio.api.schemas import data_health as shapes
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.ledger import InstrumentDetail, Price
from tickfolio.api.session import SignedIn
from tickfolio.domain.money import write_decimal, write_known
from tickfolio.domain.splits import write_ratio
from tickfolio.reports.summary import describe_price, write_instant
from tickfolio.services import data_health
from tickfolio.services.held_prices import settle_held_price

router = APIRouter(tags=["data health"], route_class=ExactRoute)


@router.get("/portfolios/{portfolio_id}/health", responses=documented(401, 404, 503))
def get_portfolio_health(portfolio_id: PathId, principal: SignedIn, desk: DeskHere) -> shapes.DataHealth:
    """How much of a portfolio's value stands at a fresh price, and what is to be mended, each with its reason."""
    interval = desk.options.interval_minutes
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        return _show(data_health.load_health(tx, desk.world, user, portfolio_id, interval))


@router.get("/health", responses=documented(401, 503))
def get_health(principal: SignedIn, desk: DeskHere) -> shapes.DataHealth:
    """The same of all of one's portfolios together, in the base currency."""
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        return _show(data_health.load_health_of_all(tx, desk.world, user, desk.options.interval_minutes))


@router.post(
    "/instruments/{instrument_id}/held-price", responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503)
)
def settle(
    instrument_id: PathId, body: shapes.HeldPriceDecision, principal: SignedIn, desk: DeskHere
) -> InstrumentDetail:
    """Takes the price that is held back for the last good one, or drops it.

    The administrator's alone, but for one's own instrument. A source that says a dropped price again has it held again.
    """
    with desk.database.transaction() as tx:
        instrument = settle_held_price(tx, desk.world, principal.user, instrument_id, accept=body.accept)
        return load_detail(tx, instrument, desk.options.interval_minutes)


def _show(health: data_health.DataHealth) -> shapes.DataHealth:
    interval = health.timing.interval_minutes
    return shapes.DataHealth(
        currency=health.currency,
        value=write_known(health.value),
        fresh_value=write_known(health.fresh_value),
        fresh_pct=write_known(health.fresh_pct),
        held=[_show_held(one, interval) for one in health.held],
        stale=[
            shapes.OldPrice(**_describe(one.item, interval), stale_at=write_instant(one.stale_at) or "")
            for one in health.stale
        ],
        unpriced=[_show_incomplete(one, interval) for one in health.unpriced],
        without_cost=[_show_incomplete(one, interval) for one in health.without_cost],
        missing_history=[_show_missing(one, interval) for one in health.missing_history],
        last_run=None if health.last_run is None else show_run(health.last_run),
        next_refresh_at=write_instant(health.timing.next_refresh_at) or "",
    )


def _describe(item: data_health.Item, interval_minutes: int) -> dict[str, Any]:
    """What every item has."""
    value = item.value
    price = None
    if value.price is not None and value.status is not None:
        price = Price(**describe_price(value.instrument.exchange, value.price, value.status, interval_minutes))
    return {
        "holding_id": item.holding_id,
        "portfolio_id": item.portfolio_id,
        "instrument": show_instrument(value.instrument),
        "last_price": write_known(value.last_price),
        "current_value": write_known(value.current_value),
        "price": price,
    }


def _show_held(one: data_health.HeldItem, interval_minutes: int) -> shapes.HeldBack:
    likeness = one.likeness
    ratio = None if likeness is None else likeness.ratio
    return shapes.HeldBack(
        **_describe(one.item, interval_minutes),
        held_price=write_decimal(one.held.price),
        held_as_of=write_instant(one.held.as_of) or "",
        held_source=one.held.source,
        ratio=write_known(one.ratio),
        looks_like=None if likeness is None else likeness.kind.value,
        split_ratio=None if ratio is None else write_ratio(ratio),
        may_settle=one.may_settle,
    )


def _show_incomplete(one: data_health.IncompleteItem, interval_minutes: int) -> shapes.Incomplete:
    return shapes.Incomplete(**_describe(one.item, interval_minutes), reason=one.gap.reason.value, remedy=one.gap.mend)


def _show_missing(one: data_health.MissingHistoryItem, interval_minutes: int) -> shapes.MissingHistory:
    return shapes.MissingHistory(
        **_describe(one.item, interval_minutes),
        since=one.since,
        first_close_on=one.first_close_on,
        days=sum(gap.days for gap in one.gaps),
        gaps=[shapes.HistoryGap(first_on=gap.first_on, last_on=gap.last_on, days=gap.days) for gap in one.gaps],
    )
