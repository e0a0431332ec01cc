"""The collections that speed is measured on: made-up texts whose vectors mean something, small ones here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scale

from index import Index
from index.folder import merge
from index.folder.merge import Size, due
from index.storage.files import write_array


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """What `scale.prepare` writes, of vectors that nobody encoded."""
    folder = tmp_path / "real"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for name in ("tokens", "vectors"):
        vectors = generator.standard_normal((50, 32)).astype(np.float32)
        write_array(folder / f"{name}.npy", vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return folder


def test_a_word_has_the_same_vector_wherever_it_stands(real: Path) -> None:
    encoder = scale.MixedEncoder(real)
    one, other = encoder.encode(["water and bread", "bread"], "passage")
    assert [("water and bread"[a:b]) for a, b in one.spans] == ["water", "and", "bread"]
    np.testing.assert_array_equal(one.tokens[2], other.tokens[0])
    np.testing.assert_allclose(np.linalg.norm(one.tokens, axis=1), 1, rtol=1e-5)
    assert encoder.count_tokens(["water and bread", "irrigation"]) == [3, 2]
    assert encoder.seconds > 0


@pytest.mark.slow
def test_a_collection_is_built_once_and_measured(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "MAX_SEGMENTS", 6)  # of large ones each takes a second
    figures = scale.grown(tmp_path / "index", real, 60)
    assert figures.passages == 60
    assert figures.size > 60 * 1000
    assert min(figures.build, figures.search, figures.answer, figures.first_answer) > 0
    assert figures.memory > 10 << 20
    index = Index.open(tmp_path / "index", encoder=scale.MixedEncoder(real))
    # A passage is found by its own words.
    passage = index.passages[7]
    assert index.search(" ".join(passage.text.split()[:9]), k=1)[0].passage == passage
    assert scale.grown(tmp_path / "index", real, 60).build == figures.build
    changed = scale.changes(tmp_path / "index", real, 60, count=3)
    assert (changed.policy.segments, changed.worst.segments) == (2, 6)
    for pieces in (changed.policy, changed.worst):
        assert min(pieces.search, pieces.merged, pieces.ratio) > 0
    assert min(changed.adding, changed.removing, changed.merging) > 0
    assert sorted(path.name for path in tmp_path.glob("index*")) == ["index", "index.json"]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([1_000], [512, 64, 64, 1, 1]),
        ([10_000, 3, 0, 70], [4096, 512, 512, 64]),
        ([100_000], [32768, 4096, 4096, 512, 512, 64, 64, 1, 1]),
        ([1_000_000], [262144, 32768, 32768, 4096, 4096, 512, 512, 64, 64, 1, 1]),
    ],
)
def test_two_segments_of_each_tier_are_added(sizes: list[int], expected: list[int]) -> None:
    there = [Size(size, 0) for size in sizes]
    assert scale.addable(there) == expected
    assert due([*there, *(Size(size, 0) for size in expected)]) == []
    for size in (1, max(sizes)):
        assert due([*there, *(Size(size, 0) for size in expected), Size(size, 0)])
