"""Token vectors in few bytes: 4 bits a number, and where each token stands as small differences.

Nothing is learned: a token's numbers are rounded to 16 levels, as far apart as fits numbers of a
normal distribution best (Max 1960, "Quantizing for minimum distortion"), which those of a vector turned
at random nearly have (see `index.space`). What a rounded vector is multiplied by makes its product with
the vector itself exactly what it was, so that a word that meets itself loses nothing (RaBitQ's estimator,
Gao & Long 2024, arXiv:2405.12497).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.signedinteger]

# The outermost of 16 levels, in standard deviations, where the mean squared error is least.
_OUTERMOST = 2.5
LEVELS = 16
# A code's value is its distance from here.
MIDDLE = (LEVELS - 1) / 2
_KINDS = (np.int8, np.int16, np.int32)
# Tokens, bytes of a vector's codes, bytes of each number that says where a token stands.
_HEAD = struct.Struct("<IHH")


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


@dataclass(frozen=True, eq=False)
class CompactTokens:
    """The tokens of a passage as they are stored: 69 bytes each where vectors have 128 dimensions.

    Attributes:
        codes: (n, dimension / 2) uint8: number i of a vector in the low 4 bits of byte i, number
            dimension / 2 + i in the high ones.
        scales: (n,) float16, what the codes' values are multiplied by.
        places: (3, n) of the smallest of int8, int16 and int32 that holds them: each token's distance
            from the start of the one before, its length in characters, and the step of its sentence's
            number.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]
    places: IntArray

    @classmethod
    def of(cls, tokens: TokenVectors) -> CompactTokens:
        """Rounds the vectors of a passage; their dimension must be even. Weights aren't kept."""
        vectors = tokens.vectors
        half = vectors.shape[1] // 2
        deviation = np.sqrt(np.mean(vectors**2, axis=1, keepdims=True))
        step = np.maximum(deviation * (2 * _OUTERMOST / (LEVELS - 1)), 1e-12)
        codes = np.clip(np.floor(vectors / step) + LEVELS // 2, 0, LEVELS - 1).astype(np.uint8)
        values = codes.astype(np.float32) - np.float32(MIDDLE)
        products = np.maximum((values * vectors).sum(axis=1), 1e-12)
        scales = ((vectors**2).sum(axis=1) / products).astype(np.float16)
        starts, ends = tokens.spans.T
        places = np.stack([np.diff(starts, prepend=0), ends - starts, np.diff(tokens.sentences, prepend=0)])
        least, most = places.min(initial=0), places.max(initial=0)
        kind = next(k for k in _KINDS if np.iinfo(k).min <= least and most <= np.iinfo(k).max)
        return cls(codes[:, :half] | codes[:, half:] << 4, scales, places.astype(kind))

    @classmethod
    def parse(cls, record: memoryview) -> CompactTokens:
        """Reads what `record` made, without copying it."""
        count, width, size = _HEAD.unpack_from(record)
        scales_at = _HEAD.size + count * width
        return cls(
            np.frombuffer(record, np.uint8, count * width, _HEAD.size).reshape(count, width),
            np.frombuffer(record, "<f2", count, scales_at),
            np.frombuffer(record, f"<i{size}", 3 * count, scales_at + 2 * count).reshape(3, count),
        )

    def record(self) -> bytes:
        """All of it as bytes, in the same order on every machine."""
        size = self.places.itemsize
        parts = (self.codes, self.scales.astype("<f2"), self.places.astype(f"<i{size}"))
        head = _HEAD.pack(len(self), self.codes.shape[1], size)
        return head + b"".join(part.tobytes() for part in parts)

    def levels(self, out: FloatArray) -> None:
        """Writes the codes, numbers from 0 to 15, into an array of (n, dimension) float32."""
        half = self.codes.shape[1]
        out[:, :half] = self.codes & 15
        out[:, half:] = self.codes >> 4

    def __len__(self) -> int:
        return len(self.scales)

    def expand(self) -> TokenVectors:
        """The tokens, with weights of one."""
        count = len(self)
        vectors = np.empty((count, 2 * self.codes.shape[1]), np.float32)
        self.levels(vectors)
        vectors -= MIDDLE
        vectors *= self.scales.astype(np.float32)[:, None]
        starts = np.cumsum(self.places[0], dtype=np.int32)
        spans = np.stack([starts, starts + self.places[1]], axis=1)
        sentences = np.cumsum(self.places[2], dtype=np.int32)
        return TokenVectors(vectors, spans, np.ones(count, np.float32), sentences)
