"""What the reader adds to the choice of sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.answering.confidence import LEAST_EVIDENCE, pairing, sentence_weights
from qa.answering.reader import Reading
from qa.answering.scored_sentence import Sentence

if TYPE_CHECKING:
    from index.query import Query


def with_evidence(
    found: Sequence[Sentence], readings: Mapping[str, Reading], query: Query, is_shaped: bool
) -> list[Sentence]:
    """Adds the reader's evidence to sentences and their scores; best first.

    Args:
        found: scored sentences, best first.
        readings: what the reader says of their passages, by passage id; those of others stay as they are.
        query: the question.
        is_shaped: whether the question asks for a definition or a list: then the scores stay as they are,
            since the reader learned from questions whose answer is a few words.
    """
    if not found or not readings:
        return list(found)
    weights = sentence_weights(pairing(query, found))
    scored = []
    for sentence in found:
        if reading := readings.get(sentence.passage.id):
            (evidence,) = reading.evidence([(sentence.start, sentence.end)])
            gain = (
                weights["evidence"] * max(evidence, LEAST_EVIDENCE)
                + weights["answerable"] * reading.answerable
            )
            score = sentence.score + (0.0 if is_shaped else gain)
            scored.append(replace(sentence, evidence=evidence, score=score))
        else:
            scored.append(sentence)
    return sorted(scored, key=lambda sentence: -sentence.score)
