"""BM25, by rank-bm25's BM25Plus (Lv & Zhai 2011, "Lower-bounding term frequency normalization").

BM25Okapi gives a word that stands in half of the passages no weight or less, which in a small
collection is most words; BM25Plus doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Plus

K1 = 1.5
B = 0.75
DELTA = 1.0


class LexicalIndex:
    """The terms of every passage, searchable by BM25."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        """Indexes the passages.

        Args:
            rows: the terms of each passage, in order, as the analyzer gives them.
        """
        self.rows = rows
        # BM25Plus divides by the number of passages and by their mean length.
        self._model = BM25Plus(rows, k1=K1, b=B, delta=DELTA) if any(rows) else None

    def scores(self, terms: Collection[str]) -> NDArray[np.float32]:
        """BM25 of every passage as a share of the most that any passage could have.

        Args:
            terms: of the question; those that repeat count once.

        Returns:
            (passages,) float32 in [0, 1]: 0 where no term of the question stands in the passage,
            1 for a passage that is infinitely full of all of them. Unlike BM25 itself this
            compares between questions, and it doesn't depend on which other passages are compared.
        """
        # In float64 and in the question's order, so that every process finds the same numbers.
        shares = np.zeros(len(self.rows))
        most = 0.0
        if self._model is None:
            return shares.astype(np.float32)
        for term in dict.fromkeys(terms):
            idf = self._model.idf.get(term)
            # A term that no passage has was asked for all the same: it weighs as the rarest.
            most += (K1 + 1 + DELTA) * (np.log(len(self.rows) + 1) if idf is None else idf)
            if idf is not None:
                # BM25Plus gives idf * delta to passages without the term too: go by its presence.
                present = [term in frequencies for frequencies in self._model.doc_freqs]
                shares += np.where(present, self._model.get_scores([term]), 0)
        return (shares / most if most else shares).astype(np.float32)
