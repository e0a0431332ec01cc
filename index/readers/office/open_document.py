"""Extracts text and blocks from ODT and ODS, by traversing their XML.

As of Word files the visible text is extracted: automatic numbers, footnotes after the paragraph that
references them, text boxes, headers and footers, merged cells. Omitted are tracked deletions, comments and
tables of contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.archives import DUBLIN_CORE, open_archive, part, part_xml, text_of
from index.readers.extracted_text import (
    Extract,
    Metadata,
    Progress,
    Unextractable,
    no_progress,
    only_heading,
    tags_of,
)
from index.readers.inline.list_numbers import format_number
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.office.workbook import UNNAMED, hidden_cells, hidden_sheets
from index.readers.ooxml.markup import child, children, int_of, local_name
from index.readers.tables.grid import add_grid, check_size
from index.readers.tables.headings import Row
from index.readers.text_builder import MAX_REPEATED_LENGTH, TextBuilder
from index.text.structure.blocks import refined

_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_META: Final = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
# Elements that aren't part of the visible text.
_SKIPPED: Final = frozenset((
    "tracked-changes", "table-of-content", "illustration-index", "table-index", "alphabetical-index",
    "user-index", "object-index", "annotation", "forms", "sequence-decls", "variable-decls",
    "user-field-decls", "image", "object", "title", "desc", "ruby-text", "page-number", "page-count",
    "hidden-text", "shapes", "note-citation",
))  # fmt: skip
_NUMBERS: Final = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "أ, ب, ت, ...": "arabicAlpha", "أ, ب, ج, ...": "arabicAbjad",
}  # fmt: skip
_TITLE: Final = regex.compile(r"(?i)title|العنوان")
# What a cell has where its text is left out.
_VALUES: Final = tuple(
    f"{_OFFICE}{name}" for name in ("string-value", "date-value", "time-value", "boolean-value", "value")
)
_MAX_LEVELS: Final = 9
_MAX_DEPTH: Final = 80
_MAX_REPEATED: Final = 100
_MAX_SPACES: Final = 200
_DATE: Final = regex.compile(r"\d{4}-\d{2}-\d{2}")


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the text of an OpenDocument text.

    Raises:
        Unextractable: it is damaged or protected, or its unpacked size is over the limit.
    """
    document, styles, meta = _parts(content)
    reader = _Reader(_Styles(styles, document))
    for header in styles.iter(f"{_STYLE}header"):
        reader.margin("page_header", header)
    body = document.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is not None:
        reader.read(body)
    for footer in styles.iter(f"{_STYLE}footer"):
        reader.margin("page_footer", footer)
    builder = reader.builder
    blocks = refined(builder.text, builder.blocks, builder.emphasized)
    return Extract.of(builder.text, blocks, _metadata(meta), heading=only_heading(builder.text, blocks))


def extract_sheets(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the visible sheets of an OpenDocument spreadsheet, as a workbook's.

    Raises:
        Unextractable: it is damaged or protected, or too large.
    """
    document, styles, meta = _parts(content)
    reader = _Reader(_Styles(styles, document))
    body = document.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    hidden = []
    for sheet in children(body, "table") if body is not None else ():
        name = sheet.get(f"{_TABLE}name", "")
        if reader.is_hidden(sheet):
            hidden.append(name)
        else:
            reader.sheet(name, sheet)
    flaws = (*hidden_sheets(hidden), *hidden_cells(reader.hidden))
    return Extract.of(reader.builder.text, reader.builder.blocks, _metadata(meta), flaws=flaws)


def _parts(content: bytes) -> tuple[ElementTree.Element, ElementTree.Element, ElementTree.Element]:
    """The content, the styles and the metadata of a document."""
    with open_archive(content) as archive:
        names = archive.namelist()
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in part(archive, manifest):
            raise Unextractable("it is protected by a password. Save a copy without one.", "password")
        document = part_xml(archive, "content.xml")
        styles = part_xml(archive, "styles.xml") if "styles.xml" in names else ElementTree.Element("none")
        meta = part_xml(archive, "meta.xml") if "meta.xml" in names else ElementTree.Element("none")
    return document, styles, meta


def _metadata(meta: ElementTree.Element) -> Metadata:
    dates = (text_of(meta.find(f".//{name}")) for name in (f"{_META}creation-date", f"{DUBLIN_CORE}date"))
    authors = (
        text_of(meta.find(f".//{name}")) for name in (f"{_META}initial-creator", f"{DUBLIN_CORE}creator")
    )
    date = _DATE.match(next(filter(None, dates), ""))
    return Metadata(
        text_of(meta.find(f".//{DUBLIN_CORE}title")),
        next(filter(None, authors), ""),
        date[0] if date else "",
        tags_of(*map(text_of, meta.iter(f"{_META}keyword"))),
    )


@dataclass(frozen=True)
class _Level:
    """A level of a list style; one without a number format has bullets, or no labels where `is_bare`."""

    number_format: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1
    is_bare: bool = False


class _Styles:
    """List styles, outline numbers, and the names and weights of paragraph styles."""

    def __init__(self, *roots: ElementTree.Element) -> None:
        self.lists: dict[str, dict[int, _Level]] = {}
        self.outline: dict[int, _Level] = {}
        self._names: dict[str, str] = {}
        self._bold: set[str] = set()
        self._raised: set[str] = set()
        self.hidden: set[str] = set()
        """Names of the styles of hidden sheets."""
        for root in roots:
            for found in root.iter():
                name = local_name(found)
                if name == "list-style":
                    self.lists[found.get(f"{_STYLE}name", "")] = _levels(found)
                elif name == "outline-style":
                    self.outline = _levels(found)
                elif name == "style":
                    self._add(found)

    def _add(self, style: ElementTree.Element) -> None:
        name = style.get(f"{_STYLE}name", "")
        self._names[name] = style.get(f"{_STYLE}parent-style-name", "")
        if any(one.get(f"{_TABLE}display") == "false" for one in children(style, "table-properties")):
            self.hidden.add(name)
        for properties in children(style, "text-properties"):
            if any(value == "bold" and key.endswith("font-weight") for key, value in properties.items()):
                self._bold.add(name)
            if _is_raised(properties.get(f"{_STYLE}text-position", "")):
                self._raised.add(name)

    def is_title(self, name: str) -> bool:
        """Whether a paragraph style is the one of titles, or derives from it."""
        return any(_TITLE.fullmatch(ancestor) for ancestor in self._ancestors(name))

    def is_bold(self, name: str) -> bool:
        """Whether a style is bold."""
        return not self._bold.isdisjoint(self._ancestors(name))

    def is_raised(self, name: str) -> bool:
        """Whether text of a style is raised above its line."""
        return not self._raised.isdisjoint(self._ancestors(name))

    def _ancestors(self, name: str) -> list[str]:
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self._names.get(name, "")
        return found


def _is_raised(position: str) -> bool:
    """Whether a text position, such as "super 58%", is above the line."""
    height = position.partition(" ")[0].removesuffix("%")
    return height == "super" or (height.replace(".", "", 1).isdecimal() and float(height) > 0)


def _levels(style: ElementTree.Element) -> dict[int, _Level]:
    levels = {}
    for found in style:
        level = int_of(found.get(f"{_TEXT}level", "1"), 1)
        number = found.get(f"{_STYLE}num-format", "")
        is_number = local_name(found) != "list-level-style-bullet"
        levels[level] = _Level(
            number,
            found.get(f"{_STYLE}num-prefix", ""),
            found.get(f"{_STYLE}num-suffix", ""),
            int_of(found.get(f"{_TEXT}start-value", "1"), 1),
            int_of(found.get(f"{_TEXT}display-levels", "1"), 1),
            is_bare=is_number and not number,
        )
    return levels


@dataclass
class _Numbers:
    """The running numbers of a list or of the headings."""

    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)

    def begin(self, depth: int, start: str) -> None:
        """Lets the next item at this depth have a number of its own, if one is given."""
        if start.isdecimal():
            self.counts[depth] = int_of(start, 1) - 1

    def next(self, depth: int) -> str:
        """The label of the next item at this depth; empty for one without."""
        level = self.levels.get(depth, _Level())
        self.counts = {at: count for at, count in self.counts.items() if at <= depth}
        self.counts[depth] = self.counts.get(depth, level.start - 1) + 1
        if not level.number_format:
            return "" if level.is_bare else "•"
        shown = range(max(1, depth - level.shown + 1), depth + 1)
        parts = [
            format_number(self.counts.get(at, 1), _NUMBERS.get(self.levels[at].number_format, "decimal"))
            for at in shown
            if at in self.levels and self.levels[at].number_format
        ]
        return f"{level.before}{'.'.join(parts)}{level.after}".strip()


@dataclass(frozen=True)
class _Item:
    """The list item that a paragraph is in."""

    numbers: _Numbers
    depth: int
    style: str


class _Reader:
    """Adds the blocks of a document to a builder."""

    def __init__(self, styles: _Styles) -> None:
        self.builder = TextBuilder()
        self._styles = styles
        self._tables = 0
        self._headings = _Numbers(styles.outline)
        self._lists: dict[str, _Numbers] = {}
        self._by_id: dict[str, _Numbers] = {}
        self._notes: list[tuple[str, ElementTree.Element]] = []
        self._boxes: list[ElementTree.Element] = []
        self._margins: set[str] = set()
        self._bold = self._ink = 0
        self.hidden = 0
        """Number of hidden rows and columns, which are left out."""

    def margin(self, kind: str, element: ElementTree.Element) -> None:
        """Adds the text of a header or a footer, once."""
        text = "\n".join(filter(None, map(str.strip, map(self._words, element.iter(f"{_TEXT}p")))))
        self._bold = self._ink = 0
        if text not in self._margins:
            self._margins.add(text)
            self.builder.add("page_header" if kind == "page_header" else "page_footer", text)

    def read(self, element: ElementTree.Element, depth: int = 0) -> None:
        """Adds the content of an element."""
        for found in element:
            name = local_name(found)
            if name in _SKIPPED or depth > _MAX_DEPTH:
                continue
            if name == "h":
                self._heading(found)
            elif name == "p":
                self._paragraph(found)
            elif name == "list":
                self._list(found, None)
            elif name == "table":
                self._table(found)
            else:
                self.read(found, depth + 1)

    def _heading(self, element: ElementTree.Element) -> None:
        level = max(1, min(int_of(element.get(f"{_TEXT}outline-level", "1"), 1), _MAX_LEVELS))
        text = self._words(element).strip()
        if text:
            is_numbered = self._styles.outline.get(level, _Level()).number_format
            label = self._headings.next(level) if is_numbered else ""
            self.builder.add("heading", f"{label} {text}", level=level, label=label)
        self._behind()

    def _paragraph(self, element: ElementTree.Element, item: _Item | None = None) -> None:
        style = element.get(f"{_TEXT}style-name", "")
        text = self._words(element).strip()
        is_bold = self._ink > 0 and (self._bold == self._ink or self._styles.is_bold(style))
        if text and item is not None:
            label = item.numbers.next(item.depth)
            said = text if label in ("", "•") else f"{label} {text}"
            self.builder.add("list_item", said, level=min(item.depth, _MAX_LEVELS), label=label)
        elif text and self._styles.is_title(style):
            self.builder.add("heading", text, level=1)
        elif text:
            self.builder.add("paragraph", text, is_emphasized=is_bold)
        self._behind()

    def _behind(self) -> None:
        """Adds the notes and text boxes of the last paragraph."""
        self._bold = self._ink = 0
        notes, self._notes = self._notes, []
        boxes, self._boxes = self._boxes, []
        for mark, note in notes:
            words = " ".join(self._words(found).strip() for found in note.iter(f"{_TEXT}p"))
            self._bold = self._ink = 0
            self.builder.add_note(f"[{mark}] {words}", f"[{mark}]")
        for box in boxes:
            self.read(box, 1)

    def _list(self, element: ElementTree.Element, parent: _Item | None, depth: int = 1) -> None:
        style = element.get(f"{_TEXT}style-name", "") or (parent.style if parent else "")
        numbers = self._numbers(element, parent, style)
        if name := element.get(_ID, ""):
            self._by_id[name] = numbers
        item = _Item(numbers, depth, style)
        for found in element:
            if local_name(found) not in ("list-item", "list-header") or depth > _MAX_DEPTH:
                continue
            is_begun = local_name(found) == "list-header"
            numbers.begin(depth, found.get(f"{_TEXT}start-value", ""))
            for inner in found:
                name = local_name(inner)
                if name == "list":
                    self._list(inner, item, depth + 1)
                elif name == "h":
                    self._heading(inner)
                elif name == "p":
                    self._paragraph(inner, None if is_begun else item)
                    is_begun = True

    def _numbers(self, element: ElementTree.Element, parent: _Item | None, style: str) -> _Numbers:
        """The numbers of a list: those of the list that it is in or that it continues, or new ones."""
        if parent is not None:
            return parent.numbers
        continued = self._by_id.get(element.get(f"{_TEXT}continue-list", ""))
        if continued is None and element.get(f"{_TEXT}continue-numbering") == "true":
            continued = self._lists.get(style)
        self._lists[style] = continued or _Numbers(self._styles.lists.get(style, {}))
        return self._lists[style]

    def is_hidden(self, sheet: ElementTree.Element) -> bool:
        """Whether a sheet isn't shown."""
        return sheet.get(f"{_TABLE}style-name", "") in self._styles.hidden

    def sheet(self, name: str, table: ElementTree.Element) -> None:
        """Adds a sheet under its name."""
        if (self.builder.count or not UNNAMED.fullmatch(name)) and next(
            table.iter(f"{_TEXT}p"), None
        ) is not None:
            self.builder.add("heading", name, level=1)
        self._table(table)

    def _table(self, table: ElementTree.Element) -> None:
        grid: list[Row] = []
        spanning: dict[int, tuple[str, int]] = {}
        unseen = _hidden_columns(table)
        self.hidden += len(unseen)
        for row in _rows(table):
            cells = list(self._cells(row, spanning))
            if any(cells) and row.get(f"{_TABLE}visibility", "visible") != "visible":
                self.hidden += 1
                continue
            cells = ["" if place in unseen and cell else cell for place, cell in enumerate(cells)]
            repeated = int_of(row.get(f"{_TABLE}number-rows-repeated", "1"), 1)
            grid.extend([cells] * (min(repeated, _MAX_REPEATED) if any(cells) else 1))
        check_size(sum(map(len, grid)))
        self._tables += add_grid(self.builder, grid, self._tables + 1)
        self._behind()

    def _cells(self, row: ElementTree.Element, spanning: dict[int, tuple[str, int]]) -> Iterator[str | None]:
        """The texts of a row's cells, with those that span it from above.

        Args:
            row: the row.
            spanning: column -> the text of a cell above, and how many more rows it spans; updated.
        """
        place = 0
        for cell in row:
            name = local_name(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            count = min(int_of(cell.get(f"{_TABLE}number-columns-repeated", "1"), 1), _MAX_REPEATED)
            said = " ".join(" ".join(self._words(found).split()) for found in _paragraphs(cell))
            said = said or next(filter(None, map(cell.get, _VALUES)), "")
            rows = int_of(cell.get(f"{_TABLE}number-rows-spanned", "1"), 1)
            for column in range(place, place + count):
                above, left = spanning.pop(column, ("", 0))
                if name == "covered-table-cell":
                    yield above if left else None
                else:
                    left = rows
                    above = said if len(said) <= MAX_REPEATED_LENGTH else ""
                    yield said
                if left > 1:
                    spanning[column] = (above, left - 1)
            place += count

    def _words(self, element: ElementTree.Element, depth: int = 0, style: str = "") -> str:
        """The text of a paragraph; its notes and text boxes are set aside."""
        return with_raised(self._marked(element, depth, style))

    def _marked(self, element: ElementTree.Element, depth: int, style: str) -> str:
        """As `_words`, with raised text marked as for `with_raised`."""
        name = local_name(element)
        if name == "note":
            return self._note(element)
        if name == "text-box":
            self._boxes.append(element)
            return ""
        if name in _SKIPPED or depth > _MAX_DEPTH:
            return ""
        if name == "s":
            return " " * min(int_of(element.get(f"{_TEXT}c", "1"), 1), _MAX_SPACES)
        if name in ("tab", "line-break"):
            return "\n" if name == "line-break" else " "
        style = element.get(f"{_TEXT}style-name", "") if name == "span" else style
        parts = [self._said(element.text, style)]
        for found in element:
            parts.append(self._marked(found, depth + 1, style))
            parts.append(self._said(found.tail, style))
        return "".join(parts)

    def _said(self, text: str | None, style: str) -> str:
        said = regex.sub(r"[ \t\r\n]+", " ", text or "")
        if said.strip():
            self._ink += 1
            self._bold += bool(style) and self._styles.is_bold(style)
        return f"{RAISED_START}{said}{RAISED_END}" if style and self._styles.is_raised(style) else said

    def _note(self, element: ElementTree.Element) -> str:
        body = child(element, "note-body")
        mark = text_of(child(element, "note-citation"))
        if body is not None:
            self._notes.append((mark, body))
        return f"[{mark}]"


def _hidden_columns(table: ElementTree.Element) -> set[int]:
    found: set[int] = set()
    place = 0
    for column in table.iter(f"{_TABLE}table-column"):
        count = min(int_of(column.get(f"{_TABLE}number-columns-repeated", "1"), 1), _MAX_REPEATED)
        if column.get(f"{_TABLE}visibility", "visible") != "visible":
            found.update(range(place, place + count))
        place += count
    return found


def _paragraphs(cell: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The paragraphs of a cell, without its comments."""
    stack = list(reversed(cell))
    while stack:
        found = stack.pop()
        if found.tag == f"{_TEXT}p":
            yield found
        elif local_name(found) not in _SKIPPED:
            stack.extend(reversed(found))


def _rows(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The rows of a table, those of its groups included."""
    stack = list(reversed(table))
    while stack:
        found = stack.pop()
        name = local_name(found)
        if name == "table-row":
            yield found
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            stack.extend(reversed(found))
