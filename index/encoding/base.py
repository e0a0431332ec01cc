"""What an encoder is, and what it gives: a vector for a text and one for each of its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderMismatch, make_again

Kind = Literal["query", "passage"]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoding:
    """What an encoder says of one text.

    Attributes:
        vector: (dimension,) float32, of unit length.
        tokens: (n, dimension) float32, the last hidden state of each of the text's own tokens:
            without special tokens and without the prompt. As the model gives them, not scaled.
        spans: (n, 2) int32, where each token stands in the text: first character, one past the last.
        surprisal: (n,) float32, -log p of each token by the tokenizer's own unigram model, in nats;
            ones where the tokenizer has no such model.
    """

    vector: FloatArray
    tokens: FloatArray
    spans: NDArray[np.int32]
    surprisal: FloatArray


class Encoder(Protocol):
    """What an index asks of an encoder."""

    @property
    def name(self) -> str:
        """The name by which `index.encoding.load` finds it again."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever its vectors would."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def window(self) -> int:
        """Tokens that a passage may have without being cut off."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """Yields one encoding a text, in the order of the texts."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without prompt and special tokens, however long it is."""


class EncodedBy(Protocol):
    """What remembers the encoder that made its vectors."""

    @property
    def encoder_name(self) -> str:
        """The encoder's name."""

    @property
    def encoder_fingerprint(self) -> str:
        """What tells the encoder from any other."""

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""


def check_encoder(place: Path | str, made: EncodedBy, encoder: Encoder) -> None:
    """Makes sure that an index is searched with the encoder that made it.

    Raises:
        EncoderMismatch: another one made it.
    """
    if not made.belongs_to(encoder):
        raise EncoderMismatch(
            f"The index in {place} was made by {made.encoder_name} "
            f"({made.encoder_fingerprint}), not by {encoder.name} ({encoder.fingerprint}). "
            f"Open it with the one that made it. {make_again(place)}"
        )
