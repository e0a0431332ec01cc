"""Text -> the vectors that an index keeps: encoded as a reader sees it, its language taken away."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.language_means import Centers
from index.retrieval.token_codec import TokenVectors, turned
from index.text.analyzer import legible

FloatArray = NDArray[np.float32]


def encode(
    texts: Sequence[str], kind: Kind, encoder: Encoder, centers: Centers
) -> Iterator[tuple[FloatArray, TokenVectors]]:
    """Yields each text's vector and its tokens, turned, in the order of the texts.

    The encoder reads each text without what writers may leave out (`legible`), so that a vocalised
    text has the vectors of a bare one; the tokens' spans count in the text as it was given. It reads
    punctuation and symbols, too, but their tokens are left out of what is kept: without these 8 % R@1 was
    .1 to .4 points higher in each pairing of XQuAD, and the same on TyDi.
    """
    encodings = encoder.encode([legible(text).text for text in texts], kind)
    for text, encoding in zip(texts, encodings, strict=True):
        original = _in_original(encoding, text)
        tokens = centers.tokens(original, text, kind)
        yield centers.vector(original, text, kind), turned(_without_signs(tokens, text))


def _in_original(encoding: Encoding, text: str) -> Encoding:
    """The encoding of a legible text with the spans that its tokens have in the text itself."""
    # Worked out anew: for a whole collection the origins would take more memory than its text.
    origins = np.array(legible(text).origins, np.int32)
    first, last = encoding.spans[:, 0], encoding.spans[:, 1] - 1
    spans = np.stack([origins[first], origins[last] + 1], axis=1)
    return Encoding(encoding.vector, encoding.tokens, spans, encoding.surprisal)


def _without_signs(tokens: TokenVectors, text: str) -> TokenVectors:
    kept = [not all(map(_is_sign, text[start:end])) for start, end in tokens.spans.tolist()]
    if all(kept):
        return tokens
    return TokenVectors(
        tokens.vectors[kept], tokens.spans[kept], tokens.weights[kept], tokens.sentences[kept]
    )


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PSZ"
