"""A server for measuring: the product as `serve` runs it, with one plain route of Starlette beside it.

`python -m bench._served FOLDER PORT`. The plain route stands behind guards like the product's, and is counted as its
requests are.
"""

import sys
import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.made import be_quiet
from tickfolio.api.desk import ApiOptions
from tickfolio.api.guards import Guards
from tickfolio.api.server import run_server
from tickfolio.main import build
from tickfolio.settings import Settings

PLAIN = "/plain"


def plain_app(folder: Path):
    """One route, the least that the web framework's lower half can do."""
    requests = Histogram("bench_seconds", "Requests", ["method", "status"], registry=CollectorRegistry())

    def observe(method: str, status: int, seconds: float):
        requests.labels(method, str(status)).observe(seconds)

    async def is_alive(_request):
        return PlainTextResponse("ok\n")

    options = ApiOptions("bench", None, (), 10, 60, folder)
    return Guards(Starlette(routes=[Route(PLAIN, is_alive)]), options, observe, time.perf_counter)


def serve(folder: Path, port: int):
    """Until a signal comes."""
    be_quiet()
    product = build(Settings(_env_file=None, data_dir=folder, providers="demo"), works=False)
    plain = plain_app(folder)

    async def app(scope, receive, send):
        await (plain if scope.get("path") == PLAIN else product.app)(scope, receive, send)

    try:
        run_server(app, "127.0.0.1", port, before_drain=product.events.close)
    finally:
        product.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
