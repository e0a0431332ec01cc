"""Groups a page's glyphs into rows, and converts rows to lines of signs, including spaces."""

from __future__ import annotations

import math
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from index.readers.inline.superscripts import SUPERSCRIPTS
from index.readers.pdf.visual_order import Sign

# In multiples of the font size. In a text with explicit spaces a gap has to be wider to count as one:
# justified text is stretched between letters, too.
_SPACE: Final = 0.18
_SPACE_BESIDE_SPACES: Final = 0.4
_CELL_GAP: Final = 3
_WIDEST_STRETCH: Final = 6
_SAME_LINE: Final = 0.5
_SAME_SIZE: Final = 0.05
# Of a text drawn twice, to make it bold or to give it a shadow, the offset; no two letters are nearer.
_TWICE: Final = 0.12
# Share of a space's width that is under letters; Word and Typst draw such spaces, which nobody sees.
_COVERED: Final = 0.6
# In a letter-spaced line without spaces: gaps between words relative to those between letters, and the most
# of the latter, in multiples of the font size.
_MIN_SPACED: Final = 4
_WIDER: Final = 1.6
_WIDEST_TRACKING: Final = 0.8
# Of the size of the text that it belongs to: the most of a raised number, its least and greatest rise, and
# its distance.
_SMALLER: Final = 0.82
_MIN_RISE: Final = 0.12
_MAX_RISE: Final = 0.7
_BESIDE: Final = 0.7
_RAISED: Final = {
    **{ord(c): raised for c, raised in SUPERSCRIPTS.items() if not c.isalpha() and c not in "=()"},
    **{ord(c): c for c in "()[]*†‡"},
}
# Of runs of letters that are drawn over one another, as wkhtmltopdf does with Arabic after a footnote's mark:
# how much of the font size they share at least, and the gap that is put between them.
_OVERPRINTED: Final = 0.6
_APART: Final = 0.5
# Fraction of the widest word gap that all gaps of a justified line exceed.
_ALIKE: Final = 0.6
# Fraction of a line's glyphs.
_FEW: Final = 0.2


@lru_cache(maxsize=4096)
def _is_mark(text: str) -> bool:
    return bool(text) and all(unicodedata.category(c) == "Mn" for c in text)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph on a page.

    Attributes:
        text: its characters in logical order; empty if unknown.
        left, right: its horizontal extent, in points.
        baseline: its height above the bottom of the page.
        size: of its font.
        is_as_typed: as in `Sign`.
        is_bold: whether its font is bold.
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
        """Whether it is a combining mark."""
        return _is_mark(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether it is a space."""
        return self.text.isspace()

    @property
    def middle(self) -> float:
        """The horizontal center."""
        return (self.left + self.right) / 2

    def distance(self, place: float) -> float:
        """Distance from an x position on its line."""
        return max(self.left - place, place - self.right, 0)


@dataclass(frozen=True)
class Cell:
    """A segment of a line between wide gaps.

    Attributes:
        first, end: its range of signs in the line.
        left, right: its horizontal extent, in points.
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
        left, right, baseline, size: as in `Glyph`.
        sizes: font sizes, except those of few glyphs; Arabic and Latin often differ.
        leftmost_word, rightmost_word: widths of these words.
        has_cells: whether it has gaps like those between table cells.
        cells: the segments between such gaps, from left to right.
        is_bold: whether all of its letters are in bold.
        row: of a row of a table drawn with lines, the lines of each cell, from left to right.
        spanned: the numbers of its cells that the one on their left spans.
        spans: its words, from left to right.
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
    row: tuple[tuple[Line, ...], ...] = ()
    spanned: frozenset[int] = frozenset()
    spans: tuple[Cell, ...] = ()

    def has_size_of(self, other: Line) -> bool:
        """Whether the two lines share a font size."""
        pairs = ((one, two) for one in self.sizes for two in other.sizes)
        return any(abs(one - two) <= _SAME_SIZE * max(one, two) for one, two in pairs)

    @property
    def words(self) -> list[str]:
        """Its words in visual order; the letters of right-to-left words are reversed."""
        return "".join(sign.text for sign in self.signs).split()


def baseline_of(glyphs: Sequence[Glyph]) -> float:
    """The median baseline of the glyphs."""
    return statistics.median_low([glyph.baseline for glyph in glyphs])


def size_of(glyphs: Sequence[Glyph]) -> float:
    """The median size of the non-space glyphs."""
    return statistics.median_low([g.size for g in glyphs if not g.is_blank] or [glyphs[0].size])


def drawn_once(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """The glyphs without those drawn a second time at nearly the same place."""
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    kept = []
    for glyph in glyphs:
        row, place = round(glyph.baseline), round(glyph.left)
        near = range(-1, 2)
        if not glyph.text.isspace():
            others = (seen.get((glyph.text, row + i, place + j), ()) for i in near for j in near)
            if any(_is_same(glyph, other) for found in others for other in found):
                continue
            seen.setdefault((glyph.text, row, place), []).append(glyph)
        kept.append(glyph)
    return kept


def _is_same(one: Glyph, other: Glyph) -> bool:
    most = _TWICE * one.size
    return (
        abs(one.left - other.left) <= most
        and abs(one.baseline - other.baseline) <= most
        and abs(one.size - other.size) <= most
    )


def rows_of(glyphs: Iterable[Glyph]) -> list[Sequence[Glyph]]:
    """Groups glyphs of the same height into rows across the page, from top to bottom.

    Raised numbers, such as the marks of footnotes, are in the row of their text, as superscripts.

    Args:
        glyphs: in the order in which they are drawn.
    """
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.baseline):
        if rows and same_line(rows[-1][0], glyph):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    for place, row in enumerate(rows):
        for below in rows[place : place + 3]:
            _take_raised(row, below)
    return [_apart(row) for row in rows if row]


def _apart(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """Moves runs of letters that are drawn over one another apart, so that their letters don't mix."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and max(glyph.left, last.left) - min(glyph.right, last.right) <= _SPACE * glyph.size
        ):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    worded = [run for run in runs if sum(any(map(str.isalpha, glyph.text)) for glyph in run) > 1]
    extents = sorted((min(g.left for g in run), max(g.right for g in run), run[0].size) for run in worded)
    if all(one[1] - two[0] < _OVERPRINTED * two[2] for one, two in pairwise(extents)):
        return glyphs
    moved: list[Glyph] = []
    end = -math.inf
    for run in sorted(runs, key=lambda run: sum(glyph.middle for glyph in run) / len(run)):
        left, size = min(glyph.left for glyph in run), run[0].size
        by = max(0.0, end + _APART * size - left) if end - left >= _OVERPRINTED * size else 0.0
        moved += [replace(glyph, left=glyph.left + by, right=glyph.right + by) for glyph in run]
        end = max(end, *(glyph.right for glyph in moved[-len(run) :]))
    return moved


def _take_raised(row: list[Glyph], below: list[Glyph]) -> None:
    """Moves raised numbers and marks to the row whose text they belong to, which may be their own."""
    most = _SMALLER * max((glyph.size for glyph in below), default=0.0)
    numbers = [g for g in row if g.text and ord(g.text[0]) in _RAISED and g.size <= most]
    for glyph in numbers:
        host = next((other for other in below if _is_raised(glyph, other)), None)
        if host is not None:
            row.remove(glyph)
            raised = glyph.text.translate(_RAISED)
            below.append(replace(glyph, text=raised, baseline=host.baseline))


def _is_raised(glyph: Glyph, text: Glyph) -> bool:
    rise = (glyph.baseline - text.baseline) / text.size
    return (
        glyph.size <= _SMALLER * text.size
        and _MIN_RISE <= rise <= _MAX_RISE
        and not text.is_blank
        and text.distance(glyph.middle) <= _BESIDE * text.size
    )


def same_line(one: Glyph | Line, other: Glyph | Line) -> bool:
    """Whether two glyphs or lines are at the same height, allowing for superscripts."""
    return abs(one.baseline - other.baseline) < _SAME_LINE * min(one.size, other.size)


def line_of(glyphs: Sequence[Glyph]) -> Line:
    """Builds a line from the glyphs of one row."""
    ordered = _without_covered_spaces(sorted(glyphs, key=lambda g: g.middle))
    min_gap = _min_gap(ordered)
    signs: list[Sign] = []
    words: list[tuple[float, float]] = []
    begins: list[int] = []  # first sign of each word
    right = float("inf")
    for place, glyph in enumerate(ordered):
        if signs and signs[-1].text != " " and _begins_word(signs[-1], glyph, right, min_gap):
            signs.append(Sign(" "))
        if not glyph.is_blank:
            if not words or signs[-1:] == [Sign(" ")]:
                words.append((glyph.left, glyph.right))
                begins.append(len(signs))
            words[-1] = (words[-1][0], max(words[-1][1], glyph.right))
            if glyph.text:
                signs.append(Sign(glyph.text, glyph.is_as_typed))
        right = max(right, glyph.right) if place else glyph.right
    if signs[-1:] == [Sign(" ")]:
        signs.pop()
    widths = [end - start for start, end in words] or [0.0]
    ink = [g for g in ordered if not g.is_blank] or ordered
    size = size_of(glyphs)
    return Line(
        tuple(signs),
        left=min(g.left for g in ink),
        right=max(g.right for g in ink),
        baseline=baseline_of(glyphs),
        size=size,
        sizes=_sizes(ink),
        leftmost_word=widths[0],
        rightmost_word=widths[-1],
        has_cells=_has_cells([after[0] - before[1] for before, after in pairwise(words)], size),
        cells=_cells(words, begins, len(signs), size),
        is_bold=all(g.is_bold for g in ink if any(map(str.isalpha, g.text))),
        spans=tuple(
            Cell(begin, end, *word)
            for word, begin, end in zip(words, begins, [*begins[1:], len(signs)], strict=True)
        ),
    )


def _begins_word(before: Sign, glyph: Glyph, right: float, min_gap: float) -> bool:
    """Whether there is a space between a sign that ends at `right` and a glyph, by the least gap of its line.

    Between Latin and Arabic letters a narrow gap is enough: Pango draws no space there.
    """
    gap = (glyph.left - right) / glyph.size
    return (
        glyph.is_blank
        or gap > min_gap
        or (gap > _SPACE and {before.direction, Sign(glyph.text).direction} == {"L", "AL"})
    )


def _without_covered_spaces(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """Leaves out spaces drawn where letters are, or moves them to a gap beside these letters."""
    kept: list[Glyph] = []
    moved = []
    for place, glyph in enumerate(glyphs):
        width = glyph.right - glyph.left
        if glyph.is_blank and width > 0:
            near = [g for g in glyphs[max(place - 3, 0) : place + 4] if not g.is_blank and not g.is_mark]
            covering = [g for g in near if g.left < glyph.right and g.right > glyph.left]
            covered = sum(min(glyph.right, g.right) - max(glyph.left, g.left) for g in covering)
            if covered >= _COVERED * width:
                gaps = [(one.right, two.left) for one, two in pairwise(near) if {one, two} & {*covering}]
                left, right = max(gaps, key=lambda gap: gap[1] - gap[0], default=(0.0, 0.0))
                if right - left >= _COVERED * width:
                    moved.append(replace(glyph, left=left, right=right))
                continue
        kept.append(glyph)
    return sorted([*kept, *moved], key=lambda g: g.middle) if moved else kept or glyphs


def _min_gap(glyphs: Sequence[Glyph]) -> float:
    """The gap of a line that counts as a space, in multiples of the font size.

    In a letter-spaced line it is wider: between the gaps of letters and those of words.
    """
    has_spaces = sum(g.is_blank for g in glyphs) > 1
    least = _SPACE_BESIDE_SPACES if has_spaces else _SPACE
    gaps = sorted(
        (two.left - one.right) / two.size
        for one, two in pairwise(glyphs)
        if not one.is_blank and not two.is_blank and not two.is_mark and not one.is_mark
    )
    if len(gaps) < _MIN_SPACED or not least / 2 < (usual := gaps[len(gaps) // 2]) <= _WIDEST_TRACKING:
        return least
    if has_spaces:
        return least + usual
    are_letters = all(any(map(str.isalpha, g.text)) for g in glyphs if not g.is_blank)
    wider = next((gap for gap in gaps if gap > _WIDER * usual), None)
    if wider is None:
        return least + usual if are_letters else least
    return (usual + wider) / 2


def _cells(
    words: Sequence[Sequence[float]], begins: Sequence[int], signs: int, size: float
) -> tuple[Cell, ...]:
    """The segments of a line between gaps as wide as those between cells.

    Args:
        words: (left, right) of each, in points.
        begins: the first sign of each word.
        signs: number of signs in the line.
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
    """Whether there is a wide gap between words other than the uniform gaps of justified text."""
    widest = max(gaps, default=0.0)
    is_stretched = len(gaps) > 1 and min(gaps) > _ALIKE * widest and widest <= _WIDEST_STRETCH * size
    return widest > _CELL_GAP * size and not is_stretched
