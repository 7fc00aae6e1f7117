"""Shapes of the closes of the past: how far their fetching is."""

from typing import Literal

from tickfolio.api.schemas.common import Identifier, Instant, Output


class HistoryFill(Output):
    """How the fetching of an instrument's closes stands: they are wanted from `wanted_from` on.

    `none`: nobody's ledger asks for any, or nobody but a person prices it. `closes` were found the last time, at
    `source`. `failure` is a code; it is tried again at `next_at`.
    """

    instrument_id: Identifier
    state: Literal["none", "waiting", "running", "done", "failed"]
    wanted_from: str | None
    source: str | None
    closes: int
    failure: str | None
    asked_at: Instant | None
    next_at: Instant | None


class HistoryProgress(Output):
    """How many histories are wanted on this server, and how many of them are there, wait, are at it, or failed."""

    wanted: int
    done: int
    waiting: int
    running: int
    failed: int
