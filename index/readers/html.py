"""HTML -> text, by Python's own html.parser, which reads any depth and any tag soup.

Of four readers measured on the article as HTML (html.parser, lxml, selectolax, trafilatura) the first three
give all of its words; trafilatura 99 %. Of elements nested 100,000 deep lxml loses the text, and selectolax
takes 80 times as long.
"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Final

import regex

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
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "legend", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_VOID: Final = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "keygen", "basefont", "bgsound", "frame",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_TITLES: Final = frozenset(("og:title", "citation_title", "dc.title"))
_AUTHORS: Final = frozenset(("author", "article:author", "citation_author", "dc.creator"))
_SPACES: Final = regex.compile(r"[ \t\n\f\r]+")
_HIDDEN: Final = regex.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")

Attributes = list[tuple[str, str | None]]


def extract(html: str) -> Extract:
    """The text of a page: paragraphs, headings, items and rows of tables, each by itself.

    Scripts, menus, side columns and a page's footer are left out. The heading is the
    page's only one of the first level.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.extract()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[str] = []
        self._parts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tags, and whether their text is skipped
        self._counts: Counter[str] = Counter()  # of the open tags
        self._skipping = 0
        self._preformatted = 0
        self._title: list[str] | None = None
        self._in_title = False
        self._headings: list[str] = []
        self._meta: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Opens an element."""
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self._meta.setdefault(
                (values.get("property") or values.get("name") or "").casefold(), values.get("content", "")
            )
        elif tag == "title" and self._title is None and not self._is_inside("svg"):
            self._title, self._in_title = [], True
        elif tag == "body":
            self._close_head()
        if tag == "br":
            self._parts.append("\v")  # a line break within a paragraph
        elif tag in _CELLS and any(part.strip() for part in self._parts):
            self._parts.append(" | ")
        elif tag in _BLOCKS:
            self._end_paragraph(self._heading())
        if tag in _VOID:
            return
        self._preformatted += tag == "pre"
        skips = self._skips(tag, values)
        self._skipping += skips
        self._open.append((tag, skips))
        self._counts[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        """Closes an element, and those within it that weren't closed."""
        if tag == "title":
            self._in_title = False
        if tag == "br":
            self._parts.append("\v")
        if not self._is_inside(tag):
            return
        while self._open:
            name, skips = self._open[-1]
            if name in _BLOCKS:
                self._end_paragraph(self._heading())
            self._open.pop()
            self._counts[name] -= 1
            self._skipping -= skips
            self._preformatted -= name == "pre"
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Takes text in."""
        if self._in_title and self._title is not None:
            self._title.append(data)
        elif not self._skipping:
            if self._preformatted:
                self._parts.append(data.replace("\r\n", "\n").replace("\n", "\v"))
            else:
                self._parts.append(_SPACES.sub(" ", data))

    def extract(self) -> Extract:
        """What was read."""
        self._end_paragraph(self._heading())
        title = next((value for name in _TITLES if (value := self._meta.get(name))), "")
        title = title or "".join(self._title or ())
        heading = self._headings[0] if len(self._headings) == 1 else ""
        author = next((value for name in sorted(_AUTHORS) if (value := self._meta.get(name))), "")
        return Extract("\n\n".join(self._paragraphs), title, author, heading)

    def _is_inside(self, tag: str) -> bool:
        return self._counts[tag] > 0

    def _close_head(self) -> None:
        """A body ends the head, also where that wasn't closed."""
        if self._is_inside("head"):
            self.handle_endtag("head")

    def _skips(self, tag: str, attributes: dict[str, str]) -> bool:
        return (
            tag in _SKIPPED
            or (tag == "footer" and not self._is_inside("blockquote") and not self._is_inside("figure"))
            or attributes.get("role", "").casefold() in _SKIPPED_ROLES
            or "hidden" in attributes
            or attributes.get("aria-hidden", "").casefold() == "true"
            or _HIDDEN.search(attributes.get("style", "")) is not None
        )

    def _heading(self) -> bool:
        return self._is_inside("h1")

    def _end_paragraph(self, is_heading: bool) -> None:
        text = _SPACES.sub(" ", "".join(self._parts)) if not self._preformatted else "".join(self._parts)
        lines = [line.strip(" ") if not self._preformatted else line.rstrip() for line in text.split("\v")]
        paragraph = "\n".join(line for line in lines if line).strip("\n")
        self._parts.clear()
        if paragraph.strip(" |"):
            self._paragraphs.append(paragraph)
            if is_heading:
                self._headings.append(" ".join(paragraph.split()))
