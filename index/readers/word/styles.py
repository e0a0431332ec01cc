"""The styles of a Word document: headings, lists, and how text looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.ooxml.markup import attribute, child, children, int_of, is_on, value

MAX_LEVELS: Final = 9
# Names of the style of a document's title.
TITLE_STYLES: Final = frozenset(("title", "العنوان"))
_HEADING_STYLE: Final = regex.compile(
    r"(?i)(?:heading|عنوان|titre|überschrift|título|titolo|rubrik|kop|заголовок|标题|標題|見出し|başlık|nagłówek)"
    r"\s*([1-9])"
)


@dataclass(frozen=True)
class Style:
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
    def look(self) -> Look:
        """The look of its text."""
        return Look(self.is_hidden, self.is_bold, self.is_raised)


@dataclass(frozen=True)
class Look:
    """How text looks: whether it is hidden, in bold, and raised above its line."""

    is_hidden: bool = False
    is_bold: bool = False
    is_raised: bool = False


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, root: ElementTree.Element | None) -> None:
        """Reads `styles.xml`, of which `root` is the root; None if there is no such part."""
        self._elements: dict[str, ElementTree.Element] = {}
        self._default = ""
        for element in children(root, "style") if root is not None else ():
            name = attribute(element, "styleId")
            self._elements[name] = element
            if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true"):
                self._default = name
        self._known: dict[str, Style] = {}

    def of(self, name: str) -> Style:
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

    def _read(self, name: str) -> Style:
        chain: list[ElementTree.Element] = []
        while name in self._elements and self._elements[name] not in chain and len(chain) < 30:
            chain.append(self._elements[name])
            name = value(chain[-1], "basedOn")
        style = Style()
        for element in reversed(chain):
            own = value(element, "name")
            properties = child(element, "pPr")
            level = style.level
            if match := _HEADING_STYLE.fullmatch(own):
                level = int(match[1])
            elif own.casefold() in TITLE_STYLES:
                level = 1
            if outline := value(properties, "outlineLvl"):
                level = level_of(outline)
            numbers = child(properties, "numPr")
            depth = value(numbers, "ilvl")
            run = child(element, "rPr")
            style = Style(
                own,
                level,
                value(numbers, "numId") or style.list_id,
                depth=int_of(depth) if depth else style.depth,
                is_hidden=switch(run, "vanish", style.is_hidden),
                is_bold=switch(run, "b", style.is_bold),
                is_raised=is_raised(run, style.is_raised),
            )
        return style


def level_of(outline: str) -> int:
    """The level of a heading by its outline level, which counts from 0; 9 is body text."""
    level = int_of(outline, MAX_LEVELS) + 1
    return level if 1 <= level <= MAX_LEVELS else 0


def switch(properties: ElementTree.Element | None, name: str, default: bool) -> bool:
    """The value of a toggle property, such as `w:b`; the default where it isn't given."""
    if properties is None or child(properties, name) is None:
        return default
    return is_on(properties, name)


def is_raised(properties: ElementTree.Element | None, default: bool) -> bool:
    """Whether text is raised: as a superscript, or by some points."""
    if properties is None:
        return default
    position = value(properties, "position")
    if align := value(properties, "vertAlign"):
        return align == "superscript"
    return int_of(position) > 0 if position else default
