"""Extracts the rows of XLSX workbooks, with numbers, dates and percentages as they are shown.

A walk over the XML, in place of openpyxl: its mode of bounded memory has neither merged cells nor the
difference between a formula without a stored value and an empty cell, and none of its modes shows numbers in
their formats.
"""

from __future__ import annotations

import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final, NamedTuple, cast
from xml.etree import ElementTree

import regex

from index.readers.archives import DefinesEntities, Stream, open_archive
from index.readers.extracted_text import (
    Extract,
    Flaw,
    Progress,
    Unextractable,
    damaged,
    missing_parts,
    no_progress,
)
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.office.number_format import BUILT_IN, GENERAL, shown
from index.readers.ooxml.markup import attribute, child, children, local_name, value
from index.readers.ooxml.package import Package, unread_objects
from index.readers.tables.grid import add_grid, check_size
from index.readers.tables.headings import Row
from index.readers.text_builder import MAX_REPEATED_LENGTH, TextBuilder

_MAIN: Final = "xl/workbook.xml"
_CELL: Final = regex.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE: Final = regex.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
UNNAMED: Final = regex.compile(r"(?i)(?:sheet|ورقة|feuil|tabelle|hoja|table|صفحة)[ _]?\p{Nd}*")
"""Names that programs give to sheets."""
_TRUE: Final = frozenset(("1", "true"))
_MAX_COLUMNS: Final = 1 << 14
_ROWS_PER_PART: Final = 5000
_MAX_ROWS_PER_MERGE: Final = 1000


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the visible sheets of a workbook: each row of a table under its column headings.

    Args:
        content: the file's bytes.
        progress: called after each 5,000 rows.

    Raises:
        Unextractable: it is damaged, or too large.
    """
    with open_archive(content) as archive:
        package = Package(archive, _MAIN)
        reader = _Reader(archive, package, progress)
        builder, flaws = _sheets(reader, package)
        return Extract.of(builder.text, builder.blocks, package.metadata(), flaws=flaws)


def _sheets(reader: _Reader, package: Package) -> tuple[TextBuilder, tuple[Flaw, ...]]:
    """The text of all visible sheets, and what couldn't be read."""
    builder = TextBuilder()
    lost: list[str] = []
    hidden: list[str] = []
    tables = 0
    sheets = list(children(_within(package.main, "sheets"), "sheet"))
    for sheet in sheets:
        name = sheet.get("name", "")
        if sheet.get("state", "visible") != "visible":
            hidden.append(name)
            continue
        try:
            rows = reader.rows(package.name_of(package.target(attribute(sheet, "id"))))
        except Unextractable as error:
            if error.fault != "damaged" or isinstance(error, DefinesEntities):
                raise
            lost.append(name)
            continue
        # A sheet without a name of its own isn't part of the sheet before it.
        if rows and (builder.blocks or not UNNAMED.fullmatch(name)):
            builder.add("heading", name, level=1)
        tables += add_grid(builder, rows, tables + 1)
    if lost and not builder.blocks:
        raise damaged(f"no readable sheet {lost[0]} in it")
    flaws = missing_parts(lost)
    flaws += hidden_sheets(hidden)
    if reader.formulas:
        formulas = (
            "1 formula in it has" if reader.formulas == 1 else f"{reader.formulas:,} formulas in it have"
        )
        why = f"{formulas} no stored value. Save it in a spreadsheet program."
        flaws += (Flaw("formulas", why, reader.formulas),)
    flaws += hidden_cells(reader.hidden)
    flaws += unread_objects(package)
    return builder, flaws


def hidden_sheets(names: Sequence[str]) -> tuple[Flaw, ...]:
    """The flaw of a file with hidden sheets, if there are any."""
    said = ", ".join(names)
    return (Flaw("hidden", f"its hidden sheets weren't read ({said}).", len(names), said),) if names else ()


def hidden_cells(count: int) -> tuple[Flaw, ...]:
    """The flaw of a file with so many hidden rows and columns, if there are any."""
    why = f"its hidden rows and columns weren't read ({count:,})."
    return (Flaw("hidden_cells", why, count),) if count else ()


class _Range(NamedTuple):
    """A range of cells, by numbers from 0; the last row and column are in it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass
class _Sheet:
    """The filled cells of a sheet.

    Attributes:
        rows: row -> column -> text, both from 0.
        hidden: the columns that aren't shown.
        merged: the ranges of cells that are one.
    """

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[_Range] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def hide(self, column: ElementTree.Element) -> None:
        """Takes note of columns if they aren't shown."""
        first, last = (column.get(name, "") for name in ("min", "max"))
        if column.get("hidden") in _TRUE and first.isdecimal() and last.isdecimal():
            self.hidden.update(range(int(first) - 1, min(int(last), _MAX_COLUMNS)))

    def drop_hidden(self) -> int:
        """Removes the columns that aren't shown, and returns how many of them have text."""
        dropped = {column for row in self.rows.values() for column in row.keys() & self.hidden}
        for row in self.rows.values():
            for column in dropped & row.keys():
                del row[column]
        self.rows = {number: row for number, row in self.rows.items() if row}
        return len(dropped)

    def grid(self) -> list[Row]:
        """The rows; consecutive blank ones are given as one."""
        for first_row, first, last_row, _ in self.merged:
            text = self.rows.get(first_row, {}).get(first, "")
            if not text:
                continue
            for row in range(first_row, min(last_row, first_row + _MAX_ROWS_PER_MERGE) + 1):
                # As in the tables of other types: a value for several rows is repeated in each.
                if row in self.rows and (row == first_row or len(text) <= MAX_REPEATED_LENGTH):
                    self.rows[row][first] = text
        columns = sorted({column for row in self.rows.values() for column in row})
        beside = {
            (row, column)
            for first_row, first, last_row, last in self.merged
            for row in range(first_row, min(last_row, first_row + _MAX_ROWS_PER_MERGE) + 1)
            if row in self.rows
            for column in columns[bisect_right(columns, first) : bisect_right(columns, last)]
        }
        grid: list[Row] = []
        before = -1
        for number in sorted(self.rows):
            if before >= 0 and number > before + 1:
                grid.append([])
            cells = self.rows[number]
            grid.append([None if (number, column) in beside else cells.get(column, "") for column in columns])
            before = number
        return grid


class _Reader:
    """Reads the sheets of one workbook.

    Attributes:
        formulas: the number of formulas without a stored value.
        hidden: the number of rows and columns with text that aren't shown.
    """

    def __init__(self, archive: zipfile.ZipFile, package: Package, progress: Progress) -> None:
        self.formulas = self.hidden = 0
        self._archive = archive
        self._progress = progress
        self._cells = 0
        properties = child(package.main, "workbookPr")
        self._is_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true")
        self._formats = list(_formats(package.related("styles")))
        strings = package.related_name("sharedStrings")
        self._strings = list(self._shared(package.name_of(strings))) if strings else []

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of a sheet.

        Raises:
            Unextractable: there is no such sheet, or it is damaged or too large.
        """
        sheet = _Sheet()
        data = None
        number = -1
        for event, element in self._events(name):
            kind = local_name(element)
            if event == "start":
                data = element if kind == "sheetData" else data
            elif kind == "row":
                number = int(element.get("r", number + 2)) - 1
                cells = self._row(element)
                if cells and element.get("hidden") in _TRUE:
                    self.hidden += 1
                elif cells:
                    sheet.rows[number] = cells
                if number % _ROWS_PER_PART == 0:
                    self._progress()
                element.clear()
                if data is not None:
                    data.clear()
            elif kind == "col":
                sheet.hide(element)
            elif kind == "mergeCell" and (match := _RANGE.fullmatch(element.get("ref", ""))):
                first, last = _column(match[1]), _column(match[3])
                sheet.merged.append(_Range(int(match[2]) - 1, first, int(match[4]) - 1, last))
        self._progress()
        self.hidden += sheet.drop_hidden()
        return sheet.grid()

    def _row(self, row: ElementTree.Element) -> dict[int, str]:
        """The texts of a row's filled cells, by column from 0."""
        cells: dict[int, str] = {}
        column = -1
        for cell in row:
            match = _CELL.fullmatch(cell.get("r", ""))
            column = _column(match[1]) if match else column + 1
            if text := self._text(cell).strip():
                cells[column] = text
        self._cells += len(cells)
        check_size(self._cells)
        return cells

    def _text(self, cell: ElementTree.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _rich_text(child(cell, "is"))
        stored = child(cell, "v")
        value = "" if stored is None else stored.text or ""
        if not value:
            self.formulas += kind != "str" and child(cell, "f") is not None
            return ""
        if kind == "s":
            return self._strings[int(value)] if value.isdecimal() and int(value) < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind != "n":
            return value.removesuffix("T00:00:00") if kind == "d" else value
        style = cell.get("s", "0")
        code = self._formats[int(style)] if style.isdecimal() and int(style) < len(self._formats) else GENERAL
        return shown(value, code, is_1904=self._is_1904)

    def _shared(self, name: str) -> Iterator[str]:
        """The strings that cells refer to."""
        root = None
        for event, element in self._events(name):
            if event == "start":
                root = element if root is None else root
            elif local_name(element) == "si":
                yield _rich_text(element)
                if root is not None:
                    root.clear()

    def _events(self, name: str) -> Iterator[tuple[str, ElementTree.Element]]:
        stream = cast("IO[bytes]", Stream(self._archive, name))
        try:
            yield from ElementTree.iterparse(stream, ("start", "end"))
        except ElementTree.ParseError as error:
            raise damaged(error) from error


def _formats(styles: ElementTree.Element | None) -> Iterator[str]:
    """The number format of each cell style."""
    own = {
        found.get("numFmtId", ""): found.get("formatCode", GENERAL)
        for found in children(_within(styles, "numFmts"), "numFmt")
    }
    for style in children(_within(styles, "cellXfs"), "xf"):
        number = style.get("numFmtId", "0")
        yield own.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, GENERAL)


def _within(element: ElementTree.Element | None, name: str) -> ElementTree.Element:
    found = child(element, name)
    return ElementTree.Element("none") if found is None else found


def _rich_text(element: ElementTree.Element | None) -> str:
    """The text of a string item without its phonetic hints."""
    if element is None:
        return ""
    parts: list[str] = []
    for found in element:
        name = local_name(found)
        if name == "t":
            parts.append(found.text or "")
        elif name == "r":
            said = "".join(text.text or "" for text in children(found, "t"))
            is_raised = value(child(found, "rPr"), "vertAlign") == "superscript"
            parts.append(f"{RAISED_START}{said}{RAISED_END}" if is_raised else said)
    return with_raised("".join(parts))


def _column(letters: str) -> int:
    """The number of a column, from 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
