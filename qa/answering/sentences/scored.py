"""A sentence of a passage with its scores for a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.sentences import Span
from index.types import Passage


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a passage and how well it matches the question.

    Attributes:
        passage: the passage that contains it.
        start, end: its span in the passage's text.
        quote_start: start of its quotation: before the sentence if it depends on what precedes it.
        quote_end: end of its quotation: after the sentence if the same speaker continues.
        length: number of sentences in its quotation.
        lead_in: span of the sentence that introduces its list, if needed.
        matches: (n,) float32, each question token's best cosine with a token of the sentence, of the headings
            above it, or of its row's column headings.
        semantic: late interaction with the sentence under its headings: the weighted mean of `matches`.
        before: gain in the semantic score when the preceding sentence is included.
        after: the same for the following sentence.
        pooled: cosine of the question's and the sentence's mean token vectors.
        asked: the mean over the sentence's tokens of each one's best cosine with a token of the question:
            how much of the sentence the question asks about.
        lexical: the share of the question's words found in the sentence or its headings.
        type_match: 1 if the sentence has the time or the number that the question asks for, -1 if it lacks
            it, 0 if the question asks for neither.
        score: the ranking score.
        is_introduced: whether the question asks for what the introduction of the sentence's list announces,
            and for nothing in the sentence itself.
        evidence: the reader's log probability of the answer's being in the sentence, given that it is in the
            passage (`Reading.evidence`), if not negligible; None where the passage wasn't read.
    """

    passage: Passage
    start: int
    end: int
    quote_start: int
    quote_end: int
    length: int
    lead_in: Span | None
    matches: NDArray[np.float32]
    semantic: float
    before: float
    after: float
    pooled: float
    asked: float
    lexical: float
    type_match: float
    score: float
    evidence: float | None = None
    is_introduced: bool = False

    @property
    def written(self) -> str:
        """The sentence itself."""
        return self.passage.text[self.start : self.end]

    def overlaps(self, other: Sentence) -> bool:
        """Whether the two quotations share characters."""
        same = self.passage.id == other.passage.id
        return same and self.quote_start < other.quote_end and other.quote_start < self.quote_end
