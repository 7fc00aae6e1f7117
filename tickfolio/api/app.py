"""The HTTP application, put together."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from tickfolio.api import (
    action_desk,
    aliases,
    corporate_actions,
    data_health,
    events,
    health,
    histories,
    holdings,
    instruments,
    lots,
    markets,
    own_sources,
    people,
    performance,
    portfolios,
    prices,
    problems,
    receipts,
    sessions,
    sources,
    suggested_dividends,
    transactions,
)
from tickfolio.api.desk import Desk
from tickfolio.api.fast_summary import FastSummary
from tickfolio.api.guards import Guards
from tickfolio.api.pages import Pages

API = "/api/v1"
_COMPRESSED_FROM_BYTES = 1_000


def make_routes() -> FastAPI:
    """Every documented route; it serves nothing until `make_app` gives it a desk."""
    app = FastAPI(
        title="Tickfolio",
        version="1",
        description="What a portfolio is worth, what it has made, and since when that is true. Decimals are strings.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api = APIRouter(prefix=API)
    records = (people, sessions, portfolios, holdings, lots, transactions, performance, receipts)
    shared = (
        instruments,
        own_sources,
        aliases,
        corporate_actions,
        suggested_dividends,
        action_desk,
        prices,
        sources,
        histories,
        data_health,
        markets,
        events,
    )
    for room in (*records, *shared):
        api.include_router(room.router)
    app.include_router(api)
    app.include_router(health.router)
    problems.install(app)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]  # the framework's own way to add to it
    return app


def make_app(desk: Desk, observe: Callable[[str, int, float], None], clock: Callable[[], float]) -> ASGIApp:
    """The application with everything it works with; pages come last, so that no page hides a route."""
    app = make_routes()
    app.state.desk = desk
    # Whatever no route knows at all is a page; a known path with another method stays a 405.
    # They are compressed here, so that a phone is served well without a proxy, too.
    app.router.default = GZipMiddleware(Pages(desk.options.pages), minimum_size=_COMPRESSED_FROM_BYTES)
    return Guards(FastSummary(app, desk), desk.options, observe, clock)


_WAYS_IN = {
    "session": {"type": "apiKey", "in": "cookie", "name": "tickfolio", "description": "`__Host-tickfolio` under TLS."},
    "token": {"type": "http", "scheme": "bearer"},
}


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """What holds for every route alike: who may ask, and what is refused before a route is reached."""
    if method != "get":
        for status, answer in problems.documented(403, 413, 415).items():
            told = {"description": answer["description"], "content": answer["content"]}
            operation["responses"].setdefault(str(status), told)
    is_signing_in = (path, method) == (f"{API}/session", "post")
    if path.startswith(API) and "401" in operation["responses"] and not is_signing_in:
        operation["security"] = [{name: []} for name in _WAYS_IN]


def _describe(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        described = problems.problem_schema()
        schemas.update(described.pop("$defs", {}))
        schemas["Problem"] = described
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _drop_unsaid(schema)
        schema["components"]["securitySchemes"] = _WAYS_IN
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _complete(path, method, operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _drop_unsaid(schema: dict[str, Any]) -> None:
    """The framework adds a 422 of its own wherever a route has parameters; ours are problems, and said by the route."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            answer = operation["responses"].get("422")
            if answer is not None and "application/problem+json" not in answer.get("content", {}):
                del operation["responses"]["422"]
