"""Writes a segment from documents: splits, analyses and encodes them, reusing what the index has."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import PassageInput, encode_passages
from index.folder import live
from index.folder.form_filter import FormFilterBuilder
from index.folder.journal import Journal
from index.folder.manifest import FORMAT_VERSION, SegmentEntry
from index.folder.rows import ROWS, RowsReader, RowsWriter
from index.folder.segment import Places, Segment, Structures, write_structures
from index.folder.snapshot import Part, Snapshot
from index.progress import Progress, encoding
from index.retrieval.postings import PostingsBuilder
from index.retrieval.token_codec import QuantizedTokens
from index.text.analyzer import ANALYZER_VERSION
from index.text.context import context
from index.text.spelling import WordCounts
from index.text.split import split
from index.types import Document

# Passages encoded per window and held in memory; sorted by length, so that batches have similar lengths.
_WINDOW = 1024
# Encodings between two flushes of the journal to the operating system.
_KEEP_EVERY = 32


@dataclass(frozen=True)
class Change:
    """The documents that a segment adds to an index, and those removed in the same change.

    Attributes:
        added: documents and their positions in the collection, ascending, each once.
        encoder: makes the vectors.
        show_progress: as in `Index.build`.
        old: the index as it was; encodings of the same texts are reused.
        afresh: whether the documents are the whole collection from then on.
        removed: documents of it, each by its part and its number there.
    """

    added: Iterable[tuple[int, Document]]
    encoder: Encoder
    show_progress: bool | Progress | None
    old: Snapshot | None = None
    afresh: bool = False
    removed: tuple[tuple[Part, int], ...] = field(default=())


def write_segment(own: Path, change: Change) -> SegmentEntry:
    """Writes the segment of a change into its folder, which is inside the index's.

    Texts and vectors are streamed to disk; about 1 KB per passage stays in memory, mostly postings.

    Returns:
        Its entry for the manifest.

    Raises:
        OSError: it can't be written. Passages encoded by then are in the journal.
    """
    made, forms = _Analysed(), FormFilterBuilder()
    with RowsWriter(own / ROWS) as rows:
        for position, document in change.added:
            passages = split(document, change.encoder.window, change.encoder.count_tokens)
            inputs = [PassageInput(passage, context(document, passage)) for passage in passages]
            rows.add(len(made.positions), document, len(made.shares), inputs)
            made.add(position, inputs)
        for part, number in change.removed:
            made.subtract(part.segment, number)
        rows.add_counts(forms.seen(made.counts.rows()))
    language_means = change.old.language_means if change.old else LanguageMeans.known(change.encoder)
    known = _known(made.digests, change.old)
    with Journal(live.journal(own.parent), _identity(change.encoder, language_means)) as journal:
        wanted = {digest: row for row, digest in enumerate(made.digests) if digest not in known}
        _encode(wanted, RowsReader(own / ROWS), language_means, journal, change)
        size = 4 * change.encoder.dimension

        def vector(row: int) -> NDArray[np.floating]:
            if source := known.get(made.digests[row]):
                return np.asarray(source[0].dense.vectors[source[1]])
            return np.frombuffer(journal[made.digests[row]], "<f4", change.encoder.dimension)

        def record(row: int) -> bytes | memoryview:
            if source := known.get(made.digests[row]):
                return source[0].late.record(source[1])
            return memoryview(journal[made.digests[row]])[size:]

        places, terms, names = made.places(), made.terms.build(), made.names.build()
        structures = Structures(
            places,
            terms,
            names,
            form_filter=forms.build(),
            language_means=language_means,
            vector=vector,
            record=record,
        )
        return write_structures(own, structures)


class _Analysed:
    """Data collected from a segment's documents and passages while they are written."""

    def __init__(self) -> None:
        self.terms, self.names, self.counts = PostingsBuilder(), PostingsBuilder(), WordCounts()
        self.digests: list[bytes] = []
        self.positions, self.shares = array("q"), array("f")
        self._firsts, self._spans = array("i", [0]), array("q")

    def add(self, position: int, inputs: Iterable[PassageInput]) -> None:
        """Adds a document's passages."""
        for item in inputs:
            terms = item.terms
            self.terms.add(terms)
            self.names.add(item.names)
            self.counts.add(item.passage.written, terms)
            self.digests.append(item.digest)
            self.shares.append(item.arabic_share)
            self._spans.extend((item.passage.start, item.passage.end))
        self.positions.append(position)
        self._firsts.append(len(self.shares))

    def subtract(self, segment: Segment, number: int) -> None:
        """Subtracts the words of a document that another segment has."""
        for row in segment.places.rows_of([number]).tolist():
            item = segment.rows.passage_input(row)
            self.counts.add(item.passage.written, item.terms, -1)

    def places(self) -> Places:
        """The places of the documents and passages."""
        return Places(
            np.array(self.positions, np.int64),
            np.array(self._firsts, np.int32),
            np.array(self._spans, np.int64).reshape(-1, 2),
            np.array(self.shares, np.float32),
        )


def _known(digests: Iterable[bytes], old: Snapshot | None) -> dict[bytes, tuple[Segment, int]]:
    """The places of the encodings of these passages in an index, for those that it has."""
    found: dict[bytes, tuple[Segment, int]] = {}
    if old is not None:
        for digest in dict.fromkeys(digests):
            for part in old.parts:
                row = part.segment.rows.row_of(digest)
                if row is not None:
                    found[digest] = (part.segment, row)
                    break
    return found


def _encode(
    wanted: dict[bytes, int],
    rows: RowsReader,
    language_means: LanguageMeans,
    journal: Journal,
    change: Change,
) -> None:
    """Encodes passages, each given by its digest and its row, into the journal, if it doesn't have them."""
    items = [item for item in wanted.items() if item[0] not in journal]
    done = len(wanted) - len(items)
    with encoding("passages", change.show_progress, done, len(wanted)) as advance:
        for start in range(0, len(items), _WINDOW):
            window = items[start : start + _WINDOW]
            inputs = [rows.passage_input(row) for _, row in window]
            encodings = encode_passages(inputs, change.encoder, language_means)
            for number, ((digest, _), (vector, tokens)) in enumerate(zip(window, encodings, strict=True), 1):
                compact = QuantizedTokens.of(tokens)
                journal.add(digest, vector.astype("<f4").tobytes() + compact.record())
                if number % _KEEP_EVERY == 0:
                    journal.keep()
                advance(1)
            journal.keep()


def _identity(encoder: Encoder, language_means: LanguageMeans) -> str:
    """The settings on which the journal's encodings depend, apart from their texts."""
    means = hashlib.sha256(language_means.means.tobytes()).hexdigest()
    return f"{FORMAT_VERSION}\n{ANALYZER_VERSION}\n{encoder.fingerprint}\n{means}"
