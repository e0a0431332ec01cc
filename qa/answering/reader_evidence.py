"""The reader's input from the passages, and its evidence in the choice of sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.ranking_parameters import SENTENCES
from index.text.context import row_pieces
from index.types import Hit, Passage
from qa.answering.confidence import MIN_EVIDENCE, SentenceWeights
from qa.answering.reader import PassageReader, Reading, in_passage
from qa.answering.sentences import Sentence

if TYPE_CHECKING:
    from index.query import Query


def readings_of(
    reader: PassageReader | None,
    query: Query,
    hits: Sequence[Hit],
    found: Sequence[Sentence],
    names: Mapping[str, frozenset[str]] | None = None,
) -> dict[str, Reading]:
    """The readings of the best sentence's passage and of the first others, by passage id.

    Args:
        reader: the reader; None for no readings.
        query: the question.
        hits: the passages, best first.
        found: their sentences, best first.
        names: as in `score_sentences`.
    """
    if reader is None or not found:
        return {}
    passages = {passage.id: passage for passage in (found[0].passage, *(hit.passage for hit in hits))}
    first = dict(list(passages.items())[: SENTENCES.read])
    read = [_as_read(query, passage, names or {}) for passage in first.values()]
    readings = reader.read(query.reading, [text for text, _ in read])
    return {
        passage.id: in_passage(reading, passage.text, places)
        for passage, (_, places), reading in zip(first.values(), read, readings, strict=True)
    }


def _as_read(
    query: Query, passage: Passage, names: Mapping[str, frozenset[str]]
) -> tuple[str, NDArray[np.int32]]:
    """The reader's input for a passage, and the place in the passage of each of its characters, or -1.

    Above it stand its headings and the name that its document is about; a row's cells have their columns.
    """
    name = names.get(passage.document_id, frozenset())
    named = " ".join(query.text[term.start : term.end] for term in query.terms if term.term in name)
    above = "".join(f"{heading}\n" for heading in (named, *passage.headings) if heading)
    pieces = [(above, -1), *(row_pieces(passage) or [(passage.text, 0)])]
    places = [
        np.arange(start, start + len(piece)) if start >= 0 else np.full(len(piece), -1)
        for piece, start in pieces
    ]
    return "".join(piece for piece, _ in pieces), np.concatenate(places).astype(np.int32)


def with_evidence(
    found: Sequence[Sentence], readings: Mapping[str, Reading], weights: SentenceWeights | None
) -> list[Sentence]:
    """Adds the reader's evidence to sentences and their scores; best first.

    Args:
        found: scored sentences, best first.
        readings: those of their passages, by passage id; sentences of other passages are unchanged.
        weights: of the evidence in the score; None to leave scores as they are.
    """
    scored = []
    for sentence in found:
        if reading := readings.get(sentence.passage.id):
            (evidence,) = reading.evidence([(sentence.start, sentence.end)])
            evidence = max(evidence, MIN_EVIDENCE)
            score = sentence.score
            if weights is not None:
                score += weights["evidence"] * evidence + weights["answerable"] * reading.answerable
            scored.append(replace(sentence, evidence=evidence, score=score))
        else:
            scored.append(sentence)
    return sorted(scored, key=lambda sentence: -sentence.score)
