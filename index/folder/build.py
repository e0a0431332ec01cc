"""Builds a generation from documents: splits, analyses and encodes them, reusing an older generation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import encode_passages
from index.folder import live_generation
from index.folder.documents import Texts, TextsWriter
from index.folder.generation import CENTERS, NAMES, SPELLING, TERMS, Generation
from index.folder.journal import Journal
from index.folder.manifest import FORMAT_VERSION, write_manifest
from index.progress import Progress, encoding
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import LateInteractionWriter
from index.retrieval.postings import Postings
from index.retrieval.token_codec import QuantizedTokens
from index.storage.files import write_array
from index.text.analyzer import ANALYZER_VERSION
from index.text.spelling import Spelling
from index.text.split import split
from index.types import Document

# Passages encoded per window and held in memory; sorted by length, so that batches have similar lengths.
_WINDOW = 1024
# Encodings between two flushes of the journal to the operating system.
_KEEP_EVERY = 32


@dataclass(frozen=True)
class Plan:
    """The inputs of a generation.

    Attributes:
        documents: in order, each once: a document, or the row of an unchanged one in `old`.
        encoder: makes the vectors.
        old: a generation whose data for the same texts is reused.
        journal: the file that keeps encodings until the generation is live.
        show_progress: as in `Index.build`.
    """

    documents: Iterable[Document | int]
    encoder: Encoder
    old: Generation | None
    journal: Path
    show_progress: bool | Progress | None


def publish(
    folder: Path,
    documents: Iterable[Document | int],
    encoder: Encoder,
    old: Generation | None,
    show_progress: bool | Progress | None,
) -> None:
    """Builds a generation of these documents and makes it the live one.

    Args:
        folder: of the index, written to by this process only.
        documents: as in `Plan`.
        encoder: makes the vectors.
        old: the live generation, if there is a readable one.
        show_progress: as in `Index.build`.

    Raises:
        OSError: the disk is full, or can't be written.
    """
    usable = old is not None and old.belongs_to(encoder)
    plan = Plan(
        documents,
        encoder,
        old if usable else None,
        live_generation.journal(folder),
        show_progress,
    )
    live_generation.publish(folder, lambda generation: write_generation(generation, plan))


def write_generation(folder: Path, plan: Plan) -> None:
    """Writes a generation into an empty folder.

    Texts and vectors are streamed to disk; about 1 KB per passage stays in memory, mostly postings.

    Raises:
        OSError: it can't be written. Passages encoded by then are in the journal.
    """
    old = plan.old
    sources = _write_texts(folder, plan)
    texts = Texts(folder)
    new_rows = np.flatnonzero(sources < 0).tolist()

    terms = Postings.of(texts.passage_input(row).terms for row in new_rows)
    names = Postings.of(texts.passage_input(row).names for row in new_rows)

    def new_texts() -> Iterator[str]:
        return (texts.passage(row).written for row in new_rows)

    if old:
        gone = np.setdiff1d(np.arange(len(old.texts.passages)), sources).tolist()
        spelling = old.spelling.merged((old.texts.passage(row).written for row in gone), new_texts())
        terms = old.lexical.postings.merged(sources, terms)
        names = old.names.postings.merged(sources, names)
    else:
        spelling = Spelling.of(new_texts())
    terms.save(folder, TERMS)
    names.save(folder, NAMES)
    spelling.save(folder, SPELLING)
    centers = old.centers if old else LanguageMeans.known(plan.encoder)
    with Journal(plan.journal, _identity(plan, centers)) as journal:
        known = _rows_of_same_text(texts, new_rows, old)
        _encode((row for row in new_rows if row not in known), texts, centers, journal, plan)
        sources[list(known)] = list(known.values())
        dense = _write_vectors(folder, texts, sources, journal, plan)
    write_array(folder / CENTERS, centers.means)
    write_manifest(
        folder,
        {
            "encoder": {"name": plan.encoder.name, "fingerprint": plan.encoder.fingerprint},
            "documents": len(texts.documents),
            "passages": len(texts.passages),
            "dense": dense,
        },
    )


def _write_texts(folder: Path, plan: Plan) -> NDArray[np.int64]:
    """Writes documents and passages.

    Returns:
        (passages,): the old generation's row of each passage of an unchanged document, or -1.
    """
    old = plan.old
    sources = [np.zeros(0, np.int64)]
    with TextsWriter(folder) as writer:
        for entry in plan.documents:
            row: int | None
            if isinstance(entry, Document):
                document, row = entry, old.texts.row(entry.id) if old else None
                if old and row is not None and not old.texts.has_same_passages(row, document):
                    row = None
            elif old:
                document, row = old.texts.document(entry), entry
            if old and row is not None:
                writer.add_known(document, old.texts, row)
                sources.append(np.arange(*old.texts.passage_range(row)))
            else:
                passages = split(document, plan.encoder.window, plan.encoder.count_tokens)
                writer.add(document, passages)
                sources.append(np.full(len(passages), -1))
    return np.concatenate(sources)


def _rows_of_same_text(texts: Texts, rows: Sequence[int], old: Generation | None) -> dict[int, int]:
    """Row -> the old generation's row with the same text, for those of these passages that have one."""
    if old is None:
        return {}
    digests = texts.passage_digests[rows]
    old_digests = old.texts.passage_digests
    # Prefiltered by half of the digest, which numpy compares quickly.
    promising = np.flatnonzero(np.isin(_half(old_digests), _half(digests)))
    row_of = {old_digests[row].tobytes(): row for row in promising.tolist()}
    found = zip(rows, (row_of.get(digest.tobytes()) for digest in digests), strict=True)
    return {row: source for row, source in found if source is not None}


def _half(digests: NDArray[np.void]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(digests).view("<u8").reshape(-1, 2)[:, 0]


def _encode(rows: Iterable[int], texts: Texts, centers: LanguageMeans, journal: Journal, plan: Plan) -> None:
    """Encodes the passages in these rows, each distinct text once, skipping those in the journal."""
    row_of = {texts.passage_digests[row].tobytes(): row for row in rows}
    missing = [item for item in row_of.items() if item[0] not in journal]
    done = len(row_of) - len(missing)
    with encoding("passages", plan.show_progress, done, len(row_of)) as advance:
        for start in range(0, len(missing), _WINDOW):
            window = missing[start : start + _WINDOW]
            inputs = [texts.passage_input(row) for _, row in window]
            encodings = encode_passages(inputs, plan.encoder, centers)
            for number, ((digest, _), (vector, tokens)) in enumerate(zip(window, encodings, strict=True), 1):
                compact = QuantizedTokens.of(tokens)
                journal.add(digest, vector.astype("<f4").tobytes() + compact.record())
                if number % _KEEP_EVERY == 0:
                    journal.keep()
                advance(1)
            journal.keep()


def _write_vectors(
    folder: Path, texts: Texts, sources: NDArray[np.int64], journal: Journal, plan: Plan
) -> dict[str, Any]:
    """Writes the vectors of all passages, from the old generation or the journal.

    Returns:
        The settings of the dense index.
    """
    size = 4 * plan.encoder.dimension

    def vectors() -> Iterator[NDArray[np.floating]]:
        for row, source in enumerate(sources.tolist()):
            if plan.old and source >= 0:
                late.add(plan.old.late.compact(source))
                yield plan.old.dense.vectors[source]
            else:
                encoding = memoryview(journal[texts.passage_digests[row].tobytes()])
                late.add(QuantizedTokens.parse(encoding[size:]))
                yield np.frombuffer(encoding[:size], "<f4")

    with LateInteractionWriter(folder) as late:
        return DenseIndex.write(folder, vectors(), (len(sources), plan.encoder.dimension))


def _identity(plan: Plan, centers: LanguageMeans) -> str:
    """The settings on which the journal's encodings depend, apart from their texts."""
    means = hashlib.sha256(centers.means.tobytes()).hexdigest()
    return f"{FORMAT_VERSION}\n{ANALYZER_VERSION}\n{plan.encoder.fingerprint}\n{means}"
