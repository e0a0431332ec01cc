"""Postings: an inverted index from keys to passages and frequencies, as plain arrays.

A collection's postings are those of its segments. A key is known by its 64-bit hash, so that no vocabulary
has to be stored, searched or merged; two keys of one hash, one chance in 10^5 among ten million, are taken
for the same everywhere.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.array_types import Rows

# Keys of passages sorted, and postings merged, at a time. Bounds the memory: some 50 bytes for each.
_CHUNK = 1 << 22
_HASHES = 1 << 64
_MAX_SMALL = 1 << 16

Hashes = NDArray[np.uint64]


def hashed(keys: Collection[str]) -> Hashes:
    """(keys,) the first 8 bytes of each key's BLAKE2b hash."""
    digests = b"".join([hashlib.blake2b(key.encode(), digest_size=8).digest() for key in keys])
    return np.frombuffer(digests, "<u8")


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
    """The postings of every key of a segment: for each key one slice of `rows` and `codes`.

    What a key weighs in a passage depends on its frequency and on the passage's length, of which there are a
    few hundred pairs in any collection: a posting has the number of its pair.

    Attributes:
        keys: (keys,) the hashes of the keys, ascending.
        starts: (keys + 1,) int64, the offset of each key's posting, and the end of the last.
        rows: int32, the passages of each key's posting, ascending.
        codes: uint16 or uint32, the number of each posting's pair.
        pairs: (pairs, 2) int32: a frequency, and the number of keys in a passage, with repetitions.
        lengths: (passages,) int32, the number of keys in each passage, with repetitions.
        removed: int32, ascending: passages that don't count any more.
    """

    keys: Hashes
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    codes: NDArray[np.unsignedinteger]
    pairs: NDArray[np.int32]
    lengths: NDArray[np.int32]
    removed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    @classmethod
    def of(cls, passages: Iterable[Iterable[str]]) -> Postings:
        """The postings of these passages, each given by its keys."""
        builder = PostingsBuilder()
        for keys in passages:
            builder.add(keys)
        return builder.build()

    @classmethod
    def counted(cls, keys: Hashes, rows: Rows, counts: Rows, lengths: NDArray[np.int32]) -> Postings:
        """The postings of passages whose keys are counted.

        Args:
            keys: (n,) a key of each posting.
            rows: (n,) its passage.
            counts: (n,) its frequency there.
            lengths: (passages,) the number of keys in each passage, with repetitions.
        """
        distinct, ranks = np.unique(keys, return_inverse=True)
        order = np.argsort(ranks << 32 | rows)
        rows, packed = rows[order], (counts << 32 | lengths[rows])[order]
        pairs, codes = np.unique(packed, return_inverse=True)
        starts = np.concatenate(([0], np.cumsum(np.bincount(ranks, minlength=len(distinct)))))
        return cls(
            distinct,
            starts.astype(np.int64),
            rows.astype(np.int32),
            codes=codes.astype(_code_type(len(pairs))),
            pairs=_unpacked(pairs),
            lengths=lengths,
        )

    @classmethod
    def merged(cls, sources: Sequence[tuple[Postings, Rows]]) -> Postings:
        """The postings of a segment that takes over passages of others: identical to a full rebuild.

        Args:
            sources: postings, and the new row of each of their passages; negative where it is left out.
                The new rows are 0, 1, 2 ..., in any order.
        """
        count = sum(int((moved >= 0).sum()) for _, moved in sources)
        lengths = np.empty(count, np.int32)
        for source, moved in sources:
            lengths[moved[moved >= 0]] = source.lengths[moved >= 0]
        packed = [_packed(source.pairs) for source, _ in sources]
        pairs = np.unique(np.concatenate([np.zeros(0, np.int64), *packed]))
        recoded = [np.searchsorted(pairs, codes) for codes in packed]
        # An upper bound: memory that isn't written to isn't taken.
        size = sum(len(source.rows) for source, _ in sources)
        rows, codes, end = np.empty(size, np.int32), np.empty(size, _code_type(len(pairs))), 0
        keys, sizes = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)]
        bounds = _bounds(-(-size // _CHUNK))
        cuts = [[0, *source.keys.searchsorted(bounds).tolist(), len(source.keys)] for source, _ in sources]
        for i in range(len(bounds) + 1):
            chunks = [
                source._moved(moved, code, slice(cut[i], cut[i + 1]))
                for (source, moved), code, cut in zip(sources, recoded, cuts, strict=True)
            ]
            of_keys, of_rows, of_codes = map(np.concatenate, zip(*chunks, strict=True))
            distinct, ranks = np.unique(of_keys, return_inverse=True)
            # Each source's part is in order already, so that a stable sort merges them.
            order = np.argsort(ranks << 32 | of_rows, kind="stable")
            place = slice(end, end + len(order))
            rows[place], codes[place], end = of_rows[order], of_codes[order], place.stop
            keys.append(distinct)
            sizes.append(np.bincount(ranks, minlength=len(distinct)))
        used = np.bincount(codes[:end], minlength=len(pairs)) > 0
        fewer = (np.cumsum(used) - 1).astype(_code_type(int(used.sum())))
        return cls(
            np.concatenate(keys),
            np.cumsum(np.concatenate(sizes)),
            rows[:end],
            codes=fewer[codes[:end]],
            pairs=_unpacked(pairs[used]),
            lengths=lengths,
        )

    def _moved(
        self, moved: Rows, recoded: NDArray[np.int64], numbers: slice
    ) -> tuple[Hashes, Rows, NDArray[np.int64]]:
        """Keys, new rows and new codes of the postings of a range of keys, without those left out."""
        starts = self.starts[numbers.start : numbers.stop + 1]
        place = slice(int(starts[0]), int(starts[-1]))
        rows = moved[self.rows[place]]
        kept = rows >= 0
        keys = np.repeat(self.keys[numbers], np.diff(starts))
        return keys[kept], rows[kept], recoded[self.codes[place]][kept]

    def find(self, hashes: Hashes) -> list[slice]:
        """Where the posting of each of these keys is: an empty slice if no passage has it."""
        if not len(self.keys):
            return [slice(0, 0)] * len(hashes)
        places = self.keys.searchsorted(hashes)
        known = self.keys.take(places, mode="clip") == hashes
        starts, ends = self.starts.take(places), self.starts.take(places + 1, mode="clip")
        return list(map(slice, (starts * known).tolist(), (ends * known).tolist()))

    def removed_from(self, places: Sequence[slice]) -> Rows:
        """(n,) how many removed passages are in each of some postings that `find` found."""
        counts = np.zeros(len(places), np.int64)
        for number, place in enumerate(places):
            few, many = sorted((self.rows[place], self.removed), key=len)
            if len(few):
                at = many.searchsorted(few)
                counts[number] = np.count_nonzero(many.take(at, mode="clip") == few)
        return counts

    def holds(self, place: slice, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(len(rows),) whether each of these passages is in a posting that `find` found."""
        posting = self.rows[place]
        if not len(posting):
            return np.zeros(len(rows), np.bool_)
        return np.asarray(posting.take(posting.searchsorted(rows), mode="clip") == rows)


class Lookup:
    """The postings of some keys in each of a collection's segments.

    Attributes:
        places: for each segment, `Postings.find`.
        frequencies: for each key, the number of passages that have it.
    """

    def __init__(self, segments: Sequence[Postings], keys: Collection[str]) -> None:
        """Looks up the keys."""
        hashes = hashed(keys)
        self.places = [postings.find(hashes) for postings in segments]
        counts = np.zeros(len(keys), np.int64)
        for postings, places in zip(segments, self.places, strict=True):
            counts += np.array([place.stop - place.start for place in places], np.int64)
            if len(postings.removed):
                counts -= postings.removed_from(places)
        self.frequencies: list[int] = counts.tolist()


class PostingsBuilder:
    """Builds postings one passage at a time."""

    def __init__(self) -> None:
        """Begins without passages."""
        # Keys are numbered in order of first occurrence.
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._keys, self._lengths = array("i"), array("i")
        self._blocks: list[tuple[Postings, Rows]] = []
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
        return self._blocks[0][0] if len(self._blocks) == 1 else Postings.merged(self._blocks)

    def _sort(self) -> None:
        """Makes postings of the passages since the last time."""
        lengths = np.array(self._lengths, np.int32)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        pairs, counts = np.unique(np.array(self._keys, np.int64) << 32 | rows, return_counts=True)
        keys = hashed(self._numbers)[pairs >> 32]
        block = Postings.counted(keys, pairs & 0xFFFFFFFF, counts, lengths)
        self._blocks.append((block, np.arange(self._first, self._first + len(lengths))))
        self._first += len(lengths)
        self._numbers.clear()
        self._keys, self._lengths = array("i"), array("i")


def _bounds(count: int) -> Hashes:
    """The hashes that divide all of them into `count` ranges of one size."""
    return np.array([_HASHES * i // count for i in range(1, count)], np.uint64)


def _packed(pairs: NDArray[np.int32]) -> NDArray[np.int64]:
    return pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1]


def _unpacked(pairs: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.stack([pairs >> 32, pairs & 0xFFFFFFFF], axis=1).astype(np.int32)


def _code_type(pairs: int) -> type[np.unsignedinteger]:
    return np.uint16 if pairs <= _MAX_SMALL else np.uint32
