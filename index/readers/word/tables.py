"""Rows, cells, titles and header rows of a Word table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree import ElementTree

from index.readers.ooxml.markup import child, int_of, is_on, local_name, value
from index.readers.tables.grid import MAX_TITLE_WORDS
from index.readers.tables.headings import Row, is_header
from index.readers.text_builder import MAX_REPEATED_LENGTH
from index.readers.word.inline_text import InlineText

# A table row with a cell of more words belongs to a layout table.
_MAX_CELL_WORDS: Final = 80
MAX_COLUMNS: Final = 63
_MAX_HEADER_ROWS: Final = 3


@dataclass
class Cell:
    """A cell of a table row.

    Attributes:
        text: its paragraphs, on one line.
        tables: tables in it.
        inline: the text boxes and notes that are anchored in it.
        span: number of columns that it covers.
        merge: "restart" for a cell that spans several rows, "continue" for those that it covers, else "".
    """

    element: ElementTree.Element
    text: str = ""
    tables: list[ElementTree.Element] = field(default_factory=list)
    inline: InlineText = field(default_factory=InlineText)
    span: int = 1
    merge: str = ""
    is_bold: bool = False


def is_layout(cells: Sequence[Sequence[Cell]]) -> bool:
    """Whether a table only arranges text: it has one column, no text, or a cell with many words."""
    texts = [cell.text for row in cells for cell in row]
    width = max((sum(cell.span for cell in row) for row in cells), default=0)
    return width <= 1 or not any(texts) or any(len(text.split()) > _MAX_CELL_WORDS for text in texts)


def merged(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows, with the text of vertically merged cells repeated in each."""
    above: dict[int, Cell] = {}
    repeated = []
    for row in rows:
        place = 0
        shown = []
        for cell in row:
            first = above.get(place)
            if cell.merge == "continue" and first is not None:
                if len(first.text) <= MAX_REPEATED_LENGTH:
                    cell = replace(cell, text=first.text, is_bold=first.is_bold)
            elif cell.merge == "restart":
                above[place] = cell
            else:
                above.pop(place, None)
            shown.append(cell)
            place += cell.span
        repeated.append(shown)
    return repeated


def column_headings(row: Sequence[Cell], place: int, columns: list[str], is_header: bool) -> list[str]:
    """The column headings of a row's cells; a header row has none, and is added to them.

    Args:
        row: the cells.
        place: the column of the first one.
        columns: the headings so far, extended in place.
        is_header: whether it is a header row.
    """
    named = []
    for cell in row:
        covered = range(place, min(place + cell.span, len(columns)))
        if is_header:
            for column in covered:
                # A cell that spans both header rows is in each.
                columns[column] = " ".join(dict.fromkeys(filter(None, (columns[column], cell.text))))
        else:
            named.append(" ".join(dict.fromkeys(filter(None, (columns[column] for column in covered)))))
        place += cell.span
    return named


def rows_or_cells(element: ElementTree.Element, wanted: str) -> Iterator[ElementTree.Element]:
    """Yields the rows of a table or cells of a row, including those in controls and tracked changes."""
    stack = list(reversed(element))
    while stack:
        found = stack.pop()
        name = local_name(found)
        if name == wanted:
            yield found
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            stack.extend(reversed(found))


def is_deleted(row: ElementTree.Element) -> bool:
    """Whether a tracked change deleted a row."""
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def columns_before(row: ElementTree.Element) -> int:
    """The number of table columns that a row leaves empty at its start."""
    return max(0, min(int_of(value(child(row, "trPr"), "gridBefore")), MAX_COLUMNS))


def header_rows(rows: Sequence[ElementTree.Element], cells: Sequence[Sequence[Cell]]) -> int:
    """The number of header rows of a table."""
    marked = 0
    for row in rows:
        properties = child(row, "trPr")
        if properties is None or not is_on(properties, "tblHeader"):
            break
        marked += 1
    if 0 < marked < len(rows):
        return marked
    return _unmarked_headers(cells)


def _unmarked_headers(cells: Sequence[Sequence[Cell]]) -> int:
    """The number of header rows of a table that marks none: one, or more where a heading spans columns."""
    count = 0
    for place, row in enumerate(cells[:_MAX_HEADER_ROWS]):
        is_spanning = any(cell.span > 1 for cell in row)
        # A heading may span rows, too: it is then repeated in the next one.
        others = cells[place + 1 + is_spanning :]
        is_bold = all(cell.is_bold for cell in row if cell.text)
        is_bold = is_bold and not all(cell.is_bold for other in others for cell in other)
        below = list(map(_row, others))
        above = _row(cells[place - 1]) if place else ()
        if not others or not is_header(_row(row), below, is_bold=is_bold, above=above):
            break
        count = place + 1
        if not is_spanning:
            break
    return count


def _row(cells: Sequence[Cell]) -> Row:
    return [text for cell in cells for text in (cell.text, *[None] * (cell.span - 1))]


def title_rows(rows: Sequence[ElementTree.Element], cells: Sequence[Sequence[Cell]]) -> int:
    """The number of rows above a table's headings that are its title: one cell across its columns."""
    count = 0
    for shown in cells[:-1]:
        said = [cell for cell in shown if cell.text]
        if len(said) != 1 or said[0].span < 2 or len(said[0].text.split()) > MAX_TITLE_WORDS:
            break
        count += 1
    properties = child(rows[count], "trPr") if count else None
    return 0 if properties is not None and is_on(properties, "tblHeader") else count
