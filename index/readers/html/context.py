"""What open HTML elements say of the text in them: headings, lists and their numbers, bold, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import regex
from turbohtml import Element

from index.readers.html.elements import BOLD, CELLS, LEVELS, integer_of, is_note
from index.readers.html.values import value_of
from index.readers.inline.list_numbers import format_number
from index.types import BlockKind

_LISTS: Final = frozenset(("ol", "ul", "menu"))
_MAX_LEVELS: Final = 9
_NUMBERS: Final = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal",
}  # fmt: skip
_LIST_STYLES: Final = {
    "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
}  # fmt: skip
_LIST_STYLE: Final = regex.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")


@dataclass
class _List:
    """An open list.

    Attributes:
        depth: 1 for a list that isn't nested.
        number_format: as in `format_number`; empty for bullets.
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
class Context:
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

    def inside(self, element: Element) -> Context:
        """The context inside an element."""
        tag = element.tag
        context = self
        if is_note(element):
            context = replace(context, kind="footnote", is_note=True)
        if tag in LEVELS:
            return replace(context, kind="heading", level=LEVELS[tag], item=None)
        if tag in _LISTS:
            return replace(context, list=_list(element, context.list.depth if context.list else 0), item=None)
        if tag == "li":
            kind: BlockKind = "footnote" if context.is_note else "list_item"
            return replace(context, kind=kind, level=0, item=_item(element, context.list))
        if tag in ("caption", "figcaption"):
            return replace(context, kind="caption", level=0)
        if tag in CELLS:
            kind = "footnote" if context.is_note else "paragraph"
            is_unchanged = context.kind == kind and not context.level
            return context if is_unchanged else replace(context, kind=kind, level=0)
        return context._looking_as(tag)

    def _looking_as(self, tag: str) -> Context:
        """The context inside an element that changes how its text looks, or what it is for."""
        if tag == "pre":
            return replace(self, is_preformatted=True)
        if tag in ("blockquote", "figure"):
            return replace(self, is_quotation=True)
        if tag in ("dt", "dd"):
            return replace(self, is_term=tag == "dt", is_definition=tag == "dd")
        if tag in BOLD or tag == "sup":
            is_raised = self.is_raised or tag == "sup"
            return replace(self, is_bold=self.is_bold or tag in BOLD, is_raised=is_raised)
        return self


def _list(element: Element, depth: int) -> _List:
    depth = min(depth + 1, _MAX_LEVELS)
    if element.tag != "ol":
        return _List(depth, "")
    style = _LIST_STYLE.search(value_of(element, "style").casefold())
    if style and style[1] == "none":
        return _List(depth, "")
    named = _NUMBERS.get(value_of(element, "type"), "decimal")
    kind = _LIST_STYLES.get(style[1], named) if style else named
    is_reversed = "reversed" in element.attrs
    items = sum(isinstance(child, Element) and child.tag == "li" for child in element.children)
    start = integer_of(value_of(element, "start"), items if is_reversed else 1)
    return _List(depth, kind, start, -1 if is_reversed else 1)


def _item(element: Element, of: _List | None) -> _Item:
    if of is None:
        return _Item(1, "•", is_bullet=True)
    if not of.number_format:
        return _Item(of.depth, "•", is_bullet=True)
    number = integer_of(value_of(element, "value"), of.following)
    of.following = number + of.step
    return _Item(of.depth, f"{format_number(number, of.number_format)}.", is_bullet=False)
