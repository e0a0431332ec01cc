"""BM25Plus (Lv & Zhai 2011, "Lower-bounding term frequency normalization") over an inverted index.

`LexicalIndex` is rank-bm25's `BM25Plus`: its k1, b, delta and idf are inherited, and `get_scores`,
`get_batch_scores` and `get_top_n` return the same numbers as on an object that rank-bm25 made from the same
passages. rank-bm25 scores every passage for every question, 370 ms of work at 100,000 passages; the
methods here read only the postings of the question's terms, and `Match.best` skips postings of frequent
terms that can't change the ranking.

BM25Okapi gives a term that occurs in half of the passages a weight of zero or less, which in a small
collection is most terms; BM25Plus doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Plus

from index.retrieval.postings import Frequencies, Posting, Postings

# Computing the k-th lower bound costs about as much as adding this many rows per hit.
_WORTH_ASKING = 64
# Looking up one passage in a posting costs as much as adding this many of its rows. At 1,000,000 passages, 2,
# 4 and 8 made no difference above the noise.
_LOOKUP_COST = 4

FloatArray = NDArray[np.float32]


class LexicalIndex(BM25Plus):  # type: ignore[misc]  # rank-bm25 has no types
    """BM25Plus index over the passages' terms.

    Attributes:
        postings: of the passages' terms.
        k1, b, delta: BM25Plus's parameters, with rank-bm25's own values.
        corpus_size: number of passages in the collection.
        avgdl: mean number of terms per passage.
        doc_len: (passages,) int32, number of terms in each passage.
        idf: of the terms queried so far.
    """

    def __init__(self, postings: Postings, frequencies: Frequencies | None = None) -> None:
        """Wraps the postings of the passages' terms, as the analyzer produces them.

        Args:
            postings: of a collection's passages.
            frequencies: of the whole collection, if the postings cover only some of its passages.
        """
        self.postings = postings
        self._frequencies = frequencies
        super().__init__(postings)
        self._slope = self.k1 * self.b / self.avgdl if self.avgdl else 0.0
        # The upper bound of a term's weight in a passage, in units of its idf.
        self.greatest_weight = self.k1 + 1 + self.delta

    def _initialize(self, corpus: Postings) -> dict[str, int]:
        """Sets the collection's size and mean length; an idf is computed when its term is first queried."""
        if self._frequencies is None:
            passages, keys = len(corpus.lengths), int(corpus.lengths.sum(dtype=np.int64))
        else:
            passages, keys = self._frequencies.passages, self._frequencies.keys
        self.corpus_size, self.doc_len = passages, corpus.lengths
        self.avgdl = keys / max(passages, 1)
        return {}

    @cached_property
    def normalisers(self) -> FloatArray:
        """(passages,) float32, the length normalisation added to a term's count in BM25's denominator."""
        normalisers: FloatArray = self.doc_len.astype(np.float32)
        normalisers *= np.float32(self._slope)
        normalisers += np.float32(self.k1 * (1 - self.b))
        return normalisers

    def get_scores(self, query: Iterable[str]) -> NDArray[np.float64]:
        """(passages,) float64, BM25Plus of each passage; an absent term still adds idf * delta."""
        return self._scores(query, np.arange(len(self.doc_len)))

    def get_batch_scores(self, query: Iterable[str], doc_ids: Sequence[int]) -> list[float]:
        """BM25Plus of these passages, in the given order."""
        scores: list[float] = self._scores(query, np.array(doc_ids, np.int64)).tolist()
        return scores

    def _scores(self, query: Iterable[str], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        scores = np.zeros(len(rows))
        for term in query:
            posting = self.postings.find(term)
            if posting is not None:
                counts = posting.counts_in(rows).astype(np.float64)
                scores += self._idf(term, posting) * (self.delta + self.saturation(counts, rows))
        return scores

    def saturation(self, counts: NDArray[np.float64], rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """Term frequencies normalised by passage length: equation 5 of Lv & Zhai without idf and delta.

        Args:
            counts: (..., n) term frequencies in each of the passages.
            rows: (n,) the passages.

        Returns:
            (..., n) float64, in [0, k1 + 1).
        """
        normalisers = self.k1 * (1 - self.b) + self._slope * self.doc_len[rows]
        saturated: NDArray[np.float64] = (self.k1 + 1) * counts / (normalisers + counts)
        return saturated

    def match(self, terms: Collection[str]) -> Match:
        """Matches a question's terms; repeated terms count once."""
        found = []
        most = 0.0
        for term in dict.fromkeys(terms):
            posting = self.postings.find(term)
            idf = self._idf(term, posting)
            most += self.greatest_weight * idf
            if posting is not None:
                found.append(_Weighted(posting, idf))
        return Match(self, found, most)

    def _idf(self, term: str, posting: Posting | None) -> float:
        """BM25Plus's idf of a term; a term in no passage gets the idf of the rarest."""
        idf: float | None = self.idf.get(term)
        if idf is not None:
            return idf
        if self._frequencies is not None:
            count = self._frequencies.found.get(term, 0)
        else:
            count = 0 if posting is None else len(posting.rows)
        if not count:
            return log(self.corpus_size + 1)
        self._calc_idf({term: count})
        return float(self.idf[term])


@dataclass(frozen=True, eq=False)
class _Weighted:
    """A question term's posting and idf."""

    posting: Posting
    idf: float


class Match:
    """One question's BM25 scores, as shares of the upper bound for any passage.

    In [0, 1]: 0 if no term of the question occurs in the passage; 1 is the limit as the frequencies of all
    terms go to infinity. Unlike BM25 itself, shares are comparable across questions and don't depend on
    which other passages are compared.
    """

    def __init__(self, index: LexicalIndex, terms: list[_Weighted], most: float) -> None:
        """Use `LexicalIndex.match`."""
        self._index = index
        self._terms = terms
        self._most = most

    def scores(self, rows: NDArray[np.int64]) -> FloatArray:
        """(len(rows),) float32, the shares of these passages; fastest if rows are ascending."""
        # In float64 and in the question's order, so that every process gets the same numbers.
        shares = np.zeros(len(rows))
        if self._terms:
            rows = rows.astype(np.int32)
            counts = np.array([term.posting.counts_in(rows) for term in self._terms], np.float64)
            weights = self._index.saturation(counts, rows) + self._index.delta
            # BM25Plus gives idf * delta to passages without the term too: mask by its presence.
            weights *= counts > 0
            for term, term_weights in zip(self._terms, weights, strict=True):
                shares += term.idf * term_weights
        return (shares / self._most if self._most else shares).astype(np.float32)

    def best(self, k: int) -> tuple[NDArray[np.int64], FloatArray]:
        """The `k` passages with the highest shares above 0, best first, ties in row order.

        Exact, by MaxScore-style pruning (Turtle & Flood 1995): terms are processed from the rarest on.
        Once the remaining terms alone can't lift a passage into the best k, only the passages found so
        far are looked up in them, and fewer after each term.

        Returns:
            (n,) int64 rows and (n,) float32 shares, n <= k.
        """
        terms = sorted(self._terms, key=lambda term: len(term.posting.rows))
        # Upper bound of the sum over the terms from each one on; 0 at the end.
        greatest = self._index.greatest_weight
        bounds = [greatest * sum(term.idf for term in terms[i:]) for i in range(len(terms) + 1)]
        # float32 sums in another order than that of `scores`: values within this tolerance may be equal.
        slack = 1 - (len(terms) + 8) * float(np.finfo(np.float32).eps)
        sums = np.zeros(len(self._index.doc_len), np.float32)
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
        """Lower bound of the k-th best score: the least full score of the k passages that lead so far."""
        first = np.argpartition(reached, len(reached) - k)[len(reached) - k :]
        return float((reached[first] + sum(self._weights_in(rows[first], term) for term in terms)).min())

    def _weights_in(self, rows: NDArray[np.int32], term: _Weighted) -> FloatArray:
        """(len(rows),) float32, the term's weight in each of these passages."""
        counts = term.posting.counts_in(rows).astype(np.float32)
        weights = np.float32(self._index.k1 + 1) * counts / (self._index.normalisers[rows] + counts)
        weights += np.float32(self._index.delta)
        return np.where(counts > 0, np.float32(term.idf) * weights, np.float32(0))

    def _weights(self, term: _Weighted, rows: NDArray[np.intp]) -> FloatArray:
        """(len(rows),) float32, the term's weight in each passage of its posting, given as `rows`."""
        counts = term.posting.counts.astype(np.float32)
        weights = self._index.normalisers.take(rows)
        weights += counts
        np.divide(counts, weights, out=weights)
        weights *= np.float32(term.idf * (self._index.k1 + 1))
        weights += np.float32(term.idf * self._index.delta)
        return weights


def _kth(values: FloatArray, k: int) -> float:
    """The k-th greatest value."""
    return float(np.partition(values, len(values) - k)[len(values) - k])
