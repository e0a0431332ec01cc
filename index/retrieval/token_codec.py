"""Quantized token vectors: two bits per value, with delta-encoded token spans.

Nothing is learned, so that the same text has the same bytes whatever else a collection holds. (Of
projections learned from Dalil's parallel text, too small a sample, 128 dimensions kept .83 of that text's
energy but .6 of XQuAD's, and cost .02 to .04 of nDCG@10 across languages before any quantization.)

The mean of a passage's token vectors is half of their energy and is stored once. The residuals are rotated
(`rotated`), so that their values are approximately normally distributed, and quantized to four levels with
the optimal spacing for that distribution (Max 1960, "Quantizing for minimum distortion"). Each quantized
residual is scaled so that its product with the residual itself is exact (RaBitQ's estimator, Gao & Long
2024, arXiv:2405.12497). A passage of 150 tokens takes 14.4 KB, without its punctuation
(`index.encoding.passages`). With one bit for half of the values it took 12.0 KB when punctuation was still
included, and nDCG@10 on XQuAD fell by .006 and .003 across languages; with the tokens of each word merged
into one it took 10.8 KB, and R@1 fell by .3 to .9 points.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.retrieval.matmul import integer_matmul, product

IntArray = NDArray[np.signedinteger]

LEVELS = 4
# The spacing of the levels, in standard deviations, that minimises the mean squared error.
STEP = 0.9957
# The position of zero among the levels, which are numbered from 0.
MIDDLE = (LEVELS - 1) / 2
# The greatest absolute value of a query's rounded values.
_MAX_LEVEL = 127
# Dimensions are zero-padded to a multiple of this: whole bytes.
_UNIT = 16
_KINDS = (np.int8, np.int16, np.int32)
# Number of tokens, dimension, bytes per value of `places`; the scale of the mean.
_HEAD = struct.Struct("<IHHf")


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """The token vectors of one text.

    Attributes:
        vectors: (n, dimension) float32, of unit length; only approximately if they were stored.
        spans: (n, 2) int32, each token's span in the text: first character, one past the last.
        weights: (n,) float32, each token's surprisal. Only a question's are used.
        sentences: (n,) int32, ascending: the number of each token's sentence, from 0; below 0 for tokens
            of the passage's context (`index.encoding.passages`).
    """

    vectors: FloatArray
    spans: NDArray[np.int32]
    weights: FloatArray
    sentences: NDArray[np.int32]

    @property
    def shares(self) -> FloatArray:
        """(n,) float32, the weights as shares of their sum; zeros if that is 0."""
        return self.weights / np.float32(max(float(self.weights.sum()), 1e-12))

    def similarities(self, passage: TokenVectors) -> FloatArray:
        """(n, m) float32 cosines of these tokens with those of a passage."""
        return product(passage.vectors, np.ascontiguousarray(self.vectors.T)).T


def rotated(tokens: TokenVectors) -> TokenVectors:
    """The tokens with rotated vectors: inner products are preserved, and every value is a mixture of many.

    A randomized Hadamard transform: random signs, a random permutation, then one Hadamard matrix per
    block; the same on every machine. Questions must be rotated in the same way as passages.
    """
    count, dimension = tokens.vectors.shape
    filled = -(-dimension // _UNIT) * _UNIT
    signs, places, matrix = _turn(filled)
    vectors = np.zeros((count, filled), np.float32)
    vectors[:, :dimension] = tokens.vectors
    blocks = product((vectors * signs)[:, places].reshape(-1, len(matrix)), matrix)
    return replace(tokens, vectors=blocks.reshape(count, filled))


@lru_cache(maxsize=8)
def _turn(dimension: int) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """Signs, permutation and block matrix, whose size is the largest power of two dividing the dimension."""
    # RandomState's numbers are the same in every version of numpy; a Generator's may not be.
    random = np.random.RandomState(0)
    signs = random.choice(np.array([-1, 1], np.float32), dimension)
    places = random.permutation(dimension)
    matrix = np.ones((1, 1), np.float32)
    while dimension % (2 * len(matrix)) == 0:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return signs, places, np.asarray(matrix / np.sqrt(len(matrix)), np.float32)


@dataclass(frozen=True, eq=False)
class QuantizedQuery:
    """Query vectors rounded to 8 bits, so that products with codes are integer products.

    Attributes:
        values: (4, dimension / 4, m) int8: the quarters of m vectors, one vector per column.
        scales: (m,) float32, each vector's scale times the spacing of the codes' levels.
        middles: (m,) float32, the product with codes whose every level is `MIDDLE`.
    """

    values: NDArray[np.int8]
    scales: FloatArray
    middles: FloatArray

    @classmethod
    def of(cls, vectors: FloatArray) -> QuantizedQuery:
        """Rounds (m, dimension) vectors to 8 bits: a cosine changes by some .0004."""
        count, dimension = vectors.shape
        scales = np.maximum(np.abs(vectors).max(axis=1, initial=0) / _MAX_LEVEL, 1e-12)
        rounded = np.rint(vectors / scales[:, None]).astype(np.int8)
        values = np.ascontiguousarray(rounded.reshape(count, 4, dimension // 4).transpose(1, 2, 0))
        middles = MIDDLE * rounded.sum(axis=1, dtype=np.int32)
        return cls(values, (scales * STEP).astype(np.float32), middles.astype(np.float32))


def code_products(codes: NDArray[np.uint8], factors: QuantizedQuery) -> FloatArray:
    """(n, m) float32: products of n decoded, unscaled vectors with m query vectors."""
    sums = integer_matmul(_levels(codes), factors.values).sum(axis=0, dtype=np.int32)
    products: FloatArray = sums.astype(np.float32)
    products -= factors.middles
    products *= factors.scales
    return products


def _levels(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(4, n, dimension / 4) uint8: the levels packed in codes, quarter by quarter of the dimensions."""
    levels = np.empty((4, *codes.shape), np.uint8)
    for shift, quarter in zip((0, 2, 4, 6), levels, strict=True):
        np.right_shift(codes, shift, out=quarter)
        quarter &= LEVELS - 1
    return levels


@dataclass(frozen=True, eq=False)
class QuantizedTokens:
    """The quantized tokens of a passage: 101 bytes each for vectors of 384 dimensions.

    Attributes:
        codes: (n, dimension / 4) uint8: the levels of a vector's values, 2 bits each: byte i holds value i
            of each of the four quarters, the first quarter's in the lowest bits.
        scales: (n,) float16, each vector's factor for the levels' values.
        places: (3, n) of the smallest of int8, int16 and int32 that holds them: each token's distance
            from the start of the previous one, its length in characters, and the increment of its
            sentence's number.
        mean: (dimension,) int8, the mean of the vectors, in units of `mean_scale`.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]
    places: IntArray
    mean: NDArray[np.int8]
    mean_scale: float

    @classmethod
    def of(cls, tokens: TokenVectors) -> QuantizedTokens:
        """Quantizes the vectors of a passage, which must be rotated. Weights aren't kept."""
        count, dimension = tokens.vectors.shape
        mean = tokens.vectors.sum(axis=0) / max(count, 1)
        mean_scale = np.float32(max(float(np.abs(mean).max(initial=0)) / 127, 1e-12))
        rounded = np.rint(mean / mean_scale).astype(np.int8)
        rest = tokens.vectors - rounded * mean_scale
        deviation = np.maximum(np.sqrt(np.mean(rest**2, axis=1, keepdims=True)), 1e-12)
        levels = np.clip(np.floor(rest / (deviation * STEP) + MIDDLE + 0.5), 0, LEVELS - 1).astype(np.uint8)
        values = (levels - np.float32(MIDDLE)) * np.float32(STEP)
        scales = (rest**2).sum(axis=1) / np.maximum((values * rest).sum(axis=1), 1e-12)
        quarters = levels.reshape(count, 4, dimension // 4)
        codes = quarters[:, 0] | quarters[:, 1] << 2 | quarters[:, 2] << 4 | quarters[:, 3] << 6
        starts, ends = tokens.spans.T
        places = np.stack([np.diff(starts, prepend=0), ends - starts, np.diff(tokens.sentences, prepend=0)])
        least, most = places.min(initial=0), places.max(initial=0)
        kind = next(k for k in _KINDS if np.iinfo(k).min <= least and most <= np.iinfo(k).max)
        return cls(codes, scales.astype(np.float16), places.astype(kind), rounded, float(mean_scale))

    @classmethod
    def parse(cls, record: memoryview) -> QuantizedTokens:
        """Parses the bytes of `record` without copying them."""
        count, dimension, size, mean_scale = _HEAD.unpack_from(record)
        width = dimension // 4
        mean_at = _HEAD.size + count * width
        scales_at = mean_at + dimension
        return cls(
            np.frombuffer(record, np.uint8, count * width, _HEAD.size).reshape(count, width),
            np.frombuffer(record, "<f2", count, scales_at),
            np.frombuffer(record, f"<i{size}", 3 * count, scales_at + 2 * count).reshape(3, count),
            np.frombuffer(record, np.int8, dimension, mean_at),
            mean_scale,
        )

    def record(self) -> bytes:
        """Serializes the tokens; the byte order is the same on every machine."""
        size = self.places.itemsize
        places = self.places.astype(f"<i{size}")
        parts = (self.codes, self.mean, self.scales.astype("<f2"), places)
        head = _HEAD.pack(len(self), len(self.mean), size, self.mean_scale)
        return head + b"".join(part.tobytes() for part in parts)

    def __len__(self) -> int:
        return len(self.scales)

    def expand(self) -> TokenVectors:
        """The decoded tokens; their vectors stay rotated, and all weights are one."""
        count, width = self.codes.shape
        levels = _levels(self.codes).transpose(1, 0, 2).reshape(count, 4 * width)
        vectors = levels.astype(np.float32)
        vectors -= np.float32(MIDDLE)
        vectors *= (self.scales.astype(np.float32) * np.float32(STEP))[:, None]
        vectors += self.mean * np.float32(self.mean_scale)
        starts = np.cumsum(self.places[0], dtype=np.int32)
        spans = np.stack([starts, starts + self.places[1]], axis=1)
        sentences = np.cumsum(self.places[2], dtype=np.int32)
        return TokenVectors(vectors, spans, np.ones(len(self), np.float32), sentences)


@dataclass(frozen=True, eq=False)
class TokenBlock:
    """The concatenated quantized tokens of several passages, for late interaction.

    Attributes:
        counts: (passages,) int64, number of tokens per passage.
        codes, scales: of all n tokens, as in `QuantizedTokens`.
        begins: (n,) bool, whether a passage or a sentence begins at the token.
        is_context: (n,) bool, whether the token belongs to the passage's context.
        means: (passages, dimension) float32.
    """

    counts: NDArray[np.int64]
    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]
    begins: NDArray[np.bool_]
    is_context: NDArray[np.bool_]
    means: FloatArray

    @classmethod
    def parse(cls, records: Sequence[memoryview]) -> TokenBlock:
        """Parses records of `QuantizedTokens.record`, all with vectors of the same dimension."""
        heads = [_HEAD.unpack_from(record) for record in records]
        codes, means, scales, begins, is_context = [], [], [], [], []
        for record, (count, dimension, size, _) in zip(records, heads, strict=True):
            mean_at = _HEAD.size + count * dimension // 4
            scales_at = mean_at + dimension
            codes.append(record[_HEAD.size : mean_at])
            means.append(record[mean_at:scales_at])
            scales.append(record[scales_at : scales_at + 2 * count])
            steps_at = scales_at + 2 * count + 2 * size * count
            steps = np.frombuffer(record, f"<i{size}", count, steps_at)
            begins.append(steps != 0)
            begins[-1][:1] = True
            is_context.append(np.cumsum(steps, dtype=np.int32) < 0)
        dimension = heads[0][1]
        return cls(
            np.array([count for count, *_ in heads], np.int64),
            np.frombuffer(b"".join(codes), np.uint8).reshape(-1, dimension // 4),
            np.frombuffer(b"".join(scales), "<f2"),
            begins=np.concatenate(begins),
            is_context=np.concatenate(is_context),
            means=np.frombuffer(b"".join(means), np.int8).reshape(-1, dimension).astype(np.float32)
            * np.array([[mean_scale] for *_, mean_scale in heads], np.float32),
        )

    def cosines(self, vectors: FloatArray) -> FloatArray:
        """(n, m) float32 cosines with (m, dimension) vectors of unit length, rotated as these are."""
        found = code_products(self.codes, QuantizedQuery.of(vectors))
        found *= self.scales.astype(np.float32)[:, None]
        found += np.repeat(product(self.means, np.ascontiguousarray(vectors.T)), self.counts, axis=0)
        return found
