"""Text -> the vectors that an index keeps: encoded as a reader sees it, its language taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.centers import Centers
from index.encoder import Encoder, Encoding, Kind
from index.late import TokenVectors
from index.text import Normalised, legible

FloatArray = NDArray[np.float32]


def encode(
    texts: Sequence[str], kind: Kind, encoder: Encoder, centers: Centers
) -> Iterator[tuple[FloatArray, TokenVectors]]:
    """Yields each text's vector and its tokens, in the order of the texts.

    The encoder reads each text without what writers may leave out (`legible`), so that a vocalised
    text has the vectors of a bare one; the tokens' spans count in the text as it was given.
    """
    read = [legible(text) for text in texts]
    for text, seen, encoding in zip(texts, read, encoder.encode([r.text for r in read], kind), strict=True):
        placed = _placed(encoding, seen)
        yield centers.vector(placed, text, kind), centers.tokens(placed, text, kind)


def _placed(encoding: Encoding, seen: Normalised) -> Encoding:
    """The same encoding with the spans of the text that the legible one comes from."""
    origins = np.array(seen.origins, np.int32)
    first, last = encoding.spans[:, 0], encoding.spans[:, 1] - 1
    spans = np.stack([origins[first], origins[last] + 1], axis=1)
    return Encoding(encoding.vector, encoding.tokens, spans, encoding.surprisal)
