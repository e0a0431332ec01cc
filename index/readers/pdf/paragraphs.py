"""Assembles paragraphs from columns of lines, across line, column and page breaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import regex

from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line
from index.readers.pdf.visual_order import (
    CLOSING,
    OPENING,
    Sign,
    as_read,
    bracket_votes,
    is_right_to_left,
)

# In multiples of the line spacing within a paragraph.
_WIDE_GAP: Final = 1.25
# In multiples of the font size.
_WIDEST_GAP: Final = 2.5
_INDENT: Final = 0.8
_SPACE: Final = 0.25
# Maximum size of a footnote's font relative to the usual size.
_NOTE_SIZE: Final = 0.9
# Number of lines at the top and bottom of a page that are searched for running titles and page numbers.
_EDGE: Final = 2
_FEWEST_REPEATS: Final = 3
_SENTENCE_END: Final = regex.compile(r"[.!?؟…:;؛][\"”»'’)\]]*$")
_ENDS: Final = ".,،؛:;؟?!)]}»"
_HYPHENATED: Final = regex.compile(r"(\p{L}+)[-\u2010]$")
_LOWERCASE: Final = regex.compile(r"\p{Ll}+")

Pages = Sequence[Sequence[Column]]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document.

    Attributes:
        text: its text, on one line.
        page: the page that it begins on, from 1.
        size: of its font, in points.
        lines: its number of lines on the page.
        is_bold: whether all of its letters are in bold.
        cells: the text of each segment, from left to right, if it is one line with wide gaps.
        edges: the left and the right edge of each segment, in points.
        is_right_to_left: its writing direction.
        is_at_foot: whether it is in small type with only small type below it on its page.
    """

    text: str
    page: int
    size: float
    lines: int
    is_bold: bool = False
    cells: tuple[str, ...] = ()
    edges: tuple[tuple[float, float], ...] = ()
    is_right_to_left: bool = False
    is_at_foot: bool = False


@dataclass
class _Paragraph:
    """Lines that belong together.

    Attributes:
        lines: from top to bottom.
        edges: of the block that it begins in.
        room: the width that its last line leaves free in the column.
        is_indented: whether its first line is indented.
    """

    lines: list[Line]
    edges: _Edges
    room: float
    is_indented: bool
    page: int = 0
    is_at_foot: bool = False


def paragraphs_of(pages: Pages) -> list[Paragraph]:
    """Assembles the paragraphs of a document, in reading order.

    Running titles and page numbers are removed.
    """
    pitches = _pitches([column for page in pages for column in page])
    kept = _without_running_titles(pages, pitches)
    body = _body_size([line for page in kept for column in page for line in column.lines])
    found: list[_Paragraph] = []
    last: _Paragraph | None = None  # that isn't a footnote
    for page_number, page in enumerate(kept, 1):
        for column in page:
            of_column = list(_paragraphs(column, pitches))
            _mark_foot(of_column, body)
            for number, paragraph in enumerate(of_column):
                paragraph.page = page_number
                if last is not None and not number and _goes_on(last, paragraph):
                    last.lines.extend(paragraph.lines)
                    last.room = paragraph.room
                else:
                    found.append(paragraph)
                    if not paragraph.is_at_foot:
                        last = paragraph
    mirrored = _mirrored(found)
    texts = [[as_read(line.signs, p.edges.right_to_left, mirrored) for line in p.lines] for p in found]
    words = Counter(word for lines in texts for line in lines for word in regex.findall(r"[\p{L}-]+", line))
    return [
        _finished(paragraph, _joined(lines, words), mirrored)
        for paragraph, lines in zip(found, texts, strict=True)
    ]


def _finished(paragraph: _Paragraph, text: str, mirrored: str) -> Paragraph:
    line = paragraph.lines[0]
    rtl = paragraph.edges.right_to_left
    is_row = len(paragraph.lines) == 1 and line.has_cells
    signs = [line.signs[cell.first : cell.end] for cell in line.cells] if is_row else []
    return Paragraph(
        text,
        paragraph.page,
        line.size,
        len(paragraph.lines),
        all(line.is_bold for line in paragraph.lines),
        tuple(as_read(_stripped(cell), _cell_direction(cell, rtl), mirrored) for cell in signs),
        tuple((cell.left, cell.right) for cell in line.cells) if is_row else (),
        rtl,
        paragraph.is_at_foot,
    )


def _stripped(signs: Sequence[Sign]) -> Sequence[Sign]:
    end = len(signs)
    while end and signs[end - 1].text == " ":
        end -= 1
    return signs[:end]


def _cell_direction(signs: Sequence[Sign], default: bool) -> bool:
    """A cell's writing direction, by its words if it has any."""
    text = "".join(sign.text for sign in signs)
    return is_right_to_left(text.split()) if any(map(str.isalpha, text)) else default


def _body_size(lines: Sequence[Line]) -> float:
    """The predominant font size of the text, in points."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[round(line.size, 1)] += len(line.signs)
    return max(counts, key=lambda size: (counts[size], size), default=0.0)


def _mark_foot(paragraphs: Sequence[_Paragraph], body: float) -> None:
    """Marks the footnotes of a column: small text below text of the usual size."""
    small = [all(line.size <= _NOTE_SIZE * body for line in p.lines) for p in paragraphs]
    place = len(paragraphs)
    while place and small[place - 1]:
        place -= 1
    for paragraph in paragraphs[place:] if place else ():
        paragraph.is_at_foot = True


def _without_running_titles(pages: Pages, pitches: Mapping[int, float]) -> list[list[Column]]:
    edges = [_edge_lines(page, pitches) for page in pages]
    counts = Counter(key for lines in edges for key in set(lines.values()))
    fewest = min(_FEWEST_REPEATS, max(len(pages), 2))
    kept = []
    for page, lines in zip(pages, edges, strict=True):
        unwanted = {line for line, key in lines.items() if counts[key] >= fewest}
        kept.append(
            [
                replace(column, lines=rest)
                for column in page
                if (rest := tuple(line for line in column.lines if id(line) not in unwanted))
            ]
        )
    return kept


def _edge_lines(page: Sequence[Column], pitches: Mapping[int, float]) -> dict[int, tuple[str, int]]:
    """The separate lines at the top and bottom of a page: text without numbers, and height."""
    lines = sorted((line for column in page for line in column.lines), key=lambda line: -line.baseline)
    found: dict[int, tuple[str, int]] = {}
    for ordered in (lines, lines[::-1]):
        place = next(
            (
                number
                for number, (line, following) in enumerate(pairwise(ordered), 1)
                if _is_wide(abs(line.baseline - following.baseline), following, pitches)
            ),
            len(lines),
        )
        if place <= _EDGE:
            for line in ordered[:place]:
                said = regex.sub(r"\p{Nd}+", "#", " ".join(line.words))
                found[id(line)] = (said, round(line.baseline / 2))
    return found


def _pitches(columns: Sequence[Column]) -> dict[int, float]:
    """Line spacing within paragraphs per font size: the lower quartile of line distances."""
    gaps: dict[int, list[float]] = defaultdict(list)
    for column in columns:
        for line, following in pairwise(column.lines):
            if line.has_size_of(following):
                gaps[round(line.size)].append(line.baseline - following.baseline)
    return {size: sorted(found)[len(found) // 4] for size, found in gaps.items()}


def _paragraphs(column: Column, pitches: Mapping[int, float]) -> Iterator[_Paragraph]:
    for block in _blocks(column.lines, pitches):
        edges = _Edges.of(block)
        own = [block[0]]
        for line, following in pairwise(block):
            would_fit = edges.room(line) > edges.first_word(following) + _SPACE * line.size
            if would_fit or (edges.is_indented(following) and not edges.is_indented(line)):
                yield edges.paragraph(own, column)
                own = []
            own.append(following)
        yield edges.paragraph(own, column)


@dataclass(frozen=True)
class _Edges:
    """The edges of a block of lines.

    Attributes:
        left, right: the edges of the block.
        right_to_left: the writing direction of most of its words.
        begin_alike: whether most lines begin at the same position, so that any other is indented.
    """

    left: float
    right: float
    right_to_left: bool
    begin_alike: bool

    @classmethod
    def of(cls, block: Sequence[Line]) -> _Edges:
        left, right = min(line.left for line in block), max(line.right for line in block)
        rtl = _is_right_to_left(block)
        edges = cls(left, right, rtl, begin_alike=True)
        at_edge = sum(edges._indent(line) < _INDENT for line in block)
        return replace(edges, begin_alike=2 * at_edge > len(block))

    def room(self, line: Line) -> float:
        """The width that a line leaves free."""
        if not self.begin_alike:
            return (self.right - self.left) - (line.right - line.left)
        return line.left - self.left if self.right_to_left else self.right - line.right

    def first_word(self, line: Line) -> float:
        """The width of a line's first word."""
        return line.rightmost_word if self.right_to_left else line.leftmost_word

    def is_indented(self, line: Line) -> bool:
        """Whether a line is indented relative to most."""
        return self.begin_alike and self._indent(line) >= _INDENT

    def paragraph(self, lines: list[Line], column: Column) -> _Paragraph:
        """Builds a paragraph from lines of the block, which is in this column."""
        room = replace(self, left=column.left, right=column.right).room(lines[-1])
        return _Paragraph(lines, self, room, self.is_indented(lines[0]))

    def _indent(self, line: Line) -> float:
        return (self.right - line.right if self.right_to_left else line.left - self.left) / line.size


def _blocks(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[list[Line]]:
    """Yields runs of lines of one size without wide gaps between them."""
    block = [lines[0]]
    for line, following in pairwise(lines):
        gap = line.baseline - following.baseline
        cells = line.has_cells or following.has_cells
        if cells or not line.has_size_of(following) or _is_wide(gap, line, pitches):
            yield block
            block = []
        block.append(following)
    yield block


def _is_wide(gap: float, line: Line, pitches: Mapping[int, float]) -> bool:
    """Whether a gap exceeds the line spacing within paragraphs of this line's font size."""
    return gap > min(_WIDE_GAP * pitches.get(round(line.size), gap), _WIDEST_GAP * line.size)


def _goes_on(paragraph: _Paragraph, following: _Paragraph) -> bool:
    """Whether a paragraph continues at the top of the next column or page."""
    last, first = paragraph.lines[-1], following.lines[0]
    end = as_read(last.signs, paragraph.edges.right_to_left)
    return (
        last.has_size_of(first)
        and paragraph.edges.right_to_left == following.edges.right_to_left
        and not following.is_indented
        and not _SENTENCE_END.search(end)
        and paragraph.room <= following.edges.first_word(first) + _SPACE * last.size
    )


def _mirrored(paragraphs: Sequence[_Paragraph]) -> str:
    """The brackets that the document stores in visual rather than logical form in Arabic, by plausibility.

    Programs differ in whether they write the mirrored or the typed character.
    """
    votes: Counter[str] = Counter()
    for paragraph in paragraphs:
        for line in paragraph.lines:
            votes.update(bracket_votes(line.signs, paragraph.edges.right_to_left))
    return "".join(o + c for o, c in zip(OPENING, CLOSING, strict=True) if votes[o] > 0)


def _is_right_to_left(lines: Sequence[Line]) -> bool:
    """A block's writing direction: by its words, or by sentence ends to the left of Latin words."""
    words = [word for line in lines for word in line.words]
    return is_right_to_left(words) or any(line.words[0][0] in _ENDS for line in lines)


def _joined(lines: Sequence[str], words: Mapping[str, int]) -> str:
    """Joins lines, and rejoins words that were hyphenated at a line's end."""
    text = lines[0]
    for line in lines[1:]:
        if text.endswith("\u00ad"):
            text = text[:-1] + line
            continue
        parted = _HYPHENATED.search(text)
        rest = _LOWERCASE.match(line)
        if parted and rest:
            whole = words.get(parted[1] + rest[0], 0) >= words.get(f"{parted[1]}-{rest[0]}", 0)
            text = (text[: parted.end(1)] if whole else text) + line
        else:
            text = f"{text} {line}"
    return text
