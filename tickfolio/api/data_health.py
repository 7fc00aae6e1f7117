"""Routes of data health: what is wrong with the prices behind a value, and settling a price that is held back."""

from typing import Any, cast

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
from tickfolio.reports.summary import Timing, describe_price, write_instant
from tickfolio.services import data_health
from tickfolio.services.held_prices import settle_held_price
from tickfolio.services.verdicts import load_verdicts

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

    The administrator's alone, but for one's own instrument. A source that says a dropped price again is not believed;
    another one that says so has it held again. What was dropped may be accepted after all, until a newer price comes.
    """
    with desk.database.transaction() as tx:
        instrument = settle_held_price(tx, desk.world, principal.user, instrument_id, accept=body.accept)
        return load_detail(tx, instrument, desk.options.interval_minutes)


@router.get("/instruments/{instrument_id}/verdicts", responses=documented(401, 403, 404, 503))
def list_verdicts(instrument_id: PathId, principal: SignedIn, desk: DeskHere) -> shapes.Verdicts:
    """What the gate said of each source's prices of an instrument; the administrator's, but for one's own."""
    with desk.database.reading() as tx:
        instrument, rows = load_verdicts(tx, principal.user, instrument_id)
    return shapes.Verdicts(
        instrument=show_instrument(instrument),
        items=[
            shapes.Verdict(
                source=row.source,
                verdict=cast("Any", row.verdict),
                reason=row.reason,
                price=row.price,
                currency=row.currency,
                as_of=write_instant(row.as_of),
                first_at=write_instant(row.first_at) or "",
                judged_at=write_instant(row.judged_at) or "",
                count=row.count,
            )
            for row in rows
        ],
    )


def _show(health: data_health.DataHealth) -> shapes.DataHealth:
    timing = health.timing
    return shapes.DataHealth(
        currency=health.currency,
        value=write_known(health.value),
        fresh_value=write_known(health.fresh_value),
        fresh_pct=write_known(health.fresh_pct),
        held=[_show_held(one, timing) for one in health.held],
        refused=[_show_refused(one, timing) for one in health.refused],
        stale=[
            shapes.OldPrice(
                **_describe(one.item, timing),
                stale_at=write_instant(one.stale_at) or "",
                failures=_show_failures(health, one.item),
            )
            for one in health.stale
        ],
        unpriced=[_show_incomplete(one, health) for one in health.unpriced],
        without_cost=[_show_incomplete(one, health) for one in health.without_cost],
        missing_history=[_show_missing(one, timing) for one in health.missing_history],
        last_run=None if health.last_run is None else show_run(health.last_run),
        next_refresh_at=write_instant(health.timing.next_refresh_at) or "",
    )


def _describe(item: data_health.Item, timing: Timing) -> dict[str, Any]:
    """What every item has."""
    value = item.value
    price = None
    if value.price is not None and value.status is not None:
        price = Price(
            **describe_price(
                value.instrument.exchange, value.price, value.status, timing.interval_minutes, timing.calendar
            )
        )
    return {
        "holding_id": item.holding_id,
        "portfolio_id": item.portfolio_id,
        "instrument": show_instrument(value.instrument),
        "last_price": write_known(value.last_price),
        "current_value": write_known(value.current_value),
        "price": price,
    }


def _show_held(one: data_health.HeldItem, timing: Timing) -> shapes.HeldBack:
    likeness = one.likeness
    ratio = None if likeness is None else likeness.ratio
    return shapes.HeldBack(
        **_describe(one.item, timing),
        held_price=write_decimal(one.held.price),
        held_as_of=write_instant(one.held.as_of) or "",
        held_source=one.held.source,
        reason=one.held.reason,
        ratio=write_known(one.ratio),
        looks_like=None if likeness is None else likeness.kind.value,
        split_ratio=None if ratio is None else write_ratio(ratio),
        may_settle=one.may_settle,
    )


def _show_refused(one: data_health.RefusedItem, timing: Timing) -> shapes.Refused:
    said = one.verdict
    return shapes.Refused(
        **_describe(one.item, timing),
        source=said.source,
        reason=said.reason or "",
        told=said.price,
        told_currency=said.currency,
        since=write_instant(said.first_at) or "",
        count=said.count,
        may_accept=one.may_accept,
    )


def _show_incomplete(one: data_health.IncompleteItem, health: data_health.DataHealth) -> shapes.Incomplete:
    return shapes.Incomplete(
        **_describe(one.item, health.timing),
        reason=one.gap.reason.value,
        remedy=one.gap.mend,
        failures=_show_failures(health, one.item),
    )


def _show_failures(health: data_health.DataHealth, item: data_health.Item) -> list[shapes.SourceFailure]:
    """What the sources gave since the price that there is."""
    price = item.value.price
    return [
        shapes.SourceFailure(
            source=one.source, failure=one.reason, since=write_instant(one.first_at) or "", count=one.count
        )
        for one in health.failures.get(item.value.instrument.id, ())
        if price is None or one.judged_at >= price.last_updated_at
    ]


def _show_missing(one: data_health.MissingHistoryItem, timing: Timing) -> shapes.MissingHistory:
    return shapes.MissingHistory(
        **_describe(one.item, timing),
        since=one.since,
        first_close_on=one.first_close_on,
        days=sum(gap.days for gap in one.gaps),
        gaps=[shapes.HistoryGap(first_on=gap.first_on, last_on=gap.last_on, days=gap.days) for gap in one.gaps],
    )
