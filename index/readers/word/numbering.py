"""Automatic numbering of a Word document: `numbering.xml` and list counters.

After ECMA-376, part 1, 17.9; number formats are those of 17.18.59.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

import regex

from index.readers.word.markup import attribute, child, children, local_name, value

_LEVELS: Final = 9
_MOST: Final = 32_767
_LONGEST_TEMPLATE: Final = 200
_HIJAI: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HEBREW: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_CHICAGO: Final = "*†‡§"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),  # noqa: E501
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ONES: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS: Final = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_IRREGULAR: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_DIGITS: Final = {
    "hindiNumbers": 0x0966,
    "hindiCounting": 0x0966,
    "thaiNumbers": 0x0E50,
    "decimalFullWidth": 0xFF10,
    "decimalFullWidth2": 0xFF10,
}
_ENCLOSED: Final = {
    "decimalEnclosedCircle": 0x2460,
    "decimalEnclosedParen": 0x2474,
    "decimalEnclosedFullstop": 0x2488,
}
_PATTERNS: Final = {"decimalZero": "{:02}", "numberInDash": "- {} -", "hex": "{:X}"}
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
            return formatted(counts.get(number, other.start), kind, other.padding)

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


def formatted(number: int, kind: str, padding: int = 0) -> str:
    """Formats a number in one of Word's formats; in decimal if the format is unknown."""
    number = max(-_MOST, min(number, _MOST))
    if kind == "none":
        return ""
    if padding:
        return f"{number:0{padding}}"
    if kind in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman.upper() if kind == "upperRoman" else roman
    alphabets: dict[str, Sequence[str]] = {
        "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
        "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "arabicAlpha": _HIJAI,
        "arabicAbjad": _ABJAD,
        "hebrew2": _HEBREW,
        "russianLower": _RUSSIAN,
        "russianUpper": _RUSSIAN.upper(),
        "chicago": _CHICAGO,
    }
    if kind in alphabets and number > 0:
        letters = alphabets[kind]
        return letters[(number - 1) % len(letters)] * min(1 + (number - 1) // len(letters), 9)
    if kind in _DIGITS:
        return "".join(chr(_DIGITS[kind] + int(c)) if c.isdigit() else c for c in str(number))
    if kind in _ENCLOSED and 0 < number <= 20:
        return chr(_ENCLOSED[kind] + number - 1)
    if kind in _PATTERNS:
        return _PATTERNS[kind].format(number)
    if kind in ("ordinal", "cardinalText", "ordinalText") and 0 < number < 100:
        return _in_words(number, kind)
    return str(number)


def int_of(text: str, default: int = 0) -> int:
    """An integer attribute's value; the default if it is malformed."""
    return int(text) if regex.fullmatch(r"-?[0-9]{1,9}", text) else default


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
        template=value(element, "lvlText")[:_LONGEST_TEMPLATE],
        is_legal=is_on(element, "isLgl"),
        restarts_after=int_of(restart) if restart else None,
        joins=value(element, "suff") == "nothing",
        is_hidden=properties is not None and is_on(properties, "vanish"),
        style=value(element, "pStyle"),
        padding=padding,
    )


def is_on(element: ElementTree.Element, name: str) -> bool:
    """Whether a toggle property, such as `w:vanish`, is present and not turned off."""
    found = child(element, name)
    return found is not None and attribute(found, "val").casefold() not in ("0", "false", "off")


def _is_symbol(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or char in _SYMBOLS


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for amount, letters in _ROMAN:
        out += letters * (number // amount)
        number %= amount
    return out


def _in_words(number: int, kind: str) -> str:
    if kind == "ordinal":
        last = number % 10 if not 10 < number % 100 < 14 else 0
        return f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"
    tens, ones = divmod(number, 10)
    words = [_ONES[number]] if number < 20 else [_TENS[tens], *([_ONES[ones]] if ones else [])]
    if kind == "ordinalText":
        last_word = words[-1]
        words[-1] = _IRREGULAR.get(last_word) or (
            f"{last_word[:-1]}ieth" if last_word.endswith("y") else f"{last_word}th"
        )
    return "-".join(words).capitalize()
