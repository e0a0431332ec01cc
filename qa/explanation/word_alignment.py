"""Word alignment by late interaction: the passage word most similar to each question word.

An encoder's tokens are word pieces. The similarity of two words is the mean of two directions: the best
cosine of each piece of one with a piece of the other, the question's pieces weighted. Where the question's
word occurs in the right paragraph of XQuAD (names by their sound across languages), it is the nearest for .78
from English to Arabic, .88 from Arabic to English and .85 within Arabic; with the question's pieces alone, as
in late interaction, for .81, .75 and .82 (measured 2026-11-25 on 120 paragraphs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.retrieval.late_interaction import blended_matches
from index.text.analyzer import Term

if TYPE_CHECKING:
    from index.query import Query
    from index.retrieval.token_codec import TokenVectors

# Least cosine of words called near in meaning. In XQuAD's right paragraphs .86 of the
# words with no other match reach it (.60 across languages), in wrong ones .01 (.02); measured 2026-11-25.
NEAR = 0.45
# A word is light if its weight is below this share of the mean weight of the question's words: من, the.
_LIGHT = 0.6


@dataclass(frozen=True)
class Span:
    """A span of text: `text[start:end]`."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share characters."""
        return self.start < other.end and other.start < self.end

    @classmethod
    def of(cls, term: Term) -> Span:
        """The span of a term."""
        return cls(term.start, term.end)


@dataclass(frozen=True)
class AlignedWord:
    """A word of the question, with its alignment and late-interaction contribution.

    Attributes:
        span: its span in the question as it was asked.
        weight: its share of the question's weight, in [0, 1]; words and marks sum to 1.
        contribution: its part of the late-interaction score.
        is_light: whether its weight is low among the words, as of من and the.
        nearest: the most similar word of the passage; None if the encoder read no such word.
        cosine: their similarity; 0 if there is no such word.
    """

    span: Span
    weight: float
    contribution: float
    is_light: bool
    nearest: Span | None
    cosine: float

    @property
    def is_near(self) -> bool:
        """Whether the two words are called near in meaning."""
        return self.cosine >= NEAR and not self.is_light


def align_words(
    query: Query, tokens: TokenVectors, asked: Sequence[Term], found: Sequence[Term]
) -> tuple[tuple[AlignedWord, ...], float]:
    """Aligns the question's words with the passage's; also returns the marks' contribution."""
    cosines = query.tokens.similarities(tokens)
    weights = query.tokens.shares
    contributions = weights * blended_matches(cosines, weights, tokens.sentences)
    asked_of = _owners(as_asked(query, query.tokens.spans), asked)
    found_of = _owners(tokens.spans, found)
    shares = np.bincount(asked_of[asked_of >= 0], weights[asked_of >= 0], minlength=len(asked))
    brought = np.bincount(asked_of[asked_of >= 0], contributions[asked_of >= 0], minlength=len(asked))
    least = _LIGHT * float(shares.mean())
    nearest = _nearest(cosines, weights, asked_of, found_of)
    met = []
    for number, word in enumerate(asked):
        place, cosine = nearest.get(number, (None, 0.0))
        partner = None if place is None else Span.of(found[place])
        share = float(shares[number])
        met.append(
            AlignedWord(
                Span.of(word),
                weight=share,
                contribution=float(brought[number]),
                is_light=share < least,
                nearest=partner,
                cosine=cosine,
            )
        )
    return tuple(met), float(contributions[asked_of < 0].sum())


def _nearest(
    cosines: FloatArray, weights: FloatArray, asked_of: NDArray[np.intp], found_of: NDArray[np.intp]
) -> dict[int, tuple[int, float]]:
    """Maps the number of each question word to that of the nearest passage word and their similarity.

    Args:
        cosines: (n, m) of the question's tokens with the passage's.
        weights: (n,) of the question's tokens.
        asked_of: (n,) number of the word that each question token belongs to, -1 if none.
        found_of: (m,) the same for the passage's tokens.
    """
    # Grouped by word: reduceat needs a word's pieces side by side.
    rows, columns = (
        order[owners[order] >= 0]
        for owners in (asked_of, found_of)
        for order in (np.argsort(owners, kind="stable"),)
    )
    if not rows.size or not columns.size:
        return {}
    cosines, weights = cosines[np.ix_(rows, columns)], weights[rows]
    asked, first = np.unique(asked_of[rows], return_index=True)
    found, first_found, pieces = np.unique(found_of[columns], return_index=True, return_counts=True)
    best = np.maximum.reduceat(cosines, first_found, axis=1)
    there = np.add.reduceat(best * weights[:, None], first, axis=0)
    there /= np.maximum(np.add.reduceat(weights, first), np.float32(1e-12))[:, None]
    back = np.add.reduceat(np.maximum.reduceat(cosines, first, axis=0), first_found, axis=1) / pieces
    closeness = (there + back) / 2
    places = closeness.argmax(axis=1)
    return {
        int(word): (int(found[place]), float(closeness[i, place]))
        for i, (word, place) in enumerate(zip(asked, places, strict=True))
    }


def as_asked(query: Query, spans: NDArray[np.int32]) -> NDArray[np.int32]:
    """Maps spans of a question's reading to the question as it was asked."""
    origins = np.array(query.origins, np.int32)
    return np.stack([origins[spans[:, 0]], origins[spans[:, 1] - 1] + 1], axis=1)


def _owners(spans: NDArray[np.int32], among: Sequence[Term]) -> NDArray[np.intp]:
    """(n,) number of the word that each token shares most characters with; -1 if none."""
    if not among:
        return np.full(len(spans), -1, np.intp)
    starts, ends = np.array([(word.start, word.end) for word in among], np.int32).T
    shared = np.minimum(spans[:, 1:], ends) - np.maximum(spans[:, :1], starts)
    return np.where(shared.max(axis=1, initial=0) > 0, shared.argmax(axis=1), -1)
