"""What the routes work with: filled by main, found on every request."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from tickfolio.cache.events import Events
from tickfolio.services.accounts import Reception
from tickfolio.services.sources import Sources
from tickfolio.services.summaries import Summaries
from tickfolio.services.world import World
from tickfolio.storage.database import Database


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """How the API answers. `base_url` decides about secure cookies and is a second allowed origin."""

    version: str
    base_url: str | None
    proxies: tuple[str, ...]
    interval_minutes: int
    cooldown_seconds: int
    pages: Path


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a route needs. `ask_for_refresh` has a run done that was written down."""

    database: Database
    world: World
    reception: Reception
    summaries: Summaries
    sources: Sources
    events: Events
    ask_for_refresh: Callable[[str], None]
    metrics: Callable[[], bytes]
    options: ApiOptions


def find_desk(request: Request) -> Desk:
    """The desk that main put there."""
    desk: Desk = request.app.state.desk
    return desk


DeskHere = Annotated[Desk, Depends(find_desk)]
