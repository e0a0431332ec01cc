"""A snapshot: the segments of an index as they were after one change, searched as one collection.

Whatever a ranking depends on is the collection's: document frequencies, lengths, spelling and the order of
documents are computed over all segments without what was removed, so that scores and hits are those of an
index that was built at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from index.folder.manifest import Manifest
from index.folder.segment import Segment
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.dense import ROUNDING, Subset, cosines
from index.retrieval.names import NameIndex
from index.retrieval.token_codec import TokenVectors
from index.scope import Scope
from index.text.spelling import Spelling, WordForms
from index.types import Document, Passage

# In a passage's place in the collection, the bits for its place in its document.
_PASSAGE_BITS = 24
# Scopes that are kept ready to be searched.
_MOST_SELECTIONS = 4

FloatArray = NDArray[np.float32]
Rows = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Part:
    """A segment without the documents that were removed.

    Attributes:
        segment: the segment.
        removed: ascending, the numbers of documents.
        removed_rows: ascending, the rows of their passages.
        first: the row of its first passage in the snapshot.
    """

    segment: Segment
    removed: NDArray[np.int32]
    removed_rows: NDArray[np.int32]
    first: int

    @property
    def passages(self) -> int:
        """The number of its passages, without those removed."""
        return len(self.segment.places.spans) - len(self.removed_rows)

    @property
    def documents(self) -> NDArray[np.int64]:
        """The numbers of its documents, without those removed."""
        return np.delete(np.arange(len(self.segment.places.positions)), self.removed)

    def has(self, number: int) -> bool:
        """Whether a document isn't removed."""
        place = int(self.removed.searchsorted(number))
        return place == len(self.removed) or int(self.removed[place]) != number


@dataclass(frozen=True, eq=False)
class Selection:
    """The documents of a snapshot that are within a scope, ready to be searched.

    Attributes:
        documents: for each part, the numbers of its documents.
        mask: (rows,) whether each passage of the snapshot is in one of them.
        subsets: for each part, its passages in them, for dense retrieval.
    """

    documents: tuple[Rows, ...]
    mask: NDArray[np.bool_]
    subsets: tuple[Subset, ...]


class Snapshot:
    """The segments of an index. Rows of passages are numbered through them, including those removed."""

    def __init__(
        self, folder: Path, manifest: Manifest, older: Snapshot | None = None, every_byte: bool = False
    ) -> None:
        """Opens the segments.

        Args:
            folder: the index's.
            manifest: of the snapshot.
            older: a snapshot whose open segments are shared.
            every_byte: as for `Segment`.

        Raises:
            IndexDamaged: a file is missing, or isn't what was written.
            FileNotFoundError: a segment has been removed meanwhile.
        """
        self.manifest = manifest
        known = {part.segment.name: part.segment for part in (older.parts if older else ())}
        parts: list[Part] = []
        first = 0
        for entry in manifest.segments:
            segment = known.get(entry.name) or Segment(folder, entry, every_byte)
            removed = np.array(entry.removed, np.int32)
            parts.append(Part(segment, removed, segment.places.rows_of(entry.removed), first))
            first += len(segment.places.spans)
        self.parts: tuple[Part, ...] = tuple(parts)
        self._firsts = np.array([part.first for part in parts])
        self.centers = parts[0].segment.centers
        terms = [replace(part.segment.terms, removed=part.removed_rows) for part in parts]
        names = [replace(part.segment.names, removed=part.removed_rows) for part in parts]
        self.lexical = LexicalIndex(terms, order=self.order)
        self.names = NameIndex(names)
        self._selections: OrderedDict[Scope, Selection] = OrderedDict()
        self._selecting = threading.Lock()

    def within(self, scope: Scope) -> Selection:
        """The documents within a scope; those of the scopes asked for last are kept.

        Raises:
            InvalidScope: it names what the collection doesn't have, or nothing is within it.
        """
        with self._selecting:
            selection = self._selections.pop(scope, None) or self._select(scope)
            self._selections[scope] = selection
            if len(self._selections) > _MOST_SELECTIONS:
                self._selections.popitem(last=False)
        return selection

    def _select(self, scope: Scope) -> Selection:
        numbers = [part.documents for part in self.parts]
        heads = self.document_heads()
        chosen = iter(scope.chosen(head for own in heads for head in own))
        kept = tuple(own[[next(chosen) for _ in own]] for own in numbers)
        mask = np.zeros(sum(len(part.segment.places.spans) for part in self.parts), np.bool_)
        subsets = []
        for part, documents in zip(self.parts, kept, strict=True):
            rows = part.segment.places.rows_of(documents.tolist()).astype(np.int64)
            mask[part.first + rows] = True
            subsets.append(part.segment.dense.subset(rows))
        return Selection(kept, mask, tuple(subsets))

    def document_heads(self) -> list[list[dict[str, Any]]]:
        """For each part, the ids and fields of its documents without text and blocks."""
        every = [part.segment.rows.heads() for part in self.parts]
        return [
            [own[number] for number in part.documents.tolist()]
            for part, own in zip(self.parts, every, strict=True)
        ]

    def order(self, rows: Rows) -> Rows:
        """(n,) numbers that order passages as the collection does: by document, then as they are read."""

        def places(segment: Segment, own: Rows) -> Rows:
            documents = segment.places.document_of(own)
            first = segment.places.first_rows[documents]
            return np.asarray(segment.places.positions[documents] << _PASSAGE_BITS | own - first, np.int64)

        return np.asarray(self._gathered(rows, places, np.int64), np.int64)

    def arabic_shares(self, rows: Rows) -> FloatArray:
        """(n,) the share of each passage's words in Arabic script."""
        return self._gathered(rows, lambda segment, own: segment.places.arabic_shares[own], np.float32)

    def cosines(self, vector: FloatArray, rows: Rows) -> FloatArray:
        """(n,) cosines of a (dimension,) vector with these passages'."""
        vectors = self._gathered(
            rows, lambda segment, own: segment.dense.vectors[own], np.float16, len(vector)
        )
        return cosines(vectors, vector)

    def nearest(
        self, vector: FloatArray, k: int, selection: Selection | None = None
    ) -> tuple[Rows, FloatArray]:
        """The rows and cosines of the `k` passages nearest to a vector, as `DenseIndex.search`.

        Args:
            vector: of unit length.
            k: how many.
            selection: what alone is searched; everything if not given.
        """
        subsets = selection.subsets if selection else (None,) * len(self.parts)
        found = [
            part.segment.dense.promising(vector, k, part.removed_rows, subset)
            for part, subset in zip(self.parts, subsets, strict=True)
        ]
        rows = np.concatenate([part.first + own for part, (own, _) in zip(self.parts, found, strict=True)])
        nearly = np.concatenate([own for _, own in found])
        if len(rows) > k:
            rows = rows[nearly >= np.partition(nearly, len(rows) - k)[len(rows) - k] - 2 * ROUNDING]
        scores = self.cosines(vector, rows)
        best = np.lexsort((self.order(rows), -scores))[:k]
        return rows[best], scores[best]

    def records(self, rows: Rows) -> list[memoryview]:
        """The token vectors of these passages, as stored."""
        return [part.segment.late.record(row) for part, row in map(self._place, rows.tolist())]

    def tokens(self, row: int) -> TokenVectors:
        """The token vectors of the passage in a row."""
        part, own = self._place(row)
        return part.segment.late[own]

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        part, own = self._place(row)
        return part.segment.rows.passage(own)

    def row(self, passage: Passage) -> int:
        """The row of a passage.

        Raises:
            KeyError: the collection has no such passage.
        """
        found = self.find(passage.document_id)
        if found is not None:
            part, number = found
            places = part.segment.places
            first, last = places.first_rows[number : number + 2].tolist()
            row: int = first + int(places.spans[first:last, 0].searchsorted(passage.start))
            if row < last and places.spans[row, 1] == passage.end:
                return part.first + row
        raise KeyError(passage.id)

    def find(self, document_id: str) -> tuple[Part, int] | None:
        """The part with a document, and its number there; None if there is none."""
        for part in self.parts:
            number = part.segment.rows.number(document_id)
            if number is not None and part.has(number):
                return part, number
        return None

    def document(self, part: Part, number: int) -> Document:
        """A document that `find` found."""
        return part.segment.rows.document(number)

    def position(self, part: Part, number: int) -> int:
        """The place in the collection of a document that `find` found."""
        return int(part.segment.places.positions[number])

    @property
    def next_position(self) -> int:
        """The place of a document that is added."""
        return 1 + max(
            (int(part.segment.places.positions.max(initial=-1)) for part in self.parts), default=-1
        )

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, in the order of the collection."""
        return _OnDemand(self._documents, self.document)

    def documents_of(self, selection: Selection) -> Sequence[Document]:
        """The documents of a selection, in the order of the collection."""
        return _OnDemand(self._documents_at(selection.documents), self.document)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in document order, then reading order."""
        return _OnDemand(self._passages, lambda part, row: part.segment.rows.passage(row))

    def passages_of(self, selection: Selection) -> Sequence[Passage]:
        """The passages of a selection, in document order, then reading order."""
        places = self._passages_at([subset.rows for subset in selection.subsets])
        return _OnDemand(places, lambda part, row: part.segment.rows.passage(row))

    @property
    def heads(self) -> Sequence[tuple[dict[str, Any], int]]:
        """Each document's id and fields without text and blocks, and the number of its last paragraph."""

        def head(part: Part, number: int) -> tuple[dict[str, Any], int]:
            first, end = part.segment.places.first_rows[number : number + 2].tolist()
            return part.segment.rows.head(number), part.segment.rows.paragraph(end - 1) if end > first else 0

        return _OnDemand(self._documents, head)

    @property
    def word_forms(self) -> WordForms:
        """The collection's Arabic words as they are spelled."""
        return _Forms(self.parts)

    def mentions_number(self, digits: str) -> bool:
        """See `Index.mentions_number`."""
        sums: dict[str, int] = {}
        for part in self.parts:
            for term, count in part.segment.rows.numbers_with(digits):
                sums[term] = sums.get(term, 0) + count
        return any(count > 0 for count in sums.values())

    @cached_property
    def _documents(self) -> _Places:
        return self._documents_at([part.documents for part in self.parts])

    def _documents_at(self, numbers: Sequence[Rows]) -> _Places:
        """The places of documents, given by their numbers in each part."""
        order = [part.segment.places.positions[own] for part, own in zip(self.parts, numbers, strict=True)]
        return _Places(self.parts, numbers, order)

    @cached_property
    def _passages(self) -> _Places:
        return self._passages_at(
            [np.delete(np.arange(len(part.segment.places.spans)), part.removed_rows) for part in self.parts]
        )

    def _passages_at(self, numbers: Sequence[Rows]) -> _Places:
        """The places of passages, given by their rows in each part."""
        order = [self.order(part.first + rows) for part, rows in zip(self.parts, numbers, strict=True)]
        return _Places(self.parts, numbers, order)

    def _place(self, row: int) -> tuple[Part, int]:
        part = self.parts[int(self._firsts.searchsorted(row, side="right")) - 1]
        return part, row - part.first

    def _gathered(
        self, rows: Rows, read: Callable[[Segment, Rows], NDArray[Any]], kind: Any, *shape: int
    ) -> NDArray[Any]:
        """(n, *shape) what `read` returns for these rows, each asked of its own segment."""
        if len(self.parts) == 1:
            return read(self.parts[0].segment, rows)
        found = np.empty((len(rows), *shape), kind)
        numbers = self._firsts.searchsorted(rows, side="right") - 1
        for number in set(numbers.tolist()):
            inside = numbers == number
            part = self.parts[number]
            found[inside] = read(part.segment, rows[inside] - part.first)
        return found


class _Forms(WordForms):
    """The words of a collection, summed over its segments."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """See `WordForms.look_up`."""
        return self._summed(list(levels), []).words

    def is_written(self, letter: str) -> bool:
        """See `WordForms.is_written`."""
        return letter in self._summed([], [letter]).letters

    def _summed(self, forms: Sequence[str], letters: Sequence[str]) -> Spelling:
        return Spelling.summed(
            count for part in self._parts for count in part.segment.rows.counts(forms, letters)
        )


class _Places:
    """Where the items of a collection are, in its order."""

    def __init__(self, parts: Sequence[Part], numbers: Sequence[Rows], order: Sequence[Rows]) -> None:
        """Sorts them.

        Args:
            parts: of the collection.
            numbers: of the items of each part.
            order: the place of each in the collection.
        """
        in_order = np.argsort(np.concatenate(order), kind="stable")
        self._parts = parts
        self._of_part = np.repeat(np.arange(len(parts)), [len(own) for own in numbers])[in_order]
        self._numbers = np.concatenate(numbers)[in_order]

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, position: int) -> tuple[Part, int]:
        return self._parts[int(self._of_part[position])], int(self._numbers[position])


class _OnDemand(Sequence[T], Generic[T]):
    """A sequence whose items are created on access."""

    def __init__(self, places: _Places, make: Callable[[Part, int], T]) -> None:
        self._places, self._make = places, make

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...
    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return tuple(self[i] for i in range(*position.indices(len(self))))
        return self._make(*self._places[range(len(self))[position]])

    def __iter__(self) -> Iterator[T]:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
