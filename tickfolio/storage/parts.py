"""Ids in parts, each small enough to stand in one statement."""

from collections.abc import Iterable

_SIZE = 500


def in_parts(ids: Iterable[str]) -> list[list[str]]:
    """Each id once, in order."""
    wanted = sorted(set(ids))
    return [wanted[start : start + _SIZE] for start in range(0, len(wanted), _SIZE)]
