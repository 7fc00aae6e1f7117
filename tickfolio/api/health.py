"""Whether the server lives, whether it can serve, and how it does; outside /api."""

import ipaddress

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tickfolio.api.desk import DeskHere
from tickfolio.api.problems import documented
from tickfolio.api.session import has_bearer, identify
from tickfolio.domain.errors import Forbidden, Unavailable

router = APIRouter(tags=["health"])

_PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


@router.get("/healthz", responses={200: {"content": {"text/plain": {}}}}, response_class=PlainTextResponse)
async def is_alive() -> Response:
    """The process lives."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", responses=documented(503))
def is_ready(desk: DeskHere) -> JSONResponse:
    """The process can serve: its database answers."""
    with desk.database.reading() as tx:
        if not tx.server.reachable():
            raise Unavailable("The database does not answer.")
    return JSONResponse({"database": "sqlite" if desk.database.embedded else "postgresql", "ready": True})


@router.get(
    "/metrics",
    responses=documented(401, 403, 503) | {200: {"content": {"text/plain": {}}}},
    response_class=PlainTextResponse,
)
def read_metrics(request: Request, desk: DeskHere) -> Response:
    """Counts for Prometheus: to this machine, or to an administrator's API token."""
    if has_bearer(request.headers):
        with desk.database.reading() as tx:
            allowed = identify(tx, desk.world, desk.options, request.headers).user.administrator
    else:
        allowed = _is_local(request)
    if not allowed:
        raise Forbidden("Metrics are for this machine, or for an administrator's API token.")
    return Response(desk.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(request: Request) -> bool:
    """Asked by this machine itself: what a proxy on it passes on comes from elsewhere, trusted proxy or not."""
    if any(header in request.headers for header in _PASSED_ON) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
