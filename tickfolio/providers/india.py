"""The day in India, by which funds and exchanges there publish."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")
_END_OF_DAY = time(23)


def day_in_india(instant: datetime) -> date:
    """The calendar day of an instant in India."""
    return instant.astimezone(INDIA).date()


def end_of_day(day: date, now: datetime) -> datetime:
    """When a day's one price was true: at its end, 23:00 in India, or now while that day still lasts; in UTC.

    So it is never older than any price of that day's session, even one in the evening.
    """
    end = datetime.combine(day, _END_OF_DAY, INDIA).astimezone(UTC)
    return min(end, now) if day == day_in_india(now) else end
