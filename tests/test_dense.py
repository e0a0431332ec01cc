"""FAISS, held to numpy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.retrieval import dense
from index.retrieval.dense import CLUSTERS, RECALL, VECTORS, DenseIndex


def unit(count: int, dimension: int, seed: int) -> FloatArray:
    return scaled(np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32))


def scaled(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def written(folder: Path, vectors: NDArray[np.floating]) -> DenseIndex:
    return DenseIndex.load(folder, DenseIndex.write(folder, vectors, vectors.shape))


@pytest.mark.parametrize("count", [1, 7, 300])
@pytest.mark.parametrize("k", [1, 5, 1000])
def test_held_to_brute_force(count: int, k: int, tmp_path: Path) -> None:
    vectors = unit(count, 24, seed=count)
    index = written(tmp_path, vectors)
    stored = vectors.astype(np.float16)
    np.testing.assert_array_equal(index.vectors, stored)
    for question in unit(20, 24, seed=99):
        cosines = stored.astype(np.float32) @ question
        expected = np.argsort(-cosines)[:k]
        rows, found = index.search(question, k)
        # Where two are equally near, either may be first.
        np.testing.assert_allclose(cosines[rows], cosines[expected], atol=1e-6)
        assert len(set(rows.tolist())) == min(k, count)
        np.testing.assert_allclose(found, cosines[expected], atol=1e-6)
        # Half precision costs less than the fourth digit.
        np.testing.assert_allclose(found, (vectors @ question)[expected], atol=5e-4)
        np.testing.assert_allclose(index.cosines(question, expected[::-1]), found[::-1], atol=1e-6)
        assert rows.dtype == np.int64
        assert found.dtype == np.float32


def test_each_vector_finds_itself(tmp_path: Path) -> None:
    vectors = unit(50, 8, seed=3)
    index = written(tmp_path, vectors)
    assert [int(index.search(vector, 1)[0][0]) for vector in vectors] == list(range(50))


def test_equally_near_are_in_the_order_of_the_passages(tmp_path: Path) -> None:
    vectors = np.repeat(unit(3, 8, seed=3), 4, axis=0)
    rows, _ = written(tmp_path, vectors).search(vectors[5], 4)
    assert rows.tolist() == [4, 5, 6, 7]


def test_empty(tmp_path: Path) -> None:
    index = written(tmp_path, np.zeros((0, 24), np.float32))
    rows, cosines = index.search(np.ones(24, np.float32), 5)
    assert (rows.shape, cosines.shape) == ((0,), (0,))
    assert index.vectors.shape == (0, 24)
    assert len(index) == 0


def test_vectors_that_are_a_view_or_in_double_precision(tmp_path: Path) -> None:
    vectors = unit(20, 8, seed=4)
    for same in (np.asfortranarray(vectors), np.repeat(vectors, 2, axis=0)[::2], vectors.astype(float)):
        np.testing.assert_array_equal(written(tmp_path, same).vectors, vectors.astype(np.float16))


def test_storing_what_was_stored_changes_nothing(tmp_path: Path) -> None:
    """An update takes over vectors that were rounded before."""
    first = np.array(written(tmp_path, unit(30, 8, seed=5)).vectors)
    np.testing.assert_array_equal(written(tmp_path, first.astype(np.float32)).vectors, first)
    np.testing.assert_array_equal(written(tmp_path, first).vectors, first)


def grouped(count: int, dimension: int, seed: int) -> FloatArray:
    """Vectors in groups of about 50, as passages on one subject are."""
    generator = np.random.default_rng(seed)
    centers = unit(count // 50, dimension, seed)
    noise = generator.standard_normal((count, dimension)).astype(np.float32) / dimension**0.5
    return scaled(centers[generator.integers(len(centers), size=count)] + noise)


@pytest.fixture(scope="module")
def vectors() -> FloatArray:
    return grouped(12_000, 64, seed=1)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "EXACT", 5_000)


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_clusters_find_nearly_all_that_is_nearest(vectors: FloatArray, tmp_path: Path) -> None:
    settings = DenseIndex.write(tmp_path, vectors, vectors.shape)
    assert settings["kind"] == "clusters"
    assert settings["recall"] >= RECALL
    index = DenseIndex.load(tmp_path, settings)
    stored = np.asarray(index.vectors, np.float32)
    found = 0
    questions = grouped(100, 64, seed=1)
    for question in questions:
        cosines = stored @ question
        rows, scores = index.search(question, 100)
        assert len(set(rows.tolist())) == 100
        np.testing.assert_allclose(scores, cosines[rows], atol=1e-6)
        assert (np.diff(scores) <= 0).all()
        found += len(np.intersect1d(rows, np.argsort(-cosines)[:100]))
    assert found / (100 * len(questions)) > 0.95


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_clusters_give_as_many_as_were_asked_for(vectors: FloatArray, tmp_path: Path) -> None:
    index = written(tmp_path, vectors)
    for k in (1, 1000, 12_000, 50_000):
        rows, _ = index.search(vectors[0], k)
        assert len(set(rows.tolist())) == min(k, 12_000)
        assert rows[0] == 0


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_the_same_vectors_make_the_same_index(vectors: FloatArray, tmp_path: Path) -> None:
    files = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        settings = DenseIndex.write(tmp_path / name, vectors, vectors.shape)
        files.append((settings, *((tmp_path / name / file).read_bytes() for file in (VECTORS, CLUSTERS))))
    assert files[0] == files[1]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        DenseIndex.write(tmp_path, unit(3, 8, seed=1), (3, 8))
