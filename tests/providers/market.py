"""A small market on 127.0.0.1 that answers like Yahoo, AMFI, the ECB, NSE, BSE and mfapi.in, as a test sets it.

    with Market() as market:
        market.set("INFY.NS", "1512.60", currency="INR", previous_close="1500.00")
        market.set_nav("120503", "112.0096", on=date(2026, 11, 20), name="Axis ELSS Tax Saver Fund")
        market.set_rate("INR", "109.0470", on=date(2026, 11, 20))
        os.environ.update(market.settings)
        market.fail("yahoo", status=429, headers={"Retry-After": "120"})
        market.restore("yahoo")
        assert market.paths("yahoo")

Prices are text and go into the answer as written, so that a test can also say "NaN", "null" or '"N/A"'.
"""

import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.providers.market_answers import Nav, Quote, Reply, chart, nav_file, rates_file, search, spark

# By a mark in the path that was asked for; all other paths are Yahoo's.
_MARKS = {"_NSE_CM_": "nse", "_BSE_CM_": "bse", "/mf/": "mfapi", "NAV": "amfi", "eurofxref": "ecb"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that the market got."""

    source: str
    path: str
    headers: Mapping[str, str]


def _clock() -> datetime:
    # The market stands outside of the product, with a clock of its own.
    return datetime.now(UTC)  # noqa: TID251  # a made market has the real time


class Market:
    """A replayed market: mutable prices, failures on demand, and a log of what was asked."""

    def __init__(self, now: Callable[[], datetime] = _clock, latency_seconds: float = 0) -> None:
        self.quotes: dict[str, Quote] = {}
        self.histories: dict[str, dict[date, str]] = {}
        self.navs: dict[str, Nav] = {}
        self.rates: dict[date, dict[str, str]] = {}
        self.files: dict[str, Reply] = {}
        self.failures: dict[str, Reply] = {}
        self.requests: list[Seen] = []
        self.latency_seconds = latency_seconds
        self._now = now
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def yahoo_url(self) -> str:
        return self.url

    @property
    def amfi_url(self) -> str:
        return f"{self.url}/spages/NAVAll.txt"

    @property
    def ecb_url(self) -> str:
        return f"{self.url}/stats/eurofxref/eurofxref-daily.xml"

    @property
    def settings(self) -> dict[str, str]:
        """The environment that makes the product take its prices here."""
        return {
            "TICKFOLIO_YAHOO_URL": self.yahoo_url,
            "TICKFOLIO_AMFI_URL": self.amfi_url,
            "TICKFOLIO_ECB_URL": self.ecb_url,
            "TICKFOLIO_NSE_URL": self.url,
            "TICKFOLIO_BSE_URL": self.url,
            "TICKFOLIO_MFAPI_URL": self.url,
        }

    def set(
        self, symbol: str, price: str, *, currency: str | None = "INR", as_of: datetime | None = None, **more: object
    ) -> None:
        """The latest price of a Yahoo symbol; `more` are the other fields of `Quote`."""
        self.quotes[symbol] = Quote(price, currency, as_of or self._now(), **more)  # type: ignore[arg-type]  # the keywords are those of Quote

    def remove(self, symbol: str) -> None:
        """Yahoo knows the symbol no more."""
        self.quotes.pop(symbol, None)

    def set_history(self, symbol: str, closes: Mapping[date, str]) -> None:
        """The daily closes of a Yahoo symbol (which must be set, too)."""
        self.histories[symbol] = dict(closes)

    def set_nav(self, code: str, nav: str, *, on: date, name: str, **more: str) -> None:
        """A row of AMFI's file; `more` are the other fields of `Nav`."""
        self.navs[code] = Nav(nav, on, name, **more)

    def set_rate(self, code: str, rate: str, *, on: date) -> None:
        """What one euro costs in a currency on a day."""
        self.rates.setdefault(on, {})[code] = rate

    def set_file(self, path: str, body: bytes, content_type: str = "text/plain") -> None:
        """What NSE, BSE or mfapi.in has under a path; it has a tag, and is not sent again to who has it."""
        self.files[path] = Reply(body, 200, content_type, {"ETag": f'"{zlib.crc32(body)}"'})

    def fail(
        self,
        source: str,
        *,
        status: int = 500,
        body: bytes | str = b"",
        content_type: str = "text/plain",
        headers: Mapping[str, str] | None = None,
        after_seconds: float = 0,
    ) -> None:
        """From now on `source` (yahoo, amfi, ecb, nse, bse or mfapi) answers this."""
        content = body.encode() if isinstance(body, str) else body
        self.failures[source] = Reply(content, status, content_type, headers or {}, after_seconds)

    def restore(self, source: str) -> None:
        """The source answers as it should again."""
        self.failures.pop(source, None)

    def paths(self, source: str) -> list[str]:
        """The paths, with their queries, that the source was asked for, in order."""
        with self._lock:
            return [seen.path for seen in self.requests if seen.source == source]

    def reply(self, path: str, headers: Mapping[str, str]) -> Reply:
        """What the market answers to one request."""
        parts = urlsplit(path)
        source = next((name for mark, name in _MARKS.items() if mark in parts.path), "yahoo")
        with self._lock:
            self.requests.append(Seen(source, path, dict(headers)))
        if source in self.failures:
            return self.failures[source]
        if source == "amfi":
            return nav_file(self.navs, headers.get("If-None-Match"))
        if source == "ecb":
            return rates_file(self.rates, daily="daily" in parts.path)
        if source != "yahoo":
            return self._file(parts.path, headers.get("If-None-Match"))
        return self._yahoo(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

    def _file(self, path: str, tag: str | None) -> Reply:
        kept = self.files.get(path, Reply(b"<html>Not Found</html>", 404, "text/html"))
        return Reply(b"", 304, headers=kept.headers) if tag and tag == kept.headers.get("ETag") else kept

    def _yahoo(self, path: str, query: Mapping[str, str]) -> Reply:
        if path.endswith("/spark"):
            return spark(self.quotes, query.get("symbols", "").split(","))
        if "/chart/" in path:
            symbol = unquote(path.rpartition("/")[2])
            return chart(symbol, self.quotes.get(symbol), self.histories.get(symbol, {}), query)
        if path.endswith("/search"):
            return search(self.quotes, query.get("q", ""))
        return Reply(b'{"finance":{"result":null,"error":{"code":"Not Found","description":"?"}}}', 404)


def _handler(market: Market) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = market.reply(self.path, self.headers)
            time.sleep(market.latency_seconds + reply.after_seconds)
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                # The asker has gone, as askers with a deadline do.
                self.close_connection = True

        def log_message(self, *_args: object) -> None:
            pass

    return Handler
