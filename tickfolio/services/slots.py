"""Slots: the instants, every few minutes by UTC, at which prices are refreshed."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(now: datetime, interval_minutes: int) -> datetime:
    """The slot that an instant belongs to: the last multiple of the interval."""
    interval = timedelta(minutes=interval_minutes)
    return now - (now - _EPOCH) % interval


def next_slot(now: datetime, interval_minutes: int) -> datetime:
    """The next slot after an instant."""
    return slot_of(now, interval_minutes) + timedelta(minutes=interval_minutes)
