"""Bodies read without a float: a JSON number keeps the digits that were sent."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response


class _ExactRequest(Request):
    """Reads numbers as int or Decimal; refuses NaN, Infinity, a field that comes twice, and what nests too deep."""

    async def json(self) -> Any:
        """The body. Raises: JSONDecodeError."""
        if not hasattr(self, "_exact"):
            self._exact = _read(await self.body())
        return self._exact


class ExactRoute(APIRoute):
    """A route whose body is read exactly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given an exact request."""
        plain = super().get_route_handler()

        async def exact(request: Request) -> Response:
            return await plain(_ExactRequest(request.scope, request.receive))

        return exact


def _read(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)
    except (UnicodeDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    # Which of the two was meant nobody can tell, and one of them would be lost unseen.
    if len(read) != len(pairs):
        raise ValueError("a field comes twice")
    return read
