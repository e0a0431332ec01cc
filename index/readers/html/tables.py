"""Data tables of a page: their cells, header rows and captions, as distinct from layout tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from turbohtml import Element, Node

from index.readers.html.elements import BOLD, CELLS, flat, integer_of, is_skipped
from index.readers.html.values import value_of
from index.readers.tables.grid import MAX_TITLE_WORDS
from index.readers.tables.headings import Row, is_header
from index.readers.text_builder import MAX_REPEATED_LENGTH

# A table with a cell of more words is a layout table.
_MAX_CELL_WORDS: Final = 80
_MAX_COLUMNS: Final = 100
_MAX_ROWS: Final = 1000


@dataclass
class _Cell:
    text: str
    is_heading: bool
    columns: int
    rows: int
    is_bold: bool = False


@dataclass
class Table:
    """A data table.

    Attributes:
        grid: its rows; a spanning cell is repeated in each position that it covers.
        headers: number of header rows.
        captions: the captions above or below it.
        nested: tables in its cells.
    """

    grid: list[list[_Cell]]
    headers: int
    captions: list[str] = field(default_factory=list)
    nested: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, element: Element) -> Table | None:
        """The data table of an element; None for a layout table."""
        if value_of(element, "role").casefold() in ("presentation", "none"):
            return None
        table = cls([], 0)
        rows: list[tuple[list[_Cell], bool]] = []
        has_heading = False
        is_divided = False
        for tag, found, in_head in _parts_of(element):
            if tag == "caption":
                table.captions.append(flat(found, table.nested)[0])
            else:
                cells = []
                for cell in found.children:
                    if isinstance(cell, Element) and cell.tag in CELLS and not is_skipped(cell):
                        before = len(table.nested)
                        text, parts = flat(cell, table.nested)
                        has_heading = has_heading or cell.tag == "th"
                        is_divided = is_divided or parts or len(table.nested) > before
                        is_divided = is_divided or len(text.split()) > _MAX_CELL_WORDS
                        cells.append(
                            _Cell(
                                text,
                                cell.tag == "th",
                                _count(cell, "colspan", _MAX_COLUMNS),
                                _count(cell, "rowspan", _MAX_ROWS),
                                _is_bold(cell, text),
                            )
                        )
                if cells:
                    rows.append((cells, in_head))
        is_single = all(len(cells) < 2 for cells, _ in rows)
        # What a grid can't hold is read cell by cell.
        is_too_wide = any(len(cells) > _MAX_COLUMNS for cells, _ in rows)
        if (is_divided and not has_heading) or is_single or is_too_wide or not rows:
            return None
        table._fill(rows)
        return table

    def _fill(self, rows: Sequence[tuple[list[_Cell], bool]]) -> None:
        spanning: dict[int, tuple[_Cell, int]] = {}
        self.grid.extend(_grid_row(cells, spanning) for cells, _ in rows)
        heads = 0
        for number, (cells, in_head) in enumerate(rows):
            # One heading cell under the headings names the rows below it.
            is_section = number > 0 and len(cells) == 1 and cells[0].columns > 1
            if heads == number and (in_head or (all(cell.is_heading for cell in cells) and not is_section)):
                heads += 1
        if heads == len(rows):
            heads = 0
        if not heads:
            self._take_titles()
        self.headers = heads or int(_has_headings(self.grid))

    def _take_titles(self) -> None:
        """Makes captions of the rows above the headings that are one cell across the columns."""
        while len(self.grid) > 1:
            row, below = self.grid[:2]
            is_title = all(cell is row[0] for cell in row) and 0 < len(row[0].text.split()) <= MAX_TITLE_WORDS
            if not is_title or len(row) < 2 or row[0].rows > 1 or all(cell is below[0] for cell in below):
                break
            self.captions.append(row[0].text)
            del self.grid[0]


def _grid_row(cells: Sequence[_Cell], spanning: dict[int, tuple[_Cell, int]]) -> list[_Cell]:
    """A table's row, each cell once per column that it covers, with the cells that span it from above.

    Args:
        cells: the row's own.
        spanning: column -> a cell from above, and how many more rows it spans; updated for the next row.
    """
    row: list[_Cell] = []
    waiting = list(reversed(cells))
    while len(row) < _MAX_COLUMNS and (waiting or len(row) in spanning):
        place = len(row)
        if place in spanning:
            above, left = spanning.pop(place)
            row.append(above)
            if left > 1:
                spanning[place] = (above, left - 1)
            continue
        cell = waiting.pop()
        below = (
            cell if len(cell.text) <= MAX_REPEATED_LENGTH else _Cell("", is_heading=False, columns=1, rows=1)
        )
        for column in range(place, min(place + cell.columns, _MAX_COLUMNS)):
            if column in spanning:
                break
            if cell.rows > 1:
                spanning[column] = (below, cell.rows - 1)
            row.append(cell)
    return row


def _has_headings(grid: Sequence[Sequence[_Cell]]) -> bool:
    """Whether the first row of a table without marked headings is certainly a header row."""
    first, others = grid[0], grid[1:]
    if not others or any(cell.is_heading for row in others for cell in row):
        return False
    is_bold = all(cell.is_bold for cell in first if cell.text)
    is_bold = is_bold and not all(cell.is_bold for row in others for cell in row)
    return is_header(_row(first), list(map(_row, others)), is_bold=is_bold)


def _row(cells: Sequence[_Cell]) -> Row:
    return [None if place and cell is cells[place - 1] else cell.text for place, cell in enumerate(cells)]


def _is_bold(element: Element, text: str) -> bool:
    """Whether all the text of a cell is in bold."""
    letters = sum(not char.isspace() for char in text)
    bold = 0
    stack = list(reversed(element.children))
    while stack:
        node = stack.pop()
        if isinstance(node, Element) and node.tag in BOLD:
            bold += sum(not char.isspace() for char in node.text)
        elif isinstance(node, Element):
            stack.extend(node.children)
    return 0 < letters <= bold


def _parts_of(table: Element) -> Iterator[tuple[str, Element, bool]]:
    """Yields a table's captions and rows, and whether each is in its head; nested tables are excluded."""
    stack: list[tuple[Node, bool]] = [(child, False) for child in reversed(table.children)]
    while stack:
        node, in_head = stack.pop()
        if not isinstance(node, Element) or is_skipped(node):
            continue
        if node.tag in ("caption", "tr"):
            yield node.tag, node, in_head
        elif node.tag in ("thead", "tbody", "tfoot"):
            stack.extend((child, node.tag == "thead") for child in reversed(node.children))


def _count(element: Element, name: str, most: int) -> int:
    """The number of rows or columns that a cell spans."""
    if name not in element.attrs:
        return 1
    number = integer_of(value_of(element, name), 1)
    return most if name == "rowspan" and number == 0 else max(1, min(number, most))
