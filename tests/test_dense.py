"""FAISS, held to numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.dense import DenseIndex


def unit(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("count", [1, 7, 300])
@pytest.mark.parametrize("k", [1, 5, 1000])
@pytest.mark.parametrize("is_saved", [False, True])
def test_held_to_brute_force(count: int, k: int, is_saved: bool, tmp_path: Path) -> None:
    vectors = unit(count, 24, seed=count)
    index = DenseIndex.build(vectors)
    if is_saved:
        index.save(tmp_path / "dense.faiss")
        index = DenseIndex.load(tmp_path / "dense.faiss")
    for question in unit(20, 24, seed=99):
        cosines = vectors @ question
        expected = np.argsort(-cosines)[:k]
        rows, found = index.search(question, k)
        assert rows.tolist() == expected.tolist()
        np.testing.assert_allclose(found, cosines[expected], atol=1e-6)
        assert rows.dtype == np.int64
    np.testing.assert_array_equal(index.vectors(), vectors)


def test_each_vector_finds_itself() -> None:
    vectors = unit(50, 8, seed=3)
    index = DenseIndex.build(vectors)
    assert [int(index.search(vector, 1)[0][0]) for vector in vectors] == list(range(50))


@pytest.mark.parametrize("is_saved", [False, True])
def test_empty(is_saved: bool, tmp_path: Path) -> None:
    index = DenseIndex.build(np.zeros((0, 24), np.float32))
    if is_saved:
        index.save(tmp_path / "dense.faiss")
        index = DenseIndex.load(tmp_path / "dense.faiss")
    rows, cosines = index.search(np.ones(24, np.float32), 5)
    assert (rows.shape, cosines.shape) == ((0,), (0,))
    assert index.vectors().shape == (0, 24)


def test_vectors_that_are_a_view_or_in_double_precision() -> None:
    vectors = unit(20, 8, seed=4)
    for same in (np.asfortranarray(vectors), np.repeat(vectors, 2, axis=0)[::2], vectors.astype(float)):
        index = DenseIndex.build(np.asarray(same))
        np.testing.assert_array_equal(index.vectors(), vectors)
