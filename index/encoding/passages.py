"""Encodes texts and passages into the vectors that an index stores: language mean subtracted, rotated."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.language_means import LanguageMeans
from index.ranking_parameters import RANKING
from index.retrieval.names import name_keys
from index.retrieval.token_codec import TokenVectors, rotated
from index.text.analyzer import Term, analyze, arabic_share, readable, words
from index.text.context import Context, row_pieces
from index.text.sentences import Span, passage_sentences
from index.types import Passage

DOCUMENT_SENTENCE: Final = -2
"""Sentence number of the tokens that come from the metadata of a passage's document."""
SECTION_SENTENCE: Final = -1
"""Sentence number of the tokens that come from the headings of a passage or the columns of a row."""
_HAMZA_MARK: Final = regex.compile(r"[\p{Mn}\p{Cf}\u0640]*[\u0653-\u0655]")


@dataclass(frozen=True)
class PassageInput:
    """A passage to be encoded, with its context."""

    passage: Passage
    context: Context

    @property
    def digest(self) -> bytes:
        """16-byte hash of everything that the vectors depend on."""
        passage, context = self.passage, self.context
        content = passage.text
        if context.text or passage.items or passage.kind == "table_row":
            place = [context.document, context.headings, context.columns, passage.kind, *passage.items]
            content = json.dumps([content, *place], ensure_ascii=False)
        return hashlib.blake2b(content.encode(), digest_size=16).digest()

    @property
    def terms(self) -> list[str]:
        """Index terms of the passage: its own, then those found only in its context."""
        return _with_context(analyze, self.passage.text, self.context.text)

    @property
    def names(self) -> list[str]:
        """The same for phonetic name keys (`index.retrieval.names`)."""
        return _with_context(name_keys, self.passage.text, self.context.text)

    @property
    def arabic_share(self) -> float:
        """The share of Arabic words in the passage, or in its context where the passage has only numbers."""
        text = self.passage.text
        if self.context.text and all(word.term.isdecimal() for word in words(text)):
            text = self.context.headings or self.context.columns or self.context.document
        return arabic_share(text)

    @property
    def apart(self) -> tuple[str, str]:
        """Document metadata and headings, which are encoded separately from the passage."""
        document, headings = self.context.document, self.context.headings
        return tuple(text if any(map(str.isalnum, text)) else "" for text in (document, headings))  # type: ignore[return-value]

    def reading(self, window: int) -> Reading:
        """Returns the encoder's input for the passage itself, of at most `window` tokens."""
        passage = self.passage
        pieces = row_pieces(passage)
        if pieces is not None:
            text = "".join(piece for piece, _ in pieces)
            # No token is shorter than a character.
            if len(text) <= window:
                places = [
                    place + i if place >= 0 else -1 for piece, place in pieces for i in range(len(piece))
                ]
                return Reading(text, [(0, len(text))], np.array(places, np.int32))
        spans = passage_sentences(passage.text, passage.is_record, passage.items)
        return Reading(passage.text, spans)


@dataclass(frozen=True, eq=False)
class Reading:
    """The encoder's input for a passage.

    Attributes:
        text: the input text.
        sentences: spans of its sentences.
        places: for each of its characters the position in the passage's text, -1 for added text;
            None where all of it is the passage's text.
    """

    text: str
    sentences: Sequence[Span]
    places: NDArray[np.int32] | None = None

    def in_passage(self, tokens: TokenVectors) -> TokenVectors:
        """The tokens with their spans in the passage; tokens of added text come first."""
        if self.places is None or not len(tokens.spans):
            return tokens
        starts, ends = self.places[tokens.spans[:, 0]], self.places[tokens.spans[:, 1] - 1] + 1
        is_added = (starts < 0) | (ends <= starts)
        spans = np.where(is_added[:, None], 0, np.stack([starts, ends], axis=1)).astype(np.int32)
        numbers = np.where(is_added, SECTION_SENTENCE, 0).astype(np.int32)
        order = np.argsort(numbers, kind="stable")
        return TokenVectors(tokens.vectors[order], spans[order], tokens.weights[order], numbers[order])


def _with_context(keys: Callable[[str], list[Term]], text: str, context: str) -> list[str]:
    found = [key.term for key in keys(text)]
    if not context:
        return found
    known = set(found)
    return found + list(dict.fromkeys(key.term for key in keys(context) if key.term not in known))


def encode(
    texts: Sequence[str], kind: Kind, encoder: Encoder, language_means: LanguageMeans
) -> Iterator[tuple[FloatArray, TokenVectors]]:
    """Yields each text's vector and its rotated token vectors, in the order of the texts.

    Each text is encoded without optional marks (`readable`), so that vocalised and unvocalised text have
    the same vectors; token spans refer to the text as it was given. Punctuation and symbols are encoded
    too, but their tokens aren't returned: without these 8 % R@1 was .1 to .4 points higher for each
    language pair of XQuAD, and the same on TyDi.
    """
    encodings = encoder.encode([readable(text).text for text in texts], kind)
    for text, encoding in zip(texts, encodings, strict=True):
        original = _in_original(encoding, text)
        tokens = language_means.tokens(original, text, kind)
        yield language_means.vector(original, text, kind), rotated(_without_signs(tokens, text))


def encode_passages(
    inputs: Sequence[PassageInput], encoder: Encoder, language_means: LanguageMeans
) -> Iterator[tuple[FloatArray, TokenVectors]]:
    """Yields each passage's vector and its rotated token vectors, in the order of the passages.

    The text is encoded by itself, so that its vectors don't depend on the title; a table row is encoded with
    its column headings. The context is encoded separately, once for all passages that share it, and its
    tokens come first, with the sentence number `DOCUMENT_SENTENCE` or `SECTION_SENTENCE` and spans of (0, 0).
    """
    texts = dict.fromkeys(text for item in inputs for text in item.apart if text)
    contexts = dict(zip(texts, encode(list(texts), "passage", encoder, language_means), strict=True))
    readings = [item.reading(encoder.window) for item in inputs]
    encodings = encoder.encode([readable(reading.text).text for reading in readings], "passage")
    for item, reading, encoding in zip(inputs, readings, encodings, strict=True):
        original = _in_original(encoding, reading.text)
        tokens = language_means.tokens(original, reading.text, "passage", reading.sentences)
        tokens = reading.in_passage(_without_signs(tokens, reading.text))
        vector = language_means.vector(original, reading.text, "passage")
        parts = []
        for text, number in zip(item.apart, (DOCUMENT_SENTENCE, SECTION_SENTENCE), strict=True):
            if text:
                beside, known = contexts[text]
                parts.append(_placed(known, number))
                if number == SECTION_SENTENCE:
                    vector = vector + np.float32(RANKING.section_weight) * beside
                    vector /= np.float32(max(float(np.linalg.norm(vector)), 1e-12))
        yield vector, _joined([*parts, rotated(tokens)])


def _placed(tokens: TokenVectors, number: int) -> TokenVectors:
    """The tokens with empty spans and this sentence number."""
    count = len(tokens.weights)
    return TokenVectors(
        tokens.vectors, np.zeros((count, 2), np.int32), tokens.weights, np.full(count, number, np.int32)
    )


def _joined(parts: Sequence[TokenVectors]) -> TokenVectors:
    if len(parts) == 1:
        return parts[0]
    return TokenVectors(
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.spans for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.sentences for part in parts]),
    )


def _in_original(encoding: Encoding, text: str) -> Encoding:
    """Maps the token spans of a readable text's encoding back to the original text."""
    # Recomputed: for a whole collection the origins would take more memory than its text.
    origins = np.array(readable(text).origins, np.int32)
    first, last = encoding.spans[:, 0], encoding.spans[:, 1] - 1
    # A hamza or madda belongs to the letter that it is written after, other marks stand behind it.
    ends = np.arange(len(text) + 1, dtype=np.int32)
    for mark in _HAMZA_MARK.finditer(text):
        ends[mark.start()] = mark.end()
    spans = np.stack([origins[first], ends[origins[last] + 1]], axis=1)
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
