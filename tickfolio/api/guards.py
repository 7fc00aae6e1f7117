"""What stands before every route: where a request comes from, how large it is, and what every answer carries."""

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tickfolio.api.desk import ApiOptions
from tickfolio.api.problems import answer_error, problem
from tickfolio.api.session import has_bearer
from tickfolio.domain.errors import ForbiddenOrigin

log = structlog.get_logger()

BODY_SIZE_MAX = 1_000_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FIRST_PROBLEM = 400
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guards:
    """Refuses unsafe requests of other sites, bodies that are too large or not JSON; adds the headers; logs and counts.

    `observe` hears (method, status, seconds) of each request; `clock` counts seconds and never jumps.
    """

    def __init__(
        self,
        app: ASGIApp,
        options: ApiOptions,
        observe: Callable[[str, int, float], None],
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._clock = clock
        self._origin = None if options.base_url is None else _origin_of(options.base_url)
        self._observe = observe
        self._tls = (options.base_url or "").startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            refusal = self._refuse(scope)
            if refusal is not None:
                await refusal(scope, receive, send_with_headers)
            else:
                await self._app(scope, _bounded(receive), send_with_headers)
        except _TooLarge:
            await problem(413, "too_large", _TOO_LARGE)(scope, receive, send_with_headers)
        finally:
            self._observe(scope["method"], status, self._clock() - began)
            # What is read and found is counted, not told: a page asks every few seconds.
            tell = log.debug if scope["method"] in _SAFE and status < _FIRST_PROBLEM else log.info
            tell("request", method=scope["method"], path=_shown(scope["path"]), status=status)

    def _refuse(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if scope["method"] in _SAFE:
            return None
        if not has_bearer(headers) and not self._is_own(headers):
            return answer_error(ForbiddenOrigin("This request comes from another site, or does not say from where."))
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > BODY_SIZE_MAX:
            return problem(413, "too_large", _TOO_LARGE)
        has_body = length not in {"", "0"} or "transfer-encoding" in headers
        if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem(415, "not_json", "Send application/json.")
        return None

    def _is_own(self, headers: Headers) -> bool:
        """Browsers name the origin on every unsafe request; scripts elsewhere cannot fake it."""
        origin = _origin_of(headers.get("origin", ""))
        if origin is None:
            return False
        return origin == self._origin or origin[1] == headers.get("host", "").lower()

    def _add_headers(self, headers: MutableHeaders, path: str) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._tls:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if path.startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")


_TOO_LARGE = f"A request may have {BODY_SIZE_MAX:,} bytes at most."


class _TooLarge(HTTPException):
    """More body came than was announced, or than is allowed; the framework lets this kind of error through."""

    def __init__(self) -> None:
        super().__init__(413, _TOO_LARGE)


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_SIZE_MAX:
            raise _TooLarge
        return message

    return bounded


def _origin_of(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme.lower(), parts.netloc.lower()) if parts.scheme and parts.netloc else None


def _shown(path: str) -> str:
    """A path for the log: no line of it can pretend to be another."""
    return path[:200].encode("unicode_escape").decode()
