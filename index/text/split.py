"""Document -> passages: its paragraphs, and the parts of those too long for the encoder's window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import regex

from index.text.sentences import Span, sentences
from index.types import Document, Passage

CountTokens = Callable[[Sequence[str]], list[int]]

_LINE = regex.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_LINE_BREAK = regex.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SENTENCE_END = regex.compile(r"[.!?؟…:»\"”]\s*$")
_SPACE = regex.compile(r"\s")
_HAS_WORD = regex.compile(r"[\p{L}\p{N}]")
# A line as long as this or longer wasn't broken to fit a screen or an e-mail.
_WRAPPED_LINE = 100
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


def paragraphs(text: str) -> Iterator[Span]:
    """The paragraphs as a reader counts them: (start, end) of each, in characters.

    A blank line ends one. So does a line break, except in a block whose lines were broken to fit a
    width. A line without a letter or digit (a rule, a row of stars) isn't a paragraph.
    """
    block: list[Span] = []
    previous_end = 0
    for line in _LINE.finditer(text):
        if not line.group().strip():
            continue
        breaks = _LINE_BREAK.findall(text, previous_end, line.start())
        if block and len(breaks) > 1:
            yield from _paragraphs_of_block(text, block)
            block = []
        start = line.start() + len(line.group()) - len(line.group().lstrip())
        end = line.start() + len(line.group().rstrip())
        block.append((start, end))
        previous_end = line.end()
    yield from _paragraphs_of_block(text, block)


def _paragraphs_of_block(text: str, lines: list[Span]) -> Iterator[Span]:
    broken = lines[:-1]
    unfinished = [line for line in broken if not _SENTENCE_END.search(text[line[0] : line[1]])]
    wrapped = (
        bool(broken)
        and all(end - start < _WRAPPED_LINE for start, end in lines)
        and 2 * len(unfinished) > len(broken)
    )
    for start, end in [(lines[0][0], lines[-1][1])] if wrapped else lines:
        if _HAS_WORD.search(text, start, end):
            yield start, end


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
