"""What the administrator wrote down of markets: hours and days that differ from the calendar we ship."""

from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import Connection, delete, select

from tickfolio.domain.market_calendar import DayKind, Hours, SpecialDay
from tickfolio.storage.market_tables import market_days, market_hours
from tickfolio.storage.upsert import insert_or_update


class Markets:
    """Reads and writes of markets' hours and days. They belong to nobody, as the instruments do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hours(self) -> Sequence[tuple[str, Hours]]:
        """(exchange, hours from a day on), oldest first."""
        rows = self._connection.execute(select(market_hours).order_by(market_hours.c.exchange, market_hours.c.since))
        return [
            (row.exchange, Hours(row.since, time.fromisoformat(row.opens), time.fromisoformat(row.closes)))
            for row in rows
        ]

    def days(self) -> Sequence[tuple[str, SpecialDay]]:
        """(exchange, special day), oldest first."""
        rows = self._connection.execute(select(market_days).order_by(market_days.c.exchange, market_days.c.day))
        return [
            (
                row.exchange,
                SpecialDay(row.day, DayKind(row.kind), row.name, _read_time(row.opens), _read_time(row.closes)),
            )
            for row in rows
        ]

    def set_hours(self, exchange: str, hours: Hours) -> None:
        """These hours hold from their day on; what was said of that day before is overwritten."""
        row = {
            "exchange": exchange,
            "since": hours.since,
            "opens": _write_time(hours.opens),
            "closes": _write_time(hours.closes),
        }
        insert_or_update(self._connection, market_hours, [row], ("exchange", "since"))

    def set_day(self, exchange: str, day: SpecialDay) -> None:
        """The day is like this; what was said of it before is overwritten."""
        row = {
            "exchange": exchange,
            "day": day.day,
            "name": day.name,
            "kind": day.kind.value,
            "opens": _write_time(day.opens),
            "closes": _write_time(day.closes),
        }
        insert_or_update(self._connection, market_days, [row], ("exchange", "day"))

    def forget_hours(self, exchange: str, since: date) -> bool:
        """Says whether there was anything to forget."""
        m = market_hours.c
        forgotten = delete(market_hours).where(m.exchange == exchange, m.since == since)
        return self._connection.execute(forgotten).rowcount > 0

    def forget_day(self, exchange: str, day: date) -> bool:
        """Says whether there was anything to forget."""
        m = market_days.c
        return self._connection.execute(delete(market_days).where(m.exchange == exchange, m.day == day)).rowcount > 0


def _read_time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _write_time(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
