"""Lines and paragraphs of plain text, as (start, end) in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

Span = tuple[int, int]

WRAPPED_LINE: Final = 100
"""A line of as many characters or more wasn't broken to fit a screen or an e-mail."""

_LINE = regex.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_LINE_BREAK = regex.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SENTENCE_END = regex.compile(r"[.!?؟…:»\"”]\s*$")
_HAS_WORD = regex.compile(r"[\p{L}\p{N}]")
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line that isn't blank.

    Attributes:
        start, end: where it stands, without the white space around it.
        indent: white space before it, in columns.
        begins_group: whether a blank line stands before it, or nothing.
        has_word: whether there is a letter or a digit in it.
    """

    start: int
    end: int
    indent: int
    begins_group: bool
    has_word: bool


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text that aren't blank."""
    previous_end = -1
    for match in _LINE.finditer(text):
        content = match.group()
        if not content.strip():
            continue
        begins_group = previous_end < 0 or len(_LINE_BREAK.findall(text, previous_end, match.start())) > 1
        left = content[: len(content) - len(content.lstrip())]
        start = match.start() + len(left)
        end = match.start() + len(content.rstrip())
        yield Line(
            start,
            end,
            sum(_TAB if c == "\t" else 1 for c in left),
            begins_group,
            _HAS_WORD.search(text, start, end) is not None,
        )
        previous_end = match.end()


def paragraphs(text: str) -> Iterator[Span]:
    """The paragraphs as a reader counts them: (start, end) of each, in characters.

    A blank line ends one. So does a line break, except in a block whose lines were broken to fit a
    width. A line without a letter or digit (a rule, a row of stars) isn't a paragraph.
    """
    group: list[Span] = []
    for line in lines_of(text):
        if group and line.begins_group:
            yield from paragraphs_of_group(text, group)
            group = []
        group.append((line.start, line.end))
    yield from paragraphs_of_group(text, group)


def paragraphs_of_group(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    """The paragraphs of lines that follow each other without a blank one."""
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
