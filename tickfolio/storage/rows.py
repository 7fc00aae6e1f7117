"""From a frozen value to the row that is stored."""

from typing import Any


def values_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots, by name, as they are: nothing is copied, since nothing can change."""
    return {name: getattr(value, name) for name in value.__slots__}
