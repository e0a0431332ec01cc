"""Dense retrieval with FAISS: one vector per passage, nearest neighbours by cosine.

A small segment is searched exactly. A larger one also has an inverted-file index with one bit per value
(RaBitQ, Gao & Long 2024, arXiv:2405.12497, in FAISS's fast scan): a search scans the codes of the clusters
nearest to the question, then rescores the best by their stored vectors. The numbers of clusters probed and
vectors rescored are chosen when the index is written, by the recall measured on that collection.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from index.storage.files import read_array, write

if TYPE_CHECKING:
    import faiss

FloatArray = NDArray[np.float32]
HalfArray = NDArray[np.float16]
Rows = NDArray[np.int64]

VECTORS, CLUSTERS = "vectors.npy", "clusters.faiss"

# Up to this many passages are searched exactly: with 384 dimensions one core takes 1 to 2 ms for it.
EXACT = 50_000
# The mean recall of the `NEAREST` nearest neighbours that a search must reach. Real questions lie farther
# off than the sample: at .98 those of XQuAD and TyDi found .965 among 100,000 passages.
RECALL = 0.99
NEAREST = 100
# The settings tried for it, fastest first: clusters probed, and vectors rescored.
_PROBES = (8, 16, 32, 64, 128, 256)
_RESCORED = (200, 400, 800, 1600, 3200)
_SAMPLE = 128
# Norm of the noise added to a stored vector to simulate a question.
_NOISE = 0.5
_SEED = 20_240
# Passages compared beyond those asked for, and how far FAISS's cosines may lie from those of `cosines`.
_MORE, ROUNDING = 16, np.float32(2e-6)
_NONE: Rows = np.zeros(0, np.int64)
# Vectors in memory at a time, as float32: 25 MB with 384 dimensions.
_BLOCK = 1 << 14


class DenseIndex:
    """Index of the passage vectors, searchable by cosine.

    Attributes:
        vectors: (passages, dimension) float16, memory-mapped. A cosine with one of them differs by less
            than .0005 from that with the float32 original.
    """

    def __init__(
        self, vectors: HalfArray, settings: Mapping[str, Any], clusters: faiss.Index | None = None
    ) -> None:
        """Use `load` or `joined`."""
        self.vectors = vectors
        self._settings = settings
        self._clusters = clusters

    @staticmethod
    def write(
        folder: Path, vectors: Iterable[NDArray[np.floating]], shape: tuple[int, int]
    ) -> dict[str, Any]:
        """Writes an index, holding one block of the vectors in memory at a time.

        Args:
            folder: where to write it.
            vectors: one per passage, of unit length, in order; consumed one at a time.
            shape: (passages, dimension).

        Returns:
            The settings for `load`: numbers and text, deterministic for the same vectors.

        Raises:
            OSError: not all of it could be written.
        """
        write(folder / VECTORS, _npy(vectors, shape))
        if shape[0] <= EXACT:
            return {"kind": "exact"}
        import faiss

        stored = read_array(folder / VECTORS, mapped=True)
        index = _clustered(stored)
        write(folder / CLUSTERS, [faiss.serialize_index(index).data])
        return {"kind": "clusters", "clusters": index.nlist, **_effort(stored, index)}

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> DenseIndex:
        """Opens an index written by `write`, with the settings that it returned.

        Raises:
            OSError, ValueError: a file can't be read.
        """
        vectors = read_array(folder / VECTORS, mapped=True)
        if settings["kind"] == "exact":
            return cls(vectors, settings)
        import faiss

        content = np.frombuffer((folder / CLUSTERS).read_bytes(), np.uint8)
        return cls(vectors, settings, faiss.deserialize_index(content))

    @classmethod
    def joined(cls, indexes: Sequence[DenseIndex]) -> DenseIndex:
        """One index of the passages of several, searched exactly; the vectors are copied."""
        return cls(np.concatenate([index.vectors for index in indexes]), {"kind": "exact"})

    @cached_property
    def _index(self) -> faiss.Index:
        """What FAISS searches: of vectors that are searched exactly, a copy in memory."""
        if self._clusters is not None:
            return self._clusters
        index = _flat(self.vectors.shape[1])
        for _, block in _blocks(self.vectors):
            index.add(block)
        return index

    def __len__(self) -> int:
        return len(self.vectors)

    def search(
        self, vector: FloatArray, k: int, removed: NDArray[np.integer] = _NONE
    ) -> tuple[Rows, FloatArray]:
        """The passages nearest to a (dimension,) vector.

        Args:
            vector: of unit length.
            k: how many.
            removed: ascending, rows that aren't searched.

        Returns:
            Their rows and cosines, best first, equal ones in the order of the rows: `min(k, passages)` of
            each. Cosines are exact for the stored vectors, whichever index found them.
        """
        rows, _ = self.promising(vector, k, removed)
        found = self.cosines(vector, rows)
        best = np.argsort(-found, kind="stable")[:k]
        return rows[best], found[best]

    def promising(
        self, vector: FloatArray, k: int, removed: NDArray[np.integer] = _NONE
    ) -> tuple[Rows, FloatArray]:
        """Rows among which are those that `search` returns, and their cosines to within `ROUNDING`."""
        k = min(k, len(self) - len(removed))
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        query = np.ascontiguousarray(vector[None], np.float32)
        with _one_thread():
            if self._settings["kind"] == "exact":
                rows, found = self._exact(query, k, removed)
            else:
                rows = self._near(query, k, removed)
                found = self.cosines(vector, rows)
        order = np.argsort(rows)
        return rows[order], found[order]

    def cosines(self, vector: FloatArray, rows: Rows) -> FloatArray:
        """(len(rows),) float32 cosines of a (dimension,) vector with the passages in these rows."""
        return cosines(self.vectors[rows], vector)

    def _exact(self, query: FloatArray, k: int, removed: NDArray[np.integer]) -> tuple[Rows, FloatArray]:
        import faiss

        effort = faiss.SearchParameters()
        if len(removed):
            effort.sel = faiss.IDSelectorNot(faiss.IDSelectorBatch(removed.astype(np.int64)))
        left = len(self) - len(removed)
        for count in (min(k + _MORE, left), left):
            (found,), (rows,) = self._index.search(query, count, params=effort)
            # FAISS sums in another order than `cosines`, which decides.
            promising = found >= found[k - 1] - ROUNDING
            if count == left or not promising.all():
                break
        return np.asarray(rows[promising], np.int64), found[promising]

    def _near(self, query: FloatArray, k: int, removed: NDArray[np.integer]) -> Rows:
        # The settings are for `NEAREST`. For a smaller k, fewer are compared, down to half; for a larger k,
        # more clusters are probed as well.
        share = max(k / NEAREST, 0.5)
        probes = math.ceil(self._settings["probes"] * max(share, 1.0))
        every = len(self) / (len(self) - len(removed))
        kept = min(math.ceil(self._settings["rescored"] * share * every), len(self))
        while True:
            rows = _candidates(self._index, query, probes, kept)[0]
            found: Rows = np.setdiff1d(rows[rows >= 0], removed)
            if len(found) >= k:
                return found
            if probes >= self._settings["clusters"]:
                if kept == len(self):
                    return found
                kept = len(self)
            probes *= 2


def cosines(vectors: HalfArray, vector: FloatArray) -> FloatArray:
    """(n,) float32 cosines of (n, dimension) stored vectors with a (dimension,) vector."""
    # Not a product by BLAS: see `NameIndex.scores`.
    found = np.einsum("ij,j->i", vectors.astype(np.float32), vector.astype(np.float32))
    return np.asarray(found, np.float32)


def _npy(vectors: Iterable[NDArray[np.floating]], shape: tuple[int, int]) -> Iterator[bytes | memoryview]:
    """Yields the content of a .npy file with the vectors in half precision."""
    header = io.BytesIO()
    descr = {"descr": "<f2", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, descr)
    yield header.getvalue()
    count = 0
    for vector in vectors:
        yield np.asarray(vector, "<f2").tobytes()
        count += 1
    if count != shape[0]:
        raise ValueError(f"{count} vectors came where {shape[0]} were announced")


def _blocks(vectors: HalfArray) -> Iterator[tuple[int, FloatArray]]:
    for start in range(0, len(vectors), _BLOCK):
        yield start, vectors[start : start + _BLOCK].astype(np.float32)


def _flat(dimension: int) -> faiss.Index:
    """An exhaustive index of half-precision vectors."""
    import faiss

    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.is_trained = True  # half precision has nothing to learn, and there may be nothing to learn from
    return index


def _clustered(vectors: HalfArray) -> faiss.IndexIVF:
    """An inverted-file index with one bit per value."""
    import faiss

    # Two to four times the root of the passages, as FAISS's guidelines recommend: 2,048 at a million.
    lists = 1 << round(math.log2(2 * math.sqrt(len(vectors))))
    made = faiss.index_factory(vectors.shape[1], f"IVF{lists},RaBitQfs", faiss.METRIC_INNER_PRODUCT)
    index = cast("faiss.IndexIVF", made)
    index.cp.seed, index.cp.niter = _SEED, 10
    sample = np.random.default_rng(_SEED).permutation(len(vectors))[: 64 * lists]
    index.train(vectors[np.sort(sample)].astype(np.float32))
    for _, block in _blocks(vectors):
        index.add(block)
    return index


def _effort(vectors: HalfArray, index: faiss.IndexIVF) -> dict[str, Any]:
    """The cheapest settings with sufficient recall, measured on stored vectors with added noise."""
    generator = np.random.default_rng(_SEED)
    queries = vectors[np.sort(generator.choice(len(vectors), _SAMPLE, replace=False))].astype(np.float32)
    noise = generator.standard_normal(queries.shape).astype(np.float32)
    queries += _NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    nearest = _nearest(vectors, queries)

    def recall(probes: int, rescored: int) -> float:
        found = 0
        for query, expected, rows in zip(
            queries, nearest, _candidates(index, queries, probes, rescored), strict=True
        ):
            rows = np.sort(rows[rows >= 0])
            cosines = vectors[rows].astype(np.float32) @ query
            found += len(np.intersect1d(rows[np.argsort(-cosines)[:NEAREST]], expected))
        return found / nearest.size

    # The fewest clusters that hold enough of the nearest, then the fewest rescored vectors with that recall.
    for probes in _PROBES:
        most = recall(probes, _RESCORED[-1])
        if most >= RECALL:
            break
    for rescored in _RESCORED:
        reached = recall(probes, rescored)
        if reached >= min(most, RECALL):
            break
    return {"probes": probes, "rescored": rescored, "recall": round(reached, 4)}


def _nearest(vectors: HalfArray, queries: FloatArray) -> Rows:
    """(queries, NEAREST): the rows of the nearest vectors, by exhaustive search."""
    import faiss

    best = faiss.ResultHeap(len(queries), NEAREST, keep_max=True)
    for start, block in _blocks(vectors):
        cosines, rows = faiss.knn(queries, block, NEAREST, metric=faiss.METRIC_INNER_PRODUCT)
        best.add_result(cosines, rows + start)
    best.finalize()
    return np.asarray(best.I, np.int64)


def _candidates(index: faiss.Index, queries: FloatArray, probes: int, kept: int) -> Rows:
    """(queries, kept): the approximately nearest rows; -1 where the probed clusters hold no more."""
    import faiss

    effort = faiss.IVFSearchParameters()
    effort.nprobe = probes
    return np.asarray(index.search(queries, kept, params=effort)[1], np.int64)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limits FAISS to the calling thread.

    FAISS would start one thread per core even for a single question, and concurrent questions would wait
    for each other's threads. The setting is OpenMP's and applies to this thread only.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
