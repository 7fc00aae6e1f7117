"""When a day's allowance is renewed, by the source's own clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime


def seconds_to_midnight(headers: Mapping[str, str]) -> int | None:
    """Seconds from the answer's `Date` to the next midnight in UTC, at least one; None when it has no date."""
    try:
        sent_at = parsedate_to_datetime(headers.get("date", "")).replace(tzinfo=UTC)
        midnight = datetime.combine(sent_at.date() + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return max(1, int((midnight - sent_at).total_seconds()))
