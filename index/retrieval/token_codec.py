"""Token vectors in few bytes: two bits a number, and where each token stands as differences.

Nothing is learned, so that the same text has the same bytes whatever else a collection holds. (Of
projections learned from Dalil's parallel text, too small a sample, 128 dimensions kept .83 of that text's
energy but .6 of XQuAD's, and cost .02 to .04 of nDCG@10 across languages before any rounding.)

What the tokens of a passage have in common, their mean, is half of their energy and is stored once. The
rest is turned (`rotated`), so that its numbers are spread as those of a normal distribution, and rounded to
four levels, as far apart as is best for that distribution (Max 1960, "Quantizing for minimum distortion").
What the rounded rest is multiplied by makes its product with the rest itself exactly what it was (RaBitQ's
estimator, Gao & Long 2024, arXiv:2405.12497). A passage of 150 tokens takes 14.4 KB, its punctuation
being left out (`index.encoding.passages`). With one bit for half of the numbers it took 12.0 KB when that
was still in, and nDCG@10 on XQuAD fell by .006 and .003 across languages; with the tokens of each word made
one it took 10.8 KB, and R@1 fell by .3 to .9 points.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.retrieval.matmul import integer_matmul, product

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.signedinteger]

LEVELS = 4
# The distance of neighbouring levels, in standard deviations, where the mean squared error is least.
STEP = 0.9957
# Where zero lies among the levels, which count from 0.
MIDDLE = (LEVELS - 1) / 2
# The greatest number that vectors are rounded to.
_MOST = 127
# Dimensions are filled up with zeros to a multiple of it: whole bytes.
_UNIT = 16
_KINDS = (np.int8, np.int16, np.int32)
# Tokens, dimension, bytes of each number that says where a token stands; what the numbers of the mean
# are multiplied by.
_HEAD = struct.Struct("<IHHf")


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """The tokens of one text.

    Attributes:
        vectors: (n, dimension) float32, of unit length; of nearly that where they were stored.
        spans: (n, 2) int32, where each stands in the text: first character, one past the last.
        weights: (n,) float32, how much each says: its surprisal. Only a question's are used.
        sentences: (n,) int32, ascending: the number of the sentence that each stands in, from 0; below 0
            where it stands for the passage's context (`index.encoding.passages`).
    """

    vectors: FloatArray
    spans: NDArray[np.int32]
    weights: FloatArray
    sentences: NDArray[np.int32]

    def similarities(self, passage: TokenVectors) -> FloatArray:
        """(n, m) float32 cosines of these tokens with those of a passage."""
        return product(passage.vectors, np.ascontiguousarray(self.vectors.T)).T


def rotated(tokens: TokenVectors) -> TokenVectors:
    """The tokens with their vectors turned: products stay, and every number is a mixture of many.

    Signs and places are shuffled, then numbers are added and subtracted in all ways (a Hadamard matrix
    a block), which is the same on every machine. Questions must be turned as passages are.
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
    """Signs, places and the matrix of a block: the largest power of two that divides the dimension."""
    # RandomState's numbers stay the same with every version of numpy; a Generator's may not.
    random = np.random.RandomState(0)
    signs = random.choice(np.array([-1, 1], np.float32), dimension)
    places = random.permutation(dimension)
    matrix = np.ones((1, 1), np.float32)
    while dimension % (2 * len(matrix)) == 0:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return signs, places, np.asarray(matrix / np.sqrt(len(matrix)), np.float32)


@dataclass(frozen=True, eq=False)
class QuantizedQuery:
    """Vectors that codes are to be multiplied with, rounded so that the products are of whole numbers.

    Attributes:
        values: (4, dimension / 4, m) int8: the quarters of m vectors, a vector a column.
        scales: (m,) float32, what a vector's values and the codes' levels are multiplied by.
        middles: (m,) float32, the sum of products where every level is `MIDDLE`.
    """

    values: NDArray[np.int8]
    scales: FloatArray
    middles: FloatArray

    @classmethod
    def of(cls, vectors: FloatArray) -> QuantizedQuery:
        """Rounds (m, dimension) vectors to 8 bits: a cosine changes by some .0004."""
        count, dimension = vectors.shape
        scales = np.maximum(np.abs(vectors).max(axis=1, initial=0) / _MOST, 1e-12)
        rounded = np.rint(vectors / scales[:, None]).astype(np.int8)
        values = np.ascontiguousarray(rounded.reshape(count, 4, dimension // 4).transpose(1, 2, 0))
        middles = MIDDLE * rounded.sum(axis=1, dtype=np.int32)
        return cls(values, (scales * STEP).astype(np.float32), middles.astype(np.float32))


def code_products(codes: NDArray[np.uint8], factors: QuantizedQuery) -> FloatArray:
    """(n, m) float32: what n vectors' codes stand for, times m vectors."""
    sums = integer_matmul(_levels(codes), factors.values).sum(axis=0, dtype=np.int32)
    products: FloatArray = sums.astype(np.float32)
    products -= factors.middles
    products *= factors.scales
    return products


def _levels(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(4, n, dimension / 4) uint8: the levels that codes hold, a quarter of the numbers after the other."""
    levels = np.empty((4, *codes.shape), np.uint8)
    for shift, quarter in zip((0, 2, 4, 6), levels, strict=True):
        np.right_shift(codes, shift, out=quarter)
        quarter &= LEVELS - 1
    return levels


@dataclass(frozen=True, eq=False)
class QuantizedTokens:
    """The tokens of a passage as they are stored: 101 bytes each where vectors have 384 dimensions.

    Attributes:
        codes: (n, dimension / 4) uint8: the levels of a vector's numbers, 2 bits each: number i of the
            four quarters beside each other in byte i, the first quarter's lowest.
        scales: (n,) float16, what the levels' values are multiplied by.
        places: (3, n) of the smallest of int8, int16 and int32 that holds them: each token's distance
            from the start of the one before, its length in characters, and the step of its sentence's
            number.
        mean: (dimension,) int8, the mean of the vectors; `mean_scale` is what it is multiplied by.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]
    places: IntArray
    mean: NDArray[np.int8]
    mean_scale: float

    @classmethod
    def of(cls, tokens: TokenVectors) -> QuantizedTokens:
        """Rounds the vectors of a passage, which must have been turned. Weights aren't kept."""
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
        """Reads what `record` made, without copying it."""
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
        """All of it as bytes, in the same order on every machine."""
        size = self.places.itemsize
        places = self.places.astype(f"<i{size}")
        parts = (self.codes, self.mean, self.scales.astype("<f2"), places)
        head = _HEAD.pack(len(self), len(self.mean), size, self.mean_scale)
        return head + b"".join(part.tobytes() for part in parts)

    def __len__(self) -> int:
        return len(self.scales)

    def expand(self) -> TokenVectors:
        """The tokens, their vectors turned as they were given, with weights of one."""
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
    """The tokens of several passages, one passage after the other: what late interaction reads of them.

    Attributes:
        counts: (passages,) int64, how many tokens each has.
        codes, scales: of all n tokens, as in `QuantizedTokens`.
        begins: (n,) bool, where a passage or a sentence begins.
        is_context: (n,) bool, whether the token stands for the passage's context.
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
        """Reads what `QuantizedTokens.record` made, of passages whose vectors have the same dimension."""
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
            np.concatenate(begins),
            np.concatenate(is_context),
            np.frombuffer(b"".join(means), np.int8).reshape(-1, dimension).astype(np.float32)
            * np.array([[mean_scale] for *_, mean_scale in heads], np.float32),
        )

    def cosines(self, vectors: FloatArray) -> FloatArray:
        """(n, m) float32, with each of (m, dimension) vectors of unit length, turned as these were."""
        found = code_products(self.codes, QuantizedQuery.of(vectors))
        found *= self.scales.astype(np.float32)[:, None]
        found += np.repeat(product(self.means, np.ascontiguousarray(vectors.T)), self.counts, axis=0)
        return found
