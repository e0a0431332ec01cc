"""Token vectors in few bytes: one and a half bits a number, and where each token stands as differences.

Nothing is learned, so that the same text has the same bytes whatever else a collection holds. (Of
projections learned from Dalil's parallel text, too small a sample, 128 dimensions kept .83 of that text's
energy but .6 of XQuAD's, and cost .02 to .04 of nDCG@10 across languages before any rounding.)

What the tokens of a passage have in common, their mean, is half of their energy and is stored once. The
rest is turned (`turned`), so that its numbers are spread as those of a normal distribution, and rounded:
half of the numbers to four levels, half to two, as far apart as is best for that distribution (Max 1960,
"Quantizing for minimum distortion"). What the rounded rest is multiplied by makes its product with the
rest itself exactly what it was (RaBitQ's estimator, Gao & Long 2024, arXiv:2405.12497).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.signedinteger]

# Distances of neighbouring levels, in standard deviations, where the mean squared error is least.
_STEP_OF_FOUR, _STEP_OF_TWO = 0.9957, 1.5958
# Dimensions are filled up with zeros to a multiple of it: whole bytes.
_UNIT = 16
_KINDS = (np.int8, np.int16, np.int32)
# Tokens, bytes of a vector's codes, bytes of each number that says where a token stands; what the
# numbers of the mean are multiplied by.
_HEAD = struct.Struct("<IHHf")


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """The tokens of one text.

    Attributes:
        vectors: (n, dimension) float32, of unit length; of nearly that where they were stored.
        spans: (n, 2) int32, where each stands in the text: first character, one past the last.
        weights: (n,) float32, how much each says: its surprisal. Only a question's are used.
        sentences: (n,) int32, the number of the sentence that each stands in, from 0.
    """

    vectors: FloatArray
    spans: NDArray[np.int32]
    weights: FloatArray
    sentences: NDArray[np.int32]

    def similarities(self, passage: TokenVectors) -> FloatArray:
        """(n, m) float32 cosines of these tokens with those of a passage."""
        return np.asarray(self.vectors @ passage.vectors.T, np.float32)


def turned(tokens: TokenVectors) -> TokenVectors:
    """The tokens with their vectors turned: products stay, and every number is a mixture of many.

    Signs and places are shuffled, then numbers are added and subtracted in all ways (a Hadamard matrix
    a block), which is the same on every machine. Questions must be turned as passages are.
    """
    count, dimension = tokens.vectors.shape
    filled = -(-dimension // _UNIT) * _UNIT
    signs, places, matrix = _turn(filled)
    vectors = np.zeros((count, filled), np.float32)
    vectors[:, :dimension] = tokens.vectors
    blocks = (vectors * signs)[:, places].reshape(-1, len(matrix)) @ matrix
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


@lru_cache(maxsize=8)
def steps(dimension: int) -> FloatArray:
    """(dimension,) float32: the distance between the levels of each number of a turned vector."""
    return np.repeat(np.float32([_STEP_OF_FOUR, _STEP_OF_TWO]), dimension // 2)


@lru_cache(maxsize=8)
def middles(dimension: int) -> FloatArray:
    """(dimension,) float32: where zero lies among the levels of each number."""
    return np.repeat(np.float32([1.5, 0.5]), dimension // 2)


@dataclass(frozen=True, eq=False)
class CompactTokens:
    """The tokens of a passage as they are stored: 77 bytes each where vectors have 384 dimensions.

    Attributes:
        codes: (n, 3 * dimension / 16) uint8: the levels of the first half of a vector's numbers in 2 bits
            each, those of the other half in 1 bit.
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
    def of(cls, tokens: TokenVectors) -> CompactTokens:
        """Rounds the vectors of a passage, which must have been turned. Weights aren't kept."""
        count, dimension = tokens.vectors.shape
        mean = tokens.vectors.sum(axis=0) / max(count, 1)
        mean_scale = np.float32(max(float(np.abs(mean).max(initial=0)) / 127, 1e-12))
        rounded = np.rint(mean / mean_scale).astype(np.int8)
        rest = tokens.vectors - rounded * mean_scale
        deviation = np.maximum(np.sqrt(np.mean(rest**2, axis=1, keepdims=True)), 1e-12)
        levels = np.floor(rest / (deviation * steps(dimension)) + middles(dimension) + 0.5)
        levels = np.clip(levels, 0, 2 * middles(dimension)).astype(np.uint8)
        values = (levels - middles(dimension)) * steps(dimension)
        scales = (rest**2).sum(axis=1) / np.maximum((values * rest).sum(axis=1), 1e-12)
        four, two = levels[:, : dimension // 2], levels[:, dimension // 2 :]
        quarters = four.reshape(count, 4, dimension // 8)
        packed = quarters[:, 0] | quarters[:, 1] << 2 | quarters[:, 2] << 4 | quarters[:, 3] << 6
        starts, ends = tokens.spans.T
        places = np.stack([np.diff(starts, prepend=0), ends - starts, np.diff(tokens.sentences, prepend=0)])
        least, most = places.min(initial=0), places.max(initial=0)
        kind = next(k for k in _KINDS if np.iinfo(k).min <= least and most <= np.iinfo(k).max)
        return cls(
            np.concatenate([packed, np.packbits(two, axis=1)], axis=1),
            scales.astype(np.float16),
            places.astype(kind),
            rounded,
            float(mean_scale),
        )

    @classmethod
    def parse(cls, record: memoryview) -> CompactTokens:
        """Reads what `record` made, without copying it."""
        count, width, size, mean_scale = _HEAD.unpack_from(record)
        mean_at = _HEAD.size + count * width
        scales_at = mean_at + width * 16 // 3
        return cls(
            np.frombuffer(record, np.uint8, count * width, _HEAD.size).reshape(count, width),
            np.frombuffer(record, "<f2", count, scales_at),
            np.frombuffer(record, f"<i{size}", 3 * count, scales_at + 2 * count).reshape(3, count),
            np.frombuffer(record, np.int8, width * 16 // 3, mean_at),
            mean_scale,
        )

    def record(self) -> bytes:
        """All of it as bytes, in the same order on every machine."""
        size = self.places.itemsize
        places = self.places.astype(f"<i{size}")
        parts = (self.codes, self.mean, self.scales.astype("<f2"), places)
        head = _HEAD.pack(len(self), self.codes.shape[1], size, self.mean_scale)
        return head + b"".join(part.tobytes() for part in parts)

    def __len__(self) -> int:
        return len(self.scales)

    def levels(self, out: FloatArray) -> None:
        """Writes every number's level, from 0, into an array of (n, dimension) float32."""
        eighth = len(self.mean) // 8
        four = self.codes[:, :eighth]
        for quarter in range(4):
            out[:, quarter * eighth : (quarter + 1) * eighth] = four >> 2 * quarter & 3
        out[:, 4 * eighth :] = np.unpackbits(self.codes[:, eighth:], axis=1)

    def expand(self) -> TokenVectors:
        """The tokens, their vectors turned as they were given, with weights of one."""
        count, dimension = len(self), len(self.mean)
        vectors = np.empty((count, dimension), np.float32)
        self.levels(vectors)
        vectors -= middles(dimension)
        vectors *= steps(dimension)
        vectors *= self.scales.astype(np.float32)[:, None]
        vectors += self.mean * np.float32(self.mean_scale)
        starts = np.cumsum(self.places[0], dtype=np.int32)
        spans = np.stack([starts, starts + self.places[1]], axis=1)
        sentences = np.cumsum(self.places[2], dtype=np.int32)
        return TokenVectors(vectors, spans, np.ones(count, np.float32), sentences)
