"""Postings: an inverted index from keys to passages and frequencies, as plain arrays on disk."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.storage.files import read_array, write_array
from index.storage.vocabulary import Vocabulary, stretches

# Keys of passages sorted per run. Bounds the memory: 8 bytes for each, a few times over.
_CHUNK = 1 << 22
# The sort key is one integer: a key, 31 bits for the row and 16 for the count.
_ROW_BITS, _COUNT_BITS = 31, 16
_MOST = (1 << _COUNT_BITS) - 1
_KEYS_IN_CHUNK = 1 << (64 - _ROW_BITS - _COUNT_BITS)


@dataclass(frozen=True, eq=False)
class Posting:
    """The posting of one key: the passages that contain it.

    Attributes:
        rows: (n,) int32, ascending.
        counts: (n,) uint16, its frequency in each, capped at 65,535.
    """

    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]

    def counts_in(self, rows: NDArray[np.integer]) -> NDArray[np.uint16]:
        """(len(rows),) the key's frequency in each of these passages; fastest if rows are ascending."""
        places = self.rows.searchsorted(rows.astype(np.int32, copy=False))
        counts: NDArray[np.uint16] = self.counts.take(places, mode="clip")
        counts *= self.rows.take(places, mode="clip") == rows
        return counts


@dataclass(frozen=True)
class Frequencies:
    """A whole collection's frequencies, for postings that cover only some of its passages.

    Attributes:
        passages: number of passages in the collection.
        keys: total number of keys in its passages, with repetitions.
        found: the number of passages that contain each key; 0 for a missing key.
    """

    passages: int
    keys: int
    found: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Postings:
    """The postings of every key of a collection: a vocabulary, and one slice of `rows` per key.

    Attributes:
        keys: the distinct keys.
        starts: (keys + 1,) int64, the offset of each key's posting, and the end of the last.
        rows: int32, the passages of each key's posting, ascending.
        counts: uint16, the key's frequency in each of them.
        lengths: (passages,) int32, the number of keys in each passage, with repetitions.
    """

    keys: Vocabulary
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    @classmethod
    def of(cls, passages: Iterable[Iterable[str]]) -> Postings:
        """The postings of these passages, each given by its keys."""
        builder = PostingsBuilder()
        for keys in passages:
            builder.add(keys)
        return builder.build()

    def save(self, folder: Path, name: str) -> None:
        """Writes six files, `name.*.npy`."""
        self.keys.save(folder, f"{name}.keys")
        for part in ("starts", "rows", "counts", "lengths"):
            write_array(folder / f"{name}.{part}.npy", getattr(self, part))

    @classmethod
    def load(cls, folder: Path, name: str) -> Postings:
        """Memory-maps what `save` wrote."""
        parts = ("starts", "rows", "counts", "lengths")
        arrays = (read_array(folder / f"{name}.{part}.npy", mapped=True) for part in parts)
        return cls(Vocabulary.load(folder, f"{name}.keys"), *arrays)

    def find(self, key: str) -> Posting | None:
        """A key's posting; None if no passage has it."""
        number = self.keys.find(key)
        if number is None:
            return None
        stretch = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return Posting(self.rows[stretch], self.counts[stretch])

    def merged(self, source: NDArray[np.int64], added: Postings) -> Postings:
        """The postings of a collection that reuses passages of these: identical to a full rebuild.

        Processes the keys a few million postings at a time: beyond the result and a vocabulary's text
        it holds some 300 MB.

        Args:
            source: (passages,) the row here of each passage of the new collection, or -1. A row may be
                used again or not at all, in any order.
            added: the postings of those that have -1, in their order.
        """
        new_rows = np.flatnonzero(source < 0)
        old_rows = np.flatnonzero(source >= 0)
        # The new rows of each old row are a slice of `went`.
        went = old_rows[np.argsort(source[old_rows], kind="stable")]
        times = np.bincount(source[old_rows], minlength=len(self.lengths))
        lasting = self._sizes(times)
        keys, numbers, added_numbers = self.keys.merged(lasting > 0, added.keys)
        sizes = np.zeros(len(keys), np.int64)
        sizes[numbers[lasting > 0]] = lasting[lasting > 0]
        sizes[added_numbers] += np.diff(added.starts)
        starts = np.concatenate(([0], np.cumsum(sizes)))
        rows, counts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint16)
        once = np.ones(len(new_rows), np.int64)
        for first, last in _chunks(starts):
            parts = (
                self._moved(went, times, numbers, first, last),
                added._moved(new_rows, once, added_numbers, first, last),
            )
            packed = np.sort(np.concatenate(parts))
            stretch = slice(starts[first], starts[last])
            rows[stretch] = (packed >> np.uint64(_COUNT_BITS)) & np.uint64((1 << _ROW_BITS) - 1)
            counts[stretch] = packed & np.uint64(_MOST)
        lengths = np.empty(len(source), np.int32)
        lengths[old_rows], lengths[new_rows] = self.lengths[source[old_rows]], added.lengths
        return Postings(keys, starts, rows, counts, lengths)

    def _moved(
        self,
        went: NDArray[np.int64],
        times: NDArray[np.int64],
        numbers: NDArray[np.int64],
        first: int,
        last: int,
    ) -> NDArray[np.uint64]:
        """The postings of a range of keys in the new collection, each packed into one sortable integer.

        Args:
            went: the new rows of each old row, those of row 0 first.
            times: (passages,) the number of new rows per old row.
            numbers: (keys,) ascending, the keys' numbers in the new collection.
            first: the first key of the range, by its new number.
            last: one past the last key.
        """
        low, high = np.searchsorted(numbers, (first, last))
        stretch = slice(int(self.starts[low]), int(self.starts[high]))
        rows = self.rows[stretch]
        copies = times[rows]
        keys = np.repeat(numbers[low:high] - first, np.diff(self.starts[low : high + 1]))
        packed = np.repeat(keys, copies).astype(np.uint64) << np.uint64(_ROW_BITS + _COUNT_BITS)
        moved = went[stretches((np.cumsum(times) - times)[rows], copies)]
        packed |= moved.astype(np.uint64) << np.uint64(_COUNT_BITS)
        packed |= np.repeat(self.counts[stretch], copies)
        return packed

    def _sizes(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """(keys,) the length of each key's posting if each row is repeated `times` times."""
        sizes = np.zeros(len(self.keys), np.int64)
        for first, last in _chunks(self.starts):
            begin, end = self.starts[first], self.starts[last]
            sums = np.concatenate(([0], np.cumsum(times[self.rows[begin:end]])))
            sizes[first:last] = np.diff(sums[self.starts[first : last + 1] - begin])
        return sizes


class PostingsBuilder:
    """Builds postings one passage at a time.

    Holds 6 bytes for each distinct key of each passage, 12 while `build` sorts them, the vocabulary, and
    some 100 MB.
    """

    def __init__(self) -> None:
        # Keys are numbered in order of first occurrence.
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._keys = array("i")
        self._lengths = array("i")
        self._sorted: list[_Run] = []
        self._first = 0

    def add(self, keys: Iterable[str]) -> None:
        """Adds the next passage, given by its keys."""
        before = len(self._keys)
        self._keys.extend(map(self._numbers.__getitem__, keys))
        self._lengths.append(len(self._keys) - before)
        if len(self._keys) >= _CHUNK:
            self._sort()

    def build(self) -> Postings:
        """The postings of all passages. The builder is used up."""
        self._sort()
        lengths = np.array(self._lengths, np.int32)
        order = sorted(self._numbers)
        ranks = np.empty(len(order), np.int64)
        ranks[[self._numbers[key] for key in order]] = np.arange(len(order))
        self._numbers.clear()
        sizes = np.zeros(len(order), np.int64)
        for run in self._sorted:
            sizes[ranks[run.keys]] += run.sizes
        starts = np.concatenate(([0], np.cumsum(sizes)))
        free = starts[:-1].copy()
        rows, counts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint16)
        self._sorted.reverse()
        while self._sorted:
            run = self._sorted.pop()
            places = ranks[run.keys]
            at = stretches(free[places], run.sizes)
            rows[at], counts[at] = run.rows, run.counts
            free[places] += run.sizes
        return Postings(Vocabulary.of(order), starts, rows, counts, lengths)

    def _sort(self) -> None:
        """Sorts the buffered keys into a run."""
        lengths = np.array(self._lengths[self._first :], np.int64)
        rows = np.repeat(np.arange(self._first, len(self._lengths)), lengths)
        pairs = np.sort((np.array(self._keys, np.int64) << 32) | rows)
        self._keys, self._first = array("i"), len(self._lengths)
        bounds = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1], [True])))[: len(pairs) + 1]
        counts = np.minimum(np.diff(bounds), _MOST).astype(np.uint16)
        pairs = pairs[bounds[:-1]]
        keys, sizes = np.unique(pairs >> 32, return_counts=True)
        self._sorted.append(_Run(keys, sizes, (pairs & 0xFFFFFFFF).astype(np.int32), counts))


@dataclass(frozen=True, eq=False)
class _Run:
    """The postings of consecutive passages: for each key, ascending, `sizes` rows."""

    keys: NDArray[np.int64]
    sizes: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]


def _chunks(starts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yields ranges of keys with at most `_CHUNK` postings in total, or of a single key."""
    first, end = 0, len(starts) - 1
    while first < end:
        last = int(np.searchsorted(starts, starts[first] + _CHUNK, side="right")) - 1
        last = min(max(last, first + 1), first + _KEYS_IN_CHUNK, end)
        yield first, last
        first = last
