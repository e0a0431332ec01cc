"""Automatic numbering of a Word document: `numbering.xml` and list counters.

After ECMA-376, part 1, 17.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.inline.list_numbers import format_number
from index.readers.ooxml.markup import attribute, child, children, int_of, is_on, local_name, value

_LEVELS: Final = 9
_MAX_TEMPLATE_LENGTH: Final = 200
_PLACEHOLDER: Final = regex.compile(r"%([1-9])")
# Letters that symbol fonts render as symbols.
_SYMBOLS: Final = frozenset("oØ§üqvnlwu¨·")


@dataclass(frozen=True)
class Level:
    """One level of a list.

    Attributes:
        start: its first number.
        number_format: value of `w:numFmt`.
        template: the label, with %1 to %9 for the numbers of the levels.
        is_legal: whether all numbers are shown in decimal.
        restarts_after: the level (from 1) after which it restarts; 0 for never; None for any higher level.
        joins: whether there is no space between number and text.
        is_hidden: whether the number is hidden.
        style: of the paragraphs that belong to it.
    """

    start: int = 1
    number_format: str = "decimal"
    template: str = ""
    is_legal: bool = False
    restarts_after: int | None = None
    joins: bool = False
    is_hidden: bool = False
    style: str = ""
    padding: int = 0

    @property
    def is_bullet(self) -> bool:
        """Whether its label is a symbol rather than a number."""
        return self.number_format == "bullet" or not _PLACEHOLDER.search(self.template)


@dataclass(frozen=True)
class Number:
    """The label of a numbered paragraph.

    Attributes:
        label: the number or bullet as shown; empty if hidden.
        is_bullet: whether it isn't a number.
        joins: whether the text follows it without a space.
    """

    label: str
    is_bullet: bool
    joins: bool


@dataclass
class _List:
    levels: dict[int, Level]
    style_link: str = ""
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Instance:
    abstract: str
    starts: Mapping[int, int]
    levels: Mapping[int, Level]


class Numbering:
    """The lists of a document. Counters advance as paragraphs are queried, in order."""

    def __init__(self, root: ElementTree.Element | None, list_of_style: Mapping[str, str]) -> None:
        """Reads `numbering.xml`.

        Args:
            root: its root, or None if there is no such part.
            list_of_style: numbering style -> the list (`numId`) that it refers to.
        """
        self._abstract: dict[str, _List] = {}
        self._instances: dict[str, _Instance] = {}
        self._started: set[tuple[str, int]] = set()
        self._list_of_style = list_of_style
        for element in children(root, "abstractNum") if root is not None else ():
            levels = {int_of(attribute(lvl, "ilvl")): _level(lvl) for lvl in children(element, "lvl")}
            self._abstract[attribute(element, "abstractNumId")] = _List(
                levels, value(element, "numStyleLink")
            )
        for element in children(root, "num") if root is not None else ():
            starts: dict[int, int] = {}
            own: dict[int, Level] = {}
            for override in children(element, "lvlOverride"):
                number = int_of(attribute(override, "ilvl"))
                if start := value(override, "startOverride"):
                    starts[number] = int_of(start)
                if (lvl := child(override, "lvl")) is not None:
                    own[number] = _level(lvl)
            self._instances[attribute(element, "numId")] = _Instance(
                value(element, "abstractNumId"), starts, own
            )

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """The list level that paragraphs of a style belong to."""
        found = self._find(list_id)
        if found is None:
            return None
        levels = {**found[1].levels, **found[0].levels}
        return next((number for number, level in levels.items() if level.style == style), None)

    def next(self, list_id: str, depth: int) -> Number | None:
        """The number of a list's next paragraph, or None if there is no such list.

        Args:
            list_id: the list's `numId`.
            depth: the level, from 0.
        """
        found = self._find(list_id)
        if found is None or not 0 <= depth < _LEVELS:
            return None
        instance, abstract = found
        levels = {**abstract.levels, **instance.levels}
        level = levels.get(depth)
        if level is None:
            return None
        counts = abstract.counts
        key = (list_id, depth)
        if depth in instance.starts and key not in self._started:
            counts[depth] = instance.starts[depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        self._started.add(key)
        _adjust_other_levels(counts, levels, depth)
        if level.is_hidden:
            return Number("", is_bullet=level.is_bullet, joins=True)
        if level.is_bullet:
            sign = "".join("•" if _is_symbol(c) else c for c in level.template) or "•"
            sign = "" if level.number_format == "none" and not level.template else sign
            return Number(sign.strip(), is_bullet=level.number_format == "bullet", joins=level.joins)

        def shown(place: regex.Match[str]) -> str:
            number = int(place[1]) - 1
            if number > depth:
                return ""
            other = levels.get(number, level)
            kind = "decimal" if level.is_legal and other.number_format != "none" else other.number_format
            return format_number(counts.get(number, other.start), kind, other.padding)

        return Number(_PLACEHOLDER.sub(shown, level.template).strip(), is_bullet=False, joins=level.joins)

    def _find(self, list_id: str) -> tuple[_Instance, _List] | None:
        for _ in range(_LEVELS):
            instance = self._instances.get(list_id)
            abstract = self._abstract.get(instance.abstract) if instance else None
            if instance is None or abstract is None:
                return None
            if not abstract.style_link or abstract.levels:
                return instance, abstract
            list_id = self._list_of_style.get(abstract.style_link, "")
        return None


def _adjust_other_levels(counts: dict[int, int], levels: Mapping[int, Level], depth: int) -> None:
    """Starts the levels above the one that was counted, and restarts those below it."""
    for higher in range(depth):
        counts.setdefault(higher, levels[higher].start if higher in levels else 1)
    for deeper in [d for d in counts if d > depth]:
        after = levels[deeper].restarts_after if deeper in levels else None
        if after is None or (after and depth < after):
            del counts[deeper]


def _level(element: ElementTree.Element) -> Level:
    number_format, padding = "decimal", 0
    for candidate in element.iter():
        if local_name(candidate) == "numFmt":
            number_format = attribute(candidate, "val") or "decimal"
            custom = attribute(candidate, "format").split(",")[0].strip()
            if number_format == "custom" and custom.isdecimal():
                padding = min(len(custom), _LEVELS)
    restart = value(element, "lvlRestart")
    properties = child(element, "rPr")
    return Level(
        start=int_of(value(element, "start"), 1 if child(element, "start") is not None else 0),
        number_format=number_format,
        template=value(element, "lvlText")[:_MAX_TEMPLATE_LENGTH],
        is_legal=is_on(element, "isLgl"),
        restarts_after=int_of(restart) if restart else None,
        joins=value(element, "suff") == "nothing",
        is_hidden=properties is not None and is_on(properties, "vanish"),
        style=value(element, "pStyle"),
        padding=padding,
    )


def _is_symbol(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or char in _SYMBOLS
