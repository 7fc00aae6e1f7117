"""Server-sent events: open pages hear at once that prices or a portfolio have changed. The one asynchronous route."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from tickfolio.api.desk import Desk, DeskHere
from tickfolio.api.problems import documented
from tickfolio.api.session import SignedIn, identify
from tickfolio.cache.events import Subscription
from tickfolio.domain.errors import Unauthenticated, Unavailable

router = APIRouter(tags=["events"])

# Proxies close what is silent for a minute; a reader that went away, or was signed out, is noticed by then, too.
# Scripts hear no comments of a stream: the beat is an event, so that a page can tell a dead line from a quiet one.
_BEAT_SECONDS = 20
_LIFE_SECONDS = 3600


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses=documented(401, 503)
    | {
        200: {
            "description": "`prices.updated` and `portfolio.changed`; `beat` while there is no news.",
            "content": {"text/event-stream": {}},
        }
    },
)
async def stream_events(principal: SignedIn, desk: DeskHere, request: Request) -> StreamingResponse:
    """News for this person until they go or are signed out, for at most an hour: then the browser comes back."""
    subscription = desk.events.subscribe(principal.user.id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    news = _write(subscription, lambda: _is_still_in(desk, request))
    return StreamingResponse(news, media_type="text/event-stream", headers=headers)


async def _write(subscription: Subscription, is_still_in: Callable[[], bool]) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    checked_at = loop.time()
    ends_at = checked_at + _LIFE_SECONDS
    try:
        yield "retry: 3000\n\n"
        while loop.time() < ends_at:
            if loop.time() - checked_at >= _BEAT_SECONDS:
                if not await to_thread.run_sync(is_still_in):
                    return
                checked_at = loop.time()
            try:
                event = await asyncio.wait_for(anext(subscription), _BEAT_SECONDS)
            except TimeoutError:
                yield "event: beat\ndata: {}\n\n"
            except StopAsyncIteration:
                return
            else:
                yield f"event: {event.name}\ndata: {json.dumps(dict(event.data))}\n\n"
    finally:
        subscription.close()


def _is_still_in(desk: Desk, request: Request) -> bool:
    try:
        with desk.database.reading() as tx:
            identify(tx, desk.world, desk.options, request.headers)
    except Unauthenticated:
        return False
    except Unavailable:
        pass  # nobody was signed out by that
    return True
