"""The paragraphs of a text as a reader counts them."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from index.text.sentences import Span

_LINE = regex.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_LINE_BREAK = regex.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SENTENCE_END = regex.compile(r"[.!?؟…:»\"”]\s*$")
HAS_WORD = regex.compile(r"[\p{L}\p{N}]")
# A line as long as this or longer wasn't broken to fit a screen or an e-mail.
_WRAPPED_LINE = 100


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
        if HAS_WORD.search(text, start, end):
            yield start, end
