"""Normalizes text to words as in XLM-RoBERTa's vocabulary, with character offsets.

Control characters are removed, special spaces become spaces, the rest is normalized to NFKC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# SentencePiece's nmt_nfkc map applies these before NFKC: controls are removed, special spaces become spaces.
CONTROLS = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
SPACES = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"

# The vocabulary's mark for the space before a word.
SPACE = "▁"
# What stands between spaces.
CHUNK = re.compile(f"[^ {SPACES[1:]}+")
_CONTROL = re.compile(CONTROLS)
_WORD = re.compile("[^ ]+")


@dataclass(frozen=True)
class Word:
    """A chunk, or a word of it, in the vocabulary's normalization.

    Attributes:
        text: the normalized text.
        starts, ends: for each of its characters, the span of the chunk that it represents: the
            first character, one past the last.
    """

    text: str
    starts: list[int]
    ends: list[int]


def spell(chunk: str) -> Word:
    """Normalizes a chunk for the vocabulary: without controls, in NFKC; the result may contain spaces."""
    starts = [i for i, character in enumerate(chunk) if not _CONTROL.match(character)]
    kept = "".join(chunk[i] for i in starts)
    if unicodedata.is_normalized("NFKC", kept):
        return Word(kept, starts, [i + 1 for i in starts])
    text, origins, ends = "", [], []
    for first, last in _segments(kept):
        segment = unicodedata.normalize("NFKC", kept[first:last])
        text += segment
        if len(segment) == last - first:  # marks in another order, at most
            origins += starts[first:last]
            ends += [i + 1 for i in starts[first:last]]
        else:
            origins += [starts[first]] * len(segment)
            ends += [starts[last - 1] + 1] * len(segment)
    return Word(text, origins, ends)


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Positions at which a text can be split without changing its normalisation."""
    first = 0
    for i in range(1, len(text)):
        before, after = text[first:i], text[i]
        apart = unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", after)
        leads = not unicodedata.combining(unicodedata.normalize("NFKD", after)[0])
        if leads and unicodedata.normalize("NFKC", before + after) == apart:
            yield first, i
            first = i
    if text:
        yield first, len(text)


def divide(spelled: Word) -> list[Word]:
    """The words of a chunk, each prefixed with the vocabulary's mark for a space.

    The space before the first word is the character before the chunk.
    """
    found = []
    for match in _WORD.finditer(spelled.text):
        first, last = match.span()
        space = (spelled.starts[first - 1], spelled.ends[first - 1]) if first else (-1, 0)
        found.append(
            Word(
                SPACE + match.group(),
                [space[0], *spelled.starts[first:last]],
                [space[1], *spelled.ends[first:last]],
            )
        )
    return found
