"""The summary, answered before the framework begins: it is what people look at ten times a day.

Same answer, same errors, same way of telling who asks as the documented route behind it.
"""

import re

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tickfolio.api.desk import Desk
from tickfolio.api.portfolios import answer_tagged, read_tags
from tickfolio.api.problems import answer_error
from tickfolio.api.session import identify
from tickfolio.domain.errors import TickfolioError
from tickfolio.services.summaries import load_summary

_PATH = re.compile(r"/api/v1/portfolios/([0-9a-zA-Z-]{1,64})/summary", re.ASCII)
_HEADER_SIZE_MAX = 1000


class FastSummary:
    """Takes summary requests; everything else goes on to the application."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        response = await to_thread.run_sync(self._answer, found[1], Headers(scope=scope))
        await response(scope, receive, send)

    def _answer(self, portfolio_id: str, headers: Headers) -> Response:
        desk = self._desk
        try:
            with desk.database.reading() as tx:
                user = identify(tx, desk.world, desk.options, headers).user
                tags = read_tags(headers.get("if-none-match", "")[:_HEADER_SIZE_MAX])
                return answer_tagged(load_summary(desk.summaries, tx, user, portfolio_id, tags, desk.world.now()))
        except TickfolioError as error:
            return answer_error(error)
