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

from index.array_types import FloatArray, Rows
from index.retrieval.postings import Frequencies, Lookup, Postings
from index.retrieval.translations import Meaning

# Scores of which the greatest is taken at a time, to find the k-th best.
_BLOCK = 32
# Below so many postings one pass over all of them is quicker than one for each term; the sums are the same.
_FEW = 1 << 15
# How far two scores may differ that are equal as float32.
_SLACK = 1 - 2.0**-21


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
        counts = self._counts(terms, found)
        known = self.idf
        idfs = [known.get(term) or self._idf(term, n) for term, n in zip(terms, counts, strict=True)]
        sums = self._without_removed(self._sums(found, idfs))
        return Match(sums, self._greatest_weight * sum(idfs), self._order)

    def match_meanings(self, meanings: Sequence[Meaning], counted: NDArray[np.bool_]) -> Match:
        """Matches a question's terms, each by any of several terms that may stand for it in a passage.

        A structured query (Pirkola 1998): a term counts once in a passage, by the weight of the best match,
        with the idf of all its terms together (Darwish & Oard 2003, "Probabilistic structured query
        methods"). So neither many translations nor a rare one make a term weigh more.

        Args:
            meanings: of each term of the question.
            counted: (rows,) the passages that are matched.
        """
        terms = list(dict.fromkeys(term for meaning in meanings for term in meaning))
        sums, most = np.zeros(self._firsts[-1]), 0.0
        if not counted.any():
            return Match(sums, most, self._order)
        found = Lookup(self.segments, terms)
        counts = self._counts(terms, found)
        numbers = {term: number for number, term in enumerate(terms)}
        best = np.empty_like(sums)
        for meaning in meanings:
            count = sum(weight * counts[numbers[term]] for term, weight in meaning.items())
            idf = log((self.corpus_size + 1) / max(min(count, self.corpus_size), 1))
            most += self._greatest_weight * idf
            if count:
                best[:] = 0
                for term, weight in meaning.items():
                    self._raise(best, found, numbers[term], weight * idf)
                sums += best
        return Match(self._without_removed(np.where(counted, sums, 0)), most, self._order)

    def _raise(self, best: NDArray[np.float64], found: Lookup, number: int, factor: float) -> None:
        """Raises each row's value to what the term of this number weighs in it, if that is more."""
        for first, postings, weights, places in zip(
            self._firsts, self.segments, self._weights, found.places, strict=False
        ):
            place = places[number]
            if place.start == place.stop:  # of most terms a small segment has none
                continue
            rows = first + postings.rows[place].astype(np.intp)
            weighed = factor * weights.take(postings.codes[place], mode="clip")
            best[rows] = np.maximum(best[rows], weighed)

    def _without_removed(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sets the sums of removed passages to 0."""
        for first, postings in zip(self._firsts, self.segments, strict=False):
            if len(postings.removed):
                sums[first + postings.removed] = 0
        return sums

    def _counts(self, terms: Sequence[str], found: Lookup) -> Sequence[int]:
        """The number of passages in the collection that contain each term."""
        known = self._frequencies
        return found.frequencies if known is None else [known.found.get(term, 0) for term in terms]

    def _sums(self, found: Lookup, idfs: Sequence[float], less: float = 0) -> NDArray[np.float64]:
        """(rows,) the summed weights of all terms that each passage has.

        In float64 and in the question's order, so that every process and any segments give the same numbers.

        Args:
            found: the terms.
            idfs: of each term.
            less: subtracted from each weight before it is multiplied by the idf.
        """
        segments = [
            _Matched(first, postings, weights - less if less else weights, places)
            for first, postings, weights, places in zip(
                self._firsts, self.segments, self._weights, found.places, strict=False
            )
        ]
        sums = _added([one for one in segments if one.size < _FEW], np.array(idfs), self._firsts[-1])
        for one in segments:
            if one.size >= _FEW:
                one.add(sums, np.array(idfs))
        return sums

    def _idf(self, term: str, count: int) -> float:
        """BM25Plus's idf of a term; a term in no passage gets the idf of the rarest."""
        if not count:
            return log(self.corpus_size + 1)
        if term not in self.idf:
            self._calc_idf({term: count})
        return float(self.idf[term])


class _Matched:
    """The postings that a segment has of a question's terms.

    Attributes:
        first: the segment's first row.
        postings: all of the segment.
        weights: of each of its pairs, in units of the idf.
        places: of each term's posting.
        size: the number of postings of all terms.
    """

    def __init__(
        self, first: int, postings: Postings, weights: NDArray[np.float64], places: Sequence[slice]
    ) -> None:
        self.first, self.postings, self.weights, self.places = first, postings, weights, places
        self.sizes = [place.stop - place.start for place in places]
        self.size = sum(self.sizes)

    def add(self, sums: NDArray[np.float64], idfs: NDArray[np.float64]) -> None:
        """Adds to each passage's sum what each term weighs in it, term by term."""
        postings = self.postings
        own = sums[self.first : self.first + len(postings.lengths)]
        for place, of_term in zip(self.places, np.multiply.outer(idfs, self.weights), strict=True):
            # numpy is several times quicker if it needn't convert the rows or check the codes.
            np.add.at(
                own, postings.rows[place].astype(np.intp), of_term.take(postings.codes[place], mode="clip")
            )


def _added(segments: Sequence[_Matched], idfs: NDArray[np.float64], passages: int) -> NDArray[np.float64]:
    """(passages,) the summed weights of all terms in these segments, by one pass over their postings."""
    found = [one for one in segments if one.size]
    if not found:
        return np.zeros(passages)
    places = [(one.postings, place) for one in found for place in one.places if place.start < place.stop]
    rows = np.concatenate([postings.rows[place] for postings, place in places], dtype=np.intp)
    codes = np.concatenate([postings.codes[place] for postings, place in places], dtype=np.intp)
    sizes = [one.size for one in found]
    rows += np.repeat([one.first for one in found], sizes)
    codes += np.repeat(np.cumsum([0, *(len(one.weights) for one in found[:-1])]), sizes)
    of_terms = np.concatenate([one.weights for one in found]).take(codes, mode="clip")
    of_terms *= np.concatenate([np.repeat(idfs, one.sizes) for one in found])
    return np.asarray(np.bincount(rows, of_terms, passages), np.float64)


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
