"""What the reader adds to the choice of sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answering.confidence import LEAST_EVIDENCE, SentenceWeights
from qa.answering.reader import Reading
from qa.answering.sentences import Sentence


def with_evidence(
    found: Sequence[Sentence], readings: Mapping[str, Reading], weights: SentenceWeights | None
) -> list[Sentence]:
    """Adds the reader's evidence to sentences and their scores; best first.

    Args:
        found: scored sentences, best first.
        readings: what the reader says of their passages, by passage id; those of others stay as they are.
        weights: of the evidence in the score; None to leave scores as they are.
    """
    scored = []
    for sentence in found:
        if reading := readings.get(sentence.passage.id):
            (evidence,) = reading.evidence([(sentence.start, sentence.end)])
            evidence = max(evidence, LEAST_EVIDENCE)
            score = sentence.score
            if weights is not None:
                score += weights["evidence"] * evidence + weights["answerable"] * reading.answerable
            scored.append(replace(sentence, evidence=evidence, score=score))
        else:
            scored.append(sentence)
    return sorted(scored, key=lambda sentence: -sentence.score)
