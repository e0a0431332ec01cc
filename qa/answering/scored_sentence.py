"""A sentence of a passage with the evidence that it answers a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.sentences import Span
from index.types import Passage


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a passage that was read, and how well it meets the question.

    Attributes:
        passage: the passage that it stands in.
        start, end: where, in the passage's text.
        quote_start: where its quotation begins: before it where it leans on what was said before.
        quote_end: where its quotation ends: behind it where the same person speaks on.
        length: the sentences that its quotation has.
        lead_in: where the sentence stands that introduces its list, if it needs that.
        matches: (n,) float32, each question token's best cosine with a token of the sentence, of the headings
            above it, or of its row's column headings.
        semantic: late interaction with the sentence under its headings: their weighted mean.
        before: how much the semantic score rises when the sentence before it is read too.
        after: the same with the sentence that follows.
        pooled: cosine of the question's and the sentence's mean token vectors.
        asked: the mean over the sentence's tokens of each one's best cosine with a token of the question:
            how much of what it says was asked about.
        lexical: the share of the question's words that stand in the sentence or its headings.
        fit: 1 where the sentence has the time or the number that the question asks for, -1 where it
            hasn't, 0 where the question asks for neither.
        score: what sentences are compared by.
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
    fit: float
    score: float

    def overlaps(self, other: Sentence) -> bool:
        """Whether the two quotations share characters."""
        same = self.passage.id == other.passage.id
        return same and self.quote_start < other.quote_end and other.quote_start < self.quote_end
