"""HTML -> blocks of text, by a walk over the tree that turbohtml builds.

turbohtml parses by the HTML standard in time that grows linearly with the page: like browsers it nests no
deeper than 512 elements and puts what is deeper beside the deepest. Measured on hostile pages of 1 to 10 MB
(unclosed comments, attributes and declarations, 2,000,000 nested divs, 300,000 formatting elements): .1 to
.6 seconds each. Of the others, html.parser is quadratic in unclosed comments and tags (up to Python 3.13.5),
lexbor in depth, and lxml loses the text of elements that are nested deeper than 2,048.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import regex
from turbohtml import Document, Element, Namespace, Node, Text, parse

from index.readers.extract import Extract

# What isn't the text itself: code, menus, what stands around every page of a site.
_SKIPPED: Final = frozenset((
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "video", "audio",
    "canvas", "head", "nav", "aside", "button", "select", "textarea", "dialog",
))  # fmt: skip
_SKIPPED_ROLES: Final = frozenset((
    "navigation", "banner", "complementary", "contentinfo", "search", "menu", "dialog",
))  # fmt: skip
_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
_TITLES: Final = frozenset(("og:title", "citation_title", "dc.title"))
_AUTHORS: Final = frozenset(("author", "article:author", "citation_author", "dc.creator"))
_SPACES: Final = regex.compile(r"[ \t\n\f\r]+")
_HIDDEN: Final = regex.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_LINE_BREAK: Final = "\v"  # within a block, until its lines are trimmed
# In XML any element may be written so; HTML reads it as a start tag, and all that follows as its content.
# Every "<" is looked at once: neither name nor attributes contain another one.
_EMPTY_ELEMENT: Final = regex.compile(r"<([A-Za-z][^\s<>/]*+)([^<>]*+)(?<=/)>")
_VOID: Final = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))  # fmt: skip

Kind = Literal["heading", "paragraph", "item", "row"]


@dataclass(frozen=True)
class Block:
    """A piece of a page's text that stands by itself.

    Attributes:
        kind: what it is; "item" is an item of a list and "row" a row of a table.
        text: lines with a line feed between them; cells of a row with " | " between them.
        level: of a heading, 1 to 6; 0 of everything else.
    """

    kind: Kind
    text: str
    level: int = 0


def extract(html: str, *, is_xml: bool = False) -> Extract:
    """The text of a page: paragraphs, headings, items and rows of tables, each by itself.

    Scripts, menus, side columns and a page's footer are left out. The heading is the
    page's only one of the first level.

    Args:
        html: the page.
        is_xml: whether it is XHTML, where `<title/>` is a whole element.
    """
    document = parse(_EMPTY_ELEMENT.sub(_expanded, html) if is_xml else html, positions=False)
    found = list(blocks(document))
    headings = [" ".join(block.text.split()) for block in found if block.level == 1]
    return Extract(
        "\n\n".join(block.text for block in found),
        *_title_and_author(document),
        heading=headings[0] if len(headings) == 1 else "",
    )


def blocks(document: Document) -> Iterator[Block]:
    """The blocks of a parsed page, in its order."""
    collector = _Collector()
    # A node to enter with what its surroundings say, or an element to leave (True), which ends a block.
    stack: list[tuple[Node, _Context, bool]] = [(document, _Context(), False)]
    while stack:
        node, context, is_end = stack.pop()
        if isinstance(node, Text):
            collector.add(node.data, context)
        elif is_end:
            yield from collector.end(context)
        elif isinstance(node, Element):
            tag = node.tag
            inner = context.inside(tag)
            if tag == "br":
                collector.break_line()
            elif tag in _CELLS:
                collector.end_cell()
            elif tag in _BLOCKS:
                yield from collector.end(context)
                stack.append((node, inner, True))
            if not _is_skipped(node, tag, context):
                stack += [(child, inner, False) for child in reversed(list(node.children))]
        else:
            stack += [(child, context, False) for child in reversed(list(node.children))]
    yield from collector.end(_Context())


@dataclass(frozen=True)
class _Context:
    """What the open elements say about the text in them."""

    kind: Kind = "paragraph"
    level: int = 0
    is_preformatted: bool = False
    is_quotation: bool = False  # whose footer names who is quoted

    def inside(self, tag: str) -> _Context:
        """What the elements say that are open inside an element with this tag."""
        if tag in _LEVELS:
            return replace(self, kind="heading", level=_LEVELS[tag])
        if tag == "li":
            return replace(self, kind="item", level=0)
        if tag == "tr":
            return replace(self, kind="row", level=0)
        if tag == "pre":
            return replace(self, is_preformatted=True)
        if tag in ("blockquote", "figure"):
            return replace(self, is_quotation=True)
        return self


class _Collector:
    """The block that is being read."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._has_text = False

    def add(self, text: str, context: _Context) -> None:
        if context.is_preformatted:
            text = text.replace("\r\n", "\n").replace("\n", _LINE_BREAK)
        else:
            text = _SPACES.sub(" ", text)
        self._parts.append(text)
        self._has_text = self._has_text or not text.isspace()

    def break_line(self) -> None:
        self._parts.append(_LINE_BREAK)

    def end_cell(self) -> None:
        if self._has_text:
            self._parts.append(" | ")

    def end(self, context: _Context) -> Iterable[Block]:
        """The block, if it has any text; the next one begins."""
        if not self._has_text:
            self._parts.clear()
            return ()
        text = "".join(self._parts)
        self._parts, self._has_text = [], False
        if context.is_preformatted:
            lines = [line.rstrip() for line in text.split(_LINE_BREAK)]
        else:
            lines = [line.strip(" ") for line in _SPACES.sub(" ", text).split(_LINE_BREAK)]
        kept = "\n".join(line for line in lines if line)
        return (Block(context.kind, kept, context.level),) if kept.strip(" |\n") else ()


def _is_skipped(element: Element, tag: str, context: _Context) -> bool:
    if tag in _SKIPPED or (tag == "footer" and not context.is_quotation):
        return True
    attributes = element.attrs
    return bool(attributes) and (
        _value(element, "role").casefold() in _SKIPPED_ROLES
        or "hidden" in attributes
        or _value(element, "aria-hidden").casefold() == "true"
        or _HIDDEN.search(_value(element, "style")) is not None
    )


def _title_and_author(document: Document) -> tuple[str, str]:
    named: dict[str, str] = {}
    for meta in document.iter_elements("meta"):
        name = _value(meta, "property") or _value(meta, "name")
        named.setdefault(name.casefold(), _value(meta, "content"))
    titles = (title.text for title in document.iter_elements("title") if title.namespace is Namespace.HTML)
    title = next((value for name in _TITLES if (value := named.get(name))), "") or next(titles, "")
    return title, next((value for name in sorted(_AUTHORS) if (value := named.get(name))), "")


def _value(element: Element, name: str) -> str:
    value = element.attrs.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _expanded(element: regex.Match[str]) -> str:
    if element[1].casefold() in _VOID:
        return str(element[0])
    return f"<{element[1]}{element[2][:-1]}></{element[1]}>"
