"""The reader's file: what training changed comes back, to within its bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from reader_file import save_reader

from index.array_types import FloatArray
from index.encoding.e5.reader_weights import HEADS, load_reader
from index.encoding.e5.weights import Blocks, Weights

MATRIX, BIAS, FROZEN = (
    "encoder.layer.4.output.dense.weight",
    "encoder.layer.4.output.dense.bias",
    "frozen.weight",
)


@pytest.fixture
def base() -> Weights:
    """An encoder of three tensors."""
    dice = np.random.default_rng(1)
    tensors = {
        MATRIX: dice.normal(size=(24, 36)).astype(np.float32),
        BIAS: dice.normal(size=24).astype(np.float32),
        FROZEN: dice.normal(size=(5, 5)).astype(np.float32),
    }
    words = Blocks(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.float32))
    return Weights(24, 1, 1, 36, 1, 1, 1, 1e-12, [], {}, words, tensors)


@pytest.fixture
def trained(base: Weights) -> dict[str, FloatArray]:
    """The encoder's tensors after a little training, and the heads."""
    dice = np.random.default_rng(2)
    changed = {
        name: base.tensors[name] + dice.normal(0, 0.01, base.tensors[name].shape).astype(np.float32)
        for name in (MATRIX, BIAS)
    }
    heads = {name: dice.normal(size=(2, 3)).astype(np.float32) for name in HEADS}
    return {**base.tensors, **changed, **heads}


# Of a normal distribution, the best 4, 8, 16 levels leave .118, .035 and .0095 of the variance (Max 1960).
@pytest.mark.parametrize(("bits", "left"), [(2, 0.13), (3, 0.04), (4, 0.012)])
def test_differences_come_back(
    base: Weights, trained: dict[str, FloatArray], tmp_path: Path, bits: int, left: float
) -> None:
    save_reader(tmp_path / "reader.npz", base, trained, bits)
    loaded = load_reader(tmp_path / "reader.npz", base)
    difference = trained[MATRIX] - base.tensors[MATRIX]
    assert ((loaded[MATRIX] - trained[MATRIX]) ** 2).mean() < left * (difference**2).mean()
    np.testing.assert_allclose(loaded[BIAS], trained[BIAS], atol=1e-4)
    for name in HEADS:
        np.testing.assert_array_equal(loaded[name], trained[name].astype(np.float16))
    assert loaded[FROZEN] is base.tensors[FROZEN]
    assert loaded.keys() == trained.keys()


def test_another_encoder_is_refused(base: Weights, trained: dict[str, FloatArray], tmp_path: Path) -> None:
    save_reader(tmp_path / "reader.npz", base, trained, 3)
    other = replace(base, tensors={FROZEN: base.tensors[FROZEN]})
    with pytest.raises(ValueError, match="isn't a reader for this encoder"):
        load_reader(tmp_path / "reader.npz", other)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_other_files_are_refused(base: Weights, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "reader.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="isn't a reader"):
        load_reader(path, base)
