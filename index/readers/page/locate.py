"""Locates a sentence on a page of a PDF by its letters.

The page is read as the reader reads it, glyph by glyph, so that its letters are those of the document's text,
whatever the file says that they are. A sentence is found where lines of the page, whole but for the first and
the last, say just its letters, in either direction of reading; what differs, or stands there twice, is
reported as not found: a wrong box would be worse than none.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from index.readers.page.wanted import Wanted, letters
from index.readers.pdf.diacritics import with_marks
from index.readers.pdf.drawing.page_glyphs import draw
from index.readers.pdf.fonts import Manager
from index.readers.pdf.glyphs import Glyph, Line, drawn_once, same_line
from index.readers.pdf.tables import Rules, with_tables
from index.readers.pdf.visual_order import is_right_to_left, reading_order
from index.types import Box

# Of a line's height, in multiples of the font size, below and above the baseline.
_BELOW: Final = 0.35
_ABOVE: Final = 0.95
# In points: how much the two libraries' sizes of a page may differ.
_SAME_SIZE: Final = 1.5
# After lines that aren't part of a sentence (a footnote between its columns) at least so many letters of a
# line have to agree, and only so many times.
_MIN_AGREEING: Final = 8
_MAX_GAPS: Final = 2
_MAX_SOLUTIONS: Final = 8
_MAX_STEPS: Final = 20_000


class _Outline(NamedTuple):
    """The extent of some glyphs, in points."""

    left: float
    low: float
    right: float
    high: float


class _Drawn(str):
    """The text of a glyph that remembers the glyph, through all that makes lines of glyphs."""

    __slots__ = ("glyph",)

    glyph: Glyph


@dataclass(frozen=True)
class _Letters:
    """The letters of a line as it is read in one direction.

    Attributes:
        text: the letters, as `letters` gives them.
        glyphs: the glyph of each; None where it isn't known.
        begins, ends: for each whether a word begins, or ends, with it.
    """

    text: str
    glyphs: tuple[Glyph | None, ...]
    begins: tuple[bool, ...]
    ends: tuple[bool, ...]


# Letters of a solution: the number of the line, and which of its glyphs.
_Solution = list[tuple[int, tuple[Glyph | None, ...]]]


def locate(content: bytes, number: int, wanted: Wanted, size: tuple[float, float]) -> list[Box]:
    """Locates a sentence on a page: a box for each of its lines; empty if its place is uncertain.

    Args:
        content: of the PDF.
        number: of the page, from 1.
        wanted: the sentence.
        size: width and height of the page as it is shown, in points.
    """
    document = PDFDocument(PDFParser(io.BytesIO(content)))
    page = next(islice(PDFPage.create_pages(document), number - 1, None), None)
    if page is None:
        return []
    frame = _Frame.of(page)
    if abs(frame.width - size[0]) > _SAME_SIZE or abs(frame.height - size[1]) > _SAME_SIZE:
        return []
    manager = Manager()
    device = draw(page, manager, {})
    found = []
    for turns, turned in device.found.items():
        glyphs = [_remembering(glyph) for glyph in with_marks(drawn_once(turned))]
        lines = _lines(glyphs, Rules() if turns else device.rules)
        found += [(turns, lines, solution) for solution in _found(lines, wanted)]
    if len(found) != 1:
        return []
    turns, lines, solution = found[0]
    boxes = [frame.box(corners, turns) for corners in _outlines(lines, solution)]
    return boxes if all(box.left < box.right and box.top < box.bottom for box in boxes) else []


@dataclass(frozen=True)
class _Frame:
    """The visible area of a page, in points from the lower left of the upright media box."""

    left: float
    low: float
    width: float
    height: float

    @classmethod
    def of(cls, page: PDFPage) -> _Frame:
        x0, y0, x1, y1 = page.mediabox
        a, b, c, d = page.cropbox or page.mediabox
        left, low, right, high = max(a, x0), max(b, y0), min(c, x1), min(d, y1)
        if left >= right or low >= high:
            left, low, right, high = x0, y0, x1, y1
        return {
            90: cls(low - y0, x1 - right, high - low, right - left),
            180: cls(x1 - right, y1 - high, right - left, high - low),
            270: cls(y1 - high, left - x0, high - low, right - left),
        }.get(page.rotate, cls(left - x0, low - y0, right - left, high - low))

    def box(self, outline: _Outline, turns: int) -> Box:
        """The box of glyphs in a frame turned by quarter turns."""
        xs, ys = zip(
            *(self._upright(outline[i], outline[j], turns) for i in (0, 2) for j in (1, 3)), strict=True
        )
        left, right = ((x - self.left) / self.width for x in (min(xs), max(xs)))
        top, bottom = (1 - (y - self.low) / self.height for y in (max(ys), min(ys)))
        return Box(*(min(max(edge, 0.0), 1.0) for edge in (left, top, right, bottom)))

    @staticmethod
    def _upright(x: float, y: float, turns: int) -> tuple[float, float]:
        return ((x, y), (-y, x), (-x, -y), (y, -x))[turns]


def _remembering(glyph: Glyph) -> Glyph:
    text = _Drawn(glyph.text)
    text.glyph = glyph
    return replace(glyph, text=text)


def _lines(glyphs: Sequence[Glyph], rules: Rules) -> list[list[_Letters]]:
    """The lines of a page that have letters, each in the ways in which it may be read."""
    found = []
    for column in with_tables(glyphs, rules, ()):
        for line in column.lines:
            ways = {way.text: way for way in _ways(line) if way.text}
            if ways:
                found.append(list(ways.values()))
    return found


def _ways(line: Line) -> Iterator[_Letters]:
    """The ways in which a line may be read: from the right or the left, its cells in either order."""
    if line.row:
        cells = [own for lines in line.row if (own := _cell(lines)).text]
        yield _together(cells)
        yield _together(cells[::-1])
        return
    for right_to_left in (is_right_to_left(line.words), not is_right_to_left(line.words)):
        yield _read(line, right_to_left)
    if len(line.cells) > 1:
        parts = [replace(line, signs=line.signs[cell.first : cell.end]) for cell in line.cells]
        cells = [_read(part, is_right_to_left(part.words)) for part in parts]
        yield _together(cells)
        yield _together(cells[::-1])


def _cell(lines: Sequence[Line]) -> _Letters:
    right_to_left = is_right_to_left(word for line in lines for word in line.words)
    return _together([_read(line, right_to_left) for line in lines])


def _together(parts: Sequence[_Letters]) -> _Letters:
    return _Letters(
        "".join(part.text for part in parts),
        tuple(glyph for part in parts for glyph in part.glyphs),
        tuple(begins for part in parts for begins in part.begins),
        tuple(ends for part in parts for ends in part.ends),
    )


def _read(line: Line, right_to_left: bool) -> _Letters:
    text: list[str] = []
    glyphs: list[Glyph | None] = []
    begins: list[bool] = []
    ends: list[bool] = []
    is_inside = False  # a word
    for sign, _ in reading_order(line.signs, right_to_left):
        own = letters(sign.text)
        glyph = sign.text.glyph if isinstance(sign.text, _Drawn) else None
        if not own and ends and not all(unicodedata.category(c) == "Mn" for c in sign.text):
            ends[-1], is_inside = True, False
        for place, letter in enumerate(own):
            text.append(letter)
            glyphs.append(glyph)
            begins.append(not place and not is_inside)
            ends.append(False)
        is_inside = is_inside or bool(own)
    if ends:
        ends[-1] = True
    return _Letters("".join(text), tuple(glyphs), tuple(begins), tuple(ends))


def _found(lines: Sequence[Sequence[_Letters]], wanted: Wanted) -> list[_Solution]:
    """The places of the sentence: one if that is certain, none if it isn't there, else several."""
    text = letters(wanted.text)
    if not text:
        return []
    solutions = _Search(lines, text).solutions()
    if len(solutions) == 1 and not wanted.is_repeated:
        return solutions
    before, after = letters(wanted.before), letters(wanted.after)
    if not solutions or not (before or after):
        return solutions if not wanted.is_repeated else []
    around = _Search(lines, before + text + after).solutions()
    return [_middle(solution, len(before), len(before) + len(text)) for solution in around]


def _middle(solution: _Solution, start: int, end: int) -> _Solution:
    found: _Solution = []
    place = 0
    for number, glyphs in solution:
        own = glyphs[max(start - place, 0) : max(end - place, 0)]
        place += len(glyphs)
        if own:
            found.append((number, own))
    return found


class _Search:
    """Searches for lines that together make up a text."""

    def __init__(self, lines: Sequence[Sequence[_Letters]], text: str) -> None:
        self._lines = lines
        self._text = text
        self._steps = 0
        self._found: dict[tuple[int, ...], _Solution] = {}

    def solutions(self) -> list[_Solution]:
        """All places, up to `_MAX_SOLUTIONS`; none where the page is too intricate to tell."""
        for number, ways in enumerate(self._lines):
            for way in ways:
                self._begin(number, way)
        return list(self._found.values()) if self._steps < _MAX_STEPS else []

    def _begin(self, number: int, way: _Letters) -> None:
        for start in range(len(way.text)):
            if way.begins[start]:
                taken = min(len(way.text) - start, len(self._text))
                if way.text.startswith(self._text[:taken], start):
                    self._take(number, way, start, taken=taken, place=0, before=[], gaps=0)

    def _take(
        self, number: int, way: _Letters, start: int, taken: int, place: int, before: _Solution, gaps: int
    ) -> bool:
        """Takes letters of a line; returns whether the rest was found, too."""
        solution = [*before, (number, way.glyphs[start : start + taken])]
        if place + taken < len(self._text):
            return self._go_on(number, place + taken, solution, gaps)
        if not way.ends[start + taken - 1] or len(self._found) >= _MAX_SOLUTIONS:
            return False
        key = tuple(id(glyph) for _, glyphs in solution for glyph in glyphs if glyph)
        self._found.setdefault(tuple(sorted(set(key))), solution)
        return True

    def _go_on(self, number: int, place: int, solution: _Solution, gaps: int) -> bool:
        """Looks for the rest of the text in the lines that follow, first in the very next one."""
        rest = self._text[place:]
        used = {line for line, _ in solution}
        following = [*range(number + 1, len(self._lines)), *range(number)]
        for distance, other in enumerate(following):
            self._steps += 1
            if self._steps >= _MAX_STEPS or (distance and gaps >= _MAX_GAPS):
                return False
            if other in used:
                continue
            is_next = not distance and other == number + 1
            for way in self._lines[other]:
                taken = min(len(way.text), len(rest))
                enough = is_next or taken >= _MIN_AGREEING
                if enough and way.text[:taken] == rest[:taken]:
                    is_found = self._take(
                        other, way, 0, taken=taken, place=place, before=solution, gaps=gaps + (not is_next)
                    )
                    if is_found and is_next:
                        return True
        return False


def _outlines(lines: Sequence[Sequence[_Letters]], solution: _Solution) -> Iterator[_Outline]:
    """Yields the extent of the glyphs on each line, and apart what other letters stand between."""
    for number, found in solution:
        wanted = {id(glyph): glyph for glyph in found if glyph}
        whole = {id(glyph): glyph for way in lines[number] for glyph in way.glyphs if glyph}
        for row in _rows(list(whole.values())):
            run: list[Glyph] = []
            for glyph in [*sorted(row, key=lambda glyph: glyph.middle), None]:
                if glyph is not None and id(glyph) in wanted:
                    run.append(glyph)
                elif run:
                    yield _outline(run)
                    run = []


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    rows: list[list[Glyph]] = []
    for glyph in glyphs:
        row = next((row for row in rows if same_line(row[0], glyph)), None)
        if row is None:
            rows.append([glyph])
        else:
            row.append(glyph)
    return rows


def _outline(glyphs: Sequence[Glyph]) -> _Outline:
    return _Outline(
        min(glyph.left for glyph in glyphs),
        min(glyph.baseline - _BELOW * glyph.size for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        max(glyph.baseline + _ABOVE * glyph.size for glyph in glyphs),
    )
