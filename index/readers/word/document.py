"""Extracts text and blocks from DOCX, by traversing its XML.

The visible text is extracted: automatic numbers, field results, text boxes (once), headers and footers
(once per document), footnotes after the paragraph that references them, tracked changes as if accepted,
content controls, merged cells. Omitted are deleted and hidden text, field instructions, comments,
placeholders and the table of contents. None of mammoth, python-docx and docx2txt reads automatic numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.archives import open_archive
from index.readers.extracted_text import (
    LONGEST_REPEATED,
    Extract,
    Progress,
    TextBuilder,
    damaged,
    no_progress,
)
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.office.package import Package, unread_objects
from index.readers.tables.grid import MOST_TITLE_WORDS
from index.readers.tables.headings import Row, is_header
from index.readers.word.markup import attribute, child, children, local_name, value
from index.readers.word.numbering import Numbering, formatted, int_of, is_on
from index.text.structure.blocks import refined
from index.text.structure.labels import heading_label
from index.types import BlockKind

_MAIN: Final = "word/document.xml"
# Maximum nesting of elements; deeper ones are reduced to their words.
_DEEPEST: Final = 80
_MOST_LEVELS: Final = 9
_HEADING_STYLE: Final = regex.compile(
    r"(?i)(?:heading|عنوان|titre|überschrift|título|titolo|rubrik|kop|заголовок|标题|標題|見出し|başlık|nagłówek)"
    r"\s*([1-9])"
)
_TITLE_STYLES: Final = frozenset(("title", "العنوان"))
_CONTENTS_STYLE: Final = regex.compile(r"(?i)toc ?\d|toc heading|contents \d|table of (?:contents|figures)")
# Elements of a paragraph that aren't part of its text.
_SKIPPED: Final = frozenset((
    "del", "moveFrom", "rPr", "pPr", "sdtPr", "sdtEndPr", "instrText", "delText", "delInstrText", "fldData",
    "ffData", "tcPr", "trPr", "tblPr", "tblGrid", "tblPrEx", "sectPr", "annotationRef", "rt", "customXmlPr",
    "smartTagPr", "proofErr", "docPr", "rubyPr", "ctrlPr", "footnoteRef", "endnoteRef", "separator",
    "continuationSeparator",
))  # fmt: skip
_PAGE_FIELDS: Final = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_CHECKED: Final = "☒"
_UNCHECKED: Final = "☐"
_SYMBOLS: Final = {
    "F0FE": _CHECKED,
    "F0A8": _UNCHECKED,
    "F06F": _UNCHECKED,
    "F0FC": "✓",
    "F0FB": "✗",
    "F052": "☑",
}
# A table row with a cell of more words belongs to a layout table.
_MOST_CELL_WORDS: Final = 80
_MOST_COLUMNS: Final = 63


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the text of a Word document.

    Raises:
        Unextractable: it is damaged, or its unpacked size is over the limit.
    """
    with open_archive(content) as archive:
        package = Package(archive, _MAIN)
        reader = _Reader(package)
        reader.read()
        title, author, date = package.metadata()
        tags = package.tags()
    text, blocks = reader.builder.text, reader.builder.blocks
    blocks = refined(text, blocks, reader.builder.emphasized)
    headings = [
        " ".join(text[b.start : b.end].split()) for b in blocks if b.kind == "heading" and b.level == 1
    ]
    titles = reader.titles if len(reader.titles) == 1 else headings
    heading = titles[0] if len(titles) == 1 else ""
    return Extract(text, title, author, heading, date, blocks, unread_objects(package), tags=tags)


@dataclass(frozen=True)
class _Style:
    """A style, including properties inherited from its base styles.

    Attributes:
        name: Word's name of it, in English for built-in styles.
        level: of a heading, from 1; 0 for other styles.
        list_id, depth: the list that its paragraphs belong to, if any.
        is_hidden: whether its text is hidden.
    """

    name: str = ""
    level: int = 0
    list_id: str = ""
    depth: int | None = None
    is_hidden: bool = False
    is_bold: bool = False
    is_raised: bool = False

    @property
    def look(self) -> _Look:
        """The look of its text."""
        return _Look(self.is_hidden, self.is_bold, self.is_raised)


@dataclass(frozen=True)
class _Look:
    """How text looks: whether it is hidden, in bold, and raised above its line."""

    is_hidden: bool = False
    is_bold: bool = False
    is_raised: bool = False


class _Styles:
    def __init__(self, root: ElementTree.Element | None) -> None:
        self._elements: dict[str, ElementTree.Element] = {}
        self._default = ""
        for element in children(root, "style") if root is not None else ():
            name = attribute(element, "styleId")
            self._elements[name] = element
            if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true"):
                self._default = name
        self._known: dict[str, _Style] = {}

    def of(self, name: str) -> _Style:
        """The style of an id; the default style for None."""
        name = name or self._default
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def lists(self) -> dict[str, str]:
        """Maps each numbering style to its list."""
        return {
            name: value(child(child(element, "pPr"), "numPr"), "numId")
            for name, element in self._elements.items()
            if attribute(element, "type") == "numbering"
        }

    def _read(self, name: str) -> _Style:
        chain: list[ElementTree.Element] = []
        while name in self._elements and self._elements[name] not in chain and len(chain) < 30:
            chain.append(self._elements[name])
            name = value(chain[-1], "basedOn")
        style = _Style()
        for element in reversed(chain):
            own = value(element, "name")
            properties = child(element, "pPr")
            level = style.level
            if match := _HEADING_STYLE.fullmatch(own):
                level = int(match[1])
            elif own.casefold() in _TITLE_STYLES:
                level = 1
            if outline := value(properties, "outlineLvl"):
                level = _level_of(outline)
            numbers = child(properties, "numPr")
            depth = value(numbers, "ilvl")
            run = child(element, "rPr")
            style = _Style(
                own,
                level,
                value(numbers, "numId") or style.list_id,
                int_of(depth) if depth else style.depth,
                _switch(run, "vanish", style.is_hidden),
                _switch(run, "b", style.is_bold),
                _is_raised(run, style.is_raised),
            )
        return style


def _level_of(outline: str) -> int:
    """The level of a heading by its outline level, which counts from 0; 9 is body text."""
    level = int_of(outline, _MOST_LEVELS) + 1
    return level if 1 <= level <= _MOST_LEVELS else 0


def _switch(properties: ElementTree.Element | None, name: str, default: bool) -> bool:
    if properties is None or child(properties, name) is None:
        return default
    return is_on(properties, name)


def _is_raised(properties: ElementTree.Element | None, default: bool) -> bool:
    """Whether text is raised: as a superscript, or by some points."""
    if properties is None:
        return default
    position = value(properties, "position")
    if align := value(properties, "vertAlign"):
        return align == "superscript"
    return int_of(position) > 0 if position else default


@dataclass
class _Field:
    """An open field.

    Attributes:
        instruction: the code before its result.
        has_result: whether its result has begun.
        form: the value of a legacy form field.
    """

    instruction: str = ""
    has_result: bool = False
    form: str = ""


@dataclass
class _Inline:
    """The text of a paragraph.

    Attributes:
        parts: its text.
        boxes: contents of text boxes that are anchored in it.
        notes: (mark, id, whether it is an endnote) of each note that it references.
        bold, length: number of non-white-space characters in bold, and in total.
    """

    parts: list[str] = field(default_factory=list)
    boxes: list[ElementTree.Element] = field(default_factory=list)
    notes: list[tuple[str, str, bool]] = field(default_factory=list)
    bold: int = 0
    length: int = 0


@dataclass
class _Cell:
    """A cell of a table row.

    Attributes:
        paragraphs: texts in it.
        tables: tables in it.
        span: number of columns that it covers.
        merge: "restart" for a cell that spans several rows, "continue" for those that it covers, else "".
    """

    element: ElementTree.Element
    text: str = ""
    tables: list[ElementTree.Element] = field(default_factory=list)
    inline: _Inline = field(default_factory=_Inline)
    span: int = 1
    merge: str = ""
    is_bold: bool = False


class _Reader:
    def __init__(self, package: Package) -> None:
        self.builder = TextBuilder()
        self.titles: list[str] = []
        self._package = package
        self._styles = _Styles(package.related("styles"))
        self._numbering = Numbering(package.related("numbering"), self._styles.lists())
        self._notes = {
            is_end: {
                attribute(note, "id"): note
                for note in (root if root is not None else ())
                if attribute(note, "type") in ("", "normal")
            }
            for is_end, root in ((False, package.related("footnotes")), (True, package.related("endnotes")))
        }
        self._marks: dict[tuple[bool, str], str] = {}
        self._endnotes: list[tuple[str, str]] = []
        self._fields: list[_Field] = []
        self._tables = 0
        self._pending = ""
        self._depth = 0

    def read(self) -> None:
        """Reads headers, body, endnotes and footers."""
        body = child(self._package.main, "body")
        if body is None:
            raise damaged("no body in it")
        headers, footers = self._around(body)
        for text in headers:
            self.builder.add("page_header", text)
        self._body(body)
        self._flush()
        for mark, note in self._endnotes:
            self._note(mark, note, is_end=True)
        for text in footers:
            self.builder.add("page_footer", text)

    # Headers and footers

    def _around(self, body: ElementTree.Element) -> tuple[list[str], list[str]]:
        """The texts of headers and of footers, each once."""
        settings = self._package.related("settings")
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
                root = self._package.by_id(relationship)
                if root is None:
                    continue
                reader = _Reader.__new__(_Reader)
                reader.__dict__.update(
                    self.__dict__, builder=TextBuilder(), _fields=[], _pending="", _endnotes=[]
                )
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
                if not _is_contents(found) and not _is_placeholder(found):
                    content = child(found, "sdtContent")
                    if content is not None:
                        self._nested(content, self._body)
            elif name == "AlternateContent":
                self._nested(_chosen(found), self._body)
            elif name not in _SKIPPED and len(found):
                self._nested(found, self._body)
        self._depth -= 1

    def _nested(self, element: ElementTree.Element, read: Callable[[ElementTree.Element], None]) -> None:
        if self._depth < _DEEPEST:
            read(element)
        else:
            self.builder.add("paragraph", _words(element))

    def _paragraph(self, element: ElementTree.Element) -> None:
        properties = child(element, "pPr")
        style_id = value(properties, "pStyle")
        style = self._styles.of(style_id)
        if _CONTENTS_STYLE.fullmatch(style.name):
            self._inline(element, _Inline(), style)  # fields may begin or end in it
            return
        inline = _Inline()
        self._inline(element, inline, style)
        text = self._pending + with_raised("".join(inline.parts))
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
        inline: _Inline,
        properties: ElementTree.Element | None,
        style_id: str,
        style: _Style,
    ) -> None:
        outline = value(properties, "outlineLvl")
        level = _level_of(outline) if outline else style.level
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
            if style.name.casefold() in _TITLE_STYLES:
                self.titles.append(" ".join(said.split()))
        elif style.name.casefold() == "caption":
            kind = "caption"
        elif label and not (is_numbered and heading_label(said) and heading_label(label)):
            kind = "list_item"
        level = level if kind == "heading" else min(depth + 1, _MOST_LEVELS) if kind == "list_item" else 0
        emphasized = inline.length > 0 and inline.bold == inline.length
        self.builder.add(kind, said, level=level, label=label, is_emphasized=emphasized)

    def _list_of(
        self, properties: ElementTree.Element | None, style_id: str, style: _Style
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

    def _behind(self, inline: _Inline) -> None:
        """Adds the text boxes and footnotes anchored in a paragraph."""
        for box in inline.boxes:
            pending, self._pending = self._pending, ""
            fields, self._fields = self._fields, []
            self._nested(box, self._body)
            self._flush()
            self._pending, self._fields = pending, fields
        for mark, note, is_end in inline.notes:
            if is_end:
                self._endnotes.append((mark, note))
            else:
                self._note(mark, note, is_end=False)

    def _note(self, mark: str, note: str, *, is_end: bool) -> None:
        element = self._notes[is_end].pop(note, None)
        if element is None:
            return
        text = " ".join(filter(None, (self._text_within(found) for found in _paragraphs(element))))
        self.builder.add_note(f"{mark} {text}" if text else "", mark)

    def _text_within(self, paragraph: ElementTree.Element) -> str:
        inline = _Inline()
        fields, self._fields = self._fields, []
        self._inline(paragraph, inline, self._styles.of(value(child(paragraph, "pPr"), "pStyle")))
        self._fields = fields
        return " ".join(with_raised("".join(inline.parts)).split())

    # Tables

    def _table(self, element: ElementTree.Element) -> None:
        rows = [row for row in _within(element, "tr") if not _is_deleted_row(row)]
        cells = [[self._cell(found) for found in _within(row, "tc")] for row in rows]
        width = max((sum(c.span for c in row) for row in cells), default=0)
        is_layout = width <= 1 or any(len(c.text.split()) > _MOST_CELL_WORDS for row in cells for c in row)
        if is_layout or not any(c.text for row in cells for c in row):
            for row in cells:
                for cell in row:
                    self._nested(cell.element, self._body)
                    self._flush()
            return
        self._tables += 1
        table = self._tables
        shown = self._merged([[*row] for row in cells])
        titles = _titles(rows, shown)
        headers = titles + _header_rows(rows[titles:], shown[titles:])
        columns: list[str] = [""] * min(width, _MOST_COLUMNS)
        for number, row in enumerate(shown):
            is_header = number < headers
            if number < titles:
                self.builder.add("caption", next(cell.text for cell in row if cell.text))
            else:
                named = _column_headings(row, _before(rows[number]), columns, is_header)
                self.builder.add_row([cell.text for cell in row], named, table=table, is_header=is_header)
            for cell in cells[number]:
                self._behind_cell(cell)

    def _behind_cell(self, cell: _Cell) -> None:
        """Adds what a row can't hold: a cell's nested tables, text boxes and notes."""
        if cell.merge == "continue":
            return
        for nested in cell.tables:
            self._nested(nested, self._table)
        self._behind(cell.inline)

    def _cell(self, element: ElementTree.Element) -> _Cell:
        properties = child(element, "tcPr")
        merge = child(properties, "vMerge")
        cell = _Cell(element, span=max(1, min(int_of(value(properties, "gridSpan"), 1), _MOST_COLUMNS)))
        if merge is not None:
            cell.merge = "restart" if attribute(merge, "val") == "restart" else "continue"
        texts = []
        for paragraph in _paragraphs(element, cell.tables):
            inline = _Inline()
            properties = child(paragraph, "pPr")
            style_id = value(properties, "pStyle")
            style = self._styles.of(style_id)
            self._inline(paragraph, inline, style)
            said = " ".join(with_raised("".join(inline.parts)).split())
            list_id, depth = self._list_of(properties, style_id, style)
            number = self._numbering.next(list_id, depth) if list_id and cell.merge != "continue" else None
            if number and number.label and not number.is_bullet:
                said = f"{number.label} {said}".strip()
            texts.append(said)
            cell.inline.boxes.extend(inline.boxes)
            cell.inline.notes.extend(inline.notes)
            cell.inline.bold += inline.bold
            cell.inline.length += inline.length
        cell.text = " ".join(filter(None, texts))
        cell.is_bold = cell.inline.length > 0 and cell.inline.bold == cell.inline.length
        return cell

    @staticmethod
    def _merged(rows: list[list[_Cell]]) -> list[list[_Cell]]:
        """The rows, with the text of vertically merged cells repeated in each."""
        above: dict[int, _Cell] = {}
        for row in rows:
            place = 0
            for number, cell in enumerate(row):
                if cell.merge == "continue" and place in above:
                    if len(above[place].text) <= LONGEST_REPEATED:
                        row[number] = replace(cell, text=above[place].text, is_bold=above[place].is_bold)
                elif cell.merge == "restart":
                    above[place] = cell
                else:
                    above.pop(place, None)
                place += cell.span
        return rows

    # Text

    def _inline(self, element: ElementTree.Element, inline: _Inline, style: _Style) -> None:
        """Reads the text of a paragraph iteratively, through all its elements."""
        stack = [(found, style.look) for found in reversed(element)]
        while stack:
            found, look = stack.pop()
            name = local_name(found)
            if self._is_without_content(found, name):
                continue
            if (written := _composed(found, name)) is not None:
                self._say(inline, written, look)
                continue
            if name == "AlternateContent":
                stack.append((_chosen(found), look))
                continue
            if name == "txbxContent":
                inline.boxes.extend(() if look.is_hidden else (found,))
                continue
            if name == "r":
                look = self._run_look(found, look)
            elif name == "fldChar":
                self._field(found, inline, look)
            elif said := self._character(found, name, inline, look.is_hidden):
                self._say(inline, said, look)
            if name not in ("t", "fldChar"):
                stack.extend((inner, look) for inner in reversed(found))

    def _is_without_content(self, element: ElementTree.Element, name: str) -> bool:
        """Whether an element adds nothing to the text. An instruction is added to its field."""
        if name == "instrText" and self._fields and not self._fields[-1].has_result:
            self._fields[-1].instruction += element.text or ""
        return (
            name in _SKIPPED
            or (name == "sdt" and _is_placeholder(element))
            or (name == "fldSimple" and _is_page_field(attribute(element, "instr")))
        )

    def _run_look(self, run: ElementTree.Element, look: _Look) -> _Look:
        """The look of a run within text of another look."""
        properties = child(run, "rPr")
        if properties is None:
            return look
        style = self._styles.of(value(properties, "rStyle")) if value(properties, "rStyle") else None
        bold = _switch(properties, "b", (style is not None and style.is_bold) or look.is_bold)
        return _Look(
            _switch(properties, "vanish", style.is_hidden if style else look.is_hidden),
            bold or _switch(properties, "bCs", False),
            _is_raised(properties, style.is_raised if style else look.is_raised),
        )

    def _character(self, element: ElementTree.Element, name: str, inline: _Inline, hidden: bool) -> str:
        """The visible text of a leaf element."""
        if name == "t":
            text = element.text or ""
            if element.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve" and "\n" in text:
                text = text.strip()
            return regex.sub(r"[\r\n\t]+", " ", text)
        if name in ("footnoteReference", "endnoteReference"):
            return "" if hidden else self._call(element, inline, name == "endnoteReference")
        if name == "sym":
            return _SYMBOLS.get(attribute(element, "char").upper(), "")
        return {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "\u2011"}.get(name) or (
            ("\n" if attribute(element, "type") in ("", "textWrapping") else " ") if name == "br" else ""
        )

    def _call(self, element: ElementTree.Element, inline: _Inline, is_end: bool) -> str:
        """The reference mark of a note; footnotes follow the paragraph, endnotes are at the end."""
        note = attribute(element, "id")
        if note not in self._notes[is_end] and (is_end, note) not in self._marks:
            return ""
        if (is_end, note) not in self._marks:
            count = 1 + sum(kind == is_end for kind, _ in self._marks)
            shown = formatted(count, "lowerRoman") if is_end else str(count)
            self._marks[is_end, note] = f"[{shown}]"
            inline.notes.append((self._marks[is_end, note], note, is_end))
        return self._marks[is_end, note]

    def _field(self, element: ElementTree.Element, inline: _Inline, look: _Look) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field(form=_form(child(element, "ffData"))))
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if ended.form:
                self._say(inline, ended.form, look)

    def _say(self, inline: _Inline, text: str, look: _Look) -> None:
        if look.is_hidden or any(not f.has_result or _is_page_field(f.instruction) for f in self._fields):
            return
        inline.parts.append(f"{RAISED_START}{text}{RAISED_END}" if look.is_raised else text)
        ink = sum(not c.isspace() for c in text)
        inline.length += ink
        inline.bold += ink if look.is_bold else 0


def _column_headings(row: Sequence[_Cell], place: int, columns: list[str], is_header: bool) -> list[str]:
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
                columns[column] = " ".join(filter(None, (columns[column], cell.text)))
        else:
            named.append(" ".join(dict.fromkeys(filter(None, (columns[column] for column in covered)))))
        place += cell.span
    return named


def _composed(element: ElementTree.Element, name: str) -> str | None:
    """The text of an annotation, a fraction or a power; None if it is something else."""
    if name == "ruby":
        base, note = (_words(part) for part in (child(element, "rubyBase"), child(element, "rt")))
        return f"{base} ({note})" if note else base
    if name == "f" and "math" in str(element.tag):
        return "/".join(_words(child(element, part)) for part in ("num", "den"))
    if name == "sSup":
        return "^".join(_words(child(element, part)) for part in ("e", "sup"))
    return None


def _form(data: ElementTree.Element | None) -> str:
    """The value of a legacy form field that isn't in its result: a check mark or a list choice."""
    box, choices = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        name = "checked" if child(box, "checked") is not None else "default"
        return _CHECKED if is_on(box, name) else _UNCHECKED
    if choices is not None:
        entries = [attribute(entry, "val") for entry in children(choices, "listEntry")]
        chosen = int_of(value(choices, "result") or value(choices, "default"))
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def _is_page_field(instruction: str) -> bool:
    return instruction.split()[:1] != [] and instruction.split()[0].upper() in _PAGE_FIELDS


def _words(element: ElementTree.Element | None) -> str:
    """All text within an element, at any depth."""
    if element is None:
        return ""
    return "".join(found.text or "" for found in element.iter() if local_name(found) == "t")


def _chosen(alternatives: ElementTree.Element) -> ElementTree.Element:
    """The first alternative that has text or a text box, else an empty element."""
    for found in alternatives:
        if local_name(found) in ("Choice", "Fallback") and any(
            local_name(inner) in ("t", "txbxContent") for inner in found.iter()
        ):
            return found
    return ElementTree.Element("none")


def _is_contents(control: ElementTree.Element) -> bool:
    gallery = child(child(control, "sdtPr"), "docPartObj")
    return value(gallery, "docPartGallery").casefold() == "table of contents"


def _is_placeholder(control: ElementTree.Element) -> bool:
    """Whether a content control shows its placeholder."""
    properties = child(control, "sdtPr")
    return properties is not None and is_on(properties, "showingPlcHdr")


def _paragraphs(
    element: ElementTree.Element, tables: list[ElementTree.Element] | None = None
) -> Iterator[ElementTree.Element]:
    """Yields the paragraphs of a cell or a note, including those in controls; nested tables are collected."""
    stack = list(reversed(element))
    while stack:
        found = stack.pop()
        name = local_name(found)
        if name == "p":
            yield found
        elif name == "tbl":
            if tables is not None:
                tables.append(found)
        elif name == "AlternateContent":
            stack.append(_chosen(found))
        elif name not in _SKIPPED and not (name == "sdt" and _is_placeholder(found)):
            stack.extend(reversed(found))


def _within(element: ElementTree.Element, wanted: str) -> Iterator[ElementTree.Element]:
    """Yields the rows of a table or cells of a row, including those in controls and tracked changes."""
    stack = list(reversed(element))
    while stack:
        found = stack.pop()
        name = local_name(found)
        if name == wanted:
            yield found
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            stack.extend(reversed(found))


def _is_deleted_row(row: ElementTree.Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def _before(row: ElementTree.Element) -> int:
    """The number of table columns that a row leaves empty at its start."""
    return max(0, min(int_of(value(child(row, "trPr"), "gridBefore")), _MOST_COLUMNS))


def _header_rows(rows: Sequence[ElementTree.Element], cells: Sequence[Sequence[_Cell]]) -> int:
    """The number of header rows of a table."""
    marked = 0
    for row in rows:
        properties = child(row, "trPr")
        if properties is None or not is_on(properties, "tblHeader"):
            break
        marked += 1
    if 0 < marked < len(rows):
        return marked
    first, others = cells[0], cells[1:]
    is_bold = all(cell.is_bold for cell in first if cell.text)
    is_bold = is_bold and not all(cell.is_bold for row in others for cell in row)
    return int(bool(others) and is_header(_row(first), list(map(_row, others)), is_bold=is_bold))


def _row(cells: Sequence[_Cell]) -> Row:
    return [text for cell in cells for text in (cell.text, *[None] * (cell.span - 1))]


def _titles(rows: Sequence[ElementTree.Element], cells: Sequence[Sequence[_Cell]]) -> int:
    """The number of rows above a table's headings that are its title: one cell across its columns."""
    count = 0
    for shown in cells[:-1]:
        said = [cell for cell in shown if cell.text]
        if len(said) != 1 or said[0].span < 2 or len(said[0].text.split()) > MOST_TITLE_WORDS:
            break
        count += 1
    properties = child(rows[count], "trPr") if count else None
    return 0 if properties is not None and is_on(properties, "tblHeader") else count
