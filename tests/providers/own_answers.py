"""Answers of an address of one's own, read as they are at one instant."""

import json
from datetime import UTC, datetime
from typing import Any

from tickfolio.providers.own_answer import OwnFailure, OwnPrice, read_own

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
FUNDS = {
    "data": [{"code": 1, "price": "99.5"}, {"code": 2, "price": 101.25, "on": "2026-11-19"}],
    "a.b": {"net value": 7},
    "last": {"0": 8},
    "at": 1795165800,
    "deep": {"x": [[1, 2], [3, 4]]},
    "no": None,
}


def in_json(path: str, date_path: str | None = None, document: Any = FUNDS) -> OwnPrice | OwnFailure:
    """What stands there in JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_own(body, "json", path, date_path, NOW)


def in_csv(text: str, path: str, date_path: str | None = None) -> OwnPrice | OwnFailure:
    """What stands there in CSV."""
    return read_own(text.encode(), "csv", path, date_path, NOW)
