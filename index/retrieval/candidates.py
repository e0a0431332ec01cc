"""Candidates: the passages proposed by an engine's legs, their fused scores and score parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from index.array_types import FloatArray, Rows
from index.retrieval.fusion import ScoreParts, fuse, names_part, translations_part, words_part
from index.types import Hit, Passage


@dataclass(frozen=True, eq=False)
class Candidates:
    """The passages proposed by a question's legs, or the best of them, with their scores.

    Attributes:
        passage: returns the passage in a row.
        rows: (n,) ascending.
        matching: the rows proposed by BM25 and their shares, best first.
        translated_best: the rows proposed by BM25 over translated terms and their shares, best first.
        nearest: the rows with the nearest vectors and their cosines, best first.
        semantic: (n,) late-interaction scores; cosines of the passage vectors if not `has_late`.
        has_late: whether `semantic` is late interaction.
        shares: (n,) BM25, as a share of its upper bound.
        best_share: the greatest share of all passages, within a scope or not.
        names: (n,) the share of the question that is names of the same sound; may be left at 0 where the
            distance is 0.
        distances: (n,) in [0, 1], each passage's distance from the question's script.
        translated: (n,) BM25 over translated terms, as a share of its upper bound; may be left at 0 where
            most of a passage is in the question's script.
        best_translated: the greatest share over translated terms of all passages.
    """

    passage: Callable[[int], Passage]
    rows: Rows
    matching: tuple[Rows, FloatArray]
    translated_best: tuple[Rows, FloatArray]
    nearest: tuple[Rows, FloatArray]
    semantic: FloatArray
    has_late: bool
    shares: FloatArray
    best_share: float
    names: FloatArray
    distances: FloatArray
    translated: FloatArray
    best_translated: float

    def scores(self) -> FloatArray:
        """(n,) float32, the fused score of each."""
        return fuse(
            self.semantic,
            self.shares,
            self.best_share,
            names=self.names,
            script_distance=self.distances,
            translated=self.translated,
            best_translated=self.best_translated,
        )

    def best(self, count: int) -> Candidates:
        """The `count` candidates with the highest scores, or all if there are fewer."""
        if len(self.rows) <= count:
            return self
        kept = np.sort(np.argsort(-self.scores(), kind="stable")[:count])
        return replace(
            self,
            rows=self.rows[kept],
            semantic=self.semantic[kept],
            shares=self.shares[kept],
            names=self.names[kept],
            distances=self.distances[kept],
            translated=self.translated[kept],
        )

    def hits(self, k: int) -> list[Hit]:
        """The `k` best as hits, best first."""
        rows, semantic = self.rows, self.semantic
        legs = {"bm25": _places(*self.matching), "dense": _places(*self.nearest), "late": {}}
        if len(self.translated_best[0]):
            legs["translations"] = _places(*self.translated_best)
        if self.has_late:
            by_late = np.argsort(-semantic, kind="stable")
            legs["late"] = _places(rows[by_late], semantic[by_late])
        scores = self.scores()
        return [
            Hit(
                self.passage(int(rows[i])),
                float(scores[i]),
                {leg: places[rows[i]][0] if rows[i] in places else None for leg, places in legs.items()},
                {leg: places[rows[i]][1] for leg, places in legs.items() if rows[i] in places},
            )
            for i in np.argsort(-scores, kind="stable")[:k]
        ]

    def score_parts(self, passage: Passage) -> ScoreParts:
        """The score parts of one of the candidates."""
        (at,) = (i for i, row in enumerate(self.rows.tolist()) if self.passage(row).id == passage.id)
        distance = self.distances[at : at + 1]
        words = words_part(self.shares[at : at + 1], self.best_share, distance)
        names = names_part(self.names[at : at + 1], distance)
        translations = translations_part(self.translated[at : at + 1], self.best_translated, distance)
        return ScoreParts(float(self.semantic[at]), float(words[0]), float(names[0]), float(translations[0]))


def _places(rows: Rows, scores: FloatArray) -> dict[int, tuple[int, float]]:
    """Row -> its rank and score in a leg, from rows given best first."""
    pairs = zip(rows.tolist(), scores.tolist(), strict=True)
    return {row: (rank, score) for rank, (row, score) in enumerate(pairs, 1)}
