"""Extracts the slides of PPTX presentations: titles, text, lists, tables, diagrams and speaker's notes.

A walk over the XML within the archive's limits: python-pptx opens archives without any, and leaves the order
of shapes, the numbers of lists and diagrams to its caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree

from index.readers.archives import open_archive
from index.readers.extracted_text import Extract, Flaw, Progress, damaged, missing_parts, no_progress
from index.readers.inline.list_numbers import format_number
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.ooxml.markup import attribute, child, children, int_of, local_name
from index.readers.ooxml.package import Package, unread_objects
from index.readers.tables.grid import add_grid
from index.readers.tables.headings import Row
from index.readers.text_builder import TextBuilder
from index.text.analyzer import language
from index.types import Block

_MAIN: Final = "ppt/presentation.xml"
_TITLES: Final = frozenset(("title", "ctrTitle"))
# Placeholders that stand on every slide alike.
_SKIPPED: Final = frozenset(("dt", "ftr", "sldNum", "hdr", "sldImg"))
# Placeholders whose paragraphs are bulleted by the slide's master.
_LISTS: Final = frozenset(("body", "obj", ""))
_NUMBERS: Final = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman",
    "romanUc": "upperRoman", "arabicDb": "decimal", "arabic1": "arabicAlpha", "arabic2": "arabicAbjad",
}  # fmt: skip
_NUMBER_ENDS: Final = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}", "Minus": "{} -"}
_MAX_DEPTH: Final = 50
# What PowerPoint calls a slide without a title.
_SLIDE_AR, _SLIDE_EN = "شريحة", "Slide"


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the visible slides of a presentation, in order.

    Args:
        content: the file's bytes.
        progress: called after each slide.

    Raises:
        Unextractable: it is damaged, or its unpacked size is over the limit.
    """
    with open_archive(content) as archive:
        package = Package(archive, _MAIN)
        reader = _Reader(package)
        for page, name in enumerate(_slide_names(package), 1):
            reader.read(name, page)
            progress()
        about = package.metadata()
    builder = reader.builder
    if reader.lost and not builder.blocks:
        raise damaged(f"no {reader.lost[0]} in it")
    flaws = (*missing_parts(reader.lost), *unread_objects(package))
    if reader.hidden:
        names = ", ".join(map(str, reader.hidden))
        flaws += (Flaw("hidden", f"its hidden slides weren't read ({names}).", len(reader.hidden), names),)
    heading = next((_line(builder.text, block) for block in builder.blocks if block.kind == "heading"), "")
    return Extract.of(builder.text, builder.blocks, about, heading=heading, flaws=flaws)


def _slide_names(package: Package) -> Iterator[str]:
    for listed in children(package.main, "sldIdLst"):
        for slide in children(listed, "sldId"):
            yield package.target(attribute(slide, "id"))


def _line(text: str, block: Block) -> str:
    return " ".join(text[block.start : block.end].split())


class _Reader:
    """Adds slides to a builder.

    Attributes:
        builder: of the text.
        lost: names of the slides that are missing or damaged.
        hidden: numbers of the slides that aren't shown.
    """

    def __init__(self, package: Package) -> None:
        self.builder = TextBuilder()
        self.lost: list[str] = []
        self.hidden: list[int] = []
        self._package = package
        self._tables = 0
        self._page = 0
        self._relationships: dict[str, tuple[str, str]] = {}

    def read(self, name: str, page: int) -> None:
        """Adds a slide: its title first, then its shapes in their order, then its notes."""
        slide = self._package.part(name)
        if slide is None:
            self.lost.append(name or f"slide {page}")
            return
        if slide.get("show", "1") in ("0", "false"):
            self.hidden.append(page)
            return
        self._page = page
        self._relationships = self._package.relationships(name)
        shapes = list(_shapes(slide))
        self._title(shapes)
        for shape in shapes:
            if _placeholder(shape) not in _TITLES | _SKIPPED:
                self._shape(shape)
        notes = next((target for kind, target in self._relationships.values() if kind == "notesSlide"), "")
        root = self._package.part(notes) if notes else None
        for shape in _shapes(root) if root is not None else ():
            if _placeholder(shape) == "body":
                for text, _ in _paragraphs(shape):
                    self.builder.add("paragraph", text, page=page)

    def _title(self, shapes: Sequence[ElementTree.Element]) -> None:
        """Adds a slide's title; one without isn't about the title of the slide before it."""
        titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
        found = [" ".join(text for text, _ in _paragraphs(shape)) for shape in titles]
        for title in found:
            self.builder.add("heading", title, level=1, page=self._page)
        words = "" if any(found) else " ".join(text for shape in shapes for text, _ in _paragraphs(shape))
        if words and any(block.kind == "heading" for block in self.builder.blocks):
            name = _SLIDE_AR if language(words) == "ar" else _SLIDE_EN
            self.builder.add("heading", f"{name} {self._page}", level=1, page=self._page)

    def _shape(self, shape: ElementTree.Element) -> None:
        if local_name(shape) != "graphicFrame":
            self._text(shape)
            return
        for found in shape.iter():
            name = local_name(found)
            if name == "tbl":
                self._tables += add_grid(self.builder, list(_rows(found)), self._tables + 1, page=self._page)
                return
            if name == "relIds":  # a diagram
                target = self._relationships.get(attribute(found, "dm"), ("", ""))[1]
                root = self._package.part(target)
                for point in root.iter() if root is not None else ():
                    if local_name(point) == "t" and child(point, "p") is not None:
                        self._text(point)

    def _text(self, shape: ElementTree.Element) -> None:
        paragraphs = list(_paragraphs(shape))
        has_bullets = _placeholder(shape) in _LISTS and len(paragraphs) > 1
        counts: dict[int, int] = {}
        for text, properties in paragraphs:
            level = int_of(properties.get("lvl", "0")) + 1
            number = child(properties, "buAutoNum")
            is_item = has_bullets or child(properties, "buChar") is not None
            if number is not None:
                counts = {depth: count for depth, count in counts.items() if depth <= level}
                counts[level] = counts.get(level, int_of(number.get("startAt", "1"), 1) - 1) + 1
                label = _number(number.get("type", ""), counts[level])
                self.builder.add("list_item", f"{label} {text}", level=level, label=label, page=self._page)
            elif is_item and child(properties, "buNone") is None:
                self.builder.add("list_item", text, level=level, label="•", page=self._page)
            else:
                self.builder.add("paragraph", text, page=self._page)


def _shapes(slide: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The shapes of a slide in their order, those of groups included."""
    tree = child(child(slide, "cSld"), "spTree")
    stack = [] if tree is None else [(shape, 0) for shape in reversed(tree)]
    while stack:
        shape, depth = stack.pop()
        name = local_name(shape)
        if name in ("sp", "graphicFrame"):
            yield shape
        elif name in ("grpSp", "AlternateContent", "Choice") and depth < _MAX_DEPTH:
            inner = list(shape)[:1] if name == "AlternateContent" else shape
            stack.extend((found, depth + 1) for found in reversed(inner))


def _placeholder(shape: ElementTree.Element) -> str | None:
    """The type of a placeholder, empty for one of content; None for other shapes."""
    for properties in shape:
        if local_name(properties) in ("nvSpPr", "nvGraphicFramePr"):
            found = child(child(properties, "nvPr"), "ph")
            return None if found is None else found.get("type", "")
    return None


def _paragraphs(shape: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """The text of each paragraph of a shape, and its properties; blank ones are left out."""
    body = child(shape, "txBody")
    for paragraph in children(shape if body is None else body, "p"):
        if text := _words(paragraph).strip():
            properties = child(paragraph, "pPr")
            yield text, ElementTree.Element("none") if properties is None else properties


def _words(paragraph: ElementTree.Element) -> str:
    parts = []
    for found in paragraph:
        name = local_name(found)
        if name == "br":
            parts.append("\n")
        elif name in ("r", "fld") and not found.get("type", "").startswith("slidenum"):
            text = child(found, "t")
            said = "" if text is None else text.text or ""
            parts.append(f"{RAISED_START}{said}{RAISED_END}" if _is_raised(found) else said)
    return with_raised("".join(parts))


def _is_raised(run: ElementTree.Element) -> bool:
    """Whether a run stands above its line."""
    properties = child(run, "rPr")
    return properties is not None and int_of(properties.get("baseline", "").removesuffix("%")) > 0


def _rows(table: ElementTree.Element) -> Iterator[Row]:
    above: dict[int, str] = {}
    for row in children(table, "tr"):
        cells: list[str | None] = []
        for place, cell in enumerate(children(row, "tc")):
            said = " ".join(text for text, _ in _paragraphs(cell))
            if cell.get("hMerge") in ("1", "true"):
                cells.append(None)
            else:
                above[place] = above.get(place, "") if cell.get("vMerge") in ("1", "true") else said
                cells.append(above[place])
        yield cells


def _number(kind: str, number: int) -> str:
    """The number of a list item in one of PowerPoint's formats, such as `alphaLcParenR`."""
    for end, pattern in _NUMBER_ENDS.items():
        if kind.endswith(end):
            return pattern.format(format_number(number, _NUMBERS.get(kind.removesuffix(end), "decimal")))
    return f"{number}."
