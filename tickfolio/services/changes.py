"""What every change of somebody's portfolio has in common: whose version, and who is told."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tickfolio.cache.events import Event
from tickfolio.domain.errors import InvalidInput, VersionMismatch
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.portfolios import Portfolio

FIRST_DAY = date(1900, 1, 1)


def require_version(what: str, version: int, expected: int) -> None:
    """Raises VersionMismatch unless the caller changes what it has seen."""
    if version != expected:
        raise VersionMismatch(f"This {what} was changed meanwhile: it is version {version}, not {expected}.")


def raise_version(tx: Tx, world: World, portfolio: Portfolio) -> None:
    """The portfolio's content changed: its version rises in this transaction, and its owner's pages hear of it."""
    tx.portfolios.change(portfolio)
    tell_owner(tx, world, portfolio)


def tell_owner(tx: Tx, world: World, portfolio: Portfolio) -> None:
    """Once the change is in the database, the owner's open pages hear of it."""
    event = Event("portfolio.changed", portfolio.user_id, {"portfolio_id": portfolio.id})
    tx.after_commit(lambda: world.publish(event))


def check_day(day: date, field: str, world: World) -> None:
    """Raises InvalidInput for a day before 1900, or one that has begun nowhere on earth yet."""
    if day < FIRST_DAY:
        raise InvalidInput(field, f"{field} must not be before {FIRST_DAY.isoformat()}.", code="too_early")
    if day > (world.now() + timedelta(hours=14)).date():
        raise InvalidInput(field, f"{field} must not be in the future.", code="in_the_future")


def today_at(exchange: str, world: World) -> date:
    """Today by the calendar of an exchange's place, where its trades are dated."""
    known = EXCHANGES.get(exchange)
    return world.now().astimezone(ZoneInfo(known.zone if known else "UTC")).date()
