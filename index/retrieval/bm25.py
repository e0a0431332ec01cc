"""BM25Plus (Lv & Zhai 2011, "Lower-bounding term frequency normalization") over an inverted index.

`LexicalIndex` is rank-bm25's `BM25Plus`: its k1, b, delta and idf are inherited, and `get_scores`,
`get_batch_scores` and `get_top_n` return the same numbers as on an object that rank-bm25 made from the same
passages. rank-bm25 scores every passage for every question, in Python; here the postings of the question's
terms are added up.

BM25Okapi gives a term that occurs in half of the passages a weight of zero or less, which in a small
collection is most terms; BM25Plus doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Plus

from index.retrieval.postings import Frequencies, Lookup, Postings

# Scores of which the greatest is taken at a time, to find the k-th best.
_BLOCK = 32
# Below so many postings one pass over all of them is quicker than one for each term; the sums are the same.
_FEW = 1 << 15
# How far two scores may differ that are equal as float32.
_SLACK = 1 - 2.0**-21

FloatArray = NDArray[np.float32]
Rows = NDArray[np.int64]


class LexicalIndex(BM25Plus):  # type: ignore[misc]  # rank-bm25 has no types
    """BM25Plus index over the terms of a collection's passages, in one segment or several.

    A passage's row is its number if the segments' passages are numbered through.

    Attributes:
        segments: postings of the passages' terms.
        k1, b, delta: BM25Plus's parameters, with rank-bm25's own values.
        corpus_size: number of passages in the collection.
        avgdl: mean number of terms per passage.
        doc_len: (passages,) int32, number of terms in each passage.
        idf: of the terms queried so far.
    """

    def __init__(
        self,
        segments: Sequence[Postings],
        frequencies: Frequencies | None = None,
        order: Callable[[Rows], Rows] = lambda rows: rows,
    ) -> None:
        """Wraps the postings of the passages' terms, as the analyzer produces them.

        Args:
            segments: of a collection's passages.
            frequencies: of the whole collection, if the postings cover only some of its passages.
            order: the place of each of some rows in the collection, which decides between equal scores.
        """
        self.segments = segments
        self._frequencies = frequencies
        self._order = order
        super().__init__(segments)
        # The upper bound of a term's weight in a passage, in units of its idf.
        self._greatest_weight = self.k1 + 1 + self.delta
        self._firsts = np.cumsum([0, *(len(postings.lengths) for postings in segments)]).tolist()
        self._weights = [self._weights_of(postings.pairs) for postings in segments]

    def _initialize(self, corpus: Sequence[Postings]) -> dict[str, int]:
        """Sets the collection's size and mean length; an idf is computed when its term is first queried."""
        lengths = [np.delete(postings.lengths, postings.removed) for postings in corpus]
        self.doc_len = np.concatenate([np.zeros(0, np.int32), *lengths])
        passages, keys = len(self.doc_len), int(self.doc_len.sum(dtype=np.int64))
        known = self._frequencies or Frequencies(passages, keys, {})
        self.corpus_size = known.passages
        self.avgdl = known.keys / max(known.passages, 1)
        return {}

    def _weights_of(self, pairs: NDArray[np.int32]) -> NDArray[np.float64]:
        """(pairs,) what a term of each frequency weighs in a passage of each length, in units of its idf.

        Equation 5 of Lv & Zhai.
        """
        counts, lengths = pairs.T.astype(np.float64)
        normalisers = self.k1 * (1 - self.b + self.b * lengths / max(self.avgdl, 1e-12))
        return np.asarray((self.k1 + 1) * counts / (normalisers + counts) + self.delta, np.float64)

    def get_scores(self, query: Iterable[str]) -> NDArray[np.float64]:
        """(passages,) float64, BM25Plus of each passage; an absent term still adds idf * delta."""
        terms = list(query)
        found = Lookup(self.segments, terms)
        idfs = [
            self._idf(*known) if known[1] else 0.0 for known in zip(terms, found.frequencies, strict=True)
        ]
        scores = self._sums(found, idfs, self.delta) + self.delta * sum(idfs)
        removed = [
            first + postings.removed for first, postings in zip(self._firsts, self.segments, strict=False)
        ]
        return np.delete(scores, np.concatenate([np.zeros(0, np.int64), *removed]))

    def get_batch_scores(self, query: Iterable[str], doc_ids: Sequence[int]) -> list[float]:
        """BM25Plus of these passages, in the given order."""
        scores: list[float] = self.get_scores(query)[np.array(doc_ids, np.int64)].tolist()
        return scores

    def match(self, terms: Collection[str]) -> Match:
        """Matches a question's terms; repeated terms count once."""
        terms = list(dict.fromkeys(terms))
        found = Lookup(self.segments, terms)
        counts = found.frequencies
        if self._frequencies is not None:
            counts = [self._frequencies.found.get(term, 0) for term in terms]
        known = self.idf
        idfs = [known.get(term) or self._idf(term, n) for term, n in zip(terms, counts, strict=True)]
        sums = self._sums(found, idfs)
        for first, postings in zip(self._firsts, self.segments, strict=False):
            if len(postings.removed):
                sums[first + postings.removed] = 0
        return Match(sums, self._greatest_weight * sum(idfs), self._order)

    def _sums(self, found: Lookup, idfs: Sequence[float], less: float = 0) -> NDArray[np.float64]:
        """(rows,) the summed weights of all terms that each passage has.

        In float64 and in the question's order, so that every process and any segments give the same numbers.

        Args:
            found: the terms.
            idfs: of each term.
            less: subtracted from each weight before it is multiplied by the idf.
        """
        sums = np.zeros(self._firsts[-1])
        for first, postings, weights, places in zip(
            self._firsts, self.segments, self._weights, found.places, strict=False
        ):
            of_segment = sums[first : first + len(postings.lengths)]
            _add(of_segment, postings, places, np.array(idfs), weights - less if less else weights)
        return sums

    def _idf(self, term: str, count: int) -> float:
        """BM25Plus's idf of a term; a term in no passage gets the idf of the rarest."""
        if not count:
            return log(self.corpus_size + 1)
        if term not in self.idf:
            self._calc_idf({term: count})
        return float(self.idf[term])


def _add(
    sums: NDArray[np.float64],
    postings: Postings,
    places: Sequence[slice],
    idfs: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    """Adds to each passage's sum what each term weighs in it: `idfs` by the `weights` of its pair."""
    sizes = [place.stop - place.start for place in places]
    if not any(sizes):
        return
    if sum(sizes) < _FEW:
        rows = np.concatenate([postings.rows[place] for place in places], dtype=np.intp)
        codes = np.concatenate([postings.codes[place] for place in places])
        of_terms = weights.take(codes, mode="clip") * np.repeat(idfs, sizes)
        sums += np.bincount(rows, of_terms, len(sums))
        return
    for place, of_term in zip(places, np.multiply.outer(idfs, weights), strict=True):
        # numpy is several times quicker if it needn't convert the rows or check the codes.
        np.add.at(
            sums, postings.rows[place].astype(np.intp), of_term.take(postings.codes[place], mode="clip")
        )


class Match:
    """One question's BM25 scores, as shares of the upper bound for any passage.

    In [0, 1]: 0 if no term of the question occurs in the passage; 1 is the limit as the frequencies of all
    terms go to infinity. Unlike BM25 itself, shares are comparable across questions and don't depend on
    which other passages are compared.
    """

    def __init__(self, sums: NDArray[np.float64], most: float, order: Callable[[Rows], Rows]) -> None:
        """Use `LexicalIndex.match`."""
        self._sums = sums
        self._most = most
        self._order = order

    def scores(self, rows: Rows) -> FloatArray:
        """(len(rows),) float32, the shares of these passages."""
        return (self._sums[rows] / (self._most or 1.0)).astype(np.float32)

    @property
    def best_share(self) -> float:
        """The highest share of any passage."""
        return float(np.float32(self._sums.max(initial=0) / (self._most or 1.0)))

    def best(self, k: int, within: NDArray[np.bool_] | None = None) -> tuple[Rows, FloatArray]:
        """The `k` passages with the highest shares above 0, best first, equal ones in the collection's order.

        Args:
            k: how many.
            within: (rows,) whether each passage may be among them; all if not given.

        Returns:
            (n,) int64 rows and (n,) float32 shares, n <= k.
        """
        sums = self._sums if within is None else self._sums * within
        rows = _promising(sums, k)
        reached = sums[rows]
        if len(rows) > k:
            rows = rows[reached >= np.partition(reached, len(rows) - k)[len(rows) - k] * _SLACK]
        rows = rows[sums[rows] > 0]
        shares = self.scores(rows)
        order = np.lexsort((self._order(rows), -shares))[:k]
        return rows[order], shares[order]


def _promising(sums: NDArray[np.float64], k: int) -> Rows:
    """Rows among which are the `k` best: all, or every n-th from those with the greatest maxima on."""
    whole = len(sums) // _BLOCK * _BLOCK
    if whole < 4 * _BLOCK * k:
        return np.arange(len(sums))
    # The k-th greatest of the maxima is no more than the k-th best score.
    most = sums[:whole].reshape(_BLOCK, -1).max(axis=0)
    (blocks,) = np.nonzero(most >= np.partition(most, len(most) - k)[len(most) - k] * _SLACK)
    rows = blocks[:, None] + len(most) * np.arange(_BLOCK)
    return np.concatenate((rows.ravel(), np.arange(whole, len(sums))))
