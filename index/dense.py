"""FAISS over passage vectors: one vector a passage, inner product, exact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.disk import write

if TYPE_CHECKING:
    import faiss

FloatArray = NDArray[np.float32]


class DenseIndex:
    """The vectors of every passage, searchable by cosine."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: FloatArray) -> DenseIndex:
        """Indexes (passages, dimension) float32 vectors of unit length."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Opens what `save` wrote."""
        import faiss

        return cls(faiss.deserialize_index(np.frombuffer(path.read_bytes(), np.uint8)))

    def save(self, path: Path) -> None:
        """Writes the index to one file.

        Raises:
            OSError: it couldn't be written.
        """
        import faiss

        write(path, [faiss.serialize_index(self._index).data])

    def vectors(self) -> FloatArray:
        """(passages, dimension) float32, as they were given."""
        return np.asarray(self._index.reconstruct_n(0, self._index.ntotal), np.float32)

    def search(self, vector: FloatArray, k: int) -> tuple[NDArray[np.int64], FloatArray]:
        """The passages nearest to a (dimension,) vector.

        Returns:
            Their rows and their cosines, best first: `min(k, passages)` of each.
        """
        k = min(k, self._index.ntotal)
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        cosines, rows = self._index.search(np.ascontiguousarray(vector[None], np.float32), k)
        return rows[0], cosines[0]
