"""The summary, answered before the framework begins: it is what people look at ten times a day.

Same answer, same errors, same way of telling who asks as the documented route behind it. On the embedded database an
answer is remembered for as long as nobody has written anything at all, which one PRAGMA tells.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tickfolio.api.desk import Desk
from tickfolio.api.portfolios import answer_tagged, read_tags
from tickfolio.api.problems import answer_error, answer_unexpected
from tickfolio.api.session import identify
from tickfolio.domain.errors import TickfolioError
from tickfolio.services.summaries import Tagged, load_summary

_PATH = re.compile(r"/api/v1/portfolios/([0-9a-zA-Z-]{1,64})/summary", re.ASCII)
_REMEMBERED_MAX = 2_000


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An answer to one credential for one portfolio, and when that credential ends."""

    tagged: Tagged
    expires_at: datetime | None


class FastSummary:
    """Takes summary requests; everything else goes on to the application."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._changes: int | None = None
        self._remembered: dict[tuple[str, str, str], _Remembered] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        response = await self._respond(found[1], Headers(scope=scope))
        await response(scope, receive, send)

    async def _respond(self, portfolio_id: str, headers: Headers) -> Response:
        """Remembered, or else worked out in a thread and remembered under the count that was read before."""
        tags = read_tags(headers.get("if-none-match"))
        key = (headers.get("authorization", ""), headers.get("cookie", ""), portfolio_id)
        try:
            changes = self._desk.database.changes()
            if changes != self._changes or len(self._remembered) > _REMEMBERED_MAX:
                self._changes = changes
                self._remembered.clear()
            known = self._remembered.get(key)
            if known is None or (known.expires_at is not None and known.expires_at <= self._desk.world.now()):
                known = await to_thread.run_sync(self._load, portfolio_id, headers)
                if changes is not None and changes == self._changes:
                    self._remembered[key] = known
        except TickfolioError as error:
            return answer_error(error)
        except Exception as error:  # noqa: BLE001  # what the framework does for every other route
            return answer_unexpected("GET", f"/api/v1/portfolios/{portfolio_id}/summary", error)
        has_it = known.tagged.tag in tags
        return answer_tagged(Tagged(known.tagged.tag, None) if has_it else known.tagged)

    def _load(self, portfolio_id: str, headers: Headers) -> _Remembered:
        desk = self._desk
        with desk.database.reading() as tx:
            principal = identify(tx, desk.world, desk.options, headers)
            tagged = load_summary(desk.summaries, tx, principal.user, portfolio_id, [])
        return _Remembered(tagged, principal.expires_at)
