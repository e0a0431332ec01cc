"""Numbers of a document's parts: «المادة التاسعة», "Article IX" and "the ninth article" have the number 9.

Beside the word for a part, an ordinal, a number in words and a Roman numeral are the number itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import regex

# Words in normalised spelling (`index.text.analyzer.normalise`).
# Parts whose number identifies them: a text without it doesn't say what that part says.
_KEY_UNITS: Final = r"articles?|sections?|chapters?|clauses?|paragraphs?|rules?|items?|art|sec|ch|para"
_OTHER_UNITS: Final = (
    r"parts?|annex(?:es)?|appendix|appendices|schedules?|titles?|volumes?|books?|units?|modules?|lessons?"
    r"|lectures?|acts?|scenes?|tables?|figures?|vol|fig"
)
_ABBREVIATED: Final = frozenset(("art", "sec", "ch", "para", "vol", "fig"))
_AR_KEY_UNITS: Final = "ماده|بند|فقره|فصل"
_AR_OTHER_UNITS: Final = "باب|قسم|ملحق|جزء|كتاب|مبحث|مطلب|فرع|محور|وحده|درس|محاضره|جدول|شكل|مجلد"
_AR_PREFIX: Final = r"(?:[وف]?[بلك]?)(?P<article>ال|(?<=ل)ل)?"
_UNIT: Final = regex.compile(
    rf"(?:(?P<key>{_KEY_UNITS})|{_OTHER_UNITS})|{_AR_PREFIX}(?:(?P<key>{_AR_KEY_UNITS})|{_AR_OTHER_UNITS})"
)
# "The second chapter" may be one of two that aren't numbered.
_MAX_UNNUMBERED: Final = 2
# Between a part's name and its number: "Article No. 9", «المادة رقم 9».
_NUMBER_SIGNS: Final = frozenset(("no", "nr", "number", "رقم"))
_OPENING: Final = " \t\u00a0([﴿«\"'-#"


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), first)}


_CARDINALS: Final[Mapping[str, int]] = _numbered(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS: Final[Mapping[str, int]] = {
    word: 10 * number
    for word, number in _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2).items()
}
_ORDINALS: Final[Mapping[str, int]] = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
) | {word.removesuffix("y") + "ieth": number for word, number in _TENS.items()}
_AR_ORDINALS: Final[Mapping[str, int]] = {
    **_numbered("اول ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر"),
    **_numbered("اولي ثانيه ثالثه رابعه خامسه سادسه سابعه ثامنه تاسعه عاشره"),
    "ثان": 2,
}
# Only before tens: «الحادية عشرة», «الواحد والعشرون».
_AR_ONES: Final = {**_AR_ORDINALS, **dict.fromkeys(("حادي", "حاديه", "واحد", "واحده"), 1)}
_AR_TEENS: Final = frozenset(("عشر", "عشره"))
_AR_TENS: Final[Mapping[str, int]] = {
    stem + ending: 10 * number
    for stem, number in _numbered("عشر ثلاث اربع خمس ست سبع ثمان تسع", 2).items()
    for ending in ("ون", "ين")
}
_AR_HUNDREDS: Final = {
    **dict.fromkeys(("الميه", "المايه"), 100),
    **dict.fromkeys(("الميتين", "المايتين"), 200),
}
# Not L and C alone, which name a part as other letters do.
_ROMANS: Final[Mapping[str, int]] = {
    tens + units: 10 * ten + unit
    for ten, tens in enumerate(
        ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc", "c", "cx", "cxx", "cxxx", "cxl")
    )
    for unit, units in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
    if tens + units not in ("", "l", "c")
}
_ASCII_STARTS: Final = frozenset((*_CARDINALS, *_TENS, *_ORDINALS, *_ROMANS))
_AR_STARTS: Final = frozenset((*_AR_ONES, *_AR_TENS))


@dataclass(frozen=True, slots=True)
class UnitNumber:
    """The number of a part of a document, in a sequence of words.

    Attributes:
        first, end: the words of the number: from `first` to before `end`.
        unit: the word that names the part.
        number: the number in digits.
        is_key: whether it identifies the part: an article, a section, a chapter, a clause.
    """

    first: int
    end: int
    unit: int
    number: str
    is_key: bool


def may_begin(word: str) -> bool:
    """Whether a normalised word can be the first one of such a number."""
    return word in _ASCII_STARTS if word.isascii() else word.removeprefix("ال") in _AR_STARTS


def unit_number(
    words: Sequence[str], written: Sequence[str], between: Sequence[str], at: int
) -> UnitNumber | None:
    """The number of a part that is written in words or in Roman numerals and begins at a word, if any.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: what stands between each word and the next.
        at: number of the word.
    """
    if not may_begin(words[at]):
        return None
    number, end, is_cardinal = _english(words, between, at) if words[at].isascii() else _arabic(words, at)
    unit = at - 1 - (at > 1 and words[at - 1] in _NUMBER_SIGNS)
    is_before = unit >= 0 and _leads(words, between, unit, at)
    named = _UNIT.fullmatch(words[unit]) if is_before else None
    if named and (roman := _roman(words[at], written, at)):
        return UnitNumber(at, at + 1, unit, str(roman), bool(named["key"]))
    if named and number and (is_cardinal if words[at].isascii() else _agrees(named, words[at])):
        return UnitNumber(at, end, unit, str(number), bool(named["key"]))
    # The ninth article, «تاسع مادة». The first article of many a thing has no number.
    if not number or is_cardinal or words[at].startswith("ال") or end == len(words):
        return None
    named = _UNIT.fullmatch(words[end]) if not between[end - 1].strip() else None
    if named is None or not named["key"] or named["article"] or words[end].endswith("s"):
        return None
    return UnitNumber(at, end, end, str(number), is_key=number > _MAX_UNNUMBERED)


def _leads(words: Sequence[str], between: Sequence[str], unit: int, at: int) -> bool:
    """Whether nothing but a bracket stands between a part's name and its number."""
    gap = "".join(between[unit:at])
    if words[unit] in _ABBREVIATED or at > unit + 1:
        gap = gap.replace(".", "")
    return "\n\n" not in gap and not gap.strip(_OPENING + "\n")


def _agrees(named: regex.Match[str], word: str) -> bool:
    """Whether an Arabic ordinal belongs to the part's name before it: «الكتاب أول مرة» has no number."""
    return word.startswith("ال") or (not named["article"] and word != "اول")


def _roman(word: str, written: Sequence[str], at: int) -> int:
    """The value of a Roman numeral; 0 for other words, such as the pronoun in "the article I read"."""
    is_numeral = len(word) > 1 or (written[at].isupper() and written[at - 1][:1].isupper())
    return _ROMANS.get(word, 0) if is_numeral else 0


def _english(words: Sequence[str], between: Sequence[str], at: int) -> tuple[int, int, bool]:
    """(number, the place after it, whether it is a cardinal); the number is 0 for other words."""
    word = words[at]
    if tens := _TENS.get(word):
        following = words[at + 1] if at + 1 < len(words) and between[at] in ("-", " ") else ""
        for units, is_cardinal in ((_CARDINALS, True), (_ORDINALS, False)):
            if 0 < units.get(following, 0) < 10:
                return tens + units[following], at + 2, is_cardinal
        return tens, at + 1, True
    return _CARDINALS.get(word) or _ORDINALS.get(word, 0), at + 1, word in _CARDINALS


def _arabic(words: Sequence[str], at: int) -> tuple[int, int, bool]:
    """The same for Arabic ordinals: «الخامسة والعشرون بعد المئة»."""
    word = words[at].removeprefix("ال")
    number, end = _AR_ORDINALS.get(word) or _AR_TENS.get(word, 0), at + 1
    if word in _AR_ONES and end < len(words):
        if words[end] in _AR_TEENS:
            number, end = _AR_ONES[word] + 10, end + 1
        elif words[end].startswith("و") and (tens := _AR_TENS.get(words[end][1:].removeprefix("ال"))):
            number, end = _AR_ONES[word] + tens, end + 1
    if number and tuple(words[end : end + 1]) == ("بعد",) and end + 1 < len(words):
        hundreds = _AR_HUNDREDS.get(words[end + 1], 0)
        number, end = number + hundreds, end + (2 if hundreds else 0)
    return number, end, False
