"""Glyphs on a page -> rows, and a row's glyphs -> a line of signs, spaces among them."""

from __future__ import annotations

import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from index.readers.pdf.visual_order import Sign

# In parts of the font's size. Where a text has spaces of its own a gap has to be wider to be one:
# justified text is stretched between letters, too.
_SPACE: Final = 0.18
_SPACE_BESIDE_SPACES: Final = 0.4
_CELL_GAP: Final = 3
_WIDEST_STRETCH: Final = 6
_SAME_LINE: Final = 0.5
_SAME_SIZE: Final = 0.05
# Of the widest gap between words: narrower ones in a line that was stretched are as wide.
_ALIKE: Final = 0.6
# Of a line's glyphs.
_FEW: Final = 0.2


@dataclass(frozen=True, slots=True)
class Glyph:
    """What a page shows at one place.

    Attributes:
        text: its characters, in the order in which they are read; none where they aren't known.
        left, right: where it stands, in points.
        baseline: its height above the foot of the page.
        size: of its font.
        is_as_typed: as in `Sign`.
        is_bold: whether its font is.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    is_as_typed: bool = False
    is_bold: bool = False

    @property
    def is_mark(self) -> bool:
        """Whether it belongs to the letter that it stands at."""
        return bool(self.text) and all(unicodedata.category(c) == "Mn" for c in self.text)

    @property
    def is_blank(self) -> bool:
        """Whether it is a space."""
        return self.text.isspace()

    @property
    def middle(self) -> float:
        """Half-way between its edges."""
        return (self.left + self.right) / 2

    def distance(self, place: float) -> float:
        """How far it is from a place on its line."""
        return max(self.left - place, place - self.right, 0)


@dataclass(frozen=True)
class Cell:
    """A stretch of a line between wide gaps.

    Attributes:
        first, end: its signs in the line.
        left, right: where it stands, in points.
    """

    first: int
    end: int
    left: float
    right: float


@dataclass(frozen=True)
class Line:
    """A line of a column.

    Attributes:
        signs: from left to right.
        left, right, baseline, size: as of a glyph.
        sizes: of its fonts, but for those of few glyphs; Arabic and Latin often differ.
        leftmost_word, rightmost_word: how wide they are.
        has_cells: whether there are gaps in it as between the cells of a table.
        cells: what stands between such gaps, from left to right.
        is_bold: whether all of its letters are in bold.
    """

    signs: tuple[Sign, ...]
    left: float
    right: float
    baseline: float
    size: float
    sizes: tuple[float, ...]
    leftmost_word: float
    rightmost_word: float
    has_cells: bool
    cells: tuple[Cell, ...] = ()
    is_bold: bool = False

    def has_size_of(self, other: Line) -> bool:
        """Whether a font of this line is as large as one of the other's."""
        pairs = ((one, two) for one in self.sizes for two in other.sizes)
        return any(abs(one - two) <= _SAME_SIZE * max(one, two) for one, two in pairs)

    @property
    def words(self) -> list[str]:
        """Its words; the letters of one that is written from right to left come in reverse."""
        return "".join(sign.text for sign in self.signs).split()


def baseline_of(glyphs: Sequence[Glyph]) -> float:
    """The height of most of the glyphs."""
    return statistics.median_low([glyph.baseline for glyph in glyphs])


def size_of(glyphs: Sequence[Glyph]) -> float:
    """The size of most of the glyphs that aren't spaces."""
    return statistics.median_low([g.size for g in glyphs if not g.is_blank] or [glyphs[0].size])


def rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs that stand at one height, across the page, from top to bottom."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.baseline):
        if rows and same_line(rows[-1][0], glyph):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return rows


def same_line(one: Glyph | Line, other: Glyph | Line) -> bool:
    """Whether two things stand at one height, give or take what a superscript is raised."""
    return abs(one.baseline - other.baseline) < _SAME_LINE * min(one.size, other.size)


def line_of(glyphs: Sequence[Glyph]) -> Line:
    """The line that glyphs of one row make."""
    ordered = sorted(glyphs, key=lambda g: g.middle)
    has_spaces = sum(g.is_blank for g in ordered) > 1
    least_gap = _SPACE_BESIDE_SPACES if has_spaces else _SPACE
    signs: list[Sign] = []
    words: list[list[float]] = []
    begins: list[int] = []  # of each word the first sign
    right = float("inf")
    for place, glyph in enumerate(ordered):
        if (
            signs
            and (glyph.is_blank or glyph.left - right > least_gap * glyph.size)
            and signs[-1].text != " "
        ):
            signs.append(Sign(" "))
        if not glyph.is_blank:
            if not words or signs[-1:] == [Sign(" ")]:
                words.append([glyph.left, glyph.right])
                begins.append(len(signs))
            words[-1][1] = max(words[-1][1], glyph.right)
            if glyph.text:
                signs.append(Sign(glyph.text, glyph.is_as_typed))
        right = max(right, glyph.right) if place else glyph.right
    if signs[-1:] == [Sign(" ")]:
        signs.pop()
    widths = [end - start for start, end in words] or [0.0]
    ink = [g for g in ordered if not g.is_blank] or ordered
    return Line(
        tuple(signs),
        min(g.left for g in ink),
        max(g.right for g in ink),
        baseline_of(glyphs),
        size_of(glyphs),
        _sizes(ink),
        widths[0],
        widths[-1],
        _has_cells([after[0] - before[1] for before, after in pairwise(words)], size_of(glyphs)),
        _cells(words, begins, len(signs), size_of(glyphs)),
        all(g.is_bold for g in ink if any(map(str.isalpha, g.text))),
    )


def _cells(
    words: Sequence[Sequence[float]], begins: Sequence[int], signs: int, size: float
) -> tuple[Cell, ...]:
    """The stretches of a line between gaps as wide as those between cells.

    Args:
        words: of each (left, right), in points.
        begins: of each the first sign.
        signs: how many there are in the line.
        size: of the line's font.
    """
    if not words:
        return ()
    firsts = [0, *(i for i in range(1, len(words)) if words[i][0] - words[i - 1][1] > _CELL_GAP * size)]
    return tuple(
        Cell(begins[one], begins[other] if other < len(words) else signs, words[one][0], words[other - 1][1])
        for one, other in pairwise([*firsts, len(words)])
    )


def _sizes(glyphs: Sequence[Glyph]) -> tuple[float, ...]:
    counts = Counter(glyph.size for glyph in glyphs)
    return tuple(sorted(size for size, count in counts.items() if count >= _FEW * len(glyphs)))


def _has_cells(gaps: Sequence[float], size: float) -> bool:
    """Whether there is a wide gap between words that isn't one of many alike, as in justified text."""
    widest = max(gaps, default=0.0)
    is_stretched = len(gaps) > 1 and min(gaps) > _ALIKE * widest and widest <= _WIDEST_STRETCH * size
    return widest > _CELL_GAP * size and not is_stretched
