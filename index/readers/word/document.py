"""Extracts text and blocks from DOCX, by traversing its XML.

The visible text is extracted: automatic numbers, field results, text boxes (once), headers and footers
(once per document), footnotes after the paragraph that references them, tracked changes as if accepted,
content controls, merged cells. Omitted are deleted and hidden text, field instructions, comments,
placeholders and the table of contents. None of mammoth, python-docx and docx2txt reads automatic numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.archives import open_archive
from index.readers.extracted_text import Extract, Progress, damaged, no_progress, only_heading
from index.readers.ooxml.markup import attribute, child, int_of, is_on, local_name, value
from index.readers.ooxml.package import Package, unread_objects
from index.readers.text_builder import TextBuilder
from index.readers.word.elements import SKIPPED, chosen, is_contents, is_placeholder, paragraphs_in, words_of
from index.readers.word.inline_text import InlineReader, InlineText, NoteCall
from index.readers.word.notes import Notes
from index.readers.word.numbering import Numbering
from index.readers.word.styles import MAX_LEVELS, TITLE_STYLES, Style, Styles, level_of
from index.readers.word.tables import (
    MAX_COLUMNS,
    Cell,
    column_headings,
    columns_before,
    header_rows,
    is_deleted,
    is_layout,
    merged,
    rows_or_cells,
    title_rows,
)
from index.text.structure.blocks import refined
from index.text.structure.labels import heading_label
from index.types import BlockKind

_MAIN: Final = "word/document.xml"
# Maximum nesting of elements; deeper ones are reduced to their words.
_MAX_DEPTH: Final = 80
_CONTENTS_STYLE: Final = regex.compile(r"(?i)toc ?\d|toc heading|contents \d|table of (?:contents|figures)")


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the text of a Word document.

    Raises:
        Unextractable: it is damaged, or its unpacked size is over the limit.
    """
    with open_archive(content) as archive:
        package = Package(archive, _MAIN)
        reader = _Reader(_Document(package))
        reader.read()
        about = package.metadata()
    text, blocks = reader.builder.text, reader.builder.blocks
    blocks = refined(text, blocks, reader.builder.emphasized)
    heading = reader.titles[0] if len(reader.titles) == 1 else only_heading(text, blocks)
    return Extract.of(text, blocks, about, heading=heading, flaws=unread_objects(package))


class _Document:
    """What the body, the headers and the footers of a document share."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.styles = Styles(package.related("styles"))
        self.numbering = Numbering(package.related("numbering"), self.styles.lists())
        self.notes = Notes(package)


class _Reader:
    """Reads the blocks of a document's body, or of a header or footer."""

    def __init__(self, document: _Document) -> None:
        self.builder = TextBuilder()
        self.titles: list[str] = []
        self._document = document
        self._styles, self._numbering, self._notes = document.styles, document.numbering, document.notes
        self._inline = InlineReader(self._styles, self._notes)
        self._endnotes: list[NoteCall] = []
        self._tables = 0
        self._pending = ""
        self._depth = 0

    def read(self) -> None:
        """Reads headers, body, endnotes and footers."""
        body = child(self._document.package.main, "body")
        if body is None:
            raise damaged("no body in it")
        headers, footers = self._around(body)
        for text in headers:
            self.builder.add("page_header", text)
        self._body(body)
        self._flush()
        for call in self._endnotes:
            self._note(call)
        for text in footers:
            self.builder.add("page_footer", text)

    # Headers and footers

    def _around(self, body: ElementTree.Element) -> tuple[list[str], list[str]]:
        """The texts of headers and of footers, each once."""
        settings = self._document.package.related("settings")
        has_even = settings is not None and is_on(settings, "evenAndOddHeaders")
        found: tuple[dict[str, None], dict[str, None]] = ({}, {})
        seen: set[str] = set()
        for section in body.iter():
            if local_name(section) != "sectPr":
                continue
            for reference in section:
                name = local_name(reference)
                kind, relationship = attribute(reference, "type"), attribute(reference, "id")
                if name not in ("headerReference", "footerReference") or relationship in seen:
                    continue
                if (kind == "first" and not is_on(section, "titlePg")) or (kind == "even" and not has_even):
                    continue
                seen.add(relationship)
                root = self._document.package.by_id(relationship)
                if root is None:
                    continue
                reader = _Reader(self._document)
                reader._body(root)
                reader._flush()
                for block in reader.builder.blocks:
                    said = reader.builder.text[block.start : block.end]
                    if any(map(str.isalpha, said)) or sum(map(str.isdigit, said)) > 3:
                        found[name == "footerReference"].setdefault(said)
        return list(found[0]), list(found[1])

    # Blocks

    def _body(self, element: ElementTree.Element) -> None:
        """Reads the block-level content of a body, a cell, a note or a text box."""
        self._depth += 1
        for found in element:
            name = local_name(found)
            if name == "p":
                self._paragraph(found)
            elif name == "tbl":
                self._flush()
                self._table(found)
            elif name == "sdt":
                if not is_contents(found) and not is_placeholder(found):
                    content = child(found, "sdtContent")
                    if content is not None:
                        self._nested(content, self._body)
            elif name == "AlternateContent":
                self._nested(chosen(found), self._body)
            elif name not in SKIPPED and len(found):
                self._nested(found, self._body)
        self._depth -= 1

    def _nested(self, element: ElementTree.Element, read: Callable[[ElementTree.Element], None]) -> None:
        if self._depth < _MAX_DEPTH:
            read(element)
        else:
            self.builder.add("paragraph", words_of(element))

    def _paragraph(self, element: ElementTree.Element) -> None:
        properties = child(element, "pPr")
        style_id = value(properties, "pStyle")
        style = self._styles.of(style_id)
        if _CONTENTS_STYLE.fullmatch(style.name):
            self._inline.read(element, style)  # fields may begin or end in it
            return
        inline = self._inline.read(element, style)
        text = self._pending + inline.text
        self._pending = ""
        mark = child(properties, "rPr")
        if mark is not None and child(mark, "del") is not None:
            self._pending = text  # with changes accepted it continues in the next paragraph
            self._behind(inline)
            return
        self._add(text, inline, properties, style_id, style)
        self._behind(inline)

    def _add(
        self,
        text: str,
        inline: InlineText,
        properties: ElementTree.Element | None,
        style_id: str,
        style: Style,
    ) -> None:
        outline = value(properties, "outlineLvl")
        level = level_of(outline) if outline else style.level
        list_id, depth = self._list_of(properties, style_id, style)
        has_text = bool(text.strip())
        number = self._numbering.next(list_id, depth) if list_id and (has_text or not inline.boxes) else None
        if not has_text:
            return
        label = number.label if number else ""
        is_numbered = bool(number and label and not number.is_bullet)
        said = text.strip()
        if number and is_numbered:
            said = f"{label}{'' if number.joins else ' '}{said}"
        kind: BlockKind = "paragraph"
        if level and len(said.split()) <= 40:
            kind = "heading"
            if style.name.casefold() in TITLE_STYLES:
                self.titles.append(" ".join(said.split()))
        elif style.name.casefold() == "caption":
            kind = "caption"
        elif label and not (is_numbered and heading_label(said) and heading_label(label)):
            kind = "list_item"
        level = level if kind == "heading" else min(depth + 1, MAX_LEVELS) if kind == "list_item" else 0
        self.builder.add(kind, said, level=level, label=label, is_emphasized=inline.is_bold)

    def _list_of(
        self, properties: ElementTree.Element | None, style_id: str, style: Style
    ) -> tuple[str, int]:
        """The list that a paragraph belongs to and its level, from 0; "" if it is in none."""
        numbers = child(properties, "numPr")
        list_id = value(numbers, "numId") or style.list_id
        if not list_id or list_id == "0":
            return "", 0
        if own := value(numbers, "ilvl"):
            return list_id, int_of(own)
        if style.depth is not None:
            return list_id, style.depth
        return list_id, self._numbering.level_of_style(list_id, style_id) or 0

    def _flush(self) -> None:
        """Ends a paragraph whose paragraph mark was deleted, if no other follows."""
        if self._pending:
            self.builder.add("paragraph", self._pending)
            self._pending = ""

    def _behind(self, inline: InlineText) -> None:
        """Adds the text boxes and footnotes anchored in a paragraph."""
        for box in inline.boxes:
            pending, self._pending = self._pending, ""
            with self._inline.outside_fields():
                self._nested(box, self._body)
                self._flush()
            self._pending = pending
        for call in inline.notes:
            if call.is_end:
                self._endnotes.append(call)
            else:
                self._note(call)

    def _note(self, call: NoteCall) -> None:
        element = self._notes.take(call.note, is_end=call.is_end)
        if element is None:
            return
        text = " ".join(filter(None, map(self._note_text, paragraphs_in(element))))
        self.builder.add_note(f"{call.mark} {text}" if text else "", call.mark)

    def _note_text(self, paragraph: ElementTree.Element) -> str:
        style = self._styles.of(value(child(paragraph, "pPr"), "pStyle"))
        with self._inline.outside_fields():
            return " ".join(self._inline.read(paragraph, style).text.split())

    # Tables

    def _table(self, element: ElementTree.Element) -> None:
        rows = [row for row in rows_or_cells(element, "tr") if not is_deleted(row)]
        cells = [[self._cell(found) for found in rows_or_cells(row, "tc")] for row in rows]
        if is_layout(cells):
            for row in cells:
                for cell in row:
                    self._nested(cell.element, self._body)
                    self._flush()
            return
        self._tables += 1
        table = self._tables
        shown = merged(cells)
        titles = title_rows(rows, shown)
        headers = titles + header_rows(rows[titles:], shown[titles:])
        width = max(sum(cell.span for cell in row) for row in cells)
        columns: list[str] = [""] * min(width, MAX_COLUMNS)
        for number, row in enumerate(shown):
            is_header = number < headers
            if number < titles:
                self.builder.add("caption", next(cell.text for cell in row if cell.text))
            else:
                named = column_headings(row, columns_before(rows[number]), columns, is_header)
                self.builder.add_row([cell.text for cell in row], named, table=table, is_header=is_header)
            for cell in cells[number]:
                self._behind_cell(cell)

    def _behind_cell(self, cell: Cell) -> None:
        """Adds what a row can't hold: a cell's nested tables, text boxes and notes."""
        if cell.merge == "continue":
            return
        for nested in cell.tables:
            self._nested(nested, self._table)
        self._behind(cell.inline)

    def _cell(self, element: ElementTree.Element) -> Cell:
        properties = child(element, "tcPr")
        merge = child(properties, "vMerge")
        cell = Cell(element, span=max(1, min(int_of(value(properties, "gridSpan"), 1), MAX_COLUMNS)))
        if merge is not None:
            cell.merge = "restart" if attribute(merge, "val") == "restart" else "continue"
        texts = []
        for paragraph in paragraphs_in(element, cell.tables):
            properties = child(paragraph, "pPr")
            style_id = value(properties, "pStyle")
            style = self._styles.of(style_id)
            inline = self._inline.read(paragraph, style)
            said = " ".join(inline.text.split())
            list_id, depth = self._list_of(properties, style_id, style)
            number = self._numbering.next(list_id, depth) if list_id and cell.merge != "continue" else None
            if number and number.label and not number.is_bullet:
                said = f"{number.label} {said}".strip()
            texts.append(said)
            cell.inline.extend(inline)
        cell.text = " ".join(filter(None, texts))
        cell.is_bold = cell.inline.is_bold
        return cell
