"""Recognizes labels at line starts: heading labels («المادة (9)»), item markers, keys of form fields.

Lines are matched without tashkeel, tatweel and direction marks, and with one form of alef.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

from index.text.bidi import CONTROLS, MARKS
from index.text.numerals.vocabulary import (
    ARABIC_ORDINALS,
    ENGLISH_CARDINALS,
    ENGLISH_ORDINALS,
    FEMININE_ORDINALS,
    STEMS_OF_TENS,
)

LOOKED_AT: Final = 160
"""Number of leading characters of a line that are searched for a label."""

_FOLDED: Final[dict[int, str | None]] = {
    **dict.fromkeys([*range(0x064B, 0x0660), 0x0670, ord("ـ")]),
    **dict.fromkeys(map(ord, MARKS + CONTROLS)),
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
}
# A lower rank is a higher heading. Headings without a label rank between chapters and articles.
_RANKS: Final = (
    ("كتاب", 20), ("جزء", 30), ("قسم", 40), ("باب", 50), ("محور", 55), ("وحدة", 55), ("فصل", 60), ("درس", 62),
    ("مبحث", 65), ("مطلب", 75), ("فرع", 78), ("ملحق", 50), ("مادة", 80), ("بند", 82),
    ("book", 20), ("volume", 20), ("part", 40), ("title", 45), ("module", 55), ("unit", 55), ("chapter", 60),
    ("lesson", 62), ("lecture", 62), ("schedule", 50), ("appendix", 50), ("annex", 50), ("section", 65),
    ("sec.", 65), ("article", 80), ("art.", 80), ("clause", 82), ("§", 80),
)  # fmt: skip
RANK_OF_TITLE: Final = 0
RANK_OF_DOUBLE_RULE: Final = 10
RANK_OF_RULE: Final = 15
RANK_OF_CAPITALS: Final = 63
RANK_OF_NAMED: Final = 63
RANK_OF_EMPHASIZED: Final = 64
RANK_OF_NUMBERED: Final = 66
RANK_OF_PLAIN: Final = 70
RANK_OF_PROMPT: Final = 72

# In the spelling of `_FOLDED`, which leaves ة as it is.
_FEMININE_ORDINALS: Final = tuple(regex.sub("ه$", "ة", word) for word in FEMININE_ORDINALS)
_TENS: Final = rf"(?:{'|'.join(STEMS_OF_TENS)})(?:ون|ين)"
_ORDINALS: Final = (
    rf"(?:ال)?(?:{'|'.join((*ARABIC_ORDINALS, *_FEMININE_ORDINALS))}|اولى|حادي|حادية|واحد|واحدة)"
    rf"(?:\s+عشرة?|\s+و(?:ال)?{_TENS})?|(?:ال)?{_TENS}|تمهيدي|التمهيدي|الختامي"
)
_ENGLISH_ORDINALS: Final = "|".join(
    (*(ENGLISH_CARDINALS[number] for number in range(1, 13)), *ENGLISH_ORDINALS[:6])
)
_ARABIC_UNIT: Final = regex.compile(
    r"(?P<unit>(?:ال)?(?P<name>كتاب|جزء|قسم|باب|محور|وحدة|فصل|درس|مبحث|مطلب|فرع|ملحق|مادة|بند))\s{0,3}"
    r"(?:رقم\s{0,3})?"
    r"(?P<number>(?P<open>[(\[﴿])\s?(?:\p{Nd}{1,4}(?:[./-]\p{Nd}{1,3})?(?:\s?مكررا?)?|\p{Arabic}|"
    + _ORDINALS
    + r")\s?[)\]﴾]|\p{Nd}{1,4}(?:[./-]\p{Nd}{1,3})?(?:\s?مكررا?)?|(?:" + _ORDINALS + r"))(?![\p{L}\p{N}])"
)  # fmt: skip
_ENGLISH_UNIT: Final = regex.compile(
    r"(?i)(?P<unit>(?P<name>book|volume|part|title|module|unit|chapter|lesson|lecture|schedule|appendix|annex"
    r"|section|sec\.|article|art\.|clause|§))\s{0,3}(?P<number>(?P<open>\()?(?:\p{Nd}{1,4}(?:\.\p{Nd}{1,3}){0,4}|"
    + _ENGLISH_ORDINALS
    + r"|(?-i:[IVXLC]{1,7}|[A-Z]))\)?)(?![\p{L}\p{N}])"
)
_SEPARATOR: Final = regex.compile(r"\s*(?:[:：]|[.\-–—/](?=\s|$)|\s[-–—]\s?)\s*")
# Continuations that mark a mere reference, as in "Section 5 of this law".
_MENTIONED: Final = regex.compile(
    r"(?:من|في|علي|على|الي|الى|عن|هو|هي|هذه|هذا|تنص|نصت|ينص|و|او|المذكورة|المشار|اعلاه|ادناه|وما)(?:\s|$)"
)
_NAMED: Final = regex.compile(
    r"(?i)(?:ال)?(?:مقدمة|تمهيد|خاتمة|ديباجة|توصيات|استنتاجات|نتائج|مراجع|مصادر|ملخص|خلاصة|مستخلص|تعريفات"
    r"|ملاحق|محتويات|فهرس)|احكام (?:عامة|ختامية|انتقالية)|تعريفات عامة"
    r"|introduction|conclusions?|abstract|(?:executive )?summary|recommendations|findings|references"
    r"|bibliography|preface|foreword|preamble|contents|table of contents|background|definitions|acknowledge?ments|appendix"  # noqa: E501
    r"|annex|discussion|results|methods|general provisions|final provisions"
)
_NUMBERED: Final = regex.compile(
    r"(\p{Nd}{1,3}(?:[.\-]\p{Nd}{1,3}){1,4})[.)]?[ \t\u00a0]{1,8}(?=[\p{L}«“\"(])"
)

STYLE_OF_ORDINALS: Final = "اولا"
"""Marker style of items that an ordinal begins: «ثانيًا:», "Second:"."""
_ARABIC_ORDINAL_ITEMS: Final = (
    *(f"{ordinal}ا" for ordinal in ARABIC_ORDINALS),
    *(f"{ordinal} عشر" for ordinal in ("حادي", *ARABIC_ORDINALS[1:5])),
)
_ENGLISH_ORDINAL_ITEMS: Final = ENGLISH_ORDINALS[:10]
_ABJAD: Final = "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HIJAI: Final = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ROMANS: Final = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi",
    "xvii", "xviii", "xix", "xx",
)  # fmt: skip
# Word has bullets of the fonts Symbol and Wingdings, in a private area, and an "o" for the second level.
SYMBOL_BULLETS: Final = "\uf0b7\uf0a7\uf0d8\uf076\uf0fc"
"""Bullets of the fonts Symbol and Wingdings, as files have them that don't name the font."""
_BULLET: Final = regex.compile(
    rf"[•●▪◦·‣○■□▶►✓✔➢➤◆◇*+\-–—{SYMBOL_BULLETS}o][ \t\u00a0]+(?=\S)|[•●▪‣■►➢➤{SYMBOL_BULLETS}](?=\p{{L}})"
)
_ITEM: Final = regex.compile(
    r"(?P<open>[(\[]?)(?P<value>\p{Nd}{1,3}|[a-zA-Z]|[ivxIVX]{1,6}|[\p{Arabic}&&\p{L}]ـ?)(?P<close>[.)\]]|[.)]?\s?[-–—/]|(?<=\p{Nd})ـ)"
    r"[ \t\u00a0]{0,4}(?=[^\s\p{Nd}])",
    regex.VERSION1,
)
_ORDINAL_ITEM: Final = regex.compile(
    rf"(?P<value>{'|'.join(_ARABIC_ORDINAL_ITEMS)})\s?(?P<close>[:.\-–،/]|-)\s*(?=\S|$)"
    rf"|(?i:(?P<value>{'|'.join(_ENGLISH_ORDINAL_ITEMS)})(?:ly)?)\s?(?P<close>[:–—]|-(?=\s))\s*(?=\S|$)"
)
_FIELD: Final = regex.compile(r"([\p{L}\p{M}][^:：\n|\t?؟!.]{0,38}?)\s?[:：]\s*(?=\S)")
_MAX_VALUE_LENGTH: Final = 60
_KEY_WORDS: Final = 5
_CAPTION: Final = regex.compile(
    r"(?i)(?:(?:ال)?(?:جدول|شكل|صورة|خريطة|خارطة|مخطط)(?:\s+رقم)?|table|figure|fig\.|chart|map)\s*"
    r"[(\[]?\p{Nd}{1,3}(?:[.\-]\p{Nd}{1,3})?[)\]]?\s*(?:[:.–—-]\s*)(?=\S)"
)


@dataclass(frozen=True, slots=True)
class HeadingLabel:
    """The numbered name of a part of a document, such as «المادة (9)», at the beginning of a line.

    Attributes:
        length: of the label, in characters of the line.
        text_start: where the line's text begins, after the label and its separator.
        rank: of such headings; a smaller rank is a higher heading.
        is_separated: whether a separator or brackets delimit the label.
        is_mentioned: whether the line continues as a mere reference to the label.
    """

    length: int
    text_start: int
    rank: int
    is_separated: bool
    is_mentioned: bool


@dataclass(frozen=True, slots=True)
class ItemMarker:
    """The marker of a list item.

    Attributes:
        length: of the marker, in characters of the line, without the space after it.
        text_start: where the item's text begins.
        style: equal for the markers of one list.
        value: the number, or the letter.
        is_bullet: whether it is unordered.
    """

    length: int
    text_start: int
    style: str
    value: str
    is_bullet: bool = False


def folded(text: str) -> str:
    """The beginning of a line, normalised for matching."""
    looked_at = text[:LOOKED_AT]
    return looked_at if looked_at.isascii() else looked_at.translate(_FOLDED)


def _origins(text: str) -> list[int]:
    """The position in the line of each character of `folded(text)`, and of its end."""
    looked_at = text[:LOOKED_AT]
    return [
        *(place for place, c in enumerate(looked_at) if _FOLDED.get(ord(c), c) is not None),
        len(looked_at),
    ]


def heading_label(text: str) -> HeadingLabel | None:
    """The heading label at the beginning of a line, or None."""
    line = folded(text)
    match = _ARABIC_UNIT.match(line) or _ENGLISH_UNIT.match(line)
    if match is None:
        return None
    origins = _origins(text)
    name = match["name"].casefold()
    rank = next(rank for unit, rank in _RANKS if unit == name)
    separator = _SEPARATOR.match(line, match.end())
    after = separator.end() if separator else match.end()
    while after < len(line) and line[after].isspace():
        after += 1
    rest = line[after:]
    is_arabic = match.re is _ARABIC_UNIT
    mentioned = bool(rest) and (
        line[match.end()] in "،,;؛"
        or (not separator and (_MENTIONED.match(rest) if is_arabic else not rest[0].isupper()))
    )
    return HeadingLabel(
        origins[match.end()],
        len(text) if not rest else origins[after],
        rank,
        separator is not None or bool(match["open"]),
        bool(mentioned),
    )


def numbered_label(text: str) -> tuple[int, int] | None:
    """For a line such as "2.1 Scope": (length of the number, its count of components); else None."""
    match = _NUMBERED.match(text)
    if match is None or not text[match.end() :] or text[match.end()].islower():
        return None
    return len(match[1]), 1 + sum(c in ".-" for c in match[1])


def is_named_heading(text: str) -> bool:
    """Whether a line is a conventional heading, such as «التوصيات» or "Introduction"."""
    return _NAMED.fullmatch(folded(text).rstrip(" :：.")) is not None


def item_marker(text: str) -> ItemMarker | None:
    """The number, letter or bullet at the beginning of a line, or None."""
    if bullet := _BULLET.match(text):
        return ItemMarker(1, bullet.end(), text[0], text[0], is_bullet=True)
    line = folded(text)
    if match := _ORDINAL_ITEM.match(line):
        origins = _origins(text)
        value = match["value"].casefold()
        return ItemMarker(origins[match.end("close")], origins[match.end()], STYLE_OF_ORDINALS, value)
    match = _ITEM.match(text)
    if match is None or not text[match.end() :] or (match["open"] == "" and match["close"] == "]"):
        return None
    value = match["value"].rstrip("ـ")
    shape = (
        "1"
        if value[0].isdigit()
        else "a"
        if value.isascii() and value.islower()
        else "A"
        if value.isascii()
        else "ا"
    )
    if shape in "aA" and "." in match["close"] and text[match.end() - 1] == ".":
        return None  # an acronym: "U.S."
    style = f"{match['open']}{shape}{match['close'].strip()}"
    return ItemMarker(len(match.group().rstrip()), match.end(), style, value)


def follows(one: str, other: str) -> bool:
    """Whether the marker `other` follows `one` in a list."""
    if one.isdecimal() and other.isdecimal():
        return int(other) == int(one) + 1
    one, other = folded(one).casefold(), folded(other).casefold()
    orders: Sequence[Sequence[str]] = (
        _ABJAD,
        _HIJAI,
        "abcdefghijklmnopqrstuvwxyz",
        _ROMANS,
        _ARABIC_ORDINAL_ITEMS,
        _ENGLISH_ORDINAL_ITEMS,
    )
    return any(
        one in order and other in order[order.index(one) + 1 : order.index(one) + 2] for order in orders
    )


def field_key(text: str) -> int:
    """The length of the key in a line such as "Name: Salma"; 0 for other lines."""
    match = _FIELD.match(text)
    if match is None or len(match[1].split()) > _KEY_WORDS or len(text) - match.end() > _MAX_VALUE_LENGTH:
        return 0
    return len(match[1]) if not text.startswith("//", match.end(1) + 1) else 0


def is_caption(text: str) -> bool:
    """Whether a line is the caption of a numbered table or figure."""
    return _CAPTION.match(folded(text)) is not None


def is_capitals(text: str) -> bool:
    """Whether a line's letters are all Latin capitals."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 3 and all(c.isupper() for c in letters)


def is_number_like(text: str) -> bool:
    """Whether a cell holds a number, optionally with a unit or a currency."""
    digits = sum(c.isdigit() for c in text)
    letters = sum(unicodedata.category(c)[0] == "L" for c in text)
    return digits > 0 and letters <= max(3, digits)
