"""Lines repeated at the top or the bottom of a PDF's pages: running titles and page numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import regex

from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line
from index.readers.pdf.paragraphs.line_spacing import is_wide

# Number of lines at the top and bottom of a page that are searched for running titles and page numbers.
_EDGE: Final = 2
_MIN_REPEATS: Final = 3
# Of a line in smaller or larger letters than the text, with no wide gap between them.
_MAX_PARTS: Final = 2
# What stands beside the number of a page.
_PAGE_WORDS: Final = frozenset(("page", "pages", "p", "pp", "pg", "of", "صفحة", "الصفحة", "ص", "من", ""))
_DIGIT: Final = regex.compile(r"\p{Nd}")
_MIN_DIGITS: Final = 4

Pages: TypeAlias = Sequence[Sequence[Column]]
"""The columns of each page."""


class RepeatedLine(NamedTuple):
    """A line that is at the same place on several pages; `is_header` if at the top, else at the bottom."""

    page: int
    is_header: bool
    line: Line


@dataclass(frozen=True)
class RunningTitle:
    """A line that stands at the same place on several pages.

    Attributes:
        page: the number of one of them, from 1.
        is_header: whether it is at the top.
        text: what it says there.
    """

    page: int
    is_header: bool
    text: str


def without_running_titles(
    pages: Pages, pitches: Sequence[Mapping[int, float]]
) -> tuple[list[list[Column]], list[RepeatedLine]]:
    """Separates the running titles and page numbers from the pages.

    Args:
        pages: the columns of each.
        pitches: the line spacing of each page, by font size.

    Returns:
        The columns of each page without them, and the running titles.
    """
    edges = [_edge_lines(page, own) for page, own in zip(pages, pitches, strict=True)]
    counts = Counter(key for lines in edges for key in set(lines.values()))
    fewest = min(_MIN_REPEATS, max(len(pages), 2))
    kept = []
    removed = []
    for number, (page, lines) in enumerate(zip(pages, edges, strict=True), 1):
        ordered = sorted((line.baseline for column in page for line in column.lines), reverse=True)
        middle = ordered[len(ordered) // 2] if ordered else 0.0
        unwanted = {line for line, key in lines.items() if counts[key] >= fewest}
        # The only page of a file has its number too.
        unwanted |= {id(line) for column in page for line in column.lines[-1:] if _is_number(line, number)}
        removed += [
            RepeatedLine(number, line.baseline > middle, line)
            for column in page
            for line in column.lines
            if id(line) in unwanted and id(line) in lines
        ]
        kept.append(
            [
                replace(column, lines=rest)
                for column in page
                if (rest := tuple(line for line in column.lines if id(line) not in unwanted))
            ]
        )
    return kept, removed


def _is_number(line: Line, number: int) -> bool:
    return len(line.words) == 1 and line.words[0].isdecimal() and int(line.words[0]) == number


def _edge_lines(page: Sequence[Column], pitches: Mapping[int, float]) -> dict[int, tuple[str, int]]:
    """The separate lines at the top and bottom of a page: text without numbers, and height."""
    lines = sorted((line for column in page for line in column.lines), key=lambda line: -line.baseline)
    found: dict[int, tuple[str, int]] = {}
    for ordered in (lines, lines[::-1]):
        place = next(
            (
                number
                for number, (line, following) in enumerate(pairwise(ordered), 1)
                if is_wide(abs(line.baseline - following.baseline), following, pitches)
                # Columns' names at the top of each page belong to their table.
                or (not line.has_size_of(following) and len(line.cells) <= _MAX_PARTS)
            ),
            len(lines),
        )
        if place <= _EDGE:
            for line in ordered[:place]:
                said = regex.sub(r"\p{Nd}+", "#", " ".join(line.words))
                found[id(line)] = (said, round(line.baseline / 2))
    return found


def running_titles(found: Iterable[RunningTitle], said: Collection[str]) -> list[RunningTitle]:
    """The running titles of a document, each on the first page that has it, without page numbers.

    Args:
        found: in the order of the pages.
        said: the other lines of the document; what one of them says isn't said again.
    """
    by_words: dict[tuple[bool, str], list[RunningTitle]] = {}
    for title in found:
        by_words.setdefault((title.is_header, _DIGIT.sub("#", title.text)), []).append(title)
    known = {_letters(line) for line in said}
    kept = []
    for titles in by_words.values():
        first = titles[0]
        text = _without_page_number(titles)
        if _is_text(text) and _letters(text) not in known:
            known.add(_letters(text))
            kept.append(RunningTitle(first.page, first.is_header, text))
    return kept


def _without_page_number(titles: list[RunningTitle]) -> str:
    """A title without the words that differ from page to page and those that belong to them."""
    words = [title.text.split() for title in titles]
    same = [len(set(column)) == 1 for column in zip(*words, strict=False)]
    if all(same):
        return titles[0].text
    kept = []
    is_beside = False  # the number of a page, which the number of all of them may follow
    for word, is_same in zip(words[0], same, strict=False):
        is_of_page = word.strip(".:-–—|/()").casefold() in _PAGE_WORDS
        if is_same and not is_of_page and not (is_beside and word.isdecimal()):
            kept.append(word)
        is_beside = not is_same or (is_beside and is_of_page)
    return " ".join(kept).strip(" -–—|/·•")


def _is_text(text: str) -> bool:
    return any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) >= _MIN_DIGITS


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
