"""A sorted, memory-mapped string table with lookup by binary search."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.storage.files import read_array, write_array

# One string in every so many is kept in memory after the first lookup.
_STEP = 256


class Vocabulary:
    """Distinct strings sorted by their UTF-8 bytes; a string's number is its position in that order.

    Lookup is by bisection: some 20 steps among a million, the first 12 of them in memory.
    """

    def __init__(self, text: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        """Wraps the strings.

        Args:
            text: all of them, one after the other, in UTF-8.
            starts: (strings + 1,) byte offset of each one's start, and of the end of the last.
        """
        self.text = text
        self.starts = starts

    @classmethod
    def of(cls, strings: Iterable[str]) -> Vocabulary:
        """Builds a vocabulary from distinct, sorted strings."""
        encoded = [string.encode() for string in strings]
        starts = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(string) for string in encoded], out=starts[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), starts)

    def save(self, folder: Path, name: str) -> None:
        """Writes it as two files, `name.text.npy` and `name.starts.npy`."""
        write_array(folder / f"{name}.text.npy", self.text)
        write_array(folder / f"{name}.starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path, name: str) -> Vocabulary:
        """Memory-maps the files written by `save`."""
        text, starts = (read_array(folder / f"{name}.{part}.npy", mapped=True) for part in ("text", "starts"))
        return cls(text, starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> bytes:
        """A string in UTF-8."""
        text, starts = self._views
        return bytes(text[starts[number] : starts[number + 1]])

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview]:
        # Indexing a memoryview is several times faster than indexing an array.
        return self.text.data, self.starts.data

    def place(self, string: str) -> int:
        """The number of strings that sort before this one."""
        return self._place(string.encode())

    def find(self, string: str) -> int | None:
        """A string's number; None if it isn't in the vocabulary."""
        place = self.place(string)
        return place if place < len(self) and self[place] == string.encode() else None

    def contains(self, part: str) -> bool:
        """Whether one of the strings has this part; reads through all of them."""
        encoded = part.encode()
        for match in re.finditer(re.escape(encoded), self._views[0]):
            number = int(self.starts.searchsorted(match.start(), side="right"))
            # Else it lies across two strings.
            if match.end() <= self.starts[number]:
                return True
        return False

    def _place(self, string: bytes) -> int:
        end = bisect_left(self._sample, string) * _STEP
        low, high = max(end - _STEP, 0), min(end, len(self))
        return bisect_left(range(len(self)), string, low, high, key=self.__getitem__)

    @cached_property
    def _sample(self) -> list[bytes]:
        # Comparing strings in memory is ten times faster than reading them from disk.
        return [self[number] for number in range(0, len(self), _STEP)]

    def strings(self) -> list[str]:
        """All strings, decoded."""
        return [string.decode() for string in map(self.__getitem__, range(len(self)))]

    def merged(
        self, kept: NDArray[np.bool_], added: Vocabulary
    ) -> tuple[Vocabulary, NDArray[np.int64], NDArray[np.int64]]:
        """Merges these strings, without those dropped, with another vocabulary.

        Args:
            kept: (strings,) which of these to keep; one that is also in `added` is kept anyway.
            added: the other vocabulary.

        Returns:
            The merged vocabulary, the new number of each of these strings (of one that was dropped: that of
            the next), and the new number of each added string.
        """
        others = [added[number] for number in range(len(added))]
        places = np.array([self._place(string) for string in others], np.int64)
        found = [
            place < len(self) and self[place] == string for place, string in zip(places, others, strict=True)
        ]
        known = np.array(found, np.bool_)
        kept = kept.copy()
        kept[places[known]] = True
        new = places[~known]
        before = np.concatenate(([0], np.cumsum(kept)))  # strings kept before each position
        numbers = before[:-1] + np.searchsorted(new, np.arange(len(self)), side="right")
        added_numbers = np.empty(len(added), np.int64)
        added_numbers[known] = numbers[places[known]]
        added_numbers[~known] = before[new] + np.arange(len(new))
        # Each string is a slice of the two texts, concatenated.
        count = int(before[-1]) + len(new)
        starts, lengths = np.empty(count, np.int64), np.empty(count, np.int64)
        starts[numbers[kept]] = self.starts[:-1][kept]
        lengths[numbers[kept]] = np.diff(self.starts)[kept]
        starts[added_numbers[~known]] = added.starts[:-1][~known] + len(self.text)
        lengths[added_numbers[~known]] = np.diff(added.starts)[~known]
        text = np.concatenate((self.text, added.text))[stretches(starts, lengths)]
        ends = np.concatenate(([0], np.cumsum(lengths)))
        return Vocabulary(text, ends), numbers, added_numbers


def stretches(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions start, start + 1, ... of each range, concatenated."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    positions: NDArray[np.int64] = np.repeat(starts - (ends - lengths), lengths)
    positions += np.arange(total)
    return positions
