"""The web server: it ends what never ends by itself before it waits for the rest."""

import asyncio
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

_DRAIN_SECONDS = 20


def run_server(app: ASGIApp, host: str, port: int, *, before_drain: Callable[[], None]) -> None:
    """Serves until a signal; then `before_drain` ends the streams, and requests under way finish."""
    make_server(app, host, port, before_drain=before_drain).run()


def make_server(app: ASGIApp, host: str, port: int, *, before_drain: Callable[[], None]) -> uvicorn.Server:
    """The server, not yet running; port 0 takes a free one."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose X-Forwarded-For counts is decided by our own setting
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        lifespan="off",
    )
    return _Server(config, before_drain)


class _Server(uvicorn.Server):
    """Ends the streams of news first: they would keep it waiting for ever."""

    def __init__(self, config: uvicorn.Config, before_drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_drain = before_drain

    async def shutdown(self, sockets: Any = None) -> None:
        """Called once, when a signal has come."""
        self._before_drain()
        await asyncio.sleep(0)  # the streams' tasks see their end before the server looks who is left
        await super().shutdown(sockets)
