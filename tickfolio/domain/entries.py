"""Entries: what a ledger came to, one value after the other, made into values with names when somebody first looks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar, overload

V_co = TypeVar("V_co", covariant=True)


class Entries(Sequence[V_co]):
    """A tuple of `count` values that `make` makes when one is first read: most readers of a book want its sums alone.

    It equals the tuple of the same values, and cannot be changed.
    """

    __slots__ = ("_count", "_make", "_values")

    def __init__(self, count: int, make: Callable[[], Iterable[V_co]]) -> None:
        self._count = count
        self._make = make
        self._values: tuple[V_co, ...] | None = None

    @property
    def values(self) -> tuple[V_co, ...]:
        """All of them."""
        if self._values is None:
            self._values = tuple(self._make())
        return self._values

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[V_co]:
        return iter(self.values)

    @overload
    def __getitem__(self, key: int) -> V_co: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[V_co, ...]: ...
    def __getitem__(self, key: int | slice) -> V_co | tuple[V_co, ...]:
        return self.values[key]

    def __eq__(self, other: object) -> bool:
        return self.values == (other.values if isinstance(other, Entries) else other)

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return repr(self.values)
