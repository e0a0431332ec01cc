"""What kind of thing a question asks for, and whether a sentence has one.

Only the kinds that can be told by their words: a time (when), a quantity (how many) and a duration
(how long). For all others every sentence will do.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final, Literal

import regex

from index.text.analyzer import normalise, words

Kind = Literal["time", "quantity", "duration"]

# In normalised spelling: no hamza on its carrier, ه for ة, ي for ى. The first that matches counts.
_QUESTIONS: Final[dict[Kind, regex.Pattern[str]]] = {
    "duration": regex.compile(
        r"\bhow (?:long|old)\b|\b(?:كم (?:من الوقت|استغرق|استمر|دام|يوما|شهرا|سنه|عاما|ساعه)|الي متي)\b"
        r"|\bما (?:مده|المده)\b"
    ),
    "quantity": regex.compile(
        r"\bhow (?:many|much|often|tall|high|large|big|deep|wide)\b"
        r"|\bwhat (?:percent|percentage|number|proportion|distance)\b|^[وف]?(?:كم|بكم)\b|\bكم\b"
        r"|\bما (?:عدد|نسبه|مقدار|طول|ارتفاع|مساحه|المسافه|النسبه|العدد)\b"
    ),
    "time": regex.compile(
        r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b"
        r"|\b[وف]?متي\b|\bاي (?:عام|سنه|تاريخ|يوم|شهر|قرن|عقد)\b|\bما (?:تاريخ|موعد)\b"
    ),
}

_NUMBER_WORDS: Final = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
million billion half quarter third dozen several many once twice
واحد واحدة اثنان اثنين اثنتان اثنتين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة ثمان ثماني
ثمانية تسع تسعة عشر عشرة عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين
ثمانون ثمانين تسعون تسعين مئة مائة مئتان مائتان مئات ألف ألفان ألفين آلاف مليون ملايين مليار نصف
ربع ثلث مرة مرتين مرات عدة عشرات أكثر
"""
_TIME_WORDS: Final = """
january february march april may june july august september october november december monday tuesday
wednesday thursday friday saturday sunday year month week day century decade yesterday today tomorrow
morning evening night ago since until after before during later early era age spring summer autumn winter
noon hour minute
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر شباط آذار نيسان أيار
حزيران تموز آب أيلول تشرين كانون رمضان شعبان محرم الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت
عام سنة سنوات شهر أشهر أسبوع يوم أيام قرن عقد أمس اليوم غدا صباح مساء ليلة فجر منذ بعد قبل خلال عقب
أثناء حين عندما الماضي المقبل ظهر ساعة ساعات دقيقة عاما سنين الشتاء الربيع الصيف الخريف حتى
"""


_CLITICS: Final = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")


def plain_words(text: str) -> frozenset[str]:
    """The words of a text, normalised, also without what is attached to them.

    That is a clitic, the alef of tanween, an English plural's s.

    They aren't stems: too many a word has the stem of a number (ما that of مائة).
    """
    forms = {word.term for word in words(text)}
    bare = {word.removeprefix(clitic) for word in forms for clitic in _CLITICS if word.startswith(clitic)}
    return frozenset(forms | bare | {word.rstrip("اs") for word in forms | bare})


_NUMBERS: Final = frozenset(word.term for word in words(_NUMBER_WORDS))
_TIMES: Final = frozenset(word.term for word in words(_TIME_WORDS))
_NAMED: Final[dict[Kind, frozenset[str]]] = {
    "time": _TIMES,
    "quantity": _NUMBERS,
    "duration": _NUMBERS | _TIMES,
}


def kind(question: str) -> Kind | None:
    """What a question asks for, or None where its words don't tell."""
    text = normalise(question).text
    return next((kind for kind, pattern in _QUESTIONS.items() if pattern.search(text)), None)


def fits(kind: Kind | None, sentence: AbstractSet[str], question: AbstractSet[str]) -> float:
    """Whether a sentence has what a question asks for.

    Args:
        kind: what it asks for.
        sentence: its `plain_words`.
        question: those of the question: what it names itself can't be the answer.

    Returns:
        1 if it has, -1 if it hasn't, 0 where every sentence will do.
    """
    if kind is None:
        return 0.0
    new = sentence - question
    return 1.0 if new & _NAMED[kind] or any(word.isdecimal() for word in new) else -1.0
