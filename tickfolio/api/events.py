"""Server-sent events: open pages hear at once that prices or a portfolio have changed. The one asynchronous route."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from tickfolio.api.desk import DeskHere
from tickfolio.api.problems import documented
from tickfolio.api.session import SignedIn
from tickfolio.cache.events import Subscription

router = APIRouter(tags=["events"])

# Proxies close what is silent for a minute; a reader that went away is noticed by then, too.
_BEAT_SECONDS = 20
_LIFE_SECONDS = 3600


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses=documented(401, 503)
    | {200: {"description": "`prices.updated` and `portfolio.changed`.", "content": {"text/event-stream": {}}}},
)
async def stream_events(principal: SignedIn, desk: DeskHere) -> StreamingResponse:
    """News for this person, until they go, for at most an hour: then the browser comes back, still signed in or not."""
    subscription = desk.events.subscribe(principal.user.id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_write(subscription), media_type="text/event-stream", headers=headers)


async def _write(subscription: Subscription) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + _LIFE_SECONDS
    try:
        yield "retry: 3000\n\n"
        while loop.time() < ends_at:
            try:
                event = await asyncio.wait_for(anext(subscription), _BEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
            except StopAsyncIteration:
                return
            else:
                yield f"event: {event.name}\ndata: {json.dumps(dict(event.data))}\n\n"
    finally:
        subscription.close()
