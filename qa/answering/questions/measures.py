"""The kind of measure that a question asks for, and whether a sentence has measures of other kinds alone.

"How much does the road cost?" isn't answered by "The road is 1.3 km long." Only what is certain counts: a
number without a unit may be anything, and so may a percentage.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import regex

from index.text.analyzer import analyzed, normalise, words
from qa.answering.questions.units import unit

# In normalised spelling. Of each kind the nouns that "what is" or «ما» asks for, and the questions that need
# no noun.
_MONEY_NOUN: Final = (
    r"costs?|prices?|fees?|charges?|rents?|salar(?:y|ies)|wages?|fines?|deposit|dues|commission"
    r"|(?:[وفبل]?ال)?(?:كلفه|تكلفه|تكاليف|سعر|اسعار|ثمن|رسم|رسوم|اجره|اجور|ايجار|راتب|رواتب|عموله|غرامه)"
)
_LENGTH_NOUN: Final = r"length|height|depth|width|distance|(?:[وفبل]?ال)?(?:طول|ارتفاع|عمق|عرض|مسافه)"
_MASS_NOUN: Final = r"weight|mass|(?:[وفبل]?ال)?(?:وزن|كتله)"
_ASKED: Final = {
    "money": regex.compile(
        rf"^(?:what(?: is| are| was| were|'s)|ما|كم(?: هو| هي)?|[وفب]?كم يبلغ|كم تبلغ|كم بلغت?)"
        rf" (?:the |an? |his |her |its |their )?(?:\w+ ){{0,2}}?(?:{_MONEY_NOUN})\b"
        rf"|^how much (?:is|are|was|were) the (?:\w+ ){{0,2}}?(?:{_MONEY_NOUN})\b"
        r"|\bhow much (?:\w+ ){1,6}?(?:cost|costs|pay|paid|charged?|spent|spend|earn)\b"
        r"|\bwhat (?:did|does|do|would|will) (?:\w+ ){1,8}?cost\b"
        r"|^كم (?:ي|ت|س)?(?:كلفت?|دفع\w*|تقاضي)\b|^بكم\b"
    ),
    "length": regex.compile(
        r"\bhow (?:tall|deep|wide)\b|\bhow high (?:is|was)\b(?!.*\b(?:levels?|rates?|temperatures?)\b)"
        rf"|^(?:what(?: is| was|'s)|ما|كم(?: يبلغ| تبلغ| بلغت?)?) (?:the )?(?:{_LENGTH_NOUN})\b"
        r"(?! of time| capacity)"
    ),
    "mass": regex.compile(
        rf"\bhow heavy\b|\bhow much (?:\w+ ){{1,5}}?weigh\b"
        rf"|^(?:what(?: is| was|'s)|ما|كم(?: يبلغ| تبلغ)?) (?:the )?(?:{_MASS_NOUN})\b"
    ),
}  # fmt: skip
# "How many days?", «كم طنا»: the unit that is asked for itself.
_HOW_MANY: Final = regex.compile(r"(?:\bhow many|^[وف]?(?:ب)?كم)\s+(?P<unit>\w+)")
# A time asked for isn't an amount, whatever else the question names.
_TIME: Final = regex.compile(r"\b(?:when|how (?:long|often|old))\b|\b(?:متي|ما مده|كم مره)\b")
_CODE: Final = r"(?:[A-Z]{3}\b|ر\.س|د\.ك|د\.ع|د\.أ|ل\.ل|ج\.م)"
_CURRENCY: Final = regex.compile(rf"[$£€¥₤₺﷼]|\b{_CODE}(?=\s?\p{{Nd}})|(?<=\p{{Nd}}\s?){_CODE}")
_PERCENT: Final = regex.compile(r"[%٪]|\bper ?cent\b|\b(?:بال|في ال)(?:مئة|مائة)")
# Money and a weight.
_POUNDS: Final = frozenset(("pound", "pounds"))
_BARE: Final = "number"
# Two hundred, two thousand, two million of what follows.
_DUALS: Final = frozenset(normalise("مئتا مئتي مائتا مائتي ألفا ألفي مليونا مليوني").text.split())
_YEARS: Final = range(1000, 2200)


def asked_measure(question: str) -> str | None:
    """The kind of measure that a question asks for, as in `unit`; None if it asks for something else."""
    text = " ".join(normalise(question).text.split())
    if (found := _HOW_MANY.search(text)) and (of := unit(found["unit"])):
        return of[0]
    if _TIME.search(text):
        return None
    return next((kind for kind, pattern in _ASKED.items() if pattern.search(text)), None)


def measures(text: str) -> frozenset[str]:
    """The kinds of the measures that a text has; "number" for a number without a unit that is no year."""
    return frozenset(_measures(text))


def _measures(text: str) -> Iterator[str]:
    if _CURRENCY.search(text):
        yield "money"
    if _PERCENT.search(text):
        yield _BARE
    analysis = analyzed(text)
    found = words(text)
    for one in analysis.stated:
        within = analysis.words[one.first : one.end]
        start, end = within[0].start, within[-1].end
        after = next((word for word in found if word.start >= end), None)
        is_beside = after is not None and text[end : after.start].strip() in ("", "-")
        of = unit(normalise(text[start:end]).text) or (unit(after.term) if after and is_beside else None)
        if of:
            yield of[0]
            if after and after.term in _POUNDS:
                yield "mass"
        elif (
            one.is_certain
            and not _is_year(one.term)
            and not _CURRENCY.search(text[max(start - 1, 0) : end + 1])
        ):
            yield _BARE
    for before, word in pairwise(found):
        if before.term in _DUALS and (of := unit(word.term)):
            yield of[0]


def _is_year(number: str) -> bool:
    return number.isdecimal() and int(number) in _YEARS


def has_other_measures_alone(asked: str | None, sentence: str) -> bool:
    """Whether a kind of measure is asked for, and a sentence has measures, all of other kinds.

    Args:
        asked: as `asked_measure` returns it.
        sentence: any text.
    """
    if asked is None:
        return False
    found = measures(sentence)
    return bool(found) and asked not in found and _BARE not in found
