"""The encoder interface and its output: one vector per text and one per token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.errors import EncoderMismatch, make_again

Kind = Literal["query", "passage"]


@dataclass(frozen=True, eq=False)
class Encoding:
    """The encoding of one text.

    Attributes:
        vector: (dimension,) float32, of unit length.
        tokens: (n, dimension) float32, the last hidden state of each of the text's own tokens:
            without special tokens and without the prompt. Unscaled model output.
        spans: (n, 2) int32, each token's position in the text: first character, one past the last.
        surprisal: (n,) float32, -log p of each token by the tokenizer's own unigram model, in nats;
            ones where the tokenizer has no such model.
    """

    vector: FloatArray
    tokens: FloatArray
    spans: NDArray[np.int32]
    surprisal: FloatArray


class Encoder(Protocol):
    """Interface of an encoder, as an index uses it."""

    @property
    def name(self) -> str:
        """The name that `index.encoding.load` resolves to this encoder."""

    @property
    def fingerprint(self) -> str:
        """An identifier that changes whenever the vectors would."""

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""

    @property
    def window(self) -> int:
        """Maximum number of tokens in a passage without truncation."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """Yields one encoding per text, in the order of the texts."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens in each text, without prompt, special tokens or truncation."""


class EncodedBy(Protocol):
    """Something that records which encoder made its vectors."""

    @property
    def encoder_name(self) -> str:
        """The encoder's name."""

    @property
    def encoder_fingerprint(self) -> str:
        """The encoder's fingerprint."""

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""


def check_encoder(place: Path | str, made: EncodedBy, encoder: Encoder) -> None:
    """Checks that an index is searched with the encoder that made it.

    Raises:
        EncoderMismatch: a different encoder made it.
    """
    if not made.belongs_to(encoder):
        raise EncoderMismatch(
            f"The index in {place} was made by {made.encoder_name} "
            f"({made.encoder_fingerprint}), not by {encoder.name} ({encoder.fingerprint}). "
            f"Open it with the one that made it. {make_again(place)}"
        )
