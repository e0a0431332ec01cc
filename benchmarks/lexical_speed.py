"""How fast BM25 is: Dalil's postings, rank-bm25 and bm25s over the same passages, in the same run.

Words are taken as they stand, so that what is timed is the search and not an analyzer. Questions are
twelve neighbouring words of passages that aren't in the collection: frequent words and rare ones as they
come. The terms of the questions are given as strings to all three.
bm25s needs the extra `dalil[peers]`, which `make bench` installs.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from synthetic import Synthetic

from index.retrieval.bm25 import LexicalIndex
from index.retrieval.postings import Postings
from index.storage.arrays import map_arrays, write_arrays

K = 10
# As many as `ask` looks at in all, and as many of other legs: twice what a leg proposes.
CANDIDATES = 100
_ARRAYS = ("keys", "starts", "rows", "codes", "pairs", "lengths")


@dataclass(frozen=True)
class LexicalSpeed:
    """One collection's figures, in seconds; of a question, the median, and the slowest of all.

    Attributes:
        passages: how many there are.
        build: making the postings of words that are given, and writing them.
        bytes_a_passage: on disk.
        opening: mapping them in a process that has numpy.
        best: the ten best passages.
        slowest: the same, of the slowest question.
        leg: what a search asks for: the hundred best, and the scores of a hundred others.
        rank_bm25: rank-bm25's ten best; None where it wasn't run.
        bm25s: bm25s' ten best with numpy, single-threaded; None where it wasn't run.
    """

    passages: int
    build: float
    bytes_a_passage: float
    opening: float
    best: float
    slowest: float
    leg: float
    rank_bm25: float | None = None
    bm25s: float | None = None


def measure(
    collection: Synthetic, passages: int, *, questions: int = 100, peers: bool = False
) -> LexicalSpeed:
    """Times BM25 over so many passages.

    Args:
        collection: where the passages and the questions come from.
        passages: how many.
        questions: how many.
        peers: rank-bm25 and bm25s too; they need 10 KB a passage.
    """
    asked = collection.questions(questions)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        given = list(collection.passages(passages)) if peers else None
        start = time.perf_counter()
        postings = Postings.of(collection.passages(passages) if given is None else given)
        write_arrays(folder / "terms", {name: getattr(postings, name) for name in _ARRAYS})
        build = time.perf_counter() - start
        size = sum(path.stat().st_size for path in folder.iterdir())
        start = time.perf_counter()
        arrays = map_arrays(folder / "terms")
        index = LexicalIndex([Postings(*(arrays[name] for name in _ARRAYS))])
        index.match(["a"])
        opening = time.perf_counter() - start
        others = np.sort(np.random.default_rng(0).choice(passages, min(CANDIDATES, passages), replace=False))

        def leg(terms: Sequence[str]) -> None:
            match = index.match(terms)
            match.best(CANDIDATES)
            match.scores(others)

        best = _times(lambda terms: index.match(terms).best(K), asked)
        legs = _times(leg, asked)
        theirs = {} if given is None else {name: timed(given, asked) for name, timed in _PEERS.items()}
    return LexicalSpeed(
        passages,
        build,
        size / passages,
        opening=opening,
        best=statistics.median(best),
        slowest=max(best),
        leg=statistics.median(legs),
        **theirs,
    )


def _rank_bm25(passages: list[list[str]], questions: list[list[str]]) -> float:
    from rank_bm25 import BM25Plus

    model = BM25Plus(passages)

    def search(terms: Sequence[str]) -> None:
        # What its own get_top_n does, without copying the passages.
        np.argsort(model.get_scores(terms))[::-1][:K]

    return statistics.median(_times(search, questions[:5]))


def _bm25s(passages: list[list[str]], questions: list[list[str]]) -> float:
    import bm25s

    model = bm25s.BM25(method="bm25+")
    model.index(passages, show_progress=False)

    def search(terms: Sequence[str]) -> None:
        model.retrieve([terms], k=K, show_progress=False, n_threads=0)

    return statistics.median(_times(search, questions))


_PEERS: dict[str, Callable[[list[list[str]], list[list[str]]], float]] = {
    "rank_bm25": _rank_bm25,
    "bm25s": _bm25s,
}


def _times(search: Callable[[Sequence[str]], object], questions: Sequence[Sequence[str]]) -> list[float]:
    """How long each question takes, once what it reads is in memory."""
    for terms in questions:
        search(terms)
        if len(questions) <= 5:
            break
    found = []
    for terms in questions:
        start = time.perf_counter()
        search(terms)
        found.append(time.perf_counter() - start)
    return found
