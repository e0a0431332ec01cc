"""A snapshot: the segments of an index as they were after one change, searched as one collection.

Rankings depend on the collection as a whole: document frequencies, lengths, spelling and the order of
documents are computed over all segments without the removed documents, so that scores and hits are those of
an index built at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray, Rows
from index.folder.form_filter import FormFilters
from index.folder.manifest import Manifest
from index.folder.segment import Segment
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.dense import ROUNDING, DenseIndex, Subset, cosines
from index.retrieval.fusion import is_across
from index.retrieval.names import NameIndex
from index.retrieval.token_codec import TokenVectors
from index.scope import Scope
from index.storage.lazy_sequence import LazySequence
from index.text.spelling import Spelling, WordForms, levels
from index.types import Document, DocumentHead, Passage

# Small segments beside each other have their vectors searched as one, up to so many passages: some 6 MB are
# copied. A search of FAISS by itself takes as long as comparing some hundred passages.
_JOINED: Final = 1 << 13
# Scopes that are kept ready to be searched.
_MAX_SELECTIONS: Final = 4

T = TypeVar("T")
Number = TypeVar("Number", bound=np.generic)


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
        self.language_means = parts[0].segment.language_means
        terms = [replace(part.segment.terms, removed=part.removed_rows) for part in parts]
        names = [replace(part.segment.names, removed=part.removed_rows) for part in parts]
        self.lexical = LexicalIndex(terms, order=self.order)
        self.names = NameIndex(names)
        self._filters = FormFilters([part.segment.form_filter for part in parts])
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
            if len(self._selections) > _MAX_SELECTIONS:
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

    def document_heads(self) -> list[list[DocumentHead]]:
        """For each part, its documents without text and blocks."""
        every = [part.segment.rows.heads() for part in self.parts]
        return [
            [own[number] for number in part.documents.tolist()]
            for part, own in zip(self.parts, every, strict=True)
        ]

    def order(self, rows: Rows) -> Rows:
        """(n,) numbers that order passages as the collection does: by document, then as they are read."""
        return self._order[rows]

    def arabic_shares(self, rows: Rows) -> FloatArray:
        """(n,) the share of each passage's words in Arabic script."""
        return self._arabic_shares[rows]

    def across(self, arabic_share: float) -> NDArray[np.bool_]:
        """(rows,) whether each passage is in another script than a question with this share of Arabic."""
        return is_across(np.abs(self._arabic_shares - np.float32(arabic_share)))

    def cosines(self, vector: FloatArray, rows: Rows) -> FloatArray:
        """(n,) cosines of a (dimension,) vector with these passages'."""
        runs = self._runs
        if len(runs) == 1:
            return runs[0].dense.cosines(vector, rows)
        vectors = np.empty((len(rows), len(vector)), np.float16)
        numbers = np.array([run.first for run in runs]).searchsorted(rows, side="right") - 1
        for number in set(numbers.tolist()):
            inside = numbers == number
            vectors[inside] = runs[number].dense.vectors[rows[inside] - runs[number].first]
        return cosines(vectors, vector)

    def nearest(
        self, vector: FloatArray, k: int, selection: Selection | None = None
    ) -> tuple[Rows, FloatArray]:
        """The rows and cosines of the `k` passages nearest to a vector, as `DenseIndex.search`.

        Args:
            vector: of unit length.
            k: how many.
            selection: restricts the search to these documents; everything if not given.
        """
        if selection is None:
            firsts = [run.first for run in self._runs]
            found = [run.dense.promising(vector, k, run.removed_rows) for run in self._runs]
        else:
            firsts = [part.first for part in self.parts]
            found = [
                part.segment.dense.promising(vector, k, part.removed_rows, subset)
                for part, subset in zip(self.parts, selection.subsets, strict=True)
            ]
        rows = np.concatenate([first + own for first, (own, _) in zip(firsts, found, strict=True)])
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
    def heads(self) -> Sequence[tuple[DocumentHead, int]]:
        """Each document without text and blocks, and the number of its last paragraph."""

        def head(part: Part, number: int) -> tuple[DocumentHead, int]:
            first, end = part.segment.places.first_rows[number : number + 2].tolist()
            return part.segment.rows.head(number), part.segment.rows.paragraph(end - 1) if end > first else 0

        return _OnDemand(self._documents, head)

    @property
    def word_forms(self) -> WordForms:
        """The collection's Arabic words as they are spelled."""
        return _Forms(self.parts, self._filters)

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

    # One array each, so that a search reads them at once: 12 bytes a passage if there are several segments.
    @cached_property
    def _order(self) -> Rows:
        return _concatenated([part.segment.places.order for part in self.parts])

    @cached_property
    def _arabic_shares(self) -> FloatArray:
        return _concatenated([part.segment.places.arabic_shares for part in self.parts])

    @cached_property
    def _runs(self) -> tuple[_Run, ...]:
        runs: list[list[Part]] = []
        for part in self.parts:
            size = len(part.segment.dense)
            if not runs or sum(len(other.segment.dense) for other in runs[-1]) + size > _JOINED:
                runs.append([])
            runs[-1].append(part)
        return tuple(map(_Run.of, runs))


@dataclass(frozen=True, eq=False)
class _Run:
    """Segments one after another, whose vectors are searched as one.

    Attributes:
        first: the row of the first passage in the snapshot.
        dense: of all their passages.
        removed_rows: ascending, the rows of passages that are removed, from `first` on.
    """

    first: int
    dense: DenseIndex
    removed_rows: NDArray[np.int32]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> _Run:
        """Joins some segments."""
        first = parts[0].first
        dense = [part.segment.dense for part in parts]
        removed = _concatenated([part.first - first + part.removed_rows for part in parts])
        return cls(first, dense[0] if len(dense) == 1 else DenseIndex.joined(dense), removed)


def _concatenated(arrays: Sequence[NDArray[Number]]) -> NDArray[Number]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


class _Forms(WordForms):
    """The words of a collection, summed over its segments; for one question, whose look-ups are kept."""

    def __init__(self, parts: Sequence[Part], filters: FormFilters) -> None:
        self._parts = parts
        self._filters = filters
        self._known: dict[str, Mapping[str, tuple[int, int]]] = {}

    def apply(self, text: str) -> str:
        """See `WordForms.apply`."""
        self.look_up(levels(text))  # all at once
        return super().apply(text)

    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """See `WordForms.look_up`."""
        asked, known = list(levels), self._known
        if new := [level for level in asked if level not in known]:
            known.update({level: {} for level in new})
            known.update(self._summed(new, []).words)
        return {level: words for level in asked if (words := known[level])}

    def is_written(self, letter: str) -> bool:
        """See `WordForms.is_written`."""
        return letter in self._summed([], [letter]).letters

    def _summed(self, forms: Sequence[str], letters: Sequence[str]) -> Spelling:
        likely = self._filters.may_have(forms)
        return Spelling.summed(
            count
            for part, may_have in zip(self._parts, likely, strict=True)
            if letters or may_have.any()
            for count in part.segment.rows.counts(list(compress(forms, may_have)), letters)
        )


class _Places:
    """The places of the items of a collection, in its order."""

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


class _OnDemand(LazySequence[T]):
    """The items at some places of a collection."""

    def __init__(self, places: _Places, make: Callable[[Part, int], T]) -> None:
        self._places, self._make = places, make

    def __len__(self) -> int:
        return len(self._places)

    def read(self, position: int) -> T:
        return self._make(*self._places[position])
