"""The recorded answers of the sources, from the folder beside the checkout."""

import json
from pathlib import Path
from typing import Any

import pytest

from tickfolio.providers.provider import Answer

FOLDER = Path(__file__).resolve().parents[2] / "../shared/market-data/recorded"


def recorded(path: str) -> Answer:
    """A recorded answer with the status and content type of its manifest; skips the test when it is not there."""
    file = FOLDER / path
    if not file.is_file():
        pytest.skip(f"the recorded answers are not there: {FOLDER.resolve()}")
    row = next(row for row in manifest() if str(row["file"]).endswith(f"/{path}"))
    return Answer(int(row["http_status"]), {"content-type": str(row["content_type"])}, file.read_bytes())


def manifest() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text())
    return rows


def names(pattern: str) -> list[str]:
    """The recorded files that match, or one placeholder that skips."""
    return sorted(str(file.relative_to(FOLDER)) for file in FOLDER.glob(pattern)) or [f"{pattern} (none recorded)"]
