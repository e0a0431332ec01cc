"""What single HTML elements are and show: blocks, notes and their marks, and what is skipped."""

from __future__ import annotations

from typing import Final

import regex
from turbohtml import Element, Node, Text

from index.readers.html.values import FIELDS, field_value, formula, value_of
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised

# Elements that aren't part of the content: code, menus, a site's page frame.
_SKIPPED: Final = frozenset((
    "script", "style", "template", "noscript", "svg", "iframe", "object", "video", "audio",
    "canvas", "head", "nav", "aside", "button", "dialog",
))  # fmt: skip
_SKIPPED_ROLES: Final = frozenset((
    "navigation", "banner", "complementary", "contentinfo", "search", "menu", "dialog",
))  # fmt: skip
BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
CELLS: Final = frozenset(("td", "th"))
BOLD: Final = frozenset(("b", "strong"))
LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
_NOTES: Final = frozenset((
    "doc-footnote", "doc-endnote", "doc-endnotes", "footnote", "footnotes", "rearnote", "rearnotes", "endnote",  # noqa: E501
    "endnotes",
))  # fmt: skip
_NOTE_CALLS: Final = frozenset(("doc-noteref", "noteref"))
_NOTE_NUMBER: Final = regex.compile(r"\s*[\[(]?(\p{Nd}{1,3}|[*†‡§])[\])]?\s*")
_HIDDEN: Final = regex.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def flat(element: Element, nested: list[Element]) -> tuple[str, bool]:
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
            if is_skipped(node):
                continue
            if (said := shown(node)) is not None:
                parts.append(said)
                continue
            if node.tag == "br" or node.tag in BLOCKS:
                parts.append(" ")
                paragraphs += node.tag in ("p", "section", "article")
                has_heading = has_heading or node.tag in LEVELS
                stack.append(" ")
            elif node.tag == "sup":
                parts.append(RAISED_START)
                stack.append(RAISED_END)
            stack.extend(reversed(node.children))
    return " ".join(with_raised("".join(parts)).split()), has_heading or paragraphs > 2


def integer_of(text: str, default: int) -> int:
    """The value of an attribute that is an integer; the default if it is malformed."""
    return int(text) if regex.fullmatch(r"\s*-?[0-9]{1,6}\s*", text) else default


def is_note(element: Element) -> bool:
    """Whether an element is a footnote or endnote, or holds them."""
    if not element.attrs:  # of most elements
        return False
    names = f"{value_of(element, 'role')} {value_of(element, 'epub:type')} {value_of(element, 'class')}"
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
    if link is None or link.tag != "a" or not value_of(link, "href").startswith("#"):
        return ""
    names = f"{value_of(link, 'role')} {value_of(link, 'epub:type')}".casefold().split()
    is_call = element.tag == "sup" or not _NOTE_CALLS.isdisjoint(names)
    number = _NOTE_NUMBER.fullmatch(element.text) if is_call else None
    return number[1] if number else ""


def shown(element: Element) -> str | None:
    """What an element shows instead of its text: a value, a formula or a note's mark; else None."""
    if element.tag in FIELDS:
        return f" {value} " if (value := field_value(element)) else ""
    if element.tag == "math":
        return formula(element)
    call = _note_call(element)
    return f"[{call}]" if call else None


def is_skipped(element: Element, *, in_quotation: bool = False) -> bool:
    """Whether an element isn't part of the content: code, menus, a site's footer, or what is hidden.

    Args:
        element: of the page.
        in_quotation: whether it is in a quotation or a figure, whose footer names its source.
    """
    attributes = element.attrs
    if element.tag in ("aside", "footer") and is_note(element):
        return False
    if element.tag in _SKIPPED or (element.tag == "footer" and not in_quotation):
        return True
    return bool(attributes) and (
        value_of(element, "role").casefold() in _SKIPPED_ROLES
        or "hidden" in attributes
        or value_of(element, "aria-hidden").casefold() == "true"
        or _HIDDEN.search(value_of(element, "style")) is not None
    )
