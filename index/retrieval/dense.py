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
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray, Rows
from index.storage.files import read_array, write

if TYPE_CHECKING:
    import faiss

HalfArray = NDArray[np.float16]

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
# Of a search within a scope: up to this many passages are copied to be searched exactly, 13 MB with 384
# dimensions.
_COPIED = 1 << 14
# Of more passages within a scope, how many times as many vectors are rescored as without one.
_MORE_RESCORED = 2
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
        self,
        vector: FloatArray,
        k: int,
        removed: NDArray[np.integer] = _NONE,
        within: Subset | None = None,
    ) -> tuple[Rows, FloatArray]:
        """Rows among which are those that `search` returns, and their cosines to within `ROUNDING`.

        Args:
            vector: of unit length.
            k: how many.
            removed: as in `search`.
            within: the passages that alone are searched, without those removed; all if not given.
        """
        left = len(self) - len(removed) if within is None else len(within.rows)
        k = min(k, left)
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        query = np.ascontiguousarray(vector[None], np.float32)
        with _one_thread():
            if within is not None and within.copied is not None:
                rows, found = _exhaustive(within.copied, query, k, left)
                rows = within.rows[rows]
            elif self._settings["kind"] == "exact":
                rows, found = self._exact(query, k, left, removed, within)
            else:
                rows = self._near(query, k, removed) if within is None else self._near_in(query, k, within)
                found = self.cosines(vector, rows)
        order = np.argsort(rows)
        return rows[order], found[order]

    def subset(self, rows: Rows) -> Subset:
        """Prepares searches of some passages alone.

        Args:
            rows: ascending.
        """
        index = None if self._settings["kind"] == "exact" else cast("faiss.IndexIVF", self._index)
        return Subset.of(self.vectors, rows, index)

    def cosines(self, vector: FloatArray, rows: Rows) -> FloatArray:
        """(len(rows),) float32 cosines of a (dimension,) vector with the passages in these rows."""
        return cosines(self.vectors[rows], vector)

    def _exact(
        self, query: FloatArray, k: int, left: int, removed: NDArray[np.integer], within: Subset | None
    ) -> tuple[Rows, FloatArray]:
        import faiss

        effort = faiss.SearchParameters()
        if within is not None:
            effort.sel = within.selector
        elif len(removed):
            effort.sel = faiss.IDSelectorNot(faiss.IDSelectorBatch(removed.astype(np.int64)))
        return _exhaustive(self._index, query, k, left, effort)

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

    def _near_in(self, query: FloatArray, k: int, within: Subset) -> Rows:
        """Rows of a subset among which are those nearest to a question."""
        share = max(k / NEAREST, 0.5)
        clusters = self._settings["clusters"]
        index = cast("faiss.IndexIVF", self._index)
        # As many passages are compared as when the settings were measured, in however many clusters they are.
        wanted = self._settings["probes"] * len(self) / clusters * max(share, 1.0)
        (nearest,) = index.quantizer.search(query, clusters)[1]
        probes = int(np.cumsum(within.of_clusters[nearest]).searchsorted(wanted)) + 1
        # The settings are for questions near to some passages; those of a scope may all be far.
        kept = min(math.ceil(_MORE_RESCORED * self._settings["rescored"] * share), len(within.rows))
        while True:
            rows = _candidates(index, query, min(probes, clusters), kept, within.selector)[0]
            found: Rows = rows[rows >= 0]
            if len(found) >= k or (probes >= clusters and kept == len(within.rows)):
                return found
            kept = len(within.rows) if probes >= clusters else kept
            probes *= 2


@dataclass(frozen=True, eq=False)
class Subset:
    """Passages of a segment that alone are searched, prepared for any number of searches.

    Attributes:
        rows: of the passages, ascending.
        copied: an exhaustive index of their vectors; None if there are many.
        selector: FAISS's selector of the rows, if there are many.
        of_clusters: (clusters,) how many are in each cluster, if there are many in a segment with clusters.
    """

    rows: Rows
    copied: faiss.Index | None = None
    selector: faiss.IDSelector | None = None
    of_clusters: NDArray[np.int64] = field(default_factory=lambda: _NONE)

    @classmethod
    def of(cls, vectors: HalfArray, rows: Rows, index: faiss.IndexIVF | None) -> Subset:
        """Prepares a subset.

        Args:
            vectors: of all of the segment's passages.
            rows: of the subset, ascending.
            index: of the segment's clusters, if it has any.
        """
        import faiss

        if len(rows) <= _COPIED:
            copied = _flat(vectors.shape[1])
            copied.add_sa_codes(np.ascontiguousarray(vectors[rows], "<f2").view(np.uint8))
            return cls(rows, copied)
        inside = np.zeros(len(vectors), np.bool_)
        inside[rows] = True
        bitmap: Any = faiss.IDSelectorBitmap
        selector = bitmap(np.packbits(inside, bitorder="little"))
        if index is None:
            return cls(rows, None, selector)
        counts = []
        lists: Any = index.invlists
        for number in range(index.nlist):
            size = lists.list_size(number)
            ids = faiss.rev_swig_ptr(lists.get_ids(number), size) if size else _NONE
            counts.append(int(inside[ids].sum()))
        return cls(rows, None, selector, np.array(counts, np.int64))


def _exhaustive(
    index: faiss.Index, query: FloatArray, k: int, left: int, effort: faiss.SearchParameters | None = None
) -> tuple[Rows, FloatArray]:
    """Rows of an exhaustive index among which are the `k` nearest, of `left` that it searches."""
    for count in (min(k + _MORE, left), left):
        (found,), (rows,) = index.search(query, count, params=effort)
        # FAISS sums in another order than `cosines`, which decides.
        promising = found >= found[k - 1] - ROUNDING
        if count == left or not promising.all():
            break
    return np.asarray(rows[promising], np.int64), found[promising]


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


def _candidates(
    index: faiss.Index,
    queries: FloatArray,
    probes: int,
    kept: int,
    selector: faiss.IDSelector | None = None,
) -> Rows:
    """(queries, kept): the approximately nearest rows; -1 where the probed clusters hold no more."""
    import faiss

    effort = faiss.IVFSearchParameters()
    effort.nprobe = probes
    if selector is not None:
        effort.sel = selector
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
