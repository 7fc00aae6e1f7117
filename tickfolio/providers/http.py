"""The one place that does HTTP out: GET only, no redirects, within a total deadline and a cap on the bytes."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpcore2
import httpx2

from tickfolio import __version__
from tickfolio.providers.provider import Answer, Failure, FailureKind, Request

USER_AGENT = f"Tickfolio/{__version__} (self-hosted portfolio tracker)"
CONNECT_SECONDS_MAX = 5.0
_CONNECTIONS_MAX = 4
# The library and its core log addresses and headers in full, and a key may stand in either. A filter stays where
# another library sets up logging later.
for _name in ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2"):
    logging.getLogger(_name).addFilter(lambda _: False)

# The library maps its core's errors to its own only in its own transport, so that both kinds can arrive here.
_NETWORK_ERRORS = (
    httpx2.RequestError,
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
)


# (host, port, seconds): the addresses to connect to instead of the name, so that it cannot lead elsewhere meanwhile.
# It may raise OSError when there is none, and whatever else is to reach whoever asked.
FindAddresses = Callable[[str, int, float], Sequence[str]]


class _Deadline(threading.local):
    """The instant, on the injected clock, by which the request of this thread must be over."""

    at = 0.0


class _Stream(httpcore2.NetworkStream):
    """A socket on which no single wait outlasts the deadline, so that a server cannot hold us by dripping."""

    def __init__(self, inner: httpcore2.NetworkStream, seconds_left: Callable[[float | None], float]) -> None:
        self._inner = inner
        self._seconds_left = seconds_left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._seconds_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._seconds_left(timeout))
        return _Stream(inner, self._seconds_left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Opens sockets that keep the deadline, to addresses that were found for the name where somebody finds them."""

    def __init__(self, seconds_left: Callable[[float | None], float], find: FindAddresses | None = None) -> None:
        self._inner = httpcore2.SyncBackend()
        self._seconds_left = seconds_left
        self._find = find

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        refused: Exception | None = None
        for address in self._addresses(host, port, timeout):
            try:
                seconds = self._seconds_left(timeout)
                stream = self._inner.connect_tcp(address, port, seconds, local_address, socket_options)
                return _Stream(stream, self._seconds_left)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refused = error
        raise refused or httpcore2.ConnectError("The name has no address.")

    def _addresses(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        if self._find is None:
            return (host,)
        try:
            return self._find(host, port, self._seconds_left(timeout))
        except TimeoutError:
            raise httpcore2.ConnectTimeout("The name was not resolved in time.") from None
        except OSError:
            raise httpcore2.ConnectError("The name has no address.") from None


class _Transport(httpx2.BaseTransport):
    """The library's pool on our sockets: its own transport does not let one choose them."""

    def __init__(self, seconds_left: Callable[[float | None], float], find: FindAddresses | None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=_CONNECTIONS_MAX,
            keepalive_expiry=30,
            network_backend=_Backend(seconds_left, find),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        body = _Body(cast("Iterable[bytes]", answer.stream))
        return httpx2.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    """The undecoded bytes of an answer."""

    def __init__(self, inner: Iterable[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Any:
        return iter(self._inner)

    def close(self) -> None:
        if hasattr(self._inner, "close"):
            self._inner.close()


class HttpClient:
    """Asks one host, and turns whatever goes wrong on the way into a `Failure`.

    `clock` is monotonic, in seconds. Safe to use from several threads. The environment (proxies, certificate
    files) is not read here: settings are read in one place only. `find` says which addresses stand for a name;
    without it the system does.
    """

    def __init__(self, clock: Callable[[], float], find: FindAddresses | None = None) -> None:
        self._clock = clock
        self._find = find
        self._deadline = _Deadline()
        self._lock = threading.Lock()
        self._opened: httpx2.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the next request opens new ones."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def get(self, request: Request, seconds: float | None = None) -> Answer | Failure:
        """The answer, whatever its status, or why there is none; `seconds` shortens the request's own deadline.

        Raises: what `find` raises, but for OSError.
        """
        allowed = request.deadline_seconds if seconds is None else min(seconds, request.deadline_seconds)
        self._deadline.at = self._clock() + allowed
        host = _host(request.url)
        try:
            return self._read(request, host)
        except (httpx2.TimeoutException, httpcore2.TimeoutException):
            return Failure(FailureKind.TRANSIENT, f"{host} did not answer within {allowed:g} s.")
        except _NETWORK_ERRORS as error:
            return Failure(FailureKind.TRANSIENT, f"{host}: {type(error).__name__}{_reason(error)}")
        except (httpx2.InvalidURL, httpcore2.UnsupportedProtocol, UnicodeError):
            return Failure(FailureKind.CONTRACT_CHANGED, f"{host}: the address of the request is not a URL.")

    def _read(self, request: Request, host: str) -> Answer | Failure:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **request.headers}
        timeout = httpx2.Timeout(request.deadline_seconds, connect=CONNECT_SECONDS_MAX)
        with self._client().stream("GET", request.url, headers=headers, timeout=timeout) as answer:
            body = bytearray()
            # Decoded in pieces of at most 1 MiB, so that a small bomb is seen before it is large.
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > request.bytes_max:
                    return Failure(
                        FailureKind.CONTRACT_CHANGED, f"{host} answered more than {request.bytes_max:,} bytes."
                    )
                self._seconds_left(None)
            return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, bytes(body))

    def _client(self) -> httpx2.Client:
        # Made at the first request, because reading the system's certificates takes long at start-up.
        with self._lock:
            if self._opened is None:
                self._opened = httpx2.Client(
                    transport=_Transport(self._seconds_left, self._find), follow_redirects=False, trust_env=False
                )
            return self._opened

    def _seconds_left(self, timeout: float | None) -> float:
        left = self._deadline.at - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("The deadline is over.")
        return left if timeout is None else min(left, timeout)


def _host(url: str) -> str:
    """The host of a URL, for messages: the rest may hold a key."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def _reason(error: Exception) -> str:
    """What the system said, in one short line; the library's messages name hosts, never queries."""
    text = " ".join(str(error).split())
    return f": {text[:120]}" if text else ""
