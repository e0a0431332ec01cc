"""Extracts text and blocks from HTML, by traversing the tree that turbohtml builds.

turbohtml follows the HTML standard in linear time: like browsers it limits nesting to 512 elements and makes
deeper ones siblings of the deepest. Measured on hostile pages of 1 to 10 MB (unclosed comments, attributes
and declarations, 2,000,000 nested divs, 300,000 formatting elements): .1 to .6 seconds each. Of the
alternatives, html.parser is quadratic in unclosed comments and tags (up to Python 3.13.5), lexbor in depth,
and lxml loses the text of elements that are nested deeper than 2,048.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import regex
from turbohtml import Document, Element, Namespace, Node, Text, parse

from index.readers.extracted_text import (
    LONGEST_REPEATED,
    Extract,
    Progress,
    TextBuilder,
    no_progress,
    tags_of,
)
from index.readers.inline.html_values import FIELDS, field_value, formula
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.plain_text import decode
from index.readers.tables.grid import MOST_TITLE_WORDS
from index.readers.tables.headings import Row, is_header
from index.readers.word.numbering import formatted
from index.text.structure.blocks import refined
from index.types import BlockKind

# Elements that aren't part of the content: code, menus, a site's page frame.
_SKIPPED: Final = frozenset((
    "script", "style", "template", "noscript", "svg", "iframe", "object", "video", "audio",
    "canvas", "head", "nav", "aside", "button", "dialog",
))  # fmt: skip
_SKIPPED_ROLES: Final = frozenset((
    "navigation", "banner", "complementary", "contentinfo", "search", "menu", "dialog",
))  # fmt: skip
_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_LISTS: Final = frozenset(("ol", "ul", "menu"))
_BOLD: Final = frozenset(("b", "strong"))
_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
_MOST_LEVELS: Final = 9
_NUMBERS: Final = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal",
}  # fmt: skip
_LIST_STYLES: Final = {
    "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
}  # fmt: skip
_LIST_STYLE: Final = regex.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")
_TITLES: Final = frozenset(("og:title", "citation_title", "dc.title", "dcterms.title"))
_AUTHORS: Final = frozenset(("author", "article:author", "citation_author", "dc.creator", "dcterms.creator"))
_TAGS: Final = frozenset(("keywords", "article:tag", "citation_keywords"))
_DATES: Final = (
    "article:published_time", "datepublished", "citation_publication_date", "citation_date", "dcterms.issued",
    "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "date", "pubdate",
)  # fmt: skip
# By which a page names its encoding, in the XML declaration or in its head.
_CHARSET: Final = regex.compile(
    rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,200}encoding)\s*=\s*[\"']?\s*([\w-]+)", regex.IGNORECASE
)
_LONGEST_HEAD: Final = 1 << 16
_NOTES: Final = frozenset((
    "doc-footnote", "doc-endnote", "doc-endnotes", "footnote", "footnotes", "rearnote", "rearnotes", "endnote",  # noqa: E501
    "endnotes",
))  # fmt: skip
_NOTE_CALLS: Final = frozenset(("doc-noteref", "noteref"))
_NOTE_NUMBER: Final = regex.compile(r"\s*[\[(]?(\p{Nd}{1,3}|[*†‡§])[\])]?\s*")
_SPACES: Final = regex.compile(r"[ \t\n\f\r]+")
_HIDDEN: Final = regex.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_LINE_BREAK: Final = "\v"  # within a block, until its lines are trimmed
# XML allows any element to be self-closing; HTML parses that as a start tag, with all that follows as its
# content. Every "<" is examined once: neither name nor attributes contain another one.
_EMPTY_ELEMENT: Final = regex.compile(r"<([A-Za-z][^\s<>/]*+)([^<>]*+)(?<=/)>")
_VOID: Final = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))  # fmt: skip
# A table with a cell of more words is a layout table.
_MOST_CELL_WORDS: Final = 80
_MOST_COLUMNS: Final = 100
_MOST_ROWS: Final = 1000
# A longer footer, or one with a greater share of links, is a site's.
_MOST_FOOTER_WORDS: Final = 80
_MOST_LINKS: Final = 0.5


def extract_page(
    content: bytes,
    progress: Progress = no_progress,  # noqa: ARG001
    *,
    is_xml: bool = False,
    claimed: str = "",
) -> Extract:
    """Extracts the text of a page in any encoding; otherwise as `extract`.

    Args:
        content: the page's bytes.
        progress: not called.
        is_xml: as for `extract`; a page with an XML declaration is XHTML as well.
        claimed: its encoding according to its sender; by default the one that the page declares.

    Raises:
        Unextractable: its encoding isn't known.
    """
    named = _CHARSET.search(content[:_LONGEST_HEAD])
    page = decode(content, claimed or (named[1].decode() if named else ""))
    return extract(page, is_xml=is_xml or page.lstrip().startswith("<?xml"))


extract_xhtml: Final = partial(extract_page, is_xml=True)
"""As `extract_page`, of XHTML."""


def extract(html: str, *, is_xml: bool = False) -> Extract:
    """Extracts the text of a page as paragraphs, headings, list items and table rows.

    Scripts, menus, side columns and a site's footer are skipped; a short footer without many links is a
    `page_footer`. `heading` is the page's first-level heading
    if it has only one. List item numbers, which a browser generates, are part of the text.

    Args:
        html: the page.
        is_xml: whether it is XHTML, where `<title/>` is a complete element.
    """
    document = parse(_EMPTY_ELEMENT.sub(_expanded, html) if is_xml else html, positions=False)
    builder = TextBuilder()
    _Walk(builder).read(document)
    text = builder.text
    blocks = refined(text, builder.blocks, builder.emphasized)
    headings = [
        " ".join(text[block.start : block.end].split())
        for block in builder.blocks
        if block.kind == "heading" and block.level == 1
    ]
    title, author, date, tags = _metadata(document)
    heading = headings[0] if len(headings) == 1 else ""
    return Extract(text, title, author, heading, date, blocks, tags=tags)


@dataclass
class _List:
    """An open list.

    Attributes:
        depth: 1 for a list that isn't nested.
        number_format: as in `formatted`; empty for bullets.
        following: the number of its next item.
        step: the increment between numbers.
    """

    depth: int
    number_format: str
    following: int = 1
    step: int = 1


@dataclass
class _Item:
    """A list item: its first block carries the label."""

    depth: int
    label: str
    is_bullet: bool
    is_begun: bool = False
    place: int = -1  # of its block, from 1


@dataclass(frozen=True)
class _Context:
    """The properties that open elements give to the text in them."""

    kind: BlockKind = "paragraph"
    level: int = 0
    is_preformatted: bool = False
    is_quotation: bool = False  # a quotation's footer names its source
    is_bold: bool = False
    is_note: bool = False
    is_raised: bool = False
    is_term: bool = False
    is_definition: bool = False
    list: _List | None = None
    item: _Item | None = None

    def inside(self, element: Element) -> _Context:
        """The context inside an element."""
        tag = element.tag
        context = self
        if _is_note(element):
            context = replace(context, kind="footnote", is_note=True)
        if tag in _LEVELS:
            return replace(context, kind="heading", level=_LEVELS[tag], item=None)
        if tag in _LISTS:
            return replace(context, list=_list(element, context.list.depth if context.list else 0), item=None)
        if tag == "li":
            kind: BlockKind = "footnote" if context.is_note else "list_item"
            return replace(context, kind=kind, level=0, item=_item(element, context.list))
        if tag in ("caption", "figcaption"):
            return replace(context, kind="caption", level=0)
        if tag in _CELLS:
            return replace(context, kind="footnote" if context.is_note else "paragraph", level=0)
        return context._looking_as(tag)

    def _looking_as(self, tag: str) -> _Context:
        """The context inside an element that changes how its text looks, or what it is for."""
        if tag == "pre":
            return replace(self, is_preformatted=True)
        if tag in ("blockquote", "figure"):
            return replace(self, is_quotation=True)
        if tag in ("dt", "dd"):
            return replace(self, is_term=tag == "dt", is_definition=tag == "dd")
        if tag in _BOLD or tag == "sup":
            is_raised = self.is_raised or tag == "sup"
            return replace(self, is_bold=self.is_bold or tag in _BOLD, is_raised=is_raised)
        return self


class _Walk:
    """Traverses a page iteratively and adds its blocks to a builder."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._parts: list[str] = []
        self._ink = self._bold = 0
        self._tables = 0
        self._term = ""  # of a list of definitions, until its definition
        self._footers: dict[str, None] = {}

    def read(self, document: Document) -> None:
        # A node to enter, with its context, or an element to leave (True), which ends a block.
        stack: list[tuple[Node, _Context, bool]] = [(document, _Context(), False)]
        while stack:
            node, context, is_end = stack.pop()
            if isinstance(node, Text):
                self._add(node.data, context)
            elif is_end:
                self._end(context)
            elif isinstance(node, Element):
                if self._is_left_out(node, context) or self._add_mark(node, context):
                    continue
                inner = context.inside(node)
                if node.tag in _BLOCKS:
                    self._end(context)
                    stack.append((node, inner, True))
                    if node.tag == "table" and (table := _Table.of(node)):
                        stack.extend((nested, inner, False) for nested in reversed(self._table(table)))
                        continue
                stack.extend((child, inner, False) for child in reversed(node.children))
            else:
                stack.extend((child, context, False) for child in reversed(node.children))
        self._end(_Context())
        self._end_term()
        for said in self._footers:
            self._builder.add("page_footer", said)

    def _is_left_out(self, element: Element, context: _Context) -> bool:
        """Whether an element is skipped where it stands; a page's footer is kept for the end."""
        if not _is_skipped(element, context):
            return False
        if element.tag in _BLOCKS:
            self._end(context)
        if element.tag == "footer" and (said := _footer(element)):
            self._footers.setdefault(said)
        return True

    def _add_mark(self, element: Element, context: _Context) -> bool:
        """Adds a line break or a note's reference mark; returns whether the element is one."""
        if element.tag == "br":
            self._parts.append(_LINE_BREAK)
        elif (said := _shown(element)) is not None:
            self._add(said, context)
        else:
            return False
        return True

    def _add(self, text: str, context: _Context) -> None:
        if context.is_preformatted:
            text = text.replace("\r\n", "\n").replace("\n", _LINE_BREAK)
        else:
            text = _SPACES.sub(" ", text)
        self._parts.append(f"{RAISED_START}{text}{RAISED_END}" if context.is_raised else text)
        if not text.isspace():
            self._ink += 1
            self._bold += context.is_bold

    def _end(self, context: _Context) -> None:
        """Ends the current block, and adds it if it has any text."""
        text, ink, bold = with_raised("".join(self._parts)), self._ink, self._bold
        self._parts, self._ink, self._bold = [], 0, 0
        if not ink:
            return
        if context.is_preformatted:
            lines = [line.rstrip() for line in text.split(_LINE_BREAK)]
        else:
            lines = [line.strip(" ") for line in _SPACES.sub(" ", text).split(_LINE_BREAK)]
        kept = "\n".join(line for line in lines if line)
        if context.is_term:
            self._end_term()
            self._term = " ".join(kept.split()).rstrip(":： ")
            return
        kind, level, label = context.kind, context.level, ""
        if context.item is not None and kind in ("list_item", "footnote"):
            if context.item.is_begun:
                kind = "footnote" if kind == "footnote" else "paragraph"
            else:
                context.item.is_begun = True
                label = context.item.label
                level = context.item.depth if kind == "list_item" else 0
                if label and not context.item.is_bullet:
                    kept = f"{label} {kept}"
        item = context.item
        if item is not None and item.place == self._builder.count and self._builder.add_to_item(kept):
            return
        if self._term and context.is_definition and kind == "paragraph":
            term = self._term
            kept, label, self._term = f"{term}: {kept}", term, ""
        self._end_term()
        self._builder.add(kind, kept, level=level, label=label, is_emphasized=bold == ink)
        if item is not None and kind == "list_item":
            item.place = self._builder.count

    def _end_term(self) -> None:
        """Adds a term without a definition."""
        term, self._term = self._term, ""
        self._builder.add("paragraph", term)

    def _table(self, table: _Table) -> list[Element]:
        """Adds a table's captions and rows, and returns the tables nested in its cells."""
        self._end_term()
        for caption in table.captions:
            self._builder.add("caption", caption)
        self._tables += 1
        columns: list[str] = []
        for number, row in enumerate(table.grid):
            is_header = number < table.headers
            if is_header:
                columns.extend([""] * (len(row) - len(columns)))
                for place, cell in enumerate(row):
                    columns[place] = " ".join(dict.fromkeys(filter(None, (columns[place], cell.text))))
            places = [i for i, cell in enumerate(row) if not i or cell is not row[i - 1]]
            named = []
            for place, end in zip(places, [*places[1:], len(row)], strict=True):
                named.append(" ".join(dict.fromkeys(filter(None, columns[place:end]))))
            self._builder.add_row(
                [row[place].text for place in places],
                () if is_header else named,
                table=self._tables,
                is_header=is_header,
            )
        return table.nested


@dataclass
class _Cell:
    text: str
    is_heading: bool
    columns: int
    rows: int
    is_bold: bool = False


@dataclass
class _Table:
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
    def of(cls, element: Element) -> _Table | None:
        """The data table of an element; None for a layout table."""
        if _value(element, "role").casefold() in ("presentation", "none"):
            return None
        table = cls([], 0)
        rows: list[tuple[list[_Cell], bool]] = []
        has_heading = False
        is_divided = False
        for tag, found, in_head in _parts_of(element):
            if tag == "caption":
                table.captions.append(_flat(found, table.nested)[0])
            else:
                cells = []
                for cell in found.children:
                    if isinstance(cell, Element) and cell.tag in _CELLS and not _is_skipped(cell, _Context()):
                        before = len(table.nested)
                        text, parts = _flat(cell, table.nested)
                        has_heading = has_heading or cell.tag == "th"
                        is_divided = is_divided or parts or len(table.nested) > before
                        is_divided = is_divided or len(text.split()) > _MOST_CELL_WORDS
                        cells.append(
                            _Cell(
                                text,
                                cell.tag == "th",
                                _count(cell, "colspan", _MOST_COLUMNS),
                                _count(cell, "rowspan", _MOST_ROWS),
                                _is_bold(cell, text),
                            )
                        )
                if cells:
                    rows.append((cells, in_head))
        is_single = all(len(cells) < 2 for cells, _ in rows)
        # What a grid can't hold is read cell by cell.
        is_too_wide = any(len(cells) > _MOST_COLUMNS for cells, _ in rows)
        if (is_divided and not has_heading) or is_single or is_too_wide or not rows:
            return None
        table._fill(rows)
        return table

    def _fill(self, rows: Sequence[tuple[list[_Cell], bool]]) -> None:
        spanning: dict[int, tuple[_Cell, int]] = {}
        self.grid.extend(_grid_row(cells, spanning) for cells, _ in rows)
        heads = 0
        for number, (cells, in_head) in enumerate(rows):
            if heads == number and (in_head or all(cell.is_heading for cell in cells)):
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
            is_title = (
                all(cell is row[0] for cell in row) and 0 < len(row[0].text.split()) <= MOST_TITLE_WORDS
            )
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
    while len(row) < _MOST_COLUMNS and (waiting or len(row) in spanning):
        place = len(row)
        if place in spanning:
            above, left = spanning.pop(place)
            row.append(above)
            if left > 1:
                spanning[place] = (above, left - 1)
            continue
        cell = waiting.pop()
        below = cell if len(cell.text) <= LONGEST_REPEATED else _Cell("", is_heading=False, columns=1, rows=1)
        for column in range(place, min(place + cell.columns, _MOST_COLUMNS)):
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
        if isinstance(node, Element) and node.tag in _BOLD:
            bold += sum(not char.isspace() for char in node.text)
        elif isinstance(node, Element):
            stack.extend(node.children)
    return 0 < letters <= bold


def _parts_of(table: Element) -> Iterator[tuple[str, Element, bool]]:
    """Yields a table's captions and rows, and whether each is in its head; nested tables are excluded."""
    stack: list[tuple[Node, bool]] = [(child, False) for child in reversed(table.children)]
    while stack:
        node, in_head = stack.pop()
        if not isinstance(node, Element) or _is_skipped(node, _Context()):
            continue
        if node.tag in ("caption", "tr"):
            yield node.tag, node, in_head
        elif node.tag in ("thead", "tbody", "tfoot"):
            stack.extend((child, node.tag == "thead") for child in reversed(node.children))


def _flat(element: Element, nested: list[Element]) -> tuple[str, bool]:
    """The text of a cell on one line, and whether it has headings or several paragraphs, as in a page layout.

    Nested tables are added to `nested`.
    """
    parts: list[str] = []
    paragraphs = 0
    has_heading = False
    # What stands where an element ends as text: a space after a block.
    stack: list[Node | str] = list(reversed(element.children))
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Text):
            parts.append(node.data)
        elif isinstance(node, Element):
            if node.tag == "table":
                nested.append(node)
                continue
            if _is_skipped(node, _Context()):
                continue
            if (said := _shown(node)) is not None:
                parts.append(said)
                continue
            if node.tag == "br" or node.tag in _BLOCKS:
                parts.append(" ")
                paragraphs += node.tag in ("p", "section", "article")
                has_heading = has_heading or node.tag in _LEVELS
                stack.append(" ")
            elif node.tag == "sup":
                parts.append(RAISED_START)
                stack.append(RAISED_END)
            stack.extend(reversed(node.children))
    return " ".join(with_raised("".join(parts)).split()), has_heading or paragraphs > 2


def _footer(element: Element) -> str:
    """The text of a page's footer on one line; empty if it is hidden, or a site's."""
    if _is_skipped(element, _Context(is_quotation=True)):
        return ""
    words = _flat(element, [])[0].split()
    links = sum(len(link.text.split()) for link in element.iter_elements("a"))
    is_own = len(words) <= _MOST_FOOTER_WORDS and links <= _MOST_LINKS * len(words)
    return " ".join(words) if is_own else ""


def _list(element: Element, depth: int) -> _List:
    depth = min(depth + 1, _MOST_LEVELS)
    if element.tag != "ol":
        return _List(depth, "")
    style = _LIST_STYLE.search(_value(element, "style").casefold())
    if style and style[1] == "none":
        return _List(depth, "")
    named = _NUMBERS.get(_value(element, "type"), "decimal")
    kind = _LIST_STYLES.get(style[1], named) if style else named
    is_reversed = "reversed" in element.attrs
    items = sum(isinstance(child, Element) and child.tag == "li" for child in element.children)
    start = _integer(_value(element, "start"), items if is_reversed else 1)
    return _List(depth, kind, start, -1 if is_reversed else 1)


def _item(element: Element, of: _List | None) -> _Item:
    if of is None:
        return _Item(1, "•", is_bullet=True)
    if not of.number_format:
        return _Item(of.depth, "•", is_bullet=True)
    number = _integer(_value(element, "value"), of.following)
    of.following = number + of.step
    return _Item(of.depth, f"{formatted(number, of.number_format)}.", is_bullet=False)


def _integer(text: str, default: int) -> int:
    return int(text) if regex.fullmatch(r"\s*-?[0-9]{1,6}\s*", text) else default


def _count(element: Element, name: str, most: int) -> int:
    """The number of rows or columns that a cell spans."""
    if name not in element.attrs:
        return 1
    number = _integer(_value(element, name), 1)
    return most if name == "rowspan" and number == 0 else max(1, min(number, most))


def _is_note(element: Element) -> bool:
    if not element.attrs:  # of most elements
        return False
    names = f"{_value(element, 'role')} {_value(element, 'epub:type')} {_value(element, 'class')}"
    return not _NOTES.isdisjoint(names.casefold().split()) and element.tag in (
        "aside", "section", "div", "li", "ol", "p", "dd", "footer", "ul",
    )  # fmt: skip


def _note_call(element: Element) -> str:
    """The number of the note that an element refers to; empty if it is no note's reference mark.

    It is written in brackets: without its raised position it would read as a part of the word before it.
    """
    if element.tag not in ("a", "sup"):
        return ""
    inner = [child for child in element.children if isinstance(child, Element)]
    link = element if element.tag == "a" else inner[0] if len(inner) == 1 else None
    if link is None or link.tag != "a" or not _value(link, "href").startswith("#"):
        return ""
    names = f"{_value(link, 'role')} {_value(link, 'epub:type')}".casefold().split()
    is_call = element.tag == "sup" or not _NOTE_CALLS.isdisjoint(names)
    number = _NOTE_NUMBER.fullmatch(element.text) if is_call else None
    return number[1] if number else ""


def _shown(element: Element) -> str | None:
    """What an element shows instead of its text: a value, a formula or a note's mark; else None."""
    if element.tag in FIELDS:
        return f" {value} " if (value := field_value(element)) else ""
    if element.tag == "math":
        return formula(element)
    call = _note_call(element)
    return f"[{call}]" if call else None


def _is_skipped(element: Element, context: _Context) -> bool:
    attributes = element.attrs
    if element.tag in ("aside", "footer") and _is_note(element):
        return False
    if element.tag in _SKIPPED or (element.tag == "footer" and not context.is_quotation):
        return True
    return bool(attributes) and (
        _value(element, "role").casefold() in _SKIPPED_ROLES
        or "hidden" in attributes
        or _value(element, "aria-hidden").casefold() == "true"
        or _HIDDEN.search(_value(element, "style")) is not None
    )


def _metadata(document: Document) -> tuple[str, str, str, tuple[str, ...]]:
    """Title, author, date and keywords from the page's metadata."""
    named: dict[str, str] = {}
    keywords: list[str] = []
    for meta in document.iter_elements("meta"):
        name = _value(meta, "property") or _value(meta, "name") or _value(meta, "itemprop")
        named.setdefault(name.casefold(), _value(meta, "content"))
        keywords += [_value(meta, "content")] if name.casefold() in _TAGS else []
    for time in document.iter_elements("time"):
        if _value(time, "itemprop").casefold() == "datepublished" or "pubdate" in time.attrs:
            named.setdefault("datepublished", _value(time, "datetime"))
    titles = (title.text for title in document.iter_elements("title") if title.namespace is Namespace.HTML)
    title = next((value for name in sorted(_TITLES) if (value := named.get(name))), "") or next(titles, "")
    author = next((value for name in sorted(_AUTHORS) if (value := named.get(name))), "")
    date = next((value for name in _DATES if (value := named.get(name))), "")
    day = regex.sub(r"^(\d{4}-\d{2}-\d{2})T.*", r"\1", date.strip())
    return title, author, day, tags_of(*keywords)


def _value(element: Element, name: str) -> str:
    value = element.attrs.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _expanded(element: regex.Match[str]) -> str:
    if element[1].casefold() in _VOID:
        return str(element[0])
    return f"<{element[1]}{element[2][:-1]}></{element[1]}>"
