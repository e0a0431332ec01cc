"""BM25Plus (Lv & Zhai 2011, "Lower-bounding term frequency normalization") over postings.

rank-bm25's BM25Plus with its own k1, b and delta is the definition; tests hold the ranking and the
scores to it. It looks at every passage for every question, 370 ms of work at 100,000 passages; here a
question touches the postings of its rarer words, and of the frequent ones only what can matter.

BM25Okapi gives a word that stands in half of the passages no weight or less, which in a small
collection is most words; BM25Plus doesn't.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from index.retrieval.postings import Frequencies, Posting, Postings

K1 = 1.5
B = 0.75
DELTA = 1.0

# Asking what the best have at least takes as long as adding some tens of rows for each of them.
_WORTH_ASKING = 64
# Looking one passage up in a posting takes as long as adding some rows of it. At 1,000,000 passages 2, 4
# and 8 made no difference that could be told from noise.
_LOOKUP_COST = 4

FloatArray = NDArray[np.float32]


class LexicalIndex:
    """The terms of every passage, searchable by BM25."""

    def __init__(self, postings: Postings, frequencies: Frequencies | None = None) -> None:
        """Wraps the postings of the passages' terms, as the analyzer gives them.

        Args:
            postings: of a collection's passages.
            frequencies: of the collection, where the postings are of some of its passages only.
        """
        self.postings = postings
        self._frequencies = frequencies
        if frequencies is None:
            self._passages, keys = len(postings.lengths), int(postings.lengths.sum(dtype=np.int64))
        else:
            self._passages, keys = frequencies.passages, frequencies.keys
        mean = keys / max(self._passages, 1)
        self._slope = K1 * B / mean if mean else 0.0

    @cached_property
    def _normalisers(self) -> FloatArray:
        """(passages,) float32, what is added to a term's count in each passage to divide it by."""
        normalisers: FloatArray = self.postings.lengths.astype(np.float32)
        normalisers *= np.float32(self._slope)
        normalisers += np.float32(K1 * (1 - B))
        return normalisers

    def match(self, terms: Collection[str]) -> Match:
        """What a question's terms find; those that repeat count once."""
        found = []
        most = 0.0
        for term in dict.fromkeys(terms):
            posting = self.postings.find(term)
            # A term that no passage has was asked for all the same: it weighs as the rarest.
            idf = log((self._passages + 1) / max(self._found(term, posting), 1))
            most += (K1 + 1 + DELTA) * idf
            if posting is not None:
                found.append(_Weighted(posting, idf))
        return Match(found, most, self.postings.lengths, self._slope, self._normalisers)

    def _found(self, term: str, posting: Posting | None) -> int:
        if self._frequencies is not None:
            return self._frequencies.found.get(term, 0)
        return 0 if posting is None else len(posting.rows)


@dataclass(frozen=True, eq=False)
class _Weighted:
    """One of the question's terms: the passages that have it, and its idf."""

    posting: Posting
    idf: float


class Match:
    """One question's BM25, as a share of the most that any passage could have.

    In [0, 1]: 0 where no term of the question stands in the passage, 1 for a passage that is infinitely
    full of all of them. Unlike BM25 itself this compares between questions, and it doesn't depend on
    which other passages are compared.
    """

    def __init__(
        self,
        terms: list[_Weighted],
        most: float,
        lengths: NDArray[np.int32],
        slope: float,
        normalisers: FloatArray,
    ) -> None:
        """Use `LexicalIndex.match`."""
        self._terms = terms
        self._most = most
        self._lengths = lengths
        self._slope = slope
        self._normalisers = normalisers

    def scores(self, rows: NDArray[np.int64]) -> FloatArray:
        """(len(rows),) float32, the shares of these passages; quickest where rows ascend."""
        # In float64 and in the question's order, so that every process finds the same numbers.
        shares = np.zeros(len(rows))
        if self._terms:
            rows = rows.astype(np.int32)
            counts = np.array([term.posting.counts_in(rows) for term in self._terms], np.float64)
            weights = (K1 + 1) * counts / (K1 * (1 - B) + self._slope * self._lengths[rows] + counts) + DELTA
            # BM25Plus gives idf * delta to passages without the term too: go by its presence.
            weights *= counts > 0
            for term, term_weights in zip(self._terms, weights, strict=True):
                shares += term.idf * term_weights
        return (shares / self._most if self._most else shares).astype(np.float32)

    def best(self, k: int) -> tuple[NDArray[np.int64], FloatArray]:
        """The `k` passages with the greatest shares above 0, best first, the earlier of equal ones first.

        As if all were looked at, by the idea of MaxScore (Turtle & Flood 1995): terms are taken from
        the rarest on, and once those that are left can't bring a passage that has none of the others
        among the best, only the passages found by then are looked up in them, fewer with each.

        Returns:
            (n,) int64 rows and (n,) float32 shares, n <= k.
        """
        terms = sorted(self._terms, key=lambda term: len(term.posting.rows))
        # The most that the terms from each one on can bring together, and at the end nothing.
        bounds = [(K1 + 1 + DELTA) * sum(term.idf for term in terms[i:]) for i in range(len(terms) + 1)]
        # Sums of float32 in another order than that of `scores`: what is as near as this may be equal.
        slack = 1 - (len(terms) + 8) * float(np.finfo(np.float32).eps)
        sums = np.zeros(len(self._lengths), np.float32)
        rows, threshold, taken = np.zeros(0, np.int32), 0.0, 0
        while taken < len(terms):
            term = terms[taken]
            if len(rows) >= k and len(term.posting.rows) > _WORTH_ASKING * k:
                reached = sums[rows]
                threshold = max(threshold, self._sure(rows, reached, terms[taken:], k) * slack)
                rows = rows[reached + bounds[taken] >= threshold]
            is_complete = threshold > bounds[taken]
            if is_complete and len(term.posting.rows) > _LOOKUP_COST * len(rows):
                break
            found_in = term.posting.rows.astype(np.intp)  # numpy would convert them each time
            before = sums.take(found_in)
            sums[found_in] = before + self._weights(term, found_in)
            if not is_complete:
                rows = np.concatenate((rows, term.posting.rows[before == 0]))
            taken += 1
        rows.sort()
        reached = sums[rows]
        for left, term in enumerate(terms[taken:], taken + 1):
            reached = reached + self._weights_in(rows, term)
            promising = reached + bounds[left] >= threshold
            rows, reached = rows[promising], reached[promising]
        if len(rows) > k:
            rows = rows[reached >= _kth(reached, k) * slack]
        found = rows.astype(np.int64)
        shares = self.scores(found)
        order = np.argsort(-shares, kind="stable")[:k]
        return found[order], shares[order]

    def _sure(self, rows: NDArray[np.int32], reached: FloatArray, terms: list[_Weighted], k: int) -> float:
        """What the k best have at least: what the k that are best so far have with these terms too."""
        first = np.argpartition(reached, len(reached) - k)[len(reached) - k :]
        return float((reached[first] + sum(self._weights_in(rows[first], term) for term in terms)).min())

    def _weights_in(self, rows: NDArray[np.int32], term: _Weighted) -> FloatArray:
        """What the term brings to each of these passages."""
        counts = term.posting.counts_in(rows).astype(np.float32)
        weights = np.float32(K1 + 1) * counts / (self._normalisers[rows] + counts) + np.float32(DELTA)
        return np.where(counts > 0, np.float32(term.idf) * weights, np.float32(0))

    def _weights(self, term: _Weighted, rows: NDArray[np.intp]) -> FloatArray:
        """What the term brings to each passage of its posting, which is in these rows."""
        counts = term.posting.counts.astype(np.float32)
        weights = self._normalisers.take(rows)
        weights += counts
        np.divide(counts, weights, out=weights)
        weights *= np.float32(term.idf * (K1 + 1))
        weights += np.float32(term.idf * DELTA)
        return weights


def _kth(values: FloatArray, k: int) -> float:
    """The k-th greatest."""
    return float(np.partition(values, len(values) - k)[len(values) - k])
