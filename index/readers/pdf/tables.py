"""Tables drawn with lines: the cells that the lines of a page enclose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from index.readers.pdf.columns import Column, columns
from index.readers.pdf.glyphs import Cell, Glyph, Line

# In points: of a line's thickness, of the distance of lines that meet, and of a line's length.
_THICK: Final = 3.5
_NEAR: Final = 3.0
_MIN_LENGTH: Final = 5.0
# A page with more is a drawing, and would be slow.
_MAX_RULES: Final = 2000
_MAX_CELLS: Final = 3000
# In words; a box with more text is a part of the page.
_MAX_CELL_LENGTH: Final = 80
_MIN_FILLED: Final = 0.5
# Of a table without lines: its rows, and the gaps between its columns in multiples of the font size.
_MIN_ALIGNED: Final = 3
_MIN_GAP: Final = 1.2


@dataclass(frozen=True)
class Rule:
    """A horizontal or vertical line.

    Attributes:
        place: its height if horizontal, else its distance from the left, in points.
        start, end: its extent in the other direction.
    """

    place: float
    start: float
    end: float


class Rules:
    """The lines drawn on a page."""

    def __init__(self) -> None:
        """Begins a page."""
        self.horizontal: list[Rule] = []
        self.vertical: list[Rule] = []

    def add_line(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        """Adds a line between two points, if it is horizontal or vertical."""
        (left, right), (low, high) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        self._add(left, low, right, high)

    def add_box(self, points: Sequence[tuple[float, float]], *, stroked: bool) -> None:
        """Adds a rectangle: a thin one is a line, and the edges of one with a border are."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, low, right, high = min(xs), min(ys), max(xs), max(ys)
        if min(right - left, high - low) <= _THICK:
            self._add(left, low, right, high)
        elif stroked:
            for y in (low, high):
                self._add(left, y, right, y)
            for x in (left, right):
                self._add(x, low, x, high)

    def _add(self, left: float, low: float, right: float, high: float) -> None:
        if high - low <= _THICK and right - left >= _MIN_LENGTH:
            self.horizontal.append(Rule((low + high) / 2, left, right))
        elif right - left <= _THICK and high - low >= _MIN_LENGTH:
            self.vertical.append(Rule((left + right) / 2, low, high))


@dataclass(frozen=True)
class _Grid:
    """The lines of a table.

    Attributes:
        xs, ys: where they are, from left to right and from top to bottom.
        horizontal, vertical: the lines themselves, by number in `ys` and `xs`.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontal: Mapping[int, Sequence[Rule]]
    vertical: Mapping[int, Sequence[Rule]]

    def holds(self, glyph: Glyph) -> bool:
        height = glyph.baseline + glyph.size / 4
        return self.xs[0] <= glyph.middle <= self.xs[-1] and self.ys[-1] <= height <= self.ys[0]

    def cell(self, glyph: Glyph) -> tuple[int, int]:
        """Row and column of a glyph that it holds."""
        height = glyph.baseline + glyph.size / 4
        row = sum(height < y for y in self.ys[1:-1])
        return row, sum(glyph.middle > x for x in self.xs[1:-1])

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The first cell of those that have no line between them and this one."""
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        while column and not _crosses(self.vertical[column], middle):
            column -= 1
        across = (self.xs[column] + self.xs[column + 1]) / 2
        while row and not _crosses(self.horizontal[row], across):
            row -= 1
        return row, column


def with_tables(glyphs: Sequence[Glyph], rules: Rules, before: Sequence[Column]) -> list[Column]:
    """The columns of a page, in reading order; a row of a table is a line of its own.

    Args:
        glyphs: of the page.
        rules: the lines drawn on it.
        before: the columns of the page before, whose table may go on here.
    """
    rest = list(glyphs)
    tables: list[list[Line]] = []
    last = next((line for column in reversed(before) for line in reversed(column.lines) if line.row), None)
    going_on = [cell.right for cell in last.cells] if last else []
    for grid in _grids(rules):
        inside = [glyph for glyph in rest if grid.holds(glyph)]
        rows = _rows(grid, inside)
        pairs = zip(grid.xs[1:], going_on, strict=False)
        goes_on = len(grid.xs) == len(going_on) + 1 and all(abs(a - b) <= _NEAR for a, b in pairs)
        if len(rows) > 1 or (rows and goes_on):
            tables.append(rows)
            rest = [glyph for glyph in rest if not grid.holds(glyph)]
    found = [_aligned(column) for column in columns(rest)]
    for rows in tables:
        found = _with_rows(found, rows)
    return found


def _aligned(column: Column) -> Column:
    """A column whose lines have cells where the gaps between their words are one below the other.

    So they are in a table without lines; in running text gaps aren't so wide in three lines.
    """
    lines = list(column.lines)
    place = 0
    while place < len(lines):
        gaps = _gaps(lines[place])
        end = place + 1
        while end < len(lines) and gaps and (common := _common(gaps, _gaps(lines[end]))):
            if len(common) < len(gaps) and end - place >= _MIN_ALIGNED:
                break
            gaps = common
            end += 1
        if end - place >= _MIN_ALIGNED and gaps:
            lines[place:end] = [_in_cells(line, gaps) for line in lines[place:end]]
        place = end if end - place >= _MIN_ALIGNED else place + 1
    return Column(tuple(lines))


def _gaps(line: Line) -> list[tuple[float, float]]:
    return [
        (one.right, two.left)
        for one, two in pairwise(line.spans)
        if two.left - one.right >= _MIN_GAP * line.size and not line.row
    ]


def _common(
    gaps: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    both = [(max(a, c), min(b, d)) for a, b in gaps for c, d in others]
    return [(left, right) for left, right in both if right - left >= _MIN_LENGTH]


def _in_cells(line: Line, gaps: Sequence[tuple[float, float]]) -> Line:
    cells: list[Cell] = []
    for word in line.spans:
        if cells and not any(cells[-1].right <= left + 1 and right - 1 <= word.left for left, right in gaps):
            cells[-1] = replace(cells[-1], end=word.end, right=word.right)
        else:
            cells.append(word)
    return replace(line, has_cells=True, cells=tuple(cells))


def _with_rows(found: list[Column], rows: Sequence[Line]) -> list[Column]:
    """Inserts the rows of a table among the lines of its column."""
    top, left, right = rows[0].baseline, min(r.left for r in rows), max(r.right for r in rows)
    beside = [
        place for place, column in enumerate(found) if column.left < right and column.right > left
    ]  # a column that the table is in, or above or below it
    above = [place for place in beside if found[place].lines[0].baseline > top]
    if not above:
        first = beside[0] if beside else 0
        return [*found[:first], Column(tuple(rows)), *found[first:]]
    column = found[above[-1]]
    before = tuple(line for line in column.lines if line.baseline > top)
    lines = (*before, *rows, *column.lines[len(before) :])
    return [*found[: above[-1]], Column(lines), *found[above[-1] + 1 :]]


def _grids(rules: Rules) -> Iterator[_Grid]:
    """Yields the grids of lines that cross one another, with two columns at least."""
    if len(rules.horizontal) + len(rules.vertical) > _MAX_RULES:
        return
    horizontal, vertical = _merged(rules.horizontal), _merged(rules.vertical)
    left = set(vertical)
    while left:
        across: set[Rule] = set()
        down = [left.pop()]
        for rule in down:
            new = {h for h in horizontal if _meet(h, rule)} - across
            across |= new
            others = {v for v in left if any(_meet(one, v) for one in new)}
            down += others
            left -= others
        xs, ys = _places(down), _places(across)[::-1]
        if len(xs) > 2 and len(ys) > 1 and len(xs) * len(ys) <= _MAX_CELLS:
            yield _Grid(tuple(xs), tuple(ys), _at(ys, across), _at(xs, down))


def _rows(grid: _Grid, glyphs: Sequence[Glyph]) -> list[Line]:
    """The rows of a table; empty if it is none: mostly empty, or with much text in a cell."""
    width, height = len(grid.xs) - 1, len(grid.ys) - 1
    origins = {(row, column): grid.origin(row, column) for row in range(height) for column in range(width)}
    cells: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        cells.setdefault(origins[grid.cell(glyph)], []).append(glyph)
    lines = {
        place: tuple(line for column in columns(found) for line in column.lines)
        for place, found in cells.items()
    }
    filled = {place for place, found in lines.items() if found}
    longest = max((sum(len(line.words) for line in found) for found in lines.values()), default=0)
    if len(filled) < _MIN_FILLED * len(set(origins.values())) or longest > _MAX_CELL_LENGTH:
        return []
    rows = []
    for row in range(height):
        # A cell over several columns is in the first of them, one over several rows in each.
        shown = [
            lines.get(origin, ()) if origin[1] == column else ()
            for column, origin in enumerate(origins[row, column] for column in range(width))
        ]
        if any(shown):
            spanned = frozenset(c for c in range(width) if origins[row, c][1] != c)
            rows.append(_row(grid, row, shown, spanned))
    return rows if len({place[1] for place in filled}) > 1 else []


def _row(grid: _Grid, row: int, shown: Sequence[tuple[Line, ...]], spanned: frozenset[int]) -> Line:
    said = [line for lines in shown for line in lines]
    letters = [line for line in said if any(map(str.isalpha, "".join(line.words)))]
    first = said[0]
    return Line(
        tuple(sign for line in said for sign in line.signs),
        left=grid.xs[0],
        right=grid.xs[-1],
        baseline=(grid.ys[row] + grid.ys[row + 1]) / 2,
        size=first.size,
        sizes=first.sizes,
        leftmost_word=0.0,
        rightmost_word=0.0,
        has_cells=True,
        cells=tuple(Cell(0, 0, left, right) for left, right in pairwise(grid.xs)),
        is_bold=bool(letters) and all(line.is_bold for line in letters),
        row=tuple(shown),
        spanned=spanned,
    )


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Joins the segments of lines drawn in pieces."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.place), rule.start)):
        last = found[-1] if found else None
        if last and abs(last.place - rule.place) <= _NEAR / 2 and rule.start <= last.end + _NEAR:
            found[-1] = Rule(last.place, last.start, max(last.end, rule.end))
        else:
            found.append(rule)
    return found


def _meet(horizontal: Rule, vertical: Rule) -> bool:
    return (
        horizontal.start - _NEAR <= vertical.place <= horizontal.end + _NEAR
        and vertical.start - _NEAR <= horizontal.place <= vertical.end + _NEAR
    )


def _places(rules: Iterable[Rule]) -> list[float]:
    """The positions of lines, without duplicates."""
    found: list[float] = []
    for rule in sorted(rules, key=lambda rule: rule.place):
        if not found or rule.place - found[-1] > _NEAR:
            found.append(rule.place)
    return found


def _at(places: Sequence[float], rules: Iterable[Rule]) -> dict[int, list[Rule]]:
    """The lines at each of some places, by its number."""
    found: dict[int, list[Rule]] = {number: [] for number in range(len(places))}
    for rule in rules:
        found[min(found, key=lambda number: abs(places[number] - rule.place))].append(rule)
    return found


def _crosses(rules: Sequence[Rule], place: float) -> bool:
    return any(rule.start <= place <= rule.end for rule in rules)
