"""From an error to its answer: the one table of HTTP statuses, by RFC 9457."""

import json
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tickfolio.api.schemas.common import Problem
from tickfolio.domain import errors

log = structlog.get_logger()

PROBLEMS: dict[type[errors.TickfolioError], int] = {
    errors.TickfolioError: 500,
    errors.InvalidInput: 422,
    errors.UnknownExchange: 422,
    errors.CurrencyMismatch: 422,
    errors.WeakPassword: 422,
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.WrongCredentials: 401,
    errors.Forbidden: 403,
    errors.AdministratorOnly: 403,
    errors.ForbiddenOrigin: 403,
    errors.SignUpClosed: 403,
    errors.TermsNotAccepted: 403,
    errors.NotPricedByHand: 403,
    errors.Conflict: 409,
    errors.EmailTaken: 409,
    errors.Oversold: 409,
    errors.NothingHeld: 409,
    errors.HoldingExists: 409,
    errors.HoldingHasTransactions: 409,
    errors.ActionExists: 409,
    errors.ProposalSettled: 409,
    errors.LaterFacts: 409,
    errors.SymbolTaken: 409,
    errors.AliasExists: 409,
    errors.OwnAccount: 409,
    errors.NoHeldPrice: 409,
    errors.SettingFixed: 409,
    errors.KeyMissing: 409,
    errors.VersionRequired: 428,
    errors.VersionMismatch: 412,
    errors.IdempotencyKeyReused: 422,
    errors.TooMany: 429,
    errors.RefreshCoolingDown: 429,
    errors.Unavailable: 503,
}

_UNAVAILABLE_RETRY_SECONDS = 5
_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}


def problem(
    status: int, code: str, detail: str, *, fields: list[dict[str, str]] | None = None, **more: Any
) -> Response:
    """An answer that says what is wrong; `more` holds facts of the one problem, as the day of an oversold sale."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": fields or [],
        **more,
    }
    return Response(json.dumps(body), status, media_type="application/problem+json")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer, for OpenAPI."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content, "model": None} for status in statuses
    }


def answer_error(error: errors.TickfolioError) -> Response:
    """The answer to an error that a caller can do something about."""
    status = PROBLEMS[type(error)]
    fields = [{"field": one.field, "code": one.code, "message": one.message} for one in error.errors]
    more: dict[str, Any] = {}
    if isinstance(error, errors.Oversold):
        more = {
            "symbol": error.symbol,
            "sold": f"{error.sold:f}",
            "held": f"{error.held:f}",
            "on": error.on.isoformat(),
        }
        field = "traded_on" if isinstance(error, errors.NothingHeld) else "quantity"
        fields = [{"field": field, "code": error.code, "message": error.message}]
    response = problem(status, error.code, error.message, fields=fields, **more)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.Unavailable):
        log.warning("database_unavailable", cause=type(error.__cause__).__name__)
        response.headers["Retry-After"] = str(_UNAVAILABLE_RETRY_SECONDS)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(app: FastAPI) -> None:
    """Every error of the application leaves as a problem."""
    app.add_exception_handler(errors.TickfolioError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem_schema() -> dict[str, Any]:
    """The JSON schema of a problem, which `documented` points to."""
    return Problem.model_json_schema(ref_template="#/components/schemas/{model}")


def _expected(_request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.TickfolioError)  # noqa: S101  # it is registered for nothing else
    return answer_error(error)


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # it is registered for nothing else
    found = error.errors()
    if any(one["loc"][:1] == ("path",) for one in found):
        return problem(404, "not_found", "No such thing.")
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, "not_json", "The body is not JSON.")
    fields = [
        {
            "field": ".".join(str(part) for part in one["loc"][1:]) or "body",
            "code": str(one["type"]),
            "message": str(one["msg"]),
        }
        for one in found
    ]
    return problem(422, errors.InvalidInput.code, "Some fields are not what they must be.", fields=fields)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for nothing else
    code = _CODES.get(error.status_code, "error")
    response = problem(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _unexpected(request: Request, error: Exception) -> Response:
    return answer_unexpected(request.method, request.url.path, error)


def answer_unexpected(method: str, path: str, error: Exception) -> Response:
    """The answer to a mistake of ours; what it was stands in the log, and never in the answer."""
    log.error("request_failed", path=path, method=method, error=type(error).__name__, exc_info=error)
    return problem(500, "internal_error", "Something went wrong on the server; nothing was half written.")
