"""Routes of the sources of prices: which are on, how they do, and in which order they are asked."""

from fastapi import APIRouter

from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas import sources as shapes
from tickfolio.api.schemas.common import PathId
from tickfolio.api.session import SignedIn
from tickfolio.reports.summary import write_instant
from tickfolio.services import sources
from tickfolio.services.breakers import BreakerView, load_breakers
from tickfolio.services.quotas import QuotaUse, load_quotas
from tickfolio.services.source_limits import Limit, load_limits, set_limits
from tickfolio.services.source_orders import SourceOrder, list_orders, set_order
from tickfolio.services.source_records import SourceRecord, load_source_records
from tickfolio.storage.database import Tx

router = APIRouter(tags=["prices"], route_class=ExactRoute)


@router.get("/providers", responses=documented(401, 503))
def list_sources(principal: SignedIn, desk: DeskHere) -> shapes.PriceSources:
    """Every source of prices, and whether it is on."""
    del principal
    with desk.database.reading() as tx:
        return _show_sources(tx, desk)


@router.get("/providers/order", responses=documented(401, 503))
def list_source_orders(principal: SignedIn, desk: DeskHere) -> shapes.PriceSourceOrders:
    """In which order the sources are asked, by kind of instrument; the next one when one as a whole does not answer."""
    del principal
    with desk.database.reading() as tx:
        return shapes.PriceSourceOrders(items=[_show_order(one) for one in list_orders(tx, desk.sources)])


@router.put("/providers/order", responses=documented(400, 401, 403, 404, 413, 415, 422, 503))
def set_source_order(
    body: shapes.PriceSourceOrderChange, principal: SignedIn, desk: DeskHere
) -> shapes.PriceSourceOrders:
    """Chooses the order for a kind of instrument, for everybody; the administrator's alone."""
    with desk.database.transaction() as tx:
        orders = set_order(tx, desk.world, principal.user, desk.sources, body.asset_type, body.names)
    return shapes.PriceSourceOrders(items=[_show_order(one) for one in orders])


@router.patch("/providers/{name}", responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503))
def switch_source(
    name: PathId, body: shapes.PriceSourceChange, principal: SignedIn, desk: DeskHere
) -> shapes.PriceSources:
    """Switches a source on or off, for everybody; the administrator's alone."""
    with desk.database.transaction() as tx:
        sources.switch_source(
            tx, desk.world, desk.sources, principal.user, name, on=body.on, accepted=body.terms_accepted
        )
        return _show_sources(tx, desk)


@router.put("/providers/{name}/quota", responses=documented(400, 401, 403, 404, 413, 415, 422, 503))
def set_source_quota(
    name: PathId, body: shapes.PriceSourceQuotaChange, principal: SignedIn, desk: DeskHere
) -> shapes.PriceSources:
    """Says what one's plan with a source allows, in place of what we ship; the administrator's alone."""
    with desk.database.transaction() as tx:
        set_limits(tx, desk.world, principal.user, desk.sources, name, body.model_dump(exclude_unset=True))
        return _show_sources(tx, desk)


def _show_sources(tx: Tx, desk: Desk) -> shapes.PriceSources:
    now = desk.world.now()
    records, quotas = load_source_records(tx, desk.sources), load_quotas(tx, desk.sources, now)
    breakers, limits = load_breakers(tx, desk.sources.providers, now), load_limits(tx, desk.sources)
    return shapes.PriceSources(
        items=[
            shapes.PriceSource(
                name=one.name,
                label=one.label,
                on=one.on,
                fixed=one.fixed,
                terms=one.terms,
                needs_key=one.needs_key,
                state=_show_record(records[one.name]),
                breaker=_show_breaker(breakers[one.name]),
                quotas=[_show_quota(use) for use in quotas.get(one.name, ())],
                limits=[_show_limit(limit) for limit in limits.get(one.name, ())],
            )
            for one in sources.list_sources(tx, desk.sources)
        ]
    )


def _show_record(record: SourceRecord) -> shapes.PriceSourceState:
    return shapes.PriceSourceState(
        ok=record.ok,
        last_answer_at=write_instant(record.last_answer_at),
        last_failure=record.last_failure,
        failing_since=write_instant(record.failing_since),
        instruments=record.instruments,
    )


def _show_breaker(one: BreakerView) -> shapes.PriceSourceBreaker:
    return shapes.PriceSourceBreaker(
        state=one.state,
        until=write_instant(one.until),
        bound_until=write_instant(one.bound_until),
        failure=one.failure,
    )


def _show_quota(use: QuotaUse) -> shapes.PriceSourceQuota:
    window = use.window
    return shapes.PriceSourceQuota(
        span=window.span, used=use.used, allowed=window.allowed, renewed_at=write_instant(window.ends) or ""
    )


def _show_limit(one: Limit) -> shapes.PriceSourceLimit:
    return shapes.PriceSourceLimit(span=one.span, allowed=one.allowed, shipped=one.shipped, own=one.is_own)


def _show_order(one: SourceOrder) -> shapes.PriceSourceOrder:
    return shapes.PriceSourceOrder(asset_type=one.asset_type, names=list(one.names), own=one.is_own)
