"""Extracts text and blocks from HTML, by traversing the tree that turbohtml builds.

turbohtml follows the HTML standard in linear time: like browsers it limits nesting to 512 elements and makes
deeper ones siblings of the deepest. Measured on hostile pages of 1 to 10 MB (unclosed comments, attributes
and declarations, 2,000,000 nested divs, 300,000 formatting elements): .1 to .6 seconds each. Of the
alternatives, html.parser is quadratic in unclosed comments and tags (up to Python 3.13.5), lexbor in depth,
and lxml loses the text of elements that are nested deeper than 2,048.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import regex
from turbohtml import Document, Element, Node, Text, parse

from index.readers.extracted_text import Extract, Progress, no_progress, only_heading
from index.readers.html.context import Context
from index.readers.html.elements import BLOCKS, flat, is_skipped, shown
from index.readers.html.metadata import metadata_of
from index.readers.html.tables import Table
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.text_builder import TextBuilder
from index.readers.text_encoding import decode
from index.text.structure.blocks import refined

# By which a page names its encoding, in the XML declaration or in its head.
_CHARSET: Final = regex.compile(
    rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,200}encoding)\s*=\s*[\"']?\s*([\w-]+)", regex.IGNORECASE
)
_MAX_HEAD_LENGTH: Final = 1 << 16
_SPACES: Final = regex.compile(r"[ \t\n\f\r]+")
_LINE_BREAK: Final = "\v"  # within a block, until its lines are trimmed
# XML allows any element to be self-closing; HTML parses that as a start tag, with all that follows as its
# content. Every "<" is examined once: neither name nor attributes contain another one.
_EMPTY_ELEMENT: Final = regex.compile(r"<([A-Za-z][^\s<>/]*+)([^<>]*+)(?<=/)>")
_VOID: Final = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))  # fmt: skip
# A longer footer, or one with a greater share of links, is a site's.
_MAX_FOOTER_WORDS: Final = 80
_MAX_LINKS: Final = 0.5


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
    named = _CHARSET.search(content[:_MAX_HEAD_LENGTH])
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
    # Without scripting, what a head says to browsers without it would be a part of the text.
    document = parse(_EMPTY_ELEMENT.sub(_expanded, html) if is_xml else html, positions=False, scripting=True)
    builder = TextBuilder()
    _Walk(builder).read(document)
    text = builder.text
    blocks = refined(text, builder.blocks, builder.emphasized)
    heading = only_heading(text, builder.blocks)
    return Extract.of(text, blocks, metadata_of(document), heading=heading)


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
        stack: list[tuple[Node, Context, bool]] = [(document, Context(), False)]
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
                if node.tag in BLOCKS:
                    self._end(context)
                    stack.append((node, inner, True))
                    if node.tag == "table" and (table := Table.of(node)):
                        stack.extend((nested, inner, False) for nested in reversed(self._table(table)))
                        continue
                stack.extend((child, inner, False) for child in reversed(node.children))
            else:
                stack.extend((child, context, False) for child in reversed(node.children))
        self._end(Context())
        self._end_term()
        for said in self._footers:
            self._builder.add("page_footer", said)

    def _is_left_out(self, element: Element, context: Context) -> bool:
        """Whether an element is skipped where it stands; a page's footer is kept for the end."""
        if not is_skipped(element, in_quotation=context.is_quotation):
            return False
        if element.tag in BLOCKS:
            self._end(context)
        if element.tag == "footer" and (said := _footer(element)):
            self._footers.setdefault(said)
        return True

    def _add_mark(self, element: Element, context: Context) -> bool:
        """Adds a line break or a note's reference mark; returns whether the element is one."""
        if element.tag == "br":
            self._parts.append(_LINE_BREAK)
        elif (said := shown(element)) is not None:
            self._add(said, context)
        else:
            return False
        return True

    def _add(self, text: str, context: Context) -> None:
        if context.is_preformatted:
            text = text.replace("\r\n", "\n").replace("\n", _LINE_BREAK)
        else:
            text = _SPACES.sub(" ", text)
        self._parts.append(f"{RAISED_START}{text}{RAISED_END}" if context.is_raised else text)
        if not text.isspace():
            self._ink += 1
            self._bold += context.is_bold

    def _end(self, context: Context) -> None:
        """Ends the current block, and adds it if it has any text."""
        if not self._ink:
            self._parts.clear()
            return
        text, ink, bold = with_raised("".join(self._parts)), self._ink, self._bold
        self._parts, self._ink, self._bold = [], 0, 0
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
        if self._term:
            term, self._term = self._term, ""
            self._builder.add("paragraph", term)

    def _table(self, table: Table) -> list[Element]:
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


def _footer(element: Element) -> str:
    """The text of a page's footer on one line; empty if it is hidden, or a site's."""
    if is_skipped(element, in_quotation=True):
        return ""
    words = flat(element, [])[0].split()
    links = sum(len(link.text.split()) for link in element.iter_elements("a"))
    is_own = len(words) <= _MAX_FOOTER_WORDS and links <= _MAX_LINKS * len(words)
    return " ".join(words) if is_own else ""


def _expanded(element: regex.Match[str]) -> str:
    if element[1].casefold() in _VOID:
        return str(element[0])
    return f"<{element[1]}{element[2][:-1]}></{element[1]}>"
