"""Document -> passages: its paragraphs, and the parts of those too long for the encoder's window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

from index.text.paragraphs import paragraphs as paragraphs
from index.text.sentences import Span, sentences
from index.types import Document, Passage

CountTokens = Callable[[Sequence[str]], list[int]]

_SPACE = regex.compile(r"\s")
# Characters for each token of the window, and at least in all, beyond which a text surely doesn't fit: no
# piece of the bundled model's vocabulary is longer.
_LONGEST_TOKEN = 16
_LEAST_COUNTED = 4096


def split(document: Document, window: int, count_tokens: CountTokens) -> list[Passage]:
    """The passages of a document, in reading order; together they hold all of its words.

    Args:
        document: what to split.
        window: tokens that a passage may have.
        count_tokens: tokens in each of several texts, as the encoder counts them.
    """
    spans = list(paragraphs(document.text))
    counts = _counts(document.text, spans, window, count_tokens)
    passages: list[Passage] = []
    for number, (span, count) in enumerate(zip(spans, counts, strict=True), 1):
        parts = [span] if count <= window else _parts(document.text, span, window, count_tokens)
        passages.extend(Passage.of(document, number, start, end) for start, end in parts)
    return passages


def _parts(text: str, span: Span, window: int, count_tokens: CountTokens) -> list[Span]:
    """Whole sentences while they fit; a sentence that doesn't fit is cut between words."""
    start, end = span
    pieces = [(start + a, start + b) for a, b in sentences(text[start:end])]
    counts = _counts(text, pieces, window, count_tokens)
    parts: list[Span] = []
    room = 0
    for piece, count in zip(pieces, counts, strict=True):
        if count > window:
            parts.extend(_cut(text, piece, window, count_tokens))
            room = 0
        elif count <= room:
            parts[-1] = (parts[-1][0], piece[1])
            room -= count
        else:
            parts.append(piece)
            room = window - count
    return parts


def _cut(text: str, span: Span, window: int, count_tokens: CountTokens) -> list[Span]:
    """Halves a stretch, between words if there are any, until every part fits."""
    start, end = span
    if end - start < 2 or _counts(text, [span], window, count_tokens)[0] <= window:
        return [span]
    middle = (start + end) // 2
    spaces = (match.start() for match in _SPACE.finditer(text, start + 1, end - 1))
    cut = min(spaces, key=lambda space: abs(space - middle), default=middle)
    left, right = text[start:cut].rstrip(), text[cut:end].lstrip()
    return [
        *_cut(text, (start, start + len(left)), window, count_tokens),
        *_cut(text, (end - len(right), end), window, count_tokens),
    ]


def _counts(text: str, spans: Sequence[Span], window: int, count_tokens: CountTokens) -> list[int]:
    """Tokens in each stretch; of one that is surely longer than the window, not counted, one more than it."""
    limit = max(_LONGEST_TOKEN * window, _LEAST_COUNTED)
    short = [i for i, (start, end) in enumerate(spans) if end - start <= limit]
    counts = [window + 1] * len(spans)
    counted = count_tokens([text[spans[i][0] : spans[i][1]] for i in short])
    for i, count in zip(short, counted, strict=True):
        counts[i] = count
    return counts
