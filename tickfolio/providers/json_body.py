"""The body of an answer that should be one JSON object."""

from typing import Any

from tickfolio.providers.json_text import read_json


def read_body(body: bytes) -> dict[str, Any] | None:
    """The object, its numbers as Decimal; None when the body is anything else."""
    try:
        data = read_json(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
