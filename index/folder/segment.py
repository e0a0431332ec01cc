"""A segment: what was added to an index at once, or merged; immutable, memory-mapped, read on demand.

Its rows are in SQLite (`index.folder.rows`); everything else is an array, or a record per passage, with one
order of passages: row i of each is passage i. Documents are in the order of the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.encoding.language_means import LanguageMeans
from index.folder.form_filter import ALL, Bits
from index.folder.manifest import SegmentEntry, checksums, verify
from index.folder.rows import ROWS, RowsReader
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import RECORDS, TokenRecords, write_records
from index.retrieval.postings import Postings
from index.storage.arrays import map_arrays, write_arrays
from index.storage.files import flush

ARRAYS: Final = "arrays.safetensors"
# From this size in bytes on, files with checksums for each row aren't verified in full when a segment is
# opened, as all others are: a second per gigabyte. Chosen, not measured.
_LARGE: Final = 64 << 20
# In a passage's place in the collection, the bits for its place in its document.
_PASSAGE_BITS: Final = 24
_FORMS: Final = "form_filter"
_OF_POSTINGS: Final = ("keys", "starts", "rows", "codes", "pairs", "lengths")


@dataclass(frozen=True, eq=False)
class Places:
    """The places of a segment's documents and passages.

    Attributes:
        positions: (documents,) int64, ascending: the place of each in the collection.
        first_rows: (documents + 1,) int32, the row of each one's first passage, and the number of passages.
        spans: (passages, 2) int64, the span of each in its document's text, in characters.
        arabic_shares: (passages,) float32, the share of each one's words in Arabic script.
    """

    positions: NDArray[np.int64]
    first_rows: NDArray[np.int32]
    spans: NDArray[np.int64]
    arabic_shares: NDArray[np.float32]

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """(passages,) numbers that order passages as the collection does: by document, then by place."""
        counts = np.diff(self.first_rows)
        keys = (self.positions << _PASSAGE_BITS) - self.first_rows[:-1]
        return np.asarray(np.repeat(keys, counts) + np.arange(len(self.spans)), np.int64)

    def rows_of(self, documents: Iterable[int]) -> NDArray[np.int32]:
        """The rows of these documents' passages."""
        ranges = [np.arange(*self.first_rows[number : number + 2]) for number in documents]
        return np.concatenate([np.zeros(0, np.int32), *ranges]).astype(np.int32)


class Segment:
    """The documents, passages and search structures of a segment."""

    def __init__(self, folder: Path, entry: SegmentEntry, every_byte: bool = False) -> None:
        """Opens what `write_structures` completed.

        Args:
            folder: the index's.
            entry: of the segment in the manifest.
            every_byte: whether to verify the checksums of large files now instead of when they are read.

        Raises:
            IndexDamaged: a file is missing, or isn't what was written.
            FileNotFoundError: there is no such folder (any more).
        """
        own = folder / entry.name
        verify(own, entry, {} if every_byte else {ROWS: _LARGE, RECORDS: _LARGE})
        arrays = map_arrays(own / ARRAYS)
        self.name = entry.name
        self.rows = RowsReader(own / ROWS)
        self.places = Places(*(arrays[name] for name in Places.__dataclass_fields__))
        self.terms = _postings(arrays, "terms")
        self.names = _postings(arrays, "names")
        self.dense = DenseIndex.load(own, entry.dense)
        self.late = TokenRecords(own / RECORDS, arrays["token_ends"], arrays["token_checksums"])
        self.language_means = LanguageMeans(arrays["language_means"])
        # Segments that were written before 2026-12 have none.
        self.form_filter = arrays.get(_FORMS, ALL)


@dataclass(frozen=True, eq=False)
class Structures:
    """Everything of a segment but its rows.

    Attributes:
        places: of its documents and passages.
        terms, names: the postings of its passages.
        form_filter: of the words that it counts.
        language_means: the language means.
        vector: the vector of the passage in a row.
        record: the token vectors of the passage in a row, as stored.
    """

    places: Places
    terms: Postings
    names: Postings
    form_filter: Bits
    language_means: LanguageMeans
    vector: Callable[[int], NDArray[np.floating]]
    record: Callable[[int], bytes | memoryview]


def write_structures(folder: Path, made: Structures) -> SegmentEntry:
    """Completes the segment in a folder that has its rows.

    Returns:
        Its entry for the manifest, by which the segment becomes part of an index.

    Raises:
        OSError: the disk is full, or can't be written.
    """
    rows = range(len(made.places.spans))
    arrays: dict[str, NDArray[Any]] = {
        name: getattr(made.places, name) for name in Places.__dataclass_fields__
    }
    for name, postings in (("terms", made.terms), ("names", made.names)):
        arrays |= {f"{name}_{part}": getattr(postings, part) for part in _OF_POSTINGS}
    arrays[_FORMS] = made.form_filter
    arrays["language_means"] = made.language_means.means
    arrays |= write_records(folder, map(made.record, rows))
    write_arrays(folder / ARRAYS, arrays)
    dimension = made.language_means.means.shape[-1]
    dense = DenseIndex.write(folder, map(made.vector, rows), (len(rows), dimension))
    flush(folder)
    return SegmentEntry(folder.name, checksums(folder), dense)


def _postings(arrays: dict[str, NDArray[Any]], name: str) -> Postings:
    return Postings(*(arrays[f"{name}_{part}"] for part in _OF_POSTINGS))
