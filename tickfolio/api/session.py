"""From a request to who asks: one function for every route, the fast one too."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from tickfolio.api.desk import ApiOptions, DeskHere
from tickfolio.domain.errors import AdministratorOnly, Unauthenticated
from tickfolio.services.accounts import Principal, find_principal
from tickfolio.services.sessions import note_use
from tickfolio.services.world import World
from tickfolio.storage.database import Tx

_TOKEN_SIZE_MAX = 200


def cookie_name(options: ApiOptions) -> str:
    """Under TLS the browser itself holds the cookie to this host (`__Host-`)."""
    return "__Host-tickfolio" if _under_tls(options) else "tickfolio"


def set_cookie(response: Response, options: ApiOptions, token: str, seconds: int) -> None:
    """Hands the session's token to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        cookie_name(options),
        token,
        max_age=seconds,
        path="/",
        secure=_under_tls(options),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, options: ApiOptions) -> None:
    """Takes the token back."""
    response.delete_cookie(cookie_name(options), path="/", secure=_under_tls(options), httponly=True, samesite="lax")


def identify(tx: Tx, world: World, options: ApiOptions, headers: Headers) -> Principal:
    """Who asks: by bearer token, else by cookie. Raises: Unauthenticated."""
    bearer = _bearer(headers)
    session = None if bearer is not None else _session_token(headers, cookie_name(options))
    principal = find_principal(tx, world.now(), session_token=session, api_token=bearer)
    if principal is None:
        raise Unauthenticated("Sign in first.")
    return principal


def has_bearer(headers: Headers) -> bool:
    """Whether the request proves itself by a token that no browser sends by itself."""
    return _bearer(headers) is not None


def client_address(scope: Scope, headers: Headers, proxies: tuple[str, ...]) -> str:
    """The address that the request came from: X-Forwarded-For counts only as far as trusted proxies wrote it."""
    client = scope.get("client")
    address = str(client[0]) if client else "unknown"
    forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
    while forwarded and _is_trusted(address, proxies):
        address = forwarded.pop()
    return address[:64]


def _require_principal(request: Request, desk: DeskHere) -> Principal:
    with desk.database.reading() as tx:
        principal = identify(tx, desk.world, desk.options, request.headers)
    note_use(desk.database, desk.world, principal)
    return principal


def _require_administrator(principal: Annotated[Principal, Depends(_require_principal)]) -> Principal:
    if not principal.user.administrator:
        raise AdministratorOnly("Only the administrator may do this.")
    return principal


def _find_address(request: Request, desk: DeskHere) -> str:
    return client_address(request.scope, request.headers, desk.options.proxies)


SignedIn = Annotated[Principal, Depends(_require_principal)]
Administrator = Annotated[Principal, Depends(_require_administrator)]
Address = Annotated[str, Depends(_find_address)]


def _under_tls(options: ApiOptions) -> bool:
    return (options.base_url or "").startswith("https://")


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip()[:_TOKEN_SIZE_MAX] if scheme.lower() == "bearer" and token.strip() else None


def _session_token(headers: Headers, name: str) -> str | None:
    # The standard library's parser gives up at the first odd cookie, which a neighbour on this host may have set.
    token = cookie_parser(headers.get("cookie", "")).get(name)
    return token[:_TOKEN_SIZE_MAX] if token else None


def _is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
        return any(ip in ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError:
        return False
