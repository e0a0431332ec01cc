"""How quick dense search and late interaction are as a collection grows, and what they cost on disk.

Collections larger than the vectors that are given are made by `jittered`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.retrieval.dense import VECTORS, DenseIndex
from index.retrieval.late_interaction import RECORDS, TokenRecords, late_scores, write_records
from index.retrieval.token_codec import QuantizedTokens, TokenVectors

_NEIGHBOURS = 10
_BLOCK = 50_000
# Length of the noise in all directions.
_NOISE = 0.15


@dataclass(frozen=True)
class DenseSpeed:
    """Dense search over so many passages.

    Attributes:
        passages: in the collection.
        kind: how they are searched.
        exact_ms, ms: medians of one search for 100 on one thread: comparing with every vector in half
            precision, and as `DenseIndex` does.
        recall: the mean share of the exact 100 that it finds.
        vector_bytes, index_bytes: on disk, of the vectors and of all else.
        write_seconds, load_seconds: making the index from its vectors, and opening it.
    """

    passages: int
    kind: str
    exact_ms: float
    ms: float
    recall: float
    vector_bytes: int
    index_bytes: int
    write_seconds: float
    load_seconds: float


@dataclass(frozen=True)
class LateSpeed:
    """Late interaction with so many candidates.

    Attributes:
        candidates: passages compared with.
        tokens: in each of them.
        words: tokens of the question.
        ms: median of one question.
        passage_bytes: on disk, checksums and all.
    """

    candidates: int
    tokens: int
    words: int
    ms: float
    passage_bytes: float


def jittered(vectors: FloatArray, count: int, seed: int = 1) -> Iterator[FloatArray]:
    """Blocks of `count` unit vectors in all, lying to each other much as these do.

    Each is one of the vectors moved any part of the way to one of its ten nearest, then by half of what
    lies between two other neighbours, then by noise of length .15 in all directions.
    """
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    neighbours = index.search(vectors, _NEIGHBOURS + 1)[1][:, 1:]
    generator = np.random.default_rng(seed)

    def pairs(size: int) -> tuple[FloatArray, FloatArray]:
        one = generator.integers(len(vectors), size=size)
        other = neighbours[one, generator.integers(_NEIGHBOURS, size=size)]
        return vectors[one], vectors[other] - vectors[one]

    for start in range(0, count, _BLOCK):
        size = min(_BLOCK, count - start)
        made, way = pairs(size)
        made = made + generator.random((size, 1), dtype=np.float32) * way
        made += np.float32(0.5) * pairs(size)[1]
        made += np.float32(_NOISE) * _unit(generator.standard_normal(made.shape, dtype=np.float32))
        yield _unit(made)


def dense_speed(vectors: NDArray[np.floating], questions: FloatArray) -> DenseSpeed:
    """Measures dense search for some questions' vectors over a collection's, which may be mapped."""
    import faiss

    with tempfile.TemporaryDirectory(prefix="dalil-dense-") as name:
        folder = Path(name)
        began = time.perf_counter()
        settings = DenseIndex.write(folder, vectors, vectors.shape)
        written = time.perf_counter()
        index = DenseIndex.load(folder, settings)
        loaded = time.perf_counter()
        exact = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        exact.is_trained = True
        for start in range(0, len(vectors), _BLOCK):
            exact.add(np.asarray(index.vectors[start : start + _BLOCK], np.float32))
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            truth = [exact.search(question[None], 100)[1][0] for question in questions]
            exact_ms = median_ms(partial(exact.search, question[None], 100) for question in questions[:20])
        finally:
            faiss.omp_set_num_threads(before)
        found = [index.search(question, 100)[0] for question in questions]
        shared = [len(np.intersect1d(*pair)) for pair in zip(truth, found, strict=True)]
        vector_bytes = (folder / VECTORS).stat().st_size
        return DenseSpeed(
            passages=len(vectors),
            kind=" ".join(f"{name} {value}" for name, value in settings.items()),
            exact_ms=exact_ms,
            ms=median_ms(partial(index.search, question, 100) for question in questions),
            recall=sum(shared) / (len(questions) * min(100, len(vectors))),
            vector_bytes=vector_bytes,
            index_bytes=sum(path.stat().st_size for path in folder.iterdir()) - vector_bytes,
            write_seconds=written - began,
            load_seconds=loaded - written,
        )


def late_speed(
    candidates: int = 100, tokens: int = 150, words: int = 15, dimension: int = 384, seed: int = 1
) -> LateSpeed:
    """Measures late interaction over random token vectors, each time with other candidates."""
    generator = np.random.default_rng(seed)
    passages = 20 * candidates

    def made(count: int, sentences: int) -> TokenVectors:
        vectors = _unit(generator.standard_normal((count, dimension), dtype=np.float32))
        spans = np.arange(0, 5 * count, 5, dtype=np.int32)[:, None] + np.array([0, 4], np.int32)
        numbers = (np.arange(count) * sentences // count).astype(np.int32)
        return TokenVectors(vectors, spans, np.ones(count, np.float32), numbers)

    with tempfile.TemporaryDirectory(prefix="dalil-late-") as name:
        folder = Path(name)
        made_up = (made(tokens, sentences=5) for _ in range(passages))
        arrays = write_records(folder, (QuantizedTokens.of(each).record() for each in made_up))
        stored = TokenRecords(folder / RECORDS, arrays["token_ends"], arrays["token_checksums"])

        def scored(question: TokenVectors, rows: NDArray[np.int64]) -> FloatArray:
            return late_scores(question, [stored.record(row) for row in rows.tolist()])

        question = made(words, sentences=1)
        rows = [generator.choice(passages, candidates, replace=False) for _ in range(50)]
        return LateSpeed(
            candidates=candidates,
            tokens=tokens,
            words=words,
            ms=median_ms(partial(scored, question, some) for some in rows),
            passage_bytes=((folder / RECORDS).stat().st_size + sum(a.nbytes for a in arrays.values()))
            / passages,
        )


def median_ms(calls: Iterable[Callable[[], object]]) -> float:
    """The median time of these calls in milliseconds."""
    times = []
    for call in calls:
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
