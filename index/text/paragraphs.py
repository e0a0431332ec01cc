"""Lines and paragraphs of plain text, as (start, end) in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

Span = tuple[int, int]

WRAPPED_LINE: Final = 100
"""A line of this many characters or more wasn't hard-wrapped to fit a screen or an e-mail."""

_LINE = regex.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_LINE_BREAK = regex.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SENTENCE_END = regex.compile(r"[.!?؟…:»\"”]\s*$")
_HAS_WORD = regex.compile(r"[\p{L}\p{N}]")
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A non-blank line.

    Attributes:
        start, end: its span, without surrounding white space.
        indent: white space before it, in columns.
        begins_group: whether a blank line or nothing precedes it.
        has_word: whether it has a letter or a digit.
    """

    start: int
    end: int
    indent: int
    begins_group: bool
    has_word: bool


def lines_of(text: str) -> Iterator[Line]:
    """Yields the non-blank lines of a text."""
    previous_end = -1
    for match in _LINE.finditer(text):
        content = match.group()
        if not content.strip():
            continue
        between = match.start() - previous_end
        begins_group = previous_end < 0 or (
            between > 1 and len(_LINE_BREAK.findall(text, previous_end, match.start())) > 1
        )
        left = content[: len(content) - len(content.lstrip())]
        start = match.start() + len(left)
        end = match.start() + len(content.rstrip())
        yield Line(
            start,
            end,
            len(left) + (_TAB - 1) * left.count("\t"),
            begins_group,
            text[start].isalpha() or _HAS_WORD.search(text, start, end) is not None,
        )
        previous_end = match.end()


def paragraphs(text: str) -> Iterator[Span]:
    """Yields the paragraphs as a reader counts them: (start, end) of each, in characters.

    A blank line ends a paragraph. So does a line break, except in a block of hard-wrapped lines. A line
    without a letter or digit (a rule, a row of stars) isn't a paragraph.
    """
    group: list[Span] = []
    for line in lines_of(text):
        if group and line.begins_group:
            yield from paragraphs_of_group(text, group)
            group = []
        group.append((line.start, line.end))
    yield from paragraphs_of_group(text, group)


def paragraphs_of_group(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    """Yields the paragraphs of consecutive non-blank lines."""
    if not lines:
        return
    broken = lines[:-1]
    unfinished = [line for line in broken if not _SENTENCE_END.search(text, *line)]
    wrapped = (
        bool(broken)
        and all(end - start < WRAPPED_LINE for start, end in lines)
        and 2 * len(unfinished) > len(broken)
    )
    for start, end in [(lines[0][0], lines[-1][1])] if wrapped else lines:
        if _HAS_WORD.search(text, start, end):
            yield start, end
