"""Assembles paragraphs from columns of lines, across line, column and page breaks."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal

import regex

from index.readers.extracted_text import HOLE
from index.readers.pdf.columns import Column
from index.readers.pdf.furniture.running_titles import RunningTitle, running_titles
from index.readers.pdf.glyphs import Line
from index.readers.pdf.visual_order import (
    CLOSING,
    OPENING,
    Sign,
    as_read,
    bracket_votes,
    is_right_to_left,
)
from index.text.structure.labels import SYMBOL_BULLETS, ItemMarker, follows, item_marker

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
# Line distances of one font size on a page that suffice to tell its line spacing.
_FEWEST_GAPS: Final = 4
# Signs of a line in which an item's number or bullet is looked for.
_LONGEST_MARKER: Final = 12
BULLETS: Final = frozenset("•●▪◦·‣○■□▶►✓✔➢➤◆◇☐☑☒✗" + SYMBOL_BULLETS)
NOTE_MARK: Final = regex.compile(r"[(\[]?([⁰¹²³⁴-⁹]{1,3}|\p{Nd}{1,3}|\*{1,3}|[†‡])[)\]]?[.\-–]?\s?(?=\S)")
"""What a footnote begins with."""
_SENTENCE_END: Final = regex.compile(r"[.!?؟…:;؛][\"”»'’)\]]*$")
_STOPS: Final = frozenset(".!?؟…:;؛")
_CLOSERS: Final = frozenset("\"”»'’)](«[")  # some are mirrored
_LONGEST_END: Final = 3
_ENDS: Final = ".,،؛:;؟?!)]}»"
_HYPHENATED: Final = regex.compile(r"(\p{L}+)[-\u2010]$")
# Tatweels that stretch a word; not those of «هـ» and «بـ».
_STRETCH: Final = regex.compile(r"(?<=\p{Arabic})\u0640+(?=[\p{Arabic}&&\p{L}])", regex.VERSION1)
# Ghostscript gives some Arabic digits small Latin letters: f٫g for ٤٫٥.
_LOST_DIGIT: Final = regex.compile(r"(?<=[٠-٩][٫٬]?)[a-p](?!\p{Latin})|(?<!\p{Latin})[a-p](?=[٫٬]?[٠-٩])")
_LOWERCASE: Final = regex.compile(r"\p{Ll}+")

Pages = Sequence[Sequence[Column]]
PAGE_BREAK: Final = "\f"
"""Marks in a paragraph's text where its next page begins."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document.

    Attributes:
        text: its text, on one line, with a `PAGE_BREAK` where each of `later_pages` begins.
        page: the page that it begins on, from 1.
        size: of its font, in points.
        lines: its number of lines on the page.
        is_bold: whether all of its letters are in bold.
        cells: the text of each segment, from left to right, if it is one line with wide gaps.
        edges: the left and the right edge of each segment, in points.
        is_right_to_left: its writing direction.
        is_at_foot: whether it is a footnote.
        last_page: the page that it ends on.
        is_ruled: whether it is a row of a table drawn with lines.
        later_pages: the pages that it continues on.
        margin: for what is repeated at the top or the bottom of pages, the kind of its block; else empty.
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
    last_page: int = 0
    is_ruled: bool = False
    later_pages: tuple[int, ...] = ()
    margin: Literal["", "page_header", "page_footer"] = ""


@dataclass
class _Paragraph:
    """Lines that belong together.

    Attributes:
        lines: from top to bottom.
        edges: of the block that it begins in.
        room: the width that its last line leaves free in the column.
        is_indented: whether its first line is indented.
        page_starts: the number of the first line on each later page, and the page.
    """

    lines: list[Line]
    edges: _Edges
    room: float
    is_indented: bool
    page: int = 0
    last_page: int = 0
    is_at_foot: bool = False
    page_starts: dict[int, int] = field(default_factory=dict)


def paragraphs_of(pages: Pages, pictures: Collection[int] = ()) -> list[Paragraph]:
    """Assembles the paragraphs of a document, in reading order.

    Each running title is a paragraph once: headers come first, footers last. Page numbers are removed.

    Args:
        pages: the columns of each.
        pictures: the numbers of pages, from 1, whose text is only on a picture: none goes on there.
    """
    usual = _pitches([column for page in pages for column in page])
    pitches = [_pitches(page, usual) for page in pages]
    kept, removed = _without_running_titles(pages, pitches)
    body = _body_size([line for page in kept for column in page for line in column.lines])
    found: list[_Paragraph] = []
    last: _Paragraph | None = None  # that isn't a footnote
    mark = ""
    for page_number, page in enumerate(kept, 1):
        for column in page:
            above, foot = _foot(column, pitches[page_number - 1], body, mark)
            mark = next(filter(None, map(_note_mark, reversed(foot))), mark)
            of_column = list(_paragraphs(above, pitches[page_number - 1])) if above.lines else []
            of_column += _notes(foot, pitches[page_number - 1])
            for number, paragraph in enumerate(of_column):
                paragraph.page = paragraph.last_page = page_number
                is_first = not number and not paragraph.is_at_foot and page_number not in pictures
                if (
                    last is not None
                    and is_first
                    and last.last_page not in pictures
                    and _goes_on(last, paragraph)
                ):
                    if page_number != last.last_page:
                        last.page_starts[len(last.lines)] = page_number
                    last.lines.extend(paragraph.lines)
                    last.room, last.last_page = paragraph.room, page_number
                else:
                    found.append(paragraph)
                    if not paragraph.is_at_foot:
                        last = paragraph
    mirrored = _mirrored(found)
    texts = [_lines(paragraph, mirrored) for paragraph in found]
    words = Counter(word for lines in texts for line in lines for word in regex.findall(r"[\p{L}-]+", line))
    titles = running_titles(
        (
            RunningTitle(page, is_header, _joined(_lines(_alone(line), mirrored), {}))
            for page, is_header, line in removed
        ),
        {line for lines in texts for line in lines},
    )
    return [
        *(_margin(title) for title in titles if title.is_header),
        *(
            _finished(paragraph, _joined(lines, words), mirrored)
            for paragraph, lines in zip(found, texts, strict=True)
        ),
        *(_margin(title) for title in titles if not title.is_header),
    ]


def _alone(line: Line) -> _Paragraph:
    column = Column((line,))
    return _Paragraph([line], _Edges.of([line], column), 0.0, is_indented=False)


def _margin(title: RunningTitle) -> Paragraph:
    kind: Literal["page_header", "page_footer"] = "page_header" if title.is_header else "page_footer"
    return Paragraph(title.text, title.page, 0.0, 1, last_page=title.page, margin=kind)


def _lines(paragraph: _Paragraph, mirrored: str) -> list[str]:
    lines = [
        as_read(line.signs, paragraph.edges.right_to_left, mirrored).replace(PAGE_BREAK, " ")
        for line in paragraph.lines
    ]
    return [
        f"{PAGE_BREAK if number in paragraph.page_starts else ''}{line}" for number, line in enumerate(lines)
    ]


def _finished(paragraph: _Paragraph, text: str, mirrored: str) -> Paragraph:
    line = paragraph.lines[0]
    rtl = paragraph.edges.right_to_left
    is_row = len(paragraph.lines) == 1 and line.has_cells
    cells = [_cell([own], rtl, mirrored) for own in _parts(line)] if is_row else []
    if line.row:
        cells = [_cell([own.signs for own in lines], rtl, mirrored) for lines in line.row]
    return Paragraph(
        text,
        paragraph.page,
        line.size,
        len(paragraph.lines),
        all(line.is_bold for line in paragraph.lines),
        tuple(cells),
        tuple((cell.left, cell.right) for cell in line.cells) if is_row else (),
        rtl,
        paragraph.is_at_foot,
        paragraph.last_page,
        is_ruled=bool(line.row),
        later_pages=tuple(paragraph.page_starts.values()),
    )


def _parts(line: Line) -> list[Sequence[Sign]]:
    return [line.signs[cell.first : cell.end] for cell in line.cells]


def _cell(lines: Sequence[Sequence[Sign]], default: bool, mirrored: str) -> str:
    """The text of a cell."""
    rtl = _cell_direction([sign for line in lines for sign in line], default)
    return " ".join(as_read(_stripped(line), rtl, mirrored) for line in lines)


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


def _foot(
    column: Column, pitches: Mapping[int, float], body: float, mark: str
) -> tuple[Column, Sequence[Line]]:
    """Splits a column into its text and its footnotes: small text below text of the usual size.

    They stand apart from it or begin with a mark, or go on after those of the page before.

    Args:
        column: of a page.
        pitches: its line spacing by font size.
        body: the usual font size.
        mark: of the last footnote before.
    """
    lines = column.lines
    place = len(lines)
    while place and lines[place - 1].size <= _NOTE_SIZE * body:
        place -= 1
    if lines and not place and mark.isdecimal() and _note_mark(lines[0]) == str(int(mark) + 1):
        return replace(column, lines=()), lines
    while 0 < place < len(lines):
        gap = lines[place - 1].baseline - lines[place].baseline
        if _is_wide(gap, lines[place], pitches) or _note_mark(lines[place]):
            return replace(column, lines=lines[:place]), lines[place:]
        place += 1
    return column, ()


def _notes(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[_Paragraph]:
    """Yields the footnotes of a column, each from its mark or from a gap on."""
    own: list[Line] = []
    last = ""
    for line in lines:
        mark = _note_mark(line)
        is_next = not mark.isdecimal() or not last.isdecimal() or int(mark) == int(last) + 1
        is_apart = bool(own) and _is_wide(own[-1].baseline - line.baseline, line, pitches)
        if own and ((mark and is_next) or is_apart):
            yield _note(own)
            own = []
        last = mark if mark and is_next else last
        own.append(line)
    if own:
        yield _note(own)


def _note(lines: list[Line]) -> _Paragraph:
    return _Paragraph(lines, _Edges.of(lines, Column(tuple(lines))), 0.0, is_indented=False, is_at_foot=True)


def _note_mark(line: Line) -> str:
    """The mark that a footnote begins with; empty without one."""
    mark = NOTE_MARK.match(as_read(line.signs, _is_right_to_left([line])))
    return note_label(mark[1]) if mark else ""


def note_label(mark: str) -> str:
    """The mark of a footnote in the form in which marks are compared: numbers in 0-9."""
    mark = unicodedata.normalize("NFKC", mark)
    return str(int(mark)) if mark.isdecimal() else mark


def _without_running_titles(
    pages: Pages, pitches: Sequence[Mapping[int, float]]
) -> tuple[list[list[Column]], list[tuple[int, bool, Line]]]:
    """The pages without running titles, and of each of these its page, whether it is at the top, and it."""
    edges = [_edge_lines(page, own) for page, own in zip(pages, pitches, strict=True)]
    counts = Counter(key for lines in edges for key in set(lines.values()))
    fewest = min(_FEWEST_REPEATS, max(len(pages), 2))
    kept = []
    removed = []
    for number, (page, lines) in enumerate(zip(pages, edges, strict=True), 1):
        ordered = sorted((line.baseline for column in page for line in column.lines), reverse=True)
        middle = ordered[len(ordered) // 2] if ordered else 0.0
        unwanted = {line for line, key in lines.items() if counts[key] >= fewest}
        # The only page of a file has its number too.
        unwanted |= {id(line) for column in page for line in column.lines[-1:] if _is_number(line, number)}
        removed += [
            (number, line.baseline > middle, line)
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
                if _is_wide(abs(line.baseline - following.baseline), following, pitches)
            ),
            len(lines),
        )
        if place <= _EDGE:
            for line in ordered[:place]:
                said = regex.sub(r"\p{Nd}+", "#", " ".join(line.words))
                found[id(line)] = (said, round(line.baseline / 2))
    return found


def _pitches(
    columns: Sequence[Column], usual: Mapping[int, float] = MappingProxyType({})
) -> dict[int, float]:
    """Line spacing within paragraphs per font size: the lower quartile of line distances.

    Args:
        columns: of a page, or of all.
        usual: in the whole document, for sizes of which these columns have few lines.
    """
    gaps: dict[int, list[float]] = defaultdict(list)
    for column in columns:
        for line, following in pairwise(column.lines):
            if line.has_size_of(following):
                gaps[round(line.size)].append(line.baseline - following.baseline)
    enough = {size: found for size, found in gaps.items() if len(found) >= _FEWEST_GAPS or not usual}
    return {**usual, **{size: sorted(found)[len(found) // 4] for size, found in enough.items()}}


def _paragraphs(column: Column, pitches: Mapping[int, float]) -> Iterator[_Paragraph]:
    for block in _blocks(column.lines, pitches):
        edges = _Edges.of(block, column)
        own = [block[0]]
        for line, following in pairwise(block):
            if edges.parts(line, following) or edges.is_next_item(own[0], following):
                yield edges.paragraph(own)
                own = []
            own.append(following)
        yield edges.paragraph(own)


@dataclass(frozen=True)
class _Edges:
    """The edges of a block of lines, and how its paragraphs begin.

    Attributes:
        left, right: the edges of the block.
        right_to_left: the writing direction of most of its words.
        column: that the block is in.
        is_centered: whether its lines are.
        is_hanging: whether paragraphs begin at the edge and their other lines are indented.
    """

    left: float
    right: float
    right_to_left: bool
    column: Column
    is_centered: bool = False
    is_hanging: bool = False

    @classmethod
    def of(cls, block: Sequence[Line], column: Column) -> _Edges:
        left, right = min(line.left for line in block), max(line.right for line in block)
        edges = cls(left, right, _is_right_to_left(block), column)
        indented = [line for line in block if edges.indent(line) >= _INDENT]
        if not indented:
            return edges
        outer = [line for line in block if edges.indent(line) < _INDENT]
        middles = [line.left + line.right for line in block]
        ends = [edges.room(line) / line.size for line in block[:-1]]
        is_centered = (
            max(middles) - min(middles) < _INDENT * block[0].size and max(ends, default=0) >= _INDENT
        )
        # Most lines are indented, or those that aren't begin with the number or bullet of an item.
        marked = sum(edges.begins_item(line) for line in outer)
        indents = [edges.indent(line) for line in indented]
        is_hanging = 2 * marked > len(outer) or (
            len(indented) > len(outer) and max(indents) - min(indents) < _INDENT
        )
        return replace(edges, is_centered=is_centered, is_hanging=is_hanging and not is_centered)

    def parts(self, line: Line, following: Line) -> bool:
        """Whether a paragraph ends between two lines."""
        # A line with a full stop that doesn't reach the end of the column is the last of its paragraph.
        room = self.column_room(line) if self.ends_sentence(line) else self.room(line)
        if room > self.first_word(following) + _SPACE * line.size:
            return True
        if self.begins_bullet(following):
            return True
        if self.is_centered:
            return False
        one, two = self.indent(line), self.indent(following)
        if self.is_hanging:
            return two < _INDENT and (one >= _INDENT or self.begins_item(following))
        return two >= _INDENT and one < _INDENT

    def room(self, line: Line) -> float:
        """The width that a line leaves free."""
        if self.is_centered:
            return (self.right - self.left) - (line.right - line.left)
        return line.left - self.left if self.right_to_left else self.right - line.right

    def first_word(self, line: Line) -> float:
        """The width of a line's first word."""
        return line.rightmost_word if self.right_to_left else line.leftmost_word

    def indent(self, line: Line) -> float:
        """How far from the edge a line begins, in multiples of its size."""
        return (self.right - line.right if self.right_to_left else line.left - self.left) / line.size

    def is_next_item(self, first: Line, following: Line) -> bool:
        """Whether a line begins with the number after the one that a paragraph begins with."""
        one = self.marker(first)
        other = self.marker(following) if one else None
        return bool(one and other and one.style == other.style and follows(one.value, other.value))

    def marker(self, line: Line) -> ItemMarker | None:
        """The number of an item that a line begins with."""
        signs = line.signs[-_LONGEST_MARKER:] if self.right_to_left else line.signs[:_LONGEST_MARKER]
        return item_marker(as_read(signs, self.right_to_left).lstrip())

    def begins_item(self, line: Line) -> bool:
        """Whether a line begins with an item's number or bullet."""
        return self.begins_bullet(line) or self.marker(line) is not None

    def begins_bullet(self, line: Line) -> bool:
        """Whether a line begins with a bullet."""
        return line.signs[-1 if self.right_to_left else 0].text in BULLETS

    def ends_sentence(self, line: Line) -> bool:
        """Whether a line ends with a full stop or the like, and quotes or brackets after it."""
        last = line.signs[:_LONGEST_END] if self.right_to_left else line.signs[: -_LONGEST_END - 1 : -1]
        ends = [sign.text for sign in last if sign.text not in _CLOSERS]
        return bool(ends) and ends[0] in _STOPS

    def column_room(self, line: Line) -> float:
        """The width that a line leaves free in the column."""
        return replace(self, left=self.column.left, right=self.column.right).room(line)

    def paragraph(self, lines: list[Line]) -> _Paragraph:
        """Builds a paragraph from lines of the block."""
        room = self.column_room(lines[-1])
        is_indented = not (self.is_centered or self.is_hanging) and self.indent(lines[0]) >= _INDENT
        return _Paragraph(lines, self, room, is_indented)


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
        and not last.has_cells
        and not first.has_cells
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
        mark = PAGE_BREAK if line.startswith(PAGE_BREAK) else ""
        line = line.removeprefix(PAGE_BREAK)
        if text.endswith("\u00ad"):
            text = text[:-1] + mark + line
            continue
        parted = _HYPHENATED.search(text)
        rest = _LOWERCASE.match(line)
        if parted and rest:
            whole = words.get(parted[1] + rest[0], 0) >= words.get(f"{parted[1]}-{rest[0]}", 0)
            text = (text[: parted.end(1)] if whole else text) + mark + line
        else:
            text = f"{text} {mark}{line}"
    return _LOST_DIGIT.sub(HOLE, _STRETCH.sub("", text))
