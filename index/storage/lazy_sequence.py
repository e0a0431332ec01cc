"""A sequence whose items are read on access."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class LazySequence(Sequence[T], Generic[T]):
    """Items that are read on access; equal to any sequence of equal items."""

    @abstractmethod
    def read(self, position: int) -> T:
        """Reads the item at a position from 0 to the length - 1."""

    def read_all(self, positions: range) -> Sequence[T]:
        """Reads the items at some positions."""
        return tuple(map(self.read, positions))

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...
    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return self.read_all(range(*position.indices(len(self))))
        return self.read(range(len(self))[position])

    def __iter__(self) -> Iterator[T]:
        return map(self.read, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
