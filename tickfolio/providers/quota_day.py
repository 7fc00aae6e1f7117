"""When a day's allowance is renewed, by the source's own clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from tickfolio.providers.classify import read_http_date


def seconds_to_midnight(headers: Mapping[str, str]) -> int | None:
    """Seconds from the answer's `Date` to the next midnight in UTC, at least one; None when it has no date."""
    sent_at = read_http_date(headers.get("date", ""))
    if sent_at is None:
        return None
    try:
        midnight = datetime.combine(sent_at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    except OverflowError:
        return None
    return max(1, int((midnight - sent_at).total_seconds()))
