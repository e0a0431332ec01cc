"""Candidates -> hits: what every engine does with the passages that its legs propose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.fusion import Summands, fuse, names_part, words_part
from index.query import Query
from index.types import Hit, Passage

FloatArray = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The passages that a question's legs propose, each with its scores.

    Attributes:
        passage: the passage in a row.
        rows: (n,) ascending: all that a leg proposes.
        matching: the rows that BM25 proposes, and their shares, best first.
        nearest: the rows whose vectors are nearest, and their cosines, best first.
        semantic: (n,) late interaction with each; cosines of vectors where there are no token vectors.
        has_tokens: whether it is late interaction.
        shares: (n,) BM25 of each, as a share of the most that it could be.
        names: (n,) the share of the question that is names of the same sound.
        arabic_shares: (n,) of each passage's words.
    """

    passage: Callable[[int], Passage]
    rows: Rows
    matching: tuple[Rows, FloatArray]
    nearest: tuple[Rows, FloatArray]
    semantic: FloatArray
    has_tokens: bool
    shares: FloatArray
    names: FloatArray
    arabic_shares: FloatArray


def rank(query: Query, candidates: Candidates, k: int) -> list[Hit]:
    """The `k` best candidates as hits, best first."""
    rows, semantic = candidates.rows, candidates.semantic
    legs = {"bm25": _places(*candidates.matching), "dense": _places(*candidates.nearest), "late": {}}
    if candidates.has_tokens:
        by_late = np.argsort(-semantic, kind="stable")
        legs["late"] = _places(rows[by_late], semantic[by_late])
    distance = np.abs(candidates.arabic_shares - query.arabic_share)
    scores = fuse(semantic, candidates.shares, candidates.names, distance)
    return [
        Hit(
            candidates.passage(int(rows[i])),
            float(scores[i]),
            {leg: places[rows[i]][0] if rows[i] in places else None for leg, places in legs.items()},
            {leg: places[rows[i]][1] for leg, places in legs.items() if rows[i] in places},
        )
        for i in np.argsort(-scores, kind="stable")[:k]
    ]


def taken_apart(query: Query, candidates: Candidates, row: int) -> Summands:
    """What the score of the candidate in a row is the sum of."""
    (at,) = np.flatnonzero(candidates.rows == row)
    distance = np.abs(candidates.arabic_shares[at : at + 1] - query.arabic_share)
    best = candidates.shares.max(initial=0)
    words = words_part(candidates.shares[at : at + 1], best, distance)
    names = names_part(candidates.names[at : at + 1], distance)
    return Summands(float(candidates.semantic[at]), float(words[0]), float(names[0]))


def _places(rows: Rows, scores: FloatArray) -> dict[int, tuple[int, float]]:
    """Row -> its rank and score in a leg, given best first."""
    pairs = zip(rows.tolist(), scores.tolist(), strict=True)
    return {row: (rank, score) for rank, (row, score) in enumerate(pairs, 1)}
