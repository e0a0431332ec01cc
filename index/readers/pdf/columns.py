"""Column detection: groups rows of glyphs into columns, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from index.readers.pdf.glyphs import Glyph, Line, baseline_of, line_of, rows_of, size_of
from index.readers.pdf.visual_order import is_right_to_left

# In multiples of the font size: a gap that parts a row; one that does at the gutter, into which a letter may
# reach; how near to the middle of the gutter a short line belongs to neither side.
_GAP: Final = 0.8
_NARROW_GAP: Final = 0.5
_FREE: Final = 0.3
_NARROWEST: Final = 8
# Minimum lines side by side; wide spaces of justified text rarely align in as many.
_MIN_LINES: Final = 4
# Fraction of the longest line that most lines of running text reach, and table cells don't.
_FULL: Final = 0.6
# A page with more segments is a drawing or a table, and would be slow.
_MAX_SEGMENTS: Final = 3000


@dataclass(frozen=True)
class Column:
    """A column of lines.

    Attributes:
        lines: from top to bottom, at least one.
    """

    lines: tuple[Line, ...]

    @property
    def left(self) -> float:
        """The leftmost edge of its lines."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """The rightmost edge of its lines."""
        return max(line.right for line in self.lines)


@dataclass(frozen=True)
class _Segment:
    """Glyphs of a row without a wide gap between them."""

    glyphs: tuple[Glyph, ...]
    left: float
    right: float
    baseline: float
    size: float


_Row = Sequence[_Segment]


def columns(glyphs: Sequence[Glyph]) -> list[Column]:
    """The columns of a page, in reading order.

    Arabic columns are ordered from right to left.
    """
    rows = [_segments(row) for row in rows_of(glyphs)]
    rtl = is_right_to_left("".join(g.text for g in s.glyphs) for row in rows for s in row)
    return [column for part in _in_order([row for row in rows if row], rtl) if (column := _column(part))]


def _segments(row: Sequence[Glyph]) -> list[_Segment]:
    ink = sorted((g for g in row if not g.is_blank), key=lambda g: g.middle)
    parts: list[list[Glyph]] = []
    right = 0.0
    for glyph in ink:
        if parts and glyph.left - right < _GAP * glyph.size:
            parts[-1].append(glyph)
        else:
            parts.append([glyph])
            right = glyph.right
        right = max(right, glyph.right)
    edges = [(min(g.left for g in part), max(g.right for g in part)) for part in parts]
    baseline = baseline_of(row)
    for space in (g for g in row if g.is_blank):
        # A space in a gap between two segments may be at a line's end or between words.
        part = next((i for i, (_, end) in enumerate(edges) if space.middle <= end), len(parts) - 1)
        if parts:
            parts[part].append(space)
    return [
        _Segment(tuple(part), *edge, baseline, size_of(part)) for part, edge in zip(parts, edges, strict=True)
    ]


def _in_order(rows: Sequence[_Row], rtl: bool) -> list[list[_Row]]:
    """The rows of each column, columns in reading order."""
    gutter = _gutter(rows)
    if gutter is None:
        return [list(rows)]
    rows = [[part for segment in row for part in _parted(segment, gutter)] for row in rows]
    parts: list[list[_Row]] = []
    across: list[_Row] = []
    for band in _bands(rows, gutter):
        if not _has_columns(band, gutter):
            across.extend(band)
            continue
        if across:
            parts.append(across)
            across = []
        left, right = _sides(band, gutter)
        for side in (right, left) if rtl else (left, right):
            parts.extend(_in_order(side, rtl))
    return [*parts, across] if across else parts


def _gutter(rows: Sequence[_Row]) -> float | None:
    """The x position of the gutter between two columns that separates the most rows; None without one."""
    if len(rows) < _MIN_LINES or sum(map(len, rows)) > _MAX_SEGMENTS:
        return None
    best, gutter = 0, None
    for place in sorted({round(s.right + _GAP / 2 * s.size) for row in rows for s in row}):
        parted = sum(len(band) for band in _bands(rows, place) if _has_columns(band, place))
        if parted > best:
            best, gutter = parted, place
    return gutter


def _parted(segment: _Segment, place: float) -> list[_Segment]:
    """A segment across the gutter in two, if it has a gap there, though a narrow one."""
    if not _is_across(segment, place):
        return [segment]
    ink = sorted((g for g in segment.glyphs if not g.is_blank), key=lambda g: g.middle)
    left, right = ([g for g in ink if (g.middle < place) == is_left] for is_left in (True, False))
    if not left or not right:
        return [segment]
    end, start = max(g.right for g in left), min(g.left for g in right)
    if start - end < _NARROW_GAP * segment.size:
        return [segment]
    sides = ([g for g in segment.glyphs if (g.middle < place) == is_left] for is_left in (True, False))
    edges = ((segment.left, end), (start, segment.right))
    return [
        _Segment(tuple(side), *edge, segment.baseline, size_of(side))
        for side, edge in zip(sides, edges, strict=True)
    ]


def _is_across(segment: _Segment, place: float) -> bool:
    """Whether a segment is at an x position, or a short one, such as a page number, next to it."""
    is_short = segment.right - segment.left < _NARROWEST * segment.size
    free = _FREE * segment.size if is_short else 0.0
    return segment.left < place + free and segment.right > place - free


def _bands(rows: Sequence[_Row], place: float) -> list[list[_Row]]:
    """Groups consecutive rows by whether they leave an x position free."""
    marked = [(row, any(_is_across(s, place) for s in row)) for row in rows]
    return [[row for row, _ in band] for _, band in groupby(marked, key=itemgetter(1))]


def _sides(rows: Sequence[_Row], place: float) -> tuple[list[_Row], list[_Row]]:
    left = [[s for s in row if s.right <= place] for row in rows]
    right = [[s for s in row if s.left >= place] for row in rows]
    return [row for row in left if row], [row for row in right if row]


def _has_columns(band: Sequence[_Row], place: float) -> bool:
    """Whether there is running text on both sides of an x position that the rows leave free."""
    left, right = _sides(band, place)
    if any(_is_across(s, place) for s in band[0]) or min(len(left), len(right)) < _MIN_LINES:
        return False
    top = min(left[0][0].baseline, right[0][0].baseline)
    foot = max(left[-1][0].baseline, right[-1][0].baseline)
    beside = [sum(foot <= row[0].baseline <= top for row in side) for side in (left, right)]
    return min(beside) >= _MIN_LINES and not any(
        not _is_running_text(side) or _has_cells(side) for side in (left, right)
    )


def _is_running_text(rows: Sequence[_Row]) -> bool:
    width = max(row[-1].right for row in rows) - min(row[0].left for row in rows)
    long = sum(row[-1].right - row[0].left >= _FULL * width for row in rows)
    return width >= _NARROWEST * rows[0][0].size and 2 * long > len(rows)


def _has_cells(rows: Sequence[_Row]) -> bool:
    """Whether all rows leave an x position free with something on both sides, mostly, but no running text."""
    for place in {round(s.right + _GAP / 2 * s.size) for row in rows for s in row[:-1]}:
        sides = _sides(rows, place)
        if (
            2 * min(map(len, sides)) > len(rows)
            and not all(map(_is_running_text, sides))
            and not any(_is_across(s, place) for row in rows for s in row)
        ):
            return True
    return False


def _column(rows: Sequence[_Row]) -> Column | None:
    lines = [line_of([glyph for segment in row for glyph in segment.glyphs]) for row in rows]
    lines = [line for line in lines if line.signs]
    return Column(tuple(lines)) if lines else None
